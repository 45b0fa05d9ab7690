"""
The scheduler's own dialect of cron.
"""

from __future__ import annotations

from datetime import date, timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import CronTrigger

from .oracle import instant

START = instant(2026, 1, 1)


def first(number=3, **fields):
    """
    Give the first times of 2026 in UTC.
    """
    trigger = CronTrigger(timezone="UTC", **fields)
    times = [trigger.get_next_fire_time(None, START)]
    while len(times) < number and times[-1] is not None:
        times.append(trigger.next_after(times[-1]))
    return times


class OmittedTests(SynchronousTestCase):
    """
    Fields that are not given.
    """

    def test_lesser_take_their_least(self):
        """
        Below the least field that is given all take their least value.
        """
        self.assertEqual(first(hour=9), [instant(2026, 1, day, 9) for day in (1, 2, 3)])
        self.assertEqual(
            first(month=3), [instant(year, 3, 1) for year in (2026, 2027, 2028)]
        )
        self.assertEqual(first(year="2030"), [instant(2030, 1, 1), None])
        self.assertEqual(
            first(2, minute=30), [instant(2026, 1, 1, hour, 30) for hour in (0, 1)]
        )

    def test_greater_take_all(self):
        """
        Above it they take every value.
        """
        self.assertEqual(
            first(second=7), [instant(2026, 1, 1, 0, minute, 7) for minute in range(3)]
        )

    def test_between_take_all(self):
        """
        One in between takes every value too.
        """
        self.assertEqual(
            first(day=2, minute=30),
            [instant(2026, 1, 2, hour, 30) for hour in range(3)],
        )

    def test_weekday_alone(self):
        """
        A weekday alone means its midnight; a week alone every day of it.
        """
        self.assertEqual(
            first(day_of_week="mon"), [instant(2026, 1, day) for day in (5, 12, 19)]
        )
        self.assertEqual(first(week=2), [instant(2026, 1, day) for day in (5, 6, 7)])


class DayTests(SynchronousTestCase):
    """
    What decides about a day.
    """

    def days(self, year=2026, month=1, **fields):
        """
        Give the days of a month.
        """
        trigger = CronTrigger(year=year, month=month, hour=0, timezone="UTC", **fields)
        found = []
        time = trigger.next_after(instant(1999, 1, 1))
        while time is not None:
            found.append(time.day)
            time = trigger.next_after(time)
        return found

    def test_monday_is_0(self):
        """
        Weekdays count from Monday; names may be in any case.
        """
        self.assertEqual(self.days(day_of_week=0), [5, 12, 19, 26])
        self.assertEqual(self.days(day_of_week="SUN"), [4, 11, 18, 25])
        self.assertEqual(self.days(day_of_week="6"), [4, 11, 18, 25])
        self.assertEqual(self.days(day_of_week="sat-mon", day="1-7"), [3, 4, 5])

    def test_both_must_match(self):
        """
        The day of the month and the weekday must both match.
        """
        self.assertEqual(self.days(month=2, day=13, day_of_week="fri"), [13])
        self.assertEqual(self.days(month=1, day=13, day_of_week="fri"), [])

    def test_counted_weekdays(self):
        """
        Weekdays are counted within the month.
        """
        cases = {
            "1st thu": [1],
            "1st wed": [7],
            "2nd fri": [9],
            "3rd fri": [16],
            "4th sun": [25],
            "5th sat": [31],
            "5th sun": [],
            "last fri": [30],
            "last sat": [31],
            "last": [31],
            "1st mon,3rd mon": [5, 19],
            "last, 1st": None,
            "LAST  Fri , 2": [2, 30],
            "last,15": [15, 31],
        }
        for text, expected in cases.items():
            if expected is None:
                self.assertRaises(BadTrigger, self.days, day=text)
            else:
                self.assertEqual(self.days(day=text), expected, text)

    def test_last_of_february(self):
        """
        The last day of February depends on the year.
        """
        found = {year: self.days(year, 2, day="last") for year in (2026, 2028, 2100)}
        self.assertEqual(found, {2026: [28], 2028: [29], 2100: [28]})

    def test_weeks_are_those_of_iso(self):
        """
        Every day of 230 years is in the week that the calendar says.
        """
        triggers = {
            week: CronTrigger(week=week, timezone="UTC") for week in (1, 2, 52, 53)
        }
        for year in range(1970, 2200):
            near = [date(year, 1, 1) + timedelta(days=day) for day in range(12)]
            near += [date(year, 12, 31) - timedelta(days=day) for day in range(12)]
            for day in near:
                week = day.isocalendar()[1]
                asked = instant(day.year, day.month, day.day)
                for number, trigger in triggers.items():
                    hit = trigger.get_next_fire_time(None, asked) == asked
                    self.assertEqual(hit, number == week, (day, number))

    def test_years(self):
        """
        Years may be listed, and cut by a step from 1970.
        """
        self.assertEqual(
            first(year="2020-2040/7"),
            [
                *first(year="2027,2034"),
            ],
        )
        self.assertEqual(first(1, year="*/100"), [instant(2070, 1, 1)])


class TriggerTests(SynchronousTestCase):
    """
    The value itself.
    """

    def test_numbers_and_text(self):
        """
        Numbers and their text make equal triggers; parse takes the same fields.
        """
        one = CronTrigger(day_of_week="mon-fri", hour=9, timezone="UTC")
        self.assertEqual(
            one, CronTrigger(day_of_week=" MON-FRI ", hour="9", timezone="UTC")
        )
        for text in ("hour=9 day_of_week=mon-fri", " day_of_week = mon-fri  hour= 9 "):
            self.assertEqual(CronTrigger.parse(text, "own", "UTC"), one)
        self.assertNotEqual(one, CronTrigger(hour=9, timezone="UTC"))
        self.assertNotEqual(
            one, CronTrigger(day_of_week="mon-fri", hour=9, timezone="Etc/UTC")
        )

    def test_bounds(self):
        """
        A time exactly at the start and one exactly at the end both count.
        """
        trigger = CronTrigger(
            hour="*",
            start_date="2026-01-01 03:00",
            end_date="2026-01-01 05:00",
            timezone="Europe/Berlin",
        )
        self.assertEqual(trigger.start_date, instant(2026, 1, 1, 2))
        times = [trigger.next_after(instant(2000, 1, 1))]
        while times[-1] is not None:
            times.append(trigger.next_after(times[-1]))
        self.assertEqual(
            times, [*(instant(2026, 1, 1, hour) for hour in (2, 3, 4)), None]
        )
        self.assertEqual(
            trigger.count_until(times[0], instant(2027, 1, 1)), (3, times[2])
        )

    def test_count_of_a_stranger(self):
        """
        A first time that is none of ours counts once, as it was planned.
        """
        trigger = CronTrigger(hour=9, timezone="UTC")
        stale = instant(2026, 1, 1, 8)
        self.assertEqual(trigger.count_until(stale, instant(2026, 1, 1, 9)), (1, stale))
        self.assertEqual(
            trigger.count_until(stale, instant(2026, 1, 3)), (3, instant(2026, 1, 2, 9))
        )

    def test_immutable(self):
        """
        No attribute can be set.
        """
        trigger = CronTrigger(hour=9, timezone="UTC")
        self.assertRaises(AttributeError, setattr, trigger, "expression", "hour=8")
        self.assertRaises(AttributeError, setattr, trigger, "other", 1)

    def test_repr(self):
        """
        It shows its text.
        """
        self.assertEqual(
            repr(CronTrigger(hour=9, timezone="UTC")), "<CronTrigger cron hour=9 UTC>"
        )

    def test_needs_an_aware_instant(self):
        """
        A naive instant is refused.
        """
        naive = START.replace(tzinfo=None)
        trigger = CronTrigger(hour=9, timezone="UTC")
        error = self.assertRaises(BadTrigger, trigger.next_after, naive)
        self.assertEqual(error.field, "instant")
