"""
Jobs that wait for the end of their run, or for a person.
"""

from __future__ import annotations

from ....errors import BadTrigger, BadValue, NoSuchJob
from ....model import Disposition, JobFinished, Waiting
from ....triggers import DelayTrigger, IntervalTrigger, ManualTrigger
from .harness import SchedulerHarness
from .samples import START, TASK, at

__all__ = ["WaitingContract"]


class WaitingContract(SchedulerHarness):
    """
    What becomes of jobs whose next planned time is not known.
    """

    async def test_delay(self) -> None:
        """
        The next run begins one delay after the end of the one before.
        """
        scheduler = await self.make_scheduler()
        trigger = DelayTrigger(seconds=10)
        job = await self.add(scheduler, trigger=trigger)
        self.assertEqual((trigger, at(10)), (job.trigger, job.next_run_time))
        await self.advance(10)
        job = await scheduler.get_job("job")
        self.assertEqual(
            (None, Waiting(trigger.delay)), (job.next_run_time, job.waiting)
        )
        await self.advance(7)
        await self.end()
        self.assertEqual(at(27), (await scheduler.get_job("job")).next_run_time)
        await self.advance(10)
        planned = [run.planned_time for run in await self.ledger(scheduler)]
        self.assertEqual([at(10), at(27)], planned)

    async def test_delay_to_its_end(self) -> None:
        """
        When no time is left after a run the job is removed, and that is told.
        """
        scheduler = await self.make_scheduler()
        observer = await self.observe(scheduler)
        trigger = DelayTrigger(seconds=10, start_date=START)
        await self.add(scheduler, trigger=trigger, end_time=at(12))
        await self.advance(3)
        self.assertEqual([], observer.of(JobFinished))
        await self.end()
        await self.refused(scheduler.get_job("job"), NoSuchJob("job"))
        self.assertEqual([JobFinished(at(3), "job")], observer.of(JobFinished))

    async def test_delay_forecast(self) -> None:
        """
        Of a job with a delay the time that is known is told, and no further one.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, trigger=DelayTrigger(seconds=10))
        await self.add(scheduler, "manual", ManualTrigger())
        ahead = await scheduler.forecast(START, at(1000))
        self.assertEqual([("job", at(10))], [(one.job_id, one.due) for one in ahead])

    async def test_delay_that_is_over(self) -> None:
        """
        A job whose first time would be after its end is refused.
        """
        scheduler = await self.make_scheduler()
        trigger = DelayTrigger(seconds=10)
        await self.refused(
            scheduler.add_job(TASK, trigger, end_time=at(9)),
            BadTrigger("trigger", "delay 10s has no planned time ahead"),
        )

    async def test_by_hand(self) -> None:
        """
        A job without times stays, and runs as often as it is asked for.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler, trigger=ManualTrigger())
        self.assertEqual((None, Waiting()), (job.next_run_time, job.waiting))
        for _ in range(2):
            await self.advance(100)
            run = await scheduler.run_job("job")
            await self.advance(1)
            await self.end()
            ended = await scheduler.get_run(run.id)
            self.assertEqual(Disposition.SUCCEEDED, ended.disposition)
            self.assertEqual(job, await scheduler.get_job("job"))
        await scheduler.remove_job("job")
        await self.refused(scheduler.get_job("job"), NoSuchJob("job"))

    async def test_rescheduled(self) -> None:
        """
        A job can be given a delay, be made one that runs by hand, and get times again.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        job = await scheduler.reschedule_job("job", DelayTrigger(seconds=20))
        self.assertEqual(at(20), job.next_run_time)
        job = await scheduler.reschedule_job("job", ManualTrigger())
        self.assertEqual((None, 3), (job.next_run_time, job.revision))
        await self.advance(100)
        self.assertEqual(job, await scheduler.get_job("job"))
        job = await scheduler.reschedule_job("job", IntervalTrigger(seconds=5))
        self.assertEqual(at(105), job.next_run_time)

    async def test_no_jitter(self) -> None:
        """
        A job that waits takes no jitter.
        """
        scheduler = await self.make_scheduler()
        await self.refused(
            scheduler.add_job(TASK, ManualTrigger(), jitter=5),
            BadValue(
                "jitter",
                "is not for a job with the trigger 'manual', whose times follow from"
                " what becomes of it",
            ),
        )
