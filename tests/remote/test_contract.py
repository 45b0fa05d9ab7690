"""
The scheduler by AMP against the contract of all schedulers.
"""

from __future__ import annotations

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.interfaces import IScheduler
from txsched.remote.amp import AMPScheduler, AMPServerFactory
from txsched.testing.contracts.scheduler import SchedulerContract
from txsched.testing.wire import Wire


class AMPSchedulerTests(SchedulerContract, TestCase):
    """
    :class:`AMPScheduler` keeps the contract, over a connection in memory.
    """

    wire: Wire

    async def face(self, local: IScheduler) -> IScheduler:
        self.wire = Wire(AMPServerFactory(local), reactor)
        scheduler = AMPScheduler(self.clock, self.wire)
        scheduler.startService()
        self.addCleanup(scheduler.stopService)
        return scheduler

    async def settle(self) -> None:
        await self.wire.quiet()
