"""
What the documentation shows is true: each example runs, each command is one.
"""

from __future__ import annotations

import ast
import re
import shutil
import signal
import socket
from textwrap import dedent
from urllib.request import urlopen

from txsched.testing.servers import (
    MongoDB,
    PostgreSQL,
    Server,
    Valkey,
    shared_server,
)

from . import test_pages
from .transcripts import EXAMPLES, PROJECT, TranscriptTestCase, readme_commands

#: By which test each example is run.
RUN_BY = {
    "bare_client.py": "test_bare_client",
    "command.console": "test_command",
    "configure.console": "test_configure",
    "daylight.py": "test_daylight",
    "daylight.txt": "test_daylight",
    "calendars.ini": "test_calendars",
    "embed.py": "test_embed",
    "holidays.py": "test_calendars",
    "journal.py": "test_journal",
    "local.ini": "test_configure",
    "mongodb.py": "test_mongodb",
    "moving.console": "test_moving",
    "quarantine.console": "test_quarantine",
    "nodes.console": "test_nodes",
    "nodes.ini": "test_nodes",
    "quickstart.py": "test_quickstart",
    "remote_client.py": "test_remote_client",
    "renamed.ini": "test_quarantine",
    "serializers.py": "test_serializers",
    "shelf.py": "test_shelf",
    "several_stores.py": "test_several_stores",
    "snapshot.console": "test_snapshot",
    "snapshot.ini": "test_snapshot",
    "snapshot.py": "test_snapshot",
    "snapshot_plugin.py": "test_snapshot",
    "stores.console": "test_stores",
    "stores.ini": "test_stores",
    "shared_database.py": "test_shared_database",
    "tasks.py": "test_embed",
    "test_journal.py": "test_journal",
    "test_reports.py": "test_reports",
    "test_server.py": "test_server",
    "test_snapshot.py": "test_snapshot",
    "timelines.py": "test_timelines",
    "timelines.txt": "test_timelines",
    "triggers.console": "test_triggers",
    "tutorial.console": "test_tutorial",
    "two_nodes.py": "test_two_nodes",
    "txsched.ini": "test_ini",
    "txsched.service": "test_unit_of_systemd",
    "wrong.ini": "test_configure",
}


class ExampleTests(TranscriptTestCase):
    """
    Each file of the examples is run, with real processes.
    """

    def setUp(self) -> None:
        super().setUp()
        for path in EXAMPLES.iterdir():
            if path.is_file():
                shutil.copy(path, self.folder)

    def test_all(self) -> None:
        """
        No example is left out here.
        """
        there = {path.name for path in EXAMPLES.iterdir() if path.is_file()}
        self.assertEqual(set(RUN_BY), there)
        tests = {
            name for kind in (ExampleTests, test_pages.PageTests) for name in dir(kind)
        }
        self.assertLessEqual(set(RUN_BY.values()), tests)

    def test_examples_are_short(self) -> None:
        """
        The client and the embedded scheduler take no more than thirty lines.
        """
        for name in ("embed.py", "remote_client.py"):
            text = (EXAMPLES / name).read_text(encoding="utf-8")
            self.assertLessEqual(len(text.splitlines()), 30, name)

    def test_tutorial(self) -> None:
        """
        The tutorial, command by command, with the service killed in between.
        """
        self.follow(EXAMPLES / "tutorial.console")

    def test_command(self) -> None:
        """
        The recipes for the command line.
        """
        self.follow(EXAMPLES / "command.console")

    def test_serializers(self) -> None:
        """
        Objects of a program's own come to their task through a store.
        """
        living = self.shell("python serializers.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, "^(shipping order 5\n)+$")

    def test_shared_database(self) -> None:
        """
        Two nodes carry each job out once.
        """
        url = shared_server(PostgreSQL()).create_database().url
        living = self.shell(f"python shared_database.py '{url}'")
        self.assertEqual(0, living.end(), living.text)
        self.assertEqual("200 runs: {'succeeded': 200}\n", living.text)

    def test_mongodb(self) -> None:
        """
        A program that is ended and started again goes on with its job.
        """
        url = shared_server(MongoDB()).create_database().url
        for _ in range(2):
            living = self.shell(f"python mongodb.py '{url}'")
            self.assertEqual(0, living.end(), living.text)
            self.assertRegex(living.text, "^(hello MongoDB\n)+$")

    def test_shelf(self) -> None:
        """
        The same, with a shelf.
        """
        for _ in range(2):
            living = self.shell("python shelf.py")
            self.assertEqual(0, living.end(), living.text)
            self.assertRegex(living.text, "^(hello shelf\n)+$")
        self.assertTrue((self.folder / "jobs.lock").exists())

    def test_moving(self) -> None:
        """
        Jobs go into a file and back, and from store to store.
        """
        self.follow(EXAMPLES / "moving.console")

    def test_quarantine(self) -> None:
        """
        A job that cannot be loaded is seen to, and code that moved.
        """
        self.follow(EXAMPLES / "quarantine.console")

    def test_nodes(self) -> None:
        """
        Three services share a database, and one is killed.
        """
        self.follow(EXAMPLES / "nodes.console")

    def test_triggers(self) -> None:
        """
        What is shown of expressions, without a service.
        """
        self.follow(EXAMPLES / "triggers.console")

    def test_configure(self) -> None:
        """
        Checked files, and a service that uses one.
        """
        self.follow(EXAMPLES / "configure.console")

    def test_quickstart(self) -> None:
        """
        A scheduler in memory greets the world every two seconds.
        """
        living = self.shell("python quickstart.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, r"^(hello world, it is \d\d:\d\d:\d\d\n){4,5}$")

    def test_calendars(self) -> None:
        """
        The configuration of calendars is right, and a job keeps to some in Python.
        """
        living = self.shell("twistd --pidfile= scheduler -c calendars.ini --check")
        self.assertEqual(0, living.end(), living.text)
        code = (
            "import holidays; from twisted.internet.defer import Deferred;"
            " from twisted.internet.task import Clock;"
            " clock = Clock(); clock.advance(1798070400.0);"
            " Deferred.fromCoroutine(holidays.main(clock)).addBoth(print)"
        )
        living = self.shell(f"python -c '{code}'")
        self.assertEqual(0, living.end(), living.text)
        self.assertEqual("['Thu 24', 'Mon 28', 'Tue 29', 'Wed 30']\n", living.text)

    def test_timelines(self) -> None:
        """
        The timelines in the explanation are what the planning does.
        """
        living = self.shell("python timelines.py")
        self.assertEqual(0, living.end(), living.text)
        wanted = (EXAMPLES / "timelines.txt").read_text(encoding="utf-8")
        self.assertEqual(wanted, living.text)

    def test_daylight(self) -> None:
        """
        The times in the explanation of daylight saving are those of the triggers.
        """
        living = self.shell("python daylight.py")
        self.assertEqual(0, living.end(), living.text)
        wanted = (EXAMPLES / "daylight.txt").read_text(encoding="utf-8")
        self.assertEqual(wanted, living.text)

    def test_remote_client(self) -> None:
        """
        A job is added by AMP, its events are seen, and its result is shown.
        """
        self.service()
        living = self.shell("python remote_client.py")
        self.assertEqual(0, living.end(), living.text)
        for event in ("JobAdded(", "RunStarted(", "RunEnded("):
            self.assertIn(event, living.text)
        result = ast.literal_eval(living.text.splitlines()[-1])
        self.assertEqual("hi\n", result["output"])

    def test_bare_client(self) -> None:
        """
        A client that knows nothing but the page on the protocol is understood.
        """
        self.service()
        living = self.shell("python bare_client.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertIn("speaks version 1\nbare succeeded: hi\n", living.text)

    def test_embed(self) -> None:
        """
        A web server has a scheduler inside, whose job writes what it serves.
        """
        (self.folder / "public").mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.variables["PORT"] = str(free.getsockname()[1])
        living = self.shell("exec twistd --pidfile= -noy embed.py")
        living.wait_for("wrote public/report in attempt 1")
        url = f"http://127.0.0.1:{self.variables['PORT']}/report"
        with urlopen(url, timeout=30) as answer:
            self.assertRegex(
                answer.read().decode(), r"^planned for \d\d:\d\d:\d\d, run [0-9a-f]{14}"
            )
        living.end(signal.SIGTERM)
        self.assertTrue((self.folder / "reports.db").exists())
        self.assertNotIn("Traceback", living.text)

    def test_reports(self) -> None:
        """
        The example of a test passes.
        """
        self.run_trial("test_reports")

    def test_journal(self) -> None:
        """
        The example of a job store keeps the contract.
        """
        self.assertIn("test_take_over_in_order", self.run_trial("test_journal"))

    def test_snapshot(self) -> None:
        """
        A store of one's own keeps the contract, and serves as a plugin.
        """
        self.assertIn("test_take_over_in_order", self.run_trial("test_snapshot"))
        self.follow(EXAMPLES / "snapshot.console")

    def test_several_stores(self) -> None:
        """
        A scheduler with several stores, one of them for a while.
        """
        living = self.shell("python several_stores.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertEqual(
            "kept in default\nlost in scratch\nparked in more\n2 jobs are fired\n",
            living.text,
        )

    def test_stores(self) -> None:
        """
        Jobs in several stores of one service.
        """
        self.follow(EXAMPLES / "stores.console")

    def test_server(self) -> None:
        """
        The example of tests with a server of a database passes.
        """
        self.assertIn("test_a_note_survives", self.run_trial("test_server"))

    def test_two_nodes(self) -> None:
        """
        Two schedulers on one server run a job once at each of its times.
        """
        with Server(Valkey()) as server:
            living = self.shell(f"python two_nodes.py '{server.url}'")
            self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, "^(each second once\n){2,4}$")

    def run_trial(self, module: str) -> str:
        living = self.shell(f"python -m twisted.trial {module}")
        self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, r"PASSED \(successes=\d+\)")
        return living.text

    def test_readme(self) -> None:
        """
        After the first command of the README the next ones and its example work at
        once.
        """
        text = (PROJECT / "README.rst").read_text(encoding="utf-8")
        start, commands = readme_commands(text)
        service = self.shell(f"exec {start.rpartition('&& ')[2]}")
        service.wait_for("listens on unix:txsched.sock")
        add, *others = commands
        self.assertEqual(0, self.shell(add).end())
        (example,) = re.findall(
            r"^.. code-block:: python\n\n((?: .*\n|\n)+)", text, re.MULTILINE
        )
        (self.folder / "example.py").write_text(dedent(example), encoding="utf-8")
        asked = self.shell("python example.py")
        self.assertEqual(0, asked.end(), asked.text)
        self.assertRegex(asked.text, r"^the report runs next at 20\d\d-")
        self.assertEqual(
            [".venv/bin/txsched list", ".venv/bin/txsched runs"], others[:2]
        )
        self.assertIn("succeeded", self.look(others[2]))
        self.assertIn("echo hello", self.look(others[0]))
        self.assertIn("succeeded", self.look(others[1]))

    def look(self, command: str) -> str:
        """
        Give what a command shows; one that goes on is interrupted.
        """
        living = self.shell(f"exec {command}")
        if "watch" in command:
            living.wait_for("succeeded")
            living.end(signal.SIGINT)
        else:
            self.assertEqual(0, living.end(), living.text)
        return living.text
