"""
Instants: aware datetimes in UTC, and integer microseconds since 1970 at the edges.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

__all__ = ["EPOCH", "UTC", "from_micros", "from_seconds", "to_micros", "to_seconds"]

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """
    Give the microseconds from 1970-01-01T00:00Z to *instant*, an aware datetime.
    """
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """
    Give the UTC datetime that lies *micros* microseconds after 1970-01-01T00:00Z.
    """
    return EPOCH + timedelta(microseconds=micros)


def from_seconds(seconds: float) -> datetime:
    """
    Turn what a reactor's ``seconds()`` says into a UTC datetime.
    """
    return datetime.fromtimestamp(seconds, UTC)


def to_seconds(instant: datetime) -> float:
    """
    Turn an aware datetime into what a reactor's ``seconds()`` would say then.
    """
    return instant.timestamp()
