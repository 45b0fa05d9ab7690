"""
Recurrence rules of iCalendar (RFC 5545, 3.3.10).

Text becomes a :class:`~txsched.triggers.rrule.syntax.Rule` (``syntax``); ``days`` says
which days of a year its parts leave, ``times`` which of the hours, minutes or seconds,
``walls`` makes of both a set of wall times that can be searched and counted.  Nothing
walks from one time to the next: a rule that began decades ago, or that matches
nothing, is answered as fast as any other.
"""

from .trigger import RRuleTrigger

__all__ = ["RRuleTrigger"]
