"""
Adding jobs.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from twisted.internet.defer import DeferredList
from zope.interface.verify import verifyObject

from ....errors import BadTrigger, BadValue, JobExists
from ....interfaces import IScheduler
from ....model import Job, JobSpec, OnConflict, OnCrash, OnExcluded
from ....triggers import CronTrigger, DateTrigger, IntervalTrigger
from .harness import SchedulerHarness
from .samples import START, TASK, at, every, later, spec, specs

__all__ = ["AddingContract"]

#: Each option of a job with a value that is not its default.
OPTIONS: dict[str, Any] = {
    "id": "näme/with blanks",
    "name": "Ünique näme",
    "store": "default",
    "executor": "other",
    "misfire_grace_time": timedelta(minutes=5),
    "coalesce": True,
    "max_instances": 3,
    "max_runs": 7,
    "start_time": at(1000),
    "end_time": at(1_000_000),
    "jitter": timedelta(seconds=2, microseconds=1),
    "tags": ("a", "b%"),
    "on_crash": OnCrash.ABANDON,
    "keep_runs": 5,
    "calendars": (),
    "on_excluded": OnExcluded.NEXT,
}


class AddingContract(SchedulerHarness):
    """
    What becomes of jobs that people add.
    """

    async def test_interface(self) -> None:
        """
        The scheduler provides :class:`~txsched.interfaces.IScheduler`.
        """
        verifyObject(IScheduler, await self.make_scheduler())

    async def test_add_fills_in(self) -> None:
        """
        What nobody said has its default, and the first planned time is known at once.
        """
        scheduler = await self.make_scheduler()
        job = await scheduler.add_job(TASK, later(), (1,), {"b": 2}, id="job")
        self.assertEqual((TASK, (1,)), (job.call.task, job.call.args))
        self.assertEqual({"b": 2}, job.call.kwargs)
        self.assertEqual((later(), at(10)), (job.trigger, job.next_run_time))
        self.assertEqual((TASK, "default", 1), (job.name, job.executor, job.revision))
        self.assertEqual(timedelta(seconds=1), job.misfire_grace_time)
        self.assertEqual(
            (False, 1, None), (job.coalesce, job.max_instances, job.jitter)
        )
        self.assertEqual(
            (OnCrash.RERUN, (), None), (job.on_crash, job.tags, job.paused)
        )
        self.assertEqual(0, job.run_count)
        self.assertEqual(job, await scheduler.get_job("job"))

    async def test_add_makes_an_id(self) -> None:
        """
        A job without an id gets one that no other job has.
        """
        scheduler = await self.make_scheduler()
        ids = {(await scheduler.add_job(TASK, later())).id for _ in range(3)}
        self.assertEqual(3, len(ids))
        for job_id in ids:
            self.assertEqual(job_id, (await scheduler.get_job(job_id)).id)

    async def test_options_round_trip(self) -> None:
        """
        Every option comes back as it was given, from the answer and from the store.
        """
        scheduler = await self.make_scheduler()
        job = await scheduler.add_job(TASK, later(), **OPTIONS)
        self.assertEqual(OPTIONS, {name: getattr(job, name) for name in OPTIONS})
        self.assertEqual(job, await scheduler.get_job(OPTIONS["id"]))

    async def test_options_have_other_forms(self) -> None:
        """
        Durations may be seconds, choices text, tags any list, instants in any zone.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(
            scheduler,
            misfire_grace_time=0.5,
            jitter=3,
            on_crash="abandon",
            tags=["b", "a", "b"],
            end_time=at(500).astimezone(timezone(timedelta(hours=2))),
        )
        self.assertEqual(timedelta(milliseconds=500), job.misfire_grace_time)
        self.assertEqual(timedelta(seconds=3), job.jitter)
        self.assertEqual((OnCrash.ABANDON, ("a", "b")), (job.on_crash, job.tags))
        self.assertEqual(str(at(500)), str(job.end_time))

    async def test_no_limit(self) -> None:
        """
        ``None`` is kept apart from what was left out.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler, misfire_grace_time=None)
        self.assertIsNone(job.misfire_grace_time)
        self.assertIsNone((await scheduler.get_job("job")).misfire_grace_time)

    async def test_triggers_round_trip(self) -> None:
        """
        Triggers of all kinds come back equal, and plan the same time.
        """
        scheduler = await self.make_scheduler()
        triggers = [
            DateTrigger(at(0.000001)),
            IntervalTrigger(microseconds=1, start_date=at(5), end_date=at(6)),
            IntervalTrigger(weeks=1, start_date=START),
            CronTrigger(hour="*/2", minute=30, timezone="America/New_York"),
            CronTrigger.from_crontab("0 4 * * mon", "Europe/Berlin"),
        ]
        for trigger in triggers:
            job = await scheduler.add_job(TASK, trigger)
            self.assertEqual(trigger, job.trigger)
            first = trigger.get_next_fire_time(None, START)
            self.assertEqual(first, job.next_run_time)

    async def test_arguments_round_trip(self) -> None:
        """
        Plain data of every kind comes back as it was given.
        """
        scheduler = await self.make_scheduler()
        args = (None, True, -1, 2**70, 1.5, "ü", b"\0\xff", [1, [2]], (3, (4,)))
        kwargs = {"a": {"b": {1: "c"}}, "when": START, "long": timedelta(days=1)}
        kwargs |= {"day": START.date(), "some": {1, 2}}
        job = await scheduler.add_job(TASK, later(), args, kwargs, id="job")
        for one in (job, await scheduler.get_job("job")):
            self.assertEqual((args, kwargs), (one.call.args, one.call.kwargs))
            kinds = [type(value) for value in one.call.args]
            self.assertEqual([type(value) for value in args], kinds)

    async def test_a_callable(self) -> None:
        """
        A function may be given in place of its name.
        """
        scheduler = await self.make_scheduler()
        job = await scheduler.add_job(at, later())
        self.assertEqual(f"{at.__module__}:at", job.call.task_name)
        self.assertEqual(f"{at.__module__}:at", job.name)

    async def test_start_time(self) -> None:
        """
        The first planned time is not before ``start_time``.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler, start_time=at(95))
        self.assertEqual(at(100), job.next_run_time)

    async def test_conflict(self) -> None:
        """
        An id that exists is refused, and the job that has it stays as it is.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        expected = JobExists("job")
        await self.refused(self.add(scheduler, name="another"), expected)
        await self.refused(self.add(scheduler, on_conflict="error"), expected)
        self.assertEqual(job, await scheduler.get_job("job"))

    async def test_keep(self) -> None:
        """
        With ``keep`` the job that exists stays, and is the answer.
        """
        scheduler = await self.make_scheduler()
        job = await self.add(scheduler)
        for choice in (OnConflict.KEEP, "keep"):
            kept = await self.add(scheduler, name="another", on_conflict=choice)
            self.assertEqual(job, kept)

    async def test_replace(self) -> None:
        """
        With ``replace`` the new definition stands, at the next revision.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        for choice, revision in ((OnConflict.REPLACE, 2), ("replace", 3)):
            name = f"of {revision}"
            job = await self.add(scheduler, name=name, on_conflict=choice)
            self.assertEqual((name, revision), (job.name, job.revision))
            self.assertEqual(job, await scheduler.get_job("job"))

    async def test_replace_by_the_same(self) -> None:
        """
        A job that is added again unchanged keeps its next time, count and revision.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, trigger=every(10))
        await self.advance(12)
        before = await scheduler.get_job("job")
        self.assertEqual((at(20), 1), (before.next_run_time, before.run_count))
        await self.advance(3)
        again = await self.add(scheduler, trigger=every(10), on_conflict="replace")
        self.assertEqual(before, again)
        self.assertEqual(before, await scheduler.get_job("job"))

    async def test_replace_keeps_a_pause(self) -> None:
        """
        A new definition does not end a pause.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        paused = await scheduler.pause_job("job", "wait")
        job = await self.add(scheduler, name="another", on_conflict="replace")
        self.assertEqual(("another", paused.paused), (job.name, job.paused))

    async def test_replace_a_trigger(self) -> None:
        """
        A new trigger is planned from now on.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(5)
        job = await self.add(scheduler, trigger=every(100), on_conflict="replace")
        self.assertEqual(at(100), job.next_run_time)

    async def test_add_many(self) -> None:
        """
        Many jobs are answered in their order, as they are stored.
        """
        scheduler = await self.make_scheduler()
        asked = specs(300)[::-1]
        jobs = await scheduler.add_jobs(asked)
        self.assertEqual([one.options["id"] for one in asked], [one.id for one in jobs])
        self.assertEqual(jobs[7], await scheduler.get_job(jobs[7].id))

    async def test_add_many_of_all_kinds(self) -> None:
        """
        Jobs that are added in one call may have nothing in common.
        """
        scheduler = await self.make_scheduler()
        asked = [
            spec("plain"),
            JobSpec("command", later(), ("echo", "hi"), {"env": {"A": "b"}}, id="run"),
            JobSpec(TASK, DateTrigger(at(50)), **OPTIONS),
        ]
        jobs = await scheduler.add_jobs(asked)
        self.assertEqual([one.trigger for one in asked], [one.trigger for one in jobs])
        self.assertEqual(("echo", "hi"), jobs[1].call.args)
        self.assertEqual({"env": {"A": "b"}}, jobs[1].call.kwargs)
        self.assertEqual(OPTIONS["tags"], jobs[2].tags)

    async def test_add_none(self) -> None:
        """
        Adding no job is no error.
        """
        scheduler = await self.make_scheduler()
        self.assertEqual([], await scheduler.add_jobs([]))

    async def test_add_all_or_none(self) -> None:
        """
        When one job cannot be added none is, whatever the reason.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "old")
        past = IntervalTrigger(seconds=1, end_date=at(-50))
        for wrong, expected in (
            (spec("old"), JobExists("old")),
            (
                spec("bad", executor="nobody"),
                BadValue(
                    "executor", "there is no 'nobody'; there are choosy, default, other"
                ),
            ),
            (
                spec("bad", past),
                BadTrigger("trigger", f"{past} has no planned time ahead"),
            ),
            (spec("bad", executor="choosy"), BadValue("args", "none are taken here")),
        ):
            answer = scheduler.add_jobs([spec("new"), wrong, spec("newer")])
            await self.refused(answer, expected)
            self.assertEqual(["old"], await self.ids(scheduler))

    async def test_add_twice_in_one_call(self) -> None:
        """
        An id may be there only once in a call, whatever is to become of conflicts.
        """
        scheduler = await self.make_scheduler()
        expected = BadValue("id", "'twice' is there twice in one call")
        for choice in OnConflict:
            answer = scheduler.add_jobs(
                [spec("twice"), spec("x"), spec("twice")], choice
            )
            await self.refused(answer, expected)
        self.assertEqual([], await self.ids(scheduler))

    async def test_add_many_with_a_choice(self) -> None:
        """
        The choice for conflicts holds for each job of a call.
        """
        scheduler = await self.make_scheduler()
        old = await self.add(scheduler, "b")
        asked = [spec("a", name="new"), spec("b", name="new")]
        kept = await scheduler.add_jobs(asked, "keep")
        self.assertEqual(["new", old.name], [job.name for job in kept])
        replaced = await scheduler.add_jobs(asked, "replace")
        self.assertEqual([1, 2], [job.revision for job in replaced])
        self.assertEqual(["new", "new"], [job.name for job in replaced])

    async def test_unknown_choice(self) -> None:
        """
        A choice for conflicts that there is not is refused.
        """
        scheduler = await self.make_scheduler()
        reason = "expected error, replace or keep, not 'perhaps'"
        expected = BadValue("on_conflict", reason)
        await self.refused(self.add(scheduler, on_conflict="perhaps"), expected)
        await self.refused(scheduler.add_jobs([spec("a")], "perhaps"), expected)
        self.assertEqual([], await self.ids(scheduler))

    async def test_calls_need_not_wait(self) -> None:
        """
        Of calls that are made at once each is answered; one that fails hurts no other.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "job-0005")
        calls = [self.add_soon(scheduler, one) for one in specs(10)]
        results = await DeferredList(calls, consumeErrors=True)
        self.assertEqual(
            [number != 5 for number in range(10)], [good for good, _ in results]
        )
        self.assertEqual(JobExists, type(results[5][1].value))
        self.assertEqual(10, len(await self.ids(scheduler)))

    def add_soon(self, scheduler: IScheduler, asked: JobSpec) -> Any:
        """
        Begin to add a job.
        """
        return scheduler.add_job(
            asked.task, asked.trigger, asked.args, asked.kwargs, **asked.options
        )

    async def test_calls_keep_their_order(self) -> None:
        """
        Of calls that are made at once the later one finds what the earlier one did.
        """
        scheduler = await self.make_scheduler()
        adding = self.add_soon(scheduler, spec("job"))
        pausing = scheduler.pause_job("job", "at once")
        removing = scheduler.remove_job("job")
        adding_again = self.add_soon(scheduler, spec("job", name="second"))
        results = await DeferredList(
            [adding, pausing, removing, adding_again], consumeErrors=True
        )
        self.assertEqual([True] * 4, [good for good, _ in results])
        job = await scheduler.get_job("job")
        self.assertEqual(("second", None), (job.name, job.paused))

    async def test_bad_options(self) -> None:
        """
        An option that cannot be taken is named with the reason, and nothing is added.
        """
        scheduler = await self.make_scheduler()
        for name, value, reason in BAD_OPTIONS:
            # Where the spec is made is the face's own choice.
            async def add(name: str = name, value: Any = value) -> Job:
                job: Job = await scheduler.add_job(TASK, later(), **{name: value})
                return job

            await self.refused(add(), BadValue(name, reason))
        self.assertEqual([], await self.ids(scheduler))

    async def test_bad_tasks(self) -> None:
        """
        A task that cannot be one is refused.
        """
        scheduler = await self.make_scheduler()
        for task in ("", "print", "os.system", "os:", ":getcwd", "o s:getcwd", 5, None):

            async def add(task: Any = task) -> Job:
                job: Job = await scheduler.add_job(task, later())
                return job

            with self.assertRaises(BadValue) as caught:
                await add()
            self.assertEqual("task", caught.exception.field)
            self.assertIn(repr(task), caught.exception.reason)
        self.assertEqual([], await self.ids(scheduler))

    async def test_bad_triggers(self) -> None:
        """
        What is no trigger, or has nothing ahead, is refused.
        """
        scheduler = await self.make_scheduler()
        ended = IntervalTrigger(seconds=1, end_date=at(-1))
        for trigger, reason in (
            ("every 10s", "'every 10s' is not a trigger"),
            (None, "None is not a trigger"),
            (ended, f"{ended} has no planned time ahead"),
        ):

            async def add(trigger: Any = trigger) -> Job:
                job: Job = await scheduler.add_job(TASK, trigger)
                return job

            await self.refused(add(), BadTrigger("trigger", reason))
        self.assertEqual([], await self.ids(scheduler))


#: Options that cannot be taken, each with the reason.
BAD_OPTIONS: list[tuple[str, Any, str]] = [
    ("id", "", "must not be empty"),
    ("id", "x" * 256, "has 256 characters, at most 255 are allowed"),
    ("id", 7, "expected text, not 7"),
    ("name", "a\nb", "'a\\nb' has characters that cannot be printed"),
    ("max_instances", 0, "0 is not within 1 to 1000000"),
    ("max_instances", True, "expected a whole number, not True"),
    ("max_runs", "3", "expected a whole number, not '3'"),
    ("keep_runs", -1, "-1 is not within 0 to 1000000"),
    ("coalesce", 1, "expected true or false, not 1"),
    ("jitter", 0, "0:00:00 is not more than 0 and up to 36525 days"),
    ("misfire_grace_time", "5m", "expected seconds or a timedelta, not '5m'"),
    (
        "start_time",
        datetime(2026, 1, 1),  # noqa: DTZ001
        "2026-01-01 00:00:00 has no time zone",
    ),
    ("tags", "one", "expected a list of tags, not 'one'"),
    ("on_crash", "panic", "expected rerun or abandon, not 'panic'"),
    (
        "retries",
        3,
        f"there is no such option; there are {', '.join(OPTIONS)}",
    ),
]
