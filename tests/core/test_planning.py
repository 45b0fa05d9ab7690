"""
What becomes of planned times.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from apscheduler.triggers.cron import CronTrigger as PeerCronTrigger
from apscheduler.triggers.date import DateTrigger as PeerDateTrigger
from apscheduler.triggers.interval import IntervalTrigger as PeerIntervalTrigger
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.planning import MAX_STEPS, first_planned_time, pass_over, plan
from txsched.errors import BadTrigger
from txsched.model import Disposition, OnCrash, Waiting, jitter_offset, run_id
from txsched.triggers import CronTrigger, DateTrigger, DelayTrigger, IntervalTrigger

from .scenes import BEGIN, SECOND, UTC, a_job, a_lease, an_active_run, at, every

HERE = ("default",)


def decide(job, now, *runs, run_count=0, executors=HERE):
    """
    Plan a job.
    """
    return plan(a_lease(job, *runs, run_count=run_count), now, "node", executors)


def told(decided):
    """
    Give what was decided: disposition, first second, how many times.
    """
    return [
        (
            run.disposition.value,
            (run.planned_time - BEGIN).total_seconds(),
            run.times,
        )
        for run in sorted(decided.runs, key=lambda run: run.planned_time)
    ]


class WaitingTests(SynchronousTestCase):
    """
    Jobs whose next time is set by the end of their run.
    """

    DELAY = DelayTrigger(seconds=10, start_date=BEGIN)

    def test_open(self):
        """
        Whatever becomes of the one time, the next one is left open.
        """
        waiting = Waiting(10 * SECOND)
        table = [
            (a_job(self.DELAY), at(0), (), "running", 1),
            (a_job(self.DELAY), at(50), (), "missed", 0),
            (a_job(self.DELAY), at(0), (an_active_run(),), "skipped", 0),
            (a_job(self.DELAY, executor="other"), at(0), (), "pending", 1),
            (a_job(self.DELAY, coalesce=True, max_runs=2), at(0), (), "running", 1),
        ]
        for job, now, active, disposition, count in table:
            decided = decide(job, now, *active)
            self.assertEqual(told(decided), [(disposition, 0.0, 1)])
            self.assertEqual((decided.next_run_time, decided.due), (None, None))
            self.assertEqual((decided.waiting, decided.run_count), (waiting, count))
            self.assertFalse(decided.finished)

    def test_last_run(self):
        """
        With its last run the job does not wait any more.
        """
        decided = decide(a_job(self.DELAY, max_runs=3), at(0), run_count=2)
        self.assertIsNone(decided.waiting)
        self.assertTrue(decided.finished)

    def test_until(self):
        """
        The bound is the earlier one of the trigger's and the job's.
        """
        for trigger_end, job_end, expected in (
            (None, None, None),
            (40, None, 40),
            (None, 50, 50),
            (40, 50, 40),
            (50, 40, 40),
        ):
            trigger = DelayTrigger.of(
                10 * SECOND, BEGIN, None if trigger_end is None else at(trigger_end)
            )
            end = None if job_end is None else at(job_end)
            decided = decide(a_job(trigger, end_time=end), at(0))
            until = None if expected is None else at(expected)
            self.assertEqual(decided.waiting, Waiting(10 * SECOND, until))

    def test_finished_where_nothing_runs(self):
        """
        A time that does not run, with nothing after it and nothing active, is the last.
        """
        job = a_job(self.DELAY, end_time=at(55))
        self.assertTrue(decide(job, at(50)).finished)
        self.assertFalse(decide(job, at(45)).finished)
        self.assertFalse(decide(job, at(50), an_active_run()).finished)

    def test_passed_over(self):
        """
        The end of a pause passes over the one time, and leaves the next one open.
        """
        rows, cursor = pass_over(a_job(self.DELAY), at(50), "why")
        self.assertIsNone(cursor)
        (row,) = rows
        self.assertEqual((row.disposition.value, row.ended_at), ("missed", at(50)))

    def test_a_trigger_with_more_to_say(self):
        """
        A trigger that waits only after the last of some times of its own is taken at
        its word.
        """

        @frozen
        class Other:
            waiting = Waiting(10 * SECOND, at(60))
            get_next_fire_time = every(10, at(20)).get_next_fire_time

        self.assertIsNone(decide(a_job(Other()), at(0)).waiting)
        for now, options, expected in (
            (25, {"misfire_grace_time": None}, Other.waiting),
            (45, {}, Other.waiting),
            (55, {}, None),
        ):
            decided = decide(a_job(Other(), **options), at(now))
            self.assertIsNone(decided.next_run_time)
            self.assertEqual(decided.waiting, expected)

    def test_a_trigger_of_somebody_else(self):
        """
        An attribute of the same name that is something else means nothing.
        """
        trigger = DateTrigger(BEGIN)
        for value in (None, "yes", 5):

            @frozen
            class Other:
                waiting = value
                get_next_fire_time = trigger.get_next_fire_time

            self.assertTrue(decide(a_job(Other()), at(0)).finished)


class JitterTests(SynchronousTestCase):
    """
    By how much a run is put off depends on the job and its planned time alone.
    """

    def test_planned_again(self):
        """
        Two nodes that plan the same time, at other moments, agree on all that follows.
        """
        job = a_job(every(60), jitter=30 * SECOND, misfire_grace_time=None)
        plans = [
            plan(a_lease(job), at(now), node, HERE)
            for now, node in ((31, "one"), (45, "two"))
        ]
        expected = at(60) + jitter_offset("job", at(60), 30 * SECOND)
        for decided in plans:
            self.assertEqual(decided.due, expected)
            self.assertEqual(decided.runs[0].id, run_id("G", BEGIN))


class OneTimeTests(SynchronousTestCase):
    """
    One planned time that has arrived.
    """

    def test_it_runs(self):
        """
        In time and with a free place it runs, and the cursor moves on.
        """
        decided = decide(a_job(every(10)), at(0.5))
        (run,) = decided.runs
        self.assertEqual(run.disposition, Disposition.RUNNING)
        self.assertEqual(run.id, run_id("G", BEGIN))
        self.assertEqual((run.node, run.started_at), ("node", at(0.5)))
        self.assertEqual((run.attempt, run.manual, run.times), (1, False, 1))
        self.assertEqual((decided.next_run_time, decided.due), (at(10), at(10)))
        self.assertEqual((decided.term, decided.run_count), (7, 1))
        self.assertFalse(decided.finished)

    def test_it_is_missed(self):
        """
        Later than the grace time it is missed, and the reason has both figures.
        """
        job = a_job(every(10), misfire_grace_time=SECOND)
        self.assertEqual(told(decide(job, at(1))), [("running", 0, 1)])
        decided = decide(job, at(1.5))
        (run,) = decided.runs
        self.assertEqual(run.disposition, Disposition.MISSED)
        self.assertEqual(run.reason, "planned 1.5s late, misfire_grace_time is 1s")
        self.assertEqual(run.ended_at, at(1.5))
        self.assertEqual(decided.run_count, 0)

    def test_without_limit_it_is_never_missed(self):
        """
        Without a grace time it runs however late it is.
        """
        job = a_job(every(10**6), misfire_grace_time=None)
        self.assertEqual(told(decide(job, at(10**5))), [("running", 0, 1)])

    def test_it_is_skipped(self):
        """
        Without a free place it is skipped, and the reason names the holder.
        """
        job = a_job(every(10), max_instances=2)
        one, two = an_active_run(1), an_active_run(2)
        self.assertEqual(told(decide(job, at(0), one)), [("running", 0, 1)])
        (run,) = decide(job, at(0), two, one).runs
        self.assertEqual(run.disposition, Disposition.SKIPPED)
        self.assertEqual(run.by, "active 1")
        self.assertEqual(
            run.reason,
            "max_instances is 2: run active 1 is active since 2025-12-31 23:59:51 UTC",
        )

    def test_a_holder_that_waits(self):
        """
        A holder that has not started yet is named without a time.
        """
        waiting = an_active_run(disposition=Disposition.PENDING, started_at=None)
        (run,) = decide(a_job(every(10)), at(0), waiting).runs
        self.assertEqual(run.reason, "max_instances is 1: run active 0 is active")

    def test_the_last_of_max_runs(self):
        """
        With its last run the job is finished.
        """
        job = a_job(every(10), max_runs=3)
        self.assertFalse(decide(job, at(0), run_count=1).finished)
        decided = decide(job, at(0), run_count=2)
        self.assertTrue(decided.finished)
        self.assertEqual((decided.next_run_time, decided.due), (None, None))
        self.assertEqual(decided.run_count, 3)

    def test_the_end(self):
        """
        A trigger that has ended, or a time behind the job's end, finishes the job.
        """
        self.assertTrue(decide(a_job(every(10, at(5))), at(0)).finished)
        self.assertTrue(decide(a_job(every(10), end_time=at(9)), at(0)).finished)
        self.assertFalse(decide(a_job(every(10), end_time=at(10)), at(0)).finished)

    def test_elsewhere(self):
        """
        A run whose executor this node has not waits for one that has it.
        """
        decided = decide(a_job(every(10), executor="gpu"), at(0))
        (run,) = decided.runs
        self.assertEqual(run.disposition, Disposition.PENDING)
        self.assertEqual(run.reason, "waits for a node with the executor 'gpu'")
        self.assertIsNone(run.node)
        self.assertEqual(decided.run_count, 1)

    def test_jitter(self):
        """
        Jitter puts off when it is due and when it is late, not what is planned.
        """
        jitter = timedelta(seconds=5)
        job = a_job(every(60), jitter=jitter, misfire_grace_time=SECOND)
        self.assertEqual(told(decide(job, at(6))), [("running", 0, 1)])
        self.assertEqual(told(decide(job, at(6.1))), [("missed", 0, 1)])
        decided = decide(job, at(6))
        self.assertEqual(decided.next_run_time, at(60))
        self.assertEqual(decided.due, at(60) + jitter_offset("job", at(60), jitter))


class ManyTimesTests(SynchronousTestCase):
    """
    Several planned times that have arrived.
    """

    def test_each_runs(self):
        """
        Without coalescing each runs as long as there are places; others are skipped.
        """
        job = a_job(misfire_grace_time=None, max_instances=2)
        self.assertEqual(
            told(decide(job, at(5))),
            [("running", 0, 1), ("running", 1, 1), ("skipped", 2, 4)],
        )
        self.assertEqual(
            told(decide(job, at(5), an_active_run())),
            [("running", 0, 1), ("skipped", 1, 5)],
        )
        self.assertEqual(
            told(decide(job, at(5), an_active_run(0), an_active_run(1))),
            [("skipped", 0, 6)],
        )

    def test_late_ones_are_missed(self):
        """
        Those beyond the grace time are one missed row, the others have their turn.
        """
        job = a_job(misfire_grace_time=2 * SECOND, max_instances=9)
        decided = decide(job, at(5))
        self.assertEqual(
            told(decided),
            [("missed", 0, 3), ("running", 3, 1), ("running", 4, 1), ("running", 5, 1)],
        )
        missed = decided.runs[0]
        self.assertEqual(missed.last_planned_time, at(2))
        self.assertEqual(decided.next_run_time, at(6))
        self.assertEqual(decided.run_count, 3)

    def test_coalescing(self):
        """
        The last one runs, and the others are one row that names it.
        """
        job = a_job(misfire_grace_time=None, coalesce=True)
        decided = decide(job, at(5))
        self.assertEqual(told(decided), [("coalesced", 0, 5), ("running", 5, 1)])
        before, run = sorted(decided.runs, key=lambda run: run.planned_time)
        self.assertEqual(before.by, run.id)
        self.assertEqual(before.reason, f"rolled into run {run.id}")
        self.assertEqual(before.last_planned_time, at(4))
        self.assertEqual(decided.run_count, 1)

    def test_coalescing_two(self):
        """
        Two planned times become one row each.
        """
        decided = decide(a_job(misfire_grace_time=None, coalesce=True), at(1))
        self.assertEqual(told(decided), [("coalesced", 0, 1), ("running", 1, 1)])

    def test_coalescing_after_the_grace_time(self):
        """
        What is beyond the grace time is missed and not coalesced.
        """
        job = a_job(misfire_grace_time=2 * SECOND, coalesce=True)
        self.assertEqual(
            told(decide(job, at(9))),
            [("missed", 0, 7), ("coalesced", 7, 2), ("running", 9, 1)],
        )

    def test_coalescing_without_a_place(self):
        """
        Without a place all of them are skipped.
        """
        job = a_job(misfire_grace_time=None, coalesce=True)
        self.assertEqual(told(decide(job, at(5), an_active_run())), [("skipped", 0, 6)])

    def test_max_runs(self):
        """
        The job is finished within the stretch; what would follow never is.
        """
        job = a_job(misfire_grace_time=None, max_instances=9, max_runs=2)
        decided = decide(job, at(5))
        self.assertEqual(told(decided), [("running", 0, 1), ("running", 1, 1)])
        self.assertTrue(decided.finished)

    def test_the_end_within(self):
        """
        The stretch ends where the job does.
        """
        job = a_job(misfire_grace_time=None, max_instances=9, end_time=at(2))
        decided = decide(job, at(5))
        self.assertEqual([time for _, time, _ in told(decided)], [0, 1, 2])
        self.assertTrue(decided.finished)

    def test_the_end_within_what_is_counted(self):
        """
        A trigger that counts does not count beyond the end of the job.
        """
        job = a_job(
            IntervalTrigger(seconds=1, start_date=BEGIN),
            misfire_grace_time=SECOND,
            end_time=at(100),
        )
        decided = decide(job, at(10**6))
        self.assertEqual(told(decided), [("missed", 0, 101)])
        self.assertTrue(decided.finished)

    def test_jitter(self):
        """
        A planned time whose delay has not passed is not decided yet.
        """
        jitter = timedelta(seconds=3)
        job = a_job(misfire_grace_time=None, jitter=jitter, max_instances=9)
        now = at(7)
        decided = decide(job, now)
        due = {n: at(n) + jitter_offset("job", at(n), jitter) for n in range(10)}
        first = next(n for n in range(10) if due[n] > now)
        self.assertEqual([time for _, time, _ in told(decided)], list(range(first)))
        self.assertEqual(decided.next_run_time, at(first))
        self.assertEqual(decided.due, due[first])

    def test_jitter_with_coalescing_and_skipping(self):
        """
        The jittered end of a stretch is walked, not counted.
        """
        jitter = timedelta(seconds=3)
        trigger = IntervalTrigger(seconds=1, start_date=BEGIN)
        for coalesce, runs in ((True, ()), (False, (an_active_run(),))):
            job = a_job(
                trigger, misfire_grace_time=None, jitter=jitter, coalesce=coalesce
            )
            decided = decide(job, at(50), *runs)
            total = sum(run.times for run in decided.runs)
            self.assertEqual(decided.next_run_time, at(total))
            self.assertGreater(decided.due, at(50))


class LongAbsenceTests(SynchronousTestCase):
    """
    Much was planned while nobody planned.
    """

    month = at(30 * 86400)

    def test_a_trigger_that_counts(self):
        """
        A month of a one-second job is a handful of rows, from a handful of questions.
        """
        for trigger in (
            IntervalTrigger(seconds=1, start_date=BEGIN),
            CronTrigger(second="*", timezone="UTC"),
        ):
            job = a_job(trigger, misfire_grace_time=300 * SECOND, coalesce=True)
            decided = decide(job, self.month)
            self.assertEqual(
                told(decided),
                [
                    ("missed", 0, 30 * 86400 - 300),
                    ("coalesced", 30 * 86400 - 300, 300),
                    ("running", 30 * 86400, 1),
                ],
            )

    def test_a_trigger_that_does_not_count(self):
        """
        A stranger's trigger is walked in stretches, and every time is accounted for.
        """
        now, cursor = at(3 * MAX_STEPS + 500), BEGIN
        rows, turns = [], 0
        while cursor <= now:
            job = a_job(misfire_grace_time=None, coalesce=True, next_run_time=cursor)
            decided = decide(job, now)
            self.assertLessEqual(len(decided.runs), 2)
            rows += decided.runs
            cursor = decided.next_run_time
            turns += 1
        self.assertEqual(turns, 4)
        self.assertEqual(sum(run.times for run in rows), 3 * MAX_STEPS + 501)
        running = [run for run in rows if run.disposition is Disposition.RUNNING]
        self.assertEqual([run.planned_time for run in running], [now])
        self.assertEqual(rows[0].reason, "rolled into a later run")

    def test_missed_in_stretches(self):
        """
        The same for missed times.
        """
        job = a_job(misfire_grace_time=SECOND)
        decided = decide(job, at(10 * MAX_STEPS))
        self.assertEqual(told(decided), [("missed", 0, MAX_STEPS)])
        self.assertEqual(decided.next_run_time, at(MAX_STEPS))


class StrangersTests(SynchronousTestCase):
    """
    Triggers of others.
    """

    def test_apscheduler(self):
        """
        Triggers of APScheduler 3 work as they are.
        """
        for trigger in (
            PeerIntervalTrigger(seconds=1, start_date=BEGIN, timezone="UTC"),
            PeerCronTrigger(second="*", timezone="UTC"),
        ):
            first = first_planned_time(trigger, BEGIN)
            self.assertEqual((first, first.tzinfo), (BEGIN, UTC))
            job = a_job(trigger, misfire_grace_time=None, max_instances=9)
            decided = decide(job, at(2))
            self.assertEqual([time for _, time, _ in told(decided)], [0, 1, 2])
        trigger = PeerDateTrigger(BEGIN, "UTC")
        self.assertTrue(decide(a_job(trigger), at(0)).finished)

    def test_answers_that_cannot_be(self):
        """
        A naive answer, and one that does not go forward, are errors that say so.
        """

        class Wrong:
            def __init__(self, *answers):
                self.answers = list(answers)

            def get_next_fire_time(self, previous, now):
                return self.answers.pop(0)

        naive = datetime(2026, 1, 2)  # noqa: DTZ001
        for answer in (naive, BEGIN, at(-1)):
            self.assertRaises(BadTrigger, decide, a_job(Wrong(answer)), at(0))
        error = self.assertRaises(BadTrigger, first_planned_time, Wrong(naive), BEGIN)
        self.assertIn("has no time zone", str(error))
        east = timezone(timedelta(hours=3))
        decided = decide(a_job(Wrong(at(60).astimezone(east))), at(0))
        self.assertIs(decided.next_run_time.tzinfo, UTC)

    def test_first(self):
        """
        The first planned time is within the bounds of the job.
        """
        self.assertEqual(first_planned_time(every(10), at(1)), at(10))
        self.assertEqual(first_planned_time(every(10), at(1), at(35)), at(40))
        self.assertIsNone(first_planned_time(every(10), at(1), None, at(9)))
        self.assertIsNone(first_planned_time(every(10, at(0)), at(1)))


class PassOverTests(SynchronousTestCase):
    """
    Planned times that a pause swallowed.
    """

    def test_nothing(self):
        """
        Nothing was planned in between.
        """
        self.assertEqual(pass_over(a_job(), BEGIN, "why"), ((), BEGIN))
        finished = a_job(next_run_time=None)
        self.assertEqual(pass_over(finished, at(9), "why"), ((), None))

    def test_some(self):
        """
        They are one missed row with the reason, and the cursor stands behind them.
        """
        ((run,), cursor) = pass_over(a_job(), at(4.5), "why")
        self.assertEqual((run.disposition, run.reason), (Disposition.MISSED, "why"))
        self.assertEqual((run.times, run.last_planned_time), (5, at(4)))
        self.assertEqual(cursor, at(5))

    def test_the_end(self):
        """
        The cursor is gone when the trigger has ended meanwhile.
        """
        self.assertIsNone(pass_over(a_job(every(1, at(2))), at(9), "why")[1])


jobs = st.builds(
    lambda period, grace, coalesce, places, count, jitter, counting: a_job(
        IntervalTrigger(seconds=period, start_date=BEGIN)
        if counting
        else every(period),
        misfire_grace_time=None if grace is None else timedelta(seconds=grace),
        coalesce=coalesce,
        max_instances=places,
        max_runs=count,
        jitter=None if jitter is None else timedelta(seconds=jitter),
        on_crash=OnCrash.RERUN,
    ),
    st.integers(1, 7),
    st.none() | st.integers(1, 40),
    st.booleans(),
    st.integers(1, 3),
    st.none() | st.integers(1, 20),
    st.none() | st.integers(1, 9),
    st.booleans(),
)
turns = st.lists(
    st.tuples(st.floats(0, 60), st.lists(st.booleans(), max_size=4)),
    min_size=1,
    max_size=12,
)


class LawTests(SynchronousTestCase):
    """
    However time is cut into turns, and whatever runs meanwhile.
    """

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(jobs, turns)
    def test_each_planned_time_once(self, job, turns):
        """
        Each planned time is decided exactly once and none is left out; the cursor goes
        forward; no more runs are active than may be; planning again says the same.
        """
        cursor, count, now = BEGIN, 0, BEGIN
        active, rows = [], []
        for seconds, ends in turns:
            now += timedelta(seconds=seconds)
            for ended in ends:
                if ended and active:
                    active.pop(0)
            while cursor is not None and due(job, cursor) <= now:
                lease = a_lease(job, *active, run_count=count)._replace(
                    next_run_time=cursor
                )
                decided = plan(lease, now, "node", HERE)
                self.assertEqual(decided, plan(lease, now, "node", HERE))
                rows += decided.runs
                active += [one for one in decided.runs if one.ended_at is None]
                self.assertLessEqual(len(active), job.max_instances)
                if decided.next_run_time is not None:
                    self.assertGreater(decided.next_run_time, cursor)
                    self.assertEqual(decided.due, due(job, decided.next_run_time))
                cursor, count = decided.next_run_time, decided.run_count
        times = []
        for row in rows:
            here = [row.planned_time]
            while len(here) < row.times:
                here.append(job.trigger.get_next_fire_time(here[-1], now))
            if row.times > 1:
                self.assertEqual(here[-1], row.last_planned_time)
            times += here
        self.assertEqual(len(times), len(set(times)))
        self.assertEqual(len(rows), len({row.id for row in rows}))
        expected, planned = [], BEGIN
        stop = cursor
        while planned != stop and (stop is not None or len(expected) < len(times)):
            expected.append(planned)
            planned = job.trigger.get_next_fire_time(planned, now)
        self.assertEqual(sorted(times), expected)
        started = sum(row.disposition is Disposition.RUNNING for row in rows)
        self.assertEqual(started, count)
        if job.max_runs is not None:
            self.assertLessEqual(count, job.max_runs)
            self.assertEqual(cursor is None, count == job.max_runs)


def due(job, planned):
    """
    Give when a planned time of *job* arrives.
    """
    if job.jitter is None:
        return planned
    return planned + jitter_offset(job.id, planned, job.jitter)
