"""
What a task may know about itself.
"""

from __future__ import annotations

import pickle

from twisted.logger import LogLevel, capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from txsched import current_run
from txsched.context import running
from txsched.errors import NotRunning

from .harness import make_context


class RunContextTests(SynchronousTestCase):
    """
    The context of a run.
    """

    def test_outside_a_task(self) -> None:
        """
        Code that is no task has no run.
        """
        with self.assertRaises(NotRunning):
            current_run()

    def test_inside_a_task(self) -> None:
        """
        What an executor has set is the current run.
        """
        context = make_context(1)
        token = running.set(context)
        self.addCleanup(running.reset, token)
        self.assertIs(current_run(), context)

    def test_log(self) -> None:
        """
        Events of the logger name job and run, and keep fields of their own.
        """
        context = make_context(1)
        with capturedLogs() as events:
            context.log.warn("half full: {amount}", amount=5)
            try:
                raise ValueError("leak")
            except ValueError:
                context.log.failure("broken", job_id="other")
        first, second = events
        self.assertEqual((first["job_id"], first["run_id"]), ("job-1", "run-1"))
        self.assertIs(first["log_source"], context)
        self.assertIs(first["log_level"], LogLevel.warn)
        self.assertEqual(first["log_namespace"], "txsched.task.job-1")
        self.assertEqual(formatEvent(first), "half full: 5")
        self.assertEqual((second["job_id"], second["run_id"]), ("other", "run-1"))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_travels(self) -> None:
        """
        A context can be handed to another process.
        """
        context = make_context(1, start_by=5.0)
        context.cancelled = True
        copy = pickle.loads(pickle.dumps(context))
        for name in ("job_id", "run_id", "planned_time", "attempt", "start_by"):
            self.assertEqual(getattr(copy, name), getattr(context, name))
        self.assertTrue(copy.cancelled)
