"""
Tests for what changes of the clocks do to single times.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.strategies import ZONES
from txsched.triggers import CronTrigger, Fold, Gap, parse_trigger
from txsched.triggers.changes import changes_between, named_walls, write_offset
from txsched.triggers.daylight import wall_of
from txsched.triggers.marks import find_marks

from .test_laws import fewer

UTC = timezone.utc
BERLIN = "Europe/Berlin"

#: A trigger in Berlin, one of its times, and the marks of it.
MARKS = [
    ("crontab 30 2 * * *", "2027-03-27T01:30", []),
    (
        "crontab 30 2 * * *",
        "2027-03-28T01:00",
        ["the clocks skip 02:30: runs at 03:00"],
    ),
    ("crontab 0 3 * * *", "2027-03-28T01:00", []),
    ("crontab */30 * * * *", "2027-03-28T01:00", []),
    (
        "crontab 30 2 * * * gap shift",
        "2027-03-28T01:30",
        ["the clocks skip 02:30: runs at 03:30"],
    ),
    ("crontab 30 2,3 * * * gap shift", "2027-03-28T02:30", []),
    ("crontab 30 2 * * * gap shift", "2027-03-28T01:00", []),
    (
        "calendar every 1 day at 02:30",
        "2027-03-28T01:00",
        ["the clocks skip 02:30: runs at 03:00"],
    ),
    (
        "rrule FREQ=DAILY from 2027-01-01T02:30:15",
        "2027-03-28T01:00",
        ["the clocks skip 02:30:15: runs at 03:00"],
    ),
    ("crontab 30 2 * * *", "2027-10-31T00:30", ["the first of two 02:30"]),
    (
        "crontab 30 2 * * * fold second",
        "2027-10-31T01:30",
        ["the second of two 02:30"],
    ),
    ("crontab 0 3 * * *", "2027-10-31T02:00", []),
    ("every 30m", "2027-10-31T01:30", ["the second of two 02:30"]),
    ("every 30m", "2027-03-28T01:00", []),
]


class MarkTests(SynchronousTestCase):
    """
    Tests for :func:`find_marks`.
    """

    def test_table(self) -> None:
        """
        A time that was moved, or comes twice, is marked; others are not.
        """
        for text, time, words in MARKS:
            instant = datetime.fromisoformat(f"{time}+00:00")
            marks = find_marks(parse_trigger(text, BERLIN), instant, BERLIN)
            self.assertEqual(words, [mark.text for mark in marks], (text, time))

    def test_codes(self) -> None:
        """
        Programs know the marks by their codes.
        """
        trigger = parse_trigger("crontab 30 2 * * * fold both", BERLIN)
        start = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
        hour = timedelta(hours=1)
        marks = find_marks(trigger, start + hour, BERLIN, start)
        self.assertEqual(["fold", "offset"], [mark.code for mark in marks])
        self.assertEqual("the clocks went from +02:00 to +01:00", marks[1].text)
        self.assertEqual([], find_marks(trigger, start + hour, "UTC", start))

    def test_a_gap_is_one_of_the_zone_of_the_trigger(self) -> None:
        """
        Who looks at the times in another zone sees no gap of that one.
        """
        trigger = parse_trigger("crontab 30 2 * * *", "UTC")
        moved = datetime(2027, 3, 28, 1, tzinfo=UTC)
        self.assertEqual([], find_marks(trigger, moved, BERLIN))

    @fewer
    @given(
        st.sampled_from([zone for zone in ZONES if "/" in zone]),
        st.integers(0, 23),
        st.integers(0, 59),
        st.sampled_from(Gap),
        st.sampled_from(Fold),
    )
    def test_marks_are_right(self, zone, hour, minute, gap, fold) -> None:
        """
        A time of a daily rule has another wall time than the rule says exactly where
        it is marked as moved, and a wall time that comes twice where that is marked.
        """
        trigger = CronTrigger(
            hour=hour, minute=minute, timezone=zone, gap=gap, fold=fold
        )
        named = f"{hour:02}:{minute:02}"
        for change in list(changes_between(zone, YEARS[0], YEARS[1]))[:4]:
            day = timedelta(days=1)
            for time in trigger.between(change.at - day, change.at + day):
                codes = [mark.code for mark in find_marks(trigger, time, zone)]
                wall = wall_of(time, zone)
                twice = [
                    other
                    for step in (-120, -60, -30, 30, 60, 120)
                    if wall_of(other := time + timedelta(minutes=step), zone) == wall
                ]
                if f"{wall:%H:%M}" != named:
                    self.assertIn("gap", codes)
                self.assertEqual(bool(twice), "fold" in codes, (time, codes))


YEARS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


class ChangeTests(SynchronousTestCase):
    """
    Tests for changes of zones, and the wall times named there.
    """

    def test_changes_of_a_year(self) -> None:
        """
        The gap and the fold are given with their wall times; bounds are as said.
        """
        start = datetime(2027, 3, 28, 1, tzinfo=UTC)
        end = datetime(2027, 10, 31, 1, tzinfo=UTC)
        spring, autumn = changes_between(BERLIN, start, end + timedelta(seconds=1))
        self.assertEqual(
            [(start, True), (end, False)],
            [(one.at, one.is_gap) for one in (spring, autumn)],
        )
        for one in (spring, autumn):
            self.assertEqual([2, 3], [one.first.hour, one.end.hour])
        self.assertEqual([spring], list(changes_between(BERLIN, start, end)))
        self.assertEqual([], list(changes_between("UTC", start, end)))

    def test_walls_of_what_names_none(self) -> None:
        """
        An interval, and one in days whose phase is not known, name no wall times.
        """
        first = datetime(2027, 3, 28, 2, tzinfo=UTC)
        for text in ("every 1h", "calendar every 2 days at 02:30", "manual"):
            trigger = parse_trigger(text, BERLIN)
            self.assertEqual(
                [], named_walls(trigger, first, first + timedelta(hours=1), 5)
            )

    def test_offsets(self) -> None:
        """
        They are written as in an instant, seconds included.
        """
        for minutes, text in [(0, "+00:00"), (-210, "-03:30"), (-44.5, "-00:44:30")]:
            self.assertEqual(text, write_offset(timedelta(minutes=minutes)))
