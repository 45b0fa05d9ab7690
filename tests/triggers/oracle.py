"""
An independent, slow and simple meaning of wall-clock rules, minute by minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
MINUTE = timedelta(minutes=1)


def wall_of(instant, zone):
    """
    Give the naive wall time of an instant.
    """
    return instant.astimezone(zone).replace(tzinfo=None)


def elapsed_times(matches, zone_name, start, end):
    """
    Give the instants from *start* to *end* at which the wall shows a match.
    """
    zone = ZoneInfo(zone_name)
    times = []
    while start < end:
        if matches(wall_of(start, zone)):
            times.append(start)
        start += MINUTE
    return times


def named_times(matches, zone_name, start, end):
    """
    Give the instants from *start* to *end* of matching wall times: in a gap the
    first moment after it, in a fold the first of the two.
    """
    zone = ZoneInfo(zone_name)
    shown, latest = [], wall_of(start - MINUTE, zone)
    instant = start
    while instant < end:
        wall = wall_of(instant, zone)
        # All that the wall shows or has jumped over since what it showed at most.
        while latest < wall:
            latest += MINUTE
            if matches(latest) and (not shown or shown[-1] != instant):
                shown.append(instant)
        instant += MINUTE
    return shown


def changes(zone_name, start, end):
    """
    Give the instants between two at which the offset of a zone changes.
    """
    zone = ZoneInfo(zone_name)
    found = []
    step = timedelta(hours=1)
    while start < end:
        if (
            start.astimezone(zone).utcoffset()
            != (start + step).astimezone(zone).utcoffset()
        ):
            instant = start
            before = start.astimezone(zone).utcoffset()
            while instant.astimezone(zone).utcoffset() == before:
                instant += MINUTE
            found.append(instant)
        start += step
    return found


def instant(*parts):
    """
    Give a datetime in UTC.
    """
    return datetime(*parts, tzinfo=UTC)
