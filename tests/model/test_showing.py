"""
Values as errors quote them, and triggers that are only shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.errors import BadTrigger
from txsched.model import UTC, ITrigger, ShownTrigger
from txsched.model.showing import shown, shown_duration

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Failing:
    """
    Its text form fails in the way that is told.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __repr__(self) -> str:
        raise self.error


class DurationTests(SynchronousTestCase):
    """
    Tests for lengths of time in reasons.
    """

    def test_units(self) -> None:
        """
        Below a minute thousandths of a second are told, beyond it whole ones.
        """
        for seconds, text in (
            (0, "0s"),
            (0.0004, "0s"),
            (0.25, "0.25s"),
            (1, "1s"),
            (10, "10s"),
            (1.5, "1.5s"),
            (59.9994, "59.999s"),
            (59.9996, "1m"),
            (60, "1m"),
            (61.4, "1m1s"),
            (300, "5m"),
            (3599.9, "1h"),
            (7384, "2h3m4s"),
            (86400, "1d"),
            (90000.4, "1d1h"),
            (218_015_272.925, "2523d7h47m53s"),
        ):
            self.assertEqual(text, shown_duration(timedelta(seconds=seconds)))


class ShowingTests(SynchronousTestCase):
    """
    Tests for quoted values.
    """

    def test_short_values_are_shown_whole(self) -> None:
        """
        What has up to a hundred characters is quoted as it is.
        """
        for value in (5, "a\n", None, [1, "b"], "x" * 98):
            self.assertEqual(repr(value), shown(value))

    def test_long_values_are_cut(self) -> None:
        """
        What is longer ends in dots, and has exactly as many characters as allowed.
        """
        for longest in (100, 20):
            for size in (99, 100, 10_000):
                text = shown("x" * size, longest)
                self.assertEqual("'" + "x" * (longest - 4) + "...", text)

    def test_values_that_cannot_be_shown(self) -> None:
        """
        A value whose text form fails is quoted by its class and by what failed.
        """
        values: list[tuple[Any, str]] = [
            (Failing(RuntimeError("no")), "<Failing, whose repr failed: RuntimeError>"),
            (Failing(RecursionError()), "<Failing, whose repr failed: RecursionError>"),
            (10**5000, "<int, whose repr failed: ValueError>"),
            ([10**5000], "<list, whose repr failed: ValueError>"),
        ]
        for value, text in values:
            self.assertEqual(text, shown(value))


class ShownTriggerTests(SynchronousTestCase):
    """
    Tests for triggers that another program has.
    """

    def test_it_looks_like_a_trigger(self) -> None:
        """
        It has all that a trigger has, and shows its text.
        """
        trigger = ShownTrigger("full_moon(3)")
        self.assertTrue(verifyObject(ITrigger, trigger))
        self.assertEqual("full_moon(3)", str(trigger))
        self.assertEqual("when full_moon(3) says so", trigger.describe())
        self.assertEqual({ShownTrigger("full_moon(3)")}, {trigger})
        self.assertNotEqual(ShownTrigger("full_moon(2)"), trigger)

    def test_it_never_says_when(self) -> None:
        """
        Asked for a time it refuses, with its text.
        """
        for previous in (None, NOW):
            with self.assertRaises(BadTrigger) as caught:
                ShownTrigger("full_moon(3)").get_next_fire_time(previous, NOW)
            self.assertEqual("trigger", caught.exception.field)
            self.assertIn("full_moon(3) is known to", caught.exception.reason)

    def test_its_text_is_one_line(self) -> None:
        """
        What cannot be printed is replaced, so that no terminal obeys it.
        """
        self.assertEqual(
            "a\ufffdb\ufffd[2J\ufffd é", ShownTrigger("a\nb\x1b[2J\u202e é").text
        )
