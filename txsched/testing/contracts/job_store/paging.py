"""
Pages of jobs.
"""

from __future__ import annotations

from attrs import evolve

from ....errors import BadValue
from ....model import Job, JobQuery, OnConflict, Pause
from .harness import JobStoreHarness
from .samples import START, at, make_job, make_jobs

__all__ = ["PagingContract"]

_ORDERS = ("id", "name", "next_run_time")


def _shuffled(count: int) -> list[Job]:
    """
    Make jobs whose orders by id, by name and by time differ, with ties.
    """
    return [
        make_job(
            f"job-{number:04}",
            None if number % 10 == 7 else number * 37 % 50,
            name=f"name {number * 61 % 40:02}",
            paused=Pause(START) if number % 3 == 0 else None,
        )
        for number in range(count)
    ]


def _expected(jobs: list[Job], order: str, descending: bool) -> list[str]:
    def key(job: Job) -> tuple[object, ...]:
        if order == "id":
            return (job.id,)
        if order == "name":
            return (job.name, job.id)
        return (job.next_run_time is None, job.next_run_time or START, job.id)

    return [job.id for job in sorted(jobs, key=key, reverse=descending)]


class PagingContract(JobStoreHarness):
    """
    What :class:`~txsched.model.JobQuery` finds, page by page.
    """

    async def jobs_found(self, *jobs: Job, **query: object) -> list[str]:
        """
        Add jobs to an empty store, and give the ids of those that a query finds.
        """
        store = await self.make_store()
        await self.add(store, *jobs)
        return await self.all_jobs(store, JobQuery(**query))  # type: ignore[arg-type]

    async def test_empty_page(self) -> None:
        """
        An empty store has one empty page.
        """
        page = await (await self.make_store()).find_jobs(JobQuery())
        self.assertEqual(((), None), (page.items, page.next_cursor))

    async def test_items_of_a_page(self) -> None:
        """
        The items of a page are whole jobs with their progress.
        """
        store = await self.make_store()
        job = make_job(tags=("a",), run_count=0)
        await self.begin(store, job)
        page = await store.find_jobs(JobQuery())
        moved = evolve(job, next_run_time=at(10), run_count=1)
        self.assertEqual((moved,), page.items)

    async def test_text(self) -> None:
        """
        A text is found in ids and names, without regard to case.
        """
        jobs = [
            make_job("Backup", name="x"),
            make_job("b", name="my BACKUP"),
            make_job("c", name="back up"),
        ]
        self.assertEqual(["Backup", "b"], await self.jobs_found(*jobs, text="bAckUp"))

    async def test_text_beyond_ascii(self) -> None:
        """
        Case is disregarded in all alphabets.
        """
        jobs = [make_job("a", name="ÄRGER"), make_job("b", name="Жук")]
        self.assertEqual(["a"], await self.jobs_found(*jobs, text="ärger"))
        self.assertEqual(["b"], await self.jobs_found(*jobs, text="жУК"))

    async def test_text_is_plain(self) -> None:
        """
        No character of a text has a special meaning.
        """
        names = ("50%", "50_", "50\\", "50*", "50?", "50'", '50"', "50[a]", "500")
        jobs = [make_job(f"job {name}", name=name) for name in names]
        for name in names[:-1]:
            found = await self.jobs_found(*jobs, text=name)
            self.assertEqual([f"job {name}"], found)

    async def test_tags(self) -> None:
        """
        Of several tags, a job must have all.
        """
        jobs = [
            make_job("a", tags=("blue", "red")),
            make_job("b", tags=("red",)),
            make_job("c", tags=("reddish",)),
            make_job("d"),
        ]
        self.assertEqual(["a", "b"], await self.jobs_found(*jobs, tags=["red"]))
        self.assertEqual(["a"], await self.jobs_found(*jobs, tags=["red", "blue"]))
        self.assertEqual([], await self.jobs_found(*jobs, tags=["re_", "%"]))

    async def test_executor(self) -> None:
        """
        Only jobs of one executor.
        """
        jobs = [make_job("a", executor="other"), make_job("b")]
        self.assertEqual(["a"], await self.jobs_found(*jobs, executor="other"))
        self.assertEqual([], await self.jobs_found(*jobs, executor="nobody"))

    async def test_paused(self) -> None:
        """
        Only paused jobs, or only those that are not.
        """
        jobs = [make_job("a", paused=Pause(START)), make_job("b")]
        self.assertEqual(["a"], await self.jobs_found(*jobs, paused=True))
        self.assertEqual(["b"], await self.jobs_found(*jobs, paused=False))

    async def test_conditions_are_joined(self) -> None:
        """
        Of several conditions, a job must meet all.
        """
        jobs = [
            make_job("a1", tags=("t",), executor="x", paused=Pause(START)),
            make_job("a2", tags=("t",), executor="x"),
            make_job("a3", tags=("t",), paused=Pause(START)),
            make_job("a4", executor="x", paused=Pause(START)),
            make_job("b5", tags=("t",), executor="x", paused=Pause(START)),
        ]
        found = await self.jobs_found(
            *jobs, text="a", tags=["t"], executor="x", paused=True, limit=1
        )
        self.assertEqual(["a1"], found)

    async def test_orders(self) -> None:
        """
        Each order, both ways, with ties by id and jobs without a next time last.
        """
        store = await self.make_store()
        jobs = _shuffled(200)
        await self.add(store, *jobs)
        for order in _ORDERS:
            for descending in (False, True):
                query = JobQuery(order_by=order, descending=descending, limit=1000)
                self.assertEqual(
                    _expected(jobs, order, descending),
                    await self.all_jobs(store, query),
                    (order, descending),
                )

    async def test_pages(self) -> None:
        """
        Small pages put together are the large one, in each order.
        """
        store = await self.make_store()
        jobs = _shuffled(200)
        await self.add(store, *jobs)
        for order in _ORDERS:
            for descending in (False, True):
                query = JobQuery(order_by=order, descending=descending, limit=7)
                self.assertEqual(
                    _expected(jobs, order, descending),
                    await self.all_jobs(store, query),
                    (order, descending),
                )

    async def test_pages_of_a_selection(self) -> None:
        """
        Each page but the last is full, also when a condition leaves jobs out.
        """
        store = await self.make_store()
        await self.add(store, *_shuffled(100))
        query = JobQuery(paused=True, order_by="name", limit=10)
        sizes = []
        while True:
            page = await store.find_jobs(query)
            sizes.append(len(page.items))
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
        self.assertEqual([10, 10, 10, 4], sizes)

    async def test_last_page_that_is_full(self) -> None:
        """
        A full page behind which nothing lies has no cursor.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(10))
        page = await store.find_jobs(JobQuery(limit=10))
        self.assertEqual((10, None), (len(page.items), page.next_cursor))

    async def test_pages_while_jobs_come_and_go(self) -> None:
        """
        Jobs that are there all the time are met exactly once, whatever others do.
        """
        for order in _ORDERS:
            store = await self.make_store()
            jobs = _shuffled(400)
            stays, goes = jobs[::2], jobs[1::2]
            await self.add(store, *jobs)
            query = JobQuery(order_by=order, limit=20)
            met: list[str] = []
            for turn in range(1000):
                page = await store.find_jobs(query)
                met += (job.id for job in page.items)
                if page.next_cursor is None:
                    break
                query = evolve(query, cursor=page.next_cursor)
                gone = [job.id for job in goes[turn * 8 : turn * 8 + 8]]
                await store.remove_jobs([page.items[-1].id, *gone], START)
                await self.add(
                    store,
                    *(
                        make_job(f"{turn}-{place}", place, name=f"name {place}")
                        for place in range(6)
                    ),
                )
            self.assertEqual(len(met), len(set(met)), order)
            missing = {job.id for job in stays}.difference(met)
            self.assertEqual(set(), missing, order)

    async def test_page_behind_a_job_that_is_gone(self) -> None:
        """
        A cursor is good for the next page also when its job was removed.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(10))
        page = await store.find_jobs(JobQuery(limit=5))
        await store.remove_jobs(["job-0004", "job-0005"], START)
        rest = JobQuery(cursor=page.next_cursor)
        ids = await self.all_jobs(store, rest)
        self.assertEqual([f"job-{n:04}" for n in range(6, 10)], ids)

    async def test_bad_cursor(self) -> None:
        """
        What is no cursor is refused as ``cursor``.
        """
        store = await self.make_store()
        await store.add_jobs(make_jobs(3), OnConflict.ERROR)
        for cursor in ("", "x", "####", "W10=", "bnVsbA==", "\udc80", "é" * 5):
            with self.assertRaises(BadValue, msg=cursor) as caught:
                await store.find_jobs(JobQuery(cursor=cursor))
            self.assertEqual("cursor", caught.exception.field)

    async def test_cursor_of_another_order(self) -> None:
        """
        A cursor is for its own order and direction only.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(3))
        queries = [
            JobQuery(order_by=order, descending=descending, limit=1)
            for order in _ORDERS
            for descending in (False, True)
        ]
        for query in queries:
            cursor = (await store.find_jobs(query)).next_cursor
            for other in queries:
                if other != query:
                    with self.assertRaises(BadValue) as caught:
                        await store.find_jobs(evolve(other, cursor=cursor))
                    self.assertEqual("cursor", caught.exception.field)
