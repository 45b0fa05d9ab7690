"""
Triggers that have no time ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ...model.trigger import ITimetable, ITrigger, IWaitingTrigger
from ..calendar_interval import CalendarIntervalTrigger
from ..combine import AndNotTrigger, AndTrigger
from ..cron import CronTrigger
from ..cron.days import DayRule
from ..date import DateTrigger
from ..interval import IntervalTrigger
from ..zones import FIRST_YEAR, LAST_YEAR
from .trap import Trap

__all__ = ["end_traps"]

_KINDS = range(28)


def end_traps(trigger: ITrigger, now: datetime) -> Iterator[Trap]:
    """
    Find out whether no time of a trigger lies ahead, and why.
    """
    if isinstance(trigger, DateTrigger):
        if trigger.run_date < now:
            yield Trap("past", f"{_write(trigger.run_date)} has passed")
    elif ITimetable.providedBy(trigger):
        if trigger.get_next_fire_time(None, now) is None:
            yield _ended(trigger, now)
    elif (
        IWaitingTrigger.providedBy(trigger)
        and trigger.waiting.delay is not None
        and trigger.get_next_fire_time(None, now) is None
    ):
        yield Trap("past", f"no time lies ahead: {trigger}")


def _ended(trigger: ITimetable, now: datetime) -> Trap:
    last = trigger.previous_before(now)
    if last is not None:
        return Trap("past", f"no time lies ahead: the last one was {_write(last)}")
    intervals = (IntervalTrigger, CalendarIntervalTrigger)
    if isinstance(trigger, intervals) and trigger.start_date is None:
        # Such a one has no times but those that follow the question.
        return Trap("past", f"no time lies ahead: {trigger}")
    return Trap("never", f"never fires: {_why(trigger)}")


def _why(trigger: ITrigger) -> str:
    if isinstance(trigger, AndTrigger):
        return "its members have no time in common"
    if isinstance(trigger, AndNotTrigger):
        return "no time is left by what is taken out"
    if isinstance(trigger, CronTrigger):
        rule = trigger.fields.day_rule
        assert isinstance(rule, DayRule)
        if not any(rule.masks(kind)[0] for kind in _KINDS):
            return "no year has such a day"
    return f"no time lies within its bounds and the years {FIRST_YEAR} to {LAST_YEAR}"


def _write(instant: datetime) -> str:
    return f"{instant.replace(tzinfo=None)} UTC"
