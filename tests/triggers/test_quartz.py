"""
The meaning of Quartz's expressions.

The expected days and times follow from what Quartz's documentation says of each
expression: its lesson on cron triggers, and the description of its class for them.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger

from .drawn import days, first, in_a_day


def quartz_days(text, month=1, year=2026):
    """
    Give the days of a month for the day, month and day_of_week of an expression.
    """
    return days(f"0 0 0 {text}", "quartz", year, month)


class QuartzTests(SynchronousTestCase):
    """
    January 2026 begins on a Thursday.
    """

    def test_sunday_is_1(self):
        """
        Days of the week go from 1, Sunday, to 7, Saturday.
        """
        cases = {
            "1": [4, 11, 18, 25],
            "SUN": [4, 11, 18, 25],
            "2": [5, 12, 19, 26],
            "7": [3, 10, 17, 24, 31],
            "sat": [3, 10, 17, 24, 31],
            "L": [3, 10, 17, 24, 31],
            "2,4": [5, 7, 12, 14, 19, 21, 26, 28],
            "SAT-MON": [3, 4, 5, 10, 11, 12, 17, 18, 19, 24, 25, 26, 31],
            "7-2/2": [3, 5, 10, 12, 17, 19, 24, 26, 31],
            "5/2": [1, 3, 8, 10, 15, 17, 22, 24, 29, 31],
        }
        for text, expected in cases.items():
            self.assertEqual(quartz_days(f"? * {text}"), expected, text)

    def test_question_mark(self):
        """
        ``?`` leaves the day to the other field; with ``*`` there it is every day.
        """
        every = list(range(1, 32))
        self.assertEqual(quartz_days("? * *"), every)
        self.assertEqual(quartz_days("* * ?"), every)
        self.assertEqual(quartz_days("13 * ?"), [13])

    def test_counted_weekdays(self):
        """
        ``6#3`` is the third Friday and ``6L`` the last; a fifth may be missing.
        """
        cases = {
            "6#3": [16],
            "6#1": [2],
            "5#1": [1],
            "5#5": [29],
            "2#5": [],
            "FRI#3": [16],
            "6L": [30],
            "FRIL": [30],
            "7L": [31],
            "1L": [25],
            "2#1,6L": [5, 30],
            "4,6#2": [7, 9, 14, 21, 28],
        }
        for text, expected in cases.items():
            self.assertEqual(quartz_days(f"? * {text}"), expected, text)

    def test_last_days(self):
        """
        ``L`` is the last day of the month, and ``L-3`` the third before it.
        """
        cases = [
            ("L", 1, 2026, [31]),
            ("L", 2, 2026, [28]),
            ("L", 2, 2028, [29]),
            ("L-3", 1, 2026, [28]),
            ("L-3", 2, 2026, [25]),
            ("L-30", 1, 2026, [1]),
            ("L-30", 2, 2026, []),
            ("1,L", 4, 2026, [1, 30]),
            ("l-1", 4, 2026, [29]),
        ]
        for text, month, year, expected in cases:
            self.assertEqual(
                quartz_days(f"{text} * ?", month, year), expected, (text, month)
            )

    def test_nearest_weekday(self):
        """
        ``15W`` goes to the Friday before a Saturday and the Monday after a Sunday, but
        never to another month.
        """
        cases = [
            ("15W", 1, [15]),
            ("15W", 8, [14]),
            ("15W", 11, [16]),
            ("1W", 8, [3]),
            ("1W", 11, [2]),
            ("31W", 1, [30]),
            ("31W", 5, [29]),
            ("31W", 2, []),
            ("30W", 5, [29]),
            ("28W", 2, [27]),
            ("LW", 1, [30]),
            ("LW", 5, [29]),
            ("LW", 2, [27]),
            ("LW", 3, [31]),
            ("L-1W", 1, [30]),
            ("L-2W", 5, [29]),
            ("1W,15W", 8, [3, 14]),
            ("15w,20", 8, [14, 20]),
        ]
        for text, month, expected in cases:
            self.assertEqual(quartz_days(f"{text} * ?", month), expected, (text, month))

    def test_steps(self):
        """
        ``a/b`` goes from a to the end by b, and ``*`` before the slash is the least
        value; a step may lead beyond the end at once.
        """
        minutes = {
            "0/15": [0, 15, 30, 45],
            "5/20": [5, 25, 45],
            "*/20": [0, 20, 40],
            "/20": [0, 20, 40],
            "55/10": [55],
            "7/6": [7, 13, 19, 25, 31, 37, 43, 49, 55],
            "50-10/10": [0, 10, 50],
            "1,30/15": [1, 30, 45],
        }
        for text, expected in minutes.items():
            found = in_a_day(f"0 {text} 9 * * ?", "quartz")
            self.assertEqual(found, [f"09:{one:02}:00" for one in expected], text)
        self.assertEqual(quartz_days("1/10 * ?"), [1, 11, 21, 31])
        self.assertEqual(quartz_days("1 3/4 ?", 7), [1])

    def test_ranges_over_the_end(self):
        """
        A range may run over the end of its field.
        """
        found = in_a_day("0 0 22-2 * * ?", "quartz")
        hours = [0, 1, 2, 22, 23]
        self.assertEqual(found, [f"{hour:02}:00:00" for hour in hours])
        for month in (11, 12, 1, 2):
            self.assertEqual(quartz_days("5 NOV-FEB ?", month), [5])
        self.assertEqual(quartz_days("5 NOV-FEB ?", 3), [])

    def test_examples_of_the_lesson(self):
        """
        The expressions that Quartz explains fire when it says.
        """
        cases = {
            "0 0 12 * * ?": ["2026-01-01 12:00:00", "2026-01-02 12:00:00"],
            "0 15 10 ? * *": ["2026-01-01 10:15:00", "2026-01-02 10:15:00"],
            "0 15 10 * * ? 2030": ["2030-01-01 10:15:00", "2030-01-02 10:15:00"],
            "0 * 14 * * ?": ["2026-01-01 14:00:00", "2026-01-01 14:01:00"],
            "0 0/5 14,18 * * ?": ["2026-01-01 14:00:00", "2026-01-01 14:05:00"],
            "0 0-5 14 * * ?": ["2026-01-01 14:00:00", "2026-01-01 14:01:00"],
            "0 10,44 14 ? 3 WED": ["2026-03-04 14:10:00", "2026-03-04 14:44:00"],
            "0 15 10 ? * MON-FRI": ["2026-01-01 10:15:00", "2026-01-02 10:15:00"],
            "0 15 10 15 * ?": ["2026-01-15 10:15:00", "2026-02-15 10:15:00"],
            "0 15 10 L * ?": ["2026-01-31 10:15:00", "2026-02-28 10:15:00"],
            "0 15 10 L-2 * ?": ["2026-01-29 10:15:00", "2026-02-26 10:15:00"],
            "0 15 10 ? * 6L": ["2026-01-30 10:15:00", "2026-02-27 10:15:00"],
            "0 15 10 ? * 6L 2027-2029": ["2027-01-29 10:15:00", "2027-02-26 10:15:00"],
            "0 15 10 ? * 6#3": ["2026-01-16 10:15:00", "2026-02-20 10:15:00"],
            "0 0 12 1/5 * ?": ["2026-01-01 12:00:00", "2026-01-06 12:00:00"],
            "0 11 11 11 11 ?": ["2026-11-11 11:11:00", "2027-11-11 11:11:00"],
            "10 0/5 * * * ?": ["2026-01-01 00:00:10", "2026-01-01 00:05:10"],
            "0 30 10-13 ? * WED,FRI": ["2026-01-02 10:30:00", "2026-01-02 11:30:00"],
            "0 0/30 8-9 5,20 * ?": ["2026-01-05 08:00:00", "2026-01-05 08:30:00"],
        }
        for text, expected in cases.items():
            self.assertEqual(first(text, "quartz", 2), expected, text)

    def test_years(self):
        """
        Years go from 1970 to 2199, by ranges, steps and lists.
        """
        cases = {
            "2030": ["2030"],
            "2030,2040": ["2030", "2040"],
            "2190/4": ["2190", "2194", "2198"],
            "2028-2034/3": ["2028", "2031", "2034"],
            "1970-2025": [],
        }
        for text, expected in cases.items():
            found = first(f"0 0 0 1 1 ? {text}", "quartz", 9)
            self.assertEqual([time[:4] for time in found], expected, text)

    def test_one_way_of_writing(self):
        """
        Case, blanks and a year that is every year make no difference.
        """
        cases = {
            "0 0 9 ? * MON-FRI": "0 0 9 ? * mon-fri",
            " 0  0 9\t? JAN  mon,Fril *": "0 0 9 ? jan mon,friL",
            "0 0 0 lw * ?": "0 0 0 LW * ?",
            "0 0 0 l-3w,15w * ?": "0 0 0 L-3W,15W * ?",
            "/5 * * ? JUL l": "*/5 * * ? jul L",
        }
        for text, expected in cases.items():
            trigger = CronTrigger.parse(text, "quartz", "UTC")
            self.assertEqual(trigger.expression, expected)
            again = CronTrigger.parse(expected, "quartz", "UTC")
            self.assertEqual(again, trigger)
            self.assertEqual(str(trigger), f"quartz {expected} UTC")
