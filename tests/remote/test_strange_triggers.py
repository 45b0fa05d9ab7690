"""
Jobs that their own program alone understands, read by others.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import frozen
from zope.interface import implementer
from zope.interface.verify import verifyObject

from txsched.errors import BadTrigger
from txsched.model import ITrigger, Job, JobSpec, ShownTrigger
from txsched.triggers import IntervalTrigger

from .serving import Serving

TASK = "operator:add"
EVERY = IntervalTrigger(seconds=1000)
TEXT = "Strange(step=datetime.timedelta(seconds=50))"


@implementer(ITrigger)
@frozen
class Strange:
    """
    Fires as an interval does, and no codec knows it.
    """

    step: timedelta = timedelta(seconds=50)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        Fire one step after the last time.
        """
        return (now if previous_fire_time is None else previous_fire_time) + self.step


class Unshowable(Strange):
    """
    Does not even say what it is.
    """

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Lines(Strange):
    """
    Says more than belongs into a row of a table.
    """

    def __repr__(self) -> str:
        return "two\nlines\x1b[2J caf\udce9"


class StrangeTriggerTests(Serving):
    """
    Tests for a memory store with triggers that cannot travel.
    """

    async def setUp(self) -> None:
        await super().setUp()
        await self.serve(self.factory())
        self.far = self.client()

    async def add(self, job_id: str, trigger: Any) -> Job:
        """
        Add a job where live objects are kept.
        """
        job: Job = await self.local.add_job(TASK, trigger, (1, 2), id=job_id)
        return job

    async def test_a_job_is_read_with_the_text_of_its_trigger(self) -> None:
        """
        A client sees such a job as it is, with the text of its trigger.
        """
        job = await self.add("odd", Strange())
        seen = await self.far.get_job("odd")
        self.assertIsInstance(seen.trigger, ShownTrigger)
        self.assertTrue(verifyObject(ITrigger, seen.trigger))
        self.assertEqual(TEXT, str(seen.trigger))
        self.assertEqual(f"when {TEXT} says so", seen.trigger.describe())
        self.assertTrue(seen.same_state(job))
        self.assertEqual(job.call, seen.call)
        self.assertEqual(Strange(), (await self.local.get_job("odd")).trigger)

    async def test_a_page_has_all_jobs(self) -> None:
        """
        On a page the others keep their triggers.
        """
        await self.add("a", EVERY)
        await self.add("b", Strange())
        await self.add("c", Strange(timedelta(1)))
        page = await self.far.get_jobs()
        self.assertEqual(["a", "b", "c"], [job.id for job in page.items])
        self.assertEqual(
            [str(EVERY), TEXT, "Strange(step=datetime.timedelta(days=1))"],
            [str(job.trigger) for job in page.items],
        )
        self.assertEqual(EVERY, page.items[0].trigger)

    async def test_its_text_is_one_line(self) -> None:
        """
        Whatever the trigger says of itself, or does not, readers get one line.
        """
        await self.add("a", Unshowable())
        await self.add("b", Lines())
        page = await self.far.get_jobs()
        self.assertEqual(
            [
                "<Unshowable, whose repr failed: RuntimeError>",
                "two\ufffdlines\ufffd[2J caf?",
            ],
            [str(job.trigger) for job in page.items],
        )

    async def test_changes_answer_with_the_job(self) -> None:
        """
        A client pauses, modifies and runs such a job; the trigger stays.
        """
        await self.add("odd", Strange())
        paused = (await self.far.pause_job("odd", "why")).paused
        self.assertEqual("why", paused and paused.note)
        self.assertEqual("new", (await self.far.modify_job("odd", name="new")).name)
        self.assertEqual(TEXT, str((await self.far.resume_job("odd")).trigger))
        self.assertEqual(Strange(), (await self.local.get_job("odd")).trigger)

    async def test_what_was_shown_cannot_be_used(self) -> None:
        """
        No job is added or rescheduled with a trigger that was only shown.
        """
        await self.add("odd", Strange())
        await self.add("usual", EVERY)
        shown = (await self.far.get_job("odd")).trigger
        for call in (
            lambda: self.far.add_job(TASK, shown, id="copy"),
            lambda: self.far.add_jobs([JobSpec(TASK, shown, id="copy")]),
            lambda: self.far.reschedule_job("usual", shown),
            lambda: self.local.add_job(TASK, shown, id="copy"),
        ):
            with self.assertRaises(BadTrigger) as caught:
                await call()
            self.assertEqual("trigger", caught.exception.field)
            self.assertIn(TEXT, caught.exception.reason)
        page = await self.local.get_jobs()
        self.assertEqual(["odd", "usual"], [job.id for job in page.items])
        self.assertEqual(EVERY, page.items[1].trigger)
