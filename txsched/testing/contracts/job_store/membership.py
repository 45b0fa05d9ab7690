"""
The nodes that share a store, and what becomes of the leases of one that leaves.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from ....interfaces import IJobStore
from ....model import UTC, Disposition, LeaseCount, Node, Pause
from .harness import JobStoreHarness
from .samples import (
    NODE,
    OTHER,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_node,
    make_plan,
    make_run,
)

__all__ = ["MembershipContract"]


class MembershipContract(JobStoreHarness):
    """
    Who lives, who left, and how the store is.
    """

    async def beat(self, store: IJobStore, node: Node) -> Node:
        """
        Let a node beat, and give it as it is to be kept.
        """
        clock = await store.beat(node)
        if clock is None:
            return node
        self.assertIs(UTC, clock.tzinfo)
        return evolve(node, seen_at=clock)

    async def test_no_nodes(self) -> None:
        """
        A new store knows no nodes.
        """
        self.assertEqual([], await (await self.make_store()).find_nodes())

    async def test_beat(self) -> None:
        """
        All that a node says of itself is kept; it is seen when it beat.
        """
        store = await self.make_store()
        said = make_node(
            name="Köln",
            host="host.example",
            pid=2**22,
            version="1.2.3.dev4",
            started_at=at(-3600.000001),
            seen_at=at(0.123456),
            skew=timedelta(microseconds=-1500001),
            state="paused",
            active_runs=17,
        )
        kept = await self.beat(store, said)
        self.assertEqual([kept], await store.find_nodes())

    async def test_beat_again(self) -> None:
        """
        What a node says replaces what it said before, each part of it.
        """
        store = await self.make_store()
        first = make_node(skew=timedelta(seconds=1))
        await store.beat(first)
        await store.beat(make_node(OTHER))
        second = make_node(
            seen=5,
            name="renamed",
            host="elsewhere",
            pid=5,
            version="2.0",
            started_at=at(-1),
            skew=None,
            state="stopping",
            active_runs=3,
        )
        kept = await self.beat(store, second)
        again = await self.beat(store, second)
        self.assertLessEqual(kept.seen_at, again.seen_at)
        self.assertEqual(again, (await store.find_nodes())[0])

    async def test_nodes_in_order(self) -> None:
        """
        Nodes are ordered by id; several may have one name.
        """
        store = await self.make_store()
        kept = {id: await self.beat(store, make_node(id)) for id in "cabd"}
        nodes = await store.find_nodes()
        self.assertEqual([kept[id] for id in "abcd"], nodes)

    async def test_leave(self) -> None:
        """
        A node that leaves is forgotten, others stay; it may come back.
        """
        store = await self.make_store()
        other = await self.beat(store, make_node(OTHER))
        await store.beat(make_node())
        self.assertEqual(0, await store.leave(NODE, at(1)))
        self.assertEqual([other], await store.find_nodes())
        self.assertEqual(0, await store.leave(NODE, at(1)))
        back = await self.beat(store, make_node(seen=2))
        self.assertEqual([back, other], await store.find_nodes())

    async def test_leave_jobs(self) -> None:
        """
        The jobs of a node that leaves can be claimed at once, others' cannot.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(5))
        await self.claim(store, limit=2)
        await self.claim(store, limit=1, owner=OTHER)
        await self.claim(store, limit=1)
        await store.beat(make_node())
        self.assertEqual(3, await store.leave(NODE, at(1)))
        due = await store.next_due(at(1))
        assert due is not None
        self.assertLessEqual(due, at(1))
        leases = await self.claim(store, 1, "third")
        self.assertEqual(
            ["job-0000", "job-0001", "job-0003", "job-0004"],
            [lease.job.id for lease in leases],
        )

    async def test_leave_runs(self) -> None:
        """
        The runs of a node that leaves can be claimed at once, as after a crash.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        waits = make_run(make_job("other", 1e6))
        await self.add(store, make_job("other", 1e6))
        await store.add_runs([waits])
        await store.beat(make_node())
        self.assertEqual(1, await store.leave(NODE, at(1)))
        self.assertEqual(run, await store.get_run(run.id))
        self.assertEqual(waits, await store.get_run(waits.id))
        leases = await self.take_runs(store, 1, OTHER)
        self.assertEqual({run, waits}, {lease.run for lease in leases})
        taken = await store.get_run(run.id)
        self.assertEqual((OTHER, 2), (taken.node, taken.attempt))
        self.assertEqual([run.id], await store.finish([after(run, term)]))

    async def test_leave_runs_tell(self) -> None:
        """
        The next instant to look is now, once a node with runs has left.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        self.assertEqual(at(10), await store.next_due(at(1)))
        await store.leave(NODE, at(1))
        self.assertEqual(at(1), await store.next_due(at(1)))

    async def test_leave_of_others_runs(self) -> None:
        """
        A run that was taken over belongs to the node that took it.
        """
        store = await self.make_store()
        await self.begin(store, make_job(), following=1e6)
        (lease,) = await self.take_runs(store, 31, OTHER)
        self.assertEqual(0, await store.leave(NODE, at(32)))
        self.assertEqual([], await self.take_runs(store, 32, "third"))
        self.assertEqual(1, await store.leave(OTHER, at(32)))
        (lease,) = await self.take_runs(store, 32, "third")
        self.assertEqual(3, (await store.get_run(lease.run.id)).attempt)

    async def test_leave_too_late(self) -> None:
        """
        Leases that ended by themselves are not counted.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        await self.add(store, make_job("x"))
        await self.claim(store, 0, lasts=30)
        self.assertEqual(0, await store.leave(NODE, at(30)))

    async def test_leave_removed(self) -> None:
        """
        A lease on a job that was removed is none.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        await self.claim(store)
        await store.remove_jobs(["job"], at(1))
        self.assertEqual((), (await store.examine(at(1))).leases)
        self.assertEqual(0, await store.leave(NODE, at(1)))

    async def test_left_but_alive(self) -> None:
        """
        What a node writes after it was made to leave counts, as long as nobody else
        has claimed; a run that it holds can be renewed.
        """
        store = await self.make_store()
        run, run_term = await self.begin(store, make_job("a"))
        await self.add(store, make_job("b"), make_job("c"))
        lease, taken = await self.claim(store)
        await store.leave(NODE, at(1))
        (again,) = await self.claim(store, 1, OTHER, limit=1)
        self.assertEqual("b", again.job.id)
        plans = [make_plan(one, [], 1e6) for one in (lease, taken)]
        self.assertEqual(["b"], await store.commit(plans, NODE, at(31)))
        renewal = await store.renew([(run.id, run_term)], at(31))
        self.assertEqual(((), ()), (renewal.lost, renewal.cancelled))
        self.assertEqual([], await self.take_runs(store, 2, OTHER))
        self.assertEqual([], await store.finish([after(run, run_term)]))

    async def test_examine_nothing(self) -> None:
        """
        There is nothing to say of a new store, but what it is.
        """
        report = await (await self.make_store()).examine(at(0))
        self.assertTrue(report.kind)
        self.assertEqual(report.newest_schema, report.schema)
        self.assertEqual((), report.leases)
        self.assertEqual((0, None), (report.overdue, report.oldest_due))
        self.assertEqual((0, None), (report.waiting, report.oldest_waiting))
        self.assertEqual(0, report.quarantined)

    async def test_examine_due(self) -> None:
        """
        Due jobs that nobody holds are counted; not those of later, paused ones, and
        those under a lease.
        """
        store = await self.make_store()
        await self.add(
            store,
            make_job("held", -9),
            make_job("ended", -8),
            make_job("first", -7.5),
            make_job("now", 10),
            make_job("later", 10.000001),
            make_job("paused", -10, paused=Pause(START)),
        )
        await self.claim(store, limit=1, lasts=30)
        await self.claim(store, limit=1, lasts=10)
        report = await store.examine(at(10))
        self.assertEqual((3, at(-8)), (report.overdue, report.oldest_due))

    async def test_examine_waiting(self) -> None:
        """
        Pending runs are counted; not those that run or ended.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        job = make_job("other", 1e6)
        await self.add(store, job)
        ended = make_run(job, -5, Disposition.MISSED)
        await store.add_runs([make_run(job, 3), make_run(job, 2), ended])
        report = await store.examine(at(5))
        self.assertEqual((2, at(2)), (report.waiting, report.oldest_waiting))

    async def test_examine_leases(self) -> None:
        """
        Leases are counted by owner, also those that ended and nobody took over.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(4))
        leases = await self.claim(store, owner=OTHER, lasts=20)
        plans = [
            make_plan(lease, [make_run(lease.job, 0, Disposition.RUNNING, node=OTHER)])
            for lease in leases[:3]
        ]
        await store.commit(plans, OTHER, at(40))
        await self.add(store, make_job("x", -1))
        await self.claim(store, limit=1, lasts=30)
        expected = (LeaseCount(NODE, 1, 0, at(30)), LeaseCount(OTHER, 1, 3, at(40)))
        for now in (1, 100):
            self.assertEqual(expected, (await store.examine(at(now))).leases)

    async def test_examine_changes_nothing(self) -> None:
        """
        To look is not to take: leases go on, and nothing else moves.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        await self.add(store, make_job("x"))
        await self.claim(store)
        node = await self.beat(store, make_node())
        reports = [await store.examine(at(1)) for _ in range(2)]
        self.assertEqual(*(evolve(report, clock=None) for report in reports))
        self.assertEqual([], await self.claim(store, 1, OTHER))
        self.assertEqual([], await self.take_runs(store, 1, OTHER))
        self.assertEqual([node], await store.find_nodes())
