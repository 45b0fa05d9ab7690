"""
The engine when the clock is set, or the machine slept.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.driving import driven
from txsched.triggers import DateTrigger, IntervalTrigger

from .doubles import busy_scene
from .scenes import BEGIN, SECOND, at, every


class ClockStepTests(SynchronousTestCase):
    """
    The clock is set, or the machine slept.
    """

    def stepped(self, **options):
        """
        Add a job each 10 s, set the clock on by an hour at 5 s, give the ledger.
        """
        scene = busy_scene()
        scene.add(every(10), **options)
        scene.advance(5)
        scene.leap(3600)
        self.assertEqual(scene.now, at(3605))
        self.assertEqual(len(scene.wakes()), 1)
        return scene.told()[1:]

    def test_forward(self):
        """
        What is beyond the grace time is one row, missed; the next time is as planned.
        """
        self.assertEqual(self.stepped(), [("missed", 10.0, 360)])

    def test_forward_within_the_grace_time(self):
        """
        What is within the grace time runs, as far as there are places.
        """
        self.assertEqual(
            self.stepped(misfire_grace_time=30),
            [("missed", 10.0, 357), ("succeeded", 3580.0, 1), ("skipped", 3590.0, 2)],
        )

    def test_forward_with_coalescing(self):
        """
        The last one runs, and the others within the grace time are rolled into it.
        """
        self.assertEqual(
            self.stepped(misfire_grace_time=30, coalesce=True),
            [("missed", 10.0, 357), ("coalesced", 3580.0, 2), ("succeeded", 3600.0, 1)],
        )
        self.assertEqual(
            self.stepped(misfire_grace_time=None, coalesce=True),
            [("coalesced", 10.0, 359), ("succeeded", 3600.0, 1)],
        )

    def test_forward_unnoticed(self):
        """
        Nobody says that the clock was set: it is noticed with the next call.
        """
        scene = busy_scene()
        scene.add(every(10))
        scene.advance(5)
        scene.clock.advance(3600)
        scene.advance(5)
        self.assertEqual(
            scene.told(),
            [("succeeded", 0.0, 1), ("missed", 10.0, 360), ("succeeded", 3610.0, 1)],
        )

    def test_forward_while_something_runs(self):
        """
        A run under way while the clock is set on, by more than a lease, goes on:
        it is neither begun again nor abandoned, and its end is recorded.
        """
        for on_crash in ("rerun", "abandon"):
            scene = busy_scene()
            scene.add(DateTrigger(at(0)), args=(100,), on_crash=on_crash)
            scene.advance(2)
            scene.leap(60)
            self.assertEqual(scene.dispositions(), ["running"])
            scene.advance(60)
            (context,) = scene.executor.begun
            self.assertFalse(context.cancelled)
            (run,) = scene.runs()
            self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 1))
            self.assertEqual((run.started_at, run.ended_at), (at(0), at(100)))

    def test_back(self):
        """
        After a step back nothing runs twice, and the next one runs at its time.
        """
        scene = busy_scene()
        scene.add(every(10))
        scene.advance(25)
        scene.leap(-3600)
        scene.advance(3600)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0, 10.0, 20.0])
        scene.advance(5)
        self.assertEqual(
            scene.began(),
            [("job", time, time) for time in (0.0, 10.0, 20.0, 30.0)],
        )

    def test_back_with_something_new(self):
        """
        After a step back a job that is due by the new time fires in time, and pending
        runs are taken up.
        """
        scene = busy_scene()
        scene.add(every(10))
        scene.advance(25)
        scene.leap(-3600)
        scene.add(DateTrigger(at(-3560)), id="new")
        driven(scene.scheduler.run_job("job"))
        scene.advance(20)
        self.assertEqual(
            scene.began()[3:], [("job", -3575.0, -3575.0), ("new", -3560.0, -3560.0)]
        )

    def test_back_while_busy(self):
        """
        After a step back requests have their turn although jobs are due all the time.
        """
        scene = busy_scene(max_in_flight=1)
        scene.advance(10)
        scene.leap(-3600)
        trigger = IntervalTrigger(seconds=1, start_date=scene.now)
        for number in range(5):
            scene.add(trigger, id=f"job {number}", args=(0.3,))
        scene.advance(5.05)
        asked = driven(scene.scheduler.run_job("job 0", force=True))
        scene.advance(3)
        self.assertIn(asked.id, [one.run_id for one in scene.executor.begun])

    def test_forward_and_back(self):
        """
        A wrong clock that is set right leaves one disposition for each time.
        """
        scene = busy_scene()
        scene.add(every(10))
        scene.advance(5)
        scene.leap(100)
        scene.leap(-100)
        scene.advance(120)
        self.assertEqual(
            scene.told(),
            [
                ("succeeded", 0.0, 1),
                ("missed", 10.0, 10),
                ("succeeded", 110.0, 1),
                ("succeeded", 120.0, 1),
            ],
        )
        self.assertEqual(scene.runs()[1].last_planned_time - BEGIN, 100 * SECOND)
