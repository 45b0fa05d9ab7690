"""
What a store and its nodes tell of themselves, judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ..model import Finding, Node, StoreReport

__all__ = ["ORPHANS", "SILENT", "diagnose", "lives"]

#: A node that was not seen for so many durations of leases does not live.
_SILENT_AFTER = 2
_FIX = "'txsched doctor --fix' does it now"
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))

#: The codes of what handing back the leases of the node repairs.
ORPHANS = "orphan-leases"
SILENT = "silent-node"


def lives(node: Node, now: datetime, lease: timedelta) -> bool:
    """
    Whether *node* was seen of late.

    :param now: by the clock that :attr:`~txsched.model.Node.seen_at` is of.
    :param lease: how long leases last.
    """
    return node.seen_at > now - _SILENT_AFTER * lease


def diagnose(
    report: StoreReport,
    nodes: Sequence[Node],
    waiting_for: Sequence[str],
    now: datetime,
    lease: timedelta,
    skew_limit: timedelta,
) -> tuple[Finding, ...]:
    """
    Say what is wrong, errors first.

    :param waiting_for: the executors that pending runs wait for.
    :param now: the store's clock, or the caller's where it has none.
    :param lease: how long leases last.
    :param skew_limit: by how much clocks may differ.
    """
    alive = [node for node in nodes if lives(node, now, lease)]
    found = [
        *_schema(report),
        *_overdue(report, alive, now, lease),
        *_waiting(report, waiting_for, now, lease),
        *_orphans(report, alive, now),
        *_silent(nodes, now, lease),
        *_clocks(alive, skew_limit),
        *_quarantine(report),
        *(
            Finding("warning", "server", text, "see the settings of the server")
            for text in report.warnings
        ),
    ]
    return tuple(sorted(found, key=lambda one: one.severity != "error"))


def _schema(report: StoreReport) -> Iterator[Finding]:
    found, known = report.schema, report.newest_schema
    if found is None or known is None or found == known:
        return
    text = f"its schema has version {found}, this txsched writes {known}"
    if found > known:
        advice = "use the newer txsched that has been here, on all nodes"
        yield Finding("error", "schema", text, advice)
    else:
        advice = "start a service of this version, which upgrades it"
        yield Finding("warning", "schema", text, advice)


def _overdue(
    report: StoreReport, alive: Sequence[Node], now: datetime, lease: timedelta
) -> Iterator[Finding]:
    oldest = report.oldest_due
    if oldest is None or oldest >= now - lease:
        return
    text = (
        f"{_count(report.overdue, 'job')} due for up to {_length(now - oldest)}, and"
        " nobody has taken them"
    )
    yield Finding("error", "overdue", text, _remedy(alive))


def _remedy(alive: Sequence[Node]) -> str:
    if not alive:
        return "no node lives: start one"
    states = {node.state for node in alive}
    if states == {"paused"}:
        return "all nodes are paused: 'txsched resume --all' on one of them"
    if "running" not in states:
        return "no node is running: start one"
    return "the nodes have no free places: let tasks be shorter, or start more nodes"


def _waiting(
    report: StoreReport, waiting_for: Sequence[str], now: datetime, lease: timedelta
) -> Iterator[Finding]:
    oldest = report.oldest_waiting
    if oldest is None or oldest >= now - lease:
        return
    names = " or ".join(repr(name) for name in waiting_for) or "its own"
    text = (
        f"{_count(report.waiting, 'run')} waiting for up to {_length(now - oldest)}"
        f" for the executor {names}"
    )
    advice = "start a node that has it, or more of them if its places are taken"
    yield Finding("error", "waiting", text, advice)


def _orphans(
    report: StoreReport, alive: Sequence[Node], now: datetime
) -> Iterator[Finding]:
    living = {node.id for node in alive}
    for lease in report.leases:
        if lease.owner in living or lease.until <= now:
            continue
        text = (
            f"node {lease.owner} does not live and holds leases on"
            f" {_number(lease.jobs, 'job')} and {_number(lease.runs, 'run')}"
            f" for up to {_length(lease.until - now)}"
        )
        advice = f"they end by themselves; {_FIX}"
        yield Finding("error", ORPHANS, text, advice, lease.owner)


def _silent(
    nodes: Sequence[Node], now: datetime, lease: timedelta
) -> Iterator[Finding]:
    for node in nodes:
        if not lives(node, now, lease):
            text = f"node {node.id} on {node.host} is silent for"
            text += f" {_length(now - node.seen_at)}"
            advice = f"if it was killed others forget it in a while; {_FIX}"
            yield Finding("warning", SILENT, text, advice, node.id)


def _clocks(alive: Sequence[Node], limit: timedelta) -> Iterator[Finding]:
    for node in alive:
        skew = node.skew
        if skew is not None and abs(skew) > limit:
            way = "ahead of" if skew > timedelta() else "behind"
            text = (
                f"the clock of node {node.id} on {node.host} is"
                f" {abs(skew.total_seconds()):.3f} s {way} that of the store"
            )
            advice = "let the clocks of all machines be set by NTP"
            yield Finding("warning", "clock-skew", text, advice, node.id)


def _quarantine(report: StoreReport) -> Iterator[Finding]:
    count = report.quarantined
    if count:
        text = f"{_number(count, 'job')} cannot be loaded and will not run"
        yield Finding("warning", "quarantine", text, "see 'txsched quarantine'")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _count(count: int, noun: str) -> str:
    return f"{_number(count, noun)} {'is' if count == 1 else 'are'}"


def _length(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    unit, size = next((one for one in _UNITS if seconds >= one[1]), _UNITS[-1])
    return f"{round(seconds / size)} {unit}"
