"""
One page out of several stores: what they have in one order, with one cursor.

Each store is asked for pages as large as the one that is wanted, so memory is bounded
by the number of stores.  The cursor names the last item that was given, and for each
store where the page began that had items left.  Going on, a store is asked for that
page again, and what was passed is left out: so items that are added or removed in
between neither repeat nor hide others, whatever the cursors of the stores are made of.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field, frozen
from twisted.internet.defer import Deferred, DeferredList

from ..errors import BadValue
from ..model import Job, JobQuery, Page, RunQuery, to_micros

__all__ = ["Source", "merged_page"]

T = TypeVar("T")
Key = tuple[Any, ...]


@frozen
class _Order:
    """
    An order of items.

    :ivar name: for the cursor, so that it is not used for another order.
    :ivar key: gives what decides in it.
    :ivar kinds: the types of what the key consists of.
    """

    name: str
    key: Callable[[Any], Key]
    kinds: tuple[type, ...]


def _by_time(job: Job) -> Key:
    planned = job.next_run_time
    return (planned is None, 0 if planned is None else to_micros(planned), job.id)


_JOB_ORDERS = {
    "id": _Order("id", lambda job: (job.id,), (str,)),
    "name": _Order("name", lambda job: (job.name, job.id), (str, str)),
    "next_run_time": _Order("next_run_time", _by_time, (bool, int, str)),
}
_RUN_ORDER = _Order(
    "runs", lambda run: (to_micros(run.planned_time), run.id), (int, str)
)


def _order_of(query: JobQuery | RunQuery) -> _Order:
    return _RUN_ORDER if isinstance(query, RunQuery) else _JOB_ORDERS[query.order_by]


@define(eq=False)
class Source(Generic[T]):
    """
    A store that takes part.

    :ivar alias: its name, which decides between items that are equal in the order.
    :ivar find: asks it one question.
    """

    alias: str
    find: Callable[[Any], Awaitable[Page[T]]]
    cursor: str | None = field(default=None, init=False)
    places: deque[tuple[Key, T]] = field(factory=deque, init=False)
    _more: str | None = field(default=None, init=False)

    async def fill(
        self,
        query: JobQuery | RunQuery,
        key: Callable[[T], Key],
        passed: Callable[[Key], bool],
    ) -> None:
        """
        Get the items of the page at the cursor, and of those behind it while all were
        passed.
        """
        while True:
            page = await self.find(evolve(query, cursor=self.cursor))
            self._more = page.next_cursor
            for item in page.items:
                place = (*key(item), self.alias)
                if not passed(place):
                    self.places.append((place, item))
            if self.places or self._more is None:
                return
            self.cursor = self._more

    async def go_on(self, query: JobQuery | RunQuery, key: Callable[[T], Key]) -> None:
        """
        Get the items of the next page, if there is one.
        """
        if self._more is not None:
            self.cursor = self._more
            await self.fill(query, key, lambda place: False)


async def merged_page(
    sources: Sequence[Source[T]], query: JobQuery | RunQuery
) -> Page[T]:
    """
    Give one page of what all *sources* have.

    :raises BadValue: for a ``cursor`` that no page of several stores gave.
    """
    order, descending = _order_of(query), query.descending
    last: Key | None = None
    cursors: Mapping[str, str] = {}
    if query.cursor is not None:
        last, cursors = _decode(f"{order.name} {descending}", query.cursor, order.kinds)

    def passed(place: Key) -> bool:
        return last is not None and (place >= last if descending else place <= last)

    for one in sources:
        one.cursor = cursors.get(one.alias)
    await _all([one.fill(query, order.key, passed) for one in sources])
    choose = max if descending else min
    items: list[T] = []
    place = last
    while True:
        filled = [one for one in sources if one.places]
        if not filled:
            return Page(tuple(items))
        if len(items) == query.limit:
            break
        source = choose(filled, key=lambda one: one.places[0][0])
        place, item = source.places.popleft()
        items.append(item)
        if not source.places:
            await source.go_on(query, order.key)
    cursors = {one.alias: one.cursor for one in sources if one.cursor is not None}
    return Page(tuple(items), _encode(f"{order.name} {descending}", place, cursors))


async def _all(coroutines: Sequence[Any]) -> None:
    """
    Wait for all of them; the first failure among them is raised.
    """
    waiting = [Deferred.fromCoroutine(one) for one in coroutines]
    outcomes: Any = await DeferredList(waiting, consumeErrors=True)
    for succeeded, outcome in outcomes:
        if not succeeded:
            outcome.raiseException()


def _encode(name: str, last: Key | None, cursors: Mapping[str, str]) -> str:
    data = json.dumps([name, last, cursors], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode("ascii")


def _decode(
    name: str, cursor: str, kinds: tuple[type, ...]
) -> tuple[Key, Mapping[str, str]]:
    try:
        found, last, cursors = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError):
        found, last, cursors = None, None, None
    if (
        found != name
        or not isinstance(last, list)
        or not isinstance(cursors, dict)
        or tuple(map(type, last)) != (*kinds, str)
        or not all(isinstance(one, str) for one in cursors.values())
    ):
        raise BadValue(
            "cursor", f"{cursor!r} is not from a page of this order over several stores"
        )
    return tuple(last), cursors
