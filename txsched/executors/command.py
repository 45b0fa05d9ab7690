"""
Programs with arguments.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from typing import Any

from attrs import define
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..context import RunContext
from ..errors import TaskFailed
from ..interfaces import IBatchExecutor, IBoundedExecutor
from ..model import Call, Outcome
from .argv import OUTPUT_LIMIT, check_command
from .completions import Completions, Done
from .outcomes import cancelled, missed, raised, returned
from .program import Program
from .single import carry_out_one, result_of

__all__ = ["CommandExecutor"]

_STOPPED = "the executor was stopped"
#: For how many seconds programs are started before the reactor may do other things.
_SLICE_SECONDS = 0.005


@define(eq=False)
class _Execution:
    """
    A program that runs, and whom to tell of its end.
    """

    done: Done
    started: float
    program: Program


@implementer(IBatchExecutor, IBoundedExecutor)
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

    A run ends with its program; what that left in the background goes on, its output
    is not read.  A cancelled program gets SIGTERM, with all of its process group, and
    what is left of them *kill_after* seconds later SIGKILL.
    """

    def __init__(
        self,
        reactor: Any,
        programs: int = 50,
        output_limit: int = OUTPUT_LIMIT,
        kill_after: float = 5.0,
    ) -> None:
        """
        :param reactor: any that can watch file descriptors.
        :param programs: how many may run at once, 1 or more; further ones wait.
        :param output_limit: how many bytes of output are kept where the call does
            not say, from the beginning.
        :param kill_after: seconds between the two signals.
        """
        if programs < 1:
            raise ValueError(f"expected 1 program or more, not {programs}")
        self._reactor = reactor
        self.places = programs
        self._output_limit = output_limit
        self._kill_after = kill_after
        self._completions = Completions(reactor)
        self._waiting: deque[tuple[Call, RunContext, Done, float]] = deque()
        self._running: dict[RunContext, _Execution] = {}
        self._filling = False
        self._stopped = False
        self._idle: list[Deferred[None]] = []

    def startService(self) -> None:
        """
        Take calls (again).
        """
        super().startService()  # type: ignore[no-untyped-call]
        self._stopped = False

    def stopService(self) -> Deferred[None]:
        """
        Cancel all programs, and take nothing more.

        :returns: fires when they have ended.
        """
        super().stopService()  # type: ignore[no-untyped-call]
        self._stopped = True
        self._fill_later()
        for context in list(self._running):
            self.cancel(context)
        idle: Deferred[None] = Deferred()
        self._idle.append(idle)
        self._check_idle()
        return idle

    def _check_idle(self) -> None:
        if not self._running:
            idle, self._idle = self._idle, []
            for waiting in idle:
                waiting.callback(None)

    def kill(self) -> None:
        """
        Kill all programs at once, for a process that cannot wait for them to end.
        """
        for execution in self._running.values():
            execution.program.kill()

    def check(self, call: Call) -> None:
        """
        Refuse what is no command, or has options that it cannot have.

        :raises BadValue: for ``task``, ``args`` or an option, as ``kwargs.cwd``.
        """
        check_command(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        """
        Run one program; see :class:`~txsched.interfaces.IExecutor`.

        :returns: fires with the result when it has really ended, cancelled or not.
        :raises TaskFailed: with the same result, for any other end than status 0.
        """
        return Deferred.fromCoroutine(self._execute(call, context))

    async def _execute(self, call: Call, context: RunContext) -> Any:
        return result_of(await carry_out_one(self, call, context))

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        """
        Start *batch*, soon; see :class:`~txsched.interfaces.IBatchExecutor`.
        """
        now = self._reactor.seconds()
        self._waiting.extend((call, context, done, now) for call, context in batch)
        self._fill_later()

    def cancel(self, context: RunContext) -> None:
        """
        Stop one program, or take it out of the queue.
        """
        context.cancelled = True
        execution = self._running.get(context)
        if execution is not None:
            execution.program.stop(self._kill_after)
        else:
            self._fill_later()

    def _fill_later(self) -> None:
        if not self._filling:
            self._filling = True
            self._reactor.callLater(0, self._fill)

    def _fill(self) -> None:
        """
        Let go of what was cancelled, and start programs while there is room.
        """
        self._filling = False
        self._withdraw()
        until = self._reactor.seconds() + _SLICE_SECONDS
        while self._waiting and len(self._running) < self.places:
            self._start(*self._waiting.popleft())
            if self._waiting and self._reactor.seconds() > until:
                self._fill_later()
                return

    def _withdraw(self) -> None:
        reason = _STOPPED if self._stopped else None
        now = self._reactor.seconds()
        waiting, self._waiting = self._waiting, deque()
        for item in waiting:
            _, context, done, _ = item
            if self._stopped or context.cancelled:
                self._completions.add(done, context, cancelled(now, reason))
            else:
                self._waiting.append(item)

    def _start(
        self, call: Call, context: RunContext, done: Done, queued: float
    ) -> None:
        now = self._reactor.seconds()
        if context.start_by is not None and now > context.start_by:
            outcome = missed(context, now, now - queued, "place for a program")
            self._completions.add(done, context, outcome)
            return
        try:
            program = self._program(call, context)
        except Exception as error:
            fault = _not_started(call, error)
            outcome = raised(context, now, now, fault, fault.__traceback__)
            self._completions.add(done, context, outcome)
        else:
            self._running[context] = _Execution(done, now, program)

    def _program(self, call: Call, context: RunContext) -> Program:
        check_command(call)
        data = call.kwargs.get("input", b"")
        env = {
            **os.environ,
            **call.kwargs.get("env", {}),
            "TXSCHED_JOB_ID": context.job_id,
            "TXSCHED_RUN_ID": context.run_id,
            "TXSCHED_PLANNED_TIME": context.planned_time.isoformat(),
            "TXSCHED_ATTEMPT": str(context.attempt),
        }
        return Program(
            self._reactor,
            call.args,
            env,
            call.kwargs.get("cwd"),
            data.encode() if isinstance(data, str) else data,
            call.kwargs.get("output_limit", self._output_limit),
            lambda status: self._ended(context, status),
        )

    def _ended(self, context: RunContext, status: int | None) -> None:
        execution = self._running.pop(context)
        result = execution.program.result(status)
        now = self._reactor.seconds()
        outcome: Outcome
        if status == 0:
            outcome = returned(context, execution.started, now, result)
        else:
            fault = TaskFailed(_reason(result), result)
            outcome = raised(context, execution.started, now, fault, None)
        self._completions.add(execution.done, context, outcome)
        if self._waiting:
            self._fill_later()
        self._check_idle()


def _reason(result: dict[str, Any]) -> str:
    if result["signal"] is not None:
        return f"killed by {result['signal']}"
    if result["exit_status"] is None:
        return "its exit status is unknown, as something else in this process took it"
    return f"exit status {result['exit_status']}"


def _not_started(call: Call, error: Exception) -> Exception:
    """
    Say in a sentence why a program could not be started.
    """
    if not isinstance(error, OSError):
        return error
    cwd = call.kwargs.get("cwd")
    if cwd is not None and error.filename == cwd:
        return TaskFailed(f"cannot work in the folder {cwd!r}: {error.strerror}")
    if isinstance(error, FileNotFoundError):
        return TaskFailed(f"there is no program {call.args[0]!r}")
    return TaskFailed(f"cannot start {call.args[0]!r}: {error.strerror}")
