"""
The ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from ...errors import NoSuchJob, NoSuchRun
from ...model import Aftermath, Renewal, Run, RunLease
from ..loading import JobLoader
from .packing import count, encode, instant, unpack
from .requests import Requests
from .rows import outcome_fields, read_job_row, read_runs, run_fields

__all__ = ["Runs"]

#: How many items one script takes, so that the server is never blocked for long.
_AT_ONCE = 500


class Runs:
    """
    The part of the store that :class:`~txsched.interfaces.ILedger` describes.
    """

    def __init__(
        self,
        requests: Requests,
        loader: JobLoader,
        encode_result: Callable[[Any], bytes],
    ) -> None:
        self._requests = requests
        self._loader = loader
        self._encode_result = encode_result

    async def add(self, runs: Sequence[Run]) -> None:
        """
        See ``ILedger.add_runs``.
        """
        if not runs:
            return
        request = [count(len(runs))]
        for run in runs:
            request += run_fields(run, self._encode_result)
        for missing in unpack(await self._requests.run("add_runs", request)):
            raise NoSuchJob(_text(missing))

    async def claim(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        """
        See ``ILedger.claim_runs``.
        """
        if not executors:
            return []
        _, ends = self._requests.lease(until, now)
        request = [encode(owner), instant(now), ends, count(limit)]
        request += (count(len(executors)), *map(encode, executors))
        answer = await self._requests.run("claim_runs", request)
        if not answer:
            return []
        fields = unpack(answer)
        term = int(next(fields))
        runs = read_runs(fields)
        rows = [read_job_row(fields) for _ in range(int(next(fields)))]
        jobs = {row[0]: self._loader.job(row) for row in rows}
        return [RunLease(run, jobs.get(run.job_id), term) for run in runs]

    async def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Renewal:
        """
        See ``ILedger.renew``.
        """
        lost: list[str] = []
        cancelled: list[str] = []
        for first in range(0, len(leases), _AT_ONCE):
            some = leases[first : first + _AT_ONCE]
            request = [*self._requests.lease(until), count(len(some))]
            for run_id, term in some:
                request += (encode(run_id), count(term))
            fields = unpack(await self._requests.run("renew", request))
            lost += (_text(next(fields)) for _ in range(int(next(fields))))
            cancelled += map(_text, fields)
        return Renewal(tuple(lost), tuple(cancelled))

    async def finish(self, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        See ``ILedger.finish``.
        """
        lost: list[str] = []
        encode_result = self._encode_result
        for first in range(0, len(aftermaths), _AT_ONCE):
            some = aftermaths[first : first + _AT_ONCE]
            request = [count(len(some))]
            for run, term, forget, follow_ups in some:
                request += (encode(run.id), count(term), b"1" if forget else b"")
                request += outcome_fields(run, encode_result)
                request.append(count(len(follow_ups)))
                for follow_up in follow_ups:
                    request += run_fields(follow_up, encode_result)
            lost += map(_text, unpack(await self._requests.run("finish", request)))
        return lost

    async def cancel(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> list[Run]:
        """
        See ``ILedger.cancel_runs``.
        """
        if not run_ids:
            return []
        request = [encode(reason), instant(now), count(len(run_ids))]
        request += map(encode, run_ids)
        fields = unpack(await self._requests.run("cancel_runs", request))
        if next(fields) == b"missing":
            raise NoSuchRun(_text(next(fields)))
        return read_runs(fields)

    async def get(self, run_id: str) -> Run:
        """
        See ``ILedger.get_run``.
        """
        answer = await self._requests.run("read_runs", [b"1", encode(run_id)])
        for run in read_runs(unpack(answer)):
            return run
        raise NoSuchRun(run_id)

    async def prune(self, before: datetime | None, keep: int | None, limit: int) -> int:
        """
        See ``ILedger.prune``.
        """
        removed = 0
        kept = b"" if keep is None else count(keep)
        while removed < limit:
            asked = min(limit - removed, _AT_ONCE)
            request = [instant(before), kept, count(asked)]
            gone = int(await self._requests.run("prune", request))
            removed += gone
            if gone < asked:
                break
        behind = b""
        while removed < limit:
            asked = min(limit - removed, _AT_ONCE)
            request = [behind, count(asked)]
            behind, more = unpack(await self._requests.run("prune_jobs", request))
            removed += int(more)
            if not behind and int(more) < asked:
                break
        return removed


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogatepass")
