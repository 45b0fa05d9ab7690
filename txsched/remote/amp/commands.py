"""
The AMP commands.

Each method of a scheduler is a command of its name in capitals, ``AddJob`` for
``add_job``.  ``a`` is the CBOR list of its arguments; ``r`` of the answer is CBOR as
well: ``[0, result]``, or ``[1, code, fields]`` for an error of :mod:`txsched.errors`.

What is longer than a box takes travels in parts: a request's by ``Upload`` commands
before it, whose transfer it names as ``t``; an answer names a transfer as ``m`` when
there is more, which ``Download`` fetches.
"""

from __future__ import annotations

from typing import Any

from twisted.protocols.amp import Box, Command, Integer, String

from ..methods import METHODS

__all__ = [
    "COMMANDS",
    "PART",
    "PROTOCOL",
    "Download",
    "Events",
    "Hello",
    "Subscribe",
    "Unsubscribe",
    "Upload",
    "command_name",
]

#: The versions of the protocol that this code speaks, oldest and newest.
PROTOCOL = (1, 1)

#: How many bytes of a message travel in one box; AMP's limit is 65,535.
PART = 60_000


def command_name(method: str) -> str:
    """
    Give the name of the command that calls *method*.
    """
    return "".join(word.capitalize() for word in method.split("_"))


class _Call(Command):
    """
    A command whose arguments and answer are bytes as they are: nothing to convert.
    """

    arguments = [(b"a", String(optional=True)), (b"t", Integer(optional=True))]
    response = [(b"r", String()), (b"m", Integer(optional=True))]

    def __init__(self, **fields: bytes) -> None:
        self.structured = fields

    @classmethod
    def makeArguments(cls, objects: dict[str, bytes], proto: Any) -> Box:
        """
        Called by Twisted: put the arguments into a box.
        """
        return Box({name.encode("ascii"): value for name, value in objects.items()})

    @classmethod
    def parseResponse(cls, box: Box, protocol: Any) -> Box:
        """
        Called by Twisted: the answer is looked at by who asked.
        """
        return box


def _command(name: str) -> type[Command]:
    body = {
        "commandName": name.encode("ascii"),
        "__doc__": f"See :mod:`txsched.remote.amp.commands`: ``{name}``.",
    }
    return type(name, (_Call,), body)


#: The command of each method.
COMMANDS = {method: _command(command_name(method)) for method in METHODS}

#: Must come first: ``[oldest, newest, software]``, answered by ``[version, software]``.
Hello = _command("Hello")

#: ``[epoch, last]``, both ``None`` at first; answered by ``[epoch, last]``.
Subscribe = _command("Subscribe")

#: ``[]``.
Unsubscribe = _command("Unsubscribe")


class Upload(_Call):
    """
    A part of the arguments of a command that follows.
    """

    commandName = b"Upload"
    arguments = [(b"t", Integer()), (b"d", String())]
    response = [(b"r", String())]


class Download(_Call):
    """
    Asks for the next part of an answer.
    """

    commandName = b"Download"
    arguments = [(b"t", Integer())]


class Events(Command):
    """
    From server to client: encoded events, and the number of the last of them.

    The next ones follow when these are answered.
    """

    arguments = [(b"n", Integer()), (b"e", String())]
    response = []
