"""
Traps: what a trigger does that its author may not expect.

A trap is no error.  Each has a code for programs, and a sentence for people:

===================  ==================================================================
code                 what is told
===================  ==================================================================
``never``            no time lies ahead, and none ever did
``past``             no time lies ahead any more, or the one time has passed
``day-or-weekday``   both fields of days are restricted, and a day matches when either
                     does; how many days that makes, and how many if both had to
``day-and-weekday``  the same where both have to match
``weekday-number``   a day of the week is a number that is another day in other dialects
``rare-day``         some months, or most years, have no such day
``uneven-step``      a step begins anew before it fits: ``*/7`` minutes, ``*/2`` days
``wide-step``        a step is so wide that one value is left: ``*/90`` minutes
``every-minute``     each minute of an hour that is named: ``* 9 * * *``
``every-second``     each second of a minute that is named
``gap``              the clocks will skip a time; on which days, and what happens then
``fold``             a time will come twice; on which days, and what happens then
``drift``            an interval of whole days moves against the clocks on the wall
===================  ==================================================================
"""

from .finding import find_traps
from .trap import Trap

__all__ = ["Trap", "find_traps"]
