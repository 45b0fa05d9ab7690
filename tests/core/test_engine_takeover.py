"""
Nodes that die, and nodes that only seemed dead.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.core.aftermath import MAX_ATTEMPTS
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, RunEnded, jitter_offset
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import NodeClock, UnfencedStore, WatchedStore
from .scenes import BEGIN, SECOND, Scene, a_clock, at, every


class DeathTests(SynchronousTestCase):
    """
    A node dies in the middle of a run; its leases last 15 s.
    """

    def setUp(self):
        self.clock = a_clock()
        self.store = MemoryJobStore()

    def node(self, name):
        """
        Start a node that can die.
        """
        return Scene(self.store, clock=NodeClock(self.clock), node=name)

    def cut_off(self, **options):
        """
        Let a node die 2 s after it began a run, and start another one.
        """
        first = self.node("first")
        first.add(DateTrigger(BEGIN), **options)
        first.advance(2)
        self.assertEqual(len(first.executor.begun), 1)
        first.clock.die()
        return first, self.node("second")

    def test_taken_over(self):
        """
        The run is repeated once the lease has ended, as the second attempt, and not
        before.
        """
        first, second = self.cut_off()
        second.advance(12.9)
        self.assertEqual(second.executor.begun, [])
        (run,) = second.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("running", 1))
        second.advance(0.1)
        (context,) = second.executor.begun
        self.assertEqual((context.run_id, context.attempt), (run.id, 2))
        self.assertEqual(context.planned_time, BEGIN)
        self.assertIsNone(context.start_by)
        (run,) = second.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("running", 2))
        self.assertEqual(run.node, second.scheduler.node)
        self.assertEqual(run.started_at, at(15))
        second.executor.end(result=7)
        (run,) = second.runs()
        self.assertEqual((run.disposition.value, run.result), ("succeeded", 7))
        self.assertEqual(run.attempt, 2)
        node = first.scheduler.node
        self.assertEqual(run.reason, f"attempt of node {node} was cut off")

    def test_abandoned(self):
        """
        A run that is not to be repeated is recorded as abandoned, with the reason.
        """
        first, second = self.cut_off(on_crash="abandon")
        second.advance(13)
        self.assertEqual(second.executor.begun, [])
        (run,) = second.runs()
        self.assertEqual(run.disposition, Disposition.ABANDONED)
        self.assertEqual(run.ended_at, at(15))
        node = first.scheduler.node
        self.assertEqual(run.reason, f"cut off: node {node} stopped renewing its lease")
        self.assertEqual([one.run for one in second.seen.of(RunEnded)], [run])
        self.assertEqual(second.status().store.jobs, 0)

    def test_jitter(self):
        """
        What a node that died had planned, by jitter, is what the next one does: the
        run keeps its planned time, and the following one its delay.
        """
        jitter = timedelta(seconds=30)
        first = self.node("first")
        job = first.add(every(60), jitter=jitter, max_instances=2)
        self.assertEqual(job.due, BEGIN + jitter_offset("job", BEGIN, jitter))
        first.advance(31)
        (ahead,) = driven(first.scheduler.forecast(at(32), at(100)))
        first.clock.die()
        second = self.node("second")
        second.advance(29 + 30)
        (again,) = (one for one in second.executor.begun if one.attempt == 2)
        self.assertEqual(again.planned_time, BEGIN)
        begun = (ahead.due - BEGIN).total_seconds()
        self.assertIn(("job", 60.0, begun), second.began())
        self.assertEqual(ahead.due, at(60) + jitter_offset("job", at(60), jitter))

    def test_removed(self):
        """
        A run whose job was removed is abandoned.
        """
        _, second = self.cut_off()
        driven(second.scheduler.remove_job("job"))
        second.advance(13)
        (run,) = second.runs()
        self.assertEqual(run.disposition, Disposition.ABANDONED)
        self.assertEqual(run.reason, "its job was removed, or cannot be loaded")
        self.assertEqual(second.executor.begun, [])

    def test_it_kills_each_node(self):
        """
        A run that was cut off in each of the attempts that it may have is abandoned.
        """
        node = self.node("first")
        node.add(DateTrigger(BEGIN))
        node.advance(0)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            (context,) = node.executor.begun
            self.assertEqual(context.attempt, attempt)
            node.clock.die()
            node = self.node(f"node {attempt}")
            node.advance(15)
        self.assertEqual(node.executor.begun, [])
        (run,) = node.runs()
        self.assertEqual(run.disposition, Disposition.ABANDONED)
        self.assertEqual(run.reason, f"cut off in each of {MAX_ATTEMPTS} attempts")

    def test_its_claims(self):
        """
        Jobs that a node had claimed when it died are planned by another one then.
        """
        slow = WatchedStore(self.store, self.clock, 1.0, ("commit",))
        first = Scene(slow, clock=NodeClock(self.clock), node="first")
        first.add(DateTrigger(BEGIN), misfire_grace_time=None)
        first.clock.clock.advance(0)
        self.assertEqual(len(slow.asked("commit")), 1)
        first.clock.die()
        for call in self.clock.getDelayedCalls():
            call.cancel()
        second = self.node("second")
        second.advance(14.9)
        self.assertEqual(second.runs(), ())
        second.advance(0.1)
        self.assertEqual(second.began(), [("job", 0.0, 15.0)])
        self.assertEqual(second.executor.begun[0].attempt, 1)

    def test_the_job_goes_on_meanwhile(self):
        """
        While a dead node seems to hold a run, its job's other times are skipped for it.
        """
        first = self.node("first")
        first.add(every(10))
        first.advance(2)
        first.clock.die()
        second = self.node("second")
        second.advance(20)
        self.assertEqual(
            second.told(),
            [("running", 0.0, 1), ("skipped", 10.0, 1), ("skipped", 20.0, 1)],
        )
        second.executor.end()
        second.advance(10)
        self.assertEqual(second.told()[-1], ("running", 30.0, 1))

    def test_many(self):
        """
        A node dies with many runs: those to repeat are begun, others are abandoned.
        """
        first = self.node("first")
        for number in range(20):
            on_crash = "rerun" if number % 2 else "abandon"
            first.add(DateTrigger(BEGIN), id=f"job {number:02}", on_crash=on_crash)
        first.advance(1)
        first.clock.die()
        second = Scene(self.store, clock=self.clock, node="second", batch_size=3)
        second.advance(14)
        self.assertEqual(len(second.executor.begun), 10)
        while second.executor.running:
            second.executor.end()
        self.assertEqual(
            Counter(second.dispositions()), {"succeeded": 10, "abandoned": 10}
        )


class ZombieTests(SynchronousTestCase):
    """
    A node comes back after others took over what it had.
    """

    def assert_once(self, *nodes):
        """
        Assert that no run was told to end twice, nor a planned time begun twice in the
        same attempt.
        """
        ended = Counter(
            event.run.id for node in nodes for event in node.seen.of(RunEnded)
        )
        begun = Counter(
            (context.run_id, context.attempt)
            for node in nodes
            for context in node.executor.begun
        )
        self.assertEqual(set((ended + begun).values()), {1})

    def ended_late(self, store):
        """
        Let a node that was given up end its run after another one has ended it.
        """
        clock = a_clock()
        zombie = Scene(store, clock=NodeClock(clock), node="zombie")
        zombie.add(DateTrigger(BEGIN))
        zombie.advance(2)
        zombie.clock.die()
        other = Scene(store, clock=clock, node="other")
        other.advance(13)
        other.executor.end(result="of the other")
        ledger = other.runs()
        zombie.executor.end(result="of the zombie")
        return zombie, other, ledger

    def test_a_late_end(self):
        """
        The end that a zombie reports is lost, and the ledger stays as it is.
        """
        zombie, other, ledger = self.ended_late(MemoryJobStore())
        self.assertEqual(other.runs(), ledger)
        (run,) = ledger
        self.assertEqual((run.result, run.attempt), ("of the other", 2))
        self.assertEqual(zombie.seen.of(RunEnded), [])
        self.assertEqual(zombie.status().running, 0)
        self.assertEqual((zombie.status().refused, other.status().refused), (1, 0))
        self.assert_once(zombie, other)

    def test_a_late_end_before_the_other(self):
        """
        Nor does a zombie's end count while the other one still runs.
        """
        clock, store = a_clock(), MemoryJobStore()
        zombie = Scene(store, clock=NodeClock(clock), node="zombie")
        zombie.add(DateTrigger(BEGIN))
        zombie.advance(2)
        zombie.clock.die()
        other = Scene(store, clock=clock, node="other")
        other.advance(13)
        zombie.executor.end(result=ValueError("of the zombie"))
        self.assertEqual(other.dispositions(), ["running"])
        other.executor.end()
        self.assertEqual(other.dispositions(), ["succeeded"])
        self.assert_once(zombie, other)

    def committed_late(self, store):
        """
        Let a node commit its plan after another one has claimed, run and ended it.
        """
        clock = a_clock()
        slow = WatchedStore(store, clock, 20.0, ("commit",))
        zombie = Scene(slow, clock=clock, node="zombie")
        zombie.add(DateTrigger(BEGIN), misfire_grace_time=None)
        zombie.add(every(60), id="other", misfire_grace_time=None)
        zombie.advance(1)
        other = Scene(store, clock=clock, node="other")
        other.advance(15)
        self.assertEqual(len(other.executor.begun), 2)
        other.advance(5)
        return zombie, other

    def test_a_late_commit(self):
        """
        A plan under a lease that another node has by now is not carried out.
        """
        zombie, other = self.committed_late(MemoryJobStore())
        self.assertEqual(zombie.executor.begun, [])
        self.assertEqual(zombie.seen.of(RunEnded), [])
        self.assertEqual(other.told(), [("running", 0.0, 1), ("running", 0.0, 1)])
        self.assertEqual((zombie.status().refused, other.status().refused), (2, 0))
        self.assert_once(zombie, other)

    def test_what_a_late_commit_tells(self):
        """
        Nor does its node tell of what such a plan would have recorded.
        """
        clock, store = a_clock(), MemoryJobStore()
        slow = WatchedStore(store, clock, 20.0, ("commit",))
        zombie = Scene(slow, clock=clock, node="zombie")
        driven(zombie.scheduler.pause())
        zombie.add(every(10))
        zombie.advance(25)
        driven(zombie.scheduler.resume())
        self.assertEqual(len(slow.asked("commit")), 1)
        other = Scene(store, clock=clock, node="other")
        other.advance(30)
        self.assertEqual(len(slow.answered("commit")), 1)
        self.assertEqual(zombie.seen.of(RunEnded), [])
        (ended, *_) = other.seen.of(RunEnded)
        self.assertEqual((ended.run.planned_time, ended.run.times), (BEGIN, 4))

    def test_a_store_without_fence(self):
        """
        With a store that takes writes of zombies the checks above fail.
        """
        zombie, other, ledger = self.ended_late(UnfencedStore())
        self.assertRaises(self.failureException, self.assert_once, zombie, other)
        self.assertNotEqual(other.runs(), ledger)
        zombie, other = self.committed_late(UnfencedStore())
        self.assertRaises(self.failureException, self.assert_once, zombie, other)

    def test_a_lease_lost_while_it_runs(self):
        """
        A node that slept learns from its renewal that its run was taken over, asks the
        task to stop, and leaves the ledger to the other node.
        """
        clock, store = a_clock(), MemoryJobStore()
        sleeper = Scene(store, clock=clock, node="sleeper")
        sleeper.add(DateTrigger(BEGIN))
        sleeper.advance(0)
        (context,) = sleeper.executor.begun
        clock.rightNow += 16
        other = Scene(store, clock=clock, node="other")
        self.assertEqual(len(other.executor.begun), 1)
        sleeper.advance(0)
        self.assertTrue(context.cancelled)
        self.assertEqual(sleeper.executor.running, {})
        self.assertEqual(other.dispositions(), ["running"])
        other.executor.end()
        self.assertEqual(other.dispositions(), ["succeeded"])
        self.assert_once(sleeper, other)

    def test_a_lease_that_lasts(self):
        """
        A node that slept for less than its lease keeps its run.
        """
        clock, store = a_clock(), MemoryJobStore()
        sleeper = Scene(store, clock=clock, node="sleeper")
        sleeper.add(DateTrigger(BEGIN))
        sleeper.advance(0)
        clock.rightNow += 14
        other = Scene(store, clock=clock, node="other")
        sleeper.advance(20)
        self.assertEqual(other.executor.begun, [])
        (run,) = sleeper.runs()
        self.assertEqual(run.attempt, 1)
        self.assertLess(run.started_at - BEGIN, SECOND)
