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
def temporary() -> Iterator[str]:
    """
    Give the path of a file that does not exist yet; all beside it goes in the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "jobs.db")


@contextmanager
def database(kind: str) -> Iterator[str]:
    """
    Give the URL of an empty database: ``sqlite`` in a file, or ``postgresql``,
    ``mariadb``, ``redis`` or ``mongodb`` on a server of its own; for ``memory``, just
    that.
    """
    if kind == "memory":
        yield kind
    elif kind == "sqlite":
        with temporary() as path:
            yield f"sqlite:///{path}"
    else:
        from txsched.testing.servers import (
            MariaDB,
            MongoDB,
            PostgreSQL,
            Server,
            Valkey,
        )

        kinds = {
            "postgresql": PostgreSQL,
            "mariadb": MariaDB,
            "redis": Valkey,
            "mongodb": MongoDB,
        }
        with Server(kinds[kind]()) as server:
            yield server.url
