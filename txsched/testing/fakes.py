"""
Stand-ins that users' tests and ours need: proven by the same contracts, or too simple
to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, fail
from zope.interface import implementer, providedBy

from ..context import RunContext
from ..errors import StoreUnavailable
from ..interfaces import IExecutor, IJobStore
from ..model import Call, Event, ITrigger

__all__ = ["EveryTrigger", "FailingStore", "ManualExecutor", "RecordingObserver"]


@implementer(ITrigger)
@frozen
class EveryTrigger:
    """
    The simplest trigger there is: at *start*, and again each *interval*.

    It cannot count, so it is walked step by step.
    """

    start: datetime
    interval: timedelta
    end: datetime | None = None

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        if previous_fire_time is not None:
            following = previous_fire_time + self.interval
        elif now <= self.start:
            following = self.start
        else:
            following = self.start + -((self.start - now) // self.interval) * (
                self.interval
            )
        return None if self.end is not None and following > self.end else following


@implementer(IExecutor)
@define(eq=False)
class ManualExecutor:
    """
    An executor whose calls end when the test says so.

    :ivar running: what was begun and has not ended: context and Deferred, by run id.
    :ivar begun: every context, in order.
    """

    running: dict[str, tuple[RunContext, Deferred[Any]]] = field(
        factory=dict, init=False
    )
    begun: list[RunContext] = field(factory=list, init=False)

    def check(self, call: Call) -> None:
        """
        Takes everything.
        """

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        """
        Begin a call that ends by :meth:`end`.
        """
        deferred: Deferred[Any] = Deferred()
        self.begun.append(context)
        self.running[context.run_id] = (context, deferred)
        deferred.addBoth(self._ended, context, deferred)
        return deferred

    def _ended(self, result: Any, context: RunContext, deferred: Deferred[Any]) -> Any:
        if self.running.get(context.run_id, (None, None))[1] is deferred:
            del self.running[context.run_id]
        return result

    def end(self, run_id: str | None = None, result: Any = None) -> None:
        """
        End one call, or the one that was begun first; an exception makes it fail.
        """
        if run_id is None:
            run_id = next(iter(self.running))
        _, deferred = self.running[run_id]
        if isinstance(result, BaseException):
            deferred.errback(result)
        else:
            deferred.callback(result)


@define(eq=False)
class RecordingObserver:
    """
    Notes the events that it is told.
    """

    events: list[Event] = field(factory=list, init=False)

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type[Event]) -> list[Any]:
        """
        Give the events of one class.
        """
        return [event for event in self.events if isinstance(event, kind)]


class FailingStore:
    """
    A store that goes away at a chosen call of a chosen method.

    :param original: the store that does the work.
    :param method: which method fails.
    :param first: the first of its calls that fails, counted from 0.
    :param count: how many of them fail.
    :param after: whether the work is done before the failure is told, as when an
        answer is lost on its way.
    :ivar failed: how many have failed.
    """

    def __init__(
        self,
        original: IJobStore,
        method: str,
        first: int = 0,
        count: int = 1,
        after: bool = False,
    ) -> None:
        self._original = original
        self._method = method
        self._calls = range(first, first + count)
        self._after = after
        self._seen = 0
        self.failed = 0
        self.__provides__ = providedBy(original)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._original, name)
        return self._failing(method) if name == self._method else method

    def _failing(self, method: Callable[..., Deferred[Any]]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Deferred[Any]:
            number = self._seen
            self._seen += 1
            if number not in self._calls:
                return method(*args, **kwargs)
            self.failed += 1
            error = StoreUnavailable("the test took it away")
            if not self._after:
                return fail(error)
            return method(*args, **kwargs).addCallback(lambda _: fail(error))

        return call
