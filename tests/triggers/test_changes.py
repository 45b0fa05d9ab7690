"""
Cron through the changes of zones, held against a look at the wall moment by moment.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import (
    CronTrigger,
    Fold,
    Gap,
)
from txsched.triggers.daylight import Policy, instants_of

from .odd_zones import install, tzif
from .oracle import EPOCH, Window, changes, instant

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
DAY_SECONDS = 86400

#: zone, and a stretch of time with changes of its offset.
WINDOWS = [
    ("Europe/Berlin", 2026),
    ("Europe/Dublin", 2026),
    ("America/New_York", 2026),
    ("America/St_Johns", 2010),
    ("America/Havana", 2026),
    ("America/Sao_Paulo", 2018),
    ("America/Scoresbysund", 2024),
    ("Australia/Lord_Howe", 2026),
    ("Africa/Casablanca", 2026),
    ("Antarctica/Troll", 2026),
    ("Asia/Kathmandu", 1986),
    ("Asia/Tehran", 2021),
    ("Asia/Pyongyang", 2015),
    ("Asia/Gaza", 2026),
    ("Pacific/Apia", 2011),
    ("Pacific/Chatham", 2026),
    ("America/Caracas", 2007),
    ("Africa/Cairo", 2026),
    ("Antarctica/Casey", 2010),
    ("Pacific/Kwajalein", 1993),
    ("Asia/Hebron", 2040),
]
MINUTES = 60
#: Changes of zones that never were: when, and what the offset is then, in minutes.
NEAR = [
    [(0, 60), (30, 0)],
    [(0, 60), (90, 0)],
    [(0, -60), (30, 0)],
    [(0, -60), (90, 0)],
    [(0, 60), (10, 120)],
    [(0, 60), (10, 120), (20, 0)],
    [(0, -60), (10, -120)],
    [(0, -60), (30, -120), (40, 0)],
    [(0, 60), (20, 0), (40, 60)],
    [(0, -60), (20, 0), (40, -60), (70, 30)],
    [(0, 180), (30, 90), (100, 240), (120, -30)],
    [(0, 720), (600, -600), (1200, 0)],
    [(0, 1380), (60, 0)],
    [(0, -1380), (60, 0)],
]
#: Changes by, or to offsets of, less than whole minutes; and a few others.
SECONDS = [
    ("Africa/Monrovia", instant(1972, 1, 7, 0, 44, 30)),
    ("Australia/Lord_Howe", instant(2026, 4, 4, 15)),
    ("Australia/Lord_Howe", instant(2026, 10, 3, 15, 30)),
    ("Asia/Kathmandu", instant(1985, 12, 31, 18, 30)),
]
POLICIES = [Policy(gap, fold) for gap in Gap for fold in Fold]
RULES = [
    "30 2 * * *",
    "0 0 * * *",
    "15,45 0-4 * * *",
    "*/20 * * * *",
    "*/15 2 * * *",
    "5 */2 * * *",
    "0,30 1,2,3,23 * * *",
    "10 0 1,30,31 * fri",
    "59 23 29-31 3,10,12 *",
]


def span(year):
    """
    Give the ends of a year in any zone.
    """
    return instant(year - 1, 12, 31), instant(year + 1, 1, 2)


def matcher(text):
    """
    Give a predicate on naive wall times for a simple crontab expression.
    """
    minute, hour, day, month, weekday = text.split()
    names = {"fri": 4}

    def values(field, size):
        found = set()
        for item in field.split(","):
            body, _, step = item.partition("/")
            first, _, last = body.partition("-")
            low, high = (0, size) if first == "*" else (int(first), int(last or first))
            found |= set(range(low, high + 1, int(step or 1)))
        return found

    minutes, hours, days, months = (
        values(field, size)
        for field, size in ((minute, 59), (hour, 23), (day, 31), (month, 12))
    )

    def matches(wall):
        if wall.minute not in minutes or wall.hour not in hours:
            return False
        if wall.month not in months:
            return False
        if weekday == "*":
            return wall.day in days
        return wall.day in days or wall.weekday() == names[weekday]

    return matches


class BruteForceTests(SynchronousTestCase):
    """
    Every rule over every change, with every choice of gap and fold.
    """

    def check(self, trigger, window, expected):
        """
        Hold all questions to one trigger against what is expected in a window.
        """
        start, end = window.start, window.end
        at = (str(trigger), start)
        self.assertEqual(list(trigger.between(start, end)), expected, at)
        backwards, time = [], trigger.previous_before(end)
        while time is not None and time >= start:
            backwards.append(time)
            time = trigger.previous_before(time)
        self.assertEqual(backwards[::-1], expected, at)
        for place, first in enumerate(expected):
            counted = trigger.count_until(first, end)
            self.assertEqual(counted, (len(expected) - place, expected[-1]), at)
            counted = trigger.count_until(expected[0], first + TICK)
            self.assertEqual(counted, (place + 1, first), at)
        return len(expected)

    def check_policies(self, text, zone, window):
        """
        Hold one rule in all its ways against the oracle.
        """
        minute, hour = text.split()[:2]
        walls = window.matching(matcher(text))
        elapsed = minute.startswith("*") or hour.startswith("*")
        seen = 0
        for gap, fold in POLICIES:
            trigger = CronTrigger.parse(text, timezone=zone, gap=gap, fold=fold)
            if elapsed:
                expected = window.elapsed(walls)
            else:
                expected = window.named(walls, gap, fold)
            seen += self.check(trigger, window, expected)
        return seen

    def test_every_change(self):
        """
        Around each change of each zone all questions get what the wall says.
        """
        seen = 0
        for zone, year in WINDOWS:
            found = changes(zone, *span(year))
            self.assertTrue(found, zone)
            for change in found:
                start = change - timedelta(hours=27)
                window = Window(zone, start, start + timedelta(hours=54))
                for text in RULES:
                    seen += self.check_policies(text, zone, window)
        self.assertGreater(seen, 40_000)

    def test_changes_near_each_other(self):
        """
        Changes that follow each other within hours are all taken for what they are.
        """
        base = instant(2026, 5, 10, 12)
        noon = round(base.timestamp())
        zones = {
            f"Odd/Near{number}": tzif(
                [(0, 0), *((noon + MINUTES * at, MINUTES * to) for at, to in changes)],
                "",
            )
            for number, changes in enumerate(NEAR)
        }
        install(self, zones)
        for zone, near in zip(zones, NEAR, strict=True):
            around = timedelta(minutes=120 + 2 * max(abs(to) for _, to in near))
            start = base - around
            end = base + timedelta(minutes=near[-1][0]) + around
            window = Window(zone, start, end)
            for text in ("*/20 * * * *", "0-59/10 0-23 * * *", "5,35,50 11-14 * * *"):
                self.check_policies(text, zone, window)

    def test_second_by_second(self):
        """
        So they do where rules, offsets and changes are not of whole minutes.
        """
        fields = {"second": "0,7,59", "minute": "0-59/5,29,44"}
        minutes = {*range(0, 60, 5), 29, 44}
        for zone, change in SECONDS:
            hour = timedelta(hours=1)
            window = Window(zone, change - hour, change + 2 * hour, 1, 2 * hour)
            walls = window.matching(
                lambda wall: wall.second in (0, 7, 59) and wall.minute in minutes
            )
            for gap, fold in POLICIES:
                trigger = CronTrigger(
                    hour="0-23", **fields, timezone=zone, gap=gap, fold=fold
                )
                self.check(trigger, window, window.named(walls, gap, fold))
            trigger = CronTrigger(hour="*", **fields, timezone=zone)
            self.check(trigger, window, window.elapsed(walls))

    def test_any_moment(self):
        """
        Asked at any moment near a change, the answers are those beside it.
        """
        draw = Random(20261123)
        for zone, year in WINDOWS:
            for change in changes(zone, *span(year)):
                text = draw.choice(RULES[:3])
                start = change - timedelta(hours=30)
                window = Window(zone, start, start + timedelta(hours=65))
                walls = window.matching(matcher(text))
                for gap, fold in POLICIES:
                    trigger = CronTrigger.parse(text, timezone=zone, gap=gap, fold=fold)
                    expected = window.named(walls, gap, fold)
                    for _ in range(20):
                        asked = change + timedelta(
                            microseconds=draw.randrange(-(10**10), 2 * 10**10)
                        )
                        after = next(time for time in expected if time > asked)
                        before = next(time for time in expected[::-1] if time < asked)
                        at = (zone, text, gap, fold, asked)
                        self.assertEqual(trigger.next_after(asked), after, at)
                        self.assertEqual(trigger.previous_before(asked), before, at)

    def test_one_wall_time(self):
        """
        The instants of one wall time are those of a rule that names it.
        """
        for zone, year in WINDOWS:
            for change in changes(zone, *span(year)):
                window = Window(zone, change - DAY, change + DAY)
                near = round(change.timestamp())
                near += window.offset(near)
                for wall in range(near - DAY_SECONDS, near + DAY_SECONDS, 780):
                    named = EPOCH + timedelta(seconds=wall)
                    for gap, fold in POLICIES:
                        expected = window.happens(wall, gap.value, fold.value)
                        self.assertEqual(
                            [
                                round(time.timestamp())
                                for time in instants_of(named, zone, gap, fold)
                            ],
                            expected,
                            (zone, named, gap, fold),
                        )
