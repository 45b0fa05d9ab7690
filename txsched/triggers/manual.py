"""
Never by itself.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from zope.interface import implementer

from ..model.trigger import IWaitingTrigger, Waiting
from .instants import utc

__all__ = ["ManualTrigger"]


@implementer(IWaitingTrigger)
@frozen(weakref_slot=False)
class ManualTrigger:
    """
    Has no times: the job runs when somebody asks for it, and at no other time.

    The job stays until it is removed.
    """

    @property
    def waiting(self) -> Waiting:
        """
        See :attr:`txsched.model.IWaitingTrigger.waiting`.
        """
        return Waiting()

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        Give none, ever.
        """
        utc(now)  # a naive instant is refused here as everywhere
        return None

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return "when it is asked for"

    def __str__(self) -> str:
        return "manual"
