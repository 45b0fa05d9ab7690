"""
The roles: each has one contract suite in :mod:`txsched.testing.contracts`.
"""

from ..model.calendar import ICalendar
from ..model.trigger import (
    ICountingTrigger,
    ISeededTrigger,
    ITimetable,
    ITrigger,
    IWaitingTrigger,
)
from .making import IJobStoreFactory
from .scheduler import IScheduler, ISubscription
from .serializing import ISerializer
from .stores import IJobKeeping, IJobStore, ILedger, IMembership, IQuarantine
from .timing import IClock, ILoop
from .working import IBatchExecutor, IBoundedExecutor, IExecutor

__all__ = [
    "IBatchExecutor",
    "IBoundedExecutor",
    "ICalendar",
    "IClock",
    "ICountingTrigger",
    "IExecutor",
    "IJobKeeping",
    "IJobStore",
    "IJobStoreFactory",
    "ILedger",
    "ILoop",
    "IMembership",
    "IQuarantine",
    "IScheduler",
    "ISeededTrigger",
    "ISerializer",
    "ISubscription",
    "ITimetable",
    "ITrigger",
    "IWaitingTrigger",
]
