"""
How runs are handed to executors, and how their ends are recorded.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.errors import StoreUnavailable, TaskFailed
from txsched.interfaces import IBatchExecutor
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, Outcome, RunEnded, RunStarted
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore, ManualExecutor
from txsched.triggers import DateTrigger

from .doubles import WatchedStore, busy_scene
from .scenes import BEGIN, SECOND, Scene, a_clock, at, every, fitting


@implementer(IBatchExecutor)
class Crew(ManualExecutor):
    """
    An executor that takes batches; the test tells the outcomes.
    """

    def __init__(self):
        super().__init__()
        self.batches = []
        self.asked_to_stop = []

    def submit(self, batch, done):
        """
        Take a batch.
        """
        self.batches.append([context for _, context in batch])
        self.done = done

    def cancel(self, context):
        """
        Note whom to stop.
        """
        context.cancelled = True
        self.asked_to_stop.append(context.run_id)


def outcome(disposition=Disposition.SUCCEEDED, started=1.0, ended=2.0, **fields):
    """
    Make an outcome; its seconds count from the beginning.
    """
    begin = BEGIN.timestamp()
    start = None if started is None else begin + started
    return Outcome(disposition, start, begin + ended, **fields)


class SingleTests(SynchronousTestCase):
    """
    Executors that take one call at a time.
    """

    def ended(self, result, **options):
        """
        Let a run end after 3 s; give its row.
        """
        scene = Scene()
        scene.add(DateTrigger(BEGIN), **options)
        scene.advance(3)
        scene.executor.end(result=result)
        (run,) = scene.runs()
        self.assertEqual(scene.status().running, 0)
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [run])
        self.assertEqual((run.started_at, run.ended_at), (BEGIN, at(3)))
        return run

    def test_success(self):
        """
        The result is in the ledger.
        """
        run = self.ended([1, "two"])
        self.assertEqual(run.disposition, Disposition.SUCCEEDED)
        self.assertEqual(
            (run.result, run.error, run.traceback), ([1, "two"], None, None)
        )

    def test_failure(self):
        """
        So is what the task raised, with its type.
        """
        run = self.ended(LookupError("not there"))
        self.assertEqual(run.disposition, Disposition.FAILED)
        self.assertEqual(run.error, "LookupError: not there")
        self.assertIn("LookupError", run.traceback)

    def test_failure_with_a_result(self):
        """
        A task may fail and hand over a result.
        """
        run = self.ended(TaskFailed("exit code 3", {"code": 3}))
        self.assertEqual(run.disposition, Disposition.FAILED)
        self.assertEqual((run.error, run.result), ("exit code 3", {"code": 3}))
        self.assertIsNone(run.traceback)

    def test_nothing_is_kept(self):
        """
        A job that keeps no runs leaves no row of a success, but one of a failure.
        """
        for result, rows in ((None, 0), (LookupError("why"), 1)):
            scene = Scene()
            scene.add(every(10), keep_runs=0)
            scene.advance(3)
            scene.executor.end(result=result)
            self.assertEqual(len(scene.runs()), rows)
            self.assertEqual(len(scene.seen.of(RunEnded)), 1)

    def test_an_executor_that_raises(self):
        """
        An executor that raises where it is to begin fails the run, and no other.
        """

        class Broken(ManualExecutor):
            def execute(self, call, context):
                if context.job_id == "broken":
                    raise ArithmeticError("cannot begin")
                return super().execute(call, context)

        scene = Scene(executor=Broken())
        scene.add(DateTrigger(BEGIN), id="broken")
        scene.add(DateTrigger(BEGIN), id="sound")
        scene.advance(0)
        (run,) = scene.runs(job_id="broken")
        self.assertEqual(run.disposition, Disposition.FAILED)
        self.assertEqual(run.error, "ArithmeticError: cannot begin")
        self.assertEqual(scene.told(job_id="sound"), [("running", 0.0, 1)])

    def test_cancelled(self):
        """
        A cancelled run ends as such, with the reason of who cancelled it.
        """
        scene = Scene()
        scene.add(DateTrigger(BEGIN))
        scene.advance(1)
        (context,) = scene.executor.begun
        run = driven(scene.scheduler.cancel_run(context.run_id, "no need"))
        self.assertTrue(context.cancelled)
        self.assertEqual(run.disposition, Disposition.CANCELLED)
        self.assertEqual((run.reason, run.ended_at), ("no need", at(1)))
        self.assertEqual(scene.executor.running, {})

    def test_cancelled_elsewhere(self):
        """
        A run that another node was told to cancel is cancelled with the next renewal.
        """
        clock, store = a_clock(), MemoryJobStore()
        one = Scene(store, clock=clock, node="one")
        two = Scene(store, clock=clock, node="two")
        one.add(DateTrigger(BEGIN))
        one.advance(1)
        (context,) = one.executor.begun
        run = driven(two.scheduler.cancel_run(context.run_id))
        self.assertEqual(run.disposition, Disposition.RUNNING)
        one.advance(3.9)
        self.assertFalse(context.cancelled)
        one.advance(0.1)
        (run,) = two.runs()
        self.assertEqual(run.disposition, Disposition.CANCELLED)
        self.assertEqual((run.reason, run.ended_at), ("cancelled by a user", at(5)))

    def test_failing_while_cancelled(self):
        """
        A command that fails because it was cancelled is cancelled, with its result.
        """

        class Command(ManualExecutor):
            def execute(self, call, context):
                self.begun.append(context)
                return Deferred(lambda d: d.errback(TaskFailed("killed", {"code": 15})))

        scene = Scene(executor=Command())
        scene.add(DateTrigger(BEGIN))
        scene.advance(1)
        (context,) = scene.executor.begun
        driven(scene.scheduler.cancel_run(context.run_id, "enough"))
        (run,) = scene.runs()
        self.assertEqual(run.disposition, Disposition.CANCELLED)
        self.assertEqual((run.reason, run.result), ("enough", {"code": 15}))


class BatchTests(SynchronousTestCase):
    """
    Executors that take many calls at once.
    """

    def setUp(self):
        self.crew = Crew()
        self.store = WatchedStore(MemoryJobStore())
        self.scene = Scene(self.store, executor=self.crew)
        for number in range(5):
            self.scene.add(every(10), id=f"job {number}")
        self.scene.advance(0)
        (self.batch,) = self.crew.batches

    def test_one_batch(self):
        """
        All that is due at once is handed over at once, and told to have started before.
        """
        self.assertEqual(
            [one.job_id for one in self.batch], [f"job {number}" for number in range(5)]
        )
        self.assertEqual(
            [one.run.id for one in self.scene.seen.of(RunStarted)],
            [one.run_id for one in self.batch],
        )
        self.assertEqual({one.start_by for one in self.batch}, {at(1).timestamp()})

    def test_ends_in_one_write(self):
        """
        Outcomes that come together are written together, each to its run.
        """
        self.scene.advance(2)
        self.crew.done([(one, outcome(result=one.job_id)) for one in self.batch[:4]])
        ((ends,),) = self.store.asked("finish")
        self.assertEqual(len(ends), 4)
        for number in range(4):
            (run,) = self.scene.runs(job_id=f"job {number}")
            self.assertEqual(run.result, f"job {number}")
            self.assertEqual((run.started_at, run.ended_at), (at(1), at(2)))
        self.assertEqual(self.scene.told(job_id="job 4"), [("running", 0.0, 1)])

    def test_too_late(self):
        """
        A call that could not start in time is missed; it did not start.
        """
        missed = outcome(Disposition.MISSED, None, reason="all threads were busy")
        self.crew.done([(self.batch[0], missed)])
        (run,) = self.scene.runs(job_id="job 0")
        self.assertEqual(run.disposition, Disposition.MISSED)
        self.assertEqual(run.reason, "all threads were busy")

    def test_cancelled(self):
        """
        The executor is asked to stop a call, and what it then says holds.
        """
        run_id = self.batch[1].run_id
        driven(self.scene.scheduler.cancel_run(run_id, "no need"))
        self.assertEqual(self.crew.asked_to_stop, [run_id])
        self.assertEqual(self.scene.told(job_id="job 1"), [("running", 0.0, 1)])
        self.crew.done([(self.batch[1], outcome(Disposition.CANCELLED))])
        (run,) = self.scene.runs(job_id="job 1")
        self.assertEqual(
            (run.disposition, run.reason), (Disposition.CANCELLED, "no need")
        )

    def test_told_twice(self):
        """
        An outcome that comes again changes nothing.
        """
        self.crew.done([(self.batch[0], outcome())])
        before = self.scene.runs()
        self.crew.done([(self.batch[0], outcome(Disposition.FAILED))])
        self.assertEqual(self.scene.runs(), before)

    def test_cut_off(self):
        """
        At the end of a shutdown the executor is asked to stop all of them.
        """
        stopped = self.scene.scheduler.stop(1)
        self.scene.advance(1)
        self.successResultOf(stopped)
        self.assertEqual(self.crew.asked_to_stop, [one.run_id for one in self.batch])


class WritingTests(SynchronousTestCase):
    """
    The ends of runs are written in batches, as often as it takes.
    """

    def test_slow(self):
        """
        What ends while a batch is written is the next batch.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1.0, ("finish",))
        scene = Scene(store, clock=clock)
        for number in range(6):
            scene.add(every(100), id=f"job {number}")
        scene.advance(0)
        for _ in range(6):
            scene.executor.end()
        self.assertEqual([len(ends) for (ends,) in store.asked("finish")], [1])
        scene.advance(1)
        self.assertEqual([len(ends) for (ends,) in store.asked("finish")], [1, 5])
        scene.advance(1)
        self.assertEqual(scene.dispositions(), ["succeeded"] * 6)

    def test_delays(self):
        """
        While the store is away the pauses double up to the longest.
        """
        clock = a_clock()
        away = FailingStore(MemoryJobStore(), "finish", 0, 6)
        store = WatchedStore(away, clock)
        scene = busy_scene(
            store=store, clock=clock, retry_delay=SECOND, longest_retry_delay=5 * SECOND
        )
        scene.add(every(100))
        scene.advance(60)
        times = [
            time - BEGIN.timestamp() for name, time in store.times if name == "finish"
        ]
        pauses = [1, 2, 4, 5, 5, 5]
        self.assertEqual(fitting(times, pauses), pauses)
        (run,) = scene.runs()
        self.assertEqual((run.disposition.value, run.ended_at), ("succeeded", BEGIN))
        self.assertEqual(self.flushLoggedErrors(StoreUnavailable), [])

    def test_what_cannot_be_written(self):
        """
        A result that the store cannot take is left out, and says so; others are whole.
        """

        class Picky(MemoryJobStore):
            def finish(self, aftermaths):
                if any(one.run.result == "poison" for one in aftermaths):
                    raise ArithmeticError("cannot be written")
                return super().finish(aftermaths)

        clock = a_clock()
        store = WatchedStore(Picky(), clock, 1.0, ("finish",))
        scene = Scene(store, clock=clock)
        for number in range(4):
            scene.add(DateTrigger(BEGIN), id=f"job {number}")
        scene.advance(0)
        for result in ("a", "b", "poison", "c"):
            scene.executor.end(result=result)
        scene.advance(30)
        self.assertEqual(scene.dispositions(), ["succeeded"] * 4)
        self.assertEqual([run.result for run in scene.runs()].count(None), 1)
        (run,) = [one for one in scene.runs() if one.result is None]
        self.assertEqual(
            run.reason,
            "its result could not be recorded: ArithmeticError: cannot be written",
        )
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 1)
        self.assertEqual(scene.status().running, 0)

    def test_renewing(self):
        """
        Any error of a renewal is logged, and the next one comes in its time.
        """

        class Broken(MemoryJobStore):
            broken = 1

            def renew(self, leases, until):
                if self.broken:
                    self.broken -= 1
                    raise ArithmeticError("a mistake")
                return super().renew(leases, until)

        clock = a_clock()
        store = WatchedStore(Broken(), clock)
        scene = busy_scene(store=store, clock=clock)
        scene.add(DateTrigger(BEGIN), args=(30,))
        scene.advance(31)
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 1)
        (run,) = scene.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 1))
        times = [
            time - BEGIN.timestamp() for name, time in store.times if name == "renew"
        ]
        self.assertEqual(times[:3], [5, 10, 15])
