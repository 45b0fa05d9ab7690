"""
Expressions of fields that stand one beside the other, and cannot be taken.
"""

from __future__ import annotations

from txsched.triggers import CronTrigger

from .refusing import Refusing

#: five fields, beyond those of test_errors; the field that is named; a part of
#: the reason.
CRONTABS = [
    ("* * * * * * *", "expression", "first and year last, as seconds or quartz"),
    ("0 0 ? * *", "day", "not within 1-31: ? belongs to quartz, write * (at column 5"),
    ("0 0 * * ?", "day_of_week", "sun-sat: ? belongs to quartz, write * (at column 9"),
    ("? ? ? ? ?", "minute", "within 0-59: ? belongs to quartz, write * (at column 1"),
    ("0~30 * * * *", "minute", "job is written H, in crontab and seconds (at column 1"),
    ("0 0 * * mon..fri", "day_of_week", "with -, .. belongs to systemd (at column 9"),
    ("9..17 0 * * *", "minute", "written with -, .. belongs to systemd (at column 1"),
    ("0 0 LL * *", "day", "'ll' is not within 1-31 (at column 5"),
    ("0 0 L-31 * *", "day", "31 is not within 0-30 (at column 7"),
    ("0 0 L-x * *", "day", "'l' is not within 1-31 (at column 5"),
    ("0 0 L-\u0663 * *", "day", "'l' is not within 1-31 (at column 5"),
    ("0 0 W * *", "day", "'w' is not within 1-31 (at column 5"),
    ("0 0 32W * *", "day", "32 is not within 1-31 (at column 5"),
    ("0 0 0W * *", "day", "0 is not within 1-31 (at column 5"),
    ("0 0 1-5W * *", "day", "'5w' is not within 1-31 (at column 7"),
    ("0 0 15W-20 * *", "day", "'15w' is not within 1-31 (at column 5"),
    ("0 0 W15 * *", "day", "'w15' is not within 1-31 (at column 5"),
    ("0 0 L/2 * *", "day", "'l' is not within 1-31 (at column 5"),
    ("0 0 1,LL * *", "day", "'ll' is not within 1-31 (at column 7"),
    ("0 0 1#2 * *", "day", "'1#2' is not within 1-31 (at column 5"),
    ("0 L * * *", "hour", "'l' is not within 0-23 (at column 3"),
    ("0 0 * L *", "month", "'l' is not within 1-12 or jan-dec (at column 7"),
    ("0 0 * * L", "day_of_week", "sun-sat: L follows a day, as in friL (at column 9"),
    ("0 0 * * 8L", "day_of_week", "8 is not within 0-7 (at column 9"),
    ("0 0 * * monL#2", "day_of_week", "is not within 0-6 or sun-sat (at column 9"),
    ("0 0 * * fri#0", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 * * fri#6", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 * * fri#", "day_of_week", "within 1-5: which one of the month (at column 13"),
    ("0 0 * * #3", "day_of_week", "a value is missing (at column 9"),
    ("0 0 * * fri#x", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 * * fri#-1", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 * * 9#1", "day_of_week", "9 is not within 0-7 (at column 9"),
    ("0 0 * * 1-5#2", "day_of_week", "'1-5' is not within 0-6 or sun-sat (at column 9"),
    ("0 0 * * fooL", "day_of_week", "'fool' is not within 0-6 or sun-sat (at column 9"),
    ("0 0 * * 1-5L", "day_of_week", "'5l' is not within 0-6 or sun-sat (at column 11"),
    ("HH * * * *", "minute", "'hh' is not within 0-59 (at column 1"),
    ("H-5 * * * *", "minute", "H stands alone, or as H/15 or H(0-29) (at column 1"),
    ("H(5) * * * *", "minute", "expected a range, as in H(0-29) (at column 3"),
    ("H(30-20) * * * *", "minute", "the range 30-20 runs backwards (at column 3"),
    ("H(0-60) * * * *", "minute", "60 is not within 0-59 (at column 5"),
    ("H(a-b) * * * *", "minute", "'a' is not within 0-59 (at column 3"),
    ("H() * * * *", "minute", "a value is missing (at column 3"),
    ("H( * * * *", "minute", "'h(' is not within 0-59 (at column 1"),
    ("H(0-29 * * * *", "minute", "'h(0' is not within 0-59 (at column 1"),
    ("H/0 * * * *", "minute", "step '0' is not a whole number from 1 on (at column 3"),
    ("H/x * * * *", "minute", "step 'x' is not a whole number from 1 on (at column 3"),
    ("H/61 * * * *", "minute", "61 is larger than the 60 values it cuts (at column 3"),
    ("H(0-9)/11 * * * *", "minute", "larger than the 10 values it cuts (at column 8"),
    ("H/-5 * * * *", "minute", "'-5' is not a whole number from 1 on (at column 3"),
    ("H/ * * * *", "minute", "step '' is not a whole number from 1 on (at column 3"),
    ("0 H(0-24) * * *", "hour", "24 is not within 0-23 (at column 7"),
    ("0 0 H(0-5) * *", "day", "0 is not within 1-31 (at column 7"),
    ("0 0 H/29 * *", "day", "29 is larger than the 28 values it cuts (at column 7"),
    ("0 0 * H(0-12) *", "month", "0 is not within 1-12 (at column 9"),
    ("5/0 * * * *", "minute", "a step must be at least 1 (at column 3"),
    ("5/ * * * *", "minute", "the step '' is not a whole number (at column 3"),
    ("/5 * * * *", "minute", "a value is missing (at column 1"),
    ("60/5 * * * *", "minute", "60 is not within 0-59 (at column 1"),
    ("minute=5", "expression", "named fields belong to own and celery"),
    ("*-*-* 09:00:00", "expression", "a calendar event belongs to systemd"),
    ("Mon 09:00", "expression", "a calendar event belongs to systemd"),
    ("@Reboot", "expression", "goes on after a restart, it does not begin anew"),
    ("@every 5m", "expression", "@monthly, @weekly, @daily, @midnight, @hourly"),
    ("@minutely", "expression", "@monthly, @weekly, @daily, @midnight, @hourly"),
    ("CRON_TZ= 0 9 * * *", "timezone", "there is no time zone ''"),
    ("CRON_TZ=Mars/Phobos 0 9 * * *", "timezone", "is no time zone 'Mars/Phobos'"),
    ("TZ=UTC", "expression", "has 0 fields, crontab has"),
    ("TZ=UTC * * * *", "expression", "has 4 fields, crontab has"),
    ("CRON_TZ=Europe/Berlin 0 9 * * *", "timezone", "Europe/Berlin, and timezone UTC"),
    ("ZONE=UTC 0 9 * * *", "expression", "named fields belong to own and celery"),
]

#: six or seven fields.
SECONDS = [
    ("", "expression", "has 0 fields, seconds has"),
    ("*", "expression", "has 1 field, seconds has"),
    ("* * * * *", "expression", "write five fields as crontab"),
    ("* * * * * * * *", "expression", "has 8 fields, seconds has"),
    ("@reboot", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("@fortnightly", "expression", "such as @daily belong to crontab and seconds"),
    ("@daily @daily", "expression", "such as @daily belong to crontab and seconds"),
    ("60 * * * * *", "second", "60 is not within 0-59 (at column 1"),
    ("-1 * * * * *", "second", "a value is missing (at column 1"),
    ("*/0 * * * * *", "second", "a step must be at least 1 (at column 3"),
    ("5-61 * * * * *", "second", "61 is not within 0-59 (at column 3"),
    ("0 60 * * * *", "minute", "60 is not within 0-59 (at column 3"),
    ("0 0 24 * * *", "hour", "24 is not within 0-23 (at column 5"),
    ("0 0 0 32 * *", "day", "32 is not within 1-31 (at column 7"),
    ("0 0 0 0 * *", "day", "0 is not within 1-31 (at column 7"),
    ("0 0 0 * 13 *", "month", "13 is not within 1-12 (at column 9"),
    ("0 0 0 * foo *", "month", "'foo' is not within 1-12 or jan-dec (at column 9"),
    ("0 0 0 * * 8", "day_of_week", "8 is not within 0-7 (at column 11"),
    ("0 0 0 * * foo", "day_of_week", "is not within 0-6 or sun-sat (at column 11"),
    ("0 0 0 * * ?", "day_of_week", "? belongs to quartz, write * (at column 11"),
    ("0 0 0 ? * mon", "day", "within 1-31: ? belongs to quartz, write * (at column 7"),
    ("0 0 0 * * * 1969", "year", "1969 is not within 1970-2199 (at column 13"),
    ("0 0 0 * * * 2200", "year", "2200 is not within 1970-2199 (at column 13"),
    ("0 0 0 * * * 2030-2020", "year", "range 2030-2020 runs backwards (at column 13"),
    ("0 0 0 * * * H", "year", "H cannot spread jobs over years (at column 13"),
    ("0 0 0 * * * H/2", "year", "H cannot spread jobs over years (at column 13"),
    ("0 0 0 * * * */300", "year", "larger than the 230 values it cuts (at column 15"),
    ("0 0 0 * * * ?", "year", "1970-2199: ? belongs to quartz, write * (at column 13"),
    ("0 0 0 * * * x", "year", "'x' is not within 1970-2199 (at column 13"),
    ("L 0 0 * * *", "second", "'l' is not within 0-59 (at column 1"),
    ("0 0 0 L-99 * *", "day", "99 is not within 0-30 (at column 9"),
    ("0 0 0 * * fri#9", "day_of_week", "1-5: which one of the month (at column 15"),
    ("H(0-99) * * * * *", "second", "99 is not within 0-59 (at column 5"),
    ("second=5", "expression", "named fields belong to own and celery"),
    ("TZ= 0 0 0 * * *", "timezone", "there is no time zone ''"),
    ("TZ=Nowhere 0 0 0 * * *", "timezone", "there is no time zone 'Nowhere'"),
    ("Mon *-*-* 09:00:00 x y z", "second", "'mon' is not within 0-59 (at column 1"),
]

#: six or seven fields of Quartz.
QUARTZ = [
    ("", "expression", "has 0 fields, quartz has"),
    ("* * * * ?", "expression", "write five fields as crontab"),
    ("* * * * * * * *", "expression", "has 8 fields, quartz has"),
    ("@daily", "expression", "nicknames such as @daily belong to crontab and seconds"),
    ("0 0 0 * * *", "day_of_week", "must be ?, in '0 0 0 * * *' neither has it"),
    ("0 0 0 ? * ?", "day_of_week", "must be ?, in '0 0 0 ? * ?' both have it"),
    ("0 0 0 1 * 2", "day_of_week", "must be ?, in '0 0 0 1 * 2' neither has it"),
    ("0 0 0 1,? * *", "day", "may stand in day or in day_of_week, alone (at column 9"),
    ("? 0 0 * * ?", "second", "may stand in day or in day_of_week, alone (at column 1"),
    ("0 ? 0 * * ?", "minute", "may stand in day or in day_of_week, alone (at column 3"),
    ("0 0 ? * * ?", "hour", "? may stand in day or in day_of_week, alone (at column 5"),
    ("0 0 0 * ? ?", "month", "may stand in day or in day_of_week, alone (at column 9"),
    ("0 0 0 * * ? ?", "year", "stand in day or in day_of_week, alone (at column 13"),
    ("0 0 0 ?/2 * *", "day", "may stand in day or in day_of_week, alone (at column 7"),
    ("60 0 0 * * ?", "second", "60 is not within 0-59 (at column 1"),
    ("0 61 0 * * ?", "minute", "61 is not within 0-59 (at column 3"),
    ("0 0 24 * * ?", "hour", "24 is not within 0-23 (at column 5"),
    ("0 0 0 0 * ?", "day", "0 is not within 1-31 (at column 7"),
    ("0 0 0 32 * ?", "day", "32 is not within 1-31 (at column 7"),
    ("0 0 0 * 0 ?", "month", "0 is not within 1-12 (at column 9"),
    ("0 0 0 * 13 ?", "month", "13 is not within 1-12 (at column 9"),
    ("0 0 0 * JANUARY ?", "month", "is not within 1-12 or jan-dec (at column 9"),
    ("0 0 0 ? * 0", "day_of_week", "Sunday is 1 here, and Saturday 7 (at column 11"),
    ("0 0 0 ? * 8", "day_of_week", "8 is not within 1-7 (at column 11"),
    ("0 0 0 ? * 0L", "day_of_week", "Sunday is 1 here, and Saturday 7 (at column 11"),
    ("0 0 0 ? * 0#1", "day_of_week", "Sunday is 1 here, and Saturday 7 (at column 11"),
    ("0 0 0 ? * 6#0", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 0 ? * 6#6", "day_of_week", "1-5: which one of the month (at column 13"),
    ("0 0 0 ? * 6#", "day_of_week", "within 1-5: which one of the month (at column 13"),
    ("0 0 0 ? * #2", "day_of_week", "a value is missing (at column 11"),
    ("0 0 0 ? * FRIDAY", "day_of_week", "is not within 1-7 or sun-sat (at column 11"),
    ("0 0 0 ? * MON-", "day_of_week", "a value is missing (at column 15"),
    ("0 0 0 ? * 2,L", "day_of_week", "'l' is not within 1-7 or sun-sat (at column 13"),
    ("0 0 0 ? * LW", "day_of_week", "'lw' is not within 1-7 or sun-sat (at column 11"),
    ("0 0 0 L-31 * ?", "day", "31 is not within 0-30 (at column 9"),
    ("0 0 0 32W * ?", "day", "32 is not within 1-31 (at column 7"),
    ("0 0 0 W * ?", "day", "'w' is not within 1-31 (at column 7"),
    ("0 0 0 1-5W * ?", "day", "'5w' is not within 1-31 (at column 9"),
    ("0 0 0 LWL * ?", "day", "'lwl' is not within 1-31 (at column 7"),
    ("0 0/60x 0 * * ?", "minute", "the step '60x' is not a whole number (at column 5"),
    ("0 0/61 0 * * ?", "minute", "is larger than the 60 values it cuts (at column 5"),
    ("0 0/0 0 * * ?", "minute", "a step must be at least 1 (at column 5"),
    ("0 0/ 0 * * ?", "minute", "the step '' is not a whole number (at column 5"),
    ("0 / 0 * * ?", "minute", "the step '' is not a whole number (at column 5"),
    ("0 60/5 0 * * ?", "minute", "60 is not within 0-59 (at column 3"),
    ("0 0 0/25 * * ?", "hour", "25 is larger than the 24 values it cuts (at column 7"),
    ("0 0 0 1/32 * ?", "day", "32 is larger than the 31 values it cuts (at column 9"),
    ("0 0 0 * 1/13 ?", "month", "is larger than the 12 values it cuts (at column 11"),
    ("0 1-5/9 0 * * ?", "minute", "9 is larger than the 5 values it cuts (at column 7"),
    ("0 *-5 0 * * ?", "minute", "for all values and cannot begin a range (at column 3"),
    ("0 0 0 * * ? 1969", "year", "1969 is not within 1970-2199 (at column 13"),
    ("0 0 0 * * ? 2200", "year", "2200 is not within 1970-2199 (at column 13"),
    ("0 0 0 * * ? 2030-2020", "year", "range 2030-2020 runs backwards (at column 13"),
    ("H 0 0 * * ?", "second", "0-59: H belongs to crontab and seconds (at column 1"),
    ("0 0~30 0 * * ?", "minute", "is written H, in crontab and seconds (at column 3"),
    ("0 0..5 0 * * ?", "minute", "written with -, .. belongs to systemd (at column 3"),
    ("0 , 0 * * ?", "minute", "a value is missing (at column 3"),
    ("0 0 0 ?,1 * MON", "day", "stand in day or in day_of_week, alone (at column 7"),
]


class RefusedFieldsTests(Refusing):
    """
    Tables of what is refused.
    """

    def test_crontab(self):
        """
        ``L``, ``W``, ``#`` and ``H``, zones, and what belongs to other dialects.
        """
        self.refuse_all(CRONTABS, CronTrigger.parse, "crontab", "UTC")

    def test_seconds(self):
        """
        Six or seven fields.
        """
        self.refuse_all(SECONDS, CronTrigger.parse, "seconds", "UTC")

    def test_quartz(self):
        """
        The rule of ``?``, Sunday as 1, and letters out of place.
        """
        self.refuse_all(QUARTZ, CronTrigger.parse, "quartz", "UTC")
