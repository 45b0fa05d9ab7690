"""
Values that are refused by name.
"""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadValue


class Refusing(SynchronousTestCase):
    """
    Knows how a refusal has to look.
    """

    def refused(self, field: str, reason: str, call: Any, *args: Any) -> None:
        """
        Check that a call is refused for *field*, in few words.
        """
        with self.assertRaises(BadValue) as caught:
            call(*args)
        error = caught.exception
        self.assertEqual(field, error.field, reason)
        self.assertIn(reason, error.reason)
        self.assertLess(len(error.reason), 250)
        self.assertEqual(f"{field}: {error.reason}", str(error))
