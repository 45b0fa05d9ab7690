"""
Pages of jobs and of the ledger.

A page goes on behind the sort key of the last item, not behind a number of rows: so
it neither repeats nor hides anything when others add and remove in between.
"""

from __future__ import annotations

from typing import Any

from ...model import Job, JobQuery, Page, Run, RunQuery, to_micros
from ..columns import search_text
from ..cursor import decode_cursor, encode_cursor
from ..loading import JobLoader
from ..run_rows import read_run
from .rows import tag_text
from .session import Session

__all__ = ["find_jobs", "find_runs"]

#: For each order of jobs: its columns, their types in a cursor, their place in a row.
_NEVER = 2**62
_ORDERS: dict[str, tuple[tuple[str, ...], tuple[type, ...]]] = {
    "id": (("j.id",), (str,)),
    "name": (("j.name", "j.id"), (str, str)),
    "next_run_time": ((f"coalesce(s.next_run, {_NEVER})", "s.id"), (int, str)),
}


def _behind(db: Session, columns: tuple[str, ...], key: Any, descending: bool) -> Any:
    """
    Say in SQL that a row lies behind a sort key, with the parameters.
    """
    sign = "<" if descending else ">"
    if len(columns) == 1:
        return f"{columns[0]} {sign} ?", key
    first, second = columns
    if db.dialect.compare_rows:
        return f"({first}, {second}) {sign} (?, ?)", key
    text = f"{first} {sign}= ? AND ({first} {sign} ? OR {second} {sign} ?)"
    return text, (key[0], *key)


def _ordered(columns: tuple[str, ...], descending: bool) -> str:
    way = " DESC" if descending else ""
    return ", ".join(f"{column}{way}" for column in columns)


def find_jobs(
    db: Session, select: str, loader: JobLoader, query: JobQuery
) -> Page[Job]:
    """
    Give one page of jobs; those that cannot be loaded are left out.
    """
    columns, kinds = _ORDERS[query.order_by]
    order = f"jobs {query.order_by} {query.descending}"
    conditions: list[str] = []
    values: list[Any] = []
    if query.text is not None:
        conditions.append(f"{db.dialect.contains}(j.search, ?) > 0")
        values.append(search_text(query.text))
    for tag in query.tags:
        conditions.append(f"{db.dialect.contains}(j.tags, ?) > 0")
        values.append(tag_text((tag,)))
    if query.executor is not None:
        conditions.append("j.executor = ?")
        values.append(query.executor)
    if query.paused is not None:
        conditions.append(f"j.paused_at IS {'NOT ' if query.paused else ''}NULL")
    if query.cursor is not None:
        key = decode_cursor(order, query.cursor, kinds)
        condition, parameters = _behind(db, columns, key, query.descending)
        conditions.append(condition)
        values += parameters
    where = "".join(f" AND {condition}" for condition in conditions)
    rows = db.run(
        f"{select}{where} ORDER BY {_ordered(columns, query.descending)} LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    jobs = tuple(job for row in rows if (job := loader.job(row)) is not None)
    return Page(jobs, encode_cursor(order, _key(query, rows[-1])) if more else None)


def _key(query: JobQuery, row: Any) -> tuple[Any, ...]:
    if query.order_by == "id":
        return (row[0],)
    if query.order_by == "name":
        return (row[8], row[0])
    return (_NEVER if row[6] is None else row[6], row[0])


def find_runs(db: Session, select: str, query: RunQuery) -> Page[Run]:
    """
    Give one page of the ledger.
    """
    columns = ("planned", "id")
    ordered = _ordered(columns, query.descending)
    order = f"runs {query.descending}"
    conditions: list[str] = []
    values: list[Any] = []
    if query.job_id is not None:
        conditions.append("job_id = ?")
        values.append(query.job_id)
    if query.dispositions:
        marks = ", ".join("?" * len(query.dispositions))
        conditions.append(f"disposition IN ({marks})")
        values += (one.value for one in query.dispositions)
        if all(one.active for one in query.dispositions):
            conditions.append("ended IS NULL")
            ordered = f"+{ordered}"  # by the small index, not through all in order
    if query.after is not None:
        conditions.append("planned >= ?")
        values.append(to_micros(query.after))
    if query.before is not None:
        conditions.append("planned < ?")
        values.append(to_micros(query.before))
    if query.cursor is not None:
        key = decode_cursor(order, query.cursor, (int, str))
        condition, parameters = _behind(db, columns, key, query.descending)
        conditions.append(condition)
        values += parameters
    where = "".join(f" AND {condition}" for condition in conditions)
    rows = db.run(
        f"{select}{where} ORDER BY {ordered} LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()
    more = len(rows) > query.limit
    runs = tuple(read_run(row) for row in rows[: query.limit])
    last = runs[-1] if more else None
    if last is None:
        return Page(runs)
    return Page(runs, encode_cursor(order, (to_micros(last.planned_time), last.id)))
