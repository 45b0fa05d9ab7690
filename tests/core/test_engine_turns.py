"""
When the engine fires.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.model import JobFinished, RunEnded, RunStarted
from txsched.testing.driving import driven
from txsched.triggers import CronTrigger, DateTrigger, IntervalTrigger

from .doubles import LastingExecutor, busy_scene
from .scenes import BEGIN, Scene, a_clock, at, every

DAY = 86400


class FiringTests(SynchronousTestCase):
    """
    Jobs fire at their planned times.
    """

    def test_not_before(self):
        """
        A job fires at its planned instant, to the microsecond, and not before.
        """
        scene = busy_scene()
        scene.add(DateTrigger(at(12.345678)))
        scene.advance(12.345)
        self.assertEqual(scene.began(), [])
        scene.advance(1)
        (event,) = scene.seen.of(RunStarted)
        self.assertEqual(event.at, at(12.345678))
        self.assertEqual(event.run.planned_time, at(12.345678))
        self.assertEqual(scene.executor.begun[0].planned_time, at(12.345678))

    def test_at_once(self):
        """
        A job that is due as it is added fires without any time passing.
        """
        scene = busy_scene()
        scene.add()
        scene.advance(0)
        self.assertEqual(scene.began(), [("job", 0.0, 0.0)])

    def test_no_turn_later(self):
        """
        Jobs that are due at one instant all begin at that instant, each time.
        """
        scene = busy_scene()
        for number in range(7):
            scene.add(every(10), id=f"job {number}")
        scene.advance(25)
        self.assertEqual(
            scene.began(),
            [(f"job {n}", time, time) for time in (0.0, 10.0, 20.0) for n in range(7)],
        )

    def test_jitter(self):
        """
        A job with jitter begins at its planned time plus its delay.
        """
        scene = busy_scene()
        job = scene.add(every(60), jitter=20)
        due = job.due - BEGIN
        self.assertGreater(due, timedelta())
        scene.advance(30)
        ((_, planned, began),) = scene.began()
        self.assertEqual(planned, 0.0)
        self.assertAlmostEqual(began, due.total_seconds(), places=5)

    def test_a_day(self):
        """
        A day of several jobs: each planned time runs once, and at its instant.
        """
        scene = busy_scene()
        triggers = {
            "half a minute": (every(30), 2880),
            "seven minutes": (IntervalTrigger(minutes=7, start_date=BEGIN), 206),
            "quarters": (CronTrigger(minute="*/15", timezone="UTC"), 96),
            "at night": (CronTrigger(hour=3, minute=30, timezone="UTC"), 1),
            "once": (DateTrigger(at(50000.5)), 1),
            "tomorrow": (DateTrigger(at(DAY)), 0),
        }
        for name, (trigger, _) in triggers.items():
            scene.add(trigger, id=name)
        scene.advance(DAY - 0.001)
        began = scene.began()
        counts = Counter(job_id for job_id, _, _ in began)
        self.assertEqual(
            {name: counts[name] for name in triggers},
            {name: count for name, (_, count) in triggers.items()},
        )
        self.assertEqual([one for one in began if one[1] != one[2]], [])
        self.assertEqual(len({(job_id, time) for job_id, time, _ in began}), len(began))
        ended = scene.seen.of(RunEnded)
        self.assertEqual({one.run.disposition.value for one in ended}, {"succeeded"})
        self.assertEqual(len(ended), len(began))

    def test_the_last_time(self):
        """
        A job whose trigger has ended is told of and gone.
        """
        scene = busy_scene()
        scene.add(every(10, at(20)))
        scene.advance(100)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0, 10.0, 20.0])
        self.assertEqual(scene.seen.of(JobFinished), [JobFinished(at(20), "job")])
        self.assertEqual(scene.status().store.jobs, 0)

    def test_nobody_listens(self):
        """
        Without a subscriber everything is done all the same.
        """
        clock = a_clock()
        scene = Scene(clock=clock, executor=LastingExecutor(clock), start=False)
        for subscription in scene.scheduler._publisher._subscriptions:
            subscription.cancel()
        driven(scene.scheduler.start())
        scene.add()
        scene.advance(25)
        self.assertEqual(scene.seen.events, [])
        self.assertEqual(
            scene.told(),
            [("succeeded", 0.0, 1), ("succeeded", 10.0, 1), ("succeeded", 20.0, 1)],
        )

    def test_order_of_events(self):
        """
        A run is told to start before it is told to end.
        """
        scene = busy_scene()
        scene.add(every(10, at(10)))
        scene.advance(30)
        kinds = (RunStarted, RunEnded, JobFinished)
        self.assertEqual(
            [type(one) for one in scene.seen.events if isinstance(one, kinds)],
            [RunStarted, RunEnded, RunStarted, RunEnded, JobFinished],
        )
