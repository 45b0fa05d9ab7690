"""
Cron through the changes of zones, held against a look at the wall moment by moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import (
    CronTrigger,
    DateTrigger,
    Fold,
    Gap,
    IntervalTrigger,
    parse_instant,
    parse_trigger,
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
            start = base - timedelta(hours=26)
            end = base + timedelta(minutes=near[-1][0], hours=26)
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
            start = change - timedelta(hours=2)
            window = Window(zone, start, start + timedelta(hours=4), 1)
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


class TrapTests(SynchronousTestCase):
    """
    What other schedulers are known to get wrong.
    """

    def times(self, trigger, start, number):
        """
        Walk from *start*.
        """
        found = [trigger.get_next_fire_time(None, start)]
        while len(found) < number:
            found.append(trigger.get_next_fire_time(found[-1], start))
        return found

    def test_midnight_after_spring(self):
        """
        A job at midnight comes on every day after the change in spring.
        """
        daily = CronTrigger(hour=0, timezone="Europe/Berlin")
        self.assertEqual(
            self.times(daily, instant(2026, 3, 28, 12), 4),
            [
                instant(2026, 3, 28, 23),
                instant(2026, 3, 29, 22),
                instant(2026, 3, 30, 22),
                instant(2026, 3, 31, 22),
            ],
        )

    def test_midnight_that_does_not_exist(self):
        """
        Where the clocks jump at midnight a job at midnight comes at 01:00.
        """
        daily = CronTrigger.from_crontab("@daily", "America/Sao_Paulo")
        self.assertEqual(
            self.times(daily, instant(2018, 11, 3, 12), 2),
            [instant(2018, 11, 4, 3), instant(2018, 11, 5, 2)],
        )

    def test_gap_once(self):
        """
        Several times inside one gap are one time, the first moment after it.
        """
        trigger = CronTrigger(hour=2, minute="0,15,30,45", timezone="Europe/Berlin")
        self.assertEqual(
            self.times(trigger, instant(2026, 3, 29), 2),
            [instant(2026, 3, 29, 1), instant(2026, 3, 30, 0)],
        )

    def test_gap_and_its_end(self):
        """
        A time in the gap and one at its end are the same instant, counted once.
        """
        trigger = CronTrigger(hour="2,3", timezone="Europe/Berlin")
        self.assertEqual(
            trigger.count_until(instant(2026, 3, 29, 1), instant(2026, 3, 29, 4)),
            (1, instant(2026, 3, 29, 1)),
        )
        self.assertEqual(
            trigger.next_after(instant(2026, 3, 29, 1)), instant(2026, 3, 30, 0)
        )

    def test_fold_once(self):
        """
        A named time in the fold comes once, at its first occurrence.
        """
        trigger = CronTrigger(hour=2, minute=30, timezone="Europe/Berlin")
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24, 12), 2),
            [instant(2026, 10, 25, 0, 30), instant(2026, 10, 26, 1, 30)],
        )
        self.assertEqual(
            trigger.next_after(instant(2026, 10, 25, 1, 10)),
            instant(2026, 10, 26, 1, 30),
        )

    def test_choices(self):
        """
        Each choice for a gap and a fold, at 02:30 in Berlin and with times beside it.
        """
        spring, autumn = instant(2026, 3, 29), instant(2026, 10, 25)
        hours = [timedelta(minutes=minutes) for minutes in (0, 30, 60, 90, 120, 150)]
        cases = [
            ("30 2 * * *", "gap next", spring, [2]),
            ("30 2 * * *", "gap skip", spring, []),
            ("30 2 * * *", "gap shift", spring, [3]),
            ("0,30 2,3 * * *", "gap next", spring, [2, 3]),
            ("0,30 2,3 * * *", "gap skip", spring, [2, 3]),
            ("0,30 2,3 * * *", "gap shift", spring, [2, 3]),
            ("30 2 * * *", "fold first", autumn, [1]),
            ("30 2 * * *", "fold second", autumn, [3]),
            ("30 2 * * *", "fold both", autumn, [1, 3]),
            ("0,30 2,3 * * *", "fold first", autumn, [0, 1, 4, 5]),
            ("0,30 2,3 * * *", "fold second", autumn, [2, 3, 4, 5]),
            ("*/30 * * * *", "gap skip", spring, [0, 1, 2, 3, 4, 5]),
            ("*/30 * * * *", "fold second", autumn, [0, 1, 2, 3, 4, 5]),
            ("0,30 * * * *", "fold first", autumn, [0, 1, 2, 3, 4, 5]),
        ]
        for text, choice, start, expected in cases:
            trigger = parse_trigger(f"crontab {text} Europe/Berlin {choice}")
            times = trigger.between(start, start + timedelta(hours=3))
            wanted = [start + hours[place] for place in expected]
            self.assertEqual(list(times), wanted, (text, choice))

    def test_hourly_after_the_changes(self):
        """
        An hourly job keeps its hour through both changes, and every day after them.
        """
        for text in ("0 * * * *", "0 0-23 * * *"):
            trigger = CronTrigger.from_crontab(text, "America/New_York")
            times = self.times(trigger, instant(2026, 3, 8), 24 * 10)
            steps = {after - before for before, after in pairwise(times)}
            self.assertEqual(steps, {timedelta(hours=1)})

    def test_steps_follow_elapsed_time(self):
        """
        A rule of every ten minutes goes on through the fold without a pause.
        """
        trigger = CronTrigger.from_crontab("*/10 * * * *", "Europe/Berlin")
        times = self.times(trigger, instant(2026, 10, 25), 24)
        steps = {after - before for before, after in pairwise(times)}
        self.assertEqual(steps, {timedelta(minutes=10)})

    def test_interval_is_elapsed_time(self):
        """
        An interval of a day is 24 hours, also over a change of the clocks.
        """
        trigger = IntervalTrigger(
            days=1, start_date="2026-10-24 09:00", timezone="Europe/Berlin"
        )
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24), 3),
            [
                instant(2026, 10, 24, 7),
                instant(2026, 10, 25, 7),
                instant(2026, 10, 26, 7),
            ],
        )

    def test_lost_day(self):
        """
        On the day that Samoa left out, all its times come at the next midnight.
        """
        trigger = CronTrigger(hour="9,12", timezone="Pacific/Apia")
        self.assertEqual(
            self.times(trigger, instant(2011, 12, 29, 12), 5),
            [
                instant(2011, 12, 29, 19),
                instant(2011, 12, 29, 22),
                instant(2011, 12, 30, 10),
                instant(2011, 12, 30, 19),
                instant(2011, 12, 30, 22),
            ],
        )

    def test_month_of_seconds(self):
        """
        A month of a one-second rule is counted exactly, with the hour that is lost.
        """
        trigger = CronTrigger(second="*", timezone="Europe/Berlin")
        first = parse_instant("2026-03-01", "Europe/Berlin")
        end = parse_instant("2026-04-01", "Europe/Berlin")
        number, last = trigger.count_until(first, end)
        self.assertEqual(number, (31 * 24 - 1) * 3600)
        self.assertEqual(last, end - timedelta(seconds=1))
        named = CronTrigger(hour="0-23", minute="0-59", timezone="Europe/Berlin")
        number, _ = named.count_until(first, end)
        self.assertEqual(number, (31 * 24 - 1) * 60)

    def test_far_answer_in_a_zone(self):
        """
        The next 29 February is found over years of changes, also over 2100.
        """
        trigger = CronTrigger.from_crontab("0 0 29 2 *", "Europe/Berlin")
        self.assertEqual(
            trigger.next_after(instant(2096, 3, 1)), instant(2104, 2, 28, 23)
        )
        number, last = trigger.count_until(
            instant(2096, 2, 28, 23), instant(2104, 2, 28, 23)
        )
        self.assertEqual((number, last), (1, instant(2096, 2, 28, 23)))

    def test_last_year(self):
        """
        Nothing comes after the last year that is known, in any zone.
        """
        for zone in ("UTC", "Europe/Berlin", "Pacific/Apia", "America/New_York"):
            trigger = CronTrigger(month=12, day=31, hour=23, minute=59, timezone=zone)
            wall = datetime(2199, 12, 31, 23, 59)  # noqa: DTZ001
            last = DateTrigger(wall.replace(year=2198), zone).run_date
            final = trigger.next_after(last)
            self.assertEqual(final - last, timedelta(days=365))
            self.assertIsNone(trigger.next_after(final))
            self.assertIsNone(trigger.next_after(instant(2500, 1, 1)))
            self.assertEqual(trigger.count_until(last, instant(9000, 1, 1)), (2, final))

    def test_before_the_first_year(self):
        """
        Asked long before 1970, the answer is the first time of 1970.
        """
        trigger = CronTrigger(hour=0, timezone="America/New_York")
        self.assertEqual(trigger.next_after(instant(3, 1, 1)), instant(1970, 1, 1, 5))

    def test_end_of_a_fold_without_a_later_time(self):
        """
        A rule of one year still has its second times in that year's last fold.
        """
        trigger = CronTrigger(
            year=2026, month=10, day=25, hour=2, minute="*/30", timezone="Europe/Berlin"
        )
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24), 5),
            [
                instant(2026, 10, 25, 0),
                instant(2026, 10, 25, 0, 30),
                instant(2026, 10, 25, 1),
                instant(2026, 10, 25, 1, 30),
                None,
            ],
        )

    def test_offset_with_seconds(self):
        """
        A zone that was 44 minutes and 30 seconds behind, until it changed, is met.
        """
        trigger = CronTrigger(hour="*", timezone="Africa/Monrovia")
        self.assertEqual(
            self.times(trigger, instant(1972, 1, 6, 23), 3),
            [
                instant(1972, 1, 6, 23, 44, 30),
                instant(1972, 1, 7, 1),
                instant(1972, 1, 7, 2),
            ],
        )

    def test_naive_dates(self):
        """
        A naive date in a gap is the first moment after it, in a fold the first.
        """
        cases = [
            ("2026-03-29 02:30", "Europe/Berlin", instant(2026, 3, 29, 1)),
            ("2026-10-25 02:30", "Europe/Berlin", instant(2026, 10, 25, 0, 30)),
            ("2011-12-30 12:00", "Pacific/Apia", instant(2011, 12, 30, 10)),
            ("2026-07-01 00:00", "America/New_York", instant(2026, 7, 1, 4)),
            ("2199-12-31 23:30", "UTC", instant(2199, 12, 31, 23, 30)),
        ]
        for text, zone, expected in cases:
            self.assertEqual(parse_instant(text, zone), expected)
