"""
What a job takes over from its trigger.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from apscheduler.triggers.interval import IntervalTrigger as PeerIntervalTrigger
from attrs import evolve, frozen
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.core.building import JobBuilder
from txsched.errors import BadTrigger
from txsched.model import ITrigger, JobDefaults, JobSpec
from txsched.testing.driving import driven
from txsched.testing.fakes import ManualExecutor
from txsched.triggers import CronTrigger, DateTrigger, DelayTrigger, IntervalTrigger

from .scenes import BEGIN, SECOND, Scene, at, every

MINUTE = timedelta(minutes=1)


@implementer(ITrigger)
@frozen
class Spread:
    """
    A trigger that fires each minute, at a second that depends on the job.
    """

    jitter: timedelta | None = None

    def for_job(self, job_id):
        """
        Choose the second.
        """
        second = sha256(job_id.encode()).digest()[0] % 60
        return IntervalTrigger.of(MINUTE, at(second), jitter=self.jitter)

    def get_next_fire_time(self, previous, now):
        """
        Refuse: it has no times before it is asked for those of a job.
        """
        raise AssertionError("it was not asked for its job")


@implementer(ITrigger)
@frozen
class Pointless:
    """
    A trigger that gives no trigger for its job.
    """

    def for_job(self, job_id):
        """
        Give something else.
        """
        return f"a trigger for {job_id}"

    def get_next_fire_time(self, previous, now):
        """
        Give one time.
        """
        return BEGIN if previous is None else None


class JitterTests(SynchronousTestCase):
    """
    A trigger brings the jitter of its job along.
    """

    def setUp(self):
        self.scene = Scene()

    def jitter(self, trigger, **options):
        """
        Add a job, and give its jitter.
        """
        return self.scene.add(trigger, on_conflict="replace", **options).jitter

    def test_added(self):
        """
        The job has its trigger's jitter, unless its own option says otherwise.
        """
        jittery = IntervalTrigger(minutes=1, jitter=5)
        self.assertEqual(self.jitter(jittery), 5 * SECOND)
        self.assertEqual(self.jitter(jittery, jitter=7), 7 * SECOND)
        self.assertIsNone(self.jitter(jittery, jitter=None))
        self.assertEqual(self.jitter(IntervalTrigger(minutes=1), jitter=7), 7 * SECOND)
        self.assertIsNone(self.jitter(IntervalTrigger(minutes=1)))
        cron = CronTrigger(hour=9, timezone="UTC", jitter="1m")
        self.assertEqual(self.jitter(cron), MINUTE)

    def test_it_works(self):
        """
        Runs are put off, and the planned times are the trigger's.
        """
        job = self.scene.add(IntervalTrigger(minutes=1, jitter=30))
        self.assertEqual(job.next_run_time, at(60))
        self.assertNotEqual(job.due, at(60))
        self.scene.advance(90)
        ((_, planned, begun),) = self.scene.began()
        self.assertEqual((planned, begun), (60, (job.due - BEGIN).total_seconds()))

    def test_added_again(self):
        """
        The same again is the same; another jitter of the trigger is another job.
        """
        first = self.scene.add(IntervalTrigger(minutes=1, jitter=5))
        self.scene.advance(1)
        trigger = IntervalTrigger(minutes=1, jitter=5)
        self.assertEqual(self.scene.add(trigger, on_conflict="replace"), first)
        trigger = IntervalTrigger(minutes=1, jitter=6)
        self.assertEqual(self.scene.add(trigger, on_conflict="replace").revision, 2)

    def test_rescheduled(self):
        """
        Jitter that came with a trigger goes with it; the job's own stays.
        """
        jittery = IntervalTrigger(minutes=1, jitter=5)
        other = IntervalTrigger(minutes=2, jitter=6)
        plain = IntervalTrigger(minutes=3)
        table = [
            ({}, jittery, other, 6),
            ({}, jittery, plain, None),
            ({}, plain, jittery, 5),
            ({"jitter": 7}, jittery, other, 7),
            ({"jitter": 7}, plain, other, 7),
            ({"jitter": None}, jittery, other, None),
            ({}, jittery, DelayTrigger(minutes=1), None),
        ]
        for options, before, after, expected in table:
            with self.subTest(options=options, before=str(before), after=str(after)):
                scene = Scene()
                scene.add(before, **options)
                job = driven(scene.scheduler.reschedule_job("job", after))
                self.assertEqual(
                    job.jitter, None if expected is None else expected * SECOND
                )

    def test_of_another_kind(self):
        """
        A jitter that is no length of time is the trigger's own affair.
        """
        peer = PeerIntervalTrigger(seconds=60, jitter=5, timezone="UTC")
        self.assertIsNone(self.jitter(peer))


class SeedTests(SynchronousTestCase):
    """
    A trigger chooses its times by the id of its job.
    """

    def setUp(self):
        self.scene = Scene()

    def test_added(self):
        """
        The job has the trigger that was chosen for it, and another job another one.
        """
        first = self.scene.add(Spread(), id="a")
        second = self.scene.add(Spread(), id="b")
        self.assertEqual(first.trigger, Spread().for_job("a"))
        self.assertEqual(second.trigger, Spread().for_job("b"))
        self.assertNotEqual(first.next_run_time, second.next_run_time)

    def test_without_an_id(self):
        """
        A job that gets an id by itself has the trigger for that one.
        """
        job = driven(self.scene.scheduler.add_job("tests:task", Spread()))
        self.assertEqual(job.trigger, Spread().for_job(job.id))

    def test_added_again(self):
        """
        The same again is recognised as the same.
        """
        first = self.scene.add(Spread())
        self.scene.advance(1)
        again = self.scene.add(Spread(), on_conflict="replace")
        self.assertEqual(again, first)

    def test_rescheduled(self):
        """
        A job that is rescheduled gets the trigger that is chosen for it.
        """
        self.scene.add(every(10))
        job = driven(self.scene.scheduler.reschedule_job("job", Spread()))
        self.assertEqual(job.trigger, Spread().for_job("job"))

    def test_its_jitter(self):
        """
        The jitter is that of the trigger that was chosen.
        """
        self.assertEqual(self.scene.add(Spread(7 * SECOND)).jitter, 7 * SECOND)
        job = driven(self.scene.scheduler.reschedule_job("job", Spread(8 * SECOND)))
        self.assertEqual(job.jitter, 8 * SECOND)

    def test_repaired(self):
        """
        A job that is repaired gets the trigger for the id that it has.
        """
        builder = JobBuilder({"default": ManualExecutor()}, JobDefaults())
        spec = JobSpec("tests:task", Spread(), id="another")
        job = builder.rebuild("job", spec, BEGIN)
        self.assertEqual((job.id, job.trigger), ("job", Spread().for_job("job")))

    def test_no_trigger(self):
        """
        What is chosen has to be a trigger; nothing is added or changed otherwise.
        """
        reason = "trigger: 'a trigger for job' is not a trigger"
        add = self.scene.scheduler.add_job("tests:task", Pointless(), id="job")
        failure = self.failureResultOf(add, BadTrigger)
        self.assertEqual(str(failure.value), reason)
        before = self.scene.add(DateTrigger(at(5)))
        change = self.scene.scheduler.reschedule_job("job", Pointless())
        failure = self.failureResultOf(change, BadTrigger)
        self.assertEqual(str(failure.value), reason)
        self.assertEqual(self.scene.job(), evolve(before))
