"""
What the ledger forgets, and when.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from txsched.core import Settings
from txsched.core.retention import PRUNE_BATCH, Retention
from txsched.errors import StoreUnavailable
from txsched.jobstores import MemoryJobStore
from txsched.testing.driving import advance
from txsched.testing.fakes import FailingStore

from .doubles import WatchedStore, busy_scene
from .scenes import BEGIN, a_clock, at, every


class Answering:
    """
    A store of which only pruning is asked; it answers what it was given.
    """

    def __init__(self, clock, answers):
        self.clock = clock
        self.answers = list(answers)
        self.asked = []

    def prune(self, before, keep, limit):
        """
        Note the question.
        """
        seconds = self.clock.seconds() - BEGIN.timestamp()
        self.asked.append((round(seconds, 3), before, keep, limit))
        answer = Deferred()
        next_one = self.answers.pop(0) if self.answers else 0
        if next_one is None:
            self.held = answer
        elif isinstance(next_one, Exception):
            answer.errback(next_one)
        else:
            answer.callback(next_one)
        return answer


class PruningTests(SynchronousTestCase):
    """
    :class:`Retention` asks the store to forget.
    """

    def pruning(self, *answers, **settings):
        """
        Start to prune a store with these answers.
        """
        self.clock = a_clock()
        self.store = Answering(self.clock, answers)
        values = {"prune_interval": timedelta(seconds=30)} | settings
        self.retention = Retention(self.store, self.clock, Settings(**values))
        self.retention.start()

    def times(self):
        """
        Give when the store was asked.
        """
        return [asked[0] for asked in self.store.asked]

    def test_at_each_interval(self):
        """
        It prunes at once and at each interval, and not within the call that starts it.
        """
        self.pruning()
        self.assertEqual(self.store.asked, [])
        advance(self.clock, 95)
        self.assertEqual(self.times(), [0, 30, 60, 90])

    def test_what_it_asks(self):
        """
        Age and number come from the settings, the age counted from now.
        """
        self.pruning(retention_age=timedelta(seconds=100), retention_count=7)
        advance(self.clock, 35)
        self.assertEqual(
            self.store.asked,
            [(0, at(-100), 7, PRUNE_BATCH), (30, at(-70), 7, PRUNE_BATCH)],
        )

    def test_without_limits(self):
        """
        Without limits it asks all the same: jobs may have their own.
        """
        self.pruning(retention_age=None, retention_count=None)
        advance(self.clock, 1)
        self.assertEqual(self.store.asked, [(0, None, None, PRUNE_BATCH)])

    def test_more_than_a_batch(self):
        """
        After a full batch it goes on at once, and not after one that was not full.
        """
        self.pruning(PRUNE_BATCH, PRUNE_BATCH, PRUNE_BATCH - 1)
        advance(self.clock, 29)
        self.assertEqual(self.times(), [0, 0, 0])
        advance(self.clock, 2)
        self.assertEqual(self.times(), [0, 0, 0, 30])

    def test_the_store_is_away(self):
        """
        A store that is away is tried again after the interval, and nothing is raised.
        """
        self.pruning(StoreUnavailable("away"), StoreUnavailable("away"))
        advance(self.clock, 65)
        self.assertEqual(self.times(), [0, 30, 60])
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_errors(self):
        """
        Any other error is logged as one, and it is tried again after the interval.
        """
        self.pruning(ArithmeticError("broken"))
        advance(self.clock, 35)
        self.assertEqual(self.times(), [0, 30])
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 1)

    def test_slow(self):
        """
        The interval begins when the store has answered.
        """
        self.pruning(None)
        advance(self.clock, 100)
        self.assertEqual(self.times(), [0])
        self.store.held.callback(0)
        advance(self.clock, 29)
        self.assertEqual(self.times(), [0])
        advance(self.clock, 2)
        self.assertEqual(self.times(), [0, 130])

    def test_stopped(self):
        """
        Stopped, it asks nothing more and leaves no call behind, whenever that was.
        """
        self.pruning()
        self.retention.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.retention.stop()
        for answer in (0, StoreUnavailable("away")):
            self.pruning(None)
            advance(self.clock, 1)
            self.retention.stop()
            if isinstance(answer, Exception):
                self.store.held.errback(answer)
            else:
                self.store.held.callback(answer)
            self.assertEqual(self.clock.getDelayedCalls(), [])
            advance(self.clock, 100)
            self.assertEqual(self.times(), [0])

    def test_started_again(self):
        """
        Started again before the store has answered, it goes on with that one question.
        """
        self.pruning(None)
        advance(self.clock, 1)
        self.retention.stop()
        self.retention.start()
        advance(self.clock, 50)
        self.assertEqual(self.times(), [0])
        self.store.held.callback(0)
        advance(self.clock, 65)
        self.assertEqual(self.times(), [0, 81, 111])


class LedgerTests(SynchronousTestCase):
    """
    A scheduler keeps its ledger small.
    """

    def test_by_age(self):
        """
        Runs that ended longer ago than the age are gone, within the interval.
        """
        scene = busy_scene(
            retention_age=timedelta(minutes=5), prune_interval=timedelta(seconds=10)
        )
        scene.add(every(30))
        scene.advance(3600)
        ended = [run.ended_at for run in scene.runs()]
        self.assertEqual((min(ended), max(ended)), (at(3300), at(3600)))
        self.assertEqual(len(ended), 11)

    def test_by_count(self):
        """
        The newest runs stay, as many as there are to be; those that run do as well.
        """
        scene = busy_scene(
            retention_count=7, prune_interval=timedelta(seconds=1), retention_age=None
        )
        scene.add(every(3600), id="long", args=(3600,))
        scene.add(every(30), id="short")
        scene.advance(3001)
        self.assertEqual(scene.told(job_id="long"), [("running", 0.0, 1)])
        self.assertEqual(
            scene.told(job_id="short"),
            [("succeeded", 2820.0 + 30 * number, 1) for number in range(7)],
        )

    def test_in_batches(self):
        """
        A long ledger is pruned in batches, and jobs fire in between.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        scene = busy_scene(store=store, clock=clock)
        for number in range(2500):
            scene.add(every(3600, BEGIN), id=f"job {number}")
        scene.advance(1)
        self.assertEqual(len(scene.runs(limit=1000)), 1000)
        scene.stop()
        again = busy_scene(store=store, clock=clock, retention_count=10)
        again.advance(1)
        removed = [number for number in store.answered("prune") if number]
        self.assertEqual(removed, [1000, 1000, 490])
        self.assertEqual(len(again.runs()), 10)

    def test_with_faults(self):
        """
        A store that fails to prune does not keep jobs from firing, nor is that an
        error of the scheduler; later all is pruned.
        """
        for after in (False, True):
            store = FailingStore(MemoryJobStore(), "prune", 1, 3, after)
            scene = busy_scene(
                store=store, retention_count=3, prune_interval=timedelta(seconds=10)
            )
            scene.add(every(5))
            scene.advance(35)
            self.assertEqual(store.failed, 3)
            self.assertIsNone(scene.status().store_error)
            self.assertEqual(len(scene.began()), 8)
            scene.advance(17)
            self.assertEqual(
                [time for _, time, _ in scene.told()], [35.0, 40.0, 45.0, 50.0]
            )
