"""
Events: what each says, and of which kind it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs.exceptions import FrozenInstanceError
from twisted.trial.unittest import SynchronousTestCase

from txsched import model
from txsched.model import UTC, Disposition, Event, JobEvent, Run, RunEvent
from txsched.model import event as module

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run("r", "j", NOW, Disposition.RUNNING)
OF_SCHEDULER: list[Any] = [
    model.SchedulerStarted,
    model.SchedulerPaused,
    model.SchedulerResumed,
    model.SchedulerStopping,
    model.EventsLost,
]
OF_JOB: list[Any] = [
    model.JobAdded,
    model.JobModified,
    model.JobPaused,
    model.JobResumed,
    model.JobRemoved,
    model.JobFinished,
]
OF_STORE: list[Event] = [model.StoreLost(NOW, "gone"), model.StoreFound(NOW, NOW)]
OF_RUN: list[Any] = [model.RunStarted, model.RunEnded]


class EventTests(SynchronousTestCase):
    """
    Tests for events.
    """

    def every(self) -> list[Event]:
        """
        Make one of each kind.
        """
        return [
            *(kind(NOW) for kind in OF_SCHEDULER),
            *OF_STORE,
            *(kind(NOW, "j") for kind in OF_JOB),
            *(kind(NOW, RUN) for kind in OF_RUN),
        ]

    def test_all_are_here(self) -> None:
        """
        Every class of the module is tested.
        """
        families = {"Event", "JobEvent", "RunEvent"}
        names = {type(one).__name__ for one in self.every()}
        self.assertEqual(set(module.__all__), names | families)

    def test_kinds(self) -> None:
        """
        Whoever waits for events of jobs or of runs gets these and no others.
        """
        for event in self.every():
            self.assertIsInstance(event, Event)
            self.assertEqual(NOW, event.at)
            self.assertEqual(type(event) in OF_JOB, isinstance(event, JobEvent))
            self.assertEqual(type(event) in OF_RUN, isinstance(event, RunEvent))
            if isinstance(event, JobEvent):
                self.assertEqual("j", event.job_id)
            if isinstance(event, RunEvent):
                self.assertEqual(RUN, event.run)

    def test_equal_by_kind_and_value(self) -> None:
        """
        Events are equal when they are of one kind and say the same.
        """
        for number, event in enumerate(self.every()):
            self.assertEqual(event, self.every()[number])
            self.assertEqual(1, self.every().count(event))

    def test_they_do_not_change(self) -> None:
        """
        Observers share an event, so it stays as it is.
        """
        for event in self.every():
            with self.assertRaises(FrozenInstanceError):
                event.at = NOW  # type: ignore[misc]

    def test_notes_and_counts(self) -> None:
        """
        A pause may say why, and a loss how much, where that is known.
        """
        self.assertEqual("", model.SchedulerPaused(NOW).note)
        self.assertEqual("why", model.JobPaused(NOW, "j", "why").note)
        self.assertIsNone(model.EventsLost(NOW).count)
        self.assertEqual(5, model.EventsLost(NOW, 5).count)
