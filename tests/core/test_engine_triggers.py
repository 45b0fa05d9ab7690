"""
Triggers, stores and settings that the engine cannot trust.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger, NoSuchJob
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, JobPaused, SchedulerStarted
from txsched.testing.driving import driven

from .doubles import Turning, WatchedStore, busy_scene
from .scenes import SECOND, at, every


class Unspeakable(Exception):
    """
    An error that cannot even be told.
    """

    def __str__(self):
        raise ValueError("no words")


class BrokenTriggerTests(SynchronousTestCase):
    """
    A trigger breaks while its job is at work.
    """

    def broken(self, answer, error):
        """
        Let one job of two break at its third planned time; give the scene and the note.
        """
        scene = busy_scene()
        scene.add(Turning(answer), id="broken")
        scene.add(every(10), id="sound")
        scene.advance(45)
        self.assertEqual(len(self.flushLoggedErrors(error)), 1)
        self.assertEqual(
            [time for job_id, time, _ in scene.began() if job_id == "broken"],
            [0.0, 10.0],
        )
        self.assertEqual(
            [time for job_id, time, _ in scene.began() if job_id == "sound"],
            [0.0, 10.0, 20.0, 30.0, 40.0],
        )
        job = scene.job("broken")
        self.assertEqual(job.next_run_time, at(20))
        self.assertEqual(job.run_count, 2)
        self.assertEqual(job.paused.at, at(20))
        note = job.paused.note
        self.assertEqual(scene.seen.of(JobPaused), [JobPaused(at(20), "broken", note)])
        self.assertIsNone(scene.status().store_error)
        return scene, note

    def test_it_raises(self):
        """
        The job is paused, with what the trigger raised as its note.
        """

        def answer(previous):
            raise LookupError("no calendar")

        _, note = self.broken(answer, LookupError)
        self.assertEqual(note, "its trigger failed: LookupError: no calendar")

    def test_it_goes_backwards(self):
        """
        The job is paused, with the answer that does not go forward.
        """
        _, note = self.broken(lambda previous: previous - 5 * SECOND, BadTrigger)
        self.assertIn("it gave 2026-01-01 00:00:15+00:00 to follow", note)

    def test_it_stands_still(self):
        """
        The same for an answer that is the time before.
        """
        _, note = self.broken(lambda previous: previous, BadTrigger)
        self.assertIn("it gave 2026-01-01 00:00:20+00:00 to follow", note)

    def test_it_is_naive(self):
        """
        The same for an answer without a time zone.
        """
        naive = datetime(2026, 1, 1, 12)  # noqa: DTZ001
        _, note = self.broken(lambda previous: naive, BadTrigger)
        self.assertIn("it gave 2026-01-01 12:00:00, which has no time zone", note)

    def test_it_gives_something_else(self):
        """
        The same for an answer that is no instant at all.
        """
        _, note = self.broken(lambda previous: "tomorrow", AttributeError)
        self.assertTrue(note.startswith("its trigger failed: AttributeError: "))

    def test_an_error_without_words(self):
        """
        An error whose text fails, is long or cannot be stored is a note all the same.
        """

        def unspeakable(previous):
            raise Unspeakable

        _, note = self.broken(unspeakable, Unspeakable)
        self.assertTrue(note.startswith("its trigger failed: Unspeakable: "))

        # what tells the log of a test cannot write such text either
        self.addCleanup(self.flushLoggedErrors, UnicodeEncodeError)

        def long(previous):
            raise LookupError("\ud800" + 10**6 * "x")

        _, note = self.broken(long, LookupError)
        self.assertEqual(len(note), 1000)
        self.assertTrue(note.startswith("its trigger failed: LookupError: ?xxx"))

    def test_rescheduled(self):
        """
        With a new trigger the job goes on; of the old one only the time that is known
        is in the ledger.
        """

        def answer(previous):
            raise LookupError("no calendar")

        scene, _ = self.broken(answer, LookupError)
        driven(scene.scheduler.reschedule_job("broken", every(10)))
        self.assertIsNotNone(scene.job("broken").paused)
        (run,) = scene.runs(job_id="broken", dispositions=(Disposition.MISSED,))
        self.assertEqual((run.planned_time, run.times), (at(20), 1))
        self.assertEqual(
            run.reason,
            "the job was rescheduled; what else its trigger had planned is unknown:"
            " LookupError",
        )
        driven(scene.scheduler.resume_job("broken"))
        scene.advance(10)
        self.assertEqual(
            scene.began()[-2:], [("broken", 50.0, 50.0), ("sound", 50.0, 50.0)]
        )

    def test_repaired(self):
        """
        When its trigger works again the job can be resumed, and catches up.
        """
        broken = [True]

        def answer(previous):
            if broken:
                raise LookupError("no calendar")
            return previous + 10 * SECOND

        scene, note = self.broken(answer, LookupError)
        broken.clear()
        driven(scene.scheduler.resume_job("broken"))
        scene.advance(10)
        (run,) = scene.runs(job_id="broken", dispositions=(Disposition.MISSED,))
        self.assertEqual((run.planned_time, run.times), (at(20), 3))
        self.assertEqual(run.reason, f"the job was paused: {note}")
        self.assertIn(("broken", 50.0, 50.0), scene.began())

    def test_nothing_to_commit(self):
        """
        A batch of which nothing is left is not committed.
        """
        store = WatchedStore(MemoryJobStore())
        scene = busy_scene(store=store)

        def answer(previous):
            raise LookupError("no calendar")

        scene.add(Turning(answer))
        scene.advance(45)
        self.assertEqual(len(self.flushLoggedErrors(LookupError)), 1)
        self.assertEqual([len(plans) for plans, *_ in store.asked("commit")], [1, 1])

    def test_changed_meanwhile(self):
        """
        A job that somebody changed or removed while its trigger was asked is theirs:
        nothing is paused.
        """

        def remove(store, lease):
            store.remove_jobs([lease.job.id], at(20))

        def change(store, lease):
            job = evolve(lease.job, next_run_time=lease.next_run_time, run_count=2)
            new = evolve(job, trigger=every(10), name="changed")
            self.successResultOf(store.change_job(new, job, ()))

        for meddle in (remove, change):

            class Meddled(MemoryJobStore):
                def claim_jobs(self, owner, now, until, limit, meddle=meddle):
                    claimed = super().claim_jobs(owner, now, until, limit)
                    for lease in claimed.result:
                        if now == at(20) and lease.job.name != "changed":
                            meddle(self, lease)
                    return claimed

            def answer(previous):
                raise LookupError("no calendar")

            scene = busy_scene(store=Meddled())
            scene.add(Turning(answer))
            scene.advance(25)
            self.assertEqual(len(self.flushLoggedErrors(LookupError)), 1)
            self.assertEqual(scene.seen.of(JobPaused), [])
            self.assertIsNone(scene.status().store_error)
            if meddle is change:
                self.assertEqual(scene.began()[-1], ("job", 20.0, 20.0))
                self.assertIsNone(scene.job().paused)
            else:
                self.assertRaises(NoSuchJob, scene.job)


class PoisonTests(SynchronousTestCase):
    """
    The store cannot take what one job makes it write.
    """

    def setUp(self):
        class Picky(MemoryJobStore):
            def commit(self, plans, owner, until):
                if any(one.job_id == "poison" for one in plans):
                    raise ArithmeticError("cannot be written")
                return super().commit(plans, owner, until)

        self.scene = busy_scene(store=Picky())

    def test_others_go_on(self):
        """
        Jobs in the same batch as one whose plan cannot be written begin in time.
        """
        scene = self.scene
        for job_id in ("before", "poison", "then"):
            scene.add(every(10), id=job_id)
        scene.advance(25)
        self.assertEqual(
            sorted(scene.began()),
            sorted(
                (one, t, t) for one in ("before", "then") for t in (0.0, 10.0, 20.0)
            ),
        )
        # once at the beginning, and once when the lease on it had ended
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 2)

    def test_alone(self):
        """
        It is tried again each time its lease has ended, and not in between.
        """
        self.scene.add(id="poison")
        self.scene.advance(59)
        self.assertEqual(self.scene.began(), [])
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 4)
        self.assertIsNone(self.scene.status().store_error)


class WatchTests(SynchronousTestCase):
    """
    A store that tells of what other nodes change.
    """

    def test_told(self):
        """
        The engine looks as soon as its store tells it to, until it was stopped.
        """
        callbacks = []

        class Telling(MemoryJobStore):
            def watch(self, callback):
                callbacks.append(callback)
                return lambda: callbacks.remove(callback)

        store = Telling()
        one = busy_scene(store=store)
        two = busy_scene(store=store, clock=one.clock, start=False, node="two")
        driven(two.scheduler.start(paused=True))
        self.assertEqual(len(callbacks), 2)
        driven(two.scheduler.add_job("tests:task", every(10), id="job"))
        self.assertIsNone(one.status().next_wakeup)
        callbacks[0]()
        self.assertEqual(one.began(), [("job", 0.0, 0.0)])
        one.stop()
        self.assertEqual(len(callbacks), 1)
        self.assertEqual(len(one.seen.of(SchedulerStarted)), 1)
        callbacks[0]()
        one.advance(100)
        self.assertEqual(len(one.began()), 1)
