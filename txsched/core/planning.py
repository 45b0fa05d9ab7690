"""
What is to become of planned times: the pure heart of the scheduler.

A planned time *arrives* when its instant, plus its jitter, is reached.  When a
job is planned, each planned time that has arrived gets its disposition, in this
order:

1. **missed**, when it is later than ``misfire_grace_time`` (plus ``jitter``);
2. **skipped**, when ``max_instances`` runs of the job are active;
3. **coalesced**, when the job coalesces and a later planned time has arrived too;
4. otherwise it runs.

Neighbours with the same fate share one row of the ledger.  Long stretches are
counted by the trigger (:class:`~txsched.model.ICountingTrigger`) and not walked;
a trigger that cannot count is walked in stretches of :data:`MAX_STEPS`, one for
each call, with the cursor left in between.  So a call is bounded in time and
memory, whatever happened while nobody planned.

A job that waits (:class:`~txsched.model.Waiting`) has one planned time at most that
has arrived.  Its plan leaves the next one open, for the store to set it: one that does
not run counts as an end at the instant of planning.

Nothing here asks a clock, draws a random number or waits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from ..errors import BadTrigger
from ..model import (
    UTC,
    Disposition,
    ITrigger,
    Job,
    JobLease,
    Plan,
    Run,
    Waiting,
    jitter_offset,
    run_id,
    waiting_of,
)
from ..model.showing import shown_duration

__all__ = [
    "MAX_STEPS",
    "due_of",
    "first_planned_time",
    "pass_over",
    "plan",
    "planned_after",
    "waiting_after",
]

#: How many planned times of a trigger that cannot count are walked in one call.
MAX_STEPS = 1000

_RUNNING = Disposition.RUNNING
_PENDING = Disposition.PENDING
_MISSED = Disposition.MISSED
_SKIPPED = Disposition.SKIPPED
_COALESCED = Disposition.COALESCED
_ZERO = timedelta()
_MICROSECOND = timedelta(microseconds=1)


def first_planned_time(
    trigger: ITrigger,
    now: datetime,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
) -> datetime | None:
    """
    Give the first planned time of a new schedule, ``None`` when there is none.

    :param now: the trigger is asked for a time from here on.
    :param start_time: or from here on, when that is later.
    :param end_time: a time after this does not count.
    :raises BadTrigger: the trigger's answer cannot be used.
    """
    begin = now if start_time is None else max(now, start_time)
    first = _usable(trigger.get_next_fire_time(None, begin))
    if first is None or (end_time is not None and first > end_time):
        return None
    return first


def _usable(answer: datetime | None) -> datetime | None:
    if answer is None or answer.tzinfo is UTC:
        return answer
    if answer.tzinfo is None:
        raise BadTrigger("trigger", f"it gave {answer}, which has no time zone")
    return answer.astimezone(UTC)


def planned_after(job: Job, planned: datetime, now: datetime) -> datetime | None:
    """
    Give the planned time of *job* that follows *planned*, ``None`` at the end.

    :raises BadTrigger: the trigger's answer cannot be used.
    """
    following = job.trigger.get_next_fire_time(planned, now)
    if following is None:
        return None
    if following.tzinfo is not UTC:
        following = _usable(following)
    if following is None or following <= planned:
        raise BadTrigger("trigger", f"it gave {following} to follow {planned}")
    if job.end_time is not None and following > job.end_time:
        return None
    return following


def plan(lease: JobLease, now: datetime, node: str, executors: Collection[str]) -> Plan:
    """
    Give every planned time of a due job up to *now* its disposition.

    :param lease: the job with its active runs.
    :param now: the instant of planning.
    :param node: the planning node: it starts the runs whose executor it has.
    :param executors: aliases of the executors of *node*; a run of another one is
        left ``pending`` for a node that has it.
    :raises BadTrigger: the job's trigger gave an answer that cannot be used.
    """
    job, active, term, planned, run_count = lease
    following = planned_after(job, planned, now)
    jitter = job.jitter
    if (
        following is not None
        and (following if jitter is None else due_of(job, following)) <= now
    ):
        return _plan_many(lease, following, now, node, executors)
    grace = job.misfire_grace_time
    if grace is not None and now - planned > (grace if not jitter else grace + jitter):
        run = _range(job, _MISSED, planned, planned, 1, now, _late(planned, now, grace))
    elif len(active) >= job.max_instances:
        run = _skip(job, active, planned, planned, 1, now)
    else:
        run = _start(job, planned, now, node, executors)
        run_count += 1
        if job.max_runs is not None and run_count >= job.max_runs:
            following = None
    return Plan(
        job.id,
        term,
        (run,),
        following,
        following if jitter is None or following is None else due_of(job, following),
        run_count,
        None
        if following is not None or not hasattr(job.trigger, "waiting")
        else waiting_after(job, run_count, active, run, now),
    )


def waiting_after(
    job: Job, run_count: int, active: tuple[Run, ...], last: Run, now: datetime
) -> Waiting | None:
    """
    Give what the job waits for after a plan made at *now* whose last run is *last*.
    """
    waiting = waiting_of(job, run_count)
    if waiting is None or waiting.delay is None:
        return waiting
    if active or last.ended_at is None:
        return waiting
    return None if waiting.following(now) is None else waiting


def due_of(job: Job, planned: datetime) -> datetime:
    """
    Give the instant at which a planned time of *job* arrives.
    """
    if job.jitter is None:
        return planned
    return planned + jitter_offset(job.id, planned, job.jitter)


def _start(
    job: Job,
    planned: datetime,
    now: datetime,
    node: str,
    executors: Collection[str],
) -> Run:
    run = run_id(job.generation, planned)
    if job.executor not in executors:
        return Run(
            run,
            job.id,
            planned,
            _PENDING,
            f"waits for a node with the executor {job.executor!r}",
            job.executor,
        )
    return Run(run, job.id, planned, _RUNNING, None, job.executor, 1, False, node, now)


def _range(
    job: Job,
    disposition: Disposition,
    first: datetime,
    last: datetime,
    times: int,
    now: datetime,
    reason: str,
    by: str | None = None,
) -> Run:
    return Run(
        run_id(job.generation, first),
        job.id,
        first,
        disposition,
        reason,
        job.executor,
        ended_at=now,
        by=by,
        times=times,
        last_planned_time=last if times > 1 else None,
    )


def _late(last: datetime, now: datetime, grace: timedelta) -> str:
    return (
        f"planned {shown_duration(now - last)} late,"
        f" misfire_grace_time is {shown_duration(grace)}"
    )


def _skip(
    job: Job,
    active: tuple[Run, ...],
    first: datetime,
    last: datetime,
    times: int,
    now: datetime,
) -> Run:
    holder = min(active, key=lambda run: (run.planned_time, run.id))
    since = holder.started_at
    reason = f"max_instances is {job.max_instances}: run {holder.id} is active"
    if since is not None:
        reason += f" since {since:%Y-%m-%d %H:%M:%S} UTC"
    return _range(job, _SKIPPED, first, last, times, now, reason, holder.id)


class _Walk:
    """
    A cursor over the planned times of one job.

    :ivar at: the next planned time that has no disposition yet.
    :ivar steps: how many more the walk may take one by one.
    """

    def __init__(self, job: Job, at: datetime, now: datetime, steps: int) -> None:
        self.job = job
        self.at: datetime | None = at
        self.now = now
        self.steps = steps

    def arrived(self) -> bool:
        """
        Whether there is a next planned time, and it has arrived.
        """
        return self.at is not None and due_of(self.job, self.at) <= self.now

    def step(self) -> datetime:
        """
        Take one planned time.
        """
        at = self.at
        assert at is not None
        self.steps -= 1
        self.at = planned_after(self.job, at, self.now)
        return at

    def stretch(self, end: datetime) -> tuple[int, datetime] | None:
        """
        Take the planned times before *end*: their number and the last, if any.
        """
        if self.at is None or self.at >= end:
            return None
        count_until = getattr(self.job.trigger, "count_until", None)
        if count_until is not None:
            end_time = self.job.end_time
            if end_time is not None:
                end = min(end, end_time + _MICROSECOND)
            times, last = count_until(self.at, end)
            self.at = planned_after(self.job, last, self.now)
            if self.at is not None and self.at < end:
                self.steps = 0
            return times, last
        times, last = 0, self.at
        while self.at is not None and self.at < end and self.steps > 0:
            last = self.step()
            times += 1
        return (times, last) if times else None


def _plan_many(
    lease: JobLease,
    following: datetime,
    now: datetime,
    node: str,
    executors: Collection[str],
) -> Plan:
    """
    Plan a job of which several planned times have arrived.
    """
    job, active, term, planned, run_count = lease
    walk = _Walk(job, planned, now, MAX_STEPS)
    jitter = job.jitter or _ZERO
    rows: list[Run] = []
    grace = job.misfire_grace_time
    if grace is not None:
        missed = walk.stretch(now - grace - jitter)
        if missed is not None:
            reason = _late(missed[1], now, grace)
            rows.append(
                _range(job, _MISSED, planned, missed[1], missed[0], now, reason)
            )
    settled = now - jitter + _MICROSECOND
    room = job.max_instances - len(active)
    started: list[Run] = []
    while walk.arrived() and walk.steps > 0:
        if room <= 0:
            _skip_rest(walk, settled, job, (*active, *started), rows)
        elif job.coalesce:
            started += _coalesce(walk, settled, job, rows, node, executors)
            run_count += len(started)
            room = 0
        else:
            started.append(_start(job, walk.step(), now, node, executors))
            room -= 1
            run_count += 1
        if job.max_runs is not None and run_count >= job.max_runs:
            walk.at = None
    cursor = walk.at
    due = None if cursor is None else due_of(job, cursor)
    runs = (*rows, *started)
    waiting = None
    if cursor is None:
        waiting = waiting_after(job, run_count, active, runs[-1], now)
    return Plan(job.id, term, runs, cursor, due, run_count, waiting)


def _skip_rest(
    walk: _Walk,
    settled: datetime,
    job: Job,
    active: tuple[Run, ...],
    rows: list[Run],
) -> None:
    first = walk.at
    assert first is not None
    times, last = walk.stretch(settled) or (0, first)
    while walk.arrived() and walk.steps > 0:
        last = walk.step()
        times += 1
    rows.append(_skip(job, active, first, last, times, walk.now))


def _coalesce(
    walk: _Walk,
    settled: datetime,
    job: Job,
    rows: list[Run],
    node: str,
    executors: Collection[str],
) -> list[Run]:
    """
    Roll all that has arrived into its last one.

    :returns: the run of the last one; none when the walk ended before it, for
        then a later call finds the last one.
    """
    first = walk.at
    assert first is not None
    times, last = walk.stretch(settled) or (0, first)
    while walk.arrived() and walk.steps > 0:
        last = walk.step()
        times += 1
    if walk.arrived():
        rows.append(
            _range(
                job, _COALESCED, first, last, times, walk.now, "rolled into a later run"
            )
        )
        return []
    run = _start(job, last, walk.now, node, executors)
    if times > 1:
        before = _before(job, first, last, times, walk.now)
        reason = f"rolled into run {run.id}"
        rows.append(
            _range(job, _COALESCED, first, before, times - 1, walk.now, reason, run.id)
        )
    return [run]


def _before(
    job: Job, first: datetime, last: datetime, times: int, now: datetime
) -> datetime:
    """
    Give the planned time that precedes *last* in a stretch that begins at *first*.
    """
    if times == 2:
        return first
    walk = _Walk(job, first, now, times)
    before = first
    while (taken := walk.stretch(last)) is not None:
        before = taken[1]
    return before


def pass_over(
    job: Job, now: datetime, reason: str
) -> tuple[tuple[Run, ...], datetime | None]:
    """
    Record the planned times of *job* before *now* as missed for *reason*.

    For the end of a pause, or a new schedule: what the old one had planned.

    :param job: with its ``next_run_time``.
    :returns: at most one row, and the cursor after it.  Of a trigger that cannot
        count at most 100 times :data:`MAX_STEPS` are taken; the cursor then stands
        before *now*, and planning goes on from there.
    """
    if job.next_run_time is None or job.next_run_time >= now:
        return (), job.next_run_time
    walk = _Walk(job, job.next_run_time, now, 100 * MAX_STEPS)
    taken = walk.stretch(now)
    if taken is None:
        return (), walk.at
    row = _range(job, _MISSED, job.next_run_time, taken[1], taken[0], now, reason)
    return (row,), walk.at
