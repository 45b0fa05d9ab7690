"""
A server that speaks the protocol of MongoDB.
"""

from __future__ import annotations

import signal
import struct
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from attrs import field, frozen
from zope.interface import implementer

from .asking import reply_of
from .failures import ServerFailed, ServerMissing
from .kind import IServerKind, Place, Programs, Settings, as_settings

__all__ = ["MongoDB"]

#: A message of the protocol: its code, and the kind of its only section (a document).
_OP_MSG = 2013
_BODY = 0
#: An element of a document (BSON, version 1.1): its kind goes before its name.
_INT32 = b"\x10"
_STRING = b"\x02"
#: How ``{ok: 1}`` stands in a reply: a double.
_OK = b"\x01ok\x00" + struct.pack("<d", 1.0)


@implementer(IServerKind)
@frozen(kw_only=True)
class MongoDB:
    """
    SecantusDB, which speaks the protocol of MongoDB, as a replica set of one.

    It comes with the Python package ``secantusdb``, listens on 127.0.0.1 without
    passwords, and writes its log to the disk at each commit.

    :ivar settings: more options of ``secantusd-py``, by their names without dashes; the
        value is empty for one that has none.
    """

    settings: Settings = field(default=(), converter=as_settings)

    name = "MongoDB"
    drops_root = False
    listens = True
    stop_signal = signal.SIGTERM

    def locate(self, by_others: bool) -> Programs:
        """
        See :meth:`IServerKind.locate`.
        """
        if find_spec("secantus") is None:
            raise ServerMissing(
                "the MongoDB server (secantusdb) is not here: install it by"
                " pip install 'txsched[servers]'"
            )
        return Programs(Path(sys.executable).parent)

    def creation(self, place: Place) -> Sequence[Sequence[str]]:
        """
        See :meth:`IServerKind.creation`.
        """
        return []

    def command(self, place: Place) -> Sequence[str]:
        """
        See :meth:`IServerKind.command`.
        """
        options = {
            "host": "127.0.0.1",
            "port": str(place.port),
            "storage-path": str(place.data),
            "sync-on-commit": "",
            **dict(self.settings),
        }
        flags = [
            word
            for name, value in options.items()
            for word in (f"--{name}", *filter(None, [value]))
        ]
        return [sys.executable, "-m", "secantus", *flags]

    def answers(self, place: Place) -> bool:
        """
        See :meth:`IServerKind.answers`.
        """
        return _OK in reply_of(place.port, _message("ping", "admin"))

    def url(self, place: Place, database: int) -> str:
        """
        See :meth:`IServerKind.url`.
        """
        where = f"127.0.0.1:{place.port}/{_name(database)}"
        return f"mongodb://{where}?directConnection=true"

    def create_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.create_database`; the first write makes it.
        """

    def drop_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.drop_database`.
        """
        reply = reply_of(place.port, _message("dropDatabase", _name(number)))
        if _OK not in reply:
            raise ServerFailed(f"MongoDB did not drop {_name(number)}: {reply!r}")


def _name(number: int) -> str:
    return f"test{number}"


def _message(command: str, database: str) -> bytes:
    """
    Write ``{command: 1, $db: database}`` as the protocol does.
    """
    text = database.encode() + b"\x00"
    elements = (
        _INT32 + command.encode() + b"\x00" + struct.pack("<i", 1),
        _STRING + b"$db\x00" + struct.pack("<i", len(text)) + text,
    )
    inner = b"".join(elements)
    document = struct.pack("<i", len(inner) + 5) + inner + b"\x00"
    rest = struct.pack("<iiiIB", 1, 0, _OP_MSG, 0, _BODY) + document
    return struct.pack("<i", len(rest) + 4) + rest
