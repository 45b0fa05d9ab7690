"""
Events to those who listen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from attrs import define, field
from twisted.logger import Logger
from zope.interface import implementer

from ..interfaces import ISubscription
from ..model import Event

__all__ = ["Publisher"]


@implementer(ISubscription)
@define(eq=False)
class _Subscription:
    _publisher: Publisher
    observer: Callable[[Event], object]
    ended: bool = field(default=False, init=False)

    def cancel(self) -> None:
        """
        No more events.
        """
        self._publisher.drop(self)


@define(eq=False)
class Publisher:
    """
    Hands each event to each observer; a broken observer hurts nobody else.

    All see the same order: what is published while observers are told, by one of
    them for instance, comes after that.
    """

    _log = Logger()
    _subscriptions: tuple[_Subscription, ...] = field(default=(), init=False)
    _waiting: deque[tuple[Event, tuple[_Subscription, ...]]] = field(
        factory=deque, init=False
    )
    _telling: bool = field(default=False, init=False)

    @property
    def wanted(self) -> bool:
        """
        Whether anybody listens: an event that nobody wants need not be made.
        """
        return bool(self._subscriptions)

    def subscribe(self, observer: Callable[[Event], object]) -> _Subscription:
        """
        Call *observer* with every event from now on.
        """
        subscription = _Subscription(self, observer)
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def drop(self, subscription: _Subscription) -> None:
        """
        End a subscription; harmless when it has ended.
        """
        subscription.ended = True
        self._subscriptions = tuple(
            one for one in self._subscriptions if one is not subscription
        )

    def publish(self, event: Event) -> None:
        """
        Tell everybody.
        """
        self._waiting.append((event, self._subscriptions))
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                self._tell(*self._waiting.popleft())
        finally:
            self._telling = False

    def _tell(self, event: Event, subscriptions: tuple[_Subscription, ...]) -> None:
        for subscription in subscriptions:
            if subscription.ended:
                continue  # since the event was published
            try:
                subscription.observer(event)
            except Exception:
                self._log.failure(
                    "an observer of events failed: {observer}",
                    observer=subscription.observer,
                )
