"""
The ledger in its collection: what is done within a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from ...errors import NoSuchRun
from ...model import Aftermath, Renewal, Run
from ..columns import micros_of
from .documents import ACTIVE, Document, EncodeResult, end_run, read_run, run_document
from .tables import Tables

__all__ = ["Runs"]

_UP = 1
_DOWN = -1
#: How many jobs with a limit one transaction looks at, so that none takes long.
_JOBS_AT_ONCE = 100
_ENDED = {"ended": {"$exists": True}}
_IN_ORDER = [("planned", _UP), ("_id", _UP)]


@frozen
class Runs:
    """
    The runs.

    :ivar encode_result: turns results into bytes.
    """

    encode_result: EncodeResult

    def insert(self, tables: Tables, runs: Iterable[tuple[Run, int, int]]) -> None:
        """
        Write runs with their terms and the ends of their leases; known ones stay.
        """
        encode = self.encode_result
        new = {run.id: run_document(run, term, end, encode) for run, term, end in runs}
        if tables.careful:
            for known in tables.runs.by_ids(list(new), fields={"_id": 1}):
                del new[known["_id"]]
        tables.runs.insert(list(new.values()))

    def active(
        self, tables: Tables, job_ids: Sequence[str]
    ) -> dict[str, list[Document]]:
        """
        Give the active runs of jobs, in order.
        """
        found = tables.runs.by_ids(job_ids, "active")
        found.sort(key=lambda one: (one["planned"], one["_id"]))
        active: dict[str, list[Document]] = {}
        for document in found:
            active.setdefault(document["active"], []).append(document)
        return active

    def find(self, tables: Tables, run_ids: Sequence[str]) -> dict[str, Document]:
        """
        Give the documents of runs by id.
        """
        return {one["_id"]: one for one in tables.runs.by_ids(run_ids)}

    def get(self, tables: Tables, run_id: str) -> Run:
        """
        :raises NoSuchRun: it is not there.
        """
        for document in tables.runs.find({"_id": run_id}):
            return read_run(document)
        raise NoSuchRun(run_id)

    def free(
        self, tables: Tables, clock: int, limit: int, executors: Sequence[str]
    ) -> list[Document]:
        """
        Find runs that may be claimed.
        """
        return tables.runs.find(
            {
                **ACTIVE,
                "lease": {"$lte": clock},
                "executor": {"$in": list(executors)},
            },
            _IN_ORDER,
            limit,
        )

    def take(
        self,
        tables: Tables,
        owner: str,
        now: int,
        until: int,
        term: int,
        documents: Sequence[Document],
    ) -> list[Run]:
        """
        Write a claim, and give the runs as they were before.
        """
        runs = [read_run(document) for document in documents]
        for document in documents:
            document["attempt"] += document["disposition"] == "running"
            document |= {
                "disposition": "running",
                "node": owner,
                "started": now,
                "term": term,
                "lease": until,
            }
        tables.runs.replace(documents)
        return runs

    def renew(
        self, tables: Tables, leases: Sequence[tuple[str, int]], until: int
    ) -> Renewal:
        """
        Put off the ends of leases, and say which of them were lost.
        """
        found = self.find(tables, [run_id for run_id, _ in leases])
        lost, kept = [], []
        for run_id, term in leases:
            document = found.get(run_id)
            if document is None or document["term"] != term or not _held(document):
                lost.append(run_id)
            else:
                document["lease"] = until
                kept.append(document)
        tables.runs.replace(kept)
        cancelled = (one["_id"] for one in kept if "cancelling" in one)
        return Renewal(tuple(lost), tuple(cancelled))

    def finish(self, tables: Tables, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Write new states of runs and what follows; give the ids of the lost ones.
        """
        found = self.find(tables, [one.run.id for one in aftermaths])
        lost, changed, forgotten = [], [], []
        follow_ups: list[tuple[Run, int, int]] = []
        for run, term, forget, following in aftermaths:
            document = found.get(run.id)
            if document is None or document["term"] != term or not _held(document):
                if not _is_written(document, run, term, forget):
                    lost.append(run.id)
                continue
            follow_ups += ((one, 0, 0) for one in following)
            if forget:
                forgotten.append(run.id)
            else:
                end_run(document, run, self.encode_result)
                changed.append(document)
        tables.runs.replace(changed)
        tables.runs.delete(forgotten)
        self.insert(tables, follow_ups)
        return lost

    def cancel(
        self, tables: Tables, run_ids: Sequence[str], reason: str, now: int
    ) -> list[Run]:
        """
        End pending runs, mark running ones, and give them as they are then.

        :raises NoSuchRun: naming the first that is not there; nothing is changed.
        """
        found = self.find(tables, run_ids)
        for run_id in run_ids:
            if run_id not in found:
                raise NoSuchRun(run_id)
        changed = []
        for document in found.values():
            if _held(document):
                document["cancelling"] = True
                changed.append(document)
            elif "lease" in document:
                changed.append(_cancelled(document, reason, now))
        tables.runs.replace(changed)
        return [read_run(found[run_id]) for run_id in run_ids]

    def cancel_pending_of(
        self, tables: Tables, job_ids: Sequence[str], reason: str, now: int
    ) -> None:
        """
        End the pending runs of jobs.
        """
        tables.runs.replace(
            _cancelled(document, reason, now)
            for document in tables.runs.by_ids(job_ids, "active")
            if not _held(document)
        )

    def prune(
        self, tables: Tables, before: int | None, keep: int | None, limit: int
    ) -> int:
        """
        Forget ended runs by age and by count, at most *limit*, and say how many.
        """
        removed = 0
        if before is not None:
            old = {"planned": {"$lt": before}, "ended": {"$lt": before}}
            removed += self._forget(tables, old, limit)
        # To count exactly takes long.
        if keep is not None and removed < limit and tables.runs.size() > keep:
            active = tables.runs.count(ACTIVE)
            surplus = tables.runs.count({}) - active - keep
            if surplus > 0:
                removed += self._forget(tables, _ENDED, min(surplus, limit - removed))
        return removed

    def _forget(self, tables: Tables, which: Mapping[str, Any], limit: int) -> int:
        old = tables.runs.find(which, _IN_ORDER, limit, {"_id": 1})
        tables.runs.delete([one["_id"] for one in old])
        return len(old)

    def prune_jobs(
        self, tables: Tables, behind: str, limit: int
    ) -> tuple[str | None, int]:
        """
        Forget what is beyond the ``keep_runs`` of some of the jobs that have one.

        :param behind: look at jobs whose ids come after this.
        :returns: behind which id to go on, if there are more jobs, and how many runs
            were forgotten.
        """
        jobs = tables.jobs.find(
            {"marks": "keep_runs", "_id": {"$gt": behind}},
            [("_id", _UP)],
            _JOBS_AT_ONCE,
            {"keep_runs": 1},
        )
        removed = 0
        for job in jobs:
            found = tables.runs.find(
                {"job": job["_id"], **_ENDED},
                [("planned", _DOWN), ("_id", _DOWN)],
                limit - removed,
                {"_id": 1},
                job["keep_runs"],
            )
            tables.runs.delete([one["_id"] for one in found])
            removed += len(found)
            if removed >= limit:
                break
        more = len(jobs) == _JOBS_AT_ONCE and removed < limit
        return jobs[-1]["_id"] if more else None, removed


def _held(document: Document) -> bool:
    """
    Whether somebody holds a lease on a run, also one that has ended.
    """
    return bool(document.get("lease"))


def _cancelled(document: Document, reason: str, now: int) -> Document:
    document |= {"disposition": "cancelled", "reason": reason, "ended": now}
    del document["lease"], document["active"]
    return document


def _is_written(document: Document | None, run: Run, term: int, forget: bool) -> bool:
    """
    Tell whether a run that is not held is as it was to be, by an earlier call.
    """
    if document is None or forget:
        return document is None and forget
    stored = (
        document["term"],
        document["disposition"],
        document["attempt"],
        document.get("ended"),
    )
    wanted = (term, run.disposition.value, run.attempt, micros_of(run.ended_at))
    return not _held(document) and stored == wanted
