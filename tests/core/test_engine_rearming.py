"""
Jobs that wait: for the end of their last run, or for a person.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from twisted.trial.unittest import SynchronousTestCase

from txsched.core import LocalScheduler
from txsched.errors import BadTrigger, BadValue, NoSuchJob
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    Disposition,
    JobFinished,
    JobQuery,
    RunEnded,
    Waiting,
    to_seconds,
)
from txsched.testing.driving import advance, driven
from txsched.testing.fakes import FailingStore, ManualExecutor
from txsched.triggers import DateTrigger, DelayTrigger, IntervalTrigger, ManualTrigger

from .doubles import NodeClock
from .scenes import BEGIN, SECOND, Scene, a_clock, at, every


def delay(seconds=10, **bounds):
    """
    Make a trigger that first fires at the beginning.
    """
    return DelayTrigger(seconds=seconds, start_date=BEGIN, **bounds)


class DelayTests(SynchronousTestCase):
    """
    The next time is so long after the end of the run before.
    """

    def setUp(self):
        self.scene = Scene()

    def finished(self):
        """
        Give when which jobs were told to be finished.
        """
        return [(one.job_id, one.at) for one in self.scene.seen.of(JobFinished)]

    def test_first_time(self):
        """
        The first time is one delay after the job was added, or at the trigger's start.
        """
        self.assertEqual(self.scene.add(DelayTrigger(minutes=1)).next_run_time, at(60))
        job = self.scene.add(DelayTrigger(minutes=1, start_date=at(5)), id="b")
        self.assertEqual(job.next_run_time, at(5))
        job = self.scene.add(DelayTrigger(minutes=1), id="c", start_time=at(100))
        self.assertEqual(job.next_run_time, at(160))

    def test_rounds(self):
        """
        However long each run takes, the next one begins one delay after its end.
        """
        self.scene.add(delay())
        for lasts in (3, 25, 0.5):
            self.scene.advance(0)
            job = self.scene.job()
            self.assertIsNone(job.next_run_time)
            self.assertEqual(job.waiting, Waiting(10 * SECOND))
            self.scene.advance(lasts)
            self.scene.executor.end()
            self.assertEqual(
                self.scene.job().next_run_time, self.scene.now + delay().delay
            )
            self.scene.advance(9.9)
            self.assertEqual(self.scene.executor.running, {})
            self.scene.advance(0.1)
        self.assertEqual(
            [begun for _, _, begun in self.scene.began()], [0, 13, 48, 58.5]
        )
        self.assertEqual(self.scene.job().run_count, 4)
        self.assertEqual(self.finished(), [])

    def test_no_longer_than_it_must(self):
        """
        The alarm is set for the next time as soon as a run has ended.
        """
        self.scene = Scene(longest_sleep=timedelta(hours=1))
        self.scene.add(delay(10))
        self.scene.advance(0)
        self.scene.executor.end()
        self.assertEqual(self.scene.wakes(), [at(10)])

    def test_each_end(self):
        """
        A run that fails or is cancelled is followed as one that succeeds.
        """
        self.scene.add(delay())
        self.scene.advance(0)
        self.scene.executor.end(result=ValueError("why"))
        self.assertEqual(self.scene.job().next_run_time, at(10))
        self.scene.advance(10)
        (run,) = self.scene.runs(dispositions=(Disposition.RUNNING,))
        driven(self.scheduler.cancel_run(run.id))
        self.assertEqual(self.scene.job().next_run_time, at(20))
        self.assertEqual(self.scene.dispositions(), ["failed", "cancelled"])

    @property
    def scheduler(self):
        """
        The scheduler of the scene.
        """
        return self.scene.scheduler

    def test_missed(self):
        """
        A time that is too late to run ends at the instant of planning.
        """
        self.scene.add(DelayTrigger(seconds=10))
        self.scene.leap(25)
        self.assertEqual(self.scene.told(), [("missed", 10.0, 1)])
        self.assertEqual(self.scene.job().next_run_time, at(35))
        self.scene.advance(10)
        self.assertEqual(self.scene.began(), [("job", 35.0, 35.0)])

    def test_asked_for_meanwhile(self):
        """
        A run that somebody asks for is not counted, and moves a known time not at all.
        """
        self.scene.add(DelayTrigger(seconds=10))
        driven(self.scheduler.run_job("job"))
        self.scene.advance(3)
        self.scene.executor.end()
        job = self.scene.job()
        self.assertEqual((job.next_run_time, job.run_count), (at(10), 0))

    def test_asked_for_and_in_the_way(self):
        """
        While a run that somebody asked for is active, a time that comes is skipped for
        it, and the next one is known when it ends; the engine wakes for that in time.
        """
        self.scene = Scene(longest_sleep=timedelta(hours=1))
        self.scene.add(DelayTrigger(seconds=10))
        driven(self.scheduler.run_job("job"))
        self.scene.advance(12)
        self.assertIsNone(self.scene.job().next_run_time)
        self.assertEqual(self.scene.told(), [("running", 0.0, 1), ("skipped", 10.0, 1)])
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(22))
        self.scene.advance(10)
        self.assertEqual(self.scene.began()[-1], ("job", 22.0, 22.0))

    def test_asked_for_and_longer(self):
        """
        A run that somebody asked for and that outlasts the planned one is waited for.
        """
        self.scene.add(DelayTrigger(seconds=10), max_instances=2)
        run = driven(self.scheduler.run_job("job"))
        self.scene.advance(10)
        (planned,) = (one for one in self.scene.executor.running if one != run.id)
        self.scene.advance(1)
        self.scene.executor.end(planned)
        self.assertIsNone(self.scene.job().next_run_time)
        self.scene.advance(4)
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(25))

    def test_never_beside_itself(self):
        """
        With room for more runs than one there is still one by the trigger at a time.
        """
        self.scene.add(delay(1), max_instances=5, coalesce=True)
        self.scene.advance(60)
        self.assertEqual(len(self.scene.executor.begun), 1)

    def test_max_runs(self):
        """
        After its last run the job is removed; it is told to be finished once.
        """
        self.scene.add(delay(), max_runs=2)
        self.scene.advance(0)
        self.scene.executor.end()
        self.assertEqual(self.finished(), [])
        self.scene.advance(10)
        self.assertEqual(self.finished(), [("job", at(10))])
        self.assertIsNone(self.scene.job().waiting)
        self.scene.executor.end()
        self.assertRaises(NoSuchJob, self.scene.job)
        self.assertEqual(self.finished(), [("job", at(10))])

    def test_max_runs_and_an_end(self):
        """
        A last run that ends after the end of the job is not told a second time.
        """
        self.scene.add(delay(), max_runs=1, end_time=at(5))
        self.scene.advance(8)
        self.scene.executor.end()
        self.assertEqual(self.finished(), [("job", at(0))])

    def test_looked_at_before_its_last_run(self):
        """
        A job that somebody looked at during a run is told to be finished once as well.
        """
        self.scene.add(delay(), max_runs=2, end_time=at(15))
        self.scene.advance(1)
        self.scene.job()
        self.scene.executor.end()
        self.scene.advance(15)
        self.scene.executor.end()
        self.assertEqual(self.finished(), [("job", at(11))])

    def test_no_time_after_its_end(self):
        """
        When the next time would be after the end, of trigger or job, it is finished.
        """
        for number, (trigger, options) in enumerate(
            (
                (delay(end_date=at(15)), {}),
                (delay(), {"end_time": at(15)}),
                (delay(end_date=at(15)), {"end_time": at(100)}),
                (delay(end_date=at(100)), {"end_time": at(15)}),
            )
        ):
            with self.subTest(number):
                self.scene = Scene()
                self.scene.add(trigger, **options)
                self.scene.advance(4)
                self.scene.executor.end()
                self.assertEqual(self.scene.job().next_run_time, at(14))
                self.scene.advance(12)
                self.assertEqual(self.finished(), [])
                self.scene.executor.end()
                self.assertRaises(NoSuchJob, self.scene.job)
                self.assertEqual(self.finished(), [("job", at(16))])
                self.scene.advance(100)
                self.assertEqual(len(self.scene.executor.begun), 2)

    def test_missed_before_its_end(self):
        """
        A missed time without another one before the end finishes the job at once.
        """
        self.scene.add(DelayTrigger(seconds=10), end_time=at(30))
        self.scene.leap(25)
        self.assertRaises(NoSuchJob, self.scene.job)
        self.assertEqual(self.finished(), [("job", at(25))])

    def test_cancelled_before_its_end(self):
        """
        A pending run that is cancelled sets the next time, or finishes the job.
        """
        executors = {"default": ManualExecutor()}
        for end, expected in ((None, at(15)), (at(14), None)):
            self.scene = Scene(executors=executors)
            far = LocalScheduler(
                self.scene.store, {"far": ManualExecutor()}, self.scene.clock, "far"
            )
            driven(far.start())
            options = {} if end is None else {"end_time": end}
            driven(
                far.add_job("tests:task", delay(), id="job", executor="far", **options)
            )
            driven(far.stop())
            self.scene.scheduler.wake()
            self.scene.advance(5)
            (run,) = self.scene.runs()
            self.assertEqual(run.disposition, Disposition.PENDING)
            driven(self.scheduler.cancel_run(run.id))
            if expected is None:
                self.assertRaises(NoSuchJob, self.scene.job)
                self.assertEqual(self.finished()[-1:], [("job", at(5))])
            else:
                self.assertEqual(self.scene.job().next_run_time, expected)
                self.assertEqual(self.finished(), [])

    def test_cancelled_after_its_removal(self):
        """
        A run can be asked to stop when its job is not there any more.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        (run,) = self.scene.runs()
        driven(self.scheduler.remove_job("job"))
        driven(self.scheduler.cancel_run(run.id))
        self.assertEqual(self.scene.dispositions(), ["cancelled"])
        self.assertEqual(self.scene.status().store.jobs, 0)

    def test_nobody_listens(self):
        """
        A job whose end is reached goes also when nobody wants to be told.
        """
        store = MemoryJobStore()
        clock = a_clock()
        executor = ManualExecutor()
        scheduler = LocalScheduler(store, {"default": executor}, clock)
        driven(scheduler.start())
        driven(scheduler.add_job("tests:task", delay(), id="job", end_time=at(5)))
        advance(clock, 8)
        executor.end()
        self.assertEqual(driven(scheduler.get_jobs(JobQuery())).items, ())

    def test_the_store_goes_away(self):
        """
        When it cannot be asked whether a job is finished, nothing else is held up.
        """
        scene = Scene(FailingStore(MemoryJobStore(), "get_job"))
        scene.add(delay(), end_time=at(5))
        scene.advance(8)
        scene.executor.end()
        self.assertEqual(scene.seen.of(JobFinished), [])
        self.assertEqual(scene.dispositions(), ["succeeded"])
        self.assertEqual(scene.status().running, 0)

    def test_forecast(self):
        """
        Of what lies ahead only the time that is known is told.
        """
        self.scene.add(DelayTrigger(seconds=10))
        self.scene.add(ManualTrigger(), id="manual")

        def ahead():
            found = driven(self.scheduler.forecast(BEGIN, at(1000)))
            return [
                (one.job_id, to_seconds(one.due) - to_seconds(BEGIN)) for one in found
            ]

        self.assertEqual(ahead(), [("job", 10.0)])
        self.scene.advance(10)
        self.assertEqual(ahead(), [])
        ids = driven(self.scheduler.forecast(BEGIN, at(1000), ["job", "manual"]))
        self.assertEqual(ids, [])


class ChangeTests(SynchronousTestCase):
    """
    Changes by people of jobs that wait.
    """

    def setUp(self):
        self.scene = Scene()
        self.scheduler = self.scene.scheduler

    def test_paused_while_it_runs(self):
        """
        The run goes on; its end sets the next time, for which nothing happens until
        the job is resumed.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        driven(self.scheduler.pause_job("job"))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(11))
        self.scene.advance(50)
        self.assertEqual(len(self.scene.executor.begun), 1)
        job = driven(self.scheduler.resume_job("job"))
        self.assertEqual(job.next_run_time, at(61))
        self.assertEqual(self.scene.told()[-1], ("missed", 11.0, 1))
        self.scene.advance(10)
        self.assertEqual(self.scene.began()[-1], ("job", 61.0, 61.0))

    def test_resumed_before_its_time(self):
        """
        A pause that swallows nothing leaves the next time as it is.
        """
        self.scene.add(DelayTrigger(seconds=10))
        driven(self.scheduler.pause_job("job"))
        self.scene.advance(5)
        job = driven(self.scheduler.resume_job("job"))
        self.assertEqual(job.next_run_time, at(10))

    def test_resumed_while_it_runs(self):
        """
        A pause within a run leaves the job waiting for its end.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        driven(self.scheduler.pause_job("job"))
        job = driven(self.scheduler.resume_job("job"))
        self.assertEqual((job.next_run_time, job.waiting), (None, Waiting(10 * SECOND)))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(11))

    def test_catching_up(self):
        """
        With ``catch_up`` a time that the pause swallowed is late, and begun if the
        grace allows; then the next one follows its end.
        """
        self.scene.add(DelayTrigger(seconds=10), misfire_grace_time=None)
        driven(self.scheduler.pause_job("job"))
        self.scene.advance(50)
        driven(self.scheduler.resume_job("job", True))
        self.scene.advance(0)
        self.assertEqual(self.scene.began(), [("job", 10.0, 50.0)])
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(60))

    def test_rescheduled_from_an_interval(self):
        """
        One delay from the change on; a run of the old trigger that is still active
        then is waited for.
        """
        self.scene.add(every(30))
        self.scene.advance(5)
        job = driven(self.scheduler.reschedule_job("job", DelayTrigger(seconds=10)))
        self.assertEqual(job.next_run_time, at(15))
        self.scene.advance(15)
        self.assertEqual(self.scene.told()[-1], ("skipped", 15.0, 1))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(30))
        self.scene.advance(10)
        self.assertEqual(self.scene.began()[-1], ("job", 30.0, 30.0))

    def test_rescheduled_to_an_interval(self):
        """
        From a delay to an interval the times lie fast from then on.
        """
        self.scene.add(delay())
        self.scene.advance(5)
        job = driven(self.scheduler.reschedule_job("job", IntervalTrigger(seconds=60)))
        self.assertEqual(job.next_run_time, at(65))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(65))

    def test_rescheduled_to_by_hand_and_back(self):
        """
        A job that is to run by hand stays, whatever it had planned, and can go back.
        """
        self.scene.add(every(30))
        self.scene.advance(5)
        job = driven(self.scheduler.reschedule_job("job", ManualTrigger()))
        self.assertEqual((job.next_run_time, job.waiting), (None, Waiting()))
        self.scene.executor.end()
        self.scene.advance(100)
        self.assertEqual(self.scene.job(), job)
        job = driven(self.scheduler.reschedule_job("job", DelayTrigger(seconds=10)))
        self.assertEqual(job.next_run_time, at(115))

    def test_replaced_and_kept(self):
        """
        Adding the same again, at each start of a program, changes nothing.
        """
        for id, trigger in (("a", DelayTrigger(seconds=10)), ("b", ManualTrigger())):
            first = self.scene.add(trigger, id=id)
            self.scene.advance(3)
            for choice in ("replace", "keep"):
                again = self.scene.add(trigger, id=id, on_conflict=choice)
                self.assertEqual(again, first)
        other = self.scene.add(DelayTrigger(seconds=20), id="a", on_conflict="replace")
        self.assertEqual((other.revision, other.next_run_time), (2, at(26)))

    def test_same_again_while_it_runs(self):
        """
        Adding the same again while a run is active leaves the job waiting for its end.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        job = self.scene.add(delay(), on_conflict="replace")
        self.assertIsNone(job.next_run_time)
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(11))

    def test_more_runs_during_the_last(self):
        """
        ``max_runs`` may grow while the last run is active: then it is not the last.
        """
        self.scene.add(delay(), max_runs=1)
        self.scene.advance(1)
        job = driven(self.scheduler.modify_job("job", max_runs=2))
        self.assertEqual(job.waiting, Waiting(10 * SECOND))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(11))

    def test_another_end_while_it_runs(self):
        """
        A new end holds for the time that the active run is going to set.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        job = driven(self.scheduler.modify_job("job", end_time=at(12)))
        self.assertEqual(job.waiting, Waiting(10 * SECOND, at(12)))
        self.scene.advance(2)
        self.scene.executor.end()
        self.assertRaises(NoSuchJob, self.scene.job)

    def test_bounds_that_leave_nothing(self):
        """
        An end that no further time could precede is refused.
        """
        self.scene.add(delay())
        self.scene.advance(1)
        failure = self.failureResultOf(
            self.scheduler.modify_job("job", end_time=at(5)), BadValue
        )
        self.assertIn("without a planned time ahead", str(failure.value))
        failure = self.failureResultOf(
            self.scheduler.add_job(
                "tests:task", DelayTrigger(seconds=10), end_time=at(5)
            ),
            BadTrigger,
        )
        self.assertIn("delay 10s has no planned time ahead", str(failure.value))

    def test_another_start_while_it_runs(self):
        """
        A start still to come sets the next time at once; one that has passed does not.
        """
        self.scene.add(delay())
        self.scene.advance(5)
        job = driven(self.scheduler.modify_job("job", start_time=at(1)))
        self.assertIsNone(job.next_run_time)
        job = driven(self.scheduler.modify_job("job", start_time=at(100)))
        self.assertEqual(job.next_run_time, at(110))
        self.scene.executor.end()
        self.assertEqual(self.scene.job().next_run_time, at(110))


class ManualTests(SynchronousTestCase):
    """
    A job that runs when somebody asks, and at no other time.
    """

    def setUp(self):
        self.scene = Scene()
        self.scheduler = self.scene.scheduler

    def test_it_stays(self):
        """
        It is never due, and stays after each of its runs until it is removed.
        """
        job = self.scene.add(ManualTrigger())
        self.assertEqual((job.next_run_time, job.waiting), (None, Waiting()))
        self.assertIsNone(self.scene.status().next_wakeup)
        for _ in range(3):
            self.scene.advance(1000)
            driven(self.scheduler.run_job("job"))
            self.scene.advance(1)
            self.scene.executor.end()
            self.assertEqual(self.scene.job(), job)
        self.assertEqual(self.scene.dispositions(), ["succeeded"] * 3)
        self.assertEqual(self.scene.seen.of(JobFinished), [])
        driven(self.scheduler.remove_job("job"))
        self.assertRaises(NoSuchJob, self.scene.job)

    def test_options_without_effect(self):
        """
        Its bounds and ``max_runs`` are for planned times, of which it has none.
        """
        job = self.scene.add(
            ManualTrigger(), start_time=at(50), end_time=at(60), max_runs=1
        )
        self.assertEqual(job.waiting, Waiting())
        job = driven(
            self.scheduler.modify_job("job", start_time=at(10), end_time=at(11))
        )
        self.assertEqual(job.waiting, Waiting())
        driven(self.scheduler.run_job("job"))
        self.scene.advance(1)
        self.scene.executor.end()
        self.assertEqual(self.scene.job(), job)

    def test_pause_and_resume(self):
        """
        It can be paused, run all the same, and resumed.
        """
        job = self.scene.add(ManualTrigger())
        driven(self.scheduler.pause_job("job", "why"))
        driven(self.scheduler.run_job("job"))
        self.scene.advance(1)
        self.scene.executor.end()
        for catch_up in (False, True):
            resumed = driven(self.scheduler.resume_job("job", catch_up))
            self.assertTrue(resumed.same_definition(job))
            self.assertEqual(resumed.waiting, Waiting())

    def test_no_jitter(self):
        """
        Jitter for a job that waits is refused, with the reason.
        """
        for trigger in (ManualTrigger(), DelayTrigger(seconds=10)):
            failure = self.failureResultOf(
                self.scheduler.add_job("tests:task", trigger, jitter=1), BadValue
            )
            self.assertEqual(
                str(failure.value),
                f"jitter: is not for a job with the trigger '{trigger}', whose times"
                " follow from what becomes of it",
            )
            self.scene.add(trigger, id=str(trigger))
            self.failureResultOf(
                self.scheduler.modify_job(str(trigger), jitter=1), BadValue
            )
        self.scene.add(every(10), jitter=5)
        self.failureResultOf(
            self.scheduler.reschedule_job("job", ManualTrigger()), BadValue
        )
        self.assertEqual(self.scene.job().trigger, every(10))


class DeathTests(SynchronousTestCase):
    """
    A node dies in the middle of a run of a job that waits; its leases last 15 s.
    """

    def cut_off(self, **options):
        """
        Let a node die 2 s after it began a run, and start another one.
        """
        clock = a_clock()
        store = MemoryJobStore()
        first = Scene(store, clock=NodeClock(clock), node="first")
        first.add(delay(), **options)
        first.advance(2)
        self.assertEqual(len(first.executor.begun), 1)
        first.clock.die()
        second = Scene(
            store,
            clock=NodeClock(clock),
            node="second",
            longest_sleep=timedelta(hours=1),
        )
        return first, second

    def test_taken_over(self):
        """
        The run is repeated; its second end sets the next time, once.
        """
        _, second = self.cut_off()
        second.advance(14)
        self.assertEqual(second.executor.begun[0].attempt, 2)
        self.assertIsNone(second.job().next_run_time)
        second.executor.end()
        self.assertEqual(second.job().next_run_time, at(26))
        second.advance(10)
        self.assertEqual(second.began()[1:], [("job", 26.0, 26.0)])
        self.assertEqual(second.dispositions(), ["succeeded", "running"])
        self.assertEqual(second.job().run_count, 2)

    def test_abandoned(self):
        """
        A run that is not to be repeated ends when that is found; that sets the time.
        """
        _, second = self.cut_off(on_crash="abandon")
        second.advance(13)
        self.assertEqual(second.dispositions(), ["abandoned"])
        self.assertEqual(second.job().next_run_time, at(25))
        second.advance(10)
        self.assertEqual(second.began(), [("job", 25.0, 25.0)])

    def test_abandoned_after_its_end(self):
        """
        When no time is left then, the job is finished, and that is told.
        """
        _, second = self.cut_off(on_crash="abandon", end_time=at(20))
        second.advance(13)
        self.assertRaises(NoSuchJob, second.job)
        self.assertEqual(second.seen.of(JobFinished), [JobFinished(at(15), "job")])

    def test_removed(self):
        """
        The end of a run whose job was removed sets nothing.
        """
        _, second = self.cut_off()
        driven(second.scheduler.remove_job("job"))
        second.advance(13)
        self.assertEqual(second.dispositions(), ["abandoned"])
        self.assertEqual(second.status().store.jobs, 0)

    def test_zombie(self):
        """
        A node that was taken for dead ends its run late: that sets no further time.
        """
        clock = a_clock()
        store = MemoryJobStore()
        frozen = NodeClock(clock)
        first = Scene(store, clock=frozen, node="first")
        first.add(delay())
        first.advance(2)
        frozen.die()
        second = Scene(store, clock=NodeClock(clock), node="second")
        second.advance(13)
        second.executor.end()
        self.assertEqual(second.job().next_run_time, at(25))
        second.advance(1)
        first.executor.end()
        self.assertEqual(second.job().next_run_time, at(25))
        second.advance(9)
        self.assertIsNone(second.job().next_run_time)
        self.assertEqual(second.dispositions(), ["succeeded", "running"])
        ends = [event.run.id for event in second.seen.of(RunEnded)]
        self.assertEqual(len(ends), len(set(ends)))

    def test_many_rounds(self):
        """
        Nodes that die in each round neither lose nor double a time.
        """
        clock = a_clock()
        store = MemoryJobStore()
        node = Scene(store, clock=NodeClock(clock), node="node 0")
        node.add(delay())
        for number in range(1, 6):
            node.advance(0)
            self.assertEqual(len(node.executor.running), 1)
            node.advance(2)
            node.clock.die()
            node = Scene(store, clock=NodeClock(clock), node=f"node {number}")
            node.advance(15)
            node.executor.end()
            node.advance(10)
        runs = node.runs()
        self.assertEqual(
            [run.disposition.value for run in runs[:-1]], ["succeeded"] * 5
        )
        for before, after in pairwise(runs):
            self.assertEqual(after.planned_time - before.ended_at, 10 * SECOND)
        self.assertEqual(node.job().run_count, 6)

    def test_shutdown(self):
        """
        A run that a shutdown cuts off is waited for beyond the next start.
        """
        clock = a_clock()
        store = MemoryJobStore()
        first = Scene(store, clock=clock, node="first")
        first.add(delay())
        first.advance(2)
        first.scheduler.stop(0.0)
        first.advance(1)
        second = Scene(store, clock=clock, node="second")
        second.advance(0)
        self.assertEqual(second.executor.begun[0].attempt, 2)
        second.executor.end()
        self.assertEqual(second.job().next_run_time, second.now + 10 * SECOND)

    def test_planned_and_died(self):
        """
        A node that died with a claim, before its plan, left the time as it was.
        """
        clock = a_clock()
        store = MemoryJobStore()
        first = Scene(store, clock=NodeClock(clock), start=False, node="first")
        driven(first.scheduler.start(paused=True))
        first.add(delay(), misfire_grace_time=None)
        driven(store.claim_jobs("first", at(0), at(15), 10))
        first.clock.die()
        second = Scene(store, clock=NodeClock(clock), node="second")
        second.advance(15)
        self.assertEqual(second.began(), [("job", 0.0, 15.0)])


class OnceTests(SynchronousTestCase):
    """
    Jobs of other kinds are as they were.
    """

    def test_a_date(self):
        """
        A job of a single time goes with the end of its run.
        """
        scene = Scene()
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        self.assertIsNone(scene.job().waiting)
        scene.executor.end()
        self.assertRaises(NoSuchJob, scene.job)
        self.assertEqual(scene.seen.of(JobFinished), [JobFinished(at(0), "job")])
