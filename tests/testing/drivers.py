"""
Numbers kept in each kind of database, by the driver that its job store uses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import txredisapi
from attrs import define
from pymongo import MongoClient
from sqlalchemy import Connection, create_engine, text
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

__all__ = ["Numbers", "numbers_at"]

_PATIENCE_SECONDS = 20.0
_PATIENCE_MILLISECONDS = 500


class Numbers(Protocol):
    """
    Numbers in a database, through one connection.
    """

    async def add(self, number: int) -> None:
        """
        Write a number; the database has acknowledged it at the end.
        """

    async def read(self) -> list[int]:
        """
        Give all numbers, in order.
        """

    async def close(self) -> None:
        """
        Disconnect.
        """


async def numbers_at(url: str) -> Numbers:
    """
    Connect to a database by its address.
    """
    return await _OPENERS[urlsplit(url).scheme](url)


@define
class _SQLNumbers:
    _connection: Connection

    @classmethod
    async def open(cls, url: str) -> _SQLNumbers:
        def connect() -> Connection:
            connection = create_engine(url, pool_reset_on_return=None).connect()
            with connection.begin():
                connection.execute(
                    text("CREATE TABLE IF NOT EXISTS numbers (value INTEGER)")
                )
            return connection

        return cls(await deferToThread(connect))

    def _execute(self, statement: str, **values: int) -> list[int]:
        with self._connection.begin():
            result = self._connection.execute(text(statement), values)
            return [row[0] for row in result] if result.returns_rows else []

    async def add(self, number: int) -> None:
        await deferToThread(
            self._execute, "INSERT INTO numbers VALUES (:number)", number=number
        )

    async def read(self) -> list[int]:
        return await deferToThread(
            self._execute, "SELECT value FROM numbers ORDER BY value"
        )

    async def close(self) -> None:
        def close() -> None:
            self._connection.close()
            self._connection.engine.dispose()

        await deferToThread(close)


@define
class _MongoNumbers:
    _client: MongoClient[Any]

    @classmethod
    async def open(cls, url: str) -> _MongoNumbers:
        return cls(
            await deferToThread(
                MongoClient,
                url,
                serverSelectionTimeoutMS=_PATIENCE_MILLISECONDS,
                retryWrites=False,
            )
        )

    @property
    def _numbers(self) -> Any:
        return self._client.get_default_database()["numbers"]

    async def add(self, number: int) -> None:
        await deferToThread(self._numbers.insert_one, {"value": number})

    async def read(self) -> list[int]:
        found = await deferToThread(lambda: list(self._numbers.find()))
        return sorted(one["value"] for one in found)

    async def close(self) -> None:
        await deferToThread(self._client.close)


@define
class _RedisNumbers:
    _connection: Any

    @classmethod
    async def open(cls, url: str) -> _RedisNumbers:
        parts = urlsplit(url)
        options: dict[str, Any] = {
            "charset": None,
            "convertNumbers": False,
            "username": parts.username and unquote(parts.username),
            "password": parts.password and unquote(parts.password),
        }
        if parts.scheme == "redis":
            options |= {"dbid": int(parts.path[1:])}
            opening = txredisapi.Connection(parts.hostname, parts.port, **options)
        else:
            options |= {"dbid": int(parse_qs(parts.query)["db"][0])}
            opening = txredisapi.UnixConnection(unquote(parts.path), **options)
        return cls(await opening.addTimeout(_PATIENCE_SECONDS, reactor))

    async def add(self, number: int) -> None:
        await self._connection.sadd("numbers", [number]).addTimeout(
            _PATIENCE_SECONDS, reactor
        )

    async def read(self) -> list[int]:
        members = await self._connection.smembers("numbers").addTimeout(
            _PATIENCE_SECONDS, reactor
        )
        return sorted(map(int, members))

    async def close(self) -> None:
        await self._connection.disconnect()


_OPENERS: Mapping[str, Callable[[str], Awaitable[Numbers]]] = {
    "postgresql+psycopg": _SQLNumbers.open,
    "mysql+pymysql": _SQLNumbers.open,
    "mongodb": _MongoNumbers.open,
    "redis": _RedisNumbers.open,
    "redis+unix": _RedisNumbers.open,
}
