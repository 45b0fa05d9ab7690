"""
The threads of a store: one writes, and one answers questions.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from ...errors import StoreUnavailable
from ...interfaces import ILoop
from .connecting import Connector
from .opened import OpenedFile
from .session import Session
from .worker import Worker

__all__ = ["Workers"]

#: How often it is looked whether the database still answers.
_CHECK_SECONDS = 1.0


class Workers:
    """
    Two threads, each with a connection, from the opening of a store to its end.

    :param timeout: after how many seconds without an answer a server is given up.
    :param announce: the statement that tells others of a transaction, with parameters.
    :param undone: called in the thread that writes when a transaction was given up.
    """

    _log = Logger()

    def __init__(
        self,
        loop: ILoop,
        connector: Connector,
        timeout: float,
        announce: tuple[str, tuple[str, ...]],
        undone: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._connector = connector
        self._timeout = timeout
        self._announce = announce
        self._undone = undone
        self._workers: list[Worker] = []
        self._open = False
        self._guard = LoopingCall(self._check)
        self._guard.clock = loop  # type: ignore[assignment]

    async def open(self, prepare: Callable[[Session], None]) -> None:
        """
        Start both.

        :param prepare: is given the first connection.
        :raises StoreUnavailable: the database cannot be used; no thread is left.
        """
        dialect = self._connector.dialect
        file = OpenedFile(lambda what: self._loop.callFromThread(self._tell, what))

        def prepare_first(session: Session) -> None:
            prepare(session)
            if dialect.in_file:
                file.remember(session.connection)

        writer = Worker(
            self._loop,
            self._connector,
            "txsched writer",
            dialect.begin,
            self._announce,
            prepare_first,
            self._undone,
            file.check,
        )
        reader = Worker(
            self._loop,
            self._connector,
            "txsched reader",
            dialect.begin_reading,
            check=file.check,
        )
        if dialect.descriptor is not None:
            self._guard.start(_CHECK_SECONDS, now=False)
        for worker in (writer, reader):
            self._workers.append(worker)
            try:
                await worker.start()
            except BaseException:
                await self._stop()
                raise
        self._open = True

    async def close(self) -> None:
        """
        Let both do what they were asked for, and end.
        """
        self._open = False
        await self._stop()
        self._connector.engine.dispose()

    async def _stop(self) -> None:
        for worker in self._workers:
            await worker.stop()
        self._workers.clear()
        if self._guard.running:
            self._guard.stop()

    @property
    def are_open(self) -> bool:
        """
        Whether they take work.
        """
        return self._open

    @property
    def writer(self) -> Worker:
        """
        The one that writes.

        :raises StoreUnavailable: the store is not open.
        """
        return self._open_workers()[0]

    @property
    def reader(self) -> Worker:
        """
        The one that reads.

        :raises StoreUnavailable: the store is not open.
        """
        return self._open_workers()[1]

    def _open_workers(self) -> list[Worker]:
        if not self._open:
            raise StoreUnavailable("it is not open")
        return self._workers

    def _check(self) -> None:
        for worker in self._workers:
            worker.check(self._timeout)

    def _tell(self, trouble: str) -> None:
        self._log.error("the job store cannot be used any more: {why}", why=trouble)
