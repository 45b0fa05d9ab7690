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
    "DOWNLOAD",
    "HELLO",
    "PART",
    "PROTOCOL",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "UPLOAD",
    "Events",
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


#: The command of each method.
COMMANDS = {method: command_name(method).encode("ascii") for method in METHODS}

#: Must come first: ``[oldest, newest, software]``, answered by ``[version, software]``.
HELLO = b"Hello"

#: ``[epoch, last]``, both ``None`` at first; answered by ``[epoch, last]``.
SUBSCRIBE = b"Subscribe"

#: ``[]``.
UNSUBSCRIBE = b"Unsubscribe"

#: A part ``d`` of the arguments of a command that follows, of the transfer ``t``.
UPLOAD = b"Upload"

#: Asks for the next part of an answer, of the transfer ``t``.
DOWNLOAD = b"Download"


class Events(Command):
    """
    From server to client: encoded events, and the number of the last of them.

    The next ones follow when these are answered.
    """

    arguments = [(b"n", Integer()), (b"e", String())]
    response = []
