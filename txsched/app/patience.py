"""
Starting while the database is not there yet.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import define, field
from twisted.logger import Logger

from ..core import LocalScheduler, Settings
from ..core.backoff import Backoff
from ..errors import StoreUnavailable
from ..interfaces import IClock

__all__ = ["Patience"]


@define(eq=False)
class Patience:
    """
    Tries to start a scheduler again and again while its store cannot be reached.

    :param limit: for how long; ``None`` is for ever.
    :param key: another one for each node, see :class:`~txsched.core.backoff.Backoff`.
    """

    _clock: IClock
    _limit: timedelta | None
    _key: str
    _given_up: bool = field(default=False, init=False)
    _backoff: Backoff = field(init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._backoff = Backoff(self._clock, Settings(), f"{self._key} start")

    async def start(self, scheduler: LocalScheduler, paused: bool) -> None:
        """
        Start *scheduler*.

        :raises StoreUnavailable: its store could not be reached in all that time, or
            until :meth:`give_up` was called.
        """
        begun = self._clock.seconds()
        self._given_up = False
        self._backoff.reset()
        while True:
            try:
                return await scheduler.start(paused=paused)
            except StoreUnavailable as error:
                passed = timedelta(seconds=self._clock.seconds() - begun)
                if self._given_up or (
                    self._limit is not None and passed >= self._limit
                ):
                    raise
                self._log.warn(
                    "cannot start yet, trying again{until}: {error}",
                    until="" if self._limit is None else f" for {self._limit - passed}",
                    error=error,
                )
            await self._backoff.pause()

    def give_up(self) -> None:
        """
        Try once more, and no more.
        """
        self._given_up = True
        self._backoff.hurry()
