"""
How the scheduler tells that its store is away, and how it goes on.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import JobExists, StoreUnavailable
from txsched.jobstores import MemoryJobStore
from txsched.model import JobPaused
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore

from .doubles import Turning, WatchedStore, busy_scene
from .scenes import BEGIN, SECOND, a_clock, at, every, fitting


class ErrorTests(SynchronousTestCase):
    """
    How the engine tells that its store is away, and how often it tries.
    """

    def away(self, method, first, count, **settings):
        """
        Make a scene whose store goes away.
        """
        clock = a_clock()
        store = FailingStore(MemoryJobStore(), method, first, count)
        watched = WatchedStore(store, clock)
        settings["longest_sleep"] = timedelta(hours=1)
        return busy_scene(store=watched, clock=clock, **settings)

    def asked(self, scene, method="claim_jobs"):
        """
        Give in which seconds the store was asked.
        """
        return [
            round(time - BEGIN.timestamp(), 3)
            for name, time in scene.store.times
            if name == method
        ]

    def test_delays(self):
        """
        The pauses double up to the longest, and begin anew after a success.
        """
        scene = self.away(
            "claim_jobs",
            0,
            7,
            retry_delay=timedelta(seconds=0.5),
            longest_retry_delay=timedelta(seconds=5),
        )
        scene.advance(100)
        pauses = [0.5, 1, 2, 4, 5, 5, 5]
        self.assertEqual(fitting(self.asked(scene), pauses), pauses)

    def test_delays_begin_anew(self):
        """
        After a success the next outage begins with the first pause.
        """
        clock = a_clock()
        once = FailingStore(MemoryJobStore(), "claim_jobs", 0, 3)
        twice = FailingStore(once, "claim_jobs", 4, 2)
        scene = busy_scene(
            store=WatchedStore(twice, clock),
            clock=clock,
            longest_sleep=timedelta(hours=1),
            retry_delay=SECOND,
        )
        scene.advance(10)
        scene.add(every(100))
        scene.advance(100)
        asked = self.asked(scene)
        pauses = [1, 2, 4]
        self.assertEqual(fitting(asked[:4], pauses), pauses)
        self.assertEqual(asked[4], 100)
        pauses = [1, 2]
        self.assertEqual(fitting(asked[4:], pauses), pauses)

    def test_store_error(self):
        """
        The error is in the status as long as turns fail, and gone with the first that
        does not.
        """
        scene = self.away("claim_jobs", 1, 4)
        self.assertIsNone(scene.status().store_error)
        scene.add(every(10), misfire_grace_time=None)
        scene.advance(0)
        self.assertEqual(
            scene.status().store_error,
            "the job store is unavailable: the test took it away",
        )
        self.assertEqual(scene.began(), [])
        self.assertEqual(len(scene.wakes()), 1)
        scene.advance(0.5)
        self.assertIsNotNone(scene.status().store_error)
        scene.advance(1.01)
        self.assertIsNone(scene.status().store_error)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0])
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_store_error_of_a_commit(self):
        """
        The same while a commit is tried again.
        """
        scene = self.away("commit", 0, 3)
        scene.add(every(10))
        scene.advance(0)
        self.assertEqual(
            scene.status().store_error,
            "the job store is unavailable: the test took it away",
        )
        scene.advance(0.5)
        self.assertIsNotNone(scene.status().store_error)
        scene.advance(0.21)
        self.assertIsNone(scene.status().store_error)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0])
        ends = [until for _, _, until in scene.store.asked("commit")]
        self.assertEqual(ends[0], at(15))
        seconds = [until.timestamp() for until in ends]
        pauses = [0.1, 0.2, 0.4]
        self.assertEqual(fitting(seconds, pauses), pauses)

    def test_another_error(self):
        """
        Any other error of the store is logged as one, told, and tried again.
        """

        class Broken(MemoryJobStore):
            broken = 3

            def next_due(self, now, executors=None):
                if executors is not None and self.broken:
                    self.broken -= 1
                    raise ArithmeticError("a mistake")
                return super().next_due(now, executors)

        scene = busy_scene(store=Broken())
        self.assertEqual(scene.status().store_error, "a mistake")
        scene.add(every(10))
        scene.advance(25)
        self.assertIsNone(scene.status().store_error)
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 3)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0, 10.0, 20.0])

    def test_work_that_comes_meanwhile(self):
        """
        While the store is away a new job does not make the engine ask more often.
        """
        scene = self.away(
            "claim_jobs",
            0,
            100,
            retry_delay=timedelta(seconds=10),
            longest_retry_delay=timedelta(seconds=10),
        )
        for number in range(20):
            scene.add(every(100), id=f"job {number}", start_time=at(50))
            scene.advance(1)
        pauses = [10, 10]
        self.assertEqual(fitting(self.asked(scene), pauses), pauses)

    def test_a_trigger_and_the_store(self):
        """
        A broken trigger while the store cannot pause its job: the job is paused once
        its lease has ended.
        """
        for after in (False, True):
            store = FailingStore(MemoryJobStore(), "change_job", 0, 1, after)
            scene = busy_scene(store=store)

            def answer(previous):
                raise LookupError("no calendar")

            scene.add(Turning(answer), id="broken")
            scene.add(every(10), id="sound")
            scene.advance(45)
            self.assertEqual(store.failed, 1)
            self.assertIsNotNone(scene.job("broken").paused)
            self.assertEqual(
                [time for job_id, time, _ in scene.began() if job_id == "sound"],
                [0.0, 10.0, 20.0, 30.0, 40.0],
            )
            self.assertEqual(len(scene.seen.of(JobPaused)), int(not after))
            self.assertEqual(
                len(self.flushLoggedErrors(LookupError)), 1 if after else 2
            )


class RequestTests(SynchronousTestCase):
    """
    The store goes away while somebody asks the scheduler for something.
    """

    requests = {
        "add_jobs": lambda one: one.add_job("tests:task", every(10), id="new"),
        "get_job": lambda one: one.get_job("job"),
        "find_jobs": lambda one: one.get_jobs(),
        "change_job": lambda one: one.modify_job("job", name="new"),
        "remove_jobs": lambda one: one.remove_job("job"),
        "add_runs": lambda one: one.run_job("job", force=True),
        "find_runs": lambda one: one.get_runs(),
        "find_quarantined": lambda one: one.get_quarantined(),
    }

    def test_each(self):
        """
        Who asks is told; nobody else is hurt, and it may be asked again.
        """
        for method, request in self.requests.items():
            store = FailingStore(MemoryJobStore(), method, 0, 1)
            scene = busy_scene(store=store)
            if method == "add_jobs":
                self.failureResultOf(request(scene.scheduler), StoreUnavailable)
            scene.add(every(10))
            if method != "add_jobs":
                self.failureResultOf(request(scene.scheduler), StoreUnavailable)
            self.assertEqual(store.failed, 1)
            scene.advance(15)
            began = [one for one in scene.began() if one[0] == "job"]
            self.assertEqual([time for _, time, _ in began], [0.0, 10.0], method)
            driven(request(scene.scheduler))

    def test_an_unknown_outcome(self):
        """
        A job whose addition had no answer may be there: adding it again tells.
        """
        store = FailingStore(MemoryJobStore(), "add_jobs", 0, 1, after=True)
        scene = busy_scene(store=store)
        request = self.requests["add_jobs"]
        self.failureResultOf(request(scene.scheduler), StoreUnavailable)
        self.failureResultOf(request(scene.scheduler), JobExists)
        driven(
            scene.scheduler.add_job(
                "tests:task", every(10), id="new", on_conflict="keep"
            )
        )
        scene.advance(15)
        self.assertEqual([time for _, time, _ in scene.began()], [0.0, 10.0])

    def test_open(self):
        """
        A scheduler whose store cannot be opened is stopped, and may be started again.
        """
        store = FailingStore(MemoryJobStore(), "open", 0, 1)
        scene = busy_scene(store=store, start=False)
        self.failureResultOf(scene.scheduler.start(), StoreUnavailable)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        driven(scene.scheduler.start())
        scene.add(every(10))
        scene.advance(15)
        self.assertEqual(len(scene.began()), 2)
