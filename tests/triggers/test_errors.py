"""
What cannot be taken is refused with the field and the reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo

from txsched.triggers import (
    CronTrigger,
    DateTrigger,
    IntervalTrigger,
    parse_duration,
    parse_instant,
    parse_trigger,
)

from .effort import bounded_work
from .refusing import Refusing

#: five fields; the field that is named; a part of the reason.
CRONTABS = [
    ("", "expression", "has 0 fields"),
    ("* * * *", "expression", "has 4 fields"),
    ("* * * * * *", "expression", "has 6 fields"),
    ("* * * * * UTC", "expression", "has 6 fields"),
    ("@reboot", "expression", "names no time"),
    ("@often", "expression", "'@often' is not one of @yearly"),
    ("@daily 5", "expression", "'@daily 5' is not one of"),
    ("0" * 1001, "expression", "has 1001 characters, at most 1000"),
    ("60 * * * *", "minute", "60 is not within 0-59 (at column 1 of '60 * * * *')"),
    ("5,61 * * * *", "minute", "61 is not within 0-59 (at column 3 of '5,61 * * * *')"),
    ("-1 * * * *", "minute", "a value is missing (at column 1"),
    ("1- * * * *", "minute", "a value is missing (at column 3"),
    ("1-2-3 * * * *", "minute", "'1-2-3' is not a value, a range or a step"),
    ("1, * * * *", "minute", "a value is missing (at column 3"),
    (",1 * * * *", "minute", "a value is missing (at column 1"),
    ("*/ * * * *", "minute", "the step '' is not a whole number (at column 3"),
    ("*/0 * * * *", "minute", "a step must be at least 1 (at column 3"),
    ("*/x * * * *", "minute", "the step 'x' is not a whole number"),
    ("*/-5 * * * *", "minute", "the step '-5' is not a whole number"),
    ("*/1.5 * * * *", "minute", "the step '1.5' is not"),
    ("*/5/5 * * * *", "minute", "'*/5/5' is not a value"),
    ("*-5 * * * *", "minute", "* stands for all values"),
    ("5-* * * * *", "minute", "'*' is not within 0-59 (at column 3"),
    ("65/15 * * * *", "minute", "65 is not within 0-59 (at column 1"),
    ("** * * * *", "minute", "'**' is not within"),
    ("1.5 * * * *", "minute", "'1.5' is not within"),
    ("1e1 * * * *", "minute", "'1e1' is not within"),
    ("\u0663 * * * *", "minute", "is not within 0-59"),
    ("\u00b2 * * * *", "minute", "is not within 0-59"),
    ("9" * 500 + " * * * *", "minute", "is not within 0-59"),
    ("1;2 * * * *", "minute", "'1;2' is not within"),
    ("? * * * *", "minute", "'?' is not within"),
    ("mon * * * *", "minute", "'mon' is not within 0-59"),
    ("0 24 * * *", "hour", "24 is not within 0-23 (at column 3 of '0 24 * * *')"),
    ("0 9-25 * * *", "hour", "25 is not within 0-23 (at column 5"),
    ("0 9am * * *", "hour", "'9am' is not within"),
    ("0 0 0 * *", "day", "0 is not within 1-31 (at column 5"),
    ("0 0 32 * *", "day", "32 is not within 1-31"),
    ("0 0 1,,2 * *", "day", "a value is missing (at column 7"),
    ("0 0 * 0 *", "month", "0 is not within 1-12"),
    ("0 0 * 13 *", "month", "13 is not within 1-12 (at column 7"),
    ("0 0 * foo *", "month", "'foo' is not within 1-12 or jan-dec"),
    ("0 0 * january *", "month", "'january' is not within"),
    ("0 0 * mon *", "month", "'mon' is not within"),
    ("0 0 * jan-foo *", "month", "'foo' is not within 1-12 or jan-dec (at column 11"),
    ("0 0 * * 8", "day_of_week", "8 is not within 0-7 (at column 9"),
    ("0 0 * * monday", "day_of_week", "'monday' is not within 0-6 or sun-sat"),
    ("0 0 * * mon-", "day_of_week", "a value is missing (at column 13"),
    ("0 0 * * 1/x", "day_of_week", "the step 'x' is not a whole number"),
]

#: fields of the own dialect; the field that is named; a part of the reason.
FIELDS = [
    ({}, "expression", "give one of year, month"),
    ({"second": 60}, "second", "60 is not within 0-59 (at column 1 of '60')"),
    ({"second": -1}, "second", "a value is missing"),
    ({"minute": "5,61"}, "minute", "61 is not within 0-59 (at column 3 of '5,61')"),
    ({"minute": ""}, "minute", "a value is missing"),
    ({"minute": "*/90"}, "minute", "the step 90 is larger than the 60 values"),
    ({"minute": "1-5/9"}, "minute", "the step 9 is larger than the 5 values"),
    ({"hour": "24"}, "hour", "24 is not within 0-23"),
    ({"hour": True}, "hour", "expected a number or text, not True"),
    ({"hour": 1.5}, "hour", "expected a number or text, not 1.5"),
    ({"hour": [1]}, "hour", "expected a number or text"),
    ({"hour": "1 minute=5"}, "hour", "has a = in it"),
    ({"hour": "1" * 1001}, "hour", "has 1001 characters"),
    ({"day": 0}, "day", "0 is not within 1-31"),
    ({"day": "1,32"}, "day", "32 is not within 1-31 (at column 3 of '1,32')"),
    ({"day": "31st"}, "day", "'31st' is not within 1-31"),
    ({"day": "1st"}, "day", "'1st' is not within"),
    ({"day": "6th mon"}, "day", "'6th' is not one of 1st"),
    ({"day": "3th mon"}, "day", "'3th' is not one of 1st"),
    ({"day": "1,last foo"}, "day", "'foo' is not one of mon, tue, wed"),
    ({"day": "1,last foo"}, "day", "(at column 8 of '1,last foo')"),
    ({"day": "last last fri"}, "day", "'last last fri' is not within"),
    ({"week": 54}, "week", "54 is not within 1-53"),
    ({"week": 0}, "week", "0 is not within 1-53"),
    ({"day_of_week": 7}, "day_of_week", "7 is not within 0-6"),
    ({"day_of_week": "3rd fri"}, "day_of_week", "'3rd fri' is not within"),
    ({"month": 13}, "month", "13 is not within 1-12"),
    ({"month": "sun"}, "month", "'sun' is not within 1-12 or jan-dec"),
    ({"year": 1969}, "year", "1969 is not within 1970-2199"),
    ({"year": 2200}, "year", "2200 is not within 1970-2199"),
    ({"year": "2030-2020"}, "year", "the range 2030-2020 runs backwards"),
    ({"hour": 9, "timezone": "Mars/Phobos"}, "timezone", "no time zone 'Mars/Phobos'"),
    ({"hour": 9, "timezone": 5}, "timezone", "5 is not a time zone"),
    ({"hour": 9, "start_date": "soon"}, "start_date", "'soon' is not a date"),
    ({"hour": 9, "start_date": 5}, "start_date", "expected a date and time, not 5"),
    ({"hour": 9, "end_date": "2026-02-30"}, "end_date", "day is out of range"),
    (
        {"hour": 9, "start_date": "2026-02-02", "end_date": "2026-02-01"},
        "end_date",
        "is before start_date",
    ),
]

#: text of any trigger; the field that is named; a part of the reason.
TEXTS = [
    ("", "trigger", "does not begin with"),
    (
        "* * * * *",
        "trigger",
        "does not begin with at, every, delay, manual, calendar, rrule, cron",
    ),
    ("tomorrow", "trigger", "'tomorrow' does not begin with"),
    ("x" * 2000, "trigger", "has 2000 characters"),
    ("at", "run_date", "'' is not a date and time"),
    ("at noon", "run_date", "'noon' is not a date and time"),
    ("at 2026-13-01", "run_date", "month must be in 1..12"),
    ("at 2026-01-01 25:00", "run_date", "hour must be in 0..23"),
    ("at 2026-01-01 12", "run_date", "is not a date and time"),
    ("at 2026-01-01 12:00 Mars/Phobos", "timezone", "no time zone 'Mars/Phobos'"),
    ("at 2026-01-01T12:00+25:00", "run_date", "strictly between"),
    ("at 1969-12-31 12:00Z", "run_date", "the year 1969 is not within 1970-2199"),
    ("at 2200-01-01", "run_date", "the year 2200 is not within 1970-2199"),
    ("at 1970-01-01 00:00+01:00", "run_date", "the year 1969 is not within"),
    ("every", "interval", "is empty"),
    ("every 0s", "interval", "is not within 1 microsecond to 36525 days"),
    ("every 5 parsecs", "interval", "no unit 'parsecs' at column 3 of '5 parsecs'"),
    ("every -5s", "interval", "expected a number at column 1"),
    ("every 5s 3", "interval", "3 has no unit at column 3 of '5s 3'"),
    ("every 0.5us", "interval", "not a whole number of microseconds"),
    ("every 101 years", "interval", "no unit 'years'"),
    ("every 36526d", "interval", "is over 36525 days"),
    ("every 5s from dawn", "start_date", "'dawn' is not a date"),
    ("every 5s until dusk", "end_date", "'dusk' is not a date"),
    ("every 5s from 2026-01-01 from 2026-01-02", "trigger", "'from' is given twice"),
    ("every 5s from 2026-01-02 until 2026-01-01", "end_date", "is before start_date"),
    ("@reboot", "expression", "names no time"),
    ("@daily UTC UTC", "expression", "has too many words"),
    ("crontab", "expression", "has 0 fields"),
    ("crontab 0 9 * * mon Mars/Phobos", "timezone", "no time zone"),
    ("crontab 0 9 * * mon UTC UTC", "expression", "has too many words"),
    ("crontab 0 9 * * mon from now UTC", "start_date", "is not a date"),
    ("cron", "expression", "give one of year"),
    ("cron 9", "expression", "give one of year"),
    ("cron hour=9 hour=10", "hour", "is given twice"),
    ("cron hours=9", "hours", "no such field"),
    ("cron =9", "expression", "no such field"),
    ("cron day=3rd foo", "day", "'foo' is not one of mon"),
    ("cron hour=9 UTC UTC", "expression", "has too many words"),
    ("cron hour=9 minute=61", "minute", "61 is not within 0-59"),
]


class Nameless(tzinfo):
    """
    A time zone without a name.
    """


class BadTests(Refusing):
    """
    Tables of what is refused.
    """

    def test_crontabs(self):
        """
        Five fields.
        """
        self.refuse_all(CRONTABS, CronTrigger.from_crontab, "UTC")

    def test_fields(self):
        """
        The own dialect.
        """
        for fields, field, reason in FIELDS:
            values = {"timezone": "UTC", **fields}
            self.refuse(field, reason, CronTrigger, **values)

    def test_texts(self):
        """
        Text forms.
        """
        self.refuse_all(TEXTS, parse_trigger, "UTC")

    def test_enough(self):
        """
        The tables hold many cases.
        """
        self.assertGreater(len(CRONTABS) + len(FIELDS) + len(TEXTS), 120)

    def test_not_text(self):
        """
        Where text is expected nothing else is taken.
        """
        for value in (None, 5, b"* * * * *", ["*"]):
            self.refuse("expression", "expected text", CronTrigger.from_crontab, value)
            self.refuse("trigger", "expected text", parse_trigger, value)
            self.refuse("duration", "expected text", parse_duration, value)
            self.refuse("instant", "expected text", parse_instant, value)

    def test_dialect(self):
        """
        Dialects are never guessed.
        """
        self.refuse(
            "dialect", "'unix' is not one of", CronTrigger.parse, "* * * * *", "unix"
        )
        self.refuse(
            "expression", "expected field=value", CronTrigger.parse, "* *", "own"
        )

    def test_intervals(self):
        """
        The parts of an interval.
        """
        cases = [
            ({}, "interval", "0:00:00 is not within"),
            ({"seconds": -1}, "interval", "is not within"),
            ({"days": 36526}, "interval", "is not within"),
            ({"weeks": 1e300}, "interval", "not a usable length"),
            ({"seconds": float("nan")}, "interval", "not a usable length"),
            ({"seconds": "5"}, "seconds", "expected a number, not '5'"),
            ({"hours": True}, "hours", "expected a number, not True"),
            ({"seconds": 1, "start_date": "x"}, "start_date", "is not a date"),
            ({"seconds": 1, "end_date": "x"}, "end_date", "is not a date"),
            (
                {"seconds": 1, "start_date": "2026-01-01", "timezone": "X"},
                "timezone",
                "X",
            ),
        ]
        for arguments, field, reason in cases:
            self.refuse(field, reason, IntervalTrigger, **arguments)

    def test_dates(self):
        """
        The argument of a date.
        """
        utc = timezone.utc
        cases = [
            (None, "UTC", "run_date", "expected a date and time, not None"),
            (5.0, "UTC", "run_date", "expected a date and time"),
            (datetime(1960, 1, 1, tzinfo=utc), None, "run_date", "the year 1960"),
            (datetime(2200, 1, 1, tzinfo=utc), None, "run_date", "the year 2200"),
            ("2026-01-01", "", "timezone", "no time zone ''"),
            ("2026-01-01", "Europe", "timezone", "no time zone 'Europe'"),
            ("2026-01-01", "../etc/passwd", "timezone", "no time zone"),
            ("2026-01-01", "+24:00", "timezone", "no time zone '+24:00'"),
            ("2026-01-01", "a\0b", "timezone", "no time zone"),
            (
                "2026-01-01",
                Nameless(),
                "timezone",
                "is not a time zone that has a name",
            ),
            ("2026-01-01", timezone(timedelta(seconds=61)), "timezone", "no time zone"),
        ]
        for value, zone, field, reason in cases:
            self.refuse(field, reason, DateTrigger, value, zone)

    def test_soon(self):
        """
        Of expressions that match nothing, that is known after bounded work.
        """
        for fields in (
            {"month": 2, "day": 30},
            {"day": "1st mon", "month": 2, "day_of_week": "tue", "week": 53},
            {"year": 1970, "day": "5th sun", "month": 2},
            {"week": 53, "month": 6},
        ):
            for zone in ("UTC", "Africa/Cairo"):
                with bounded_work(fields, zone):
                    trigger = CronTrigger(**fields, timezone=zone)
                    answer = trigger.next_after(
                        datetime(2026, 1, 1, tzinfo=timezone.utc)
                    )
                self.assertIsNone(answer)
