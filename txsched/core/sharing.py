"""
Sharing: how much of the work of a store one of several nodes takes at once, and when.

A node alone takes what it can.  One of several takes small batches, larger ones only as
far as it carries them out: so all that are awake at once get their part.  As soon as
work queues up in its executors it lets a while pass between claims, in which nodes that
have free places come first.  And since nobody tells it what others leave over, it looks
for that itself each second.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from attrs import define, field
from twisted.internet.interfaces import IDelayedCall

from ..interfaces import IClock
from .flights import Flights
from .heart import Heart
from .settings import Settings

__all__ = ["Share"]

#: The least batch of one of several nodes, as a part of that of a node alone.
_LEAST_PART = 8
#: A batch is as large as what was carried out in this part of a second, if that is
#: more.
_BATCH_SECONDS = 0.25
#: For how long a node lets others come first whose queue is a second's work; longer in
#: proportion for a longer one, within bounds.
_YIELD_SECONDS = 0.1
_LONGEST_YIELD_SECONDS = 0.5
#: How often a node looks for what others leave over.
_LOOK_SECONDS = 1.0
#: Within which time after another node's word a node looks, by its hash.
_NOTICE_SECONDS = 0.02


@define(eq=False)
class Share:
    """
    The part of one node.

    :param wake: lets the engine look.
    """

    _clock: IClock
    _settings: Settings
    _node: str
    _heart: Heart
    _flights: Flights
    _wake: Callable[[], None]
    _part: float = field(init=False)
    _mark: tuple[float, int] = field(default=(0.0, 0), init=False)
    _before: int = field(default=0, init=False)
    _claimed_at: float = field(default=0.0, init=False)
    _call: IDelayedCall | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._part = crc32(self._node.encode()) / 2**32

    @property
    def _alone(self) -> bool:
        return self._heart.alive <= 1

    def _recent(self) -> int:
        """
        Say how many runs ended within the last second or two.
        """
        now, ended = self._clock.seconds(), self._flights.ended
        since, count = self._mark
        if not 0.0 <= now - since < 1.0:
            self._before = ended - count if 0.0 <= now - since < 2.0 else 0
            self._mark = now, ended
        return max(self._before, ended - self._mark[1])

    def limit(self, room: int) -> int:
        """
        Say how much to claim now, of *room*.
        """
        most = min(self._settings.batch_size, room)
        self._claimed_at = self._clock.seconds()
        if self._alone:
            return most
        least = -(-self._settings.batch_size // (_LEAST_PART * self._heart.alive))
        return min(most, max(least, int(self._recent() * _BATCH_SECONDS)))

    def yields_until(self, now: float) -> float | None:
        """
        Say until when to leave it to others to claim, in seconds since 1970.

        :returns: ``None``: not at all.
        """
        if self._alone:
            return None
        waits = self._flights.queued() / max(1, self._recent())
        if waits <= 1:
            return None
        delay = min(_YIELD_SECONDS * waits, _LONGEST_YIELD_SECONDS)
        until = self._claimed_at + delay * (1 - 0.25 * self._part)
        return until if now < until <= now + delay else None

    def look_at(self, due: float | None, now: float) -> float | None:
        """
        Say when to look, of a node for which nothing is due before *due*.
        """
        if self._alone:
            return due
        look = now + _LOOK_SECONDS * (1 - 0.25 * self._part)
        return look if due is None else min(due, look)

    def noticed(self) -> None:
        """
        Another node changed something: look, not in the same moment as all others.
        """
        if self._alone:
            self._wake()
        elif self._call is None:
            delay = _NOTICE_SECONDS * self._part
            self._call = self._clock.callLater(delay, self._look)

    def _look(self) -> None:
        self._call = None
        self._wake()

    def stop(self) -> None:
        """
        Leave no call to the clock behind.
        """
        if self._call is not None:
            self._call.cancel()
            self._call = None
