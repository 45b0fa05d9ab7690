"""
The meaning of calendar events of systemd.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import CronTrigger, parse_trigger

from .drawn import days, first, in_a_day

#: how an event is written, and the normal form that ``systemd-analyze calendar`` of
#: systemd 252 prints.
FORMS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "biannually": "*-01,07-01 00:00:00",
    "bi-annually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
    "anually": "*-01-01 00:00:00",
    "Yearly": "*-01-01 00:00:00",
    "Mon-Fri 09:00": "Mon..Fri *-*-* 09:00:00",
    "Mon,Wed..Fri 1:2": "Mon,Wed..Fri *-*-* 01:02:00",
    "Mon..Wed,Tue": "Mon..Wed *-*-* 00:00:00",
    "Mon..Tue": "Mon,Tue *-*-* 00:00:00",
    "tue,MON,sun 9:0": "Mon,Tue,Sun *-*-* 09:00:00",
    "Monday": "Mon *-*-* 00:00:00",
    "Mon..Sun 10:00": "*-*-* 10:00:00",
    "Mon *-*-*": "Mon *-*-* 00:00:00",
    "69-01-01": "2069-01-01 00:00:00",
    "70-01-01": "1970-01-01 00:00:00",
    "99-01-01": "1999-01-01 00:00:00",
    "5-05-05": "2005-05-05 00:00:00",
    "20..30-1-1": "2020..2030-01-01 00:00:00",
    "2026-1-1 1:1:1": "2026-01-01 01:01:01",
    "5-1": "*-05-01 00:00:00",
    "*-*": "*-*-* 00:00:00",
    "*-02~3": "*-02~03 00:00:00",
    "02~01": "*-02~01 00:00:00",
    "*-05~*": "*-05-* 00:00:00",
    "Mon *-05~07/1": "Mon *-05~07/1 00:00:00",
    "*~2..6/3": "*-*~02..05/3 00:00:00",
    "*:0/5": "*-*-* *:00/5:00",
    "*:*": "*-*-* *:*:00",
    "*:00:*": "*-*-* *:00:*",
    "0:0:7,0/1": "*-*-* 00:00:*",
    "*:0/1": "*-*-* *:00/1:00",
    "12:30:15.000": "*-*-* 12:30:15",
    "*-*-1,1,1": "*-*-01 00:00:00",
    "*-*-5,1..3": "*-*-01..03,05 00:00:00",
    "*-*-1/3,1": "*-*-01,01/3 00:00:00",
    "*-*-5..5": "*-*-05 00:00:00",
    "*-*-* 3..4/7:0": "*-*-* 03:00:00",
    "*-*-* 9..17/3:0": "*-*-* 09..15/3:00:00",
    "*-*-* 9..17/1:0": "*-*-* 09..17:00:00",
}


class EventTests(SynchronousTestCase):
    """
    January 2026 begins on a Thursday.
    """

    def test_one_way_of_writing(self):
        """
        An event is written as systemd itself writes it, and that is read as the same.
        """
        for text, expected in FORMS.items():
            trigger = CronTrigger.parse(text, "systemd", "UTC")
            self.assertEqual(trigger.expression, expected, text)
            again = CronTrigger.parse(expected, "systemd", "UTC")
            self.assertEqual(again, trigger, text)
            self.assertEqual(str(trigger), f"systemd {expected} UTC")

    def test_what_is_left_out(self):
        """
        No date is every day, no time is midnight, no seconds are 0.
        """
        cases = {
            "Mon": ["2026-01-05 00:00:00", "2026-01-12 00:00:00"],
            "10:30": ["2026-01-01 10:30:00", "2026-01-02 10:30:00"],
            "Sat,Sun 08:05:40": ["2026-01-03 08:05:40", "2026-01-04 08:05:40"],
            "03-05": ["2026-03-05 00:00:00", "2027-03-05 00:00:00"],
            "2030-03-05": ["2030-03-05 00:00:00"],
            "*:20": ["2026-01-01 00:20:00", "2026-01-01 01:20:00"],
        }
        for text, expected in cases.items():
            self.assertEqual(first(text, "systemd", 2), expected, text)

    def test_weekday_and_date(self):
        """
        The day of the week and the date must both match.
        """
        self.assertEqual(days("Fri *-*-13", "systemd", 2026, 1), [])
        self.assertEqual(days("Fri *-*-13", "systemd", 2026, 2), [13])
        self.assertEqual(days("Mon *-*-1..7", "systemd", 2026, 1), [5])

    def test_days_from_the_end(self):
        """
        ``~`` counts from the end of the month, where 1 is the last day; a repetition
        goes towards it.
        """
        cases = [
            ("*~1", 1, [31]),
            ("*~1", 2, [28]),
            ("*-02~03", 2, [26]),
            ("*-02~03", 1, []),
            ("*~1..3", 4, [28, 29, 30]),
            ("*~1,3", 4, [28, 30]),
            ("*~07/1", 4, [24, 25, 26, 27, 28, 29, 30]),
            ("*~28/7", 1, [4, 11, 18, 25]),
            ("*~2..6/3", 1, [27, 30]),
            ("Mon *-05~07/1", 5, [25]),
            ("Mon *~07/1", 8, [31]),
        ]
        for text, month, expected in cases:
            self.assertEqual(
                days(text, "systemd", 2026, month), expected, (text, month)
            )

    def test_repetitions(self):
        """
        ``a/b`` goes from a to the end by b, ``a..b/c`` to b at most.
        """
        cases = {
            "9:0/20": ["09:00:00", "09:20:00", "09:40:00"],
            "9:5/25": ["09:05:00", "09:30:00", "09:55:00"],
            "9..17/4:30": ["09:30:00", "13:30:00", "17:30:00"],
            "9:1,10..12:30": ["09:01:30", "09:10:30", "09:11:30", "09:12:30"],
            "9:0:0/30": ["09:00:00", "09:00:30"],
        }
        for text, expected in cases.items():
            self.assertEqual(in_a_day(text, "systemd"), expected, text)

    def test_years(self):
        """
        Years of two digits lie in 1970 to 2069, and years can be repeated.
        """
        self.assertEqual(first("30-1-1", "systemd"), ["2030-01-01 00:00:00"])
        found = first("2026/3-2-3", "systemd")
        self.assertEqual([time[:4] for time in found], ["2026", "2029", "2032"])

    def test_zone(self):
        """
        A zone may follow, which is the zone of the trigger; case of UTC is free.
        """
        berlin = CronTrigger.parse("Mon..Fri 09:00", "systemd", "Europe/Berlin")
        for text in (
            "Mon..Fri 09:00 Europe/Berlin",
            "Mon..Fri\t09:00\tEurope/Berlin ",
        ):
            self.assertEqual(CronTrigger.parse(text, "systemd"), berlin)
            self.assertEqual(
                CronTrigger.parse(text, "systemd", "Europe/Berlin"), berlin
            )
            self.assertEqual(parse_trigger(f"systemd {text}", "Asia/Tokyo"), berlin)
        self.assertEqual(CronTrigger.parse("daily utc", "systemd").timezone, "UTC")
        self.assertEqual(
            CronTrigger.parse("weekly +02:00", "systemd").timezone, "+02:00"
        )
        self.assertEqual(CronTrigger.parse("Mon", "systemd", "UTC").timezone, "UTC")

    def test_two_zones(self):
        """
        Another zone beside the one of the event is refused.
        """
        error = self.assertRaises(
            BadTrigger, CronTrigger.parse, "daily Europe/Berlin", "systemd", "UTC"
        )
        self.assertEqual(error.field, "timezone")
        self.assertIn("the expression says Europe/Berlin", error.reason)
