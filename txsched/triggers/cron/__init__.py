"""
Cron: the wall times that match an expression.

Text becomes :class:`~txsched.triggers.cron.walls.Fields`, in one module for each
dialect with ``syntax``, ``specials``, ``hashing`` and ``named`` in common; fields make
a searchable set of wall times (``days``, ``walls``); ``search`` carries these through
the history of a zone.  A further dialect is one more module with ``normalize``,
``parse`` and ``length``, and a line in ``dialects``.
"""

from .dialects import DIALECTS
from .trigger import CronTrigger

__all__ = ["DIALECTS", "CronTrigger"]
