"""
Tests for ``txsched nodes`` and ``doctor``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.core.doubles import AwayStore
from txsched.jobstores import MemoryJobStore
from txsched.testing.contracts.job_store.samples import make_node

from .driving import NOW, CommandTestCase


def later(seconds: float) -> Any:
    """
    Give the instant so many seconds after the clock began.
    """
    return NOW + timedelta(seconds=seconds)


class NodesTests(CommandTestCase):
    """
    Tests for ``txsched nodes``.
    """

    def make_store(self) -> Any:
        return AwayStore(MemoryJobStore())

    def rows(self) -> list[list[str]]:
        """
        Give the cells of the table, but for its head; only blanks of one are kept.
        """
        _, *lines = self.out("nodes").splitlines()
        return [[cell.strip() for cell in line.split("   ") if cell] for line in lines]

    def test_one(self) -> None:
        """
        The scheduler itself is listed.
        """
        (row,) = self.rows()
        node = self.successResultOf(self.scheduler.get_nodes())[0]
        self.assertEqual(
            [node.id, f"{node.host} ({node.pid})", "running", "now", "-", "0", "-"], row
        )
        (data,) = self.json("nodes")["nodes"]
        self.assertEqual((node.id, "default"), (data["id"], data["store"]))
        self.assertEqual((None, []), (data["leases"], data["notes"]))
        self.assertEqual("running", data["state"])

    def test_what_is_wrong_is_noted(self) -> None:
        """
        Silent nodes, clocks that are off, leases, and owners of leases that are gone.
        """
        off = make_node("off", seen_at=NOW, skew=timedelta(seconds=-3.5), host="b")
        self.store.beat(off)
        dead = make_node("dead", seen_at=later(-200), state="paused", host="a\x1b")
        self.store.beat(dead)
        for name in ("x", "y"):
            self.out("add", "--every", "1h", "--id", name, "--", "echo", name)
        for owner in ("ghost", "off"):
            self.store.claim_jobs(owner, later(3600), later(7200), 1)
        rows = {row[0]: row[1:] for row in self.rows()}
        self.assertEqual(
            ["a\\x1b (1234)", "paused", "3m ago", "-", "0", "-", "silent"], rows["dead"]
        )
        self.assertEqual(
            ["b (1234)", "running", "now", "-3.500s", "0", "1 + 0", "clock is off"],
            rows["off"],
        )
        self.assertEqual([*("-----"), "1 + 0", "gone"], rows["ghost"])
        data = {one["id"]: one for one in self.json("nodes")["nodes"]}
        self.assertEqual(["silent"], data["dead"]["notes"])
        self.assertEqual(-3.5, data["off"]["skew"])
        self.assertEqual((1, 0), (data["ghost"]["leases"]["jobs"], 0))
        self.assertNotIn("host", data["ghost"])

    def test_a_store_that_is_away(self) -> None:
        """
        That nobody can be asked is said.
        """
        self.store.away = AwayStore.ALL
        result = self.invoke("nodes")
        self.assertEqual((0, "there are no nodes\n"), (result.exit_code, result.stdout))
        self.assertIn("default: the job store is unavailable", result.stderr)

    def test_several_stores(self) -> None:
        """
        With several stores it is said in which; and one can be chosen.
        """
        self.successResultOf(self.scheduler.add_store("other", MemoryJobStore()))
        rows = self.rows()
        self.assertEqual([["default"], ["other"]], [row[1:2] for row in rows])
        self.assertEqual(1, len(self.json("nodes", "--store", "other")["nodes"]))
        self.assertIn("no store", self.refused(1, "nodes", "--store", "none"))


class DoctorTests(CommandTestCase):
    """
    Tests for ``txsched doctor``.
    """

    def make_store(self) -> Any:
        return AwayStore(MemoryJobStore())

    def wrong(self, *arguments: str) -> str:
        """
        Run it, and give its output; it found something.
        """
        result = self.invoke("doctor", *arguments)
        self.assertEqual((1, ""), (result.exit_code, result.stderr), result.output)
        return result.stdout

    def test_all_is_well(self) -> None:
        """
        Nothing is wrong, and the exit code says so.
        """
        for arguments in ((), ("--fix",), ("--store", "default")):
            self.assertEqual(
                "store default: memory, 1 node, nothing is wrong\n",
                self.out("doctor", *arguments),
            )
        data = self.json("doctor")
        self.assertEqual([], data["repaired"])
        (store,) = data["stores"]
        self.assertEqual(("default", []), (store["store"], store["findings"]))

    def haunt(self) -> None:
        """
        Let a dead node hold a job, and another one be silent.
        """
        self.out("add", "--every", "1h", "--id", "x", "--", "echo", "x")
        self.store.claim_jobs("ghost", later(3600), later(7200), 1)
        self.store.beat(make_node("dead", seen_at=later(-200)))

    def test_findings(self) -> None:
        """
        Each is told with what to do, and nothing is changed.
        """
        self.haunt()
        text = self.wrong()
        self.assertEqual(text, self.wrong())
        self.assertEqual(
            [
                "store default: memory, 2 nodes",
                (
                    "  error: node ghost does not live and holds leases on 1 job and"
                    " 0 runs for up to 2 h"
                ),
                "    they end by themselves; 'txsched doctor --fix' does it now",
                "  warning: node dead on localhost is silent for 3 min",
                (
                    "    if it was killed others forget it in a while;"
                    " 'txsched doctor --fix' does it now"
                ),
            ],
            text.splitlines(),
        )

    def test_fix(self) -> None:
        """
        What can be repaired is, and it is said; the exit code is that of the findings.
        """
        self.haunt()
        self.assertEqual(
            [
                "repaired: node ghost is forgotten, 1 lease handed back",
                "repaired: node dead is forgotten, 0 leases handed back",
                "store default: memory, 1 node, nothing is wrong",
            ],
            self.wrong("--fix").splitlines(),
        )
        self.out("doctor")

    def test_fix_for_programs(self) -> None:
        """
        The same in JSON.
        """
        self.haunt()
        import json

        data = json.loads(self.wrong("--fix", "--json"))
        self.assertEqual(
            [
                {"store": "default", "node": "ghost", "leases": 1},
                {"store": "default", "node": "dead", "leases": 0},
            ],
            data["repaired"],
        )

    def test_what_cannot_be_repaired(self) -> None:
        """
        Other findings stay; and a store that goes away meanwhile is complained of.
        """
        self.haunt()
        self.store.away = frozenset({"leave"})
        result = self.invoke("doctor", "--fix")
        self.assertEqual(1, result.exit_code)
        self.assertEqual(2, result.stderr.count("it is away"))
        self.assertNotIn("repaired", result.stdout)
        self.store.away = AwayStore.ALL
        self.assertIn("see whether its server runs", self.wrong("--fix"))

    def test_wrong_options(self) -> None:
        """
        What does not belong together.
        """
        for words, arguments in (
            ("is for --database", ("--lease-duration", "5s")),
            ("names a store", ("--store", "a", "--database", "sqlite:///a.db")),
        ):
            self.assertIn(words, self.refused(2, "doctor", *arguments))
