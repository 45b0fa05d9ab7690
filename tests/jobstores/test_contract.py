"""
The contract of job stores itself.
"""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.contracts.job_store import DurableJobStoreContract


class ContractTests(SynchronousTestCase):
    """
    The parts of the contract fit together.
    """

    def test_no_test_hides_another(self) -> None:
        """
        The names of tests are distinct over all parts.
        """
        names = Counter(
            name
            for part in DurableJobStoreContract.__mro__
            for name in vars(part)
            if name.startswith("test_")
        )
        self.assertGreater(len(names), 150)
        self.assertEqual([], [name for name, count in names.items() if count > 1])
