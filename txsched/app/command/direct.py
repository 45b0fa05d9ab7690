"""
A database that is looked into without a service.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from attrs import define

from ...core import Settings
from ...core.examining import Examiner
from ...core.surveying import UNKNOWN_NODE
from ...errors import BadValue
from ...model import Examination, from_seconds
from .stores import Pickles, opened

__all__ = ["look_into"]


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
    :raises BadValue: for ``--database``: it is no URL of a store that others can use
        too, or its file is not there.
    """
    async with opened("--database", url, reactor, Pickles(False, None)) as store:
        settings = Settings(lease_duration=lease)
        examiner = Examiner(store, "database", settings)
        return await work(_Examined(examiner, reactor.seconds))
