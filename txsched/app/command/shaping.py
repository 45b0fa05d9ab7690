"""
Our values as plain data for ``--json``.

Instants are ISO 8601 text in UTC, durations are seconds, triggers are their text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from attrs import fields, has

from ...model import EnumMember, Event, Job, Page, Run

__all__ = ["event_data", "job_data", "json_text", "page_data", "run_data", "value_data"]


def value_data(value: Any) -> Any:
    """
    Turn any value of ours, or what a task was given or returned, into plain data.
    """
    if isinstance(value, Enum):
        return value.value if isinstance(value, str) else value.name
    if isinstance(value, EnumMember):
        return value.name
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Job):
        return job_data(value)
    if isinstance(value, Run):
        return run_data(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray)):
        return _bytes_data(bytes(value))
    if isinstance(value, Mapping):
        return {str(key): value_data(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value_data(one) for one in value]
    if has(type(value)):
        return {
            one.name: value_data(getattr(value, one.name))
            for one in fields(type(value))
        }
    return str(value)


def _bytes_data(value: bytes) -> Any:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def job_data(job: Job) -> dict[str, Any]:
    """
    Give a job as plain data.
    """
    data = {
        one.name: value_data(getattr(job, one.name))
        for one in fields(Job)
        if one.name not in ("call", "trigger", "generation")
    }
    return {
        "id": data.pop("id"),
        "name": data.pop("name"),
        "trigger": str(job.trigger),
        "task": job.call.task_name,
        "args": value_data(job.call.args),
        "kwargs": value_data(job.call.kwargs),
        **data,
    }


def run_data(run: Run) -> dict[str, Any]:
    """
    Give a row of the ledger as plain data.
    """
    return {name: value_data(value) for name, value in run._asdict().items()}


def event_data(event: Event) -> dict[str, Any]:
    """
    Give an event as plain data; ``event`` is its kind, such as ``run_ended``.
    """
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return {"event": kind, **value_data(event)}


def page_data(name: str, page: Page[Any]) -> dict[str, Any]:
    """
    Give a page as plain data, its items under *name*.
    """
    return {name: value_data(page.items), "next_cursor": page.next_cursor}


def json_text(data: Any, one_line: bool = False) -> str:
    """
    Write plain data as JSON.
    """
    return json.dumps(data, ensure_ascii=False, indent=None if one_line else 2)
