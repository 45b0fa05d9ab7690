"""
Expressions, in each dialect, that are no triggers.
"""

from __future__ import annotations

from .rows import Row

__all__ = ["TRIGGERS"]

_ROWS = [
    # of no dialect
    ("", "trigger", "does not begin with at, every, delay, manual"),
    ("* * * * *", "trigger", "does not begin with"),
    ("x" * 2000, "trigger", "has 2000 characters, at most 1000"),
    # at
    ("at", "run_date", "'' is not a date and time"),
    ("at noon", "run_date", "'noon' is not a date and time"),
    ("at 2030-13-01", "run_date", "month must be in 1..12"),
    ("at 2200-01-01", "run_date", "the year 2200 is not within 1970-2199"),
    ("at 2030-01-01 12:00 Mars/Base", "timezone", "no time zone 'Mars/Base'"),
    # delay
    ("delay", "delay", "is empty; give a length such as 10s"),
    ("delay 0s", "delay", "is not within 1 microsecond to 36525 days"),
    ("delay 5s until dusk", "end_date", "'dusk' is not a date and time"),
    ("delay 5s jitter 1s", "jitter", "the end of a run, which it counts from"),
    # manual
    ("manual 5s", "trigger", "nothing may follow 'manual', but '5s' does"),
    ("manual until 2030-01-01", "end_date", "is not for a trigger of kind 'manual'"),
    # every
    ("every", "interval", "is empty; give a length such as 10s"),
    ("every 0s", "interval", "is not within 1 microsecond to 36525 days"),
    ("every -5s", "interval", "expected a number at column 1"),
    ("every 5 parsecs", "interval", "no unit 'parsecs' at column 3"),
    ("every 5s from dawn", "start_date", "'dawn' is not a date and time"),
    ("every 5s until dusk", "end_date", "'dusk' is not a date and time"),
    ("every 5s from 2030-01-02 until 2030-01-01", "end_date", "is before start_date"),
    ("every 5s from 2030-01-01 from 2030-01-02", "trigger", "'from' is given twice"),
    # crontab
    ("crontab", "expression", "has 0 fields"),
    ("crontab 61 * * * *", "minute", "61 is not within 0-59 (at column 1"),
    ("crontab 0 24 * * *", "hour", "24 is not within 0-23 (at column 3"),
    ("crontab 0 0 0 * *", "day", "0 is not within 1-31"),
    ("crontab 0 0 * foo *", "month", "'foo' is not within 1-12 or jan-dec"),
    ("crontab 0 0 * * 8", "day_of_week", "8 is not within 0-7"),
    ("crontab */0 * * * *", "minute", "a step must be at least 1"),
    ("crontab 0 9 * * mon Mars/Base", "timezone", "no time zone 'Mars/Base'"),
    # nicknames
    ("@reboot", "expression", "names no time"),
    ("@often", "expression", "'@often' is not one of @yearly"),
    ("@daily UTC UTC", "expression", "has too many words"),
    # cron
    ("cron", "expression", "give one of year"),
    ("cron hours=9", "hours", "there is no such field"),
    ("cron hour=9 hour=10", "hour", "is given twice"),
    ("cron day=3rd foo", "day", "'foo' is not one of mon"),
    ("cron year=1969", "year", "1969 is not within 1970-2199"),
    ("cron second=1-", "second", "a value is missing"),
]

#: For ``txsched add --trigger``, and as a trigger of a job in a box.
TRIGGERS = {
    f"{number}: {text:.40}": Row(text, field, reason, "BAD_TRIGGER")
    for number, (text, field, reason) in enumerate(_ROWS)
}
