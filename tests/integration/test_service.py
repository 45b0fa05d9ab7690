"""
``twistd scheduler`` as a process: how it starts, ends, and complains.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
from pathlib import Path

from .living import TERMINATED, Living, LivingTestCase

_TASKS = """\
import threading

def double(number):
    return 2 * number
"""


class StartTests(LivingTestCase):
    """
    Tests for what the service does when it starts.
    """

    def test_the_start_says_what_is_served(self) -> None:
        """
        One line names the node, the number of jobs, the database and the listeners.
        """
        service = self.service("--node", "one")
        self.assertRegex(
            service.text,
            r"node one-\w+ keeps 0 jobs in sqlite:///txsched.db,"
            r" listens on unix:txsched.sock:mode=600",
        )
        self.assertEqual(TERMINATED, service.end(signal.SIGTERM))
        self.assertFalse((self.folder / "txsched.sock").exists())
        self.assertNotIn("Traceback", service.text)

    def test_only_the_user_can_open_the_socket(self) -> None:
        """
        The socket has mode 600 from the first.
        """
        self.service()
        mode = (self.folder / "txsched.sock").stat().st_mode
        self.assertEqual(0o600, stat.S_IMODE(mode))

    def test_only_the_user_can_read_the_database(self) -> None:
        """
        What jobs are given, and what programs write, is nobody else's business; a
        database that is there keeps the mode that somebody gave it.
        """
        self.service().end(signal.SIGTERM)
        path = self.folder / "txsched.db"
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        path.chmod(0o640)
        self.service()
        for path in self.folder.glob("txsched.db*"):
            self.assertEqual(0o640, stat.S_IMODE(path.stat().st_mode), path)

    def test_jobs_survive_a_kill_and_a_stale_socket_is_cleared(self) -> None:
        """
        After ``kill -9`` the next start finds the jobs, and takes the socket over.
        """
        service = self.service()
        self.out("add", "--every", "1h", "--id", "kept", "--", "true")
        service.end(signal.SIGKILL)
        self.assertTrue((self.folder / "txsched.sock").exists())
        again = self.service()
        self.assertIn("keeps 1 jobs", again.text)
        self.assertIn("removed txsched.sock, which a dead process left", again.text)
        self.assertEqual(["kept"], [one["id"] for one in self.json("list")["jobs"]])

    def test_jobs_that_wait_survive_a_kill(self) -> None:
        """
        After ``kill -9`` in the middle of a run the next start abandons that one, and
        the next follows it after the delay; a job that runs by hand is there.
        """
        (self.folder / "txsched.ini").write_text("[service]\nlease_duration = 1s\n")
        service = self.service("--config", "txsched.ini")
        add = ("add", "--trigger", "delay 100ms", "--on-crash", "abandon", "--id")
        self.out(*add, "sync", "--", "sh", "-c", "test -e go || exec sleep 600")
        self.out("add", "--trigger", "manual", "--id", "by-hand", "--", "echo", "hi")
        self.until("sync", "running")
        service.end(signal.SIGKILL)
        (self.folder / "go").touch()
        self.service("--config", "txsched.ini")
        self.until("sync", "succeeded")
        runs = self.json("runs", "sync")["runs"]
        self.assertEqual("abandoned", runs[-1]["disposition"])
        self.assertIn("hi", self.out("run", "by-hand", "--wait"))
        self.assertIn("by hand", self.out("list", "by-hand"))

    def until(self, job_id: str, disposition: str) -> None:
        """
        Wait for a run of a job with this disposition.
        """
        deadline = time.monotonic() + 30
        seen: set[str] = set()
        while disposition not in seen:
            self.assertLess(time.monotonic(), deadline, seen)
            seen = {run["disposition"] for run in self.json("runs", job_id)["runs"]}

    def test_a_lock_of_a_living_process_does_not_hold_up_the_start(self) -> None:
        """
        In a container the number of a dead process is soon that of another one.
        """
        service = self.service()
        service.end(signal.SIGKILL)
        lock = self.folder / "txsched.sock.lock"
        lock.unlink()
        lock.symlink_to(str(os.getpid()))
        self.service()
        self.out("status")

    def test_it_can_start_paused(self) -> None:
        """
        With ``--paused`` nothing fires until somebody resumes it.
        """
        self.service("--paused")
        self.assertEqual("paused", self.json("status")["state"])
        self.out("resume", "--all")
        self.assertEqual("running", self.json("status")["state"])

    def test_a_file_configures_it(self) -> None:
        """
        Executors, tasks and defaults come from the file; ``path`` has the modules.
        """
        (self.folder / "tasks").mkdir()
        (self.folder / "tasks" / "shop.py").write_text(_TASKS)
        (self.folder / "txsched.ini").write_text(
            "[service]\ndatabase = memory:\nlisten = unix:a.sock\n"
            "[jobs]\nmax_instances = 7\n"
            "[executors]\nslow = threads 1\n"
            "[tasks]\nallow = shop:dou*\npath = tasks\n"
        )
        service = self.service("--config", "txsched.ini")
        self.assertIn("jobs in memory:, listens on unix:a.sock", service.text)
        there = ("--server", "unix:a.sock")
        add = (*there, "add", "--every", "1h", "--executor", "slow")
        self.out(*add, "--id", "a", "shop:double", "--args", "[21]")
        self.assertIn("42", self.out(*there, "run", "a", "--wait"))
        self.assertIn("max instances        7", self.out(*there, "show", "a"))
        refused = self.txsched(*add, "os:abort")
        self.assertEqual(1, refused.returncode)
        self.assertIn("not allowed", refused.stderr)
        self.assertIn("os:abort", refused.stderr)


class RefusalTests(LivingTestCase):
    """
    Tests for starts that cannot be.
    """

    def assert_fails(self, service: Living, *words: str) -> None:
        """
        It ends with the status 1, and says why in one line without a traceback.
        """
        self.assertEqual(1, service.end(), service.text)
        for one in words:
            self.assertIn(one, service.text)
        self.assertNotIn("Traceback", service.text)

    def test_a_socket_that_is_served(self) -> None:
        """
        A second service on the same socket is refused; the first goes on.
        """
        self.service()
        self.assert_fails(
            self.twistd("--database", "memory:"),
            "the scheduler cannot start: cannot listen on txsched.sock:"
            " another process serves it",
        )
        self.out("status")

    def test_a_port_that_is_taken(self) -> None:
        """
        The reason of the system is told.
        """
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assert_fails(
                self.twistd("--listen", f"insecure tcp:{port}:interface=127.0.0.1"),
                "the scheduler cannot start: ",
                f"127.0.0.1:{port}",
            )

    def test_a_folder_that_is_not_there(self) -> None:
        """
        The socket is named, and the reason of the system.
        """
        self.assert_fails(
            self.twistd("--listen", "unix:nowhere/a.sock"),
            "the scheduler cannot start: cannot listen on"
            " unix:nowhere/a.sock:mode=600: No such file or directory\n",
        )

    def test_a_database_that_cannot_be_opened(self) -> None:
        """
        The file is named.
        """
        self.assert_fails(
            self.twistd("--database", "sqlite:////nowhere/a.db"),
            "the scheduler cannot start: ",
            "nowhere/a.db",
        )

    def test_a_file_that_is_no_database(self) -> None:
        """
        Something else that has the name of the database is left as it is.
        """
        path = self.folder / "txsched.db"
        path.write_text("precious" * 1000)
        self.assert_fails(self.twistd(), "the scheduler cannot start: ")
        self.assertEqual("precious" * 1000, path.read_text())

    def test_a_wrong_file(self) -> None:
        """
        All errors of the file are told, and nothing is started.
        """
        (self.folder / "a.ini").write_text("[servce]\n[jobs]\ncoalesce = x\n")
        for options in ((), ("--check",)):
            self.assert_fails(
                self.twistd("--config", "a.ini", *options),
                "a.ini: [servce]: there is no such section; did you mean 'service'?",
                "a.ini: [jobs] coalesce: expected yes or no, not 'x'",
            )
        self.assertEqual(["a.ini"], os.listdir(self.folder))

    def test_a_wrong_option(self) -> None:
        """
        The option and the reason are told.
        """
        self.assert_fails(
            self.twistd("--listen", "tcp:8787"),
            "command line: --listen: 'tcp:8787' can be reached by others and has no"
            " login",
        )

    def test_a_right_file_is_ok(self) -> None:
        """
        ``--check`` of a good file ends with the status 0 and starts nothing.
        """
        (self.folder / "a.ini").write_text("[jobs]\ncoalesce = no\n")
        service = self.twistd("--config", "a.ini", "--check")
        self.assertEqual(0, service.end())
        self.assertEqual("OK: a.ini can be used\n", service.text)


class EndTests(LivingTestCase):
    """
    Tests for how the service ends.
    """

    def start_job(self, *script: str) -> Living:
        """
        Start a job of a shell script, and wait until it runs.
        """
        self.out("add", "--every", "1h", "--id", "a", "--", "sh", "-c", *script)
        watch = self.watch("a")
        self.out("run", "a")
        watch.wait_for("started")
        return watch

    def wait_for_file(self, path: Path) -> str:
        deadline = time.monotonic() + 30
        while not path.exists() or not path.read_text().endswith("\n"):
            self.assertLess(time.monotonic(), deadline, f"{path} did not appear")
            time.sleep(0.01)
        return path.read_text()

    def test_running_work_may_end(self) -> None:
        """
        After SIGTERM a job that runs is waited for, and its end is recorded.
        """
        service = self.service()
        self.start_job("while ! test -e go; do sleep 0.02; done; echo done > done")
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("stopping: nothing more is started")
        self.assertEqual("stopping", self.json("status")["state"])
        (self.folder / "go").touch()
        self.assertEqual(TERMINATED, service.end())
        self.assertEqual("done\n", (self.folder / "done").read_text())
        self.service()
        (run,) = self.json("runs")["runs"]
        self.assertEqual("succeeded", run["disposition"])

    def test_work_is_cut_off_at_the_limit(self) -> None:
        """
        What runs beyond the limit is stopped and marked, and the next start repeats
        it.
        """
        (self.folder / "a.ini").write_text("[service]\nshutdown_limit = 200ms\n")
        service = self.service("--config", "a.ini")
        self.start_job("echo $$ > pid; test -e go || exec sleep 600")
        pid = int(self.wait_for_file(self.folder / "pid"))
        self.assertEqual(TERMINATED, service.end(signal.SIGTERM))
        self.assertTrue(self.is_gone(pid))
        (self.folder / "go").touch()
        self.service("--paused")
        watch = self.watch("a", "-n", "2")
        self.out("resume", "--all")
        watch.end()
        (run,) = self.json("runs")["runs"]
        self.assertEqual(("succeeded", 2), (run["disposition"], run["attempt"]))

    def test_a_second_signal_does_not_wait(self) -> None:
        """
        The process ends at once, and takes the programs it started with it.
        """
        service = self.service()
        self.start_job("echo $$ > pid; exec sleep 600")
        pid = int(self.wait_for_file(self.folder / "pid"))
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("stopping: nothing more is started")
        begun = time.monotonic()
        self.assertEqual(TERMINATED, service.end(signal.SIGTERM))
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIn("a second signal: running work is cut off", service.text)
        self.assertTrue(self.is_gone(pid))
