"""
Our values as words for people.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ...model import COMMAND, Call, Job, Run, Waiting

__all__ = [
    "ago",
    "call_text",
    "clean",
    "coming_text",
    "duration_text",
    "instant_text",
    "job_next",
    "run_detail",
    "run_output",
    "run_took",
    "short",
]

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def clean(text: str, but: str = "") -> str:
    """
    Show characters that could steer a terminal as what they are.

    :param but: these are left as they are.
    """
    return "".join(
        char
        if char.isprintable() or char in but
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def short(text: str, most: int) -> str:
    """
    Give the beginning of a text that is longer than *most* characters.
    """
    return text if len(text) <= most else f"{text[:most]}..."


def duration_text(duration: timedelta | None) -> str:
    """
    Say a duration as the command line takes it, such as ``1h30m``.
    """
    if duration is None:
        return "none"
    from ...triggers import format_duration

    return format_duration(duration)


def ago(instant: datetime, now: datetime) -> str:
    """
    Say how far away an instant is: ``in 5m``, ``3h ago``, ``now``.
    """
    seconds = (instant - now).total_seconds()
    size = abs(seconds)
    if size < 0.5:
        return "now"
    unit, length = next((one for one in _UNITS if size >= one[1]), _UNITS[-1])
    count = max(1, round(size / length))
    return f"in {count}{unit}" if seconds > 0 else f"{count}{unit} ago"


def instant_text(instant: datetime | None, now: datetime | None = None) -> str:
    """
    Say an instant in the time of this machine, and how far it is from *now*.
    """
    if instant is None:
        return "-"
    text = instant.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return text if now is None else f"{text} ({ago(instant, now)})"


def call_text(call: Call) -> str:
    """
    Say what is called: a command line, or a task and its arguments.
    """
    if call.task == COMMAND:
        return clean(shlex.join(str(one) for one in call.args))
    arguments = [repr(one) for one in call.args]
    arguments += [f"{name}={value!r}" for name, value in call.kwargs.items()]
    return clean(f"{call.task_name}({', '.join(arguments)})")


def job_next(job: Job, now: datetime) -> str:
    """
    Say when a job runs next, or why it does not.
    """
    if job.paused is not None:
        note = f": {clean(job.paused.note)}" if job.paused.note else ""
        return f"paused{note}"
    if job.next_run_time is None:
        return _waiting_text(job.waiting)
    return instant_text(job.next_run_time, now)


def _waiting_text(waiting: Waiting | None) -> str:
    if waiting is None:
        return "finished"
    if waiting.delay is None:
        return "by hand"
    return f"{duration_text(waiting.delay)} after the run"


def coming_text(job: Job) -> str:
    """
    Say what comes next of a job that somebody has just added or changed.
    """
    if job.next_run_time is not None:
        return f"next at {instant_text(job.next_run_time)}"
    text = _waiting_text(job.waiting)
    return text if job.waiting is None else f"next {text}"


def run_took(run: Run) -> str:
    """
    Say how long a run took.
    """
    if run.started_at is None or run.ended_at is None:
        return "-"
    seconds = (run.ended_at - run.started_at).total_seconds()
    return (
        f"{seconds:.3f}s"
        if seconds < 10
        else duration_text(timedelta(seconds=round(seconds)))
    )


def run_detail(run: Run) -> str:
    """
    Say in one line why a run ended as it did, or what it gave.
    """
    parts = []
    if run.times > 1:
        parts.append(
            f"{run.times} planned times until {instant_text(run.last_planned_time)}"
        )
    if run.reason:
        parts.append(clean(run.reason))
    if run.attempt > 1:
        parts.append(f"attempt {run.attempt}")
    if run.error:
        parts.append(clean(run.error.strip().splitlines()[-1]))
    elif run.result is not None:
        parts.append(clean(_first_line(run_output(run))))
    return "; ".join(part for part in parts if part)


def _first_line(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    return f"{first[:80]}..." if rest else short(first, 80)


def run_output(run: Run) -> str:
    """
    Give what a run left behind: the output of a program, or a result.
    """
    result = run.result
    if isinstance(result, Mapping) and {"exit_status", "output"} <= set(result):
        cut = result.get("truncated")
        note = f"... {cut} more bytes were not kept\n" if cut else ""
        return f"{_text(result['output'])}{note}"
    return "" if result is None else _text(result)


def _text(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else "" if value is None else repr(value)
