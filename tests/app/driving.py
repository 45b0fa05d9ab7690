"""
A scheduler in memory under the command, without any connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, NoReturn

from attrs import define, field
from click.testing import CliRunner, Result
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched import RunContext
from txsched.app.command.group import cli
from txsched.app.command.session import exit_code
from txsched.core import LocalScheduler
from txsched.errors import BadValue
from txsched.interfaces import IExecutor, IScheduler
from txsched.jobstores import MemoryJobStore
from txsched.model import UTC, Call
from txsched.triggers.calendars import parse_calendar

#: Where the clock stands at first; commands themselves look at the real one.
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
_LONGEST_SECONDS = 60


@implementer(IExecutor)
class Answering:
    """
    Gives back the arguments of each call at once; fails when told to.
    """

    def check(self, call: Call) -> None:
        if call.task_name.startswith("unknown"):
            raise BadValue("task", f"there is no {call.task_name!r}")

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        if "fail" in call.args:
            return fail(RuntimeError("it did not work\nat all"))
        if "wait" in call.args:
            return Deferred()
        if call.task == "command":
            output = " ".join(call.args[1:]) + "\n"
            return succeed({"exit_status": 0, "output": output, "truncated": 0})
        return succeed(list(call.args))


@define
class LocalSession:
    """
    Does the work of a command with a scheduler of this process, turning its clock.
    """

    scheduler: IScheduler
    clock: Clock
    meanwhile: Callable[[], object] = field(default=lambda: None)

    def call(
        self, work: Callable[[IScheduler], Coroutine[Any, Any, int | None]]
    ) -> NoReturn:
        working = Deferred.fromCoroutine(exit_code(work(self.scheduler)))
        codes: list[int] = []
        failures: list[Any] = []
        working.addCallbacks(codes.append, failures.append)
        for _ in range(_LONGEST_SECONDS):
            if codes or failures:
                break
            self.meanwhile()
            self.clock.advance(1)
        for failure in failures:
            failure.raiseException()
        raise SystemExit(codes[0])


class Unreachable:
    """
    Stands where a scheduler would be; none of these tests may ask for it.
    """

    def call(self, work: object) -> None:
        raise AssertionError("the command would have connected")


def invoke_alone(*arguments: str) -> Result:
    """
    Run ``txsched`` with *arguments*, which are not to reach a scheduler.
    """
    return CliRunner().invoke(cli, arguments, obj=Unreachable(), prog_name="txsched")


class CommandTestCase(SynchronousTestCase):
    """
    Runs commands against a scheduler in memory.

    The clock of the scheduler begins at :data:`NOW`.
    """

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOW.timestamp())
        executor = Answering()
        self.store = self.make_store()
        self.scheduler = LocalScheduler(
            self.store,
            {"default": executor, "command": executor},
            self.clock,
            "here",
            calendars={
                "holidays": parse_calendar("yearly 12-25 UTC"),
                "nights": parse_calendar("hours 22:00-06:00 UTC"),
            },
        )
        self.successResultOf(self.scheduler.start())
        self.session = LocalSession(self.scheduler, self.clock)

    def make_store(self) -> Any:
        """
        Make the store of the scheduler.
        """
        return MemoryJobStore()

    def tearDown(self) -> None:
        self.scheduler.stop(0.0)
        self.clock.advance(1)

    def invoke(self, *arguments: str) -> Result:
        """
        Run ``txsched`` with *arguments*.
        """
        return CliRunner().invoke(cli, arguments, obj=self.session, prog_name="txsched")

    def out(self, *arguments: str) -> str:
        """
        Run it, and give its output; it succeeds.
        """
        result = self.invoke(*arguments)
        self.assertEqual((0, ""), (result.exit_code, result.stderr), result.output)
        return result.stdout

    def json(self, *arguments: str) -> Any:
        """
        Run it with ``--json``, and give what it answered; it succeeds.
        """
        first, *others = arguments
        return json.loads(self.out(first, "--json", *others))

    def refused(self, code: int, *arguments: str) -> str:
        """
        Run it, and give its complaint; it ends with *code* and prints nothing.
        """
        result = self.invoke(*arguments)
        self.assertEqual((code, ""), (result.exit_code, result.stdout), result.output)
        return result.stderr
