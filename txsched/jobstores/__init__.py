"""
Job stores: where jobs and the ledger are kept.

A store that needs a driver is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .memory import MemoryJobStore
from .urls import store_from_url

if TYPE_CHECKING:
    from .mongodb import MongoDBJobStore
    from .redis import RedisJobStore
    from .shelve import ShelveJobStore
    from .sql import SQLAlchemyJobStore

__all__ = [
    "MemoryJobStore",
    "MongoDBJobStore",
    "RedisJobStore",
    "SQLAlchemyJobStore",
    "ShelveJobStore",
    "store_from_url",
]

_LAZY = {
    "MongoDBJobStore": "mongodb",
    "RedisJobStore": "redis",
    "SQLAlchemyJobStore": "sql",
    "ShelveJobStore": "shelve",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
