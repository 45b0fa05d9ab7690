"""
What is encoded comes back equal, of the same class.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, loads
from txsched.codec.tables import Table, table
from txsched.model import (
    UTC,
    Call,
    Disposition,
    Job,
    OnConflict,
    OnCrash,
    Page,
    Run,
    StoreStatus,
)
from txsched.testing import strategies
from txsched.triggers import CronTrigger, IntervalTrigger, parse_trigger

NOW = datetime(2026, 1, 1, tzinfo=UTC)

often = settings(
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def shape(value: Any) -> Any:
    """
    Give *value* with the class of each part, which equality does not tell.
    """
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(shape(key), shape(one)) for key, one in value.items()]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(map(repr, map(shape, value)))
    if isinstance(value, (list, tuple)):
        return kind, [shape(one) for one in value]
    if isinstance(value, datetime):
        return kind, value.utcoffset()
    return kind


class RoundTripTests(SynchronousTestCase):
    """
    Tests for everything that is drawn.
    """

    def check(self, value: Any) -> None:
        back = loads(dumps(value))
        self.assertEqual(value, back)
        self.assertEqual(shape(value), shape(back))

    @often
    @given(strategies.plain_data())
    def test_plain_data(self, value: Any) -> None:
        """
        Plain data keeps its values, its classes and its offsets from UTC.
        """
        self.check(value)

    @often
    @given(strategies.triggers() | strategies.waiting_triggers())
    def test_triggers(self, value: Any) -> None:
        """
        Triggers come back equal, of the same class, with the same text.
        """
        back = loads(dumps(value))
        self.assertEqual((value, type(value)), (back, type(back)))
        self.assertEqual(str(value), str(back))

    @often
    @given(strategies.calls())
    def test_calls(self, value: Any) -> None:
        """
        Calls come back equal.
        """
        self.check(value)

    @often
    @given(strategies.specs())
    def test_specs(self, value: Any) -> None:
        """
        What is asked for comes back equal, options and arguments as they were.
        """
        self.check(value)

    @often
    @given(strategies.jobs())
    def test_jobs(self, value: Any) -> None:
        """
        Jobs come back equal, with their pause and their progress.
        """
        self.check(value)

    @often
    @given(strategies.runs())
    def test_runs(self, value: Any) -> None:
        """
        Rows of the ledger come back equal, with their results.
        """
        self.check(value)

    @often
    @given(strategies.events())
    def test_events(self, value: Any) -> None:
        """
        Events of every kind come back equal.
        """
        self.check(value)

    @often
    @given(strategies.job_queries() | strategies.run_queries())
    def test_queries(self, value: Any) -> None:
        """
        Queries come back equal.
        """
        self.check(value)

    @often
    @given(strategies.pages())
    def test_pages(self, value: Any) -> None:
        """
        Pages of jobs, runs, specs and others come back equal, with their cursor.
        """
        self.check(value)

    @often
    @given(
        strategies.forecasts()
        | strategies.quarantined()
        | strategies.scheduler_statuses()
        | strategies.pauses()
    )
    def test_answers(self, value: Any) -> None:
        """
        Forecasts, quarantined jobs, statuses and pauses come back equal.
        """
        self.check(value)


class EdgeTests(SynchronousTestCase):
    """
    Tests for values at the edges, one by one.
    """

    def test_edges(self) -> None:
        """
        The largest and smallest of each kind, and empty ones, come back as they were.
        """
        for value in (
            *(0, -1, 2**63, 2**64 - 1, 2**64, -(2**64), -(2**64) - 1, 10**400),
            *(math.inf, -math.inf, 5e-324, 1.7976931348623157e308),
            *("", "\0", "\u2028", "\U0010ffff", b"", b"\0\xff"),
            *([], (), {}, set(), frozenset(), [[]], ((),), {"": {}}),
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(seconds=-3723))),
            *(timedelta.min, timedelta.max, timedelta.resolution),
            *(Decimal("1E+999999"), Decimal("-0.00"), Decimal("Infinity")),
            *(True, False, None),
            *Disposition,
            *OnCrash,
            *OnConflict,
            StoreStatus(1, 2, 3, 4, 5),
        ):
            back = loads(dumps(value))
            self.assertEqual((value, type(value)), (back, type(back)))
        self.assertEqual("-0.00", str(loads(dumps(Decimal("-0.00")))))
        self.assertEqual(-1.0, math.copysign(1, loads(dumps(-0.0))))
        self.assertTrue(math.isnan(loads(dumps(math.nan))))
        self.assertTrue(loads(dumps(Decimal("sNaN12"))).is_snan())

    def test_times_of_a_zone(self) -> None:
        """
        A datetime of a named zone comes back as the same instant at the same offset.
        """
        for fold in (0, 1):
            zone = ZoneInfo("Europe/Berlin")
            value = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=zone)
            back = loads(dumps(value))
            self.assertEqual(value.astimezone(UTC), back.astimezone(UTC))
            self.assertEqual(value.utcoffset(), back.utcoffset())

    def test_keys_that_are_no_text(self) -> None:
        """
        Keys may be anything that is hashable, and the order of keys is kept.
        """
        value = {
            "b": 1,
            2: 2,
            None: 3,
            b"a": 4,
            (1, (2,)): 5,
            frozenset((1,)): 6,
            NOW: 7,
            "a": 8,
        }
        back = loads(dumps(value))
        self.assertEqual(list(value.items()), list(back.items()))

    def test_values_of_the_model_within_data(self) -> None:
        """
        A value of the model may stand anywhere in data, also in a set or as a key.
        """
        pause = Call("shop:open", (1,))
        value = {"a": [pause], pause: {IntervalTrigger(1), Disposition.MISSED}}
        self.assertEqual(value, loads(dumps(value)))

    def test_equal_triggers_are_one_object(self) -> None:
        """
        Many jobs share a trigger, so equal ones are read as one object.
        """
        for trigger in (
            IntervalTrigger(seconds=5, start_date=NOW),
            CronTrigger.from_crontab("*/5 * * * *", "UTC"),
            parse_trigger("at 2030-01-01T00:00:00+00:00"),
        ):
            data = dumps(trigger)
            self.assertIs(loads(data), loads(data))

    def test_tables(self) -> None:
        """
        Specs, jobs and runs in a list become a table, others stay a list.
        """
        run = Run("r", "j", NOW, Disposition.RUNNING)
        self.assertEqual(Table([run]), table([run]))
        self.assertEqual([], table([]))
        self.assertEqual([1], table((1,)))
        self.assertEqual([run, run], loads(dumps(table([run, run]))))

    def test_a_table_says_once_what_all_share(self) -> None:
        """
        A thousand jobs that differ in their ids take less than 40 bytes each.
        """
        call, trigger = Call("shop:open", ("door",), {"wide": True}), IntervalTrigger(5)
        jobs = tuple(
            Job(f"job-{number:04}", call, trigger, "open", tags=("a", "b"))
            for number in range(1000)
        )
        data = dumps(Page(jobs))
        self.assertLess(len(data), 40_000)
        self.assertEqual(jobs, loads(data).items)

    def test_no_two_jobs_share_an_argument_that_can_change(self) -> None:
        """
        Each job of a table has lists and mappings of its own, as tasks may change them.
        """
        call, trigger = Call("shop:open", ([1],), {"a": {}}), IntervalTrigger(5)
        jobs = (Job("a", call, trigger, "a"), Job("b", call, trigger, "b"))
        first, second = loads(dumps(Page(jobs))).items
        self.assertEqual(first.call, second.call)
        self.assertIsNot(first.call.args[0], second.call.args[0])
        self.assertIsNot(first.call.kwargs["a"], second.call.kwargs["a"])
