"""
The store in a shelf beyond the contract: its files, its lock, crashes and failures.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import capturedLogs

from txsched.errors import BadValue, JobExists, SchemaTooNew, StoreUnavailable
from txsched.jobstores import ShelveJobStore
from txsched.jobstores.shelve import files
from txsched.jobstores.shelve.files import Shelf
from txsched.jobstores.shelve.locking import lock
from txsched.jobstores.threads import Threads
from txsched.model import JobQuery, OnConflict
from txsched.testing.contracts.job_store.samples import (
    NODE,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)

from .shelve import ShelveTestCase

ERROR = OnConflict.ERROR


class OptionTests(ShelveTestCase):
    """
    What a store is made from, and what it says of itself.
    """

    def test_refused(self) -> None:
        """
        What cannot be the path of a file is refused at once.
        """
        for path in ("", "folder/", "a\0b"):
            with self.assertRaises(BadValue) as caught:
                ShelveJobStore(path, reactor=reactor)
            self.assertEqual("path", caught.exception.field)

    async def test_warning(self) -> None:
        """
        Whoever opens one is told what is better.
        """
        with capturedLogs() as events:
            await self.open_store(self.make_path())
        (warning,) = [one for one in events if "shelf" in one["log_format"]]
        self.assertEqual("warn", warning["log_level"].name)
        self.assertIn("SQLite", warning["log_format"])

    async def test_report(self) -> None:
        """
        A report names the module that keeps the shelf.
        """
        store = await self.open_store(self.make_path())
        kind = (await store.examine(START)).kind
        self.assertRegex(kind, r"^shelve \(dbm\.\w+\)$")

    async def test_watch(self) -> None:
        """
        There is nobody else whose changes could be noticed.
        """
        store = await self.open_store(self.make_path())
        end = store.watch(self.fail)
        await store.add_jobs([make_job()], ERROR)
        end()


class LockTests(ShelveTestCase):
    """
    One process uses a shelf.
    """

    async def test_second_store(self) -> None:
        """
        A second store is refused, and the process that has the first is named; once
        that is closed it can be opened.
        """
        path = self.make_path()
        first, second = await self.open_store(path), self.make_closed(path)
        with self.assertRaises(StoreUnavailable) as caught:
            await second.open()
        self.assertIn(f"process {os.getpid()} ", caught.exception.reason)
        await first.add_jobs([make_job()], ERROR)
        await first.close()
        await second.open()
        self.assertEqual(make_job(), await second.get_job("job"))
        await second.close()

    def test_another_process(self) -> None:
        """
        Another process is refused too, and a lock goes with the process that held it.
        """
        path = self.mktemp()
        code = (
            "import sys, time; from txsched.jobstores.shelve.locking import lock;"
            "lock(sys.argv[1]); print('locked', flush=True); time.sleep(600)"
        )
        command = [sys.executable, "-c", code, path]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as child:
            assert child.stdout is not None
            self.assertEqual(b"locked\n", child.stdout.readline())
            with self.assertRaises(StoreUnavailable) as caught:
                lock(path)
            self.assertIn(f"process {child.pid} ", caught.exception.reason)
            child.kill()
        descriptor = lock(path)
        refused = subprocess.run(command, capture_output=True, env=env, check=False)
        os.close(descriptor)
        self.assertIn(f"process {os.getpid()} ", refused.stderr.decode())

    async def test_not_open(self) -> None:
        """
        A store that is not open, or is closed, says so.
        """
        store = self.make_closed(self.make_path())
        for call in (store.status, store.find_quarantined):
            with self.assertRaises(StoreUnavailable):
                await call()
        await store.close()

    async def test_no_folder(self) -> None:
        """
        A path in no folder is named, and can be opened later.
        """
        folder = Path(self.mktemp())
        store = self.make_closed(str(folder / "jobs"))
        with self.assertRaises(StoreUnavailable) as caught:
            await store.open()
        self.assertIn(str(folder / "jobs"), caught.exception.reason)
        folder.mkdir()
        await store.open()
        await store.close()


class FileTests(ShelveTestCase):
    """
    What lies in the files.
    """

    def shelf(self) -> Shelf:
        """
        Open the shelf that was named last, or a new one.
        """
        if not hasattr(self, "path"):
            self.make_path()
        shelf = Shelf(self.path)
        shelf.open()
        self.addCleanup(shelf.release)
        return shelf

    def names(self) -> set[str]:
        """
        Name the files of the shelf, by what comes after its path.
        """
        path = Path(self.path)
        found = path.parent.glob(f"{path.name}.*")
        return {one.name.removeprefix(path.name) for one in found}

    def journal(self) -> Path:
        """
        Name the only journal.
        """
        (name,) = [name for name in self.names() if name.endswith(".journal")]
        return Path(self.path + name)

    def test_changes(self) -> None:
        """
        What was written is there, and what was removed is not, also without a close.
        """
        shelf = self.shelf()
        shelf.append([(b"a", b"1"), (b"b", b"2")])
        shelf.append([(b"a", None), (b"c", b"3"), (b"nothing", None)])
        shelf.release()
        self.assertEqual({b"b": b"2", b"c": b"3"}, self.shelf().records)

    def test_torn(self) -> None:
        """
        A write that was cut off leaves no trace, whatever of it was written; what comes
        afterwards is kept.
        """
        shelf = self.shelf()
        shelf.append([(b"a", b"1")])
        path = self.journal()
        whole = path.read_bytes()
        shelf.append([(b"a", b"2"), (b"b", b"2")])
        torn = path.read_bytes()
        shelf.release()
        for length in range(len(whole), len(torn)):
            copy = Shelf(f"{self.path}-{length}")
            copy.open()
            copy.release()
            Path(f"{self.path}-{length}.1.journal").write_bytes(torn[:length])
            copy.open()
            self.assertEqual({b"a": b"1"}, copy.records)
            copy.append([(b"c", b"3")])
            copy.release()
            copy.open()
            self.assertEqual({b"a": b"1", b"c": b"3"}, copy.records)
            copy.close()

    def test_garbage(self) -> None:
        """
        An entry whose checksum is wrong, and what comes after it, are left out.
        """
        shelf = self.shelf()
        shelf.append([(b"a", b"1")])
        path = self.journal()
        whole = path.stat().st_size
        shelf.append([(b"b", b"2")])
        shelf.append([(b"c", b"3")])
        shelf.release()
        content = bytearray(path.read_bytes())
        content[whole + 10] ^= 1
        path.write_bytes(content)
        self.assertEqual({b"a": b"1"}, self.shelf().records)

    def test_written_anew(self) -> None:
        """
        A journal that has grown becomes a part of the shelf, and its files go.
        """
        self.patch(files, "_JOURNAL_BYTES", 200)
        shelf = self.shelf()
        self.assertIn(".1.journal", self.names())
        for number in range(30):
            shelf.append([(b"%d" % number, b"x" * 30)])
        self.assertNotIn(".1.journal", self.names())
        numbers = {name.split(".")[1] for name in self.names() if name != ".lock"}
        self.assertEqual(1, len(numbers))
        self.assertLess(self.journal().stat().st_size, 3000)
        shelf.release()
        expected = {b"%d" % number: b"x" * 30 for number in range(30)}
        self.assertEqual(expected, self.shelf().records)

    def test_not_written_anew(self) -> None:
        """
        When there is no room to write everything anew, the journal goes on growing.
        """
        self.patch(files, "_JOURNAL_BYTES", 0)
        shelf = self.shelf()
        blocked = [f"{self.path}.2", f"{self.path}.2.dat", f"{self.path}.2.dir"]
        for name in blocked:
            os.makedirs(f"{name}/full")
        shelf.append([(b"a", b"1" * 100)])
        shelf.append([(b"b", b"2")])
        shelf.close()
        self.assertIn(".1.journal", self.names())
        for name in blocked:
            os.removedirs(f"{name}/full")
        self.assertEqual({b"a": b"1" * 100, b"b": b"2"}, self.shelf().records)

    def test_half_written_anew(self) -> None:
        """
        Files of a state that was not finished are passed over, and go in the end.
        """
        shelf = self.shelf()
        shelf.append([(b"a", b"1")])
        for name in (".2.dat", ".2.new", ".x.journal"):
            Path(self.path + name).write_bytes(b"half")
        shelf.release()
        shelf.open()
        self.assertEqual({b"a": b"1"}, shelf.records)
        self.assertNotIn(".2.new", self.names())

    def test_other_files(self) -> None:
        """
        What is no journal of ours, or one of a newer version, is refused.
        """
        shelf = self.shelf()
        shelf.release()
        for content, error in (
            (b"a letter to a friend", StoreUnavailable),
            (b"txsched shelf 99\n", SchemaTooNew),
        ):
            self.journal().write_bytes(content)
            with self.assertRaises(error):
                shelf.open()
            self.assertEqual(content, self.journal().read_bytes())

    def test_shelf_is_gone(self) -> None:
        """
        A journal without its shelf is refused, and stays.
        """
        shelf = self.shelf()
        shelf.append([(b"a", b"1")])
        shelf.close()
        for name in self.names() - {".lock"}:
            if not name.endswith(".journal"):
                os.remove(self.path + name)
        with self.assertRaises(StoreUnavailable):
            shelf.open()
        self.assertTrue(self.journal().exists())


class CrashTests(ShelveTestCase):
    """
    Processes that are killed.
    """

    async def test_killed_again_and_again(self) -> None:
        """
        Whatever was answered before a SIGKILL is there, each call as a whole.
        """
        path = self.make_path()
        told: set[str] = set()
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        for turn in range(4):
            command = [sys.executable, "-m", f"{__package__}.shelve_writer", path]
            with subprocess.Popen(
                [*command, f"turn-{turn}"], stdout=subprocess.PIPE, env=env
            ) as child:
                assert child.stdout is not None
                for _ in range(5 + 7 * turn):
                    told.add(child.stdout.readline().decode().strip())
                child.kill()
                told.update(child.stdout.read().decode().split("\n")[:-1])
        store = await self.open_store(path)
        self.assertNotIn("", told)
        found: dict[str, int] = {}
        query = JobQuery(limit=1000)
        for job in (await store.find_jobs(query)).items:
            call = job.id.rpartition("-")[0]
            found[call] = found.get(call, 0) + 1
        self.assertEqual({3}, set(found.values()))
        self.assertEqual(set(), told - found.keys())
        self.assertLessEqual(len(found.keys() - told), 4)


class ThreadTests(ShelveTestCase):
    """
    The threads that such stores have.
    """

    async def test_stopped(self) -> None:
        """
        What was asked for before the end is done, what comes later is refused.
        """
        threads = Threads(reactor, "test", 2)
        answers = [threads.do(lambda: 5), threads.do(lambda: 1 // 0)]
        stopped = threads.stop()
        with self.assertRaises(StoreUnavailable):
            await threads.do(lambda: 6)
        self.assertEqual(5, await answers[0])
        with self.assertRaises(ZeroDivisionError):
            await answers[1]
        await stopped


class FailureTests(ShelveTestCase):
    """
    A disk that takes nothing more.
    """

    def fill_the_disk(self, store: ShelveJobStore) -> None:
        """
        Let the next write find no room.
        """
        journal = store._shelf._journal
        assert journal is not None
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal)
        os.close(full)

    async def refused(self, calls: list[Callable[[], Deferred[Any]]]) -> None:
        """
        Make calls at once that all fail.
        """
        for answer in [call() for call in calls]:
            with self.assertRaises(StoreUnavailable):
                await answer

    async def test_disk_full(self) -> None:
        """
        What could not be written did not happen, nor what was asked for meanwhile; as
        soon as there is room the store goes on.
        """
        store = await self.open_store(self.make_path())
        jobs = make_jobs(3)
        await store.add_jobs(jobs[:1], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
        self.fill_the_disk(store)
        plan = make_plan(lease, [running(lease)])
        await self.refused(
            [
                lambda: store.add_jobs(jobs[1:2], ERROR),
                lambda: store.commit([plan], NODE, at(30)),
                lambda: store.remove_jobs(["job-0000"], START),
            ]
        )
        self.assertEqual([jobs[0]], list((await store.find_jobs(JobQuery())).items))
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        await store.add_jobs(jobs[1:], ERROR)
        await store.close()
        store = await self.open_store(self.path)
        self.assertEqual(3, (await store.status()).jobs)

    async def test_shelf_cannot_be_read(self) -> None:
        """
        As long as the shelf cannot be read again, each call says so.
        """
        store = await self.open_store(self.make_path())
        await store.add_jobs([make_job()], ERROR)
        self.fill_the_disk(store)
        await self.refused([lambda: store.remove_jobs(["job"], START)])
        path = Path(self.path)
        (journal,) = path.parent.glob(f"{path.name}.*.journal")
        content = journal.read_bytes()
        journal.write_bytes(b"torn")
        await self.refused([store.status, lambda: store.get_job("job")])
        journal.write_bytes(content)
        self.assertEqual(make_job(), await store.get_job("job"))


class WritingTests(ShelveTestCase):
    """
    How calls are written.
    """

    async def test_order_of_calls(self) -> None:
        """
        Calls take effect in the order in which they were made.
        """
        store = await self.open_store(self.make_path())
        for turn in range(20):
            added = store.add_jobs([make_job(due=turn)], ERROR)
            claimed = store.claim_jobs(NODE, at(100), at(130), 10)
            removed = store.remove_jobs(["job"], at(100))
            await added
            self.assertEqual(1, len(await claimed))
            self.assertEqual(["job"], await removed)

    async def test_closing_waits(self) -> None:
        """
        What was asked for before closing is done.
        """
        store = await self.open_store(self.make_path())
        calls = [store.add_jobs([job], ERROR) for job in make_jobs(50)]
        await store.close()
        await gatherResults(calls)
        store = await self.open_store(self.path)
        self.assertEqual(50, (await store.status()).jobs)

    async def test_a_fire_does_not_rewrite_the_definition(self) -> None:
        """
        From the claim to the end of a run no definition is written.
        """
        store = await self.open_store(self.make_path())
        await store.add_jobs([make_job(tags=("a-tag-to-be-found",))], ERROR)
        path = Path(self.path)
        (journal,) = path.parent.glob(f"{path.name}.*.journal")
        self.assertEqual(1, journal.read_bytes().count(b"a-tag-to-be-found"))
        (lease,) = await store.claim_jobs(NODE, START, at(1000), 10)
        run = running(lease)
        plan = make_plan(lease, [run])
        self.assertEqual([], await store.commit([plan], NODE, at(1000)))
        self.assertEqual([], await store.finish([after(run, lease.term)]))
        self.assertEqual(1, journal.read_bytes().count(b"a-tag-to-be-found"))

    async def test_refused_calls_leave_nothing(self) -> None:
        """
        What a refused call was about is not written with the next one.
        """
        store = await self.open_store(self.make_path())
        await store.add_jobs([make_job("a")], ERROR)
        with self.assertRaises(JobExists):
            await store.add_jobs([make_job("b"), make_job("a")], ERROR)
        await store.add_runs([make_run(make_job("a"))])
        await store.close()
        store = await self.open_store(self.path)
        self.assertEqual((1, 1), ((await store.status()).jobs, 1))
        self.assertEqual(make_job("a"), await store.get_job("a"))
