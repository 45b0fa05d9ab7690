"""
The checker finds each thing that must not be, and nothing where all is well.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase

from txsched.model import Disposition, Run, from_micros

from .checker import (
    End,
    Execution,
    Lease,
    Planned,
    Seen,
    TakeOver,
    Trouble,
    check,
    take_overs,
)
from .seeing import THREADS, crowded, lost_writes, see
from .waiting import free_seconds

SECOND = 1_000_000
TIMES = (10 * SECOND, 20 * SECOND, 30 * SECOND)
FOREVER = float("inf")


def row(planned: int, **details: Any) -> Run:
    """
    The row of a planned time, in seconds, that went well on node a.
    """
    run = Run(
        f"run{planned}",
        "job",
        from_micros(planned * SECOND),
        Disposition.SUCCEEDED,
        node="a",
    )
    return run._replace(**details)


def execution(second: int, **details: Any) -> Execution:
    """
    An execution of that row by process 1, which is node a.
    """
    begun = float(second)
    one = Execution(f"run{second}", "job", second * SECOND, 1, 1, begun, begun + 0.5)
    return evolve(one, **details)


def lease(planned: int, **details: Any) -> Lease:
    """
    The lease under which that was done.
    """
    at = float(planned)
    one = Lease(f"run{planned}", planned, 1, "a", at, at, at + 3.0)
    return evolve(one, **details)


SEEN = Seen(
    {"job": Planned(TIMES)},
    [row(10), row(20), row(30)],
    [execution(10), execution(20), execution(30)],
    [lease(10), lease(20), lease(30)],
    [End("run10", 10, 1), End("run20", 20, 1), End("run30", 30, 1)],
    alive={1: 0.0, 2: 0.0},
    lease_seconds=3.0,
)
#: Process 1 is killed at 20.1, and process 2 repeats what was cut off.
KILLED = evolve(
    SEEN,
    ledger=[row(10), row(20, node="b", attempt=2), row(30, node="b")],
    executions=[
        execution(10),
        execution(20, ended=None),
        execution(20, attempt=2, pid=2, begun=23.2, ended=23.7),
        execution(30, pid=2),
    ],
    leases=[
        lease(10),
        lease(20),
        lease(20, term=21, pid=2, owner="b", asked=23.1, granted=23.2, until=26.2),
        lease(30, pid=2, owner="b"),
    ],
    ends=[End("run10", 10, 1), End("run20", 21, 2), End("run30", 30, 2)],
    troubles=[Trouble(1, 20.1, FOREVER, "killed")],
)


def found(seen: Seen, **changes: Any) -> list[str]:
    """
    Give the kinds of what is found where some things were seen differently.
    """
    return [one.kind for one in check(evolve(seen, **changes))]


class LedgerTests(SynchronousTestCase):
    """
    Planned times against rows.
    """

    def test_all_is_well(self) -> None:
        """
        Nothing is found where each time was carried out once, by one node or two.
        """
        self.assertEqual([], check(SEEN))
        self.assertEqual([], check(KILLED))

    def test_lost(self) -> None:
        """
        A planned time without a row is lost.
        """
        kinds = found(SEEN, ledger=SEEN.ledger[:2], executions=SEEN.executions[:2])
        self.assertEqual(["lost"], kinds)

    def test_doubled(self) -> None:
        """
        Two rows with the same planned time are found, also where one is a range.
        """
        twin = row(20, id="other", disposition=Disposition.SKIPPED)
        self.assertEqual(["doubled"], found(SEEN, ledger=[*SEEN.ledger, twin]))
        wide = twin._replace(times=2, last_planned_time=from_micros(TIMES[2]))
        kinds = found(SEEN, ledger=[*SEEN.ledger, wide])
        self.assertEqual(["doubled"] * 2, kinds)

    def test_range(self) -> None:
        """
        A row may stand for a range of planned times, if it counts them rightly.
        """
        wide = row(
            10,
            disposition=Disposition.MISSED,
            times=2,
            last_planned_time=from_micros(TIMES[1]),
        )
        rest = {"executions": SEEN.executions[2:]}
        self.assertEqual([], found(SEEN, ledger=[wide, row(30)], **rest))
        more = wide._replace(times=3)
        kinds = found(SEEN, ledger=[more, row(30)], **rest)
        self.assertEqual(["unplanned"], kinds)
        fewer = wide._replace(last_planned_time=from_micros(TIMES[2]))
        kinds = found(SEEN, ledger=[fewer], executions=[])
        self.assertEqual(["lost"], kinds)

    def test_unplanned(self) -> None:
        """
        Rows that no trigger planned are found, and those of strange jobs.
        """
        late = row(25, disposition=Disposition.MISSED)
        self.assertEqual(["unplanned"], found(SEEN, ledger=[*SEEN.ledger, late]))
        strange = late._replace(job_id="strange")
        kinds = found(SEEN, ledger=[*SEEN.ledger, strange])
        self.assertEqual(["unplanned"], kinds)

    def test_not_ended(self) -> None:
        """
        A row that is still active is found.
        """
        rows = [row(10), row(20), row(30, disposition=Disposition.RUNNING)]
        self.assertEqual(["not ended"], found(SEEN, ledger=rows))


class ExecutionTests(SynchronousTestCase):
    """
    Rows against executions.
    """

    def ledger_with(self, **details: Any) -> list[Run]:
        return [row(10), row(20, **details), row(30)]

    def test_begun_twice(self) -> None:
        """
        The same attempt must not be begun again.
        """
        kinds = found(SEEN, executions=[*SEEN.executions, execution(20)])
        self.assertEqual(["begun twice"], kinds)

    def test_success_without_work(self) -> None:
        """
        What succeeded was carried out to its end by the node of the row.
        """
        for cut in ([], [execution(20, ended=None)], [execution(20, pid=2)]):
            seen = evolve(SEEN, leases=[*SEEN.leases, lease(20, term=22, pid=2)])
            rest = [execution(10), *cut, execution(30)]
            kinds = found(seen, executions=rest, leases=SEEN.leases)
            self.assertIn("not carried out", kinds)

    def test_work_that_was_not_to_be(self) -> None:
        """
        Neither what is skipped is carried out, nor what is in no row.
        """
        rows = self.ledger_with(disposition=Disposition.COALESCED)
        self.assertEqual(["carried out"], found(SEEN, ledger=rows))
        more = [*SEEN.executions, execution(20, run="strange")]
        self.assertIn("unrecorded", found(SEEN, executions=more))

    def test_mixed_up(self) -> None:
        """
        A task is told of the job and the planned time of its row.
        """
        for wrong in ({"job": "other"}, {"planned": 7}):
            executions = [execution(10), execution(20, **wrong), execution(30)]
            self.assertEqual(["mixed up"], found(SEEN, executions=executions))

    def test_abandoned(self) -> None:
        """
        What is not to be repeated is begun once at most, and what is to be is not
        given up.
        """
        rows = self.ledger_with(disposition=Disposition.ABANDONED)
        self.assertEqual(["abandoned"], found(SEEN, ledger=rows))
        once = {"job": Planned(TIMES, rerun=False)}
        self.assertEqual([], found(SEEN, planned=once, ledger=rows))
        self.assertEqual(["repeated"], found(KILLED, planned=once))

    def test_unexpected(self) -> None:
        """
        Nothing fails and nobody cancels in the scenario.
        """
        for kind in (Disposition.FAILED, Disposition.CANCELLED):
            rows = self.ledger_with(disposition=kind)
            self.assertEqual(["unexpected"], found(SEEN, ledger=rows))


class LeaseTests(SynchronousTestCase):
    """
    Executions against leases.
    """

    def test_two_holders(self) -> None:
        """
        Nobody is granted a lease before that of another one has ended.
        """
        leases = [
            evolve(one, granted=22.5) if one.term == 21 else one
            for one in KILLED.leases
        ]
        self.assertEqual(["two holders"], found(KILLED, leases=leases))

    def test_taken_away(self) -> None:
        """
        A node that nothing kept from renewing its lease does not lose it; that the
        loop was late for a moment, or the store away, is no excuse.
        """
        short = Trouble(1, 20.1, 20.4, "kept waiting")
        away = Trouble(None, 20.5, 20.9, "store")
        other = Trouble(2, 20.1, 25.0, "stopped")
        for troubles in ([], [short], [away], [other], [short, away]):
            self.assertEqual(["taken away"], found(KILLED, troubles=troubles))
        for trouble in (short._replace(end=21.2), away._replace(end=21.6)):
            self.assertEqual([], found(KILLED, troubles=[trouble]))
        stopped = Trouble(1, 20.1, 23.0, "stopped")
        waited = Trouble(1, 20.0, 23.1, "kept waiting")
        (over,) = take_overs(evolve(KILLED, troubles=[waited, stopped]))
        self.assertEqual("stopped", over.kind)
        more = Trouble(1, 21.0, 21.5, "kept waiting")
        self.assertEqual([], found(KILLED, troubles=[short, away, more]))

    def test_without_a_lease(self) -> None:
        """
        Nobody carries out what it did not hold before.
        """
        self.assertEqual(["without a lease"], found(SEEN, leases=SEEN.leases[1:])[-1:])
        early = [lease(10, granted=11.0), *SEEN.leases[1:]]
        self.assertEqual(["without a lease"], found(SEEN, leases=early))

    def test_ended_twice(self) -> None:
        """
        The store accepts one end of a run.
        """
        again = [*SEEN.ends, End("run20", 20, 1)]
        self.assertEqual(["ended twice"], found(SEEN, ends=again))

    def test_overwritten(self) -> None:
        """
        Nor does it accept one under a term that is not the last one.
        """
        ends = [KILLED.ends[0], End("run20", 20, 1), KILLED.ends[2]]
        self.assertEqual(["overwritten"], found(KILLED, ends=ends))
        both = [*KILLED.ends, End("run20", 20, 1)]
        self.assertEqual(["ended twice", "overwritten"], found(KILLED, ends=both))

    def test_kept(self) -> None:
        """
        A node that claims its own run again, whose lease had ended, goes on with it.
        """
        again = lease(20, term=3, asked=23.4, granted=23.5, until=26.5)
        ends = [SEEN.ends[0], End("run20", 3, 1), SEEN.ends[2]]
        self.assertEqual([], found(SEEN, leases=[*SEEN.leases, again], ends=ends))

    def test_late(self) -> None:
        """
        A take-over is late when a free node let more than a second pass.
        """
        leases = [
            evolve(one, granted=24.5, until=27.5) if one.term == 21 else one
            for one in KILLED.leases
        ]
        later = [
            evolve(one, begun=24.6) if one.attempt == 2 else one
            for one in KILLED.executions
        ]
        seen = evolve(KILLED, leases=leases, executions=later)
        self.assertEqual(["late"], found(seen))
        (over,) = take_overs(seen)
        self.assertAlmostEqual(1.4, over.after_seconds)
        self.assertAlmostEqual(1.4, over.free_seconds)
        self.assertEqual("killed", over.kind)
        busy = [*seen.troubles, Trouble(2, 23.0, 24.4, "kept waiting")]
        self.assertEqual([], found(seen, troubles=busy))
        self.assertAlmostEqual(
            0.1, take_overs(evolve(seen, troubles=busy))[0].free_seconds
        )

    def test_crowded(self) -> None:
        """
        A node whose threads are all at work is not free to go on with anything.
        """
        leases = [
            evolve(one, granted=25.0) if one.term == 21 else one
            for one in KILLED.leases
        ]
        seen = evolve(KILLED, leases=leases, crowded=[Trouble(2, 0.0, 24.5, "crowded")])
        (over,) = take_overs(seen)
        self.assertAlmostEqual(0.5, over.free_seconds)
        alone = evolve(seen, crowded=[Trouble(1, 0.0, 24.5, "crowded")])
        self.assertAlmostEqual(1.9, take_overs(alone)[0].free_seconds)

    def test_unknown_reason(self) -> None:
        """
        A take-over that nothing explains is told of as such.
        """
        (over,) = take_overs(evolve(KILLED, troubles=[]))
        self.assertEqual("unknown", over.kind)
        self.assertIsInstance(over, TakeOver)


class FreeTests(SynchronousTestCase):
    """
    How much of a time somebody could have used.
    """

    def test_free(self) -> None:
        """
        It counts while at least one process is there and not hindered.
        """
        alive = {1: 0.0, 2: 4.0}
        self.assertEqual(6.0, free_seconds(2.0, 8.0, alive, []))
        self.assertEqual(0.0, free_seconds(8.0, 2.0, alive, []))
        self.assertEqual(0.0, free_seconds(2.0, 8.0, {}, []))
        dead = Trouble(1, 3.0, FOREVER, "killed")
        self.assertEqual(5.0, free_seconds(2.0, 8.0, alive, [dead]))
        late = Trouble(2, 5.0, 7.0, "kept waiting")
        self.assertEqual(3.0, free_seconds(2.0, 8.0, alive, [dead, late]))
        away = Trouble(None, 0.0, 7.5, "store")
        self.assertEqual(0.5, free_seconds(2.0, 8.0, alive, [dead, late, away]))
        strange = Trouble(3, 0.0, 7.5, "stopped")
        self.assertEqual(6.0, free_seconds(2.0, 8.0, alive, [strange]))


class SeeingTests(SynchronousTestCase):
    """
    From lines to what was seen.
    """

    LINES: list[dict[str, Any]] = [
        {"what": "open", "pid": 1, "at": 1.0},
        {
            "what": "held",
            "pid": 1,
            "at": 2.0,
            "owner": "a",
            "asked": 1.9,
            "until": 5.0,
            "leases": [["r", 7], ["s", 8]],
        },
        {"what": "begin", "pid": 1, "at": 2.1, "run": "r", "job": "j", "planned": 9}
        | {"attempt": 1},
        {"what": "begin", "pid": 1, "at": 2.2, "run": "s", "job": "j", "planned": 9}
        | {"attempt": 2},
        {"what": "renewed", "pid": 1, "at": 3.0, "until": 6.0, "leases": [["r", 7]]},
        {"what": "renewed", "pid": 2, "at": 3.0, "until": 9.0, "leases": [["s", 8]]},
        {"what": "end", "pid": 1, "at": 3.1, "run": "r", "attempt": 1},
        {"what": "finished", "pid": 1, "at": 3.2, "ends": [["r", 7]]},
        {"what": "lost", "pid": 1, "at": 4.0, "by": "finish", "ids": ["s", "t"]},
        {"what": "lost", "pid": 2, "at": 4.0, "by": "finish", "ids": ["s"]},
        {"what": "kept waiting", "pid": 2, "at": 5.0, "since": 4.0, "by": "the loop"},
    ]

    def test_see(self) -> None:
        """
        Leases have their last end, executions theirs, if they came to it.
        """
        killed = Trouble(1, 7.0, FOREVER, "killed")
        seen = see({}, [], self.LINES, [killed], 3.0)
        self.assertEqual(
            [
                Execution("r", "j", 9, 1, 1, 2.1, 3.1),
                Execution("s", "j", 9, 2, 1, 2.2, None),
            ],
            seen.executions,
        )
        self.assertEqual(
            [
                Lease("r", 7, 1, "a", 1.9, 2.0, 6.0),
                Lease("s", 8, 1, "a", 1.9, 2.0, 5.0),
            ],
            seen.leases,
        )
        self.assertEqual([End("r", 7, 1)], seen.ends)
        waited = Trouble(2, 4.0, 5.0, "kept waiting")
        self.assertEqual([killed, waited], seen.troubles)
        self.assertEqual({1: 1.0}, seen.alive)

    def test_crowded(self) -> None:
        """
        A process is crowded while each of its threads has a task.
        """
        many = [
            execution(10, run=f"r{n}", begun=10.0 + n, ended=50.0 + n)
            for n in range(THREADS)
        ]
        self.assertEqual(
            [Trouble(1, 10.0 + THREADS - 1, 50.0, "crowded")], list(crowded(many))
        )
        again = execution(10, run="again", begun=50.5, ended=None)
        self.assertEqual(
            [
                Trouble(1, 9.0 + THREADS, 50.0, "crowded"),
                Trouble(1, 50.5, 51.0, "crowded"),
            ],
            list(crowded([*many, again])),
        )
        self.assertEqual([], list(crowded(many[1:])))

    def test_lost_writes(self) -> None:
        """
        Lost writes are counted by process and kind.
        """
        self.assertEqual({"finish": 2}, lost_writes(self.LINES, 1))
        self.assertEqual({}, lost_writes(self.LINES, 3))
