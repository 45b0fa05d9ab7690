"""
Rows of the ledger by the names of their fields, as JSON: for files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import BadBox, BadValue, NotSerializable
from ..model import Disposition, Run
from ..model.showing import shown
from .fields import instant_text, read_field, read_instant, typed
from .readable import json_bytes, json_value, to_json

__all__ = ["run_fields", "run_of_fields"]

_INSTANTS = ("planned_time", "started_at", "ended_at", "last_planned_time")
_NEEDED = ("id", "job_id", "planned_time", "disposition")


def run_fields(run: Run) -> dict[str, Any]:
    """
    Give the fields of a run, without those that say nothing.

    A result that is no plain data becomes its text.
    """
    fields = {
        name: value
        for name, value in run._asdict().items()
        if name in _NEEDED or value != Run._field_defaults[name]
    }
    for name in _INSTANTS:
        if name in fields:
            fields[name] = instant_text(fields[name])
    fields["disposition"] = run.disposition.value
    if "result" in fields:
        fields["result"] = _result(run.result)
    return fields


def _result(result: Any) -> Any:
    try:
        tree = to_json(result, "result")
        json_bytes(tree)
    except (NotSerializable, UnicodeEncodeError, RecursionError):
        text = shown(result, 1000).encode("utf-8", "replace").decode("utf-8")
        return {"repr": text}
    return tree


def run_of_fields(fields: Any) -> Run:
    """
    Make a run of its fields; what is left out is as :class:`~txsched.model.Run` has it.

    :raises BadValue: naming the field that is missing, unknown or cannot be read.
    """
    if not isinstance(fields, Mapping):
        raise BadBox(f"expected the fields of a run, not {shown(fields)}")
    for name in fields:
        if name not in Run._fields:
            raise BadValue(str(name), "is no field of a run")
    for name in _NEEDED:
        if fields.get(name) is None:
            raise BadValue(name, "is missing")
    values = {name: read_field(name, value, _READERS) for name, value in fields.items()}
    run = Run(**values)
    if run.disposition.active is not (run.ended_at is None):
        raise BadValue("ended_at", f"does not fit to {run.disposition}")
    return run


_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("id", "job_id", "executor"), typed(str)),
    **dict.fromkeys(("reason", "node", "error", "traceback", "by"), typed(str, None)),
    **dict.fromkeys(("attempt", "times"), typed(int)),
    **dict.fromkeys(_INSTANTS, read_instant),
    "manual": typed(bool),
    "disposition": Disposition,
    "result": json_value,
}
