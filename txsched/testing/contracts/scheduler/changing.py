"""
Changing, rescheduling and removing jobs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ....errors import BadTrigger, BadValue, NoSuchJob, StaleRevision
from ....model import Call, Disposition, Job
from ....model.options import OPTIONS as KNOWN
from ....triggers import CronTrigger, IntervalTrigger
from .adding import BAD_OPTIONS, OPTIONS
from .harness import SchedulerHarness
from .samples import at, every

__all__ = ["ChangingContract"]

_FIXED = ("id", "store")
_KNOWN = ", ".join(
    ("task", "args", "kwargs", *(one for one in KNOWN if one not in _FIXED))
)


class ChangingContract(SchedulerHarness):
    """
    What becomes of jobs that people change.
    """

    async def test_modify_each_option(self) -> None:
        """
        Each option can be changed alone; each change adds one to the revision.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        for name, value in OPTIONS.items():
            if name == "id" or value == getattr(job, name):
                continue
            changed = await scheduler.modify_job("job", **{name: value})
            self.assertEqual(value, getattr(changed, name), name)
            self.assertEqual(job.revision + 1, changed.revision, name)
            self.assertEqual(changed, await scheduler.get_job("job"))
            job = changed

    async def test_modify_several(self) -> None:
        """
        Several changes are one.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        job = await scheduler.modify_job("job", name="new", tags=["x"], jitter=2.5)
        self.assertEqual(("new", ("x",), 2), (job.name, job.tags, job.revision))
        self.assertEqual(timedelta(seconds=2.5), job.jitter)

    async def test_modify_the_call(self) -> None:
        """
        Task and arguments can be changed each alone.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        job = await scheduler.modify_job("job", task="operator:mul")
        self.assertEqual(Call("operator:mul", (1, 2)), job.call)
        job = await scheduler.modify_job("job", args=[3, b"4"])
        self.assertEqual(Call("operator:mul", (3, b"4")), job.call)
        job = await scheduler.modify_job("job", kwargs={"a": [1]})
        self.assertEqual(Call("operator:mul", (3, b"4"), {"a": [1]}), job.call)

    async def test_modify_to_no_limit(self) -> None:
        """
        ``None`` takes a limit away.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, max_runs=5, misfire_grace_time=5)
        job = await scheduler.modify_job("job", max_runs=None, misfire_grace_time=None)
        self.assertEqual((None, None), (job.max_runs, job.misfire_grace_time))

    async def test_modify_keeps_the_next_time(self) -> None:
        """
        A change leaves the next time, and what the job has done, as they are.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(12)
        job = await scheduler.modify_job("job", name="new")
        self.assertEqual((at(20), 1), (job.next_run_time, job.run_count))

    async def test_modify_a_bound(self) -> None:
        """
        A new ``start_time`` is asked for the next time.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        job = await scheduler.modify_job("job", start_time=at(55))
        self.assertEqual(at(60), job.next_run_time)

    async def test_modify_nothing(self) -> None:
        """
        A change that changes nothing leaves the revision as it is.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        self.assertEqual(job, await scheduler.modify_job("job"))
        same = await scheduler.modify_job("job", name=job.name, coalesce=False)
        self.assertEqual(job, same)

    async def test_modify_at_a_revision(self) -> None:
        """
        A change of the revision that is there is made; one of an older one is refused.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        job = await scheduler.modify_job("job", 1, name="first")
        self.assertEqual(2, job.revision)
        answer = scheduler.modify_job("job", revision=1, name="second")
        await self.refused(answer, StaleRevision("job", 1, 2))
        self.assertEqual(job, await scheduler.get_job("job"))

    async def test_modify_nobody(self) -> None:
        """
        A job that is not there cannot be changed.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.modify_job("job", name="x"), NoSuchJob("job"))

    async def test_bad_changes(self) -> None:
        """
        A change that cannot be made names its field and the reason.
        """
        scheduler = await self.make_scheduler()
        before = await self.add(scheduler)
        cases: list[tuple[str, Any, str]] = [
            one for one in BAD_OPTIONS if one[0] not in ("id", "retries")
        ]
        cases += [
            ("id", "new", "cannot be changed: add a new job instead"),
            ("trigger", every(1), f"cannot be changed; there are {_KNOWN}"),
            ("colour", "red", f"cannot be changed; there are {_KNOWN}"),
            ("paused", None, f"cannot be changed; there are {_KNOWN}"),
            ("task", "nothing", "expected module:function, not 'nothing'"),
            ("args", "text", "expected a list of arguments, not 'text'"),
            ("kwargs", [1], "expected a mapping of arguments, not [1]"),
            (
                "executor",
                "nobody",
                "there is no 'nobody'; there are choosy, default, other",
            ),
            ("end_time", at(-5), "leaves the job without a planned time ahead"),
        ]
        for name, value, reason in cases:
            answer = scheduler.modify_job("job", **{name: value})
            await self.refused(answer, BadValue(name, reason))
        self.assertEqual(before, await scheduler.get_job("job"))

    async def test_bad_changes_together(self) -> None:
        """
        Of several changes none is made when one cannot be, or they do not fit together.
        """
        scheduler = await self.make_scheduler()
        before = await self.add(scheduler)
        answer = scheduler.modify_job("job", name="new", max_runs=0)
        reason = "0 is not within 1 to 1000000"
        await self.refused(answer, BadValue("max_runs", reason))
        answer = scheduler.modify_job("job", start_time=at(9), end_time=at(8))
        reason = f"{at(8)} is before start_time, {at(9)}"
        await self.refused(answer, BadValue("end_time", reason))
        answer = scheduler.modify_job("job", executor="choosy")
        await self.refused(answer, BadValue("args", "none are taken here"))
        self.assertEqual(before, await scheduler.get_job("job"))

    async def test_too_few_runs(self) -> None:
        """
        ``max_runs`` cannot be less than what the job has run.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, max_instances=5)
        await self.advance(25)
        answer = scheduler.modify_job("job", max_runs=2)
        reason = "2, but it has run 2 times already"
        await self.refused(answer, BadValue("max_runs", reason))

    async def test_reschedule(self) -> None:
        """
        A new trigger plans from now on, and the rest of the job stays.
        """
        scheduler = await self.make_scheduler()
        before = await self.add(scheduler, tags=["x"])
        await self.advance(5)
        trigger = CronTrigger(minute="*/5", timezone="UTC")
        job: Job = await scheduler.reschedule_job("job", trigger)
        self.assertEqual((trigger, at(300)), (job.trigger, job.next_run_time))
        self.assertEqual((before.tags, 2), (job.tags, job.revision))
        self.assertEqual(job, await scheduler.get_job("job"))
        await self.advance(290)
        self.assertEqual([], await self.ledger(scheduler))
        await self.advance(5)
        self.assertEqual([at(300)], [one.planned_time for one in self.executor.begun])

    async def test_reschedule_records_what_was_due(self) -> None:
        """
        What the old trigger had planned, and nobody started, is in the ledger.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause_job("job")
        await self.advance(25)
        await scheduler.reschedule_job("job", every(100))
        (run,) = await self.ledger(scheduler)
        self.assertEqual((Disposition.MISSED, 2), (run.disposition, run.times))
        self.assertEqual("the job was rescheduled", run.reason)
        self.assertEqual((at(10), at(20)), (run.planned_time, run.last_planned_time))

    async def test_reschedule_at_a_revision(self) -> None:
        """
        An older revision is refused.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.reschedule_job("job", every(50), 1)
        answer = scheduler.reschedule_job("job", every(60), revision=1)
        await self.refused(answer, StaleRevision("job", 1, 2))

    async def test_bad_reschedules(self) -> None:
        """
        What is no trigger, or has nothing ahead, or is for nobody, changes nothing.
        """
        scheduler = await self.make_scheduler()
        before = await self.add(scheduler)
        ended = IntervalTrigger(seconds=1, end_date=at(-1))
        expected = BadTrigger("trigger", f"{ended} has no planned time ahead")
        await self.refused(scheduler.reschedule_job("job", ended), expected)
        wrong: Any = "every 10s"
        expected = BadTrigger("trigger", "'every 10s' is not a trigger")
        await self.refused(scheduler.reschedule_job("job", wrong), expected)
        answer = scheduler.reschedule_job("nobody", every(1))
        await self.refused(answer, NoSuchJob("nobody"))
        self.assertEqual(before, await scheduler.get_job("job"))

    async def test_remove(self) -> None:
        """
        A removed job is gone, fires no more, and its id is free.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.remove_job("job")
        await self.refused(scheduler.get_job("job"), NoSuchJob("job"))
        await self.refused(scheduler.remove_job("job"), NoSuchJob("job"))
        await self.advance(30)
        self.assertEqual([], self.executor.begun)
        self.assertEqual(1, (await self.add(scheduler)).revision)

    async def test_remove_leaves_runs(self) -> None:
        """
        What runs goes on after its job was removed, and its end is recorded.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await scheduler.remove_job("job")
        await self.end(3)
        (run,) = await self.ledger(scheduler, job_id="job")
        self.assertEqual((Disposition.SUCCEEDED, 3), (run.disposition, run.result))
