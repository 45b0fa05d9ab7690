"""
Processes of nodes: started, killed, stopped, continued.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from attrs import define, field
from twisted.internet import reactor
from twisted.internet.endpoints import UNIXClientEndpoint

from txsched.remote.amp import AMPScheduler

from ..integration.living import environment
from .records import FOLDER

_TWISTD = "from twisted.scripts.twistd import run; run()"

CONFIGURATION = """\
[service]
node = {name}
database = {url}
lease_duration = {lease}s

[tasks]
allow = tests.crash.tasks:*
"""


@define(eq=False)
class Node:
    """
    One of the nodes, in a folder of its own.

    :ivar url: of the store that it shares with the others.
    :ivar path: where Python finds what makes that store.
    :ivar pids: the processes that it had, the last one last.
    """

    folder: Path
    url: str
    path: Path
    lease_seconds: int
    pids: list[int] = field(factory=list, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """
        Its name, which is that of its folder.
        """
        return self.folder.name

    @property
    def pid(self) -> int:
        """
        The number of its process.
        """
        return self.pids[-1]

    def start(self) -> None:
        """
        Start a process.
        """
        self.folder.mkdir(exist_ok=True)
        configuration = CONFIGURATION.format(
            name=self.name, url=self.url, lease=self.lease_seconds
        )
        environ = environment()
        path = os.pathsep.join((str(self.path), environ["PYTHONPATH"]))
        (self.folder / "node.ini").write_text(configuration)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-c", _TWISTD),
                    *("--nodaemon", "--pidfile=", "scheduler", "--config", "node.ini"),
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **environ,
                    "PYTHONPATH": path,
                    FOLDER: str(self.folder.parent),
                },
            )
        self.pids.append(self._process.pid)

    def kill(self) -> None:
        """
        End its process as a power cut would; harmless when it has ended.
        """
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def is_stopped(self) -> bool:
        """
        Whether its process stands still.
        """
        stat = Path(f"/proc/{self.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def go_on(self) -> None:
        """
        Let its process go on.
        """
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """
        Ask its process to leave.
        """
        assert self._process is not None
        self._process.terminate()

    def has_left(self) -> int | None:
        """
        Give the status of its process, once it has ended.
        """
        assert self._process is not None
        return self._process.poll()

    def client(self) -> AMPScheduler:
        """
        Give a client of it, not started yet.
        """
        path = os.path.relpath(self.folder / "txsched.sock")
        return AMPScheduler(reactor, UNIXClientEndpoint(reactor, path), timeout=30.0)

    def is_listening(self) -> bool:
        """
        Whether it listens to clients; to be asked after its first start.
        """
        return (self.folder / "txsched.sock").exists()

    def log(self) -> str:
        """
        Give all that it said.
        """
        return (self.folder / "log").read_text()


def now() -> float:
    """
    The clock by which all processes write down what they do.
    """
    return time.time()
