"""
What is wrong with the stores, and what is done about it.
"""

from __future__ import annotations

from ....errors import BadValue, NoSuchStore
from ....interfaces import IScheduler
from ....model import Finding
from ..job_store.samples import make_node
from .harness import SchedulerHarness
from .samples import at

__all__ = ["ExaminingContract"]


class ExaminingContract(SchedulerHarness):
    """
    How stores and nodes are found to be, and how dead nodes are cleared away.
    """

    async def findings(self, scheduler: IScheduler) -> tuple[Finding, ...]:
        """
        Give what is wrong with the only store.
        """
        (found,) = await scheduler.examine()
        return tuple(found.findings)

    async def test_all_is_well(self) -> None:
        """
        Nothing is found where nothing is wrong; the store and its nodes are described.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        (found,) = await scheduler.examine()
        self.assertEqual(("default", ()), (found.store, found.findings))
        assert found.report is not None
        self.assertEqual("memory", found.report.kind)
        self.assertEqual(await scheduler.get_nodes(), list(found.nodes))
        self.assertEqual([found], await scheduler.examine("default"))

    async def test_leases_of_the_dead(self) -> None:
        """
        Leases of a node that does not live are found, and handed back when asked for;
        its work is done then.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, misfire_grace_time=None)
        await self.store.claim_jobs("ghost", at(10), at(1000), 10)
        await self.advance(12)
        self.assertEqual([], self.executor.begun)
        (finding,) = await self.findings(scheduler)
        self.assertEqual(
            ("error", "orphan-leases", "ghost"),
            (finding.severity, finding.code, finding.node),
        )
        self.assertEqual(1, await scheduler.hand_back("ghost"))
        self.assertEqual((), await self.findings(scheduler))
        self.assertEqual(1, len(self.executor.begun))

    async def test_silent_nodes(self) -> None:
        """
        A node that has been silent for two leases is found, and forgotten when that is
        asked for.
        """
        scheduler = await self.make_scheduler()
        await self.store.beat(make_node("dead"))
        await self.advance(29)
        self.assertEqual((), await self.findings(scheduler))
        await self.advance(2)
        (finding,) = await self.findings(scheduler)
        self.assertEqual(
            ("warning", "silent-node", "dead"),
            (finding.severity, finding.code, finding.node),
        )
        self.assertEqual(0, await scheduler.hand_back("dead", "default"))
        self.assertEqual(1, len(await scheduler.get_nodes()))
        self.assertEqual((), await self.findings(scheduler))

    async def test_hand_back_of_the_living(self) -> None:
        """
        A node that lives keeps its leases.
        """
        scheduler = await self.make_scheduler()
        (node,) = await scheduler.get_nodes()
        error = BadValue("node_id", f"node {node.id!r} lives: stop it first")
        await self.refused(scheduler.hand_back(node.id), error)
        self.assertEqual([node], await scheduler.get_nodes())

    async def test_hand_back_of_nobody(self) -> None:
        """
        A node that nobody knows is refused.
        """
        scheduler = await self.make_scheduler()
        reason = "there is no node 'nobody', and none of that id holds leases"
        answer = scheduler.hand_back("nobody")
        await self.refused(answer, BadValue("node_id", reason))

    async def test_no_such_store_to_examine(self) -> None:
        """
        A store that is not there can neither be examined nor cleared.
        """
        scheduler = await self.make_scheduler()
        await self.refused(scheduler.examine("nowhere"), NoSuchStore("nowhere"))
        answer = scheduler.hand_back("node", "nowhere")
        await self.refused(answer, NoSuchStore("nowhere"))
