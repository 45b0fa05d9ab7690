"""
Options of jobs: what is taken, in which shape, and what is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from txsched.model import UTC, JobSpec, OnCrash, OnExcluded
from txsched.model.options import MAX_ID, OPTIONS, check_option, check_options
from txsched.testing import strategies
from txsched.triggers import IntervalTrigger

from .bad_options import BAD, EAST, NOW
from .refusing import Refusing

EVERY = IntervalTrigger(seconds=10)


class Text(str):
    """
    Text of another class.
    """


class Key(str, Enum):
    """
    Texts that have names.
    """

    OPEN = "open"


class Amount(IntEnum):
    """
    Numbers that have names.
    """

    FEW = 3


class Length(timedelta):
    """
    A length of time of another library.
    """


class Instant(datetime):
    """
    An instant of another library.
    """


#: An option, a value that it takes, and what becomes of it.
GOOD: list[tuple[str, Any, Any]] = [
    ("id", "a", "a"),
    ("id", "x" * MAX_ID, "x" * MAX_ID),
    ("id", "Über \u65e5 \U0001f600", "Über \u65e5 \U0001f600"),
    ("id", Text("a"), "a"),
    ("name", Key.OPEN, "open"),
    ("tags", [Key.OPEN, Text("a")], ("a", "open")),
    ("max_runs", Amount.FEW, 3),
    ("jitter", Length(seconds=2), timedelta(seconds=2)),
    ("start_time", Instant(2026, 1, 1, 1, tzinfo=EAST), NOW),
    ("end_time", Instant(2026, 1, 1, tzinfo=UTC), NOW),
    ("name", "", ""),
    ("name", " a ", " a "),
    ("executor", "slow", "slow"),
    ("misfire_grace_time", None, None),
    ("misfire_grace_time", 5, timedelta(seconds=5)),
    ("misfire_grace_time", 0.000001, timedelta(microseconds=1)),
    ("misfire_grace_time", timedelta(days=36525), timedelta(days=36525)),
    ("jitter", None, None),
    ("jitter", 0.5, timedelta(seconds=0.5)),
    ("coalesce", True, True),
    ("max_instances", 1, 1),
    ("max_instances", 1_000_000, 1_000_000),
    ("max_runs", None, None),
    ("max_runs", 1, 1),
    ("keep_runs", None, None),
    ("keep_runs", 0, 0),
    ("start_time", None, None),
    ("start_time", NOW.astimezone(EAST), NOW),
    ("end_time", datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    ("calendars", [], ()),
    ("calendars", ["b", "a", "b"], ("b", "a")),
    ("on_excluded", "previous", OnExcluded.PREVIOUS),
    ("tags", [], ()),
    ("tags", ["b", "a", "b"], ("a", "b")),
    ("tags", {"b", "a"}, ("a", "b")),
    ("tags", (one for one in "ba"), ("a", "b")),
    ("tags", ["a"] * 100, ("a",)),
    ("on_crash", "abandon", OnCrash.ABANDON),
    ("on_crash", OnCrash.RERUN, OnCrash.RERUN),
]

#: Options that do not fit together; the one that is named; what the reason says.
TOGETHER: list[tuple[Mapping[str, Any], str, str]] = [
    (
        {"start_time": NOW, "end_time": NOW - timedelta(microseconds=1)},
        "end_time",
        "is before start_time, 2026-01-01 00:00:00+00:00",
    ),
    (
        {"end_time": NOW.astimezone(EAST), "start_time": NOW + timedelta(minutes=1)},
        "end_time",
        "is before start_time",
    ),
    ({"id": "a", "max_runs": 0, "jitter": -1}, "max_runs", "is not within"),
]


class OptionTests(Refusing):
    """
    Tests for options.
    """

    def test_bad_options(self) -> None:
        """
        An option that cannot be taken is named, with what was expected.
        """
        for name, value, reason in BAD:
            self.refused(name, reason, check_option, name, value)

    def test_a_spec_refuses_bad_options(self) -> None:
        """
        What is asked for is checked when it is made.
        """
        for name, value, reason in BAD:
            if name in OPTIONS:
                self.refused(
                    name,
                    reason,
                    lambda options: JobSpec("a:b", EVERY, **options),
                    {name: value},
                )

    def test_each_option_is_refused_something(self) -> None:
        """
        No option is without a rule.
        """
        self.assertEqual(set(OPTIONS), {name for name, _, _ in BAD} & set(OPTIONS))

    def test_good_options(self) -> None:
        """
        An option that can be taken is brought into the shape of stores.
        """
        for name, value, expected in GOOD:
            found = check_option(name, value)
            self.assertEqual((expected, type(expected)), (found, type(found)), name)
            if isinstance(found, tuple):
                self.assertEqual({str}, {type(one) for one in found} | {str})
            if isinstance(found, datetime):
                self.assertIs(UTC, found.tzinfo)

    def test_options_that_do_not_fit_together(self) -> None:
        """
        Options are checked in their order, and then against each other.
        """
        for options, name, reason in TOGETHER:
            self.refused(name, reason, check_options, options)
        same = {"start_time": NOW, "end_time": NOW}
        self.assertEqual(same, check_options(same))
        for one in ({"end_time": NOW}, {"start_time": NOW}, {}):
            self.assertEqual(one, check_options(one))
        self.assertEqual(
            {"start_time": None, "end_time": NOW},
            check_options({"start_time": None, "end_time": NOW}),
        )

    @settings(max_examples=50, deadline=None, database=None)
    @given(strategies.job_options())
    def test_checked_options_stay_as_they_are(self, options: dict[str, Any]) -> None:
        """
        Options that were checked are not changed by another check.
        """
        once = check_options(options)
        self.assertEqual(once, check_options(once))
        self.assertEqual(set(options), set(once))

    def test_instants_of_a_zone(self) -> None:
        """
        An instant of a named zone becomes the same in UTC, also in the hour that
        comes twice.
        """
        zone = ZoneInfo("Europe/Berlin")
        for fold, hour in ((0, 0), (1, 1)):
            twice = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=zone)
            self.assertEqual(
                datetime(2026, 10, 25, hour, 30, tzinfo=UTC),
                check_option("start_time", twice),
            )
