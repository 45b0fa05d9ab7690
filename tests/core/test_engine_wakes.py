"""
When the engine wakes, and that its turns come one after the other.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.jobstores import MemoryJobStore
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import LastingExecutor, WatchedStore, busy_scene
from .scenes import Scene, a_clock, at, every

HOUR = timedelta(hours=1)


class AlarmClockTests(SynchronousTestCase):
    """
    The engine has one call to the clock for what is ahead.
    """

    def test_nothing_ahead(self):
        """
        Without anything ahead there is no call, nor a next wake-up.
        """
        scene = busy_scene()
        scene.advance(100)
        self.assertEqual(scene.wakes(), [])
        self.assertIsNone(scene.status().next_wakeup)

    def test_one_call(self):
        """
        At every moment of two busy minutes there is exactly one call.
        """
        scene = busy_scene(longest_sleep=HOUR)
        for number in range(5):
            scene.add(every(7 + number), id=f"job {number}", args=(number,))
        seen = []
        for _ in range(1200):
            scene.advance(0.1)
            seen.append(len(scene.wakes()))
        self.assertEqual(set(seen), {1})
        self.assertGreater(len(scene.began()), 50)

    def test_none_when_all_is_done(self):
        """
        After the last job has ended, was paused or was removed there is no call.
        """
        scene = busy_scene()
        scene.add(DateTrigger(at(3)))
        scene.advance(4)
        self.assertEqual(scene.wakes(), [])
        scene.add(every(10))
        self.assertEqual(scene.wakes(), [at(9)])
        driven(scene.scheduler.pause_job("job"))
        scene.advance(20)
        self.assertEqual(scene.wakes(), [])
        scene.add(every(10), id="other")
        driven(scene.scheduler.remove_job("other"))
        scene.advance(20)
        self.assertEqual(scene.wakes(), [])
        self.assertEqual(len(scene.began()), 1)

    def test_an_earlier_job(self):
        """
        A job that is due earlier than the alarm takes it; a later one leaves it.
        """
        scene = busy_scene(longest_sleep=HOUR)
        scene.add(DateTrigger(at(1000)), id="late")
        self.assertEqual(scene.wakes(), [at(1000)])
        scene.add(DateTrigger(at(100)), id="early")
        self.assertEqual(scene.wakes(), [at(100)])
        self.assertEqual(scene.status().next_wakeup, at(100))
        scene.add(DateTrigger(at(500)), id="between")
        self.assertEqual(scene.wakes(), [at(100)])
        scene.advance(2000)
        self.assertEqual(
            scene.began(),
            [
                ("early", 100.0, 100.0),
                ("between", 500.0, 500.0),
                ("late", 1000.0, 1000.0),
            ],
        )

    def test_nothing_to_claim(self):
        """
        A store that says that something is due but gives nothing is asked again soon,
        though not at once.
        """

        class Stingy(MemoryJobStore):
            def next_due(self, now, executors=None):
                return super().next_due(now, executors).addCallback(lambda _: now)

        clock = a_clock()
        store = WatchedStore(Stingy(), clock)
        scene = Scene(store, clock=clock)
        scene.advance(0.99)
        self.assertEqual(len(store.asked("claim_jobs")), 20)

    def test_stopped(self):
        """
        A scheduler that was stopped leaves no call behind, and may start again.
        """
        scene = busy_scene()
        scene.add(every(10))
        scene.advance(15)
        scene.stop()
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        scene.scheduler.wake()
        scene.advance(20)
        self.assertEqual(len(scene.began()), 2)
        driven(scene.scheduler.start())
        scene.advance(5)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0, 10.0, 40.0])
        self.assertEqual(
            scene.told(),
            [
                ("succeeded", 0.0, 1),
                ("succeeded", 10.0, 1),
                ("missed", 20.0, 2),
                ("succeeded", 40.0, 1),
            ],
        )


class SlowStoreTests(SynchronousTestCase):
    """
    The store takes its time to answer.
    """

    def setUp(self):
        clock = a_clock()
        self.store = WatchedStore(MemoryJobStore(), clock, 0.25, WatchedStore.TURNS)
        self.scene = Scene(self.store, clock=clock, executor=LastingExecutor(clock))

    def test_turns_do_not_interleave(self):
        """
        However often it is woken, the engine has one question open at a time.
        """
        scene = self.scene
        for number in range(50):
            scene.add(every(1 + number), id=f"job {number}", misfire_grace_time=60)
            scene.scheduler.wake()
            scene.advance(0.1)
        scene.advance(60)
        self.assertEqual(self.store.most, 1)
        self.assertEqual(len({job_id for job_id, _, _ in scene.began()}), 50)

    def test_woken_within_a_turn(self):
        """
        A job that is added while a turn is under way is seen by one that follows.
        """
        scene = self.scene
        scene.advance(0.1)
        self.assertEqual(self.store.under_way.total(), 1)
        scene.add(DateTrigger(scene.now))
        scene.scheduler.wake()
        scene.scheduler.wake()
        scene.advance(3)
        self.assertEqual([time for _, time, _ in scene.began()], [0.1])
        self.assertEqual(self.store.under_way.total(), 0)
        self.assertEqual(len(self.store.asked("next_due")), 2)

    def test_what_a_turn_does_not_know(self):
        """
        What comes while the last question of a turn is open is not forgotten.
        """
        for request in ("add_job", "run_job"):
            clock = a_clock()
            store = WatchedStore(
                MemoryJobStore(), clock, 0.25, WatchedStore.TURNS, early=True
            )
            scene = busy_scene(store=store, clock=clock, longest_sleep=HOUR)
            scene.add(DateTrigger(at(3000)), id="far")
            scene.advance(10)
            scene.scheduler.wake()
            scene.advance(0.6)
            self.assertEqual(store.under_way["next_due"], 1)
            if request == "add_job":
                scene.add(DateTrigger(scene.now))
            else:
                driven(scene.scheduler.run_job("far", force=True))
            scene.advance(2)
            self.assertEqual(len(scene.began()), 1, request)

    def test_stopped_within_a_turn(self):
        """
        To stop waits for the turn and for what it begins; then nothing is asked.
        """
        scene = self.scene
        scene.advance(5)
        scene.add(every(60), id="later")
        scene.add(DateTrigger(scene.now), args=(2,))
        scene.advance(0.3)
        stopped = scene.scheduler.stop()
        scene.advance(1.5)
        self.assertNoResult(stopped)
        self.assertEqual(len(scene.executor.begun), 1)
        scene.advance(2)
        self.successResultOf(stopped)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        asked = len(self.store.calls)
        scene.advance(100)
        self.assertEqual(len(self.store.calls), asked)
        run = driven(self.store.original.get_run(scene.executor.begun[0].run_id))
        self.assertEqual(run.disposition.value, "succeeded")
