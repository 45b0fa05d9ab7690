"""
``txsched runs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ...errors import BadValue
from ...model import Disposition, RunQuery
from .fields import INSTANT, aware
from .options import as_usage_error, json_option, page_options, store_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...interfaces import IScheduler
    from ...model import Run

__all__ = ["print_output", "print_runs", "runs_command"]

_DISPOSITIONS = tuple(one.value for one in Disposition)


@click.command("runs", short_help="Show what became of the planned times.")
@click.argument("job_id", metavar="[JOB]", required=False)
@click.option(
    "--disposition",
    "-d",
    "dispositions",
    type=click.Choice(_DISPOSITIONS),
    multiple=True,
    help="Only these; may be given more than once.",
)
@click.option("--after", type=INSTANT, help="Only runs planned then or later.")
@click.option("--before", type=INSTANT, help="Only runs planned earlier.")
@click.option("--oldest-first", is_flag=True, help="Turn the order round.")
@click.option("--output", is_flag=True, help="Show the whole output of each run.")
@store_option
@page_options
@json_option
@pass_session
def runs_command(
    session: Session, /, as_json: bool, output: bool, oldest_first: bool, **options: Any
) -> None:
    """
    Show the ledger: what became of the planned times, newest first.

    \b
    Examples:
      txsched runs --after -1h --disposition failed
      txsched runs report --output -n 1
    """
    for name in ("after", "before"):
        if options[name] is not None:
            options[name] = aware(options[name])
    try:
        query = RunQuery(descending=not oldest_first, **options)
    except BadValue as error:
        raise as_usage_error(error) from None

    async def work(scheduler: IScheduler) -> None:
        page = await scheduler.get_runs(query)
        if as_json:
            from .shaping import json_text, page_data

            click.echo(json_text(page_data("runs", page)))
            return
        if output:
            for run in page.items:
                print_output(run)
        else:
            print_runs(page.items, with_job=query.job_id is None)
        if page.next_cursor is not None:
            click.echo(f"there are more: --cursor {page.next_cursor}", err=True)

    session.call(work)


def print_runs(runs: Iterable[Run], with_job: bool = True) -> None:
    """
    Print rows of the ledger as a table.

    :param with_job: whether each row says which job it belongs to.
    """
    from .printing import print_table
    from .wording import clean, instant_text, run_detail, run_took

    jobs = ["JOB"] if with_job else []
    print_table(
        ("PLANNED", *jobs, "DISPOSITION", "TOOK", "DETAIL", "RUN"),
        (
            (
                instant_text(run.planned_time),
                *([clean(run.job_id)] if with_job else []),
                run.disposition,
                run_took(run),
                run_detail(run),
                run.id,
            )
            for run in runs
        ),
        "there are no runs",
        below=("RUN", "DETAIL"),
    )


def print_output(run: Run) -> None:
    """
    Print a headline of one run, and all that it left behind; what could steer a
    terminal is shown there as what it is.
    """
    from .printing import DISPOSITION_STYLES, print_line, print_whole
    from .wording import clean, instant_text, run_output, run_took

    print_line(
        (instant_text(run.planned_time), "dim"),
        (clean(run.job_id), "bold"),
        (str(run.disposition), DISPOSITION_STYLES[run.disposition.value]),
        (run_took(run), "dim"),
        (run.id, "dim"),
        (clean(run.reason or ""), "dim"),
    )
    for text in (run_output(run), run.traceback or run.error or ""):
        if text:
            print_whole(text)
