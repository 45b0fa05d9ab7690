"""
What nodes write down while they work: one file, one line for each thing that happened.

Every process appends to it with ``O_APPEND``, a whole line with one write, so that
nothing is mixed up and what was written before a SIGKILL stays.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

#: Names the folder of the scenario to its processes.
FOLDER = "TXSCHED_CRASH_FOLDER"


@lru_cache
def _descriptor() -> int:
    path = Path(os.environ[FOLDER]) / "records"
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def note(what: str, **details: Any) -> None:
    """
    Write down that something happened now in this process.
    """
    line = {"what": what, "pid": os.getpid(), "at": time.time(), **details}
    os.write(_descriptor(), json.dumps(line).encode() + b"\n")


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """
    Give all that was written down so far.
    """
    path = folder / "records"
    if path.exists():
        for line in path.read_text().splitlines():
            yield json.loads(line)
