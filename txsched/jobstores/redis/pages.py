"""
Pages of jobs and of the ledger, looked for in bounded steps.
"""

from __future__ import annotations

from typing import Any

from ...model import Job, JobQuery, Page, Run, RunQuery, to_micros
from ..columns import search_text
from ..cursor import decode_cursor, encode_cursor
from ..loading import JobLoader
from .packing import count, encode, instant, unpack
from .requests import Requests
from .rows import read_job_row, read_runs, tag_text

__all__ = ["find_jobs", "find_runs"]

#: What is added to microseconds, so that they are 18 digits.
_BIAS = 10**17
_DIGITS = 18
#: The most steps of one call.
_AT_ONCE = 250

#: For each order of jobs: its index, and the types in a cursor.
_ORDERS: dict[str, tuple[str, tuple[type, ...]]] = {
    "id": ("ids", (str,)),
    "name": ("names", (str, str)),
    "next_run_time": ("times", (int, str)),
}


def _member(key: tuple[Any, ...]) -> bytes:
    """
    Give the entry of an index that stands for a sort key.
    """
    if isinstance(key[0], int):
        digits = b"%018d" % max(0, key[0] + _BIAS)
        return digits[:_DIGITS] + encode(key[1])
    return b"\0".join(map(encode, key))


def _key(member: bytes, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """
    Give the sort key that an entry of an index stands for.
    """
    if kinds[0] is int:
        text = member[_DIGITS:].decode("utf-8", "surrogatepass")
        return int(member[:_DIGITS]) - _BIAS, text
    parts = member.split(b"\0", len(kinds) - 1)
    return tuple(part.decode("utf-8", "surrogatepass") for part in parts)


async def find_jobs(
    requests: Requests, loader: JobLoader, query: JobQuery
) -> Page[Job]:
    """
    Give one page of jobs; those that cannot be loaded are left out.
    """
    index, kinds = _ORDERS[query.order_by]
    order = f"jobs {query.order_by} {query.descending}"
    behind = b""
    if query.cursor is not None:
        behind = _member(decode_cursor(order, query.cursor, kinds))
    text = "" if query.text is None else search_text(query.text)
    executor = b"" if query.executor is None else b"=" + encode(query.executor)
    paused = {None: b"", True: b"yes", False: b"no"}[query.paused]
    conditions = [encode(text), executor, paused, count(len(query.tags))]
    conditions += (tag_text((tag,)) for tag in query.tags)
    filtered = b"1" if text or executor or paused or query.tags else b""
    descending = b"1" if query.descending else b""
    found: list[tuple[bytes, tuple[Any, ...]]] = []
    wanted = query.limit + 1
    while len(found) < wanted:
        steps = count(min(wanted - len(found), _AT_ONCE))
        request = [index.encode(), descending, behind, steps, filtered, *conditions]
        fields = unpack(await requests.run("page_jobs", request))
        behind = next(fields)
        for _ in range(int(next(fields))):
            member = next(fields)
            found.append((member, read_job_row(fields)))
        if not behind:
            break
    more = len(found) == wanted
    found = found[: query.limit]
    jobs = tuple(job for _, row in found if (job := loader.job(row)) is not None)
    if not more:
        return Page(jobs)
    return Page(jobs, encode_cursor(order, _key(found[-1][0], kinds)))


async def find_runs(requests: Requests, query: RunQuery) -> Page[Run]:
    """
    Give one page of the ledger.
    """
    order = f"runs {query.descending}"
    behind = b""
    if query.cursor is not None:
        behind = _member(decode_cursor(order, query.cursor, (int, str)))
    job_id = b"" if query.job_id is None else b"=" + encode(query.job_id)
    descending = b"1" if query.descending else b""
    dispositions = [encode(one.value) for one in query.dispositions]
    only_active = dispositions and all(one.active for one in query.dispositions)
    active = b"1" if only_active else b""
    runs: list[Run] = []
    wanted = query.limit + 1
    while len(runs) < wanted:
        steps = count(min(wanted - len(runs), _AT_ONCE))
        request = [job_id, descending, behind, steps]
        request += (instant(query.after), instant(query.before), active)
        request += (count(len(dispositions)), *dispositions)
        fields = unpack(await requests.run("page_runs", request))
        behind = next(fields)
        runs += read_runs(fields)
        if not behind:
            break
    if len(runs) < wanted:
        return Page(tuple(runs))
    runs = runs[: query.limit]
    last = runs[-1]
    key = (to_micros(last.planned_time), last.id)
    return Page(tuple(runs), encode_cursor(order, key))
