"""
Adding jobs, where several stores may have their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import DeferredList

from ..errors import BadValue, JobExists, NoSuchJob, NoSuchStore, StoreUnavailable
from ..model import Job, OnConflict
from .stores import DEFAULT, AttachedStore, Stores

__all__ = ["add_jobs"]

#: How many questions one store is asked at once.
_AT_ONCE = 100


async def add_jobs(
    stores: Stores, jobs: Sequence[Job], named: Sequence[str], choice: OnConflict
) -> tuple[AttachedStore, list[Job]]:
    """
    Add *jobs* to the store that they ask for, all or none.

    An id that another store has is refused, whatever *choice* is.  A store that does
    not answer is not waited for.

    :param named: the ids among theirs that people gave.
    :returns: the store, and the jobs as they are stored now.
    :raises BadValue: for ``store``: they ask for different ones.
    :raises NoSuchStore: there is no such store.
    :raises JobExists: naming the first one.
    """
    aliases = {job.store for job in jobs} or {DEFAULT}
    if len(aliases) > 1:
        raise BadValue(
            "store",
            "all jobs of one call go into one store, not into"
            f" {', '.join(sorted(aliases))}",
        )
    (alias,) = aliases
    here = stores.get(alias)
    if here.leaving and len(stores) > 1:
        raise NoSuchStore(alias)
    if named:
        for other in stores:
            if other is not here:
                await _check_elsewhere(other, named)
    stored = await stores.ask(here, here.store.add_jobs(jobs, choice))
    return here, [here.claim(job) for job in stored]


async def _check_elsewhere(other: AttachedStore, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        questions = [other.store.get_job(one) for one in some]
        outcomes: Any = await DeferredList(questions, consumeErrors=True)
        for job_id, (found, outcome) in zip(some, outcomes, strict=True):
            if found:
                raise JobExists(job_id, other.alias)
            if outcome.check(StoreUnavailable):
                return
            outcome.trap(NoSuchJob)
