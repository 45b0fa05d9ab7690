"""
Writing plans, also when the store does not answer at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from ..errors import StoreUnavailable
from ..interfaces import IClock, IJobStore
from ..model import Disposition, Plan, from_seconds
from .backoff import Backoff
from .health import TURNS, Health
from .settings import Settings

__all__ = ["Committer", "within"]

_RUNNING = Disposition.RUNNING


@define(eq=False)
class Committer:
    """
    Writes plans under their terms, again when nobody knows whether they were written.

    Without that the jobs of a batch, whose leases this node holds, would have to
    wait for the ends of their leases, and their runs for a take-over.

    :param node: who makes the plans.
    :param going: says whether it is worth while to try again.
    """

    _store: IJobStore
    _clock: IClock
    _settings: Settings
    _node: str
    _going: Callable[[], bool]
    _health: Health
    _log = Logger()

    async def commit(self, plans: Sequence[Plan]) -> set[str]:
        """
        Write *plans*; tries for a third of the duration of leases.

        :returns: the ids of the jobs whose plans are not to be carried out: the
            lease was lost, or the store cannot take this one.
        :raises StoreUnavailable: it did not answer in all that time.
        """
        if not plans:
            return set()
        lease = self._settings.lease_duration
        begun = self._clock.seconds()
        latest = begun + lease.total_seconds() / 3
        backoff = Backoff(self._clock, self._settings, f"{self._node} commit")
        while True:
            now = self._clock.seconds()
            until = from_seconds(now) + lease
            try:
                lost = set(await self._store.commit(plans, self._node, until))
                self._health.refused += len(lost)
                return lost
            except StoreUnavailable as error:
                delay = backoff.next_seconds()
                if not self._going() or now + delay > latest:
                    raise
                self._health.failed(TURNS, str(error))
                self._log.warn("{error}; trying to commit again", error=error)
            except Exception:
                if len(plans) > 1:
                    break
                self._log.failure(
                    "the plan for job {job_id} cannot be committed",
                    job_id=plans[0].job_id,
                )
                return {plans[0].job_id}
            pause: Deferred[None] = Deferred()
            self._clock.callLater(delay, pause.callback, None)
            await pause
        each: set[str] = set()
        for one in plans:
            each |= await self.commit((one,))
        return each


def within(plans: Sequence[Plan], room: int) -> list[Plan]:
    """
    Let what *plans* start beyond *room* wait as pending runs.
    """
    fitting = []
    for one in plans:
        runs = []
        for run in one.runs:
            if run.disposition is _RUNNING:
                room -= 1
                if room < 0:
                    run = run._replace(
                        disposition=Disposition.PENDING,
                        reason="waits for a free place on a node",
                        node=None,
                        started_at=None,
                    )
            runs.append(run)
        fitting.append(one._replace(runs=tuple(runs)))
    return fitting
