"""
APScheduler 3 as the benchmarks set it up: ten threads.
"""

from __future__ import annotations

from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event


def make_scheduler(url: str, **defaults: Any) -> BackgroundScheduler:
    """
    Make a scheduler over a store in ``memory``, or in the database of a URL; SQLite
    with a write-ahead log.
    """
    if url == "memory":
        store = MemoryJobStore()
    elif url.startswith("redis+unix:"):
        from apscheduler.jobstores.redis import RedisJobStore

        path, _, number = url.removeprefix("redis+unix://").partition("?db=")
        store = RedisJobStore(unix_socket_path=path, db=int(number))
    elif url.startswith("mongodb:"):
        from apscheduler.jobstores.mongodb import MongoDBJobStore

        store = MongoDBJobStore(database="peer", host=url)
    else:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":

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
