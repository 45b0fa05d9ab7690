"""
A database that is looked into without a service.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import click
from attrs import define

from ...core import Settings
from ...core.examining import Examiner
from ...core.surveying import UNKNOWN_NODE
from ...errors import BadValue
from ...model import Examination, from_seconds
from ..databases import DURABILITIES, check_database, make_store

__all__ = ["check_url", "look_into"]

_SQLITE = "sqlite:///"
_RESULT_LIMIT = 65536


def check_url(url: str) -> str:
    """
    Refuse what is no database that is there.

    :returns: *url*.
    """
    try:
        check_database(url)
    except ValueError as error:
        raise click.UsageError(f"--database: {error}") from None
    if url.startswith("memory:"):
        raise click.UsageError("--database: memory: belongs to one process")
    path = url[len(_SQLITE) :].partition("?")[0]
    # To look must not make a database where none is.
    if url.startswith(_SQLITE) and path[:5] != "file:" and not os.path.exists(path):
        raise click.UsageError(f"--database: the file {path!r} is not there")
    return url


@define(eq=False)
class _Examined:
    """
    A store, asked in the way of a scheduler.
    """

    _examiner: Examiner
    _now: Callable[[], float]

    async def examine(self, store: str | None = None) -> list[Examination]:
        """
        Say what is wrong.
        """
        return [await self._examiner.examine(from_seconds(self._now()))]

    async def hand_back(self, node_id: str, store: str | None = None) -> int:
        """
        Forget a node and end its leases.

        :raises BadValue: for ``node_id``: it lives, or nothing is known of it.
        """
        ended = await self._examiner.hand_back(node_id, from_seconds(self._now()))
        if ended is None:
            raise BadValue("node_id", UNKNOWN_NODE.format(node_id))
        return ended


async def look_into(
    reactor: Any,
    url: str,
    lease: timedelta,
    work: Callable[[Any], Coroutine[Any, Any, int]],
) -> int:
    """
    Open the store of *url*, do *work* with it, and close it.

    :param lease: how long leases last that its nodes take.
    """
    store = make_store(url, reactor, DURABILITIES[0], _RESULT_LIMIT)
    await store.open()
    try:
        settings = Settings(lease_duration=lease)
        return await work(
            _Examined(Examiner(store, "database", settings), reactor.seconds)
        )
    finally:
        closing: Awaitable[None] = store.close()
        await closing
