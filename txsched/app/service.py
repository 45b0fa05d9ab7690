"""
The scheduler as a service of Twisted, to run alone or inside any application.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Any

from twisted.application.service import IService, MultiService
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..core import LocalScheduler
from ..errors import SchedulerError
from ..executors import CommandExecutor
from .assemble import assemble_executors, assemble_factory, assemble_scheduler
from .clockwatch import ClockWatch
from .config import Config
from .databases import make_private
from .listening import Listener
from .patience import Patience
from .sockets import SocketTaken, clear_stale_socket

__all__ = ["SchedulerService"]

#: What says by itself, in one sentence, why the service cannot start.
_PLAIN_ERRORS = (SchedulerError, SocketTaken, CannotListenError, OSError)

_NOT_AT_ALL = timedelta()


class SchedulerService(MultiService):
    """
    A scheduler with its store, its executors and its listeners.

    Set it as the child of an application's service, or start it yourself::

        service = SchedulerService(reactor, Config())
        service.setServiceParent(application)
        await service.when_started()
        await service.scheduler.add_job(...)

    :ivar config: how it works.
    :ivar scheduler: the :class:`~txsched.interfaces.IScheduler`; it can be used
        once :meth:`when_started` has fired.
    """

    _log = Logger()

    def __init__(
        self, reactor: Any, config: Config | None = None, paused: bool = False
    ) -> None:
        """
        :param reactor: the reactor that the application runs on.
        :param config: how it works; without one, as the sample file says.
        :param paused: fire nothing until the scheduler is resumed.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.config = Config() if config is None else config
        self._reactor = reactor
        self._paused = paused
        self.executors = assemble_executors(self.config, reactor)
        self.scheduler: LocalScheduler = assemble_scheduler(
            self.config, reactor, self.executors
        )
        for alias, executor in self.executors.items():
            if IService.providedBy(executor):
                child = IService(executor)
                child.setName(alias)
                child.setServiceParent(self)
        service = self.config.service
        self._stores = self.config.all_stores()
        later = any(one.of_server for one in self._stores.values())
        wait = service.database_wait if later else _NOT_AT_ALL
        self._patience = Patience(reactor, wait, service.node_name)
        self._watch = ClockWatch(reactor, self.scheduler.wake)
        self._listening: list[tuple[IListeningPort, Any]] = []
        self._starting = False
        self._open = False
        self._waiting: list[Deferred[None]] = []

    def when_started(self) -> Deferred[None]:
        """
        Wait for the next start, or for the one that is under way.

        :returns: fires when jobs are fired and clients are served, or fails with
            what kept the service from that.
        """
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def startService(self) -> None:
        """
        Open the store, begin to fire, then listen; see :meth:`when_started`.
        """
        super().startService()  # type: ignore[no-untyped-call]
        self._starting = True
        starting = Deferred.fromCoroutine(self._start())
        starting.addCallbacks(self._tell_started, self._tell_failed)

    def stopService(self) -> Deferred[None]:
        """
        Claim nothing more, wait for running work up to the limit, close everything.

        Clients are served until the work has ended.
        """
        return Deferred.fromCoroutine(self._stop())

    def kill(self) -> None:
        """
        Kill the programs that jobs started, for a process that ends without waiting.

        Their runs are repeated or abandoned once their leases have ended, as after
        any crash.
        """
        for executor in self.executors.values():
            if isinstance(executor, CommandExecutor):
                executor.kill()

    async def _start(self) -> None:
        service = self.config.service
        for listener in service.listen:
            if listener.path is not None and clear_stale_socket(listener.path):
                self._log.warn(
                    "removed {path}, which a dead process left", path=listener.path
                )
        for folder in map(os.path.abspath, self.config.tasks.path):
            if folder not in sys.path:
                sys.path.append(folder)
        for store in self._stores.values():
            make_private(store.url)
        await self._patience.start(self.scheduler, self._paused)
        self._open = True
        self._watch.start()
        try:
            for listener in service.listen:
                await self._listen(listener)
        except BaseException:
            await self._close(0.0)
            raise
        status = await self.scheduler.status()
        self._log.info(
            "node {node} keeps {jobs} jobs in {database}, listens on {listeners}"
            "{paused}",
            node=status.node,
            jobs="?" if status.store is None else status.store.jobs,
            database=", ".join(map(str, self._stores.values())),
            listeners=", ".join(map(str, service.listen)) or "nothing",
            paused=" and is paused" if self._paused else "",
        )
        if status.store is not None and status.store.quarantined:
            self._log.warn(
                "{count} jobs could not be loaded and do not run; see"
                " 'txsched quarantine list'",
                count=status.store.quarantined,
            )

    async def _listen(self, listener: Listener) -> None:
        factory = assemble_factory(self.config, listener, self.scheduler)
        endpoint = serverFromString(self._reactor, listener.description)
        try:
            port = await endpoint.listen(factory)
        except OSError as error:
            raise SocketTaken(
                f"cannot listen on {listener}: {error.strerror or error}"
            ) from None
        self._listening.append((port, factory))

    def _tell_started(self, _: None) -> None:
        self._starting = False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    def _tell_failed(self, failure: Failure) -> None:
        self._starting = False
        if failure.check(*_PLAIN_ERRORS):
            self._log.critical(
                "the scheduler cannot start: {reason}", reason=failure.value
            )
        else:
            self._log.failure("the scheduler cannot start", failure=failure)
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.errback(failure)

    async def _stop(self) -> None:
        if self._starting:
            self._patience.give_up()
            with suppress(Exception):  # it is in the log
                await self.when_started()
        if self._open:
            self._log.info("stopping: nothing more is started, running work may end")
            limit = self.config.service.shutdown_limit
            await self._close(None if limit is None else limit.total_seconds())
            self._log.info("stopped")
        stopping: Deferred[Any] | None = super().stopService()  # type: ignore[no-untyped-call]
        if stopping is not None:
            await stopping

    async def _close(self, limit_seconds: float | None) -> None:
        self._open = False
        try:
            await self.scheduler.stop(limit_seconds)
        finally:
            self._watch.stop()
            listening, self._listening = self._listening, []
            for port, _ in listening:
                await maybeDeferred(port.stopListening)
