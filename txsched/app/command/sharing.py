"""
``txsched nodes``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import json_option, store_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...interfaces import IScheduler
    from ...model import Examination, LeaseCount, Node

__all__ = ["nodes_command"]

#: What is said of a node in a word, by what was found of it.
_NOTES = {"silent-node": "silent", "clock-skew": "clock is off"}


@click.command("nodes", short_help="List the schedulers that share the stores.")
@store_option
@json_option
@pass_session
def nodes_command(session: Session, /, store: str | None, as_json: bool) -> None:
    """
    List the schedulers that share the stores of the service, itself among them.

    SEEN is when a node last said that it lives, SKEW by how much its clock is ahead of
    that of the store, LEASES how many jobs and runs it holds.  A node that is gone and
    left leases behind is "gone"; 'txsched doctor' says more.
    """

    async def work(scheduler: IScheduler) -> None:
        found = await scheduler.examine(store)
        if as_json:
            from .shaping import json_text

            nodes = [_data(*one) for one in _rows(found)]
            click.echo(json_text({"nodes": nodes}))
        else:
            _print_nodes(found)

    session.call(work)


def _rows(
    found: Sequence[Examination],
) -> Iterator[tuple[Examination, str, Node | None, LeaseCount | None, list[str]]]:
    """
    Give store, id, node, leases and notes of each node, also of those that are gone.
    """
    for one in found:
        reported = () if one.report is None else one.report.leases
        leases = {count.owner: count for count in reported}
        for node in one.nodes:
            notes = [
                _NOTES[finding.code]
                for finding in one.findings
                if finding.node == node.id and finding.code in _NOTES
            ]
            yield one, node.id, node, leases.pop(node.id, None), notes
        for owner, count in leases.items():
            yield one, owner, None, count, ["gone"]


def _data(
    examined: Examination,
    node_id: str,
    node: Node | None,
    leases: LeaseCount | None,
    notes: list[str],
) -> dict[str, Any]:
    from .shaping import value_data

    said = {} if node is None else value_data(node)
    return {
        "store": examined.store,
        "id": node_id,
        **said,
        "leases": value_data(leases),
        "notes": notes,
    }


def _print_nodes(found: Sequence[Examination]) -> None:
    from .printing import print_table
    from .wording import ago, clean

    several = len(found) > 1
    rows = []
    for one, node_id, node, leases, notes in _rows(found):
        held = "-" if leases is None else f"{leases.jobs} + {leases.runs}"
        told = ["-"] * 5
        if node is not None:
            told = [
                clean(f"{node.host} ({node.pid})"),
                clean(node.state),
                ago(node.seen_at, one.at),
                _skew_text(node),
                str(node.active_runs),
            ]
        stores = [clean(one.store)] if several else []
        rows.append([clean(node_id), *stores, *told, held, ", ".join(notes)])
    for one in found:
        if one.report is None:
            click.echo(f"txsched: {one.store}: {one.findings[0].text}", err=True)
    column = ["STORE"] if several else []
    names = ("ID", *column, "HOST", "STATE", "SEEN", "SKEW", "RUNS", "LEASES", "NOTE")
    print_table(names, rows, "there are no nodes")


def _skew_text(node: Node) -> str:
    return "-" if node.skew is None else f"{node.skew.total_seconds():+.3f}s"
