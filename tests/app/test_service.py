"""
Tests for the service inside another application.
"""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

from twisted.application.service import MultiService
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import TestCase

from txsched.app.config import Config, ServiceSection, TasksSection
from txsched.app.executing import ExecutorChoice
from txsched.app.listening import Listener
from txsched.app.service import SchedulerService
from txsched.app.sockets import SocketTaken
from txsched.errors import NotRunning
from txsched.model import Disposition, Event, Run, RunEnded
from txsched.triggers import IntervalTrigger


class SchedulerServiceTests(TestCase):
    """
    Tests for :class:`SchedulerService`.
    """

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="txs", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.lines: list[str] = []
        globalLogPublisher.addObserver(self.observe)
        self.addCleanup(globalLogPublisher.removeObserver, self.observe)

    def observe(self, event: Any) -> None:
        if event.get("log_namespace", "").startswith("txsched.app"):
            text = event["log_format"].format(**event)
            self.lines.append(f"{event['log_level'].name}: {text}")

    def service(self, *listeners: str, paused: bool = False) -> SchedulerService:
        config = Config(
            service=ServiceSection(
                node="here",
                database="memory:",
                listen=tuple(map(Listener.parse, listeners)),
            )
        )
        return SchedulerService(reactor, config, paused=paused)

    async def started(self, service: SchedulerService) -> SchedulerService:
        starting = service.when_started()
        service.startService()
        await starting
        self.addCleanup(service.stopService)
        return service

    async def first_run(
        self, service: SchedulerService, task: Any, **options: Any
    ) -> Run:
        ended: Deferred[Run] = Deferred()

        def observe(event: Event) -> None:
            if isinstance(event, RunEnded) and not ended.called:
                ended.callback(event.run)

        await service.scheduler.subscribe(observe)
        job = await service.scheduler.add_job(task, IntervalTrigger(hours=1), **options)
        await service.scheduler.run_job(job.id)
        return await ended

    async def test_it_runs_functions_of_the_application(self) -> None:
        """
        Inside an application a job may call a function, in a thread by default.
        """
        parent = MultiService()
        service = self.service()
        service.setServiceParent(parent)
        starting = service.when_started()
        parent.startService()
        self.addCleanup(parent.stopService)
        await starting
        run = await self.first_run(
            service, lambda: threading.current_thread() is threading.main_thread()
        )
        self.assertEqual((Disposition.SUCCEEDED, False), (run.disposition, run.result))

    async def test_every_kind_of_executor_works(self) -> None:
        """
        Threads, the reactor and programs are there under their aliases.
        """
        service = await self.started(self.service())

        async def coroutine() -> str:
            return "awaited"

        run = await self.first_run(service, coroutine, executor="reactor")
        self.assertEqual("awaited", run.result)
        run = await self.first_run(
            service, "command", args=("echo", "hello"), executor="command"
        )
        self.assertEqual("hello\n", run.result["output"])

    async def test_two_pools_of_threads_live_side_by_side(self) -> None:
        """
        Each alias of a configuration is an executor of its own.
        """
        config = Config(
            service=ServiceSection(database="memory:", listen=()),
            executors={
                "default": ExecutorChoice("threads", 1),
                "slow": ExecutorChoice("threads", 1),
            },
        )
        service = await self.started(SchedulerService(reactor, config))
        self.assertIsNot(service.executors["default"], service.executors["slow"])
        run = await self.first_run(service, lambda: 42, executor="slow")
        self.assertEqual(42, run.result)

    async def test_the_start_is_told_in_one_line(self) -> None:
        """
        It has the node, the number of jobs, the database and the listeners.
        """
        await self.started(self.service(paused=True))
        (line,) = self.lines
        self.assertRegex(
            line,
            r"^info: node here-\w+ keeps 0 jobs in memory:, listens on nothing"
            r" and is paused$",
        )

    async def test_it_can_be_stopped_before_it_has_started(self) -> None:
        """
        A stop waits for the start, and leaves nothing open.
        """
        path = self.folder / "a.sock"
        service = self.service(f"unix:{path}")
        service.startService()
        await service.stopService()
        self.assertFalse(path.exists())
        with self.assertRaises(NotRunning):
            await service.scheduler.status()

    async def test_a_stop_without_a_start_is_harmless(self) -> None:
        """
        Nothing was open, nothing is closed.
        """
        await self.service().stopService()

    async def test_a_socket_that_is_served_fails_the_start(self) -> None:
        """
        Whoever waits for the start is told, and so is the log, in one line.
        """
        path = self.folder / "a.sock"
        first = await self.started(self.service(f"unix:{path}"))
        second = self.service(f"unix:{path}")
        starting = second.when_started()
        second.startService()
        with self.assertRaises(SocketTaken):
            await starting
        with self.assertRaises(NotRunning):
            await second.scheduler.status()
        self.assertIn(
            f"critical: the scheduler cannot start: cannot listen on {path}: another"
            " process serves it",
            self.lines[-1],
        )
        await second.stopService()
        self.assertEqual("running", (await first.scheduler.status()).state)

    async def test_a_port_that_is_taken_closes_what_was_open(self) -> None:
        """
        When one of several listeners fails, the others and the store are closed.
        """
        taken = reactor.listenTCP(0, Factory(), interface="127.0.0.1")  # type: ignore
        self.addCleanup(taken.stopListening)
        path = self.folder / "a.sock"
        port = taken.getHost().port
        service = self.service(
            f"unix:{path}", f"insecure tcp:{port}:interface=127.0.0.1"
        )
        starting = service.when_started()
        service.startService()
        with self.assertRaises(CannotListenError):
            await starting
        self.assertFalse(path.exists())
        with self.assertRaises(NotRunning):
            await service.scheduler.status()
        await service.stopService()

    async def test_folders_of_tasks_can_be_imported_from(self) -> None:
        """
        Tasks are found in the folders that the configuration names.
        """
        (self.folder / "txsched_test_tasks.py").write_text(
            "def work():\n    return 7\n"
        )
        config = Config(
            service=ServiceSection(database="memory:", listen=()),
            tasks=TasksSection(path=(str(self.folder),)),
        )
        service = await self.started(SchedulerService(reactor, config))
        run = await self.first_run(service, "txsched_test_tasks:work")
        self.assertEqual(7, run.result)
