"""
Single columns that all stores keep alike: instants, waits and what is searched.

Instants are whole microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..model import Disposition, Run, Waiting, from_micros, to_micros

__all__ = [
    "instant_of",
    "latest_ends",
    "micros_of",
    "read_disposition",
    "read_wait",
    "search_text",
    "wait_row",
]

_DISPOSITIONS = {one.value: one for one in Disposition}
_MICROSECOND = timedelta(microseconds=1)


def micros_of(instant: datetime | None) -> int | None:
    """
    Give the microseconds of an instant that may be missing.
    """
    return None if instant is None else to_micros(instant)


def instant_of(micros: int | None) -> datetime | None:
    """
    Give the instant of microseconds that may be missing.
    """
    return None if micros is None else from_micros(micros)


def search_text(*texts: str) -> str:
    """
    Bring texts into the shape that a search compares: without regard to case.
    """
    return "\n".join(text.casefold() for text in texts)


def wait_row(waiting: Waiting | None) -> tuple[int | None, int | None]:
    """
    Give the columns of what a job waits for: the delay, which is 0 for none, and until
    when.  Without a delay the job is finished.
    """
    if waiting is None:
        return None, None
    delay, until = waiting
    return 0 if delay is None else delay // _MICROSECOND, micros_of(until)


def read_wait(delay: int | None, until: int | None) -> Waiting | None:
    """
    Build from its columns what a job waits for.
    """
    if delay is None:
        return None
    return Waiting(_MICROSECOND * delay or None, instant_of(until))


def latest_ends(runs: Iterable[Run]) -> dict[str, datetime]:
    """
    Give the latest end among the runs of each job.
    """
    ends: dict[str, datetime] = {}
    for run in runs:
        if run.ended_at is not None:
            ends[run.job_id] = max(ends.get(run.job_id, run.ended_at), run.ended_at)
    return ends


def read_disposition(
    word: str, reason: str | None, ended: object
) -> tuple[Disposition, str | None]:
    """
    Give the disposition of a stored run, and its reason.

    One that is not known here is running as long as it has not ended, so that it is
    taken over as after a crash, and else abandoned; the reason has the word.

    :param ended: when it did; ``None`` for not yet.
    """
    disposition = _DISPOSITIONS.get(word)
    if disposition is not None:
        return disposition, reason
    unknown = f"stored as {word!r}, which this version does not know"
    return Disposition.RUNNING if ended is None else Disposition.ABANDONED, unknown
