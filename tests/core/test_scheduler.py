"""
The life of a scheduler, and what its methods refuse.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from txsched.core import LocalScheduler
from txsched.errors import AlreadyRunning, BadValue, NotRunning, StoreUnavailable
from txsched.interfaces import IScheduler
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    JobAdded,
    JobQuery,
    JobSpec,
    RunQuery,
    SchedulerStarted,
    SchedulerStopping,
)
from txsched.model.showing import shown
from txsched.testing.driving import advance, driven
from txsched.testing.fakes import ManualExecutor, RecordingObserver
from txsched.triggers import DateTrigger

from .doubles import WatchedStore
from .scenes import BEGIN, Scene, a_clock, at, every

SPEC = JobSpec("tests:task", every(10), id="job")

#: Each method of the interface with arguments that it takes.
METHODS = {
    "add_job": ("tests:task", every(10)),
    "add_jobs": ([SPEC],),
    "get_job": ("job",),
    "get_jobs": (JobQuery(),),
    "modify_job": ("job",),
    "reschedule_job": ("job", every(5)),
    "pause_job": ("job",),
    "resume_job": ("job",),
    "remove_job": ("job",),
    "run_job": ("job",),
    "cancel_run": ("run",),
    "get_run": ("run",),
    "get_runs": (RunQuery(),),
    "forecast": (BEGIN, at(60)),
    "pause": (),
    "resume": (),
    "status": (),
    "get_nodes": (),
    "examine": (),
    "hand_back": ("node",),
    "get_quarantined": (),
    "repair_job": ("job", SPEC),
}


class GatedStore(MemoryJobStore):
    """
    A store that opens and closes when the test says so.
    """

    def __init__(self):
        super().__init__()
        self.opening = Deferred()
        self.closing = Deferred()
        self.asked = []

    def open(self):
        """
        Wait for the test.
        """
        self.asked.append("open")
        return self.opening

    def close(self):
        """
        Wait for the test.
        """
        self.asked.append("close")
        return self.closing


class LifeTests(SynchronousTestCase):
    """
    From start to stop.
    """

    def refuse_all(self, scheduler):
        """
        Assert that no method works, and none touches the store.
        """
        for name, arguments in METHODS.items():
            answer = getattr(scheduler, name)(*arguments)
            self.failureResultOf(answer, NotRunning)

    def test_before_and_after(self):
        """
        Without a start, and after a stop, each method says that it does not run, and
        the store is left alone.
        """
        store = WatchedStore(MemoryJobStore())
        scene = Scene(store, start=False)
        self.refuse_all(scene.scheduler)
        self.assertEqual(store.calls, [])
        driven(scene.scheduler.start())
        scene.stop()
        asked = len(store.calls)
        self.refuse_all(scene.scheduler)
        self.assertEqual(len(store.calls), asked)
        self.assertEqual(store.calls[-1][0], "close")

    def test_all_methods(self):
        """
        The table above has each method that needs a running scheduler.
        """
        self.assertEqual({*IScheduler.names()} - {"subscribe"}, METHODS.keys())

    def test_while_it_opens(self):
        """
        While the store opens nothing works yet, and a second start is refused.
        """
        store = GatedStore()
        scene = Scene(store, start=False)
        started = scene.scheduler.start()
        self.refuse_all(scene.scheduler)
        self.failureResultOf(scene.scheduler.start(), AlreadyRunning)
        self.assertNoResult(started)
        self.assertEqual(scene.seen.events, [])
        store.opening.callback(None)
        self.successResultOf(started)
        self.assertEqual(scene.seen.events, [SchedulerStarted(BEGIN)])
        self.failureResultOf(scene.scheduler.start(), AlreadyRunning)
        self.assertEqual(store.asked, ["open"])

    def test_a_start_that_fails(self):
        """
        After a store that cannot be opened it can be started again.
        """

        class Late(MemoryJobStore):
            away = 1

            def open(self):
                if self.away:
                    self.away -= 1
                    return fail(StoreUnavailable("not yet"))
                return super().open()

        scene = Scene(Late(), start=False)
        self.failureResultOf(scene.scheduler.start(), StoreUnavailable)
        self.refuse_all(scene.scheduler)
        self.successResultOf(scene.scheduler.stop())
        self.successResultOf(scene.scheduler.start())
        self.assertEqual(scene.status().state, "running")

    def test_stopped_while_it_opens(self):
        """
        A stop that comes while the store opens waits for that, and then stops.
        """
        store = GatedStore()
        scene = Scene(store, start=False)
        started = scene.scheduler.start()
        stopped = scene.scheduler.stop()
        self.assertNoResult(stopped)
        store.opening.callback(None)
        self.successResultOf(started)
        self.assertEqual(store.asked, ["open", "close"])
        self.assertNoResult(stopped)
        store.closing.callback(None)
        self.successResultOf(stopped)
        self.refuse_all(scene.scheduler)
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_stopped_while_it_fails_to_open(self):
        """
        When the store then cannot be opened there is nothing to stop.
        """
        store = GatedStore()
        scene = Scene(store, start=False)
        started, stopped = scene.scheduler.start(), scene.scheduler.stop()
        store.opening.errback(StoreUnavailable("away"))
        self.failureResultOf(started, StoreUnavailable)
        self.successResultOf(stopped)
        self.assertEqual(store.asked, ["open"])

    def test_while_it_closes(self):
        """
        Until the store is closed it has not stopped, cannot be started, and answers.
        """
        store = GatedStore()
        store.opening.callback(None)
        scene = Scene(store)
        stopped = scene.scheduler.stop()
        self.assertNoResult(stopped)
        self.assertEqual(scene.status().state, "stopping")
        self.failureResultOf(scene.scheduler.start(), AlreadyRunning)
        self.assertEqual(scene.seen.of(SchedulerStopping), [SchedulerStopping(BEGIN)])
        store.closing.callback(None)
        self.successResultOf(stopped)
        self.failureResultOf(scene.scheduler.status(), NotRunning)

    def test_a_store_that_does_not_close(self):
        """
        A store that fails to close is told, and the scheduler has stopped all the same.
        """
        store = GatedStore()
        store.opening.callback(None)
        scene = Scene(store)
        stopped = scene.scheduler.stop()
        store.closing.errback(StoreUnavailable("gone"))
        self.failureResultOf(stopped, StoreUnavailable)
        self.refuse_all(scene.scheduler)

    def test_an_engine_that_does_not_stop(self):
        """
        The store is closed also when stopping what fires fails.
        """

        class Clinging(GatedStore):
            def watch(self, callback):
                def unwatch():
                    raise ArithmeticError("clings")

                return unwatch

        store = Clinging()
        store.opening.callback(None)
        store.closing.callback(None)
        scene = Scene(store)
        self.failureResultOf(scene.scheduler.stop(), ArithmeticError)
        self.assertEqual(store.asked, ["open", "close"])
        self.failureResultOf(scene.scheduler.status(), NotRunning)

    def test_started_again(self):
        """
        After a stop it can be started again, and goes on with what is in its store.
        """
        scene = Scene()
        scene.add(every(10))
        scene.advance(5)
        scene.executor.end()
        scene.stop()
        scene.advance(20)
        self.assertEqual(len(scene.executor.begun), 1)
        self.successResultOf(scene.scheduler.start())
        self.assertEqual(scene.status().started_at, at(25))
        scene.advance(6)
        self.assertEqual(
            scene.told(), [("succeeded", 0, 1), ("missed", 10, 2), ("running", 30, 1)]
        )

    def test_a_pause_does_not_last(self):
        """
        A pause of the whole, with its note, ends with a restart.
        """
        scene = Scene()
        driven(scene.scheduler.pause("for repair"))
        self.assertEqual(
            (scene.status().state, scene.status().note), ("paused", "for repair")
        )
        scene.stop()
        driven(scene.scheduler.start())
        self.assertEqual((scene.status().state, scene.status().note), ("running", ""))

    def test_limits_of_stopping(self):
        """
        What cannot be a limit is refused, and the scheduler goes on.
        """
        scene = Scene()
        for timeout, reason in (
            ("5", "expected seconds or nothing, not '5'"),
            (True, "expected seconds or nothing, not True"),
            (-1, "-1 is not a usable number of seconds"),
            (float("nan"), "nan is not a usable number of seconds"),
            (float("inf"), "inf is not a usable number of seconds"),
        ):
            failure = self.failureResultOf(scene.scheduler.stop(timeout), BadValue)
            self.assertEqual(str(failure.value), f"timeout: {reason}")
            self.assertEqual(scene.status().state, "running")
        self.assertEqual(scene.seen.of(SchedulerStopping), [])


class ObserverTests(SynchronousTestCase):
    """
    Who listens.
    """

    def test_before_the_start(self):
        """
        An observer may be there before the scheduler, and hears its start and its stop.
        """
        scene = Scene(start=False)
        driven(scene.scheduler.start())
        scene.advance(3)
        scene.stop()
        self.assertEqual(
            scene.seen.events, [SchedulerStarted(BEGIN), SchedulerStopping(at(3))]
        )

    def test_nobody(self):
        """
        Without observers all is as with them.
        """
        ledgers = []
        for listens in (True, False):
            clock, store = a_clock(), MemoryJobStore()
            scheduler = LocalScheduler(store, {"default": ManualExecutor()}, clock)
            heard = RecordingObserver()
            if listens:
                driven(scheduler.subscribe(heard))
            driven(scheduler.start())
            driven(scheduler.add_job("tests:task", every(10), id="job"))
            driven(scheduler.pause_job("job"))
            advance(clock, 25)
            driven(scheduler.resume_job("job"))
            advance(clock, 10)
            runs = driven(store.find_runs(RunQuery())).items
            ledgers.append([(run.planned_time, run.disposition) for run in runs])
            self.assertEqual(bool(heard.events), listens)
        self.assertEqual(ledgers[0], ledgers[1])
        self.assertEqual(len(ledgers[0]), 2)


class StatusTests(SynchronousTestCase):
    """
    What it says of itself.
    """

    def test_its_node(self):
        """
        Its node has its name, and a part of its own.
        """
        nodes = {Scene().scheduler.node for _ in range(20)}
        self.assertEqual(len(nodes), 20)
        self.assertEqual({node.rpartition("-")[0] for node in nodes}, {"node"})

    def test_figures(self):
        """
        It tells what runs, when it wakes next and how late it is.
        """
        scene = Scene()
        scene.add(every(10), id="one")
        scene.add(every(4), id="two", max_instances=9)
        scene.advance(6)
        status = scene.status()
        self.assertEqual((status.node, status.running), (scene.scheduler.node, 3))
        self.assertEqual((status.now, status.started_at), (at(6), BEGIN))
        self.assertEqual(status.lag, 0.0)
        self.assertEqual(status.next_wakeup, at(8))
        self.assertIsNone(status.store_error)

    def test_nothing_to_wake_for(self):
        """
        Paused, it has no time to wake, and its lateness grows.
        """
        scene = Scene()
        scene.add(DateTrigger(at(5)))
        driven(scene.scheduler.pause())
        scene.advance(8)
        status = scene.status()
        self.assertEqual((status.next_wakeup, status.lag), (None, 3.0))


class ArgumentTests(SynchronousTestCase):
    """
    Arguments of a wrong kind.
    """

    TEXT = "expected text, not {!r}"
    FLAG = "expected true or false, not {!r}"
    NUMBER = "expected a whole number or nothing, not {!r}"

    #: Method, arguments, the name of the wrong one and the reason.
    ROWS = (
        ("add_jobs", (5,), "specs", "expected a list, not 5"),
        ("add_jobs", ("ab",), "specs", "expected a list, not 'ab'"),
        ("add_jobs", ([SPEC, "x"],), "specs[1]", "expected JobSpec, not 'x'"),
        ("get_job", (5,), "job_id", TEXT.format(5)),
        ("get_job", (None,), "job_id", TEXT.format(None)),
        ("get_job", (b"job",), "job_id", TEXT.format(b"job")),
        ("get_job", (["job"],), "job_id", TEXT.format(["job"])),
        ("get_jobs", ("job",), "query", "expected JobQuery, not 'job'"),
        ("get_jobs", (None,), "query", "expected JobQuery, not None"),
        ("modify_job", (5,), "job_id", TEXT.format(5)),
        ("modify_job", ("job", "1"), "revision", NUMBER.format("1")),
        ("modify_job", ("job", 1.0), "revision", NUMBER.format(1.0)),
        ("reschedule_job", (5, every(5)), "job_id", TEXT.format(5)),
        ("reschedule_job", ("job", every(5), True), "revision", NUMBER.format(True)),
        ("pause_job", (5,), "job_id", TEXT.format(5)),
        ("pause_job", ("job", 5), "note", TEXT.format(5)),
        ("resume_job", (5,), "job_id", TEXT.format(5)),
        ("resume_job", ("job", 1), "catch_up", FLAG.format(1)),
        ("remove_job", (5,), "job_id", TEXT.format(5)),
        ("run_job", (5,), "job_id", TEXT.format(5)),
        ("run_job", ("job", "yes"), "force", FLAG.format("yes")),
        ("cancel_run", (5,), "run_id", TEXT.format(5)),
        ("cancel_run", ("run", None), "reason", TEXT.format(None)),
        ("get_run", (5,), "run_id", TEXT.format(5)),
        ("get_runs", (5,), "query", "expected RunQuery, not 5"),
        (
            "get_runs",
            (JobQuery(),),
            "query",
            f"expected RunQuery, not {shown(JobQuery())}",
        ),
        (
            "forecast",
            (5, at(1)),
            "start",
            "expected a datetime with a time zone, not 5",
        ),
        (
            "forecast",
            (BEGIN, None),
            "end",
            "expected a datetime with a time zone, not None",
        ),
        (
            "forecast",
            (BEGIN, at(1), "job"),
            "job_ids",
            "expected a list or nothing, not 'job'",
        ),
        (
            "forecast",
            (BEGIN, at(1), 5),
            "job_ids",
            "expected a list or nothing, not 5",
        ),
        ("forecast", (BEGIN, at(1), ["job", 5]), "job_ids[1]", TEXT.format(5)),
        (
            "forecast",
            (BEGIN, at(1), None, "9"),
            "limit",
            "expected a whole number, not '9'",
        ),
        ("pause", (5,), "note", TEXT.format(5)),
        ("hand_back", (5,), "node_id", TEXT.format(5)),
        ("repair_job", (5, SPEC), "job_id", TEXT.format(5)),
        ("repair_job", ("job", 5), "spec", "expected JobSpec, not 5"),
        ("start", (1,), "paused", FLAG.format(1)),
        ("subscribe", (5,), "observer", "5 cannot be called"),
    )

    def test_refused(self):
        """
        Each is refused by its name, and changes nothing.
        """
        scene = Scene()
        before = scene.add(every(10))
        for method, arguments, name, reason in self.ROWS:
            answer = getattr(scene.scheduler, method)(*arguments)
            failure = self.failureResultOf(answer, BadValue)
            self.assertEqual(str(failure.value), f"{name}: {reason}", method)
        self.assertEqual(scene.status().state, "running")
        page = driven(scene.scheduler.get_jobs())
        self.assertEqual(page.items, (scene.job(),))
        self.assertEqual(scene.job().revision, before.revision)

    def test_each_method(self):
        """
        The table above has each method that takes arguments, but for adding one job,
        which refuses what the values of a job refuse.
        """
        without = {"add_job", "resume", "status", "get_nodes"}
        without |= {"examine", "get_quarantined"}
        named = {row[0] for row in self.ROWS}
        self.assertEqual(METHODS.keys() - without, named - {"start", "subscribe"})

    def test_sets_of_ids(self):
        """
        Ids for a forecast may come in any collection, and one that is there twice
        counts once.
        """
        scene = Scene(clock=a_clock())
        scene.add(every(10), id="a")
        scene.add(every(10), id="b")
        for ids in (["a", "a"], ("a",), {"a"}, {"a": 1}):
            found = driven(scene.scheduler.forecast(at(5), at(15), ids))
            self.assertEqual([one.job_id for one in found], ["a"])

    def test_a_slow_store(self):
        """
        What is asked while the store takes its time is answered in the end.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1.0, ("add_jobs",))
        scene = Scene(store, clock=clock)
        added = scene.scheduler.add_job("tests:task", every(10), id="job")
        self.assertNoResult(added)
        scene.advance(1)
        self.assertEqual(self.successResultOf(added).id, "job")
        self.assertEqual(scene.seen.of(JobAdded), [JobAdded(BEGIN, "job")])
