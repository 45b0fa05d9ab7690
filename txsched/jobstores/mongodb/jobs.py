"""
Jobs in their collections: what is done within a transaction.

A transaction reads documents, decides, and writes them as a whole by their ids.  When
another one has written any of them meanwhile, the server refuses the later one, and it
is done again.  What is only read is not protected so.  Therefore who leaves a job
without a next planned time to its active runs writes both, see :meth:`Jobs.decide`:
whoever ends one of these runs at the same time meets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import evolve, frozen

from ...errors import JobExists, NoSuchJob, NotSerializable, StaleRevision
from ...model import (
    Job,
    JobLease,
    OnConflict,
    Plan,
    Quarantined,
    Run,
    from_micros,
    to_micros,
)
from ..columns import instant_of, latest_ends, micros_of
from ..loading import JobLoader
from .documents import (
    NEVER,
    Document,
    job_document,
    job_row,
    mark,
    next_of,
    read_run,
    release,
    set_progress,
    set_waiting,
    waiting_of,
)
from .runs import Runs
from .tables import Tables

__all__ = ["Jobs"]

#: The most bytes of a definition: the server takes 16 MiB with all around it.
_LARGEST = 16 * 2**20 - 2**16
_UP = 1


@frozen
class Jobs:
    """
    The jobs, their definitions, and the claims on those that are due.

    :ivar loader: builds jobs.
    :ivar runs: the ledger beside them.
    """

    loader: JobLoader
    runs: Runs

    def definition(self, job: Job) -> Document:
        """
        Make the document of a job's definition.

        :raises NotSerializable: it cannot be stored.
        """
        data = self.loader.serializer.encode_definition(job)
        if len(data) > _LARGEST:
            raise NotSerializable(
                "job", f"takes {len(data)} bytes, and MongoDB keeps {_LARGEST} at most"
            )
        return {"_id": job.id, "data": data}

    def load(
        self, tables: Tables, documents: Sequence[Document], now: int
    ) -> dict[str, Job]:
        """
        Build jobs, and put those into quarantine that cannot be loaded.

        :returns: the jobs by id, with their progress.
        """
        loader = self.loader
        jobs: dict[str, Job] = {}
        unknown = []
        for document in documents:
            key = (document["_id"], document["revision"], document["generation"])
            job = loader.known(*key)
            if job is None:
                unknown.append(document)
            else:
                jobs[job.id] = job
        ids = [document["_id"] for document in unknown]
        data = {one["_id"]: one["data"] for one in tables.definitions.by_ids(ids)}
        for document in unknown:
            job_id = document["_id"]
            job = loader.definition(job_row(document, data.get(job_id, b"")))
            if job is None:
                self._quarantine(tables, document, now)
            else:
                jobs[job_id] = job
        return {
            document["_id"]: _current(jobs[document["_id"]], document)
            for document in documents
            if document["_id"] in jobs
        }

    def _quarantine(self, tables: Tables, document: Document, now: int) -> None:
        key = (document["_id"], document["revision"], document["generation"])
        # Another thread may have met it at the same time.
        error = self.loader.broken.pop(key, "it cannot be loaded")
        document |= {"error": error, "broken": now}
        document.pop("due", None)
        mark(document)
        tables.jobs.replace([document])

    def find(self, tables: Tables, ids: Sequence[str], now: int) -> dict[str, Job]:
        """
        Load jobs by their ids, leaving out those that are not there or not loadable.
        """
        sound = [one for one in tables.jobs.by_ids(ids) if "error" not in one]
        return self.load(tables, sound, now)

    def add(
        self,
        tables: Tables,
        jobs: Sequence[Job],
        definitions: Sequence[Document],
        on_conflict: OnConflict,
        term: int,
        now: int,
    ) -> list[Job]:
        """
        Write new jobs, and settle the conflicts; see ``IJobKeeping.add_jobs``.

        :param definitions: the documents of their definitions.
        """
        there: dict[str, Document] = {}
        stored: dict[str, Job] = {}
        if tables.careful:
            found = tables.jobs.by_ids([job.id for job in jobs])
            there = {one["_id"]: one for one in found}
            sound = [one for one in found if "error" not in one]
            stored = self.load(tables, sound, now)
        result: list[Job] = []
        new, changed = [], []
        for job, definition in zip(jobs, definitions, strict=True):
            document = there.get(job.id)
            if document is None:
                new.append((job_document(job, 0), definition))
                result.append(job)
                continue
            old = stored.get(job.id)
            if tables.again and old is not None and old.generation == job.generation:
                result.append(old)  # written, and the answer was lost
                continue
            if on_conflict is OnConflict.ERROR or (
                old is None and on_conflict is OnConflict.KEEP
            ):
                raise JobExists(job.id)
            if old is not None and (
                on_conflict is OnConflict.KEEP or old.same_definition(job)
            ):
                result.append(old)
                continue
            paused = None if old is None else old.paused
            job = evolve(job, revision=document["revision"] + 1, paused=paused)
            changed.append((job_document(job, term), definition))
            result.append(job)
        tables.jobs.insert([document for document, _ in new])
        tables.definitions.insert([definition for _, definition in new])
        tables.jobs.replace([document for document, _ in changed])
        definitions = [definition for _, definition in changed]
        tables.definitions.replace(definitions, upsert=True)
        return result

    def change(
        self,
        tables: Tables,
        job: Job,
        definition: Document,
        before: Job,
        runs: Sequence[Run],
        term: int,
    ) -> Job:
        """
        Replace a job that is still as *before*; see ``IJobKeeping.change_job``.

        :param job: in its new state, with its new revision.
        """
        found = tables.jobs.find({"_id": job.id})
        if not found or "error" in found[0]:
            raise NoSuchJob(job.id)
        document = found[0]
        if tables.again and document["term"] == term:
            return evolve(job, next_run_time=instant_of(next_of(document)))
        state = (
            document["generation"],
            document["revision"],
            next_of(document),
            document["count"],
        )
        planned = micros_of(before.next_run_time)
        if state != (before.generation, before.revision, planned, before.run_count):
            raise StaleRevision(job.id, before.revision, document["revision"])
        tables.jobs.replace([job_document(job, term)])
        tables.definitions.replace([definition])
        self.runs.insert(tables, [(run, 0, 0) for run in runs])
        if job.next_run_time is None:
            planned_times = self.decide(tables, [job.id], runs)
            job = evolve(job, next_run_time=planned_times.get(job.id))
        return job

    def remove(self, tables: Tables, job_ids: Sequence[str], now: int) -> list[str]:
        """
        Remove jobs and end their pending runs; give the ids that were there.
        """
        fields = {"_id": 1}
        there = {one["_id"] for one in tables.jobs.by_ids(job_ids, fields=fields)}
        removed = [job_id for job_id in job_ids if job_id in there]
        self.runs.cancel_pending_of(tables, removed, "the job was removed", now)
        self._delete(tables, removed)
        return removed

    def _delete(self, tables: Tables, job_ids: Sequence[str]) -> None:
        tables.jobs.delete(job_ids)
        tables.definitions.delete(job_ids)

    def decide(
        self, tables: Tables, job_ids: Sequence[str], runs: Iterable[Run]
    ) -> dict[str, datetime]:
        """
        Decide on those jobs that have neither a planned time nor an active run.

        :param runs: what was written just now.
        :returns: the next planned times of those that got one.
        """
        idle = tables.jobs.by_ids(job_ids, next=NEVER)
        if not idle:
            return {}
        active = self.runs.active(tables, [one["_id"] for one in idle])
        tables.jobs.touch(one for one in idle if one["_id"] in active)
        tables.runs.touch(run for runs in active.values() for run in runs)
        ends = latest_ends(runs)
        finished = []
        planned: dict[str, datetime] = {}
        rearmed = []
        for document in idle:
            job_id = document["_id"]
            if job_id in active:
                continue
            waiting = waiting_of(document)
            if waiting is None:
                finished.append(job_id)
                continue
            if waiting.delay is None or job_id not in ends:
                continue
            following = waiting.following(ends[job_id])
            if following is None:
                finished.append(job_id)
                continue
            planned[job_id] = following
            time = to_micros(following)
            due = None if "paused" in document else time
            set_progress(document, time, due, document["count"])
            set_waiting(document, None)
            rearmed.append(document)
        self._delete(tables, finished)
        tables.jobs.replace(rearmed)
        return planned

    def claim(
        self,
        tables: Tables,
        owner: str,
        now: int,
        clock: int,
        until: int,
        limit: int,
        term: int,
    ) -> list[JobLease]:
        """
        Lease due jobs; see ``IJobKeeping.claim_jobs``.

        :param clock: by which leases have ended.
        """
        found = _free(tables, now, clock, limit, term)
        jobs = self.load(tables, found, now)
        found = [document for document in found if document["_id"] in jobs]
        for document in found:
            document |= {"term": term, "owner": owner, "lease": until}
        tables.jobs.replace(found)
        active = self.runs.active(tables, [document["_id"] for document in found])
        return [
            JobLease(
                jobs[document["_id"]],
                tuple(map(read_run, active.get(document["_id"], ()))),
                term,
                from_micros(document["next"]),
                document["count"],
            )
            for document in found
        ]

    def commit(self, tables: Tables, plans: Sequence[Plan], until: int) -> list[str]:
        """
        Move cursors and write runs; see ``IJobKeeping.commit``.
        """
        ids = [plan.job_id for plan in plans]
        there = {one["_id"]: one for one in tables.jobs.by_ids(ids)}
        lost, moved, kept = [], [], []
        for plan in plans:
            document = there.get(plan.job_id)
            if document is None or document["term"] != plan.term:
                lost.append(plan.job_id)
            elif document["lease"]:
                planned, due = micros_of(plan.next_run_time), micros_of(plan.due)
                set_progress(document, planned, due, plan.run_count)
                set_waiting(document, plan.waiting)
                release(document)
                moved.append(document)
                kept.append(plan)
        tables.jobs.replace(moved)
        runs = [(run, plan.term, until) for plan in kept for run in plan.runs]
        self.runs.insert(tables, runs)
        idle = [
            plan.job_id
            for plan in kept
            if plan.next_run_time is None
            and not any(run.disposition.active for run in plan.runs)
        ]
        if idle:
            self.decide(tables, idle, [run for run, _, _ in runs])
        return lost

    def quarantined(self, tables: Tables) -> list[Quarantined]:
        """
        Give what is in quarantine, and let go what loads by now.
        """
        found = tables.jobs.find({"marks": "error"}, [("_id", _UP)])
        ids = [document["_id"] for document in found]
        data = {one["_id"]: one["data"] for one in tables.definitions.by_ids(ids)}
        broken, mended = [], []
        for document in found:
            row = job_row(document, data.get(document["_id"], b""))
            job = self.loader.quarantined(row)
            if isinstance(job, Quarantined):
                broken.append(job)
                continue
            del document["error"], document["broken"]
            mark(document)
            planned, due = next_of(document), micros_of(job.due)
            set_progress(document, planned, due, document["count"])
            mended.append(document)
        tables.jobs.replace(mended)
        return broken

    def repair(self, tables: Tables, job: Job, definition: Document, term: int) -> Job:
        """
        Give a quarantined job a new definition.
        """
        found = tables.jobs.find({"_id": job.id, "marks": "error"})
        if not found:
            raise NoSuchJob(job.id)
        new = evolve(job, revision=found[0]["revision"] + 1)
        tables.jobs.replace([job_document(new, term)])
        tables.definitions.replace([definition], upsert=True)
        return new


def _free(
    tables: Tables, now: int, clock: int, limit: int, term: int
) -> list[Document]:
    """
    Find due jobs that nobody holds, the first of them first.
    """
    conditions: list[Document] = [
        {"lease": 0},
        {"lease": {"$gt": 0, "$lte": clock}},
    ]
    if tables.again:  # what an attempt has claimed whose answer was lost
        conditions.append({"lease": {"$gt": clock}, "term": term})
    order = [("due", _UP), ("_id", _UP)]
    found = [
        document
        for condition in conditions
        for document in tables.jobs.find(
            # An open end: SecantusDB leaves out the other kind within such an index.
            {**condition, "due": {"$lt": now + 1}},
            order,
            limit,
        )
    ]
    found.sort(key=lambda one: (one["due"], one["_id"]))
    return found[:limit]


def _current(job: Job, document: Document) -> Job:
    planned, count = instant_of(next_of(document)), document["count"]
    if (job.next_run_time, job.run_count) == (planned, count):
        return job
    return evolve(job, next_run_time=planned, run_count=count)
