"""
What new bounds make of a job.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.modifying import modified, rescheduled
from txsched.core.planning import MAX_STEPS
from txsched.errors import BadValue
from txsched.triggers import DateTrigger

from .scenes import BEGIN, a_job, at, every
from .test_modifying import each, rows

BOUNDS = "the bounds of the job were changed"


class BoundTests(SynchronousTestCase):
    """
    Where a job begins and ends.
    """

    def change(self, trigger, cursor, now, before=None, **changes):
        """
        Change bounds; give the new cursor in seconds, the rows and the job.
        """
        job = a_job(trigger, next_run_time=cursor, **(before or {}))
        new, runs = modified(job, changes, now)
        self.assertEqual(new.generation != "G", new.next_run_time != cursor)
        for run in runs:
            self.assertEqual((run.reason, run.ended_at), (BOUNDS, now))
        planned = new.next_run_time
        seconds = None if planned is None else (planned - BEGIN).total_seconds()
        return seconds, rows(runs), new

    def test_a_later_start(self):
        """
        The cursor moves to the first time from the new start on.
        """
        for trigger in (every(10), each(10)):
            cursor, runs, new = self.change(trigger, at(10), at(5), start_time=at(35))
            self.assertEqual((cursor, runs, new.start_time), (40, [], at(35)))

    def test_an_earlier_start(self):
        """
        Or back, but never before now.
        """
        before = {"start_time": at(95)}
        cursor, runs, _ = self.change(
            each(10), at(100), at(25), before, start_time=at(5)
        )
        self.assertEqual((cursor, runs), (30, []))
        cursor, runs, new = self.change(
            each(10), at(100), at(25), before, start_time=None
        )
        self.assertEqual((cursor, runs, new.start_time), (30, [], None))

    def test_the_same_cursor(self):
        """
        A start that does not move the cursor leaves it, with its generation.
        """
        cursor, runs, new = self.change(each(10), at(10), at(5), start_time=at(3))
        self.assertEqual((cursor, runs, new.start_time), (10, [], at(3)))

    def test_what_it_passes_over(self):
        """
        What was late and is left behind has one row.
        """
        for trigger in (every(10), each(10)):
            cursor, runs, _ = self.change(trigger, at(0), at(35), start_time=at(55))
            self.assertEqual((cursor, runs), (60, [("missed", 0, 4)]))

    def test_very_far_behind(self):
        """
        When that is too much to be counted the row says so.
        """
        job = a_job(every(1))
        now = at(100 * MAX_STEPS + 500)
        for change in (
            lambda: modified(job, {"start_time": now}, now),
            lambda: rescheduled(job, each(7), now),
        ):
            new, (row,) = change()
            self.assertGreaterEqual(new.next_run_time, now)
            self.assertEqual(rows([row]), [("missed", 0, 100 * MAX_STEPS)])
            words = "; what else was planned up to now was not counted"
            self.assertEqual(row.reason[-len(words) :], words)

    def test_a_later_end(self):
        """
        A new end leaves a cursor that lies before it, late or not.
        """
        for now in (5, 25):
            for end in (20, 10, 99):
                if end < now:
                    continue
                cursor, runs, new = self.change(
                    each(10), at(10), at(now), end_time=at(end)
                )
                self.assertEqual((cursor, runs, new.end_time), (10, [], at(end)))

    def test_no_end(self):
        """
        Without an end it goes on.
        """
        before = {"end_time": at(10)}
        cursor, runs, new = self.change(each(10), at(10), at(5), before, end_time=None)
        self.assertEqual((cursor, runs, new.end_time), (10, [], None))

    def test_a_job_that_had_ended(self):
        """
        A job without a planned time gets one when its new end lets it.
        """
        before = {"end_time": at(10)}
        cursor, runs, _ = self.change(each(10), None, at(15), before, end_time=at(40))
        self.assertEqual((cursor, runs), (20, []))

    def test_a_job_that_has_run_enough(self):
        """
        But not when it has run as often as it may.
        """
        before = {"end_time": at(10), "max_runs": 2, "run_count": 2}
        cursor, runs, new = self.change(each(10), None, at(15), before, end_time=at(40))
        self.assertEqual((cursor, runs, new.end_time), (None, [], at(40)))
        cursor, _, _ = self.change(
            each(10), None, at(15), before, end_time=at(40), max_runs=3
        )
        self.assertEqual(cursor, 20)

    def test_nothing_ahead(self):
        """
        Bounds that leave nothing ahead are refused, by the name of what was changed.
        """
        words = "leaves the job without a planned time ahead"
        for trigger, cursor, changes, name in (
            (each(10), at(10), {"end_time": at(5)}, "end_time"),
            (each(10, end_date=at(50)), at(10), {"start_time": at(60)}, "start_time"),
            (each(10), at(10), {"start_time": at(11), "end_time": at(19)}, "end_time"),
            (DateTrigger(at(3)), None, {"end_time": at(90)}, "end_time"),
            (DateTrigger(at(3)), None, {"start_time": at(1)}, "start_time"),
        ):
            job = a_job(trigger, next_run_time=cursor)
            error = self.assertRaises(BadValue, modified, job, changes, at(5))
            self.assertEqual((error.field, error.reason), (name, words))

    def test_a_late_single_time(self):
        """
        A single time that is late, and has no disposition yet, stays.
        """
        cursor, runs, _ = self.change(
            DateTrigger(at(3)), at(3), at(5), end_time=at(90), start_time=at(1)
        )
        self.assertEqual((cursor, runs), (3, []))

    def test_the_wrong_way_round(self):
        """
        An end before the start is refused, also when only one of them is new.
        """
        reason = f"{at(8)} is before start_time, {at(9)}"
        for before, changes in (
            ({}, {"start_time": at(9), "end_time": at(8)}),
            ({"start_time": at(9)}, {"end_time": at(8)}),
            ({"end_time": at(8)}, {"start_time": at(9)}),
        ):
            job = a_job(each(10), **before)
            error = self.assertRaises(BadValue, modified, job, changes, BEGIN)
            self.assertEqual((error.field, error.reason), ("end_time", reason))

    @settings(deadline=None)
    @given(
        st.integers(1, 40),
        st.integers(0, 60),
        st.integers(0, 400),
        st.none() | st.integers(-50, 500),
        st.booleans(),
    )
    def test_law(self, seconds, cursor, now, start, counts):
        """
        Each planned time of the old bounds before now is passed over once or lies
        ahead, and the cursor is the first of the new bounds unless it stays.
        """
        trigger = each(seconds) if counts else every(seconds)
        job = a_job(trigger, next_run_time=at(cursor * seconds))
        start_time = None if start is None else at(start)
        new, runs = modified(job, {"start_time": start_time}, at(now))
        planned = int((new.next_run_time - BEGIN).total_seconds())
        old = set(range(cursor * seconds, now, seconds))
        passed = {
            int((run.planned_time - BEGIN).total_seconds()) + number * seconds
            for run in runs
            for number in range(run.times)
        }
        self.assertEqual(sum(run.times for run in runs), len(passed))
        if start_time is None or planned == cursor * seconds:
            self.assertEqual((passed, planned), (set(), cursor * seconds))
        else:
            first = max(now, start, 0)
            self.assertEqual(passed, old)
            self.assertEqual(planned, -(-first // seconds) * seconds)
