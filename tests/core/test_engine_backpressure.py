"""
More is due than can be carried out, or nothing is to be.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition, RunStarted
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import WatchedStore, busy_scene
from .scenes import BEGIN, Scene, a_clock, at, every


class PlacesTests(SynchronousTestCase):
    """
    ``max_in_flight`` runs at once.
    """

    def crowded(self, jobs, **settings):
        """
        Make a scene with jobs that are due together, and let them begin.
        """
        scene = Scene(**settings)
        for number in range(jobs):
            scene.add(DateTrigger(BEGIN), id=f"job {number}", misfire_grace_time=None)
        scene.advance(0)
        return scene

    def land(self, scene):
        """
        End the run that was begun first, and let the loop turn.
        """
        scene.executor.end()
        scene.advance(0)

    def test_no_more_than_places(self):
        """
        What has no place stays in the store as it is, unclaimed.
        """
        scene = self.crowded(5, max_in_flight=2)
        self.assertEqual([one[0] for one in scene.began()], ["job 0", "job 1"])
        scene.advance(600)
        self.assertEqual(len(scene.executor.begun), 2)
        for number in (2, 3, 4):
            self.assertEqual(scene.job(f"job {number}").next_run_time, BEGIN)
            self.assertEqual(scene.runs(job_id=f"job {number}"), ())
        (lease, *_) = driven(
            scene.store.claim_jobs("another", scene.now, at(9999), limit=5)
        )
        self.assertEqual(lease.job.id, "job 2")

    def test_a_run_lands(self):
        """
        With each end the next begins, at that instant.
        """
        scene = self.crowded(5, max_in_flight=2)
        scene.advance(7)
        scene.executor.end()
        self.assertEqual(scene.began()[2:], [("job 2", 0.0, 7.0)])
        self.land(scene)
        self.land(scene)
        self.assertEqual([one[0] for one in scene.began()[3:]], ["job 3", "job 4"])
        self.assertEqual(len(scene.executor.running), 2)

    def test_too_late(self):
        """
        What found no place within its grace time is missed, and says so.
        """
        scene = Scene(max_in_flight=1)
        scene.add(every(10), id="long")
        scene.add(every(10), id="waiting")
        scene.advance(5)
        scene.executor.end()
        (run,) = scene.runs(job_id="waiting")
        self.assertEqual(run.disposition, Disposition.MISSED)
        self.assertEqual(run.reason, "planned 5s late, misfire_grace_time is 1s")

    def test_one_job_that_catches_up(self):
        """
        A job that may run often at once takes the places that there are: its other
        runs are decided, and wait for a place.
        """
        scene = Scene(max_in_flight=3)
        scene.add(every(10), max_instances=8, misfire_grace_time=None)
        scene.add(every(10), id="other", max_instances=8, misfire_grace_time=None)
        driven(scene.scheduler.pause())
        scene.advance(75)
        driven(scene.scheduler.resume())
        scene.advance(0)
        self.assertEqual(len(scene.executor.begun), 3)
        pending = scene.runs(dispositions=(Disposition.PENDING,))
        self.assertEqual(len(pending), 13)
        (run, *_) = pending
        self.assertEqual(run.reason, "waits for a free place on a node")
        self.assertEqual((run.node, run.started_at), (None, None))
        for _ in range(13):
            self.land(scene)
            self.assertEqual(len(scene.executor.running), 3)
        for _ in range(3):
            self.land(scene)
        self.assertEqual(
            sorted(scene.told()),
            sorted(("succeeded", 10.0 * n, 1) for n in range(8) for _ in range(2)),
        )
        self.assertEqual({run.reason for run in scene.runs()}, {None})
        self.assertEqual({run.attempt for run in scene.runs()}, {1})

    def test_places_that_one_job_took(self):
        """
        When the first jobs of a turn take all places nothing more is claimed in it.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        scene = Scene(store, clock=clock, max_in_flight=3)
        scene.add(every(0.1), max_instances=9, misfire_grace_time=None)
        scene.advance(0)
        scene.clock.advance(0.25)
        self.assertEqual(len(scene.executor.running), 3)
        scene.advance(10)
        limits = [args[3] for args in store.asked("claim_runs")]
        self.assertEqual((min(limits), max(limits)), (2, 3))
        self.assertEqual(scene.wakes(), [])
        self.assertEqual(len(scene.executor.begun), 3)
        self.land(scene)
        self.assertEqual(len(scene.executor.begun), 4)

    def test_requests_among_due_jobs(self):
        """
        While jobs are due all the time a run that somebody asked for has its turn
        within about a second, and there is no place beyond those that there are.
        """
        scene = busy_scene(max_in_flight=1)
        for number in range(5):
            scene.add(every(1), id=f"job {number}", args=(0.3,))
        scene.advance(5.05)
        asked = driven(scene.scheduler.run_job("job 0", force=True))
        self.assertEqual(scene.executor.most, 1)
        scene.advance(5)
        (started,) = [
            one for one in scene.seen.of(RunStarted) if one.run.id == asked.id
        ]
        self.assertLess(started.at, at(6.5))
        self.assertEqual(scene.executor.most, 1)
        self.assertEqual(started.run.reason, "asked for")
        self.assertGreater(len(scene.began()), 25)

    def test_requests_beyond_places(self):
        """
        Requests take no more places than there are, and jobs go on among them.
        """
        scene = Scene(max_in_flight=2)
        scene.add(DateTrigger(at(1000)))
        for _ in range(5):
            driven(scene.scheduler.run_job("job", force=True))
        self.assertEqual(len(scene.executor.running), 2)
        for _ in range(5):
            self.land(scene)
        self.assertEqual(scene.dispositions(), ["succeeded"] * 5)


class BatchTests(SynchronousTestCase):
    """
    ``batch_size`` jobs or runs at once.
    """

    def setUp(self):
        self.store = WatchedStore(MemoryJobStore())

    def taken(self, method):
        """
        Give how much each claim brought, of those that brought something.
        """
        sizes = [len(answer) for answer in self.store.answered(method)]
        return [size for size in sizes if size]

    def test_batches_of_jobs(self):
        """
        Many due jobs are taken in several batches within one instant.
        """
        scene = Scene(self.store, batch_size=4)
        for number in range(10):
            scene.add(id=f"job {number}")
        scene.advance(0)
        self.assertEqual(self.taken("claim_jobs"), [4, 4, 2])
        self.assertEqual({limit for *_, limit in self.store.asked("claim_jobs")}, {4})
        # once at the start, and once when there was nothing more
        self.assertEqual(len(self.store.asked("next_due")), 2)
        self.assertEqual(
            [len(one) for (one, _, _) in self.store.asked("commit")][:2], [4, 4]
        )
        self.assertEqual({time for _, _, time in scene.began()}, {0.0})
        self.assertEqual(len(scene.began()), 10)

    def test_between_batches(self):
        """
        Between two batches the loop does other work.
        """
        scene = Scene(self.store, batch_size=4)
        seen = []
        for number in range(10):
            scene.add(id=f"job {number}")
        for _ in range(4):
            scene.clock.callLater(0, lambda: seen.append(len(scene.began())))
        for _ in range(3):
            scene.clock.advance(0)
            scene.clock.callLater(0, lambda: seen.append(len(scene.began())))
        self.assertIn(4, seen)

    def test_batches_of_runs(self):
        """
        Runs that wait are taken in batches as well, within one instant.
        """
        clock = a_clock()
        first = Scene(self.store, clock=clock)
        first.add(DateTrigger(at(1000)))
        driven(first.scheduler.pause())
        for _ in range(10):
            driven(first.scheduler.run_job("job", force=True))
        self.assertEqual(self.taken("claim_runs"), [])
        first.stop()
        asked = len(self.store.asked("next_due"))
        second = Scene(self.store, clock=clock, batch_size=4)
        second.advance(0)
        self.assertEqual(self.taken("claim_runs"), [4, 4, 2])
        self.assertEqual(len(self.store.asked("next_due")), asked + 1)
        self.assertEqual(len(second.executor.begun), 10)
        self.assertEqual(first.executor.begun, [])

    def test_a_small_rest_of_places(self):
        """
        A claim is no larger than the places that are left.
        """
        scene = Scene(self.store, batch_size=4, max_in_flight=6)
        for number in range(10):
            scene.add(id=f"job {number}", misfire_grace_time=None)
        scene.advance(0)
        self.assertEqual(self.taken("claim_jobs"), [4, 2])


class PauseTests(SynchronousTestCase):
    """
    The whole scheduler is paused.
    """

    def test_nothing_is_started(self):
        """
        While it is paused nothing is claimed and nothing begins; what runs goes on.
        """
        store = WatchedStore(MemoryJobStore())
        scene = Scene(store)
        scene.add(every(10), args=(1,))
        scene.advance(0)
        driven(scene.scheduler.pause("to be repaired"))
        self.assertEqual(scene.status().state, "paused")
        asked = len(store.asked("claim_jobs")) + len(store.asked("claim_runs"))
        driven(scene.scheduler.run_job("job", force=True))
        scene.add(every(10), id="new")
        scene.advance(100)
        self.assertEqual(
            len(store.asked("claim_jobs")) + len(store.asked("claim_runs")), asked
        )
        self.assertEqual(len(scene.executor.begun), 1)
        scene.executor.end()
        self.assertEqual(scene.told()[0], ("succeeded", 0.0, 1))
        self.assertEqual(len(scene.executor.begun), 1)

    def test_resuming(self):
        """
        What was planned meanwhile is caught up with, as each job says.
        """
        scene = busy_scene()
        scene.add(every(10), id="strict")
        scene.add(every(10), id="coalescing", coalesce=True, misfire_grace_time=None)
        driven(scene.scheduler.pause())
        asked = driven(scene.scheduler.run_job("strict"))
        scene.advance(35)
        self.assertEqual(scene.began(), [])
        driven(scene.scheduler.resume())
        scene.advance(0)
        told = scene.told(job_id="strict")
        self.assertEqual(told, [("missed", 0.0, 4), ("succeeded", 0.0, 1)])
        self.assertIn(asked.id, [run.run_id for run in scene.executor.ended])
        self.assertEqual(
            scene.told(job_id="coalescing"),
            [("coalesced", 0.0, 3), ("succeeded", 30.0, 1)],
        )
        scene.advance(5)
        self.assertEqual(
            scene.began()[-2:], [("coalescing", 40.0, 40.0), ("strict", 40.0, 40.0)]
        )

    def test_started_paused(self):
        """
        A scheduler that starts paused begins when it is resumed.
        """
        scene = busy_scene(start=False)
        driven(scene.scheduler.start(paused=True))
        scene.add(every(10))
        scene.advance(15)
        self.assertEqual((scene.began(), scene.wakes()), ([], []))
        driven(scene.scheduler.resume())
        scene.advance(5)
        self.assertEqual(scene.began(), [("job", 20.0, 20.0)])
