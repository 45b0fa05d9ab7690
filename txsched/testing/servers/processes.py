"""
Processes of servers: started so that they end with us, and signalled with all theirs.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from attrs import define, field, frozen

from .failures import ServerFailed, last_lines

__all__ = ["Account", "Process", "account_for", "perform"]

_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.005
_PR_SET_PDEATHSIG = 1


@frozen
class Account:
    """
    The user as whom a program runs.
    """

    uid: int
    gid: int


def account_for(drops_root: bool) -> Account | None:
    """
    Give the account ``nobody`` where we are root and must not be; else ``None``.
    """
    if not drops_root or os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@define(eq=False)
class Process:
    """
    A program that is started again and again, and the processes that it has.

    :ivar account: as whom it runs, where not as ourselves.
    """

    account: Account | None
    _popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        """
        The number of the process, or 0 while it does not run.
        """
        popen = self._popen
        return popen.pid if popen is not None and popen.poll() is None else 0

    def start(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
    ) -> None:
        """
        Start it; what it says goes to the end of *log*.
        """
        with log.open("ab") as out:
            self._popen = _PARENT.start(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_as_account(self.account),
            )

    def wait(self, seconds: float) -> int | None:
        """
        Wait for its end; give its status, or ``None`` when it runs still.
        """
        assert self._popen is not None
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, number: signal.Signals) -> None:
        """
        Ask it to end, and see to it that it does.
        """
        if self._popen is not None and self.pid:
            self.resume()
            self._popen.send_signal(number)
            self.wait(_STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """
        End it and all its processes at once, as a loss of power does.
        """
        if pid := self.pid:
            living = self._hold(pid)
            for one in living:
                _signal(one.pid, signal.SIGKILL)
            self.wait(_STOP_SECONDS)
            _wait_until(lambda: not _still_there(living), "to be gone")

    def pause(self) -> None:
        """
        Stop it and all its processes; they keep their sockets, and do nothing.
        """
        if pid := self.pid:
            self._hold(pid)

    def resume(self) -> None:
        """
        Let what was paused go on.
        """
        if pid := self.pid:
            self._release(pid)

    def _release(self, pid: int) -> None:
        """
        Continue a family, and wait until it moves.

        A signal that comes before its first thread moves is given to another one, and
        Python's handlers run in the first, which then would not wake for it.
        """

        def released() -> bool:
            held = [one for one in _family(pid) if one.state == "T"]
            for one in held:
                _signal(one.pid, signal.SIGCONT)
            return not held

        _wait_until(released, "to move")

    def _hold(self, pid: int) -> set[_Entry]:
        """
        Stop a family; parents first, so that none is born meanwhile.
        """

        def held() -> bool:
            moving = [one for one in _family(pid) if one.state != "T"]
            for one in moving:
                _signal(one.pid, signal.SIGSTOP)
            return not moving

        _wait_until(held, "to stand still")
        return set(_family(pid))


def perform(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    seconds: float = 60.0,
    account: Account | None = None,
) -> None:
    """
    Run a program to its end; what it says goes to the end of *log*.

    :raises ServerFailed: it failed, or did not end in time and was killed.
    """
    process = Process(account)
    process.start(command, folder, environment, log)
    status = process.wait(seconds)
    if status is None:
        process.kill()
        end = f"did not end within {seconds:g} s"
    else:
        end = f"ended with status {status}"
    if status != 0:
        raise ServerFailed(f"{Path(command[0]).name} {end}:\n{last_lines(log)}")


def _as_account(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


@define(eq=False)
class _Parent:
    """
    The thread that starts all programs, and lasts as long as this process.

    The kernel sends the signal of a parent's death when the *thread* ends that started
    the child.  A test may start a server in a thread of a pool that ends before it.
    """

    _lock: Lock = field(factory=Lock, init=False)
    _thread: Thread | None = field(default=None, init=False)
    _work: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = field(
        factory=SimpleQueue, init=False
    )

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """
        Start a program that is killed when this process ends.
        """
        future: Future[subprocess.Popen[bytes]] = Future()
        options["preexec_fn"] = _dying_with(os.getpid())
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(
                    target=self._serve, name="txsched-servers", daemon=True
                )
                self._thread.start()
        self._work.put((future, lambda: subprocess.Popen(command, **options)))
        return future.result()

    def _serve(self) -> None:
        while True:
            future, call = self._work.get()
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)


_PARENT = _Parent()


def _dying_with(parent: int) -> Callable[[], None]:
    """
    Give what a child does before it becomes the program.

    A server that was stopped takes no other signal than SIGKILL.
    """
    control = ctypes.CDLL(None).prctl

    def prepare() -> None:
        control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@frozen
class _Entry:
    """
    One process in the table of the kernel; see proc(5).

    :ivar began: when it was started; with the number it tells processes apart.
    """

    pid: int
    began: str
    parent: int = field(eq=False)
    state: str = field(eq=False)


def _entry(pid: int) -> _Entry | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name of the program stands before, in parentheses, and may contain anything.
    rest = text.rpartition(")")[2].split()
    return _Entry(pid, rest[19], int(rest[1]), rest[0])


def _table() -> Iterator[_Entry]:
    for name in os.listdir("/proc"):
        if name.isdecimal():
            entry = _entry(int(name))
            if entry is not None and entry.state not in "ZX":
                yield entry


def _family(pid: int) -> list[_Entry]:
    """
    Give a process that lives and all that come from it, parents first.

    Not its process group: the processes of PostgreSQL each make one of their own.
    """
    table = list(_table())
    family = [one for one in table if one.pid == pid]
    for parent in family:
        family += [one for one in table if one.parent == parent.pid]
    return family


def _still_there(entries: set[_Entry]) -> bool:
    return bool(entries & set(_table()))


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_until(condition: Callable[[], bool], wanted: str) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise ServerFailed(f"waited {_STOP_SECONDS:g} s for a server {wanted}")
        time.sleep(_POLL_SECONDS)
