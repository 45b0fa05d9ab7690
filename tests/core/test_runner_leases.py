"""
Leases of runs under way: renewed, lost, and let go.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.internet.defer import succeed
from twisted.trial.unittest import SynchronousTestCase

from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, Renewal, RunEnded
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore, ManualExecutor
from txsched.triggers import DateTrigger

from .doubles import WatchedStore
from .scenes import BEGIN, Scene, a_clock, at
from .test_runner import Crew, outcome
from .test_runner_cancel import Stubborn


class Losing(MemoryJobStore):
    """
    A store where somebody else has all runs from now on.
    """

    lost = True

    def renew(self, leases, until):
        """
        Renew nothing.
        """
        answer = super().renew(leases, until)
        if not self.lost:
            return answer
        return answer.addCallback(
            lambda _: Renewal(tuple(run_id for run_id, _ in leases), ())
        )


class RenewingTests(SynchronousTestCase):
    """
    When leases are renewed, and for how long.
    """

    def test_times(self):
        """
        Three times within a lease all leases are renewed with one question, from the
        first run that is under way to the last.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        scene = Scene(store, clock=clock, lease_duration=timedelta(seconds=6))
        for seconds in (10, 11, 15):
            scene.add(DateTrigger(at(seconds)), id=f"job {seconds}")
        scene.advance(17)
        for _ in range(3):
            scene.executor.end()
        scene.advance(60)
        times = [
            time - BEGIN.timestamp() for name, time in store.times if name == "renew"
        ]
        self.assertEqual(times, [12, 14, 16])
        asked = store.asked("renew")
        self.assertEqual([len(leases) for leases, _ in asked], [2, 2, 3])
        self.assertEqual([until for _, until in asked], [at(18), at(20), at(22)])

    def test_none_without_runs(self):
        """
        Without runs nothing is renewed, nor is the clock asked to call for it.
        """
        scene = Scene(WatchedStore(MemoryJobStore()))
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        scene.executor.end()
        scene.advance(60)
        self.assertEqual(scene.store.asked("renew"), [])
        calls = [call.func.__qualname__ for call in scene.clock.getDelayedCalls()]
        self.assertFalse([name for name in calls if "LeaseKeeper" in name], calls)

    def test_while_it_stops(self):
        """
        Leases are renewed also while a stop waits for the runs.
        """
        scene = Scene(WatchedStore(MemoryJobStore()))
        scene.add(DateTrigger(BEGIN))
        scene.advance(1)
        stopped = scene.scheduler.stop()
        scene.advance(29)
        self.assertEqual(len(scene.store.asked("renew")), 6)
        scene.executor.end()
        self.successResultOf(stopped)
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_slow(self):
        """
        A renewal that takes long is not repeated meanwhile.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 9.0, ("renew",))
        scene = Scene(store, clock=clock)
        scene.add(DateTrigger(BEGIN))
        scene.advance(30)
        times = [
            time - BEGIN.timestamp() for name, time in store.times if name == "renew"
        ]
        self.assertEqual(times, [5, 19])


class LostTests(SynchronousTestCase):
    """
    Leases that somebody else has by now.
    """

    def test_it_is_stopped(self):
        """
        The task is asked to stop, its place is free, and nobody is told of an end.
        """
        store = WatchedStore(Losing())
        scene = Scene(store, executor=Crew())
        scene.add(DateTrigger(BEGIN))
        scene.advance(0)
        ((context,),) = scene.executor.batches
        store.original.finish = lambda ends: MemoryJobStore.finish(
            store.original, [one._replace(term=one.term - 1) for one in ends]
        )
        scene.advance(4.9)
        self.assertFalse(context.cancelled)
        scene.advance(0.1)
        self.assertTrue(context.cancelled)
        self.assertEqual(scene.executor.asked_to_stop, [context.run_id])
        self.assertEqual(scene.status().running, 1)
        scene.executor.done([(context, outcome(result="in vain"))])
        self.assertEqual(scene.status().running, 0)
        (run,) = scene.runs()
        self.assertEqual((run.disposition, run.result), (Disposition.RUNNING, None))
        self.assertEqual(scene.seen.of(RunEnded), [])

    def test_it_comes_back(self):
        """
        When the node has the run again later that is another attempt: why the first one
        was stopped is forgotten.
        """
        store = Losing()
        scene = Scene(store, executor=Crew())
        scene.add(DateTrigger(BEGIN))
        scene.advance(5)
        ((first,),) = scene.executor.batches
        store.finish = lambda ends: succeed([one.run.id for one in ends])
        scene.executor.done([(first, outcome())])
        del store.finish
        store.lost = False
        scene.advance(16)
        _, (second,) = scene.executor.batches
        self.assertEqual((second.attempt, second.cancelled), (2, False))
        driven(scene.scheduler.cancel_run(second.run_id, "no need"))
        scene.executor.done([(second, outcome())])
        (run,) = scene.runs()
        self.assertEqual((run.disposition.value, run.reason), ("cancelled", "no need"))

    def test_an_old_answer(self):
        """
        That a lease of before was lost says nothing about the one that is held now.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 3.0, ("renew",))
        scene = Scene(store, clock=clock)
        scene.add(DateTrigger(BEGIN))
        scene.advance(5)
        scene.leap(16)
        scene.advance(0)
        (context,) = scene.executor.begun
        ((_, answer),) = [one for one in store.answers if one[0] == "renew"]
        self.assertEqual(answer.lost, (context.run_id,))
        self.assertFalse(context.cancelled)
        scene.executor.end()
        self.assertEqual(scene.dispositions(), ["succeeded"])

    def test_it_does_not_stop(self):
        """
        A task that does not stop is asked once, however often its lease is lost.
        """
        scene = Scene(Losing(), executor=Stubborn())
        scene.add(DateTrigger(BEGIN))
        scene.advance(60)
        (context,) = scene.executor.begun
        self.assertEqual(scene.executor.asked, [context.run_id])

    def test_it_had_ended(self):
        """
        A run that ended while its renewal was under way is not stopped any more.
        """
        clock = a_clock()
        store = WatchedStore(Losing(), clock, 1.0, ("renew",))
        scene = Scene(store, clock=clock, executor=Crew())
        scene.add(DateTrigger(BEGIN))
        scene.advance(5.5)
        ((context,),) = scene.executor.batches
        scene.executor.done([(context, outcome(result=7))])
        scene.advance(1)
        self.assertFalse(context.cancelled)
        self.assertEqual(scene.executor.asked_to_stop, [])
        self.assertEqual(scene.told(), [("succeeded", 0, 1)])

    def test_a_stop_meanwhile(self):
        """
        What a shutdown cut off is not touched by a renewal that comes after that.
        """
        for faults in (0, 1):
            clock = a_clock()
            original = FailingStore(MemoryJobStore(), "renew", 0, faults)
            store = WatchedStore(original, clock, 3.0, ("renew",))
            scene = Scene(store, clock=clock)
            scene.add(DateTrigger(BEGIN))
            scene.advance(5)
            stopped = scene.scheduler.stop(1)
            scene.advance(1)
            self.successResultOf(stopped)
            (context,) = scene.executor.begun
            before = driven(scene.store.get_run(context.run_id))
            scene.advance(2)
            self.assertEqual(original.failed, faults)
            self.assertEqual(driven(scene.store.get_run(context.run_id)), before)
            self.assertEqual(before.disposition, Disposition.PENDING)
            self.assertEqual(scene.clock.getDelayedCalls(), [])


class RestartTests(SynchronousTestCase):
    """
    Attempts of the same run, one after the other on the same node.
    """

    def test_an_old_task(self):
        """
        A task that outlived the shutdown which cut it off ends without effect; the
        attempt after it can be stopped, and its end counts.
        """

        class Deaf(ManualExecutor):
            def __init__(self):
                super().__init__()
                self.tasks = []

            def execute(self, call, context):
                task = Stubborn()
                self.tasks.append(task)
                return task.execute(call, context)

        scene = Scene(executor=Deaf())
        scene.add(DateTrigger(BEGIN))
        scene.advance(1)
        stopped = scene.scheduler.stop(1)
        scene.advance(1)
        self.successResultOf(stopped)
        driven(scene.scheduler.start())
        first, second = scene.executor.tasks
        first.end("first")
        self.assertEqual(scene.told(), [("running", 0, 1)])
        (context,) = second.begun
        driven(scene.scheduler.cancel_run(context.run_id, "no need"))
        self.assertEqual(second.asked, [context.run_id])
        second.end("second")
        (run,) = scene.runs()
        self.assertEqual((run.disposition, run.attempt), (Disposition.CANCELLED, 2))
        self.assertEqual((run.result, run.reason), ("second", "no need"))
