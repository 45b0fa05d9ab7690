"""
What tests of dialects have in common: the times of an expression, in short.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from txsched.triggers import CronTrigger

from .oracle import instant


def days(text, dialect, year, month):
    """
    Give the days of a month on which an expression fires, in UTC.
    """
    trigger = CronTrigger.parse(text, dialect, "UTC")
    end = instant(year + month // 12, month % 12 + 1, 1)
    found = [time.day for time in trigger.between(instant(year, month, 1), end)]
    return sorted(set(found))


def first(text, dialect, number=3, start=(2026, 1, 1)):
    """
    Give the first times of an expression from a moment in UTC on, in short.
    """
    trigger = CronTrigger.parse(text, dialect, "UTC")
    times = trigger.between(instant(*start), instant(2199, 12, 31))
    return [f"{time:%Y-%m-%d %H:%M:%S}" for time in islice(times, number)]


def in_a_day(text, dialect, day=(2026, 1, 1)):
    """
    Give the times of a day at which an expression fires, in UTC.
    """
    trigger = CronTrigger.parse(text, dialect, "UTC")
    start = instant(*day)
    times = trigger.between(start, start + timedelta(days=1))
    return [f"{time:%H:%M:%S}" for time in times]


def in_the_fold(trigger):
    """
    Count the times of a trigger in Berlin during the two hours from 02:00 to 03:00
    of 25 October 2026.
    """
    start, end = instant(2026, 10, 25), instant(2026, 10, 25, 2)
    return len(list(trigger.between(start, end)))
