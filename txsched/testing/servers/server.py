"""
The life of a server: from an empty folder until nothing is left of it.
"""

from __future__ import annotations

import os
import shutil
import time
import weakref
from pathlib import Path
from types import TracebackType

from attrs import define, field, frozen

from .asking import free_port, is_served_by
from .failures import ServerFailed, last_lines
from .folders import own_folder
from .kind import IServerKind, Place
from .processes import Process, account_for, perform

__all__ = ["Database", "Server"]

_START_SECONDS = 60.0
_FIRST_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 0.1


@define(eq=False)
class Server:
    """
    One server of a kind, that nobody else uses.

    As a context manager it is started at the beginning, and closed at the end.  One
    that is dropped, or that runs when the process ends, is closed then; when the
    process is killed the kernel ends the server, and only its folder remains.

    :param kind: which one; :class:`Valkey`, :class:`PostgreSQL`, :class:`MariaDB`,
        :class:`MongoDB`, or your own :class:`IServerKind`.
    """

    kind: IServerKind
    _place: Place | None = field(default=None, init=False)
    _process: Process = field(init=False)
    _made: int = field(default=0, init=False)
    _close: weakref.finalize[..., Server] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._process = Process(account_for(self.kind.drops_root))

    @property
    def pid(self) -> int:
        """
        The number of its (first) process, or 0 while it does not run.
        """
        return self._process.pid

    @property
    def data(self) -> Path:
        """
        The folder with its data.

        :raises ServerFailed: it was never started, or is closed.
        """
        return self._here().data

    @property
    def log(self) -> Path:
        """
        The file with all that it said.

        :raises ServerFailed: it was never started, or is closed.
        """
        return self._here().log

    @property
    def url(self) -> str:
        """
        The address of a database that is empty at first, as job stores take it.

        It stays the same when the server is started again.

        :raises ServerFailed: it was never started, or is closed.
        """
        return self.kind.url(self._here(), 0)

    def start(self) -> None:
        """
        Start it, on its data if it has run before, and wait until it answers.

        One that runs is left alone.

        :raises ServerMissing: its programs are not on this machine.
        :raises ServerFailed: it did not start; the end of its log says why.
        """
        if self._process.pid:
            return
        if self._place is not None:
            self._launch(self._place)
            return
        try:
            self._begin()
        except ServerFailed:
            # Somebody else may have taken the port before the server could.
            if not self.kind.listens:
                raise
            self._begin()

    def stop(self) -> None:
        """
        End it in good order; its data stay.
        """
        self._process.stop(self.kind.stop_signal)

    def kill(self) -> None:
        """
        End it and all its processes with SIGKILL; what it had on disk stays.
        """
        self._process.kill()

    def pause(self) -> None:
        """
        Make it stand still with SIGSTOP: clients can connect, and get no answer.
        """
        self._process.pause()

    def resume(self) -> None:
        """
        Let it go on after :meth:`pause`.
        """
        self._process.resume()

    def close(self) -> None:
        """
        End it for good, and remove its folder.
        """
        if self._close is not None:
            self._close()
        self._close = self._place = None

    def create_database(self) -> Database:
        """
        Make an empty database beside the others of this server.

        :raises ServerFailed: it could not be made.
        """
        place = self._here()
        self._made += 1
        self.kind.create_database(place, self._made)
        return Database(self.kind, place, self._made)

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _here(self) -> Place:
        if self._place is None:
            raise ServerFailed(f"{self.kind.name} has to be started first")
        return self._place

    def _begin(self) -> None:
        """
        Make the folder, fill it, and start on it; leave none behind if that fails.
        """
        account = self._process.account
        programs = self.kind.locate(account is not None)
        folder = own_folder(account)
        self._close = weakref.finalize(
            self, _discard, self._process, folder, os.getpid()
        )
        port = free_port() if self.kind.listens else 0
        place = Place(folder, programs, port)
        try:
            self._fill(place)
            self._launch(place)
            self.kind.create_database(place, 0)
            self._place = place
        except BaseException:
            self.close()
            raise

    def _fill(self, place: Place) -> None:
        account = self._process.account
        place.data.mkdir(mode=0o700)
        if account is not None:
            os.chown(place.data, account.uid, account.gid)
        for command in self.kind.creation(place):
            perform(
                command, place.folder, place.environment, place.log, account=account
            )

    def _launch(self, place: Place) -> None:
        command = self.kind.command(place)
        self._process.start(command, place.folder, place.environment, place.log)
        deadline = time.monotonic() + _START_SECONDS
        pause = _FIRST_POLL_SECONDS
        while not self._is_ready(place):
            if not self._process.pid:
                raise self._failure(place, "ended before it answered")
            if time.monotonic() > deadline:
                self._process.kill()
                raise self._failure(place, f"did not answer in {_START_SECONDS:g} s")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_POLL_SECONDS)

    def _is_ready(self, place: Place) -> bool:
        """
        Whether it answers, and not another one that was faster to take the port.
        """
        if not self.kind.answers(place):
            return False
        return not self.kind.listens or is_served_by(place.port, self._process.pid)

    def _failure(self, place: Place, what: str) -> ServerFailed:
        return ServerFailed(f"{self.kind.name} {what}:\n{last_lines(place.log)}")


@frozen
class Database:
    """
    A database of its own on a server that others use too.
    """

    _kind: IServerKind
    _place: Place
    _number: int

    @property
    def url(self) -> str:
        """
        Its address, as job stores take it.
        """
        return self._kind.url(self._place, self._number)

    def drop(self) -> None:
        """
        Remove it with all that is in it.

        :raises ServerFailed: it could not be removed.
        """
        self._kind.drop_database(self._place, self._number)


def _discard(process: Process, folder: Path, owner: int) -> None:
    """
    Leave nothing behind, unless this is a fork of the process whose server it is.
    """
    if os.getpid() == owner:
        try:
            process.kill()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
