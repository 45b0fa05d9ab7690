"""
How the process of the service ends: its exit status, and a second signal.

``twistd`` ends with success whatever happened to its services, and takes a second
signal for a fault.  What is here belongs to a process of its own; a service that is
embedded in another application never uses it.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from attrs import define

__all__ = ["Leaving"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@define(eq=False)
class Leaving:
    """
    Ends this process.

    :param reactor: which is stopped.
    :param give_up: called before the process ends at a second signal.
    """

    _reactor: Any
    _give_up: Callable[[], object]

    def prepare(self) -> None:
        """
        Let signals that arrive during the shutdown end the process at once.
        """
        self._reactor.addSystemEventTrigger("before", "shutdown", self._listen)

    def fail(self) -> None:
        """
        Stop the reactor, and let the process end with the status 1.
        """
        # Whoever runs the reactor still removes its pid file, and then nothing
        # but the end of the interpreter is left to set a status.
        atexit.register(_exit_with_failure)
        self._reactor.callWhenRunning(self._reactor.stop)

    def _listen(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        try:
            self._give_up()
        finally:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


def _exit_with_failure() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
