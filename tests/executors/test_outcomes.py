"""
Errors of tasks as text.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.executors.outcomes import describe


class DescribeTests(SynchronousTestCase):
    """
    Tests for what a ledger keeps of an error.
    """

    def test_text_that_cannot_be_encoded(self) -> None:
        """
        The name of a file that is no text is written out, so that it can be stored.
        """
        try:
            raise ValueError("caf\udce9 für alle")
        except ValueError as error:
            text, trace = describe(error, error.__traceback__)
        self.assertEqual("ValueError: caf\\udce9 für alle", text)
        assert trace is not None
        self.assertTrue(trace.endswith("ValueError: caf\\udce9 für alle\n"), trace)
