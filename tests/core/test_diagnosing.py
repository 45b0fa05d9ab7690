"""
What is wrong with a store and its nodes: each kind of finding.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.diagnosing import diagnose
from txsched.jobstores import MemoryJobStore
from txsched.model import LeaseCount, StoreReport
from txsched.testing.contracts.job_store.samples import make_node
from txsched.testing.driving import driven
from txsched.testing.fakes import ManualExecutor

from .doubles import AwayStore
from .scenes import SECOND, Scene, at, every

LEASE = 15 * SECOND
WELL = StoreReport(
    kind="memory",
    schema=3,
    newest_schema=3,
    clock=None,
    leases=(),
    overdue=0,
    oldest_due=None,
    waiting=0,
    oldest_waiting=None,
    quarantined=0,
)
NOW = 1000
ALIVE = make_node("alive", NOW - 29)


class DiagnosingTests(SynchronousTestCase):
    """
    Tests for :func:`diagnose`.
    """

    def found(self, *nodes, waiting_for=(), **changes):
        """
        Give what is found: severity, code, text, advice.
        """
        findings = diagnose(
            evolve(WELL, **changes), nodes, waiting_for, at(NOW), LEASE, 2 * SECOND
        )
        return [(one.severity, one.code, one.text, one.advice) for one in findings]

    def codes(self, *nodes, **changes):
        """
        Give the codes of what is found.
        """
        return [one[1] for one in self.found(*nodes, **changes)]

    def test_well(self):
        """
        Nothing is wrong, without nodes either, or where there is no schema.
        """
        self.assertEqual(self.found(ALIVE), [])
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(schema=None, newest_schema=None), [])

    def test_schema(self):
        """
        Another version of the schema.
        """
        ((severity, code, text, _),) = self.found(schema=2)
        self.assertEqual((severity, code), ("warning", "schema"))
        self.assertEqual(text, "its schema has version 2, this txsched writes 3")
        ((severity, *_, advice),) = self.found(schema=4)
        self.assertEqual(severity, "error")
        self.assertIn("newer txsched", advice)

    def test_overdue(self):
        """
        Due jobs that nobody has taken for a lease; and why that may be.
        """
        due = {"overdue": 2, "oldest_due": at(NOW - 15)}
        self.assertEqual(self.found(**due), [])
        due = {"overdue": 1, "oldest_due": at(NOW - 90)}
        paused = evolve(ALIVE, state="paused")
        stopping = evolve(ALIVE, state="stopping")
        for nodes, words in (
            ((), "no node lives"),
            ((make_node("dead", 0),), "no node lives"),
            ((paused, paused), "all nodes are paused"),
            ((paused, stopping), "no node is running"),
            ((paused, ALIVE), "no free places"),
        ):
            found = [one for one in self.found(*nodes, **due) if one[1] == "overdue"]
            ((severity, _, text, advice),) = found
            self.assertEqual(severity, "error")
            self.assertEqual(
                text, "1 job is due for up to 2 min, and nobody has taken them"
            )
            self.assertIn(words, advice)

    def test_waiting(self):
        """
        Runs that wait, with what they wait for.
        """
        waits = {"waiting": 3, "oldest_waiting": at(NOW - 7200)}
        ((severity, code, text, _),) = self.found(waiting_for=("cpu", "gpu"), **waits)
        self.assertEqual((severity, code), ("error", "waiting"))
        self.assertEqual(
            text, "3 runs are waiting for up to 2 h for the executor 'cpu' or 'gpu'"
        )
        self.assertIn("its own", self.found(**waits)[0][2])
        self.assertEqual(self.found(waiting=1, oldest_waiting=at(NOW - 14)), [])

    def test_orphans(self):
        """
        Leases of nodes that do not live, as long as they last.
        """
        leases = (
            LeaseCount("alive", 1, 2, at(NOW + 10)),
            LeaseCount("ended", 1, 2, at(NOW)),
            LeaseCount("ghost", 1, 2, at(NOW + 100_000)),
        )
        ((severity, code, text, advice),) = self.found(ALIVE, leases=leases)
        self.assertEqual((severity, code), ("error", "orphan-leases"))
        self.assertEqual(
            text,
            "node ghost does not live and holds leases on 1 job and 2 runs"
            " for up to 1 d",
        )
        self.assertIn("--fix", advice)
        self.assertEqual(self.codes(leases=leases), 2 * ["orphan-leases"])

    def test_silent(self):
        """
        Nodes that were not seen for two leases.
        """
        silent = make_node("silent", NOW - 30)
        ((severity, code, text, _),) = self.found(ALIVE, silent)
        self.assertEqual((severity, code), ("warning", "silent-node"))
        self.assertEqual(text, "node silent on localhost is silent for 30 s")

    def test_clocks(self):
        """
        Nodes that live and whose clock is off; of a silent one it does not matter.
        """
        ahead = evolve(ALIVE, skew=timedelta(seconds=2.5))
        behind = evolve(ALIVE, skew=timedelta(seconds=-3))
        within = evolve(ALIVE, skew=timedelta(seconds=-2))
        gone = make_node("gone", 0, skew=timedelta(seconds=9))
        found = self.found(ahead, behind, within, gone)
        self.assertEqual(
            [
                text.partition(" that")[0]
                for _, code, text, _ in found
                if code == "clock-skew"
            ],
            [
                "the clock of node alive on localhost is 2.500 s ahead of",
                "the clock of node alive on localhost is 3.000 s behind",
            ],
        )

    def test_quarantine_and_server(self):
        """
        Jobs that cannot be loaded, and what the server warns of; errors come first.
        """
        found = self.found(quarantined=2, warnings=("keys may be evicted",), schema=9)
        self.assertEqual(
            [one[:3] for one in found[1:]],
            [
                ("warning", "quarantine", "2 jobs cannot be loaded and will not run"),
                ("warning", "server", "keys may be evicted"),
            ],
        )
        self.assertEqual(found[0][1], "schema")


class ExaminerTests(SynchronousTestCase):
    """
    What the scheduler finds itself.
    """

    def test_waiting_for(self):
        """
        The executors that runs wait for are named.
        """
        scene = Scene()
        other = Scene(
            scene.store,
            clock=scene.clock,
            executors={"default": ManualExecutor(), "gpu": ManualExecutor()},
        )
        driven(other.scheduler.pause())
        other.add(every(1000), executor="gpu", misfire_grace_time=None)
        scene.advance(20)
        (found,) = driven(scene.scheduler.examine())
        (finding,) = found.findings
        self.assertIn("the executor 'gpu'", finding.text)

    def test_a_store_that_is_away(self):
        """
        It is told of, whether it was known to be away or not.
        """
        store = AwayStore(MemoryJobStore())
        scene = Scene(store)
        store.away = AwayStore.ALL
        for _ in range(2):
            (found,) = driven(scene.scheduler.examine())
            self.assertIsNone(found.report)
            (finding,) = found.findings
            self.assertEqual((finding.severity, finding.code), ("error", "unavailable"))
            self.assertIn("it is away", finding.text)
            scene.advance(6)
