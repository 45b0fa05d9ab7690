"""
``txsched doctor``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import click

from ...errors import BadValue, SchedulerError
from .fields import DURATION
from .options import json_option, store_option
from .session import REFUSED, Session, complain, pass_session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from ...model import Examination, Finding

__all__ = ["doctor_command"]

#: What handing back the leases of a node repairs.
_REPAIRED = ("orphan-leases", "silent-node")
_STYLES = {"error": "bold red", "warning": "yellow"}


class _Patient(Protocol):
    """
    What can be examined: a scheduler, or a store alone.
    """

    def examine(self, store: str | None = None) -> Awaitable[list[Examination]]:
        """
        Say what is wrong.
        """

    def hand_back(self, node_id: str, store: str | None = None) -> Awaitable[int]:
        """
        Forget a node and end its leases.
        """


@click.command("doctor", short_help="Find what is wrong with the stores.")
@click.option(
    "--fix", is_flag=True, help="Hand back the leases of dead nodes, and forget them."
)
@click.option(
    "--database",
    metavar="URL",
    help="Look into this database, when no service runs on it.",
)
@click.option(
    "--lease-duration",
    type=DURATION,
    metavar="DURATION",
    help="With --database: what the nodes on it are configured with.  [default: 15s]",
)
@store_option
@json_option
@pass_session
def doctor_command(
    session: Session,
    /,
    fix: bool,
    database: str | None,
    lease_duration: timedelta | None,
    store: str | None,
    as_json: bool,
) -> None:
    """
    Find what is wrong with the stores of the service and the nodes that share them.

    Ends with exit code 1 when there is something, also when it could be repaired.

    \b
    Examples:
      txsched doctor
      txsched doctor --fix
      txsched doctor --database sqlite:///txsched.db
    """

    async def work(patient: _Patient) -> int:
        found = await patient.examine(store)
        done, code = await _repair(patient, found) if fix else ([], 0)
        if done:
            found = await patient.examine(store)
        if as_json:
            _print_data(found, done)
        else:
            _print_found(found, done)
        wrong = bool(done) or any(one.findings for one in found)
        return code or (REFUSED if wrong else 0)

    if database is None:
        if lease_duration is not None:
            raise click.UsageError("--lease-duration is for --database")
        session.call(work)
    if store is not None:
        raise click.UsageError(
            "--store names a store of the service, not of --database"
        )
    from .direct import look_into

    url = database
    lease = timedelta(seconds=15) if lease_duration is None else lease_duration
    session.alone(lambda reactor: look_into(reactor, url, lease, work))


async def _repair(
    patient: _Patient, found: Sequence[Examination]
) -> tuple[list[dict[str, Any]], int]:
    """
    Repair what can be repaired, and say what was done, and the exit code.
    """
    done, code = [], 0
    for one in found:
        nodes = [each.node for each in one.findings if each.code in _REPAIRED]
        for node in dict.fromkeys(node for node in nodes if node is not None):
            try:
                ended = await patient.hand_back(node, one.store)
            except BadValue:
                continue  # it is back, or gone by itself
            except SchedulerError as error:
                code = complain(error)
                continue
            done.append({"store": one.store, "node": node, "leases": ended})
    return done, code


def _print_data(found: Sequence[Examination], done: Sequence[dict[str, Any]]) -> None:
    from .shaping import json_text, value_data

    click.echo(json_text({"stores": value_data(found), "repaired": list(done)}))


def _print_found(found: Sequence[Examination], done: Sequence[dict[str, Any]]) -> None:
    from .wording import clean

    for one in done:
        count = one["leases"]
        leases = "1 lease" if count == 1 else f"{count} leases"
        node = clean(one["node"])
        click.echo(f"repaired: node {node} is forgotten, {leases} handed back")
    for examination in found:
        click.echo(_headline(examination))
        for finding in examination.findings:
            _print_finding(finding)


def _headline(one: Examination) -> str:
    from .wording import clean

    if one.report is None:
        return f"store {clean(one.store)}:"
    count = len(one.nodes)
    nodes = "1 node" if count == 1 else f"{count} nodes"
    well = "" if one.findings else ", nothing is wrong"
    return f"store {clean(one.store)}: {clean(one.report.kind)}, {nodes}{well}"


def _print_finding(finding: Finding) -> None:
    from .printing import print_line
    from .wording import clean

    style = _STYLES.get(finding.severity, "")
    print_line((f"  {finding.severity}:", style), (clean(finding.text), ""))
    print_line((f"    {clean(finding.advice)}", "dim"))
