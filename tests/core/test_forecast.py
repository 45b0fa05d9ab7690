"""
What will be planned, told ahead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.forecast import check_window, forecast
from txsched.core.planning import MAX_STEPS
from txsched.errors import BadValue
from txsched.model import Forecast, Pause, jitter_offset
from txsched.testing.driving import driven
from txsched.triggers import CronTrigger, DateTrigger, IntervalTrigger

from .doubles import busy_scene
from .scenes import BEGIN, SECOND, a_job, at, every


def seconds(found):
    """
    Give the seconds of what was told.
    """
    return [(one.planned_time - BEGIN).total_seconds() for one in found]


def each(interval, **options):
    """
    Make a trigger that fires from the beginning on, and can count.
    """
    return IntervalTrigger(seconds=interval, start_date=BEGIN, **options)


class Drifting:
    """
    A trigger that goes on from the planned time before; asked anew it begins anew.
    """

    def __init__(self, interval, last=10**9):
        self.interval = interval
        self.last = last
        self.asked = 0

    def get_next_fire_time(self, previous, now):
        """
        Give the next planned time.
        """
        self.asked += 1
        if previous is None:
            return now
        following = previous + self.interval * SECOND
        return following if following <= at(self.last) else None


class WindowTests(SynchronousTestCase):
    """
    What is asked for.
    """

    def test_bounds(self):
        """
        The start is included, the end is not.
        """
        for trigger in (every(10), each(10)):
            job = a_job(trigger)
            found = forecast([job], at(10), at(30), 9)
            self.assertEqual(found, [Forecast("job", at(t), at(t)) for t in (10, 20)])
            self.assertEqual(seconds(forecast([job], at(10.5), at(30.5), 9)), [20, 30])
            self.assertEqual(forecast([job], at(10), at(10), 9), [])
            self.assertEqual(forecast([job], at(30), at(10), 9), [])

    def test_limit(self):
        """
        The first ones of all jobs together are told, whatever the order of the jobs.
        """
        jobs = [a_job(each(gap), id=f"each {gap}") for gap in (3, 2, 5)]
        found = forecast(jobs, BEGIN, at(100), 6)
        self.assertEqual(
            [
                (one.job_id, time)
                for one, time in zip(found, seconds(found), strict=True)
            ],
            [
                ("each 2", 0),
                ("each 3", 0),
                ("each 5", 0),
                ("each 2", 2),
                ("each 3", 3),
                ("each 2", 4),
            ],
        )
        self.assertEqual(found, forecast(jobs[::-1], BEGIN, at(100), 6))

    def test_no_more_than_needed(self):
        """
        Triggers are asked for no more planned times than are told.
        """
        trigger = Drifting(1)
        forecast([a_job(trigger)], BEGIN, at(10**6), 5)
        self.assertLessEqual(trigger.asked, 5)

    def test_no_jobs(self):
        """
        Without jobs there is nothing.
        """
        self.assertEqual(forecast([], BEGIN, at(100), 9), [])

    def test_what_cannot_be_asked(self):
        """
        Each part of the question is refused by its name.
        """
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        zone = "expected a datetime with a time zone, not {!r}"
        whole = "expected a whole number, not {!r}"
        for arguments, field, reason in (
            ((naive, at(1), 1), "start", zone.format(naive)),
            (("now", at(1), 1), "start", zone.format("now")),
            ((BEGIN, naive, 1), "end", zone.format(naive)),
            ((BEGIN, None, 1), "end", zone.format(None)),
            ((BEGIN, BEGIN.date(), 1), "end", zone.format(BEGIN.date())),
            ((BEGIN, at(1), 0), "limit", "0 is not within 1 to 100000"),
            ((BEGIN, at(1), -1), "limit", "-1 is not within 1 to 100000"),
            ((BEGIN, at(1), 100_001), "limit", "100001 is not within 1 to 100000"),
            ((BEGIN, at(1), True), "limit", whole.format(True)),
            ((BEGIN, at(1), 1.0), "limit", whole.format(1.0)),
            ((BEGIN, at(1), None), "limit", whole.format(None)),
        ):
            error = self.assertRaises(BadValue, check_window, *arguments)
            self.assertEqual((error.field, error.reason), (field, reason))
        for limit in (1, 100_000):
            check_window(BEGIN, at(-1), limit)


class JobTests(SynchronousTestCase):
    """
    What of a job counts.
    """

    def test_paused(self):
        """
        A paused job has nothing ahead.
        """
        job = a_job(each(10), paused=Pause(BEGIN))
        self.assertEqual(forecast([job], BEGIN, at(100), 9), [])

    def test_finished(self):
        """
        Neither has one whose trigger has nothing more to say.
        """
        job = a_job(each(10), next_run_time=None)
        self.assertEqual(forecast([job], BEGIN, at(100), 9), [])

    def test_max_runs(self):
        """
        Only as many are told as are left.
        """
        for trigger in (every(10), each(10)):
            for run_count, times in ((0, [0, 10, 20]), (1, [0, 10]), (2, [0]), (3, [])):
                job = a_job(trigger, max_runs=3, run_count=run_count)
                self.assertEqual(seconds(forecast([job], BEGIN, at(99), 9)), times)

    def test_max_runs_before_the_window(self):
        """
        Those that lie before the window take their part of ``max_runs``.
        """
        for trigger in (every(10), each(10)):
            for start, times in ((1, [10, 20]), (10.5, [20]), (20.5, []), (10**6, [])):
                job = a_job(trigger, max_runs=3)
                found = forecast([job], at(start), at(10**7), 9, BEGIN)
                self.assertEqual(seconds(found), times, start)

    def test_max_runs_and_the_past(self):
        """
        What has passed and has no disposition yet takes no part: it may be missed.
        """
        for trigger in (every(10), each(10)):
            job = a_job(trigger, max_runs=3)
            found = forecast([job], at(35), at(999), 9, at(15))
            self.assertEqual(seconds(found), [40])

    def test_max_runs_and_jitter(self):
        """
        A planned time that has come, but waits for its delay, takes its part.
        """
        jitter = timedelta(seconds=9)
        offset = jitter_offset("job", BEGIN, jitter)
        for trigger in (every(10), each(10)):
            job = a_job(trigger, max_runs=3, jitter=jitter)
            for passed, times in ((-SECOND, [10, 20]), (SECOND, [10, 20, 30])):
                now = BEGIN + offset + passed
                found = forecast([job], now, at(999), 9, now)
                self.assertEqual(seconds(found), times)

    def test_end_time(self):
        """
        The end of a job is included, also when the window begins after it.
        """
        for trigger in (every(10), each(10)):
            job = a_job(trigger, end_time=at(30))
            self.assertEqual(seconds(forecast([job], at(15), at(99), 9)), [20, 30])
            self.assertEqual(forecast([job], at(31), at(99), 9), [])

    def test_start_time(self):
        """
        A job that has not begun begins with its next planned time.
        """
        job = a_job(each(10), start_time=at(15), next_run_time=at(20))
        self.assertEqual(seconds(forecast([job], BEGIN, at(45), 9)), [20, 30, 40])

    def test_jitter(self):
        """
        The planned time counts, and the delay is told with it.
        """
        jitter = timedelta(seconds=7)
        job = a_job(each(10), jitter=jitter)
        found = forecast([job], BEGIN, at(500), 99)
        self.assertEqual(seconds(found), [10 * number for number in range(50)])
        for one in found:
            offset = jitter_offset("job", one.planned_time, jitter)
            self.assertEqual(one.due, one.planned_time + offset)
        self.assertGreater(len({one.due - one.planned_time for one in found}), 40)


class TriggerTests(SynchronousTestCase):
    """
    Triggers that are far behind, or go wrong.
    """

    def test_far_away(self):
        """
        A trigger that can count is not walked.
        """

        class Counted(Drifting):
            def count_until(self, first, end):
                times = -((first - end) // (self.interval * SECOND))
                return times, first + (times - 1) * self.interval * SECOND

        trigger = Counted(1)
        found = forecast([a_job(trigger)], at(10**8 + 0.5), at(10**8 + 3), 9)
        self.assertEqual(seconds(found), [10**8 + 1, 10**8 + 2])
        self.assertLess(trigger.asked, 5)

    def test_walked(self):
        """
        One that cannot is walked for a while, so that it keeps its step.
        """
        job = a_job(Drifting(10), next_run_time=at(3))
        found = forecast([job], at(9995), at(10_010), 9)
        self.assertEqual(seconds(found), [10_003])

    def test_walked_too_far(self):
        """
        Beyond that it is asked anew.
        """
        trigger = Drifting(10)
        job = a_job(trigger, next_run_time=at(3))
        found = forecast([job], at(10 * MAX_STEPS + 5), at(10 * MAX_STEPS + 30), 9)
        self.assertEqual(
            seconds(found),
            [10 * MAX_STEPS + 5, 10 * MAX_STEPS + 15, 10 * MAX_STEPS + 25],
        )
        self.assertLess(trigger.asked, MAX_STEPS + 9)

    def test_it_ends_on_the_way(self):
        """
        A trigger that ends before the window has nothing in it.
        """
        for trigger in (Drifting(10, 50), each(10, end_date=at(50))):
            self.assertEqual(forecast([a_job(trigger)], at(51), at(999), 9), [])

    def test_it_begins_anew_in_the_past(self):
        """
        Asked anew, an answer before the window is none.
        """

        class Past(Drifting):
            def get_next_fire_time(self, previous, now):
                if previous is None:
                    return now - SECOND
                return super().get_next_fire_time(previous, now)

        job = a_job(Past(1))
        self.assertEqual(forecast([job], at(10**5), at(10**6), 9), [])

    def test_it_goes_wrong(self):
        """
        A job has nothing from where its trigger raises, stands still, or gives what
        nobody can use; others have.
        """

        def bang(previous):
            raise ArithmeticError("cannot say")

        def naive(previous):
            return previous.replace(tzinfo=None) + SECOND

        for answer in (bang, naive, lambda previous: previous, lambda _: "soon"):

            class Broken:
                def get_next_fire_time(self, previous, now, answer=answer):
                    good = previous < at(20)
                    return previous + 10 * SECOND if good else answer(previous)

            jobs = [a_job(Broken(), id="broken"), a_job(each(15), id="sound")]
            found = forecast(jobs, BEGIN, at(40), 99)
            self.assertEqual(
                [
                    (one.job_id, time)
                    for one, time in zip(found, seconds(found), strict=True)
                ],
                [
                    ("broken", 0),
                    ("sound", 0),
                    ("broken", 10),
                    ("sound", 15),
                    ("broken", 20),
                    ("sound", 30),
                ],
            )
            for start in (25, 5000):
                found = forecast(jobs[:1], at(start), at(10_000), 9)
                self.assertEqual(found, [])


def minutes(low, high):
    """
    Draw whole minutes, in seconds, so that times meet each other.
    """
    return st.integers(low, high).map(lambda number: 60 * number)


def triggers():
    """
    Draw triggers that fire a few times in the first hours.
    """
    starts = minutes(-60, 120).map(at)
    ends = st.none() | minutes(120, 240).map(at)
    return st.one_of(
        starts.map(lambda start: DateTrigger(max(start, BEGIN))),
        st.builds(
            lambda start, seconds, end: IntervalTrigger(
                seconds=seconds, start_date=start, end_date=end
            ),
            starts,
            minutes(1, 80),
            ends,
        ),
        st.builds(every, minutes(1, 80), ends),
        st.builds(
            lambda minute, second: CronTrigger(
                minute=minute, second=second, timezone="Europe/Berlin"
            ),
            st.sampled_from(["*/7", "5,50", "10-12", "0"]),
            st.sampled_from([0, 0, 30]),
        ),
    )


def options():
    """
    Draw options, none of which leaves a planned time out.
    """
    return st.fixed_dictionaries(
        {"misfire_grace_time": st.just(None), "max_instances": st.just(100)},
        optional={
            "max_runs": st.integers(1, 9),
            "start_time": minutes(0, 80).map(at),
            "end_time": minutes(150, 230).map(at),
            "jitter": st.integers(1, 4000),
            "coalesce": st.just(False),
        },
    ).map(lambda drawn: drawn | {"coalesce": False})


class LawTests(SynchronousTestCase):
    """
    What is told is what then happens.
    """

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.tuples(triggers(), options(), st.booleans()), min_size=1, max_size=4
        ),
        minutes(0, 100),
        minutes(0, 100),
        minutes(0, 130),
    )
    def test_it_comes_true(self, jobs, asked_at, ahead, lasting):
        """
        Each planned time that was told for a window begins a run, as soon as its delay
        and those of the times before it allow, and there are no others.
        """
        scene = busy_scene()
        for number, (trigger, chosen, paused) in enumerate(jobs):
            try:
                scene.add(trigger, id=f"job {number}", **chosen)
            except BadValue:  # nothing ahead
                continue
            if paused:
                driven(scene.scheduler.pause_job(f"job {number}"))
        scene.advance(asked_at)
        start = at(asked_at + ahead)
        end = start + lasting * SECOND
        told = driven(scene.scheduler.forecast(start, end, limit=100_000))
        before = {run.id for run in scene.runs()}
        scene.advance(ahead + lasting + 4001)
        expected = []
        for run in scene.runs():
            if start <= run.planned_time < end and run.id not in before:
                expected.append((run.planned_time, run.job_id))
                self.assertEqual((run.disposition.value, run.times), ("succeeded", 1))
        self.assertEqual(
            [(one.planned_time, one.job_id) for one in told], sorted(expected)
        )
        begun = {(run.planned_time, run.job_id): run.started_at for run in scene.runs()}
        latest = {}
        for one in told:
            due = max(latest.get(one.job_id, one.due), one.due)
            latest[one.job_id] = due
            if lasting and not ahead and not asked_at:
                self.assertEqual(begun[one.planned_time, one.job_id], due)
            self.assertGreaterEqual(begun[one.planned_time, one.job_id], one.due)
