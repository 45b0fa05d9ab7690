"""
Letting one job, or all of them, rest.
"""

from __future__ import annotations

from typing import Any

from ....errors import BadValue, NoSuchJob
from ....model import Disposition, Pause
from .harness import SchedulerHarness
from .samples import START, at, every

__all__ = ["PausingContract"]

_TOO_LONG = "has 1001 characters, at most 1000 are allowed"


class PausingContract(SchedulerHarness):
    """
    What a pause does.
    """

    async def test_pause(self) -> None:
        """
        A paused job says since when and why, and starts nothing.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(5)
        job = await scheduler.pause_job("job", "for repair")
        self.assertEqual((Pause(at(5), "for repair"), 2), (job.paused, job.revision))
        self.assertEqual(job, await scheduler.get_job("job"))
        await self.advance(30)
        self.assertEqual([], self.executor.begun)

    async def test_pause_without_a_note(self) -> None:
        """
        A note is not needed.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        self.assertEqual(Pause(START), (await scheduler.pause_job("job")).paused)

    async def test_pause_again(self) -> None:
        """
        A second pause changes the note, not the beginning.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause_job("job", "one")
        await self.advance(5)
        job = await scheduler.pause_job("job", "two")
        self.assertEqual(Pause(START, "two"), job.paused)

    async def test_pause_leaves_runs(self) -> None:
        """
        What runs goes on.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await scheduler.pause_job("job")
        await self.end("done")
        (run,) = await self.ledger(scheduler)
        self.assertEqual((Disposition.SUCCEEDED, "done"), (run.disposition, run.result))

    async def test_bad_notes(self) -> None:
        """
        A note that is too long is refused, and nothing is paused.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        expected = BadValue("note", _TOO_LONG)
        await self.refused(scheduler.pause_job("job", "x" * 1001), expected)
        await self.refused(scheduler.pause("x" * 1001), expected)
        self.assertEqual(job, await scheduler.get_job("job"))
        self.assertEqual("running", (await scheduler.status()).state)

    async def test_pause_nobody(self) -> None:
        """
        A job that is not there can neither rest nor go on.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.pause_job("job"), NoSuchJob("job"))
        await self.refused(scheduler.resume_job("job"), NoSuchJob("job"))

    async def test_resume(self) -> None:
        """
        The planned times of the pause are missed for its reason; the next one runs.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause_job("job", "for repair")
        await self.advance(35)
        job = await scheduler.resume_job("job")
        self.assertEqual((None, at(40)), (job.paused, job.next_run_time))
        (run,) = await self.ledger(scheduler)
        self.assertEqual((Disposition.MISSED, 3), (run.disposition, run.times))
        self.assertEqual("the job was paused: for repair", run.reason)
        self.assertEqual((at(10), at(30)), (run.planned_time, run.last_planned_time))
        await self.advance(5)
        self.assertEqual([at(40)], [one.planned_time for one in self.executor.begun])

    async def test_resume_and_catch_up(self) -> None:
        """
        With ``catch_up`` they are late by the rules of the job.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, misfire_grace_time=None, coalesce=True)
        await scheduler.pause_job("job")
        await self.advance(35)
        job = await scheduler.resume_job("job", catch_up=True)
        self.assertIsNone(job.paused)
        await self.advance(0)
        runs = await self.ledger(scheduler)
        self.assertEqual(
            [(Disposition.COALESCED, at(10), 2), (Disposition.RUNNING, at(30), 1)],
            [(run.disposition, run.planned_time, run.times) for run in runs],
        )

    async def test_resume_what_is_not_paused(self) -> None:
        """
        A job that is not paused stays as it is.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        self.assertEqual(job, await scheduler.resume_job("job"))
        self.assertEqual(job, await scheduler.resume_job("job", True))

    async def test_pause_the_whole(self) -> None:
        """
        A paused scheduler starts nothing, says why, and takes changes all the same.
        """
        scheduler = await self.make_scheduler()
        await scheduler.pause("moving house")
        status = await scheduler.status()
        self.assertEqual(("paused", "moving house"), (status.state, status.note))
        await self.add(scheduler, trigger=every(10))
        await self.advance(25)
        self.assertEqual([], self.executor.begun)
        self.assertIsNone((await scheduler.get_job("job")).paused)

    async def test_resume_the_whole(self) -> None:
        """
        After the pause of the whole what came due is late by the rules of each job.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "strict")
        await self.add(scheduler, "lax", misfire_grace_time=None, coalesce=True)
        await scheduler.pause()
        await self.advance(15)
        await scheduler.resume()
        await self.advance(0)
        status = await scheduler.status()
        self.assertEqual(("running", ""), (status.state, status.note))
        ends: dict[str, Any] = {
            run.job_id: run.disposition for run in await self.ledger(scheduler)
        }
        self.assertEqual(
            {"strict": Disposition.MISSED, "lax": Disposition.RUNNING}, ends
        )

    async def test_pause_the_whole_leaves_runs(self) -> None:
        """
        What runs goes on.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await scheduler.pause()
        await self.end()
        (run,) = await self.ledger(scheduler)
        self.assertEqual(Disposition.SUCCEEDED, run.disposition)
