"""
Hypothesis strategies that draw what txsched works with: triggers, data, jobs, runs.

They need ``hypothesis``, which txsched itself does not.
"""

from .data import plain_data, scalars, texts
from .triggers import (
    ZONES,
    cron_triggers,
    crontab_triggers,
    crontabs,
    date_triggers,
    durations,
    instants,
    interval_triggers,
    own_fields,
    triggers,
    zones,
)
from .values import (
    calls,
    events,
    forecasts,
    job_options,
    job_queries,
    jobs,
    names,
    pages,
    pauses,
    quarantined,
    run_queries,
    runs,
    scheduler_statuses,
    specs,
    task_names,
    values,
)

__all__ = [
    "ZONES",
    "calls",
    "cron_triggers",
    "crontab_triggers",
    "crontabs",
    "date_triggers",
    "durations",
    "events",
    "forecasts",
    "instants",
    "interval_triggers",
    "job_options",
    "job_queries",
    "jobs",
    "names",
    "own_fields",
    "pages",
    "pauses",
    "plain_data",
    "quarantined",
    "run_queries",
    "runs",
    "scalars",
    "scheduler_statuses",
    "specs",
    "task_names",
    "texts",
    "triggers",
    "values",
    "zones",
]
