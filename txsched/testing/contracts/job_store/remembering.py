"""
The ledger: what is written, found and forgotten.
"""

from __future__ import annotations

from attrs import evolve

from ....errors import BadValue, NoSuchJob, NoSuchRun
from ....interfaces import IJobStore
from ....model import Disposition, RunQuery
from .harness import JobStoreHarness
from .samples import START, at, make_job, make_run

__all__ = ["RememberingContract"]

_MISSED = Disposition.MISSED
_FAILED = Disposition.FAILED


class RememberingContract(JobStoreHarness):
    """
    What the ledger holds.
    """

    async def runs_found(self, store: IJobStore, **query: object) -> list[str]:
        """
        Give the ids that a query finds, page by page.
        """
        question = RunQuery(**query)  # type: ignore[arg-type]
        ids: list[str] = []
        while True:
            page = await store.find_runs(question)
            self.assertLessEqual(len(page.items), question.limit)
            ids += (run.id for run in page.items)
            if page.next_cursor is None:
                return ids
            question = evolve(question, cursor=page.next_cursor)

    async def test_add_runs(self) -> None:
        """
        Runs that no plan made are in the ledger as they were given.
        """
        job = make_job()
        runs = [
            make_run(job, -3, _MISSED, reason="r", times=4, last_planned_time=at(-1)),
            make_run(job, 0, manual=True, reason="wanted"),
            make_run(job, 2, Disposition.SKIPPED, by="another", attempt=2),
        ]
        store = await self.with_runs(*runs)
        self.assertEqual(runs, await self.ledger(store))

    async def test_add_runs_of_no_job(self) -> None:
        """
        A run of an unknown job is refused, and no run is written.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        runs = [make_run(make_job()), make_run(make_job("nobody"))]
        with self.assertRaises(NoSuchJob) as caught:
            await store.add_runs(runs)
        self.assertEqual("nobody", caught.exception.job_id)
        self.assertEqual([], await self.ledger(store))

    async def test_add_runs_twice(self) -> None:
        """
        Writing a run again changes nothing, whatever became of it.
        """
        run = make_run(make_job())
        store = await self.with_runs(run)
        await store.cancel_runs([run.id], "", START)
        await store.add_runs([run])
        (row,) = await self.ledger(store)
        self.assertEqual(Disposition.CANCELLED, row.disposition)
        self.assertEqual(0, (await store.status()).active_runs)

    async def test_add_no_run(self) -> None:
        """
        Writing no run is no error.
        """
        store = await self.make_store()
        await store.add_runs([])
        self.assertEqual([], await self.ledger(store))

    async def test_get_run(self) -> None:
        """
        A run is found by its id.
        """
        run = make_run(make_job(), 0, _FAILED, error="x", result=[1, 2])
        store = await self.with_runs(run, make_run(make_job(), 5))
        self.assertEqual(run, await store.get_run(run.id))

    async def test_get_unknown_run(self) -> None:
        """
        An unknown id is an error that names it.
        """
        store = await self.make_store()
        with self.assertRaises(NoSuchRun) as caught:
            await store.get_run("nobody")
        self.assertEqual("nobody", caught.exception.run_id)

    async def test_newest_first(self) -> None:
        """
        Unless asked otherwise, the newest planned time comes first.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in (5, 1, 3)]
        store = await self.with_runs(*runs)
        ids = {time: run.id for time, run in zip((5, 1, 3), runs, strict=True)}
        self.assertEqual([ids[5], ids[3], ids[1]], await self.runs_found(store))
        oldest = await self.runs_found(store, descending=False)
        self.assertEqual([ids[1], ids[3], ids[5]], oldest)

    async def test_find_by_job(self) -> None:
        """
        Only the runs of one job.
        """
        runs = [make_run(make_job(id), 1, _MISSED) for id in "abc"]
        store = await self.with_runs(*runs)
        self.assertEqual([runs[1].id], await self.runs_found(store, job_id="b"))
        self.assertEqual([], await self.runs_found(store, job_id="nobody"))

    async def test_find_by_disposition(self) -> None:
        """
        Only the runs that stand in one of several dispositions.
        """
        job = make_job()
        runs = {
            disposition: make_run(job, place, disposition)
            for place, disposition in enumerate(Disposition)
            if disposition is not Disposition.RUNNING
        }
        store = await self.with_runs(*runs.values())
        for some in (
            [Disposition.PENDING],
            [_MISSED],
            [Disposition.PENDING, Disposition.RETRYING],
            [Disposition.PENDING, _FAILED, _MISSED],
            [Disposition.RUNNING],
        ):
            expected = {runs[one].id for one in some if one in runs}
            self.assertEqual(
                expected, set(await self.runs_found(store, dispositions=some))
            )

    async def test_find_by_time(self) -> None:
        """
        The first instant is included, the last is not.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(6)]
        ids = [run.id for run in runs]
        store = await self.with_runs(*runs)
        between = await self.runs_found(
            store, after=at(2), before=at(5), descending=False
        )
        self.assertEqual(ids[2:5], between)
        late = await self.runs_found(store, after=at(4), descending=False)
        self.assertEqual(ids[4:], late)
        early = await self.runs_found(store, before=at(1), descending=False)
        self.assertEqual(ids[:1], early)

    async def test_find_by_all(self) -> None:
        """
        Of several conditions, a run must meet all, over all pages.
        """
        runs = [
            make_run(make_job(id), time, _FAILED if time % 2 else _MISSED)
            for id in "ab"
            for time in range(40)
        ]
        store = await self.with_runs(*runs)
        found = await self.runs_found(
            store,
            job_id="b",
            dispositions=[_FAILED],
            after=at(10),
            before=at(30),
            limit=3,
        )
        expected = [
            run.id
            for run in reversed(runs)
            if run.job_id == "b"
            and run.disposition is _FAILED
            and at(10) <= run.planned_time < at(30)
        ]
        self.assertEqual(expected, found)

    async def test_pages_of_runs(self) -> None:
        """
        Small pages put together are the whole, both ways, with ties by id.
        """
        runs = [
            make_run(make_job(f"job {number}"), number % 7, _MISSED)
            for number in range(100)
        ]
        store = await self.with_runs(*runs)
        ids = [run.id for run in sorted(runs, key=lambda r: (r.planned_time, r.id))]
        found = await self.runs_found(store, descending=False, limit=9)
        self.assertEqual(ids, found)
        self.assertEqual(ids[::-1], await self.runs_found(store, limit=9))

    async def test_pages_while_runs_come_and_go(self) -> None:
        """
        Runs that are there all the time are met exactly once.
        """
        job = make_job()
        runs = [make_run(job, time, _MISSED) for time in range(300)]
        store = await self.with_runs(*runs)
        query = RunQuery(limit=20)
        met: list[str] = []
        for turn in range(100):
            page = await store.find_runs(query)
            met += (run.id for run in page.items)
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
            await store.prune(at(turn * 5), None, 1000)
            await store.add_runs([make_run(job, 300 + turn, _MISSED)])
        self.assertEqual(len(met), len(set(met)))
        left = {run.id for run in await self.ledger(store)} & {run.id for run in runs}
        self.assertEqual(set(), left.difference(met))

    async def test_last_page_of_runs_that_is_full(self) -> None:
        """
        A full page behind which nothing lies has no cursor.
        """
        store = await self.with_runs(
            *(make_run(make_job(), n, _MISSED) for n in (1, 2))
        )
        page = await store.find_runs(RunQuery(limit=2))
        self.assertEqual((2, None), (len(page.items), page.next_cursor))

    async def test_bad_cursor_of_runs(self) -> None:
        """
        What no page of this order gave is refused as ``cursor``.
        """
        store = await self.with_runs(
            *(make_run(make_job(), n, _MISSED) for n in (1, 2))
        )
        cursor = (await store.find_runs(RunQuery(limit=1))).next_cursor
        for query in (
            RunQuery(cursor="x"),
            RunQuery(cursor=""),
            RunQuery(cursor=cursor, descending=False),
        ):
            with self.assertRaises(BadValue) as caught:
                await store.find_runs(query)
            self.assertEqual("cursor", caught.exception.field)
