"""
Planned times that calendars exclude.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.exclusion import Exclusion
from txsched.core.modifying import modified, rescheduled, resumed
from txsched.core.planning import plan
from txsched.errors import BadTrigger, BadValue
from txsched.model import Disposition, JobLease, OnExcluded, Pause, RunQuery
from txsched.testing.driving import driven
from txsched.triggers import (
    CalendarIntervalTrigger,
    CronTrigger,
    DelayTrigger,
    IntervalTrigger,
    OrTrigger,
)
from txsched.triggers.calendars import (
    DatesCalendar,
    HoursCalendar,
    WeekdaysCalendar,
    parse_calendar,
)

from .scenes import Scene, a_job, a_lease, every

UTC = timezone.utc
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FRIDAY = datetime(2026, 1, 2, tzinfo=UTC)
WEEKEND = {"weekend": WeekdaysCalendar(["sat", "sun"], "UTC")}
NIGHT = {"night": HoursCalendar(["22:00-06:00"], "UTC")}


def a_guarded_job(trigger, calendars, first=FRIDAY, **options):
    """
    Make a job that keeps to all *calendars*.
    """
    options = {"misfire_grace_time": None, "max_instances": 1000} | options
    return a_job(trigger, next_run_time=first, calendars=tuple(calendars), **options)


def decide(job, now, calendars):
    """
    Plan a job.
    """
    return Exclusion(calendars).plan(a_lease(job), now, "node", ("default",))


def told(runs):
    """
    Give what was decided: disposition, day and hour, how many times, and the last.
    """
    return [
        (
            run.disposition.value,
            f"{run.planned_time:%a %H:%M}",
            run.times,
            *([f"{run.last_planned_time:%a %H:%M}"] if run.times > 1 else []),
        )
        for run in sorted(runs, key=lambda run: run.planned_time)
    ]


class SkippingTests(SynchronousTestCase):
    """
    What is left out.
    """

    def test_a_stretch_is_one_row(self):
        """
        What is excluded before the next planned time is one row with its number.
        """
        trigger = CronTrigger.from_crontab("0 * * * *", "UTC")
        job = a_guarded_job(trigger, WEEKEND, FRIDAY + 23 * HOUR)
        decided = decide(job, FRIDAY + 23 * HOUR, WEEKEND)
        self.assertEqual(
            told(decided.runs),
            [("running", "Fri 23:00", 1), ("excluded", "Sat 00:00", 48, "Sun 23:00")],
        )
        self.assertEqual(decided.next_run_time, FRIDAY + 3 * DAY)
        (row,) = [run for run in decided.runs if run.ended_at is not None]
        self.assertEqual(row.reason, "excluded by weekend")

    def test_excluded_is_never_missed(self):
        """
        After a long sleep allowed times are missed, and excluded ones excluded.
        """
        trigger = IntervalTrigger(seconds=1, start_date=FRIDAY)
        job = a_guarded_job(
            trigger, WEEKEND, misfire_grace_time=timedelta(seconds=1), coalesce=True
        )
        decided = decide(job, FRIDAY + 14 * DAY, WEEKEND)
        excluded = [r for r in decided.runs if r.disposition is Disposition.EXCLUDED]
        self.assertEqual([run.times for run in excluded], [2 * 86400, 2 * 86400])
        missed = [r for r in decided.runs if r.disposition is Disposition.MISSED]
        self.assertEqual(sum(run.times for run in missed), 10 * 86400 - 1)

    def test_it_does_not_count_as_a_run(self):
        """
        ``max_runs`` counts what runs.
        """
        job = a_guarded_job(
            CronTrigger.from_crontab("0 0 * * *", "UTC"), WEEKEND, max_runs=2
        )
        decided = decide(job, FRIDAY, WEEKEND)
        self.assertEqual(decided.run_count, 1)
        self.assertFalse(decided.finished)

    def test_a_cursor_within(self):
        """
        A job that stands at an excluded time goes on behind the stretch.
        """
        saturday = FRIDAY + DAY
        job = a_guarded_job(
            CronTrigger.from_crontab("0 9 * * *", "UTC"), WEEKEND, saturday + 9 * HOUR
        )
        decided = decide(job, saturday + 9 * HOUR, WEEKEND)
        self.assertEqual(
            told(decided.runs), [("excluded", "Sat 09:00", 2, "Sun 09:00")]
        )
        self.assertEqual(decided.next_run_time, FRIDAY + 3 * DAY + 9 * HOUR)
        for choice in (OnExcluded.NEXT, OnExcluded.PREVIOUS):
            decided = decide(
                evolve(job, on_excluded=choice), saturday + 9 * HOUR, WEEKEND
            )
            self.assertEqual(decided.runs, ())
            self.assertEqual(decided.next_run_time, FRIDAY + 3 * DAY + 9 * HOUR)

    def test_a_job_that_waits(self):
        """
        The end of a run that leads to an excluded time is followed by another delay.
        """
        saturday = FRIDAY + DAY
        job = a_guarded_job(DelayTrigger(hours=1), WEEKEND, saturday)
        decided = decide(job, saturday, WEEKEND)
        self.assertEqual(told(decided.runs), [("excluded", "Sat 00:00", 1)])
        self.assertIsNone(decided.next_run_time)
        self.assertEqual(decided.waiting.delay, HOUR)

    def test_the_end(self):
        """
        What is excluded up to the end of the job is recorded with its last run.
        """
        job = a_guarded_job(
            CronTrigger.from_crontab("0 0 * * *", "UTC"),
            WEEKEND,
            end_time=FRIDAY + 2 * DAY,
        )
        decided = decide(job, FRIDAY, WEEKEND)
        self.assertTrue(decided.finished)
        self.assertEqual(
            told(decided.runs),
            [("running", "Fri 00:00", 1), ("excluded", "Sat 00:00", 2, "Sun 00:00")],
        )

    def test_many_stretches_are_one_row(self):
        """
        More than a hundred stretches are counted together.
        """
        calendars = {"odd": parse_calendar("during crontab 1-59/2 * * * * UTC")}
        trigger = CronTrigger.from_crontab("* * * * *", "UTC")
        job = a_guarded_job(trigger, calendars, coalesce=True)
        decided = decide(job, FRIDAY + 6 * HOUR, calendars)
        excluded = [r for r in decided.runs if r.disposition is Disposition.EXCLUDED]
        self.assertEqual([run.times for run in excluded], [181])

    def test_a_trigger_that_cannot_jump(self):
        """
        A trigger that can only be walked is walked within bounds, else it is refused.
        """
        hours = a_guarded_job(every(3600), WEEKEND, FRIDAY + 23 * HOUR)
        trigger = evolve(hours, trigger=every(1))
        self.assertEqual(
            Exclusion(WEEKEND).guarded(trigger).trigger.trigger, trigger.trigger
        )
        with self.assertRaises(BadTrigger) as caught:
            decide(
                evolve(trigger, next_run_time=FRIDAY + DAY - timedelta(seconds=1)),
                FRIDAY + DAY,
                WEEKEND,
            )
        self.assertIn("in a stretch that is excluded", caught.exception.reason)


class MovingTests(SynchronousTestCase):
    """
    What is moved.
    """

    def times(self, trigger, calendars, choice, count=5, first=FRIDAY):
        """
        Give the planned times of a job.
        """
        job = a_guarded_job(trigger, calendars, on_excluded=OnExcluded(choice))
        guarded = Exclusion(calendars).guarded(job).trigger
        planned = guarded.get_next_fire_time(None, first)
        found = []
        while planned is not None and len(found) < count:
            found.append(f"{planned:%a %d %H:%M:%S}")
            planned = guarded.get_next_fire_time(planned, planned)
        return found

    def test_next(self):
        """
        The times of a weekend go to Monday, and are one.
        """
        found = self.times(
            CronTrigger.from_crontab("0 9 2,3,4,7 * *", "UTC"), WEEKEND, "next"
        )
        self.assertEqual(
            found[:3], ["Fri 02 09:00:00", "Mon 05 09:00:00", "Wed 07 09:00:00"]
        )

    def test_previous(self):
        """
        The last day of the month goes to the last workday of the month.
        """
        found = self.times(
            CronTrigger(day="last", hour=17, timezone="UTC"), WEEKEND, "previous"
        )
        self.assertEqual(
            found[:3], ["Fri 30 17:00:00", "Fri 27 17:00:00", "Tue 31 17:00:00"]
        )

    def test_previous_has_its_place_taken(self):
        """
        Where a time of its own stands already nothing is added; other times of the
        same day still find theirs.
        """
        trigger = OrTrigger(
            [
                CronTrigger.from_crontab("0 9 * * *", "UTC"),
                CronTrigger.from_crontab("0 15 * * sat", "UTC"),
            ]
        )
        self.assertEqual(
            self.times(trigger, WEEKEND, "previous", 3),
            ["Fri 02 09:00:00", "Fri 02 15:00:00", "Mon 05 09:00:00"],
        )

    def test_dense(self):
        """
        A trigger of every second gets through a weekend, and a night, at once.
        """
        trigger = IntervalTrigger(seconds=1, start_date=FRIDAY)
        late = FRIDAY + DAY - timedelta(seconds=1)
        for choice in ("next", "previous"):
            self.assertEqual(
                self.times(trigger, WEEKEND, choice, 2, late),
                ["Fri 02 23:59:59", "Mon 05 00:00:00"],
            )
            self.assertEqual(
                self.times(trigger, NIGHT, choice, 2, FRIDAY + timedelta(hours=21.999)),
                ["Fri 02 21:59:57", "Fri 02 21:59:58"],
            )

    def test_the_run_says_so(self):
        """
        A run at a moved time says that it was moved.
        """
        job = a_guarded_job(
            CronTrigger.from_crontab("0 9 3 * *", "UTC"),
            WEEKEND,
            FRIDAY + 3 * DAY + 9 * HOUR,
            on_excluded=OnExcluded.NEXT,
        )
        (run,) = decide(job, FRIDAY + 3 * DAY + 9 * HOUR, WEEKEND).runs
        self.assertEqual(run.reason, "moved, as its time is excluded by weekend")


class CutTests(SynchronousTestCase):
    """
    However an interval is cut into turns.
    """

    TRIGGERS = (
        CronTrigger.from_crontab("*/20 * * * *", "UTC"),
        CronTrigger.from_crontab("15 */5 * * *", "UTC"),
        IntervalTrigger(minutes=47, start_date=FRIDAY),
        CalendarIntervalTrigger(
            days=1, hour=12, start_date="2026-01-01", timezone="UTC"
        ),
        every(1800),
    )
    CALENDARS = (
        WEEKEND,
        NIGHT,
        {"days": DatesCalendar(["2026-01-05", "2026-01-08"], "UTC"), **NIGHT},
        {"odd": parse_calendar("during crontab * 1-23/2 * * * UTC"), **WEEKEND},
    )

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(
        st.sampled_from(TRIGGERS),
        st.sampled_from(CALENDARS),
        st.lists(st.integers(1, 30), min_size=1, max_size=6),
        st.booleans(),
        st.none() | st.just(HOUR),
    )
    def test_each_time_has_one_disposition(
        self, trigger, calendars, hours, coalesce, grace
    ):
        """
        Each planned time is decided once, none is left out, and those are excluded
        that the calendars exclude.
        """
        exclusion = Exclusion(calendars)
        job = a_guarded_job(
            trigger, calendars, coalesce=coalesce, misfire_grace_time=grace
        )
        guarded = exclusion.guarded(job).trigger
        first = guarded.get_next_fire_time(None, FRIDAY)
        now, rows, planned = FRIDAY, [], first
        for length in hours:
            now += length * HOUR
            while planned is not None and planned <= now:
                lease = JobLease(job, (), 1, planned, 0)
                decided = exclusion.plan(lease, now, "node", ("default",))
                rows += decided.runs
                planned = decided.next_run_time
        self.check(trigger, calendars, rows, first, planned)

    def check(self, trigger, calendars, rows, first, end):
        """
        Hold *rows* against each time of *trigger* up to *end*.
        """
        decided = {}
        for row in rows:
            last = row.last_planned_time or row.planned_time
            times = up_to(trigger, row.planned_time, last)
            excluded = row.disposition is Disposition.EXCLUDED
            mine = [one for one in times if self.excludes(calendars, one) is excluded]
            self.assertEqual(len(mine), row.times, row)
            for one in mine:
                self.assertNotIn(one, decided)
                decided[one] = row
        expected = up_to(trigger, first, end - timedelta(microseconds=1))
        self.assertEqual(sorted(decided), expected)

    def excludes(self, calendars, instant):
        """
        Say whether one of *calendars* excludes an instant.
        """
        return any(
            one.excluded_until(instant) is not None for one in calendars.values()
        )


def up_to(trigger, first, last):
    """
    Give the times of *trigger* from one of them on, up to *last*.
    """
    times = []
    while first is not None and first <= last:
        times.append(first)
        first = trigger.get_next_fire_time(first, first)
    return times


class ChangingTests(SynchronousTestCase):
    """
    Changes by people.
    """

    def setUp(self):
        self.exclusion = Exclusion(WEEKEND)
        self.job = a_guarded_job(
            CronTrigger.from_crontab("0 9 * * *", "UTC"), {}, FRIDAY + 33 * HOUR
        )

    def test_calendars(self):
        """
        A job that gets a calendar is planned anew by it, and one that loses it too.
        """
        new, runs = modified(
            self.job, {"calendars": ["weekend"]}, FRIDAY + 20 * HOUR, self.exclusion
        )
        self.assertEqual(runs, ())
        self.assertEqual(new.next_run_time, FRIDAY + 81 * HOUR)
        back, _ = modified(new, {"calendars": []}, FRIDAY + 20 * HOUR, self.exclusion)
        self.assertEqual(back.next_run_time, FRIDAY + 33 * HOUR)
        moved, _ = modified(
            new, {"on_excluded": "previous"}, FRIDAY + 5 * HOUR, self.exclusion
        )
        self.assertEqual(moved.next_run_time, FRIDAY + 9 * HOUR)

    def test_unknown(self):
        """
        A calendar that is not there is refused by name.
        """
        with self.assertRaises(BadValue) as caught:
            modified(self.job, {"calendars": ["x"]}, FRIDAY, self.exclusion)
        self.assertEqual(caught.exception.reason, "there is no 'x'; there are weekend")

    def test_nothing_left(self):
        """
        A change that leaves nothing is refused.
        """
        job = evolve(self.job, trigger=CronTrigger.from_crontab("0 9 * * sat", "UTC"))
        with self.assertRaises(BadValue) as caught:
            modified(job, {"calendars": ["weekend"]}, FRIDAY, self.exclusion)
        self.assertEqual(caught.exception.field, "calendars")
        with self.assertRaises(BadTrigger):
            rescheduled(
                evolve(self.job, calendars=("weekend",)),
                job.trigger,
                FRIDAY,
                self.exclusion,
            )

    def test_resumed(self):
        """
        What a pause swallowed is missed, and what was excluded meanwhile excluded.
        """
        job = evolve(
            self.job,
            calendars=("weekend",),
            next_run_time=FRIDAY + 9 * HOUR,
            paused=Pause(FRIDAY),
        )
        new, runs = resumed(job, False, FRIDAY + 4 * DAY, self.exclusion)
        self.assertEqual(
            told(runs),
            [
                ("missed", "Fri 09:00", 2, "Mon 09:00"),
                ("excluded", "Sat 09:00", 2, "Sun 09:00"),
            ],
        )
        self.assertEqual(new.next_run_time, FRIDAY + 4 * DAY + 9 * HOUR)


class SchedulerTests(SynchronousTestCase):
    """
    A scheduler with calendars.
    """

    def test_whole_days(self):
        """
        Jobs keep to calendars while time passes, and the ledger says so.
        """
        scene = Scene(calendars={"weekend": WeekdaysCalendar(["sat", "sun"], "UTC")})
        trigger = CronTrigger.from_crontab("0 9 * * *", "UTC")
        job = scene.add(trigger, calendars=["weekend"], misfire_grace_time=None)
        self.assertEqual(job.next_run_time, datetime(2026, 1, 1, 9, tzinfo=UTC))
        ahead = driven(
            scene.scheduler.forecast(job.next_run_time, job.next_run_time + 6 * DAY)
        )
        self.assertEqual(
            [f"{one.planned_time:%a}" for one in ahead], ["Thu", "Fri", "Mon", "Tue"]
        )
        for _ in range(8):
            scene.advance(86400)
            if scene.executor.running:
                scene.executor.end()
        runs = driven(scene.scheduler.get_runs(RunQuery(descending=False))).items
        self.assertEqual(
            [f"{run.planned_time:%a} {run.disposition} {run.times}" for run in runs],
            [
                *("Thu succeeded 1", "Fri succeeded 1", "Sat excluded 2"),
                *("Mon succeeded 1", "Tue succeeded 1", "Wed succeeded 1"),
                "Thu succeeded 1",
            ],
        )

    def test_unknown(self):
        """
        A job with a calendar that is not there is not added.
        """
        scene = Scene(calendars={})
        failure = self.failureResultOf(
            scene.scheduler.add_job("tests:task", every(5), calendars=["x"]), BadValue
        )
        self.assertEqual(
            str(failure.value), "calendars: there is no 'x'; there are none"
        )

    def test_nothing_left(self):
        """
        Nor is one whose calendars leave nothing.
        """
        scene = Scene(calendars=WEEKEND)
        failure = self.failureResultOf(
            scene.scheduler.add_job(
                "tests:task",
                CronTrigger.from_crontab("0 9 * * sat", "UTC"),
                calendars=["weekend"],
            ),
            BadTrigger,
        )
        self.assertIn("that weekend would allow", str(failure.value))

    def test_another_node_without_it(self):
        """
        A node that lacks the calendar pauses the job, with the reason, and runs
        nothing.
        """
        scene = Scene(calendars=WEEKEND)
        trigger = CronTrigger.from_crontab("0 9 * * *", "UTC")
        job = scene.add(trigger, calendars=["weekend"])
        driven(scene.scheduler.stop())
        other = Scene(store=scene.store, clock=scene.clock)
        other.advance(10 * 3600)
        found = driven(other.scheduler.get_job(job.id))
        self.assertIn("there is no 'weekend'", found.paused.note)
        self.assertEqual(other.executor.begun, [])
        self.flushLoggedErrors(BadValue)

    def test_no_calendar(self):
        """
        What is no calendar is refused when the scheduler is made.
        """
        for wrong in ("weekend", WeekdaysCalendar):
            with self.assertRaises(BadValue) as caught:
                Exclusion({"weekend": wrong})
            self.assertIn("is not a calendar", caught.exception.reason)


class PlainTests(SynchronousTestCase):
    """
    Jobs without calendars.
    """

    def test_nothing_changes(self):
        """
        Such a job is planned by its own trigger.
        """
        job = a_job(every(10))
        self.assertIs(Exclusion(WEEKEND).guarded(job), job)
        self.assertTrue(Exclusion().knows(job))
        decided = plan(a_lease(job), job.next_run_time, "node", ("default",))
        self.assertEqual(len(decided.runs), 1)
