"""
What can be a member of a combination.
"""

from __future__ import annotations

from attrs import evolve

from ...errors import BadTrigger
from ...model.instant import EPOCH
from ...model.trigger import ITrigger
from ..calendar_interval import CalendarIntervalTrigger
from ..cron import CronTrigger
from ..date import DateTrigger
from ..interval import IntervalTrigger
from ..rrule import RRuleTrigger

__all__ = ["FULL_SECOND_KINDS", "MAX_DEPTH", "MAX_LENGTH", "Simple", "check_member"]

#: How deep combinations may be nested, and how long their text may be.
MAX_DEPTH = 4
MAX_LENGTH = 4000

Simple = (
    DateTrigger | IntervalTrigger | CalendarIntervalTrigger | CronTrigger | RRuleTrigger
)
#: Those whose times are all full seconds.
FULL_SECOND_KINDS = (CalendarIntervalTrigger, CronTrigger, RRuleTrigger)


def check_member(trigger: ITrigger, name: str) -> Simple:
    """
    Give a simple trigger as it is meant within a combination.

    An interval that has no start counts from 1970-01-01 on: there is no time before
    that it could follow.

    :param name: how an error names it.
    :raises BadTrigger: it cannot be a member.
    """
    if not isinstance(trigger, Simple):
        raise BadTrigger(
            name, f"the times of {trigger} cannot be searched: it is not one of ours"
        )
    if isinstance(trigger, DateTrigger):
        return trigger
    if trigger.jitter is not None:
        raise BadTrigger(name, f"{trigger} has jitter; give it to the combination")
    if isinstance(trigger, IntervalTrigger) and trigger.start_date is None:
        return IntervalTrigger.of(trigger.interval, EPOCH, trigger.end_date)
    if isinstance(trigger, CalendarIntervalTrigger) and trigger.start_date is None:
        return evolve(trigger, start_date=EPOCH.date())
    return trigger
