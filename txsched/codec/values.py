"""
The values of the model: each a tag of its own, with a version and its fields.

A field that is added to a class gets a default there; older data, which is shorter,
is read all the same.  What cannot be told by a default takes a new version.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from attrs import fields
from cbor2 import CBORTag

from .. import model
from ..errors import BadBox, NotSerializable
from ..model import Call, Disposition, Job, JobSpec, OnConflict, OnCrash, Page, Run
from ..model.options import check_arguments, check_task
from ..model.showing import shown
from .definition import decode_job, encode_definition
from .plain import DECODERS, ENCODERS, FIRST_TAG, to_plain
from .presenting import plain_or_text, presentable
from .tables import make_spec, table
from .tasks import task_name

__all__: list[str] = []

_VERSION = 1
_FIRST_VALUE = FIRST_TAG + 32

#: The number of each class, counted from the first tag of values.  A number is
#: never given again.
_NUMBERS: dict[type, int] = {
    Call: 0,
    JobSpec: 1,
    Job: 2,
    Run: 3,
    model.Pause: 4,
    model.JobQuery: 5,
    model.RunQuery: 6,
    Page: 7,
    model.Forecast: 8,
    model.Quarantined: 9,
    model.StoreStatus: 10,
    model.SchedulerStatus: 11,
    Disposition: 12,
    OnCrash: 13,
    OnConflict: 14,
    model.OnExcluded: 15,
    model.SchedulerStarted: 20,
    model.SchedulerPaused: 21,
    model.SchedulerResumed: 22,
    model.SchedulerStopping: 23,
    model.EventsLost: 24,
    model.JobAdded: 25,
    model.JobModified: 26,
    model.JobPaused: 27,
    model.JobResumed: 28,
    model.JobRemoved: 29,
    model.JobFinished: 30,
    model.RunStarted: 31,
    model.RunEnded: 32,
    model.Node: 40,
    model.StoreHealth: 41,
    model.LeaseCount: 42,
    model.StoreReport: 43,
    model.Finding: 44,
    model.StoreLost: 45,
    model.StoreFound: 46,
    model.Examination: 47,
}


def _encode_call(call: Call, place: str, depth: int) -> list[Any]:
    return [
        task_name(call.task),
        to_plain(list(call.args), "args"),
        to_plain(dict(call.kwargs), "kwargs"),
    ]


def _decode_call(task: Any, args: Any, kwargs: Any) -> Call:
    check_task(task)
    return Call(task, *check_arguments(args, kwargs))


def _encode_spec(spec: JobSpec, place: str, depth: int) -> list[Any]:
    args, kwargs = spec.args, spec.kwargs
    return [
        task_name(spec.task),
        to_plain(spec.trigger, "trigger"),
        to_plain(list(args), "args") if args else [],
        to_plain(dict(kwargs), "kwargs") if kwargs else None,
        to_plain(dict(spec.options), "options"),
    ]


def _register(
    kind: type,
    encode: Callable[[Any, str, int], list[Any]],
    decode: Callable[..., Any],
) -> None:
    tag = _FIRST_VALUE + _NUMBERS[kind]

    def encode_tag(value: Any, place: str, depth: int) -> CBORTag:
        return CBORTag(tag, [_VERSION, *encode(value, place, depth)])

    def decode_tag(content: Any, immutable: bool) -> Any:
        if not isinstance(content, (list, tuple)) or not content:
            raise BadBox(f"{kind.__name__}: expected a list, not {shown(content)}")
        version, *values = content
        if version != _VERSION:
            raise BadBox(f"{kind.__name__}: version {shown(version)} is not known")
        return decode(*values)

    ENCODERS[kind] = encode_tag
    DECODERS[tag] = decode_tag


def _register_enum(kind: type[Enum]) -> None:
    _register(kind, lambda value, place, depth: [value.value], kind)


def _register_attrs(kind: type) -> None:
    names = [one.name for one in fields(kind)]

    def encode(value: Any, place: str, depth: int) -> list[Any]:
        return [to_plain(getattr(value, name), name, depth + 1) for name in names]

    def decode(*values: Any) -> Any:
        if len(values) > len(names):
            raise BadBox(f"{kind.__name__}: has {len(values)} fields")
        return kind(**dict(zip(names, values, strict=False)))

    _register(kind, encode, decode)


def _encode_job(job: Job, place: str, depth: int) -> list[Any]:
    try:
        definition = encode_definition(job)
    except NotSerializable:
        definition = encode_definition(presentable(job))
    return [
        definition,
        to_plain(job.paused, "paused"),
        job.generation,
        job.revision,
        to_plain(job.next_run_time, "next_run_time"),
        job.run_count,
        *(() if job.store == "default" else (job.store,)),
    ]


_RESULT = Run._fields.index("result")


def _encode_run(run: Run, place: str, depth: int) -> list[Any]:
    values = run._asdict()
    result = values.pop("result")
    plain = [to_plain(value, name, depth + 1) for name, value in values.items()]
    plain.insert(_RESULT, plain_or_text(result, "result", depth + 1))
    return plain


def _encode_page(page: Page[Any], place: str, depth: int) -> list[Any]:
    return [to_plain(table(page.items), "items", depth + 1), page.next_cursor]


def _decode_page(items: Any, next_cursor: Any) -> Page[Any]:
    return Page(tuple(items), next_cursor)


for _kind in _NUMBERS:
    if issubclass(_kind, Enum):
        _register_enum(_kind)
    elif _kind is Run:
        _register(Run, _encode_run, Run)
    elif _kind is Job:
        _register(Job, _encode_job, decode_job)
    elif _kind is Page:
        _register(Page, _encode_page, _decode_page)
    elif _kind is Call:
        _register(Call, _encode_call, _decode_call)
    elif _kind is JobSpec:
        _register(JobSpec, _encode_spec, make_spec)
    else:
        _register_attrs(_kind)
