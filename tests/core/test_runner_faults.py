"""
Executors that do not keep their contract, and ends that come late or twice.
"""

from __future__ import annotations

from twisted.internet.defer import fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import StoreUnavailable, TaskFailed
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, RunEnded
from txsched.testing.driving import driven
from txsched.testing.fakes import ManualExecutor
from txsched.triggers import DateTrigger

from .doubles import WatchedStore
from .scenes import BEGIN, Scene, a_clock, every
from .test_runner import Crew, outcome


class Refusing(Crew):
    """
    An executor that raises where it may not, perhaps after it took its first call.
    """

    def __init__(self, takes_one=False):
        super().__init__()
        self.takes_one = takes_one
        self.refuses = True

    def submit(self, batch, done):
        """
        Raise.
        """
        super().submit(batch, done)
        if self.refuses:
            if self.takes_one:
                done([(batch[0][1], outcome(result="taken"))])
            raise ArithmeticError("no thanks")


class SubmitTests(SynchronousTestCase):
    """
    Executors of many calls that raise.
    """

    def test_it_raises(self):
        """
        All runs of its batch fail with what it raised; others, and later ones, go on.
        """
        refusing, sound = Refusing(), ManualExecutor()
        scene = Scene(executors={"default": refusing, "sound": sound})
        for number in range(3):
            scene.add(every(10), id=f"job {number}")
        scene.add(every(10), id="job 3", executor="sound")
        scene.advance(1)
        for number in range(3):
            (run,) = scene.runs(job_id=f"job {number}")
            self.assertEqual(run.disposition, Disposition.FAILED)
            self.assertEqual(run.error, "ArithmeticError: no thanks")
            self.assertEqual((run.started_at, run.ended_at), (BEGIN, BEGIN))
            self.assertIn("ArithmeticError", run.traceback)
        self.assertEqual(len(sound.begun), 1)
        self.assertEqual(scene.status().running, 1)
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 1)
        refusing.refuses = False
        scene.advance(10)
        self.assertEqual(scene.status().running, 4)

    def test_what_it_had_told(self):
        """
        What it had told before counts; what it tells afterwards does not.
        """
        scene = Scene(executor=Refusing(takes_one=True), batch_size=5)
        driven(scene.scheduler.pause())
        for number in range(2):
            scene.add(DateTrigger(BEGIN), id=f"job {number}")
        driven(scene.scheduler.resume())
        scene.advance(0)
        ((first, second),) = scene.executor.batches
        for context, expected in ((first, "succeeded"), (second, "failed")):
            run = driven(scene.scheduler.get_run(context.run_id))
            self.assertEqual(run.disposition.value, expected)
        before = scene.runs()
        scene.executor.done([(first, outcome()), (second, outcome())])
        self.assertEqual(scene.runs(), before)
        self.assertEqual(len(scene.seen.of(RunEnded)), 2)
        self.flushLoggedErrors(ArithmeticError)


class OutcomeTests(SynchronousTestCase):
    """
    Outcomes that come twice, late, or are none.
    """

    def setUp(self):
        self.clock = a_clock()
        self.store = WatchedStore(MemoryJobStore(), self.clock, 1.0, ("finish",))
        self.scene = Scene(self.store, clock=self.clock, executor=Crew())
        for number in range(3):
            self.scene.add(DateTrigger(BEGIN), id=f"job {number}")
        self.scene.advance(0)
        self.contexts = [one for batch in self.scene.executor.batches for one in batch]

    def tell(self, *outcomes):
        """
        Tell outcomes, each with the number of its run.
        """
        self.scene.executor.done([(self.contexts[n], one) for n, one in outcomes])

    def results(self):
        """
        Give disposition and result of each run.
        """
        self.scene.advance(9)
        runs = sorted(self.scene.runs(), key=lambda run: run.job_id)
        return [(run.disposition.value, run.result) for run in runs]

    def test_twice_at_once(self):
        """
        Of two outcomes in one call the first counts, and it is told once.
        """
        self.tell((0, outcome(result=1)), (0, outcome(Disposition.FAILED, result=2)))
        self.assertEqual(self.results()[0], ("succeeded", 1))
        self.assertEqual(len(self.scene.seen.of(RunEnded)), 1)
        self.assertEqual([len(ends) for (ends,) in self.store.asked("finish")], [1])

    def test_twice_while_it_is_written(self):
        """
        So it does when the second comes while the first is written.
        """
        self.tell((0, outcome(result=1)))
        self.scene.advance(0.5)
        self.tell((0, outcome(result=2)), (1, outcome(result=3)))
        self.assertEqual(
            self.results(), [("succeeded", 1), ("succeeded", 3), ("running", None)]
        )
        self.assertEqual(len(self.scene.seen.of(RunEnded)), 2)

    def test_order(self):
        """
        Ends are written in the order in which they came.
        """
        for number in (2, 0, 1):
            self.tell((number, outcome()))
        self.results()
        written = [end.run.job_id for (e,) in self.store.asked("finish") for end in e]
        self.assertEqual(written, ["job 2", "job 0", "job 1"])
        told = [one.run.job_id for one in self.scene.seen.of(RunEnded)]
        self.assertEqual(told, written)

    def test_no_instants(self):
        """
        An outcome with instants that are none fails its run, and no other of its batch.
        """
        broken = outcome()._replace(ended_seconds="soon")
        self.tell((0, outcome(result=1)), (1, broken), (2, outcome(result=3)))
        self.assertEqual(
            self.results(), [("succeeded", 1), ("failed", None), ("succeeded", 3)]
        )
        (run,) = self.scene.runs(job_id="job 1")
        self.assertEqual(run.error, "its executor told no outcome: TypeError")
        self.assertEqual((run.started_at, run.ended_at), (BEGIN, BEGIN))
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)

    def test_nonsense(self):
        """
        What is no outcome at all is logged, and later ones are recorded, those
        included that came while an earlier batch was written.
        """
        self.tell((0, outcome(result=1)))
        self.scene.executor.done([None])
        self.scene.advance(1)
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        self.tell((1, outcome(result=2)))
        self.assertEqual(
            self.results(), [("succeeded", 1), ("succeeded", 2), ("running", None)]
        )
        driven(self.scene.scheduler.cancel_run(self.contexts[2].run_id))
        self.assertTrue(self.contexts[2].cancelled)

    def test_nonsense_beside_an_outcome(self):
        """
        A run whose outcome was lost with that can still be stopped, and be cut off.
        """
        self.scene.executor.done([(self.contexts[0], outcome()), None])
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        driven(self.scene.scheduler.cancel_run(self.contexts[0].run_id))
        self.assertTrue(self.contexts[0].cancelled)
        stopped = self.scene.scheduler.stop(1)
        self.scene.advance(3)
        self.successResultOf(stopped)
        run = driven(self.store.get_run(self.contexts[0].run_id))
        self.assertEqual(run.disposition, Disposition.CANCELLED)

    def test_a_stop_while_it_is_written(self):
        """
        A stop that cuts others off waits for the ends that had come, and keeps them.
        """
        self.tell((0, outcome(result=1)))
        self.scene.advance(0.5)
        self.tell((1, outcome(result=2)))
        stopped = self.scene.scheduler.stop(0.25)
        self.scene.advance(1.4)
        self.assertNoResult(stopped)
        self.assertNotIn("close", [name for name, _ in self.store.calls])
        self.scene.advance(0.2)
        self.successResultOf(stopped)
        runs = [driven(self.store.get_run(one.run_id)) for one in self.contexts]
        self.assertEqual(
            [(run.disposition.value, run.result) for run in runs],
            [("succeeded", 1), ("succeeded", 2), ("pending", None)],
        )

    def test_nothing(self):
        """
        No outcomes are no harm.
        """
        self.scene.executor.done([])
        self.assertEqual(self.store.asked("finish"), [])
        self.assertEqual(self.results(), [("running", None)] * 3)

    def test_strangers(self):
        """
        Outcomes of runs that nobody here started are left alone.
        """
        self.tell((0, outcome()))
        self.results()
        asked = len(self.store.asked("finish"))
        self.tell((0, outcome(Disposition.FAILED)))
        self.assertEqual(len(self.store.asked("finish")), asked)


class SingleTests(SynchronousTestCase):
    """
    Executors of one call at a time that give something else.
    """

    def ended(self, execute):
        """
        Let an executor begin; give what became of its run.
        """

        class Own(ManualExecutor):
            def execute(self, call, context):
                return execute()

        scene = Scene(executor=Own())
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        (run,) = scene.runs()
        self.assertEqual(scene.status().running, 0)
        return run

    def test_a_value(self):
        """
        A plain value is a result.
        """
        run = self.ended(lambda: 7)
        self.assertEqual((run.disposition.value, run.result), ("succeeded", 7))

    def test_a_coroutine(self):
        """
        A coroutine is waited for.
        """

        async def work():
            return await succeed(8)

        run = self.ended(work)
        self.assertEqual((run.disposition.value, run.result), ("succeeded", 8))

    def failed(self, error):
        """
        Let a task raise; give its run.
        """

        def execute():
            raise error

        run = self.ended(execute)
        self.assertEqual(run.disposition, Disposition.FAILED)
        return run

    def test_an_error_without_words(self):
        """
        An error that cannot be shown fails its run all the same.
        """

        class Unspeakable(Exception):
            def __str__(self):
                raise RuntimeError("cannot say")

        for kind in (Unspeakable, type("Both", (Unspeakable, TaskFailed), {})):
            run = self.failed(kind("x"))
            self.assertIn("Unspeakable" if kind is Unspeakable else "Both", run.error)

    def test_long_errors(self):
        """
        Errors and tracebacks are limited.
        """
        run = self.failed(ValueError("x" * 10**6))
        self.assertEqual(run.error, "ValueError: " + "x" * 2036)
        self.assertEqual(len(run.traceback), 8192)
        run = self.failed(TaskFailed("y" * 10**6, 7))
        self.assertEqual((run.error, run.result), ("y" * 2048, 7))

    def test_strange_characters(self):
        """
        Characters that UTF-8 does not have are written out.
        """
        run = self.failed(OSError("no file \udcff"))
        self.assertEqual(run.error, r"OSError: no file \udcff")
        run.traceback.encode("utf-8")
        run = self.failed(TaskFailed("no file \udcff"))
        self.assertEqual(run.error, r"no file \udcff")


class LapsedTests(SynchronousTestCase):
    """
    Runs whose lease has ended unnoticed.
    """

    def test_asked_to_stop_before(self):
        """
        A run that was asked to stop, and whose node claims it again after a step of the
        clock, ends as cancelled for that reason.
        """
        clock = a_clock()
        scene = Scene(clock=clock, executor=Crew())
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        ((context,),) = scene.executor.batches
        driven(scene.scheduler.cancel_run(context.run_id, "no need"))
        scene.leap(16)
        scene.advance(20)
        self.assertEqual(len(scene.executor.batches), 1)
        scene.executor.done([(context, outcome(result="late"))])
        (run,) = scene.runs()
        self.assertEqual(run.disposition, Disposition.CANCELLED)
        self.assertEqual((run.reason, run.result), ("no need", "late"))

    def test_given_up(self):
        """
        A scheduler that stopped while its store was away, and is started again, counts
        nothing of that, and waits for its store as ever.
        """

        class Away(MemoryJobStore):
            away = False

            def finish(self, aftermaths):
                if self.away:
                    return fail(StoreUnavailable("away"))
                return super().finish(aftermaths)

        store = Away()
        scene = Scene(store)
        for number in range(2):
            scene.add(every(100), id=f"job {number}")
        scene.advance(1)
        store.away = True
        scene.executor.end()
        stopped = scene.scheduler.stop(1)
        scene.advance(20)
        self.successResultOf(stopped)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        driven(scene.scheduler.start())
        scene.advance(20)
        self.assertEqual(scene.status().running, 2)
        self.assertEqual([one.attempt for one in scene.executor.begun], [1, 1, 2, 2])
        while scene.executor.running:
            scene.executor.end()
        scene.advance(10)
        self.assertEqual(scene.status().running, 2)
        store.away = False
        scene.advance(10)
        self.assertEqual(scene.status().running, 0)
        self.assertEqual(scene.dispositions(), ["succeeded"] * 2)
