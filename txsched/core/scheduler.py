"""
The scheduler of this process: ``IScheduler`` over stores, each with an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from attrs import define, field
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ..errors import AlreadyRunning, BadValue, NotRunning
from ..interfaces import IClock, IExecutor, IJobStore, IScheduler, ISubscription
from ..model import (
    Event,
    Examination,
    Forecast,
    ICalendar,
    ITrigger,
    Job,
    JobDefaults,
    JobQuery,
    JobSpec,
    Node,
    OnConflict,
    Page,
    Quarantined,
    Run,
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
from .jobs import Jobs
from .modifying import checked_note
from .publisher import Publisher
from .requests import find_quarantined
from .room import Room
from .runs import Runs
from .settings import Settings
from .stores import AttachedStore, Stores
from .surveying import examine, find_nodes, hand_back, survey

__all__ = ["LocalScheduler"]

T = TypeVar("T")


@implementer(IScheduler)
@define(eq=False)
class LocalScheduler:
    """
    Keeps jobs in *store* and carries them out in this process.

    :param store: where jobs and the ledger are kept: a job store, or several by
        alias.  One of several is called ``default`` and has the jobs that do not say.
    :param executors: who carries out runs, by alias; one that is called
        ``default`` serves the jobs that do not say.
    :param clock: a reactor, or a ``task.Clock``.
    :param node: the name of this scheduler; a part that is new at every start is
        added to it, see :attr:`node`.
    :param defaults: the options of jobs that do not say.
    :param settings: how the engines work.
    :param calendars: times that jobs can be kept from, by name.
    :raises BadValue: for ``store``.
    """

    _store: IJobStore | Mapping[str, IJobStore]
    _executors: Mapping[str, IExecutor]
    _clock: IClock
    _name: str = "txsched"
    _defaults: JobDefaults = field(factory=JobDefaults, kw_only=True)
    _settings: Settings = field(factory=Settings, kw_only=True)
    _calendars: Mapping[str, ICalendar] = field(factory=dict, kw_only=True)
    #: The name under which this scheduler holds leases; unique for each start.
    node: str = field(init=False)
    _exclusion: Exclusion = field(init=False)
    _publisher: Publisher = field(factory=Publisher, init=False)
    _room: Room = field(init=False)
    _stores: Stores = field(init=False)
    _jobs: Jobs = field(init=False)
    _runs: Runs = field(init=False)
    _state: str = field(default="stopped", init=False)
    _paused: bool = field(default=False, init=False)
    _note: str = field(default="", init=False)
    _started_at: datetime | None = field(default=None, init=False)
    _beginning: list[Deferred[None]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.node = f"{self._name}-{uuid4().hex[:8]}"
        self._exclusion = Exclusion(self._calendars)
        self._room = Room(self._settings.max_in_flight)
        self._stores = Stores(self._make_engine)
        self._stores.take(self._store)
        builder = JobBuilder(self._executors, self._defaults, self._exclusion)
        tell, exclusion, now = self._publisher, self._exclusion, self._now
        self._jobs = Jobs(self._stores, builder, tell, exclusion, now)
        self._runs = Runs(self._stores, tell, exclusion, now)

    def _make_engine(self, alias: str, store: IJobStore) -> Engine:
        return Engine(
            store,
            self._executors,
            self._clock,
            self.node,
            self._settings,
            self._publisher,
            self._exclusion,
            self._name,
            room=self._room,
            alias=alias,
        )

    # Life

    def start(self, paused: bool = False) -> Deferred[None]:
        """
        Open the stores, all or none, and begin to fire.

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
            await self._stores.open()
        except BaseException:
            self._state = "stopped"
            self._begun()
            raise
        self._state = "running"
        self._started_at = self._now()
        self._note = ""
        self._paused = paused
        for one in self._stores:
            self._begin(one)
        self._publisher.publish(SchedulerStarted(self._started_at))
        self._begun()

    def _begin(self, one: AttachedStore) -> None:
        if self._state != "running":
            raise NotRunning()
        one.engine.paused = self._paused
        one.engine.start()

    def _begun(self) -> None:
        waiting, self._beginning = self._beginning, []
        for one in waiting:
            one.callback(None)

    def stop(self, timeout: float | None = None) -> Deferred[None]:
        """
        Claim nothing more, wait for what runs, close the stores.

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
            await self._stores.leave(timeout)
        finally:
            self._state = "stopped"

    def add_store(self, alias: str, store: IJobStore) -> Deferred[None]:
        """
        Open one more store and fire its jobs as well; nothing of this is kept over a
        restart of the program.

        :param alias: its name in this scheduler.
        :returns: fires when its jobs can be asked for and are fired.
        :raises BadValue: for ``store``: the alias, or the store, cannot be used.
        :raises StoreExists: there is one of this alias.
        :raises NotRunning: the scheduler is not running; then give the store to its
            constructor.
        """

        async def add() -> None:
            self._check_running()
            await self._stores.add(alias, store, self._begin)

        return Deferred.fromCoroutine(add())

    def remove_store(self, alias: str, timeout: float | None = None) -> Deferred[None]:
        """
        Claim no more jobs of a store, wait for those of its runs that are carried out
        here, and close it.  Its jobs stay in it, for others that use it, or for later.

        :param timeout: how many seconds to wait for runs, as in :meth:`stop`.
        :returns: fires when the store is closed.
        :raises NoSuchStore: there is none of this alias.
        :raises BadValue: for ``alias``: it is ``default``, which cannot be removed; or
            *timeout* is no number of seconds.
        :raises NotRunning: the scheduler is not running.
        """

        async def remove() -> None:
            given.check_timeout(timeout)
            self._check_running()
            await self._stores.remove(given.check_id("alias", alias), timeout)

        return Deferred.fromCoroutine(remove())

    def wake(self) -> None:
        """
        Look at once whether something is due: the clock was set, for instance.
        """
        for one in self._stores:
            one.engine.wake()

    def _now(self) -> datetime:
        return from_seconds(self._clock.seconds())

    def _check_running(self) -> None:
        if self._state not in ("running", "stopping"):
            raise NotRunning()

    def _ask(
        self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any
    ) -> Deferred[T]:
        async def ask() -> T:
            self._check_running()
            return await work(*args)

        return Deferred.fromCoroutine(ask())

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
            self._check_running()
            return (await self._jobs.add((spec,), on_conflict))[0]

        return Deferred.fromCoroutine(add())

    def add_jobs(
        self,
        specs: Sequence[JobSpec],
        on_conflict: OnConflict | str = OnConflict.ERROR,
    ) -> Deferred[list[Job]]:
        return self._ask(self._jobs.add, specs, on_conflict)

    def get_job(self, job_id: str, store: str | None = None) -> Deferred[Job]:
        return self._ask(self._jobs.get, job_id, store)

    def get_jobs(self, query: JobQuery = JobQuery()) -> Deferred[Page[Job]]:
        return self._ask(self._jobs.find, query)

    def modify_job(
        self,
        job_id: str,
        revision: int | None = None,
        store: str | None = None,
        **changes: Any,
    ) -> Deferred[Job]:
        return self._ask(self._jobs.modify, job_id, revision, store, changes)

    def reschedule_job(
        self,
        job_id: str,
        trigger: ITrigger,
        revision: int | None = None,
        store: str | None = None,
    ) -> Deferred[Job]:
        return self._ask(self._jobs.reschedule, job_id, trigger, revision, store)

    def pause_job(
        self, job_id: str, note: str = "", store: str | None = None
    ) -> Deferred[Job]:
        return self._ask(self._jobs.pause, job_id, note, store)

    def resume_job(
        self, job_id: str, catch_up: bool = False, store: str | None = None
    ) -> Deferred[Job]:
        return self._ask(self._jobs.resume, job_id, catch_up, store)

    def remove_job(self, job_id: str, store: str | None = None) -> Deferred[None]:
        return self._ask(self._jobs.remove, job_id, store)

    # Runs

    def run_job(
        self, job_id: str, force: bool = False, store: str | None = None
    ) -> Deferred[Run]:
        return self._ask(self._runs.request, job_id, force, store)

    def cancel_run(
        self, run_id: str, reason: str = "", store: str | None = None
    ) -> Deferred[Run]:
        return self._ask(self._runs.cancel, run_id, reason, store)

    def get_run(self, run_id: str, store: str | None = None) -> Deferred[Run]:
        return self._ask(self._runs.get, run_id, store)

    def get_runs(self, query: RunQuery = RunQuery()) -> Deferred[Page[Run]]:
        return self._ask(self._runs.find, query)

    def forecast(
        self,
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None = None,
        limit: int = 1000,
        store: str | None = None,
    ) -> Deferred[list[Forecast]]:
        return self._ask(self._runs.foresee, start, end, job_ids, limit, store)

    # The whole

    def subscribe(self, observer: Callable[[Event], object]) -> Deferred[ISubscription]:
        async def subscribe() -> ISubscription:
            if not callable(observer):
                raise BadValue("observer", f"{observer!r} cannot be called")
            return self._publisher.subscribe(observer)

        return Deferred.fromCoroutine(subscribe())

    def pause(self, note: str = "") -> Deferred[None]:
        async def pause() -> None:
            self._hold(True, checked_note(note))
            self._publisher.publish(SchedulerPaused(self._now(), note))

        return self._ask(pause)

    def resume(self) -> Deferred[None]:
        async def resume() -> None:
            self._hold(False, "")
            self._publisher.publish(SchedulerResumed(self._now()))

        return self._ask(resume)

    def _hold(self, paused: bool, note: str) -> None:
        self._paused, self._note = paused, note
        for one in self._stores:
            one.engine.paused = paused

    def status(self) -> Deferred[SchedulerStatus]:
        async def status() -> SchedulerStatus:
            held = self._paused and self._state == "running"
            return await survey(
                self._stores,
                node=self.node,
                state="paused" if held else self._state,
                note=self._note,
                started_at=self._started_at,
                now=self._now(),
            )

        return self._ask(status)

    def get_nodes(self, store: str | None = None) -> Deferred[list[Node]]:
        return self._ask(find_nodes, self._stores, store)

    def examine(self, store: str | None = None) -> Deferred[list[Examination]]:
        return self._ask(examine, self._stores, self._settings, self._now(), store)

    def hand_back(self, node_id: str, store: str | None = None) -> Deferred[int]:
        where = (self._stores, self._settings, self._now())
        return self._ask(hand_back, *where, node_id, store)

    def get_quarantined(self, store: str | None = None) -> Deferred[list[Quarantined]]:
        return self._ask(find_quarantined, self._stores, store)

    def repair_job(
        self, job_id: str, spec: JobSpec, store: str | None = None
    ) -> Deferred[Job]:
        return self._ask(self._jobs.repair, job_id, spec, store)
