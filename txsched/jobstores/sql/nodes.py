"""
The nodes in their table, and how the store is: what is done with one connection,
within a transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ...model import LeaseCount, Node, StoreReport, from_micros, to_micros
from ..columns import instant_of
from .clock import StoreClock
from .schema import STEPS
from .session import Session
from .statements import Statements

__all__ = ["Nodes"]

_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = "name, host, pid, version, started_at, seen_at, skew, state, active_runs, id"


class Nodes:
    """
    The rows of ``nodes``, and questions over all tables.

    :param p: what the names of the tables begin with.
    :param sql: the statements of the other tables.
    :param clock: that judges leases.
    """

    def __init__(self, p: str, sql: Statements, clock: StoreClock) -> None:
        self.clock = clock
        self.store_clock = sql.clock
        settings = _COLUMNS.removesuffix(", id").replace(",", " = ?,")
        self.update = f"UPDATE {p}nodes SET {settings} = ? WHERE id = ?"
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        self.insert = f"INSERT INTO {p}nodes ({_COLUMNS}) VALUES ({marks})"
        self.select = f"SELECT {_COLUMNS} FROM {p}nodes ORDER BY id"
        self.delete = f"DELETE FROM {p}nodes WHERE id = ?"
        self.free_jobs = (
            f"UPDATE {p}schedule SET owner = NULL, lease_until = NULL"
            " WHERE lease_until > ? AND owner = ?"
        )
        self.end_runs = (
            f"UPDATE {p}runs SET lease_until = ?"
            " WHERE ended IS NULL AND lease_until > ? AND node = ?"
        )
        self.job_leases = (
            f"SELECT owner, count(*), max(lease_until) FROM {p}schedule"
            " WHERE lease_until IS NOT NULL GROUP BY owner"
        )
        self.run_leases = (
            f"SELECT node, count(*), max(lease_until) FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NOT NULL GROUP BY node"
        )
        self.overdue = (
            f"SELECT count(*), min(due) FROM {p}schedule"
            " WHERE due <= ? AND (lease_until IS NULL OR lease_until <= ?)"
        )
        self.waiting = (
            f"SELECT count(*), min(planned) FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NULL"
        )
        self.quarantined = f"SELECT count(*) FROM {p}jobs WHERE error IS NOT NULL"
        self.version = f"SELECT version FROM {p}schema"

    def read_clock(self, db: Session, now: int) -> int:
        """
        Give the instant by which leases are judged, and compare the clocks.
        """
        if self.clock.followed:
            now, before = db.run(self.store_clock).scalar(), now
            self.clock.measure(now, before)
        return now

    def beat(self, db: Session, node: Node) -> datetime | None:
        """
        Write what a node says of itself; give the store's clock if that counts.
        """
        run = db.run
        seen = self.read_clock(db, to_micros(node.seen_at))
        row = (
            node.name,
            node.host,
            node.pid,
            node.version,
            to_micros(node.started_at),
            seen,
            None if node.skew is None else node.skew // _MICROSECOND,
            node.state,
            node.active_runs,
            node.id,
        )
        if not run(self.update, row).rowcount:
            run(self.insert, row)
        return from_micros(seen) if self.clock.followed else None

    def find(self, db: Session) -> list[Node]:
        """
        Give all nodes, ordered by id.
        """
        return [_node(row) for row in db.run(self.select)]

    def leave(self, db: Session, node_id: str, now: int) -> int:
        """
        Forget a node, end its leases, and say how many.
        """
        run = db.run
        now = self.read_clock(db, now)
        run(self.delete, (node_id,))
        jobs: int = run(self.free_jobs, (now, node_id)).rowcount
        runs: int = run(self.end_runs, (now, now, node_id)).rowcount
        return jobs + runs

    def examine(self, db: Session, now: int) -> StoreReport:
        """
        Look for what is wrong.
        """
        run = db.run
        clock = self.read_clock(db, now)
        overdue, oldest_due = run(self.overdue, (now, clock)).fetchone()
        waiting, oldest_waiting = run(self.waiting).fetchone()
        server = ".".join(map(str, db.connection.dialect.server_version_info))
        return StoreReport(
            kind=f"{db.dialect.title} {server}",
            schema=run(self.version).scalar(),
            newest_schema=len(STEPS),
            clock=from_micros(clock) if self.clock.followed else None,
            leases=self._leases(db),
            overdue=overdue,
            oldest_due=instant_of(oldest_due),
            waiting=waiting,
            oldest_waiting=instant_of(oldest_waiting),
            quarantined=run(self.quarantined).scalar(),
        )

    def _leases(self, db: Session) -> tuple[LeaseCount, ...]:
        run = db.run
        jobs = {row[0]: row[1:] for row in run(self.job_leases)}
        runs = {row[0]: row[1:] for row in run(self.run_leases)}
        none = (0, 0)
        counts = []
        for owner in sorted(jobs.keys() | runs.keys()):
            on_jobs, jobs_until = jobs.get(owner, none)
            on_runs, runs_until = runs.get(owner, none)
            until = from_micros(max(jobs_until, runs_until))
            counts.append(LeaseCount(owner, on_jobs, on_runs, until))
        return tuple(counts)


def _node(row: Any) -> Node:
    name, host, pid, version, started, seen, skew, state, active_runs, node_id = row
    return Node(
        id=node_id,
        name=name,
        host=host,
        pid=pid,
        version=version,
        started_at=from_micros(started),
        seen_at=from_micros(seen),
        skew=None if skew is None else skew * _MICROSECOND,
        state=state,
        active_runs=active_runs,
    )
