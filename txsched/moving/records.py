"""
The file of an export: one object of JSON in each line.

The first line says what it is.  Then come jobs, one a line, and behind them runs.  The
last line has the counts of both and the SHA-256 of all lines before it, so that a file
that was cut off or changed by accident is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

from .._version import __version__
from ..codec import (
    definition_fields,
    job_of_fields,
    progress_fields,
    run_fields,
    run_of_fields,
)
from ..codec.readable import json_bytes, json_loads
from ..errors import BadBox, BadFile, BadValue, NotSerializable, SchedulerError
from ..model import Job, Run, ShownTrigger
from ..model.options import check_arguments

__all__ = ["RecordWriter", "read_records"]

_FORMAT = "txsched export"
_VERSION = 1
_LONGEST_LINE = 64 * 1024 * 1024


class RecordWriter:
    """
    Writes the lines of an export.

    :param file: open for writing bytes.
    :param now: when it is made.
    """

    def __init__(self, file: BinaryIO, now: datetime) -> None:
        self._file = file
        self._digest = sha256()
        self.jobs = 0
        self.runs = 0
        self._line(
            {
                "format": _FORMAT,
                "version": _VERSION,
                "made_at": now.isoformat(),
                "made_by": f"txsched {__version__}",
            }
        )

    def _line(self, record: dict[str, Any]) -> None:
        line = json_bytes(record) + b"\n"
        self._digest.update(line)
        self._file.write(line)

    def job(self, job: Job) -> None:
        """
        Write a job with its pause and its progress.

        :raises BadValue: naming the job and what cannot be written.
        """
        try:
            check_arguments(job.call.args, job.call.kwargs)
            if isinstance(job.trigger, ShownTrigger):
                raise NotSerializable("trigger", "only its own program has it")
            self._line({"job": {**definition_fields(job), **progress_fields(job)}})
        except BadValue as error:
            raise type(error)(f"job {job.id!r}: {error.field}", error.reason) from None
        self.jobs += 1

    def run(self, run: Run) -> None:
        """
        Write a row of the ledger.
        """
        self._line({"run": run_fields(run)})
        self.runs += 1

    def end(self) -> None:
        """
        Write the last line.
        """
        sum_of_all = self._digest.hexdigest()
        self._line(
            {"end": {"jobs": self.jobs, "runs": self.runs, "sha256": sum_of_all}}
        )


def read_records(file: BinaryIO, name: str) -> Iterator[tuple[int, Job | Run]]:
    """
    Read an export, and give its jobs and runs, each with the number of its line.

    :param file: open for reading bytes, at its beginning.
    :param name: what the file is called in errors.
    :raises BadFile: naming line, field and reason; also at the end, when the file is
        not whole.
    """
    digest = sha256()
    counts = {"job": 0, "run": 0}
    expected: Any = None
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if expected is not None:
            raise BadFile(name, number, "", "there is more behind the last line")
        kind, content = _record(line, name, number)
        if number == 1:
            _check_header(kind, content, name)
        elif kind == "end":
            expected = content
            _check_end(expected, counts, digest.hexdigest(), name, number)
        else:
            counts[kind] += 1
            yield number, _value(kind, content, name, number)
        digest.update(line)
    if not number:
        raise BadFile(name, 0, "", "it is empty, and no export")
    if expected is None:
        raise BadFile(name, 0, "", f"it ends after line {number}: its end is missing")


def _record(line: bytes, name: str, number: int) -> tuple[str, Any]:
    try:
        record = json_loads(line)
    except BadBox as error:
        cut = "" if line.endswith(b"\n") else " (it is cut off)"
        raise BadFile(name, number, "", f"{error.reason}{cut}") from None
    if not isinstance(record, dict):
        raise BadFile(name, number, "", "expected an object of JSON")
    if number == 1:
        return "header", record
    if len(record) != 1 or not record.keys() <= {"job", "run", "end"}:
        raise BadFile(name, number, "", "expected an object of job, run or end")
    return next(iter(record.items()))


def _check_header(kind: str, header: Any, name: str) -> None:
    if header.get("format") != _FORMAT:
        raise BadFile(name, 1, "format", f"expected {_FORMAT!r}: it is no export")
    if header.get("version") != _VERSION:
        raise BadFile(
            name,
            1,
            "version",
            f"{header.get('version')!r} is not known, only {_VERSION}: use the txsched"
            " that wrote it, or a newer one",
        )


def _check_end(
    expected: Any, counts: dict[str, int], found: str, name: str, number: int
) -> None:
    if not isinstance(expected, dict):
        raise BadFile(
            name, number, "end", "expected an object of jobs, runs and sha256"
        )
    for kind, count in counts.items():
        if expected.get(f"{kind}s") != count:
            raise BadFile(
                name,
                number,
                f"{kind}s",
                f"there were {expected.get(f'{kind}s')!r}, there are {count}",
            )
    if expected.get("sha256") != found:
        raise BadFile(name, number, "sha256", "the lines before were changed")


def _value(kind: str, content: Any, name: str, number: int) -> Job | Run:
    try:
        return job_of_fields(content) if kind == "job" else run_of_fields(content)
    except BadValue as error:
        raise BadFile(name, number, error.field, error.reason) from None
    except SchedulerError as error:
        raise BadFile(name, number, "", str(error)) from None
