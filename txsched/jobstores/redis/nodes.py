"""
The nodes, and how the store is.
"""

from __future__ import annotations

from datetime import datetime

from ...model import LeaseCount, Node, StoreReport, StoreStatus
from .packing import encode, instant, instant_from, pack, unpack
from .requests import Requests
from .rows import node_fields, read_node
from .schema import NEWEST
from .server import kind_of, warnings_of

__all__ = ["Nodes"]


class Nodes:
    """
    The part of the store that :class:`~txsched.interfaces.IMembership` describes, and
    counts.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def status(self) -> StoreStatus:
        """
        See ``IJobStore.status``.
        """
        answer = unpack(await self._requests.run("status"))
        return StoreStatus(*map(int, answer))

    async def beat(self, node: Node) -> datetime | None:
        """
        See ``IMembership.beat``.
        """
        said = pack(node_fields(node))
        request = [encode(node.id), instant(node.seen_at), said]
        return instant_from(await self._requests.run("beat", request))

    async def find(self) -> list[Node]:
        """
        See ``IMembership.find_nodes``.
        """
        fields = unpack(await self._requests.run("nodes"))
        nodes = [read_node(node_id, next(fields)) for node_id in fields]
        return sorted(nodes, key=lambda node: node.id)

    async def leave(self, node_id: str, now: datetime) -> int:
        """
        See ``IMembership.leave``.
        """
        ended = 0
        for index in (b"leased", b"held"):
            behind = b""
            while True:
                request = [encode(node_id), instant(now), index, behind]
                behind, more = unpack(await self._requests.run("leave", request))
                ended += int(more)
                if not behind:
                    break
        return ended

    async def examine(self, now: datetime) -> StoreReport:
        """
        See ``IMembership.examine``.
        """
        request = [instant(now)]
        clock, overdue, due, waiting, planned, broken, schema = unpack(
            await self._requests.run("examine", request)
        )
        connection = self._requests.connection
        return StoreReport(
            kind=await kind_of(connection),
            schema=int(schema),
            newest_schema=NEWEST,
            clock=instant_from(clock),
            leases=await self._leases(),
            overdue=int(overdue),
            oldest_due=instant_from(due),
            waiting=int(waiting),
            oldest_waiting=instant_from(planned),
            quarantined=int(broken),
            warnings=await warnings_of(connection),
        )

    async def _leases(self) -> tuple[LeaseCount, ...]:
        counts: dict[bytes, list[int]] = {}
        latest: dict[bytes, bytes] = {}
        for place, index in enumerate((b"leased", b"held")):
            behind = b""
            while True:
                fields = unpack(await self._requests.run("leases", [index, behind]))
                behind = next(fields)
                for owner in fields:
                    counts.setdefault(owner, [0, 0])[place] += int(next(fields))
                    latest[owner] = max(latest.get(owner, b""), next(fields))
                if not behind:
                    break
        leases = []
        for owner in sorted(counts):
            until = instant_from(latest[owner])
            assert until is not None
            name = owner.decode("utf-8", "surrogatepass")
            jobs, runs = counts[owner]
            leases.append(LeaseCount(name, jobs, runs, until))
        return tuple(leases)
