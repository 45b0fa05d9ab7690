"""
Pauses between attempts, for as long as a store stays away.
"""

from __future__ import annotations

from zlib import crc32

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall

from ..interfaces import IClock
from .settings import Settings

__all__ = ["Backoff"]

#: By which part of it a pause may be shorter.
_JITTER = 0.25


@define(eq=False)
class Backoff:
    """
    Pauses that double from ``retry_delay`` up to ``longest_retry_delay``.

    Each is shorter by up to a quarter, by a hash of *key* and its number: nodes that
    lost the same store do not all come back to it in the same moment.

    :param key: another one for each node, and for each that waits there.
    """

    _clock: IClock
    _settings: Settings
    _key: str
    _number: int = field(default=0, init=False)
    _pauses: dict[Deferred[None], IDelayedCall] = field(factory=dict, init=False)

    def next_seconds(self) -> float:
        """
        Give the length of the next pause.
        """
        settings = self._settings
        longest = settings.longest_retry_delay.total_seconds()
        # 2 ** 40 times the least pause is longer than the longest.
        doubled = settings.retry_delay.total_seconds() * 2.0 ** min(self._number, 40)
        part = crc32(f"{self._key} {self._number}".encode()) / 2**32
        self._number += 1
        return min(doubled, longest) * (1 - _JITTER * part)

    def reset(self) -> None:
        """
        Begin anew with the shortest pause: there was a success.
        """
        self._number = 0

    def pause(self) -> Deferred[None]:
        """
        :returns: fires after the next pause.
        """
        pause: Deferred[None] = Deferred()
        self._pauses[pause] = self._clock.callLater(
            self.next_seconds(), self._go_on, pause
        )
        return pause

    def _go_on(self, pause: Deferred[None]) -> None:
        del self._pauses[pause]
        pause.callback(None)

    def hurry(self) -> None:
        """
        End the pauses that are under way.
        """
        for pause, call in list(self._pauses.items()):
            call.cancel()
            self._go_on(pause)
