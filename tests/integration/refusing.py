"""
A service in a process of its own, to which wrong inputs come in every way there is.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Mapping
from typing import Any

import cbor2
from click.testing import CliRunner
from twisted.application.app import run as run_application
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.threads import blockingCallFromThread, deferToThread
from twisted.scripts.twistd import ServerOptions
from twisted.trial.unittest import TestCase

from tests.remote.bare import BareClient
from txsched.app.command.group import cli
from txsched.app.command.session import Session, exit_code
from txsched.model import COMMAND, Event, RunQuery
from txsched.remote.amp import AMPScheduler
from txsched.triggers import IntervalTrigger

from .living import Living, LivingTestCase

__all__ = ["RefusingTestCase"]

_SERVICE = "[service]\nlisten = unix:txsched.sock\n[tasks]\nallow = operator:*\n"
_TXSCHED = ("-m", "txsched.app.command")
_TWISTD = ("-c", "from twisted.scripts.twistd import run; run()")
_SCHEDULER = ("--nodaemon", "--pidfile=", "scheduler")


def _call(session: Session, work: Any) -> None:
    """
    Do as a session does, from a thread and with the reactor that runs.
    """

    def connected() -> Deferred[int | None]:
        return Deferred.fromCoroutine(session._connected(reactor, work))

    async def working() -> int | None:
        return blockingCallFromThread(reactor, connected)

    # The complaint is made in this thread, which knows the command.
    codes: list[int] = []
    Deferred.fromCoroutine(exit_code(working())).addCallback(codes.append)
    raise SystemExit(codes[0])


class RefusingTestCase(LivingTestCase, TestCase):
    """
    Has a service with a job, a paused one and a run, and tells whether they changed.

    :ivar service: the process.
    :ivar events: what happened in it.
    """

    async def start(self) -> None:
        """
        Start the service, and connect to it.
        """
        self.patch(Session, "call", _call)
        self.socket = str(self.folder / "txsched.sock")
        (self.folder / "service.ini").write_text(_SERVICE)
        self.service = LivingTestCase.service(self, "--config", "service.ini")
        endpoint = UNIXClientEndpoint(reactor, self.socket)
        self.scheduler = AMPScheduler(reactor, endpoint)
        self.scheduler.startService()
        self.addCleanup(self.scheduler.stopService)
        hourly = IntervalTrigger(hours=1)
        for name in ("old", "rests"):
            await self.scheduler.add_job(
                COMMAND, hourly, ("true",), id=name, executor=COMMAND
            )
        self.events: list[Event] = []
        await self.scheduler.subscribe(self.events.append)
        await self.scheduler.run_job("old")
        while (await self.scheduler.status()).store.active_runs:
            pass
        await self.scheduler.pause_job("rests", "for a while")
        self.events.clear()
        self.client = await self.connect()
        await self.client.greet()

    async def state(self) -> Any:
        """
        Give all that wrong inputs must not change.
        """
        status = await self.scheduler.status()
        return (
            (await self.scheduler.get_jobs()).items,
            (await self.scheduler.get_runs(RunQuery(limit=1000))).items,
            (status.state, status.note, status.store, status.running),
            (status.node, status.started_at, status.store_error),
            await self.scheduler.get_quarantined(),
            sorted(path.name for path in self.folder.iterdir()),
            [*self.events],
        )

    async def connect(self) -> BareClient:
        """
        Connect somebody who sends boxes of his own.
        """
        endpoint = UNIXClientEndpoint(reactor, self.socket)
        client: BareClient = await endpoint.connect(Factory.forProtocol(BareClient))
        self.addCleanup(client.transport.abortConnection)
        return client

    async def txsched(self, *arguments: str) -> tuple[int, str]:  # type: ignore[override]
        """
        Run ``txsched`` in a thread; give its exit code and its complaint.

        It prints nothing else.
        """
        environment = {"TXSCHED_SERVER": self.socket}
        result = await deferToThread(
            CliRunner().invoke, cli, arguments, env=environment, prog_name="txsched"
        )
        self.assertEqual("", result.stdout)
        return result.exit_code, result.stderr

    def twistd_here(self, *arguments: str) -> tuple[int, str]:
        """
        Run what ``twistd scheduler`` runs up to the start of the service.
        """

        def start(config: object) -> None:
            raise AssertionError("the service would have been started")

        said = io.StringIO()
        self.patch(sys, "argv", ["twistd", *_SCHEDULER, *arguments])
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                run_application(start, ServerOptions)
            except SystemExit as ended:
                return int(ended.code or 0), said.getvalue()
        raise AssertionError("it did not exit")

    def process(self, program: str, *arguments: str) -> tuple[int, str]:
        """
        Run ``txsched`` or ``twistd scheduler`` as a process.
        """
        command = {"txsched": _TXSCHED, "twistd": (*_TWISTD, *_SCHEDULER)}
        living = Living.start(self.folder, *command[program], *arguments)
        try:
            return living.end(), living.text
        finally:
            living.close()

    async def ask(self, command: str, fields: Any) -> tuple[str, Mapping[str, Any]]:
        """
        Send a box; give the code of the error and its fields.

        :param fields: those of the box, or the arguments of the command.
        """
        if not isinstance(fields, dict):
            fields = {"a": cbor2.dumps(fields)}
        answer = await self.client.ask(command, fields)
        if "_error_code" in answer:
            words = answer["_error_description"].decode()
            return answer["_error_code"].decode(), {"reason": words}
        failed, *error = cbor2.loads(answer["r"])
        self.assertEqual(1, failed, f"{command} was carried out: {error}")
        return error[0], error[1]
