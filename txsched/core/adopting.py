"""
What a job takes over from its trigger when it gets one: pure decisions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..errors import BadTrigger, BadValue
from ..model import ITrigger, Waiting
from ..model.showing import shown

__all__ = [
    "check_jitter",
    "check_trigger",
    "jitter_of",
    "runs_by_hand",
    "seeded",
]

_NONE = timedelta()


def check_trigger(trigger: Any) -> None:
    """
    Refuse what is no trigger.

    :raises BadTrigger: it is none.
    """
    if isinstance(trigger, type) or not callable(
        getattr(trigger, "get_next_fire_time", None)
    ):
        raise BadTrigger("trigger", f"{shown(trigger)} is not a trigger")


def seeded(trigger: ITrigger, job_id: str) -> ITrigger:
    """
    Let a trigger that depends on the job that has it choose its times.

    :returns: what its ``for_job`` gives; the trigger itself when it has none.
    :raises BadTrigger: that is no trigger.
    """
    for_job = getattr(trigger, "for_job", None)
    if for_job is None:
        return trigger
    chosen: ITrigger = for_job(job_id)
    check_trigger(chosen)
    return chosen


def jitter_of(trigger: ITrigger) -> timedelta | None:
    """
    Give the jitter that a trigger brings along for its job, if any.

    A jitter that is no length of time is the trigger's own affair: that of APScheduler
    3 is a number, and its triggers apply it themselves.
    """
    jitter = getattr(trigger, "jitter", None)
    return jitter if isinstance(jitter, timedelta) and jitter > _NONE else None


def check_jitter(trigger: ITrigger, jitter: timedelta | None) -> None:
    """
    Refuse jitter where times are set by the store, which does not know it.

    :raises BadValue: for ``jitter``.
    """
    if jitter is not None and _waiting(trigger) is not None:
        raise BadValue(
            "jitter",
            f"is not for a job with the trigger '{trigger}', whose times follow from"
            " what becomes of it",
        )


def runs_by_hand(trigger: ITrigger) -> bool:
    """
    Whether a job with this trigger has no times, and stays all the same.
    """
    waiting = _waiting(trigger)
    return waiting is not None and waiting.delay is None


def _waiting(trigger: ITrigger) -> Waiting | None:
    waiting = getattr(trigger, "waiting", None)
    return waiting if isinstance(waiting, Waiting) else None
