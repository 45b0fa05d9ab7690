"""
Triggers: immutable rules that say when, as pure functions of time.

>>> from datetime import datetime, timezone
>>> trigger = parse_trigger("crontab 0 9 * * mon-fri Europe/Berlin")
>>> trigger.describe()
'on Monday to Friday at 09:00 (Europe/Berlin)'
>>> trigger.next_after(datetime(2026, 1, 2, 12, tzinfo=timezone.utc)).isoformat()
'2026-01-05T08:00:00+00:00'

All answers are aware datetimes whose zone is :data:`datetime.timezone.utc`.  The
same question has the same answer for ever, and answers strictly increase.
"""

from .calendar_interval import CalendarIntervalTrigger
from .combine import AndNotTrigger, AndTrigger, OrTrigger
from .cron import CronTrigger
from .date import DateTrigger
from .daylight import Fold, Gap
from .delay import DelayTrigger
from .durations import format_duration, parse_duration
from .instants import parse_instant
from .interval import IntervalTrigger
from .manual import ManualTrigger
from .rrule import RRuleTrigger
from .text import parse_trigger

__all__ = [
    "AndNotTrigger",
    "AndTrigger",
    "CalendarIntervalTrigger",
    "CronTrigger",
    "DateTrigger",
    "DelayTrigger",
    "Fold",
    "Gap",
    "IntervalTrigger",
    "ManualTrigger",
    "OrTrigger",
    "RRuleTrigger",
    "format_duration",
    "parse_duration",
    "parse_instant",
    "parse_trigger",
]
