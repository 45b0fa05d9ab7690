"""
Runs, plans, and what became of planned times.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.model import UTC, Aftermath, Disposition, OnConflict, OnCrash, Plan, Run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACTIVE = {"pending", "running", "retrying"}
FINAL = {
    *("succeeded", "failed", "timed_out", "cancelled", "missed", "coalesced"),
    *("skipped", "excluded", "abandoned"),
}


class DispositionTests(SynchronousTestCase):
    """
    Tests for dispositions, and the other choices.
    """

    def test_active_or_final(self) -> None:
        """
        Each disposition is either active or final.
        """
        self.assertEqual(ACTIVE, {one.value for one in Disposition if one.active})
        self.assertEqual(FINAL, {one.value for one in Disposition if not one.active})

    def test_they_are_texts(self) -> None:
        """
        Choices are their texts, in comparisons, in messages and in JSON.
        """
        for kind in (Disposition, OnCrash, OnConflict):
            for one in kind:
                self.assertEqual(one.value, one)
                self.assertIs(one, kind(one.value))
                self.assertEqual(f'"{one.value}"', json.dumps(one))
        for one in Disposition:
            self.assertEqual(one.value, str(one))
            self.assertEqual(one.value, f"{one}")


class RunTests(SynchronousTestCase):
    """
    Tests for rows of the ledger, and what is decided about them.
    """

    def test_a_new_run(self) -> None:
        """
        A run stands for one planned time, is its first attempt, and nobody's wish.
        """
        run = Run("r", "j", NOW, Disposition.PENDING)
        self.assertEqual((1, 1, False), (run.times, run.attempt, run.manual))
        self.assertEqual("default", run.executor)
        for name in ("started_at", "ended_at", "result", "error", "by", "node"):
            self.assertIsNone(getattr(run, name))

    def test_a_plan_without_a_next_time_is_the_last(self) -> None:
        """
        A job is finished by a plan that gives no next time.
        """
        plan = Plan("j", 1, (), NOW, NOW + timedelta(seconds=1), 5)
        self.assertFalse(plan.finished)
        self.assertTrue(plan._replace(next_run_time=None, due=None).finished)

    def test_an_aftermath_keeps_its_run(self) -> None:
        """
        Nothing is forgotten, and nothing follows, unless that is said.
        """
        aftermath = Aftermath(Run("r", "j", NOW, Disposition.FAILED), 1)
        self.assertEqual((False, ()), (aftermath.forget, aftermath.follow_ups))
