"""
Real processes: a service in a folder of its own, and the command beside it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.trial.unittest import SynchronousTestCase

_PATIENCE_SECONDS = 60.0
_TWISTD = ("-c", "from twisted.scripts.twistd import run; run()")


def environment() -> dict[str, str]:
    """
    The environment in which a new interpreter finds what this one finds.
    """
    path = os.pathsep.join(one for one in sys.path if one)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


@define
class Living:
    """
    A process whose output is read as it comes.
    """

    process: subprocess.Popen[bytes]
    #: All that it wrote so far and was read.
    text: str = ""
    _end: bool = field(default=False, init=False)

    @classmethod
    def start(cls, folder: Path, *arguments: str) -> Living:
        """
        Start Python with *arguments*.
        """
        return cls(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )

    def wait_for(self, words: str, count: int = 1) -> str:
        """
        Read until *words* came *count* times; give all that was read.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.text.count(words) < count:
            self._read(deadline, words)
        return self.text

    def drain(self) -> str:
        """
        Read what is there now, so that its pipe does not fill; give all that was read.
        """
        assert self.process.stdout is not None
        while not self._end and select.select([self.process.stdout], [], [], 0)[0]:
            self._read(time.monotonic() + _PATIENCE_SECONDS, "anything")
        return self.text

    def end(self, number: int | None = None) -> int:
        """
        Send a signal, if one is given, wait for the end, and give the status.
        """
        if number is not None:
            self.process.send_signal(number)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._end:
            self._read(deadline, "the end")
        return self.process.wait(_PATIENCE_SECONDS)

    def close(self) -> None:
        """
        Leave nothing behind.
        """
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self, deadline: float, wanted: str) -> None:
        out = self.process.stdout
        assert out is not None
        left = deadline - time.monotonic()
        if self._end or left <= 0 or not select.select([out], [], [], left)[0]:
            raise AssertionError(f"{wanted!r} did not come in:\n{self.text}")
        data = os.read(out.fileno(), 65536)
        self._end = not data
        self.text += data.decode()


class LivingTestCase(SynchronousTestCase):
    """
    Starts services and commands in a temporary folder, and cleans up.
    """

    def setUp(self) -> None:
        # Short, because the path of a socket must be.
        folder = tempfile.TemporaryDirectory(prefix="txs", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def living(self, *arguments: str) -> Living:
        living = Living.start(self.folder, *arguments)
        self.addCleanup(living.close)
        return living

    def twistd(self, *options: str) -> Living:
        """
        Start ``twistd scheduler`` and do not wait for it.
        """
        return self.living(*_TWISTD, "--nodaemon", "--pidfile=", "scheduler", *options)

    def service(self, *options: str) -> Living:
        """
        Start ``twistd scheduler`` and wait until it serves.
        """
        service = self.twistd(*options)
        service.wait_for("listens on")
        return service

    def watch(self, *arguments: str) -> Living:
        """
        Start ``txsched watch`` and wait until it sees events.
        """
        watch = self.living("-m", "txsched.app.command", "watch", *arguments)
        watch.wait_for("watching")
        return watch

    def txsched(
        self, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """
        Run ``txsched`` to its end.
        """
        return subprocess.run(
            [sys.executable, "-m", "txsched.app.command", *arguments],
            cwd=self.folder,
            env={**environment(), **variables},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )

    def out(self, *arguments: str) -> str:
        """
        Run it, and give its output; it succeeds.
        """
        done = self.txsched(*arguments)
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """
        Run it with ``--json``, and give the answer; it succeeds.
        """
        first, *others = arguments
        return json.loads(self.out(first, "--json", *others))

    def is_gone(self, pid: int) -> bool:
        """
        Whether a process has ended, also when nobody has collected it yet.
        """
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        return stat.rpartition(")")[2].split()[0] == "Z"


TERMINATED = -signal.SIGTERM
