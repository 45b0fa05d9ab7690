"""
Runs: asked for, cancelled, and looked up.
"""

from __future__ import annotations

from ....errors import BadValue, NoSuchJob, NoSuchRun, TaskFailed
from ....model import Disposition, RunQuery
from .harness import SchedulerHarness
from .samples import START, at, every

__all__ = ["RunningContract"]


class RunningContract(SchedulerHarness):
    """
    What becomes of runs.
    """

    async def test_run_now(self) -> None:
        """
        A job runs when a person asks, beside its schedule.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        run = await scheduler.run_job("job")
        self.assertEqual(("job", True), (run.job_id, run.manual))
        self.assertEqual((START, None), (run.planned_time, run.ended_at))
        self.assertTrue(run.disposition.active)
        await self.advance(1)
        await self.end({"sum": 3})
        ended = await scheduler.get_run(run.id)
        self.assertEqual(Disposition.SUCCEEDED, ended.disposition)
        self.assertEqual(({"sum": 3}, at(1)), (ended.result, ended.ended_at))
        job = await scheduler.get_job("job")
        self.assertEqual((at(10), 0), (job.next_run_time, job.run_count))

    async def test_run_now_while_paused(self) -> None:
        """
        A paused job runs when a person asks.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause_job("job")
        run = await scheduler.run_job("job")
        await self.advance(0)
        self.assertEqual([run.id], [one.run_id for one in self.executor.begun])

    async def test_run_now_without_room(self) -> None:
        """
        While ``max_instances`` runs are active the answer names who holds the place.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        first = await scheduler.run_job("job")
        second = await scheduler.run_job("job")
        self.assertEqual(Disposition.SKIPPED, second.disposition)
        self.assertEqual((first.id, START), (second.by, second.ended_at))
        self.assertEqual(f"max_instances is 1: run {first.id} is active", second.reason)
        self.assertEqual(second, await scheduler.get_run(second.id))

    async def test_run_now_by_force(self) -> None:
        """
        By force it runs all the same.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        runs = [await scheduler.run_job("job", force=True) for _ in range(3)]
        await self.advance(0)
        self.assertEqual(3, len({run.id for run in runs}))
        self.assertEqual(
            {run.id for run in runs}, {one.run_id for one in self.executor.begun}
        )

    async def test_run_nobody(self) -> None:
        """
        A job that is not there cannot run.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.run_job("job"), NoSuchJob("job"))

    async def test_a_run_of_the_schedule(self) -> None:
        """
        A run of the trigger is in the ledger from its beginning to its end.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        (run,) = await self.ledger(scheduler)
        self.assertEqual(
            (Disposition.RUNNING, at(10)), (run.disposition, run.planned_time)
        )
        self.assertEqual((False, 1, "default"), (run.manual, run.attempt, run.executor))
        await self.advance(2.5)
        await self.end([1, (2, b"3")])
        ended = await scheduler.get_run(run.id)
        self.assertEqual(Disposition.SUCCEEDED, ended.disposition)
        self.assertEqual((at(10), at(12.5)), (ended.started_at, ended.ended_at))
        self.assertEqual([1, (2, b"3")], ended.result)

    async def test_a_task_that_fails(self) -> None:
        """
        What a task raises is told with its type, its words and its traceback.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await self.end(RuntimeError("out of möney"))
        (run,) = await self.ledger(scheduler)
        self.assertEqual(Disposition.FAILED, run.disposition)
        self.assertEqual("RuntimeError: out of möney", run.error)
        self.assertIn("RuntimeError: out of möney", run.traceback or "")

    async def test_a_task_that_fails_with_a_result(self) -> None:
        """
        A task can fail and still hand over a result.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await self.end(TaskFailed("exit status 3", {"exit_status": 3}))
        (run,) = await self.ledger(scheduler)
        self.assertEqual(("exit status 3", {"exit_status": 3}), (run.error, run.result))

    async def test_a_result_that_is_not_plain(self) -> None:
        """
        A result that is no plain data keeps nobody from reading the ledger.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await self.end(self.executor)
        (run,) = await self.ledger(scheduler)
        self.assertEqual(Disposition.SUCCEEDED, run.disposition)
        self.assertIn("ManualExecutor", repr(run.result))
        one = await scheduler.get_run(run.id)
        self.assertEqual((run.id, run.ended_at), (one.id, one.ended_at))

    async def test_cancel_what_runs(self) -> None:
        """
        A run under way is asked to stop, and ends as cancelled with the reason.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        (run,) = await self.ledger(scheduler)
        await scheduler.cancel_run(run.id, "it took too long")
        await self.settle()
        ended = await scheduler.get_run(run.id)
        self.assertEqual(Disposition.CANCELLED, ended.disposition)
        self.assertEqual(("it took too long", at(10)), (ended.reason, ended.ended_at))
        self.assertEqual({}, self.executor.running)

    async def test_cancel_what_waits(self) -> None:
        """
        A run that waits ends at once, and is never begun.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await scheduler.pause()
        run = await scheduler.run_job("job")
        ended = await scheduler.cancel_run(run.id)
        self.assertEqual(Disposition.CANCELLED, ended.disposition)
        self.assertEqual(("cancelled by a user", START), (ended.reason, ended.ended_at))
        self.assertEqual(ended, await scheduler.get_run(run.id))
        await scheduler.resume()
        await self.advance(1)
        self.assertEqual([], self.executor.begun)

    async def test_cancel_what_has_ended(self) -> None:
        """
        An end is final.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(10)
        await self.end()
        (run,) = await self.ledger(scheduler)
        self.assertEqual(run, await scheduler.cancel_run(run.id, "too late"))
        self.assertEqual(run, await scheduler.get_run(run.id))

    async def test_cancel_nothing(self) -> None:
        """
        A run that is not there cannot be cancelled, nor shown.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.cancel_run("ghost"), NoSuchRun("ghost"))
        await self.refused(scheduler.get_run("ghost"), NoSuchRun("ghost"))

    async def test_cancel_for_too_long_a_reason(self) -> None:
        """
        A reason that is too long is refused, and the run goes on.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        run = await scheduler.run_job("job")
        reason = "has 1001 characters, at most 1000 are allowed"
        answer = scheduler.cancel_run(run.id, "x" * 1001)
        await self.refused(answer, BadValue("reason", reason))
        self.assertTrue((await scheduler.get_run(run.id)).disposition.active)

    async def test_the_ledger(self) -> None:
        """
        Runs are shown newest first, or oldest first.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, max_instances=9)
        await self.advance(35)
        page = await scheduler.get_runs()
        times = [run.planned_time for run in page.items]
        self.assertEqual([at(30), at(20), at(10)], times)
        self.assertIsNone(page.next_cursor)
        self.assertEqual(list(page.items)[::-1], await self.ledger(scheduler))

    async def test_filters_of_the_ledger(self) -> None:
        """
        Runs are found by job, disposition and time.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "a", max_instances=9)
        await self.add(scheduler, "b", trigger=every(15, 15))
        await self.advance(32)
        first = (await self.ledger(scheduler, job_id="a"))[0]
        await self.end(run_id=first.id)
        for wanted, query in (
            ([10, 20, 30], {"job_id": "a"}),
            ([15, 30], {"job_id": "b"}),
            ([10], {"dispositions": ["succeeded"]}),
            ([10, 30], {"dispositions": (Disposition.SUCCEEDED, Disposition.SKIPPED)}),
            ([20, 30, 30], {"after": at(20)}),
            ([10, 15], {"before": at(20)}),
            ([20], {"job_id": "a", "after": at(11), "before": at(30)}),
            ([], {"job_id": "nobody"}),
        ):
            found = [run.planned_time for run in await self.ledger(scheduler, **query)]
            self.assertEqual([at(seconds) for seconds in wanted], found, query)

    async def test_pages_of_the_ledger(self) -> None:
        """
        Pages together have all runs once.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, trigger=every(1, 1), max_instances=30)
        await self.advance(25)
        sizes = []
        ids = []
        cursor = None
        while True:
            page = await scheduler.get_runs(RunQuery(limit=10, cursor=cursor))
            sizes.append(len(page.items))
            ids += [run.id for run in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        self.assertEqual([10, 10, 5], sizes)
        self.assertEqual(25, len(set(ids)))
        self.assertEqual(sorted(ids, reverse=True), ids)

    async def test_cursors_of_the_ledger(self) -> None:
        """
        A cursor that is none is refused.
        """
        scheduler = await self.make_scheduler()
        expected = BadValue("cursor", "'x' is not from a page of this order")
        await self.refused(scheduler.get_runs(RunQuery(cursor="x")), expected)
