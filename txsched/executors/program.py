"""
One program in a process group of its own, its output read by the reactor.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.fdesc import setNonBlocking
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.process import (
    registerReapProcessHandler,
    unregisterReapProcessHandler,
)
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["Program"]

_READ_SIZE = 65536


@implementer(IReadDescriptor)
class _Descriptor:
    """
    Tells when a file descriptor can be read.
    """

    def __init__(self, reactor: Any, fd: int, ready: Callable[[], object]) -> None:
        self._reactor = reactor
        self._fd = fd
        self._ready = ready
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._fd

    def logPrefix(self) -> str:
        return "program"

    def doRead(self) -> None:
        self._ready()

    def connectionLost(self, reason: Failure = Failure(CONNECTION_DONE)) -> None:
        self.stop()

    def stop(self) -> None:
        """
        Close the descriptor; harmless when repeated.
        """
        if self._fd >= 0:
            self._reactor.removeReader(self)
            os.close(self._fd)
            self._fd = -1


class _ReapHandler:
    """
    Tells when a process may have ended, by Twisted's handling of ``SIGCHLD``.
    """

    def __init__(self, pid: int, ready: Callable[[], None]) -> None:
        self._pid = pid
        self._ready = ready
        registerReapProcessHandler(pid, self)

    def reapProcess(self) -> None:
        """
        Called by Twisted when some child has ended.
        """
        self._ready()

    def stop(self) -> None:
        """
        Listen no more.
        """
        unregisterReapProcessHandler(self._pid, self)


class Program:
    """
    A running program.

    Its end is seen by a descriptor of the process where the system has them (Linux
    since 5.3), so that it works on any reactor, with and without handlers of signals;
    elsewhere by Twisted's handler of ``SIGCHLD``.

    :param argv: the program and its arguments; no shell looks at them.
    :param env: the whole environment.
    :param cwd: the working directory; ``None`` for ours.
    :param input: what the program reads from its standard input.
    :param output_limit: how many bytes of its output are kept, from the beginning.
    :param ended: called once, with the exit status, or minus the number of the signal
        that killed it, when the program has ended, whatever its children do.
    :raises OSError: it could not be started.
    """

    def __init__(
        self,
        reactor: Any,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | None,
        input: bytes,
        output_limit: int,
        ended: Callable[[int], None],
    ) -> None:
        self._limit = output_limit
        self._ended = ended
        self.output = bytearray()
        self.dropped = 0
        with tempfile.TemporaryFile() as stdin:
            stdin.write(input)
            stdin.seek(0)
            self._process = subprocess.Popen(
                argv,
                stdin=stdin if input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )
        stdout = self._process.stdout
        assert stdout is not None
        fd = os.dup(stdout.fileno())
        stdout.close()
        setNonBlocking(fd)
        self._output = _Descriptor(reactor, fd, self._read)
        pid = self._process.pid
        self._exit: _Descriptor | _ReapHandler
        if hasattr(os, "pidfd_open"):
            self._exit = _Descriptor(reactor, os.pidfd_open(pid), self._reap)
        else:
            self._exit = _ReapHandler(pid, self._reap)

    def _read(self) -> bool:
        """
        Take what is there, at most one buffer.

        :returns: whether there may be more.
        """
        fd = self._output.fileno()
        if fd < 0:
            return False
        try:
            data = os.read(fd, _READ_SIZE)
        except BlockingIOError:
            return False
        if not data:
            self._output.stop()
            return False
        room = self._limit - len(self.output)
        self.output += data[:room]
        self.dropped += max(0, len(data) - room)
        return True

    def _reap(self) -> None:
        status = self._process.poll()
        if status is None:
            return
        self._exit.stop()
        for _ in range(16):  # a child that still writes must not keep us here
            if not self._read():
                break
        self._output.stop()
        self._ended(status)

    def kill(self, number: int) -> None:
        """
        Send a signal to the whole process group; harmless when it is gone.
        """
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def result(self, status: int) -> dict[str, Any]:
        """
        Describe how it ended, as plain data.
        """
        return {
            "exit_status": status if status >= 0 else None,
            "signal": None if status >= 0 else _signal_name(-status),
            "output": self.output.decode("utf-8", "replace"),
            "truncated": self.dropped,
        }


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
