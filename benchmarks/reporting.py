"""
How a measurement hands its figures over, and where it may write.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def tell(figures: Mapping[str, float]) -> None:
    """
    Print *figures* for the process that started this one.
    """
    print(json.dumps(dict(figures)))


@contextmanager
def place(kind: str) -> Iterator[str]:
    """
    Give where a store of a kind keeps its data: the URL of a server of its own, or the
    path of a file.
    """
    if kind == "mongodb":
        from txsched.testing.servers import MongoDB, Server

        with Server(MongoDB()) as server:
            yield server.url
    else:
        with temporary() as path:
            yield path


@contextmanager
def temporary() -> Iterator[str]:
    """
    Give the path of a file that does not exist yet; all beside it goes in the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "jobs.db")
