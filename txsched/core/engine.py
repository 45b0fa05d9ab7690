"""
The engine: one turn after the other, each claims, plans, commits and starts.

Turns never interleave; whoever wants one while one is under way gets another one
after it.  A turn takes at most a batch, then lets the loop do other work, so that
planning and the ends of runs share a busy machine.  When more is due than can be
carried out, jobs stay unclaimed in the store until there is room: what is then too
late is recorded as such, and nothing piles up in memory.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, TimeoutError
from twisted.logger import Logger
from twisted.python.failure import Failure

from .._version import __version__
from ..errors import StoreUnavailable
from ..interfaces import IClock, IExecutor, IJobStore
from ..model import (
    Disposition,
    Job,
    JobFinished,
    JobLease,
    Node,
    Plan,
    RunEnded,
    from_seconds,
    to_seconds,
)
from .alarm import Alarm
from .backoff import Backoff
from .committing import Committer, within
from .exclusion import Exclusion
from .health import ENDS, TURNS, Health
from .heart import Heart
from .planning import plan
from .publisher import Publisher
from .rearming import Rearmer
from .retention import Retention
from .room import Room
from .runner import Runner
from .settings import Settings
from .sharing import Share
from .sidelining import pause_broken
from .taking import RunTaker

__all__ = ["Engine"]

#: The pause after a turn that found nothing although something seemed due.
_NOTHING_FOUND_SECONDS = 0.05
#: How often pending runs have their turn while jobs are due all the time.
_RUNS_SECONDS = 1.0


class _Batch(NamedTuple):
    """
    What came of a claim: how much it gave, and whether there may be more.
    """

    found: int
    full: bool


_NOTHING = _Batch(0, False)


@define(eq=False)
class Engine:
    """
    Fires the jobs of one store.

    :param node: the id under which leases are held; unique for each start, so
        that a new process cannot be taken for its predecessor.
    :param name: the name of the node, as its owner gave it.
    :param alias: that of the store, for those who are told of it.
    :param room: the places for runs, which it shares with the engines of other stores.
    """

    _store: IJobStore
    _executors: Mapping[str, IExecutor]
    _clock: IClock
    node: str
    _settings: Settings
    _publisher: Publisher
    _exclusion: Exclusion = field(factory=Exclusion)
    name: str = "txsched"
    _room: Room = field(kw_only=True)
    _alias: str = field(kw_only=True, default="default")
    runner: Runner = field(init=False)
    rearmer: Rearmer = field(init=False)
    _alarm: Alarm = field(init=False)
    _running: bool = field(default=False, init=False)
    _paused: bool = field(default=False, init=False)
    _turning: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _turn_done: list[Deferred[None]] = field(factory=list, init=False)
    _runs_looked_at: float = field(default=0.0, init=False)
    _unwatch: Callable[[], None] = field(default=lambda: None, init=False)
    health: Health = field(init=False)
    _backoff: Backoff = field(init=False)
    heart: Heart = field(init=False)
    _taker: RunTaker = field(init=False)
    _started_at: datetime = field(init=False)
    _share: Share = field(init=False)
    _retention: Retention = field(init=False)
    _committer: Committer = field(init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._alarm = Alarm(
            self._clock, self.wake, self._settings.longest_sleep.total_seconds()
        )
        self.health = Health(self._clock, self._publisher, self._alias)
        self._backoff = Backoff(self._clock, self._settings, f"{self.node} turns")
        self.rearmer = Rearmer(self._store, self._publisher, self.wake_at)
        self.runner = Runner(
            self._store,
            self._executors,
            self._clock,
            self._settings,
            self._publisher,
            self._room.freed,
            self.rearmer,
            self.health,
            self.node,
        )
        self._taker = RunTaker(
            self._store, self._executors, self.node, self.runner, self.rearmer
        )
        self.heart = Heart(
            self._store,
            self._clock,
            self._settings,
            self._describe,
            self.health,
            self.wake,
        )
        self._share = Share(
            self._clock,
            self._settings,
            self.node,
            self.heart,
            self.runner.flights,
            self.wake,
        )
        self._retention = Retention(self._store, self._clock, self._settings)
        self._committer = Committer(
            self._store,
            self._clock,
            self._settings,
            self.node,
            lambda: self._running,
            self.health,
        )

    @property
    def next_wakeup(self) -> float | None:
        """
        When the next turn is planned, in seconds since 1970.
        """
        return self._alarm.at

    @property
    def paused(self) -> bool:
        """
        Whether nothing is started; settable.
        """
        return self._paused

    @paused.setter
    def paused(self, value: bool) -> None:
        self._paused = value
        self.wake()
        self.heart.beat()

    def start(self) -> None:
        """
        Begin to fire what is due.
        """
        self._running = True
        self._started_at = from_seconds(self._clock.seconds())
        self.health.reset()
        self.runner.begin()
        self._room.count(self.runner.count_busy)
        self.heart.start()
        self._unwatch = self._store.watch(self._share.noticed)
        self._retention.start()
        self.wake()

    async def stop(self, timeout: float | None) -> None:
        """
        Claim nothing more, wait for what runs, and mark what is cut off.

        :param timeout: how many seconds to wait for runs; ``None`` for ever.
        """
        self._running = False
        self._unwatch()
        self._share.stop()
        self._alarm.set(None)
        self._retention.stop()
        self.heart.beat()
        if self._turning:
            done: Deferred[None] = Deferred()
            self._turn_done.append(done)
            await done
        idle = self.runner.when_idle()
        if timeout is not None:
            idle.addTimeout(timeout, self._clock)  # type: ignore[arg-type]
        told = True
        try:
            await idle
        except Exception:
            told = await self._cut_off()
        self.runner.rest()
        self._room.forget(self.runner.count_busy)
        await self.heart.stop(leave=told)

    async def _cut_off(self) -> bool:
        """
        Cut off what runs; a store that is away is waited for as long as a lease lasts.

        :returns: whether the store was told.
        """
        marked: Deferred[None] = Deferred()

        def tell(outcome: Failure | None) -> None:
            if not marked.called:
                marked.callback(outcome)

        Deferred.fromCoroutine(self.runner.cut_off()).addBoth(tell)
        limit = self._settings.lease_duration.total_seconds()
        marked.addTimeout(limit, self._clock)  # type: ignore[arg-type]
        try:
            await marked
        except TimeoutError:
            self._log.warn(
                "the store could not be told what was cut off within {limit:g} s;"
                " whoever opens it next will find that out",
                limit=limit,
            )
            self.runner.give_up()
            return False
        return True

    def _describe(self, now: datetime, skew: timedelta | None) -> Node:
        """
        Give this node as it is now, for others to see.
        """
        state = "stopping"
        if self._running:
            state = "paused" if self._paused else "running"
        return Node(
            id=self.node,
            name=self.name,
            host=platform.node(),
            pid=os.getpid(),
            version=__version__,
            started_at=self._started_at,
            seen_at=now,
            skew=skew,
            state=state,
            active_runs=self.runner.in_flight,
        )

    # Turns

    def wake(self) -> None:
        """
        Take a turn now, or after the one that is under way.
        """
        if not self._running:
            return
        if self._turning:
            self._again = True
            return
        self._turning = True
        Deferred.fromCoroutine(self._turns()).addErrback(self._turn_failed)

    def wake_at(self, instant: datetime | None) -> None:
        """
        Take a turn at *instant* at the latest.
        """
        if instant is None or not self._running:
            return
        at = to_seconds(instant)
        if self._turning:
            self._again = True
        elif self._alarm.at is None or at < self._alarm.at:
            self._alarm.set(at)

    def _turn_failed(self, failure: Failure) -> None:
        self.health.failed(TURNS, failure.getErrorMessage())
        if failure.check(StoreUnavailable):
            self._log.warn("{error}; trying again", error=failure.value)
        else:
            self._log.failure("a turn of the scheduler failed", failure=failure)
        if self._running:
            self._alarm.set(self._clock.seconds() + self._backoff.next_seconds())
        self._turned()

    def _turned(self) -> None:
        self._turning = False
        waiting, self._turn_done = self._turn_done, []
        for done in waiting:
            done.callback(None)

    async def _turns(self) -> None:
        self._again = True
        again_at: float | None = None
        while self._again and self._running:
            self._again = False
            again_at = await self._turn()
        if self._running:
            if not self._paused:
                again_at = self._share.look_at(again_at, self._clock.seconds())
            self._alarm.set(again_at)
        self._backoff.reset()
        self.health.answered(TURNS)
        self._turned()

    async def _turn(self) -> float | None:
        """
        :returns: when to turn again, in seconds since 1970.
        """
        if self._paused:
            return None
        if not self._places():
            self._room.wait(self.wake)
            return None
        seconds = self._clock.seconds()
        yields_until = self._share.yields_until(seconds)
        if yields_until is not None:
            self._room.wait(self.wake)
            return yields_until
        now = from_seconds(seconds)
        taken = None
        if not 0.0 <= seconds - self._runs_looked_at < _RUNS_SECONDS:
            taken = await self._take_runs(now, seconds)
        fired = await self._fire(now)
        if taken is None and not fired.full:
            taken = await self._take_runs(now, seconds)
        if fired.full or (taken is not None and taken.full):
            return seconds
        due = await self._store.next_due(now, tuple(self._executors))
        if due is None:
            return None
        if due <= now and not fired.found and not (taken and taken.found):
            return seconds + _NOTHING_FOUND_SECONDS
        return to_seconds(due)

    def _places(self, held: int = 0) -> int:
        """
        Say how many runs may be started before one has ended.

        :param held: how many places are kept for them.
        :returns: none while the ends of those that were started cannot be recorded.
        """
        if self.health.fails(ENDS):
            return 0
        left = self._settings.max_in_flight - self.runner.in_flight
        return max(0, min(left, self._room.free + held))

    async def _fire(self, now: datetime) -> _Batch:
        """
        Claim, plan, commit and start due jobs.
        """
        limit = self._share.limit(self._places())
        if not limit:
            return _NOTHING
        with self._room.hold(limit):
            return await self._fire_up_to(limit, now)

    async def _fire_up_to(self, limit: int, now: datetime) -> _Batch:
        until = now + self._settings.lease_duration
        leases = await self._store.claim_jobs(self.node, now, until, limit)
        if not leases:
            return _NOTHING
        plans: list[Plan] = []
        planned: list[JobLease] = []
        broken: list[tuple[JobLease, Exception]] = []
        for lease in leases:
            try:
                decide = self._exclusion.plan if lease.job.calendars else plan
                plans.append(decide(lease, now, self.node, self._executors))
                planned.append(lease)
            except Exception as error:
                broken.append((lease, error))
        room = self._places(held=limit)
        if sum(len(decided.runs) for decided in plans) > room:
            plans = within(plans, room)
        lost = await self._committer.commit(plans)
        running = Disposition.RUNNING
        self.runner.start(
            (_as_planned(lease.job, decided), run, lease.term)
            for lease, decided in zip(planned, plans, strict=True)
            if decided.job_id not in lost
            for run in decided.runs
            if run.disposition is running
        )
        if self._publisher.wanted:
            self._tell(plans, lost, now)
        for lease, problem in broken:
            await pause_broken(self._store, self._publisher, lease, now, problem)
        return _Batch(len(leases), len(leases) >= limit)

    def _tell(self, plans: list[Plan], lost: Collection[str], now: datetime) -> None:
        for decided in plans:
            if decided.job_id in lost:
                continue
            for run in decided.runs:
                if run.ended_at is not None:
                    self._publisher.publish(RunEnded(now, run))
            if decided.finished:
                self._publisher.publish(JobFinished(now, decided.job_id))

    async def _take_runs(self, now: datetime, seconds: float) -> _Batch:
        """
        Claim and start runs that wait, and those that a crash cut off.
        """
        self._runs_looked_at = seconds
        limit = self._share.limit(self._places())
        if not limit:
            return _NOTHING
        until = now + self._settings.lease_duration
        with self._room.hold(limit):
            found = await self._taker.take(now, until, limit)
        return _Batch(found, found >= limit)


def _as_planned(job: Job, decided: Plan) -> Job:
    """
    Bring the progress of a job up to date, where it matters for the end of its run.
    """
    if decided.waiting is None and job.next_run_time is not None:
        return job
    return evolve(job, next_run_time=None, run_count=decided.run_count)
