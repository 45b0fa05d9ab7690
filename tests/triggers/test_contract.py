"""
All triggers keep the contract.
"""

from __future__ import annotations

from datetime import datetime

from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.interfaces import ITrigger
from txsched.testing.contracts.trigger import TriggerContract
from txsched.triggers import CronTrigger, DateTrigger, IntervalTrigger


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

        names = [name for name in dir(Tests) if name.startswith("test_")]
        failed = set()
        for name in names:
            result = Tests(name).defaultTestResult()
            Tests(name).run(result)
            if not result.wasSuccessful():
                failed.add(name)
        return failed

    def test_naive(self):
        """
        A naive answer, no progress and no equality are all found.
        """
        failed = self.failures(datetime(2030, 1, 1))  # noqa: DTZ001
        self.assertIn("test_first", failed)
        self.assertIn("test_increasing", failed)
        self.assertIn("test_value", failed)
