"""
Job stores: jobs and the ledger in one object, so that one transaction moves both.

Rules for all providers:

* A claim is in a batch, ordered by time, then by id.  It hands out rows that
  are due at the caller's ``now`` and not under an unexpired lease.
* Every claim has a new *term*.  A write under an old term changes nothing and is
  given back as *lost*, while the rest of its batch stands.
* Writing the same plan, run or aftermath again under the same term is harmless:
  the outcome of a write may be unknown to its caller.
* A change or removal by a user ends leases on that job.
* A job that has neither a next planned time nor an active run is decided on in the
  transaction that leaves it so, a :meth:`~IJobKeeping.commit`,
  :meth:`~IJobKeeping.change_job`, :meth:`~ILedger.finish` or
  :meth:`~ILedger.cancel_runs`.  Its :class:`~txsched.model.Waiting`, as its last plan
  or change gave it, says what becomes of it:

  - without one it is finished, and removed;
  - without a ``delay`` it stays as it is;
  - with one its next planned time is ``Waiting.following`` the latest end of its runs
    that this transaction writes, and it is due then, unless it is paused or in
    quarantine; when there is no such time it is finished, and removed.  A transaction
    that writes no end leaves it as it is.

* Nothing that cannot be loaded is ever deleted: it is quarantined.
* No call blocks the reactor's thread.  Every Deferred may fail with
  ``StoreUnavailable``; then nothing was written, or all of it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from twisted.internet.defer import Deferred
from zope.interface import Interface

from ..model import (
    Aftermath,
    Job,
    JobLease,
    JobQuery,
    Node,
    OnConflict,
    Page,
    Plan,
    Quarantined,
    Renewal,
    Run,
    RunLease,
    RunQuery,
    StoreReport,
    StoreStatus,
)

__all__ = ["IJobKeeping", "IJobStore", "ILedger", "IMembership", "IQuarantine"]


class IJobKeeping(Interface):
    """
    The jobs, and the claims on those that are due.
    """

    def add_jobs(jobs: Sequence[Job], on_conflict: OnConflict) -> Deferred[list[Job]]:
        """
        Keep *jobs*, all or none.

        With ``replace`` a stored job of the same definition stays as it is, with
        its progress; a different one is replaced: it takes the new one's cursor
        and generation, its revision goes on counting, a pause stays, and leases
        on it end.  A job that is quarantined under the id counts as existing.

        :param jobs: ids within one call are distinct.
        :returns: fires with the jobs as they are stored now, in the same order,
            once they are durable.
        :raises JobExists: naming the first one, under ``error``; nothing is kept.
        :raises NotSerializable: naming what cannot be stored; nothing is kept.
        """

    def get_job(job_id: str) -> Deferred[Job]:
        """
        :raises NoSuchJob: also for one that is quarantined.
        """

    def find_jobs(query: JobQuery) -> Deferred[Page[Job]]:
        """
        Give one page of jobs; jobs added or removed between two pages neither
        repeat nor hide others.

        :raises BadValue: for a ``cursor`` that no page of this order gave.
        """

    def change_job(job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        """
        Replace the stored job *before* and write *runs* to the ledger, all or
        nothing, and end leases on it.  When that leaves it without a next planned
        time and without active runs, it is decided on as above.

        :param job: in its new state; the store sets its revision to that of
            *before* + 1.
        :param before: the job as it was read.  The stored one must have the same
            generation, revision, next run time and run count: a change that was
            made of an older state must not take back what a commit has moved.
        :returns: fires with the job as stored, or as it was removed.
        :raises StaleRevision: it has not; nothing was changed.
        :raises NoSuchJob: it was removed.
        """

    def remove_jobs(job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        """
        Remove jobs, also quarantined ones; pending runs of theirs end as
        ``cancelled`` at *now*, running ones go on to their end.

        :returns: fires with the ids that were there.
        """

    def claim_jobs(
        owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        """
        Lease up to *limit* jobs that are due at *now*, with their active runs.

        A job that cannot be loaded is quarantined and left out.

        :param owner: the claiming node.
        :param until: when the leases end.
        """

    def commit(
        plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        """
        Move cursors and write runs, all or nothing for each job, and end the
        leases of the plans' terms.

        The runs of a plan that are ``running`` are leased to *owner* until *until*
        under the plan's term.  A job that is left without a next planned time and
        without active runs is decided on as above.

        :returns: fires with the ids of the jobs whose lease was lost.
        """

    def next_due(
        now: datetime, executors: Sequence[str] | None = None
    ) -> Deferred[datetime | None]:
        """
        Give the earliest instant at which a claim of jobs or runs may find
        something: due times, pending runs (then *now*) and ends of leases.

        It may be earlier than *now*; ``None`` when there is nothing to wait for.

        :param executors: only pending runs of these count; ``None`` for any.
        """


class ILedger(Interface):
    """
    The runs: what is to be carried out, and what became of everything.
    """

    def add_runs(runs: Sequence[Run]) -> Deferred[None]:
        """
        Write pending or ended runs that no plan made: requests of people.

        :raises NoSuchJob: nothing was written.
        """

    def claim_runs(
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        """
        Lease up to *limit* runs that are pending, or whose lease ended.

        The runs come as they were stored before; once claimed they are stored
        as ``running`` on *owner*, and the attempt of one that was running before
        is 1 higher.

        :param executors: aliases that this node has; others' runs are left.
        """

    def renew(leases: Sequence[tuple[str, int]], until: datetime) -> Deferred[Renewal]:
        """
        Let leases on runs, each named by run id and term, end at *until* instead.
        """

    def finish(aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        """
        Write the new states of runs with what follows, all or nothing for each,
        and end their leases.  A job that is left without a next planned time and
        without active runs is decided on as above; the end of a lost run is no end.

        A run that becomes ``pending`` again waits for the next claim.

        :returns: fires with the ids of the runs whose lease was lost.
        """

    def cancel_runs(
        run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        """
        End pending runs as ``cancelled`` at *now*; mark running ones, so that
        their owner learns it from its next :meth:`renew`; leave ended ones.  A job
        that is left without a next planned time and without active runs is decided
        on as above.

        :returns: fires with the runs as they are now, in the order asked for.
        :raises NoSuchRun: naming the first that is not there; nothing is changed.
        """

    def get_run(run_id: str) -> Deferred[Run]:
        """
        :raises NoSuchRun: it is not there (any more).
        """

    def find_runs(query: RunQuery) -> Deferred[Page[Run]]:
        """
        Give one page of the ledger.

        :raises BadValue: for a ``cursor`` that no page of this order gave.
        """

    def prune(before: datetime | None, keep: int | None, limit: int) -> Deferred[int]:
        """
        Forget ended runs: those that ended earlier than *before*, those beyond
        the newest *keep* of all, and those beyond the ``keep_runs`` of their job.

        :param limit: remove at most so many rows now; call again when the answer
            is as many.
        :returns: fires with the number of rows removed.
        """


class IQuarantine(Interface):
    """
    The jobs that could not be loaded.
    """

    def find_quarantined() -> Deferred[list[Quarantined]]:
        """
        Give all of them, ordered by id; jobs that load again by now, because the
        code that was missing is back, return to work and are left out.
        """

    def repair_job(job: Job) -> Deferred[Job]:
        """
        Take *job* as the new definition of the quarantined one of the same id.

        :raises NoSuchJob: none is quarantined under this id.
        """


class IMembership(Interface):
    """
    The nodes that share a store.
    """

    def beat(node: Node) -> Deferred[datetime | None]:
        """
        Write that *node* lives, with what it says of itself.

        :returns: fires with the store's clock when it wrote, or ``None`` when the
            store has no clock of its own; then ``node.seen_at`` is kept as given,
            else the store's clock is kept in its place.
        """

    def find_nodes() -> Deferred[list[Node]]:
        """
        Give all nodes that beat and did not leave, ordered by id.
        """

    def leave(node_id: str, now: datetime) -> Deferred[int]:
        """
        Forget a node and end its leases on jobs and runs now, so that others can
        claim them at once.

        A run of it stays ``running`` until it is claimed, as after a crash.  A node
        that lives all the same loses nothing but its leases: what it writes counts
        as long as nobody else has claimed, and it is back with its next beat.

        :param node_id: one that never beat may hold leases too.
        :returns: fires with the number of leases ended; one that had ended before is
            not counted.
        """

    def examine(now: datetime) -> Deferred[StoreReport]:
        """
        Look for what is wrong, without changing anything.

        :param now: at which jobs are due.
        """


class IJobStore(IJobKeeping, ILedger, IQuarantine, IMembership):
    """
    A whole job store.
    """

    def open() -> Deferred[None]:
        """
        Make ready for work: connect, create or upgrade the schema.

        :raises SchemaTooNew: it was written by a newer txsched.
        """

    def close() -> Deferred[None]:
        """
        Finish what is under way and let go of everything; fires when done.
        """

    def status() -> Deferred[StoreStatus]:
        """
        Count.
        """

    def watch(callback: Callable[[], None]) -> Callable[[], None]:
        """
        Call *callback* in the reactor's thread, soon after another node changed
        something that may be due earlier than what :meth:`next_due` said.

        A store that only one process can use never calls it.

        :returns: a function that ends the watch.
        """
