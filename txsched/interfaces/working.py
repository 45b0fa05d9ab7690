"""
Executors: who carries out a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from ..context import RunContext
from ..model import Call, Outcome

__all__ = ["IBatchExecutor", "IBoundedExecutor", "IExecutor"]


class IExecutor(Interface):
    """
    Carries out calls.  One that owns threads or processes is also an ``IService``.
    """

    def check(call: Call) -> None:
        """
        Refuse, while a job is added, a call that could never be carried out here.

        :raises BadValue: naming ``task``, ``args`` or ``kwargs``, and the reason.
        """

    def execute(call: Call, context: RunContext) -> Deferred[Any]:
        """
        Carry out *call*; :func:`txsched.current_run` gives *context* inside it.

        A task that returns a Deferred or a coroutine runs until that has ended.
        Cancelling the Deferred asks the task to stop, as far as the executor can.

        :returns: fires with the result, or fails with what the task raised.
            :class:`~txsched.errors.TaskFailed` hands over a result as well.
        """


class IBatchExecutor(IExecutor):
    """
    An executor that takes many calls at once, for the hot path.
    """

    def submit(
        batch: Sequence[tuple[Call, RunContext]],
        done: Callable[[Sequence[tuple[RunContext, Outcome]]], None],
    ) -> None:
        """
        Take charge of *batch*, and never raise.

        A call that could not start before its ``start_by`` ends as ``missed``.

        :param done: called in the reactor's thread, never from within this
            call, with outcomes gathered since it was called before: each call
            of the batch appears once, in any order.
        """

    def cancel(context: RunContext) -> None:
        """
        Ask one submitted call to stop.

        Sets ``context.cancelled``.  A call that has not started ends as
        ``cancelled`` soon; one that has started ends when the task returns.
        Its run is recorded as ``cancelled`` whatever the outcome says; what that
        has of result, error and traceback is kept.
        """


class IBoundedExecutor(IExecutor):
    """
    An executor that says how much it can do at once: a node whose executor has a queue
    lets other nodes come first.
    """

    places: int = Attribute("How many calls it carries out at once; further ones wait.")
