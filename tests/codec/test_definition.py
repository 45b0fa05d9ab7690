"""
A job's definition as stores keep it, and the results of its runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import cbor2
from attrs import evolve
from cbor2 import CBORTag
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import (
    decode_job,
    decode_result,
    dumps,
    encode_definition,
    encode_result,
)
from txsched.errors import BadBox, BadTrigger, SchedulerError
from txsched.model import UTC, Call, Job, OnCrash, Pause
from txsched.testing import strategies
from txsched.triggers import IntervalTrigger

from .test_round_trips import often

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = IntervalTrigger(seconds=10)
JOB = Job("a", Call("shop:open"), EVERY, "open")
#: Where each field is in the definition.
FIELDS = [
    "version",
    "id",
    "task",
    "args",
    "kwargs",
    "trigger",
    "name",
    "executor",
    "misfire_grace_time",
    "coalesce",
    "max_instances",
    "max_runs",
    "start_time",
    "end_time",
    "jitter",
    "tags",
    "on_crash",
    "keep_runs",
]
TEXT_TAG = 64_018


def decode(data: bytes, job: Job = JOB) -> Job:
    """
    Decode a definition with the progress of *job*.
    """
    return decode_job(
        data,
        job.paused,
        job.generation,
        job.revision,
        job.next_run_time,
        job.run_count,
    )


def changed(**changes: Any) -> bytes:
    """
    Give the definition of a job with some of its fields changed.
    """
    content: list[Any] = cbor2.loads(
        encode_definition(JOB), tag_hook=lambda tag, immutable: tag
    )
    for name, value in changes.items():
        content[FIELDS.index(name)] = value
    return cbor2.dumps(content)


#: A field, what stands there, and a part of the reason.
BROKEN: list[tuple[str, Any, str]] = [
    ("version", 2, "version 2 of a definition is not known"),
    ("version", None, "version None of a definition is not known"),
    ("args", 5, "TypeError"),
    ("trigger", None, "None is not a trigger"),
    ("trigger", "every 10s", "'every 10s' is not a trigger"),
    ("misfire_grace_time", "1", "TypeError"),
    ("misfire_grace_time", 10**30, "OverflowError"),
    ("start_time", 2**62, "OverflowError"),
    ("end_time", [], "TypeError"),
    ("jitter", {}, "TypeError"),
    ("tags", 1, "TypeError"),
    ("on_crash", "panic", "KeyError"),
    ("on_crash", [], "TypeError"),
]


class DefinitionTests(SynchronousTestCase):
    """
    Tests for the definition.
    """

    @often
    @given(strategies.jobs())
    def test_round_trip(self, job: Job) -> None:
        """
        The definition and the progress, kept apart, make the same job again.
        """
        self.assertEqual(job, decode(encode_definition(job), job))

    @often
    @given(strategies.jobs(), strategies.jobs())
    def test_progress_is_not_in_it(self, job: Job, other: Job) -> None:
        """
        Jobs that differ in pause and progress alone have one definition.
        """
        moved = evolve(
            job,
            paused=other.paused,
            generation=other.generation,
            revision=other.revision,
            next_run_time=other.next_run_time,
            run_count=other.run_count,
        )
        data = encode_definition(job)
        self.assertEqual(data, encode_definition(moved))
        self.assertEqual(moved, decode(data, moved))

    def test_it_is_short(self) -> None:
        """
        A usual job takes less than a hundred bytes.
        """
        self.assertLess(len(encode_definition(JOB)), 100)

    def test_every_option_is_kept(self) -> None:
        """
        Options that differ from their defaults come back as they were.
        """
        job = evolve(
            JOB,
            name="other",
            executor="slow",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=7,
            max_runs=8,
            start_time=NOW,
            end_time=NOW + timedelta(microseconds=1),
            jitter=timedelta(microseconds=3),
            tags=("a", "b"),
            on_crash=OnCrash.ABANDON,
            keep_runs=0,
            paused=Pause(NOW, "why"),
            generation="g",
            revision=3,
            next_run_time=NOW,
            run_count=9,
        )
        self.assertEqual(job, decode(encode_definition(job), job))

    def test_what_is_broken_says_so(self) -> None:
        """
        A definition that cannot be read is an error with the reason.
        """
        for name, value, reason in BROKEN:
            with self.assertRaises(BadBox) as caught:
                decode(changed(**{name: value}))
            self.assertIn(reason, caught.exception.reason, name)

    def test_what_is_no_definition_says_so(self) -> None:
        """
        Other data, and too few or too many fields, are told apart from a definition.
        """
        short: list[Any] = cbor2.loads(
            encode_definition(JOB), tag_hook=lambda tag, immutable: tag
        )
        for data, reason in (
            (dumps(5), "it is not the definition of a job"),
            (dumps([]), "it is not the definition of a job"),
            (dumps({"version": 1}), "it is not the definition of a job"),
            (dumps(JOB), "it is not the definition of a job"),
            (cbor2.dumps(short[:-1]), "not enough values"),
            (cbor2.dumps([*short, 1]), "too many values"),
            (b"", "it is not data of ours"),
            (encode_definition(JOB)[:-1], "it is not data of ours"),
            (encode_definition(JOB) + b"\0", "there is more after its end"),
        ):
            with self.assertRaises(BadBox) as caught:
                decode(data)
            self.assertIn(reason, caught.exception.reason)

    def test_a_trigger_that_cannot_be_built_says_so(self) -> None:
        """
        The text of a trigger that this version does not take is a trigger's error.
        """
        with self.assertRaises(BadTrigger) as caught:
            decode(changed(trigger=CBORTag(TEXT_TAG, "crontab 99 * * * * UTC")))
        self.assertEqual("minute", caught.exception.field)

    @often
    @given(st.data())
    def test_flipped_bytes(self, data: Any) -> None:
        """
        A definition with some bytes changed is a job, or an error of ours.
        """
        broken = bytearray(encode_definition(evolve(JOB, tags=("a",), start_time=NOW)))
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(broken) - 1))
            broken[place] = data.draw(st.integers(0, 255))
        try:
            self.assertIsInstance(decode(bytes(broken)), Job)
        except SchedulerError as error:
            self.assertNotEqual("", str(error))


class Unshowable:
    """
    Even its text form fails.
    """

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Surrogate:
    """
    Its text form cannot be encoded.
    """

    def __repr__(self) -> str:
        return "caf\udce9"


class ResultTests(SynchronousTestCase):
    """
    Tests for what tasks return.
    """

    @often
    @given(strategies.plain_data())
    def test_plain_data_is_kept(self, value: Any) -> None:
        """
        A result of plain data comes back equal.
        """
        self.assertEqual(value, decode_result(encode_result(value, 100_000)))

    def test_what_cannot_be_encoded_becomes_its_text(self) -> None:
        """
        Anything else becomes a mapping with its text form, and is never an error.
        """
        cyclic: list[Any] = []
        cyclic.append(Call("a:b", (cyclic,)))
        for value, text in (
            (object(), "<object object at 0x"),
            ([1, object()], "[1, <object object at 0x"),
            (Unshowable(), "<Unshowable, whose repr failed: RuntimeError>"),
            (Surrogate(), "caf?"),
            ("caf\udce9", "'caf\\udce9'"),
            (cyclic, "[Call(task='a:b', args=([...],)"),
            ([float], "[<class 'float'>]"),
        ):
            found = decode_result(encode_result(value, 1000))
            self.assertEqual(["repr"], list(found))
            self.assertTrue(found["repr"].startswith(text), found)

    def test_what_is_too_large_becomes_its_beginning(self) -> None:
        """
        Of what takes more than the limit the beginning of the text is kept.
        """
        for value in ("x" * 5000, ["x" * 5000], b"x" * 5000):
            found = decode_result(encode_result(value, 4000))
            self.assertEqual({"repr": repr(value)[:1000]}, found)
        self.assertEqual({"repr": "'xx"}, decode_result(encode_result("x" * 9, 3)))
        self.assertEqual({"repr": ""}, decode_result(encode_result("x" * 9, 0)))

    def test_the_limit_itself_is_allowed(self) -> None:
        """
        A result of exactly the limit is kept, and one byte more is not.
        """
        data = dumps("x" * 50)
        self.assertEqual(data, encode_result("x" * 50, len(data)))
        short = encode_result("x" * 50, len(data) - 1)
        self.assertEqual(
            {"repr": repr("x" * 50)[: len(data) - 1]}, decode_result(short)
        )

    def test_broken_results_are_told(self) -> None:
        """
        What is no result is an error of ours.
        """
        self.assertRaises(BadBox, decode_result, b"")
