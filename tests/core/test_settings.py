"""
What the engine lets itself be told.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import fields
from attrs.exceptions import FrozenInstanceError
from twisted.trial.unittest import SynchronousTestCase

from txsched.core import Settings
from txsched.errors import BadValue

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
CENTURY = timedelta(days=36525)

BOUNDS = {
    "lease_duration": (SECOND, DAY),
    "batch_size": (1, 10**5),
    "max_in_flight": (1, 10**6),
    "longest_sleep": (MILLISECOND, DAY),
    "retry_delay": (MILLISECOND, DAY),
    "longest_retry_delay": (MILLISECOND, DAY),
    "clock_skew_limit": (MILLISECOND, DAY),
    "retention_age": (timedelta(), CENTURY),
    "retention_count": (0, 10**12),
    "prune_interval": (MILLISECOND, DAY),
}
OPTIONAL = ("retention_age", "retention_count")


def others(name, value):
    """
    Give settings in which *name* is *value* and the others agree with that.
    """
    values = {name: value}
    if name == "retry_delay":
        values["longest_retry_delay"] = DAY
    if name == "longest_retry_delay":
        values["retry_delay"] = MILLISECOND
    return values


class SettingsTests(SynchronousTestCase):
    """
    :class:`Settings` takes what is within its bounds.
    """

    def refused(self, name, value, reason):
        """
        Assert that a setting is refused by its name for a reason.
        """
        with self.assertRaises(BadValue) as caught:
            Settings(**others(name, value))
        self.assertEqual(caught.exception.field, name)
        self.assertIn(reason, caught.exception.reason)

    def test_all_are_bounded(self):
        """
        No setting is without bounds here.
        """
        self.assertEqual(list(BOUNDS), [field.name for field in fields(Settings)])

    def test_the_bounds_are_taken(self):
        """
        The least and the greatest value of each setting can be used.
        """
        for name, bounds in BOUNDS.items():
            for value in bounds:
                settings = Settings(**others(name, value))
                self.assertEqual(getattr(settings, name), value)

    def test_beyond_the_bounds(self):
        """
        A step below the least and above the greatest is refused with both.
        """
        for name, (low, high) in BOUNDS.items():
            step = 1 if isinstance(low, int) else MICROSECOND
            for value in (low - step, high + step):
                self.refused(name, value, f"{value!r} is not within {low} to {high}")

    def test_of_another_kind(self):
        """
        Neither text nor numbers for durations, nor fractions and truths for numbers.
        """
        for name, (low, _) in BOUNDS.items():
            whole = isinstance(low, int)
            expected = "a whole number" if whole else "a timedelta"
            for value in ("7", 7.0, True, timedelta(7) if whole else 7):
                self.refused(name, value, f"expected {expected}")
                self.refused(name, value, f"not {value!r}")

    def test_none(self):
        """
        Retention may be without limit; nothing else may.
        """
        for name in BOUNDS:
            if name in OPTIONAL:
                self.assertIsNone(getattr(Settings(**{name: None}), name))
                self.refused(name, "7", " or None")
            else:
                self.refused(name, None, "not None")

    def test_retry_delays_agree(self):
        """
        The longest pause cannot be shorter than the first.
        """
        Settings(retry_delay=SECOND, longest_retry_delay=SECOND)
        with self.assertRaises(BadValue) as caught:
            Settings(retry_delay=2 * SECOND, longest_retry_delay=SECOND)
        self.assertEqual(caught.exception.field, "longest_retry_delay")
        self.assertEqual(
            caught.exception.reason, "0:00:01 is shorter than retry_delay, 0:00:02"
        )

    def test_they_stay(self):
        """
        Settings are values: they are equal, and they do not change.
        """
        settings = Settings()
        self.assertEqual(settings, Settings())
        with self.assertRaises(FrozenInstanceError):
            settings.batch_size = 7
