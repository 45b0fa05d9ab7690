"""
Questions to stores: what they take, and what is refused by name.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from txsched.model import MAX_PAGE, UTC, Disposition, JobQuery, Page, RunQuery

from .refusing import Refusing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001

#: A field of a query for jobs, what it does not take, and what the reason says.
JOBS: list[tuple[str, Any, str]] = [
    ("text", 5, "expected str, not 5"),
    ("text", b"a", "expected str, not b'a'"),
    ("text", ["a"], "expected str, not ['a']"),
    ("tags", "a", "expected a list of text, not 'a'"),
    ("tags", None, "expected a list of text, not None"),
    ("tags", {"a": 1}, "expected a list of text, not {'a': 1}"),
    ("tags", ["a", 5], "expected a list of text, not ['a', 5]"),
    ("tags", [None], "expected a list of text, not [None]"),
    ("tags", [b"a"], "expected a list of text"),
    ("executor", 5, "expected str, not 5"),
    ("executor", True, "expected str, not True"),
    ("paused", 1, "expected bool, not 1"),
    ("paused", "yes", "expected bool, not 'yes'"),
    ("order_by", "trigger", "expected id, name, next_run_time, not 'trigger'"),
    ("order_by", "ID", "expected id, name, next_run_time, not 'ID'"),
    ("order_by", None, "expected id, name, next_run_time, not None"),
    ("order_by", ["id"], "expected id, name, next_run_time, not ['id']"),
    ("descending", None, "expected true or false, not None"),
    ("descending", 1, "expected true or false, not 1"),
    ("descending", "desc", "expected true or false, not 'desc'"),
    ("limit", 0, "0 is not within 1 to 1000"),
    ("limit", -1, "-1 is not within 1 to 1000"),
    ("limit", MAX_PAGE + 1, "1001 is not within 1 to 1000"),
    ("limit", 10**5000, "whose repr failed: ValueError> is not within"),
    ("limit", None, "expected a whole number, not None"),
    ("limit", True, "expected a whole number, not True"),
    ("limit", "10", "expected a whole number, not '10'"),
    ("limit", 10.0, "expected a whole number, not 10.0"),
    ("limit", math.inf, "expected a whole number, not inf"),
    ("cursor", 5, "expected str, not 5"),
    ("cursor", b"a", "expected str, not b'a'"),
]

#: The same for a query for runs.
RUNS: list[tuple[str, Any, str]] = [
    ("job_id", 5, "expected str, not 5"),
    ("job_id", ("a",), "expected str, not ('a',)"),
    ("dispositions", None, "expected a list of text, not None"),
    ("dispositions", "failed", "expected a list of text, not 'failed'"),
    ("dispositions", [5], "expected a list of text, not [5]"),
    ("dispositions", ["lucky"], "'lucky' is not a valid Disposition; there are pend"),
    ("dispositions", ["failed", "FAILED"], "'FAILED' is not a valid Disposition"),
    ("dispositions", [""], "'' is not a valid Disposition"),
    ("after", NAIVE, "2026-01-01 00:00:00 has no time zone"),
    ("after", date(2026, 1, 1), "expected datetime, not datetime.date(2026, 1, 1)"),
    ("after", 0, "expected datetime, not 0"),
    ("after", "2026-01-01", "expected datetime, not '2026-01-01'"),
    ("before", NAIVE, "has no time zone"),
    ("before", 1.5, "expected datetime, not 1.5"),
    ("descending", 0, "expected true or false, not 0"),
    ("limit", 0, "0 is not within 1 to 1000"),
    ("limit", False, "expected a whole number, not False"),
    ("cursor", 5, "expected str, not 5"),
]


class QueryTests(Refusing):
    """
    Tests for queries.
    """

    def test_bad_queries(self) -> None:
        """
        A field that cannot be taken is named, with what was expected.
        """
        for kind, rows in ((JobQuery, JOBS), (RunQuery, RUNS)):
            for field, value, reason in rows:
                fields = {field: value}
                self.refused(
                    field, reason, lambda kind, some: kind(**some), kind, fields
                )
                self.refused(
                    field,
                    reason,
                    lambda kind, some: evolve(kind(), **some),
                    kind,
                    fields,
                )

    def test_nothing_is_asked_for(self) -> None:
        """
        A query of which nothing is said asks for the first hundred of all.
        """
        jobs, runs = JobQuery(), RunQuery()
        self.assertEqual(
            ("id", False, 100), (jobs.order_by, jobs.descending, jobs.limit)
        )
        self.assertEqual((True, 100), (runs.descending, runs.limit))
        for query in (jobs, runs):
            self.assertIsNone(query.cursor)
        self.assertEqual(((), ()), (jobs.tags, runs.dispositions))

    def test_the_bounds_of_a_page(self) -> None:
        """
        A page has at least one item and at most :data:`MAX_PAGE`.
        """
        for kind in (JobQuery, RunQuery):
            for limit in (1, MAX_PAGE):
                self.assertEqual(limit, kind(limit=limit).limit)

    def test_lists_become_tuples(self) -> None:
        """
        Tags and dispositions are kept so that nobody changes them, texts as members.
        """
        tags = ["b", "a"]
        query = JobQuery(tags=tags)  # type: ignore[arg-type]
        tags.append("c")
        self.assertEqual(("b", "a"), query.tags)
        wanted: Any = {"failed"}
        (found,) = RunQuery(dispositions=wanted).dispositions
        self.assertIs(Disposition.FAILED, found)
        for kind in (list, tuple, set, frozenset):
            self.assertEqual(("a",), JobQuery(tags=kind("a")).tags)

    def test_queries_do_not_change(self) -> None:
        """
        Queries are equal by value, have a hash, and stay as they are.
        """
        for one, same, other in (
            (JobQuery(text="a"), JobQuery(text="a"), JobQuery(text="b")),
            (RunQuery(after=NOW), RunQuery(after=NOW), RunQuery(before=NOW)),
        ):
            self.assertEqual({one}, {same})
            self.assertNotEqual(one, other)
            with self.assertRaises(FrozenInstanceError):
                one.limit = 1

    def test_fields_have_names(self) -> None:
        """
        What is asked for is said by name only.
        """
        for kind in (JobQuery, RunQuery):
            self.assertRaises(TypeError, kind, "a")
            self.assertRaises(TypeError, lambda kind: kind(colour="red"), kind)

    def test_a_cursor_is_handed_on(self) -> None:
        """
        The next page is asked for by the same query with the cursor of the last one.
        """
        page = Page((1, 2), "after 2")
        query = evolve(JobQuery(limit=2, text="a"), cursor=page.next_cursor)
        self.assertEqual(JobQuery(limit=2, text="a", cursor="after 2"), query)
        self.assertIsNone(Page(()).next_cursor)
