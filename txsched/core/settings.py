"""
The settings of the engine.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from attrs import Attribute, field, frozen

from ..errors import BadValue
from ..model.showing import shown

__all__ = ["Settings"]

_MILLISECOND = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_CENTURY = timedelta(days=36525)


class _Within:
    """
    A validator: of one type, and neither below *low* nor above *high*.
    """

    def __init__(self, low: Any, high: Any, optional: bool = False) -> None:
        self.low = low
        self.high = high
        self.optional = optional

    def __call__(self, owner: object, field: Attribute[Any], value: Any) -> None:
        """
        :raises BadValue: naming the setting and what was expected.
        """
        if self.optional and value is None:
            return
        kind = type(self.low)
        if not isinstance(value, kind) or isinstance(value, bool):
            expected = "a whole number" if kind is int else "a timedelta"
            if self.optional:
                expected += " or None"
            raise BadValue(field.name, f"expected {expected}, not {shown(value)}")
        if not self.low <= value <= self.high:
            raise BadValue(
                field.name, f"{shown(value)} is not within {self.low} to {self.high}"
            )


def _not_shorter(owner: Settings, field: Attribute[Any], value: timedelta) -> None:
    if value < owner.retry_delay:
        raise BadValue(
            field.name, f"{value} is shorter than retry_delay, {owner.retry_delay}"
        )


@frozen(kw_only=True)
class Settings:
    """
    How the engine works.

    :raises BadValue: a setting is not within its bounds.

    :ivar lease_duration: for how long a claim holds without renewal; after a crash
        another node, or the next start, takes over within it.
    :ivar batch_size: the most jobs or runs claimed at once.
    :ivar max_in_flight: the most runs that this node carries out or has queued in
        its executors; beyond it due jobs wait in the store.
    :ivar longest_sleep: within which a change of the clock is noticed.
    :ivar retry_delay: the first pause after a failure of the store; it doubles up
        to *longest_retry_delay* while the store stays away.
    :ivar longest_retry_delay: the longest such pause.
    :ivar clock_skew_limit: by how much the clocks of node and store may differ
        before that is warned of.
    :ivar retention_age: how long ended runs stay in the ledger; ``None`` for ever.
    :ivar retention_count: how many ended runs stay; ``None`` is without limit.
    :ivar prune_interval: how often the ledger is pruned.
    """

    lease_duration: timedelta = field(
        default=timedelta(seconds=15), validator=_Within(_SECOND, _DAY)
    )
    batch_size: int = field(default=500, validator=_Within(1, 10**5))
    max_in_flight: int = field(default=10_000, validator=_Within(1, 10**6))
    longest_sleep: timedelta = field(
        default=timedelta(seconds=5), validator=_Within(_MILLISECOND, _DAY)
    )
    retry_delay: timedelta = field(
        default=timedelta(milliseconds=100), validator=_Within(_MILLISECOND, _DAY)
    )
    longest_retry_delay: timedelta = field(
        default=timedelta(seconds=10),
        validator=[_Within(_MILLISECOND, _DAY), _not_shorter],
    )
    clock_skew_limit: timedelta = field(
        default=timedelta(seconds=2), validator=_Within(_MILLISECOND, _DAY)
    )
    retention_age: timedelta | None = field(
        default=timedelta(days=30), validator=_Within(timedelta(), _CENTURY, True)
    )
    retention_count: int | None = field(
        default=100_000, validator=_Within(0, 10**12, True)
    )
    prune_interval: timedelta = field(
        default=timedelta(seconds=30), validator=_Within(_MILLISECOND, _DAY)
    )
