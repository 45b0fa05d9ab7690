"""
The local scheduler against the contract of all schedulers.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IScheduler
from txsched.testing.contracts.scheduler import SchedulerContract


class LocalSchedulerTests(SchedulerContract, TestCase):
    """
    :class:`LocalScheduler` keeps the contract.
    """

    async def face(self, local: IScheduler) -> IScheduler:
        return local
