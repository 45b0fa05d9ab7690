"""
Runs that are asked to stop: before, while and after they do.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.errors import TaskFailed
from txsched.interfaces import IExecutor
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, OnCrash, RunEnded
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import WatchedStore
from .scenes import BEGIN, Scene, a_clock, at, every
from .test_runner import Crew, outcome

CANCELLED = Disposition.CANCELLED


@implementer(IExecutor)
class Stubborn:
    """
    An executor whose tasks take no notice of being cancelled; the test ends them.
    """

    def __init__(self):
        self.begun = []
        self.asked = []
        self.gates = {}
        self.ending = False

    def check(self, call):
        """
        Takes everything.
        """

    def execute(self, call, context):
        """
        Begin a call that lasts until :meth:`end`.
        """
        self.begun.append(context)
        return Deferred.fromCoroutine(self.last(context))

    async def last(self, context):
        """
        Wait for :meth:`end`, however often it is cancelled.
        """
        while True:
            gate = self.gates[context.run_id] = Deferred()
            try:
                return await gate
            except CancelledError:
                if self.ending:
                    raise
                self.asked.append(context.run_id)

    def end(self, result=None):
        """
        End the only call; an exception makes it fail.
        """
        self.ending = True
        (gate,) = self.gates.values()
        if isinstance(result, BaseException):
            gate.errback(result)
        else:
            gate.callback(result)


def a_scene(**options):
    """
    Make a scene with one run of one second that takes no notice.
    """
    scene = Scene(executor=Stubborn(), **options)
    scene.add(DateTrigger(BEGIN))
    scene.advance(1)
    return scene, scene.executor.begun[0]


class EndTests(SynchronousTestCase):
    """
    A run that was asked to stop ends as cancelled, however it ends.
    """

    def ended(self, result):
        """
        Ask a run to stop, let its task end 2 s later, and give its row.
        """
        scene, context = a_scene()
        run = driven(scene.scheduler.cancel_run(context.run_id, "no need"))
        self.assertEqual((run.disposition.value, run.reason), ("running", None))
        self.assertEqual(scene.executor.asked, [context.run_id])
        self.assertTrue(context.cancelled)
        scene.advance(2)
        scene.executor.end(result)
        (run,) = scene.runs()
        self.assertEqual((run.disposition, run.reason), (CANCELLED, "no need"))
        self.assertEqual((run.started_at, run.ended_at), (BEGIN, at(3)))
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [run])
        self.assertEqual(scene.status().running, 0)
        return run

    def test_by_a_result(self):
        """
        A task that returns leaves its result.
        """
        run = self.ended({"rows": 7})
        self.assertEqual((run.result, run.error), ({"rows": 7}, None))

    def test_by_an_error(self):
        """
        A task that raises leaves its error and where it came from.
        """
        run = self.ended(LookupError("half way"))
        self.assertEqual((run.result, run.error), (None, "LookupError: half way"))
        self.assertIn("LookupError", run.traceback)

    def test_by_a_failure_with_a_result(self):
        """
        One that fails with a result leaves both.
        """
        run = self.ended(TaskFailed("exit status 3", {"exit_status": 3}))
        self.assertEqual((run.result, run.error), ({"exit_status": 3}, "exit status 3"))

    def test_by_the_cancellation(self):
        """
        One that gives way leaves neither, for it is no error.
        """
        run = self.ended(CancelledError())
        self.assertEqual((run.result, run.error, run.traceback), (None, None, None))

    def test_nobody_asked(self):
        """
        A task that cancels itself has failed.
        """
        scene, _ = a_scene()
        scene.executor.end(CancelledError("by itself"))
        (run,) = scene.runs()
        self.assertEqual(run.disposition, Disposition.FAILED)
        self.assertEqual((run.error, run.reason), ("CancelledError: by itself", None))

    def test_what_an_executor_says(self):
        """
        Whatever an executor of many says, the run is cancelled, for the reason of the
        person, and not for that of the executor.
        """
        for disposition in Disposition:
            if disposition.active:
                continue
            scene = Scene(executor=Crew())
            scene.add(DateTrigger(BEGIN), keep_runs=0)
            scene.advance(0)
            ((context,),) = scene.executor.batches
            driven(scene.scheduler.cancel_run(context.run_id, "no need"))
            told = outcome(disposition, result=1, error="e", reason="no room")
            scene.executor.done([(context, told)])
            (run,) = scene.runs()
            self.assertEqual((run.disposition, run.reason), (CANCELLED, "no need"))
            self.assertEqual((run.result, run.error), (1, "e"))

    def test_an_executor_that_stops(self):
        """
        Where only the executor asked the task to stop, its reason is the reason.
        """
        scene = Scene(executor=Crew())
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        ((context,),) = scene.executor.batches
        scene.executor.cancel(context)
        told = outcome(Disposition.SUCCEEDED, reason="the executor has stopped")
        scene.executor.done([(context, told)])
        (run,) = scene.runs()
        self.assertEqual(
            (run.disposition, run.reason), (CANCELLED, "the executor has stopped")
        )


class AskingTests(SynchronousTestCase):
    """
    Who asks, how often, and when.
    """

    def test_asked_again(self):
        """
        A second request is passed on; the reason stays that of the first.
        """
        scene, context = a_scene()
        driven(scene.scheduler.cancel_run(context.run_id, "one"))
        driven(scene.scheduler.cancel_run(context.run_id, "two"))
        self.assertEqual(scene.executor.asked, [context.run_id] * 2)
        scene.executor.end()
        (run,) = scene.runs()
        self.assertEqual(run.reason, "one")

    def test_renewals(self):
        """
        The renewals of its lease neither ask again nor change the reason.
        """
        scene, context = a_scene()
        driven(scene.scheduler.cancel_run(context.run_id, "no need"))
        scene.advance(60)
        self.assertEqual(scene.executor.asked, [context.run_id])
        scene.executor.end()
        (run,) = scene.runs()
        self.assertEqual((run.disposition, run.reason), (CANCELLED, "no need"))

    def test_elsewhere_once(self):
        """
        What was asked on another node is passed on once, however long the task lasts.
        """
        scene, context = a_scene()
        other = Scene(scene.store, clock=scene.clock, node="other")
        driven(other.scheduler.cancel_run(context.run_id))
        scene.advance(60)
        self.assertEqual(scene.executor.asked, [context.run_id])
        scene.executor.end("late")
        (run,) = other.runs()
        self.assertEqual(run.disposition, CANCELLED)
        self.assertEqual((run.result, run.reason), ("late", "cancelled by a user"))

    def test_after_the_end(self):
        """
        A run that has ended, while its end waits to be written, stays as it ended.
        """
        for asked_at in (0.5, 1.5):
            clock = a_clock()
            store = WatchedStore(MemoryJobStore(), clock, 1.0, ("finish",))
            scene = Scene(store, clock=clock)
            for number in range(2):
                scene.add(DateTrigger(BEGIN), id=f"job {number}")
            scene.advance(0)
            first, last = scene.executor.begun
            scene.executor.end(first.run_id)
            scene.executor.end(last.run_id, "whole")
            scene.advance(asked_at)
            run = driven(scene.scheduler.cancel_run(last.run_id, "too late"))
            self.assertEqual(run.disposition, Disposition.RUNNING)
            self.assertFalse(last.cancelled)
            scene.advance(5)
            run = driven(scene.scheduler.get_run(last.run_id))
            self.assertEqual(run.disposition, Disposition.SUCCEEDED)
            self.assertEqual((run.result, run.reason), ("whole", None))
            self.assertEqual(scene.status().running, 0)

    def test_before_the_end_is_written(self):
        """
        Others can be asked to stop while an end is written.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1.0, ("finish",))
        scene = Scene(store, clock=clock)
        for number in range(2):
            scene.add(DateTrigger(BEGIN), id=f"job {number}")
        scene.advance(0)
        first, last = scene.executor.begun
        scene.executor.end(first.run_id)
        driven(scene.scheduler.cancel_run(last.run_id, "no need"))
        self.assertTrue(last.cancelled)
        scene.advance(2)
        self.assertEqual(sorted(scene.dispositions()), ["cancelled", "succeeded"])

    def test_a_task_that_looks(self):
        """
        The task sees that it is to stop as soon as it was asked, and not before.
        """
        scene = Scene(executor=Crew())
        for number in range(2):
            scene.add(DateTrigger(BEGIN), id=f"job {number}")
        scene.advance(0)
        (batch,) = scene.executor.batches
        self.assertEqual([one.cancelled for one in batch], [False, False])
        driven(scene.scheduler.cancel_run(batch[0].run_id))
        self.assertEqual([one.cancelled for one in batch], [True, False])

    def test_no_batches(self):
        """
        An executor of single calls whose Deferred has fired is not asked any more.
        """

        class Quick(Stubborn):
            def execute(self, call, context):
                self.begun.append(context)
                return succeed(None)

        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1.0, ("finish",))
        scene = Scene(store, clock=clock, executor=Quick())
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        (context,) = scene.executor.begun
        driven(scene.scheduler.cancel_run(context.run_id))
        self.assertFalse(context.cancelled)
        scene.advance(1)
        self.assertEqual(scene.dispositions(), ["succeeded"])

    def test_events_of_what_waits(self):
        """
        A waiting run that is cancelled twice within the same instant is told once.
        """
        scene = Scene()
        driven(scene.scheduler.pause())
        scene.add(every(10))
        run = driven(scene.scheduler.run_job("job"))
        first = driven(scene.scheduler.cancel_run(run.id, "one"))
        second = driven(scene.scheduler.cancel_run(run.id, "two"))
        self.assertEqual((first.reason, second), ("one", first))
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [first])


class ShutdownTests(SynchronousTestCase):
    """
    A run that was asked to stop, and a shutdown that comes before it has.
    """

    def test_not_repeated(self):
        """
        It is cancelled when the shutdown cuts it off, and nobody begins it again.
        """
        for on_crash in OnCrash:
            scene = Scene(executor=Stubborn())
            scene.add(DateTrigger(BEGIN), on_crash=on_crash)
            scene.advance(1)
            (context,) = scene.executor.begun
            driven(scene.scheduler.cancel_run(context.run_id, "no need"))
            stopped = scene.scheduler.stop(3)
            scene.advance(3)
            self.successResultOf(stopped)
            run = driven(scene.store.get_run(context.run_id))
            self.assertEqual((run.disposition, run.reason), (CANCELLED, "no need"))
            self.assertEqual((run.started_at, run.ended_at), (BEGIN, at(4)))
            self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [run])
            following = Scene(scene.store, clock=scene.clock, node="next")
            following.advance(60)
            self.assertEqual(following.executor.begun, [])
            scene.executor.end("late")
            self.assertEqual(following.runs(), (run,))
