"""
One call at a time, by an executor that takes many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import CancelledError

from ..context import RunContext
from ..errors import TaskFailed
from ..interfaces import IBatchExecutor
from ..model import Call, Disposition, Outcome
from .landing import Landing

__all__ = ["carry_out_one", "result_of"]


async def carry_out_one(
    executor: IBatchExecutor, call: Call, context: RunContext
) -> Outcome:
    """
    Submit one call and wait for its real end; being cancelled is passed on to it.
    """
    landing: Landing[Outcome] = Landing()

    def done(ends: Sequence[tuple[RunContext, Outcome]]) -> None:
        landing.land(ends[0][1])

    executor.submit([(call, context)], done)
    return await landing.wait(lambda: executor.cancel(context))


def result_of(outcome: Outcome) -> Any:
    """
    Give the result of a run that succeeded.

    :raises CancelledError: it was cancelled and left no result.
    :raises TaskFailed: it ended otherwise.
    """
    if outcome.disposition is Disposition.SUCCEEDED:
        return outcome.result
    if outcome.disposition is Disposition.CANCELLED and outcome.error is None:
        raise CancelledError(outcome.reason)
    reason = outcome.error or outcome.reason or str(outcome.disposition)
    raise TaskFailed(reason, outcome.result)
