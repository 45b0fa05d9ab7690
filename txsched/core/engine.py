"""
The engine: one turn after the other, each claims, plans, commits and starts.

Turns never interleave; whoever wants one while one is under way gets another one
after it.  A turn takes at most a batch, then lets the loop do other work, so that
planning and the ends of runs share a busy machine.  When more is due than can be
carried out, jobs stay unclaimed in the store until there is room: what is then too
late is recorded as such, and nothing piles up in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import define, evolve, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import NoSuchJob, StaleRevision, StoreUnavailable
from ..interfaces import IClock, IExecutor, IJobStore
from ..model import (
    Disposition,
    JobFinished,
    JobLease,
    JobPaused,
    Pause,
    Plan,
    RunEnded,
    from_seconds,
    to_seconds,
)
from .aftermath import taken_over
from .alarm import Alarm
from .planning import plan
from .publisher import Publisher
from .runner import Runner
from .settings import Settings

__all__ = ["Engine"]

#: The pause after a turn that found nothing although something seemed due.
_NOTHING_FOUND_SECONDS = 0.05
_PRUNE_BATCH = 1000


@define(eq=False)
class Engine:
    """
    Fires the jobs of one store.

    :param node: the name under which leases are held; unique for each start, so
        that a new process cannot be taken for its predecessor.
    """

    _store: IJobStore
    _executors: Mapping[str, IExecutor]
    _clock: IClock
    node: str
    _settings: Settings
    _publisher: Publisher
    runner: Runner = field(init=False)
    _alarm: Alarm = field(init=False)
    _running: bool = field(default=False, init=False)
    _paused: bool = field(default=False, init=False)
    _turning: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _turn_done: list[Deferred[None]] = field(factory=list, init=False)
    _crowded: bool = field(default=False, init=False)
    _runs_looked_at: float = field(default=0.0, init=False)
    _retry_seconds: float = field(default=0.0, init=False)
    _unwatch: Callable[[], None] = field(default=lambda: None, init=False)
    _pruning: IDelayedCall | None = field(default=None, init=False)
    #: Why the store cannot be used at the moment.
    store_error: str | None = field(default=None, init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self._alarm = Alarm(
            self._clock, self.wake, self._settings.longest_sleep.total_seconds()
        )
        self.runner = Runner(
            self._store,
            self._executors,
            self._clock,
            self._settings,
            self._publisher,
            self._landed,
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

    def start(self) -> None:
        """
        Begin to fire what is due.
        """
        self._running = True
        self._unwatch = self._store.watch(self.wake)
        self._prune_later(0.0)
        self.wake()

    async def stop(self, timeout: float | None) -> None:
        """
        Claim nothing more, wait for what runs, and mark what is cut off.

        :param timeout: how many seconds to wait for runs; ``None`` for ever.
        """
        self._running = False
        self._unwatch()
        self._alarm.set(None)
        if self._pruning is not None:
            self._pruning.cancel()
            self._pruning = None
        if self._turning:
            done: Deferred[None] = Deferred()
            self._turn_done.append(done)
            await done
        idle = self.runner.when_idle()
        if timeout is not None:
            idle.addTimeout(timeout, self._clock)  # type: ignore[arg-type]
        try:
            await idle
        except Exception:
            await self.runner.cut_off()
        self.runner.rest()

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

    def _landed(self) -> None:
        if self._crowded:
            self._crowded = False
            self.wake()

    def _turn_failed(self, failure: Failure) -> None:
        if failure.check(StoreUnavailable):
            self.store_error = str(failure.value)
            self._log.warn("{error}; trying again", error=failure.value)
        else:
            self.store_error = failure.getErrorMessage()
            self._log.failure("a turn of the scheduler failed", failure=failure)
        delay = self._retry_seconds or self._settings.retry_delay.total_seconds()
        longest = self._settings.longest_retry_delay.total_seconds()
        self._retry_seconds = min(2 * delay, longest)
        if self._running:
            self._alarm.set(self._clock.seconds() + delay)
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
            self._alarm.set(again_at)
        self._retry_seconds = 0.0
        self.store_error = None
        self._turned()

    async def _turn(self) -> float | None:
        """
        :returns: when to turn again, in seconds since 1970.
        """
        seconds = self._clock.seconds()
        now = from_seconds(seconds)
        settings = self._settings
        room = min(settings.batch_size, settings.max_in_flight - self.runner.in_flight)
        if room <= 0:
            self._crowded = True
            return None
        if self._paused:
            return None
        found = await self._fire(now, room)
        if found < room or seconds - self._runs_looked_at >= 1.0:
            self._runs_looked_at = seconds
            found += await self._take_runs(now, room)
        if found >= room:
            return seconds
        due = await self._store.next_due(now, tuple(self._executors))
        if due is None:
            return None
        if not found and due <= now:
            return seconds + _NOTHING_FOUND_SECONDS
        return to_seconds(due)

    async def _fire(self, now: datetime, limit: int) -> int:
        """
        Claim, plan, commit and start due jobs.
        """
        until = now + self._settings.lease_duration
        leases = await self._store.claim_jobs(self.node, now, until, limit)
        if not leases:
            return 0
        plans: list[Plan] = []
        planned: list[JobLease] = []
        for lease in leases:
            try:
                plans.append(plan(lease, now, self.node, self._executors))
                planned.append(lease)
            except Exception as error:
                await self._pause_broken(lease, now, error)
        lost = set(await self._store.commit(plans, self.node, until))
        running = Disposition.RUNNING
        self.runner.start(
            (lease.job, run, lease.term)
            for lease, decided in zip(planned, plans, strict=True)
            if decided.job_id not in lost
            for run in decided.runs
            if run.disposition is running
        )
        if self._publisher.wanted:
            self._tell(plans, lost, now)
        return len(leases)

    def _tell(self, plans: list[Plan], lost: set[str], now: datetime) -> None:
        for decided in plans:
            if decided.job_id in lost:
                continue
            for run in decided.runs:
                if run.ended_at is not None:
                    self._publisher.publish(RunEnded(now, run))
            if decided.finished:
                self._publisher.publish(JobFinished(now, decided.job_id))

    async def _pause_broken(
        self, lease: JobLease, now: datetime, error: Exception
    ) -> None:
        """
        Put a job aside whose trigger cannot be asked, with the reason as its note.
        """
        note = f"its trigger failed: {type(error).__name__}: {error}"
        job_id = lease.job.id
        self._log.failure("job {job_id} is paused: {note}", job_id=job_id, note=note)
        job = evolve(
            lease.job,
            next_run_time=lease.next_run_time,
            run_count=lease.run_count,
        )
        try:
            await self._store.change_job(evolve(job, paused=Pause(now, note)), job, ())
        except (NoSuchJob, StaleRevision):
            return
        self._publisher.publish(JobPaused(now, job.id, note))

    async def _take_runs(self, now: datetime, limit: int) -> int:
        """
        Claim and start runs that wait, and those that a crash cut off.
        """
        until = now + self._settings.lease_duration
        leases = await self._store.claim_runs(
            self.node, now, until, limit, tuple(self._executors)
        )
        ends = []
        starts = []
        for lease in leases:
            end = taken_over(lease, now)
            if end is not None:
                ends.append(end)
                continue
            run, job, term = lease
            assert job is not None
            again = run.disposition is Disposition.RUNNING
            starts.append(
                (
                    job,
                    run._replace(
                        disposition=Disposition.RUNNING,
                        node=self.node,
                        started_at=now,
                        attempt=run.attempt + again,
                        reason=f"attempt of node {run.node} was cut off"
                        if again
                        else run.reason,
                    ),
                    term,
                )
            )
        self.runner.start(starts)
        if ends:
            await self.runner.finish(ends)
        return len(leases)

    # Retention

    def _prune_later(self, delay: float) -> None:
        self._pruning = self._clock.callLater(delay, self._prune_now)

    def _prune_now(self) -> None:
        self._pruning = None
        Deferred.fromCoroutine(self._prune()).addErrback(self._prune_failed)

    def _prune_failed(self, failure: Failure) -> None:
        if failure.check(StoreUnavailable):
            self._log.warn("cannot prune the ledger: {error}", error=failure.value)
        else:
            self._log.failure("pruning the ledger failed", failure=failure)
        if self._running:
            self._prune_later(self._settings.prune_interval.total_seconds())

    async def _prune(self) -> None:
        settings = self._settings
        before = None
        if settings.retention_age is not None:
            before = from_seconds(self._clock.seconds()) - settings.retention_age
        removed = await self._store.prune(
            before, settings.retention_count, _PRUNE_BATCH
        )
        if self._running:
            more = removed >= _PRUNE_BATCH
            self._prune_later(0.0 if more else settings.prune_interval.total_seconds())
