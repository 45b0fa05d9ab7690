"""
The roles: each has one contract suite in :mod:`txsched.testing.contracts`.
"""

from ..model.trigger import ICountingTrigger, ITimetable, ITrigger, IWaitingTrigger
from .scheduler import IScheduler, ISubscription
from .stores import IJobKeeping, IJobStore, ILedger, IQuarantine
from .timing import IClock, ILoop
from .working import IBatchExecutor, IExecutor

__all__ = [
    "IBatchExecutor",
    "IClock",
    "ICountingTrigger",
    "IExecutor",
    "IJobKeeping",
    "IJobStore",
    "ILedger",
    "ILoop",
    "IQuarantine",
    "IScheduler",
    "ISubscription",
    "ITimetable",
    "ITrigger",
    "IWaitingTrigger",
]
