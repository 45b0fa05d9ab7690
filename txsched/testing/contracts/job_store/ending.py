"""
The ends of runs, and wishes to cancel them.
"""

from __future__ import annotations

from ....errors import NoSuchRun
from ....model import Aftermath, Disposition, Renewal
from .harness import JobStoreHarness
from .samples import (
    NODE,
    OTHER,
    after,
    at,
    ended,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)

__all__ = ["EndingContract"]


class EndingContract(JobStoreHarness):
    """
    What is recorded of an end, and when it is lost.
    """

    async def test_finish(self) -> None:
        """
        The end of a run is in the ledger with all that is known of it.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        end = run._replace(
            disposition=Disposition.FAILED,
            reason="why",
            attempt=3,
            started_at=at(0.25),
            ended_at=at(7.5),
            result={"list": [1, "zwei", None], "bytes": b"\0"},
            error="ValueError: nö",
            traceback="Traceback\n  …",
        )
        self.assertEqual([], await store.finish([Aftermath(end, term)]))
        self.assertEqual(end, await store.get_run(run.id))
        self.assertEqual(0, (await store.status()).active_runs)

    async def test_finish_each_disposition(self) -> None:
        """
        A run may end in every disposition that is not active.
        """
        store = await self.make_store()
        for disposition in Disposition:
            if not disposition.active:
                run, term = await self.begin(store, make_job(disposition.value))
                end = after(run, term, disposition)
                self.assertEqual([], await store.finish([end]))
                self.assertEqual(end.run, await store.get_run(run.id))

    async def test_finish_many(self) -> None:
        """
        The ends of many runs are written in one call.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(600))
        leases = await self.claim(store, limit=1000)
        runs = [running(lease) for lease in leases]
        plans = [
            make_plan(lease, [run], None)
            for lease, run in zip(leases, runs, strict=True)
        ]
        await store.commit(plans, NODE, at(30))
        ends = [after(run, leases[0].term) for run in runs]
        self.assertEqual([], await store.finish(ends))
        status = await store.status()
        self.assertEqual((0, 0, 600), (status.jobs, status.active_runs, status.runs))

    async def test_finish_nothing(self) -> None:
        """
        No end is no error.
        """
        store = await self.make_store()
        self.assertEqual([], await store.finish([]))

    async def test_finish_twice(self) -> None:
        """
        The same end again under the same term is not lost and changes nothing.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        end = after(run, term, result=[1], error="x")
        self.assertEqual([], await store.finish([end]))
        self.assertEqual([], await store.finish([end]))
        self.assertEqual([end.run], await self.ledger(store))

    async def test_an_end_is_final(self) -> None:
        """
        A run that has ended does not change, not under the same term either.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        end = after(run, term)
        await store.finish([end])
        await store.finish([after(run, term, Disposition.FAILED, error="late")])
        self.assertEqual([end.run], await self.ledger(store))

    async def test_finish_under_an_old_term(self) -> None:
        """
        What a node reports after a take-over is lost, and changes nothing.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        (lease,) = await self.take_runs(store, 30, OTHER)
        before = await store.get_run(run.id)
        zombie = after(run, term)
        self.assertEqual([run.id], await store.finish([zombie]))
        self.assertEqual(before, await store.get_run(run.id))
        end = after(before, lease.term, Disposition.FAILED, error="x")
        self.assertEqual([], await store.finish([end]))
        self.assertEqual([run.id], await store.finish([zombie]))
        self.assertEqual([end.run], await self.ledger(store))

    async def test_lost_ends_leave_the_others(self) -> None:
        """
        Of a batch, what is lost is named, and the rest stands with what follows it.
        """
        store = await self.make_store()
        lost, lost_term = await self.begin(store, make_job("a"))
        await self.take_runs(store, 30, OTHER)
        kept, kept_term = await self.begin(store, make_job("b"))
        not_written = make_run(make_job("a"), 50, Disposition.SKIPPED)
        written = make_run(make_job("b"), 50, Disposition.SKIPPED)
        ends = [
            after(lost, lost_term)._replace(follow_ups=(not_written,)),
            after(kept, kept_term)._replace(follow_ups=(written,)),
            after(kept._replace(id="nobody"), kept_term),
        ]
        self.assertEqual({lost.id, "nobody"}, set(await store.finish(ends)))
        self.assertEqual([ended(kept), written], await self.ledger(store, "b"))
        (row,) = await self.ledger(store, "a")
        self.assertEqual(Disposition.RUNNING, row.disposition)

    async def test_finish_late(self) -> None:
        """
        An end after the lease is recorded as long as nobody took the run.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        end = after(run, term, ended_at=at(500))
        self.assertEqual([], await store.finish([end]))
        self.assertEqual([end.run], await self.ledger(store))

    async def test_follow_ups(self) -> None:
        """
        Further rows come with an end; a pending one is free to be claimed, and a
        finished job waits for it.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        follow_up = make_run(make_job(), 5)
        end = after(run, term)._replace(follow_ups=(follow_up,))
        self.assertEqual([], await store.finish([end]))
        self.assertEqual(1, (await store.status()).jobs)
        (lease,) = await self.take_runs(store, 5)
        self.assertEqual(follow_up, lease.run)
        await store.finish([after(lease.run, lease.term)])
        self.assertEqual(0, (await store.status()).jobs)

    async def test_forget(self) -> None:
        """
        A run that is to be forgotten leaves no row, and its finished job goes.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(keep_runs=0), following=None)
        self.assertEqual([], await store.finish([Aftermath(ended(run), term, True)]))
        self.assertEqual([], await self.ledger(store))
        self.assertEqual(0, (await store.status()).jobs)

    async def test_forget_under_an_old_term(self) -> None:
        """
        A node that lost a run cannot have it forgotten.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        await self.take_runs(store, 30, OTHER)
        lost = await store.finish([Aftermath(ended(run), term, True)])
        self.assertEqual([run.id], lost)
        self.assertEqual(1, len(await self.ledger(store)))

    async def test_back_to_pending(self) -> None:
        """
        A run that is handed back is free at once, in the attempt that was written.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        back = run._replace(disposition=Disposition.PENDING, attempt=2, reason="x")
        self.assertEqual([], await store.finish([Aftermath(back, term)]))
        self.assertEqual(at(1), await store.next_due(at(1)))
        self.assertEqual(1, (await store.status()).jobs)
        self.assertEqual([run.id], await store.finish([after(run, term)]))
        (lease,) = await self.take_runs(store, 1, OTHER)
        self.assertEqual((run.id, 2), (lease.run.id, lease.run.attempt))
        self.assertEqual(2, (await store.get_run(run.id)).attempt)

    async def test_cancel_pending(self) -> None:
        """
        A pending run ends as cancelled, with the reason, and is not handed out.
        """
        store = await self.make_store()
        job = make_job(due=None)
        run = make_run(job)
        await self.add(store, make_job())
        await store.add_runs([run])
        (cancelled,) = await store.cancel_runs([run.id], "not now", at(3))
        expected = ended(run, Disposition.CANCELLED, reason="not now", ended_at=at(3))
        self.assertEqual(expected, cancelled)
        self.assertEqual([expected], await self.ledger(store))
        self.assertEqual([], await self.take_runs(store, 5))

    async def test_cancel_the_last_of_a_finished_job(self) -> None:
        """
        A finished job goes when its last run is cancelled.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        run = make_run(job)
        await store.commit([make_plan(lease, [run], None)], NODE, at(30))
        self.assertEqual(1, (await store.status()).jobs)
        await store.cancel_runs([run.id], "", at(3))
        self.assertEqual(0, (await store.status()).jobs)

    async def test_cancel_running(self) -> None:
        """
        A running run is left to its owner, who learns of it when it renews.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job("a"))
        other, other_term = await self.begin(store, make_job("b"))
        (marked,) = await store.cancel_runs([run.id], "not now", at(3))
        self.assertEqual(run, marked)
        renewal = await store.renew([(run.id, term), (other.id, other_term)], at(60))
        self.assertEqual(Renewal((), (run.id,)), renewal)
        end = after(run, term, Disposition.CANCELLED)
        self.assertEqual([], await store.finish([end]))
        self.assertEqual(end.run, await store.get_run(run.id))

    async def test_cancel_ended(self) -> None:
        """
        A run that has ended stays as it is.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        end = after(run, term)
        await store.finish([end])
        self.assertEqual([end.run], await store.cancel_runs([run.id], "x", at(9)))
        self.assertEqual([end.run], await self.ledger(store))

    async def test_cancel_unknown(self) -> None:
        """
        An unknown run is named, and no other is cancelled.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        run = make_run(job)
        await store.add_runs([run])
        with self.assertRaises(NoSuchRun) as caught:
            await store.cancel_runs([run.id, "one", "two"], "", at(3))
        self.assertEqual("one", caught.exception.run_id)
        self.assertEqual([run], await self.ledger(store))

    async def test_cancel_many(self) -> None:
        """
        The answer holds the runs as they are now, in the order asked for.
        """
        store = await self.make_store()
        jobs = make_jobs(300)
        await self.add(store, *jobs)
        runs = [make_run(job) for job in jobs]
        await store.add_runs(runs)
        ids = [run.id for run in reversed(runs)]
        cancelled = await store.cancel_runs(ids, "all", at(1))
        self.assertEqual(ids, [run.id for run in cancelled])
        self.assertEqual(0, (await store.status()).active_runs)
