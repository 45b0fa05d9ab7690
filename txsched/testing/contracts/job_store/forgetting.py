"""
The retention of the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from ....model import Disposition, Run
from .harness import JobStoreHarness
from .samples import START, at, ended, make_job, make_run

__all__ = ["ForgettingContract"]


_MISSED = Disposition.MISSED
_FAILED = Disposition.FAILED


class ForgettingContract(JobStoreHarness):
    """
    What the ledger forgets.
    """

    async def prune(
        self, runs: Sequence[Run], before: float | None, keep: int | None
    ) -> list[Run]:
        """
        Write runs, forget some of them, and give what is left.
        """
        store = await self.with_runs(*runs)
        instant = None if before is None else at(before)
        removed = await store.prune(instant, keep, 1000)
        left = await self.ledger(store)
        self.assertEqual(len(runs) - len(left), removed)
        return left

    async def test_prune_nothing(self) -> None:
        """
        Without a limit of any kind all runs are kept.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(5)]
        self.assertEqual(runs, await self.prune(runs, None, None))

    async def test_prune_by_age(self) -> None:
        """
        Runs that ended earlier than an instant are forgotten.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(5)]
        self.assertEqual(runs[3:], await self.prune(runs, 3, None))

    async def test_prune_by_end(self) -> None:
        """
        The age of a run counts from its end, not from its planned time.
        """
        run = ended(make_run(make_job(), 0, started_at=START), _FAILED)
        run = run._replace(ended_at=at(100))
        self.assertEqual([run], await self.prune([run], 50, None))
        self.assertEqual([], await self.prune([run], 101, None))

    async def test_prune_by_count(self) -> None:
        """
        Of all runs the newest are kept.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(10)]
        self.assertEqual(runs[7:], await self.prune(runs, None, 3))
        self.assertEqual([], await self.prune(runs, None, 0))
        self.assertEqual(runs, await self.prune(runs, None, 10))

    async def test_prune_by_both(self) -> None:
        """
        Either limit is enough to forget a run.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(10)]
        self.assertEqual(runs[7:], await self.prune(runs, 5, 3))
        self.assertEqual(runs[8:], await self.prune(runs, 8, 5))

    async def test_prune_leaves_active_runs(self) -> None:
        """
        A run that has not ended is never forgotten.
        """
        waits = make_run(make_job(), 0)
        runs = [waits, make_run(make_job(), 1, _MISSED)]
        self.assertEqual([waits], await self.prune(runs, 1000, 0))
        store = await self.make_store()
        run, _ = await self.begin(store, make_job(keep_runs=0))
        self.assertEqual(0, await store.prune(at(1000), 0, 1000))
        self.assertEqual([run], await self.ledger(store))

    async def test_prune_by_job(self) -> None:
        """
        A job with ``keep_runs`` keeps so many of its newest ended runs.
        """
        runs = [make_run(make_job("a"), time, _MISSED) for time in range(10)]
        waits = make_run(make_job("a"), -5)
        others = [make_run(make_job("b"), time, _MISSED) for time in range(20, 25)]
        store = await self.make_store()
        await self.add(store, make_job("a", keep_runs=3), make_job("b"))
        await store.add_runs([waits, *runs, *others])
        self.assertEqual(7, await store.prune(None, None, 1000))
        self.assertEqual([waits, *runs[7:], *others], await self.ledger(store))
        self.assertEqual(0, await store.prune(None, None, 1000))

    async def test_prune_by_a_limit_that_changed(self) -> None:
        """
        The ``keep_runs`` that a job has now counts for its older runs, too.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(10)]
        store = await self.with_runs(*runs)
        self.assertEqual(0, await store.prune(None, None, 1000))
        job = await store.get_job("job")
        job = await store.change_job(evolve(job, keep_runs=4), job, ())
        self.assertEqual(6, await store.prune(None, None, 1000))
        await store.change_job(evolve(job, keep_runs=2), job, ())
        self.assertEqual(2, await store.prune(None, None, 1000))
        self.assertEqual(runs[8:], await self.ledger(store))

    async def test_prune_in_portions(self) -> None:
        """
        No more rows than the limit go at once, the oldest first.
        """
        runs = [make_run(make_job(), time, _MISSED) for time in range(25)]
        store = await self.with_runs(*runs)
        removed = []
        for left in (15, 5, 3):
            removed.append(await store.prune(at(22), None, 10))
            self.assertEqual(runs[25 - left :], (await self.ledger(store)))
        self.assertEqual([10, 10, 2], removed)
        self.assertEqual(0, await store.prune(at(22), None, 10))

    async def test_prune_portions_of_all_kinds(self) -> None:
        """
        Called until the answer is less than the limit, all that is too much goes.
        """
        runs = [make_run(make_job("a"), time, _MISSED) for time in range(30)]
        runs += [make_run(make_job("b"), time, _MISSED) for time in range(30, 60)]
        store = await self.with_runs(*runs, keep_runs=8)
        while await store.prune(at(10), 12, 7) == 7:
            pass
        left = await self.ledger(store)
        self.assertEqual(runs[52:], [run for run in left if run.job_id == "b"])
        self.assertLessEqual(len(left), 12)
