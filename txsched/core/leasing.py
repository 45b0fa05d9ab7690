"""
Keeping: the leases on runs under way are renewed until the runs have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import StoreUnavailable
from ..interfaces import IClock, IJobStore
from ..model import Renewal, from_seconds
from .health import LEASES, Health
from .settings import Settings

__all__ = ["LeaseKeeper"]


@define(eq=False)
class LeaseKeeper:
    """
    Renews leases three times within their duration, all with one question.

    :param held: gives the terms of the leases that are held now, by run id.
    :param renewed: told of each answer, with the terms that were asked for.
    """

    _store: IJobStore
    _clock: IClock
    _settings: Settings
    _held: Callable[[], Mapping[str, int]]
    _renewed: Callable[[Renewal, Mapping[str, int]], None]
    _health: Health
    _renewing: bool = field(default=False, init=False)
    _call: IDelayedCall | None = field(default=None, init=False)
    _log = Logger()

    def keep(self) -> None:
        """
        Renew, from now on and as long as leases are held.
        """
        if not self._renewing:
            self._renewing = True
            delay = self._settings.lease_duration.total_seconds() / 3
            self._call = self._clock.callLater(delay, self._renew_now)

    def rest(self) -> None:
        """
        Leave no call to the clock behind, once no leases are held.
        """
        if self._call is not None:
            self._call.cancel()
            self._call = None
            self._renewing = False

    def _renew_now(self) -> None:
        self._call = None
        held = self._held()
        if held:
            Deferred.fromCoroutine(self._renew(held)).addErrback(
                self._not_renewed
            ).addCallback(self._go_on)
        else:
            self._renewing = False
            self._health.answered(LEASES)

    async def _renew(self, held: Mapping[str, int]) -> None:
        until = from_seconds(self._clock.seconds()) + self._settings.lease_duration
        self._renewed(await self._store.renew(list(held.items()), until), held)
        self._health.answered(LEASES)

    def _not_renewed(self, failure: Failure) -> None:
        if failure.check(StoreUnavailable):
            self._health.failed(LEASES, str(failure.value))
            self._log.warn("cannot renew leases: {error}", error=failure.value)
        else:
            self._log.failure("renewing leases failed", failure=failure)

    def _go_on(self, _: None) -> None:
        self._renewing = False
        if self._held():
            self.keep()
