"""
The meaning of crontab(5).
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger

from .oracle import instant


def days(text, month=1, year=2026):
    """
    Give the days of a month on which ``0 0 <text>`` fires.
    """
    trigger = CronTrigger.from_crontab(f"0 0 {text}", "UTC")
    found = []
    time = trigger.get_next_fire_time(None, instant(year, month, 1))
    while time is not None and time.month == month and time.year == year:
        found.append(time.day)
        time = trigger.next_after(time)
    return found


def hours(text):
    """
    Give the hours of a day at which ``0 <text> * * *`` fires.
    """
    trigger = CronTrigger.from_crontab(f"0 {text} * * *", "UTC")
    found = []
    time = trigger.get_next_fire_time(None, instant(2026, 1, 1))
    while time.day == 1:
        found.append(time.hour)
        time = trigger.next_after(time)
    return found


class CrontabTests(SynchronousTestCase):
    """
    January 2026 begins on a Thursday.
    """

    def test_sunday(self):
        """
        Sunday is 0, 7 and sun.
        """
        for text in ("0", "7", "sun", "SUN", "Sun", "0,7", "7-7"):
            self.assertEqual(days(f"* * {text}"), [4, 11, 18, 25], text)

    def test_monday(self):
        """
        Monday is 1.
        """
        self.assertEqual(days("* * 1"), [5, 12, 19, 26])
        self.assertEqual(days("* * mon"), [5, 12, 19, 26])

    def test_weekday_ranges(self):
        """
        Ranges of weekdays may run over the end of the week, and name 7 or 0.
        """
        cases = {
            "sun-tue": {4, 5, 6},
            "fri-1": {2, 3, 4, 5},
            "5-7": {2, 3, 4},
            "fri-sun": {2, 3, 4},
            "sat-0": {3, 4},
            "7-2": {4, 5, 6},
            "0-7": {1, 2, 3, 4, 5, 6, 7},
            "1-7": {1, 2, 3, 4, 5, 6, 7},
            "mon-fri": {1, 2, 5, 6, 7},
            "thu-tue/2": {1, 3, 5},
            "mon,wed": {5, 7},
            "*/2": {1, 3, 4, 6},
            "mon-sun/3": {1, 4, 5},
        }
        for text, expected in cases.items():
            found = {day for day in days(f"* * {text}") if day <= 7}
            self.assertEqual(found, expected, text)

    def test_either_day(self):
        """
        Both day fields restricted: one of them is enough.
        """
        self.assertEqual(days("13 * fri"), [2, 9, 13, 16, 23, 30])

    def test_star_rule(self):
        """
        A day field that begins with a star must match together with the other.
        """
        self.assertEqual(days("*/2 * fri"), [9, 23])
        self.assertEqual(days("1-7 * */6"), [3, 4])
        self.assertEqual(days("*,13 * fri"), [2, 9, 16, 23, 30])

    def test_either_in_some_months(self):
        """
        The month field must match in any case.
        """
        self.assertEqual(days("13 feb fri", 1), [])
        self.assertEqual(days("14 feb fri", 2), [6, 13, 14, 20, 27])

    def test_days_over_the_end(self):
        """
        A range of days of the month, or of months, may run over the end.
        """
        self.assertEqual(days("30-2 * *"), [1, 2, 30, 31])
        self.assertEqual(days("5 nov-feb *", 1), [5])
        self.assertEqual(days("5 nov-feb *", 3), [])

    def test_hours(self):
        """
        Ranges, steps and lists of hours.
        """
        cases = {
            "22-2": [0, 1, 2, 22, 23],
            "22-4/2": [0, 2, 4, 22],
            "*/7": [0, 7, 14, 21],
            "9-17/4": [9, 13, 17],
            "5,3,3": [3, 5],
            "*/50": [0],
            "8-9,20-22/2": [8, 9, 20, 22],
        }
        for text, expected in cases.items():
            self.assertEqual(hours(text), expected, text)

    def test_nicknames(self):
        """
        Nicknames stand for their five fields, and make equal triggers.
        """
        cases = {
            "@yearly": "0 0 1 1 *",
            "@annually": "0 0 1 1 *",
            "@monthly": "0 0 1 * *",
            "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *",
            "@midnight": "0 0 * * *",
            "@hourly": "0 * * * *",
            " @Daily ": "0 0 * * *",
        }
        for nickname, text in cases.items():
            self.assertEqual(
                CronTrigger.from_crontab(nickname, "UTC"),
                CronTrigger.from_crontab(text, "UTC"),
            )

    def test_written_in_one_way(self):
        """
        Case and blanks make no difference.
        """
        self.assertEqual(
            CronTrigger.from_crontab("0  9 *\t* MON-Fri\n", "UTC"),
            CronTrigger.from_crontab("0 9 * * mon-fri", "UTC"),
        )

    def test_seconds_are_zero(self):
        """
        The next time is a whole minute, also when asked within one.
        """
        trigger = CronTrigger.from_crontab("* * * * *", "UTC")
        asked = instant(2026, 1, 1, 0, 0, 59, 999_999)
        self.assertEqual(trigger.next_after(asked), instant(2026, 1, 1, 0, 1))

    def test_never(self):
        """
        30 February never comes.
        """
        for zone in ("UTC", "America/New_York"):
            trigger = CronTrigger.from_crontab("0 0 30 2 *", zone)
            self.assertIsNone(trigger.next_after(instant(2026, 1, 1)))
            self.assertIsNone(trigger.get_next_fire_time(None, instant(2026, 1, 1)))
