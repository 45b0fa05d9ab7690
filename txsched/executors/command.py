"""
Programs with arguments.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..context import RunContext
from ..errors import BadValue, TaskFailed
from ..interfaces import IBatchExecutor
from ..model import COMMAND, Call, Disposition, Outcome
from .outcomes import cancelled, execute_one, failed, missed
from .program import Program

__all__ = ["CommandExecutor"]

Done = Callable[[Sequence[tuple[RunContext, Outcome]]], None]

_KEYS = ("env", "cwd", "input", "output_limit")
_MOST_OUTPUT = 16 * 1024 * 1024


@define(eq=False)
class _Execution:
    """
    A program that runs, or ran.
    """

    context: RunContext
    done: Done
    started: float
    program: Program


@implementer(IBatchExecutor)
class CommandExecutor(Service):
    """
    Starts programs, each in a session and process group of its own.

    The call's task is :data:`~txsched.model.COMMAND`; see
    :class:`~txsched.model.Call` for its arguments.  The program sees our environment
    with ``env`` added, and ``TXSCHED_JOB_ID``, ``TXSCHED_RUN_ID``,
    ``TXSCHED_PLANNED_TIME`` (ISO 8601, UTC) and ``TXSCHED_ATTEMPT``.

    The result is a mapping: ``exit_status`` (``None`` when a signal killed it),
    ``signal`` (its name, or ``None``), ``output`` (standard output and error as they
    came, UTF-8) and ``truncated`` (how many bytes of output were not kept).  A run
    fails when the exit status is not 0, with the same result.

    A cancelled program gets SIGTERM, with all of its process group, and SIGKILL when
    it has not ended *kill_after* seconds later.

    :param reactor: the reactor.
    :param programs: how many may run at once; further ones wait.
    :param output_limit: how many bytes of output are kept where the call does not
        say, from the beginning.
    :param kill_after: seconds between the two signals.
    """

    name: str | None = "commands"

    def __init__(
        self,
        reactor: Any,
        programs: int = 50,
        output_limit: int = 65536,
        kill_after: float = 5.0,
    ) -> None:
        self._reactor = reactor
        self._programs = programs
        self._output_limit = output_limit
        self._kill_after = kill_after
        self._waiting: deque[tuple[Call, RunContext, Done]] = deque()
        self._running: dict[RunContext, _Execution] = {}
        self._stopped: list[Deferred[None]] = []

    def stopService(self) -> Deferred[None]:
        """
        Cancel all programs.

        :returns: fires when they have ended.
        """
        Service.stopService(self)
        stopped: Deferred[None] = Deferred()
        self._stopped.append(stopped)
        for item in list(self._waiting):
            self.cancel(item[1])
        for context in list(self._running):
            self.cancel(context)
        self._check_stopped()
        return stopped

    def _check_stopped(self) -> None:
        if not self._running:
            stopped, self._stopped = self._stopped, []
            for waiting in stopped:
                waiting.callback(None)

    def check(self, call: Call) -> None:
        _check(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        return execute_one(self, call, context)

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        self._waiting.extend((call, context, done) for call, context in batch)
        self._fill()

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._programs:
            call, context, done = self._waiting.popleft()
            now = self._reactor.seconds()
            if context.start_by is not None and now > context.start_by:
                self._tell(done, context, missed(context, now, "place for a program"))
                continue
            try:
                program = self._start(call, context)
            except Exception as error:
                reason = _reason(error, call)
                self._tell(done, context, failed(reason, context, now, now))
            else:
                self._running[context] = _Execution(context, done, now, program)

    def _start(self, call: Call, context: RunContext) -> Program:
        _check(call)
        kwargs = call.kwargs
        data = kwargs.get("input") or b""
        env = {
            **os.environ,
            **kwargs.get("env", {}),
            "TXSCHED_JOB_ID": context.job_id,
            "TXSCHED_RUN_ID": context.run_id,
            "TXSCHED_PLANNED_TIME": context.planned_time.isoformat(),
            "TXSCHED_ATTEMPT": str(context.attempt),
        }
        return Program(
            self._reactor,
            call.args,
            env,
            kwargs.get("cwd"),
            data.encode() if isinstance(data, str) else data,
            kwargs.get("output_limit", self._output_limit),
            lambda status: self._ended(context, status),
        )

    def _ended(self, context: RunContext, status: int) -> None:
        execution = self._running.pop(context)
        now = self._reactor.seconds()
        result = execution.program.result(status)
        if status == 0 and not context.cancelled:
            outcome = Outcome(Disposition.SUCCEEDED, execution.started, now, result)
        else:
            how = f"exit status {status}"
            if status < 0:
                how = f"killed by {result['signal']}"
            error = TaskFailed(how, result)
            outcome = failed(error, context, execution.started, now)
        execution.done([(context, outcome)])
        self._fill()
        self._check_stopped()

    def _tell(self, done: Done, context: RunContext, outcome: Outcome) -> None:
        self._reactor.callLater(0.0, done, [(context, outcome)])

    def cancel(self, context: RunContext) -> None:
        context.cancelled = True
        execution = self._running.get(context)
        if execution is not None:
            execution.program.kill(signal.SIGTERM)
            self._reactor.callLater(self._kill_after, self._kill, context)
            return
        for item in self._waiting:
            if item[1] is context:
                self._waiting.remove(item)
                self._tell(item[2], context, cancelled(self._reactor.seconds()))
                return

    def kill(self) -> None:
        """
        Kill all programs at once, for a process that cannot wait for them to end.
        """
        for execution in self._running.values():
            execution.program.kill(signal.SIGKILL)

    def _kill(self, context: RunContext) -> None:
        execution = self._running.get(context)
        if execution is not None:
            execution.program.kill(signal.SIGKILL)


def _reason(error: Exception, call: Call) -> Exception:
    """
    Say in a sentence why a program could not be started.
    """
    if isinstance(error, FileNotFoundError):
        cwd = call.kwargs.get("cwd")
        if cwd is not None and error.filename == cwd:
            return TaskFailed(f"the working directory {cwd!r} does not exist")
        return TaskFailed(f"there is no program {call.args[0]!r}")
    if isinstance(error, (PermissionError, NotADirectoryError, OSError)):
        return TaskFailed(f"cannot start {call.args[0]!r}: {error.strerror}")
    return error


def _check(call: Call) -> None:
    if call.task != COMMAND:
        raise BadValue(
            "task",
            f"{call.task_name} is a Python task: this executor starts programs, its"
            f" task is {COMMAND!r} with the program and its arguments as args",
        )
    if not call.args:
        raise BadValue("args", "expected a program and its arguments, got nothing")
    for number, arg in enumerate(call.args):
        if not isinstance(arg, str) or "\0" in arg:
            raise BadValue(f"args[{number}]", f"expected text, not {arg!r}")
    if not call.args[0]:
        raise BadValue("args[0]", "the name of the program is empty")
    for key, value in call.kwargs.items():
        _check_option(key, value)


def _check_option(key: str, value: Any) -> None:
    field = f"kwargs.{key}"
    if key == "env":
        if not isinstance(value, Mapping):
            raise BadValue(field, f"expected a mapping of text to text, not {value!r}")
        for name, text in value.items():
            good = isinstance(name, str) and name and not {"=", "\0"} & set(name)
            if not good or not isinstance(text, str) or "\0" in text:
                raise BadValue(field, f"cannot set {name!r} to {text!r}")
    elif key == "cwd":
        if not isinstance(value, str) or not value or "\0" in value:
            raise BadValue(field, f"expected the path of a folder, not {value!r}")
    elif key == "input":
        if not isinstance(value, (str, bytes)):
            raise BadValue(field, f"expected text or bytes, not {value!r}")
    elif key == "output_limit":
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue(field, f"expected a number of bytes, not {value!r}")
        if not 0 <= value <= _MOST_OUTPUT:
            raise BadValue(field, f"{value} is not within 0 to {_MOST_OUTPUT}")
    else:
        raise BadValue(field, f"there is no such option; there are {', '.join(_KEYS)}")
