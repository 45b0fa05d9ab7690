"""
Once, at one instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ..model.trigger import ICountingTrigger, ITimetable
from .instants import as_instant, utc
from .timetable import walk_between

__all__ = ["DateTrigger"]

_SECOND = timedelta(seconds=1)


@implementer(ITimetable, ICountingTrigger)
@frozen(init=False, weakref_slot=False)
class DateTrigger:
    """
    Fires once.

    :ivar run_date: the instant, in UTC.
    """

    run_date: datetime = field()

    def __init__(
        self, run_date: datetime | date | str, timezone: str | tzinfo | None = None
    ) -> None:
        """
        :param run_date: when; also as text, see
            :func:`~txsched.triggers.parse_instant`.
        :param timezone: of a *run_date* that has none; ``None`` is the zone of this
            machine.
        :raises BadTrigger: naming the argument and what was expected.
        """
        self.__attrs_init__(as_instant(run_date, timezone, "run_date"))

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        return self.run_date if utc(instant) < self.run_date else None

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        return self.run_date if self.run_date < utc(instant) else None

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """
        Walk through the times from *start* up to but without *end*.
        """
        return walk_between(self, start, end)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.

        A date that has passed is given all the same: the job is late then, and its
        ``misfire_grace_time`` decides.
        """
        if previous_fire_time is not None:
            return self.next_after(previous_fire_time)
        utc(now)  # a naive instant is refused here as everywhere
        return self.run_date

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        return 1, utc(first)

    def mask(self, first: datetime, length: int) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where times are not full seconds.
        """
        place, rest = divmod(self.run_date - first, _SECOND)
        if rest:
            return None
        return 1 << place if 0 <= place < length else 0

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return f"once at {_plain(self.run_date)}"

    def __str__(self) -> str:
        return f"at {self.run_date.isoformat()}"


def _plain(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None)} UTC"
