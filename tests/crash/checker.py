"""
Whether every planned time was carried out once: a pure function over what was seen.

Seen are the ledger, what the tasks wrote down, what the store granted to whom, and what
was done to the processes.  Instants are in seconds since 1970, planned times in whole
microseconds; all are of one machine.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from attrs import field, frozen

from txsched.model import Disposition, Run, to_micros

from .waiting import free_seconds

#: By how much two readings of the clock of one machine may seem to be the wrong way
#: round: the store reckons leases from its own reading, the nodes noted theirs.
SLACK_SECONDS = 0.1

_NOT_RUN = (Disposition.COALESCED, Disposition.MISSED, Disposition.SKIPPED)


class Finding(NamedTuple):
    """
    Something that must not be.
    """

    kind: str
    what: str


@frozen
class Planned:
    """
    A job as it was added.

    :ivar times: all its planned times, in order, in microseconds.
    :ivar rerun: whether a run that was cut off is to be repeated.
    """

    times: Sequence[int]
    rerun: bool = True


@frozen
class Execution:
    """
    One call of a task.

    :ivar ended: ``None`` when it was cut off.
    """

    run: str
    job: str
    planned: int
    attempt: int
    pid: int
    begun: float
    ended: float | None = None


@frozen
class Lease:
    """
    A lease on a run that the store granted.

    :ivar term: no two leases have the same one.
    :ivar asked: when the node asked for it.
    :ivar granted: when it had the answer.
    :ivar until: its end, as it was last acknowledged.
    """

    run: str
    term: int
    pid: int
    owner: str
    asked: float
    granted: float
    until: float


class End(NamedTuple):
    """
    An end of a run that the store accepted.
    """

    run: str
    term: int
    pid: int


class Trouble(NamedTuple):
    """
    A time in which a node could not renew its leases.

    :ivar pid: the node; ``None`` is all of them, as their store was away.
    :ivar end: infinite for one that was killed.
    :ivar kind: ``killed``, ``stopped``, ``store`` or ``kept waiting``.
    """

    pid: int | None
    begin: float
    end: float
    kind: str


@frozen
class Seen:
    """
    All that was seen.

    :ivar crowded: times in which all threads of a node had a task.
    :ivar alive: by process, since when it worked.
    """

    planned: Mapping[str, Planned]
    ledger: Sequence[Run]
    executions: Sequence[Execution]
    leases: Sequence[Lease] = ()
    ends: Sequence[End] = ()
    troubles: Sequence[Trouble] = ()
    crowded: Sequence[Trouble] = ()
    alive: Mapping[int, float] = field(factory=dict)
    lease_seconds: float = 15.0


class TakeOver(NamedTuple):
    """
    A run that another node went on with.

    :ivar kind: what had happened to the earlier holder.
    :ivar after_seconds: from the end of the lease to the next holder's claim.
    :ivar free_seconds: of these, those in which some node could have gone on with it:
        alive, not stopped, not kept waiting by the machine, with its store there and a
        thread without a task.
    """

    run: str
    kind: str
    after_seconds: float
    free_seconds: float


def check(seen: Seen) -> list[Finding]:
    """
    Give all that must not be; nothing, when every planned time was carried out once.
    """
    return [
        *_ledger(seen),
        *_executions(seen),
        *_leases(seen),
        *_late(seen),
    ]


def take_overs(seen: Seen) -> list[TakeOver]:
    """
    Give every take-over of a run by another node.
    """
    return [
        _take_over(seen, earlier, later)
        for held in _holders(seen.leases).values()
        for earlier, later in pairwise(held)
        if earlier.pid != later.pid
    ]


def _ledger(seen: Seen) -> Iterator[Finding]:
    """
    Compare planned times and rows: each time is in one row, and each row has ended.
    """
    had: dict[str, Counter[int]] = {job_id: Counter() for job_id in seen.planned}
    for run in seen.ledger:
        if run.disposition.active:
            yield Finding("not ended", _shown(run))
        if run.job_id not in had:
            yield Finding("unplanned", _shown(run))
            continue
        had[run.job_id].update(_times_of(run, seen.planned[run.job_id].times))
    for job_id, planned in seen.planned.items():
        expected = set(planned.times)
        for time in planned.times:
            if not had[job_id][time]:
                yield Finding("lost", f"{job_id} at {time}")
        for time, count in had[job_id].items():
            if time not in expected:
                yield Finding("unplanned", f"{job_id} at {time}")
            elif count > 1:
                yield Finding("doubled", f"{job_id} at {time}: {count} rows")


def _times_of(run: Run, times: Sequence[int]) -> list[int]:
    """
    Give the planned times that a row stands for.
    """
    first = to_micros(run.planned_time)
    if run.times == 1:
        return [first]
    assert run.last_planned_time is not None
    last = to_micros(run.last_planned_time)
    spanned = [time for time in times if first <= time <= last]
    # A wrong count shows as times that are lost, or that nobody planned.
    missing = run.times - len(spanned)
    return spanned[: run.times] + [last + 1 + n for n in range(missing)]


def _executions(seen: Seen) -> Iterator[Finding]:
    """
    Compare rows and executions: what ran, how often, and whose end was written.
    """
    pids = {lease.owner: lease.pid for lease in seen.leases}
    ran: dict[str, list[Execution]] = defaultdict(list)
    for one in sorted(seen.executions, key=lambda one: one.begun):
        ran[one.run].append(one)
    for run in seen.ledger:
        mine = ran.pop(run.id, [])
        for attempt, count in Counter(one.attempt for one in mine).items():
            if count > 1:
                yield Finding("begun twice", f"{_shown(run)}: attempt {attempt}")
        for one in mine:
            if (one.job, one.planned) != (run.job_id, to_micros(run.planned_time)):
                yield Finding("mixed up", f"{_shown(run)}: {one}")
        yield from _outcome(run, mine, pids, seen.planned.get(run.job_id))
    for run_id, mine in ran.items():
        yield Finding("unrecorded", f"{run_id} of {mine[0].job} has no row")


def _outcome(
    run: Run,
    mine: Sequence[Execution],
    pids: Mapping[str, int],
    planned: Planned | None,
) -> Iterator[Finding]:
    kind = run.disposition
    rerun = planned is None or planned.rerun
    if kind is Disposition.SUCCEEDED:
        pid = pids.get(run.node or "")
        if not any(
            one.attempt == run.attempt and one.pid == pid and one.ended is not None
            for one in mine
        ):
            yield Finding("not carried out", f"{_shown(run)}: {mine}")
        if not rerun and len(mine) > 1:
            yield Finding("repeated", f"{_shown(run)}: {mine}")
    elif kind is Disposition.ABANDONED:
        if rerun or len(mine) > 1:
            yield Finding("abandoned", f"{_shown(run)}: {mine}")
    elif kind in _NOT_RUN:
        if mine:
            yield Finding("carried out", f"{_shown(run)}: {mine}")
    elif not kind.active:
        yield Finding("unexpected", _shown(run))


def _leases(seen: Seen) -> Iterator[Finding]:
    """
    Compare executions and leases: who ran it held it, and nobody else did then.
    """
    accepted = Counter(end.run for end in seen.ends)
    for run_id, count in accepted.items():
        if count > 1:
            yield Finding("ended twice", f"{run_id}: {count} ends were accepted")
    holders = _holders(seen.leases)
    for end in seen.ends:
        if end.run in holders and holders[end.run][-1].term != end.term:
            yield Finding("overwritten", f"{end} was accepted: {holders[end.run]}")
    for held in holders.values():
        for earlier, later in pairwise(held):
            if later.granted < earlier.until - SLACK_SECONDS:
                yield Finding("two holders", f"{earlier} and {later}")
            if earlier.pid == later.pid:
                continue
            if _explain(seen, earlier, later.granted) is None:
                yield Finding("taken away", f"{earlier} by {later}")
    for one in seen.executions if seen.leases else ():
        mine = [lease for lease in holders.get(one.run, ()) if lease.pid == one.pid]
        if not mine or one.begun < mine[0].granted - SLACK_SECONDS:
            yield Finding("without a lease", f"{one}: {mine}")


def _holders(leases: Iterable[Lease]) -> dict[str, list[Lease]]:
    """
    Give the leases on each run, in the order in which they were asked for.

    Not in that of the answers: a node that is stopped has its answer late.
    """
    holders: dict[str, list[Lease]] = defaultdict(list)
    for lease in sorted(leases, key=lambda lease: lease.asked):
        holders[lease.run].append(lease)
    return holders


def _explain(seen: Seen, lease: Lease, until: float) -> Trouble | None:
    """
    Give what kept a holder from renewing its lease until somebody else had it.

    Renewals come every third of a lease, so a shorter hindrance than that is none.
    """
    begin = lease.until - seen.lease_seconds
    mine = [one for one in seen.troubles if one.pid in (None, lease.pid)]
    free = free_seconds(begin, until, {lease.pid: begin}, mine)
    shortest = seen.lease_seconds / 3
    if until - begin - free < shortest:
        return None

    def weight(one: Trouble) -> tuple[bool, float]:
        lasted = min(one.end, until) - max(one.begin, begin)
        # A node that was stopped has also been kept waiting, by that.
        return lasted >= shortest and one.kind != "kept waiting", lasted

    return max(mine, key=weight)


def _take_over(seen: Seen, earlier: Lease, later: Lease) -> TakeOver:
    trouble = _explain(seen, earlier, later.granted)
    ended = earlier.until
    if trouble is not None:
        # It may have renewed its lease once more, and not have come to hear of it.
        ended = max(ended, trouble.begin + seen.lease_seconds)
    return TakeOver(
        earlier.run,
        "unknown" if trouble is None else trouble.kind,
        later.granted - ended,
        free_seconds(ended, later.granted, seen.alive, [*seen.troubles, *seen.crowded]),
    )


def _late(seen: Seen) -> Iterator[Finding]:
    for one in take_overs(seen):
        if one.free_seconds > 1.0 + SLACK_SECONDS:
            yield Finding("late", f"taken over so late: {one}")


def _shown(run: Run) -> str:
    return (
        f"{run.id} of {run.job_id} at {run.planned_time:%H:%M:%S.%f},"
        f" {run.disposition} by {run.node} in attempt {run.attempt}"
    )
