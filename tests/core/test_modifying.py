"""
What changes make of a job.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve, fields
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.modifying import (
    checked_note,
    modified,
    paused,
    rescheduled,
    resumed,
)
from txsched.errors import BadTrigger, BadValue
from txsched.model import Call, Disposition, Job, OnCrash, OnExcluded, Pause
from txsched.model.options import OPTIONS
from txsched.triggers import DateTrigger, IntervalTrigger

from .scenes import BEGIN, a_job, at, every


def each(seconds, **options):
    """
    Make a trigger that fires from the beginning on, and can count.
    """
    return IntervalTrigger(seconds=seconds, start_date=BEGIN, **options)


def rows(runs):
    """
    Give rows as disposition, first second, how many times.
    """
    return [
        (
            run.disposition.value,
            (run.planned_time - BEGIN).total_seconds(),
            run.times,
        )
        for run in runs
    ]


class OptionTests(SynchronousTestCase):
    """
    Options, and the call.
    """

    #: An option, what is asked for, and the fields that are then different.
    ROWS = (
        ("name", "another", {"name": "another"}),
        ("name", "", {"name": "tests:task"}),
        ("executor", "other", {"executor": "other"}),
        ("misfire_grace_time", 5, {"misfire_grace_time": timedelta(seconds=5)}),
        ("misfire_grace_time", None, {"misfire_grace_time": None}),
        ("coalesce", False, {"coalesce": False}),
        ("max_instances", 3, {"max_instances": 3}),
        ("max_runs", 3, {"max_runs": 3}),
        ("jitter", 2.5, {"jitter": timedelta(seconds=2.5)}),
        ("tags", ["b", "a", "b"], {"tags": ("a", "b")}),
        ("on_crash", "abandon", {"on_crash": OnCrash.ABANDON}),
        ("keep_runs", 0, {"keep_runs": 0}),
        ("on_excluded", "next", {"on_excluded": OnExcluded.NEXT}),
        ("task", "tests:other", {"call": Call("tests:other", (1,), {"b": 2})}),
        ("args", [3], {"call": Call("tests:task", (3,), {"b": 2})}),
        ("kwargs", {"c": 4}, {"call": Call("tests:task", (1,), {"c": 4})}),
        ("kwargs", None, {"call": Call("tests:task", (1,), {})}),
    )

    def setUp(self):
        self.job = a_job(
            call=Call("tests:task", (1,), {"b": 2}), next_run_time=at(10), run_count=2
        )

    def test_each(self):
        """
        A change of one thing changes that and nothing else, and passes over nothing.
        """
        for name, value, expected in self.ROWS:
            new, runs = modified(self.job, {name: value}, at(5))
            self.assertEqual(runs, (), name)
            for one in fields(Job):
                wanted = expected.get(one.name, getattr(self.job, one.name))
                self.assertEqual(getattr(new, one.name), wanted, (name, one.name))

    def test_all_are_there(self):
        """
        The table above and the tests of bounds below have all there is.
        """
        named = {name for name, _, _ in self.ROWS} | {"start_time", "end_time"}
        named.add("calendars")  # see test_exclusion
        self.assertEqual(
            named, (OPTIONS.keys() - {"id", "store"}) | {"task", "args", "kwargs"}
        )

    def test_the_same(self):
        """
        What makes no difference gives the very same job.
        """
        job = evolve(self.job, tags=("a", "b"), start_time=at(0), end_time=at(99))
        for changes in (
            {},
            {"name": job.name},
            {"tags": ["b", "a"]},
            {"task": "tests:task", "args": [1], "kwargs": {"b": 2}},
            {"start_time": at(0), "end_time": at(99)},
            {
                "misfire_grace_time": job.misfire_grace_time,
                "coalesce": job.coalesce,
                "max_instances": job.max_instances,
            },
            {"max_runs": None, "jitter": None, "keep_runs": None},
        ):
            self.assertIs(modified(job, changes, at(5))[0], job, changes)

    def test_together(self):
        """
        Several changes are one.
        """
        changes = {"name": "new", "args": (), "tags": ["x"], "max_runs": 9}
        new, _ = modified(self.job, changes, at(5))
        self.assertEqual(
            (new.name, new.call.args, new.tags, new.max_runs), ("new", (), ("x",), 9)
        )
        self.assertEqual(self.job.name, "a job")

    def test_callables(self):
        """
        A task may be a function, and a job without a name has that of its task.
        """
        new, _ = modified(self.job, {"task": every, "name": ""}, at(5))
        self.assertIs(new.call.task, every)
        self.assertEqual(new.name, "tests.core.scenes:every")

    def test_max_runs(self):
        """
        ``max_runs`` is more than what has run; one that is there already may stay.
        """
        for most in (1, 2):
            error = self.assertRaises(
                BadValue, modified, self.job, {"max_runs": most}, at(5)
            )
            self.assertEqual(error.field, "max_runs")
            reason = f"{most}, but it has run 2 times already"
            self.assertEqual(error.reason, reason)
        self.assertEqual(modified(self.job, {"max_runs": 3}, at(5))[0].max_runs, 3)
        over = evolve(self.job, max_runs=2)
        new, _ = modified(over, {"max_runs": 2, "name": "new"}, at(5))
        self.assertEqual((new.max_runs, new.name), (2, "new"))
        self.assertIsNone(modified(over, {"max_runs": None}, at(5))[0].max_runs)

    def test_refused(self):
        """
        What cannot be changed, or not to that, is named.
        """
        cannot = "cannot be changed; there are task, args, kwargs, name, executor,"
        for name, value, reason in (
            ("id", "other", "cannot be changed: add a new job instead"),
            ("id", "job", "cannot be changed: add a new job instead"),
            ("trigger", every(5), cannot),
            ("paused", True, cannot),
            ("next_run_time", at(5), cannot),
            ("generation", "H", cannot),
            ("colour", "red", cannot),
            ("task", "nonsense", "expected module:function, not 'nonsense'"),
            ("task", None, "expected module:function text, not None"),
            ("args", "text", "expected a list of arguments, not 'text'"),
            ("args", 5, "expected a list of arguments, not 5"),
            ("kwargs", [1], "expected a mapping of arguments, not [1]"),
            ("kwargs", {1: 2}, "the key 1 is not text"),
            ("max_instances", 0, "0 is not within 1 to 1000000"),
            ("jitter", -1, "-1 day, 23:59:59 is not more than 0"),
        ):
            error = self.assertRaises(
                BadValue, modified, self.job, {name: value}, at(5)
            )
            self.assertEqual(error.field, name)
            self.assertEqual(error.reason[: len(reason)], reason)


class RescheduleTests(SynchronousTestCase):
    """
    A new trigger.
    """

    def test_a_new_generation(self):
        """
        It plans from now on, within the bounds of the job, in a new generation.
        """
        job = a_job(each(10), start_time=at(20), next_run_time=at(20), run_count=3)
        new, runs = rescheduled(job, each(7), at(5))
        self.assertEqual((new.next_run_time, runs), (at(21), ()))
        self.assertNotEqual(new.generation, job.generation)
        self.assertEqual(
            evolve(
                new,
                trigger=job.trigger,
                next_run_time=job.next_run_time,
                generation=job.generation,
            ),
            job,
        )

    def test_what_was_due(self):
        """
        What the old one had planned before now has one row, and now has none.
        """
        new, (row,) = rescheduled(a_job(each(10)), each(7), at(30))
        self.assertEqual(rows([row]), [("missed", 0, 3)])
        self.assertEqual((row.last_planned_time, new.next_run_time), (at(20), at(35)))
        self.assertEqual(row.reason, "the job was rescheduled")

    def test_refused(self):
        """
        What is no trigger, and one with nothing ahead, is refused.
        """
        job = a_job(each(10), end_time=at(50))
        nothing = "has no planned time ahead"
        for trigger, reason in (
            ("every 10s", "'every 10s' is not a trigger"),
            (None, "None is not a trigger"),
            (IntervalTrigger, f"{IntervalTrigger!r} is not a trigger"),
            (each(10, end_date=at(2)), f"{each(10, end_date=at(2))} {nothing}"),
            (DateTrigger(at(51)), f"{DateTrigger(at(51))} {nothing}"),
        ):
            error = self.assertRaises(BadTrigger, rescheduled, job, trigger, at(5))
            self.assertEqual((error.field, error.reason), ("trigger", reason))

    def test_an_old_one_that_fails(self):
        """
        A trigger that fails does not keep its successor out: its next planned time is
        in the ledger, and what would have followed is said to be unknown.
        """

        class Broken:
            def get_next_fire_time(self, previous, now):
                raise ArithmeticError("cannot say")

        new, (row,) = rescheduled(a_job(Broken()), each(7), at(30))
        self.assertEqual((new.next_run_time, rows([row])), (at(35), [("missed", 0, 1)]))
        self.assertEqual(
            row.reason,
            "the job was rescheduled;"
            " what else its trigger had planned is unknown: ArithmeticError",
        )


class PauseTests(SynchronousTestCase):
    """
    Rest, and the end of it.
    """

    def test_pausing(self):
        """
        A pause has its beginning and its note, and leaves all else.
        """
        job = a_job(each(10))
        new = paused(job, "for repair", at(5))
        self.assertEqual(new, evolve(job, paused=Pause(at(5), "for repair")))

    def test_pausing_again(self):
        """
        Another note keeps the beginning; the same one makes no difference.
        """
        job = a_job(each(10), paused=Pause(at(5), "one"))
        self.assertIs(paused(job, "one", at(9)), job)
        self.assertEqual(paused(job, "two", at(9)).paused, Pause(at(5), "two"))

    def test_notes(self):
        """
        A note is text of at most 1000 characters.
        """
        for note in ("", "ä", "x" * 1000):
            self.assertEqual(checked_note(note), note)
            self.assertEqual(paused(a_job(), note, BEGIN).paused.note, note)
        long = "has 1001 characters, at most 1000 are allowed"
        for note, reason in (
            ("x" * 1001, long),
            (5, "expected text, not 5"),
            (None, "expected text, not None"),
            (b"note", "expected text, not b'note'"),
        ):
            error = self.assertRaises(BadValue, paused, a_job(), note, BEGIN)
            self.assertEqual((error.field, error.reason), ("note", reason))
            error = self.assertRaises(BadValue, checked_note, note, "reason")
            self.assertEqual((error.field, error.reason), ("reason", reason))

    def test_resuming(self):
        """
        What was planned meanwhile has one row with the note, and the next one is ahead.
        """
        for note, reason in (("", ""), ("for repair", ": for repair")):
            for trigger in (every(10), each(10)):
                job = a_job(trigger, paused=Pause(at(5), note))
                new, (row,) = resumed(job, False, at(25))
                self.assertEqual((new.paused, new.next_run_time), (None, at(30)))
                self.assertEqual(rows([row]), [("missed", 0, 3)])
                self.assertEqual(row.reason, f"the job was paused{reason}")
                self.assertEqual(row.disposition, Disposition.MISSED)

    def test_resuming_in_time(self):
        """
        When nothing was planned meanwhile nothing is passed over.
        """
        job = a_job(each(10), paused=Pause(at(5)), next_run_time=at(30))
        for now in (25, 30):
            new, runs = resumed(job, False, at(now))
            self.assertEqual((new, runs), (evolve(job, paused=None), ()))

    def test_catching_up(self):
        """
        The cursor stays where it was, so that all of it is late.
        """
        job = a_job(each(10), paused=Pause(at(5)))
        self.assertEqual(resumed(job, True, at(25)), (evolve(job, paused=None), ()))

    def test_what_is_not_paused(self):
        """
        A job that is not paused stays the same.
        """
        job = a_job(each(10))
        for catch_up in (False, True):
            self.assertIs(resumed(job, catch_up, at(25))[0], job)

    def test_an_end_meanwhile(self):
        """
        A job whose last time was in the pause is finished.
        """
        job = a_job(each(10), paused=Pause(at(5)), end_time=at(15))
        new, runs = resumed(job, False, at(25))
        self.assertEqual((new.next_run_time, rows(runs)), (None, [("missed", 0, 2)]))
