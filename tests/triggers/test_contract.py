"""
All triggers keep the contract.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.interfaces import ITimetable, ITrigger
from txsched.testing.contracts.trigger import TriggerContract
from txsched.triggers import (
    CronTrigger,
    DateTrigger,
    IntervalTrigger,
    RRuleTrigger,
    parse_trigger,
)


class DateContractTests(TriggerContract, SynchronousTestCase):
    """
    Once.
    """

    def make_triggers(self):
        """
        Past, between the moments, and far ahead.
        """
        return [
            DateTrigger(text, "Europe/Berlin")
            for text in ("1999-12-31 23:59:59", "2026-06-01 12:00", "2199-01-01")
        ]


class IntervalContractTests(TriggerContract, SynchronousTestCase):
    """
    At intervals.
    """

    def make_triggers(self):
        """
        With and without start and end, short and long.
        """
        dates = {"start_date": "2026-01-01 00:00:07", "timezone": "UTC"}
        return [
            IntervalTrigger(microseconds=1),
            IntervalTrigger(seconds=1),
            IntervalTrigger(weeks=1, days=2, hours=3, minutes=4, seconds=5),
            IntervalTrigger(minutes=1, **dates),
            IntervalTrigger(days=100, **dates),
            IntervalTrigger(hours=1, end_date="2026-01-02 00:30", **dates),
            IntervalTrigger(hours=1, end_date="2026-01-02 00:30", timezone="UTC"),
        ]


class CronContractTests(TriggerContract, SynchronousTestCase):
    """
    At wall times.
    """

    def make_triggers(self):
        """
        Dense and rare, named and elapsed, with bounds and without any time.
        """
        berlin = {"timezone": "Europe/Berlin"}
        return [
            CronTrigger(second="*", **berlin),
            CronTrigger(hour=2, minute=30, **berlin),
            CronTrigger(day="last fri", hour="*/5", **berlin),
            CronTrigger(year="2026-2028", month="feb", day=29, **berlin),
            CronTrigger(
                hour=9, start_date="2026-02-01", end_date="2026-02-20", **berlin
            ),
            CronTrigger.from_crontab("*/7 * 13 * fri", "Australia/Lord_Howe"),
            CronTrigger.from_crontab("*/7 * 13 * fri", "America/New_York"),
            CronTrigger.from_crontab("0 0 30 2 *", "UTC"),
        ]


class CalendarIntervalContractTests(TriggerContract, SynchronousTestCase):
    """
    At a time of day, every so many dates.
    """

    def make_triggers(self):
        """
        With and without start and end, near changes of the clock too.
        """
        return [
            parse_trigger(f"calendar every {text}")
            for text in (
                "1 day at 02:30 Europe/Berlin",
                "1 day at 02:30 Europe/Berlin from 2026-01-01 gap skip fold both",
                "2 months at 09:00 UTC from 2026-01-31",
                "1 year Pacific/Apia from 2024-02-29",
                "1 month 1 day at 12:00 UTC until 2027-01-01",
            )
        ]


class RRuleContractTests(TriggerContract, SynchronousTestCase):
    """
    By recurrence rules.
    """

    def make_triggers(self):
        """
        Of each frequency, with and without an end.
        """
        return [
            RRuleTrigger(rule, "2020-01-31 02:30", "Europe/Berlin")
            for rule in (
                "FREQ=YEARLY;BYDAY=20MO",
                "FREQ=MONTHLY",
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
                "FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=-1",
                "FREQ=DAILY;COUNT=2500",
                "FREQ=HOURLY;INTERVAL=5;BYMINUTE=0,30",
                "FREQ=MINUTELY;INTERVAL=1441",
                "FREQ=SECONDLY;UNTIL=20260101T000010Z",
            )
        ]


class CombinedContractTests(TriggerContract, SynchronousTestCase):
    """
    Combinations.
    """

    def make_triggers(self):
        """
        Of each kind, nested, and one that never fires.
        """
        return [
            parse_trigger(text)
            for text in (
                "(every 1h) or (crontab 30 2 * * * Europe/Berlin)",
                "(every 4h) and (every 6h)",
                "(every 1h) and not (crontab 0 9-17 * * mon-fri Europe/Berlin)",
                "((every 1h) or (at 2026-06-01T00:30Z)) and not (every 3h)",
                "(every 1h) and not (every 30m)",
            )
        ]


@implementer(ITrigger)
class Wrong:
    """
    A trigger that breaks rules.
    """

    def __init__(self, answer):
        self.answer = answer

    def get_next_fire_time(self, previous_fire_time, now):
        """
        Give the same for ever.
        """
        return self.answer

    def count_until(self, first, end):
        """
        Count nothing.
        """
        return 0, first


@implementer(ITimetable)
@frozen
class Forgetful:
    """
    A timetable that knows its two times only when it is asked in one way.
    """

    first: datetime

    def get_next_fire_time(self, previous_fire_time, now):
        """
        Give the first time, and once more an hour later.
        """
        if previous_fire_time is None:
            return self.first
        later = self.first + timedelta(hours=1)
        return later if previous_fire_time < later else None

    def next_after(self, instant):
        """
        Know of none.
        """

    def previous_before(self, instant):
        """
        Know of none.
        """

    def between(self, start, end):
        """
        Know of none.
        """
        return iter(())


class ContractOfWrongTests(SynchronousTestCase):
    """
    The contract finds faults.
    """

    def failures(self, answer):
        """
        Run the contract on a wrong trigger and name the tests that it fails.
        """

        class Tests(TriggerContract, SynchronousTestCase):
            def make_triggers(self):
                return [Wrong(answer)]

        return self.failed(Tests)

    def failed(self, tests):
        """
        Run tests and name those that fail.
        """
        names = [name for name in dir(tests) if name.startswith("test_")]
        failed = set()
        for name in names:
            result = tests(name).defaultTestResult()
            tests(name).run(result)
            if not result.wasSuccessful():
                failed.add(name)
        return failed

    def test_timetable(self):
        """
        A timetable that gives other times in one direction than in the other is found.
        """

        class Tests(TriggerContract, SynchronousTestCase):
            def make_triggers(self):
                return [Forgetful(datetime(2026, 6, 1, tzinfo=timezone.utc))]

        found = self.failed(Tests)
        self.assertIn("test_timetable_next", found)
        self.assertIn("test_timetable_previous", found)
        self.assertIn("test_timetable_between", found)

    def test_naive(self):
        """
        A naive answer, no progress and no equality are all found.
        """
        failed = self.failures(datetime(2030, 1, 1))  # noqa: DTZ001
        self.assertIn("test_first", failed)
        self.assertIn("test_increasing", failed)
        self.assertIn("test_value", failed)
