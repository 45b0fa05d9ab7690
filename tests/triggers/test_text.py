"""
Text forms, durations, instants, zones and English.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import (
    CronTrigger,
    DateTrigger,
    IntervalTrigger,
    format_duration,
    parse_duration,
    parse_instant,
    parse_trigger,
    zones,
)

from .oracle import instant

ONCE_A_MINUTE = "at second 5 of every minute from 09:00 to 10:59"


class TextTests(SynchronousTestCase):
    """
    The forms that people type.
    """

    def test_forms(self):
        """
        Each text makes the trigger that is meant, and the one text form.
        """
        cases = {
            "every 10s": (IntervalTrigger(seconds=10), "every 10s"),
            "EVERY 1h30m": (IntervalTrigger(minutes=90), "every 1h30m"),
            "every 2 days": (IntervalTrigger(days=2), "every 2d"),
            "every hour": (IntervalTrigger(hours=1), "every 1h"),
            "every  90": (IntervalTrigger(seconds=90), "every 1m30s"),
            "every 1h until 2026-02-01 from 2026-01-01 12:00": (
                IntervalTrigger(
                    hours=1,
                    start_date="2026-01-01 12:00",
                    end_date="2026-02-01",
                    timezone="Asia/Tokyo",
                ),
                (
                    "every 1h from 2026-01-01T03:00:00+00:00"
                    " until 2026-01-31T15:00:00+00:00"
                ),
            ),
            "at 2009-11-06 16:30:05.720400": (
                DateTrigger(instant(2009, 11, 6, 7, 30, 5, 720_400)),
                "at 2009-11-06T07:30:05.720400+00:00",
            ),
            "at 2026-01-01T12:00:00Z": (
                DateTrigger(instant(2026, 1, 1, 12)),
                "at 2026-01-01T12:00:00+00:00",
            ),
            "at 2026-07-01 12:00 Europe/Berlin": (
                DateTrigger(instant(2026, 7, 1, 10)),
                "at 2026-07-01T10:00:00+00:00",
            ),
            "@daily": (
                CronTrigger.from_crontab("0 0 * * *", "Asia/Tokyo"),
                "crontab 0 0 * * * Asia/Tokyo",
            ),
            "@Hourly Europe/Berlin": (
                CronTrigger.from_crontab("@hourly", "Europe/Berlin"),
                "crontab 0 * * * * Europe/Berlin",
            ),
            "crontab @weekly +02:00": (
                CronTrigger.from_crontab("@weekly", "+02:00"),
                "crontab 0 0 * * 0 +02:00",
            ),
            "crontab */5 * * * MON-FRI Europe/Berlin": (
                CronTrigger.from_crontab("*/5 * * * mon-fri", "Europe/Berlin"),
                "crontab */5 * * * mon-fri Europe/Berlin",
            ),
            "crontab 0 9 * * * UTC from 2026-01-01T00:00Z": (
                CronTrigger.parse(
                    "0 9 * * *", timezone="UTC", start_date=instant(2026, 1, 1)
                ),
                "crontab 0 9 * * * UTC from 2026-01-01T00:00:00+00:00",
            ),
            "cron hour = 9 day_of_week=mon-fri": (
                CronTrigger(hour=9, day_of_week="mon-fri", timezone="Asia/Tokyo"),
                "cron day_of_week=mon-fri hour=9 Asia/Tokyo",
            ),
            "cron day=3rd fri, last mon hour=9 UTC": (
                CronTrigger(day="3rd fri,last mon", hour=9, timezone="UTC"),
                "cron day=3rd fri,last mon hour=9 UTC",
            ),
            "cron hour=9 day=last Europe/Berlin until 2030-01-01": (
                CronTrigger(
                    day="last", hour=9, timezone="Europe/Berlin", end_date="2030-01-01"
                ),
                "cron day=last hour=9 Europe/Berlin until 2029-12-31T23:00:00+00:00",
            ),
        }
        for text, (trigger, written) in cases.items():
            made = parse_trigger(text, "Asia/Tokyo")
            self.assertEqual(made, trigger, text)
            self.assertEqual(str(made), written)

    def test_bounds_in_the_zone_of_the_text(self):
        """
        Bounds without a zone are read in the zone that the text names.
        """
        trigger = parse_trigger("cron hour=9 Europe/Berlin from 2026-07-01", "UTC")
        self.assertEqual(trigger.start_date, instant(2026, 6, 30, 22))


class DurationTests(SynchronousTestCase):
    """
    Lengths of time.
    """

    def test_read(self):
        """
        Long and short units, parts, fractions and bare numbers.
        """
        cases = {
            "10s": timedelta(seconds=10),
            "1h30m": timedelta(minutes=90),
            "1h 30 min": timedelta(minutes=90),
            "2 days": timedelta(days=2),
            "1 Week": timedelta(weeks=1),
            "1.5 hours": timedelta(minutes=90),
            "0.1s": timedelta(microseconds=100_000),
            "250ms": timedelta(microseconds=250_000),
            "3us": timedelta(microseconds=3),
            "90": timedelta(seconds=90),
            "0.25": timedelta(microseconds=250_000),
            "day": timedelta(days=1),
            " 5 secs ": timedelta(seconds=5),
            "2hrs1hr": timedelta(hours=3),
            "0": timedelta(),
            "36525 days": timedelta(days=36525),
        }
        for text, expected in cases.items():
            self.assertEqual(parse_duration(text), expected, text)

    def test_field(self):
        """
        An error names the field of the caller.
        """
        error = self.assertRaises(BadTrigger, parse_duration, "x", "grace")
        self.assertEqual(error.field, "grace")

    def test_write(self):
        """
        The largest units come first, none is zero.
        """
        self.assertEqual(format_duration(timedelta()), "0s")
        self.assertEqual(format_duration(timedelta(days=8, seconds=61)), "1w1d1m1s")
        self.assertEqual(format_duration(timedelta(microseconds=1001)), "1ms1us")


class InstantTests(SynchronousTestCase):
    """
    Instants.
    """

    def test_read(self):
        """
        ISO 8601 and its relatives.
        """
        cases = {
            "2026-01-31": instant(2026, 1, 30, 23),
            "2026-01-31T12:00": instant(2026, 1, 31, 11),
            "2026-01-31t12:00:05": instant(2026, 1, 31, 11, 0, 5),
            "2026-01-31 12:00:05.5": instant(2026, 1, 31, 11, 0, 5, 500_000),
            "2026-01-31T12:00:05,000001z": instant(2026, 1, 31, 12, 0, 5, 1),
            "2026-01-31 12:00 +0530": instant(2026, 1, 31, 6, 30),
            "2026-01-31 12:00-05:00": instant(2026, 1, 31, 17),
            "2026-01-31 12:00 UTC": instant(2026, 1, 31, 12),
            " 2026-01-31 Etc/GMT+5 ": instant(2026, 1, 31, 5),
        }
        for text, expected in cases.items():
            found = parse_instant(text, "Europe/Berlin")
            self.assertEqual(found, expected, text)
            self.assertIs(found.tzinfo, timezone.utc)


class ZoneTests(SynchronousTestCase):
    """
    Time zones.
    """

    def zone_of(self, timezone):
        """
        Give what a trigger keeps of a zone.
        """
        return CronTrigger(hour=9, timezone=timezone).timezone

    def test_names(self):
        """
        Names, offsets, zone objects of several kinds are kept by name.
        """

        class Pytz(timezone.utc.__class__.__base__):
            zone = "Europe/Berlin"

        cases = [
            ("Europe/Berlin", "Europe/Berlin"),
            (" UTC ", "UTC"),
            ("+05:30", "+05:30"),
            (ZoneInfo("America/New_York"), "America/New_York"),
            (timezone.utc, "UTC"),
            (timezone(timedelta(0)), "UTC"),
            (timezone(timedelta(hours=-3, minutes=-30)), "-03:30"),
            (Pytz(), "Europe/Berlin"),
        ]
        for zone, expected in cases:
            self.assertEqual(self.zone_of(zone), expected)

    def test_offsets(self):
        """
        A zone that is an offset is used as such.
        """
        trigger = CronTrigger(hour=9, timezone="-03:30")
        self.assertEqual(
            trigger.next_after(instant(2026, 1, 1)), instant(2026, 1, 1, 12, 30)
        )

    def test_local(self):
        """
        Without a zone that of the machine is meant, and kept by its name.
        """
        local = ZoneInfo("Asia/Kathmandu")
        self.patch(zones, "get_localzone", lambda: local)
        self.assertEqual(self.zone_of(None), "Asia/Kathmandu")
        self.assertEqual(parse_instant("2026-01-01 05:45"), instant(2026, 1, 1))

    def test_local_without_a_name(self):
        """
        A machine whose zone has no name needs one in the expression.
        """
        self.patch(zones, "get_localzone", lambda: None)
        error = self.assertRaises(BadTrigger, self.zone_of, None)
        self.assertEqual(error.field, "timezone")
        self.assertIn("this machine has no name", error.reason)


class EnglishTests(SynchronousTestCase):
    """
    Descriptions.
    """

    def test_crontab(self):
        """
        What crontab expressions mean.
        """
        cases = {
            "* * * * *": "every minute",
            "*/5 * * * *": "every 5 minutes",
            "*/7 * * * *": "every hour at minutes 0, 7, 14 and so on up to 56",
            "0 * * * *": "every hour",
            "30 * * * *": "every hour at minute 30",
            "15,45 */2 * * *": "every 2 hours at minutes 15 and 45",
            "0 9 * * *": "every day at 09:00",
            "0 9,17 * * *": "every day at 09:00 and 17:00",
            "0 9 * * mon-fri": "on Monday to Friday at 09:00",
            "0 9 * * 0,6": "on Saturday and Sunday at 09:00",
            "0 0 1 * *": "on day 1 of the month at 00:00",
            "0 0 13 * fri": "on day 13 of the month or on Friday at 00:00",
            "0 0 */2 * fri": (
                "on days 1, 3, 5 and so on up to 31 of the month if it is Friday"
                " at 00:00"
            ),
            "0 0 1 1 *": "on day 1 of the month in January at 00:00",
            "0 0 * jun-aug *": "every day in June to August at 00:00",
            "*/10 9-17 * * *": "every 10 minutes from 09:00 to 17:59",
            "*/10 9,17 * * sat": "every 10 minutes of hours 9 and 17 on Saturday",
            "0 9-17 * * *": "at minute 0 of hours 9 to 17",
            "1,2,3,7 5,6 * * *": "at minutes 1 to 3 and 7 of hours 5 and 6",
            "0 0 1-31 * fri": "every day at 00:00",
            "0-58/2 * * * *": "every 2 minutes",
        }
        for text, expected in cases.items():
            trigger = CronTrigger.from_crontab(text, "UTC")
            self.assertEqual(trigger.describe(), f"{expected} (UTC)", text)

    def test_own(self):
        """
        What fields of the own dialect mean.
        """
        cases = [
            ({"second": "*"}, "every second"),
            ({"second": "*/10"}, "every 10 seconds"),
            ({"second": "5,7"}, "at seconds 5 and 7 of every minute"),
            (
                {"second": "*/30", "minute": 5},
                "every 30 seconds of minute 5 of every hour",
            ),
            (
                {"second": "*", "minute": "0-9", "hour": 3},
                "every second of minutes 0 to 9 of hour 3",
            ),
            (
                {"hour": 9, "second": 5},
                "at second 5 of every minute from 09:00 to 09:59",
            ),
            (
                {"hour": 9, "minute": 0, "second": 5},
                "every day at 09:00:05",
            ),
            ({"day": "3rd fri", "hour": 9}, "on the 3rd Friday of the month at 09:00"),
            (
                {"day": "last,1st mon"},
                "on the last day and the 1st Monday of the month at 00:00",
            ),
            (
                {"second": "5,7", "minute": 1, "hour": "1-9"},
                "at seconds 5 and 7 of minute 1 of hours 1 to 9",
            ),
            (
                {"week": "1-3", "year": 2030},
                "every day in ISO weeks 1 to 3 in 2030 at 00:00",
            ),
        ]
        for fields, expected in cases:
            trigger = CronTrigger(**fields, timezone="UTC")
            self.assertEqual(trigger.describe(), f"{expected} (UTC)", fields)

    def test_bounds(self):
        """
        Bounds are said too.
        """
        trigger = parse_trigger(
            "cron hour=9 UTC from 2026-01-01 until 2026-02-01 12:00"
        )
        self.assertEqual(
            trigger.describe(),
            "every day at 09:00 (UTC) from 2026-01-01 00:00:00 UTC"
            " until 2026-02-01 12:00:00 UTC",
        )
