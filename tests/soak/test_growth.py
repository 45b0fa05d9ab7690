"""
What counts as growth.
"""

from __future__ import annotations

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase

from .growth import Bounds, Sample, grown

STEADY = [Sample(float(n), 50 << 20, 20, 30, 2000, 1 << 20) for n in range(40)]


class GrownTests(SynchronousTestCase):
    """
    ``grown``.
    """

    def test_steady(self) -> None:
        """
        What stays as it is has not grown; the warm-up does not count, nor does one
        high sample, nor that something is given back.
        """
        self.assertEqual([], grown(STEADY, Bounds()))
        early = [evolve(one, memory=10 << 20, threads=1) for one in STEADY[:10]]
        self.assertEqual([], grown([*early, *STEADY[10:]], Bounds()))
        high = evolve(STEADY[-2], memory=900 << 20, descriptors=900, size=900 << 20)
        self.assertEqual([], grown([*STEADY[:-2], high, STEADY[-1]], Bounds()))
        less = [evolve(one, memory=1, descriptors=1, size=1) for one in STEADY[-10:]]
        self.assertEqual([], grown([*STEADY[:-10], *less], Bounds()))

    def test_grown(self) -> None:
        """
        Each kind of growth is told of.
        """
        for name, step in (
            ("memory", 1 << 20),
            ("threads", 1),
            ("descriptors", 1),
            ("size", 4 << 20),
        ):
            growing = [
                evolve(one, **{name: getattr(one, name) + step * n})
                for n, one in enumerate(STEADY)
            ]
            (found,) = grown(growing, Bounds())
            self.assertTrue(found.startswith(f"{name} grew from "), found)

    def test_rows(self) -> None:
        """
        There are never more rows than retention leaves.
        """
        one = evolve(STEADY[3], rows=10_001)
        self.assertEqual(
            ["there were 10,001 rows, more than 10,000"],
            grown([one, *STEADY], Bounds()),
        )

    def test_too_few(self) -> None:
        """
        Nothing is concluded from too few samples.
        """
        self.assertRaises(ValueError, grown, STEADY[:11], Bounds())
