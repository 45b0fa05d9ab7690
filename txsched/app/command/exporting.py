"""
``txsched export``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from .session import Session, pass_session
from .stores import Pickles, is_url, opened, pickle_options, place_option

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Quarantined, StoreStatus
    from ...moving.export import FindJobs, FindRuns

__all__ = ["export_command", "export_from"]


@click.command("export", short_help="Write all jobs to a file.")
@click.argument("file", metavar="FILE")
@place_option
@click.option("--runs", is_flag=True, help="Write the ledger too.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@pickle_options
@pass_session
def export_command(
    session: Session,
    /,
    file: str,
    place: str | None,
    runs: bool,
    force: bool,
    allow_pickle: bool,
    key_file: str | None,
) -> None:
    """
    Write all jobs to a file, one a line, with their pause and progress.

    FILE is - for standard output.  A file is there only when it is complete, and only
    its owner may read it.  What runs at the moment is not written.

    Without --store all stores of the service are asked.

    \b
    Examples:
      txsched export jobs.jsonl
      txsched export --store sqlite:///txsched.db --runs everything.jsonl
    """
    if file != "-" and not force and os.path.exists(file):
        raise click.UsageError(f"FILE: {file} is there already; --force replaces it")
    pickles = Pickles(allow_pickle, key_file)
    if place is None or not is_url(place):
        pickles.refuse()

        async def ask(scheduler: IScheduler) -> None:
            counts = (await scheduler.status()).store
            totals = {} if counts is None else totals_of(counts, runs)
            find_runs = scheduler.get_runs if runs else None
            await export_from(scheduler.get_jobs, find_runs, file, totals, place)
            _tell_of_broken(await scheduler.get_quarantined(place))

        session.call(ask)

    async def read(reactor: Any) -> None:
        async with opened("--store", place, reactor, pickles) as store:
            totals = totals_of(await store.status(), runs)
            find_runs = store.find_runs if runs else None
            await export_from(store.find_jobs, find_runs, file, totals)
            _tell_of_broken(await store.find_quarantined())

    session.alone(read)


def totals_of(counts: StoreStatus, runs: bool) -> dict[str, int]:
    """
    Give what there is to be moved.
    """
    return {"jobs": counts.jobs, "runs": counts.runs if runs else 0}


async def export_from(
    find_jobs: FindJobs,
    find_runs: FindRuns | None,
    file: str,
    totals: dict[str, int],
    alias: str | None = None,
) -> None:
    """
    Write an export to *file*, and say what was done.

    :param alias: of the only store that is asked.
    """
    from ...moving import RecordWriter, export
    from .progress import progress

    with _written(file) as out, progress(totals) as moved:
        writer = RecordWriter(out, datetime.now(timezone.utc))
        finished = await export(writer, find_jobs, find_runs, moved, alias)
    said = (
        f"{writer.jobs} jobs"
        if find_runs is None
        else (f"{writer.jobs} jobs and {writer.runs} runs")
    )
    click.echo(f"wrote {said}", err=file == "-")
    if finished:
        words = f"left out {finished} jobs that only wait for their last run to end"
        click.echo(words, err=True)


def _tell_of_broken(broken: list[Quarantined]) -> None:
    from .wording import clean, short

    if broken:
        names = short(clean(", ".join(one.job_id for one in broken)), 200)
        click.echo(
            f"txsched: left out {len(broken)} jobs in quarantine, which cannot be"
            f" loaded: {names} (see 'txsched quarantine list')",
            err=True,
        )


@contextmanager
def _written(file: str) -> Iterator[BinaryIO]:
    """
    Give a file to write to, that gets its name when all went well.
    """
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = f"{file}.part"
    mode = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        descriptor = os.open(part, mode, 0o600)
    except OSError as error:
        raise click.UsageError(f"FILE: {part}: {error.strerror}") from None
    try:
        with open(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
