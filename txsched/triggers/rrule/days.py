"""
Which days of a year a recurrence rule means, as python-dateutil works it out.

Whether a day matches depends on the rule, and on the kind of the year alone: on which
weekday it begins, whether it is a leap year, and whether the year before was one.  So
the library is asked about one year of each kind.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from dateutil import rrule
from dateutil.rrule import weekday as weekday_of

from ..cron.days import ALL_YEARS, year_kind
from ..zones import FIRST_YEAR, LAST_YEAR
from .parts import Frequency, Rule

__all__ = ["RuleDays"]


class RuleDays:
    """
    The days of a rule, as :class:`~txsched.triggers.cron.walls.Walls` asks for them.
    """

    years = ALL_YEARS

    def __init__(self, rule: Rule, start: datetime) -> None:
        """
        :param start: the wall time that the rule begins with: what the rule itself
            leaves open is as it is there.
        """
        self._rule = rule
        month, monthday = rule.part("month"), rule.part("monthday")
        days = rule.days
        others = rule.part("weekno") or rule.part("yearday")
        if not (days or monthday or others):
            if rule.freq is Frequency.YEARLY:
                month = month or (start.month,)
            if rule.freq <= Frequency.MONTHLY:
                monthday = (start.day,)
            elif rule.freq is Frequency.WEEKLY:
                days = ((start.weekday(), 0),)
            else:
                monthday = tuple(range(1, 32))
        if rule.freq is not Frequency.YEARLY:
            month = month or tuple(range(1, 13))
        self._parts = {
            "bymonth": month or None,
            "bymonthday": monthday or None,
            "byyearday": rule.part("yearday") or None,
            "byweekno": rule.part("weekno") or None,
            "byweekday": [weekday_of(day, n or None) for day, n in days] or None,
        }

    def masks(self, kind: int) -> tuple[int, ...]:
        """
        See :meth:`txsched.triggers.cron.days.DayRule.masks`.
        """
        year = _year_of(kind)
        found = rrule.rrule(
            rrule.YEARLY,
            # The library looks for a day until the year 9999 where there is none.
            interval=10_000,
            dtstart=datetime(year, 1, 1),  # noqa: DTZ001
            until=datetime(year, 12, 31),  # noqa: DTZ001
            wkst=self._rule.wkst,
            **self._parts,  # type: ignore[arg-type]
        )
        masks = [0] * 13
        for day in found:
            masks[day.month] |= 1 << day.day
        some = sum(1 << month for month in range(1, 13) if masks[month])
        return (some, *masks[1:])


@lru_cache(maxsize=64)
def _year_of(kind: int) -> int:
    """
    Give a year of this kind.
    """
    return next(
        year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year_kind(year) == kind
    )
