"""
What is wrong with a store, and with the nodes that share it.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .node import Node, StoreReport

__all__ = ["Examination", "Finding"]


@frozen
class Finding:
    """
    One thing that is wrong, or may be.

    :ivar severity: ``error`` for what keeps work from being done, else ``warning``.
    :ivar code: what kind of thing it is, such as ``orphan-leases``.
    :ivar text: what was found.
    :ivar advice: what to do about it.
    :ivar node: the id of the node that it is about, if any.
    """

    severity: str
    code: str
    text: str
    advice: str
    node: str | None = None


@frozen
class Examination:
    """
    A store that was looked through.

    :ivar store: its alias in the scheduler.
    :ivar at: when, by the store's clock, or the scheduler's where it has none.
    :ivar report: what it says of itself; ``None`` when it did not answer.
    :ivar nodes: those that use it.
    :ivar findings: what is wrong, errors first.
    """

    store: str
    at: datetime
    report: StoreReport | None
    nodes: tuple[Node, ...]
    findings: tuple[Finding, ...]
