"""
The scheduler as a whole, and the jobs that cannot be loaded.
"""

from __future__ import annotations

from datetime import timedelta

from ...._version import __version__
from ....errors import BadValue, NoSuchJob
from ....model import JobAdded, Quarantined, StoreStatus
from ..job_store.samples import make_node
from .harness import SchedulerHarness
from .samples import START, at, spec, specs

__all__ = ["SurveyingContract"]


class SurveyingContract(SchedulerHarness):
    """
    What is told of the whole, and what is in quarantine.
    """

    async def test_status(self) -> None:
        """
        The status tells who it is, since when, and how much there is.
        """
        scheduler = await self.make_scheduler()
        await self.advance(3)
        status = await scheduler.status()
        self.assertEqual(
            ("running", "", __version__), (status.state, status.note, status.version)
        )
        self.assertTrue(status.node.startswith("contract-"))
        self.assertEqual((START, at(3)), (status.started_at, status.now))
        self.assertEqual(StoreStatus(0, 0, 0, 0, 0), status.store)
        self.assertEqual(
            (0, 0.0, None), (status.running, status.lag, status.store_error)
        )

    async def test_status_counts(self) -> None:
        """
        Jobs, pauses and runs are counted, and the next time is known.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(3))
        await scheduler.pause_job("job-0001")
        self.assertEqual(at(10), (await scheduler.status()).next_wakeup)
        await self.advance(10)
        await self.end()
        status = await scheduler.status()
        self.assertEqual(StoreStatus(3, 1, 0, 1, 2), status.store)
        self.assertEqual(1, status.running)

    async def test_status_while_late(self) -> None:
        """
        While the whole is paused the status tells how late the oldest job is.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(2))
        await scheduler.pause()
        await self.advance(12.5)
        self.assertEqual(2.5, (await scheduler.status()).lag)

    async def test_nodes(self) -> None:
        """
        The nodes of the store are listed by id, this one with what it does.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(2))
        other = make_node("another", 3, skew=timedelta(seconds=-1.5))
        await self.store.beat(other)
        await self.advance(11)
        another, this = await scheduler.get_nodes()
        self.assertEqual(other, another)
        status = await scheduler.status()
        self.assertEqual((status.node, __version__), (this.id, this.version))
        self.assertEqual("contract", this.name)
        self.assertEqual((START, at(10)), (this.started_at, this.seen_at))
        self.assertIsNone(this.skew)
        self.assertEqual(("running", 0), (this.state, this.active_runs))
        await self.advance(4)
        self.assertEqual(2, (await scheduler.get_nodes())[1].active_runs)
        await scheduler.pause()
        self.assertEqual("paused", (await scheduler.get_nodes())[1].state)

    async def test_nothing_in_quarantine(self) -> None:
        """
        As long as all jobs can be loaded there is nothing to repair.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        self.assertEqual([], await scheduler.get_quarantined())
        answer = scheduler.repair_job("job", spec("job"))
        await self.refused(answer, NoSuchJob("job"))

    async def test_quarantine(self) -> None:
        """
        Jobs that cannot be loaded are listed by id, with the reason, and counted.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(3))
        await self.store.quarantine("job-0002", START)
        await self.store.quarantine("job-0000", at(1))
        self.assertEqual(
            [
                Quarantined("job-0000", "its task has gone", at(1)),
                Quarantined("job-0002", "its task has gone", START),
            ],
            await scheduler.get_quarantined(),
        )
        self.assertEqual(["job-0001"], await self.ids(scheduler))
        counts = (await scheduler.status()).store
        assert counts is not None
        self.assertEqual(2, counts.quarantined)

    async def test_repair(self) -> None:
        """
        A new definition brings a job back under its own id, and to work.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.store.quarantine("job", START)
        observer = await self.observe(scheduler)
        job = await scheduler.repair_job("job", spec("another", name="repaired"))
        self.assertEqual(("job", "repaired"), (job.id, job.name))
        self.assertEqual(at(10), job.next_run_time)
        self.assertEqual(job, await scheduler.get_job("job"))
        self.assertEqual([], await scheduler.get_quarantined())
        await self.advance(10)
        self.assertEqual(["job"], [one.job_id for one in self.executor.begun])
        self.assertEqual([JobAdded(START, "job")], observer.of(JobAdded))

    async def test_repair_by_what_cannot_be(self) -> None:
        """
        A definition that cannot be taken leaves the job in quarantine.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.store.quarantine("job", START)
        answer = scheduler.repair_job("job", spec("job", executor="choosy"))
        await self.refused(answer, BadValue("args", "none are taken here"))
        self.assertEqual(1, len(await scheduler.get_quarantined()))
