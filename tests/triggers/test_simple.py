"""
Once, and at intervals.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta, timezone

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import DateTrigger, IntervalTrigger

from .oracle import instant


class DateTests(SynchronousTestCase):
    """
    Once.
    """

    def test_once(self):
        """
        It fires at its time, late when that is past, and never again.
        """
        at = instant(2026, 1, 1, 12)
        trigger = DateTrigger(at)
        self.assertEqual(trigger.get_next_fire_time(None, instant(2025, 1, 1)), at)
        self.assertEqual(trigger.get_next_fire_time(None, at), at)
        late = at + timedelta.resolution
        self.assertEqual(trigger.get_next_fire_time(None, late), at)
        self.assertIsNone(trigger.get_next_fire_time(at, at))
        self.assertEqual(trigger.count_until(at, instant(2030, 1, 1)), (1, at))

    def test_what_a_person_gives(self):
        """
        Datetimes with and without a zone, dates and text.
        """
        expected = instant(2026, 6, 1, 10)
        for value in (
            datetime(2026, 6, 1, 12),  # noqa: DTZ001
            datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            "2026-06-01 12:00",
            "2026-06-01T06:00:00-04:00",
        ):
            self.assertEqual(DateTrigger(value, "Europe/Berlin").run_date, expected)
        self.assertEqual(
            DateTrigger(date(2026, 6, 1), "Europe/Berlin").run_date,
            instant(2026, 5, 31, 22),
        )

    def test_describe(self):
        """
        In English, and as text.
        """
        trigger = DateTrigger("2026-06-01 12:00", "UTC")
        self.assertEqual(trigger.describe(), "once at 2026-06-01 12:00:00 UTC")
        self.assertEqual(str(trigger), "at 2026-06-01T12:00:00+00:00")


class IntervalTests(SynchronousTestCase):
    """
    At intervals.
    """

    def test_parts_add_up(self):
        """
        Weeks to microseconds, whole or not, add up.
        """
        trigger = IntervalTrigger(1, 2, 3, 4, 5, 6)
        self.assertEqual(
            trigger.interval,
            timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, microseconds=6),
        )
        self.assertEqual(
            IntervalTrigger(seconds=0.5).interval, timedelta(microseconds=500_000)
        )
        self.assertEqual(IntervalTrigger(minutes=1), IntervalTrigger(seconds=60))

    def test_without_start(self):
        """
        The first time is one interval from now, the phase is then kept.
        """
        trigger = IntervalTrigger(seconds=10)
        now = instant(2026, 1, 1, 0, 0, 3, 7)
        first = trigger.get_next_fire_time(None, now)
        self.assertEqual(first, instant(2026, 1, 1, 0, 0, 13, 7))
        late = instant(2026, 5, 1)
        self.assertEqual(
            trigger.get_next_fire_time(first, late), instant(2026, 1, 1, 0, 0, 23, 7)
        )

    def test_with_start(self):
        """
        A time exactly at the start, then whole intervals, also when asked late.
        """
        start = instant(2026, 1, 1, 12)
        trigger = IntervalTrigger(hours=7, start_date=start)
        self.assertEqual(trigger.get_next_fire_time(None, instant(2020, 1, 1)), start)
        self.assertEqual(trigger.get_next_fire_time(None, start), start)
        self.assertEqual(
            trigger.get_next_fire_time(None, instant(2026, 1, 1, 12, 0, 1)),
            instant(2026, 1, 1, 19),
        )
        self.assertEqual(
            trigger.get_next_fire_time(None, instant(2026, 1, 1, 19)),
            instant(2026, 1, 1, 19),
        )
        self.assertEqual(trigger.next_after(start), instant(2026, 1, 1, 19))

    def test_end(self):
        """
        A time exactly at the end still counts.
        """
        start = instant(2026, 1, 1)
        trigger = IntervalTrigger(
            hours=1, start_date=start, end_date=instant(2026, 1, 1, 2)
        )
        self.assertEqual(
            trigger.next_after(instant(2026, 1, 1, 1)), instant(2026, 1, 1, 2)
        )
        self.assertIsNone(trigger.next_after(instant(2026, 1, 1, 2)))
        self.assertEqual(
            trigger.count_until(start, instant(2027, 1, 1)),
            (3, instant(2026, 1, 1, 2)),
        )

    def test_month_of_seconds(self):
        """
        A month of one-second times is counted at once.
        """
        trigger = IntervalTrigger(seconds=1)
        first = instant(2026, 1, 1)
        self.assertEqual(
            trigger.count_until(first, instant(2026, 2, 1)),
            (31 * 86_400, instant(2026, 1, 31, 23, 59, 59)),
        )

    def test_count_of_a_stranger(self):
        """
        A first time that is out of phase counts once, as it was planned.
        """
        trigger = IntervalTrigger(hours=1, start_date=instant(2026, 1, 1))
        stale = instant(2026, 1, 1, 0, 30)
        self.assertEqual(trigger.count_until(stale, instant(2026, 1, 1, 1)), (1, stale))
        self.assertEqual(
            trigger.count_until(stale, instant(2026, 1, 1, 2, 1)),
            (3, instant(2026, 1, 1, 2)),
        )

    def test_end_of_time(self):
        """
        Where datetimes end there is no next time.
        """
        trigger = IntervalTrigger(days=36525)
        self.assertIsNone(trigger.next_after(instant(9990, 1, 1)))

    def test_small(self):
        """
        A million of them fit: no dictionary, no list of weak references.
        """
        trigger = IntervalTrigger(seconds=10)
        self.assertFalse(hasattr(trigger, "__dict__"))
        self.assertLess(sys.getsizeof(trigger), 100)

    def test_describe(self):
        """
        In English.
        """
        cases = {
            "every 10 seconds": IntervalTrigger(seconds=10),
            "every minute": IntervalTrigger(minutes=1),
            "every 1 hour 30 minutes": IntervalTrigger(minutes=90),
            "every 2 days from 2026-01-01 00:00:00 UTC until 2026-02-01 00:00:00 UTC": (
                IntervalTrigger(
                    days=2,
                    start_date=instant(2026, 1, 1),
                    end_date=instant(2026, 2, 1),
                )
            ),
        }
        for text, trigger in cases.items():
            self.assertEqual(trigger.describe(), text)

    def test_needs_an_aware_instant(self):
        """
        A naive instant is refused.
        """
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        for trigger in (IntervalTrigger(seconds=1), DateTrigger("2026-01-01", "UTC")):
            error = self.assertRaises(
                BadTrigger, trigger.get_next_fire_time, None, naive
            )
            self.assertEqual(error.field, "instant")
