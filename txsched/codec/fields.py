"""
The definition of a job by the names of its fields, as JSON: for people and for files.

Instants are ISO texts, durations texts such as ``1h30m``, triggers their text form;
the values of arguments as :mod:`.readable` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cbor2 import CBORTag

from ..errors import BadBox, BadValue, SchedulerError
from ..model import UTC, Call, Job, OnCrash, OnExcluded, Pause, from_micros
from ..model.call import NO_KWARGS
from ..model.showing import shown
from ..triggers import format_duration, parse_duration, parse_trigger
from .plain import to_plain
from .readable import json_tree, json_value, to_json
from .tasks import task_name
from .triggers import TRIGGER_TAGS

__all__ = [
    "DEFINITION_FIELDS",
    "definition_fields",
    "instant_text",
    "job_of_fields",
    "named_fields",
    "progress_fields",
    "read_field",
    "read_instant",
    "typed",
]

#: The names of the fields, in the order of the definition in CBOR.
DEFINITION_FIELDS = (
    *("version", "id", "task", "args", "kwargs", "trigger", "name", "executor"),
    *("misfire_grace_time", "coalesce", "max_instances", "max_runs", "start_time"),
    *("end_time", "jitter", "tags", "on_crash", "keep_runs", "calendars"),
    "on_excluded",
)
VERSION = 1
_PROGRESS = (
    *("paused", "generation", "revision", "next_run_time", "run_count"),
    "store",
)
_DURATIONS = ("misfire_grace_time", "jitter")
_INSTANTS = ("start_time", "end_time", "next_run_time")
_MICROSECOND = timedelta(microseconds=1)
_KINDS: Mapping[type | None, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    None: "null",
}


def definition_fields(job: Job) -> dict[str, Any]:
    """
    Give the definition of *job*, without its pause and its progress.

    :raises NotSerializable: naming ``task``, ``trigger``, or a place in ``args`` or
        ``kwargs``.
    """
    call = job.call
    return {
        "version": VERSION,
        "id": job.id,
        "task": task_name(call.task),
        "args": to_json(list(call.args), "args"),
        "kwargs": to_json(dict(call.kwargs), "kwargs"),
        "trigger": _trigger_text(to_plain(job.trigger, "trigger"), job.trigger),
        "name": job.name,
        "executor": job.executor,
        "misfire_grace_time": _duration_text(job.misfire_grace_time),
        "coalesce": job.coalesce,
        "max_instances": job.max_instances,
        "max_runs": job.max_runs,
        "start_time": instant_text(job.start_time),
        "end_time": instant_text(job.end_time),
        "jitter": _duration_text(job.jitter),
        "tags": list(job.tags),
        "on_crash": job.on_crash.value,
        "keep_runs": job.keep_runs,
        "calendars": list(job.calendars),
        "on_excluded": job.on_excluded.value,
    }


def progress_fields(job: Job) -> dict[str, Any]:
    """
    Give the pause and the progress of *job*, and the store that has it, if that is not
    the one of jobs that do not say.
    """
    paused = job.paused
    store = {} if job.store == "default" else {"store": job.store}
    return {
        "paused": paused and {"at": instant_text(paused.at), "note": paused.note},
        "generation": job.generation,
        "revision": job.revision,
        "next_run_time": instant_text(job.next_run_time),
        "run_count": job.run_count,
        **store,
    }


def _trigger_text(plain: Any, trigger: Any) -> Any:
    if isinstance(plain, CBORTag) and plain.tag in TRIGGER_TAGS:
        return str(trigger)
    return json_tree(plain)


def _duration_text(duration: timedelta | None) -> str | int | None:
    """
    Write a duration as a text, or in microseconds where no text can be read back.
    """
    if duration is None:
        return None
    text = format_duration(duration)
    try:
        if parse_duration(text) == duration:
            return text
    except BadValue:
        pass
    return duration // _MICROSECOND


def instant_text(instant: datetime | None) -> str | None:
    """
    Write an instant in UTC.
    """
    return None if instant is None else instant.astimezone(UTC).isoformat()


def job_of_fields(fields: Any) -> Job:
    """
    Make a job of its fields; those of its progress may be left out.

    Whether the values are ones that a person may choose is not looked at.

    :raises BadValue: naming the field that is missing, unknown or cannot be read.
    """
    if not isinstance(fields, Mapping):
        raise BadBox(f"expected the fields of a job, not {shown(fields)}")
    version = fields.get("version", VERSION)
    if type(version) is not int or version != VERSION:
        raise BadValue("version", f"{shown(version)} is not known")
    for name in fields:
        if name not in DEFINITION_FIELDS and name not in _PROGRESS:
            raise BadValue(str(name), "is no field of a job")
    for name in ("id", "task", "trigger"):
        if name not in fields:
            raise BadValue(name, "is missing")
    values = {
        name: read_field(name, value, _READERS)
        for name, value in fields.items()
        if name != "version"
    }
    call = Call(
        values.pop("task"),
        values.pop("args", ()),
        values.pop("kwargs", NO_KWARGS) or NO_KWARGS,
    )
    values.setdefault("name", call.task)
    return Job(call=call, **values)


def read_field(
    name: str, value: Any, readers: Mapping[str, Callable[[Any], Any]]
) -> Any:
    """
    Read one field by the reader that it has, if any.

    :raises BadValue: naming the field, or the place within it.
    """
    reader = readers.get(name)
    try:
        return value if reader is None else reader(value)
    except BadBox as error:
        raise BadValue(name, error.reason) from None
    except BadValue as error:
        where = error.field
        raise type(error)(where if name in where else name, error.reason) from None
    except SchedulerError as error:
        raise BadValue(name, str(error)) from None
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise BadValue(name, f"{shown(value)}: {error}") from None


def typed(*kinds: type | None) -> Callable[[Any], Any]:
    """
    Make a reader of values that have exactly one of these classes; ``None`` for null.
    """
    exact = {type(None) if kind is None else kind for kind in kinds}
    names = " or ".join(
        _KINDS.get(kind, getattr(kind, "__name__", "")) for kind in kinds
    )

    def read(value: Any) -> Any:
        if type(value) not in exact:
            raise ValueError(f"expected {names}")
        return value

    return read


def _read_args(value: Any) -> tuple[Any, ...]:
    return tuple(typed(list)(json_value(value)))


def _read_kwargs(value: Any) -> dict[Any, Any]:
    kwargs: dict[Any, Any] = typed(dict)(json_value(value))
    return kwargs


def _read_trigger(value: Any) -> Any:
    trigger = parse_trigger(value) if isinstance(value, str) else json_value(value)
    if not callable(getattr(trigger, "get_next_fire_time", None)):
        raise ValueError("is not a trigger")
    return trigger


def _read_duration(value: Any) -> timedelta | None:
    if value is None:
        return None
    if type(value) is int:
        return timedelta(microseconds=value)
    return parse_duration(typed(str)(value))


def read_instant(value: Any) -> datetime | None:
    """
    Read what :func:`instant_text` wrote; any offset from UTC will do.

    :raises ValueError: it cannot be read, or has no time zone.
    """
    if value is None:
        return None
    text: str = typed(str)(value)
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if instant.tzinfo is None:
        raise ValueError("has no time zone")
    return instant.astimezone(UTC)


def _read_pause(value: Any) -> Pause | None:
    if value is None:
        return None
    fields = dict(typed(dict)(value))
    at, note = read_instant(fields.pop("at")), typed(str)(fields.pop("note", ""))
    if at is None or fields:
        raise ValueError("expected at and note")
    return Pause(at, note)


def _read_texts(value: Any) -> tuple[str, ...]:
    return tuple(typed(str)(one) for one in typed(list)(value))


_READERS: dict[str, Callable[[Any], Any]] = {
    "id": typed(str),
    "task": typed(str),
    "args": _read_args,
    "kwargs": _read_kwargs,
    "trigger": _read_trigger,
    "name": typed(str),
    "executor": typed(str),
    **dict.fromkeys(_DURATIONS, _read_duration),
    "coalesce": typed(bool),
    "max_instances": typed(int),
    "max_runs": typed(int, None),
    **dict.fromkeys(_INSTANTS, read_instant),
    "tags": _read_texts,
    "on_crash": OnCrash,
    "keep_runs": typed(int, None),
    "calendars": _read_texts,
    "on_excluded": OnExcluded,
    "paused": _read_pause,
    "generation": typed(str),
    "revision": typed(int),
    "run_count": typed(int),
    "store": typed(str),
}


def named_fields(items: Any) -> dict[str, Any]:
    """
    Name what a definition in CBOR holds, as far as that can be read.

    :param items: the items of its list, with tags as they are.
    :raises BadBox: it is no list.
    """
    if not isinstance(items, list):
        raise BadBox("it is not the definition of a job")
    named = dict(zip(DEFINITION_FIELDS, items, strict=False))
    return {name: _shown_field(name, value) for name, value in named.items()}


def _shown_field(name: str, value: Any) -> Any:
    try:
        if name in _DURATIONS and type(value) is int:
            return _duration_text(timedelta(microseconds=value))
        if name in _INSTANTS and type(value) is int:
            return instant_text(from_micros(value))
        if name == "trigger" and isinstance(value, CBORTag):
            return _shown_trigger(value)
    except Exception:  # whatever it holds, it is shown
        pass
    if name == "kwargs" and value is None:
        return {}
    return json_tree(value)


def _shown_trigger(tag: CBORTag) -> str:
    if tag.tag in TRIGGER_TAGS and isinstance(tag.value, str):
        return tag.value
    return str(TRIGGER_TAGS[tag.tag](tag.value, False))
