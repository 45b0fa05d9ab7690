"""
Lists of specs, jobs and runs as tables: read as the lists that they were.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import cbor2
from attrs import evolve, fields
from cbor2 import CBORTag
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, loads
from txsched.codec.tables import TABLES, Table, make_spec, table
from txsched.errors import BadBox, BadTrigger, BadValue, NotSerializable
from txsched.model import UTC, Call, Disposition, Job, JobSpec, Page, Run
from txsched.testing import strategies
from txsched.triggers import IntervalTrigger

from .test_round_trips import often, shape

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = IntervalTrigger(seconds=10)
SPEC = JobSpec("shop:open", EVERY, id="a")
JOB = Job("a", Call("shop:open"), EVERY, "open")
RUN = Run("r", "a", NOW, Disposition.SUCCEEDED)
SPECS, JOBS, RUNS = (TABLES[kind] for kind in (JobSpec, Job, Run))


def rows(max_size: int = 5) -> st.SearchStrategy[list[Any]]:
    """
    Draw lists of one kind, some rows of which may be equal.
    """
    kinds = st.sampled_from([strategies.specs, strategies.jobs, strategies.runs])
    return kinds.flatmap(
        lambda kind: st.lists(kind(), min_size=1, max_size=3).flatmap(
            lambda some: st.lists(st.sampled_from(some), min_size=1, max_size=max_size)
        )
    )


def columns(value: Any, **changes: Any) -> bytes:
    """
    Encode a table of one row, with some of its columns changed.
    """
    found = raw(value)
    for name, column in changes.items():
        found[NAMES[type(value)].index(name)] = column
    return cbor2.dumps(CBORTag(TABLES[type(value)], [1, found]))


def raw(value: Any) -> list[Any]:
    """
    Give the columns of a table of one row, as they travel.
    """
    content: Any = cbor2.loads(
        dumps(Table([value])), tag_hook=lambda tag, immutable: tag
    ).value
    return list(content[1])


#: The columns of each table.
NAMES: dict[type, list[str]] = {
    JobSpec: ["options", "task", "trigger", "args", "kwargs"],
    Job: ["id", "task", "args", "kwargs", *(one.name for one in fields(Job)[2:])],
    Run: list(Run._fields),
}

#: A row, a column, what stands there, and what the error says.
BROKEN: list[tuple[Any, str, Any, str]] = [
    (RUN, "id", "r", "id: expected a column"),
    (RUN, "id", None, "id: expected a column"),
    (RUN, "id", {"r": 1}, "id: expected a column"),
    (RUN, "job_id", "a", "job_id: expected a column of 1 or one"),
    (RUN, "job_id", [], "job_id: expected a column of 1 or one"),
    (RUN, "job_id", ["a", "b"], "job_id: expected a column of 1 or one"),
    (RUN, "disposition", ["lucky"], "KeyError: 'lucky'"),
    (RUN, "disposition", [[]], "TypeError"),
    (RUN, "planned_time", ["now"], "TypeError"),
    (RUN, "planned_time", [2**62], "OverflowError"),
    (RUN, "ended_at", [[1]], "TypeError"),
    (JOB, "id", {}, "id: expected a column"),
    (JOB, "trigger", [None] * 2, "trigger: expected a column of 1 or one"),
    (JOB, "args", [5], "TypeError"),
    (JOB, "jitter", ["1"], "TypeError"),
    (JOB, "misfire_grace_time", [10**30], "OverflowError"),
    (JOB, "on_crash", ["panic"], "KeyError"),
    (JOB, "tags", [1], "TypeError"),
    (SPEC, "options", 5, "options: expected a column"),
    (SPEC, "task", ["a:b"] * 3, "task: expected a column of 1 or one"),
]

#: A column of a spec, what stands there, the field and what the error says.
REFUSED: list[tuple[str, Any, str, str]] = [
    ("options", 5, "options", "expected a mapping, not 5"),
    ("options", [], "options", "expected a mapping, not []"),
    ("options", None, "options", "expected a mapping, not None"),
    ("options", {b"a": 1}, "options", "the name b'a' is not text"),
    ("options", {"self": 1}, "self", "is not an option"),
    ("options", {"task": "a:b"}, "task", "is not an option"),
    ("options", {"kwargs": {}}, "kwargs", "is not an option"),
    ("options", {"retries": 1}, "retries", "there is no such option"),
    ("options", {"jitter": -1}, "jitter", "is not more than 0"),
    ("task", None, "task", "expected module:function text, not None"),
    ("task", "a", "task", "expected module:function, not 'a'"),
    ("trigger", None, "trigger", "None is not a trigger"),
    ("trigger", "every 10s", "trigger", "'every 10s' is not a trigger"),
    ("kwargs", {b"a": 1}, "kwargs", "the key b'a' is not text"),
]


class TableTests(SynchronousTestCase):
    """
    Tests for tables that were written here.
    """

    def check(self, values: list[Any]) -> None:
        """
        Check that a list comes back as it was, by itself, in a page and among others.
        """
        self.assertIsInstance(table(values), Table)
        back = loads(dumps(table(values)))
        self.assertEqual(values, back)
        self.assertEqual(shape(values), shape(back))
        page = Page(tuple(values), "on")
        self.assertEqual([0, page], loads(dumps([0, page])))

    @often
    @given(rows())
    def test_round_trip(self, values: list[Any]) -> None:
        """
        Lists with equal and different rows come back as they were.
        """
        self.check(values)

    @settings(often, max_examples=10)
    @given(rows(1), st.integers(100, 300))
    def test_hundreds_of_equal_rows(self, values: list[Any], count: int) -> None:
        """
        Hundreds of equal rows come back, each of them.
        """
        self.check(values * count)

    def test_hundreds_of_different_rows(self) -> None:
        """
        Hundreds of rows that differ in everything come back in their order.
        """
        kinds: list[Callable[[int], Any]] = [
            lambda n: JobSpec(
                f"a:b{n}", IntervalTrigger(n + 1), (n,), {"n": n}, id=f"{n}"
            ),
            lambda n: Job(
                f"{n}",
                Call(f"a:b{n}", (n,), {f"k{n}": n}),
                IntervalTrigger(n + 1),
                f"n{n}",
                tags=(f"t{n}",),
                jitter=timedelta(seconds=n + 1),
                start_time=NOW + timedelta(n),
                next_run_time=None if n % 2 else NOW,
            ),
            lambda n: Run(
                f"{n}", f"j{n}", NOW + timedelta(n), list(Disposition)[n % 12]
            ),
        ]
        for make in kinds:
            self.check([make(number) for number in range(500)])

    def test_each_column_may_differ_alone(self) -> None:
        """
        Rows that are equal but for one field keep the difference.
        """
        others: dict[str, Any] = {
            "planned_time": NOW + timedelta(1),
            "disposition": Disposition.FAILED,
            "started_at": NOW,
            "ended_at": NOW,
            "last_planned_time": NOW,
            "result": {"a": [1]},
            "manual": True,
            "attempt": 2,
            "times": 3,
        }
        for name in Run._fields:
            other = RUN._replace(**{name: others.get(name, "other")})
            for values in ([RUN, other], [other, RUN, RUN], [RUN, RUN, other]):
                self.check(values)

    def test_nothing_and_what_has_no_table(self) -> None:
        """
        Empty lists, lists of other values, and of different ones, stay lists.
        """
        for values in ([], [1], ["a", RUN], [RUN, JOB, SPEC], [EVERY], [[RUN]]):
            found = table(values)
            self.assertIs(list, type(found))
            self.assertEqual(values, loads(dumps(found)))
        self.assertEqual(Page(()), loads(dumps(Page(()))))

    def test_what_all_share_is_written_once(self) -> None:
        """
        Rows that share their values take a few bytes each.
        """
        call = Call("shop:open", ("a door",))
        jobs = [evolve(JOB, id=f"{n:04}", call=call) for n in range(500)]
        self.assertLess(len(dumps(table(jobs))) - len(dumps(table(jobs[:1]))), 500 * 35)

    def test_the_place_is_named(self) -> None:
        """
        What cannot be sent is named by its column and the path within.
        """
        for spec, place in (
            (JobSpec(lambda: None, EVERY), "task"),
            (JobSpec("a:b", EVERY, ([object()],)), "args[0][0]"),
            (JobSpec("a:b", EVERY, kwargs={"k": (1, object())}), "kwargs['k'][1]"),
        ):
            with self.assertRaises(NotSerializable) as caught:
                dumps(table([SPEC, spec]))
            self.assertEqual(place, caught.exception.field)


class ReadTests(SynchronousTestCase):
    """
    Tests for tables that others wrote.
    """

    def test_broken_columns(self) -> None:
        """
        A column that cannot be read is an error that names it or the reason.
        """
        for value, name, column, reason in BROKEN:
            with self.assertRaises(BadBox) as caught:
                loads(columns(value, **{name: column}))
            self.assertIn(reason, caught.exception.reason)

    def test_refused_specs(self) -> None:
        """
        A spec that cannot be is refused by the field, in a table and alone.
        """
        for name, value, field, reason in REFUSED:
            with self.assertRaises(BadValue) as caught:
                loads(columns(SPEC, **{name: [value]}))
            self.assertEqual(field, caught.exception.field)
            self.assertIn(reason, caught.exception.reason)
            parts = {"task": "a:b", "trigger": EVERY, "args": (), "kwargs": None}
            with self.assertRaises(BadValue) as caught:
                make_spec(**{**parts, "options": {}, name: value})
            self.assertEqual(field, caught.exception.field)

    def test_one_item_stands_for_all_rows(self) -> None:
        """
        Every column but the first may have a single item.
        """
        data = columns(RUN, id=["r1", "r2", "r3"])
        self.assertEqual(
            [RUN._replace(id=name) for name in ("r1", "r2", "r3")], loads(data)
        )
        data = columns(RUN, id=["r1", "r2"], job_id=["a", "b"])
        self.assertEqual(["a", "b"], [run.job_id for run in loads(data)])

    def test_no_rows(self) -> None:
        """
        A table whose first column is empty is an empty list.
        """
        self.assertEqual([], loads(columns(RUN, id=[])))

    def test_other_versions(self) -> None:
        """
        A table of a version to come is refused by its number.
        """
        for value in (SPEC, JOB, RUN):
            for version in (0, 2, None, "1"):
                data = cbor2.dumps(CBORTag(TABLES[type(value)], [version, raw(value)]))
                with self.assertRaises(BadBox) as caught:
                    loads(data)
                self.assertIn(f"version {version!r} of a table", str(caught.exception))

    def test_too_few_and_too_many_columns(self) -> None:
        """
        A table has the columns of its class.
        """
        for value in (SPEC, JOB, RUN):
            tag, count = TABLES[type(value)], len(NAMES[type(value)])
            for number in (0, 1, count - 1, count + 1):
                with self.assertRaises(BadBox) as caught:
                    loads(cbor2.dumps(CBORTag(tag, [1, [[1]] * number])))
                self.assertIn(f"a table has {number} columns", str(caught.exception))

    def test_what_is_no_table(self) -> None:
        """
        Anything else under the tag of a table is refused.
        """
        for tag in (SPECS, JOBS, RUNS):
            for content in (None, 5, "ab", [], [1], [1, None], [1, 5], {}, [1, [], 2]):
                self.assertRaises(BadBox, loads, cbor2.dumps(CBORTag(tag, content)))
        self.assertRaises(
            BadTrigger,
            loads,
            columns(SPEC, trigger=[CBORTag(64_018, "every now and then")]),
        )
