"""
Jobs and runs move between stores, completely, and as often as one likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tests.jobstores.databases import SQLTestCase, on_each_database
from txsched.errors import BadFile, BadValue, JobExists, StoreUnavailable
from txsched.interfaces import IJobStore
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    Disposition,
    Job,
    JobQuery,
    Node,
    OnConflict,
    OnCrash,
    Pause,
    Run,
    RunQuery,
)
from txsched.moving import (
    RecordWriter,
    Tally,
    Target,
    export,
    import_into,
    migrate,
    refuse_if_used,
    survey,
)
from txsched.testing.contracts.job_store.samples import (
    NODE,
    at,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)
from txsched.triggers import DelayTrigger, ManualTrigger

from .files import NOW, read, with_lines, written

if TYPE_CHECKING:
    Base = SQLTestCase
else:
    Base = object

#: After everything that the samples plan.
LATER = at(10**6)


def nothing(name: str, count: int) -> None:
    """
    Take no notice of progress.
    """


class Moving(Base):
    """
    Moves between a store in memory and one in a database.
    """

    async def stores(self, backwards: bool = False) -> tuple[IJobStore, IJobStore]:
        """
        Make two empty stores, the one in memory first, unless *backwards*.
        """
        memory: IJobStore = MemoryJobStore()
        kept: IJobStore = await self.open_store(self.make_database())
        return (kept, memory) if backwards else (memory, kept)

    async def fill(self, store: IJobStore) -> None:
        """
        Add a paused job, one with a history, one that waits, and runs of one that is
        gone.
        """
        paused = make_job("paused", 50, paused=Pause(at(1), "why"), revision=7)
        old = make_job("old", 60, run_count=3, generation="abcdefabcdef")
        gone = make_job("gone")
        await store.add_jobs([paused, old, gone], OnConflict.ERROR)
        runs = [make_run(old, n * 10, Disposition.MISSED) for n in range(5)]
        runs += [make_run(gone, 0, Disposition.FAILED, error="E: x")]
        await store.add_runs(runs)
        await store.remove_jobs(["gone"], at(5))

    async def contents(self, store: IJobStore) -> tuple[list[Job], list[Run]]:
        """
        Give all jobs and all runs.
        """
        jobs = await store.find_jobs(JobQuery(limit=1000))
        runs = await store.find_runs(RunQuery(limit=1000, descending=False))
        return list(jobs.items), list(runs.items)

    async def target(
        self, store: IJobStore, choice: OnConflict = OnConflict.ERROR, dry: bool = False
    ) -> Target:
        """
        Make the target that a store is.
        """
        target = Target(store, choice, LATER, dry)
        await target.look()
        return target

    async def bring(
        self, target: Target, data: bytes, runs: bool = True
    ) -> Sequence[tuple[str, int]]:
        """
        Import a file, and give the progress that was told.
        """
        told: list[tuple[str, int]] = []
        survey(BytesIO(data), "jobs.jsonl", target)
        await import_into(
            target,
            BytesIO(data),
            "jobs.jsonl",
            LATER,
            runs,
            lambda name, count: told.append((name, count)),
        )
        return told


class Exports(Moving):
    """
    Out of a store, into a file and back.
    """

    async def exported(self, store: IJobStore, runs: bool = True) -> bytes:
        """
        Export a store.
        """
        file = BytesIO()
        writer = RecordWriter(file, NOW)
        find_runs = store.find_runs if runs else None
        await export(writer, store.find_jobs, find_runs, nothing)
        return file.getvalue()

    async def test_round_trip(self) -> None:
        """
        All jobs with pause and progress, and the whole ledger, come through.
        """
        for backwards in (False, True):
            one, other = await self.stores(backwards)
            await self.fill(one)
            data = await self.exported(one)
            await self.bring(await self.target(other), data)
            self.assertEqual(await self.contents(one), await self.contents(other))
            self.assertEqual(
                (await one.status()).runs, len((await self.contents(other))[1])
            )

    async def test_many(self) -> None:
        """
        More than a page of jobs and of runs goes through, and progress is told.
        """
        one, other = await self.stores()
        jobs = make_jobs(1100)
        await one.add_jobs(jobs, OnConflict.ERROR)
        await one.add_runs([make_run(job, 0, Disposition.MISSED) for job in jobs])
        data = await self.exported(one)
        told = await self.bring(await self.target(other), data)
        self.assertEqual(await self.contents(one), await self.contents(other))
        for name in ("jobs", "runs"):
            self.assertEqual(1100, sum(n for kind, n in told if kind == name))

    async def test_without_runs(self) -> None:
        """
        The ledger is left out by whoever writes, or by whoever reads.
        """
        one, other = await self.stores()
        await self.fill(one)
        for data, runs in (
            (await self.exported(one, runs=False), True),
            (await self.exported(one), False),
        ):
            await self.bring(await self.target(other), data, runs)
            self.assertEqual([], (await self.contents(other))[1])

    async def test_what_runs(self) -> None:
        """
        What has not ended is left out; a job that waits for it waits from now on.
        """
        one, other = await self.stores()
        waits = make_job("waits", trigger=DelayTrigger(minutes=1))
        last = make_job("last", max_runs=1, run_count=0)
        await one.add_jobs([waits, last], OnConflict.ERROR)
        leases = await one.claim_jobs(NODE, at(0), at(30), 10)
        plans = [
            make_plan(lease, (running(lease),), None)._replace(
                waiting=evolve(lease.job, next_run_time=None).waiting
            )
            for lease in leases
        ]
        self.assertEqual([], await one.commit(plans, NODE, at(30)))
        data = await self.exported(one)
        self.assertEqual(["waits"], [value.id for value in read(data)])
        await self.bring(await self.target(other), data)
        (job,) = (await self.contents(other))[0]
        self.assertEqual(LATER + timedelta(minutes=1), job.next_run_time)

    async def test_nothing_to_wait_for(self) -> None:
        """
        A job that could only have waited, and not beyond its end, is left out; one by
        hand stays.
        """
        _, other = await self.stores()
        ends = make_job("ends", None, trigger=DelayTrigger(minutes=1), end_time=at(30))
        finished = make_job("finished", None)
        by_hand = make_job("hand", None, trigger=ManualTrigger())
        target = await self.target(other)
        await self.bring(target, written([ends, finished, by_hand]))
        self.assertEqual([by_hand], (await self.contents(other))[0])


class Imports(Moving):
    """
    Into a store.
    """

    async def test_again(self) -> None:
        """
        What has arrived stays as it is, also when it has moved on since.
        """
        _, store = await self.stores()
        data = written(make_jobs(3), [make_run(make_jobs(1)[0], 0, Disposition.MISSED)])
        target = await self.target(store)
        await self.bring(target, data)
        self.assertEqual(Tally(added=3, runs=1), target.tally)
        first = await store.get_job("job-0001")
        changed = evolve(first, name="other", next_run_time=at(500))
        await store.change_job(changed, first, [])
        before = await self.contents(store)
        for choice in OnConflict:
            target = await self.target(store, choice)
            await self.bring(target, data)
            self.assertEqual(Tally(there=3, runs=1), target.tally)
            self.assertEqual(before, await self.contents(store))

    async def test_the_rest(self) -> None:
        """
        An import that was cut short is completed by doing it again.
        """
        _, store = await self.stores()
        jobs = make_jobs(5)
        await store.add_jobs(jobs[:2], OnConflict.ERROR)
        target = await self.target(store)
        await self.bring(target, written(jobs))
        self.assertEqual(Tally(added=3, there=2), target.tally)
        self.assertEqual(jobs, (await self.contents(store))[0])

    async def test_conflicts(self) -> None:
        """
        Another job under the same id is an error, is kept, or is replaced.
        """
        data = written(make_jobs(3))
        other = make_job("job-0001", 30, name="other", generation="other")
        for choice, name in (
            (OnConflict.ERROR, "other"),
            (OnConflict.KEEP, "other"),
            (OnConflict.REPLACE, "job-0001"),
        ):
            _, store = await self.stores()
            await store.add_jobs([other], OnConflict.ERROR)
            target = await self.target(store, choice)
            if choice is OnConflict.ERROR:
                with self.assertRaises(JobExists) as caught:
                    await self.bring(target, data)
                self.assertEqual("job-0001", caught.exception.job_id)
                with self.assertRaises(JobExists):
                    await target.add_jobs(make_jobs(3))
            else:
                await self.bring(target, data)
            self.assertEqual(name, (await store.get_job("job-0001")).name)
            left = 1 if choice is OnConflict.ERROR else 3
            self.assertEqual(left, (await store.status()).jobs)

    async def test_quarantined(self) -> None:
        """
        A job in quarantine has its id; its runs are left out until it is replaced.
        """
        job = make_job()
        data = written([job], [make_run(job, 0, Disposition.MISSED)])
        store = await self.open_store(self.make_database())
        await store.add_jobs([job], OnConflict.ERROR)
        await store.close()
        self.execute("UPDATE txsched_jobs SET definition = ?", b"\0")
        store = await self.open_store(self.url)
        await store.claim_jobs(NODE, at(0), at(30), 10)
        with self.assertRaises(JobExists):
            await self.bring(await self.target(store), data)
        target = await self.target(store, OnConflict.KEEP)
        await self.bring(target, data)
        self.assertEqual(Tally(kept=1, left_out=1), target.tally)
        target = await self.target(store, OnConflict.REPLACE)
        await self.bring(target, data)
        self.assertEqual(Tally(replaced=1, runs=1), target.tally)
        self.assertEqual(1, (await store.status()).jobs)

    async def test_dry(self) -> None:
        """
        A dry run counts, and changes nothing.
        """
        _, store = await self.stores()
        there = make_job("job-0001", name="other", generation="other")
        await store.add_jobs([there], OnConflict.ERROR)
        before = await self.contents(store)
        gone = make_run(make_job("gone"), 0, Disposition.MISSED)
        for choice, expected in (
            (OnConflict.KEEP, Tally(added=2, kept=1, runs=1)),
            (OnConflict.REPLACE, Tally(added=2, replaced=1, runs=1)),
        ):
            target = await self.target(store, choice, dry=True)
            await self.bring(target, written(make_jobs(3), [gone]))
            self.assertEqual(expected, target.tally)
        self.assertEqual(before, await self.contents(store))

    async def test_bad_files(self) -> None:
        """
        A file with anything wrong is refused before anything is changed.
        """
        _, store = await self.stores()
        twice = written([make_job(), make_job()])
        long = written([make_job(tags=("x" * 300,))])
        nameless = written([make_job(generation="")])
        odd = written([make_job(max_instances=0)])
        for data, line, field in (
            (twice, 3, "id"),
            (long, 2, "tags"),
            (nameless, 2, "generation"),
            (odd, 2, "max_instances"),
            (with_lines({"job": {"id": "a", "task": "a:b"}}), 2, "trigger"),
        ):
            with self.assertRaises(BadFile) as caught:
                await self.bring(await self.target(store), data)
            self.assertEqual(
                (line, field), (caught.exception.line, caught.exception.field)
            )
        self.assertEqual(([], []), await self.contents(store))

    async def test_runs_that_wait_for_nobody(self) -> None:
        """
        A run that has not ended is left out where its job is gone.
        """
        _, store = await self.stores()
        target = await self.target(store)
        await target.add_runs([make_run(make_job("gone"))])
        self.assertEqual(Tally(left_out=1), target.tally)
        self.assertEqual(([], []), await self.contents(store))

    async def test_a_job_that_went(self) -> None:
        """
        When a job is removed while its runs come, they come all the same.
        """
        for store in await self.stores():
            job = make_job()
            target = await self.target(store)
            await target.add_jobs([job])
            await store.remove_jobs(["job"], LATER)
            run = make_run(job, 0, Disposition.MISSED)
            await target.add_runs([run])
            self.assertEqual(([], [run]), await self.contents(store))

    async def test_a_place_that_was_left(self) -> None:
        """
        What a killed import left behind is taken away by the next one, and a job that
        somebody added meanwhile is not.
        """
        _, store = await self.stores()
        target = await self.target(store)
        await store.add_jobs([target._place("gone")], OnConflict.ERROR)
        await self.target(store, dry=True)
        self.assertEqual(1, (await store.status()).jobs)
        await self.target(store)
        self.assertEqual(0, (await store.status()).jobs)
        added = make_job("gone")
        await store.add_jobs([added], OnConflict.ERROR)
        await target.add_runs([make_run(added, 0, Disposition.MISSED)])
        self.assertEqual([added], (await self.contents(store))[0])


class Migrates(Moving):
    """
    From store to store.
    """

    async def migrated(
        self, one: IJobStore, other: IJobStore, runs: bool = True
    ) -> Target:
        """
        Migrate.
        """
        target = await self.target(other)
        await migrate(one, target, LATER, runs, nothing)
        return target

    async def test_all(self) -> None:
        """
        Everything arrives, in both directions, and once.
        """
        for backwards in (False, True):
            one, other = await self.stores(backwards)
            await self.fill(one)
            before = await self.contents(one)
            target = await self.migrated(one, other)
            self.assertEqual(Tally(added=2, runs=6), target.tally)
            target = await self.migrated(one, other)
            self.assertEqual(Tally(there=2, runs=6), target.tally)
            self.assertEqual(before, await self.contents(other))
            self.assertEqual(before, await self.contents(one))

    async def test_without_the_ledger(self) -> None:
        """
        Without the ledger only what has not ended comes along.
        """
        one, other = await self.stores()
        await self.fill(one)
        old = await one.get_job("old")
        pending = make_run(old, 55)
        await one.add_runs([pending])
        await self.migrated(one, other, runs=False)
        self.assertEqual([pending], (await self.contents(other))[1])
        (lease,) = await other.claim_runs(NODE, LATER, at(10**7), 10, ["default"])
        self.assertEqual(pending.id, lease.run.id)

    async def begun(self, one: IJobStore, **changes: Any) -> Run:
        """
        Let a job run, and its node die.
        """
        await one.add_jobs([make_job(**changes)], OnConflict.ERROR)
        (lease,) = await one.claim_jobs(NODE, at(0), at(30), 10)
        run = running(lease)
        await one.commit([make_plan(lease, (run,), 10)], NODE, at(30))
        return run

    async def test_interrupted(self) -> None:
        """
        What was interrupted is to be done again in the new store.
        """
        one, other = await self.stores()
        run = await self.begun(one)
        await self.migrated(one, other)
        (found,) = (await self.contents(other))[1]
        self.assertEqual(
            (run.id, Disposition.PENDING, 2, None, None),
            (found.id, found.disposition, found.attempt, found.node, found.started_at),
        )

    async def test_interrupted_and_not_to_be_repeated(self) -> None:
        """
        Nothing is moved while the end of such a run is not written.
        """
        one, other = await self.stores()
        run = await self.begun(one, on_crash=OnCrash.ABANDON)
        with self.assertRaises(BadValue) as caught:
            await self.migrated(one, other)
        self.assertEqual("from", caught.exception.field)
        self.assertIn(f"run {run.id} of job 'job'", caught.exception.reason)
        self.assertEqual(([], []), await self.contents(other))
        await one.remove_jobs(["job"], LATER)
        target = await self.migrated(one, other)
        self.assertEqual(Tally(left_out=1), target.tally)

    async def test_conflict(self) -> None:
        """
        A conflict is found before anything is changed.
        """
        one, other = await self.stores()
        await one.add_jobs(make_jobs(3), OnConflict.ERROR)
        await other.add_jobs(
            [make_job("job-0002", generation="other")], OnConflict.ERROR
        )
        with self.assertRaises(JobExists):
            await self.migrated(one, other)
        self.assertEqual(1, (await other.status()).jobs)

    async def test_used(self) -> None:
        """
        A store that a node holds something of, or that a node lives on, is not left.
        """
        for store in await self.stores():
            await refuse_if_used(store, at(0))
            await self.begun(store)
            with self.assertRaises(BadValue) as caught:
                await refuse_if_used(store, at(10))
            self.assertIn(f"node {NODE} holds 0 jobs and 1 runs", str(caught.exception))
            await refuse_if_used(store, at(31))
            await store.beat(
                Node("n-1", "n", "host", 5, "1", at(0), at(40), None, "running", 0)
            )
            with self.assertRaises(BadValue) as caught:
                await refuse_if_used(store, at(41))
            self.assertIn("from: node n on host (process 5)", str(caught.exception))
            await refuse_if_used(store, at(101))

    async def test_interrupted_migration(self) -> None:
        """
        When the target fails at any call, doing it again completes it.
        """
        one, other = await self.stores()
        await self.fill(one)
        before = await self.contents(one)
        for limit in range(20):
            failing: Any = FailingAfter(other, limit)
            try:
                await self.migrated(one, failing)
            except StoreUnavailable:
                continue
            break
        else:
            self.fail("it never came to its end")
        self.assertGreater(limit, 5)
        self.assertEqual(before, await self.contents(other))


class FailingAfter:
    """
    A store that is gone after so many calls.
    """

    def __init__(self, store: IJobStore, limit: int) -> None:
        self._store = store
        self._left = limit

    def __getattr__(self, name: str) -> Any:
        if self._left <= 0:
            raise StoreUnavailable("it is gone")
        self._left -= 1
        return getattr(self._store, name)


globals().update(on_each_database(Exports, Imports, Migrates))
