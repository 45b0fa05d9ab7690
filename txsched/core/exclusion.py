"""
Planned times that calendars exclude: pure decisions.

A job that names calendars is planned with a trigger put around its own: with ``skip``
one that leaves out what is excluded, with ``next`` and ``previous`` one that moves it.
So the planned times of such a job are those that are left, or moved; what was left out
between two of them is recorded as ``excluded`` when the first one is planned, a row for
each stretch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice
from typing import Any, cast

from attrs import evolve, field, frozen
from zope.interface import implementer

from ..errors import BadTrigger, BadValue
from ..model import (
    Disposition,
    ICalendar,
    ICountingTrigger,
    ITrigger,
    Job,
    JobLease,
    OnExcluded,
    Plan,
    Run,
    Waiting,
    run_id,
)
from .planning import MAX_STEPS, due_of, plan, planned_after, waiting_after

__all__ = ["Exclusion"]

#: After so many stretches what is excluded becomes one row.
MAX_ROWS = 100
#: How many stretches are passed over in search of a time that is allowed.
MAX_STRETCHES = 10_000
#: Over how many stretches planned times are counted at once.
MAX_COUNTED = 1000

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@frozen
class Exclusion:
    """
    The calendars of a scheduler, by name.
    """

    calendars: Mapping[str, ICalendar] = field(factory=dict)

    @calendars.validator
    def _check(self, attribute: object, calendars: Mapping[str, Any]) -> None:
        for name, calendar in calendars.items():
            if isinstance(calendar, type) or not ICalendar.providedBy(calendar):
                raise BadValue("calendars", f"{name!r}: {calendar!r} is not a calendar")

    def knows(self, job: Job) -> bool:
        """
        Whether all calendars that *job* names are here.
        """
        return all(name in self.calendars for name in job.calendars)

    def check(self, names: Collection[str]) -> None:
        """
        Refuse the name of a calendar that is not here.

        :raises BadValue: for ``calendars``.
        """
        for name in names:
            if name not in self.calendars:
                known = ", ".join(sorted(self.calendars)) or "none"
                raise BadValue("calendars", f"there is no {name!r}; there are {known}")

    def guarded(self, job: Job) -> Job:
        """
        Give *job* with the trigger by which it is planned: its own, without what its
        calendars exclude.  One that waits keeps its own: where the end of a run leads
        is seen when that time has come.

        :raises BadValue: it names a calendar that is not here.
        """
        if not job.calendars or hasattr(job.trigger, "waiting"):
            return job
        return evolve(job, trigger=self._trigger(job))

    def _calendar(self, job: Job) -> ICalendar:
        self.check(job.calendars)
        calendars = [self.calendars[name] for name in job.calendars]
        return reduce(lambda one, other: one.joined(other), calendars)

    def _trigger(self, job: Job) -> ITrigger:
        calendar = self._calendar(job)
        if job.on_excluded is not OnExcluded.SKIP:
            previous = job.on_excluded is OnExcluded.PREVIOUS
            return _Moving(job.trigger, calendar, previous)
        if ICountingTrigger.providedBy(job.trigger):
            return _CountingAllowed(job.trigger, calendar)
        return _Allowed(job.trigger, calendar)

    def plan(
        self, lease: JobLease, now: datetime, node: str, executors: Collection[str]
    ) -> Plan:
        """
        Plan a job that names calendars; see :func:`~.planning.plan`.

        :raises BadTrigger: as :func:`~.planning.plan`.
        :raises BadValue: it names a calendar that is not here.
        """
        job, planned = lease.job, lease.next_run_time
        guarded = self.guarded(job)
        if self._calendar(job).excluded_until(planned) is not None:
            return self._take_off(lease, guarded, now)
        decided = plan(lease._replace(job=guarded), now, node, executors)
        if job.on_excluded is not OnExcluded.SKIP:
            return decided._replace(
                runs=tuple(self._with_reason(job, run) for run in decided.runs)
            )
        rows = self.rows(job, planned, decided.next_run_time, now)
        return decided._replace(runs=(*decided.runs, *rows))

    def _take_off(self, lease: JobLease, guarded: Job, now: datetime) -> Plan:
        """
        Plan a job that stands at an excluded time: a calendar was changed since, or
        the end of a run led there.
        """
        job, planned = lease.job, lease.next_run_time
        calendar = self._calendar(job)
        rows: tuple[Run, ...] = ()
        waiting: Waiting | None = None
        if job.on_excluded is OnExcluded.SKIP:
            following = planned_after(guarded, planned, now)
            rows = self.rows(job, planned - _TICK, following, now)
            if not rows:  # the trigger does not know of this time: a run led there
                rows = (self._row(job, planned, planned, 1, now),)
            if following is None:
                waiting = waiting_after(job, lease.run_count, lease.runs, rows[-1], now)
        else:
            following = calendar.next_allowed(planned)
        return Plan(
            job.id,
            lease.term,
            rows,
            following,
            None if following is None else due_of(job, following),
            lease.run_count,
            waiting,
        )

    def _with_reason(self, job: Job, run: Run) -> Run:
        """
        Say of a run at a moved time that it was moved.
        """
        planned, trigger = run.planned_time, cast(Any, job.trigger)
        if run.reason is not None or not _keeps_its_times(trigger, planned):
            return run
        if trigger.next_after(planned - _TICK) == planned:
            return run
        names = ", ".join(job.calendars)
        return run._replace(reason=f"moved, as its time is excluded by {names}")

    def rows(
        self, job: Job, after: datetime, before: datetime | None, now: datetime
    ) -> tuple[Run, ...]:
        """
        Record what the calendars of *job* leave out between two instants.

        :param after: a planned time, or shortly before one; later ones count.
        :param before: the next planned time; ``None`` where the job has none any more:
            then up to its end, if that is known, or as far as was looked for one.
        """
        end = _end_of(job) if before is None else before
        if end is None or job.on_excluded is not OnExcluded.SKIP:
            return ()
        stretches = self._stretches(job, after, end)
        # Up to a next planned time there are no more than were passed over to find it.
        found = list(islice(stretches, MAX_STRETCHES if before is None else None))
        if len(found) > MAX_ROWS:
            times = sum(count for _, _, count in found)
            found = [(found[0][0], found[-1][1], times)]
        return tuple(self._row(job, *one, now) for one in found)

    def _row(
        self, job: Job, first: datetime, last: datetime, times: int, now: datetime
    ) -> Run:
        return Run(
            run_id(job.generation, first),
            job.id,
            first,
            Disposition.EXCLUDED,
            f"excluded by {', '.join(job.calendars)}",
            job.executor,
            ended_at=now,
            times=times,
            last_planned_time=last if times > 1 else None,
        )

    def _stretches(
        self, job: Job, after: datetime, before: datetime
    ) -> Iterator[tuple[datetime, datetime, int]]:
        """
        Give first, last and number of the excluded times of each stretch.
        """
        calendar, trigger = self._calendar(job), job.trigger
        at: datetime | None = trigger.get_next_fire_time(after, after)
        while at is not None and at < before:
            until = calendar.excluded_until(at)
            if until is None:
                start = calendar.allowed_until(at)
                at = None if start is None else _first_from(trigger, at, start)
                continue
            last, times = at, 1
            end = min(until, before)
            if ICountingTrigger.providedBy(trigger):
                times, last = trigger.count_until(at, end)
                following = trigger.get_next_fire_time(last, last)
            else:
                following = trigger.get_next_fire_time(at, at)
                while following is not None and following < end:
                    last, times = following, times + 1
                    following = trigger.get_next_fire_time(following, following)
            yield at, last, times
            at = following


def _end_of(job: Job) -> datetime | None:
    ends = [
        end
        for end in (job.end_time, getattr(job.trigger, "end_date", None))
        if isinstance(end, datetime)
    ]
    return min(ends) + _TICK if ends else None


def _keeps_its_times(trigger: Any, at: datetime) -> bool:
    """
    Whether the times of *trigger* after *at* are the same whatever came before: not so
    of an interval without a start, nor known of a stranger's trigger.
    """
    next_after = getattr(trigger, "next_after", None)
    if next_after is None:
        return False
    following = next_after(at)
    return following is not None and next_after(following - _TICK) == following


def _first_from(trigger: ITrigger, known: datetime, at: datetime) -> datetime | None:
    """
    Give the first time of *trigger* from *at* on.

    :param known: a time of it that is not later than what is sought.
    """
    if known >= at:
        return known
    if ICountingTrigger.providedBy(trigger):
        _, last = trigger.count_until(known, at)
        following: datetime | None = trigger.get_next_fire_time(last, last)
        return following
    next_after = getattr(trigger, "next_after", None)
    if next_after is not None and getattr(trigger, "start_date", known) is not None:
        found: datetime | None = next_after(at - _TICK)
        return found
    for _ in range(MAX_STEPS):
        answer = trigger.get_next_fire_time(known, known)
        if answer is None or answer >= at:
            return answer
        known = answer
    raise BadTrigger(
        "trigger", f"has more than {MAX_STEPS} times in a stretch that is excluded"
    )


@implementer(ITrigger)
@frozen
class _Allowed:
    """
    The times of a trigger that a calendar does not exclude.
    """

    trigger: Any
    calendar: ICalendar

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        found = self.trigger.get_next_fire_time(previous_fire_time, now)
        return self.first_allowed(found)

    def first_allowed(self, found: datetime | None) -> datetime | None:
        """
        Give the first allowed time from *found* on, itself one of the trigger.
        """
        for _ in range(MAX_STRETCHES):
            if found is None:
                return None
            until = self.calendar.excluded_until(found)
            if until is None:
                return found
            found = _first_from(self.trigger, found, until)
        return None

    def __str__(self) -> str:
        return str(self.trigger)


@implementer(ICountingTrigger)
@frozen
class _CountingAllowed(_Allowed):
    """
    The same of a trigger that can count.
    """

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        trigger, calendar = self.trigger, self.calendar
        total, last = 0, first
        at: datetime | None = first
        for _ in range(MAX_COUNTED):
            if at is None or at >= end:
                break
            stop = calendar.allowed_until(at)
            times, last = trigger.count_until(
                at, end if stop is None else min(stop, end)
            )
            total += times
            at = self.first_allowed(trigger.get_next_fire_time(last, last))
        return total, last


@implementer(ITrigger)
@frozen
class _Moving:
    """
    The times of a trigger, moved out of what a calendar excludes.

    No time that is allowed gets lost, and none is overtaken: a time that would be moved
    to it or beyond it is one with it.  Of a stretch the first time decides where it is
    put off to.

    Where each time counts from the one before, as those of an interval without a
    start, a moved one moves all that follow.  So that these do not crowd into the last
    day before whole days, each moved time there is a day or more after the one before.
    """

    trigger: ITrigger
    calendar: ICalendar
    back: bool

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        found = self.trigger.get_next_fire_time(previous_fire_time, now)
        if not self.back:
            return self._put_off(found)
        taken = now - _TICK if previous_fire_time is None else previous_fire_time
        return self._brought_forward(found, taken)

    def _put_off(self, found: datetime | None) -> datetime | None:
        """
        Give the first time from *found* on, itself one of the trigger.
        """
        first: datetime | None = None
        for _ in range(MAX_STRETCHES):
            if found is None or (first is not None and first <= found):
                return first
            until = self.calendar.excluded_until(found)
            if until is None:
                return found
            moved = self.calendar.next_allowed(found)
            if moved is not None and (first is None or moved < first):
                first = moved
            if moved is None or moved == until:
                return first
            try:
                found = _first_from(self.trigger, found, until)
            except BadTrigger:  # it would have to be walked too far
                return first
        return first

    def _brought_forward(
        self, found: datetime | None, taken: datetime
    ) -> datetime | None:
        """
        Give the first time from *found* on that has a place later than *taken*.
        """
        for _ in range(MAX_STRETCHES):
            if found is None:
                return None
            until = self.calendar.excluded_until(found)
            if until is None:
                return found
            moved = self.calendar.previous_allowed(found)
            if moved is None:
                found = _first_from(self.trigger, found, until)
            elif moved > taken and self._has_room(found, moved, taken):
                return moved
            else:
                found = self._beyond(found, moved, taken, until)
        return None

    def _has_room(self, found: datetime, moved: datetime, taken: datetime) -> bool:
        """
        Whether a time that is brought forward does not make others follow it there.
        """
        return (
            moved - taken >= _DAY
            or self.calendar.previous_allowed(found + _TICK) == moved
            or _keeps_its_times(self.trigger, taken)
        )

    def _beyond(
        self, found: datetime, moved: datetime, taken: datetime, until: datetime
    ) -> datetime | None:
        """
        Give a later time to look at, since the place of this one is taken, or has no
        room: then one beyond the stretch.

        Of whole days each time has a place of its own, as far from that of another
        one as they are; of other stretches all have the same.
        """
        nearer = min(found + (taken - moved) + _TICK, until)
        following = _first_from(self.trigger, found, nearer)
        if (
            following is not None
            and following < until
            and self.calendar.previous_allowed(following) == moved
        ):
            return _first_from(self.trigger, following, until)
        return following

    def __str__(self) -> str:
        return str(self.trigger)
