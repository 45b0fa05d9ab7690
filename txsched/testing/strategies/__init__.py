"""
Hypothesis strategies that draw what txsched works with: triggers, data, jobs, runs.

They need ``hypothesis``, which txsched itself does not.
"""

from .calendars import calendars
from .data import plain_data, scalars, texts
from .triggers import (
    ZONES,
    cron_triggers,
    crontab_triggers,
    crontabs,
    date_triggers,
    delay_triggers,
    durations,
    instants,
    interval_triggers,
    manual_triggers,
    own_fields,
    triggers,
    waiting_triggers,
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
    "calendars",
    "calls",
    "cron_triggers",
    "crontab_triggers",
    "crontabs",
    "date_triggers",
    "delay_triggers",
    "durations",
    "events",
    "forecasts",
    "instants",
    "interval_triggers",
    "job_options",
    "job_queries",
    "jobs",
    "manual_triggers",
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
    "waiting_triggers",
    "zones",
]
