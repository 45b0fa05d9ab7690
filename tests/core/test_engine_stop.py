"""
How a scheduler stops, and what becomes of what it was doing.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import AlreadyRunning, NotRunning
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, RunEnded, SchedulerStopping
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore
from txsched.triggers import DateTrigger

from .doubles import WatchedStore, busy_scene
from .scenes import BEGIN, Scene, a_clock, at, every


class WaitingTests(SynchronousTestCase):
    """
    A scheduler that stops waits for what runs.
    """

    def stopping(self, timeout=None, **options):
        """
        Begin to stop a scheduler that has one run under way, 2 s after it began.
        """
        scene = Scene()
        scene.add(every(10), **options)
        scene.advance(2)
        return scene, scene.scheduler.stop(timeout)

    def run_of(self, scene):
        """
        Give the one run that there is.
        """
        (context,) = scene.executor.begun
        return driven(scene.store.get_run(context.run_id))

    def test_idle(self):
        """
        With nothing under way it has stopped at once.
        """
        scene = Scene()
        self.successResultOf(scene.scheduler.stop())
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        self.failureResultOf(scene.scheduler.status(), NotRunning)

    def test_for_ever(self):
        """
        Without a limit it waits as long as the run lasts, which keeps its lease.
        """
        scene, stopped = self.stopping()
        scene.advance(1000)
        self.assertNoResult(stopped)
        self.assertEqual(len(scene.executor.begun), 1)
        leases = driven(
            scene.store.claim_runs("another", scene.now, at(9999), 9, ("default",))
        )
        self.assertEqual(leases, [])
        scene.executor.end(result=7)
        self.successResultOf(stopped)
        run = self.run_of(scene)
        self.assertEqual((run.disposition.value, run.result), ("succeeded", 7))
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_while_it_stops(self):
        """
        Its status says so, and it starts nothing that is due or asked for.
        """
        scene, stopped = self.stopping()
        self.assertEqual(scene.seen.of(SchedulerStopping), [SchedulerStopping(at(2))])
        self.assertEqual(scene.status().state, "stopping")
        self.failureResultOf(scene.scheduler.start(), AlreadyRunning)
        asked = driven(scene.scheduler.run_job("job", force=True))
        scene.add(DateTrigger(at(3)), id="new")
        scene.advance(20)
        self.assertEqual(len(scene.executor.begun), 1)
        self.assertEqual(scene.wakes(), [])
        scene.executor.end()
        self.successResultOf(stopped)
        self.assertEqual(
            driven(scene.store.get_run(asked.id)).disposition, Disposition.PENDING
        )

    def test_within_the_limit(self):
        """
        A run that ends within the limit ends as ever, and the limit is forgotten.
        """
        scene, stopped = self.stopping(30)
        scene.advance(29)
        self.assertNoResult(stopped)
        scene.executor.end()
        self.successResultOf(stopped)
        self.assertEqual(self.run_of(scene).disposition, Disposition.SUCCEEDED)
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_cut_off(self):
        """
        At the limit the task is asked to stop, and its run waits for whoever starts
        next, as the second attempt.
        """
        scene, stopped = self.stopping(30)
        (context,) = scene.executor.begun
        scene.advance(29.9)
        self.assertFalse(context.cancelled)
        scene.advance(0.1)
        self.successResultOf(stopped)
        self.assertTrue(context.cancelled)
        self.assertEqual(scene.executor.running, {})
        run = self.run_of(scene)
        self.assertEqual((run.disposition.value, run.attempt), ("pending", 2))
        reason = f"cut off by the shutdown of node {scene.scheduler.node}"
        self.assertEqual(run.reason, reason)
        self.assertIsNone(run.ended_at)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        following = Scene(scene.store, clock=scene.clock, node="next")
        (context,) = following.executor.begun
        self.assertEqual((context.run_id, context.attempt), (run.id, 2))
        following.executor.end()
        run = driven(scene.store.get_run(run.id))
        self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 2))
        self.assertEqual(run.reason, reason)

    def test_cut_off_for_good(self):
        """
        A run that is not to be repeated is abandoned at the limit.
        """
        scene, stopped = self.stopping(30, on_crash="abandon")
        scene.advance(30)
        self.successResultOf(stopped)
        run = self.run_of(scene)
        self.assertEqual(run.disposition, Disposition.ABANDONED)
        self.assertEqual(run.ended_at, at(32))
        self.assertEqual(
            run.reason, f"cut off by the shutdown of node {scene.scheduler.node}"
        )
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [run])

    def test_at_once(self):
        """
        A limit of no time at all cuts off what runs.
        """
        scene, stopped = self.stopping(0)
        scene.advance(0)
        self.successResultOf(stopped)
        self.assertEqual(self.run_of(scene).disposition, Disposition.PENDING)

    def test_twice(self):
        """
        To stop what stops already, or has stopped, is harmless.
        """
        scene, stopped = self.stopping()
        self.successResultOf(scene.scheduler.stop(0))
        scene.advance(5)
        self.assertNoResult(stopped)
        scene.executor.end()
        self.successResultOf(stopped)
        self.successResultOf(scene.scheduler.stop())

    def test_a_late_end(self):
        """
        A task that does not stop when asked, and ends later, changes nothing.
        """
        scene = busy_scene()
        scene.add(DateTrigger(BEGIN), args=(10,))
        scene.advance(2)
        stopped = scene.scheduler.stop(3)
        scene.advance(4)
        self.successResultOf(stopped)
        (context,) = scene.executor.begun
        before = driven(scene.store.get_run(context.run_id))
        scene.advance(10)
        self.assertEqual(driven(scene.store.get_run(context.run_id)), before)

    def test_cut_off_and_a_fault(self):
        """
        What is cut off is written when the store is there again.
        """
        store = FailingStore(MemoryJobStore(), "finish", 0, 3)
        scene = Scene(store)
        scene.add(DateTrigger(BEGIN))
        scene.advance(2)
        stopped = scene.scheduler.stop(1)
        scene.advance(1)
        self.assertNoResult(stopped)
        scene.advance(0.8)
        self.successResultOf(stopped)
        self.assertEqual(store.failed, 3)
        self.assertEqual(self.run_of(scene).disposition, Disposition.PENDING)

    def test_cut_off_and_no_store(self):
        """
        A store that stays away is waited for as long as a lease lasts, not for ever;
        who opens it afterwards begins the run again.
        """
        store = MemoryJobStore()
        scene = busy_scene(store=FailingStore(store, "finish", 0, 1000))
        scene.add(DateTrigger(BEGIN), args=(60,))
        scene.advance(2)
        stopped = scene.scheduler.stop(1)
        scene.advance(15.5)
        self.assertNoResult(stopped)
        scene.advance(1)
        self.successResultOf(stopped)
        self.assertEqual(self.run_of(scene).disposition, Disposition.RUNNING)
        (task,) = scene.clock.getDelayedCalls()
        self.assertEqual(task.func, scene.executor.end)


class TurnTests(SynchronousTestCase):
    """
    A scheduler that stops in the middle of a turn.
    """

    def test_a_turn_that_fails(self):
        """
        A turn whose store goes away just then does not keep it from stopping.
        """
        clock = a_clock()
        away = FailingStore(MemoryJobStore(), "claim_jobs", 1, 9)
        store = WatchedStore(away, clock, 0.5, ("claim_jobs", "claim_runs"))
        scene = busy_scene(store=store, clock=clock)
        scene.advance(5)
        scene.scheduler.wake()
        stopped = scene.scheduler.stop()
        self.assertNoResult(stopped)
        scene.advance(1)
        self.successResultOf(stopped)
        self.assertEqual(away.failed, 1)
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_woken_again(self):
        """
        No further turn is taken, though there was one asked for.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 0.5, ("claim_jobs",))
        scene = busy_scene(store=store, clock=clock)
        scene.advance(5)
        asked = len(store.asked("claim_jobs"))
        scene.scheduler.wake()
        scene.scheduler.wake()
        stopped = scene.scheduler.stop()
        scene.advance(5)
        self.successResultOf(stopped)
        self.assertEqual(len(store.asked("claim_jobs")), asked + 1)
