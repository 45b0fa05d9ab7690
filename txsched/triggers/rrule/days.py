"""
Which days of a year the parts of a recurrence rule leave: masks of bits.

Bit 0 is the first of January.  A mask depends only on the kind of its year, see
:func:`~txsched.triggers.cron.days.year_kind`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate

from .syntax import Freq, NthDay, Rule

__all__ = ["bits", "comb", "days_of_year", "month_spans", "year_length"]


def _spans(february: int) -> list[tuple[int, int]]:
    lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return list(zip(accumulate([0, *lengths[:-1]]), lengths, strict=True))


_SPANS = (_spans(28), _spans(29))


def year_length(year: int) -> int:
    """
    Give the number of days of a year.
    """
    return 365 + calendar.isleap(year)


def month_spans(year: int) -> list[tuple[int, int]]:
    """
    Give the first day of each month, and its number of days.
    """
    return _SPANS[calendar.isleap(year)]


def comb(first: int, step: int, end: int) -> int:
    """
    Give every bit that is *step* further, from *first* up to but without *end*.
    """
    return sum(1 << place for place in range(first, end, step))


def days_of_year(rule: Rule, year: int) -> int:
    """
    Give the days that all the parts of *rule* leave, whatever its interval.
    """
    length = year_length(year)
    spans = month_spans(year)
    days = (1 << length) - 1
    if rule.bymonth:
        days &= _join(_span(*spans[month - 1]) for month in rule.bymonth)
    if rule.byyearday:
        days &= _join(_nth(day, 0, length) for day in rule.byyearday)
    if rule.bymonthday:
        days &= _join(_nth(day, *span) for day in rule.bymonthday for span in spans)
    if rule.byweekno:
        days &= _weeks(rule, year)
    if rule.byday:
        by_month = rule.freq is not Freq.YEARLY or rule.bymonth
        scopes = spans if by_month else [(0, length)]
        begin = date(year, 1, 1).weekday()
        days &= _join(_weekdays(day, begin, scopes) for day in rule.byday)
    return days


def _join(masks: Iterable[int]) -> int:
    joined = 0
    for mask in masks:
        joined |= mask
    return joined


def _span(first: int, length: int) -> int:
    return (1 << length) - 1 << first


def _nth(number: int, first: int, length: int) -> int:
    """
    Give the day of a number, which is counted from 1 on or from -1 backwards.
    """
    if abs(number) > length:
        return 0
    return 1 << first + (number - 1 if number > 0 else length + number)


def _weekdays(day: NthDay, begin: int, scopes: Iterable[tuple[int, int]]) -> int:
    """
    Give a weekday, or the nth in each of *scopes*.

    :param begin: the weekday of the first of January.
    """
    return _join(_weekday(day, begin, *scope) for scope in scopes)


def _weekday(day: NthDay, begin: int, first: int, length: int) -> int:
    places = range(first + (day.weekday - begin - first) % 7, first + length, 7)
    if not day.nth:
        return comb(places.start, 7, places.stop)
    if abs(day.nth) > len(places):
        return 0
    return 1 << places[day.nth - 1 if day.nth > 0 else day.nth]


def _weeks(rule: Rule, year: int) -> int:
    """
    Give the days of the weeks of these numbers.

    A day counts with the calendar year in which it lies, also if its week is the last
    one of the year before, or the first one of the year after.
    """
    length = year_length(year)
    begin, number = _first_week(year, rule.wkst)
    everything = (1 << length) - 1
    days = 0
    for week in rule.byweekno:
        place = week if week > 0 else number + 1 + week
        if 1 <= place <= number:
            at = begin + 7 * (place - 1)
            days |= _span(at, 7) if at >= 0 else 0b1111111 >> -at
    if begin > 0:
        _, before = _first_week(year - 1, rule.wkst)
        if before in rule.byweekno or -1 in rule.byweekno:
            days |= _span(0, begin)
    if 1 in rule.byweekno:
        days |= _span(begin + 7 * number, 7)
    return days & everything


def _first_week(year: int, wkst: int) -> tuple[int, int]:
    """
    Give the day on which the first week of a year begins, and how many there are.

    The first week is the first one with four days in the year; it may begin before.
    """

    def begin(one: int) -> date:
        fourth = date(one, 1, 4)
        return fourth - timedelta((fourth.weekday() - wkst) % 7)

    first = begin(year)
    return (
        (first - date(year, 1, 1)).days,
        (begin(year + 1) - first).days // 7,
    )


def bits(mask: int) -> Iterator[int]:
    """
    Walk through the places of the bits of *mask*, from the lowest on.
    """
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
