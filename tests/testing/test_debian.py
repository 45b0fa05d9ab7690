"""
Packages of Debian, with an ``apt-get`` that has one to give and needs no network.

The real one fetches MariaDB where that is not installed.
"""

from __future__ import annotations

import os
import platform
import subprocess
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import ServerMissing
from txsched.testing.servers.debian import fetched, release_name, unpack

from .users import private_folder

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
        self.folder = private_folder(self)
        inside = self.folder / "inside"
        for name in (
            "usr/bin/thing",
            "usr/lib/x86_64-linux-gnu/a.so",
            "DEBIAN/control",
        ):
            (inside / name).parent.mkdir(parents=True, exist_ok=True)
            (inside / name).write_text(_CONTROL)
        package = str(self.folder / "thing.deb")
        subprocess.run(
            ["dpkg-deb", "--build", str(inside), package],
            check=True,
            capture_output=True,
        )
        apt = self.folder / "apt-get"
        apt.write_text(_APT)
        apt.chmod(0o755)
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        self.folder.chmod(0o755)
        variables = mock.patch.dict(
            os.environ, {"PATH": path, "XDG_CACHE_HOME": str(self.folder)}
        )
        variables.start()
        self.addCleanup(variables.stop)

    def test_unpacked(self) -> None:
        """
        What is fetched is unpacked, and APT writes nowhere but in a folder of its own.
        """
        programs = fetched("things", ("thing",))
        self.assertEqual(self.folder / "txsched", programs.folder.parents[1])
        self.assertEqual(_CONTROL, (programs.folder / "bin/thing").read_text())
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
        path = mock.patch.dict(os.environ, {"PATH": str(self.folder)})
        with path, self.assertRaisesRegex(ServerMissing, "there is no apt-get here"):
            unpack(("thing",), self.folder / "target")

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
