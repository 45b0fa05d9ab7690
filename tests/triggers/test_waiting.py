"""
Triggers whose times depend on what becomes of the job: a delay, and by hand.
"""

from __future__ import annotations

import copy
import pickle
import sys
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.errors import BadTrigger
from txsched.interfaces import ITrigger
from txsched.model import ICountingTrigger, IWaitingTrigger, Waiting
from txsched.testing.contracts.trigger import TriggerContract
from txsched.testing.strategies import delay_triggers, instants, waiting_triggers
from txsched.triggers import DelayTrigger, ManualTrigger, parse_trigger

from .oracle import UTC, instant

NOON = instant(2026, 1, 1, 12)
TEN = timedelta(minutes=10)
laws = settings(derandomize=True, database=None, deadline=None, max_examples=60)


class ContractTests(TriggerContract, SynchronousTestCase):
    """
    Both kinds keep the contract of triggers.
    """

    def make_triggers(self):
        """
        Short and long, with and without bounds, and by hand.
        """
        return [
            DelayTrigger(microseconds=1),
            DelayTrigger(weeks=1, days=2, hours=3, minutes=4, seconds=5),
            DelayTrigger(hours=1, start_date="2026-02-01", timezone="UTC"),
            DelayTrigger(hours=1, end_date="2026-02-01", timezone="UTC"),
            ManualTrigger(),
        ]


class DelayTests(SynchronousTestCase):
    """
    So long after the end of the last run.
    """

    def test_first(self):
        """
        The first time is one delay after the question, or the start if it is to come.
        """
        table = [
            (DelayTrigger(minutes=10), NOON + TEN),
            (DelayTrigger(minutes=10, start_date=NOON), NOON),
            (DelayTrigger(minutes=10, start_date=NOON + TEN * 9), NOON + TEN * 9),
            (DelayTrigger(minutes=10, start_date=NOON - TEN), NOON + TEN),
            (DelayTrigger(minutes=10, end_date=NOON + TEN), NOON + TEN),
            (DelayTrigger(minutes=10, end_date=NOON + TEN - TEN / 600), None),
        ]
        for trigger, expected in table:
            self.assertEqual(trigger.get_next_fire_time(None, NOON), expected)

    def test_what_follows_is_not_known(self):
        """
        There is no time after another one, for the trigger does not know its run.
        """
        for trigger in (DelayTrigger(minutes=10), ManualTrigger()):
            self.assertIsNone(trigger.get_next_fire_time(NOON, NOON))

    def test_waiting(self):
        """
        A job waits for the delay from the end, until the end of the trigger.
        """
        trigger = DelayTrigger(minutes=10)
        self.assertEqual(trigger.waiting, Waiting(TEN))
        bounded = DelayTrigger(minutes=10, end_date=NOON)
        self.assertEqual(bounded.waiting, Waiting(TEN, NOON))

    def test_what_a_person_gives(self):
        """
        Parts add up; dates are read as those of an interval.
        """
        trigger = DelayTrigger(1, 2, 3, 4, 5, 6, "2026-06-01", timezone="Asia/Tokyo")
        self.assertEqual(
            trigger.delay,
            timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, microseconds=6),
        )
        self.assertEqual(trigger.start_date, instant(2026, 5, 31, 15))
        trigger = DelayTrigger(
            minutes=1.5, end_date=date(2026, 6, 1), timezone="Asia/Tokyo"
        )
        self.assertEqual(trigger.delay, timedelta(seconds=90))
        self.assertEqual(trigger.end_date, instant(2026, 5, 31, 15))
        self.assertEqual(DelayTrigger.of(TEN), DelayTrigger(minutes=10))
        self.assertEqual(DelayTrigger.of(TEN, NOON, NOON).end_date, NOON)

    def test_texts(self):
        """
        Its one text form, what else is read, and what it says in English.
        """
        zone = "Asia/Tokyo"
        table = [
            ("delay 10m", "delay 10m", "10 minutes after the end of each run"),
            (
                "DELAY  1h30m",
                "delay 1h30m",
                "1 hour 30 minutes after the end of each run",
            ),
            ("delay hour", "delay 1h", "1 hour after the end of each run"),
            (
                "delay 90 until 2026-02-01 from 2026-01-01 12:00",
                (
                    "delay 1m30s from 2026-01-01T03:00:00+00:00"
                    " until 2026-01-31T15:00:00+00:00"
                ),
                (
                    "1 minute 30 seconds after the end of each run"
                    " from 2026-01-01 03:00:00 UTC until 2026-01-31 15:00:00 UTC"
                ),
            ),
            ("manual", "manual", "when it is asked for"),
            (" Manual ", "manual", "when it is asked for"),
        ]
        for given_text, text, english in table:
            trigger = parse_trigger(given_text, zone)
            self.assertEqual((str(trigger), trigger.describe()), (text, english))
            self.assertEqual(parse_trigger(text), trigger)

    def test_refused(self):
        """
        What cannot be taken is refused with the field and the reason.
        """
        texts = [
            ("delay", "delay", "is empty"),
            ("delay soon", "delay", "expected a number at column 1 of 'soon'"),
            ("delay 0s", "delay", "is not within 1 microsecond to 36525 days"),
            ("delay 101 years", "delay", "there is no unit 'years'"),
            ("delay 1h jitter 5s", "jitter", "the end of a run, which it counts from"),
            ("delay 1h gap skip", "gap", "is not for a trigger of kind 'delay'"),
            ("delay 1h from x", "start_date", "'x' is not a date and time"),
            ("manual now", "trigger", "nothing may follow 'manual', but 'now' does"),
            ("manual jitter 5s", "jitter", "it has no times to put off"),
            (
                "manual from 2026-01-01",
                "start_date",
                "not for a trigger of kind 'manual'",
            ),
        ]
        for text, field, reason in texts:
            error = self.assertRaises(BadTrigger, parse_trigger, text, "UTC")
            self.assertEqual(error.field, field, text)
            self.assertIn(reason, error.reason)
        arguments = [
            ({}, "delay", "is not within 1 microsecond"),
            ({"seconds": -1}, "delay", "is not within 1 microsecond"),
            ({"seconds": "1"}, "seconds", "expected a number, not '1'"),
            ({"days": True}, "days", "expected a number, not True"),
            ({"weeks": 1e300}, "delay", "is not a usable length of time"),
            ({"hours": float("nan")}, "delay", "is not a usable length of time"),
            ({"days": 36526}, "delay", "is not within 1 microsecond"),
            ({"days": 1, "start_date": 5}, "start_date", "expected a date and time"),
            (
                {"days": 1, "start_date": NOON, "end_date": NOON - TEN},
                "end_date",
                "is before start_date",
            ),
        ]
        for keywords, field, reason in arguments:
            error = self.assertRaises(BadTrigger, DelayTrigger, **keywords)
            self.assertEqual(error.field, field, keywords)
            self.assertIn(reason, error.reason)
        error = self.assertRaises(BadTrigger, DelayTrigger.of, timedelta())
        self.assertEqual(error.field, "delay")

    def test_naive(self):
        """
        An instant without a zone is refused.
        """
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        for trigger in (DelayTrigger(minutes=10), ManualTrigger()):
            for previous in (None, NOON):
                with self.assertRaises(BadTrigger):
                    trigger.get_next_fire_time(previous, naive)

    def test_the_end_of_time(self):
        """
        Beyond what a datetime can hold there is no time.
        """
        late = datetime.max.replace(tzinfo=UTC)
        self.assertIsNone(DelayTrigger(days=1).get_next_fire_time(None, late))

    def test_small(self):
        """
        A million of them fit into memory: they have slots and nothing else.
        """
        for trigger in (DelayTrigger(minutes=10), ManualTrigger()):
            self.assertFalse(hasattr(trigger, "__dict__"))
            self.assertLess(sys.getsizeof(trigger), 64)


class WaitingTests(SynchronousTestCase):
    """
    Laws for both kinds.
    """

    @laws
    @given(waiting_triggers(), instants())
    def test_values(self, trigger, now):
        """
        Each provides its interface and comes back equal from its text, pickle and copy.
        """
        verifyObject(IWaitingTrigger, trigger)
        verifyObject(ITrigger, trigger)
        self.assertFalse(ICountingTrigger.providedBy(trigger))
        for again in (
            parse_trigger(str(trigger), "Asia/Tokyo"),
            pickle.loads(pickle.dumps(trigger)),
            copy.deepcopy(trigger),
        ):
            self.assertEqual(again, trigger)
            self.assertEqual(hash(again), hash(trigger))
            self.assertEqual(again.waiting, trigger.waiting)

    @laws
    @given(delay_triggers(), instants())
    def test_following(self, trigger, ended):
        """
        What follows an end is one delay later, and never after the bound.
        """
        following = trigger.waiting.following(ended)
        expected = ended + trigger.delay
        if trigger.end_date is not None and expected > trigger.end_date:
            self.assertIsNone(following)
        else:
            self.assertEqual(following, expected)

    def test_nothing_follows(self):
        """
        By hand nothing follows an end.
        """
        self.assertIsNone(ManualTrigger().waiting.following(NOON))
