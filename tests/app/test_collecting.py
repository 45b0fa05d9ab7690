"""
The collector of garbage in a process of its own.
"""

from __future__ import annotations

import gc

from twisted.trial.unittest import SynchronousTestCase

from txsched.app.collecting import relax_collector


class CollectingTests(SynchronousTestCase):
    """
    What a service that owns its process asks of the collector.
    """

    def test_relaxed(self) -> None:
        """
        What was there is not looked at again, and cycles that come are still collected.
        """
        self.addCleanup(gc.unfreeze)
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        relax_collector()
        self.assertGreater(gc.get_freeze_count(), 1000)
        self.assertTrue(gc.isenabled())
        cycles = [[] for _ in range(100)]
        for one in cycles:
            one.append(one)
        del cycles, one
        self.assertGreaterEqual(gc.collect(), 100)
