"""
Jobs and runs as others may see them.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from ..errors import NotSerializable
from ..model import Call, Job, Run
from .plain import to_plain
from .tasks import task_name

__all__ = ["presentable", "presentable_run"]


def presentable(job: Job) -> Job:
    """
    Give *job* so that it can be shown elsewhere.

    A memory store keeps live objects; what of them cannot travel is shown by its text.
    """
    call = job.call
    try:
        task = task_name(call.task)
    except NotSerializable:
        task = call.task_name
    args = tuple(_shown(value) for value in call.args)
    kwargs = {key: _shown(value) for key, value in call.kwargs.items()}
    return evolve(job, call=Call(task, args, kwargs))


def presentable_run(run: Run) -> Run:
    """
    Give *run* so that it can be shown elsewhere: its result may be a live object too.
    """
    return run._replace(result=_shown(run.result))


def _shown(value: Any) -> Any:
    try:
        to_plain(value, "")
    except NotSerializable:
        return repr(value)
    return value
