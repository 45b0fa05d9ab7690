"""
APScheduler 3 as the benchmarks set it up: ten threads.
"""

from __future__ import annotations

from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.mongodb import MongoDBJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event


def make_scheduler(kind: str, path: str = "", **defaults: Any) -> BackgroundScheduler:
    """
    Make a scheduler over a ``memory`` store, over ``sqlite`` with a write-ahead log, or
    over ``mongodb`` at the URL *path*.
    """
    if kind == "memory":
        store = MemoryJobStore()
    elif kind == "mongodb":
        store = MongoDBJobStore(database="peer", host=path)
    else:
        engine = create_engine(f"sqlite:///{path}")

        @event.listens_for(engine, "connect")
        def wal(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        store = SQLAlchemyJobStore(engine=engine)
    return BackgroundScheduler(
        jobstores={"default": store},
        executors={"default": ThreadPoolExecutor(10)},
        job_defaults=defaults,
        timezone="UTC",
    )
