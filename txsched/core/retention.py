"""
Forgetting: what the ledger need not keep any longer.
"""

from __future__ import annotations

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import StoreUnavailable
from ..interfaces import IClock, IJobStore
from ..model import from_seconds
from .settings import Settings

__all__ = ["PRUNE_BATCH", "Retention"]

#: How many rows are removed at once; what else waits for the store comes between.
PRUNE_BATCH = 1000


@define(eq=False)
class Retention:
    """
    Prunes the ledger now and then, in batches, as long as it is started.
    """

    _store: IJobStore
    _clock: IClock
    _settings: Settings
    _call: IDelayedCall | None = field(default=None, init=False)
    _running: bool = field(default=False, init=False)
    _pruning: bool = field(default=False, init=False)
    _log = Logger()

    def start(self) -> None:
        """
        Prune as soon as the loop is free, and again at each interval.
        """
        self._running = True
        if not self._pruning:
            self._later(0.0)

    def stop(self) -> None:
        """
        Prune no more; what the store has begun it ends.
        """
        self._running = False
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _later(self, delay: float) -> None:
        if self._running:
            self._call = self._clock.callLater(delay, self._now)

    def _now(self) -> None:
        self._call = None
        self._pruning = True
        done = Deferred.fromCoroutine(self._prune())
        done.addErrback(self._failed).addCallback(self._pruned)

    def _pruned(self, delay: float) -> None:
        self._pruning = False
        self._later(delay)

    def _failed(self, failure: Failure) -> float:
        if failure.check(StoreUnavailable):
            self._log.warn("cannot prune the ledger: {error}", error=failure.value)
        else:
            self._log.failure("pruning the ledger failed", failure=failure)
        return self._settings.prune_interval.total_seconds()

    async def _prune(self) -> float:
        """
        :returns: after how many seconds to go on.
        """
        settings = self._settings
        before = None
        if settings.retention_age is not None:
            before = from_seconds(self._clock.seconds()) - settings.retention_age
        removed = await self._store.prune(before, settings.retention_count, PRUNE_BATCH)
        if removed >= PRUNE_BATCH:
            return 0.0
        return settings.prune_interval.total_seconds()
