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
from .stores import Pickles, opened, pickle_options

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import StoreStatus
    from ...moving.export import FindJobs, FindRuns

__all__ = ["export_command", "export_from"]


@click.command("export", short_help="Write all jobs to a file.")
@click.argument("file", metavar="FILE")
@click.option(
    "--store",
    "url",
    metavar="URL",
    help="Read the store itself.  [default: ask the service]",
)
@click.option("--runs", is_flag=True, help="Write the ledger too.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@pickle_options
@pass_session
def export_command(
    session: Session,
    /,
    file: str,
    url: str | None,
    runs: bool,
    force: bool,
    allow_pickle: bool,
    key_file: str | None,
) -> None:
    """
    Write all jobs to a file, one a line, with their pause and progress.

    FILE is - for standard output.  A file is there only when it is complete, and only
    its owner may read it.  What runs at the moment is not written.

    \b
    Examples:
      txsched export jobs.jsonl
      txsched export --store sqlite:///txsched.db --runs everything.jsonl
    """
    if file != "-" and not force and os.path.exists(file):
        raise click.UsageError(f"FILE: {file} is there already; --force replaces it")
    if url is None:
        if allow_pickle or key_file:
            raise click.UsageError("--allow-pickle and --key-file are for a --store")

        async def ask(scheduler: IScheduler) -> None:
            counts = (await scheduler.status()).store
            totals = {} if counts is None else totals_of(counts, runs)
            find_runs = scheduler.get_runs if runs else None
            await export_from(scheduler.get_jobs, find_runs, file, totals)
            _tell_of_broken([one.job_id for one in await scheduler.get_quarantined()])

        session.call(ask)

    async def read(reactor: Any) -> None:
        async with opened(
            "--store", url, reactor, Pickles(allow_pickle, key_file)
        ) as s:
            counts = await s.status()
            totals = {"jobs": counts.jobs, "runs": counts.runs if runs else 0}
            await export_from(s.find_jobs, s.find_runs if runs else None, file, totals)
            _tell_of_broken([one.job_id for one in await s.find_quarantined()])

    session.alone(read)


def totals_of(counts: StoreStatus, runs: bool) -> dict[str, int]:
    """
    Give what there is to be moved.
    """
    return {"jobs": counts.jobs, "runs": counts.runs if runs else 0}


async def export_from(
    find_jobs: FindJobs, find_runs: FindRuns | None, file: str, totals: dict[str, int]
) -> None:
    """
    Write an export to *file*, and say what was done.
    """
    from ...moving import RecordWriter, export
    from .progress import progress

    with _written(file) as out, progress(totals) as moved:
        writer = RecordWriter(out, datetime.now(timezone.utc))
        finished = await export(writer, find_jobs, find_runs, moved)
    said = (
        f"{writer.jobs} jobs"
        if find_runs is None
        else (f"{writer.jobs} jobs and {writer.runs} runs")
    )
    click.echo(f"wrote {said}", err=file == "-")
    if finished:
        words = f"left out {finished} jobs that only wait for their last run to end"
        click.echo(words, err=True)


def _tell_of_broken(ids: list[str]) -> None:
    from .wording import clean, short

    if ids:
        names = short(clean(", ".join(ids)), 200)
        click.echo(
            f"txsched: left out {len(ids)} jobs in quarantine, which cannot be loaded:"
            f" {names} (see 'txsched quarantine list')",
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
