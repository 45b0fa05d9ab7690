"""
Strategies that draw calendars.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...triggers import CronTrigger
from ...triggers.calendars import (
    CronCalendar,
    DatesCalendar,
    HoursCalendar,
    JoinedCalendar,
    WeekdaysCalendar,
    YearlyCalendar,
)
from .triggers import zones

__all__ = ["calendars"]

_WINDOWS = ("* 9-16 * * mon-fri", "*/7 * * * *", "30 2 * * *", "0-29 */3 1,15 * *")


def _ranges() -> SearchStrategy[tuple[int, int]]:
    minutes = st.integers(0, 24 * 60 - 1)
    return st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])


def _single() -> SearchStrategy[Any]:
    days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
    month_days = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(
        lambda day: (day.month, day.day)
    )
    return st.one_of(
        st.builds(DatesCalendar, st.lists(days, min_size=1, max_size=5), zones()),
        st.builds(
            YearlyCalendar, st.lists(month_days, min_size=1, max_size=5), zones()
        ),
        st.builds(
            WeekdaysCalendar,
            st.sets(st.integers(0, 6), min_size=1, max_size=5),
            zones(),
        ),
        st.builds(HoursCalendar, st.lists(_ranges(), min_size=1, max_size=2), zones()),
        st.builds(
            lambda text, zone: CronCalendar(CronTrigger.from_crontab(text, zone)),
            st.sampled_from(_WINDOWS),
            zones(),
        ),
    )


def calendars() -> SearchStrategy[Any]:
    """
    Draw calendars of every kind that needs no file, and several of them joined.
    """
    joined = st.lists(_single(), min_size=2, max_size=3).map(JoinedCalendar)
    return _single() | joined
