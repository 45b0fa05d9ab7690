"""
What calendars exclude.
"""

from __future__ import annotations

import copy
import pickle
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer
from zope.interface.verify import verifyObject

from txsched.errors import BadTrigger
from txsched.model import ICalendar
from txsched.testing.strategies import calendars, instants
from txsched.triggers import CronTrigger
from txsched.triggers.calendars import (
    CronCalendar,
    DatesCalendar,
    HoursCalendar,
    ICSCalendar,
    JoinedCalendar,
    WeekdaysCalendar,
    YearlyCalendar,
    parse_calendar,
)

from ..oracle import instant

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
#: Where calendars end; all may be excluded up to here.
END_OF_TIME = datetime(2200, 1, 1, tzinfo=timezone.utc)
TICK = timedelta(microseconds=1)
laws = settings(max_examples=60, deadline=None, derandomize=True, database=None)

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//txsched//tests//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20260501
DTEND;VALUE=DATE:20260502
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20280501
SUMMARY:Labour Day
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=Europe/Berlin:20260701T220000
DTEND;TZID=Europe/Berlin:20260702T020000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART:20260801T100000Z
DURATION:PT90M
END:VEVENT
END:VCALENDAR
"""


class MeaningTests(SynchronousTestCase):
    """
    Each kind, by single instants.
    """

    def stretch(self, calendar, at, start, end):
        """
        Check that *at* lies in a stretch, and nothing beside it does.
        """
        self.assertEqual(calendar.excluded_until(at), end)
        self.assertEqual(calendar.excluded_until(start), end)
        self.assertEqual(calendar.excluded_until(end - TICK), end)
        self.assertEqual(calendar.excluded_since(at), start)
        self.assertIsNone(calendar.excluded_until(start - TICK))
        self.assertIsNone(calendar.excluded_until(end))
        self.assertEqual(calendar.allowed_until(start - TICK), start)

    def test_dates(self):
        """
        Days begin and end with the midnights of the zone; neighbours are one stretch.
        """
        calendar = DatesCalendar(["2026-12-24", date(2026, 12, 25)], "Europe/Berlin")
        self.stretch(
            calendar,
            instant(2026, 12, 25, 3),
            instant(2026, 12, 23, 23),
            instant(2026, 12, 25, 23),
        )
        self.assertIsNone(calendar.allowed_until(instant(2026, 12, 26)))

    def test_yearly(self):
        """
        The same days each year; 29 February where there is one.
        """
        calendar = YearlyCalendar(["02-29", "12-31", (1, 1)], "UTC")
        self.stretch(
            calendar, instant(2027, 1, 1, 5), instant(2026, 12, 31), instant(2027, 1, 2)
        )
        self.stretch(
            calendar, instant(2028, 2, 29, 5), instant(2028, 2, 29), instant(2028, 3, 1)
        )
        self.assertIsNone(calendar.excluded_until(instant(2027, 3, 1)))

    def test_weekdays(self):
        """
        Saturday and Sunday are one stretch; across a change of the clock as well.
        """
        calendar = WeekdaysCalendar(["sat", 6], "Europe/Berlin")
        self.stretch(
            calendar,
            instant(2026, 3, 29, 12),
            instant(2026, 3, 27, 23),
            instant(2026, 3, 29, 22),
        )

    def test_hours(self):
        """
        Times of day, over midnight too; ranges that touch are one stretch or two, and
        nothing is allowed in between.
        """
        calendar = HoursCalendar(["22:00-06:00", "12:00-12:30"], "UTC")
        self.stretch(
            calendar,
            instant(2026, 1, 2, 3),
            instant(2026, 1, 1, 22),
            instant(2026, 1, 2, 6),
        )
        self.stretch(
            calendar,
            instant(2026, 1, 2, 12),
            instant(2026, 1, 2, 12),
            instant(2026, 1, 2, 12, 30),
        )

    def test_hours_and_the_clock(self):
        """
        On the day that lacks an hour the night is shorter.
        """
        calendar = HoursCalendar(["01:00-04:00"], "Europe/Berlin")
        at = instant(2026, 3, 29, 0, 30)
        self.assertEqual(calendar.excluded_until(at), instant(2026, 3, 29, 2))
        within = HoursCalendar(["02:10-02:50"], "Europe/Berlin")
        self.assertIsNone(within.excluded_until(instant(2026, 3, 29, 1)))

    def test_cron(self):
        """
        Whole minutes in crontab(5), whole seconds where an expression has them.
        """
        office = CronTrigger.from_crontab("* 9-16 * * mon-fri", "Europe/Berlin")
        self.stretch(
            CronCalendar(office),
            instant(2026, 1, 5, 12),
            instant(2026, 1, 5, 8),
            instant(2026, 1, 5, 16),
        )
        second = CronTrigger.parse("5,6 0 9 * * *", "seconds", "UTC")
        self.stretch(
            CronCalendar(second),
            instant(2026, 1, 5, 9, 0, 6),
            instant(2026, 1, 5, 9, 0, 5),
            instant(2026, 1, 5, 9, 0, 7),
        )

    def test_file(self):
        """
        Events of a file, with their recurrences, exceptions and zones.
        """
        path = Path(self.mktemp())
        path.write_text(FILE, encoding="utf-8")
        calendar = ICSCalendar(path, "Europe/Berlin")
        self.stretch(
            calendar,
            instant(2030, 5, 1, 5),
            instant(2030, 4, 30, 22),
            instant(2030, 5, 1, 22),
        )
        self.assertIsNone(calendar.excluded_until(instant(2028, 5, 1, 5)))
        for day in (1, 8, 15):
            self.stretch(
                calendar,
                instant(2026, 7, day, 23),
                instant(2026, 7, day, 20),
                instant(2026, 7, day + 1, 0),
            )
        self.assertIsNone(calendar.excluded_until(instant(2026, 7, 22, 23)))
        self.stretch(
            calendar,
            instant(2026, 8, 1, 11),
            instant(2026, 8, 1, 10),
            instant(2026, 8, 1, 11, 30),
        )
        self.assertEqual(calendar, ICSCalendar(str(path), "Europe/Berlin"))
        path.write_text(FILE.replace("20260501", "20260502"), encoding="utf-8")
        self.assertNotEqual(calendar, ICSCalendar(path, "Europe/Berlin"))

    def test_joined(self):
        """
        What one of several excludes; stretches that touch are one.
        """
        weekend = WeekdaysCalendar(["sat", "sun"], "UTC")
        monday = DatesCalendar(["2026-01-05"], "UTC")
        calendar = weekend.joined(monday).joined(HoursCalendar(["00:00-01:00"], "UTC"))
        self.assertEqual(len(calendar.calendars), 3)
        self.assertEqual(
            calendar.excluded_until(instant(2026, 1, 3, 12)), instant(2026, 1, 6, 1)
        )
        self.assertEqual(
            calendar.allowed_until(instant(2026, 1, 6, 2)), instant(2026, 1, 7)
        )


@implementer(ICalendar)
class Lent:
    """
    A stranger's calendar: it has what the role says, and no more.
    """

    def __init__(self, calendar):
        self._calendar = calendar

    def __getattr__(self, name):
        if name not in ICalendar:
            raise AttributeError(name)
        return getattr(self._calendar, name)


class MovingTests(SynchronousTestCase):
    """
    Where an excluded time goes.
    """

    def test_whole_days(self):
        """
        Out of whole days to the same time of day, over a change of the clock as well.
        """
        calendar = WeekdaysCalendar(["sat", "sun"], "Europe/Berlin")
        nine = datetime(2026, 3, 28, 9, tzinfo=ZoneInfo("Europe/Berlin"))
        self.assertEqual(calendar.next_allowed(nine), instant(2026, 3, 30, 7))
        self.assertEqual(calendar.previous_allowed(nine), instant(2026, 3, 27, 8))

    def test_parts_of_days(self):
        """
        Out of other stretches to their end, or one second before them.
        """
        calendar = HoursCalendar(["22:00-06:00"], "UTC")
        at = instant(2026, 1, 2, 3)
        self.assertEqual(calendar.next_allowed(at), instant(2026, 1, 2, 6))
        self.assertEqual(calendar.previous_allowed(at), instant(2026, 1, 1, 21, 59, 59))

    def test_several(self):
        """
        Where it goes to must be allowed by all.
        """
        calendar = JoinedCalendar(
            [
                WeekdaysCalendar(["sat", "sun"], "UTC"),
                DatesCalendar(["2026-01-05"], "UTC"),
                HoursCalendar(["08:00-10:00"], "UTC"),
            ]
        )
        at = instant(2026, 1, 3, 9)
        self.assertEqual(calendar.next_allowed(at), instant(2026, 1, 6, 10))
        self.assertEqual(calendar.previous_allowed(at), instant(2026, 1, 2, 7, 59, 59))

    def test_strangers(self):
        """
        A calendar that is not ours can be one of several.
        """
        weekend = Lent(WeekdaysCalendar(["sat", "sun"], "UTC"))
        verifyObject(ICalendar, weekend)
        calendar = DatesCalendar(["2026-01-05"], "UTC").joined(weekend)
        at = instant(2026, 1, 3, 9)
        self.assertEqual(calendar.next_allowed(at), instant(2026, 1, 6, 9))
        self.assertEqual(calendar.previous_allowed(at), instant(2026, 1, 2, 9))

    def test_all_is_excluded(self):
        """
        Where nothing is allowed there is no place to go to.
        """
        calendar = JoinedCalendar(
            [
                WeekdaysCalendar([0, 1, 2, 3], "UTC"),
                WeekdaysCalendar([4, 5, 6], "UTC"),
            ]
        )
        at = instant(2026, 1, 3, 9)
        self.assertIsNone(calendar.next_allowed(at))
        self.assertIsNone(calendar.previous_allowed(at))

    def test_allowed_stays(self):
        """
        A time that is allowed stays where it is.
        """
        calendar = WeekdaysCalendar(["sat"], "UTC")
        at = instant(2026, 1, 5, 9)
        self.assertEqual(calendar.next_allowed(at), at)
        self.assertEqual(calendar.previous_allowed(at), at)


class LawTests(SynchronousTestCase):
    """
    All kinds.
    """

    @laws
    @given(calendars(), instants())
    def test_stretches(self, calendar, at):
        """
        An instant is allowed or lies in a stretch; what follows agrees with that.
        """
        verifyObject(ICalendar, calendar)
        until = calendar.excluded_until(at)
        if until is None:
            start = calendar.allowed_until(at)
            if start is not None:
                self.assertGreater(start, at)
                self.assertIsNotNone(calendar.excluded_until(start))
                self.assertIsNone(calendar.excluded_until(start - TICK))
            self.assertEqual(calendar.next_allowed(at), at)
            return
        self.assertGreater(until, at)
        if until < END_OF_TIME:
            self.assertIsNotNone(calendar.excluded_until(until - TICK))
        since = calendar.excluded_since(at)
        self.assertLessEqual(since, at)
        self.assertIsNotNone(calendar.excluded_until(since))
        for moved, later in (
            (calendar.next_allowed(at), True),
            (calendar.previous_allowed(at), False),
        ):
            if moved is None:
                self.all_is_excluded(calendar, at)
                continue
            self.assertIsNone(calendar.excluded_until(moved))
            self.assertEqual(moved > at, later)

    def all_is_excluded(self, calendar, at):
        """
        Check that nothing is allowed in some weeks around *at*.
        """
        parts = getattr(calendar, "calendars", (calendar,))
        for hours in range(-1000, 1000, 7):
            near = at + timedelta(hours=hours)
            self.assertTrue(any(one.excluded_until(near) for one in parts), near)

    @laws
    @given(calendars(), instants(), st.integers(0, 200))
    def test_minute_by_minute(self, calendar, at, minutes):
        """
        Up to the end of a stretch each minute is excluded, and up to the next start
        none is.
        """
        until = calendar.excluded_until(at) or calendar.allowed_until(at)
        later = at + minutes * MINUTE
        if until is not None and later < until:
            self.assertEqual(
                calendar.excluded_until(later) is None,
                calendar.excluded_until(at) is None,
            )

    @laws
    @given(calendars())
    def test_value_and_text(self, calendar):
        """
        The text makes an equal calendar with the same text; so does a copy.
        """
        again = parse_calendar(str(calendar), "Asia/Tokyo")
        self.assertEqual(again, calendar)
        self.assertEqual(hash(again), hash(calendar))
        self.assertEqual(str(again), str(calendar))
        self.assertTrue(calendar.describe())
        for other in (copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar))):
            self.assertEqual(other, calendar)


#: A text; the field that is named, and a part of the reason.
BAD = [
    ("", "calendar", "is empty"),
    (
        "holidays",
        "calendar",
        "'holidays' is no kind of calendar; expected one of dates",
    ),
    ("dates", "dates", "expected one at least"),
    ("dates 2026-02-30", "dates", "'2026-02-30' is not a date such as 2026-12-24"),
    ("dates 24.12.2026", "dates", "'24.12.2026' is not a date"),
    ("dates 1969-12-31", "dates", "the year 1969 is not within 1970-2199"),
    ("dates 2026-01-01 Mars/Phobos", "timezone", "no time zone 'Mars/Phobos'"),
    ("yearly", "days", "0 are not within 1-365"),
    ("yearly 02-30", "days", "'02-30' is not a day of the year such as 12-24"),
    ("yearly 12", "days", "'12' is not a day of the year"),
    ("weekdays", "weekdays", "0 days are not within 1-6"),
    ("weekdays sat sunday", "weekdays", "'sunday' is not one of mon, tue"),
    ("weekdays mon tue wed thu fri sat sun", "weekdays", "7 days are not within 1-6"),
    ("hours", "ranges", "expected one at least"),
    ("hours 9-17", "ranges", "'9-17' is not a range such as 22:00-06:00"),
    ("hours 09:00-25:00", "ranges", "'09:00-25:00' is not within 00:00 to 24:00"),
    ("hours 24:00-01:00", "ranges", "is not within 00:00 to 24:00"),
    ("hours 09:60-10:00", "ranges", "has a minute beyond 59"),
    ("hours 09:00-09:00", "ranges", "is no part of a day"),
    ("hours 00:00-24:00", "ranges", "is no part of a day"),
    ("during every 5m", "calendar", "every 5m is not a cron expression"),
    ("during crontab * 99 * * *", "hour", "99 is not within 0-23"),
    ("ics", "path", "expected one file"),
    ("ics a b c", "path", "expected one file"),
    ("ics no-such-file.ics", "path", "no-such-file.ics: No such file"),
    ("weekdays sat\nhours 9", "ranges", "'9' is not a range"),
    ("x" * 2000, "calendar", "has 2000 characters"),
]


class BadTests(SynchronousTestCase):
    """
    What is no calendar.
    """

    def test_texts(self):
        """
        Each is refused with the field and the reason.
        """
        for text, field, reason in BAD:
            with self.assertRaises(BadTrigger) as caught:
                parse_calendar(text, "UTC")
            self.assertEqual(caught.exception.field, field, text)
            self.assertIn(reason, caught.exception.reason, text)

    def test_values(self):
        """
        So is each value of a wrong kind.
        """
        cases = [
            (DatesCalendar, "2026-01-01", "expected several dates"),
            (DatesCalendar, 5, "expected several dates, not 5"),
            (DatesCalendar, [5], "expected a date, not 5"),
            (DatesCalendar, [instant(2026, 1, 1)], "expected a date"),
            (YearlyCalendar, "12-24", "expected several days"),
            (YearlyCalendar, [5], "5 is not a day of the year"),
            (WeekdaysCalendar, "sat", "expected several days, not 'sat'"),
            (WeekdaysCalendar, [7], "7 is not one of mon"),
            (HoursCalendar, "22:00-06:00", "expected several ranges"),
            (HoursCalendar, [5], "5 is not a range"),
            (HoursCalendar, [(5, 2000)], "is not within 00:00 to 24:00"),
            (CronCalendar, "* * * * *", "expected a CronTrigger, not '* * * * *'"),
            (JoinedCalendar, [], "expected one at least"),
            (JoinedCalendar, ["x"], "'x' is not a calendar"),
        ]
        for kind, value, reason in cases:
            with self.assertRaises(BadTrigger) as caught:
                kind(value)
            self.assertIn(reason, caught.exception.reason, (kind, value))

    def test_no_calendar_in_the_file(self):
        """
        A file that is none is refused by its name.
        """
        path = Path(self.mktemp())
        for text in ("hello", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n"):
            path.write_text(text, encoding="utf-8")
            with self.assertRaises(BadTrigger) as caught:
                ICSCalendar(path, "UTC")
            self.assertEqual(caught.exception.field, "path")
            self.assertIn("is not a calendar of iCalendar", caught.exception.reason)
