"""
Tests for ``txsched export``, ``import`` and ``migrate``, on stores of this process.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, NoReturn

from attrs import define
from click.testing import CliRunner, Result
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread, deferToThread

from tests.jobstores.databases import OnSQLite
from tests.moving.files import written
from txsched.app.command.group import cli
from txsched.app.command.session import exit_code
from txsched.codec import PickleSerializer
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    UTC,
    Call,
    Disposition,
    JobQuery,
    Node,
    OnConflict,
)
from txsched.testing.contracts.job_store.samples import make_job, make_jobs, make_run

from .driving import CommandTestCase


class ServiceTests(CommandTestCase):
    """
    Through a scheduler.
    """

    def setUp(self) -> None:
        super().setUp()
        self.path = self.mktemp()
        self.out("add", "--every", "1h", "--id", "a", "--", "echo", "hi")
        self.out("add", "--every", "1h", "--id", "b", "--tag", "x", "m:f")
        self.out("pause", "b", "--note", "why")
        self.out("run", "a")

    def jobs(self) -> dict[str, Any]:
        """
        Give all jobs.
        """
        page = self.successResultOf(self.scheduler.get_jobs())
        return {job.id: job for job in page.items}

    def clear(self) -> None:
        """
        Remove all jobs.
        """
        self.out("remove", *self.jobs())

    def test_there_and_back(self) -> None:
        """
        Jobs that were exported are there again, begin anew, and rest if they did.
        """
        self.assertEqual("wrote 2 jobs\n", self.out("export", self.path))
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path).st_mode))
        before = self.jobs()
        self.clear()
        dry = self.out("import", self.path, "--dry-run")
        self.assertEqual("would be: 2 jobs added, 0 there already\n", dry)
        self.assertEqual({}, self.jobs())
        self.assertEqual(
            "2 jobs added, 0 there already\n", self.out("import", self.path)
        )
        after = self.jobs()
        for job_id, job in before.items():
            self.assertTrue(job.same_definition(after[job_id]))
        self.assertEqual("why", after["b"].paused.note)
        again = self.out("import", self.path)
        self.assertEqual("0 jobs added, 2 there already\n", again)

    def test_stores_of_the_service(self) -> None:
        """
        Each job goes to the store that it was in, or all to the one that is named.
        """
        self.successResultOf(self.scheduler.add_store("other", MemoryJobStore()))
        self.out("add", "--every", "1h", "--id", "c", "--store", "other", "m:f")
        self.out("pause", "c")
        self.assertEqual("wrote 3 jobs\n", self.out("export", self.path))
        one = self.mktemp()
        out = self.out("export", one, "--store", "other", "--runs")
        self.assertEqual("wrote 1 jobs and 0 runs\n", out)
        self.clear()
        self.out("import", self.path)
        stores = {job_id: job.store for job_id, job in self.jobs().items()}
        self.assertEqual({"a": "default", "b": "default", "c": "other"}, stores)
        self.assertIsNotNone(self.jobs()["c"].paused)
        self.clear()
        self.out("import", self.path, "--store", "other")
        self.assertEqual({"other"}, {job.store for job in self.jobs().values()})
        self.clear()
        result = self.invoke("import", one, "--store", "none")
        self.assertEqual(1, result.exit_code)
        self.assertIn("'none'", result.stderr)

    def test_standard_streams(self) -> None:
        """
        A dash stands for standard output and input.
        """
        result = self.invoke("export", "-", "--runs")
        self.assertEqual(0, result.exit_code)
        self.assertIn("wrote 2 jobs and 1 runs", result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(1, json.loads(lines[-1])["end"]["runs"])
        self.clear()
        result = CliRunner().invoke(
            cli, ["import", "-"], obj=self.session, input=result.stdout
        )
        self.assertEqual("2 jobs added, 0 there already\n", result.stdout)

    def test_conflicts(self) -> None:
        """
        A job that is another by now is an error, stays, or is replaced.
        """
        self.out("export", self.path)
        self.out("modify", "a", "--name", "other")
        complaint = self.refused(1, "import", self.path)
        self.assertIn("a job with the id 'a' exists already", complaint)
        self.assertIn("--on-conflict", complaint)
        self.assertEqual(
            "0 jobs added, 1 there already, 1 others kept\n",
            self.out("import", self.path, "--on-conflict", "keep"),
        )
        self.assertEqual("other", self.jobs()["a"].name)
        self.assertEqual(
            "0 jobs added, 1 there already, 1 replaced\n",
            self.out("import", self.path, "--on-conflict", "replace"),
        )
        self.assertEqual("echo hi", self.jobs()["a"].name)

    def test_refused_by_the_scheduler(self) -> None:
        """
        The job that is refused is named, and what is there already is told.
        """
        jobs = [make_job("a1"), make_job("a2", call=Call("unknown:x")), make_job("a3")]
        with open(self.path, "wb") as file:
            file.write(written(jobs))
        result = self.invoke("import", self.path)
        self.assertEqual((1, ""), (result.exit_code, result.stdout))
        self.assertIn("before that: 3 jobs added", result.stderr)
        self.assertIn("job 'a2': task: there is no 'unknown:x'", result.stderr)
        self.assertLessEqual({"a", "a1", "b"}, self.jobs().keys())

    def test_nothing_half_done(self) -> None:
        """
        A file that is cut off, or wrong in a line, changes nothing.
        """
        data = written(make_jobs(3))
        for bad, reason in (
            (data[:-6], "line 5: it is not JSON"),
            (data.replace(b'"coalesce":false', b'"coalesce":5'), "line 2: coalesce: 5"),
            (b"", "it is empty"),
        ):
            with open(self.path, "wb") as file:
                file.write(bad)
            complaint = self.refused(1, "import", self.path)
            self.assertIn(f"txsched: {self.path}: {reason}", complaint)
        self.assertEqual({"a", "b"}, self.jobs().keys())

    def test_files_that_are_there(self) -> None:
        """
        A file is replaced only when that was said, and left alone when it fails.
        """
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("mine")
        complaint = self.refused(2, "export", self.path)
        self.assertIn("is there already; --force replaces it", complaint)
        self.successResultOf(
            self.scheduler.add_job("m:f", make_job().trigger, (object(),), id="live")
        )
        complaint = self.refused(1, "export", self.path, "--force")
        self.assertIn("job 'live': args[0]: a builtins.object cannot", complaint)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual("mine", file.read())
        self.assertEqual([], [one for one in os.listdir(".") if one.endswith(".part")])
        self.out("remove", "live")
        self.out("export", self.path, "--force")

    def test_wrong_command_lines(self) -> None:
        """
        What cannot be is refused before anything is done.
        """
        for arguments, reason in (
            (("export", "/no/such/file"), "FILE: /no/such/file.part: No such file"),
            (("export", self.path, "--allow-pickle"), "are for a --store"),
            (("import", "/no/such/file"), "FILE: /no/such/file: No such file"),
            (("import", __file__, "--key-file", "x"), "are for a --store that is a"),
            (("import", __file__, "--runs"), "--runs is for a --store that is a URL"),
            (("export", "x", "--store", "a", "--allow-pickle"), "that is a URL"),
            (("migrate", "memory:", "memory:"), "FROM and TO are the same store"),
        ):
            self.assertIn(reason, self.refused(2, *arguments))


@define
class AloneSession:
    """
    Does the work of a command with the reactor, from another thread.
    """

    def alone(self, work: Callable[[Any], Coroutine[Any, Any, int | None]]) -> NoReturn:
        """
        Do it to its end.
        """

        def begin() -> Deferred[int]:
            return Deferred.fromCoroutine(exit_code(work(reactor)))

        raise SystemExit(blockingCallFromThread(reactor, begin))


class Point:
    """
    An object that only pickle can write.
    """


class StoreTests(OnSQLite):
    """
    On stores themselves.
    """

    async def invoke(self, *arguments: str) -> Result:
        """
        Run ``txsched``.
        """
        return await deferToThread(
            lambda: CliRunner().invoke(cli, arguments, obj=AloneSession())
        )

    async def out(self, *arguments: str) -> str:
        """
        Run it, and give its output; it succeeds.
        """
        result = await self.invoke(*arguments)
        self.assertEqual((0, ""), (result.exit_code, result.stderr), result.output)
        return result.stdout

    async def refused(self, *arguments: str) -> str:
        """
        Run it, and give its complaint.
        """
        result = await self.invoke(*arguments)
        self.assertEqual((1, ""), (result.exit_code, result.stdout), result.output)
        return result.stderr

    async def filled(self, **options: Any) -> str:
        """
        Make a store with jobs and runs, and give its URL.
        """
        store = await self.open_store(self.make_database(), **options)
        jobs = make_jobs(3)
        await store.add_jobs(jobs, OnConflict.ERROR)
        await store.add_runs([make_run(jobs[0], 0, Disposition.MISSED)])
        await store.close()
        return self.url

    async def count(self, url: str) -> tuple[int, int]:
        """
        Count jobs and runs.
        """
        store = await self.open_store(url)
        status = await store.status()
        await store.close()
        return status.jobs, status.runs

    async def test_export_and_import(self) -> None:
        """
        Jobs and ledger go through a file, and twice is once.
        """
        url, file, other = await self.filled(), self.mktemp(), self.mktemp()
        target = f"sqlite:///{other}"
        out = await self.out("export", "--store", url, "--runs", file)
        self.assertEqual("wrote 3 jobs and 1 runs\n", out)
        arguments = ("import", "--store", target, "--runs", file)
        out = await self.out(*arguments, "--dry-run")
        self.assertEqual("would be: 3 jobs added, 0 there already, 1 runs\n", out)
        self.assertEqual((0, 0), await self.count(target))
        self.assertEqual(
            "3 jobs added, 0 there already, 1 runs\n", await self.out(*arguments)
        )
        self.assertEqual(0o600, stat.S_IMODE(os.stat(other).st_mode))
        self.assertEqual(
            "0 jobs added, 3 there already, 1 runs\n", await self.out(*arguments)
        )
        self.assertEqual((3, 1), await self.count(target))

    async def test_migrate(self) -> None:
        """
        Jobs and ledger go from store to store, and twice is once.
        """
        url, other = await self.filled(), f"sqlite:///{self.mktemp()}"
        for arguments, out in (
            (("--dry-run",), "would be: 3 jobs added, 0 there already, 0 runs\n"),
            ((), "3 jobs added, 0 there already, 0 runs\n"),
            (("--runs",), "0 jobs added, 3 there already, 1 runs\n"),
        ):
            self.assertEqual(out, await self.out("migrate", url, other, *arguments))
        self.assertEqual((3, 1), await self.count(other))

    async def test_used(self) -> None:
        """
        A store that a scheduler works with is not left, unless that is forced.
        """
        url, other = await self.filled(), f"sqlite:///{self.mktemp()}"
        store = await self.open_store(self.url)
        now = datetime.now(UTC)
        await store.beat(Node("n-1", "n", "h", 5, "1", now, now, None, "running", 0))
        complaint = await self.refused("migrate", url, other)
        self.assertIn("from: node n on h (process 5) works with it", complaint)
        self.assertIn("3 jobs added", await self.out("migrate", url, other, "--force"))

    async def test_quarantine(self) -> None:
        """
        What cannot be loaded is left out, and that is told.
        """
        url, file = await self.filled(), self.mktemp()
        self.execute("UPDATE txsched_jobs SET definition = X'00' WHERE id = 'job-0001'")
        result = await self.invoke("export", "--store", url, file)
        self.assertEqual((0, "wrote 2 jobs\n"), (result.exit_code, result.stdout))
        self.assertIn("left out 1 jobs in quarantine, which", result.stderr)
        self.assertIn("job-0001", result.stderr)
        result = await self.invoke("migrate", url, f"sqlite:///{self.mktemp()}")
        self.assertIn("2 jobs added", result.stdout)
        self.assertIn("left out 1 jobs of FROM in quarantine", result.stderr)

    async def test_pickles(self) -> None:
        """
        Pickled arguments go from store to store where that is allowed.
        """
        serializer = PickleSerializer(b"0123456789abcdef")
        store = await self.open_store(self.make_database(), serializer=serializer)
        job = make_job(call=Call("a:b", (Point(),)))
        await store.add_jobs([job], OnConflict.ERROR)
        await store.close()
        url, path, key = self.url, self.mktemp(), self.mktemp()
        with open(key, "wb") as file:
            file.write(b"0123456789abcdef\n")
        arguments = ("migrate", url, f"sqlite:///{path}")
        allowed = ("--allow-pickle", "--key-file", key)
        complaint = await self.refused(*arguments, "--key-file", key)
        self.assertIn("serializer: pickle is not allowed here", complaint)
        self.assertIn("1 jobs added", await self.out(*arguments, *allowed))
        other = await self.open_store(f"sqlite:///{path}", serializer=serializer)
        (found,) = (await other.find_jobs(JobQuery())).items
        self.assertIsInstance(found.call.args[0], Point)
        complaint = await self.refused("export", "--store", url, "x.jsonl", *allowed)
        self.assertIn("job 'job': args[0]: a tests.app.test_moving.Point", complaint)

    async def test_wrong_urls(self) -> None:
        """
        What is no store that is there is refused by its place on the command line.
        """
        url = await self.filled()
        for arguments, reason in (
            (("export", "--store", "memory:", "x"), "--store: memory: is in the"),
            (("export", "--store", "ftp:x", "x"), "--store: expected the URL of a"),
            (
                ("export", "--store", "sqlite:///no", "x"),
                "--store: there is no file no",
            ),
            (("migrate", "sqlite:///no/no", url), "FROM: there is no file no/no"),
            (("migrate", url, "memory:"), "TO: memory: is in the memory of one"),
        ):
            self.assertIn(f"txsched: {reason}", await self.refused(*arguments))
        self.assertFalse(os.path.exists("no"))
