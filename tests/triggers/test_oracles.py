"""
Agreement with croniter, cronsim and APScheduler where they mean the same.

Where they do not: croniter and APScheduler read daylight saving time and numbers
of weekdays in their own ways, so croniter is asked in UTC and APScheduler in its
own dialect; croniter joins day fields with *or* when one is ``*/2`` and
takes ``9-9`` for every value; APScheduler takes no range that runs over the end.
"""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger as TheirTrigger
from croniter import croniter
from cronsim import CronSim
from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger
from txsched.triggers.cron.syntax import MONTHS as MONTH_NUMBERS
from txsched.triggers.cron.syntax import WEEKDAYS

UTC = timezone.utc
MONTHS = list(MONTH_NUMBERS)
SUNDAY_FIRST = ["sun", *list(WEEKDAYS)[:6]]
MONDAY_FIRST = list(WEEKDAYS)
NTH = ["1st", "2nd", "3rd", "4th", "5th", "last"]


class Drawing:
    """
    Random expressions without ranges that run over the end.
    """

    def __init__(self, seed):
        self.draw = Random(seed)

    def start(self):
        """
        Give an instant of this or the next forty years.
        """
        return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(
            seconds=self.draw.randrange(40 * 365 * 86400)
        )

    def item(self, low, high, names, stars):
        """
        Give a value, a range or a step.
        """
        first, last = sorted(
            (self.draw.randint(low, high), self.draw.randint(low, high))
        )
        shape = self.draw.randrange(6 if stars else 4)
        if shape == 0 and names:
            return names[first - low]
        if shape == 1 and last > first:
            return f"{first}-{last}"
        if shape == 2 and last > first:
            return f"{first}-{last}/{self.draw.randint(1, last - first)}"
        if shape == 4:
            return "*"
        if shape == 5:
            return f"*/{self.draw.randint(1, high - low)}"
        return str(first)

    def field(self, low, high, names=(), stars=True):
        """
        Give a list of one to three items.
        """
        count = self.draw.choice([1, 1, 1, 2, 3])
        return ",".join(self.item(low, high, names, stars) for _ in range(count))

    def crontab(self, star_days):
        """
        Give five fields.

        :param star_days: whether day fields may be a step of ``*``.
        """
        day, weekday = "*", "*"
        if self.draw.random() < 0.6:
            day = self.field(1, 31, stars=star_days)
        if self.draw.random() < 0.6:
            weekday = self.field(0, 6, SUNDAY_FIRST, stars=star_days)
        month = "*" if self.draw.random() < 0.5 else self.field(1, 12, MONTHS)
        return f"{self.field(0, 59)} {self.field(0, 23)} {day} {month} {weekday}"

    def own(self):
        """
        Give some of the eight named fields.
        """
        fields = {
            "year": self.field(2020, 2090),
            "month": self.field(1, 12, MONTHS),
            "day": self.draw.choice(
                [
                    self.field(1, 31),
                    "last",
                    (f"{self.draw.choice(NTH)} {self.draw.choice(MONDAY_FIRST)}"),
                ]
            ),
            "week": self.field(1, 53),
            "day_of_week": self.field(0, 6, MONDAY_FIRST),
            "hour": self.field(0, 23),
            "minute": self.field(0, 59),
            "second": self.field(0, 59),
        }
        names = self.draw.sample(list(fields), self.draw.randint(1, 5))
        return {name: fields[name] for name in names}


def ours(trigger, start, number):
    """
    Give the times that follow *start*.
    """
    times = []
    while start is not None and len(times) < number:
        start = trigger.next_after(start)
        times.append(start)
    return [time for time in times if time is not None]


class CrontabTests(SynchronousTestCase):
    """
    Five fields.
    """

    def test_cronsim_utc(self):
        """
        cronsim finds the same times in UTC, with the rule of the star.
        """
        drawing = Drawing(1)
        for _ in range(1000):
            text, start = drawing.crontab(star_days=True), drawing.start()
            found = ours(CronTrigger.from_crontab(text, "UTC"), start, 4)
            try:
                theirs = CronSim(text, start)
                expected = [next(theirs) for _ in range(len(found))]
            except StopIteration:
                self.fail(f"cronsim finds less than {found} for {text}")
            self.assertEqual(found, expected, text)

    def test_cronsim_in_zones(self):
        """
        cronsim finds the same times through daylight saving time.
        """
        drawing = Drawing(2)
        zones = ["Europe/Berlin", "America/New_York", "Africa/Casablanca"]
        for _ in range(600):
            text, start = drawing.crontab(star_days=True), drawing.start()
            zone = drawing.draw.choice(zones)
            found = ours(CronTrigger.from_crontab(text, zone), start, 6)
            theirs = CronSim(text, start.astimezone(ZoneInfo(zone)))
            expected = [next(theirs).astimezone(UTC) for _ in range(len(found))]
            self.assertEqual(found, expected, (text, zone))

    def test_croniter(self):
        """
        croniter finds the same times in UTC.
        """
        drawing = Drawing(3)
        for _ in range(500):
            text, start = drawing.crontab(star_days=False), drawing.start()
            found = ours(CronTrigger.from_crontab(text, "UTC"), start, 3)
            theirs = croniter(text, start, max_years_between_matches=100)
            expected = [theirs.get_next(datetime) for _ in range(len(found))]
            self.assertEqual(found, expected, text)


class OwnTests(SynchronousTestCase):
    """
    Eight fields.
    """

    def test_apscheduler(self):
        """
        APScheduler finds the same times in UTC.
        """
        drawing = Drawing(4)
        compared = 0
        for _ in range(600):
            fields, start = drawing.own(), drawing.start()
            trigger = CronTrigger(**fields, timezone="UTC")
            found = [time for time in ours(trigger, start, 3) if time.year < 2090]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = TheirTrigger(**fields, timezone=UTC)
            for time in found:
                start = theirs.get_next_fire_time(None, start + timedelta(seconds=1))
                self.assertEqual(time, start, fields)
                compared += 1
        self.assertGreater(compared, 800)
