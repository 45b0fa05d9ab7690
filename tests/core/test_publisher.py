"""
Events to those who listen.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.core.publisher import Publisher
from txsched.interfaces import ISubscription
from txsched.model import JobAdded
from txsched.testing.fakes import RecordingObserver

from .scenes import BEGIN


def an_event(number):
    """
    Make an event that can be told from others.
    """
    return JobAdded(BEGIN, f"job {number}")


class PublisherTests(SynchronousTestCase):
    """
    :class:`Publisher` tells all observers.
    """

    def setUp(self):
        self.publisher = Publisher()

    def listen(self):
        """
        Subscribe an observer; give it and its subscription.
        """
        seen = RecordingObserver()
        return seen, self.publisher.subscribe(seen)

    def publish(self, *numbers):
        """
        Publish numbered events.
        """
        for number in numbers:
            self.publisher.publish(an_event(number))

    def assert_seen(self, seen, *numbers):
        """
        Assert what an observer was told, in order.
        """
        expected = [f"job {number}" for number in numbers]
        self.assertEqual([event.job_id for event in seen.events], expected)

    def test_wanted(self):
        """
        Events are wanted as long as anybody listens.
        """
        self.assertFalse(self.publisher.wanted)
        _, one = self.listen()
        _, two = self.listen()
        one.cancel()
        self.assertTrue(self.publisher.wanted)
        two.cancel()
        self.assertFalse(self.publisher.wanted)
        self.publish(1)

    def test_a_subscription(self):
        """
        What is given back is a subscription.
        """
        verifyObject(ISubscription, self.listen()[1])

    def test_in_order(self):
        """
        All get everything in order, from when they began to listen.
        """
        one, _ = self.listen()
        self.publish(1)
        two, _ = self.listen()
        self.publish(2, 3)
        self.assert_seen(one, 1, 2, 3)
        self.assert_seen(two, 2, 3)

    def test_cancelled(self):
        """
        Who cancelled is told nothing more; cancelling again is harmless.
        """
        one, subscription = self.listen()
        two, _ = self.listen()
        self.publish(1)
        subscription.cancel()
        subscription.cancel()
        self.publish(2)
        self.assert_seen(one, 1)
        self.assert_seen(two, 1, 2)

    def test_one_of_two_of_the_same(self):
        """
        An observer that listens twice is told twice, and once when one has ended.
        """
        seen, subscription = self.listen()
        self.publisher.subscribe(seen)
        self.publish(1)
        subscription.cancel()
        self.publish(2)
        self.assert_seen(seen, 1, 1, 2)

    def test_a_broken_observer(self):
        """
        An observer that raises is logged, and goes on to be told; others are as well.
        """
        told = []

        def broken(event):
            told.append(event)
            raise ValueError("broken on purpose")

        before, _ = self.listen()
        self.publisher.subscribe(broken)
        after, _ = self.listen()
        self.publish(1, 2)
        self.assertEqual(len(told), 2)
        self.assert_seen(before, 1, 2)
        self.assert_seen(after, 1, 2)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 2)

    def test_published_by_an_observer(self):
        """
        What an observer publishes comes after what it was told, for all.
        """
        one, _ = self.listen()
        self.publisher.subscribe(
            lambda event: self.publish(2, 3) if event == an_event(1) else None
        )
        two, _ = self.listen()
        self.publish(1)
        self.assert_seen(one, 1, 2, 3)
        self.assert_seen(two, 1, 2, 3)

    def test_cancelled_by_an_observer(self):
        """
        Whom an observer cancels is not even told what that observer is told.
        """
        one, first = self.listen()
        self.publisher.subscribe(lambda event: (first.cancel(), second.cancel()))
        two, second = self.listen()
        self.publish(1, 2)
        self.assert_seen(one, 1)
        self.assert_seen(two)

    def test_an_observer_cancels_itself(self):
        """
        Once is enough for an observer that ends its own subscription.
        """
        told = []

        def once(event):
            told.append(event)
            subscription.cancel()

        subscription = self.publisher.subscribe(once)
        after, _ = self.listen()
        self.publish(1, 2)
        self.assertEqual(told, [an_event(1)])
        self.assert_seen(after, 1, 2)

    def test_cancelled_while_events_wait(self):
        """
        What waits to be told is not told to those who cancelled meanwhile.
        """
        seen = RecordingObserver()

        def observe(event):
            seen(event)
            self.publish(2)
            subscription.cancel()

        subscription = self.publisher.subscribe(observe)
        self.publish(1)
        self.assert_seen(seen, 1)

    def test_subscribed_by_an_observer(self):
        """
        A new observer is told what is published from then on, not what waited.
        """
        late = RecordingObserver()

        def observe(event):
            if event == an_event(1):
                self.publish(2)
                self.publisher.subscribe(late)
                self.publish(3)

        self.publisher.subscribe(observe)
        self.publish(1)
        self.assert_seen(late, 3)

    def test_what_is_no_error(self):
        """
        An observer that ends the program does so, and the publisher stays usable.
        """
        seen, _ = self.listen()

        def leave(event):
            raise KeyboardInterrupt

        subscription = self.publisher.subscribe(leave)
        self.assertRaises(KeyboardInterrupt, self.publish, 1)
        subscription.cancel()
        self.publish(2)
        self.assert_seen(seen, 1, 2)
