"""
Combinations: the times of any of several triggers, those that all have, and those of
one that another has not.

``members`` says what can be combined; ``lattice`` finds by arithmetic where intervals
meet; ``search`` finds all else by leaps from one trigger's time to the next of
another, within a bound of work; ``trigger`` has the triggers themselves.
"""

from .trigger import AndNotTrigger, AndTrigger, OrTrigger

__all__ = ["AndNotTrigger", "AndTrigger", "OrTrigger"]
