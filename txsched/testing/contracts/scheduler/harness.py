"""
What a provider supplies to have its scheduler tested.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from zope.interface import implementer

from ....core import LocalScheduler
from ....errors import BadValue, NoSuchJob, SchedulerError, error_to_wire
from ....interfaces import IExecutor, IScheduler
from ....jobstores import MemoryJobStore
from ....model import (
    Call,
    ITrigger,
    Job,
    JobQuery,
    OnConflict,
    Quarantined,
    Run,
    RunQuery,
    StoreStatus,
)
from ...driving import advance
from ...fakes import ManualExecutor, RecordingObserver
from .samples import START, TASK, later

if TYPE_CHECKING:
    from unittest import TestCase as Base
else:
    Base = object

__all__ = ["Base", "BreakableStore", "ChoosyExecutor", "SchedulerHarness"]


@define(eq=False)
class BreakableStore(MemoryJobStore):
    """
    A memory store whose jobs can be put into quarantine.
    """

    _broken: dict[str, Quarantined] = field(factory=dict, init=False)

    async def quarantine(self, job_id: str, now: datetime) -> None:
        """
        Take it that a job cannot be loaded.
        """
        await self.remove_jobs((job_id,), now)
        self._broken[job_id] = Quarantined(job_id, "its task has gone", now)

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        """
        Give those that :meth:`quarantine` was told.
        """
        return maybeDeferred(lambda: [one for _, one in sorted(self._broken.items())])

    def repair_job(self, job: Job) -> Deferred[Job]:
        """
        Put a job back.
        """

        async def repair() -> Job:
            if self._broken.pop(job.id, None) is None:
                raise NoSuchJob(job.id)
            (stored,) = await self.add_jobs((job,), OnConflict.ERROR)
            return stored

        return Deferred.fromCoroutine(repair())

    def status(self) -> Deferred[StoreStatus]:
        """
        Count.
        """
        return MemoryJobStore.status(self).addCallback(
            lambda status: evolve(status, quarantined=len(self._broken))
        )


@implementer(IExecutor)
@define(eq=False)
class ChoosyExecutor(ManualExecutor):
    """
    An executor that takes calls without arguments only.
    """

    def check(self, call: Call) -> None:
        """
        :raises BadValue: for ``args``.
        """
        if call.args:
            raise BadValue("args", "none are taken here")


class SchedulerHarness(Base):
    """
    Mixed into a ``twisted.trial.unittest.TestCase``, which waits for Deferreds.

    The scheduler under test is a face of a :class:`~txsched.core.LocalScheduler`
    whose clock the tests move, and whose executors end their calls when told to.

    :ivar clock: the clock of the local scheduler; it begins at the first instant
        of 2026.
    :ivar store: its store.
    :ivar archive: another store, for schedulers that have it as ``archive``.
    :ivar executor: its executor ``default``; there are ``other``, of the same kind,
        and ``choosy``, a :class:`ChoosyExecutor`, as well.
    """

    clock: Clock
    store: BreakableStore
    archive: BreakableStore
    executor: ManualExecutor

    def setUp(self) -> None:
        """
        Make what a scheduler is made of.
        """
        super().setUp()
        self.clock = Clock()
        self.clock.advance(START.timestamp())
        self.store = BreakableStore()
        self.archive = BreakableStore()
        self.executor = ManualExecutor()

    async def face(self, local: IScheduler) -> IScheduler:
        """
        Make what is to be tested: a scheduler that does all its work by *local*, which
        is running; see to it that it is closed in the end.

        A face of the same process may give *local* itself.
        """
        raise NotImplementedError

    async def settle(self) -> None:
        """
        Wait until all that *local* has told has arrived at the face; no time passes.
        """

    async def make_scheduler(self, archive: bool = False) -> IScheduler:
        """
        Make the scheduler under test, without jobs.

        :param archive: whether it has two stores.
        """
        stores = {"archive": self.archive, "default": self.store}
        local = LocalScheduler(
            stores if archive else self.store,
            {
                "default": self.executor,
                "other": ManualExecutor(),
                "choosy": ChoosyExecutor(),
            },
            self.clock,  # type: ignore[arg-type]
            "contract",
        )
        await local.start()

        def stop() -> Deferred[None]:
            stopping = local.stop(0.0)
            self.clock.advance(0.0)
            return stopping

        self.addCleanup(stop)
        return await self.face(local)

    async def two(self) -> IScheduler:
        """
        Make a scheduler with the job ``here`` in the default store, and ``there`` in
        the store ``archive``.
        """
        scheduler = await self.make_scheduler(archive=True)
        await self.add(scheduler, "here")
        await self.add(scheduler, "there", store="archive")
        return scheduler

    async def advance(self, seconds: float) -> None:
        """
        Let time pass.
        """
        advance(self.clock, seconds)
        await self.settle()

    async def end(self, result: Any = None, run_id: str | None = None) -> None:
        """
        End one call of the executor, the first one if none is named.
        """
        self.executor.end(run_id, result)
        await self.settle()

    async def add(
        self,
        scheduler: IScheduler,
        id: str = "job",
        trigger: ITrigger | None = None,
        **options: Any,
    ) -> Job:
        """
        Add a job; it is not due at the beginning unless *trigger* says so.
        """
        trigger = later() if trigger is None else trigger
        job: Job = await scheduler.add_job(TASK, trigger, (1, 2), id=id, **options)
        return job

    async def ids(self, scheduler: IScheduler, **query: Any) -> list[str]:
        """
        Give the ids of one page of jobs.
        """
        return [job.id for job in (await scheduler.get_jobs(JobQuery(**query))).items]

    async def ledger(self, scheduler: IScheduler, **query: Any) -> list[Run]:
        """
        Give one page of the ledger, oldest first.
        """
        page = await scheduler.get_runs(RunQuery(descending=False, limit=1000, **query))
        return list(page.items)

    async def observe(self, scheduler: IScheduler) -> RecordingObserver:
        """
        Subscribe for the rest of the test.
        """
        observer = RecordingObserver()
        subscription = await scheduler.subscribe(observer)
        self.addCleanup(subscription.cancel)
        return observer

    async def refused(self, answer: Awaitable[Any], expected: SchedulerError) -> None:
        """
        Wait for a call, and see that it fails with this error: the same class, and the
        same code and fields, by which all faces tell the same.
        """
        with self.assertRaises(type(expected)) as caught:
            await answer
        error = caught.exception
        self.assertIs(type(expected), type(error))
        self.assertEqual(error_to_wire(expected), error_to_wire(error))
        self.assertEqual(str(expected), str(error))
