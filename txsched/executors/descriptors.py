"""
What a reactor watches: the output of a program, and its end.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.main import CONNECTION_DONE
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["Reading", "watch_end"]


@implementer(IReadDescriptor)
class Reading:
    """
    Tells when a file descriptor can be read, until it is closed.
    """

    def __init__(
        self,
        reactor: Any,
        fd: int,
        ready: Callable[[], object],
        close: Callable[[], object],
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        """
        :param ready: called in the reactor's thread while there is something to read.
        :param close: closes the file descriptor.
        :param lost: called when the reactor has closed it, because nobody is at the
            other end any more, or as the reactor stops.
        """
        self._reactor = reactor
        self._fd = fd
        self._ready = ready
        self._close = close
        self._lost = lost
        self.open = True
        reactor.addReader(self)

    def fileno(self) -> int:
        """
        Give the file descriptor; -1 once it is closed.
        """
        return self._fd if self.open else -1

    def logPrefix(self) -> str:
        """
        Name this in the log of the reactor.
        """
        return "program"

    def doRead(self) -> None:
        """
        Called by the reactor.
        """
        self._ready()

    def connectionLost(self, reason: Failure = Failure(CONNECTION_DONE)) -> None:
        """
        Called by the reactor; see *lost*.
        """
        self.close()
        self._lost()

    def close(self) -> None:
        """
        Watch no more and close; harmless when repeated.
        """
        if self.open:
            self._reactor.removeReader(self)
            self.open = False
            self._close()


def watch_end(reactor: Any, pid: int, ended: Callable[[], object]) -> None:
    """
    Call *ended* once, in the reactor's thread, when a child process has ended.

    The process is not reaped, and no handler of ``SIGCHLD`` is needed, so that it
    works on any reactor in any thread: by a descriptor of the process where the
    system gives one (Linux since 5.3), else by a thread that waits.
    """
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):
        Thread(
            target=_wait, args=(reactor, pid, ended), name=f"wait-{pid}", daemon=True
        ).start()
        return

    def ready() -> None:
        reading.close()
        ended()

    reading = Reading(reactor, fd, ready, lambda: os.close(fd))


def _wait(reactor: Any, pid: int, ended: Callable[[], object]) -> None:
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    reactor.callFromThread(ended)
