"""
Looking jobs up.
"""

from __future__ import annotations

from typing import Any

from ....errors import BadValue, NoSuchJob
from ....interfaces import IScheduler
from ....model import Job, JobQuery
from .harness import SchedulerHarness
from .samples import later, spec, specs

__all__ = ["ReadingContract"]


class ReadingContract(SchedulerHarness):
    """
    What is told of jobs.
    """

    async def shelf(self) -> IScheduler:
        """
        Make a scheduler with four jobs that differ.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(
            [
                spec("a", later(40), name="Delta", tags=("red", "big")),
                spec("b", later(30), name="beta", tags=("red",), executor="other"),
                spec("c", later(20), name="Alpha", tags=("big",)),
                spec("d", later(10), name="gamma b"),
            ]
        )
        await scheduler.pause_job("c")
        return scheduler

    async def test_get_finds_none(self) -> None:
        """
        An unknown id is an error that names it.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.get_job("nobody"), NoSuchJob("nobody"))

    async def test_no_jobs(self) -> None:
        """
        Without jobs there is one empty page.
        """
        page = await (await self.make_scheduler()).get_jobs()
        self.assertEqual(((), None), (page.items, page.next_cursor))

    async def test_jobs_as_they_are(self) -> None:
        """
        A list shows the same jobs as single questions, ordered by id.
        """
        scheduler = await self.shelf()
        jobs = [await scheduler.get_job(job_id) for job_id in "abcd"]
        self.assertEqual(jobs, list((await scheduler.get_jobs()).items))

    async def test_filters(self) -> None:
        """
        Jobs are found by text, tags, executor and pause, and by all of them together.
        """
        scheduler = await self.shelf()
        for wanted, query in (
            ("bd", {"text": "B"}),
            ("", {"text": "nowhere"}),
            ("ab", {"tags": ("red",)}),
            ("a", {"tags": ("red", "big")}),
            ("b", {"executor": "other"}),
            ("c", {"paused": True}),
            ("abd", {"paused": False}),
            ("b", {"text": "b", "tags": ["red"], "paused": False}),
        ):
            found = await self.ids(scheduler, **query)
            self.assertEqual(list(wanted), found, query)

    async def test_order(self) -> None:
        """
        Jobs can be ordered by id, name and next time, both ways.
        """
        scheduler = await self.shelf()
        by_name = sorted("abcd", key={"a": 1, "b": 2, "c": 0, "d": 3}.__getitem__)
        found = await self.ids(scheduler, order_by="name")
        self.assertEqual(set(by_name), set(found))
        backwards = await self.ids(scheduler, order_by="name", descending=True)
        self.assertEqual(found[::-1], backwards)
        self.assertEqual(list("dcba"), await self.ids(scheduler, descending=True))
        found = await self.ids(scheduler, order_by="next_run_time")
        self.assertEqual(list("dcba"), found)

    async def test_pages(self) -> None:
        """
        Pages have the size asked for, and together all jobs once.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(25))
        sizes = []
        found = []
        cursor = None
        while True:
            query = JobQuery(limit=10, cursor=cursor, descending=True)
            page = await scheduler.get_jobs(query)
            sizes.append(len(page.items))
            found += [job.id for job in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        self.assertEqual([10, 10, 5], sizes)
        self.assertEqual([f"job-{number:04}" for number in range(24, -1, -1)], found)

    async def test_a_page_that_is_just_full(self) -> None:
        """
        A page with the last job has no cursor, even when it is full.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(10))
        page = await scheduler.get_jobs(JobQuery(limit=10))
        self.assertEqual((10, None), (len(page.items), page.next_cursor))

    async def test_cursors_of_others(self) -> None:
        """
        A cursor that is none, or of another order, is refused.
        """
        scheduler = await self.shelf()
        page = await scheduler.get_jobs(JobQuery(limit=1))
        for cursor, order in (("nonsense", "id"), (page.next_cursor, "name")):
            query = JobQuery(cursor=cursor, order_by=order)
            reason = f"{cursor!r} is not from a page of this order"
            await self.refused(scheduler.get_jobs(query), BadValue("cursor", reason))

    async def test_bad_queries(self) -> None:
        """
        A query that cannot be names its field before anybody is asked.
        """
        for field, value in (
            ("limit", 0),
            ("limit", 1001),
            ("limit", True),
            ("order_by", "colour"),
            ("tags", "red"),
            ("text", 5),
            ("paused", "yes"),
            ("cursor", 7),
        ):
            arguments: dict[str, Any] = {field: value}
            with self.assertRaises(BadValue) as caught:
                JobQuery(**arguments)
            self.assertEqual(field, caught.exception.field)

    async def test_finished_jobs_are_gone(self) -> None:
        """
        A job that has run as often as it may is there until its last run has ended.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, max_runs=1)
        await self.advance(10)
        job: Job = await scheduler.get_job("job")
        self.assertEqual((None, 1), (job.next_run_time, job.run_count))
        await self.end()
        await self.refused(scheduler.get_job("job"), NoSuchJob("job"))
