"""
Instants, and their numbers at the edges.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.model import UTC, from_micros, from_seconds, to_micros, to_seconds

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: An instant and its microseconds since 1970.
KNOWN = [
    (EPOCH, 0),
    (EPOCH + MICROSECOND, 1),
    (EPOCH - MICROSECOND, -1),
    (datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC), 1_000_000_000_000_000),
    (datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), 2**31 * 1_000_000),
    (FIRST, -62_135_596_800_000_000),
    (LAST, 253_402_300_799_999_999),
]


class InstantTests(SynchronousTestCase):
    """
    Tests for instants.
    """

    def test_known_instants(self) -> None:
        """
        Instants have the microseconds that everybody gives them, also at the bounds.
        """
        for instant, micros in KNOWN:
            self.assertEqual(micros, to_micros(instant))
            self.assertEqual(instant, from_micros(micros))
            self.assertIs(UTC, from_micros(micros).tzinfo)

    def test_beyond_the_bounds(self) -> None:
        """
        What no datetime can be is an error, and not another instant.
        """
        for instant, step in ((FIRST, -1), (LAST, 1)):
            self.assertRaises(OverflowError, from_micros, to_micros(instant) + step)

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.integers(to_micros(FIRST), to_micros(LAST)))
    def test_every_microsecond_comes_back(self, micros: int) -> None:
        """
        Between the bounds every number of microseconds is an instant of its own.
        """
        self.assertEqual(micros, to_micros(from_micros(micros)))

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
    def test_every_instant_comes_back(self, instant: datetime) -> None:
        """
        An instant of any zone comes back as the same instant in UTC.
        """
        try:
            expected = instant.astimezone(UTC)
        except OverflowError:
            self.assertRaises(OverflowError, from_micros, to_micros(instant))
        else:
            self.assertEqual(expected, from_micros(to_micros(instant)))

    def test_zones(self) -> None:
        """
        The same instant has one number in every zone, and each of the two hours that
        a clock shows twice has its own.
        """
        berlin = ZoneInfo("Europe/Berlin")
        for zone in (berlin, timezone(timedelta(hours=-9, minutes=-30))):
            for instant, micros in KNOWN[:5]:
                self.assertEqual(micros, to_micros(instant.astimezone(zone)))
        twice = [
            datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=berlin) for fold in (0, 1)
        ]
        first, second = (to_micros(one) for one in twice)
        self.assertEqual(3_600_000_000, second - first)

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.integers(-(10**15), 4 * 10**15))
    def test_seconds_of_a_reactor(self, micros: int) -> None:
        """
        What a reactor's clock says is kept to the microsecond, for a hundred years.
        """
        instant = from_micros(micros)
        self.assertEqual(instant, from_seconds(to_seconds(instant)))
        self.assertIs(UTC, from_seconds(to_seconds(instant)).tzinfo)

    def test_known_seconds(self) -> None:
        """
        Seconds count from 1970, before it downwards.
        """
        for instant, seconds in (
            (EPOCH, 0.0),
            (EPOCH + timedelta(seconds=1.5), 1.5),
            (EPOCH - timedelta(seconds=1.5), -1.5),
            (datetime(2026, 1, 1, tzinfo=UTC), 1_767_225_600.0),
        ):
            self.assertEqual(seconds, to_seconds(instant))
            self.assertEqual(instant, from_seconds(seconds))
