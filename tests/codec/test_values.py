"""
Tags of values: their numbers and versions, which stores and clients rely on.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import cbor2
from cbor2 import CBORTag
from twisted.trial.unittest import SynchronousTestCase

from txsched import model
from txsched.codec import decode_result, dumps, encode_result, loads
from txsched.codec.plain import DECODERS, ENCODERS
from txsched.codec.tables import Table
from txsched.errors import BadBox, BadValue
from txsched.model import (
    UTC,
    Call,
    Disposition,
    Job,
    JobQuery,
    JobSpec,
    Page,
    Pause,
    Run,
    ShownTrigger,
    StoreStatus,
)
from txsched.triggers import (
    AndNotTrigger,
    AndTrigger,
    CalendarIntervalTrigger,
    CronTrigger,
    DateTrigger,
    DelayTrigger,
    IntervalTrigger,
    ManualTrigger,
    OrTrigger,
    RRuleTrigger,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOURLY = CronTrigger.from_crontab("0 * * * *", "UTC")
EVERY = IntervalTrigger(seconds=10)
JOB = Job("a", Call("shop:open"), EVERY, "open")
RUN = Run("r", "j", NOW, Disposition.FAILED)
STATUS = model.SchedulerStatus(
    *("n", "1", "running", "", None, NOW),
    (model.StoreHealth("default", StoreStatus(0, 0, 0, 0, 0), 0, None, 0.0, None),),
)

NODE = model.Node(*("n-1", "n", "host", 1, "1", NOW, NOW, timedelta(1), "running", 0))

LEASES = model.LeaseCount("n-1", 1, 2, NOW)
REPORT = model.StoreReport(
    *("Mem 1", 2, 3, NOW, (LEASES,), 4, NOW, 5, None, 6, ("full",))
)
FINDING = model.Finding("error", "code", "text", "advice")

#: A value of each class, and its tag.
TAGS: list[tuple[Any, int]] = [
    ((), 64_000),
    (set(), 64_001),
    (frozenset(), 64_002),
    (NOW, 64_003),
    (date(2026, 1, 1), 64_004),
    (timedelta(1), 64_005),
    (Decimal(1), 64_006),
    (UUID(int=1), 64_007),
    ({1: 2}, 64_008),
    (model.EnumMember("shop:Size", "LARGE"), 64_009),
    (model.ShownValue("<Order 5>"), 64_011),
    (DateTrigger(NOW), 64_016),
    (EVERY, 64_017),
    (HOURLY, 64_018),
    (CalendarIntervalTrigger(days=1, timezone="UTC"), 64_018),
    (RRuleTrigger("FREQ=DAILY", NOW, "UTC"), 64_018),
    (OrTrigger([HOURLY, DateTrigger(NOW)]), 64_018),
    (AndTrigger([HOURLY, DateTrigger(NOW)]), 64_018),
    (AndNotTrigger(HOURLY, DateTrigger(NOW)), 64_018),
    (DelayTrigger(minutes=1), 64_018),
    (ManualTrigger(), 64_018),
    (ShownTrigger("x"), 64_019),
    (Call("a:b"), 64_032),
    (JobSpec("a:b", EVERY), 64_033),
    (JOB, 64_034),
    (RUN, 64_035),
    (Pause(NOW), 64_036),
    (JobQuery(), 64_037),
    (model.RunQuery(), 64_038),
    (Page(()), 64_039),
    (model.Forecast("a", NOW, NOW), 64_040),
    (model.Quarantined("a", "e", NOW), 64_041),
    (StoreStatus(1, 2, 3, 4, 5), 64_042),
    (STATUS, 64_043),
    (NODE, 64_072),
    (STATUS.stores[0], 64_073),
    (LEASES, 64_074),
    (REPORT, 64_075),
    (FINDING, 64_076),
    (model.Examination("a", NOW, REPORT, (NODE,), (FINDING,)), 64_079),
    (model.StoreLost(NOW, ""), 64_077),
    (model.StoreFound(NOW, NOW), 64_078),
    (Disposition.MISSED, 64_044),
    (model.OnCrash.RERUN, 64_045),
    (model.OnConflict.KEEP, 64_046),
    (model.OnExcluded.NEXT, 64_047),
    (model.SchedulerStarted(NOW), 64_052),
    (model.SchedulerPaused(NOW), 64_053),
    (model.SchedulerResumed(NOW), 64_054),
    (model.SchedulerStopping(NOW), 64_055),
    (model.EventsLost(NOW), 64_056),
    (model.JobAdded(NOW, "a"), 64_057),
    (model.JobModified(NOW, "a"), 64_058),
    (model.JobPaused(NOW, "a"), 64_059),
    (model.JobResumed(NOW, "a"), 64_060),
    (model.JobRemoved(NOW, "a"), 64_061),
    (model.JobFinished(NOW, "a"), 64_062),
    (model.RunStarted(NOW, RUN), 64_063),
    (model.RunEnded(NOW, RUN), 64_064),
    (Table([JobSpec("a:b", EVERY)]), 64_096),
    (Table([JOB]), 64_097),
    (Table([RUN]), 64_098),
]

#: What was written by the first version, in hexadecimal, and what it is.
KNOWN: list[tuple[Any, str]] = [
    ((1, "a", None), "d9fa0083016161f6"),
    ({"a": [1.5, True]}, "a1616182fb3ff8000000000000f5"),
    ({1: b"x"}, "d9fa0881d9fa0082014178"),
    (NOW, "d9fa037819323032362d30312d30315430303a30303a30302b30303a3030"),
    (timedelta(1, 2, 3), "d9fa0583010203"),
    (Decimal("1.50"), "d9fa0664312e3530"),
    (DateTrigger(NOW), "d9fa101b0006474846204000"),
    (EVERY, "d9fa11831a00989680f6f6"),
    (
        CronTrigger.from_crontab("30 4 * * *", "UTC"),
        "d9fa127663726f6e7461622033302034202a202a202a20555443",
    ),
    (
        JobSpec("a:b", EVERY, [1], {"k": 2}, id="j"),
        ("d9fa21860163613a62d9fa11831a00989680f6f68101a1616b02a1626964616a"),
    ),
    (
        JOB,
        (
            "d9fa228701583b920161616973686f703a6f70656e80f6d9fa11831a0098"
            "9680f6f6646f70656e6764656661756c741a000f4240f401f6f6f6f68065"
            "726572756ef6f66001f600"
        ),
    ),
    (
        RUN,
        (
            "d9fa2392016172616ad9fa037819323032362d30312d30315430303a3030"
            "3a30302b30303a3030d9fa2c8201666661696c6564f66764656661756c74"
            "01f4f6f6f6f6f6f6f601f6"
        ),
    ),
    (
        Pause(NOW, "why"),
        (
            "d9fa248301d9fa037819323032362d30312d30315430303a30303a30302b"
            "30303a303063776879"
        ),
    ),
    (Disposition.MISSED, "d9fa2c8201666d6973736564"),
    (JobQuery(text="a"), "d9fa258a016161d9fa0080f6f6626964f41864f6f6"),
    (
        Page((RUN,), "on"),
        (
            "d9fa278301d9fa6282019181617281616a811b0006474846204000816666"
            "61696c656481f6816764656661756c74810181f481f681f681f681f681f6"
            "81f681f6810181f6626f6e"
        ),
    ),
    (
        model.RunEnded(NOW, RUN),
        (
            "d9fa408301d9fa037819323032362d30312d30315430303a30303a30302b"
            "30303a3030d9fa2392016172616ad9fa037819323032362d30312d303154"
            "30303a30303a30302b30303a3030d9fa2c8201666661696c6564f6676465"
            "6661756c7401f4f6f6f6f6f6f6f601f6"
        ),
    ),
]

#: A tag, what is under it, and what the error says.
BROKEN: list[tuple[int, Any, str]] = [
    (64_000, 5, "expected a list, not int"),
    (64_001, "ab", "expected a list, not str"),
    (64_001, [[]], "unhashable"),
    (64_002, {"a": 1}, "expected a list, not dict"),
    (64_003, 5, "expected text, not 5"),
    (64_003, "2026-01-01T00:00:00", "2026-01-01T00:00:00 has no time zone"),
    (64_003, "yesterday", "Invalid isoformat string"),
    (64_004, "2026-02-30", "ValueError"),
    (64_004, b"2026-01-01", "expected text, not b'2026-01-01'"),
    (64_005, 5, "expected a list, not int"),
    (64_005, [1, 2], "not enough values"),
    (64_005, [10**9, 0, 0], "OverflowError"),
    (64_005, ["1", 0, 0], "TypeError"),
    (64_006, 5, "expected text, not 5"),
    (64_006, "ten", "'ten' is not a decimal number"),
    (64_007, b"short", "expected 16 bytes, not b'short'"),
    (64_007, "a" * 16, "expected 16 bytes, not 'aaa"),
    (64_008, [1], "TypeError"),
    (64_008, [[1, 2, 3]], "too many values"),
    (64_008, [[[1], 2]], "unhashable"),
    (64_016, 1.5, "expected a whole number, not 1.5"),
    (64_016, True, "expected a whole number, not True"),
    (64_016, 2**62, "OverflowError"),
    (64_017, 5, "TypeError"),
    (64_017, [1], "not enough values"),
    (64_017, ["1", None, None], "expected a whole number, not '1'"),
    (64_017, [1, 1.5, None], "expected a whole number, not 1.5"),
    (64_018, 5, "expected the text of a trigger, not 5"),
    (64_032, [1, "a:b"], "TypeError"),
    (64_034, [1, b"", None, "", 1, None, 0], "it is not data of ours"),
    (64_034, [1, 5, None, "", 1, None, 0], "TypeError"),
    (64_035, [1], "TypeError"),
    (64_036, [1], "TypeError"),
    (64_036, [1, None, "", 5], "Pause: has 3 fields"),
    (64_042, [1, 0, 0, 0, 0, 0, 0], "StoreStatus: has 6 fields"),
    (64_044, [1, "lucky"], "'lucky' is not a valid Disposition"),
    (64_044, [1], "TypeError"),
    (64_020, 5, "the tag 64020 is not known"),
    (64_051, [1], "the tag 64051 is not known"),
    (64_099, [1], "the tag 64099 is not known"),
    (65_000, 5, "the tag 65000 is not known"),
    (0, "2026-01-01T00:00:00Z", "it has a standard tag of CBOR"),
    (258, [1], "it has a standard tag of CBOR"),
    (35, "(a+)+b", "it has a standard tag of CBOR"),
]


def tag_of(data: bytes) -> CBORTag:
    """
    Give the outermost tag.
    """
    found: CBORTag = cbor2.loads(data, tag_hook=lambda tag, immutable: tag)
    return found


class TagTests(SynchronousTestCase):
    """
    Tests for tags.
    """

    def test_numbers(self) -> None:
        """
        Each class has the tag that it always had, and comes back by it.
        """
        for value, number in TAGS:
            data = dumps(value)
            self.assertEqual(number, tag_of(data).tag, value)
            expected = list(value.rows) if isinstance(value, Table) else value
            self.assertEqual(expected, loads(data))

    def test_all_are_here(self) -> None:
        """
        Each class that can be encoded, and each tag that can be read, is tested.
        """
        classes = {type(value) for value, _ in TAGS} - {dict}
        self.assertEqual(set(ENCODERS) - {Enum}, classes)
        numbers = {number for number in DECODERS if number >= 64_000}
        self.assertEqual(numbers, {number for _, number in TAGS})

    def test_what_the_first_version_wrote(self) -> None:
        """
        Data that was written long ago is read, and written now in the same way.
        """
        for value, text in KNOWN:
            self.assertEqual(value, loads(bytes.fromhex(text)))
            self.assertEqual(text, dumps(value).hex())

    def test_versions_to_come(self) -> None:
        """
        A value of another version is refused by its class and the version.
        """
        for value, number in TAGS:
            if not 64_032 <= number < 64_096:
                continue
            _, *content = tag_of(dumps(value)).value
            for version in (0, 2, "1", None):
                with self.assertRaises(BadBox) as caught:
                    loads(cbor2.dumps(CBORTag(number, [version, *content])))
                self.assertEqual(
                    f"{type(value).__name__}: version {version!r} is not known",
                    caught.exception.reason,
                )

    def test_what_is_no_list(self) -> None:
        """
        A value that is no list, or an empty one, is refused by its class.
        """
        for value, number in TAGS:
            if not 64_032 <= number < 64_096:
                continue
            for content in (None, 5, "a", [], {}):
                with self.assertRaises(BadBox) as caught:
                    loads(cbor2.dumps(CBORTag(number, content)))
                self.assertEqual(
                    f"{type(value).__name__}: expected a list, not {content!r}",
                    caught.exception.reason,
                )

    def test_broken_content(self) -> None:
        """
        What cannot be under a tag is refused with the reason.
        """
        for number, content, reason in BROKEN:
            with self.assertRaises(BadBox) as caught:
                loads(cbor2.dumps(CBORTag(number, content)))
            self.assertIn(reason, caught.exception.reason, (number, content))

    def test_fields_of_another_kind(self) -> None:
        """
        A query whose fields cannot be taken is a bad value, named by its field.
        """
        content = tag_of(dumps(JobQuery())).value
        for place, field in ((1, "text"), (4, "paused"), (7, "limit"), (8, "cursor")):
            wrong = [*content[:place], [1], *content[place + 1 :]]
            with self.assertRaises(BadValue) as caught:
                loads(cbor2.dumps(CBORTag(64_037, wrong)))
            self.assertEqual(field, caught.exception.field)

    def test_older_values_are_shorter(self) -> None:
        """
        Fields that an older version did not have get their defaults.
        """
        for value, count in (
            (Pause(NOW), 1),
            (model.SchedulerPaused(NOW), 1),
            (model.JobPaused(NOW, "a"), 2),
            (model.EventsLost(NOW), 1),
            (Page(()), 1),
            (JobQuery(), 0),
            (RUN, 4),
        ):
            tag = tag_of(dumps(value))
            short = CBORTag(tag.tag, list(tag.value[: count + 1]))
            if type(value) is Page:
                short.value.append(None)
            self.assertEqual(value, loads(cbor2.dumps(short)))

    def test_numbers_that_are_none(self) -> None:
        """
        What is not a number, and infinity, come back as they were, in data and results.
        """
        for value in (math.nan, math.inf, -math.inf):
            (back,) = loads(dumps([value]))
            result = decode_result(encode_result({"a": value}, 100))["a"]
            for found in (back, result):
                self.assertIs(float, type(found))
                self.assertEqual(repr(value), repr(found))
        self.assertTrue(loads(dumps(Decimal("NaN"))).is_nan())

    def test_whole_numbers_of_any_size(self) -> None:
        """
        Whole numbers have no bounds, and stay apart from floats and truth.
        """
        for value in (2**63, -(2**63) - 1, 2**64, 2**65, -(2**70), 10**5000, 1, True):
            back = loads(dumps([value]))[0]
            self.assertTrue(value == back)
            self.assertIs(type(value), type(back))
