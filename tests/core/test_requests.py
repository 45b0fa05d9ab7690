"""
What takes several questions to the store.
"""

from __future__ import annotations

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from txsched.core import LocalScheduler
from txsched.core.requests import change_job, forecast_jobs, request_run
from txsched.errors import NoSuchJob, StaleRevision
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    MAX_PAGE,
    Disposition,
    JobModified,
    OnConflict,
    Pause,
    Run,
    RunEnded,
)
from txsched.testing.driving import driven

from .doubles import WatchedStore
from .scenes import BEGIN, Scene, a_job, at, every

ACTIVE = (Disposition.PENDING, Disposition.RUNNING, Disposition.RETRYING)


class RequestTests(SynchronousTestCase):
    """
    Runs that people ask for.
    """

    def store_with(self, count, disposition=Disposition.PENDING, **options):
        """
        Make a store with a job that has so many runs.
        """
        store = MemoryJobStore()
        job = a_job(every(10), **options)
        driven(store.add_jobs([job], OnConflict.ERROR))
        ended = None if disposition.active else at(0)
        runs = [
            Run(f"run {n:04}", "job", at(n), disposition, ended_at=ended)
            for n in range(count)
        ]
        driven(store.add_runs(runs))
        return store, job

    def test_places(self):
        """
        There is a run as long as fewer are active than may be, or by force.
        """
        for places in (1, 2, 3):
            for taken in range(5):
                for force in (False, True):
                    store, job = self.store_with(taken, max_instances=places)
                    run = driven(request_run(store, job, force, at(50)))
                    if force or taken < places:
                        self.assertEqual(run.disposition, Disposition.PENDING)
                        self.assertEqual((run.reason, run.by), ("asked for", None))
                    else:
                        self.assertEqual(run.disposition, Disposition.SKIPPED)
                        self.assertEqual((run.by, run.ended_at), ("run 0000", at(50)))
                    self.assertEqual((run.planned_time, run.manual), (at(50), True))
                    self.assertEqual(driven(store.get_run(run.id)), run)

    def test_only_what_is_active(self):
        """
        Runs that have ended take no place.
        """
        for disposition in Disposition:
            if disposition in ACTIVE:
                continue
            store, job = self.store_with(3, disposition)
            run = driven(request_run(store, job, False, at(50)))
            self.assertEqual(run.disposition, Disposition.PENDING)

    def test_more_places_than_a_page(self):
        """
        Places are counted also beyond what the store gives at once.
        """
        places = 2 * MAX_PAGE + 5
        for taken, free in ((MAX_PAGE, True), (places - 1, True), (places, False)):
            store, job = self.store_with(taken, max_instances=places)
            run = driven(request_run(store, job, False, at(9999)))
            expected = Disposition.PENDING if free else Disposition.SKIPPED
            self.assertEqual((taken, run.disposition), (taken, expected))
            self.assertEqual(run.by, None if free else "run 0000")

    def test_no_more_questions_than_needed(self):
        """
        Only as many active runs are looked at as the job has places.
        """
        store, job = self.store_with(50, max_instances=2)
        watched = WatchedStore(store)
        driven(request_run(watched, job, False, at(99)))
        ((query,),) = watched.asked("find_runs")
        self.assertEqual(query.limit, 2)

    def test_several_at_once(self):
        """
        Requests within the same instant are runs of their own.
        """
        store, job = self.store_with(0, max_instances=20)
        runs = [driven(request_run(store, job, False, BEGIN)) for _ in range(20)]
        self.assertEqual(len({run.id for run in runs}), 20)

    def test_removed_meanwhile(self):
        """
        A job that was removed in between gets no run.
        """
        store, job = self.store_with(0)
        driven(store.remove_jobs(["job"], BEGIN))
        for force in (False, True):
            answer = Deferred.fromCoroutine(request_run(store, job, force, BEGIN))
            self.failureResultOf(answer, NoSuchJob)

    def test_told(self):
        """
        A request without a place is told as an end, one with a place is not.
        """
        scene = Scene()
        scene.add(every(10))
        scene.advance(1)
        skipped = driven(scene.scheduler.run_job("job"))
        driven(scene.scheduler.run_job("job", force=True))
        self.assertEqual([one.run for one in scene.seen.of(RunEnded)], [skipped])
        self.assertEqual(len(scene.executor.begun), 2)


class ForecastTests(SynchronousTestCase):
    """
    Whose future is of interest.
    """

    def setUp(self):
        self.store = WatchedStore(MemoryJobStore())
        self.stores = LocalScheduler(self.store, {}, Clock())._stores

    def keep(self, *jobs):
        """
        Keep jobs.
        """
        driven(self.store.add_jobs(jobs, OnConflict.ERROR))

    def found(self, end, ids=None):
        """
        Give the ids of what is found.
        """
        return [job.id for job in driven(forecast_jobs(self.stores, None, end, ids))]

    def test_soon(self):
        """
        All that is planned before the end is found, and nothing that rests.
        """
        self.keep(
            a_job(id="a", next_run_time=at(30)),
            a_job(id="b", next_run_time=at(10)),
            a_job(id="c", next_run_time=at(20)),
            a_job(id="d", next_run_time=at(5), paused=Pause(BEGIN)),
        )
        for end, expected in ((10, []), (11, ["b"]), (30, ["b", "c"])):
            self.assertEqual(self.found(at(end)), expected)
        self.assertEqual(self.found(at(99)), ["b", "c", "a"])

    def test_many(self):
        """
        Pages are turned as long as they have something that is planned before the end.
        """
        count = MAX_PAGE + 500
        jobs = [a_job(id=f"{n:05}", next_run_time=at(n)) for n in range(2 * count)]
        self.keep(*jobs)
        self.assertEqual(len(self.found(at(count))), count)
        self.assertEqual(len(self.store.asked("find_jobs")), 2)
        self.assertEqual(len(self.found(at(9 * count))), 2 * count)
        self.assertEqual(len(self.store.asked("find_jobs")), 5)

    def test_some(self):
        """
        Chosen ones are found in the order asked for, each once.
        """
        self.keep(*(a_job(id=name, next_run_time=at(99)) for name in "abc"))
        self.assertEqual(self.found(at(1), ["c", "a", "c"]), ["c", "a"])
        self.assertEqual(self.found(at(1), []), [])
        answer = Deferred.fromCoroutine(
            forecast_jobs(self.stores, None, at(1), ["a", "ghost"])
        )
        failure = self.failureResultOf(answer, NoSuchJob)
        self.assertEqual(failure.value.job_id, "ghost")


class ChangeTests(SynchronousTestCase):
    """
    Read, change, write.
    """

    class Rivals(MemoryJobStore):
        """
        A store where somebody else is faster, for a while.
        """

        rivals = 3

        def change_job(self, job, before, runs):
            """
            Let a rival change the job first.
            """
            if self.rivals:
                self.rivals -= 1
                rival = evolve(before, name=f"rival {self.rivals}")
                driven(super().change_job(rival, before, ()))
            return super().change_job(job, before, runs)

    def test_again(self):
        """
        When somebody was faster the change is made of what that left.
        """
        scene = Scene(self.Rivals())
        scene.add(every(10))
        job = driven(scene.scheduler.modify_job("job", tags=["x"]))
        self.assertEqual((job.name, job.tags, job.revision), ("rival 0", ("x",), 5))
        self.assertEqual(scene.seen.of(JobModified), [JobModified(BEGIN, "job")])

    def test_at_a_revision(self):
        """
        Unless a revision was asked for: then the one who was slower is told.
        """
        scene = Scene(self.Rivals())
        scene.add(every(10))
        answer = scene.scheduler.modify_job("job", revision=1, tags=["x"])
        failure = self.failureResultOf(answer, StaleRevision)
        self.assertEqual((failure.value.expected, failure.value.found), (1, 2))
        self.assertEqual(scene.job().tags, ())

    def test_nothing_to_change(self):
        """
        A change that changes nothing writes nothing.
        """
        store = WatchedStore(MemoryJobStore())
        driven(store.add_jobs([a_job()], OnConflict.ERROR))
        answer = change_job(store, lambda: BEGIN, "job", 1, lambda job, now: (job, ()))
        job, told = driven(answer)
        self.assertEqual((job.revision, told), (1, None))
        self.assertEqual(store.asked("change_job"), [])

    def test_the_same_pause(self):
        """
        The same pause again is no change, and nobody is told.
        """
        scene = Scene()
        scene.add(every(10))
        first = driven(scene.scheduler.pause_job("job", "for repair"))
        events = len(scene.seen.events)
        again = driven(scene.scheduler.pause_job("job", "for repair"))
        self.assertEqual((again, len(scene.seen.events)), (first, events))
