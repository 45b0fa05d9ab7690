"""
From the lines that the processes wrote to what the checker looks at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from txsched.model import Run

from .checker import End, Execution, Lease, Planned, Seen, Trouble

__all__ = ["crowded", "lost_writes", "see"]

#: How many a node has.
THREADS = 10


def see(
    planned: Mapping[str, Planned],
    ledger: Sequence[Run],
    lines: Iterable[Mapping[str, Any]],
    troubles: Sequence[Trouble],
    lease_seconds: float,
) -> Seen:
    """
    Put together what was seen.

    :param lines: of the records, in their order.
    :param troubles: those that the scenario made.
    """
    executions: dict[tuple[str, int, int], list[Execution]] = {}
    leases: dict[tuple[str, int], Lease] = {}
    ends: list[End] = []
    alive: dict[int, float] = {}
    waits: list[Trouble] = []
    for line in lines:
        what, pid, at = line["what"], line["pid"], line["at"]
        if what == "open":
            alive[pid] = at
        elif what == "begin":
            begun = Execution(
                line["run"], line["job"], line["planned"], line["attempt"], pid, at
            )
            executions.setdefault((begun.run, begun.attempt, pid), []).append(begun)
        elif what == "end":
            mine = executions[line["run"], line["attempt"], pid]
            mine[-1] = evolve(mine[-1], ended=at)
        elif what == "held":
            for run, term in line["leases"]:
                leases[run, term] = Lease(
                    run, term, pid, line["owner"], line["asked"], at, line["until"]
                )
        elif what == "renewed":
            for run, term in line["leases"]:
                lease = leases[run, term]
                if lease.pid == pid:
                    leases[run, term] = evolve(lease, until=line["until"])
        elif what == "finished":
            ends += [End(run, term, pid) for run, term in line["ends"]]
        elif what == "kept waiting":
            waits.append(Trouble(pid, line["since"], at, "kept waiting"))
    done = [one for mine in executions.values() for one in mine]
    return Seen(
        planned,
        ledger,
        done,
        list(leases.values()),
        ends,
        [*troubles, *waits],
        list(crowded(done)),
        alive,
        lease_seconds,
    )


def crowded(executions: Iterable[Execution]) -> Iterator[Trouble]:
    """
    Give the times in which all threads of a process had a task.
    """
    edges: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for one in executions:
        edges[one.pid].append((one.begun, 1))
        if one.ended is not None:
            edges[one.pid].append((one.ended, -1))
    for pid, mine in edges.items():
        busy, since = 0, 0.0
        for at, step in sorted(mine):
            if busy == THREADS and step < 0:
                yield Trouble(pid, since, at, "crowded")
            busy += step
            if busy == THREADS and step > 0:
                since = at


def lost_writes(lines: Iterable[Mapping[str, Any]], pid: int) -> Counter[str]:
    """
    Count what the store refused to a process because somebody else had taken over.

    :returns: by the kind of the write: ``commit``, ``finish`` and ``renew``.
    """
    lost: Counter[str] = Counter()
    for line in lines:
        if line["what"] == "lost" and line["pid"] == pid:
            lost[line["by"]] += len(line["ids"])
    return lost
