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

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers.folders import is_open

from ..integration.living import Living, environment

__all__ = ["a_user", "private_folder"]


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


def a_user(folder: Path, *arguments: str) -> Living:
    """
    Start Python with *arguments* as ``nobody`` where we are root, else as ourselves.

    :param folder: the home of that user.
    """
    variables = environment() | {"HOME": str(folder), "TMPDIR": "/tmp"}
    variables |= {"XDG_CACHE_HOME": str(folder / "cache")}
    return Living(
        subprocess.Popen(
            [*_becoming_nobody(), sys.executable, *arguments],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    )


def _becoming_nobody() -> list[str]:
    """
    Give the command that drops root.

    Where this Python, its libraries or our own files lie in a home that is closed to
    others, the user may look into closed folders, and gets no other right of root.
    """
    if os.geteuid() != 0:
        return []
    paths = (sys.executable, sysconfig.get_path("stdlib"), __file__, *sys.path)
    reachable = all(is_open(Path(path)) for path in paths if Path(path).is_dir())
    reachable = reachable and is_open(Path(sys.executable))
    rights = "-all" if reachable else "-all,+dac_read_search"
    return [
        "setpriv",
        "--reuid=nobody",
        f"--regid={pwd.getpwnam('nobody').pw_gid}",
        "--clear-groups",
        f"--inh-caps={rights}",
        f"--ambient-caps={rights}",
        f"--bounding-set={rights}",
    ]
