"""
The databases that a service can keep its jobs in, by the scheme of their URL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ..interfaces import IJobStore

__all__ = [
    "DURABILITIES",
    "check_database",
    "check_folder",
    "make_private",
    "make_store",
]

#: What committed work may survive: a power cut, or the end of the process alone.
DURABILITIES = ("power loss", "crash")

_SQLITE = "sqlite:///"


def _memory(url: str, **unused: Any) -> IJobStore:
    from ..jobstores.memory import MemoryJobStore

    return MemoryJobStore()


def _sqlite(url: str, **options: Any) -> IJobStore:
    from ..jobstores.sql import SQLAlchemyJobStore

    return SQLAlchemyJobStore(url, **options)


#: What a URL begins with, and who makes the store; drivers are imported when needed.
_SCHEMES: Mapping[str, Callable[..., IJobStore]] = {
    "memory:": _memory,
    _SQLITE: _sqlite,
}


def _scheme(url: str) -> str | None:
    return next((scheme for scheme in _SCHEMES if url.startswith(scheme)), None)


def check_database(url: str) -> None:
    """
    Refuse what names no database.

    :raises ValueError: saying what was expected.
    """
    scheme = _scheme(url)
    if scheme is None:
        raise ValueError(f"expected sqlite:///FILE or memory:, not {url!r}")
    rest = url[len(scheme) :]
    if scheme == _SQLITE and (not rest or rest.startswith(":memory:")):
        raise ValueError(
            f"expected sqlite:///FILE with the name of a file, not {url!r}"
            " (memory: keeps nothing on disk)"
        )
    if scheme == "memory:" and rest:
        raise ValueError(f"expected memory: alone, not {url!r}")


def make_private(url: str) -> None:
    """
    Let the file of a database that is not there yet be the user's of the service alone.

    Arguments of jobs and the output of programs are nobody else's business.  SQLite
    gives the files beside it, such as its log, the same mode.  A file that is there
    stays as it is; one that cannot be made is left to the store to complain about.
    """
    path = _path(url)
    if path is not None:
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def check_folder(url: str) -> None:
    """
    Refuse a database whose file cannot be made, as its folder is not there.

    :raises ValueError: naming the folder.
    """
    path = _path(url)
    if path is not None and not os.path.isdir(folder := os.path.dirname(path) or "."):
        raise ValueError(f"the folder {folder!r} of {url!r} is not there")


def _path(url: str) -> str | None:
    """
    Give the file of a database in one, unless SQLite is to find it by a URI.
    """
    path = url[len(_SQLITE) :].partition("?")[0]
    return path if _scheme(url) == _SQLITE and path[:5] != "file:" else None


def make_store(url: str, reactor: Any, durability: str, result_limit: int) -> IJobStore:
    """
    Make the store that *url* names; it is not open yet.

    :param durability: what committed work survives, one of :data:`DURABILITIES`.
    :param result_limit: the most bytes of a result that the ledger keeps.
    """
    scheme = _scheme(url)
    assert scheme is not None
    return _SCHEMES[scheme](
        url, reactor=reactor, durability=durability, result_limit=result_limit
    )
