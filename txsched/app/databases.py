"""
The databases that a service can keep its jobs in, by the scheme of their URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..interfaces import IJobStore

__all__ = ["DURABILITIES", "check_database", "make_store"]

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
