"""
Jobs, their delays and the ids of their runs.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.model import (
    UTC,
    Call,
    Job,
    JobDefaults,
    JobSpec,
    OnCrash,
    OnExcluded,
    Pause,
    jitter_offset,
    new_generation,
    run_id,
)
from txsched.testing import strategies
from txsched.triggers import IntervalTrigger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
EVERY = IntervalTrigger(seconds=10)
JOB = Job("a", Call("shop:open"), EVERY, "open")

#: Each field of a definition, and another value for it.
DEFINITION: dict[str, Any] = {
    "id": "b",
    "call": Call("shop:close"),
    "trigger": IntervalTrigger(seconds=11),
    "name": "close",
    "executor": "slow",
    "misfire_grace_time": None,
    "coalesce": True,
    "max_instances": 2,
    "max_runs": 5,
    "start_time": NOW,
    "end_time": NOW,
    "jitter": SECOND,
    "tags": ("a",),
    "on_crash": OnCrash.ABANDON,
    "keep_runs": 0,
    "calendars": ("holidays",),
    "on_excluded": OnExcluded.NEXT,
}
#: Each field of the state, and another value for it.
STATE: dict[str, Any] = {
    "generation": "g",
    "revision": 2,
    "next_run_time": NOW,
    "run_count": 1,
}

lawful = settings(max_examples=100, deadline=None, database=None)


class JobTests(SynchronousTestCase):
    """
    Tests for jobs.
    """

    def test_all_fields_are_told_apart(self) -> None:
        """
        Each field of a job is of its definition, of its state, or its pause.
        """
        self.assertEqual(
            {one.name for one in fields(Job)}, {*DEFINITION, *STATE, "paused", "store"}
        )

    def test_definition(self) -> None:
        """
        Jobs ask for the same when all is equal but the pause and the progress.
        """
        self.assertTrue(JOB.same_definition(JOB))
        self.assertTrue(JOB.same_definition(evolve(JOB, paused=Pause(NOW), **STATE)))
        self.assertTrue(JOB.same_definition(evolve(JOB, store="another")))
        for name, value in DEFINITION.items():
            other = evolve(JOB, **{name: value})
            self.assertFalse(JOB.same_definition(other), name)
            self.assertFalse(other.same_definition(JOB), name)

    def test_state(self) -> None:
        """
        A job was changed when its revision, generation or progress is another.
        """
        self.assertTrue(JOB.same_state(evolve(JOB)))
        for name, value in STATE.items():
            other = evolve(JOB, **{name: value})
            self.assertFalse(JOB.same_state(other), name)
            self.assertFalse(other.same_state(JOB), name)

    def test_when_it_is_due(self) -> None:
        """
        A job is due at its next time, and never while it is paused or finished.
        """
        self.assertIsNone(JOB.due)
        waiting = evolve(JOB, next_run_time=NOW)
        self.assertEqual(NOW, waiting.due)
        self.assertIsNone(evolve(waiting, paused=Pause(NOW, "why")).due)
        self.assertIsNone(evolve(waiting, jitter=SECOND, paused=Pause(NOW)).due)
        self.assertIsNone(evolve(JOB, jitter=SECOND).due)

    def test_when_it_is_due_with_jitter(self) -> None:
        """
        Jitter puts off a job by the delay of its id and its time.
        """
        job = evolve(JOB, next_run_time=NOW, jitter=timedelta(hours=1))
        delay = jitter_offset("a", NOW, timedelta(hours=1))
        self.assertLess(timedelta(), delay)
        self.assertEqual(NOW + delay, job.due)
        self.assertNotEqual(job.due, evolve(job, id="b").due)

    def test_jobs_do_not_change(self) -> None:
        """
        Jobs and pauses stay as they are.
        """
        for value, name in ((JOB, "name"), (Pause(NOW), "note")):
            with self.assertRaises(FrozenInstanceError):
                setattr(value, name, "other")

    def test_pauses(self) -> None:
        """
        A pause is since when and why, and equal by both.
        """
        self.assertEqual(Pause(NOW, ""), Pause(NOW))
        self.assertNotEqual(Pause(NOW, "why"), Pause(NOW))
        self.assertNotEqual(Pause(NOW + SECOND), Pause(NOW))

    def test_defaults_are_those_of_a_job(self) -> None:
        """
        The options of the library's defaults are those of a job of which nothing is
        said.
        """
        for one in fields(JobDefaults):
            self.assertEqual(getattr(JOB, one.name), getattr(JobDefaults(), one.name))

    def test_specs(self) -> None:
        """
        What is asked for keeps the options that were said, and no others.
        """
        spec = JobSpec("a:b", EVERY, [1], {"x": 2}, jitter=1, tags=["b", "a"], id="j")
        self.assertEqual(((1,), {"x": 2}), (spec.args, spec.kwargs))
        self.assertEqual(
            {"jitter": SECOND, "tags": ("a", "b"), "id": "j"}, spec.options
        )
        self.assertEqual({}, JobSpec("a:b", EVERY).options)
        self.assertNotEqual(spec, JobSpec("a:b", EVERY))
        self.assertEqual(spec, JobSpec("a:b", EVERY, (1,), {"x": 2}, **spec.options))


class JitterTests(SynchronousTestCase):
    """
    Tests for the delays of planned times.
    """

    def test_known_delays(self) -> None:
        """
        Delays are what they always were, as other nodes and later versions find them.
        """
        for seed, instant, micros in (
            ("a", NOW, 67_977_545_009),
            ("b", NOW, 83_569_841_480),
            ("a", NOW + SECOND, 46_977_548_196),
        ):
            self.assertEqual(
                timedelta(microseconds=micros),
                jitter_offset(seed, instant, timedelta(days=1)),
            )

    @lawful
    @given(strategies.names(), strategies.instants(), strategies.durations())
    def test_bounds(self, seed: str, instant: datetime, jitter: timedelta) -> None:
        """
        A delay is at least nothing and less than the jitter, and the same each time.
        """
        delay = jitter_offset(seed, instant, jitter)
        self.assertTrue(timedelta() <= delay < jitter)
        self.assertEqual(delay, jitter_offset(seed, instant, jitter))
        self.assertEqual(timedelta(), jitter_offset(seed, instant, MICROSECOND))

    @lawful
    @given(strategies.names(), strategies.instants(), strategies.durations())
    def test_scale(self, seed: str, instant: datetime, jitter: timedelta) -> None:
        """
        Twice the jitter gives twice the delay, to the microsecond.
        """
        once, twice = (jitter_offset(seed, instant, jitter * n) for n in (1, 2))
        self.assertTrue(timedelta() <= twice - 2 * once <= MICROSECOND)

    def test_spread_over_times(self) -> None:
        """
        The times of one job are put off by delays that fill the whole jitter evenly.
        """
        self.check_spread(
            jitter_offset("a", NOW + n * SECOND, SECOND) for n in range(4000)
        )

    def test_spread_over_jobs(self) -> None:
        """
        Jobs that are planned for one time are spread evenly over the whole jitter.
        """
        self.check_spread(jitter_offset(f"job-{n}", NOW, SECOND) for n in range(4000))

    def check_spread(self, delays: Any) -> None:
        """
        Check that each tenth of a second has about a tenth of 4000 delays.
        """
        # 400 are expected in each; the standard deviation is 19.
        counts = [0] * 10
        for delay in delays:
            counts[delay // timedelta(milliseconds=100)] += 1
        self.assertTrue(all(300 < count < 500 for count in counts), counts)

    def test_seed_and_time_are_kept_apart(self) -> None:
        """
        The end of an id is never taken for the beginning of a time.
        """
        hour = timedelta(hours=1)
        first = jitter_offset("job1", datetime(1970, 1, 1, 0, 0, 0, 1, UTC), hour)
        second = jitter_offset("job", datetime(1970, 1, 1, 0, 0, 0, 11, UTC), hour)
        self.assertNotEqual(first, second)


class IdTests(SynchronousTestCase):
    """
    Tests for generations and the ids of runs.
    """

    def test_generations(self) -> None:
        """
        Generations are short texts, none of which comes twice.
        """
        tokens = {new_generation() for _ in range(10_000)}
        self.assertEqual(10_000, len(tokens))
        for token in tokens:
            self.assertRegex(token, "^[A-Za-z0-9_-]{12}$")

    def test_known_ids(self) -> None:
        """
        The id of a run is its time and its generation.
        """
        self.assertEqual("06474846204000-gen", run_id("gen", NOW))
        self.assertEqual(
            "00000000000000-g", run_id("g", datetime(1970, 1, 1, tzinfo=UTC))
        )

    @lawful
    @given(strategies.instants(), strategies.instants(), st.text("ab", min_size=1))
    def test_order(self, one: datetime, other: datetime, generation: str) -> None:
        """
        Ids are ordered as their times are, and equal only if these are.
        """
        first, second = run_id(generation, one), run_id(generation, other)
        self.assertEqual(one < other, first < second)
        self.assertEqual(one == other, first == second)
        if one < other:
            self.assertLess(run_id("b", one), run_id("a", other))

    @lawful
    @given(strategies.instants(), st.text("ab"), st.text("ab"))
    def test_generations_part_ids(self, at: datetime, one: str, other: str) -> None:
        """
        The same time of another generation is another run.
        """
        self.assertEqual(one == other, run_id(one, at) == run_id(other, at))

    def test_zones(self) -> None:
        """
        The same instant has one id in every zone.
        """
        local = NOW.astimezone(timezone(timedelta(hours=-5)))
        self.assertEqual(run_id("g", NOW), run_id("g", local))
