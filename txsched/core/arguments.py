"""
Arguments of the scheduler's methods: refused by name, in the words that a client hears.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from ..errors import BadValue
from ..model import Job, JobSpec, OnConflict
from ..model.showing import shown

__all__ = [
    "check_alias",
    "check_conflict",
    "check_distinct",
    "check_flag",
    "check_id",
    "check_ids",
    "check_kind",
    "check_revision",
    "check_specs",
    "check_timeout",
]

T = TypeVar("T")


def _refused(name: str, expected: str, value: Any) -> BadValue:
    return BadValue(name, f"expected {expected}, not {shown(value)}")


def check_id(name: str, value: Any) -> str:
    """
    :returns: *value*.
    :raises BadValue: it is no text.
    """
    if not isinstance(value, str):
        raise _refused(name, "text", value)
    return value


def check_flag(name: str, value: Any) -> None:
    """
    :raises BadValue: it is neither true nor false.
    """
    if not isinstance(value, bool):
        raise _refused(name, "true or false", value)


def check_kind(name: str, value: Any, kind: type[T]) -> T:
    """
    :returns: *value*.
    :raises BadValue: it is of another class.
    """
    if not isinstance(value, kind):
        raise _refused(name, kind.__name__, value)
    return value


def check_revision(value: Any) -> None:
    """
    :raises BadValue: for ``revision``: it is neither a whole number nor ``None``.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused("revision", "a whole number or nothing", value)


def check_alias(value: Any) -> str | None:
    """
    :returns: *value*.
    :raises BadValue: for ``store``: it is neither text nor ``None``.
    """
    if value is not None and not isinstance(value, str):
        raise _refused("store", "text or nothing", value)
    return value


def check_ids(value: Any) -> None:
    """
    :raises BadValue: for ``job_ids``, or one of them, which is no text.
    """
    if value is None:
        return
    if isinstance(value, (str, bytes)) or not isinstance(value, Collection):
        raise _refused("job_ids", "a list or nothing", value)
    for number, one in enumerate(value):
        check_id(f"job_ids[{number}]", one)


def check_specs(value: Any) -> None:
    """
    :raises BadValue: for ``specs``, or one of them, which is none.
    """
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise _refused("specs", "a list", value)
    for number, one in enumerate(value):
        if not isinstance(one, JobSpec):
            raise _refused(f"specs[{number}]", "JobSpec", one)


def check_conflict(value: Any) -> OnConflict:
    """
    :raises BadValue: for ``on_conflict``: it is none of the choices.
    """
    try:
        return OnConflict(value)
    except ValueError:
        raise BadValue(
            "on_conflict", f"expected error, replace or keep, not {value!r}"
        ) from None


def check_distinct(jobs: Sequence[Job]) -> None:
    """
    :raises BadValue: for ``id``: two of *jobs* have the same.
    """
    seen: set[str] = set()
    for job in jobs:
        if job.id in seen:
            raise BadValue("id", f"{job.id!r} is there twice in one call")
        seen.add(job.id)


def check_timeout(value: Any) -> None:
    """
    :raises BadValue: for ``timeout``: it is no number of seconds, 0 or more.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refused("timeout", "seconds or nothing", value)
    if not 0 <= value < float("inf"):
        raise BadValue("timeout", f"{value} is not a usable number of seconds")
