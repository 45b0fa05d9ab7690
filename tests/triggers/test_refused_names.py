"""
Calendar events, named fields and texts of cron that cannot be taken.
"""

from __future__ import annotations

from txsched.triggers import CronTrigger, parse_trigger

from .refusing import Refusing
from .test_errors import CRONTABS, FIELDS
from .test_errors import TEXTS as SIMPLE_TEXTS
from .test_refused_fields import CRONTABS as MORE_CRONTABS
from .test_refused_fields import QUARTZ, SECONDS

#: calendar events; the field that is named; a part of the reason.
SYSTEMD = [
    ("", "expression", "is not a calendar event"),
    ("*", "expression", "'*' is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("12", "expression", "'12' is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("2026", "expression", "is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("Mond", "day_of_week", "'mond' is not one of Mon, Tue, ..., Sun (at column 1"),
    ("Foo *-*-* 09:00", "expression", "is not a calendar event"),
    ("Fri..Mon", "day_of_week", "the range fri..mon runs backwards (at column 1"),
    ("Sun-Mon 09:00", "day_of_week", "the range sun-mon runs backwards (at column 1"),
    ("Mon..", "day_of_week", "'' is not one of Mon, Tue, ..., Sun (at column 6"),
    ("Mon..Foo", "day_of_week", "'foo' is not one of Mon, Tue, ..., Sun (at column 6"),
    ("Mon,,Tue", "day_of_week", "'' is not one of Mon, Tue, ..., Sun (at column 5"),
    ("Mon,", "day_of_week", "'' is not one of Mon, Tue, ..., Sun (at column 5"),
    ("Mon/2", "day_of_week", "'mon/2' is not one of Mon, Tue, ..., Sun (at column 1"),
    ("Mon..Fri/2", "day_of_week", "is not one of Mon, Tue, ..., Sun (at column 6"),
    ("0 9", "expression", "'0' is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("* * * * *", "expression", "write five fields as crontab"),
    ("0 9 * * mon-fri", "expression", "write five fields as crontab"),
    ("0 0 9 * * mon-fri", "expression", "the seconds first, as seconds or quartz"),
    ("@daily", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("@1700000000", "expression", "such as @daily belong to crontab and seconds"),
    ("@reboot", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("Mon Tue 09:00", "expression", "a date such as 2026-01-31 or *-*-1 (at column 5"),
    ("*-*-* 09:00 10:00", "expression", "is not a calendar event"),
    ("09:00 *-*-*", "expression", "is not a calendar event"),
    ("*-*-*-*", "expression", "is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("*-13-01", "month", "13 is not within 1-12 (at column 3"),
    ("*-00-01", "month", "0 is not within 1-12 (at column 3"),
    ("*-*-00", "day", "0 is not within 1-31 (at column 5"),
    ("*-*-32", "day", "32 is not within 1-31 (at column 5"),
    ("*-02-x", "day", "'x' is not within 1-31 (at column 6"),
    ("1969-01-01", "year", "1969 is not within 1970-2199 (at column 1"),
    ("2200-01-01", "year", "2200 is not within 1970-2199 (at column 1"),
    ("123-01-01", "year", "123 is not within 1970-2199 (at column 1"),
    ("2030..2020-01-01", "year", "the range 2030..2020 runs backwards (at column 1"),
    ("*/2-01-01", "year", "all values and must stand alone: write 1970/2 (at column 1"),
    ("*-*/2-01", "month", "all values and must stand alone: write 1/2 (at column 3"),
    ("2199/1-01-01", "year", "repetition 1 leads from 2199 beyond 2199 (at column 6"),
    ("*-*~0", "day", "0 is not within 1-28 (at column 5"),
    ("*-*~29", "day", "29 is not within 1-28 (at column 5"),
    ("*~5..3", "day", "the range 5..3 runs backwards (at column 3"),
    ("*~5/5", "day", "the repetition 5 leads from 5 beyond 1 (at column 5"),
    ("*~1/1", "day", "the repetition 1 leads from 1 beyond 1 (at column 5"),
    ("*~*-1", "day", "~ stands in place of the last - (at column 2"),
    ("*-*~1~2", "day", "~ stands in place of the last - (at column 4"),
    ("*~1-1", "day", "~ stands in place of the last - (at column 2"),
    ("24:00", "hour", "24 is not within 0-23 (at column 1"),
    ("9", "expression", "'9' is not a date such as 2026-01-31 or *-*-1 (at column 1"),
    ("9:", "minute", "a value is missing (at column 3"),
    (":30", "hour", "a value is missing (at column 1"),
    ("09:60", "minute", "60 is not within 0-59 (at column 4"),
    ("09:00:60", "second", "60 is not within 0-59 (at column 7"),
    ("09:00:00:00", "expression", "not a time such as 09:00 or *:0/15:00 (at column 1"),
    ("09:00:15.5", "second", "'15.5' has a fraction; only whole seconds (at column 7"),
    ("09:00:00.001", "second", "has a fraction; only whole seconds (at column 7"),
    ("*:*/5", "minute", "for all values and must stand alone: write 0/5 (at column 3"),
    ("*:0/60", "minute", "the repetition 60 leads from 0 beyond 59 (at column 5"),
    ("*:55/10", "minute", "the repetition 10 leads from 55 beyond 59 (at column 6"),
    ("*:0/0", "minute", "repetition '0' is not a whole number from 1 on (at column 5"),
    ("*:0/x", "minute", "repetition 'x' is not a whole number from 1 on (at column 5"),
    ("*:0/", "minute", "repetition '' is not a whole number from 1 on (at column 5"),
    ("*:/5", "minute", "a value is missing (at column 3"),
    ("*:0..", "minute", "a value is missing (at column 6"),
    ("*:30..10", "minute", "the range 30..10 runs backwards (at column 3"),
    ("9-17:00", "hour", "is not within 0-23: a range is written with .. (at column 1"),
    ("09:00,:30", "minute", "a value is missing (at column 7"),
    ("*:**", "minute", "'**' is not within 0-59 (at column 3"),
    ("2026-01-01T09:00", "hour", "0-23: a blank separates date and time (at column 1"),
    ("2026-01-01 09:00:00 Mars/Phobos", "timezone", "is no time zone 'Mars/Phobos'"),
    ("2026-01-01 09:00:00 UTC UTC", "expression", "is not a calendar event"),
    ("hourly daily", "expression", "is not a calendar event"),
    ("now", "expression", "is not a calendar event"),
    ("fortnightly", "expression", "is not a calendar event"),
    ("9:5.5", "minute", "'5.5' is not a value, a range or a repetition (at column 3"),
    ("*:1;2", "minute", "'1;2' is not within 0-59 (at column 3"),
    ("minute=5", "expression", "named fields belong to own and celery"),
]

#: named fields of Celery.
CELERY = [
    ("minute", "expression", "expected field=value, as in hour=9, not 'minute'"),
    ("5", "expression", "expected field=value, as in hour=9, not '5'"),
    ("* * * * *", "expression", "write five fields as crontab"),
    ("minute=60", "minute", "60 is not within 0-59 (at column 1"),
    ("minute=-1", "minute", "a value is missing (at column 1"),
    ("minute=", "minute", "a value is missing"),
    ("minute=x", "minute", "'x' is not within 0-59 (at column 1"),
    ("minute=1,,2", "minute", "a value is missing (at column 3"),
    ("minute=*/0", "minute", "a step must be at least 1 (at column 3"),
    ("minute=*/x", "minute", "the step 'x' is not a whole number (at column 3"),
    ("minute=*/", "minute", "the step '' is not a whole number (at column 3"),
    ("minute=5/15", "minute", "a step needs * or a range: write 5-59/15 (at column 2"),
    ("minute=1-", "minute", "a value is missing (at column 3"),
    ("minute=1-60", "minute", "60 is not within 0-59 (at column 3"),
    ("minute=?", "minute", "within 0-59: ? belongs to quartz, write * (at column 1"),
    ("minute=H", "minute", "0-59: H belongs to crontab and seconds (at column 1"),
    ("minute=0 minute=1", "minute", "is given twice in 'minute=0 minute=1'"),
    ("minutes=0", "minutes", "there is no such field in 'minutes=0'"),
    ("second=0", "second", "there is no such field in 'second=0'"),
    ("hour=24", "hour", "24 is not within 0-23 (at column 1"),
    ("hour=9am", "hour", "'9am' is not within 0-23 (at column 1"),
    ("hour=9..17", "hour", "is written with -, .. belongs to systemd (at column 1"),
    ("day_of_week=7", "day_of_week", "not within 0-6: Sunday is 0 here (at column 1"),
    ("day_of_week=8", "day_of_week", "8 is not within 0-6 (at column 1"),
    ("day_of_week=0-7", "day_of_week", "not within 0-6: Sunday is 0 here (at column 3"),
    ("day_of_week=foo", "day_of_week", "not within 0-6 or sun-saturday (at column 1"),
    ("day_of_week=fri#3", "day_of_week", "not within 0-6 or sun-saturday (at column 1"),
    ("day_of_week=friL", "day_of_week", "not within 0-6 or sun-saturday (at column 1"),
    ("day_of_month=0", "day_of_month", "0 is not within 1-31 (at column 1"),
    ("day_of_month=32", "day_of_month", "32 is not within 1-31 (at column 1"),
    ("day_of_month=L", "day_of_month", "'l' is not within 1-31 (at column 1"),
    ("day_of_month=last", "day_of_month", "'last' is not within 1-31 (at column 1"),
    ("day_of_month=-1", "day_of_month", "a value is missing (at column 1"),
    ("month_of_year=0", "month_of_year", "0 is not within 1-12 (at column 1"),
    ("month_of_year=13", "month_of_year", "13 is not within 1-12 (at column 1"),
    ("month_of_year=foo", "month_of_year", "not within 1-12 or jan-dec (at column 1"),
    ("day=5", "day", "there is no such field in 'day=5'"),
    ("=5", "expression", "there is no such field in '=5'"),
    ("minute==5", "minute", "'=5' has a = in it"),
    ("@daily", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("Mon 09:00", "expression", "a calendar event belongs to systemd"),
]

#: named fields of the own dialect, as text.
OWN = [
    ("5", "expression", "expected field=value, as in hour=9, not '5'"),
    ("* * * * *", "expression", "write five fields as crontab"),
    ("@daily", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("hour=9 hour=9", "hour", "is given twice in 'hour=9 hour=9'"),
    ("hours=9", "hours", "there is no such field in 'hours=9'"),
    ("=5", "expression", "there is no such field in '=5'"),
    ("hour==9", "hour", "'=9' has a = in it"),
    ("day_of_week=7", "day_of_week", "Monday is 0 here, and Sunday 6 (at column 1"),
    ("day_of_week=sun-7", "day_of_week", "Monday is 0 here, and Sunday 6 (at column 5"),
    ("day_of_week=fri#3", "day_of_week", "is written 3rd fri, in day (at column 1"),
    ("day_of_week=friL", "day_of_week", "is not within 0-6 or mon-sun (at column 1"),
    ("day_of_week=L", "day_of_week", "'l' is not within 0-6 or mon-sun (at column 1"),
    ("day=L", "day", "1-31: the last day of the month is written last (at column 1"),
    ("day=?", "day", "is not within 1-31: ? belongs to quartz, write * (at column 1"),
    ("day=15W", "day", "'15w' is not within 1-31 (at column 1"),
    ("day=first mon", "day", "not one of 1st, 2nd, 3rd, 4th, 5th, last (at column 1"),
    ("day=1st", "day", "'1st' is not within 1-31 (at column 1"),
    ("day=1st,mon", "day", "'1st' is not within 1-31 (at column 1"),
    ("day=last foo", "day", "one of mon, tue, wed, thu, fri, sat, sun (at column 6"),
    ("hour=H", "hour", "within 0-23: H belongs to crontab and seconds (at column 1"),
    ("hour=9..17", "hour", "is written with -, .. belongs to systemd (at column 1"),
    ("hour=0~5", "hour", "each job is written H, in crontab and seconds (at column 1"),
    ("hour=25/2", "hour", "25 is not within 0-23 (at column 1"),
    ("hour=5/30", "hour", "step 30 is larger than the 24 values it cuts (at column 3"),
    ("minute=60/5", "minute", "60 is not within 0-59 (at column 1"),
    ("minute=5/61", "minute", "61 is larger than the 60 values it cuts (at column 3"),
    ("minute=*/61", "minute", "61 is larger than the 60 values it cuts (at column 3"),
    ("second=5/", "second", "the step '' is not a whole number (at column 3"),
    ("week=54/2", "week", "54 is not within 1-53 (at column 1"),
    ("year=2030/300", "year", "300 is larger than the 230 values it cuts (at column 6"),
    ("month=13/2", "month", "13 is not within 1-12 (at column 1"),
    ("month=foo/2", "month", "'foo' is not within 1-12 or jan-dec (at column 1"),
    ("minute=mon", "minute", "'mon' is not within 0-59 (at column 1"),
]

#: texts of triggers, which name their dialect.
TEXTS = [
    ("seconds", "expression", "has 0 fields, seconds has"),
    ("seconds * * * * *", "expression", "write five fields as crontab"),
    ("seconds 0 0 9 * * mon UTC UTC", "expression", "name of a time zone may follow"),
    ("seconds 0 0 9 * * mon 2030 UTC UTC", "expression", "of a time zone may follow"),
    ("seconds 0 0 9 * * mon Mars/Phobos", "timezone", "is no time zone 'Mars/Phobos'"),
    ("seconds 0 0 9 * * mon 20x0 UTC", "year", "is not within 1970-2199 (at column 15"),
    (
        "seconds TZ=UTC 0 0 9 * * mon Europe/Berlin",
        "timezone",
        "named, UTC and Europe/Berlin",
    ),
    ("seconds @reboot UTC", "expression", "as @daily belong to crontab and seconds"),
    ("quartz", "expression", "has 0 fields, quartz has"),
    ("quartz 0 0 9 * * * UTC", "day_of_week", "be ?, in '0 0 9 * * *' neither has it"),
    ("quartz 0 0 9 ? * 2-6 UTC UTC", "expression", "name of a time zone may follow"),
    ("quartz 0 0 9 ? * 2-6 Mars/Phobos", "timezone", "is no time zone 'Mars/Phobos'"),
    ("quartz 0 9 * * 1-5 UTC", "day_of_week", "?, in '0 9 * * 1-5 UTC' neither has it"),
    (
        "quartz 0 0 9 ? * 2-6 from noon",
        "start_date",
        "2026-01-31T12:00:00+01:00 or 2026-01-31 12:00",
    ),
    ("systemd", "expression", "is not a calendar event"),
    ("systemd UTC", "expression", "is not a calendar event"),
    ("systemd Mon..Fri 9-17:00 UTC", "hour", "range is written with .. (at column 10"),
    ("systemd daily Mars/Phobos", "timezone", "there is no time zone 'Mars/Phobos'"),
    ("systemd daily UTC UTC", "timezone", "two zones are named, UTC and UTC"),
    ("systemd daily jitter soon", "jitter", "column 1 of 'soon', as in 10s or 1h30m"),
    ("systemd daily gap jump", "gap", "'jump' is not one of next, skip, shift"),
    ("systemd daily fold third", "fold", "'third' is not one of first, second, both"),
    ("celery minute", "timezone", "there is no time zone 'minute'"),
    ("celery minute=0 UTC UTC", "expression", "the name of a time zone may follow"),
    ("celery minute=0 Mars/Phobos", "timezone", "there is no time zone 'Mars/Phobos'"),
    ("celery minute=0 minute=5 UTC", "minute", "is given twice in 'minute=0 minute=5'"),
    ("celery minute=0 second=0 UTC", "second", "no such field in 'minute=0 second=0'"),
    ("celery day_of_week=7 UTC", "day_of_week", "0-6: Sunday is 0 here (at column 1"),
    ("crontab TZ= 0 9 * * *", "timezone", "there is no time zone ''"),
    ("crontab TZ=UTC 0 9 * * * UTC", "timezone", "two zones are named, UTC and UTC"),
    ("crontab CRON_TZ=Mars/Phobos 0 9 * * *", "timezone", "no time zone 'Mars/Phobos'"),
    ("crontab CRON_TZ=UTC", "expression", "has 0 fields, crontab has"),
    ("crontab 0 9 * * ? UTC", "day_of_week", "belongs to quartz, write * (at column 9"),
    ("crontab 0 0 9 * * mon UTC", "expression", "seconds first, as seconds or quartz"),
    ("crontab H(9-5) * * * * UTC", "minute", "range 9-5 runs backwards (at column 3"),
    ("crontab 0 9 * * * UTC gap later", "gap", "is not one of next, skip, shift"),
    ("crontab 0 9 * * * UTC fold 3", "fold", "'3' is not one of first, second, both"),
    ("crontab 0 9 * * * UTC jitter -5s", "jitter", "1 of '-5s', as in 10s or 1h30m"),
    (
        "crontab 0 9 * * * UTC until 2026-01-01 from 2026-01-02",
        "end_date",
        "before start_date, 2026-01-02 00:00:00+00:00",
    ),
    ("cron day=L UTC", "day", "the last day of the month is written last (at column 1"),
    ("cron day_of_week=7 UTC", "day_of_week", "is 0 here, and Sunday 6 (at column 1"),
    ("cron hour=H UTC", "hour", "0-23: H belongs to crontab and seconds (at column 1"),
    ("Mon..Fri 09:00", "trigger", "systemd, celery or a nickname such as @daily"),
    ("OnCalendar=daily", "trigger", "systemd, celery or a nickname such as @daily"),
    ("0 0 12 ? * MON", "trigger", "systemd, celery or a nickname such as @daily"),
]


class RefusedNamesTests(Refusing):
    """
    Tables of what is refused.
    """

    def test_systemd(self):
        """
        Calendar events.
        """
        self.refuse_all(SYSTEMD, CronTrigger.parse, "systemd", "UTC")

    def test_celery(self):
        """
        Fields of Celery.
        """
        self.refuse_all(CELERY, CronTrigger.parse, "celery", "UTC")

    def test_own(self):
        """
        Fields of the own dialect.
        """
        self.refuse_all(OWN, CronTrigger.parse, "own", "UTC")

    def test_texts(self):
        """
        Texts of triggers.
        """
        self.refuse_all(TEXTS, parse_trigger, "Asia/Tokyo")

    def test_celery_arguments(self):
        """
        What is no number, text or list of numbers is named with its field.
        """
        for fields, field, reason in (
            ({"minute": 60}, "minute", "60 is not within 0-59"),
            ({"minute": -1}, "minute", "a value is missing"),
            ({"minute": 1.5}, "minute", "expected a number, text or numbers, not 1.5"),
            ({"minute": True}, "minute", "expected a number, text or numbers"),
            ({"minute": None}, "minute", "expected a number, text or numbers"),
            ({"minute": []}, "minute", "a value is missing"),
            ({"minute": [1, 60]}, "minute", "60 is not within 0-59"),
            ({"minute": ["5"]}, "minute", "expected numbers, not ['5']"),
            ({"hour": [1, True]}, "hour", "expected numbers"),
            ({"hour": "9 minute=5"}, "hour", "has a = in it"),
            ({"day_of_week": 7}, "day_of_week", "Sunday is 0 here"),
            ({"month_of_year": "1" * 1001}, "month_of_year", "has 1001 characters"),
            ({"day_of_month": 5, "timezone": "X"}, "timezone", "no time zone 'X'"),
        ):
            self.refuse(field, reason, CronTrigger.from_celery, **fields)
        self.refuse(
            "day", "there is no such field", CronTrigger.parse, {"day": 5}, "celery"
        )
        self.refuse("expression", "expected text", CronTrigger.parse, {}, "quartz")

    def test_enough(self):
        """
        The tables hold over three hundred different cases.
        """
        tables = {
            "crontab": CRONTABS + MORE_CRONTABS,
            "seconds": SECONDS,
            "quartz": QUARTZ,
            "systemd": SYSTEMD,
            "celery": CELERY,
            "own": OWN,
            "fields": FIELDS,
            "text": SIMPLE_TEXTS + TEXTS,
        }
        cases = {(kind, str(one[0])) for kind, table in tables.items() for one in table}
        self.assertGreater(len(cases), 400)
