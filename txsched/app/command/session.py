"""
One invocation of the command: a connection, its errors, its exit code.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, NoReturn

import click
from attrs import frozen

from ...errors import (
    NotConnected,
    ProtocolMismatch,
    SchedulerError,
    TimedOut,
)
from .naming import sentence

if TYPE_CHECKING:
    from ...interfaces import IScheduler

__all__ = [
    "DEFAULT_SERVER",
    "REFUSED",
    "Session",
    "complain",
    "endpoint_text",
    "exit_code",
    "pass_session",
]

DEFAULT_SERVER = "unix:txsched.sock"

REFUSED = 1
NOT_CONNECTED = 3
INTERRUPTED = 130

#: What a command does with a scheduler; what it gives is the exit code.
Work = Callable[["IScheduler"], Coroutine[Any, Any, "int | None"]]

#: What a command does without a scheduler.
Alone = Callable[[Any], Coroutine[Any, Any, "int | None"]]


def complain(error: Exception) -> int:
    """
    Say on standard error what went wrong, and give the exit code for it.
    """
    words = sentence(error) if isinstance(error, SchedulerError) else str(error)
    click.echo(f"txsched: {words}", err=True)
    if isinstance(error, (NotConnected, TimedOut, ProtocolMismatch)):
        return NOT_CONNECTED
    return REFUSED


async def exit_code(working: Awaitable[int | None]) -> int:
    """
    Await what a command does, and give its exit code, also for an error of ours or
    of the command line.
    """
    try:
        return await working or 0
    except SchedulerError as error:
        return complain(error)
    except click.UsageError as error:
        error.show()
        return error.exit_code


def endpoint_text(server: str) -> str:
    """
    Give the client endpoint string of *server*, which may be a plain path.
    """
    if ":" in server:
        return server
    return f"unix:{server}"


@frozen
class Session:
    """
    Where the scheduler is, and how long to wait for it.
    """

    server: str
    timeout: float = 30.0

    def call(self, work: Work) -> NoReturn:
        """
        Connect, do *work* with the scheduler, and exit.
        """
        self.alone(lambda reactor: self._connected(reactor, work))

    def alone(self, work: Alone) -> NoReturn:
        """
        Do *work* with the reactor, without any scheduler, and exit.
        """
        from twisted.internet.defer import Deferred
        from twisted.internet.task import react

        def main(reactor: Any) -> Deferred[None]:
            working = Deferred.fromCoroutine(self._attempt(reactor, work))
            reactor.addSystemEventTrigger("before", "shutdown", working.cancel)
            return working

        react(main)

    async def _attempt(self, reactor: Any, work: Alone) -> None:
        from twisted.internet.defer import CancelledError

        try:
            code = await exit_code(work(reactor))
            sys.stdout.flush()
        except (CancelledError, KeyboardInterrupt):
            code = INTERRUPTED
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
            # In a broken pipe somebody has seen enough of our output, as "head" does.
            if not isinstance(error, BrokenPipeError):
                words = f"the output cannot be written: {error.strerror or error}"
                click.echo(f"txsched: {words}", err=True)
                code = REFUSED
        raise SystemExit(code)

    def _advice(self, reason: str) -> str:
        """
        Say where the service was sought, why it was not found, and what to do.
        """
        # Twisted says "what happened: errno: what the system says."
        words = re.sub(r"^.*: \d+: (.*?)\.?$", r"\1", reason)
        return (
            f"{self.server}: {words} (is it running? 'twistd --nodaemon scheduler'"
            " starts one here, --server names another one)"
        )

    async def _connected(self, reactor: Any, work: Work) -> int | None:
        from twisted.internet.endpoints import clientFromString

        from ...remote.amp import AMPScheduler

        try:
            endpoint = clientFromString(reactor, endpoint_text(self.server))
        except Exception as error:
            raise click.UsageError(
                f"--server: {self.server!r} is no client endpoint: {error}; expected"
                " one such as tcp:HOST:PORT or unix:PATH, or the path of a socket"
                " that has no colon",
                click.get_current_context(silent=True),
            ) from None
        scheduler = AMPScheduler(reactor, endpoint, timeout=self.timeout, attempts=1)
        scheduler.startService()
        try:
            return await work(scheduler)
        except NotConnected as error:
            raise NotConnected(self._advice(error.reason)) from None
        finally:
            await scheduler.stopService()


pass_session = click.pass_obj
