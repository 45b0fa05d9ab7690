"""
Carrying out: runs go to executors, their outcomes into the ledger, in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import define, field
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..context import RunContext
from ..errors import StoreUnavailable
from ..interfaces import IBatchExecutor, IClock, IExecutor, IJobStore
from ..model import (
    Aftermath,
    Call,
    Disposition,
    Job,
    Outcome,
    Renewal,
    Run,
    RunEnded,
    RunStarted,
    from_seconds,
    to_seconds,
)
from .aftermath import aftermath, cut_off
from .backoff import Backoff
from .flights import Flight, Flights
from .health import ENDS, Health
from .leasing import LeaseKeeper
from .outcomes import failed, without_result
from .publisher import Publisher
from .rearming import Rearmer
from .settings import Settings

__all__ = ["Runner"]


@define(eq=False)
class Runner:
    """
    Starts runs under a lease, keeps the leases, and records how they ended.

    Outcomes that come while a batch is being written form the next batch, so the
    slower the store the larger the batches.

    A run that was asked to stop before its outcome came ends as ``cancelled``, for
    the reason of who asked first: whether its task returned, raised or never began,
    whatever its executor says, and also when a shutdown cuts it off.  Nobody could
    tell whether it was its work that had ended or the task that gave way.  Result,
    error and traceback are kept as they came.  An outcome that was there before
    stays as it is.

    :param landed: called when places became free.
    :param node: its id, for pauses that are not those of others.
    """

    _store: IJobStore
    _executors: Mapping[str, IExecutor]
    _clock: IClock
    _settings: Settings
    _publisher: Publisher
    _landed: Callable[[], None]
    _rearmer: Rearmer
    _health: Health
    _node: str
    flights: Flights = field(init=False)
    _deferreds: dict[str, Deferred[Any]] = field(factory=dict, init=False)
    _reasons: dict[str, str] = field(factory=dict, init=False)
    _outcomes: list[tuple[RunContext, Outcome]] = field(factory=list, init=False)
    _writing: list[tuple[RunContext, Outcome]] = field(factory=list, init=False)
    _recording: bool = field(default=False, init=False)
    _keeper: LeaseKeeper = field(init=False)
    _backoff: Backoff = field(init=False)
    _given_up: bool = field(default=False, init=False)
    _idle: list[Deferred[None]] = field(factory=list, init=False)
    _log = Logger()

    def __attrs_post_init__(self) -> None:
        self.flights = Flights(self._executors)
        self._keeper = LeaseKeeper(
            self._store,
            self._clock,
            self._settings,
            self._terms,
            self._renewed,
            self._health,
        )
        self._backoff = Backoff(self._clock, self._settings, f"{self._node} ends")

    @property
    def in_flight(self) -> int:
        """
        How many runs were started and are not recorded as ended.
        """
        return len(self.flights)

    def count_busy(self) -> int:
        """
        Say how many of these take a place: while ends cannot be recorded those that
        have ended do not.
        """
        busy = len(self.flights)
        if self._health.fails(ENDS):
            busy -= len(self._outcomes) + len(self._writing)
        return max(0, busy)

    def begin(self) -> None:
        """
        Forget what was given up when this node stopped before.
        """
        self._given_up = False
        self.flights.clear()
        self._reasons.clear()

    def start(self, leases: Iterable[tuple[Job, Run, int]]) -> None:
        """
        Hand runs, each with its job and term, to their executors.
        """
        batches: dict[str, list[tuple[Call, RunContext]]] = {}
        flights = self.flights
        for job, run, term in leases:
            late = job.misfire_grace_time is not None and not run.manual
            context = RunContext(
                job.id,
                run.id,
                run.planned_time,
                run.attempt,
                _start_by(job, run) if late and run.attempt == 1 else None,
            )
            flights.add(Flight(job, run, term, context))
            item = (job.call, context)
            batch = batches.get(run.executor)
            if batch is None:
                batches[run.executor] = [item]
            else:
                batch.append(item)
        if not batches:
            return
        self._keeper.keep()
        if self._publisher.wanted:
            at = from_seconds(self._clock.seconds())
            for batch in batches.values():
                for _, context in batch:
                    run = flights[context.run_id].run
                    self._publisher.publish(RunStarted(at, run))
        for alias, batch in batches.items():
            executor = self._executors[alias]
            if IBatchExecutor.providedBy(executor):
                self._submit(executor, batch)
            else:
                for call, context in batch:
                    self._start_one(executor, call, context)

    def _submit(
        self, executor: IBatchExecutor, batch: list[tuple[Call, RunContext]]
    ) -> None:
        try:
            executor.submit(batch, self._ended)
        except Exception:
            # Against its contract; but its runs must not count as running for ever.
            failure = Failure()
            self._log.failure(
                "an executor refused {count} runs", failure, count=len(batch)
            )
            now = self._clock.seconds()
            self._ended(
                [(context, failed(failure, context, now, now)) for _, context in batch]
            )

    def _start_one(self, executor: IExecutor, call: Call, context: RunContext) -> None:
        started = self._clock.seconds()
        deferred = maybeDeferred(executor.execute, call, context)
        self._deferreds[context.run_id] = deferred

        def ended(result: Any) -> None:
            if self._deferreds.get(context.run_id) is deferred:
                del self._deferreds[context.run_id]
            now = self._clock.seconds()
            if isinstance(result, Failure):
                outcome = failed(result, context, started, now)
            else:
                outcome = Outcome(Disposition.SUCCEEDED, started, now, result)
            self._ended([(context, outcome)])

        deferred.addBoth(ended)

    def _ended(self, outcomes: Sequence[tuple[RunContext, Outcome]]) -> None:
        self._outcomes += outcomes
        if not self._recording:
            self._recording = True
            Deferred.fromCoroutine(self._record()).addErrback(self._broken)

    def _broken(self, failure: Failure) -> None:
        self._log.failure("recording the ends of runs failed", failure=failure)
        self._writing = []
        self._recording = False

    async def _record(self) -> None:
        """
        Write outcomes until there are none left.
        """
        flights = self.flights
        while self._outcomes:
            self._writing, self._outcomes = self._outcomes, []
            ends: dict[str, Aftermath] = {}
            for context, outcome in self._writing:
                run_id = context.run_id
                flight = flights.get(run_id)
                if flight is None or flight[3] is not context or run_id in ends:
                    continue
                if context.cancelled:
                    outcome = self._cancelled(context, outcome)
                try:
                    end = aftermath(flight[0], flight[1], flight[2], outcome)
                except Exception as error:
                    end = self._without_outcome(flight, error)
                ends[run_id] = end
            await self.finish(tuple(ends.values()))
        self._writing = []
        self._recording = False

    def _without_outcome(self, flight: Flight, error: Exception) -> Aftermath:
        """
        End a run whose executor told what cannot be an outcome.
        """
        self._log.failure("run {run_id} has no outcome", run_id=flight.run.id)
        message = f"its executor told no outcome: {type(error).__name__}"
        now = self._clock.seconds()
        outcome = Outcome(Disposition.FAILED, None, now, error=message)
        return aftermath(flight.job, flight.run, flight.term, outcome)

    def _cancelled(self, context: RunContext, outcome: Outcome) -> Outcome:
        """
        Give the outcome of a run that was asked to stop before it came.
        """
        reason = self._reasons.get(context.run_id) or outcome.reason
        return outcome._replace(disposition=Disposition.CANCELLED, reason=reason)

    async def finish(self, ends: Sequence[Aftermath]) -> None:
        """
        Write *ends*, as often as it takes, and tell of them.

        :returns: fires when they are written, or when the store gave others the
            right to do so.
        """
        lost: set[str] = set()
        while ends:
            ends = [self._under_its_term(end) for end in ends]
            try:
                lost = set(await self._store.finish(ends))
            except StoreUnavailable as error:
                self._health.failed(ENDS, str(error))
                self._log.warn("cannot record the ends of runs: {error}", error=error)
                self._landed()
                await self._backoff.pause()
                if self._given_up:
                    return
            except Exception as error:
                if len(ends) > 1:
                    for end in ends:
                        await self.finish((end,))
                    return
                self._log.failure(
                    "run {run_id} cannot be recorded", run_id=ends[0].run.id
                )
                ends = (without_result(ends[0], error),)
                await self._backoff.pause()
            else:
                break
        self._backoff.reset()
        self._health.answered(ENDS)
        if not ends:
            return
        wanted = self._publisher.wanted
        kept = []
        waited = []
        for end in ends:
            run = end.run
            if lost and run.id in lost and self._under_its_term(end) != end:
                kept.append(end)
                continue
            flight = self.flights.get(run.id)
            if flight is not None and flight[2] == end.term:
                self.flights.remove(flight)
                job = flight.job
                if job.next_run_time is None or run.manual:
                    waited.append((job, run))
            if self._reasons and run.id not in self.flights:
                self._reasons.pop(run.id, None)
            if lost and run.id in lost:
                self._health.refused += 1
                self._log.warn(
                    "run {run_id} of job {job_id} was taken over by another node;"
                    " its end here ({disposition}) was not recorded",
                    run_id=run.id,
                    job_id=run.job_id,
                    disposition=run.disposition,
                )
            elif wanted and run.ended_at is not None:
                self._publisher.publish(RunEnded(run.ended_at, run))
        if waited:
            await self._rearmer.follow(waited)
        if kept:
            await self.finish(kept)
            return
        self._landed()
        if not self.flights:
            idle, self._idle = self._idle, []
            for waiting in idle:
                waiting.callback(None)

    def _under_its_term(self, end: Aftermath) -> Aftermath:
        flight = self.flights.get(end.run.id)
        if flight is None or flight.term == end.term:
            return end
        return end._replace(term=flight.term)

    def keep(self, run_id: str, term: int) -> bool:
        """
        Go on with a run in flight under the new lease of *term*.

        :returns: whether it is in flight here: the lease ended, as after a step of the
            clock, a sleep of the machine or an outage of the store, but not the run.
        """
        flight = self.flights.get(run_id)
        if flight is None:
            return False
        self.flights.hold(flight, term)
        return True

    def give_up(self) -> None:
        """
        Record no more: whoever opens the store next finds the leases that have ended.
        """
        self._given_up = True
        self._backoff.hurry()

    # Leases

    def _terms(self) -> dict[str, int]:
        return {flight.run.id: flight.term for flight in self.flights}

    def _renewed(self, renewal: Renewal, terms: Mapping[str, int]) -> None:
        for run_id in renewal.lost:
            flight = self.flights.get(run_id)
            if flight is None or flight.term != terms[run_id]:
                continue
            if run_id not in self._reasons:
                self._log.warn(
                    "the lease on run {run_id} of job {job_id} was lost",
                    run_id=run_id,
                    job_id=flight.run.job_id,
                )
                self.cancel(run_id, "its lease was lost")
        for run_id in renewal.cancelled:
            if run_id not in self._reasons:
                self.cancel(run_id, "cancelled by a user")

    # Stopping

    def cancel(self, run_id: str, reason: str) -> bool:
        """
        Ask a run in flight to stop, as its executor can; again, when it was before.

        :param reason: what the ledger will say, unless another one came before.
        :returns: whether it is in flight here and its outcome has not come yet.
        """
        flight = self.flights.get(run_id)
        if flight is None or self._has_outcome(flight.context):
            return False
        self._reasons.setdefault(run_id, reason)
        self._stop(flight)
        return True

    def _has_outcome(self, context: RunContext) -> bool:
        return any(
            one is context
            for outcomes in (self._outcomes, self._writing)
            for one, _ in outcomes
        )

    def _stop(self, flight: Flight) -> None:
        run_id = flight.run.id
        flight.context.cancelled = True
        deferred = self._deferreds.get(run_id)
        if deferred is not None:
            deferred.cancel()
        else:
            executor = cast(IBatchExecutor, self._executors[flight.run.executor])
            executor.cancel(flight.context)

    def when_idle(self) -> Deferred[None]:
        """
        :returns: fires when nothing is in flight.
        """
        idle: Deferred[None] = Deferred()
        if self.flights:
            self._idle.append(idle)
        else:
            idle.callback(None)
        return idle

    def rest(self) -> None:
        """
        Leave no call to the clock behind, once nothing is in flight.
        """
        self._keeper.rest()

    async def cut_off(self) -> None:
        """
        Stop what is in flight and mark it: to be repeated, or abandoned.

        A run whose outcome has come is left to be recorded; one that was asked to
        stop is cancelled, and not repeated.
        """
        now = self._clock.seconds()
        ends = []
        flights = []
        for flight in list(self.flights):
            job, run, term, context = flight
            if self._has_outcome(context):
                continue
            flights.append(flight)
            if context.cancelled:
                outcome = Outcome(Disposition.CANCELLED, None, now)
                ends.append(
                    aftermath(job, run, term, self._cancelled(context, outcome))
                )
            else:
                ends.append(cut_off(job, run, term, from_seconds(now)))
            self.flights.remove(flight)
        for flight in flights:
            self._stop(flight)
        await self.finish(ends)
        await self.when_idle()


def _start_by(job: Job, run: Run) -> float:
    grace = job.misfire_grace_time
    assert grace is not None
    if job.jitter is not None:
        grace += job.jitter
    return to_seconds(run.planned_time + grace)
