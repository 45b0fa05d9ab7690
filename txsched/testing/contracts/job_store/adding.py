"""
Adding jobs and reading them.
"""

from __future__ import annotations

import json
from datetime import timedelta

from attrs import evolve
from zope.interface.verify import verifyObject

from ....errors import JobExists, NoSuchJob
from ....interfaces import IJobStore
from ....model import (
    Call,
    Job,
    JobQuery,
    OnConflict,
    OnCrash,
    Pause,
)
from ....triggers import CronTrigger, DateTrigger
from .harness import JobStoreHarness
from .samples import NODE, START, at, make_job, make_jobs, make_plan

__all__ = ["AddingContract"]


def rich_job() -> Job:
    """
    Make a job in which every attribute says something.
    """
    return make_job(
        "näme/with spaces",
        call=Call("operator:add", (1, "zwei", b"\0", [3.5]), {"key": {"inner": None}}),
        trigger=CronTrigger.from_crontab("*/5 3 * * mon", "Europe/Berlin"),
        name="Ünique näme",
        executor="other",
        misfire_grace_time=timedelta(minutes=5),
        coalesce=True,
        max_instances=3,
        max_runs=7,
        start_time=at(-1000),
        end_time=at(100_000),
        jitter=timedelta(seconds=2),
        tags=("a", "b%"),
        on_crash=OnCrash.ABANDON,
        keep_runs=5,
        paused=Pause(at(-1), "for a reason"),
        run_count=2,
    )


class AddingContract(JobStoreHarness):
    """
    What becomes of jobs that people add.
    """

    async def test_interface(self) -> None:
        """
        The store provides :class:`~txsched.interfaces.IJobStore`.
        """
        verifyObject(IJobStore, await self.make_store())

    async def test_add_answers_with_the_jobs(self) -> None:
        """
        The answer holds the jobs as stored, in the order in which they were given.
        """
        store = await self.make_store()
        jobs = [make_job("b"), make_job("a"), make_job("c")]
        self.assertEqual(jobs, await store.add_jobs(jobs, OnConflict.ERROR))

    async def test_add_nothing(self) -> None:
        """
        Adding no job is no error.
        """
        store = await self.make_store()
        self.assertEqual([], await store.add_jobs([], OnConflict.ERROR))

    async def test_get(self) -> None:
        """
        A job comes back with every attribute as it was.
        """
        store = await self.make_store()
        job = rich_job()
        await self.add(store, job)
        self.assertEqual(job, await store.get_job(job.id))

    async def test_get_finds_none(self) -> None:
        """
        An unknown id is an error that names it.
        """
        store = await self.make_store()
        with self.assertRaises(NoSuchJob) as caught:
            await store.get_job("nobody")
        self.assertEqual("nobody", caught.exception.job_id)

    async def test_ids_are_told_apart_by_case(self) -> None:
        """
        Two ids that differ in case, or by a blank at the end, are two jobs.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id) for id in ("a", "A", "a ")))
        for id in ("a", "A", "a "):
            self.assertEqual(id, (await store.get_job(id)).id)

    async def test_add_conflict(self) -> None:
        """
        Under ``error`` an existing id is refused by name, and no job is added.
        """
        store = await self.make_store()
        old = make_job("old", name="first")
        await self.add(store, old)
        with self.assertRaises(JobExists) as caught:
            await self.add(store, make_job("new"), make_job("old", name="second"))
        self.assertEqual("old", caught.exception.job_id)
        self.assertEqual(["old"], await self.all_jobs(store, JobQuery()))
        self.assertEqual(old, await store.get_job("old"))

    async def test_keep(self) -> None:
        """
        Under ``keep`` the existing job stays, and is the answer; others are added.
        """
        store = await self.make_store()
        old, new = make_job("old", name="first"), make_job("new")
        await self.add(store, old)
        answer = await store.add_jobs(
            [new, make_job("old", name="second")], OnConflict.KEEP
        )
        self.assertEqual([new, old], answer)
        self.assertEqual(old, await store.get_job("old"))

    async def test_keep_tells_the_progress(self) -> None:
        """
        A job that is kept is told with the progress that it has made.
        """
        store = await self.make_store()
        job = make_job()
        await self.begin(store, job)
        (kept,) = await store.add_jobs([job], OnConflict.KEEP)
        self.assertEqual((at(10), 1), (kept.next_run_time, kept.run_count))

    async def test_replace_adds(self) -> None:
        """
        Under ``replace`` a job that is not there is added.
        """
        store = await self.make_store()
        job = make_job()
        self.assertEqual([job], await store.add_jobs([job], OnConflict.REPLACE))
        self.assertEqual(job, await store.get_job("job"))

    async def test_replace_by_the_same(self) -> None:
        """
        An unchanged definition keeps next time, count, generation and revision.
        """
        store = await self.make_store()
        job = make_job()
        await self.begin(store, job)
        again = evolve(job, generation="another", next_run_time=at(500))
        expected = evolve(job, next_run_time=at(10), run_count=1)
        answer = await store.add_jobs([again], OnConflict.REPLACE)
        self.assertEqual([expected], answer)
        self.assertEqual(expected, await store.get_job("job"))

    async def test_replace_by_the_function_itself(self) -> None:
        """
        A function and its name are the same task, whichever of them was given.
        """
        name, function = "json:dumps", json.dumps
        for first, second in ((name, function), (function, name)):
            store = await self.make_store()
            job = make_job(call=Call(first, (1, 2)))
            await self.add(store, job)
            again = make_job("job", 50, call=Call(second, (1, 2)), generation="other")
            (stored,) = await store.add_jobs([again], OnConflict.REPLACE)
            self.assertTrue(stored.same_state(job))
            self.assertTrue((await store.get_job("job")).same_state(job))

    async def test_replace_by_the_same_keeps_the_lease(self) -> None:
        """
        An unchanged definition leaves a claim on the job valid.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        await store.add_jobs([job], OnConflict.REPLACE)
        self.assertEqual([], await store.commit([make_plan(lease)], NODE, at(30)))

    async def test_replace_by_another(self) -> None:
        """
        A changed definition brings its own cursor; the revision goes on counting.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        new = make_job(due=77, name="new", trigger=DateTrigger(at(77)))
        new = evolve(new, generation="another")
        expected = evolve(new, revision=2)
        self.assertEqual([expected], await store.add_jobs([new], OnConflict.REPLACE))
        self.assertEqual(expected, await store.get_job("job"))

    async def test_replace_keeps_a_pause(self) -> None:
        """
        A paused job is still paused under its new definition, and is not due.
        """
        store = await self.make_store()
        pause = Pause(START, "wait")
        await self.add(store, make_job(paused=pause))
        (stored,) = await store.add_jobs([make_job(name="new")], OnConflict.REPLACE)
        self.assertEqual(pause, stored.paused)
        self.assertEqual([], await self.claim(store, now=100))

    async def test_replace_does_not_pause(self) -> None:
        """
        A new definition cannot pause a job that is not paused.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        new = make_job(name="new", paused=Pause(START))
        (stored,) = await store.add_jobs([new], OnConflict.REPLACE)
        self.assertIsNone(stored.paused)
        self.assertEqual(1, len(await self.claim(store)))

    async def test_replace_ends_the_lease(self) -> None:
        """
        A plan made for the old definition is lost, and the new one can be claimed.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        await store.add_jobs([make_job(name="new")], OnConflict.REPLACE)
        lost = await store.commit([make_plan(lease)], NODE, at(30))
        self.assertEqual(["job"], lost)
        (fresh,) = await self.claim(store)
        self.assertEqual("new", fresh.job.name)

    async def test_replace_many(self) -> None:
        """
        New, unchanged and changed jobs may come in one call.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(300))
        jobs = [evolve(job, name="x") for job in make_jobs(600)[200:]]
        jobs[:50] = make_jobs(250)[200:]
        answer = await store.add_jobs(jobs, OnConflict.REPLACE)
        revisions = [job.revision for job in answer]
        self.assertEqual([1] * 50 + [2] * 50 + [1] * 300, revisions)
        self.assertEqual([job.id for job in jobs], [job.id for job in answer])
        self.assertEqual(600, (await store.status()).jobs)

    async def test_microseconds(self) -> None:
        """
        Instants keep their microseconds, far in the past and in the future.
        """
        store = await self.make_store()
        for year in (1969, 2026, 9998):
            instant = START.replace(year=year, microsecond=999_999)
            job = make_job(f"in {year}", next_run_time=instant)
            await self.add(store, job)
            stored = await store.get_job(job.id)
            self.assertEqual(instant, stored.next_run_time)
