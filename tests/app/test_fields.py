"""
Tests for the times that the command line takes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.fields import INSTANT
from txsched.model import UTC

from .driving import CommandTestCase


def distance(text: str) -> timedelta:
    """
    Say how far from now a time is.
    """
    now = datetime.now(UTC)
    return INSTANT.convert(text, None, None) - now


class RelativeTests(SynchronousTestCase):
    """
    Tests for times that are said from now.
    """

    def test_ahead_and_ago(self) -> None:
        """
        A sign or the word ``ago`` says in which direction the time lies.
        """
        for text, expected in [
            ("now", timedelta()),
            ("+10m", timedelta(minutes=10)),
            ("+1h30m", timedelta(minutes=90)),
            ("-1m", timedelta(minutes=-1)),
            ("-2h", timedelta(hours=-2)),
            ("-90", timedelta(seconds=-90)),
            ("- 2 days", timedelta(days=-2)),
            ("1m ago", timedelta(minutes=-1)),
            ("2 hours 5 minutes ago", timedelta(minutes=-125)),
            ("hour  ago", timedelta(hours=-1)),
        ]:
            late = distance(text) - expected
            self.assertTrue(timedelta() <= late < timedelta(seconds=5), (text, late))

    def test_what_is_no_time(self) -> None:
        """
        A wrong distance is refused with its place, anything else with examples.
        """
        for text, words in [
            ("-1x", "there is no unit 'x' at column 2 of '1x'"),
            ("-", "is empty"),
            ("--1m", "expected a number at column 1 of '-1m'"),
            ("soon ago", "expected a number at column 1 of 'soon'"),
            ("-1m ago", "expected a number at column 3 of '1m ago'"),
            ("ago", "expected a time such as 2030-01-31T12:00"),
            ("1m", "+10m, -10m, 10m ago or now, not '1m'"),
        ]:
            with self.assertRaises(click.BadParameter) as caught:
                INSTANT.convert(text, None, None)
            self.assertIn(words, caught.exception.message)


class CommandTests(CommandTestCase):
    """
    Tests for commands that take such times.
    """

    def test_runs_of_the_last_hours(self) -> None:
        """
        ``--after`` and ``--before`` take times that have passed.
        """
        now = datetime.now(UTC)
        self.clock.rightNow = (now - timedelta(hours=3)).timestamp()
        self.out("add", "--every", "24h", "--id", "a", "--", "true")
        for _ in range(3):
            self.out("run", "a")
            self.clock.advance(3600)

        def count(*arguments: str) -> int:
            return len(self.json("runs", *arguments)["runs"])

        self.assertEqual(3, count("--after", "-4h"))
        self.assertEqual(2, count("--after", "-2h30m"))
        self.assertEqual(1, count("--after", "90 minutes ago"))
        self.assertEqual(0, count("--after", "-1m"))
        self.assertEqual(1, count("--before", "-2h30m"))
        self.assertEqual(1, count("--after=-2h30m", "--before=-90m"))

    def test_other_commands(self) -> None:
        """
        So do the options of a job, forecasts and previews.
        """
        bounds = ("--start", "-2h", "--end", "3h ago")
        said = self.refused(2, "add", "--every", "1h", *bounds, "a:b")
        self.assertIn("is before --start", said)
        self.assertEqual([], self.json("forecast", "--after", "-1h")["forecast"])
        times = self.json("next", "every 1h", "-n", "2", "--after", "-1d")["times"]
        self.assertLess(times[1]["time"], datetime.now(UTC).isoformat())
