"""
``txsched`` as a process, with a service in another one.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys

from .living import LivingTestCase, environment


class FirstStepsTests(LivingTestCase):
    """
    Tests for what somebody does first.
    """

    def test_add_list_watch_and_runs(self) -> None:
        """
        A job is added, listed, seen as it fires, and found in the ledger.
        """
        self.service()
        self.assertIn(
            "added hi: every 1s, next at",
            self.out("add", "--every", "1s", "--id", "hi", "--", "echo", "hello"),
        )
        watch = self.watch("--count", "4")
        self.assertEqual(0, watch.end(), watch.text)
        self.assertIn("started   hi", watch.text)
        self.assertIn("succeeded hi", watch.text)
        self.assertIn("echo hello", self.out("list"))
        self.assertIn("hello", self.out("runs"))
        self.assertIn("\nhello\n", self.out("runs", "--output"))

    def test_programs_read_json(self) -> None:
        """
        With ``--json`` answers and events are JSON.
        """
        self.service()
        job = self.json("add", "--every", "1s", "--id", "hi", "--", "echo", "hello")
        self.assertEqual(("hi", ["echo", "hello"]), (job["id"], job["args"]))
        done = self.txsched("watch", "--json", "-n", "2", "hi")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(
            {"run_started", "run_ended"}, {event["event"] for event in events}
        )
        runs = self.json("runs", "-d", "succeeded")["runs"]
        self.assertEqual("hi", runs[0]["job_id"])
        self.assertIn("hello\n", json.dumps(runs[0]["result"]).replace("\\n", "\n"))
        self.assertEqual(1, self.json("status")["store"]["jobs"])

    def test_a_program_is_run_at_once(self) -> None:
        """
        ``run --wait`` shows the output, and its exit code tells of a failure.
        """
        self.service()
        self.out("add", "--every", "1h", "--id", "good", "--", "echo", "hello")
        self.out("add", "--every", "1h", "--id", "bad", "--", "sh", "-c", "exit 3")
        self.assertIn("\nhello\n", self.out("run", "good", "--wait"))
        bad = self.txsched("run", "bad", "--wait")
        self.assertEqual(1, bad.returncode)
        self.assertIn("bad failed", bad.stdout)

    def test_interrupt_ends_watching(self) -> None:
        """
        Ctrl-C ends it with success and without a traceback.
        """
        self.service()
        watch = self.watch()
        self.assertEqual(0, watch.end(signal.SIGINT), watch.text)
        self.assertNotIn("Traceback", watch.text)

    def test_a_job_that_cannot_be_loaded(self) -> None:
        """
        It is in quarantine, and ``show`` does not deny that it is there.
        """
        service = self.service()
        self.out("add", "--every", "1h", "--id", "old", "--", "true")
        service.end(signal.SIGTERM)
        database = self.folder / "txsched.db"
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("UPDATE txsched_jobs SET definition = X'00ff'")
        self.service()
        self.assertEqual("there are no jobs\n", self.out("list"))
        listed = self.out("quarantine", "list")
        self.assertRegex(listed, r"\nold   20.* it is not data of ours")
        shown = self.txsched("show", "old")
        self.assertEqual((1, ""), (shown.returncode, shown.stdout))
        self.assertRegex(
            shown.stderr,
            r"^txsched: job 'old' is in quarantine since 20.*, because it cannot be"
            r" loaded: .* it is not data of ours",
        )

    def test_output_that_cannot_be_written(self) -> None:
        """
        A full disk is told in one line, and the exit code is 1.
        """
        self.service()
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "txsched.app.command", "status"],
                cwd=self.folder,
                env=environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        self.assertEqual(
            (1, "txsched: the output cannot be written: No space left on device\n"),
            (done.returncode, done.stderr),
        )


class ServerTests(LivingTestCase):
    """
    Tests for how the service is found.
    """

    def test_elsewhere(self) -> None:
        """
        An option and a variable name the service, as an endpoint or as a path.
        """
        self.service("--listen", "unix:a.sock")
        self.assertIn("running", self.out("--server", "unix:a.sock", "status"))
        self.assertIn("running", self.out("--server", "./a.sock", "status"))
        done = self.txsched("status", TXSCHED_SERVER="unix:a.sock")
        self.assertEqual(0, done.returncode, done.stderr)

    def test_no_service(self) -> None:
        """
        Without one the exit code is 3, and the complaint says where it was sought.
        """
        done = self.txsched("list")
        self.assertEqual((3, ""), (done.returncode, done.stdout))
        self.assertIn("txsched: not connected to the scheduler: ", done.stderr)
        self.assertIn("unix:txsched.sock", done.stderr)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)

    def test_no_endpoint(self) -> None:
        """
        What is no endpoint is a wrong command line, and an example of one is given.
        """
        done = self.txsched("--server", "nonsense:1", "list")
        self.assertEqual(2, done.returncode)
        self.assertIn("--server: 'nonsense:1' is no client endpoint", done.stderr)
        self.assertIn("expected one such as tcp:HOST:PORT", done.stderr)

    def test_only_a_private_socket_may_start_programs(self) -> None:
        """
        Whoever comes by TCP, or by a socket for a group, may not, unless the
        configuration says so.
        """
        listen = "listen = unix:txsched.sock\n  unix:b.sock:mode=660\n"
        path = self.folder / "a.ini"
        path.write_text(f"[service]\n{listen}")
        add = ("add", "--every", "1h", "--", "true")
        service = self.service("--config", "a.ini")
        refused = self.txsched("--server", "b.sock", *add)
        self.assertEqual(1, refused.returncode)
        self.assertIn("not allowed", refused.stderr)
        self.out(*add)
        service.end(signal.SIGTERM)
        path.write_text(f"[service]\n{listen}[tasks]\ncommands = all\n")
        service = self.service("--config", "a.ini")
        self.out("--server", "b.sock", *add)
        service.end(signal.SIGTERM)
        path.write_text(f"[service]\n{listen}[tasks]\ncommands = none\n")
        self.service("--config", "a.ini")
        self.assertEqual(1, self.txsched(*add).returncode)
