"""
MariaDB.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from attrs import field, frozen
from zope.interface import implementer

from .asking import reply_of
from .debian import fetched
from .failures import ServerMissing
from .kind import IServerKind, Place, Programs, Settings, as_settings
from .processes import perform

__all__ = ["MariaDB"]

_PACKAGES = ("mariadb-server-core", "mariadb-client-core")
_SYSTEM_PATH = ("/usr/local/sbin", "/usr/sbin")
#: The first packet of a server is a greeting: three bytes of length, its number in the
#: exchange, and the version of the protocol; an error has 255 there.
_PROTOCOL_AT = 4
_PROTOCOL = 10


@implementer(IServerKind)
@frozen(kw_only=True)
class MariaDB:
    """
    MariaDB on a UNIX socket, with the user ``root`` and no password, in UTF-8.

    The machine's own ``mariadbd`` is used if there is one.  Else Debian's package is
    fetched once, without root and without being installed, and kept in the cache.  For
    root the server runs as ``nobody``.

    :ivar settings: more options of ``mariadbd``, by their names without dashes.
    """

    settings: Settings = field(default=(), converter=as_settings)

    name = "MariaDB"
    drops_root = True
    listens = False
    stop_signal = signal.SIGTERM

    def locate(self, by_others: bool) -> Programs:
        """
        See :meth:`IServerKind.locate`; this can take a minute the first time.
        """
        path = os.pathsep.join((os.environ.get("PATH", ""), *_SYSTEM_PATH))
        found = shutil.which("mariadbd", path=path)
        if found is not None:
            return Programs(Path(found).resolve().parent.parent)
        try:
            return fetched("mariadb", _PACKAGES)
        except ServerMissing as error:
            raise ServerMissing(
                "MariaDB is not here: install it by apt-get install --no-install-"
                f"recommends {' '.join(_PACKAGES)} ({error})"
            ) from None

    def creation(self, place: Place) -> Sequence[Sequence[str]]:
        """
        See :meth:`IServerKind.creation`.
        """
        program = str(place.programs.folder / "bin" / "mariadb-install-db")
        login = "--auth-root-authentication-method=normal"
        return [[program, *_common(place), login, "--skip-test-db"]]

    def command(self, place: Place) -> Sequence[str]:
        """
        See :meth:`IServerKind.command`.
        """
        options = {
            "socket": str(place.socket),
            "pid-file": str(place.folder / "pid"),
            "character-set-server": "utf8mb4",
            "collation-server": "utf8mb4_general_ci",
            **dict(self.settings),
        }
        home = place.programs.folder
        programs = (home / folder / "mariadbd" for folder in ("sbin", "bin"))
        program = next(filter(Path.exists, programs))
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [str(program), *_common(place), "--skip-networking", *flags]

    def answers(self, place: Place) -> bool:
        """
        See :meth:`IServerKind.answers`.
        """
        greeting = reply_of(place.socket)
        return greeting[_PROTOCOL_AT : _PROTOCOL_AT + 1] == bytes([_PROTOCOL])

    def url(self, place: Place, database: int) -> str:
        """
        See :meth:`IServerKind.url`.
        """
        socket = quote(str(place.socket), safe="/")
        return f"mysql+pymysql://root@localhost/{_name(database)}?unix_socket={socket}"

    def create_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.create_database`.
        """
        _execute(place, f"CREATE DATABASE {_name(number)}")

    def drop_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.drop_database`.
        """
        _execute(place, f"DROP DATABASE {_name(number)}")


def _name(number: int) -> str:
    return f"test{number}"


def _common(place: Place) -> Sequence[str]:
    """
    Give the options that keep a program from looking at the machine's own server.
    """
    home = place.programs.folder
    return [
        "--no-defaults",
        f"--basedir={home}",
        f"--datadir={place.data}",
        # Servers that share one take each other's temporary tables for their own.
        f"--tmpdir={place.folder}",
        *(
            f"--lc-messages-dir={folder}"
            for folder in (home / "share" / "mariadb", home / "share" / "mysql")
            if folder.is_dir()
        ),
    ]


def _execute(place: Place, statement: str) -> None:
    program = str(place.programs.folder / "bin" / "mariadb")
    login = ["--no-defaults", f"--socket={place.socket}", "--user=root"]
    command = [program, *login, f"--execute={statement}"]
    perform(command, place.folder, place.environment, place.log)
