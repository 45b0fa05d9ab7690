"""
Job stores: where jobs and the ledger are kept.

A store that needs a driver is imported when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from .memory import MemoryJobStore
from .urls import store_from_url

if TYPE_CHECKING:
    from .redis import RedisJobStore
    from .sql import SQLAlchemyJobStore

__all__ = ["MemoryJobStore", "RedisJobStore", "SQLAlchemyJobStore", "store_from_url"]


def __getattr__(name: str) -> Any:
    if name == "SQLAlchemyJobStore":
        from .sql import SQLAlchemyJobStore

        return SQLAlchemyJobStore
    if name == "RedisJobStore":
        from .redis import RedisJobStore

        return RedisJobStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
