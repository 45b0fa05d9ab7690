"""
Questions that several stores of one scheduler answer together.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ....errors import BadValue
from ....interfaces import IScheduler
from ....model import JobQuery, Run, RunQuery, StoreStatus
from .harness import SchedulerHarness
from .samples import START, at, every, later

__all__ = ["SpanningContract"]


class SpanningContract(SchedulerHarness):
    """
    What is told of the jobs and runs of two stores as one.
    """

    async def many(self) -> IScheduler:
        """
        Make a scheduler with jobs in both stores, mixed in every order.
        """
        scheduler = await self.make_scheduler(archive=True)
        for number in range(23):
            await self.add(
                scheduler,
                f"job-{number:02}",
                every(60, 10 + number * 7 % 23),
                store="archive" if number % 3 else "default",
                name=f"name {number * 5 % 11}",
            )
        return scheduler

    async def pages(self, scheduler: IScheduler, **query: Any) -> list[list[str]]:
        """
        Give the ids of all pages of jobs.
        """
        pages = []
        asked = JobQuery(**query)
        while True:
            page = await scheduler.get_jobs(asked)
            pages.append([job.id for job in page.items])
            if page.next_cursor is None:
                return pages
            query["cursor"] = page.next_cursor
            asked = JobQuery(**query)

    async def test_pages_over_stores(self) -> None:
        """
        Pages of both stores together are in one order, which is that of one store.
        """
        scheduler = await self.many()
        jobs = [await scheduler.get_job(f"job-{number:02}") for number in range(23)]
        keys = {
            "id": lambda job: job.id,
            "name": lambda job: (job.name, job.id),
            "next_run_time": lambda job: (job.next_run_time, job.id),
        }
        for order_by, key in keys.items():
            for descending in (False, True):
                expected = sorted(jobs, key=key, reverse=descending)
                for limit in (1, 4, 23, 100):
                    pages = await self.pages(
                        scheduler,
                        order_by=order_by,
                        descending=descending,
                        limit=limit,
                    )
                    found = [job_id for page in pages for job_id in page]
                    self.assertEqual([job.id for job in expected], found)
                    full = {len(page) for page in pages[:-1]}
                    self.assertLessEqual(full, {limit})
                    self.assertGreater(len(pages[-1]), 0)

    async def test_pages_of_one_store(self) -> None:
        """
        One store alone can be listed.
        """
        scheduler = await self.many()
        for alias in ("default", "archive"):
            wanted = [
                f"job-{number:02}"
                for number in range(23)
                if (alias == "archive") is bool(number % 3)
            ]
            pages = await self.pages(scheduler, store=alias, limit=5)
            self.assertEqual(wanted, [job_id for page in pages for job_id in page])

    async def test_pages_while_jobs_come_and_go(self) -> None:
        """
        Jobs that are added or removed between two pages neither repeat nor hide others.
        """
        scheduler = await self.many()
        page = await scheduler.get_jobs(JobQuery(limit=8))
        self.assertEqual(
            [f"job-{n:02}" for n in range(8)], [job.id for job in page.items]
        )
        for name in ("job-00", "job-07", "job-08", "job-12"):
            await scheduler.remove_job(name)
        for name in ("job-00", "job-015", "job-085", "job-085-b"):
            store = "archive" if name == "job-085-b" else "default"
            await self.add(scheduler, name, store=store)
        found = await self.pages(scheduler, limit=8, cursor=page.next_cursor)
        expected = ["job-085", "job-085-b"]
        expected += [f"job-{n:02}" for n in range(9, 23) if n != 12]
        self.assertEqual(expected, [job_id for one in found for job_id in one])

    async def test_bad_cursors(self) -> None:
        """
        A cursor of another order, of one store alone, or none at all is refused.
        """
        scheduler = await self.many()
        other = (
            await scheduler.get_jobs(JobQuery(limit=1, order_by="name"))
        ).next_cursor
        alone = (
            await scheduler.get_jobs(JobQuery(limit=1, store="archive"))
        ).next_cursor
        for cursor in (other, alone, "", "bnVsbA==", "äöü", "WzEsMiwzXQ=="):
            reason = f"{cursor!r} is not from a page of this order over several stores"
            for answer in (
                scheduler.get_jobs(JobQuery(cursor=cursor)),
                scheduler.get_runs(RunQuery(cursor=cursor)),
            ):
                await self.refused(answer, BadValue("cursor", reason))

    async def test_pages_of_runs(self) -> None:
        """
        The ledgers of both stores are one, in the order of planned times.
        """
        scheduler = await self.make_scheduler(archive=True)
        for number, alias in enumerate(("default", "archive", "archive")):
            await self.add(
                scheduler,
                f"job-{number}",
                every(1, number / 4),
                store=alias,
                max_instances=50,
            )
        await self.advance(5.1)
        whole = await self.ledger(scheduler)
        self.assertEqual(16, len(whole))
        self.assertEqual(
            sorted(whole, key=lambda run: (run.planned_time, run.id)), whole
        )
        for descending in (False, True):
            found: list[Run] = []
            cursor = None
            while True:
                page = await scheduler.get_runs(
                    RunQuery(limit=3, cursor=cursor, descending=descending)
                )
                found += page.items
                cursor = page.next_cursor
                if cursor is None:
                    break
            self.assertEqual(whole[::-1] if descending else whole, found)

    async def test_forecast_over_stores(self) -> None:
        """
        What lies ahead is told of both stores, or of the one that is named.
        """
        scheduler = await self.two()
        await scheduler.reschedule_job("there", later(15))
        told = await scheduler.forecast(START, at(30))
        self.assertEqual(
            [("here", 10), ("there", 15), ("here", 20), ("there", 25)],
            [
                (one.job_id, (one.planned_time - START) // timedelta(seconds=1))
                for one in told
            ],
        )
        told = await scheduler.forecast(START, at(30), store="archive")
        self.assertEqual({"there"}, {one.job_id for one in told})
        told = await scheduler.forecast(START, at(30), ["there", "here"])
        self.assertEqual(4, len(told))

    async def test_status_of_stores(self) -> None:
        """
        The status tells of each store, ``default`` first, and of both together.
        """
        scheduler = await self.two()
        await self.add(scheduler, "more", store="archive")
        await self.advance(10)
        status = await scheduler.status()
        self.assertEqual(
            [
                ("default", StoreStatus(1, 0, 0, 1, 1), 1),
                ("archive", StoreStatus(2, 0, 0, 2, 2), 2),
            ],
            [(one.alias, one.counts, one.running) for one in status.stores],
        )
        self.assertEqual(StoreStatus(3, 0, 0, 3, 3), status.store)
        self.assertEqual(
            (3, 0.0, None), (status.running, status.lag, status.store_error)
        )
        self.assertEqual(at(20), status.next_wakeup)
