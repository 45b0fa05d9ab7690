"""
The role of calendars: when jobs are not to run.
"""

from __future__ import annotations

from datetime import datetime

from zope.interface import Interface

__all__ = ["ICalendar"]


class ICalendar(Interface):
    """
    A set of excluded times, as stretches; an immutable value that asks no clock.

    Instants are aware; all answers are in UTC.  A stretch goes from its first instant
    up to but without its end.
    """

    def excluded_until(instant: datetime) -> datetime | None:
        """
        Give the end of the stretch that *instant* lies in; ``None`` when it is allowed.

        The end may be excluded again, where stretches touch.
        """

    def excluded_since(instant: datetime) -> datetime:
        """
        Give the start of the stretch that *instant*, which is excluded, lies in.

        What is just before the start may be excluded as well, where stretches touch.
        """

    def allowed_until(instant: datetime) -> datetime | None:
        """
        Give the start of the first stretch that begins later than *instant*, which is
        allowed; ``None`` when there is none before the year 2200.
        """

    def next_allowed(instant: datetime) -> datetime | None:
        """
        Give the time to which an excluded *instant* is put off.

        Where whole days are excluded that is the same time of day on the first day
        that is not; else the end of the stretch.  ``None`` when all is excluded.
        """

    def previous_allowed(instant: datetime) -> datetime | None:
        """
        Give the time to which an excluded *instant* is brought forward.

        Where whole days are excluded that is the same time of day on the last day
        before that is not; else one second before the stretch.  ``None`` when all is
        excluded.
        """

    def joined(other: ICalendar) -> ICalendar:
        """
        Give the calendar that excludes what this one or *other* does.
        """

    def describe() -> str:
        """
        Say in English what is excluded.
        """
