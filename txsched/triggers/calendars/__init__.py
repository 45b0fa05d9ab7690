"""
Calendars: sets of times at which jobs are not to run, shared by many of them.

>>> from datetime import datetime, timezone
>>> calendar = parse_calendar("weekdays sat sun Europe/Berlin")
>>> calendar.excluded_until(datetime(2026, 1, 3, 12, tzinfo=timezone.utc)).isoformat()
'2026-01-04T23:00:00+00:00'

A scheduler is given calendars by name; a job names those that hold for it.
"""

from .cron import CronCalendar
from .days import DatesCalendar, WeekdaysCalendar, YearlyCalendar
from .hours import HoursCalendar
from .ics import ICSCalendar
from .joined import JoinedCalendar
from .text import parse_calendar

__all__ = [
    "CronCalendar",
    "DatesCalendar",
    "HoursCalendar",
    "ICSCalendar",
    "JoinedCalendar",
    "WeekdaysCalendar",
    "YearlyCalendar",
    "parse_calendar",
]
