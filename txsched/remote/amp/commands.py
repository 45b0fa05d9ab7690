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

from twisted.protocols.amp import Command, Integer, String

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

_ARGUMENTS = [(b"a", String(optional=True)), (b"t", Integer(optional=True))]
_RESPONSE = [(b"r", String()), (b"m", Integer(optional=True))]


def command_name(method: str) -> str:
    """
    Give the name of the command that calls *method*.
    """
    return "".join(word.capitalize() for word in method.split("_"))


def _command(name: str) -> type[Command]:
    body = {
        "commandName": name.encode("ascii"),
        "arguments": _ARGUMENTS,
        "response": _RESPONSE,
        "__doc__": f"See :mod:`txsched.remote.amp.commands`: ``{name}``.",
    }
    return type(name, (Command,), body)


#: The command of each method.
COMMANDS = {method: _command(command_name(method)) for method in METHODS}

#: Must come first: ``[oldest, newest, software]``, answered by ``[version, software]``.
Hello = _command("Hello")

#: ``[epoch, last]``, both ``None`` at first; answered by ``[epoch, last]``.
Subscribe = _command("Subscribe")

#: ``[]``.
Unsubscribe = _command("Unsubscribe")


class Upload(Command):
    """
    A part of the arguments of a command that follows.
    """

    arguments = [(b"t", Integer()), (b"d", String())]
    response = [(b"r", String())]


class Download(Command):
    """
    Asks for the next part of an answer.
    """

    arguments = [(b"t", Integer())]
    response = _RESPONSE


class Events(Command):
    """
    From server to client: encoded events, and the number of the last of them.

    The next ones follow when these are answered.
    """

    arguments = [(b"n", Integer()), (b"e", String())]
    response = []
