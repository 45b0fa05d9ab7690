"""
The store goes away and comes back: what is told, kept, and caught up.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.core.backoff import Backoff
from txsched.core.settings import Settings
from txsched.jobstores import MemoryJobStore
from txsched.model import RunEnded, StoreFound, StoreLost
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import AwayStore, NodeClock, busy_scene
from .scenes import SECOND, Scene, a_clock, at, every, fitting

UNAVAILABLE = "the job store is unavailable: it is away"
SILENT = "has not answered for 5 s"


class WholeOutageTests(SynchronousTestCase):
    """
    The store does not answer at all.
    """

    def setUp(self):
        self.store = AwayStore(MemoryJobStore())
        self.scene = busy_scene(store=self.store)

    def go_away(self):
        """
        Take the store away.
        """
        self.store.away = AwayStore.ALL

    def come_back(self):
        """
        Bring it back.
        """
        self.store.away = frozenset()

    def test_what_is_told(self):
        """
        The status says since when and why, without counts; events tell of both ends.
        """
        scene = self.scene
        scene.add(every(10), misfire_grace_time=None)
        scene.advance(9)
        status = scene.status()
        self.assertEqual((status.store.jobs, status.store_lost_at), (1, None))
        self.go_away()
        scene.advance(2)
        status = scene.status()
        self.assertIsNone(status.store)
        self.assertEqual(status.lag, 0.0)
        self.assertEqual(status.store_error, UNAVAILABLE)
        self.assertEqual(status.store_lost_at, at(10))
        self.assertEqual(scene.seen.of(StoreLost), [StoreLost(at(10), UNAVAILABLE)])
        self.assertEqual(scene.seen.of(StoreFound), [])
        scene.advance(60)
        self.assertEqual(scene.status().store_lost_at, at(10))
        self.come_back()
        scene.advance(11)
        status = scene.status()
        self.assertEqual((status.store_error, status.store_lost_at), (None, None))
        self.assertEqual(status.store.jobs, 1)
        self.assertEqual(len(scene.seen.of(StoreLost)), 1)
        (found,) = scene.seen.of(StoreFound)
        self.assertEqual(found.lost_at, at(10))
        self.assertTrue(at(71) <= found.at <= at(82), found)

    def test_due_work_is_caught_up(self):
        """
        Each planned time of the outage is carried out afterwards, once.
        """
        scene = self.scene
        scene.add(every(5, at(300)), misfire_grace_time=None, max_instances=100)
        scene.advance(11)
        self.go_away()
        scene.advance(100)
        self.assertEqual(len(scene.began()), 3)
        self.come_back()
        scene.advance(200)
        self.assertEqual(
            Counter(planned for _, planned, _ in scene.began()),
            Counter(5.0 * number for number in range(61)),
        )
        self.assertEqual(set(scene.dispositions()), {"succeeded"})

    def test_ends_are_kept(self):
        """
        What ends while the store is away is recorded as it ended when it is back.
        """
        scene = self.scene
        scene.add(DateTrigger(at(0)), id="a", args=(5,))
        scene.add(DateTrigger(at(0)), id="b", args=(7,))
        scene.advance(1)
        self.go_away()
        scene.advance(10)
        self.assertEqual(scene.seen.of(RunEnded), [])
        self.assertEqual(scene.status().running, 2)
        self.come_back()
        scene.advance(11)
        self.assertEqual(
            {run.job_id: (run.disposition.value, run.ended_at) for run in scene.runs()},
            {"a": ("succeeded", at(5)), "b": ("succeeded", at(7))},
        )
        self.assertEqual(scene.status().running, 0)

    def test_silence(self):
        """
        A store that does not even fail is lost when a heartbeat has no answer for a
        third of a lease; the status does not wait for it.
        """
        scene = self.scene
        self.store.silent = True
        self.go_away()
        scene.advance(9)
        asked = scene.scheduler.status()
        self.assertNoResult(asked)
        scene.advance(1.5)
        status = scene.status()
        self.assertEqual(status.store_lost_at, at(10))
        self.assertEqual(status.store_error, UNAVAILABLE.replace("is away", SILENT))
        self.come_back()
        self.store.answer()
        self.assertIsNone(self.successResultOf(asked).store)
        scene.advance(6)
        self.assertIsNone(scene.status().store_lost_at)
        self.assertEqual(len(scene.seen.of(StoreFound)), 1)

    def test_stop(self):
        """
        A scheduler can be stopped while its store is away.
        """
        scene = Scene(self.store)
        self.scene.stop()
        scene.add(DateTrigger(at(0)))
        scene.advance(1)
        self.go_away()
        stopping = scene.scheduler.stop(2.0)
        scene.advance(40)
        self.successResultOf(stopping)
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_start_anew(self):
        """
        What was lost before a stop is not told of after the next start.
        """
        scene = self.scene
        self.go_away()
        scene.advance(6)
        stopping = scene.scheduler.stop(0.0)
        scene.advance(40)
        self.successResultOf(stopping)
        self.come_back()
        driven(scene.scheduler.start())
        self.assertIsNone(scene.status().store_lost_at)
        self.assertEqual(scene.seen.of(StoreFound), [])


class PartialOutageTests(SynchronousTestCase):
    """
    Some of what a store is asked fails.
    """

    def test_nothing_is_claimed_while_ends_wait(self):
        """
        While ends cannot be recorded nothing more is started, so memory is bounded;
        what is late by then is as its job says.
        """
        store = AwayStore(MemoryJobStore())
        scene = busy_scene(store=store)
        scene.add(every(1, at(100)), misfire_grace_time=None, max_instances=1000)
        scene.advance(2.5)
        store.away = frozenset({"finish"})
        scene.advance(50)
        self.assertEqual(len(scene.began()), 4)
        self.assertEqual(scene.status().running, 1)
        store.away = frozenset()
        scene.advance(60)
        self.assertEqual(scene.dispositions(), 101 * ["succeeded"])

    def test_lost_until_all_succeed(self):
        """
        One success does not make a store sound whose other methods fail.
        """
        store = AwayStore(MemoryJobStore())
        scene = busy_scene(store=store)
        store.away = frozenset({"beat"})
        scene.add(every(1), misfire_grace_time=None)
        scene.advance(30.5)
        self.assertEqual(len(scene.began()), 31)
        self.assertEqual(scene.status().store_lost_at, at(5))
        store.away = frozenset({"beat", "claim_jobs"})
        scene.advance(5)
        store.away = frozenset({"claim_jobs"})
        scene.advance(6)
        self.assertEqual(scene.status().store_lost_at, at(5))
        store.away = frozenset()
        scene.advance(11)
        self.assertEqual(len(scene.seen.of(StoreLost)), 1)
        self.assertEqual(len(scene.seen.of(StoreFound)), 1)

    def test_leases(self):
        """
        A failure to renew leases is over when there are none left to renew.
        """
        store = AwayStore(MemoryJobStore())
        scene = Scene(store)
        scene.add(DateTrigger(at(0)))
        scene.advance(1)
        store.away = frozenset({"renew"})
        scene.advance(5)
        self.assertEqual(scene.status().store_lost_at, at(5))
        scene.executor.end()
        scene.advance(5)
        self.assertIsNone(scene.status().store_lost_at)

    def test_taken_over(self):
        """
        A run that another node took over during the outage is lost to the node that was
        cut off, whose end of it changes nothing.
        """
        clock = a_clock()
        whole = MemoryJobStore()
        store = AwayStore(whole)
        one = busy_scene(store=store, clock=NodeClock(clock), node="one")
        two = busy_scene(store=whole, clock=clock, node="two")
        one.add(DateTrigger(at(0)), args=(40,))
        two.advance(1)
        store.away = AwayStore.ALL
        two.advance(20)
        two.scheduler.wake()
        self.assertEqual(two.executor.running, 1)
        two.advance(25)
        store.away = frozenset()
        two.advance(30)
        (run,) = two.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 2))
        self.assertEqual(run.node, two.scheduler.node)
        self.assertEqual(one.seen.of(RunEnded), [])
        self.assertEqual(one.status().running, 0)


class BackoffTests(SynchronousTestCase):
    """
    The pauses between attempts.
    """

    def pauses(self, key, count=12, **settings):
        """
        Give the first pauses.
        """
        backoff = Backoff(a_clock(), Settings(**settings), key)
        return [backoff.next_seconds() for _ in range(count)]

    def test_bounds(self):
        """
        They double up to the longest, and are at most a quarter shorter.
        """
        found = self.pauses(
            "a", 100, retry_delay=SECOND, longest_retry_delay=timedelta(seconds=30)
        )
        times = [sum(found[:number]) for number in range(101)]
        pauses = [1, 2, 4, 8, 16] + 95 * [30]
        self.assertEqual(fitting(times, pauses), pauses)

    def test_apart(self):
        """
        Nodes do not keep step, and each has the same pauses again the next time.
        """
        self.assertEqual(self.pauses("a"), self.pauses("a"))
        lengths = {self.pauses(f"node {number}")[-1] for number in range(100)}
        self.assertEqual(len(lengths), 100)
        self.assertGreater(max(lengths) - min(lengths), 2)
