"""
What outlives the process, and what cannot be loaded any more.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from ....errors import JobExists, NoSuchJob, NotSerializable
from ....model import (
    Call,
    Disposition,
    JobQuery,
    LeaseCount,
    OnConflict,
    StoreStatus,
    Waiting,
)
from ....triggers import ManualTrigger
from .adding import rich_job
from .harness import DurableStoreHarness
from .rearming import make_waiting_job
from .samples import (
    NODE,
    OTHER,
    START,
    after,
    at,
    ended,
    make_job,
    make_node,
    make_plan,
    make_run,
    running,
)

__all__ = ["EnduringContract"]


class EnduringContract(DurableStoreHarness):
    """
    What a store of plain data keeps beyond :class:`.JobStoreContract`.
    """

    async def test_jobs_stay(self) -> None:
        """
        Jobs are there after a restart, with every attribute and their progress.
        """
        store = await self.make_store()
        await self.add(store, rich_job())
        await self.begin(store, make_job())
        moved = evolve(make_job(), next_run_time=at(10), run_count=1)
        store = await self.reopen(store)
        self.assertEqual(rich_job(), await store.get_job(rich_job().id))
        self.assertEqual(moved, await store.get_job("job"))
        self.assertEqual(at(10), await store.next_due(START))

    async def test_ledger_stays(self) -> None:
        """
        Runs are there after a restart.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        await store.finish([after(run, term, result={"a": [1, b"x"]})])
        waits = make_run(make_job(), 50)
        await store.add_runs([waits])
        store = await self.reopen(store)
        end = ended(run, result={"a": [1, b"x"]})
        self.assertEqual([end, waits], await self.ledger(store))
        (lease,) = await store.claim_runs(NODE, at(60), at(90), 10, ("default",))
        self.assertEqual(waits, lease.run)

    async def test_nodes_stay(self) -> None:
        """
        Nodes are there after a restart, and so are their leases.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        await self.claim(store, lasts=30)
        await store.beat(make_node())
        nodes = await store.find_nodes()
        store = await self.reopen(store)
        self.assertEqual(nodes, await store.find_nodes())
        report = await store.examine(at(1))
        self.assertEqual((LeaseCount(NODE, 1, 0, at(30)),), report.leases)

    async def test_what_jobs_wait_for_stays(self) -> None:
        """
        After a restart the end of a run sets the next time of its job, or removes it,
        and jobs without times are there.
        """
        store = await self.make_store()
        manual = make_waiting_job("manual", None, trigger=ManualTrigger())
        await self.add(store, manual)
        ends = []
        delay = timedelta(seconds=10)
        for id, until in (("a", None), ("b", at(11)), ("c", at(10))):
            await self.add(store, make_waiting_job(id))
            (lease,) = await self.claim(store)
            run = running(lease)
            plan = make_plan(lease, [run], None)
            plan = plan._replace(waiting=Waiting(delay, until))
            await store.commit([plan], NODE, at(30))
            ends.append(after(run, lease.term))
        store = await self.reopen(store)
        self.assertEqual([], await store.finish(ends))
        jobs = (await store.find_jobs(JobQuery())).items
        self.assertEqual(
            [("a", at(11)), ("b", at(11)), ("manual", None)],
            [(job.id, job.next_run_time) for job in jobs],
        )
        self.assertEqual(manual, jobs[2])

    async def test_run_of_a_quarantined_job_that_waits(self) -> None:
        """
        The end of a run sets the next time of a job in quarantine as well; it is due
        once the job can be loaded again.
        """
        store = await self.make_store()
        await self.add(store, make_waiting_job())
        (lease,) = await self.claim(store)
        run = running(lease)
        plan = make_plan(lease, [run], None)
        plan = plan._replace(waiting=Waiting(timedelta(seconds=10)))
        await store.commit([plan], NODE, at(30))
        store = await self.corrupt(store, "job")
        self.assertEqual((), (await store.find_jobs(JobQuery())).items)
        self.assertEqual(1, len(await store.find_quarantined()))
        self.assertEqual([], await store.finish([after(run, lease.term)]))
        self.assertIsNone(await store.next_due(at(100)))
        await self.mend(store, "job")
        self.assertEqual([], await store.find_quarantined())
        self.assertEqual(at(11), (await store.get_job("job")).next_run_time)
        self.assertEqual(1, len(await self.claim(store, 11)))

    async def test_leases_stay(self) -> None:
        """
        Leases on jobs and runs hold over a restart, and their terms are good.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job("a"))
        await self.add(store, make_job("b"))
        (lease,) = await self.claim(store)
        store = await self.reopen(store)
        self.assertEqual([], await self.claim(store, 9, OTHER))
        everything = ("default",)
        taken = await store.claim_runs(OTHER, at(9), at(39), 10, everything)
        self.assertEqual([], taken)
        plan = make_plan(lease, [running(lease)])
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        self.assertEqual([], await store.finish([after(run, term)]))

    async def test_terms_are_new_after_a_restart(self) -> None:
        """
        No term is given a second time after a restart.
        """
        store = await self.make_store()
        await self.add(store, make_job("a"), make_job("b"))
        (first,) = await self.claim(store, limit=1)
        store = await self.reopen(store)
        (second,) = await self.claim(store, limit=1)
        self.assertNotEqual(first.term, second.term)

    async def test_wish_to_cancel_stays(self) -> None:
        """
        The owner of a run learns after a restart that it is to be cancelled.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        await store.cancel_runs([run.id], "x", START)
        store = await self.reopen(store)
        renewal = await store.renew([(run.id, term)], at(60))
        self.assertEqual((run.id,), renewal.cancelled)

    async def test_what_cannot_be_stored(self) -> None:
        """
        An argument that is no plain data is refused by name, and no job is added.
        """
        store = await self.make_store()
        bad = make_job("bad", call=Call("operator:add", (1, object())))
        with self.assertRaises(NotSerializable) as caught:
            await self.add(store, make_job("good"), bad)
        self.assertIn("args", caught.exception.field)
        self.assertEqual(0, (await store.status()).jobs)

    async def test_change_to_what_cannot_be_stored(self) -> None:
        """
        A change to what cannot be stored is refused, and leaves the job.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        bad = evolve(job, call=Call("operator:add", (), {"x": object()}))
        with self.assertRaises(NotSerializable) as caught:
            await store.change_job(bad, job, [make_run(job, 0, Disposition.MISSED)])
        self.assertIn("kwargs", caught.exception.field)
        self.assertEqual(job, await store.get_job("job"))
        self.assertEqual([], await self.ledger(store))

    async def test_results_of_any_kind(self) -> None:
        """
        A result that is no plain data is stored as far as it can be.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        self.assertEqual([], await store.finish([after(run, term, result=object())]))
        stored = await store.get_run(run.id)
        self.assertIn("object", str(stored.result))

    async def test_quarantined_when_claimed(self) -> None:
        """
        A job that cannot be loaded is left out of a claim, listed with the error and
        the instant, and hinders no other.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id) for id in "abc"))
        store = await self.corrupt(store, "b")
        leases = await self.claim(store)
        self.assertEqual(["a", "c"], [lease.job.id for lease in leases])
        (found,) = await store.find_quarantined()
        self.assertEqual("b", found.job_id)
        self.assertNotEqual("", found.error)
        self.assertIsNotNone(found.since.tzinfo)
        self.assertEqual(StoreStatus(2, 0, 1, 0, 0), await store.status())
        self.assertEqual([], await self.claim(store, limit=100))

    async def test_quarantined_does_not_wake(self) -> None:
        """
        A quarantined job is not waited for.
        """
        store = await self.make_store()
        await self.add(store, make_job("a"), make_job("b", 20))
        store = await self.corrupt(store, "a")
        self.assertEqual([], await self.claim(store))
        await store.find_quarantined()
        self.assertEqual(at(20), await store.next_due(START))

    async def test_quarantined_when_read(self) -> None:
        """
        A job that cannot be loaded is not to be had, and left out of pages.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id, 10) for id in "abc"))
        store = await self.corrupt(store, "b")
        for limit in (1, 2, 100):
            found = await self.all_jobs(store, JobQuery(limit=limit))
            self.assertEqual(["a", "c"], found)
        with self.assertRaises(NoSuchJob):
            await store.get_job("b")
        (quarantined,) = await store.find_quarantined()
        self.assertEqual("b", quarantined.job_id)

    async def test_quarantined_since(self) -> None:
        """
        The instant is the one at which it was first seen, over restarts.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        store = await self.corrupt(store, "job")
        await self.claim(store)
        before = await store.find_quarantined()
        store = await self.reopen(store)
        self.assertEqual(before, await store.find_quarantined())

    async def test_quarantined_is_listed_in_order(self) -> None:
        """
        The quarantined jobs are ordered by id.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id) for id in "dbac"))
        for id in "cda":
            store = await self.corrupt(store, id)
        await self.claim(store)
        ids = [found.job_id for found in await store.find_quarantined()]
        self.assertEqual(list("acd"), ids)

    async def test_quarantined_exists(self) -> None:
        """
        The id of a quarantined job is taken; a replacement brings it back to work.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        store = await self.corrupt(store, "job")
        await self.claim(store)
        with self.assertRaises(JobExists):
            await self.add(store, job)
        (stored,) = await store.add_jobs([job], OnConflict.REPLACE)
        self.assertEqual(evolve(job, revision=stored.revision), stored)
        self.assertEqual([], await store.find_quarantined())
        (lease,) = await self.claim(store)
        self.assertEqual(stored, lease.job)

    async def test_quarantined_cannot_be_changed(self) -> None:
        """
        A quarantined job cannot be changed, run, or claimed.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        store = await self.corrupt(store, "job")
        await self.claim(store)
        with self.assertRaises(NoSuchJob):
            await store.change_job(job, job, ())
        with self.assertRaises(NoSuchJob):
            await store.add_runs([make_run(job)])
        self.assertEqual([], await self.claim(store, 1000))

    async def test_quarantined_can_be_removed(self) -> None:
        """
        Nothing but a removal deletes a quarantined job.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        store = await self.corrupt(store, "job")
        await self.claim(store)
        self.assertEqual(["job"], await store.remove_jobs(["job"], START))
        self.assertEqual([], await store.find_quarantined())
        self.assertEqual(StoreStatus(0, 0, 0, 0, 0), await store.status())

    async def test_replaced_before_it_was_seen(self) -> None:
        """
        A broken job that is replaced before anybody tried to load it works again.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        store = await self.corrupt(store, "job")
        with self.assertRaises(JobExists):
            await self.add(store, job)
        await store.add_jobs([job], OnConflict.REPLACE)
        self.assertEqual([], await store.find_quarantined())
        self.assertEqual(1, len(await self.claim(store)))

    async def test_repair(self) -> None:
        """
        A repaired job has its new definition and goes back to work.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        store = await self.corrupt(store, "job")
        await self.claim(store)
        new = make_job(due=5, name="repaired")
        repaired = await store.repair_job(new)
        self.assertEqual(evolve(new, revision=repaired.revision), repaired)
        self.assertEqual(repaired, await store.get_job("job"))
        self.assertEqual([], await store.find_quarantined())
        (lease,) = await self.claim(store, 5)
        self.assertEqual(repaired, lease.job)

    async def test_repair_of_a_sound_job(self) -> None:
        """
        Only a quarantined job can be repaired.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        for id in ("job", "nobody"):
            with self.assertRaises(NoSuchJob) as caught:
                await store.repair_job(make_job(id, name="new"))
            self.assertEqual(id, caught.exception.job_id)
        self.assertEqual(job, await store.get_job("job"))

    async def test_returns_to_work(self) -> None:
        """
        A job that loads again is due as before, as soon as somebody looks.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        store = await self.corrupt(store, "job")
        self.assertEqual([], await self.claim(store))
        self.assertEqual(1, len(await store.find_quarantined()))
        await self.mend(store, "job")
        self.assertEqual([], await store.find_quarantined())
        self.assertEqual(job, await store.get_job("job"))
        self.assertEqual(START, await store.next_due(START))
        (lease,) = await self.claim(store)
        self.assertEqual((job, START), (lease.job, lease.next_run_time))

    async def test_run_of_a_quarantined_job(self) -> None:
        """
        A run goes on when its job cannot be loaded any more, and its end is recorded.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        store = await self.corrupt(store, "job")
        await self.claim(store, 10)
        self.assertEqual((), (await store.renew([(run.id, term)], at(60))).lost)
        self.assertEqual([], await store.finish([after(run, term)]))
        self.assertEqual([ended(run)], await self.ledger(store))
        self.assertEqual(1, len(await store.find_quarantined()))

    async def test_finished_and_quarantined(self) -> None:
        """
        A finished job that cannot be loaded goes with the end of its last run.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        store = await self.corrupt(store, "job")
        self.assertEqual([], await store.finish([after(run, term)]))
        self.assertEqual(0, (await store.status()).jobs)
