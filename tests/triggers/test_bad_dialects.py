"""
Bad expressions of the further dialects are refused with the field and the reason.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import CronTrigger

from .test_errors import CRONTABS, FIELDS, TEXTS
from .test_refused import CALENDARS, RULES
from .test_refused import TEXTS as FURTHER

#: By dialect: an expression, the field that is named, a part of the reason.
BAD = {
    "crontab": [
        ("0 0 L-31 * *", "day", "31 is not within 0-30 (at column 7"),
        ("0 0 L- * *", "day", "'l' is not within 1-31"),
        ("0 0 LL * *", "day", "'ll' is not within 1-31"),
        ("0 0 32W * *", "day", "32 is not within 1-31 (at column 5"),
        ("0 0 0W * *", "day", "0 is not within 1-31"),
        ("0 0 W * *", "day", "'w' is not within 1-31"),
        ("0 0 15W-20 * *", "day", "'15w' is not within 1-31"),
        ("0 0 1,L,32 * *", "day", "32 is not within 1-31 (at column 9"),
        ("L 0 * * *", "minute", "'l' is not within 0-59"),
        ("0 L * * *", "hour", "'l' is not within 0-23"),
        ("0 0 * L *", "month", "'l' is not within 1-12"),
        ("0 0 * * L", "day_of_week", "'l' is not within 0-6 or sun-sat"),
        ("0 0 * * 8L", "day_of_week", "8 is not within 0-7"),
        ("0 0 * * fooL", "day_of_week", "'fool' is not within"),
        ("0 0 * * fri#", "day_of_week", "'' is not within 1-5"),
        ("0 0 * * fri#0", "day_of_week", "'0' is not within 1-5: which one of the"),
        ("0 0 * * fri#6", "day_of_week", "'6' is not within 1-5"),
        ("0 0 * * fri#x", "day_of_week", "'x' is not within 1-5"),
        ("0 0 * * #3", "day_of_week", "a value is missing"),
        ("0 0 * * 9#3", "day_of_week", "9 is not within 0-7"),
        ("0 0 * * mon-fri#3", "day_of_week", "'mon-fri' is not within"),
        ("0 0 ? * mon", "day", "'?' is not within 1-31"),
        ("H(0-70) 0 * * *", "minute", "70 is not within 0-59 (at column 5"),
        ("H(30-10) 0 * * *", "minute", "the range 30-10 runs backwards"),
        ("H(5) 0 * * *", "minute", "expected a range, as in H(0-29)"),
        ("H() 0 * * *", "minute", "a value is missing"),
        ("H/0 0 * * *", "minute", "the step '0' is not a whole number from 1 on"),
        ("H/x 0 * * *", "minute", "the step 'x' is not"),
        ("H/61 0 * * *", "minute", "the step 61 is larger than the 60 values"),
        ("H(0-9)/11 0 * * *", "minute", "the step 11 is larger than the 10 values"),
        ("H-5 0 * * *", "minute", "'h' is not within"),
        (
            "0 0 * * * *",
            "expression",
            "write six fields, the seconds first",
        ),
        ("CRON_TZ=Mars/X 0 0 * * *", "timezone", "there is no time zone 'Mars/X'"),
        ("CRON_TZ= 0 0 * * *", "timezone", "there is no time zone ''"),
        ("FOO=bar 0 0 * * *", "expression", "has 6 fields"),
    ],
    "seconds": [
        ("", "expression", "has 0 fields, seconds has 6 or 7"),
        ("* * * * *", "expression", "write five fields as crontab"),
        ("* * * * * * * *", "expression", "has 8 fields"),
        ("60 * * * * *", "second", "60 is not within 0-59 (at column 1"),
        ("0 60 * * * *", "minute", "60 is not within 0-59 (at column 3"),
        ("0 0 24 * * *", "hour", "24 is not within 0-23"),
        ("0 0 0 0 * *", "day", "0 is not within 1-31"),
        ("0 0 0 * 13 *", "month", "13 is not within 1-12"),
        ("0 0 0 * * 8", "day_of_week", "8 is not within 0-7"),
        ("0 0 0 * * * 1969", "year", "1969 is not within 1970-2199"),
        ("0 0 0 * * * 2200", "year", "2200 is not within 1970-2199"),
        ("0 0 0 * * * 2030-2020", "year", "the range 2030-2020 runs backwards"),
        ("0 0 0 ? * *", "day", "'?' is not within 1-31"),
        ("0/5 0 0 * * *", "second", "a step needs * or a range: write 0-59/5"),
        ("@reboot", "expression", "has 1 field, seconds has 6 or 7"),
    ],
    "quartz": [
        ("", "expression", "has 0 fields, quartz has 6 or 7"),
        ("* * * * ?", "expression", "write five fields as crontab"),
        ("0 0 0 ? * ? * *", "expression", "has 8 fields"),
        ("0 0 12 * * *", "day_of_week", "exactly one of day and day_of_week must be ?"),
        ("0 0 12 ? * ?", "day_of_week", "both have it"),
        ("? 0 12 ? * 1", "second", "'?' is not within 0-59"),
        ("0 0 12 1,? * *", "day", "'?' is not within 1-31"),
        ("60 0 12 ? * 1", "second", "60 is not within 0-59"),
        ("0 60 12 ? * 1", "minute", "60 is not within 0-59"),
        ("0 0 24 ? * 1", "hour", "24 is not within 0-23"),
        ("0 0 0 32 * ?", "day", "32 is not within 1-31"),
        ("0 0 0 L-31 * ?", "day", "31 is not within 0-30"),
        ("0 0 0 32W * ?", "day", "32 is not within 1-31"),
        ("0 0 0 ? 13 1", "month", "13 is not within 1-12"),
        ("0 0 0 ? * 0", "day_of_week", "0 is not within 1-7"),
        ("0 0 0 ? * 8", "day_of_week", "8 is not within 1-7"),
        ("0 0 0 ? * 6#6", "day_of_week", "'6' is not within 1-5"),
        ("0 0 0 ? * 0#1", "day_of_week", "0 is not within 1-7"),
        ("0 0 0 ? * 8L", "day_of_week", "8 is not within 1-7"),
        ("0 0 0 ? * funday", "day_of_week", "'funday' is not within 1-7 or sun-sat"),
        ("0 0 0 ? * 1 1969", "year", "1969 is not within 1970-2199"),
        ("0 0 0 ? * 1 2200", "year", "2200 is not within 1970-2199"),
        ("0 0/0 0 ? * 1", "minute", "a step must be at least 1"),
        ("0 0/x 0 ? * 1", "minute", "the step 'x' is not a whole number"),
        ("0 /5 0 ? * 1", "minute", "a value is missing"),
        ("0 H 0 ? * 1", "minute", "'h' is not within 0-59"),
    ],
    "systemd": [
        ("", "expression", "is not a calendar event such as"),
        ("now", "expression", "'now' is not a calendar event"),
        ("tomorrow 9:00", "expression", "is not a calendar event"),
        ("Wed 9", "expression", "'9' is not a date such as"),
        ("9", "expression", "'9' is not a date such as 2026-01-31"),
        ("Tues 9:00", "day_of_week", "'tues' is not one of Mon, Tue, ..., Sun"),
        ("Sat..Mon 9:00", "day_of_week", "the range sat..mon runs backwards"),
        ("Mon.. 9:00", "day_of_week", "'' is not one of Mon"),
        ("Mon,foo 9:00", "day_of_week", "'foo' is not one of Mon"),
        ("mon..wed..fri 9:00", "day_of_week", "'wed..fri' is not one of"),
        ("1-2-3-4 9:00", "expression", "'1-2-3-4' is not a date"),
        ("*-*-31~1 9:00", "expression", "'*-*-31~1' is not a date such as"),
        ("*~1~1 9:00", "day", "~ stands in place of the last -"),
        ("*-13-1", "month", "13 is not within 1-12"),
        ("*-1-32", "day", "32 is not within 1-31"),
        ("*-0-1", "month", "0 is not within 1-12"),
        ("1969-1-1", "year", "1969 is not within 1970-2199"),
        ("2200-1-1", "year", "2200 is not within 1970-2199"),
        ("*-*-1,,2", "day", "a value is missing"),
        ("*-*-5..1", "day", "the range 5..1 runs backwards"),
        ("*-*-7/0", "day", "the repetition '0' is not a whole number from 1 on"),
        ("*-*-7/x", "day", "the repetition 'x' is not"),
        ("*-*-x", "day", "'x' is not within 1-31"),
        ("*-*/2-1", "month", "* stands for all values and must stand alone"),
        ("24:00", "hour", "24 is not within 0-23"),
        ("10:61", "minute", "61 is not within 0-59 (at column 4 of '10:61')"),
        ("10:00:60", "second", "60 is not within 0-59"),
        ("10:00:00.5", "second", "has a fraction; only whole seconds"),
        ("20/9:00", "hour", "the repetition 9 leads from 20 beyond 23 at once"),
        ("1:2:3:4", "expression", "'1:2:3:4' is not a time such as"),
        ("9:00 10:00", "expression", "is not a calendar event"),
        ("9:00 Mars/Phobos", "timezone", "there is no time zone 'Mars/Phobos'"),
    ],
    "celery": [
        ("0 9 * * *", "expression", "expected field=value"),
        ("second=5", "second", "there is no such field"),
        ("minute=60", "minute", "60 is not within 0-59"),
        ("hour=24", "hour", "24 is not within 0-23"),
        ("day_of_week=7", "day_of_week", "7 is not within 0-6"),
        ("day_of_week=foo", "day_of_week", "'foo' is not within 0-6"),
        ("day_of_month=0", "day_of_month", "0 is not within 1-31"),
        ("day_of_month=L", "day_of_month", "'l' is not within 1-31"),
        ("month_of_year=13", "month_of_year", "13 is not within 1-12"),
        ("minute=5 minute=6", "minute", "is given twice"),
        ("minute=*/90", "minute", "the step 90 is larger than the 60 values"),
        ({"minute": 1.5}, "minute", "expected a number, text or numbers, not 1.5"),
        ({"minute": True}, "minute", "expected a number"),
        ({"minute": ["a"]}, "minute", "expected numbers, not ['a']"),
        ({"minute": None}, "minute", "expected a number, text or numbers, not None"),
        ({"minute": "1 hour=2"}, "minute", "has a = in it"),
        ({"seconds": 1}, "seconds", "there is no such field; there are minute"),
    ],
}


class BadTests(SynchronousTestCase):
    """
    The tables.
    """

    def test_each(self):
        """
        Each is refused with the field and the reason.
        """
        for dialect, rows in BAD.items():
            for text, field, reason in rows:
                with self.assertRaises(BadTrigger, msg=(dialect, text)) as caught:
                    CronTrigger.parse(text, dialect)
                self.assertEqual(caught.exception.field, field, (dialect, text))
                self.assertIn(reason, caught.exception.reason, (dialect, text))

    def test_not_text(self):
        """
        Where text is expected nothing else is taken.
        """
        for dialect in ("own", *BAD):
            for value in (None, 5, b"* * * * *", ["*"]):
                with self.assertRaises(BadTrigger) as caught:
                    CronTrigger.parse(value, dialect)
                self.assertIn("expected text", caught.exception.reason)

    def test_enough(self):
        """
        All tables of bad expressions together have more than three hundred rows.
        """
        rows = sum(map(len, BAD.values()))
        rows += len(CRONTABS) + len(FIELDS) + len(TEXTS)
        rows += len(CALENDARS) + len(RULES) + len(FURTHER)
        self.assertGreater(rows, 300)
