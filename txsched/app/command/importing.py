"""
``txsched import``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ...model import OnConflict
from .session import Session, pass_session
from .stores import (
    Pickles,
    conflict_option,
    is_url,
    opened,
    pickle_options,
    place_option,
)

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...moving import SchedulerTarget, Tally, Target

__all__ = ["import_command", "told"]


@click.command("import", short_help="Add the jobs of a file.")
@click.argument("file", metavar="FILE")
@place_option
@click.option("--runs", is_flag=True, help="Bring the ledger too; needs a URL.")
@conflict_option
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@pickle_options
@pass_session
def import_command(
    session: Session,
    /,
    file: str,
    place: str | None,
    runs: bool,
    on_conflict: str,
    dry_run: bool,
    allow_pickle: bool,
    key_file: str | None,
) -> None:
    """
    Add the jobs of a file that "txsched export" wrote.

    FILE is - for standard input.  The whole file is looked through first: when a line
    of it is wrong, or its end is missing, nothing is changed.

    In a store that is named by its URL jobs go on where they were, with pause and
    progress.  Through the service they begin anew, each in the store that it was in
    or the one that --store names, and those that were paused are paused.  Jobs that
    are there already stay as they are, so that an import that was interrupted is
    completed by doing it again.

    \b
    Examples:
      txsched import jobs.jsonl --dry-run
      txsched import --store postgresql://db/jobs --runs everything.jsonl
    """
    choice = OnConflict(on_conflict)
    with _read(file) as source:
        pickles = Pickles(allow_pickle, key_file)
        if place is None or not is_url(place):
            pickles.refuse()
            if runs:
                raise click.UsageError("--runs is for a --store that is a URL")

            async def ask(scheduler: IScheduler) -> None:
                from ...moving import SchedulerTarget

                target = SchedulerTarget(scheduler, choice, dry_run, place)
                await _bring(target, source, file, False, dry_run)

            session.call(ask)

        async def write(reactor: Any) -> None:
            from ...moving import Target

            async with opened("--store", place, reactor, pickles, new=True) as store:
                target = Target(store, choice, datetime.now(timezone.utc), dry_run)
                await _bring(target, source, file, runs, dry_run)

        session.alone(write)


async def _bring(
    target: Target | SchedulerTarget,
    source: BinaryIO,
    file: str,
    runs: bool,
    dry_run: bool,
) -> None:
    from ...moving import import_into, survey
    from .progress import progress

    await target.look()
    summary = survey(source, file, target)
    source.seek(0)
    totals = {"jobs": summary.jobs, "runs": summary.runs if runs else 0}
    now = datetime.now(timezone.utc)
    with told(target.tally, runs, dry_run), progress(totals) as moved:
        await import_into(target, source, file, now, runs, moved)


@contextmanager
def told(tally: Tally, runs: bool, dry_run: bool) -> Iterator[None]:
    """
    Say in the end what was done, or would be; also when only a part of it was.
    """
    try:
        yield
    except BaseException:
        if tally != type(tally)():
            click.echo(f"before that: {_counts(tally, runs)}", err=True)
        raise
    click.echo(f"{'would be: ' if dry_run else ''}{_counts(tally, runs)}")


def _counts(tally: Tally, runs: bool) -> str:
    said = [
        f"{tally.added} jobs added",
        f"{tally.there} there already",
        *([f"{tally.kept} others kept"] if tally.kept else []),
        *([f"{tally.replaced} replaced"] if tally.replaced else []),
        *([f"{tally.runs} runs"] if runs else []),
        *([f"{tally.left_out} runs left out"] if runs and tally.left_out else []),
    ]
    return ", ".join(said)


@contextmanager
def _read(file: str) -> Iterator[BinaryIO]:
    """
    Give a file that can be read twice.
    """
    if file == "-":
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            copy.seek(0)
            yield copy
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open(file, "rb"))
        except OSError as error:
            raise click.UsageError(f"FILE: {file}: {error.strerror}") from None
        yield source
