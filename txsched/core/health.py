"""
Whether a store answers, as those who work with it find.
"""

from __future__ import annotations

from datetime import datetime

from attrs import define, field
from twisted.logger import Logger

from ..interfaces import IClock
from ..model import StoreFound, StoreLost, from_seconds
from .publisher import Publisher

__all__ = ["BEATS", "ENDS", "LEASES", "TURNS", "Health"]

#: Who works with a store, each on its own: the engine's turns, ...
TURNS = "turns"
#: ... the recording of ended runs, ...
ENDS = "ends of runs"
#: ... the renewal of leases, ...
LEASES = "leases"
#: ... and the heartbeat.
BEATS = "heartbeat"


@define(eq=False)
class Health:
    """
    The store is lost from the first failure until each that failed has succeeded.

    :param alias: of the store.
    :ivar since: since when it is lost; ``None`` while it answers.
    :ivar refused: how many writes it gave back as lost.
    """

    _clock: IClock
    _publisher: Publisher
    _alias: str = "default"
    since: datetime | None = field(default=None, init=False)
    refused: int = field(default=0, init=False)
    _failing: dict[str, str] = field(factory=dict, init=False)
    _log = Logger()

    @property
    def error(self) -> str | None:
        """
        What went wrong last; ``None`` while the store answers.
        """
        return next(reversed(self._failing.values()), None)

    def fails(self, activity: str) -> bool:
        """
        Whether *activity* has failed and not succeeded since.
        """
        return activity in self._failing

    def failed(self, activity: str, error: str) -> None:
        """
        Note that *activity* failed.
        """
        self._failing.pop(activity, None)
        self._failing[activity] = error
        if self.since is None:
            self.since = from_seconds(self._clock.seconds())
            self._publisher.publish(StoreLost(self.since, error, self._alias))

    def answered(self, activity: str) -> None:
        """
        Note that *activity* succeeded, or that there is nothing for it to do.
        """
        if self._failing.pop(activity, None) is None or self._failing:
            return
        since, self.since = self.since, None
        assert since is not None
        now = from_seconds(self._clock.seconds())
        self._log.info(
            "the job store {alias} is back after {seconds:.1f} s",
            alias=self._alias,
            seconds=(now - since).total_seconds(),
        )
        self._publisher.publish(StoreFound(now, since, self._alias))

    def reset(self) -> None:
        """
        Forget what was: the store has been opened anew.
        """
        self._failing.clear()
        self.since = None
        self.refused = 0
