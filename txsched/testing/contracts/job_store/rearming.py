"""
Jobs without a next planned time, and what becomes of them when nothing is active.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from ....errors import NoSuchJob, StaleRevision
from ....interfaces import IJobStore
from ....model import (
    Aftermath,
    Disposition,
    Job,
    OnConflict,
    Pause,
    Run,
    StoreStatus,
    Waiting,
)
from ....triggers import DelayTrigger, ManualTrigger
from .harness import JobStoreHarness
from .samples import NODE, OTHER, START, after, at, make_job, make_plan, make_run

__all__ = ["RearmingContract", "make_waiting_job"]

_DELAY = timedelta(seconds=10)
_WAITING = Waiting(_DELAY)


def make_waiting_job(id: str = "job", due: float | None = 0.0, **changes: Any) -> Job:
    """
    Make a job that runs ten seconds after the end of its last run.

    :param due: its next planned time in seconds after the start.
    """
    return make_job(id, due, **{"trigger": DelayTrigger.of(_DELAY), **changes})


class RearmingContract(JobStoreHarness):
    """
    A job is decided on in the transaction that leaves it without a next planned time
    and without active runs.
    """

    async def begin_waiting(
        self, store: IJobStore, job: Job, waiting: Waiting | None = _WAITING
    ) -> tuple[Run, int]:
        """
        Add a job, and begin its first run with a plan that leaves the next one open.

        :returns: the run, and the term of its lease.
        """
        await self.add(store, job)
        (lease,) = await self.claim(store)
        run = make_run(
            job, 0, Disposition.RUNNING, node=NODE, started_at=lease.next_run_time
        )
        plan = make_plan(lease, [run], None)._replace(waiting=waiting)
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        return run, lease.term

    async def assert_gone(self, store: IJobStore, job_id: str = "job") -> None:
        """
        Assert that a job is not there.
        """
        with self.assertRaises(NoSuchJob):
            await store.get_job(job_id)

    async def test_open_while_its_run_is_active(self) -> None:
        """
        While a run is active the job is there, has no next time, and is not due.
        """
        store = await self.make_store()
        await self.begin_waiting(store, make_waiting_job())
        job = await store.get_job("job")
        self.assertEqual(
            (None, 1, _WAITING), (job.next_run_time, job.run_count, job.waiting)
        )
        self.assertEqual([], await self.claim(store, 1e6))
        self.assertEqual(at(30), await store.next_due(START))

    async def test_set_by_the_end(self) -> None:
        """
        The end of the run sets the next time: the end plus the delay, due at once then.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        end = after(run, term, ended_at=at(7.5))
        self.assertEqual([], await store.finish([end]))
        job = await store.get_job("job")
        self.assertEqual((at(17.5), 1), (job.next_run_time, job.run_count))
        self.assertEqual(at(17.5), await store.next_due(START))
        self.assertEqual([], await self.claim(store, 17.4))
        (lease,) = await self.claim(store, 17.5)
        self.assertEqual(
            (at(17.5), 1, ()), (lease.next_run_time, lease.run_count, lease.runs)
        )

    async def test_each_disposition(self) -> None:
        """
        However the run ends, also without a row, the next time is set.
        """
        store = await self.make_store()
        for disposition in Disposition:
            if disposition.active:
                continue
            for forget in (False, True):
                id = f"{disposition.value} {forget}"
                run, term = await self.begin_waiting(store, make_waiting_job(id))
                end = after(run, term, disposition)._replace(forget=forget)
                self.assertEqual([], await store.finish([end]))
                self.assertEqual(at(11), (await store.get_job(id)).next_run_time)

    async def test_written_again(self) -> None:
        """
        The same end written again changes nothing, also when the next run has begun.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        end = after(run, term)
        for _ in range(2):
            self.assertEqual([], await store.finish([end]))
            self.assertEqual(at(11), (await store.get_job("job")).next_run_time)
        (lease,) = await self.claim(store, 11)
        second = make_run(lease.job, 11, Disposition.RUNNING, node=NODE)
        plan = make_plan(lease, [second], None)._replace(waiting=_WAITING)
        await store.commit([plan], NODE, at(41))
        self.assertEqual([], await store.finish([end]))
        self.assertIsNone((await store.get_job("job")).next_run_time)

    async def test_end_under_an_old_term(self) -> None:
        """
        An end that is lost is no end: the job waits for whoever holds the run.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        (taken,) = await self.take_runs(store, 30, OTHER)
        lost = await store.finish([after(run, term)])
        self.assertEqual([run.id], lost)
        self.assertIsNone((await store.get_job("job")).next_run_time)
        again = run._replace(node=OTHER, started_at=at(30), attempt=2)
        self.assertEqual([], await store.finish([after(again, taken.term)]))
        self.assertEqual(at(41), (await store.get_job("job")).next_run_time)

    async def test_pending_again(self) -> None:
        """
        A run that a shutdown cut off has not ended; the job goes on waiting for it.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        end = after(run, term)
        pending = run._replace(disposition=Disposition.PENDING, attempt=2)
        self.assertEqual([], await store.finish([end._replace(run=pending)]))
        self.assertIsNone((await store.get_job("job")).next_run_time)
        (lease,) = await self.take_runs(store, 5, OTHER)
        again = lease.run._replace(started_at=at(5))
        self.assertEqual([], await store.finish([after(again, lease.term)]))
        self.assertEqual(at(16), (await store.get_job("job")).next_run_time)

    async def test_the_last_end_counts(self) -> None:
        """
        With several runs active the next time is set by the end that leaves none, and
        of ends that are written together the latest counts.
        """
        for together in (False, True):
            store = await self.make_store()
            run, term = await self.begin_waiting(store, make_waiting_job())
            asked = make_run(make_waiting_job(), 1, manual=True)
            await store.add_runs([asked])
            (lease,) = await self.take_runs(store, 1)
            first = after(run, term, ended_at=at(20))
            second = after(lease.run, lease.term, ended_at=at(5))
            if together:
                await store.finish([first, second])
                expected = at(30)
            else:
                await store.finish([first])
                self.assertIsNone((await store.get_job("job")).next_run_time)
                await store.finish([second])
                expected = at(15)
            self.assertEqual(expected, (await store.get_job("job")).next_run_time)

    async def test_what_follows_is_active(self) -> None:
        """
        An end with a run that follows it leaves the job waiting for that one.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        follows = make_run(make_waiting_job(), 1)
        await store.finish([after(run, term)._replace(follow_ups=(follows,))])
        self.assertIsNone((await store.get_job("job")).next_run_time)
        await store.cancel_runs([follows.id], "why", at(3))
        self.assertEqual(at(13), (await store.get_job("job")).next_run_time)

    async def test_ends_of_others(self) -> None:
        """
        Ends in one call set the times of their own jobs, and of no others.
        """
        store = await self.make_store()
        cut, term = await self.begin_waiting(store, make_waiting_job("cut off"))
        pending = cut._replace(disposition=Disposition.PENDING, node=None)
        plain = await self.begin(store, make_job("plain"))
        last = await self.begin(store, make_job("last"), None)
        ends = [Aftermath(pending, term), after(*plain), after(*last)]
        for number in range(300):
            job = make_waiting_job(f"job-{number:04}")
            run, term = await self.begin_waiting(store, job)
            ends.append(after(run, term, ended_at=at(number)))
        self.assertEqual([], await store.finish(ends))
        for number in (0, 7, 299):
            job = await store.get_job(f"job-{number:04}")
            self.assertEqual(at(number + 10), job.next_run_time)
        self.assertIsNone((await store.get_job("cut off")).next_run_time)
        self.assertEqual(at(10), (await store.get_job("plain")).next_run_time)
        await self.assert_gone(store, "last")

    async def test_beyond_its_bound(self) -> None:
        """
        A job whose next time would be after its bound is removed; at it, it stays.
        """
        for bound, stays in ((11, True), (10.9, False)):
            store = await self.make_store()
            waiting = Waiting(_DELAY, at(bound))
            run, term = await self.begin_waiting(store, make_waiting_job(), waiting)
            await store.finish([after(run, term)])
            if stays:
                self.assertEqual(at(11), (await store.get_job("job")).next_run_time)
            else:
                await self.assert_gone(store)
                self.assertEqual(StoreStatus(0, 0, 0, 0, 1), await store.status())

    async def test_no_further_time(self) -> None:
        """
        A plan that says that the job does not wait finishes it, whatever its trigger.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job(), None)
        await store.get_job("job")
        await store.finish([after(run, term)])
        await self.assert_gone(store)

    async def test_planned_and_not_run(self) -> None:
        """
        A plan that leaves no active run sets the time by the latest end in it.
        """
        store = await self.make_store()
        job = make_waiting_job()
        await self.add(store, job)
        (lease,) = await self.claim(store, 50)
        missed = make_run(job, 0, Disposition.MISSED, ended_at=at(50))
        plan = make_plan(lease, [missed], None)._replace(waiting=_WAITING)
        self.assertEqual([], await store.commit([plan], NODE, at(80)))
        stored = await store.get_job("job")
        self.assertEqual((at(60), 0), (stored.next_run_time, stored.run_count))
        self.assertEqual([], await self.claim(store, 59))
        self.assertEqual(1, len(await self.claim(store, 60)))

    async def test_skipped_for_another(self) -> None:
        """
        A plan that only skips, as another run is active, leaves the job waiting.
        """
        store = await self.make_store()
        job = make_waiting_job()
        await self.add(store, job)
        await store.add_runs([make_run(job, 1, manual=True)])
        (held,) = await self.take_runs(store, 1)
        (lease,) = await self.claim(store, 2)
        skipped = make_run(job, 0, Disposition.SKIPPED, ended_at=at(2))
        plan = make_plan(lease, [skipped], None)._replace(waiting=_WAITING)
        await store.commit([plan], NODE, at(30))
        self.assertIsNone((await store.get_job("job")).next_run_time)
        await store.finish([after(held.run, held.term, ended_at=at(9))])
        self.assertEqual(at(19), (await store.get_job("job")).next_run_time)

    async def test_cancelled_before_it_began(self) -> None:
        """
        A pending run that is cancelled sets the time by the instant of that.
        """
        store = await self.make_store()
        job = make_waiting_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        plan = make_plan(lease, [make_run(job)], None)._replace(waiting=_WAITING)
        await store.commit([plan], NODE, at(30))
        (run,) = await store.cancel_runs([plan.runs[0].id], "why", at(4))
        self.assertEqual(Disposition.CANCELLED, run.disposition)
        self.assertEqual(at(14), (await store.get_job("job")).next_run_time)

    async def test_asked_for_beside(self) -> None:
        """
        A run that was asked for leaves a next time that is known as it is.
        """
        store = await self.make_store()
        job = make_waiting_job(due=100)
        await self.add(store, job)
        await store.add_runs([make_run(job, 1, manual=True)])
        (lease,) = await self.take_runs(store, 1)
        await store.finish([after(lease.run, lease.term)])
        self.assertEqual(job, await store.get_job("job"))

    async def test_paused_meanwhile(self) -> None:
        """
        Of a paused job the next time is set, and it is not due until it goes on.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        job = await store.get_job("job")
        await store.change_job(evolve(job, paused=Pause(START, "so")), job, ())
        await store.finish([after(run, term)])
        paused = await store.get_job("job")
        self.assertEqual(at(11), paused.next_run_time)
        self.assertIsNone(await store.next_due(at(1000)))
        self.assertEqual([], await self.claim(store, 1000))
        await store.change_job(evolve(paused, paused=None), paused, ())
        self.assertEqual(1, len(await self.claim(store, 1000)))

    async def test_changed_meanwhile(self) -> None:
        """
        A change while the run is active says what the job waits for from then on.
        """
        table: list[tuple[dict[str, Any], datetime | None]] = [
            ({"trigger": DelayTrigger(seconds=3)}, at(4)),
            ({"end_time": at(5)}, None),
            ({"max_runs": 1}, None),
            ({"next_run_time": at(2)}, at(2)),
        ]
        for changes, expected in table:
            store = await self.make_store()
            run, term = await self.begin_waiting(store, make_waiting_job())
            job = await store.get_job("job")
            await store.change_job(evolve(job, **changes), job, ())
            await store.finish([after(run, term)])
            if expected is None:
                await self.assert_gone(store)
            else:
                self.assertEqual(expected, (await store.get_job("job")).next_run_time)

    async def test_change_that_ends_it(self) -> None:
        """
        A change that takes the next time away sets it by the rows that it writes.
        """
        store = await self.make_store()
        job = make_waiting_job()
        await self.add(store, job)
        row = make_run(job, 0, Disposition.MISSED, ended_at=at(50))
        new = await store.change_job(evolve(job, next_run_time=None), job, [row])
        self.assertEqual((at(60), 2), (new.next_run_time, new.revision))
        self.assertEqual(new, await store.get_job("job"))
        self.assertEqual(at(60), await store.next_due(START))

    async def test_change_of_what_an_end_has_moved(self) -> None:
        """
        A change made of a job as it was before the end does not take the end back.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        before = await store.get_job("job")
        await store.finish([after(run, term)])
        with self.assertRaises(StaleRevision):
            await store.change_job(evolve(before, name="new"), before, ())
        self.assertEqual(at(11), (await store.get_job("job")).next_run_time)

    async def test_by_hand(self) -> None:
        """
        A job without times is kept, never due, and stays after each run of it.
        """
        store = await self.make_store()
        job = make_waiting_job(due=None, trigger=ManualTrigger())
        await self.add(store, job)
        self.assertEqual(job, await store.get_job("job"))
        self.assertIsNone(await store.next_due(START))
        self.assertEqual([], await self.claim(store, 1e6))
        for number in range(2):
            await store.add_runs([make_run(job, number, manual=True)])
            (lease,) = await self.take_runs(store, number)
            await store.finish([after(lease.run, lease.term)])
            self.assertEqual(job, await store.get_job("job"))
        await store.add_runs([make_run(job, 5, manual=True)])
        await store.cancel_runs([make_run(job, 5).id], "why", at(5))
        self.assertEqual(job, await store.get_job("job"))
        self.assertEqual(["job"], await store.remove_jobs(["job"], at(9)))

    async def test_by_hand_and_changed(self) -> None:
        """
        A job without times stays when it is changed, paused and added again.
        """
        store = await self.make_store()
        job = make_waiting_job(due=None, trigger=ManualTrigger())
        await self.add(store, job)
        new = await store.change_job(evolve(job, name="new"), job, ())
        self.assertEqual(evolve(job, name="new", revision=2), new)
        paused = await store.change_job(evolve(new, paused=Pause(START)), new, ())
        again = await store.change_job(evolve(paused, paused=None), paused, ())
        for choice in (OnConflict.REPLACE, OnConflict.KEEP):
            (kept,) = await store.add_jobs([evolve(job, name="new")], choice)
            self.assertEqual(again, kept)
        self.assertEqual(again, await store.get_job("job"))

    async def test_replaced(self) -> None:
        """
        What a replaced job waited for is forgotten; what the new one waits for holds.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        manual = make_waiting_job(due=None, trigger=ManualTrigger())
        await store.add_jobs([manual], OnConflict.REPLACE)
        await store.finish([after(run, term)])
        self.assertIsNone((await store.get_job("job")).next_run_time)
        await store.add_jobs([make_waiting_job(due=50)], OnConflict.REPLACE)
        self.assertEqual(at(50), await store.next_due(START))

    async def test_removed_meanwhile(self) -> None:
        """
        The end of a run does not bring its job back.
        """
        store = await self.make_store()
        run, term = await self.begin_waiting(store, make_waiting_job())
        await store.remove_jobs(["job"], at(1))
        self.assertEqual([], await store.finish([after(run, term)]))
        await self.assert_gone(store)
        self.assertIsNone(await store.next_due(START))
