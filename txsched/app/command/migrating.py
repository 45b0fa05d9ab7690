"""
``txsched migrate``.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import click

from ...model import OnConflict
from .importing import told
from .session import Session, pass_session
from .stores import Pickles, conflict_option, opened, pickle_options

__all__ = ["migrate_command"]


@click.command("migrate", short_help="Copy all jobs from one store to another.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--runs", is_flag=True, help="Copy the ledger too.")
@conflict_option
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--force",
    is_flag=True,
    help="Also while a scheduler works with FROM; then jobs may run twice.",
)
@pickle_options
@pass_session
def migrate_command(
    session: Session,
    /,
    source: str,
    target: str,
    runs: bool,
    on_conflict: str,
    dry_run: bool,
    force: bool,
    allow_pickle: bool,
    key_file: str | None,
) -> None:
    """
    Copy all jobs from one store to another, each named by its URL.

    Jobs go on where they were: id, next run time, count of runs and pause come along,
    and runs that had not ended.  FROM stays as it is, and its service must be
    stopped; that of TO may run.  What has arrived stays as it is, so that a migration
    that was interrupted is completed by doing it again.

    \b
    Examples:
      txsched migrate sqlite:///txsched.db postgresql://db/jobs --runs
      txsched migrate sqlite:///a.db sqlite:///b.db --dry-run
    """
    if source == target:
        raise click.UsageError("FROM and TO are the same store")
    pickles = Pickles(allow_pickle, key_file)
    choice = OnConflict(on_conflict)

    async def work(reactor: Any) -> None:
        from ...moving import Target, migrate, refuse_if_used
        from .progress import progress

        now = datetime.now(timezone.utc)
        async with (
            opened("FROM", source, reactor, pickles) as old,
            opened("TO", target, reactor, pickles, new=True) as new,
        ):
            if not force:
                await refuse_if_used(old, now)
            arrival = Target(new, choice, now, dry_run)
            await arrival.look()
            counts = await old.status()
            runs_total = counts.runs if runs else counts.active_runs
            totals = {"jobs": counts.jobs, "runs": runs_total}
            with told(arrival.tally, True, dry_run), progress(totals) as moved:
                await migrate(old, arrival, now, runs, moved)
            if counts.quarantined:
                click.echo(
                    f"txsched: left out {counts.quarantined} jobs of FROM in"
                    " quarantine, which cannot be loaded",
                    err=True,
                )

    session.alone(work)
