"""
The one role that a value holds: when a job is to run; and what is left of a value
that holds it in another program only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, NoReturn

from attrs import field, frozen
from zope.interface import Attribute, Interface, implementer

from ..errors import BadTrigger

__all__ = [
    "ICountingTrigger",
    "ISeededTrigger",
    "ITimetable",
    "ITrigger",
    "IWaitingTrigger",
    "ShownTrigger",
    "Waiting",
]


class ITrigger(Interface):
    """
    An immutable rule that says when.

    Equal by value and hashable; it has no memory and asks no clock, so the same
    question has the same answer for ever.  A provider of APScheduler 3's trigger
    interface is accepted as it is, but can only be kept in a memory store unless
    the codec knows it.
    """

    def get_next_fire_time(
        previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        Give the planned time that follows.

        :param previous_fire_time: the last planned time, or ``None`` for the first.
        :param now: used when there was no planned time yet: the answer is then
            at *now* or later; only a trigger of one single time gives one that
            has passed, for a job that is late.  With a previous one the answer is
            strictly later than it and may lie before *now* (it is then overdue).
        :returns: an aware datetime, or ``None`` for never again.
        """


class ICountingTrigger(ITrigger):
    """
    A trigger that can skip over many planned times without walking through them.

    A month of missed times of a job that runs every second is accounted for
    with one question to a provider; any other trigger is walked in bounded steps.
    """

    def count_until(first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        Count the planned times from *first*, itself one, up to but without *end*.

        :param first: a planned time of this trigger, earlier than *end*.
        :returns: their number, at least 1, and the last of them.  Where counting
            takes long it may stop at an earlier one, and is to be asked again from the
            time that follows it.
        """


class ITimetable(ITrigger):
    """
    A trigger whose times lie fast, so that they can be asked for in both directions.

    All of txsched's own triggers are one, but those that wait for something to happen.
    It need not be able to count as well: the times that several rules have in common
    are found one by one only.
    The times strictly increase, and each answer depends on the question alone.

    A trigger that keeps to the phase of the time before, as an interval without a
    start, answers as if *instant* were one of its times.
    """

    def next_after(instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.

        :raises BadTrigger: *instant* has no time zone.
        """

    def previous_before(instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.

        :raises BadTrigger: *instant* has no time zone.
        """

    def between(start: datetime, end: datetime) -> Iterator[datetime]:
        """
        Walk through the times from *start* up to but without *end*, in order.

        :raises BadTrigger: one of the two has no time zone.
        """


class ISeededTrigger(ITrigger):
    """
    A trigger that is to differ from job to job, so that not all run at once.
    """

    def for_job(job_id: str) -> ITrigger:
        """
        Give the trigger that the job of this id gets: the same for each node, and
        each time.

        A trigger that does not differ gives itself.
        """


class Waiting(NamedTuple):
    """
    What a job waits for while it has no next planned time.

    A named tuple and not an attrs class, because a store makes it for each end of a
    run of such a job.

    :ivar delay: its next planned time is so long after the end of its last run;
        ``None`` when it has none by itself and runs only when somebody asks.
    :ivar until: no planned time after this; ``None`` is without end.
    """

    delay: timedelta | None = None
    until: datetime | None = None

    def following(self, ended: datetime) -> datetime | None:
        """
        Give the planned time that follows the end of the last run at *ended*.

        :returns: ``None`` when it would be after ``until``, or there is no delay.
        """
        if self.delay is None:
            return None
        planned = ended + self.delay
        return None if self.until is not None and planned > self.until else planned


class IWaitingTrigger(ITrigger):
    """
    A trigger whose next time depends on what becomes of the job, and not on time alone.

    It is asked for the first planned time only.  Each one after that is set by the
    store, in the transaction in which the last active run of the job ends.
    """

    waiting = Attribute("A :class:`Waiting`: what a job with this trigger waits for.")


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


@implementer(ITrigger)
@frozen
class ShownTrigger:
    """
    The text of a trigger that only the program that made it can use.

    Whoever reads a job from afar gets this in place of a trigger that cannot be sent.
    No job can be added with it, or rescheduled to it.

    :ivar text: what the trigger says of itself, in one line.
    """

    text: str = field(converter=_one_line)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> NoReturn:
        """
        Refuse, as nobody here knows.

        :raises BadTrigger: always.
        """
        raise BadTrigger(
            "trigger", f"{self.text} is known to the program that made it only"
        )

    def describe(self) -> str:
        """
        Say that it is not known when it fires.
        """
        return f"when {self.text} says so"

    def __str__(self) -> str:
        return self.text
