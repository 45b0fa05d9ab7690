"""
Recurrence rules of iCalendar.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, takewhile

from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.strategies import recurrence_rules
from txsched.triggers import RRuleTrigger, parse_trigger

from .effort import bounded_work
from .oracle import UTC, instant

laws = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

#: Rules of RFC 5545, 3.8.5.3, all from 1997-09-02T09:00 in New York; the first dates.
EXAMPLES = {
    "FREQ=DAILY;COUNT=3": "09-02 09-03 09-04 end",
    "FREQ=DAILY;UNTIL=19970904T130000Z": "09-02 09-03 09-04 end",
    "FREQ=DAILY;INTERVAL=2": "09-02 09-04 09-06",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU": "09-02 09-16 09-30 10-14",
    "FREQ=WEEKLY;COUNT=4;WKST=SU;BYDAY=TU,TH": "09-02 09-04 09-09 09-11 end",
    "FREQ=MONTHLY;COUNT=3;BYDAY=1FR": "09-05 10-03 11-07 end",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU": "09-07 09-28 11-02 11-30",
    "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO": "09-22 10-20 11-17 end",
    "FREQ=MONTHLY;BYMONTHDAY=-3": "09-28 10-29 11-28 12-29",
    "FREQ=MONTHLY;BYMONTHDAY=2,15": "09-02 09-15 10-02",
    "FREQ=MONTHLY;BYMONTHDAY=1,-1": "09-30 10-01 10-31 11-01",
    "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11": "09-10 09-11 03-10 03-11",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2,3": "01-02 02-02 03-02 01-02",
    "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200": "01-01 04-09 07-18 01-01",
    "FREQ=YEARLY;BYDAY=20MO": "05-18 05-17 05-15",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO": "05-11 05-17 05-15",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH": "03-05 03-12 03-19",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13": "02-13 03-13 11-13 08-13",
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13": "09-13 10-11 11-08",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8": (
        "11-04 11-06 11-08"
    ),
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3": "09-04 10-07 11-06 end",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2": "09-29 10-30 11-27",
    "FREQ=MONTHLY;BYDAY=MO,1FR": "09-05 09-08 09-15",
    "FREQ=YEARLY;BYWEEKNO=1": "12-29 12-30 12-31 01-01",
    "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU": "12-28 01-03 01-02",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA,SU": "01-02 01-03 01-01",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "end",
    "FREQ=YEARLY;BYMONTH=2;BYDAY=5SA": "02-29 02-29",
}


def walk(trigger, number, now=datetime(1980, 1, 1, tzinfo=UTC)):
    """
    Give the first times from *now* on.
    """
    return list(islice(trigger.between(now, instant(2200, 1, 1)), number))


class ExampleTests(SynchronousTestCase):
    """
    Rules with known times.
    """

    def test_examples(self):
        """
        The dates of the RFC.
        """
        for rule, expected in EXAMPLES.items():
            trigger = RRuleTrigger(rule, "1997-09-02 09:00", "America/New_York")
            dates = expected.split()
            found = [f"{one:%m-%d}" for one in walk(trigger, len(dates))]
            if dates[-1] == "end":
                dates.pop()
            self.assertEqual(found, dates, rule)

    def test_times_of_day(self):
        """
        Hours, minutes and seconds, of rules that count days and of those that count
        them.
        """
        cases = {
            "FREQ=DAILY;BYHOUR=9,12;BYMINUTE=0,30": "09:00:00 09:30:00 12:00:00",
            "FREQ=DAILY;BYHOUR=9,12;BYSETPOS=-1": "12:00:00 12:00:00",
            "FREQ=DAILY;BYHOUR=9;BYSETPOS=2": "",
            "FREQ=HOURLY;INTERVAL=3": "09:00:00 12:00:00 15:00:00",
            "FREQ=HOURLY;BYMINUTE=5,50": "09:05:00 09:50:00 10:05:00",
            "FREQ=HOURLY;BYMINUTE=5,50;BYSETPOS=-1": "09:50:00 10:50:00",
            "FREQ=MINUTELY;INTERVAL=90": "09:00:00 10:30:00 12:00:00",
            "FREQ=MINUTELY;BYSECOND=5,6": "09:00:05 09:00:06 09:01:05",
            "FREQ=MINUTELY;INTERVAL=20;BYHOUR=10,12": "10:00:00 10:20:00 10:40:00",
            "FREQ=SECONDLY;INTERVAL=7": "09:00:00 09:00:07 09:00:14",
            "FREQ=SECONDLY;BYSECOND=30;BYSETPOS=1": "09:00:30 09:01:30",
            "FREQ=SECONDLY;INTERVAL=86401": "09:00:00 09:00:01 09:00:02",
            "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1": "",
            "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=8": "",
            "FREQ=DAILY;UNTIL=20260102T090000": "09:00:00 09:00:00",
        }
        for rule, expected in cases.items():
            trigger = RRuleTrigger(rule, "2026-01-01 09:00", "UTC")
            times = walk(trigger, len(expected.split()) or 1)
            self.assertEqual(
                [f"{one:%H:%M:%S}" for one in times], expected.split(), rule
            )

    def test_until(self):
        """
        A rule ends by its own wall time, by its own instant, or by an end date:
        whichever comes first, and itself a time.
        """
        for rule, end, number in (
            ("FREQ=DAILY;UNTIL=20260103T090000", None, 3),
            ("FREQ=DAILY;UNTIL=20260103T085959", None, 2),
            ("FREQ=DAILY;UNTIL=20260103T080000Z", None, 3),
            ("FREQ=DAILY;UNTIL=20260103T075959Z", None, 2),
            ("FREQ=DAILY;UNTIL=20260103T080000Z", "2026-01-02T09:00", 2),
            ("FREQ=DAILY;UNTIL=20260103T080000Z", "2026-01-09T09:00", 3),
            ("FREQ=DAILY", "2026-01-02T08:59:59", 1),
            ("FREQ=DAILY;UNTIL=20250103T090000", None, 0),
        ):
            trigger = RRuleTrigger(
                rule, "2026-01-01 09:00", "Europe/Berlin", end_date=end
            )
            times = walk(trigger, 9)
            self.assertEqual(len(times), number, (rule, end))
            last = times[-1] if times else None
            self.assertEqual(trigger.previous_before(instant(2030, 1, 1)), last)
            if times:
                self.assertEqual(
                    trigger.count_until(times[0], instant(2030, 1, 1)), (number, last)
                )

    def test_wall_times(self):
        """
        Each time is a wall time; in a gap and in a fold as the trigger chooses.
        """
        for choice, expected in {
            "": [(28, 1, 30), (29, 1, 0), (30, 0, 30)],
            " gap skip": [(28, 1, 30), (30, 0, 30), (31, 0, 30)],
            " gap shift": [(28, 1, 30), (29, 1, 30), (30, 0, 30)],
        }.items():
            trigger = parse_trigger(
                f"rrule FREQ=DAILY Europe/Berlin from 2026-03-28T02:30{choice}"
            )
            times = [instant(2026, 3, *one) for one in expected]
            self.assertEqual(walk(trigger, 3), times)
        hourly = parse_trigger(
            "rrule FREQ=HOURLY Europe/Berlin from 2026-10-25T00:00 fold both"
        )
        times = walk(hourly, 30)
        self.assertEqual(times[-1] - times[0], timedelta(hours=29))

    def test_start(self):
        """
        The start is a wall time: what has a zone of its own is carried over.
        """
        expected = datetime(2026, 7, 1, 12)  # noqa: DTZ001
        for value in (
            expected,
            instant(2026, 7, 1, 10),
            "2026-07-01T12:00",
            "2026-07-01T10:00Z",
            "2026-07-01 19:00 Asia/Tokyo",
        ):
            trigger = RRuleTrigger("FREQ=DAILY", value, "Europe/Berlin")
            self.assertEqual(trigger.start_date, expected)
        # It is a time only if the rule matches it.
        trigger = RRuleTrigger("FREQ=WEEKLY;BYDAY=MO", "2026-07-01", "UTC")
        self.assertEqual(walk(trigger, 1), [instant(2026, 7, 6)])

    def test_one_way_of_writing(self):
        """
        Parts are written in one order, without doubles and what goes without saying.
        """
        trigger = RRuleTrigger(
            "rrule:byday=we,+1mo,mo,MO;INTERVAL=1;FREQ=monthly;WKST=MO;BYHOUR=9,09,8",
            "2026-01-01",
            "UTC",
        )
        self.assertEqual(trigger.rule, "FREQ=MONTHLY;BYDAY=MO,1MO,WE;BYHOUR=8,9")
        self.assertEqual(
            str(trigger),
            f"rrule {trigger.rule} UTC from 2026-01-01T00:00:00",
        )
        self.assertEqual(repr(trigger), f"<RRuleTrigger {trigger}>")
        full = (
            "FREQ=YEARLY;INTERVAL=2;COUNT=5;BYMONTH=1;BYWEEKNO=-1,1;BYYEARDAY=-1,1;"
            "BYMONTHDAY=-1,1;BYDAY=MO;BYHOUR=1;BYMINUTE=2;BYSECOND=3;BYSETPOS=1;WKST=SU"
        )
        self.assertEqual(RRuleTrigger(full, "2026-01-01", "UTC").rule, full)

    def test_describe(self):
        """
        In English.
        """
        cases = {
            "FREQ=WEEKLY;BYDAY=MO": "every week on Monday at 09:00",
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=1": (
                "every month on the last Friday of the month at 09:00, 1 time"
            ),
            "FREQ=YEARLY": (
                "every year in January on the 31st day of the month at 09:00"
            ),
            "FREQ=YEARLY;BYDAY=-2MO,TU": (
                "every year on the 2nd last Monday and Tuesday of the year at 09:00"
            ),
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO": (
                "every year in the 20th week on Monday at 09:00"
            ),
            "FREQ=YEARLY;BYYEARDAY=1,112,-1": (
                "every year on the last, 1st and 112th day of the year at 09:00"
            ),
            "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10;BYSETPOS=1": (
                "every 15 minutes at hours 9 and 10 at second 0, only the 1st of these"
                " each time"
            ),
            "FREQ=DAILY;UNTIL=20261231T000000Z;BYSECOND=1,2": (
                "every day at 09:00:01 and 09:00:02, until 2026-12-31 00:00:00 UTC"
            ),
            "FREQ=DAILY;UNTIL=20261231T000000;BYMINUTE=1,2,3,4,5,6,7": (
                "every day at hour 9 at minutes 1, 2, 3, 4, 5, 6 and 7 at second 0,"
                " until 2026-12-31 00:00:00"
            ),
        }
        for rule, english in cases.items():
            trigger = RRuleTrigger(rule, "2026-01-31 09:00", "UTC")
            self.assertEqual(
                trigger.describe(), f"{english} (UTC) from 2026-01-31 09:00:00"
            )


class OracleTests(SynchronousTestCase):
    """
    Agreement with python-dateutil, which walks from the start on.
    """

    @laws
    @given(
        recurrence_rules(),
        st.datetimes(datetime(1995, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    )
    def test_as_dateutil(self, rule, start):
        """
        Each rule has the same times.

        Left out: numbered weekdays beside others, of which dateutil takes what both
        have and the RFC takes all; what dateutil takes too long for.
        """
        parts = dict(part.split("=") for part in rule.split(";"))
        days = parts.get("BYDAY", "").split(",")
        assume(len({len(day) > 2 for day in days}) == 1)
        # dateutil takes positions out of the rest of the first week.
        start = start.replace(microsecond=0)
        weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(
            parts.get("WKST", "MO")
        )
        start -= timedelta(days=(start.weekday() - weekday) % 7)
        ends = start + timedelta(days=800)
        trigger = RRuleTrigger(rule, start, "UTC")
        begin = start.replace(tzinfo=UTC)
        ours = list(islice(trigger.between(begin, ends.replace(tzinfo=UTC)), 15))
        # Without a time it would look to the end of the calendar.
        if "COUNT" not in parts:
            rule += f";UNTIL={ends - timedelta(seconds=1):%Y%m%dT%H%M%S}"
        assume(self.is_quick(parts, begin, ours))
        try:
            theirs = rrulestr(rule, dtstart=start)
        except ValueError as error:
            self.assertIn("empty set", str(error))
            theirs = []
        until = takewhile(lambda one: one < ends, theirs)
        expected = [one.replace(tzinfo=UTC) for one in islice(until, 15)]
        self.assertEqual(ours, expected, rule)

    @staticmethod
    def is_quick(parts, begin, ours):
        """
        Whether dateutil gives its times soon enough for a test.
        """
        if parts["FREQ"] not in ("HOURLY", "MINUTELY", "SECONDLY"):
            return True
        return len(ours) == 15 and ours[-1] - begin < timedelta(hours=20)


class SpeedTests(SynchronousTestCase):
    """
    No rule takes long, wherever it began and whatever it matches.
    """

    def test_soon(self):
        """
        Old, dense, rare and never matching rules are answered with bounded work.
        """
        everything = ";".join(
            f"{name}={','.join(map(str, range(size)))}"
            for name, size in (("BYHOUR", 24), ("BYMINUTE", 60), ("BYSECOND", 60))
        )
        never = instant(2026, 5, 5)
        rules = [
            "FREQ=SECONDLY",
            "FREQ=SECONDLY;INTERVAL=7",
            "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU",
            "FREQ=SECONDLY;INTERVAL=90001;BYSECOND=1;BYMINUTE=1;BYDAY=TU",
            "FREQ=SECONDLY;INTERVAL=1000000000",
            "FREQ=MINUTELY;INTERVAL=1439;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=3",
            "FREQ=HOURLY;INTERVAL=7;BYDAY=TH,TU;BYHOUR=3,9",
            "FREQ=DAILY;COUNT=10000",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
            f"FREQ=YEARLY;BYDAY=MO;BYSETPOS=-1;{everything}",
        ]
        for rule in rules:
            trigger = RRuleTrigger(rule, "1990-01-01", "Europe/Berlin")
            with bounded_work(rule):
                trigger.next_after(never)

    def test_counting(self):
        """
        A year of seconds is counted at once, whatever the interval.
        """
        for interval in (1, 7, 300, 50_021):
            trigger = RRuleTrigger(
                f"FREQ=SECONDLY;INTERVAL={interval}", "2026-01-01", "UTC"
            )
            number, last = trigger.count_until(instant(2026, 1, 1), instant(2027, 1, 1))
            self.assertEqual(number, 1 + (365 * 86400 - 1) // interval)
            seconds = (number - 1) * interval
            self.assertEqual(last, instant(2026, 1, 1) + timedelta(seconds=seconds))
