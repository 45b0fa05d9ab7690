"""
The scheduler, as people use it, near or far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Interface

from ..model import (
    Event,
    Examination,
    Forecast,
    ITrigger,
    Job,
    JobQuery,
    JobSpec,
    Node,
    OnConflict,
    Page,
    Quarantined,
    Run,
    RunQuery,
    SchedulerStatus,
)

__all__ = ["IScheduler", "ISubscription"]


class ISubscription(Interface):
    """
    A running subscription to events.
    """

    def cancel() -> None:
        """
        No more events; harmless when repeated.
        """


class IScheduler(Interface):
    """
    Adds, shows and controls jobs.

    A scheduler may keep jobs in several stores, each with an alias; ``default`` is that
    of jobs that do not say.  Ids are unique in each store, and no job is added under an
    id that another store has.  *store* is the alias of the only store that a call
    looks into; without one it looks into all of them, ``default`` first, and takes the
    first one that has the job or run; those that cannot be used come last.

    Every method returns a Deferred that fires once the change is durable, or
    fails with one of :mod:`txsched.errors`; the same classes near and far.
    """

    def add_job(
        task: str | Callable[..., Any],
        trigger: ITrigger,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        on_conflict: OnConflict | str = OnConflict.ERROR,
        **options: Any,
    ) -> Deferred[Job]:
        """
        Add one job; the parameters are those of :class:`~txsched.model.JobSpec`.

        :param on_conflict: what to do when the id exists in the same store.
        :raises BadValue: naming the option that cannot be taken.
        :raises NoSuchStore: there is no store as in the option ``store``.
        :raises JobExists: the id exists and *on_conflict* is ``error``, or it exists in
            another store that can be asked.
        """

    def add_jobs(
        specs: Sequence[JobSpec], on_conflict: OnConflict | str = OnConflict.ERROR
    ) -> Deferred[list[Job]]:
        """
        Add many jobs at once to one store, all or none.

        :returns: fires with the jobs as they are stored now, in the same order.
        """

    def get_job(job_id: str, store: str | None = None) -> Deferred[Job]:
        """
        :raises NoSuchJob: there is none.
        :raises NoSuchStore: nor is there such a store.
        """

    def get_jobs(query: JobQuery = JobQuery()) -> Deferred[Page[Job]]:
        """
        Give a page of jobs.
        """

    def modify_job(
        job_id: str,
        revision: int | None = None,
        store: str | None = None,
        **changes: Any,
    ) -> Deferred[Job]:
        """
        Change options of a job, its ``task``, ``args`` or ``kwargs``.

        Its next time stays, unless ``start_time`` or ``end_time`` changed.

        :param revision: refuse when the job has another one by now.
        :param changes: as in :meth:`add_job`, without ``id``, ``store`` and
            ``trigger``.
        :raises StaleRevision: it was changed since *revision*.
        """

    def reschedule_job(
        job_id: str,
        trigger: ITrigger,
        revision: int | None = None,
        store: str | None = None,
    ) -> Deferred[Job]:
        """
        Give a job a new trigger; its next time is computed anew from now, and the
        jitter that the old one had brought along goes with it.
        """

    def pause_job(
        job_id: str, note: str = "", store: str | None = None
    ) -> Deferred[Job]:
        """
        Let a job rest, with a note why; its runs under way go on.

        A job that is paused already gets the new note.
        """

    def resume_job(
        job_id: str, catch_up: bool = False, store: str | None = None
    ) -> Deferred[Job]:
        """
        Let a paused job go on; one that is not paused stays as it is.

        :param catch_up: treat the planned times of the pause as late, by the rules
            of the job; otherwise they are recorded as ``missed`` for the pause.
        """

    def remove_job(job_id: str, store: str | None = None) -> Deferred[None]:
        """
        Remove a job; its runs under way go on, its ledger stays.

        :raises NoSuchJob: there is none.
        """

    def run_job(
        job_id: str, force: bool = False, store: str | None = None
    ) -> Deferred[Run]:
        """
        Run a job now, beside its schedule, paused or not.

        :param force: run even when ``max_instances`` are active; otherwise the
            answer is then a ``skipped`` run that names who holds the place.
        :returns: fires with the new run.
        """

    def cancel_run(
        run_id: str, reason: str = "", store: str | None = None
    ) -> Deferred[Run]:
        """
        Cancel a run: a waiting one at once, a running one as its executor can.

        A running one ends as ``cancelled`` when its task has ended, whether that
        gave way, returned or raised; the ledger keeps what it left.  One that had
        ended before it was asked to stop stays as it is.

        :param reason: for the ledger, up to 1000 characters; of several requests
            the first one counts.
        :returns: fires with the run as it is then; it may still be running.
        :raises NoSuchRun: there is none.
        """

    def get_run(run_id: str, store: str | None = None) -> Deferred[Run]:
        """
        :raises NoSuchRun: there is none, or it is no longer kept.
        """

    def get_runs(query: RunQuery = RunQuery()) -> Deferred[Page[Run]]:
        """
        Give a page of the ledger, newest first.
        """

    def forecast(
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None = None,
        limit: int = 1000,
        store: str | None = None,
    ) -> Deferred[list[Forecast]]:
        """
        Say what will be planned between two instants, ordered by time.

        :param start: included; an instant before now is taken as now.
        :param end: not included.
        :param job_ids: only these jobs.
        :param limit: at most so many, 1 to 100,000.
        """

    def subscribe(observer: Callable[[Event], object]) -> Deferred[ISubscription]:
        """
        Call *observer* with every :class:`~txsched.model.Event` from now on.

        An observer that raises is reported in the log and goes on to be called.
        """

    def pause(note: str = "") -> Deferred[None]:
        """
        Start nothing until :meth:`resume`; runs under way go on.

        Not kept over a restart of the scheduler.
        """

    def resume() -> Deferred[None]:
        """
        Go on after :meth:`pause`; what came due is late by the rules of each job.
        """

    def status() -> Deferred[SchedulerStatus]:
        """
        Say how the scheduler and its stores are, also of one that does not answer.
        """

    def get_nodes(store: str | None = None) -> Deferred[list[Node]]:
        """
        List the schedulers that share a store with this one, this one too, by id.

        One that was killed is among them until it has been silent for long.
        """

    def examine(store: str | None = None) -> Deferred[list[Examination]]:
        """
        Look through the stores for what is wrong, without changing anything.

        A store that does not answer is told of among the findings.
        """

    def hand_back(node_id: str, store: str | None = None) -> Deferred[int]:
        """
        Forget a node that does not live, and end its leases, so that others can take
        over its work at once.

        :returns: fires with the number of leases ended.
        :raises BadValue: for ``node_id``: it lives, or nothing is known of it.
        """

    def get_quarantined(store: str | None = None) -> Deferred[list[Quarantined]]:
        """
        List the jobs that could not be loaded, ordered by id.
        """

    def repair_job(
        job_id: str, spec: JobSpec, store: str | None = None
    ) -> Deferred[Job]:
        """
        Give a quarantined job a definition that can be loaded.

        :raises NoSuchJob: none is quarantined under this id.
        """
