"""
What a change by a person makes of a job: pure decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve
from zope.interface import implementer

from ..errors import BadTrigger, BadValue
from ..model import Call, ITrigger, Job, OnExcluded, Pause, Run, new_generation
from ..model.options import OPTIONS, check_arguments, check_options, check_task
from ..model.showing import shown
from .adopting import check_jitter, check_trigger, jitter_of, runs_by_hand, seeded
from .exclusion import Exclusion
from .planning import first_planned_time, pass_over

__all__ = ["checked_note", "modified", "paused", "rescheduled", "resumed"]

_CALL = ("task", "args", "kwargs")
_CHANGEABLE = (*_CALL, *(one for one in OPTIONS if one not in ("id", "store")))
_MAX_NOTE = 1000
NO_EXCLUSION = Exclusion()


def modified(
    job: Job,
    changes: Mapping[str, Any],
    now: datetime,
    exclusion: Exclusion = NO_EXCLUSION,
) -> tuple[Job, Sequence[Run]]:
    """
    Change options of *job*, its ``task``, ``args`` or ``kwargs``.

    :returns: the job, and a row for what a new ``start_time`` passes over; *job*
        itself when nothing would be different.
    :raises BadValue: naming the change that cannot be taken.
    """
    for name in changes:
        if name == "id":
            raise BadValue("id", "cannot be changed: add a new job instead")
        if name not in _CHANGEABLE:
            known = ", ".join(_CHANGEABLE)
            raise BadValue(name, f"cannot be changed; there are {known}")
    options = {name: value for name, value in changes.items() if name not in _CALL}
    new = evolve(job, call=_call(job.call, changes), **check_options(options))
    if not new.name:
        new = evolve(new, name=new.call.task_name)
    if (
        new.max_runs != job.max_runs
        and new.max_runs is not None
        and new.max_runs <= job.run_count
    ):
        raise BadValue(
            "max_runs", f"{new.max_runs}, but it has run {job.run_count} times already"
        )
    check_jitter(new.trigger, new.jitter)
    start, end = new.start_time, new.end_time
    if start is not None and end is not None and end < start:
        raise BadValue("end_time", f"{end} is before start_time, {start}")
    if new.calendars != job.calendars:
        exclusion.check(new.calendars)
    if (start, end) != (job.start_time, job.end_time) or _sieve(new) != _sieve(job):
        return _bounded(job, new, changes, now, exclusion)
    return (job if new == job else new), ()


def _sieve(job: Job) -> tuple[tuple[str, ...], OnExcluded | None]:
    """
    Give what decides which planned times are left.
    """
    return job.calendars, job.on_excluded if job.calendars else None


def _bounded(
    job: Job,
    new: Job,
    changes: Mapping[str, Any],
    now: datetime,
    exclusion: Exclusion,
) -> tuple[Job, Sequence[Run]]:
    """
    Move the cursor of *job*, which becomes *new*, to where its new bounds say.

    It stays where a new end leaves it, and open while the job waits for the end of a
    run, unless its new start is still to come.  Any other job that has no planned time
    left gets one only when that lies ahead, for what has passed has its disposition.
    """
    cursor = job.next_run_time
    if runs_by_hand(new.trigger):
        return new, ()
    trigger = exclusion.guarded(new).trigger
    planned = first_planned_time(trigger, now, new.start_time, new.end_time)
    if planned is None or (cursor is None and planned < now):
        bounds = ("end_time", "start_time", "calendars", "on_excluded")
        name = next(one for one in bounds if one in changes)
        raise BadValue(name, "leaves the job without a planned time ahead")
    if cursor is None and new.max_runs is not None and new.max_runs <= job.run_count:
        return new, ()
    later = new.start_time is not None and new.start_time > now
    if cursor is None and new.waiting is not None and not later:
        return new, ()
    if (
        cursor is not None
        and new.start_time == job.start_time
        and _sieve(new) == _sieve(job)
        and (new.end_time is None or cursor <= new.end_time)
    ):
        return new, ()
    if planned == cursor:
        return new, ()
    runs = _passed(job, now, "the bounds of the job were changed", exclusion)
    new = evolve(new, next_run_time=planned, generation=new_generation())
    return new, runs


def _passed(
    job: Job, now: datetime, reason: str, exclusion: Exclusion
) -> Sequence[Run]:
    """
    Account for what *job* had planned before *now*.
    """
    runs, cursor = _pass_over(job, now, reason, exclusion)
    if cursor is None or cursor >= now:
        return runs
    row, *others = runs
    reason = f"{reason}; what else was planned up to now was not counted"
    return (row._replace(reason=reason), *others)


def _pass_over(
    job: Job, now: datetime, reason: str, exclusion: Exclusion
) -> tuple[Sequence[Run], datetime | None]:
    """
    See :func:`~.planning.pass_over`; with rows for what calendars exclude in between.
    """
    runs, cursor = pass_over(exclusion.guarded(job), now, reason)
    planned = job.next_run_time
    if not runs or not job.calendars or planned is None:
        return runs, cursor
    return (*runs, *exclusion.rows(job, planned, cursor, now)), cursor


def _call(call: Call, changes: Mapping[str, Any]) -> Call:
    if not any(name in changes for name in _CALL):
        return call
    task = changes.get("task", call.task)
    check_task(task)
    args, kwargs = check_arguments(
        changes.get("args", call.args), changes.get("kwargs", call.kwargs)
    )
    return Call(task, args, kwargs)


@implementer(ITrigger)
class _NoMore:
    """
    A trigger that has nothing more to say.
    """

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        return None


def rescheduled(
    job: Job,
    trigger: ITrigger,
    now: datetime,
    exclusion: Exclusion = NO_EXCLUSION,
) -> tuple[Job, Sequence[Run]]:
    """
    Give *job* a new trigger, and a new generation.

    The jitter that the old trigger had brought along goes with it; one that the job was
    given by itself stays.

    :returns: the job, and a row for what the old trigger had planned before *now*.
    :raises BadTrigger: it has no planned time ahead.
    :raises BadValue: for ``jitter``: the job has one by itself, and the new trigger
        waits.
    """
    check_trigger(trigger)
    trigger = seeded(trigger, job.id)
    adopted = job.jitter == jitter_of(job.trigger)
    jitter = jitter_of(trigger) if adopted else job.jitter
    check_jitter(trigger, jitter)
    guarded = exclusion.guarded(evolve(job, trigger=trigger)).trigger
    planned = first_planned_time(guarded, now, job.start_time, job.end_time)
    if planned is None and not runs_by_hand(trigger):
        raise BadTrigger("trigger", f"{trigger} has no planned time ahead")
    try:
        runs = _passed(job, now, "the job was rescheduled", exclusion)
    except Exception as error:  # a broken trigger must not keep its successor out
        reason = "the job was rescheduled; what else its trigger had planned is unknown"
        reason = f"{reason}: {type(error).__name__}"
        runs, _ = pass_over(evolve(job, trigger=_NoMore()), now, reason)
    new = evolve(
        job,
        trigger=trigger,
        jitter=jitter,
        next_run_time=planned,
        generation=new_generation(),
    )
    return new, runs


def paused(job: Job, note: str, now: datetime) -> Job:
    """
    Let *job* rest from *now* on; one that rests already gets another note.

    :returns: the job; *job* itself when it rests with that note already.
    :raises BadValue: for ``note``.
    """
    pause = Pause(now if job.paused is None else job.paused.at, checked_note(note))
    return job if pause == job.paused else evolve(job, paused=pause)


def resumed(
    job: Job, catch_up: bool, now: datetime, exclusion: Exclusion = NO_EXCLUSION
) -> tuple[Job, Sequence[Run]]:
    """
    Let *job* go on after a pause.

    :param catch_up: leave its cursor where it is, so that what was planned during
        the pause is late by the rules of the job.
    :returns: the job, and a row for what the pause swallowed; *job* itself when
        it is not paused.
    """
    if job.paused is None:
        return job, ()
    new = evolve(job, paused=None)
    if catch_up:
        return new, ()
    note = f": {job.paused.note}" if job.paused.note else ""
    runs, cursor = _pass_over(job, now, f"the job was paused{note}", exclusion)
    return evolve(new, next_run_time=cursor), runs


def checked_note(note: Any, name: str = "note") -> str:
    """
    Refuse a note that is no text, or too long.

    :raises BadValue: for *name*.
    """
    if not isinstance(note, str):
        raise BadValue(name, f"expected text, not {shown(note)}")
    if len(note) > _MAX_NOTE:
        raise BadValue(
            name, f"has {len(note)} characters, at most {_MAX_NOTE} are allowed"
        )
    return note
