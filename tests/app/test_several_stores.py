"""
Tests for the command with several stores.
"""

from __future__ import annotations

from typing import Any

from txsched.jobstores import MemoryJobStore

from .driving import CommandTestCase


class SeveralStoresTests(CommandTestCase):
    """
    ``--store``, and what is said of stores.
    """

    def make_store(self) -> Any:
        return {"default": MemoryJobStore(), "archive": MemoryJobStore()}

    def setUp(self) -> None:
        super().setUp()
        self.out("add", "--every", "1h", "--id", "here", "tasks:work")
        self.out(
            *("add", "--every", "1h", "--id", "there", "--store", "archive"),
            "tasks:work",
        )

    def test_add(self) -> None:
        """
        A job goes into the store that is named; one that is not there is refused.
        """
        job = self.successResultOf(self.scheduler.get_job("there", "archive"))
        self.assertEqual("archive", job.store)
        add = ("add", "--every", "1h", "tasks:work")
        self.assertIn(
            "no store with the alias 'attic'", self.refused(1, *add, "--store", "attic")
        )
        self.assertIn(
            "exists already in another store, 'archive'\n",
            self.refused(1, *add, "--id", "there"),
        )

    def test_list(self) -> None:
        """
        The list has the store of each job where it matters, and can be of one store.
        """
        self.assertRegex(
            self.out("list"), r"ID +STORE .*\nhere +default .*\nthere +arch"
        )
        self.assertNotIn("STORE", self.out("list", "--store", "default"))
        jobs = self.json("list", "--store", "archive")["jobs"]
        self.assertEqual([("there", "archive")], [(j["id"], j["store"]) for j in jobs])

    def test_show(self) -> None:
        """
        A job says its store; in another one it is not found.
        """
        self.assertRegex(self.out("show", "there"), r"\nstore +archive\n")
        self.assertRegex(self.out("show", "here"), r"\nstore +default\n")
        self.assertIn("no job", self.refused(1, "show", "there", "--store", "default"))

    def test_each_command(self) -> None:
        """
        Each command that names a job or a run looks only into the store that is named.
        """
        for command in (
            ("modify", "there", "--name", "x"),
            ("reschedule", "there", "--every", "2h"),
            ("pause", "there"),
            ("resume", "there"),
            ("run", "there", "--wait"),
            ("forecast", "there"),
            ("remove", "there"),
        ):
            wrong = self.invoke(*command, "--store", "default")
            self.assertEqual(1, wrong.exit_code, command)
            self.assertIn("there is no job with the id 'there'", wrong.stderr)
            self.out(*command, "--store", "archive")

    def test_runs(self) -> None:
        """
        The ledger of one store alone is shown, and its runs are cancelled.
        """
        self.out("run", "here", "--wait")
        run = self.json("run", "there", "--wait")
        self.assertEqual(
            [run["id"]],
            [one["id"] for one in self.json("runs", "--store", "archive")["runs"]],
        )
        self.assertEqual(2, len(self.json("runs")["runs"]))
        self.assertIn(
            "no run", self.refused(1, "cancel", run["id"], "--store", "default")
        )
        self.assertIn("succeeded", self.out("cancel", run["id"], "--store", "archive"))

    def test_whole(self) -> None:
        """
        A pause of the whole is not for one store.
        """
        for command in ("pause", "resume"):
            words = self.refused(2, command, "--all", "--store", "archive")
            self.assertIn("--store is for single jobs, not for --all", words)

    def test_status(self) -> None:
        """
        The status has a line for each store.
        """
        text = self.out("status")
        self.assertRegex(
            text, r"STORE +JOBS .*\ndefault +1 .*\narchive +1 +0 +\S+ +answ"
        )
        status = self.json("status")
        self.assertEqual(
            [("default", 1), ("archive", 1)],
            [(one["alias"], one["counts"]["jobs"]) for one in status["stores"]],
        )
        self.assertEqual(2, status["store"]["jobs"])
