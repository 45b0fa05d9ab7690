"""
The definition of a job as a store keeps it: without its progress, and as fast as may
be, since a repeating store writes and reads many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import cbor2

from ..errors import BadBox, NotSerializable
from ..model import Call, Job, OnCrash, OnExcluded, Pause, from_micros, to_micros
from ..model.call import NO_KWARGS
from ..model.showing import shown
from .fields import VERSION
from .plain import DECODERS, to_plain
from .tasks import task_name
from .texts import not_text
from .wire import loads

__all__ = [
    "decode_job",
    "definition_items",
    "encode_definition",
    "guarded",
]

_MICROSECOND = timedelta(microseconds=1)
_ON_EXCLUDED = {one.value: one for one in OnExcluded}
_ON_CRASH = {one.value: one for one in OnCrash}


def _length(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // _MICROSECOND


def _duration(length: int | None) -> timedelta | None:
    return None if length is None else timedelta(microseconds=length)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def encode_definition(job: Job) -> bytes:
    """
    Turn the definition of *job* into bytes: all but its pause and its progress.

    :raises NotSerializable: naming ``task``, ``trigger``, or a place in ``args`` or
        ``kwargs``, or ``job`` where these contain the job or themselves.
    """
    return guarded(job, _encode)


def guarded(job: Job, encode: Callable[[Job], bytes]) -> bytes:
    """
    Let *encode* turn *job* into bytes, and name what it stumbles over.

    :raises NotSerializable: as :func:`encode_definition` does.
    """
    try:
        return encode(job)
    except UnicodeEncodeError as error:
        raise not_text(error, job, "job") from None
    except RecursionError:
        # Through values of the model, which begin to count anew.
        raise NotSerializable("job", "has arguments that contain themselves") from None


def _encode(job: Job) -> bytes:
    call = job.call
    kwargs = call.kwargs
    return cbor2.dumps(
        definition_items(
            job,
            task_name(call.task),
            to_plain(list(call.args), "args") if call.args else [],
            to_plain(dict(kwargs), "kwargs") if kwargs else None,
            to_plain(job.trigger, "trigger"),
        )
    )


def definition_items(
    job: Job, task: Any, args: Any, kwargs: Any, trigger: Any
) -> list[Any]:
    """
    Give what is written of *job*, with its live parts as they are given.
    """
    return [
        VERSION,
        job.id,
        task,
        args,
        kwargs,
        trigger,
        job.name,
        job.executor,
        _length(job.misfire_grace_time),
        job.coalesce,
        job.max_instances,
        job.max_runs,
        _micros(job.start_time),
        _micros(job.end_time),
        _length(job.jitter),
        list(job.tags),
        job.on_crash.value,
        job.keep_runs,
        # Most jobs have none.
        *_exclusion(job),
    ]


def _exclusion(job: Job) -> tuple[Any, ...]:
    if not job.calendars and job.on_excluded is OnExcluded.SKIP:
        return ()
    return list(job.calendars), job.on_excluded.value


def decode_job(
    data: bytes,
    paused: Pause | None,
    generation: str,
    revision: int,
    next_run_time: datetime | None,
    run_count: int,
    store: str = "default",
    decoders: Mapping[int, Callable[[Any, bool], Any]] = DECODERS,
) -> Job:
    """
    Build a job from its definition and its progress.

    :param decoders: what reads the tags.
    :raises BadBox: the definition cannot be read.
    :raises BadTrigger: its trigger cannot be built.
    """
    content = loads(data, decoders)
    try:
        return _decode(
            content, paused, generation, revision, next_run_time, run_count, store
        )
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise BadBox(f"{type(error).__name__}: {error}") from None


def _decode(
    content: Any,
    paused: Pause | None,
    generation: str,
    revision: int,
    next_run_time: datetime | None,
    run_count: int,
    store: str,
) -> Job:
    if not isinstance(content, list) or not content:
        raise BadBox("it is not the definition of a job")
    if content[0] != VERSION:
        raise BadBox(f"version {shown(content[0])} of a definition is not known")
    (
        _,
        job_id,
        task,
        args,
        kwargs,
        trigger,
        name,
        executor,
        grace,
        coalesce,
        max_instances,
        max_runs,
        start,
        end,
        jitter,
        tags,
        on_crash,
        keep_runs,
        *exclusion,
    ) = content
    calendars, on_excluded = exclusion or ((), "skip")
    if not (callable(task) or isinstance(task, str)):
        raise BadBox(f"{shown(task)} is no task")
    if not callable(getattr(trigger, "get_next_fire_time", None)):
        raise BadBox(f"{shown(trigger)} is not a trigger")
    return Job(
        job_id,
        Call(task, tuple(args), NO_KWARGS if kwargs is None else kwargs),
        trigger,
        name,
        executor,
        _duration(grace),
        coalesce,
        max_instances,
        max_runs,
        _instant(start),
        _instant(end),
        _duration(jitter),
        tuple(tags),
        _ON_CRASH[on_crash],
        keep_runs,
        tuple(calendars),
        _ON_EXCLUDED[on_excluded],
        paused,
        generation,
        revision,
        next_run_time,
        run_count,
        store,
    )
