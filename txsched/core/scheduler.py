"""
The scheduler of this process: ``IScheduler`` over a store and an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from attrs import define, field
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..errors import AlreadyRunning, BadValue, NoSuchJob, NotRunning
from ..interfaces import IClock, IExecutor, IJobStore, IScheduler, ISubscription
from ..model import (
    Event,
    Forecast,
    ICalendar,
    ITrigger,
    Job,
    JobAdded,
    JobDefaults,
    JobModified,
    JobPaused,
    JobQuery,
    JobRemoved,
    JobResumed,
    JobSpec,
    Node,
    OnConflict,
    Page,
    Quarantined,
    Run,
    RunEnded,
    RunQuery,
    SchedulerPaused,
    SchedulerResumed,
    SchedulerStarted,
    SchedulerStatus,
    SchedulerStopping,
    from_seconds,
)
from . import arguments as given
from .building import JobBuilder
from .engine import Engine
from .exclusion import Exclusion
from .forecast import check_window, forecast
from .modifying import checked_note, modified, paused, rescheduled, resumed
from .publisher import Publisher
from .requests import cancel_run, change_job, forecast_jobs, request_run
from .settings import Settings
from .surveying import survey

__all__ = ["LocalScheduler"]

T = TypeVar("T")


@implementer(IScheduler)
@define(eq=False)
class LocalScheduler:
    """
    Keeps jobs in *store* and carries them out in this process.

    :param store: where jobs and the ledger are kept.
    :param executors: who carries out runs, by alias; one that is called
        ``default`` serves the jobs that do not say.
    :param clock: a reactor, or a ``task.Clock``.
    :param node: the name of this scheduler; a part that is new at every start is
        added to it, see :attr:`node`.
    :param defaults: the options of jobs that do not say.
    :param settings: how the engine works.
    :param calendars: times that jobs can be kept from, by name.
    """

    _store: IJobStore
    _executors: Mapping[str, IExecutor]
    _clock: IClock
    _name: str = "txsched"
    _defaults: JobDefaults = field(factory=JobDefaults, kw_only=True)
    _settings: Settings = field(factory=Settings, kw_only=True)
    _calendars: Mapping[str, ICalendar] = field(factory=dict, kw_only=True)
    _exclusion: Exclusion = field(init=False)
    _publisher: Publisher = field(factory=Publisher, init=False)
    _engine: Engine = field(init=False)
    _state: str = field(default="stopped", init=False)
    _note: str = field(default="", init=False)
    _started_at: datetime | None = field(default=None, init=False)
    _beginning: list[Deferred[None]] = field(factory=list, init=False)
    _builder: JobBuilder = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._exclusion = Exclusion(self._calendars)
        self._builder = JobBuilder(self._executors, self._defaults, self._exclusion)
        self._engine = Engine(
            self._store,
            self._executors,
            self._clock,
            f"{self._name}-{uuid4().hex[:8]}",
            self._settings,
            self._publisher,
            self._exclusion,
            self._name,
        )

    @property
    def node(self) -> str:
        """
        The name under which this scheduler holds leases; unique for each start.
        """
        return self._engine.node

    # Life

    def start(self, paused: bool = False) -> Deferred[None]:
        """
        Open the store and begin to fire.

        :param paused: open only, and fire nothing until :meth:`resume`.
        :raises AlreadyRunning: it runs, or is about to, or is about to stop.
        """
        return Deferred.fromCoroutine(self._start(paused))

    async def _start(self, paused: bool) -> None:
        given.check_flag("paused", paused)
        if self._state != "stopped":
            raise AlreadyRunning()
        self._state = "starting"
        try:
            await self._store.open()
        except BaseException:
            self._state = "stopped"
            self._begun()
            raise
        self._state = "running"
        self._started_at = self._now()
        self._note = ""
        self._engine.paused = paused
        self._engine.start()
        self._publisher.publish(SchedulerStarted(self._started_at))
        self._begun()

    def _begun(self) -> None:
        waiting, self._beginning = self._beginning, []
        for one in waiting:
            one.callback(None)

    def stop(self, timeout: float | None = None) -> Deferred[None]:
        """
        Claim nothing more, wait for what runs, close the store.

        :param timeout: how many seconds to wait for runs; what still runs then is
            cancelled and marked: to be repeated by whoever starts next, or
            ``abandoned``, as its job says.  ``None`` waits for ever.
        :returns: fires when all is written and closed; at once when it does not run
            or stops already.  A start that is under way is waited for.
        :raises BadValue: *timeout* is no number of seconds.
        """
        return Deferred.fromCoroutine(self._stop(timeout))

    async def _stop(self, timeout: float | None) -> None:
        given.check_timeout(timeout)
        if self._state == "starting":
            begun: Deferred[None] = Deferred()
            self._beginning.append(begun)
            await begun
        if self._state != "running":
            return
        self._state = "stopping"
        self._publisher.publish(SchedulerStopping(self._now()))
        try:
            await self._engine.stop(timeout)
        finally:
            try:
                await self._store.close()
            finally:
                self._state = "stopped"

    def wake(self) -> None:
        """
        Look at once whether something is due: the clock was set, for instance.
        """
        self._engine.wake()

    def _now(self) -> datetime:
        return from_seconds(self._clock.seconds())

    def _check_running(self) -> None:
        if self._state not in ("running", "stopping"):
            raise NotRunning()

    # Jobs

    def add_job(
        self,
        task: str | Callable[..., Any],
        trigger: ITrigger,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        on_conflict: OnConflict | str = OnConflict.ERROR,
        **options: Any,
    ) -> Deferred[Job]:
        async def add() -> Job:
            spec = JobSpec(task, trigger, args, kwargs, **options)
            return (await self._add_jobs((spec,), on_conflict))[0]

        return Deferred.fromCoroutine(add())

    def add_jobs(
        self,
        specs: Sequence[JobSpec],
        on_conflict: OnConflict | str = OnConflict.ERROR,
    ) -> Deferred[list[Job]]:
        async def add() -> list[Job]:
            given.check_specs(specs)
            return await self._add_jobs(specs, on_conflict)

        return Deferred.fromCoroutine(add())

    async def _add_jobs(
        self, specs: Sequence[JobSpec], on_conflict: OnConflict | str
    ) -> list[Job]:
        self._check_running()
        choice = given.check_conflict(on_conflict)
        now = self._now()
        jobs = self._builder.build(specs, now)
        given.check_distinct(jobs)
        stored = await self._store.add_jobs(jobs, choice)
        due = [job.due for job in stored]
        self._engine.wake_at(min((one for one in due if one is not None), default=None))
        if self._publisher.wanted:
            for job, kept in zip(jobs, stored, strict=True):
                if kept.generation == job.generation:
                    self._publisher.publish(JobAdded(now, job.id))
        return stored

    def get_job(self, job_id: str) -> Deferred[Job]:
        return self._ask(lambda: self._store.get_job(given.check_id("job_id", job_id)))

    def get_jobs(self, query: JobQuery = JobQuery()) -> Deferred[Page[Job]]:
        return self._ask(
            lambda: self._store.find_jobs(given.check_kind("query", query, JobQuery))
        )

    def _ask(self, question: Callable[[], Deferred[T]]) -> Deferred[T]:
        async def ask() -> T:
            self._check_running()
            return await question()

        return Deferred.fromCoroutine(ask())

    def _change(self, *change: Any) -> Deferred[Job]:
        return Deferred.fromCoroutine(self._changed(*change))

    async def _changed(
        self,
        job_id: str,
        revision: int | None,
        change: Callable[[Job, datetime], tuple[Job, Sequence[Run]]],
        event: Callable[[datetime, str], Event],
    ) -> Job:
        self._check_running()
        given.check_id("job_id", job_id)
        given.check_revision(revision)
        job, told = await change_job(self._store, self._now, job_id, revision, change)
        if told is not None:
            now, runs = told
            self._engine.wake_at(job.due)
            if self._publisher.wanted:
                self._publisher.publish(event(now, job_id))
                for run in runs:
                    self._publisher.publish(RunEnded(now, run))
        return job

    def modify_job(
        self, job_id: str, revision: int | None = None, **changes: Any
    ) -> Deferred[Job]:
        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            new, runs = modified(job, changes, now, self._exclusion)
            if new.executor != job.executor or new.call != job.call:
                self._builder.check(new.executor, new.call)
            return new, runs

        return self._change(job_id, revision, change, JobModified)

    def reschedule_job(
        self, job_id: str, trigger: ITrigger, revision: int | None = None
    ) -> Deferred[Job]:
        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            return rescheduled(job, trigger, now, self._exclusion)

        return self._change(job_id, revision, change, JobModified)

    def pause_job(self, job_id: str, note: str = "") -> Deferred[Job]:
        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            return paused(job, note, now), ()

        return self._change(job_id, None, change, partial(JobPaused, note=note))

    def resume_job(self, job_id: str, catch_up: bool = False) -> Deferred[Job]:
        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            given.check_flag("catch_up", catch_up)
            return resumed(job, catch_up, now, self._exclusion)

        return self._change(job_id, None, change, JobResumed)

    def remove_job(self, job_id: str) -> Deferred[None]:
        async def remove() -> None:
            self._check_running()
            given.check_id("job_id", job_id)
            now = self._now()
            if not await self._store.remove_jobs((job_id,), now):
                raise NoSuchJob(job_id)
            self._publisher.publish(JobRemoved(now, job_id))

        return Deferred.fromCoroutine(remove())

    # Runs

    def run_job(self, job_id: str, force: bool = False) -> Deferred[Run]:
        return Deferred.fromCoroutine(self._run_job(job_id, force))

    async def _run_job(self, job_id: str, force: bool) -> Run:
        self._check_running()
        given.check_id("job_id", job_id)
        given.check_flag("force", force)
        job = await self._store.get_job(job_id)
        run = await request_run(self._store, job, force, self._now())
        if run.ended_at is None:
            self._engine.wake()
        else:
            self._publisher.publish(RunEnded(run.ended_at, run))
        return run

    def cancel_run(self, run_id: str, reason: str = "") -> Deferred[Run]:
        async def cancel() -> Run:
            self._check_running()
            given.check_id("run_id", run_id)
            why = checked_note(reason, "reason") or "cancelled by a user"
            stop = self._engine.runner.cancel
            now = self._now()
            run, ended, jobs = await cancel_run(self._store, stop, run_id, why, now)
            if ended:
                self._publisher.publish(RunEnded(now, run))
                await self._engine.rearmer.follow([(job, run) for job in jobs])
            return run

        return Deferred.fromCoroutine(cancel())

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._ask(lambda: self._store.get_run(given.check_id("run_id", run_id)))

    def get_runs(self, query: RunQuery = RunQuery()) -> Deferred[Page[Run]]:
        return self._ask(
            lambda: self._store.find_runs(given.check_kind("query", query, RunQuery))
        )

    def forecast(
        self,
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None = None,
        limit: int = 1000,
    ) -> Deferred[list[Forecast]]:
        return Deferred.fromCoroutine(self._forecast(start, end, job_ids, limit))

    async def _forecast(
        self,
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None,
        limit: int,
    ) -> list[Forecast]:
        self._check_running()
        check_window(start, end, limit)
        given.check_ids(job_ids)
        found = await forecast_jobs(self._store, end, job_ids)
        jobs = map(self._exclusion.guarded, filter(self._exclusion.knows, found))
        now = self._now()
        return forecast(jobs, max(start, now), end, limit, now)

    # The whole

    def subscribe(self, observer: Callable[[Event], object]) -> Deferred[ISubscription]:
        async def subscribe() -> ISubscription:
            if not callable(observer):
                raise BadValue("observer", f"{observer!r} cannot be called")
            return self._publisher.subscribe(observer)

        return Deferred.fromCoroutine(subscribe())

    def pause(self, note: str = "") -> Deferred[None]:
        async def pause() -> None:
            self._check_running()
            self._note = checked_note(note)
            self._engine.paused = True
            self._publisher.publish(SchedulerPaused(self._now(), note))

        return Deferred.fromCoroutine(pause())

    def resume(self) -> Deferred[None]:
        async def resume() -> None:
            self._check_running()
            self._note = ""
            self._engine.paused = False
            self._publisher.publish(SchedulerResumed(self._now()))

        return Deferred.fromCoroutine(resume())

    def status(self) -> Deferred[SchedulerStatus]:
        return Deferred.fromCoroutine(self._status())

    async def _status(self) -> SchedulerStatus:
        self._check_running()
        held = self._engine.paused and self._state == "running"
        return await survey(
            self._store,
            self._engine,
            state="paused" if held else self._state,
            note=self._note,
            started_at=self._started_at,
            now=self._now(),
        )

    def get_nodes(self) -> Deferred[list[Node]]:
        return self._ask(self._store.find_nodes)

    def get_quarantined(self) -> Deferred[list[Quarantined]]:
        return self._ask(self._store.find_quarantined)

    def repair_job(self, job_id: str, spec: JobSpec) -> Deferred[Job]:
        async def repair() -> Job:
            self._check_running()
            given.check_id("job_id", job_id)
            given.check_kind("spec", spec, JobSpec)
            now = self._now()
            job = await self._store.repair_job(self._builder.rebuild(job_id, spec, now))
            self._engine.wake_at(job.due)
            self._publisher.publish(JobAdded(now, job_id))
            return job

        return Deferred.fromCoroutine(repair())
