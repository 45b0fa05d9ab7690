"""
Every so many days, weeks, months or years, at a time of day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from random import Random

from apscheduler.triggers.calendarinterval import (
    CalendarIntervalTrigger as TheirTrigger,
)
from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CalendarIntervalTrigger, Fold, Gap, parse_trigger
from txsched.triggers.daylight import instants_of

from .oracle import UTC, instant

DAY = timedelta(days=1)


def walk(trigger, now, number):
    """
    Give the first times from *now* on.
    """
    return list(islice(trigger.between(now, instant(2199, 12, 1)), number))


class DatesTests(SynchronousTestCase):
    """
    Which dates.
    """

    def test_dates(self):
        """
        A month that has no such day is left out; the phase is that of the start.
        """
        cases = {
            "1 day from 2026-02-27": ["02-27", "02-28", "03-01"],
            "2 weeks from 2026-12-20": ["12-20", "01-03", "01-17"],
            "1 month from 2026-01-31": ["01-31", "03-31", "05-31", "07-31", "08-31"],
            "2 months from 2026-12-30": ["12-30", "04-30", "06-30"],
            "1 year from 2024-02-29": ["02-29", "02-29", "02-29"],
            "1 year 1 month from 2026-01-30": ["01-30", "03-30", "04-30"],
            "1 month 1 day from 2026-01-30": ["01-30", "03-31", "06-01", "07-02"],
        }
        for text, expected in cases.items():
            step, _, start = text.partition(" from ")
            trigger = parse_trigger(f"calendar every {step} UTC from {start}")
            times = walk(trigger, instant(2020, 1, 1), len(expected))
            self.assertEqual([f"{one:%m-%d}" for one in times], expected, text)

    def test_as_apscheduler(self):
        """
        The dates are those of APScheduler 3.11, whatever the step.
        """
        random = Random(1)
        for _ in range(60):
            parts = {
                name: random.choice([0, 0, random.randint(1, most)])
                for name, most in {
                    "years": 3,
                    "months": 30,
                    "weeks": 5,
                    "days": 50,
                }.items()
            }
            if not any(parts.values()):
                continue
            start = date(2000, 1, 1) + random.randint(0, 4000) * DAY
            ours = CalendarIntervalTrigger(
                **parts, hour=9, minute=30, start_date=start, timezone="UTC"
            )
            theirs = TheirTrigger(
                **parts, hour=9, minute=30, start_date=start, timezone="UTC"
            )
            mine = other = None
            for _ in range(20):
                mine = ours.get_next_fire_time(mine, instant(1999, 1, 1))
                other = theirs.get_next_fire_time(other, instant(1999, 1, 1))
                self.assertEqual(mine, other, ours)

    def test_end(self):
        """
        The last date counts, and no later one.
        """
        trigger = CalendarIntervalTrigger(
            days=2,
            hour=23,
            start_date="2026-01-01",
            end_date="2026-01-05",
            timezone="America/New_York",
        )
        times = walk(trigger, instant(2025, 1, 1), 10)
        self.assertEqual([f"{one:%d %H}" for one in times], ["02 04", "04 04", "06 04"])
        self.assertIsNone(trigger.next_after(times[-1]))
        self.assertEqual(trigger.previous_before(instant(2030, 1, 1)), times[-1])
        self.assertIsNone(trigger.previous_before(times[0]))

    def test_rare(self):
        """
        29 February every hundred years comes in 2000 only.
        """
        trigger = CalendarIntervalTrigger(
            years=100, start_date="2000-02-29", timezone="UTC"
        )
        self.assertEqual(walk(trigger, instant(1990, 1, 1), 5), [instant(2000, 2, 29)])

    def test_month_counted(self):
        """
        Times are counted without looking at each.
        """
        trigger = parse_trigger("calendar every 1 day at 03:00 UTC from 2000-01-01")
        self.assertEqual(
            trigger.count_until(instant(2001, 1, 1, 3), instant(2101, 1, 1)),
            (36_524, instant(2100, 12, 31, 3)),
        )


class PhaseTests(SynchronousTestCase):
    """
    Without a start.
    """

    def test_first(self):
        """
        Today if its time is still to come, otherwise a step after today.
        """
        trigger = CalendarIntervalTrigger(months=1, hour=9, timezone="Europe/Berlin")
        for now, expected in (
            (instant(2026, 1, 31, 7), instant(2026, 1, 31, 8)),
            (instant(2026, 1, 31, 8), instant(2026, 1, 31, 8)),
            (instant(2026, 1, 31, 9), instant(2026, 3, 31, 7)),
        ):
            self.assertEqual(trigger.get_next_fire_time(None, now), expected)

    def test_phase_is_kept(self):
        """
        Each date follows the one before, in both directions.
        """
        trigger = CalendarIntervalTrigger(days=3, hour=9, timezone="UTC")
        times = [instant(2026, 1, 1, 9)]
        for _ in range(5):
            times.append(trigger.next_after(times[-1]))
        self.assertEqual(times[-1], instant(2026, 1, 16, 9))
        for before, after in pairwise(times):
            self.assertEqual(trigger.previous_before(after), before)
        self.assertEqual(trigger.count_until(times[0], times[-1] + DAY), (6, times[-1]))

    def test_ends_of_time(self):
        """
        There is nothing after 2199 and before 1970, nor after the last date.
        """
        trigger = CalendarIntervalTrigger(days=1, end_date="2026-01-05", timezone="UTC")
        self.assertIsNone(trigger.next_after(instant(2026, 1, 5)))
        self.assertIsNone(trigger.next_after(instant(2300, 1, 1)))
        self.assertIsNone(trigger.previous_before(instant(2300, 1, 1)))
        self.assertIsNone(trigger.previous_before(instant(2026, 1, 9)))
        self.assertIsNone(trigger.previous_before(instant(1970, 1, 1)))
        self.assertIsNone(trigger.mask(instant(2026, 1, 1), 60))
        far = instant(2300, 1, 1)
        self.assertEqual(trigger.count_until(far, far + DAY), (1, far))
        late = CalendarIntervalTrigger(years=200, timezone="UTC")
        self.assertIsNone(late.next_after(instant(2020, 1, 1)))
        self.assertIsNone(late.previous_before(instant(2020, 1, 1)))
        beyond = CalendarIntervalTrigger(days=84_000, timezone="UTC")
        self.assertIsNone(beyond.next_after(instant(2020, 1, 1)))


class DaylightTests(SynchronousTestCase):
    """
    What the clocks on the wall do.
    """

    def test_no_day_is_lost_in_spring(self):
        """
        Where clocks jump at midnight, a job at 00:00 runs on each day all the same.
        """
        trigger = parse_trigger("calendar every 1 day at 00:00 America/Havana")
        times = [instant(2026, 3, 6, 5)]
        for _ in range(4):
            times.append(trigger.next_after(times[-1]))
        self.assertEqual(
            times[1:],
            [instant(2026, 3, 7, 5)]
            + [instant(2026, 3, day, 5) for day in (8,)]
            + [instant(2026, 3, day, 4) for day in (9, 10)],
        )

    def test_a_day_that_was_left_out(self):
        """
        Samoa had no 30 December 2011: its times come when it would have ended, once.
        """
        cases = {
            "00:00": {"next": 1, "skip": 1, "shift": 1},
            "09:00": {"next": 2, "skip": 1, "shift": 1},
        }
        for clock, numbers in cases.items():
            for gap, number in numbers.items():
                for start in ("", " from 2011-12-01"):
                    trigger = parse_trigger(
                        f"calendar every 1 day at {clock} Pacific/Apia{start} gap {gap}"
                    )
                    begin = instant(2011, 12, 30, 10)
                    times = [trigger.previous_before(begin)]
                    while times[-1] < begin + DAY:
                        times.append(trigger.next_after(times[-1]))
                    self.assertEqual(len(times) - 2, number, (clock, gap, start))
                    for before, after in pairwise(times):
                        self.assertLess(before, after)
                        self.assertEqual(trigger.previous_before(after), before)

    def test_each_choice(self):
        """
        The times are the instants of the wall times, whatever the choice; with and
        without a start.
        """
        for zone, begin in (
            ("Europe/Berlin", date(2026, 3, 27)),
            ("Europe/Berlin", date(2026, 10, 23)),
            ("Australia/Lord_Howe", date(2026, 4, 3)),
            ("Australia/Lord_Howe", date(2026, 10, 2)),
            ("Antarctica/Troll", date(2026, 3, 27)),
            ("America/Havana", date(2026, 10, 30)),
        ):
            for minute in (0, 45, 90, 135, 165, 1425):
                at = time(minute // 60, minute % 60)
                for gap in Gap:
                    for fold in Fold:
                        self.check(zone, begin, at, gap, fold)

    def check(self, zone, begin, at, gap, fold):
        """
        Compare with the instants of each wall time.
        """
        expected = sorted(
            {
                instant
                for day in range(5)
                for instant in instants_of(
                    datetime.combine(begin + day * DAY, at), zone, gap, fold
                )
            }
        )
        for start in (begin, None):
            trigger = CalendarIntervalTrigger(
                days=1,
                hour=at.hour,
                minute=at.minute,
                start_date=start,
                end_date=begin + 4 * DAY,
                timezone=zone,
                gap=gap,
                fold=fold,
            )
            times = [trigger.get_next_fire_time(None, expected[0])]
            while (following := trigger.next_after(times[-1])) is not None:
                times.append(following)
            self.assertEqual(times, expected, trigger)
            for before, after in pairwise(times):
                self.assertEqual(trigger.previous_before(after), before, trigger)
            end = times[-1] + DAY
            self.assertEqual(
                trigger.count_until(times[0], end), (len(times), times[-1]), trigger
            )


class WritingTests(SynchronousTestCase):
    """
    Arguments, text and English.
    """

    def test_parts_are_put_together(self):
        """
        What is the same is equal, and written in one way.
        """
        trigger = CalendarIntervalTrigger(months=14, days=9, timezone="UTC")
        self.assertEqual(
            str(trigger), "calendar every 1 year 2 months 1 week 2 days at 00:00 UTC"
        )
        self.assertEqual(
            trigger,
            CalendarIntervalTrigger(years=1, months=2, weeks=1, days=2, timezone="UTC"),
        )
        self.assertEqual(repr(trigger), f"<CalendarIntervalTrigger {trigger}>")

    def test_text(self):
        """
        Units may be left alone, and the time and zone out.
        """
        cases = {
            "calendar every week": "calendar every 1 week at 00:00 Asia/Tokyo",
            "calendar EVERY 2months at 9:05 UTC": (
                "calendar every 2 months at 09:05 UTC"
            ),
            "calendar every day at 09:30:15 +02:00 until 2026-12-31 jitter 1m": (
                "calendar every 1 day at 09:30:15 +02:00 until 2026-12-31 jitter 1m"
            ),
            "calendar every 1 year UTC from 2026-01-31T00:00 gap skip fold both": (
                "calendar every 1 year at 00:00 UTC from 2026-01-31 gap skip fold both"
            ),
        }
        for text, written in cases.items():
            self.assertEqual(str(parse_trigger(text, "Asia/Tokyo")), written)

    def test_dates_as_given(self):
        """
        A date may be a date, text, or a datetime at midnight of the zone.
        """
        expected = date(2026, 7, 1)
        for value in (
            expected,
            "2026-07-01",
            datetime(2026, 7, 1),  # noqa: DTZ001
            datetime(2026, 6, 30, 22, tzinfo=UTC),
            "2026-07-01 Europe/Berlin",
        ):
            trigger = CalendarIntervalTrigger(
                days=1, start_date=value, timezone="Europe/Berlin"
            )
            self.assertEqual(trigger.start_date, expected)
            self.assertIs(type(trigger.start_date), date)

    def test_describe(self):
        """
        In English.
        """
        cases = {
            "calendar every 2 months at 09:00 UTC from 2026-01-31": (
                "every 2 months at 09:00 (UTC) from 2026-01-31"
            ),
            "calendar every day at 9:00:05 UTC until 2026-02-01 jitter 5s": (
                "every 1 day at 09:00:05 (UTC) until 2026-02-01, up to 5s later"
            ),
        }
        for text, english in cases.items():
            self.assertEqual(parse_trigger(text).describe(), english)
