"""
A job's definition as stores keep it.
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
    dumps,
    encode_definition,
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
        job.store,
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
            (cbor2.dumps([*short, 1]), "not enough values"),
            (cbor2.dumps([*short, 1, 2, 3]), "too many values"),
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
