"""
Jobs: what to call, when, and with which options.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from attrs import evolve, field, frozen

from ..errors import BadTrigger
from .call import Call
from .instant import to_micros
from .options import NO_OPTIONS, check_arguments, check_options, check_task
from .policy import OnCrash, OnExcluded
from .showing import shown
from .trigger import ITrigger, Waiting

__all__ = [
    "Job",
    "JobDefaults",
    "JobSpec",
    "Pause",
    "jitter_offset",
    "new_generation",
    "new_generations",
    "run_id",
    "waiting_of",
]

_MICROSECOND = timedelta(microseconds=1)


@frozen
class Pause:
    """
    A job is paused, since when and why.
    """

    at: datetime
    note: str = ""


@frozen
class Job:
    """
    A job as it is stored.

    :ivar id: unique in its store.
    :ivar call: the task and its arguments.
    :ivar trigger: says when.
    :ivar name: for people; need not be unique.
    :ivar executor: the alias of the executor that runs it.
    :ivar misfire_grace_time: how late a run may start; later it is ``missed``.
        ``None`` is without limit.
    :ivar coalesce: of several planned times that are due at once only the last
        one runs; the others are recorded as ``coalesced`` into it.
    :ivar max_instances: how many runs may be active at once; further planned
        times are ``skipped``.
    :ivar max_runs: after so many runs by its trigger the job is finished.
        ``None`` is without limit.
    :ivar start_time: no planned time before this.
    :ivar end_time: no planned time after this.
    :ivar jitter: each run is put off by up to this much, see :func:`jitter_offset`;
        where nobody said, that of the trigger, if it has one.
    :ivar tags: labels to find it by, sorted.
    :ivar on_crash: see :class:`OnCrash`.
    :ivar keep_runs: how many ended runs the ledger keeps for this job; ``0`` keeps
        no succeeded run at all, ``None`` leaves it to the retention of the store.
    :ivar calendars: names of calendars of the scheduler: the job is not to run at
        what one of them excludes.
    :ivar on_excluded: what becomes of a planned time that is excluded, see
        :class:`OnExcluded`.
    :ivar paused: set while the job is paused.
    :ivar generation: a token that is new whenever the schedule is new; ids of
        runs are made of it, see :func:`run_id`.
    :ivar revision: 1 when added; each change by a user adds 1.
    :ivar next_run_time: the next planned time (before jitter); ``None`` when it is
        not known yet, see :attr:`waiting`, or the job is finished and only waits for
        its last runs to end.
    :ivar run_count: how many runs its trigger has started.
    :ivar store: the alias of the store that has it, as the scheduler that gave it back
        knows that store; stores themselves do not keep it.
    """

    id: str
    call: Call
    trigger: ITrigger
    name: str
    executor: str = "default"
    misfire_grace_time: timedelta | None = timedelta(seconds=1)
    coalesce: bool = False
    max_instances: int = 1
    max_runs: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    jitter: timedelta | None = None
    tags: tuple[str, ...] = ()
    on_crash: OnCrash = OnCrash.RERUN
    keep_runs: int | None = None
    calendars: tuple[str, ...] = ()
    on_excluded: OnExcluded = OnExcluded.SKIP
    paused: Pause | None = None
    generation: str = ""
    revision: int = 1
    next_run_time: datetime | None = None
    run_count: int = 0
    store: str = "default"

    @property
    def due(self) -> datetime | None:
        """
        When the store is to hand it out: the next planned time plus its jitter.

        ``None`` while the job is paused or finished.
        """
        if self.paused is not None or self.next_run_time is None:
            return None
        if self.jitter is None:
            return self.next_run_time
        return self.next_run_time + jitter_offset(
            self.id, self.next_run_time, self.jitter
        )

    @property
    def waiting(self) -> Waiting | None:
        """
        What the job waits for while it has no next planned time.

        ``None`` while it has one, and when it is finished.
        """
        return waiting_of(self, self.run_count) if self.next_run_time is None else None

    def same_definition(self, other: Job) -> bool:
        """
        Say whether *other* asks for the same: all but pause, progress and store is
        equal.
        """
        return _definition(self) == _definition(other)

    def same_state(self, other: Job) -> bool:
        """
        Say whether *other* is this job with nothing changed and nothing planned since.
        """
        return (
            self.revision == other.revision
            and self.next_run_time == other.next_run_time
            and self.run_count == other.run_count
            and self.generation == other.generation
        )


def waiting_of(job: Job, run_count: int) -> Waiting | None:
    """
    Give what *job* waits for when it has no next planned time.

    :param run_count: how many runs its trigger has started.
    :returns: ``None`` when it does not wait: its trigger is of another kind, or the
        job has had all its runs.
    """
    waiting = getattr(job.trigger, "waiting", None)
    if not isinstance(waiting, Waiting):
        return None
    if waiting.delay is None:
        return waiting
    if job.max_runs is not None and run_count >= job.max_runs:
        return None
    end, until = job.end_time, waiting.until
    if end is None or (until is not None and until <= end):
        return waiting
    return waiting._replace(until=end)


def _definition(job: Job) -> Job:
    return evolve(
        job,
        paused=None,
        generation="",
        revision=0,
        next_run_time=None,
        run_count=0,
        store="",
    )


@frozen
class JobDefaults:
    """
    The options of a job where its adder did not say.

    The values here are the library's; the service has its own in its configuration.
    """

    executor: str = "default"
    misfire_grace_time: timedelta | None = timedelta(seconds=1)
    coalesce: bool = False
    max_instances: int = 1
    on_crash: OnCrash = OnCrash.RERUN
    keep_runs: int | None = None


@frozen(init=False)
class JobSpec:
    """
    What somebody asks for when adding a job.

    :param task: ``"module:function"``, a callable, or
        :data:`~txsched.model.call.COMMAND`.
    :param trigger: an :class:`~txsched.model.trigger.ITrigger`.
    :param args: positional arguments of the task.
    :param kwargs: keyword arguments of the task.
    :param options: any of ``id, name, store, executor, misfire_grace_time, coalesce,
        max_instances, max_runs, start_time, end_time, jitter, tags, on_crash,
        keep_runs, calendars, on_excluded``, as :class:`Job` explains them; durations
        also as seconds, datetimes aware.  What is left out is filled in by the
        scheduler.
    :raises BadValue: naming the option and what was expected.
    """

    task: str | Callable[..., Any]
    trigger: ITrigger
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(factory=dict)
    options: Mapping[str, Any] = field(factory=dict)

    def __init__(
        self,
        task: str | Callable[..., Any],
        trigger: ITrigger,
        args: Any = (),
        kwargs: Any = None,
        **options: Any,
    ) -> None:
        check_task(task)
        if isinstance(trigger, type) or not callable(
            getattr(trigger, "get_next_fire_time", None)
        ):
            raise BadTrigger("trigger", f"{shown(trigger)} is not a trigger")
        args, kwargs = check_arguments(args, kwargs)
        checked = check_options(options) if options else NO_OPTIONS
        self.__attrs_init__(task, trigger, args, kwargs, checked)


def jitter_offset(seed: str, planned_time: datetime, jitter: timedelta) -> timedelta:
    """
    Give the delay of one planned time: the same for every node and every rerun.

    It is spread evenly over ``0 <= delay < jitter`` by a hash (BLAKE2b) of *seed*
    and *planned_time*.
    """
    text = f"{seed}\0{to_micros(planned_time)}".encode()
    fraction = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
    return timedelta(microseconds=jitter // _MICROSECOND * fraction >> 64)


def new_generation() -> str:
    """
    Make a token that no other job has: 12 characters of 72 random bits.
    """
    return new_generations(1)[0]


def new_generations(count: int) -> list[str]:
    """
    Make as many such tokens.
    """
    text = base64.urlsafe_b64encode(os.urandom(9 * count)).decode("ascii")
    return [text[at : at + 12] for at in range(0, 12 * count, 12)]


def run_id(generation: str, planned_time: datetime) -> str:
    """
    Give the id of the run of one planned time.

    Built from the time and the job's generation alone, so that planning the same
    time twice cannot make two rows.  The time comes first, 14 digits of the
    microseconds since 1970, so that new rows lie together in an ordered table.
    """
    return f"{to_micros(planned_time):014x}-{generation}"
