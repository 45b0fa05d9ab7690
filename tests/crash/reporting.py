"""
What happened, in figures.
"""

from __future__ import annotations

from collections import Counter

from .checker import Seen, take_overs
from .scenario import Scenario


def report(seen: Seen, scenario: Scenario) -> str:
    """
    Give the figures of a scenario that was played.
    """
    counts: Counter[str] = Counter()
    for run in seen.ledger:
        counts[run.disposition.value] += run.times
    planned = sum(len(job.times) for job in seen.planned.values())
    cut_off = sum(one.ended is None for one in seen.executions)
    lost: Counter[str] = Counter()
    for pid in scenario.zombies:
        lost += scenario.lost(pid)
    over = take_overs(seen)
    after = max((one.after_seconds for one in over), default=0.0)
    free = max((one.free_seconds for one in over), default=0.0)
    late = [one.end - one.begin for one in seen.troubles if one.kind == "kept waiting"]
    lines = [
        f"planned times: {planned}: {_listed(counts)}",
        f"executions: {len(seen.executions)}, of these cut off: {cut_off}",
        f"nodes killed: {scenario.killed}, stopped: {len(scenario.zombies)}",
        f"writes of stopped nodes that came back as lost: {_listed(lost)}",
        f"take-overs: {_listed(Counter(one.kind for one in over))}",
        f"the latest {after:.3f} s after the lease, {free:.3f} s with a free node",
        f"nodes kept waiting: {len(late)} times, at most {max(late, default=0):.3f} s",
    ]
    return "\n".join(lines)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
