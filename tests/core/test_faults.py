"""
The store goes away, at each of its methods, before and after its work.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from twisted.internet.defer import fail
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import StoreUnavailable
from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, RunEnded
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore
from txsched.triggers import DateTrigger

from .doubles import WatchedStore, busy_scene
from .scenes import BEGIN, SECOND, a_clock, at, every

#: What the engine asks of its store, by itself.
METHODS = (
    "claim_jobs",
    "commit",
    "next_due",
    "claim_runs",
    "renew",
    "finish",
    "prune",
)
LAST = 40


class EachMethodTests(SynchronousTestCase):
    """
    Four jobs run for 40 s, while one method fails for a while.
    """

    jobs = {
        "quick": (2, {"misfire_grace_time": None, "coalesce": True}),
        "strict": (3, {"on_crash": "abandon"}),
        "long": (8, {"args": (5,), "misfire_grace_time": None}),
        "often": (1, {"max_instances": 3, "misfire_grace_time": 20, "args": (0.5,)}),
    }

    def play(self, method, first, count, after):
        """
        Let the jobs run to their ends.
        """
        store = FailingStore(MemoryJobStore(), method, first, count, after)
        scene = busy_scene(
            store=store,
            lease_duration=timedelta(seconds=6),
            prune_interval=timedelta(seconds=5),
            longest_retry_delay=SECOND,
        )
        for job_id, (seconds, options) in self.jobs.items():
            scene.add(every(seconds, at(LAST)), id=job_id, **options)
        asked = []
        for _ in range(8):
            scene.advance(5)
            asked.append(driven(scene.scheduler.run_job("long", force=True)))
        scene.advance(80)
        self.assertEqual(store.failed, count)
        self.flushLoggedErrors(StoreUnavailable)
        return scene, asked

    def check(self, method, first, count, after):
        """
        Assert that a faulty store leaves nothing in disorder.
        """
        scene, asked = self.play(method, first, count, after)
        executed = Counter(context.run_id for context in scene.executor.ended)
        for job_id, (seconds, _) in self.jobs.items():
            self.check_times(scene, job_id, seconds)
        for run in scene.runs():
            self.assertFalse(run.disposition.active, run)
            succeeded = run.disposition is Disposition.SUCCEEDED
            self.assertEqual(executed.pop(run.id, 0), int(succeeded), run)
        self.assertEqual(executed, {})
        by_id = {run.id: run for run in scene.runs()}
        for run in asked:
            self.assertEqual(by_id[run.id].disposition, Disposition.SUCCEEDED)
        status = scene.status()
        self.assertIsNone(status.store_error)
        self.assertEqual((status.store.jobs, status.store.active_runs), (0, 0))
        self.assertEqual(status.running, 0)
        self.assertIn(("succeeded", float(LAST), 1), scene.told(job_id="quick"))
        self.assertEqual(scene.wakes(), [])

    def check_times(self, scene, job_id, seconds):
        """
        Assert that each planned time of a job is in one row of the ledger.
        """
        times = []
        for run in scene.runs(job_id=job_id):
            if run.manual:
                continue
            here = [
                run.planned_time + number * seconds * SECOND
                for number in range(run.times)
            ]
            if run.times > 1:
                self.assertEqual(here[-1], run.last_planned_time)
            times += here
        expected = [at(time) for time in range(0, LAST + 1, seconds)]
        self.assertEqual(sorted(times), expected, job_id)

    def test_without_faults(self):
        """
        A store that never fails runs everything, each in time.
        """
        scene, asked = self.play("renew", 0, 0, False)
        for job_id in ("quick", "strict", "often"):
            seconds, _ = self.jobs[job_id]
            times = range(0, LAST + 1, seconds)
            self.assertEqual(
                scene.told(job_id=job_id), [("succeeded", time, 1) for time in times]
            )
            self.assertEqual(
                [(job_id, time, time) for time in times],
                [one for one in scene.began() if one[0] == job_id],
            )
        self.assertEqual(len(asked), 8)
        self.assertEqual({run.attempt for run in scene.runs()}, {1})

    def test_after_some_runs(self):
        """
        The store goes away for eight calls in the middle of it all.
        """
        for method in METHODS:
            for after in (False, True):
                self.check(method, 5 if method in ("prune", "renew") else 20, 8, after)


def one_fault(method, number, after):
    """
    Make the test of one fault.
    """

    def test(self):
        self.check(method, number, 1, after)

    when = "after" if after else "before"
    test.__doc__ = f"The call {number + 1} of {method} fails {when} its work is done."
    return test


for _method in METHODS:
    for _number in range(3):
        for _after in (False, True):
            setattr(
                EachMethodTests,
                f"test_{_method}_{_number + 1}_{'after' if _after else 'before'}",
                one_fault(_method, _number, _after),
            )


class Away(MemoryJobStore):
    """
    A store that fails whatever it is asked, for a while.
    """

    def __init__(self, clock, begin, end):
        super().__init__()
        self.clock = clock
        self.begin = begin.timestamp()
        self.end = end.timestamp()

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in METHODS or not self.begin <= self.clock.seconds() < self.end:
            return found
        return lambda *args: fail(StoreUnavailable("the test took it away"))


class OutageTests(SynchronousTestCase):
    """
    The whole store is away for longer than leases last.
    """

    def test_runs_go_on(self):
        """
        Runs that were under way, and those that ended meanwhile, are not repeated;
        their ends are recorded once.
        """
        for seconds in (16, 30, 45, 60):
            for on_crash in ("rerun", "abandon"):
                clock = a_clock()
                scene = busy_scene(
                    store=Away(clock, at(10), at(10 + seconds)), clock=clock
                )
                for number in range(60):
                    scene.add(
                        DateTrigger(BEGIN),
                        id=f"job {number:02}",
                        args=(2 + number * 1.7,),
                        on_crash=on_crash,
                    )
                scene.advance(200)
                self.assertEqual(len(scene.executor.begun), 60)
                self.assertEqual(scene.dispositions(), ["succeeded"] * 60)
                ended = [event.run.id for event in scene.seen.of(RunEnded)]
                self.assertEqual((len(ended), len(set(ended))), (60, 60))
                self.assertEqual({run.attempt for run in scene.runs()}, {1})
                self.assertEqual(scene.status().running, 0)
                self.assertIsNone(scene.status().store_error)

    def test_a_lease_that_ends_while_the_end_is_written(self):
        """
        An end that is lost because its own node has renewed the claim is written again
        under that.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1.0, ("finish",))
        scene = busy_scene(store=store, clock=clock)
        scene.add(DateTrigger(BEGIN), args=(2,))
        scene.advance(2.5)
        self.assertEqual(len(store.asked("finish")), 1)
        clock.rightNow += 14.9
        scene.scheduler.wake()
        scene.advance(5)
        self.assertEqual(len(store.asked("finish")), 2)
        self.assertEqual(len(scene.executor.begun), 1)
        (run,) = scene.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 1))
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [run])
        self.assertEqual(scene.status().running, 0)


class NoTimeLostTests(SynchronousTestCase):
    """
    A short fault does not cost what it need not cost.
    """

    def told(self, method, after, count, **options):
        """
        Let the third call of a method fail; give the ledger.
        """
        store = FailingStore(MemoryJobStore(), method, 2, count, after)
        scene = busy_scene(store=store)
        scene.add(every(10), **options)
        scene.advance(39)
        self.assertEqual(store.failed, count)
        return scene.told(), scene.runs()

    def test_commit(self):
        """
        A plan whose commit had no answer is committed again at once: nothing is missed,
        abandoned or begun twice, whether it was written or not.
        """
        for after in (False, True):
            told, runs = self.told("commit", after, 3, on_crash="abandon")
            self.assertEqual(
                told, [("succeeded", 10.0 * number, 1) for number in range(4)]
            )
            self.assertEqual({run.attempt for run in runs}, {1})
            self.assertEqual(runs[2].planned_time, at(20))

    def test_finish(self):
        """
        An end whose writing had no answer is written again: the run is not repeated.
        """
        for after in (False, True):
            told, runs = self.told("finish", after, 3)
            self.assertEqual(
                told, [("succeeded", 10.0 * number, 1) for number in range(4)]
            )
            self.assertEqual({run.attempt for run in runs}, {1})

    def test_a_long_outage_of_commit(self):
        """
        When the store has not answered for a third of a lease the engine plans anew
        once the lease has ended, by the rules of the job.
        """
        told, _ = self.told("commit", False, 6)
        self.assertEqual(
            told,
            [("succeeded", 0.0, 1), ("succeeded", 10.0, 1), ("missed", 20.0, 2)],
        )

    def test_stopped_while_a_commit_is_tried(self):
        """
        To stop does not wait for a store that has gone.
        """
        store = FailingStore(MemoryJobStore(), "commit", 0, 1000)
        scene = busy_scene(store=store)
        scene.add(every(10))
        scene.advance(1)
        self.assertGreater(store.failed, 2)
        stopped = scene.scheduler.stop()
        scene.advance(2)
        self.successResultOf(stopped)
        self.assertEqual(scene.clock.getDelayedCalls(), [])
