"""
What every trigger keeps to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from zope.interface.verify import verifyObject

from ...interfaces import ICountingTrigger, ITimetable, ITrigger

if TYPE_CHECKING:
    from unittest import TestCase as _Base
else:
    _Base = object

__all__ = ["TriggerContract"]

_TICK = timedelta(microseconds=1)


def _walk(trigger: ITrigger, now: datetime) -> Iterator[datetime]:
    planned = trigger.get_next_fire_time(None, now)
    while planned is not None:
        yield planned
        planned = trigger.get_next_fire_time(planned, now)


class TriggerContract(_Base):
    """
    Mix into a test case and give the triggers to be tested.

    :cvar steps: how many times of each trigger are looked at.
    :cvar moments: the instants that triggers are asked at.
    """

    steps = 50
    moments: Sequence[datetime] = (
        datetime(2026, 1, 1, tzinfo=timezone.utc),
        datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=timezone.utc),
        datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=timezone.utc),
        datetime(2028, 2, 28, 23, 59, 30, tzinfo=timezone(timedelta(hours=-9))),
    )

    def make_triggers(self) -> Sequence[ITrigger]:
        """
        Make triggers, equal ones in the same order each time.
        """
        raise NotImplementedError

    def test_interface(self) -> None:
        """
        Each provides :class:`~txsched.interfaces.ITrigger`.
        """
        for trigger in self.make_triggers():
            verifyObject(ITrigger, trigger)
            if ICountingTrigger.providedBy(trigger):
                verifyObject(ICountingTrigger, trigger)
            if ITimetable.providedBy(trigger):
                verifyObject(ITimetable, trigger)

    def test_value(self) -> None:
        """
        Triggers made in the same way are equal and have the same hash.
        """
        for one, other in zip(self.make_triggers(), self.make_triggers(), strict=True):
            self.assertEqual(one, other)
            self.assertEqual(hash(one), hash(other))
        self.assertEqual(len(set(self.make_triggers())), len(self.make_triggers()))

    def test_first(self) -> None:
        """
        The first time is aware, and before the moment of asking only when it is
        the only one.
        """
        for trigger in self.make_triggers():
            for now in self.moments:
                first = trigger.get_next_fire_time(None, now)
                if first is not None:
                    self.assertIsNotNone(first.utcoffset(), trigger)
                    if first < now:
                        self.assertIsNone(trigger.get_next_fire_time(first, now))

    def test_increasing(self) -> None:
        """
        Each time is later than the one before.
        """
        for trigger in self.make_triggers():
            for now in self.moments:
                times = list(islice(_walk(trigger, now), self.steps))
                for before, after in pairwise(times):
                    self.assertLess(before, after, trigger)

    def test_pure(self) -> None:
        """
        The same question has the same answer, whatever was asked in between.
        """
        for trigger in self.make_triggers():
            for now in self.moments:
                times = list(islice(_walk(trigger, now), self.steps))
                again = list(islice(_walk(trigger, now), self.steps))
                self.assertEqual(times, again, trigger)
                for before, after in reversed(list(pairwise(times))):
                    answer = trigger.get_next_fire_time(before, now)
                    self.assertEqual(answer, after, trigger)

    def test_now_is_for_the_first_only(self) -> None:
        """
        With a time before, the moment of asking does not matter.
        """
        for trigger in self.make_triggers():
            early, late = min(self.moments), max(self.moments)
            first = trigger.get_next_fire_time(None, early)
            if first is not None:
                self.assertEqual(
                    trigger.get_next_fire_time(first, early),
                    trigger.get_next_fire_time(first, late),
                    trigger,
                )

    def test_count(self) -> None:
        """
        What a counting trigger counts is what a walk meets.
        """
        for trigger in self.make_triggers():
            if not ICountingTrigger.providedBy(trigger):
                continue
            for now in self.moments:
                times = list(islice(_walk(trigger, now), self.steps))
                for place, time in enumerate(times):
                    for end in (time + _TICK, *times[place + 1 : place + 2]):
                        self.assertEqual(
                            trigger.count_until(times[0], end), (place + 1, time)
                        )

    def test_timetable_next(self) -> None:
        """
        The time after one of its times is the one that follows it.
        """
        for trigger, times in self._timetables():
            for before, after in pairwise(times):
                self.assertEqual(trigger.next_after(before), after, trigger)

    def test_timetable_previous(self) -> None:
        """
        The time before one of its times is the one that it follows.
        """
        for trigger, times in self._timetables():
            for before, after in pairwise(times):
                self.assertEqual(trigger.previous_before(after), before, trigger)

    def test_timetable_between(self) -> None:
        """
        What lies between two of its times is what a walk meets: with the first one,
        without the last one.
        """
        for trigger, times in self._timetables():
            for end in times[:1], times[-1:]:
                between = list(trigger.between(times[0], *end))
                # One that has no phase of its own has another one from here on.
                if trigger.get_next_fire_time(None, times[0]) == times[0]:
                    expected = [time for time in times if time < end[0]]
                    self.assertEqual(between, expected, trigger)
                self.assertEqual(between, sorted(set(between)), trigger)
                for time in between:
                    self.assertTrue(times[0] <= time < end[0], trigger)

    def _timetables(self) -> Iterator[tuple[ITimetable, list[datetime]]]:
        for trigger in self.make_triggers():
            if ITimetable.providedBy(trigger):
                for now in self.moments:
                    times = list(islice(_walk(trigger, now), self.steps))
                    if times:
                        yield trigger, times
