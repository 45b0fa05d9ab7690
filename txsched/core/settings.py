"""
The settings of the engine.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

__all__ = ["Settings"]


@frozen(kw_only=True)
class Settings:
    """
    How the engine works.

    :ivar lease_duration: for how long a claim holds without renewal; after a crash
        another node, or the next start, takes over within it.
    :ivar batch_size: the most jobs or runs claimed at once.
    :ivar max_in_flight: the most runs that this node carries out or has queued in
        its executors; beyond it due jobs wait in the store.
    :ivar longest_sleep: within which a change of the clock is noticed.
    :ivar retry_delay: the first pause after a failure of the store; it doubles up
        to *longest_retry_delay* while the store stays away.
    :ivar longest_retry_delay: the longest such pause.
    :ivar retention_age: how long ended runs stay in the ledger; ``None`` for ever.
    :ivar retention_count: how many ended runs stay; ``None`` is without limit.
    :ivar prune_interval: how often the ledger is pruned.
    """

    lease_duration: timedelta = timedelta(seconds=15)
    batch_size: int = 500
    max_in_flight: int = 10_000
    longest_sleep: timedelta = timedelta(seconds=5)
    retry_delay: timedelta = timedelta(milliseconds=100)
    longest_retry_delay: timedelta = timedelta(seconds=10)
    retention_age: timedelta | None = timedelta(days=30)
    retention_count: int | None = 100_000
    prune_interval: timedelta = timedelta(seconds=30)
