"""
One wake-up at a time.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from twisted.internet.interfaces import IDelayedCall

from ..interfaces import IClock

__all__ = ["Alarm"]


@define(eq=False)
class Alarm:
    """
    Calls *ring* once its instant has come, always the one that was set last.

    It never sleeps longer than *bound_seconds*: so a clock that was set forward,
    or a machine that was suspended, is noticed within that time.

    :param clock: what tells and keeps time.
    :param ring: called when the time has come.
    :param bound_seconds: the longest sleep.
    """

    _clock: IClock
    _ring: Callable[[], None]
    _bound_seconds: float
    _at: float | None = field(default=None, init=False)
    _call: IDelayedCall | None = field(default=None, init=False)
    _call_at: float = field(default=0.0, init=False)

    @property
    def at(self) -> float | None:
        """
        When it will ring, in seconds since 1970; ``None`` when it is not set.
        """
        return self._at

    def set(self, at: float | None) -> None:
        """
        Ring at *at*, in seconds since 1970, at once if that has passed.

        :param at: ``None`` for not at all.
        """
        self._at = at
        if at is None:
            if self._call is not None:
                self._call.cancel()
                self._call = None
            return
        now = self._clock.seconds()
        wake = min(max(at, now), now + self._bound_seconds)
        if self._call is not None:
            if self._call_at <= wake:
                return  # it wakes early and sleeps on: cheaper than a new call
            self._call.cancel()
        self._call_at = wake
        self._call = self._clock.callLater(wake - now, self._wake)

    def _wake(self) -> None:
        self._call = None
        at = self._at
        if at is not None and self._clock.seconds() < at:
            self.set(at)
            return
        self._at = None
        self._ring()
