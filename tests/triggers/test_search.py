"""
Searching backwards and counting, and how long the longest searches take.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger, Fold, Gap
from txsched.triggers.cron import crontab, own
from txsched.triggers.cron.search import Schedule
from txsched.triggers.timeline import timeline
from txsched.triggers.zones import find_zone

from .effort import bounded_work
from .oracle import instant

TICK = timedelta(microseconds=1)
laws = settings(max_examples=300, deadline=None, derandomize=True, database=None)
#: A zone, and a moment near which its offset changes.
CHANGES = [
    ("Europe/Berlin", instant(2026, 3, 29, 1)),
    ("Europe/Berlin", instant(2026, 10, 25, 1)),
    ("Europe/Dublin", instant(2026, 10, 25, 1)),
    ("Antarctica/Troll", instant(2026, 3, 29, 1)),
    ("Antarctica/Troll", instant(2026, 10, 25, 1)),
    ("Australia/Lord_Howe", instant(2026, 10, 3, 15, 30)),
    ("Africa/Casablanca", instant(2026, 2, 15, 2)),
    ("Pacific/Apia", instant(2011, 12, 30, 10)),
    ("Pacific/Kwajalein", instant(1993, 8, 21, 12)),
    ("Africa/Monrovia", instant(1972, 1, 7, 0, 44, 30)),
]


def schedule(text, zone):
    """
    Make a schedule of five fields.
    """
    return Schedule(crontab.parse(text), zone, Gap.NEXT, Fold.FIRST)


class LastBeforeTests(SynchronousTestCase):
    """
    The last one earlier than an instant.
    """

    def test_undoes_next_after(self):
        """
        From the time that follows one goes back to the one before.
        """
        for zone in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"):
            for text in (
                "30 2 * * *",
                "*/20 * * * *",
                "0 */3 1,15 * *",
                "15 1,2 * * 0",
                "0 0 29 2 *",
                "59 23 31 dec *",
            ):
                times = schedule(text, zone)
                for start in (instant(2011, 12, 27), instant(2026, 3, 27)):
                    before = times.next_after(start)
                    for _ in range(120):
                        after = times.next_after(before)
                        if after is None:
                            break
                        self.assertEqual(times.last_before(after), before)
                        middle = before + (after - before) / 2
                        self.assertEqual(times.last_before(middle), before)
                        before = after

    def test_second_of_a_fold(self):
        """
        A time that comes once in a fold is found from within and after the fold.
        """
        once = schedule("30 2 25 10 *", "Europe/Berlin")
        time = instant(2026, 10, 25, 0, 30)
        for later in (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)):
            self.assertEqual(once.last_before(time + later), time)
        twice = schedule("*/30 2 25 10 *", "Europe/Berlin")
        self.assertEqual(twice.last_before(instant(2026, 10, 25, 1, 1)).minute, 0)
        self.assertEqual(
            twice.last_before(instant(2026, 10, 25, 1)), instant(2026, 10, 25, 0, 30)
        )

    def test_ends(self):
        """
        There is none before 1970, and none at all of what never comes.
        """
        for zone in ("UTC", "Europe/Berlin", "America/New_York"):
            daily = schedule("0 12 * * *", zone)
            first = daily.next_after(instant(1960, 1, 1))
            self.assertEqual(first.year, 1970)
            self.assertIsNone(daily.last_before(first))
            self.assertIsNone(daily.last_before(instant(1950, 1, 1)))
            last = daily.last_before(instant(9000, 1, 1))
            self.assertEqual((last.year, last.month, last.day), (2199, 12, 31))
            self.assertIsNone(
                schedule("0 0 30 2 *", zone).last_before(instant(2026, 1, 1))
            )


class LawTests(SynchronousTestCase):
    """
    What holds near every change, for rules of up to one time a second.
    """

    @laws
    @given(
        st.sampled_from(CHANGES),
        st.sampled_from(Gap),
        st.sampled_from(Fold),
        st.sampled_from(["0", "30", "0-59", "0,1,59"]),
        st.sampled_from(["0", "0-59/7", "30,45", "0-59"]),
        st.sampled_from(["0-23", "0,2", "1-3", "2", "13,23", "*"]),
        st.integers(-(10**11), 10**11),
        st.integers(0, 10**11),
    )
    def test_questions_agree(
        self, change, gap, fold, second, minute, hour, begin, length
    ):
        """
        Walking forwards and backwards and counting meet the same times.
        """
        zone, moment = change
        trigger = CronTrigger(
            second=second, minute=minute, hour=hour, timezone=zone, gap=gap, fold=fold
        )
        start = moment + timedelta(microseconds=begin)
        end = start + timedelta(microseconds=length)
        times = []
        for time in trigger.between(start, end):
            times.append(time)
            if len(times) == 300:
                end = time + TICK
                break
        self.assertEqual(times, sorted(set(times)))
        backwards, time = [], trigger.previous_before(end)
        while time is not None and time >= start:
            backwards.append(time)
            time = trigger.previous_before(time)
        self.assertEqual(backwards[::-1], times)
        for first in times[:1]:
            counted = trigger.count_until(first, end)
            self.assertEqual(counted, (len(times), times[-1]))

    def test_count_of_a_lost_day(self):
        """
        Times that are put off by a day and fall beside those of that day are counted.
        """
        trigger = CronTrigger(
            second="0-59",
            minute="0-59",
            hour="0-11",
            timezone="Pacific/Apia",
            gap="shift",
        )
        start, end = instant(2011, 12, 30, 10), instant(2011, 12, 31, 10)
        first = trigger.next_after(start - TICK)
        self.assertEqual(first, start)
        number, last = trigger.count_until(first, end)
        self.assertEqual((number, last), (43_200, start + timedelta(seconds=43_199)))
        odd = first + timedelta(microseconds=1)
        counted = trigger.count_until(odd, start + timedelta(microseconds=1_500_000))
        self.assertEqual(counted, (2, start + timedelta(seconds=1)))


class LongSearchTests(SynchronousTestCase):
    """
    The searches that have the furthest to go.
    """

    ZONES = (
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "Africa/Casablanca",
        "Antarctica/Troll",
        "Asia/Gaza",
    )
    RULES = (
        {"month": 2, "day": 30},
        {"month": 3, "day": "last sun", "hour": 2, "minute": 30},
        {"month": 3, "day": "2nd sun", "hour": 2, "minute": 30},
        {"month": 10, "day": "last sun", "hour": "1-2", "year": 2199},
        {"month": 2, "day": 29, "day_of_week": "mon", "week": 9},
        {"year": 1970, "day": "last", "hour": 2},
        {"year": 2199, "day_of_week": "sun", "hour": 2, "minute": 30},
    )

    def test_bounded(self):
        """
        No answer takes more work than ten milliseconds have room for, with nothing
        known beforehand.
        """
        for zone in self.ZONES:
            for fields in self.RULES:
                for gap in Gap:
                    self.attempt(zone, fields, gap)

    def attempt(self, zone, fields, gap):
        """
        Ask a new trigger two questions.
        """
        rule = own.parse(own.join_fields(fields))
        for question, moment in (
            (Schedule.next_after, instant(1960, 1, 1)),
            (Schedule.last_before, instant(2500, 1, 1)),
        ):
            schedule = Schedule(rule, zone, gap, Fold.FIRST)
            timeline.cache_clear()
            find_zone.cache_clear()
            with bounded_work(question.__name__, zone, fields, gap):
                question(schedule, moment)
