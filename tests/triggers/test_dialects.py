"""
Dialects side by side: seconds, Celery, what crontab has beyond its manual, zones in
expressions, and which rules follow elapsed time.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import CronTrigger, parse_trigger

from .drawn import days, first, in_a_day, in_the_fold
from .oracle import instant


class SpecialTests(SynchronousTestCase):
    """
    ``L``, ``W`` and ``#`` in crontab and seconds.
    """

    def test_days(self):
        """
        They mean the days that they mean to Quartz, with Sunday as 0 and 7.
        """
        cases = {
            "L * *": [31],
            "L-3 * *": [28],
            "LW * *": [30],
            "15W * *": [15],
            "1,10W * *": [1, 9],
            "* * 5L": [30],
            "* * friL": [30],
            "* * FRIL": [30],
            "* * 0L": [25],
            "* * 7L": [25],
            "* * 5#3": [16],
            "* * fri#3": [16],
            "* * 7#1": [4],
            "* * sun#1,mon": [4, 5, 12, 19, 26],
            "* * thu#5": [29],
            "* * mon#5": [],
        }
        for text, expected in cases.items():
            self.assertEqual(days(f"0 0 {text}", "crontab", 2026, 1), expected, text)
            self.assertEqual(days(f"0 0 0 {text}", "seconds", 2026, 1), expected, text)

    def test_either_day(self):
        """
        Two restricted fields of days are either-or here too, by the rule of the star.
        """
        self.assertEqual(days("0 0 L * mon", "crontab", 2026, 1), [5, 12, 19, 26, 31])
        self.assertEqual(days("0 0 13 * fri#3", "crontab", 2026, 1), [13, 16])
        self.assertEqual(days("0 0 */2 * friL", "crontab", 2026, 1), [])
        self.assertEqual(days("0 0 L * */6", "crontab", 2026, 1), [31])

    def test_one_way_of_writing(self):
        """
        The letters are written large, names small.
        """
        cases = {
            "0 0 l * FRI": "0 0 L * fri",
            "0 0 lw,15w,l-3 * *": "0 0 LW,15W,L-3 * *",
            "0 0 * JUL FRIl,5L": "0 0 * jul friL,5L",
            "h h(0-7)/2 h * h": "H H(0-7)/2 H * H",
            "0 0 * mar thu#2": "0 0 * mar thu#2",
        }
        for text, expected in cases.items():
            trigger = CronTrigger.from_crontab(text, "UTC")
            self.assertEqual(trigger.expression, expected)
            self.assertEqual(CronTrigger.from_crontab(expected, "UTC"), trigger)

    def test_open_steps(self):
        """
        ``a/b`` is a and each b-th value up to the end of the field.
        """
        self.assertEqual(
            in_a_day("5/20 9 * * *", "crontab"), ["09:05:00", "09:25:00", "09:45:00"]
        )
        self.assertEqual(days("0 0 1/10 * *", "crontab", 2026, 1), [1, 11, 21, 31])
        self.assertEqual(
            days("0 0 * * 7/6", "crontab", 2026, 1),
            days("0 0 * * 0,6", "crontab", 2026, 1),
        )
        self.assertEqual(in_a_day("50/90 9 * * *", "crontab"), ["09:50:00"])


class SecondsTests(SynchronousTestCase):
    """
    Six fields, and seven.
    """

    def test_seconds_first(self):
        """
        The seconds come first, and the rest is as in crontab.
        """
        cases = {
            "*/20 0 9 * * *": ["09:00:00", "09:00:20", "09:00:40"],
            "5 30 9,17 * * *": ["09:30:05", "17:30:05"],
            "58-2 59 23 * * *": [f"23:59:{one:02}" for one in (0, 1, 2, 58, 59)],
            "7 0 0 * * thu": ["00:00:07"],
        }
        for text, expected in cases.items():
            self.assertEqual(in_a_day(text, "seconds"), expected, text)
        self.assertEqual(
            days("0 0 0 13 * fri", "seconds", 2026, 1),
            days("0 0 13 * fri", "crontab", 2026, 1),
        )

    def test_year(self):
        """
        A seventh field is the year; one that is every year is not written.
        """
        self.assertEqual(
            first("0 0 9 1 1 * 2030,2040-2042/2", "seconds", 9),
            [f"{year}-01-01 09:00:00" for year in (2030, 2040, 2042)],
        )
        self.assertEqual(
            CronTrigger.parse("0 0 9 * * * *", "seconds", "UTC").expression,
            "0 0 9 * * *",
        )

    def test_nicknames(self):
        """
        Nicknames stand for the same times as in crontab.
        """
        self.assertEqual(
            CronTrigger.parse("@Daily", "seconds", "UTC").expression, "0 0 0 * * *"
        )


class CeleryTests(SynchronousTestCase):
    """
    The five fields of Celery's ``crontab``.
    """

    def test_what_celery_takes(self):
        """
        Numbers, text and several numbers make equal triggers, by any of three ways.
        """
        trigger = CronTrigger.from_celery(0, "*/3", "mon-fri", timezone="UTC")
        same = [
            CronTrigger.from_celery("0", "*/3", "MON-FRI", "*", "*", "UTC"),
            CronTrigger.from_celery([0], "*/3", "mon-fri", timezone="UTC"),
            CronTrigger.parse(
                {"hour": "*/3", "day_of_week": "mon-fri", "minute": {0}},
                "celery",
                "UTC",
            ),
            CronTrigger.parse("hour=*/3 minute=0 day_of_week=mon-fri", "celery", "UTC"),
            parse_trigger("celery minute=0 hour=*/3 day_of_week=mon-fri UTC"),
        ]
        for one in same:
            self.assertEqual(one, trigger)
        self.assertEqual(
            str(trigger), "celery minute=0 hour=*/3 day_of_week=mon-fri UTC"
        )
        self.assertEqual(
            CronTrigger.from_celery((30, 0, 30), timezone="UTC").expression,
            "minute=0,30",
        )

    def test_every_minute(self):
        """
        No field at all is every minute, as in Celery.
        """
        trigger = CronTrigger.from_celery(timezone="UTC")
        self.assertEqual(trigger.expression, "minute=*")
        for given in ("", {}, "hour=*", {"minute": "*"}):
            self.assertEqual(CronTrigger.parse(given, "celery", "UTC"), trigger)
        self.assertEqual(
            trigger.next_after(instant(2026, 1, 1)), instant(2026, 1, 1, 0, 1)
        )

    def test_sunday_is_0_and_all_must_match(self):
        """
        The day of the month and the day of the week must both match.
        """
        cases = {
            "day_of_week=0": [4, 11, 18, 25],
            "day_of_week=sunday": [4, 11, 18, 25],
            "day_of_week=sat-mon": [3, 4, 5, 10, 11, 12, 17, 18, 19, 24, 25, 26, 31],
            "day_of_week=tuesday,thu": [1, 6, 8, 13, 15, 20, 22, 27, 29],
            "day_of_month=1-7 day_of_week=mon": [5],
            "day_of_month=13 day_of_week=fri": [],
            "day_of_month=*/10": [1, 11, 21, 31],
            "day_of_month=5 month_of_year=jan-mar": [5],
            "day_of_month=5 month_of_year=*/2": [5],
            "day_of_month=5 month_of_year=2,4": [],
        }
        for text, expected in cases.items():
            found = days(f"minute=0 hour=0 {text}", "celery", 2026, 1)
            self.assertEqual(found, expected, text)

    def test_steps(self):
        """
        A step may be larger than what it cuts, as in Celery.
        """
        self.assertEqual(in_a_day("minute=*/90 hour=9", "celery"), ["09:00:00"])
        self.assertEqual(
            in_a_day("minute=5 hour=22-3/2", "celery"),
            ["00:05:00", "02:05:00", "22:05:00"],
        )


class OwnTests(SynchronousTestCase):
    """
    What APScheduler's grammar has beside the rest.
    """

    def test_open_steps(self):
        """
        ``a/b`` goes from a to the greatest value, as in APScheduler.
        """
        self.assertEqual(
            in_a_day("hour=9 minute=5/20", "own"),
            ["09:05:00", "09:25:00", "09:45:00"],
        )
        self.assertEqual(days("day=25/3", "own", 2026, 1), [25, 28, 31])
        self.assertEqual(
            first("year=2195/2 month=1", "own"),
            [f"{year}-01-01 00:00:00" for year in (2195, 2197, 2199)],
        )


class ZoneTests(SynchronousTestCase):
    """
    ``CRON_TZ=`` and ``TZ=`` before an expression.
    """

    def test_prefix(self):
        """
        The zone before an expression is that of the trigger.
        """
        expected = CronTrigger.from_crontab("0 9 * * *", "Europe/Berlin")
        for text in (
            "CRON_TZ=Europe/Berlin 0 9 * * *",
            "TZ=Europe/Berlin 0 9 * * *",
            " cron_tz=Europe/Berlin  0 9 * * * ",
        ):
            self.assertEqual(CronTrigger.from_crontab(text), expected)
            self.assertEqual(CronTrigger.parse(text), expected)
            self.assertEqual(
                CronTrigger.parse(text, "crontab", "Europe/Berlin"), expected
            )
            self.assertEqual(parse_trigger(f"crontab {text}", "Asia/Tokyo"), expected)
        seconds = CronTrigger.parse("TZ=+02:00 0 0 9 * * *", "seconds")
        self.assertEqual(str(seconds), "seconds 0 0 9 * * * +02:00")
        self.assertEqual(
            CronTrigger.from_crontab("TZ=UTC @daily"),
            CronTrigger.from_crontab("@daily", "UTC"),
        )

    def test_two_zones(self):
        """
        Another zone beside it is refused, in the argument and in the text.
        """
        for call, arguments in (
            (CronTrigger.from_crontab, ("TZ=UTC 0 9 * * *", "Europe/Berlin")),
            (CronTrigger.parse, ("TZ=UTC 0 0 9 * * *", "seconds", "Europe/Berlin")),
            (parse_trigger, ("crontab TZ=UTC 0 9 * * * Europe/Berlin",)),
        ):
            error = self.assertRaises(BadTrigger, call, *arguments)
            self.assertEqual(error.field, "timezone")


class ElapsedTests(SynchronousTestCase):
    """
    Which rules fire through both hours of a fold, and which once.
    """

    def test_wildcards_and_steps(self):
        """
        A wildcard or a step in minute or hour follows elapsed time.
        """
        cases = [
            ("crontab", "*/15 2 * * *", 8),
            ("crontab", "0/15 2 * * *", 8),
            ("crontab", "H/15 2 * * *", 8),
            ("crontab", "30 * * * *", 2),
            ("crontab", "30 2/24 * * *", 2),
            ("crontab", "30 2/24 L,25 * *", 2),
            ("seconds", "0 */15 2 * * *", 8),
            ("seconds", "0 0/15 2 * * *", 8),
            ("seconds", "0 H/15 2 * * *", 8),
            ("quartz", "0 0/15 2 * * ?", 8),
            ("quartz", "0 */15 2 * * ?", 8),
            ("quartz", "0 /15 2 * * ?", 8),
            ("quartz", "0 30 * * * ?", 2),
            ("systemd", "2:0/15", 8),
            ("systemd", "2:*", 120),
            ("systemd", "0/2:30", 2),
            ("celery", "minute=*/15 hour=2", 8),
            ("celery", "minute=30", 2),
            ("own", "hour=2 minute=*/15", 8),
            ("own", "hour=2 minute=0/15", 8),
            ("own", "minute=30", 2),
        ]
        for dialect, text, expected in cases:
            trigger = CronTrigger.parse(text, dialect, "Europe/Berlin")
            self.assertEqual(in_the_fold(trigger), expected, (dialect, text))
            resolved = trigger.for_job("backup")
            self.assertEqual(in_the_fold(resolved), expected, (dialect, text))

    def test_lists_and_ranges(self):
        """
        A list or a range names wall times, which come once.
        """
        cases = [
            ("crontab", "0,15,30,45 2 * * *", 4),
            ("crontab", "0-45/15 2 * * *", 4),
            ("crontab", "0-3 2 * * *", 4),
            ("crontab", "H 2 * * *", 1),
            ("crontab", "H(0-29)/15 2 * * *", 2),
            ("crontab", "30 1-3 * * *", 1),
            ("seconds", "*/15 30 2 * * *", 4),
            ("quartz", "0 0,15,30,45 2 * * ?", 4),
            ("quartz", "0 0-45/15 2 * * ?", 4),
            ("systemd", "2:0,15,30,45", 4),
            ("systemd", "2:0..45/15", 4),
            ("systemd", "2:00:0/15", 4),
            ("celery", "minute=0-45/15 hour=2", 4),
            ("own", "hour=2 minute=0,15,30,45", 4),
            ("own", "hour=2 minute=30 second=*/15", 4),
        ]
        for dialect, text, expected in cases:
            trigger = CronTrigger.parse(text, dialect, "Europe/Berlin")
            self.assertEqual(in_the_fold(trigger), expected, (dialect, text))
            resolved = trigger.for_job("backup")
            self.assertEqual(in_the_fold(resolved), expected, (dialect, text))


class TextTests(SynchronousTestCase):
    """
    The text forms of the dialects.
    """

    def test_forms(self):
        """
        A text names its dialect, and may have a zone and clauses.
        """
        cases = {
            "seconds */10 * * * * *": "seconds */10 * * * * * Asia/Tokyo",
            "Seconds 0 0 9 * * MON 2030 UTC": "seconds 0 0 9 * * mon 2030 UTC",
            "seconds 0 0 9 * * mon 2030-2031": (
                "seconds 0 0 9 * * mon 2030-2031 Asia/Tokyo"
            ),
            "seconds @hourly UTC": "seconds 0 0 * * * * UTC",
            "quartz 0 0 9 ? * 2-6 UTC gap skip": "quartz 0 0 9 ? * 2-6 UTC gap skip",
            "quartz 0 0 9 L * ? * +01:00": "quartz 0 0 9 L * ? +01:00",
            "quartz 0 0 9 ? * friL 2030 UTC jitter 30s": (
                "quartz 0 0 9 ? * friL 2030 UTC jitter 30s"
            ),
            "systemd daily": "systemd *-*-* 00:00:00 Asia/Tokyo",
            "systemd Mon..Fri 9:0 UTC fold both": (
                "systemd Mon..Fri *-*-* 09:00:00 UTC fold both"
            ),
            "systemd Sat until 2030-01-01": (
                "systemd Sat *-*-* 00:00:00 Asia/Tokyo until 2029-12-31T15:00:00+00:00"
            ),
            "celery hour = 9, 17 minute=0 UTC": "celery minute=0 hour=9,17 UTC",
            "celery hour=9 Europe/Berlin": "celery hour=9 Europe/Berlin",
            "crontab H 3 L * * UTC": "crontab H 3 L * * UTC",
            "crontab TZ=UTC 0 9 * * fri#2 fold second": (
                "crontab 0 9 * * fri#2 UTC fold second"
            ),
        }
        for text, expected in cases.items():
            trigger = parse_trigger(text, "Asia/Tokyo")
            self.assertEqual(str(trigger), expected)
            self.assertEqual(parse_trigger(expected), trigger)

    def test_same_times(self):
        """
        One rule in six dialects has the same times.
        """
        texts = [
            "crontab 30 9 * * 1-5 UTC",
            "seconds 0 30 9 * * mon-fri UTC",
            "quartz 0 30 9 ? * 2-6 UTC",
            "systemd Mon..Fri 09:30 UTC",
            "celery minute=30 hour=9 day_of_week=1-5 UTC",
            "cron day_of_week=0-4 hour=9 minute=30 UTC",
        ]
        triggers = [parse_trigger(text) for text in texts]
        start, end = instant(2026, 1, 1), instant(2027, 1, 1)
        expected = list(triggers[0].between(start, end))
        self.assertEqual(len(expected), 261)
        for trigger in triggers:
            self.assertEqual(list(trigger.between(start, end)), expected, str(trigger))
            self.assertEqual(trigger.describe(), triggers[0].describe())
