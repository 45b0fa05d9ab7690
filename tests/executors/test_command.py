"""
Programs with arguments.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import SynchronousTestCase, TestCase

from txsched.errors import TaskFailed
from txsched.executors import CommandExecutor
from txsched.executors.descriptors import Reading
from txsched.executors.program import signal_name
from txsched.model import COMMAND, Call, Disposition, Outcome
from txsched.testing.contracts.executor import BatchExecutorContract, Gathering

from .harness import make_context


def shell(text: str, **kwargs: Any) -> Call:
    """
    Make a call of the shell.
    """
    return Call(COMMAND, ("/bin/sh", "-c", text), kwargs)


class CommandContractTests(BatchExecutorContract, TestCase):
    """
    The contract.
    """

    timeout = 10

    def make_executor(self) -> CommandExecutor:
        return CommandExecutor(reactor)

    def returning(self) -> tuple[Call, Any]:
        return Call(COMMAND, ("echo", "a b", "*")), {
            "exit_status": 0,
            "signal": None,
            "output": "a b *\n",
            "truncated": 0,
        }

    def failing(self) -> tuple[Call, str]:
        return shell("exit 3"), "exit status 3"

    def reporting(self) -> Call:
        return shell(
            "echo $TXSCHED_JOB_ID $TXSCHED_RUN_ID $TXSCHED_PLANNED_TIME"
            " $TXSCHED_ATTEMPT"
        )

    def lasting(self) -> Call:
        return Call(COMMAND, ("sleep", "1000"))

    def refused(self) -> Sequence[tuple[Call, str]]:
        return [
            (Call("tests.executors.tasks:add", ("x",)), "task"),
            (Call(COMMAND), "args"),
            (Call(COMMAND, ("",)), "args[0]"),
            (Call(COMMAND, ("echo", 5)), "args[1]"),
            (Call(COMMAND, ("echo", "a\0b")), "args[1]"),
            (Call(COMMAND, ("echo", "\ud800")), "args[1]"),
            (shell("true", env="A=1"), "kwargs.env"),
            (shell("true", env={"A": 1}), "kwargs.env"),
            (shell("true", env={"A=B": "1"}), "kwargs.env"),
            (shell("true", env={"": "1"}), "kwargs.env"),
            (shell("true", env=None), "kwargs.env"),
            (shell("true", cwd=""), "kwargs.cwd"),
            (shell("true", cwd=None), "kwargs.cwd"),
            (shell("true", cwd=5), "kwargs.cwd"),
            (shell("true", input=5), "kwargs.input"),
            (shell("true", input="\ud800"), "kwargs.input"),
            (shell("true", output_limit="1"), "kwargs.output_limit"),
            (shell("true", output_limit=-1), "kwargs.output_limit"),
            (shell("true", output_limit=True), "kwargs.output_limit"),
            (shell("true", output_limit=1 << 30), "kwargs.output_limit"),
            (shell("true", shell=True), "kwargs.shell"),
        ]


class CommandWithoutDescriptorsTests(CommandContractTests):
    """
    The contract, on a system that has no descriptors of processes.
    """

    def setUp(self) -> None:
        def refuse(pid: int) -> NoReturn:
            raise OSError(errno.ENOSYS, "not here")

        self.patch(os, "pidfd_open", refuse)


class CommandTests(TestCase):
    """
    What this one promises beyond the contract.
    """

    timeout = 10

    def make(self, **options: Any) -> CommandExecutor:
        """
        Give an executor that is stopped at the end.
        """
        executor = CommandExecutor(reactor, **options)
        executor.startService()
        self.addCleanup(executor.stopService)
        return executor

    async def result(self, call: Call, **options: Any) -> Any:
        """
        Give the result of one call.
        """
        return await self.make(**options).execute(call, make_context(0))

    async def failure(self, call: Call, **options: Any) -> TaskFailed:
        """
        Give what one call failed with.
        """
        with self.assertRaises(TaskFailed) as caught:
            await self.result(call, **options)
        error = caught.exception
        assert isinstance(error, TaskFailed)
        return error

    async def test_exit_status(self) -> None:
        """
        A status that is not 0 fails the run, with status and output as its result.
        """
        error = await self.failure(shell("echo before; exit 7"))
        self.assertEqual(error.reason, "exit status 7")
        self.assertEqual(
            error.result,
            {"exit_status": 7, "signal": None, "output": "before\n", "truncated": 0},
        )

    async def test_killed_by_a_signal(self) -> None:
        """
        A program that a signal killed has no status but the signal's name.
        """
        error = await self.failure(shell("kill -KILL $$"))
        self.assertEqual(error.reason, "killed by SIGKILL")
        self.assertIsNone(error.result["exit_status"])
        self.assertEqual(error.result["signal"], "SIGKILL")

    async def test_outputs_are_merged(self) -> None:
        """
        Standard output and error are one text, in the order of writing.
        """
        result = await self.result(shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2"))
        self.assertEqual(result["output"], "1\n2\n3\n4\n")

    async def test_output_limit(self) -> None:
        """
        The beginning of the output is kept, and it is told how much was not.
        """
        script = "print('x' * 1_000_000)"
        call = Call(COMMAND, (sys.executable, "-c", script), {"output_limit": 1000})
        result = await self.result(call)
        self.assertEqual(result["output"], "x" * 1000)
        self.assertEqual(result["truncated"], 999_001)
        result = await self.result(Call(COMMAND, call.args), output_limit=10)
        self.assertEqual(result["output"], "x" * 10)
        result = await self.result(Call(COMMAND, call.args))
        self.assertEqual(len(result["output"]), 64 * 1024)

    async def test_output_is_text(self) -> None:
        """
        What is not UTF-8 is replaced; a character cut by the limit is left out.
        """
        result = await self.result(shell(r"printf 'a\377b\303\244\303'"))
        self.assertEqual(result["output"], "a\ufffdbä\ufffd")
        result = await self.result(shell(r"printf 'a\303\244'", output_limit=2))
        self.assertEqual((result["output"], result["truncated"]), ("a", 1))

    async def test_input(self) -> None:
        """
        Text and bytes arrive at the program's standard input; without, it is empty.
        """
        cat = ("cat",)
        big = "ä" * 200_000
        for data, expected in (("grün", "grün"), (b"abc", "abc"), (big, big), ("", "")):
            call = Call(COMMAND, cat, {"input": data, "output_limit": 1_000_000})
            self.assertEqual((await self.result(call))["output"], expected)
        self.assertEqual((await self.result(Call(COMMAND, cat)))["output"], "")

    async def test_input_that_nobody_reads(self) -> None:
        """
        A program may leave its input alone.
        """
        result = await self.result(shell("exit 0", input="x" * 1_000_000))
        self.assertEqual(result["exit_status"], 0)

    async def test_environment(self) -> None:
        """
        Variables are added to ours; those that name the run are not to be overruled.
        """
        self.patch(os, "environ", {**os.environ, "OURS": "1", "BOTH": "1"})
        env = {"BOTH": "2", "THEIRS": "2", "TXSCHED_RUN_ID": "wrong"}
        text = 'echo "$OURS $BOTH $THEIRS $TXSCHED_RUN_ID"'
        result = await self.result(shell(text, env=env))
        self.assertEqual(result["output"], "1 2 2 run-0\n")

    async def test_working_directory(self) -> None:
        """
        The program starts in the folder it was told.
        """
        result = await self.result(Call(COMMAND, ("pwd",), {"cwd": "/"}))
        self.assertEqual(result["output"], "/\n")

    async def test_no_shell(self) -> None:
        """
        Arguments reach the program as they are.
        """
        args = ["; exit 1", "$HOME", "`id`", "a  b", "", "--x=\n"]
        script = "import json, sys; print(json.dumps(sys.argv[1:]))"
        result = await self.result(Call(COMMAND, (sys.executable, "-c", script, *args)))
        self.assertEqual(json.loads(result["output"]), args)

    async def test_cannot_be_started(self) -> None:
        """
        What keeps a program from starting is said in words.
        """
        plain = Path(self.mktemp())
        plain.write_text("no program")
        garbage = Path(self.mktemp())
        garbage.write_bytes(b"\0\1\2")
        garbage.chmod(0o700)
        folder = Path(self.mktemp())
        folder.mkdir()
        path, bad = str(plain.absolute()), str(garbage.absolute())
        for args, kwargs, reason in (
            (("no-such-program",), {}, "there is no program 'no-such-program'"),
            ((path,), {}, f"cannot start {path!r}: Permission denied"),
            ((bad,), {}, f"cannot start {bad!r}: Exec format error"),
            (
                ("true", "x" * 3_000_000),
                {},
                "cannot start 'true': Argument list too long",
            ),
            (
                ("true",),
                {"cwd": "/no/where"},
                "cannot work in the folder '/no/where': No such file or directory",
            ),
            (
                ("true",),
                {"cwd": path},
                f"cannot work in the folder {path!r}: Not a directory",
            ),
        ):
            error = await self.failure(Call(COMMAND, args, kwargs))
            self.assertEqual(error.reason, reason)
            self.assertIsNone(error.result)

    async def test_bad_call_is_a_failed_run(self) -> None:
        """
        A call that was never checked fails its run, and nothing is raised.
        """
        gathering = Gathering(1)
        self.make().submit([(Call(COMMAND), make_context(0))], gathering.done)
        await gathering.complete
        outcome = gathering.outcomes["run-0"]
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertIn("args: expected a program", outcome.error or "")

    async def test_no_descriptor_is_left(self) -> None:
        """
        Whatever becomes of a program, its file descriptors are closed and it is reaped.
        """
        executor = self.make()

        def count() -> int:
            return len(os.listdir("/proc/self/fd"))

        calls = [shell("echo x", input="y"), shell("exit 1"), Call(COMMAND, ("gone!",))]
        result = await executor.execute(shell("echo $$"), make_context(0))
        before = count()
        for call in calls:
            with contextlib.suppress(TaskFailed):
                await executor.execute(call, make_context(0))
        self.assertEqual(count(), before)
        with self.assertRaises(ChildProcessError):
            os.waitpid(int(result["output"]), os.WNOHANG)

    async def test_places(self) -> None:
        """
        So many programs run at once; the others wait for a place, or miss their time.
        """
        executor = self.make(programs=1)
        fifo = Fifo(self)
        first, others = Gathering(1), Gathering(3)
        lasting = make_context(0)
        executor.submit([(fifo.holding("exec sleep 1000"), lasting)], first.done)
        await fifo.heard(b"up\n")
        late = make_context(3, start_by=reactor.seconds())
        echo = Call(COMMAND, ("echo", "x"))
        waiting = [(echo, make_context(1)), (echo, make_context(2)), (echo, late)]
        executor.submit(waiting, others.done)
        executor.cancel(waiting[1][1])
        executor.cancel(lasting)
        await first.complete
        await others.complete
        found = {name: one.disposition for name, one in others.outcomes.items()}
        self.assertEqual(
            found,
            {
                "run-1": Disposition.SUCCEEDED,
                "run-2": Disposition.CANCELLED,
                "run-3": Disposition.MISSED,
            },
        )
        reason = others.outcomes["run-3"].reason or ""
        self.assertIn("for a free place for a program", reason)

    async def cancelled(self, script: str, fifo: Fifo, kill_after: float) -> Outcome:
        """
        Give the outcome of a script that is cancelled when it is up.
        """
        executor = self.make(kill_after=kill_after)
        gathering = Gathering(1)
        context = make_context(0)
        executor.submit([(fifo.holding(script), context)], gathering.done)
        await fifo.heard(b"up\n")
        executor.cancel(context)
        await gathering.complete
        return gathering.outcomes["run-0"]

    async def test_cancel_asks_politely(self) -> None:
        """
        A cancelled program may end in its own way, with its own status.
        """
        fifo = Fifo(self)
        script = "trap 'echo bye; exit 5' TERM; echo up >&3; while :; do :; done"
        outcome = await self.cancelled(script, fifo, kill_after=20)
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.error, "exit status 5")
        self.assertEqual(outcome.result["output"], "bye\n")
        await fifo.closed

    async def test_cancelled_program_that_succeeds(self) -> None:
        """
        A program that ends with status 0 when it is asked to stop is cancelled.
        """
        fifo = Fifo(self)
        script = "trap 'exit 0' TERM; echo up >&3; while :; do :; done"
        outcome = await self.cancelled(script, fifo, kill_after=20)
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.result["exit_status"], 0)

    async def test_cancel_kills_in_the_end(self) -> None:
        """
        A program that does not listen is killed, with its children and theirs.
        """
        fifo = Fifo(self)
        script = (
            "trap '' TERM; (trap '' TERM; (sleep 1000; :) & echo up >&3; wait; :)"
            " & wait; sleep 1000"
        )
        outcome = await self.cancelled(script, fifo, kill_after=0.05)
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.result["signal"], "SIGKILL")
        await fifo.closed

    async def test_cancel_outlived_by_a_child(self) -> None:
        """
        A child that does not listen is killed too, when its parent did listen.
        """
        for output in ("", ">/dev/null 2>&1"):
            fifo = Fifo(self)
            script = (
                f"(trap '' TERM; echo up >&3; sleep 1000; sleep 1000) {output} & wait"
            )
            outcome = await self.cancelled(script, fifo, kill_after=0.05)
            self.assertIs(outcome.disposition, Disposition.CANCELLED)
            self.assertEqual(outcome.result["signal"], "SIGTERM")
            await fifo.closed

    async def test_cancel_gives_children_their_time(self) -> None:
        """
        A child that cleans up after its parent has ended is waited for.
        """
        fifo = Fifo(self)
        released = os.path.abspath(self.mktemp())
        os.mkfifo(released)
        release = os.open(released, os.O_RDWR)
        self.addCleanup(os.close, release)
        child = f"trap 'read x <{released}; echo cleaned; exit' TERM; echo up >&3"
        call = fifo.holding(
            f"echo $$. >&3; ({child}; while :; do :; done) & wait; echo never"
        )
        executor = self.make(kill_after=20)
        gathering = Gathering(1)
        context = make_context(0)
        executor.submit([(call, context)], gathering.done)
        await fifo.heard(b"up\n")
        executor.cancel(context)
        parent = Path(f"/proc/{int(fifo.data.split(b'.')[0])}/stat")
        while " Z " not in parent.read_text():
            await deferLater(reactor, 0)
        for _ in range(20):
            await deferLater(reactor, 0)
        self.assertEqual(gathering.outcomes, {})
        os.write(release, b"go\n")
        await gathering.complete
        outcome = gathering.outcomes["run-0"]
        self.assertEqual(outcome.result["output"], "cleaned\n")
        self.assertEqual(outcome.result["signal"], "SIGTERM")
        await fifo.closed

    async def test_cancel_a_stopped_program(self) -> None:
        """
        A program that was halted by a signal is woken up to end.
        """
        fifo = Fifo(self)
        script = "trap 'exit 6' TERM; echo up >&3; kill -STOP $$; while :; do :; done"
        outcome = await self.cancelled(script, fifo, kill_after=20)
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.result["exit_status"], 6)

    async def test_what_it_leaves_in_the_background(self) -> None:
        """
        A run ends with its program; what that left running goes on.
        """
        fifo = Fifo(self)
        call = fifo.holding("sleep 1000 & echo $!; echo up >&3")
        result = await self.result(call)
        left = int(result["output"])
        self.addCleanup(os.kill, left, signal.SIGKILL)
        os.kill(left, 0)
        self.assertNoResult(fifo.closed)

    async def test_stop(self) -> None:
        """
        A stop ends what runs, cancels what waits, and takes no more.
        """
        executor = CommandExecutor(reactor, programs=1)
        fifo = Fifo(self)
        gathering = Gathering(3)
        executor.submit(
            [
                (fifo.holding("exec sleep 1000"), make_context(0)),
                (shell("true"), make_context(1)),
            ],
            gathering.done,
        )
        await fifo.heard(b"up\n")
        stopped = executor.stopService()
        self.assertNoResult(stopped)
        await stopped
        await fifo.closed
        executor.submit([(shell("true"), make_context(2))], gathering.done)
        await gathering.complete
        found = {one.disposition for one in gathering.outcomes.values()}
        self.assertEqual(found, {Disposition.CANCELLED})
        reason = "the executor was stopped"
        self.assertEqual(gathering.outcomes["run-1"].reason, reason)
        self.assertEqual(gathering.outcomes["run-2"].reason, reason)
        executor.startService()
        result = await executor.execute(shell("echo again"), make_context(3))
        self.assertEqual(result["output"], "again\n")
        await executor.stopService()

    async def test_kill(self) -> None:
        """
        All programs are killed at once, without being asked.
        """
        executor = self.make()
        fifo = Fifo(self)
        call = fifo.holding("trap '' TERM; echo up >&3; sleep 1000; sleep 1000")
        running = executor.execute(call, make_context(0))
        await fifo.heard(b"up\n")
        executor.kill()
        with self.assertRaisesRegex(TaskFailed, "killed by SIGKILL"):
            await running
        await fifo.closed

    async def test_status_taken_by_somebody_else(self) -> None:
        """
        A run whose exit status another part of the process took is no success.
        """
        waitpid = os.waitpid

        def steal(pid: int, options: int) -> NoReturn:
            waitpid(pid, options)
            raise ChildProcessError

        self.patch(os, "waitpid", steal)
        error = await self.failure(shell("true"))
        self.assertIn("exit status is unknown", error.reason)
        self.assertEqual(error.result["exit_status"], None)

    def test_programs(self) -> None:
        """
        A number of programs below 1 is refused.
        """
        with self.assertRaisesRegex(ValueError, "not 0"):
            CommandExecutor(reactor, programs=0)


class Fifo:
    """
    What the programs of a test have in common: it is closed when the last of them
    has ended.

    :ivar closed: fires then.
    """

    def __init__(self, case: TestCase) -> None:
        self.path = os.path.abspath(case.mktemp())
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        self.data = b""
        self.closed: Deferred[None] = Deferred()
        self._waiting: list[tuple[bytes, Deferred[None]]] = []
        self._reading = Reading(
            reactor, self.fd, self._read, lambda: os.close(self.fd), self._lost
        )
        case.addCleanup(self._reading.close)

    def holding(self, script: str) -> Call:
        """
        Make a call of the shell that says that it is up, and holds the other end.
        """
        if "echo up" not in script:
            script = f"echo up >&3; {script}"
        return shell(f"exec 3>{self.path}; {script}")

    def heard(self, words: bytes) -> Deferred[None]:
        """
        :returns: fires when somebody has said so.
        """
        waiting: Deferred[None] = Deferred()
        self._waiting.append((words, waiting))
        self._tell()
        return waiting

    def _tell(self) -> None:
        for words, waiting in self._waiting:
            if words in self.data and not waiting.called:
                waiting.callback(None)

    def _read(self) -> None:
        data = os.read(self.fd, 1000)
        self.data += data
        if data:
            self._tell()
        else:
            self._reading.connectionLost()

    def _lost(self) -> None:
        self.closed.callback(None)


class SignalNameTests(SynchronousTestCase):
    """
    Signals by their names.
    """

    def test_names(self) -> None:
        """
        A signal without a name has its number.
        """
        self.assertEqual(signal_name(15), "SIGTERM")
        self.assertEqual(signal_name(40), "signal 40")
