"""
What nodes write down while they work: one file, one line for each thing that happened.

Every process appends to it with ``O_APPEND``, a whole line with one write, so that
nothing is mixed up and what was written before a SIGKILL stays.
"""

from __future__ import annotations

import json
import os
import time
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


class Records:
    """
    What was written down, read as it comes.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "records"
        self._read = 0
        self._rest = b""
        self._lines: list[dict[str, Any]] = []

    def lines(self) -> list[dict[str, Any]]:
        """
        Give all lines that were written so far.
        """
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
            self._read += len(text)
            *whole, self._rest = (self._rest + text).split(b"\n")
            self._lines += map(json.loads, whole)
        return self._lines
