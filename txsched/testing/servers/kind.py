"""
What the launcher has to know of one kind of server.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen
from zope.interface import Attribute, Interface

__all__ = ["IServerKind", "Place", "Programs", "Settings", "as_settings"]

#: Settings of a server, in the order of their names.
Settings = tuple[tuple[str, str], ...]

#: Variables that would tell the programs of a server about another one.
_FOREIGN = ("MARIADB_", "MYSQL_", "PG", "SECANTUS")


def as_settings(
    settings: Mapping[str, str] | Iterable[tuple[str, str]],
) -> Settings:
    """
    Give settings a form that can be compared and hashed.
    """
    return tuple(sorted(dict(settings).items()))


@frozen
class Programs:
    """
    Where the programs of a server are.

    :ivar folder: the one in which the kind looks for them.
    :ivar libraries: folders with libraries that the machine itself may lack.
    """

    folder: Path
    libraries: tuple[Path, ...] = ()


@frozen
class Place:
    """
    Where one server lives.

    :ivar folder: its own folder; for its socket, too, so the path is short.
    :ivar programs: its programs.
    :ivar port: the port on 127.0.0.1 that was chosen for it, or 0 for a kind that does
        not listen on one.
    """

    folder: Path
    programs: Programs
    port: int = 0

    @property
    def data(self) -> Path:
        """
        The folder with its data.
        """
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """
        The file with all that its programs say.
        """
        return self.folder / "log"

    @property
    def socket(self) -> Path:
        """
        Its UNIX socket, for a kind that lets us name it.
        """
        return self.folder / "s"

    @property
    def environment(self) -> dict[str, str]:
        """
        The variables that its programs see: ours, less those that name other servers.
        """
        mine = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN)
        }
        mine |= {"HOME": str(self.folder), "LC_ALL": "C"}
        libraries = [*map(str, self.programs.libraries), mine.get("LD_LIBRARY_PATH")]
        if any(libraries):
            mine["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, libraries))
        return mine


class IServerKind(Interface):
    """
    A kind of server: which programs there are, and how to speak to them.

    A kind is an immutable value, equal by value and hashable.  It starts nothing
    itself, except short programs in the methods that say so.
    """

    name: str = Attribute("What people call it; for messages.")
    drops_root: bool = Attribute(
        "Whether it must not run as root, and runs as ``nobody`` for root."
    )
    listens: bool = Attribute("Whether it needs a port.")
    stop_signal: signal.Signals = Attribute("Which signal ends it in good order.")

    def locate(by_others: bool) -> Programs:
        """
        Find the programs, or fetch them.

        :param by_others: whether another user than this one must be able to run them.
        :raises ServerMissing: they are not there, and cannot be had.
        """

    def creation(place: Place) -> Sequence[Sequence[str]]:
        """
        Give the commands that fill the data folder, which is there and empty.
        """

    def command(place: Place) -> Sequence[str]:
        """
        Give the command that is the server, in the foreground.
        """

    def answers(place: Place) -> bool:
        """
        Ask the server whether it is ready; False also when nobody is there to ask.
        """

    def url(place: Place, database: int) -> str:
        """
        Give the address of a database as job stores take it.
        """

    def create_database(place: Place, number: int) -> None:
        """
        Make the database of a number, which is not there yet.

        Number 0 is made when the server is started for the first time.

        :raises ServerFailed: it could not be made.
        """

    def drop_database(place: Place, number: int) -> None:
        """
        Remove the database of a number, also when somebody still uses it.

        :raises ServerFailed: it could not be removed.
        """
