"""
Recurrence rules of iCalendar, as :rfc:`5545` has them.

``parts`` reads a rule, ``days`` asks python-dateutil which days of a year it means,
``periods`` makes of these days and the times of day a set of wall times, also where
only each second or third period counts; the trigger carries them through the history
of its zone.
"""

from .trigger import RRuleTrigger

__all__ = ["RRuleTrigger"]
