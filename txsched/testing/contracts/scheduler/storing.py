"""
Several stores in one scheduler.
"""

from __future__ import annotations

from typing import Any

from ....errors import (
    BadValue,
    JobExists,
    NoSuchJob,
    NoSuchRun,
    NoSuchStore,
    SchedulerError,
)
from ....interfaces import IScheduler
from ....model import (
    Disposition,
    JobQuery,
    Page,
    Quarantined,
    RunQuery,
)
from .harness import SchedulerHarness
from .samples import START, TASK, at, later, spec, specs

__all__ = ["StoringContract"]


class StoringContract(SchedulerHarness):
    """
    Where jobs are kept and found when there is a store ``archive`` beside ``default``.
    """

    def asked(self, scheduler: IScheduler, **store: Any) -> dict[str, Any]:
        """
        Give all that can be asked of the job ``there``, in this order.
        """
        return {
            "get_job": lambda: scheduler.get_job("there", **store),
            "modify_job": lambda: scheduler.modify_job("there", name="x", **store),
            "reschedule_job": lambda: scheduler.reschedule_job(
                "there", later(20), **store
            ),
            "pause_job": lambda: scheduler.pause_job("there", "why", **store),
            "resume_job": lambda: scheduler.resume_job("there", **store),
            "run_job": lambda: scheduler.run_job("there", **store),
            "forecast": lambda: scheduler.forecast(START, at(60), ["there"], **store),
            "remove_job": lambda: scheduler.remove_job("there", **store),
        }

    async def test_each_has_its_store(self) -> None:
        """
        A job is in the store that it names, in ``default`` when it names none, and
        says which.
        """
        scheduler = await self.two()
        for name, store in (("here", self.store), ("there", self.archive)):
            job = await scheduler.get_job(name)
            alias = "default" if name == "here" else "archive"
            self.assertEqual(alias, job.store)
            page: Page[Any] = await store.find_jobs(JobQuery())
            self.assertEqual([name], [one.id for one in page.items])
        job = await scheduler.add_job(TASK, later(), id="new", store=None)
        self.assertEqual("default", job.store)

    async def test_all_answers_say_the_store(self) -> None:
        """
        So does each answer that has the job.
        """
        scheduler = await self.two()
        jobs = [
            (await scheduler.add_jobs([spec("new", store="archive")]))[0],
            await scheduler.modify_job("there", name="x"),
            await scheduler.reschedule_job("there", later(20)),
            await scheduler.pause_job("there"),
            await scheduler.resume_job("there"),
            *(await scheduler.get_jobs(JobQuery(text="there"))).items,
            *(await scheduler.get_jobs(JobQuery(store="archive"))).items,
        ]
        self.assertEqual({"archive"}, {one.store for one in jobs})

    async def test_no_such_store(self) -> None:
        """
        A store that is not there is named, by whatever is asked.
        """
        scheduler = await self.two()
        error: SchedulerError = NoSuchStore("attic")
        await self.refused(self.add(scheduler, store="attic"), error)
        for ask in self.asked(scheduler, store="attic").values():
            await self.refused(ask(), error)
        for answer in (
            scheduler.get_jobs(JobQuery(store="attic")),
            scheduler.get_runs(RunQuery(store="attic")),
            scheduler.get_run("x", store="attic"),
            scheduler.cancel_run("x", store="attic"),
            scheduler.get_quarantined("attic"),
            scheduler.get_nodes("attic"),
            scheduler.repair_job("x", spec("x"), "attic"),
            scheduler.forecast(START, at(60), store="attic"),
        ):
            await self.refused(answer, error)
        self.assertEqual(["here", "there"], await self.ids(scheduler))

    async def test_no_alias(self) -> None:
        """
        An alias that is no text is refused.
        """
        scheduler = await self.two()
        error = BadValue("store", "expected text or nothing, not 5")
        for ask in self.asked(scheduler, store=5).values():
            await self.refused(ask(), error)
        bad = BadValue("store", "must not be empty")
        with self.assertRaises(BadValue) as caught:
            await self.add(scheduler, store="")
        self.assertEqual(str(bad), str(caught.exception))

    async def test_only_in_that_store(self) -> None:
        """
        A store that is named is the only one that is looked into.
        """
        scheduler = await self.two()
        for ask in self.asked(scheduler, store="default").values():
            await self.refused(ask(), NoSuchJob("there"))
        for name, ask in self.asked(scheduler, store="archive").items():
            self.assertTrue(name == "remove_job" or await ask(), name)

    async def test_all_are_looked_into(self) -> None:
        """
        Without a store being named the job is found where it is.
        """
        scheduler = await self.two()
        for name, ask in self.asked(scheduler).items():
            self.assertTrue(name == "remove_job" or await ask(), name)
        await scheduler.remove_job("there")
        self.assertEqual(["here"], await self.ids(scheduler))
        await self.refused(scheduler.get_job("there"), NoSuchJob("there"))
        await self.refused(scheduler.get_run("nothing"), NoSuchRun("nothing"))

    async def test_ids_of_another_store(self) -> None:
        """
        No job is added under an id that another store has, whatever is to be done
        with one that exists.
        """
        scheduler = await self.two()
        before = await scheduler.get_job("there")
        for on_conflict in ("error", "replace", "keep"):
            answer = scheduler.add_job(
                TASK, later(), id="there", on_conflict=on_conflict, name="x"
            )
            await self.refused(answer, JobExists("there", "archive"))
            both = [*specs(150, store="archive"), spec("here", store="archive")]
            await self.refused(
                scheduler.add_jobs(both, on_conflict), JobExists("here", "default")
            )
        self.assertEqual(["here", "there"], await self.ids(scheduler))
        self.assertEqual(before, await scheduler.get_job("there"))

    async def test_conflicts_within_one_store(self) -> None:
        """
        Within the store of the job it is as with one store alone.
        """
        scheduler = await self.two()
        answer = scheduler.add_job(TASK, later(), id="there", store="archive")
        await self.refused(answer, JobExists("there"))
        kept = await scheduler.add_job(
            TASK, later(), id="there", store="archive", name="x", on_conflict="keep"
        )
        self.assertEqual(("operator:add", "archive"), (kept.name, kept.store))
        job = await scheduler.add_job(
            TASK, later(), id="there", store="archive", name="x", on_conflict="replace"
        )
        self.assertEqual(("x", "archive", 2), (job.name, job.store, job.revision))

    async def test_one_call_one_store(self) -> None:
        """
        Jobs that are added together go to one store, so that all are added or none.
        """
        scheduler = await self.make_scheduler(archive=True)
        answer = scheduler.add_jobs([spec("a"), spec("b", store="archive")])
        reason = "all jobs of one call go into one store, not into archive, default"
        await self.refused(answer, BadValue("store", reason))
        self.assertEqual([], await self.ids(scheduler))
        self.assertEqual([], await scheduler.add_jobs([]))

    async def test_store_cannot_be_changed(self) -> None:
        """
        A job stays in its store: what names the store says where to look.
        """
        scheduler = await self.two()
        job = await scheduler.modify_job("there", store="archive", name="x")
        self.assertEqual(("archive", "x"), (job.store, job.name))

    async def test_both_are_fired(self) -> None:
        """
        The jobs of both stores are fired, each into the ledger of its own.
        """
        scheduler = await self.two()
        await self.advance(10)
        self.assertEqual({"here", "there"}, {one.job_id for one in self.executor.begun})
        await self.end()
        await self.end()
        await self.advance(5)
        for name, store in (("here", "default"), ("there", "archive")):
            (run,) = await self.ledger(scheduler, store=store)
            self.assertEqual(
                (name, Disposition.SUCCEEDED), (run.job_id, run.disposition)
            )
            self.assertEqual(run, await scheduler.get_run(run.id))
            self.assertEqual(run, await scheduler.get_run(run.id, store=store))
        self.assertEqual(2, len(await self.ledger(scheduler)))

    async def test_run_and_cancel(self) -> None:
        """
        A run is asked for and cancelled in the store of its job.
        """
        scheduler = await self.two()
        run = await scheduler.run_job("there")
        await self.settle()
        self.assertEqual([run.id], [one.run_id for one in self.executor.begun])
        cancelled = await scheduler.cancel_run(run.id, "enough")
        self.assertEqual(run.id, cancelled.id)
        await self.settle()
        (ended,) = await self.ledger(scheduler, store="archive")
        self.assertEqual(
            (Disposition.CANCELLED, "enough"), (ended.disposition, ended.reason)
        )
        self.assertEqual([], await self.ledger(scheduler, store="default"))

    async def test_pause_of_all_stores(self) -> None:
        """
        A pause of the whole holds all stores.
        """
        scheduler = await self.two()
        await scheduler.pause()
        await self.advance(10)
        self.assertEqual([], self.executor.begun)
        await scheduler.resume()
        await self.advance(0)
        self.assertEqual(2, len(self.executor.begun))

    async def test_quarantine_of_stores(self) -> None:
        """
        Jobs that cannot be loaded are listed with their store, and repaired there.
        """
        scheduler = await self.two()
        await self.store.quarantine("here", START)
        await self.archive.quarantine("there", START)
        here, there = (
            Quarantined(name, "its task has gone", START, store=alias)
            for name, alias in (("here", "default"), ("there", "archive"))
        )
        self.assertEqual([here, there], await scheduler.get_quarantined())
        self.assertEqual([there], await scheduler.get_quarantined("archive"))
        answer = scheduler.repair_job("there", spec("x"), "default")
        await self.refused(answer, NoSuchJob("there"))
        job = await scheduler.repair_job("there", spec("x"))
        self.assertEqual(("there", "archive"), (job.id, job.store))
        job = await scheduler.repair_job("here", spec("x"), store="default")
        self.assertEqual("default", job.store)
        self.assertEqual([], await scheduler.get_quarantined())

    async def test_nodes_of_stores(self) -> None:
        """
        A node is told once, however many stores it shares.
        """
        scheduler = await self.two()
        (node,) = await scheduler.get_nodes()
        self.assertEqual((await scheduler.status()).node, node.id)
        self.assertEqual([node], await scheduler.get_nodes("archive"))
