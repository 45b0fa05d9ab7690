"""
Events for distant subscribers: numbered, and kept for a while.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from uuid import uuid4

from attrs import define, evolve, field
from twisted.internet.defer import Deferred

from ..codec import dumps
from ..errors import NotSerializable
from ..interfaces import IScheduler, ISubscription
from ..model import Event, EventsLost, RunEvent

__all__ = ["Feed"]

#: The most bytes of one event; a run's result and traceback are left out beyond it.
_MOST_BYTES = 40_000


@define(eq=False)
class Feed:
    """
    The latest events of a scheduler, for subscribers who may be away for a moment.

    Each event has a number.  A subscriber asks for those after the last one that it
    has got; what is gone by then is replaced by one
    :class:`~txsched.model.EventsLost`.

    :param scheduler: whose events.
    :param kept: how many events are kept.
    """

    _scheduler: IScheduler
    _kept: int = 10_000
    #: Names this feed: numbers of another one mean nothing here.
    epoch: str = field(factory=lambda: uuid4().hex, init=False)
    _events: deque[bytes] = field(factory=deque, init=False)
    _next: int = field(default=1, init=False)
    _last: Event | None = field(default=None, init=False)
    _listeners: dict[object, Callable[[], None]] = field(factory=dict, init=False)
    _subscription: Deferred[ISubscription] | None = field(default=None, init=False)

    @property
    def last(self) -> int:
        """
        The number of the latest event.
        """
        return self._next - 1

    async def listen(self, who: object, wake: Callable[[], None]) -> None:
        """
        Call *wake* when there are new events, until *who* leaves.
        """
        if self._subscription is None:
            self._subscription = self._scheduler.subscribe(self._happened)
            await self._subscription
        self._listeners[who] = wake

    def leave(self, who: object) -> None:
        """
        End :meth:`listen`; harmless when it has ended.
        """
        self._listeners.pop(who, None)

    def _happened(self, event: Event) -> None:
        self._events.append(_encode(event))
        self._last = event
        self._next += 1
        if len(self._events) > self._kept:
            self._events.popleft()
        for wake in tuple(self._listeners.values()):
            wake()

    def after(self, number: int, most: int) -> tuple[int, list[bytes]]:
        """
        Give events that came after the one of this *number*.

        :param most: at most so many bytes of them, but at least one event.
        :returns: the number of the last event that is given, and the events, encoded.
        """
        first = self._next - len(self._events)
        events: list[bytes] = []
        if number + 1 < first:
            assert self._last is not None
            lost = EventsLost(self._last.at, first - number - 1)
            events.append(dumps(lost))
            number = first - 1
        size = 0
        while number < self.last:
            event = self._events[number + 1 - first]
            size += len(event) + 3
            if events and size > most:
                break
            events.append(event)
            number += 1
        return number, events


def _encode(event: Event) -> bytes:
    try:
        data = dumps(event)
    except NotSerializable:
        data = b""
    if (not data or len(data) > _MOST_BYTES) and isinstance(event, RunEvent):
        run = event.run
        short = run._replace(
            result=None,
            traceback=None,
            error=None if run.error is None else run.error[:1000],
        )
        data = dumps(evolve(event, run=short))
    return data
