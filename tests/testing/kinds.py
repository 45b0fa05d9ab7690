"""
What holds for a server of each kind, as a mixin of its tests.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from txsched.testing.servers import IServerKind, Server, shared_server

from ..integration.living import Living
from .drivers import Numbers, numbers_at
from .users import a_user, private_folder

_PATIENCE_SECONDS = 10.0


def pause(seconds: float) -> Deferred[None]:
    """
    Let the reactor turn for a while.
    """
    return deferLater(reactor, seconds, lambda: None)


def processes_of(folder: str) -> set[int]:
    """
    Give the numbers of the processes that work in a folder, wherever they come from.
    """
    found = set()
    for one in Path("/proc").iterdir():
        with suppress(OSError):
            if one.name.isdecimal() and os.readlink(one / "cwd").startswith(folder):
                found.add(int(one.name))
    return found


class KindTests:
    """
    The tests; a subclass says of which kind.
    """

    timeout = 60
    kind: IServerKind
    #: How the addresses of its databases look.
    url: str

    def make_server(self: Any) -> Server:
        server = Server(self.kind)
        self.addCleanup(server.close)
        server.start()
        return server

    def owner(self: Any) -> int:
        """
        Give the user as whom the server is to run.
        """
        drops = self.kind.drops_root and os.geteuid() == 0
        return pwd.getpwnam("nobody").pw_uid if drops else os.geteuid()

    async def connect(self: Any, url: str) -> Numbers:
        numbers = await numbers_at(url)
        self.addCleanup(lambda: Deferred.fromCoroutine(numbers.close()))
        return numbers

    async def read(self: Any, url: str) -> list[int]:
        numbers = await numbers_at(url)
        try:
            return await numbers.read()
        finally:
            await numbers.close()

    async def until_gone(self: Any, folder: str) -> None:
        deadline = reactor.seconds() + _PATIENCE_SECONDS
        while left := processes_of(folder):
            self.assertLess(reactor.seconds(), deadline, left)
            await pause(0.01)

    def living(self: Any, what: str) -> Living:
        living = Living.start(
            Path("/tmp"), "-m", "tests.testing.living", what, self.kind.name
        )
        self.addCleanup(living.close)
        return living

    async def test_acknowledged_writes_survive_a_kill(self: Any) -> None:
        """
        A server that is killed while it is written to has, started again, all that it
        acknowledged, at the same address; so it is after a stop, clients or not.
        Another server of the kind has nothing to do with that, and nothing is left of
        one that is closed.
        """
        server, shared = self.make_server(), shared_server(self.kind)
        other = shared.create_database()
        self.assertNotEqual(server.pid, shared.pid)
        url = server.url
        self.assertRegex(url, self.url)
        self.assertEqual(self.owner(), os.stat(f"/proc/{server.pid}").st_uid)
        acknowledged: list[int] = []
        written = Deferred.fromCoroutine(self.write(url, acknowledged))
        while len(acknowledged) < 20:
            await pause(0.01)
        folder = server.data.parent
        self.assertNotEqual(set(), processes_of(str(folder)))
        server.kill()
        self.assertEqual(set(), processes_of(str(folder)))
        self.assertEqual(0, server.pid)
        await written
        self.assertEqual([], await self.read(other.url))
        server.start()
        self.assertEqual(url, server.url)
        kept = await (await self.connect(url)).read()
        # The last one was written, or was not: nobody was told.
        self.assertIn(kept, (acknowledged, [*acknowledged, len(acknowledged)]))
        server.stop()
        self.assertEqual(0, server.pid)
        server.start()
        self.assertEqual(kept, await self.read(url))
        server.close()
        self.assertEqual(set(), processes_of(str(folder)))
        self.assertFalse(folder.exists())
        self.assertEqual([], await self.read(other.url))
        other.drop()

    async def write(self: Any, url: str, acknowledged: list[int]) -> None:
        """
        Write one number after the other until the server is gone.
        """
        numbers = await numbers_at(url)
        try:
            while True:
                await numbers.add(len(acknowledged))
                acknowledged.append(len(acknowledged))
        except Exception:
            with suppress(Exception):
                await numbers.close()

    async def test_paused_and_resumed(self: Any) -> None:
        """
        A paused server keeps its clients waiting, and answers once it goes on.
        """
        server = shared_server(self.kind)
        database = server.create_database()
        numbers = await self.connect(database.url)
        await numbers.add(1)
        server.pause()
        answer = Deferred.fromCoroutine(numbers.read())
        await pause(0.2)
        self.assertFalse(answer.called)
        server.resume()
        self.assertEqual([1], await answer)
        database.drop()

    async def test_databases_of_a_shared_server(self: Any) -> None:
        """
        Each database of the one server that all share is empty and alone; one that is
        dropped is gone, even if it is in use.
        """
        server = shared_server(self.kind)
        self.assertIs(server, shared_server(self.kind))
        one, other = server.create_database(), server.create_database()
        self.assertEqual(3, len({server.url, one.url, other.url}))
        self.assertRegex(one.url, self.url)
        await (await self.connect(one.url)).add(1)
        self.assertEqual([], await self.read(other.url))
        self.assertEqual([1], await self.read(one.url))
        one.drop()
        other.drop()
        self.assertEqual([], await self.read(server.url))

    async def test_ends_with_a_killed_parent(self: Any) -> None:
        """
        The server of a process that is killed is gone, with all its processes.
        """
        living = self.living("hold")
        text = living.wait_for("\n")
        pid, folder = re.findall(r"started (\d+) (\S+)\n", text)[0]
        self.addCleanup(shutil.rmtree, folder)
        self.assertIn(int(pid), processes_of(folder))
        living.end(signal.SIGKILL)
        await self.until_gone(folder)

    def test_for_a_user(self: Any) -> None:
        """
        Somebody who is not root can do all this: start, write, kill, start, read.
        """
        folder = private_folder(self)
        living = a_user(folder, "-m", "tests.testing.living", "use", self.kind.name)
        self.addCleanup(living.close)
        self.assertEqual(0, living.end(), living.text)
        me, owner, numbers = re.findall(
            r"^as (\d+) of (\d+) has (.*)$", living.text, re.MULTILINE
        )[0]
        self.assertNotEqual("0", me)
        self.assertEqual((me, "[0, 1, 2]"), (owner, numbers))
