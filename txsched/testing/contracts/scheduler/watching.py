"""
Events, in their order.
"""

from __future__ import annotations

from typing import Any

from ....errors import BadValue, JobExists
from ....interfaces import ISubscription
from ....model import (
    Event,
    JobAdded,
    JobEvent,
    JobFinished,
    JobModified,
    JobPaused,
    JobRemoved,
    JobResumed,
    RunEnded,
    RunStarted,
    SchedulerPaused,
    SchedulerResumed,
)
from ...fakes import RecordingObserver
from .harness import SchedulerHarness
from .samples import START, at, every, later, spec, specs

__all__ = ["WatchingContract"]


class WatchingContract(SchedulerHarness):
    """
    What observers are told.
    """

    async def test_events_of_jobs(self) -> None:
        """
        Each change of a job is told, in the order in which they were made.
        """
        scheduler = await self.make_scheduler()
        observer = await self.observe(scheduler)
        await self.add(scheduler)
        await self.advance(1)
        await scheduler.modify_job("job", name="new")
        await scheduler.reschedule_job("job", later(50))
        await scheduler.pause_job("job", "a while")
        await self.advance(1)
        await scheduler.resume_job("job")
        await scheduler.remove_job("job")
        await self.settle()
        self.assertEqual(
            [
                JobAdded(START, "job"),
                JobModified(at(1), "job"),
                JobModified(at(1), "job"),
                JobPaused(at(1), "job", "a while"),
                JobResumed(at(2), "job"),
                JobRemoved(at(2), "job"),
            ],
            observer.events,
        )

    async def test_events_of_runs(self) -> None:
        """
        A run is told when it starts and when it ends, as the ledger has it.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, max_runs=1)
        observer = await self.observe(scheduler)
        await self.advance(10)
        started = observer.of(RunStarted)
        self.assertEqual(await self.ledger(scheduler), [one.run for one in started])
        await self.advance(2)
        await self.end(["result"])
        ended = observer.of(RunEnded)
        self.assertEqual(await self.ledger(scheduler), [one.run for one in ended])
        self.assertEqual((at(10), at(12)), (started[0].at, ended[0].at))
        kinds = [type(event) for event in observer.events]
        self.assertEqual({RunStarted, RunEnded, JobFinished}, set(kinds))
        self.assertLess(kinds.index(RunStarted), kinds.index(RunEnded))

    async def test_events_of_what_never_ran(self) -> None:
        """
        Missed and skipped times end by an event as well.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause_job("job")
        await self.advance(25)
        observer = await self.observe(scheduler)
        await scheduler.resume_job("job")
        await scheduler.run_job("job")
        await scheduler.run_job("job")
        await self.settle()
        ends = [event.run.disposition.value for event in observer.of(RunEnded)]
        self.assertEqual(["missed", "skipped"], ends)

    async def test_events_of_the_whole(self) -> None:
        """
        Pause and end of the pause of the whole are told.
        """
        scheduler = await self.make_scheduler()
        observer = await self.observe(scheduler)
        await scheduler.pause("why not")
        await scheduler.resume()
        await self.settle()
        self.assertEqual(
            [SchedulerPaused(START, "why not"), SchedulerResumed(START)],
            observer.events,
        )

    async def test_events_of_a_cancelled_run(self) -> None:
        """
        The end of a cancelled run is told once, with its reason.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        observer = await self.observe(scheduler)
        (run,) = await self.ledger(scheduler)
        await scheduler.cancel_run(run.id, "enough")
        await self.settle()
        (event,) = observer.of(RunEnded)
        self.assertEqual(await scheduler.get_run(run.id), event.run)

    async def test_nothing_happened(self) -> None:
        """
        What changes nothing, or is refused, is not told.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        observer = await self.observe(scheduler)
        await self.refused(self.add(scheduler), JobExists("job"))
        await self.add(scheduler, on_conflict="keep")
        await self.add(scheduler, on_conflict="replace")
        await scheduler.modify_job("job", coalesce=False)
        await scheduler.resume_job("job")
        answer = scheduler.add_jobs([spec("new"), spec("job")])
        await self.refused(answer, JobExists("job"))
        await scheduler.get_jobs()
        await self.settle()
        self.assertEqual([], observer.events)

    async def test_many_events(self) -> None:
        """
        Many events come all, and in their order.
        """
        scheduler = await self.make_scheduler()
        observer = await self.observe(scheduler)
        asked = specs(3000)
        await scheduler.add_jobs(asked)
        await self.settle()
        self.assertEqual(
            [one.options["id"] for one in asked],
            [event.job_id for event in observer.of(JobEvent)],
        )

    async def test_events_are_late_for_nobody(self) -> None:
        """
        A subscription begins with what happens after it, also for a later observer.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "before")
        first = await self.observe(scheduler)
        await self.add(scheduler, "between")
        await self.settle()
        second = await self.observe(scheduler)
        await self.add(scheduler, "after")
        await self.settle()
        self.assertEqual(
            ["between", "after"], [event.job_id for event in first.of(JobEvent)]
        )
        self.assertEqual(["after"], [event.job_id for event in second.of(JobEvent)])

    async def test_unsubscribe(self) -> None:
        """
        After :meth:`~txsched.interfaces.ISubscription.cancel` nothing comes, others go
        on, and it may be repeated.
        """
        scheduler = await self.make_scheduler()
        gone, here = RecordingObserver(), await self.observe(scheduler)
        subscription = await scheduler.subscribe(gone)
        self.assertTrue(ISubscription.providedBy(subscription))
        await self.add(scheduler, "a")
        await self.settle()
        subscription.cancel()
        subscription.cancel()
        await self.add(scheduler, "b")
        await self.settle()
        self.assertEqual(["a"], [event.job_id for event in gone.of(JobEvent)])
        self.assertEqual(["a", "b"], [event.job_id for event in here.of(JobEvent)])

    async def test_subscribe_again(self) -> None:
        """
        Who was the only observer, and comes back, is told what happens from then on.
        """
        scheduler = await self.make_scheduler()
        (await scheduler.subscribe(RecordingObserver())).cancel()
        await self.add(scheduler, "missed")
        await self.settle()
        observer = await self.observe(scheduler)
        await self.add(scheduler, "seen")
        await self.settle()
        self.assertEqual([JobAdded(START, "seen")], observer.events)

    async def test_an_observer_that_fails(self) -> None:
        """
        An observer that raises is in the log, and is told the next event all the same.
        """
        scheduler = await self.make_scheduler()
        told: list[Event] = []

        def fail(event: Event) -> None:
            told.append(event)
            raise RuntimeError("the observer broke")

        subscription = await scheduler.subscribe(fail)
        self.addCleanup(subscription.cancel)
        observer = await self.observe(scheduler)
        await self.add(scheduler, "a")
        await self.add(scheduler, "b")
        await self.settle()
        self.assertEqual(["a", "b"], [event.job_id for event in observer.of(JobEvent)])
        self.assertEqual(told, observer.events)
        flush: Any = self.flushLoggedErrors  # type: ignore[attr-defined]
        self.assertEqual(2, len(flush(RuntimeError)))

    async def test_an_observer_that_cannot_be_called(self) -> None:
        """
        What cannot be called is refused.
        """
        scheduler = await self.make_scheduler()
        wrong: Any = "print"
        expected = BadValue("observer", "'print' cannot be called")
        await self.refused(scheduler.subscribe(wrong), expected)

    async def test_an_observer_asks(self) -> None:
        """
        An observer may call the scheduler.
        """
        scheduler = await self.make_scheduler()
        answers: list[Any] = []

        def ask(event: Any) -> None:
            scheduler.get_job(event.job_id).addBoth(answers.append)

        subscription = await scheduler.subscribe(ask)
        self.addCleanup(subscription.cancel)
        await self.add(scheduler, trigger=every(60, 60))
        await self.settle()
        self.assertEqual(["job"], [job.id for job in answers])
