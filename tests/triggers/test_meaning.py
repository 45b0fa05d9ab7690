"""
Tests for the fields of expressions, and for what other dialects make of them.
"""

from __future__ import annotations

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.strategies import cron_triggers
from txsched.triggers import CronTrigger
from txsched.triggers.cron import DIALECTS
from txsched.triggers.cron.meaning import columns_of, other_readings, read_as

from .test_laws import fewer

#: A dialect, an expression, and a field of it with its text and meaning.
MEANINGS = [
    ("crontab", "*/5 * * * *", "minute */5: every 5th minute, from 0 to 55"),
    ("crontab", "*/7 * * * *", "minute */7: every 7th minute, from 0 to 56"),
    ("crontab", "* * * * *", "minute *: every minute"),
    ("crontab", "0,30 * * * *", "minute 0,30: minute 0 and 30"),
    ("crontab", "0 9-17 * * *", "hour 9-17: hour 9 to 17"),
    ("crontab", "0 9 1,15 * *", "day 1,15: days 1 and 15"),
    ("crontab", "0 9 L-3 * *", "day L-3: the 4th last day"),
    ("crontab", "0 9 * jan-mar *", "month jan-mar: January to March"),
    ("crontab", "0 9 * * *", "month *: every month"),
    ("crontab", "0 9 * * *", "day_of_week *: any day of the week"),
    ("crontab", "0 9 * * 1-5", "day_of_week 1-5: Monday to Friday"),
    ("crontab", "0 9 * * fri#3", "day_of_week fri#3: the 3rd Friday of the month"),
    ("crontab", "H 9 * * *", "minute H: minute 44, another one for each job"),
    ("seconds", "30 0 9 * * * 2030", "second 30: second 30"),
    ("seconds", "30 0 9 * * * 2030-2031", "year 2030-2031: 2030 and 2031"),
    ("quartz", "0 0 9 ? * 2-6", "day ?: every day"),
    ("quartz", "0 0 9 ? * 2-6", "day_of_week 2-6: Monday to Friday"),
    ("own", "hour=9", "second 0: second 0"),
    ("own", "hour=9", "year *: every year"),
    ("own", "hour=9", "week *: every week"),
    ("own", "week=3,4 hour=9", "week 3,4: ISO week 3 and 4"),
    ("own", "day=3rd fri hour=9", "day 3rd fri: the 3rd Friday"),
    ("celery", "hour=9", "minute *: every minute"),
    ("celery", "day_of_month=13", "day_of_month 13: day 13"),
    ("celery", "month_of_year=2", "month_of_year 2: February"),
    ("systemd", "Mon..Fri *-*~03 9:0/5", "day_of_week Mon..Fri: Monday to Friday"),
    ("systemd", "Mon..Fri *-*~03 9:0/5", "day ~03: the 3rd last day"),
    ("systemd", "Mon..Fri *-*~03 9:0/5", "minute 00/5: every 5th minute, from 0 to 55"),
    ("systemd", "daily", "day *: every day"),
    ("systemd", "2026-01-31", "year 2026: 2026"),
]

#: A dialect, an expression, and how others would write it with another meaning.
READINGS = [
    ("crontab", "0 9 * * mon-fri", []),
    ("crontab", "*/5 * * * *", []),
    (
        "crontab",
        "0 9 * * 1-5",
        ["own: day_of_week=1-5 hour=9 minute=0", "quartz: 0 0 9 ? * 1-5"],
    ),
    ("crontab", "0 9 * * 0", ["own: day_of_week=0 hour=9 minute=0"]),
    (
        "crontab",
        "0 9 13 * fri",
        [
            "own: day=13 day_of_week=fri hour=9 minute=0",
            "celery: minute=0 hour=9 day_of_week=fri day_of_month=13",
        ],
    ),
    ("seconds", "30 0 9 L * *", []),
    (
        "seconds",
        "* 0 9 * * 1",
        [
            "own: day_of_week=1 hour=9 minute=0 second=*",
            "quartz: * 0 9 ? * 1",
        ],
    ),
    ("own", "hour=9", ["celery: hour=9"]),
    ("own", "hour=9 minute=0", []),
    ("own", "week=3 hour=9", []),
    ("own", "minute=*", []),
    ("own", "second=*", []),
    ("celery", "hour=9", ["own: hour=9"]),
    (
        "quartz",
        "0 0 9 ? * 6#3",
        ["crontab: 0 9 * * 6#3", "seconds: 0 0 9 * * 6#3"],
    ),
    (
        "quartz",
        "0 0 9 ? * 2 2030",
        [
            "own: year=2030 day_of_week=2 hour=9 minute=0 second=0",
            "seconds: 0 0 9 * * 2 2030",
        ],
    ),
    ("quartz", "0 0/5 9 * * ?", []),
    ("systemd", "Mon 09:00", []),
]


def parse(expression: str, dialect: str) -> CronTrigger:
    return CronTrigger.parse(expression, dialect, "UTC")


class ColumnTests(SynchronousTestCase):
    """
    Tests for :func:`columns_of`.
    """

    def test_meanings(self) -> None:
        """
        Each field has its text, and its meaning in English.
        """
        for dialect, expression, wanted in MEANINGS:
            columns = columns_of(parse(expression, dialect))
            said = [f"{name} {text}: {meaning}" for name, text, meaning in columns]
            self.assertIn(wanted, said)

    def test_fields_stand_in_their_order(self) -> None:
        """
        They are as people write them in each dialect.
        """
        for dialect, expression, first, last in [
            ("crontab", "0 9 * * *", "minute", "day_of_week"),
            ("seconds", "0 0 9 * * * 2030", "second", "year"),
            ("quartz", "0 0 9 ? * 2", "second", "day_of_week"),
            ("own", "hour=9", "year", "second"),
            ("celery", "hour=9", "minute", "month_of_year"),
            ("systemd", "daily", "day_of_week", "second"),
        ]:
            columns = columns_of(parse(expression, dialect))
            self.assertEqual((first, last), (columns[0].name, columns[-1].name))

    @fewer
    @given(cron_triggers())
    def test_every_expression_has_columns(self, trigger) -> None:
        """
        None is empty, whatever the expression is.
        """
        for column in columns_of(trigger):
            self.assertTrue(all(column), column)


class ReadingTests(SynchronousTestCase):
    """
    Tests for :func:`other_readings`.
    """

    def test_readings(self) -> None:
        """
        Dialects that mean something else are named with how it stands there.
        """
        for dialect, expression, wanted in READINGS:
            found = other_readings(parse(expression, dialect))
            said = [f"{name}: {trigger.expression}" for name, trigger in found]
            self.assertEqual(wanted, said, expression)

    def test_the_meaning_of_a_reading(self) -> None:
        """
        It can be said, in the zone of the expression.
        """
        trigger = CronTrigger.parse("0 0 9 ? * 2", "quartz", "Europe/Berlin")
        said = {name: one.describe() for name, one in other_readings(trigger)}
        self.assertEqual("on Tuesday at 09:00 (Europe/Berlin)", said["crontab"])

    def test_every_dialect_reads_what_it_writes(self) -> None:
        """
        Nine o'clock is the same in all that can be written.
        """
        texts = {"minute": "0", "hour": "9"}
        wanted = parse("0 9 * * *", "crontab").describe()
        for name in DIALECTS:
            read = read_as(name, texts, "UTC")
            if name == "systemd":
                self.assertIsNone(read)
            else:
                assert read is not None
                self.assertEqual(wanted, read.describe(), name)
