"""
What follows the end of an execution, and the death of a node: pure decisions.
"""

from __future__ import annotations

from datetime import datetime

from ..model import (
    Aftermath,
    Disposition,
    Job,
    OnCrash,
    Outcome,
    Run,
    RunLease,
    from_seconds,
)

__all__ = ["MAX_ATTEMPTS", "aftermath", "cut_off", "taken_over"]

#: A run that was cut off so often is abandoned: its task may be what kills the node.
MAX_ATTEMPTS = 10

_SUCCEEDED = Disposition.SUCCEEDED


def aftermath(job: Job, run: Run, term: int, outcome: Outcome) -> Aftermath:
    """
    Turn the outcome of an execution into the end of its run.

    :param run: as it was started, under the lease of *term*.
    """
    disposition, started, ended, result, error, traceback, reason = outcome
    return Aftermath(
        Run(
            run.id,
            run.job_id,
            run.planned_time,
            disposition,
            reason or run.reason,
            run.executor,
            run.attempt,
            run.manual,
            run.node,
            run.started_at if started is None else from_seconds(started),
            from_seconds(ended),
            result,
            error,
            traceback,
        ),
        term,
        disposition is _SUCCEEDED and job.keep_runs == 0,
    )


def taken_over(lease: RunLease, now: datetime) -> Aftermath | None:
    """
    Decide on a claimed run that may not be carried out.

    :param lease: with the run as it was before the claim.
    :returns: its end; ``None`` when it is to be carried out: a run that nobody
        had begun, or one that a crash cut off and whose job says ``rerun``, less
        than :data:`MAX_ATTEMPTS` times.
    """
    run, job, term = lease
    if job is None:
        reason = "its job was removed, or cannot be loaded"
    elif run.disposition is Disposition.RUNNING and job.on_crash is OnCrash.ABANDON:
        reason = f"cut off: node {run.node} stopped renewing its lease"
    elif run.disposition is Disposition.RUNNING and run.attempt >= MAX_ATTEMPTS:
        reason = f"cut off in each of {run.attempt} attempts"
    else:
        return None
    return Aftermath(
        run._replace(disposition=Disposition.ABANDONED, reason=reason, ended_at=now),
        term,
    )


def cut_off(job: Job, run: Run, term: int, now: datetime) -> Aftermath:
    """
    Decide on a run that a shutdown cuts off: repeated later, or abandoned.
    """
    reason = f"cut off by the shutdown of node {run.node}"
    if job.on_crash is OnCrash.ABANDON:
        run = run._replace(
            disposition=Disposition.ABANDONED, reason=reason, ended_at=now
        )
    else:
        run = run._replace(
            disposition=Disposition.PENDING, reason=reason, attempt=run.attempt + 1
        )
    return Aftermath(run, term)
