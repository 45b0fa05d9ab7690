"""
What expressions of each dialect mean.
"""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from random import Random
from shutil import which
from unittest import SkipTest

from croniter import croniter
from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.testing.strategies import (
    hashed_crontabs,
    quartz_expressions,
    seconds_expressions,
    systemd_events,
)
from txsched.triggers import CronTrigger, parse_trigger

UTC = timezone.utc
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
laws = settings(max_examples=120, deadline=None, derandomize=True, database=None)


def times(trigger, count, start=BEGIN):
    """
    Give the first times after *start*.
    """
    found = []
    at = trigger.next_after(start - timedelta(microseconds=1))
    while at is not None and len(found) < count:
        found.append(at)
        at = trigger.next_after(at)
    return found


def told(text, dialect, count=3, zone="UTC"):
    """
    Give the first times as text.
    """
    trigger = CronTrigger.parse(text, dialect, zone)
    return [f"{at:%a %m-%d %H:%M:%S}" for at in times(trigger, count)]


#: Dialect, expression, its one form, its description, and its first times in 2026.
MEANINGS = [
    (
        "crontab",
        "0 9 L * *",
        "0 9 L * *",
        "on the last day of the month at 09:00",
        ["Sat 01-31 09:00:00", "Sat 02-28 09:00:00"],
    ),
    (
        "crontab",
        "0 9 l-3 * *",
        "0 9 L-3 * *",
        ("on the 4th last day of the month at 09:00"),
        ["Wed 01-28 09:00:00", "Wed 02-25 09:00:00"],
    ),
    (
        "crontab",
        "0 9 LW * *",
        "0 9 LW * *",
        ("on the weekday nearest to the last day of the month at 09:00"),
        ["Fri 01-30 09:00:00", "Fri 02-27 09:00:00"],
    ),
    (
        "crontab",
        "0 9 15w * *",
        "0 9 15W * *",
        ("on the weekday nearest to day 15 of the month at 09:00"),
        ["Thu 01-15 09:00:00", "Mon 02-16 09:00:00"],
    ),
    (
        "crontab",
        "0 9 1W * *",
        "0 9 1W * *",
        ("on the weekday nearest to day 1 of the month at 09:00"),
        ["Thu 01-01 09:00:00", "Mon 02-02 09:00:00"],
    ),
    (
        "crontab",
        "0 9 31W * *",
        "0 9 31W * *",
        ("on the weekday nearest to day 31 of the month at 09:00"),
        ["Fri 01-30 09:00:00", "Tue 03-31 09:00:00"],
    ),
    (
        "crontab",
        "0 9 * * 5#3",
        "0 9 * * 5#3",
        "on the 3rd Friday of the month at 09:00",
        ["Fri 01-16 09:00:00", "Fri 02-20 09:00:00"],
    ),
    (
        "crontab",
        "0 9 * * FRIL,7#1",
        "0 9 * * friL,7#1",
        ("on the last Friday of the month and the 1st Sunday of the month at 09:00"),
        ["Sun 01-04 09:00:00", "Fri 01-30 09:00:00", "Sun 02-01 09:00:00"],
    ),
    (
        "seconds",
        "*/30 0 9 * * mon-fri",
        "*/30 0 9 * * mon-fri",
        ("on Monday to Friday at 09:00:00 and 09:00:30"),
        ["Thu 01-01 09:00:00", "Thu 01-01 09:00:30"],
    ),
    (
        "seconds",
        "0 0 0 1 1 * 2027",
        "0 0 0 1 1 * 2027",
        ("on day 1 of the month in January in 2027 at 00:00"),
        ["Fri 01-01 00:00:00"],
    ),
    (
        "seconds",
        "0 0 0 1 1 * *",
        "0 0 0 1 1 *",
        ("on day 1 of the month in January at 00:00"),
        ["Thu 01-01 00:00:00"],
    ),
    ("seconds", "@hourly", "0 0 * * * *", "every hour", ["Thu 01-01 00:00:00"]),
    (
        "quartz",
        "0 0 12 * * ?",
        "0 0 12 * * ?",
        "every day at 12:00",
        ["Thu 01-01 12:00:00", "Fri 01-02 12:00:00"],
    ),
    (
        "quartz",
        "0 15 10 ? * 2-6",
        "0 15 10 ? * 2-6",
        "on Monday to Friday at 10:15",
        ["Thu 01-01 10:15:00", "Fri 01-02 10:15:00", "Mon 01-05 10:15:00"],
    ),
    (
        "quartz",
        "0 15 10 ? * 6L 2026-2027",
        "0 15 10 ? * 6L 2026-2027",
        ("on the last Friday of the month in 2026 and 2027 at 10:15"),
        ["Fri 01-30 10:15:00"],
    ),
    (
        "quartz",
        "0 15 10 ? * 6#3",
        "0 15 10 ? * 6#3",
        ("on the 3rd Friday of the month at 10:15"),
        ["Fri 01-16 10:15:00"],
    ),
    (
        "quartz",
        "0 0/5 14,18 * * ?",
        "0 0/5 14,18 * * ?",
        ("every 5 minutes of hours 14 and 18"),
        ["Thu 01-01 14:00:00", "Thu 01-01 14:05:00"],
    ),
    (
        "quartz",
        "0 0 0 ? * L",
        "0 0 0 ? * L",
        "on Saturday at 00:00",
        ["Sat 01-03 00:00:00"],
    ),
    (
        "quartz",
        "0 0 22-2 ? * SUN",
        "0 0 22-2 ? * sun",
        ("on Sunday at 00:00, 01:00, 02:00, 22:00 and 23:00"),
        ["Sun 01-04 00:00:00", "Sun 01-04 01:00:00"],
    ),
    (
        "quartz",
        "0 0 0 1/7 NOV-FEB ?",
        "0 0 0 1/7 nov-feb ?",
        (
            "on days 1, 8, 15 and so on up to 29 of the month"
            " in January, February, November and December at 00:00"
        ),
        ["Thu 01-01 00:00:00", "Thu 01-08 00:00:00"],
    ),
    (
        "systemd",
        "Mon..Fri 9:00",
        "Mon..Fri *-*-* 09:00:00",
        ("on Monday to Friday at 09:00"),
        ["Thu 01-01 09:00:00", "Fri 01-02 09:00:00", "Mon 01-05 09:00:00"],
    ),
    (
        "systemd",
        "sat,Sunday *-*-1..7 18:00:05",
        "Sat,Sun *-*-01..07 18:00:05",
        ("on days 1 to 7 of the month if it is Saturday and Sunday at 18:00:05"),
        ["Sat 01-03 18:00:05", "Sun 01-04 18:00:05"],
    ),
    (
        "systemd",
        "*-02~03",
        "*-02~03 00:00:00",
        ("on the 3rd last day of the month in February at 00:00"),
        ["Thu 02-26 00:00:00"],
    ),
    (
        "systemd",
        "Mon *-05~07/1",
        "Mon *-05~07/1 00:00:00",
        ("on the last 7 days of the month if it is Monday in May at 00:00"),
        ["Mon 05-25 00:00:00"],
    ),
    (
        "systemd",
        "quarterly",
        "*-01,04,07,10-01 00:00:00",
        (
            "on day 1 of the month in"
            " January, April, July and so on up to October at 00:00"
        ),
        ["Thu 01-01 00:00:00", "Wed 04-01 00:00:00"],
    ),
    (
        "systemd",
        "26-1-2 0/8:30",
        "2026-01-02 00/8:30:00",
        ("on day 2 of the month in January in 2026 at 00:30, 08:30 and 16:30"),
        ["Fri 01-02 00:30:00"],
    ),
    (
        "systemd",
        "*:0/20:00.000",
        "*-*-* *:00/20:00",
        "every 20 minutes",
        ["Thu 01-01 00:00:00", "Thu 01-01 00:20:00"],
    ),
    (
        "celery",
        "minute=0 hour=*/3",
        "minute=0 hour=*/3",
        "every 3 hours",
        ["Thu 01-01 00:00:00", "Thu 01-01 03:00:00"],
    ),
    (
        "celery",
        "day_of_week=sunday minute=30 hour=7",
        ("minute=30 hour=7 day_of_week=sunday"),
        "on Sunday at 07:30",
        ["Sun 01-04 07:30:00"],
    ),
    (
        "celery",
        "day_of_month=13 day_of_week=5 minute=0 hour=0",
        ("minute=0 hour=0 day_of_week=5 day_of_month=13"),
        "on day 13 of the month if it is Friday at 00:00",
        ["Fri 02-13 00:00:00"],
    ),
    (
        "own",
        "day=last hour=9",
        "day=last hour=9",
        ("on the last day of the month at 09:00"),
        ["Sat 01-31 09:00:00"],
    ),
    (
        "own",
        "day=3rd fri",
        "day=3rd fri",
        ("on the 3rd Friday of the month at 00:00"),
        ["Fri 01-16 00:00:00"],
    ),
]


class MeaningTests(SynchronousTestCase):
    """
    Single expressions.
    """

    def test_meanings(self):
        """
        Each has its one form, its description, and its times.
        """
        for dialect, text, form, english, expected in MEANINGS:
            trigger = CronTrigger.parse(text, dialect, "UTC")
            self.assertEqual(trigger.expression, form, text)
            self.assertEqual(trigger.describe(), f"{english} (UTC)", text)
            self.assertEqual(told(text, dialect, len(expected)), expected, text)

    def test_elapsed(self):
        """
        A wildcard, or a step from the beginning, in minute or hour follows elapsed
        time; a list or range names wall times.
        """
        rows = [
            ("crontab", "*/5 2 * * *", True),
            ("crontab", "0-59/5 2 * * *", False),
            ("crontab", "0 2,3 * * *", False),
            ("seconds", "0 0 * * * *", True),
            ("seconds", "* 0 2 * * *", False),
            ("quartz", "0 0/15 2 * * ?", True),
            ("quartz", "0 0 2-4 * * ?", False),
            ("systemd", "02:00/5", True),
            ("systemd", "*:30", True),
            ("systemd", "02:30", False),
            ("celery", "hour=2 minute=30", False),
            ("celery", "minute=30", True),
            ("own", "hour=*/2", True),
            ("own", "hour=2", False),
        ]
        for dialect, text, elapsed in rows:
            trigger = CronTrigger.parse(text, dialect, "UTC")
            self.assertEqual(trigger.fields.elapsed, elapsed, (dialect, text))

    def test_zones(self):
        """
        A zone that the expression names is taken, and may be said again.
        """
        for dialect, text in (
            ("crontab", "CRON_TZ=Asia/Tokyo 0 9 * * *"),
            ("crontab", "TZ=Asia/Tokyo 0 9 * * *"),
            ("seconds", "CRON_TZ=Asia/Tokyo 0 0 9 * * *"),
            ("systemd", "09:00 Asia/Tokyo"),
        ):
            for zone in (None, "Asia/Tokyo"):
                trigger = CronTrigger.parse(text, dialect, zone)
                self.assertEqual(trigger.timezone, "Asia/Tokyo")
                self.assertEqual(times(trigger, 1), [BEGIN])
            with self.assertRaises(BadTrigger) as caught:
                CronTrigger.parse(text, dialect, "UTC")
            self.assertIn("Asia/Tokyo, and timezone UTC", caught.exception.reason)
        self.assertEqual(
            str(parse_trigger("crontab CRON_TZ=Asia/Tokyo 0 9 * * *", "UTC")),
            "crontab 0 9 * * * Asia/Tokyo",
        )
        self.assertEqual(
            str(parse_trigger("systemd daily +02:00")),
            "systemd *-*-* 00:00:00 +02:00",
        )
        with self.assertRaises(BadTrigger):
            parse_trigger("crontab TZ=Asia/Tokyo 0 9 * * * UTC")

    def test_celery(self):
        """
        Numbers, text and several numbers, as Celery takes them.
        """
        trigger = CronTrigger.from_celery(
            minute={30, 0}, hour="*/2", day_of_week=[1, 2], timezone="UTC"
        )
        self.assertEqual(
            str(trigger), "celery minute=0,30 hour=*/2 day_of_week=1,2 UTC"
        )
        self.assertEqual(CronTrigger.from_celery(timezone="UTC").expression, "minute=*")
        self.assertEqual(
            CronTrigger.parse({"minute": 5}, "celery", "UTC").expression, "minute=5"
        )


class HashTests(SynchronousTestCase):
    """
    ``H``.
    """

    def test_spread(self):
        """
        Jobs are spread over all values, each always at the same.
        """
        trigger = CronTrigger.from_crontab("H H(9-11) * * *", "UTC")
        found = {str(trigger.for_job(f"job {n}").expression) for n in range(2000)}
        self.assertEqual(len(found), 180)
        one = trigger.for_job("job 1")
        self.assertEqual(one, trigger.for_job("job 1"))
        self.assertIs(one.for_job("job 2"), one)
        self.assertEqual(times(trigger, 3), times(trigger.for_job(""), 3))

    @laws
    @given(hashed_crontabs())
    def test_within_the_field(self, text):
        """
        What stands in place of H is read, and is part of what a star would give.
        """
        trigger = CronTrigger.from_crontab(text, "UTC")
        for job in ("a", "b"):
            chosen = trigger.for_job(job)
            self.assertNotIn("H", chosen.expression)
            self.assertEqual(parse_trigger(str(chosen)), chosen)
            for at in times(chosen, 3):
                self.assertLessEqual(at.day, 31)

    def test_days(self):
        """
        A day by hash is one that each month has.
        """
        trigger = CronTrigger.from_crontab("0 0 H * *", "UTC")
        days = {times(trigger.for_job(str(n)), 1)[0].day for n in range(500)}
        self.assertEqual(days, set(range(1, 29)))


class OracleTests(SynchronousTestCase):
    """
    Others find the same times where they mean the same.

    croniter reads ``L`` in days, ``L5`` and ``5#3`` in weekdays, seconds at the end;
    it joins day and weekday by *or*, so Quartz's ``?`` is a star to it.
    """

    def test_croniter_extras(self):
        """
        Last days and counted weekdays, thousands of them.
        """
        draw = Random(5)
        for _ in range(400):
            nth, day = draw.randint(1, 5), draw.randint(0, 6)
            hour, minute = draw.randrange(24), draw.randrange(60)
            ours, theirs = draw.choice(
                [
                    (f"{minute} {hour} L * *", f"{minute} {hour} L * *"),
                    (f"{minute} {hour} * * {day}#{nth}",) * 2,
                    (f"{minute} {hour} * * {day}L", f"{minute} {hour} * * L{day}"),
                ]
            )
            start = BEGIN + timedelta(minutes=draw.randrange(20 * 525_600))
            found = times(CronTrigger.from_crontab(ours, "UTC"), 3, start)
            other = croniter(theirs, start - timedelta(seconds=1))
            self.assertEqual(found, [other.get_next(datetime) for _ in found], ours)

    def test_croniter_quartz(self):
        """
        Quartz, with its numbers of weekdays turned into those of crontab(5).
        """
        draw = Random(6)
        for _ in range(400):
            second, minute, hour = (draw.randrange(n) for n in (60, 60, 24))
            month = draw.choice(["*", "1-6", "3/4", "dec"])
            theirs_month = {"3/4": "3-12/4"}.get(month, month)
            if draw.random() < 0.5:
                day = draw.choice(["1", "10-20", "5/6", "L", "31"])
                text = f"{second} {minute} {hour} {day} {month} ?"
                day = {"5/6": "5-31/6"}.get(day, day)
                other = f"{minute} {hour} {day} {theirs_month} * {second}"
            else:
                first = draw.randint(1, 7)
                text = f"{second} {minute} {hour} ? {month} {first}"
                other = f"{minute} {hour} * {theirs_month} {first - 1} {second}"
            start = BEGIN + timedelta(minutes=draw.randrange(20 * 525_600))
            found = times(CronTrigger.parse(text, "quartz", "UTC"), 3, start)
            walk = croniter(other, start - timedelta(seconds=1))
            self.assertEqual(found, [walk.get_next(datetime) for _ in found], text)

    def test_systemd(self):
        """
        systemd-analyze finds the same times of random events, and writes them in the
        same way.
        """
        if which("systemd-analyze") is None:
            raise SkipTest("systemd-analyze is not installed")
        draw = Random(7)
        events = sorted({_event(draw) for _ in range(600)})
        path = Path(self.mktemp())
        path.mkdir()
        answer = subprocess.run(
            [
                "systemd-analyze",
                "calendar",
                "--iterations=3",
                "--base-time=2026-01-01 00:00:00",
                *events,
            ],
            capture_output=True,
            text=True,
            check=False,
            env={"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        ).stdout
        parts = answer.split("\n\n")
        self.assertEqual(len(parts), len(events))
        compared = 0
        for text, part in zip(events, parts, strict=True):
            lines = [line.split(": ", 1) for line in part.strip().splitlines()]
            values = [(key.strip(), value) for key, value in lines if value]
            trigger = CronTrigger.parse(text, "systemd", "UTC")
            form = dict(values).get("Normalized form", text)
            self.assertEqual(
                CronTrigger.parse(form, "systemd", "UTC").fields, trigger.fields, text
            )
            theirs = [
                datetime.strptime(value[4:23], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
                for key, value in values
                if key.startswith(("Next elapse", "Iteration", "Iter."))
                and value != "never"
            ]
            ours = times(trigger, len(theirs), BEGIN + timedelta(seconds=1))
            self.assertEqual(ours, theirs, text)
            compared += len(theirs)
        self.assertGreater(compared, 1000)


def _event(draw):
    """
    Draw an event of systemd.
    """

    def component(low, high, digits=2):
        first, last = sorted(draw.sample(range(low, high + 1), 2))
        return draw.choice(
            [
                "*",
                f"{first:0{digits}}",
                f"{first}..{last}",
                f"{first}/{draw.randint(1, last - first)}",
                f"{first}..{last}/{draw.randint(1, last - first)}",
                f"{first},{last}",
            ]
        )

    text = ""
    if draw.random() < 0.5:
        first, last = sorted(draw.sample(range(7), 2))
        names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        text += draw.choice(
            [
                f"{names[first]} ",
                f"{names[first]}..{names[last]} ",
                f"{names[last]},mon ",
            ]
        )
    if draw.random() < 0.7:
        year = draw.choice(["*", "2026", "2027..2030", "2026/3"])
        sign = draw.choice("-~")
        # From the end of the month systemd counts to 25, and repeats towards it.
        day = component(1, 28 if sign == "-" else 25)
        sign = "-" if "/" in day else sign
        text += f"{year}-{component(1, 12)}{sign}{day} "
    hour, minute = component(0, 23), component(0, 59)
    return text + f"{hour}:{minute}" + draw.choice(["", ":00", f":{component(0, 59)}"])


class LawTests(SynchronousTestCase):
    """
    Whatever can be written.
    """

    def check(self, text, dialect):
        """
        Check that an expression has one form, and one text.
        """
        trigger = CronTrigger.parse(text, dialect, "Europe/Berlin")
        again = CronTrigger.parse(trigger.expression, dialect, "Europe/Berlin")
        self.assertEqual(again.expression, trigger.expression)
        self.assertEqual(again, trigger)
        written = parse_trigger(str(trigger), "Asia/Tokyo")
        self.assertEqual((written, str(written)), (trigger, str(trigger)))
        self.assertTrue(trigger.describe())
        found = times(trigger, 5)
        self.assertEqual(found, sorted(set(found)))

    @laws
    @given(seconds_expressions())
    def test_seconds(self, text):
        """
        Six and seven fields.
        """
        self.check(text, "seconds")

    @laws
    @given(quartz_expressions())
    def test_quartz(self, text):
        """
        Quartz.
        """
        self.check(text, "quartz")

    @laws
    @given(systemd_events())
    def test_systemd(self, text):
        """
        systemd.
        """
        self.check(text, "systemd")


class StrategyTests(SynchronousTestCase):
    """
    What is drawn.
    """

    def test_events_are_many(self):
        """
        The drawing of events for the oracle meets all that they may have.
        """
        draw = Random(1)
        text = " ".join(islice(iter(lambda: _event(draw), None), 200))
        for mark in ("~", "..", "/", ",", "Mon"):
            self.assertIn(mark, text)
