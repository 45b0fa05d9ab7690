"""
Strategies that draw the values of the model.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ... import model
from ...model import (
    COMMAND,
    Call,
    Disposition,
    Job,
    JobSpec,
    OnCrash,
    OnExcluded,
    Page,
    Pause,
    Run,
)
from .data import plain_data, texts
from .triggers import durations, instants, triggers, waiting_triggers

__all__ = [
    "calls",
    "events",
    "examinations",
    "forecasts",
    "job_options",
    "job_queries",
    "jobs",
    "names",
    "nodes",
    "pages",
    "pauses",
    "quarantined",
    "run_queries",
    "runs",
    "scheduler_statuses",
    "specs",
    "task_names",
    "values",
]

_MANY = 1_000_000


def names() -> SearchStrategy[str]:
    """
    Draw ids, aliases and tags.
    """
    printable = st.text(
        st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=30
    )
    return printable.map(str.strip).filter(lambda text: text and text.isprintable())


def task_names() -> SearchStrategy[str]:
    """
    Draw names of tasks, and the name that all commands share.
    """
    path = st.lists(
        st.sampled_from(["shop", "tasks", "Ümlaut", "_private", "x1"]),
        min_size=1,
        max_size=3,
    ).map(".".join)
    return st.just(COMMAND) | st.builds(lambda *both: ":".join(both), path, path)


def _args() -> SearchStrategy[list[Any]]:
    return st.lists(plain_data(), max_size=3)


def _kwargs() -> SearchStrategy[dict[str, Any]]:
    return st.dictionaries(texts(), plain_data(), max_size=3)


def calls() -> SearchStrategy[Call]:
    """
    Draw tasks with their arguments.
    """
    return st.builds(Call, task_names(), _args().map(tuple), _kwargs())


def _tags() -> SearchStrategy[tuple[str, ...]]:
    return st.sets(names(), max_size=4).map(lambda tags: tuple(sorted(tags)))


def _bounds() -> SearchStrategy[tuple[datetime | None, datetime | None]]:
    pairs = st.tuples(instants(), instants()).map(sorted)
    return st.tuples(pairs, st.booleans(), st.booleans()).map(
        lambda drawn: (
            drawn[0][0] if drawn[1] else None,
            drawn[0][1] if drawn[2] else None,
        )
    )


def job_options() -> SearchStrategy[dict[str, Any]]:
    """
    Draw options that :class:`~txsched.model.JobSpec` takes, some of them left out.
    """
    counts = st.integers(1, _MANY)
    choices = {
        "id": names(),
        "name": st.just("") | names(),
        "store": st.none() | names(),
        "executor": names(),
        "misfire_grace_time": st.none() | durations(),
        "coalesce": st.booleans(),
        "max_instances": counts,
        "max_runs": st.none() | counts,
        "jitter": st.none() | durations(),
        "tags": _tags(),
        "on_crash": st.sampled_from(OnCrash),
        "keep_runs": st.none() | st.integers(0, _MANY),
        "calendars": st.lists(names(), max_size=2, unique=True),
        "on_excluded": st.sampled_from(OnExcluded),
    }
    bounds = _bounds().map(
        lambda pair: dict(zip(("start_time", "end_time"), pair, strict=True))
    )
    return st.builds(
        lambda some, bounds: some | bounds,
        st.fixed_dictionaries({}, optional=choices),
        st.just({}) | bounds,
    )


def specs() -> SearchStrategy[JobSpec]:
    """
    Draw what people ask for when they add a job.
    """
    return st.builds(
        lambda task, trigger, args, kwargs, options: JobSpec(
            task, trigger, args, kwargs, **options
        ),
        task_names(),
        triggers() | waiting_triggers(),
        _args(),
        _kwargs(),
        job_options(),
    )


def pauses() -> SearchStrategy[Pause]:
    """
    Draw pauses with and without a note.
    """
    return st.builds(Pause, instants(), st.just("") | texts())


def jobs() -> SearchStrategy[Job]:
    """
    Draw jobs as stores keep them.
    """
    return st.builds(
        lambda bounds, **fields: Job(
            start_time=bounds[0], end_time=bounds[1], **fields
        ),
        _bounds(),
        id=names(),
        call=calls(),
        trigger=triggers() | waiting_triggers(),
        name=names(),
        executor=names(),
        misfire_grace_time=st.none() | durations(),
        coalesce=st.booleans(),
        max_instances=st.integers(1, _MANY),
        max_runs=st.none() | st.integers(1, _MANY),
        jitter=st.none() | durations(),
        tags=_tags(),
        on_crash=st.sampled_from(OnCrash),
        keep_runs=st.none() | st.integers(0, _MANY),
        calendars=st.lists(names(), max_size=2, unique=True).map(tuple),
        on_excluded=st.sampled_from(OnExcluded),
        paused=st.none() | pauses(),
        generation=st.text("abcXYZ019-_", min_size=11, max_size=11),
        revision=st.integers(1, _MANY),
        next_run_time=st.none() | instants(),
        run_count=st.integers(0, 2**40),
        store=names(),
    )


def runs() -> SearchStrategy[Run]:
    """
    Draw rows of the ledger.
    """
    optional_text = st.none() | texts()
    optional_instant = st.none() | instants()
    return st.builds(
        Run,
        id=texts(),
        job_id=names(),
        planned_time=instants(),
        disposition=st.sampled_from(Disposition),
        reason=optional_text,
        executor=names(),
        attempt=st.integers(1, 1000),
        manual=st.booleans(),
        node=optional_text,
        started_at=optional_instant,
        ended_at=optional_instant,
        result=plain_data(),
        error=optional_text,
        traceback=optional_text,
        by=optional_text,
        times=st.integers(1, 2**40),
        last_planned_time=optional_instant,
    )


def job_queries() -> SearchStrategy[model.JobQuery]:
    """
    Draw questions for jobs.
    """
    return st.builds(
        model.JobQuery,
        text=st.none() | texts(),
        tags=_tags(),
        executor=st.none() | names(),
        paused=st.none() | st.booleans(),
        store=st.none() | names(),
        order_by=st.sampled_from(["id", "name", "next_run_time"]),
        descending=st.booleans(),
        limit=st.integers(1, model.MAX_PAGE),
        cursor=st.none() | texts(),
    )


def run_queries() -> SearchStrategy[model.RunQuery]:
    """
    Draw questions for runs.
    """
    return st.builds(
        model.RunQuery,
        job_id=st.none() | names(),
        dispositions=st.lists(st.sampled_from(Disposition), max_size=4),
        after=st.none() | instants(),
        before=st.none() | instants(),
        store=st.none() | names(),
        descending=st.booleans(),
        limit=st.integers(1, model.MAX_PAGE),
        cursor=st.none() | texts(),
    )


def forecasts() -> SearchStrategy[model.Forecast]:
    """
    Draw planned times that lie ahead.
    """
    return st.builds(model.Forecast, names(), instants(), instants())


def quarantined() -> SearchStrategy[model.Quarantined]:
    """
    Draw jobs that could not be loaded.
    """
    return st.builds(model.Quarantined, names(), texts(), instants(), store=names())


def pages() -> SearchStrategy[Page[Any]]:
    """
    Draw pages, each of values of one class.
    """
    kinds = st.sampled_from([jobs, runs, specs, quarantined, forecasts])
    return st.builds(
        Page,
        kinds.flatmap(lambda kind: st.lists(kind(), max_size=4)).map(tuple),
        st.none() | texts(),
    )


def store_healths() -> SearchStrategy[model.StoreHealth]:
    """
    Draw how one store of a scheduler may be.
    """
    counts = st.integers(0, 2**40)
    return st.builds(
        model.StoreHealth,
        alias=names(),
        counts=st.none()
        | st.builds(model.StoreStatus, counts, counts, counts, counts, counts),
        running=counts,
        next_wakeup=st.none() | instants(),
        lag=st.none() | st.floats(0, 1e9),
        error=st.none() | texts(),
        lost_at=st.none() | instants(),
        refused=counts,
    )


def scheduler_statuses() -> SearchStrategy[model.SchedulerStatus]:
    """
    Draw how a scheduler may be.
    """
    return st.builds(
        model.SchedulerStatus,
        node=names(),
        version=texts(),
        state=st.sampled_from(["running", "paused", "stopping", "stopped"]),
        note=texts(),
        started_at=st.none() | instants(),
        now=instants(),
        stores=st.lists(store_healths(), max_size=3).map(tuple),
    )


def nodes() -> SearchStrategy[model.Node]:
    """
    Draw nodes.
    """
    return st.builds(
        model.Node,
        id=names(),
        name=names(),
        host=texts(),
        pid=st.integers(1, 2**22),
        version=texts(),
        started_at=instants(),
        seen_at=instants(),
        skew=st.none() | durations(),
        state=st.sampled_from(["running", "paused", "stopping"]),
        active_runs=st.integers(0, 10**6),
    )


def examinations() -> SearchStrategy[model.Examination]:
    """
    Draw stores that were looked through.
    """
    counts = st.integers(0, 2**40)
    leases = st.builds(model.LeaseCount, names(), counts, counts, instants())
    report = st.builds(
        model.StoreReport,
        kind=texts(),
        schema=st.none() | counts,
        newest_schema=st.none() | counts,
        clock=st.none() | instants(),
        leases=st.lists(leases, max_size=3).map(tuple),
        overdue=counts,
        oldest_due=st.none() | instants(),
        waiting=counts,
        oldest_waiting=st.none() | instants(),
        quarantined=counts,
        warnings=st.lists(texts(), max_size=2).map(tuple),
    )
    finding = st.builds(
        model.Finding, texts(), texts(), texts(), texts(), st.none() | names()
    )
    return st.builds(
        model.Examination,
        store=names(),
        at=instants(),
        report=st.none() | report,
        nodes=st.lists(nodes(), max_size=2).map(tuple),
        findings=st.lists(finding, max_size=2).map(tuple),
    )


def events() -> SearchStrategy[model.Event]:
    """
    Draw events of every kind.
    """
    at = instants()
    plain = st.sampled_from(
        [model.SchedulerStarted, model.SchedulerResumed, model.SchedulerStopping]
    )
    of_job = st.sampled_from(
        [
            model.JobAdded,
            model.JobModified,
            model.JobResumed,
            model.JobRemoved,
            model.JobFinished,
        ]
    )
    of_run = st.sampled_from([model.RunStarted, model.RunEnded])
    return st.one_of(
        st.builds(lambda kind, at: kind(at), plain, at),
        st.builds(lambda kind, at, job_id: kind(at, job_id), of_job, at, names()),
        st.builds(lambda kind, at, run: kind(at, run), of_run, at, runs()),
        st.builds(model.SchedulerPaused, at, texts()),
        st.builds(model.JobPaused, at, names(), texts()),
        st.builds(model.EventsLost, at, st.none() | st.integers(0, 2**40)),
        st.builds(model.StoreLost, at, texts(), names()),
        st.builds(model.StoreFound, at, at, names()),
    )


def values() -> SearchStrategy[Any]:
    """
    Draw any value that the codec knows.
    """
    return st.one_of(
        plain_data(),
        triggers() | waiting_triggers(),
        calls(),
        specs(),
        jobs(),
        pauses(),
        runs(),
        job_queries(),
        run_queries(),
        forecasts(),
        quarantined(),
        pages(),
        scheduler_statuses(),
        nodes(),
        examinations(),
        events(),
    )
