"""
One wake-up at a time.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.alarm import Alarm
from txsched.testing.driving import advance

BOUND = 5.0


class AlarmTests(SynchronousTestCase):
    """
    :class:`Alarm` on a clock that began at 1000.
    """

    def setUp(self):
        self.clock = Clock()
        self.clock.advance(1000)
        self.rung = []
        self.alarm = Alarm(
            self.clock, lambda: self.rung.append(self.clock.seconds()), BOUND
        )

    def waking(self):
        """
        Give when the calls to the clock are.
        """
        return [call.getTime() for call in self.clock.getDelayedCalls()]

    def test_silent(self):
        """
        Nobody set it: no call, no bell.
        """
        self.assertIsNone(self.alarm.at)
        self.assertEqual(self.waking(), [])

    def test_it_rings_in_time(self):
        """
        It rings at its instant, once, and is not set any more.
        """
        self.alarm.set(1003.0)
        self.assertEqual(self.alarm.at, 1003.0)
        self.clock.advance(2.999)
        self.assertEqual(self.rung, [])
        self.clock.advance(0.001)
        self.assertEqual(self.rung, [1003.0])
        self.assertIsNone(self.alarm.at)
        self.assertEqual(self.waking(), [])

    def test_what_has_passed(self):
        """
        It rings at once for an instant that has passed, though not within the call.
        """
        self.alarm.set(7.0)
        self.assertEqual(self.rung, [])
        self.assertEqual(self.waking(), [1000.0])
        self.clock.advance(0)
        self.assertEqual(self.rung, [1000.0])

    def test_it_sleeps_in_stretches(self):
        """
        It never sleeps longer than its bound, and rings once for all that.
        """
        self.alarm.set(1012.0)
        wakes = []
        while self.waking():
            wakes += self.waking()
            self.clock.advance(self.waking()[0] - self.clock.seconds())
        self.assertEqual(wakes, [1005.0, 1010.0, 1012.0])
        self.assertEqual(self.rung, [1012.0])

    def test_earlier(self):
        """
        An earlier instant takes the place of the one before.
        """
        self.alarm.set(1004.0)
        self.alarm.set(1002.0)
        self.assertEqual(self.waking(), [1002.0])
        advance(self.clock, 10)
        self.assertEqual(self.rung, [1002.0])

    def test_later(self):
        """
        A later instant leaves the call where it is, and rings when it is time.
        """
        self.alarm.set(1002.0)
        self.alarm.set(1004.0)
        self.assertEqual(self.waking(), [1002.0])
        advance(self.clock, 10)
        self.assertEqual(self.rung, [1004.0])

    def test_not_at_all(self):
        """
        What is taken back leaves no call behind, and may be set again.
        """
        self.alarm.set(None)
        self.alarm.set(1002.0)
        self.alarm.set(None)
        self.assertIsNone(self.alarm.at)
        self.assertEqual(self.waking(), [])
        self.alarm.set(1003.0)
        advance(self.clock, 10)
        self.assertEqual(self.rung, [1003.0])

    def test_the_clock_goes_forward(self):
        """
        A step of the clock is noticed as soon as the call comes.
        """
        self.alarm.set(1100.0)
        self.clock.rightNow += 3600
        self.clock.advance(0)
        self.assertEqual(self.rung, [4600.0])

    def test_the_clock_goes_back(self):
        """
        A call that a step back has moved far away is made anew with the next setting.
        """
        self.alarm.set(1002.0)
        self.clock.rightNow -= 3600
        self.alarm.set(1002.0)
        self.assertEqual(self.waking(), [-2595.0])
        advance(self.clock, 3602)
        self.assertEqual(self.rung, [1002.0])

    def test_set_by_the_bell(self):
        """
        It may be set while it rings.
        """
        rung = []

        def ring():
            rung.append(self.clock.seconds())
            if len(rung) < 3:
                alarm.set(self.clock.seconds() + 1)

        alarm = Alarm(self.clock, ring, BOUND)
        alarm.set(1001.0)
        advance(self.clock, 10)
        self.assertEqual(rung, [1001.0, 1002.0, 1003.0])

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(
        st.lists(
            st.tuples(st.floats(0, 12), st.none() | st.floats(-5, 30)), max_size=12
        )
    )
    def test_the_last_one_counts(self, steps):
        """
        However it is set: one call at most, and a bell for what was set last.
        """
        self.setUp()
        began, due, expected = 1000.0, None, []
        for passed, ahead in [*steps, (40, None)]:
            now = self.clock.seconds()
            if due is not None and max(due, began) <= now + passed:
                expected.append(max(due, began))
                due = None
            advance(self.clock, passed)
            self.assertEqual(len(self.rung), len(expected))
            for rung, wanted in zip(self.rung, expected, strict=True):
                self.assertAlmostEqual(rung, wanted, places=6)
            began = self.clock.seconds()
            due = None if ahead is None else began + ahead
            self.alarm.set(due)
            self.assertEqual(self.alarm.at, due)
            self.assertEqual(len(self.waking()), due is not None)
