"""
Files of exports, for tests.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from txsched.model import UTC, Job, Run
from txsched.moving import RecordWriter, read_records

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def written(jobs: Sequence[Job] = (), runs: Sequence[Run] = ()) -> bytes:
    """
    Write an export.
    """
    file = BytesIO()
    writer = RecordWriter(file, NOW)
    for job in jobs:
        writer.job(job)
    for run in runs:
        writer.run(run)
    writer.end()
    return file.getvalue()


def read(data: bytes) -> list[Job | Run]:
    """
    Read one.
    """
    return [value for _, value in read_records(BytesIO(data), "jobs.jsonl")]


def with_lines(*records: Any) -> bytes:
    """
    Put records between the first line and a last line that fits.
    """
    header = written().splitlines(keepends=True)[0]
    lines = [header, *(json.dumps(one).encode() + b"\n" for one in records)]
    end = {
        "jobs": sum("job" in one for one in records),
        "runs": sum("run" in one for one in records),
        "sha256": sha256(b"".join(lines)).hexdigest(),
    }
    return b"".join([*lines, json.dumps({"end": end}).encode() + b"\n"])
