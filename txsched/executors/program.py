"""
One program in a process group of its own, its output read by the reactor.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import IO, Any

from twisted.internet.fdesc import setNonBlocking
from twisted.internet.interfaces import IDelayedCall

from .descriptors import Reading, watch_end

__all__ = ["Program"]

_READ_SIZE = 65536
#: How many times the output is read once the program has ended: more than a pipe
#: holds, but a child of the program that goes on writing must not keep us.
_LAST_READS = 32


class Program:
    """
    A running program.

    Its process is not reaped before the last signal is sent: until then nobody
    else can have its number, or that of its group.
    """

    def __init__(
        self,
        reactor: Any,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | None,
        input: bytes,
        output_limit: int,
        ended: Callable[[int | None], None],
    ) -> None:
        """
        :param argv: the program and its arguments; no shell looks at them.
        :param env: the whole environment.
        :param cwd: the working directory; ``None`` for ours.
        :param input: what the program reads from its standard input.
        :param output_limit: how many bytes of its output are kept, from the beginning.
        :param ended: called once, when the program has ended, whatever its children
            do, and when it was stopped only after they ended too; with its exit
            status, minus the number of the signal that killed it, or ``None`` where
            another part of this process took the status away.
        :raises OSError: it could not be started.
        :raises ValueError: an argument or variable cannot be handed to it.
        """
        self._reactor = reactor
        self._limit = output_limit
        self._ended = ended
        self._kept = bytearray()
        self._dropped = 0
        self._stopping: IDelayedCall | None = None
        self._over = False
        self._reaped = False
        with ExitStack() as opened:
            stdin: int | IO[bytes] = subprocess.DEVNULL
            if input:
                stdin = opened.enter_context(tempfile.TemporaryFile())
                stdin.write(input)
                stdin.seek(0)
            self._process = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )
        stdout = self._process.stdout
        assert stdout is not None
        setNonBlocking(stdout)
        self._output = Reading(
            reactor, stdout.fileno(), self._read, stdout.close, self._read
        )
        watch_end(reactor, self._process.pid, self._gone)

    def stop(self, kill_after: float) -> None:
        """
        Ask the whole process group to end, and kill what is left of it in the end.

        :param kill_after: seconds until then; harmless when repeated.
        """
        if self._stopping is None and not self._reaped:
            self._stopping = self._reactor.callLater(kill_after, self._lose_patience)
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """
        Kill the whole process group now.
        """
        self._signal(signal.SIGKILL)

    def result(self, status: int | None) -> dict[str, Any]:
        """
        Describe how it ended, as plain data.

        :param status: as *ended* was told.
        """
        decoder = getincrementaldecoder("utf-8")("replace")
        killed = status is not None and status < 0
        return {
            "exit_status": None if killed else status,
            "signal": signal_name(-status) if status is not None and killed else None,
            "output": decoder.decode(bytes(self._kept), final=not self._dropped),
            "truncated": self._dropped,
        }

    def _read(self) -> None:
        """
        Called while there is output, and when there will be no more.
        """
        self._read_once()
        if self._over and not self._output.open:
            self._finish()

    def _read_once(self) -> bool:
        """
        Take what is there, at most one buffer.

        :returns: whether there may be more.
        """
        if not self._output.open:
            return False
        try:
            data = os.read(self._output.fileno(), _READ_SIZE)
        except BlockingIOError:
            return False
        if not data:
            self._output.close()
            return False
        room = self._limit - len(self._kept)
        self._kept += data[:room]
        self._dropped += max(0, len(data) - room)
        return True

    def _gone(self) -> None:
        """
        The program has ended; others of its group may still live.
        """
        for _ in range(_LAST_READS):
            if not self._read_once():
                break
        self._over = True
        if self._stopping is None or not self._output.open:
            self._finish()

    def _lose_patience(self) -> None:
        self.kill()
        if self._over:
            self._finish()

    def _finish(self) -> None:
        if self._reaped:
            return
        self._output.close()
        if self._stopping is not None:
            self.kill()
            if self._stopping.active():
                self._stopping.cancel()
        self._reaped = True
        self._ended(self._reap())

    def _reap(self) -> int | None:
        try:
            _, status = os.waitpid(self._process.pid, 0)
        except ChildProcessError:
            self._process.returncode = 0
            return None
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code
        return code

    def _signal(self, number: int) -> None:
        """
        Send a signal to the whole process group, as far as we may.
        """
        if self._reaped:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def signal_name(number: int) -> str:
    """
    Name a signal, such as ``SIGTERM``.
    """
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
