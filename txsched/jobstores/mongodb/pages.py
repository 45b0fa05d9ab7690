"""
Pages of jobs and of the ledger.

A page goes on behind the sort key of the last item, not behind a number of documents:
so it neither repeats nor hides anything when others add and remove in between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...model import Job, JobQuery, Page, Run, RunQuery, to_micros
from ..columns import search_text
from ..cursor import decode_cursor, encode_cursor
from .documents import ACTIVE, Document, read_run
from .jobs import Jobs
from .tables import Tables

__all__ = ["find_jobs", "find_runs"]

#: For each order of jobs: its fields, and their types in a cursor.
_ORDERS: dict[str, tuple[tuple[str, ...], tuple[type, ...]]] = {
    "id": (("_id",), (str,)),
    "name": (("name", "_id"), (str, str)),
    "next_run_time": (("next", "_id"), (int, str)),
}
_RUN_ORDER = ("planned", "_id")


def _behind(fields: Sequence[str], values: Sequence[Any], descending: bool) -> Document:
    """
    Say that a document lies behind a sort key.
    """
    sign = "$lt" if descending else "$gt"
    if len(fields) == 1:
        return {fields[0]: {sign: values[0]}}
    return {
        "$or": [
            {
                **dict(zip(fields[:place], values, strict=False)),
                fields[place]: {sign: values[place]},
            }
            for place in range(len(fields))
        ]
    }


def _ordered(fields: Sequence[str], descending: bool) -> list[tuple[str, int]]:
    return [(field, -1 if descending else 1) for field in fields]


def find_jobs(tables: Tables, jobs: Jobs, query: JobQuery, now: int) -> Page[Job]:
    """
    Give one page of jobs; those that cannot be loaded are left out.
    """
    fields, kinds = _ORDERS[query.order_by]
    order = f"jobs {query.order_by} {query.descending}"
    conditions: list[Document] = [{"error": {"$exists": False}}]
    if query.text is not None:
        if "\0" in query.text:
            return Page(())  # no pattern may have it, and no job has
        conditions.append({"search": {"$regex": re.escape(search_text(query.text))}})
    if query.tags:
        conditions.append({"tags": {"$all": list(query.tags)}})
    if query.executor is not None:
        conditions.append({"executor": query.executor})
    if query.paused is not None:
        conditions.append({"paused": {"$exists": query.paused}})
    if query.cursor is not None:
        last = decode_cursor(order, query.cursor, kinds)
        conditions.append(_behind(fields, last, query.descending))
    found = tables.jobs.find(
        {"$and": conditions}, _ordered(fields, query.descending), query.limit + 1
    )
    more = len(found) > query.limit
    found = found[: query.limit]
    loaded = jobs.load(tables, found, now)
    items = tuple(loaded[one["_id"]] for one in found if one["_id"] in loaded)
    if not more:
        return Page(items)
    key = tuple(found[-1][field] for field in fields)
    return Page(items, encode_cursor(order, key))


def find_runs(tables: Tables, query: RunQuery) -> Page[Run]:
    """
    Give one page of the ledger.
    """
    order = f"runs {query.descending}"
    conditions: list[Document] = [{}]
    if query.job_id is not None:
        conditions.append({"job": query.job_id})
    if query.dispositions:
        names = [one.value for one in query.dispositions]
        conditions.append({"disposition": {"$in": names}})
        if all(one.active for one in query.dispositions):
            conditions.append(dict(ACTIVE))  # by the small index
    if query.after is not None:
        conditions.append({"planned": {"$gte": to_micros(query.after)}})
    if query.before is not None:
        conditions.append({"planned": {"$lt": to_micros(query.before)}})
    if query.cursor is not None:
        last = decode_cursor(order, query.cursor, (int, str))
        conditions.append(_behind(_RUN_ORDER, last, query.descending))
    found = tables.runs.find(
        {"$and": conditions}, _ordered(_RUN_ORDER, query.descending), query.limit + 1
    )
    runs = tuple(map(read_run, found[: query.limit]))
    if len(found) <= query.limit:
        return Page(runs)
    return Page(
        runs, encode_cursor(order, (to_micros(runs[-1].planned_time), runs[-1].id))
    )
