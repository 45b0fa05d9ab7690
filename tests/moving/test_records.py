"""
The file of an export: what is written is read, and what is wrong is found.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.codec.test_round_trips import often
from txsched.codec import definition_fields, progress_fields, run_fields, run_of_fields
from txsched.errors import BadBox, BadFile, BadValue
from txsched.model import Call, Disposition, Job, Run, ShownTrigger, ShownValue
from txsched.moving import RecordWriter
from txsched.testing import strategies
from txsched.testing.contracts.job_store.samples import make_job, make_run

from .files import NOW, read, with_lines, written

JOB = make_job()
RUN = make_run(JOB, 0, Disposition.MISSED, reason="late")


def job_record(**changes: Any) -> dict[str, Any]:
    """
    Give the record of a job.
    """
    return {"job": {**definition_fields(JOB), **progress_fields(JOB), **changes}}


def run_record(**changes: Any) -> dict[str, Any]:
    """
    Give the record of a run.
    """
    return {"run": {**run_fields(RUN), **changes}}


class RoundTripTests(SynchronousTestCase):
    """
    What is written is read.
    """

    @often
    @given(st.lists(strategies.jobs(), max_size=3), st.lists(strategies.runs()))
    def test_all(self, jobs: list[Job], runs: list[Run]) -> None:
        """
        Jobs and runs come back equal, in their order.
        """
        runs = [
            run._replace(ended_at=None if run.disposition.active else NOW)
            for run in runs
        ]
        self.assertEqual([*jobs, *runs], read(written(jobs, runs)))

    def test_lines(self) -> None:
        """
        There is one line for each, and one before and after.
        """
        lines = [json.loads(line) for line in written([JOB], [RUN]).splitlines()]
        self.assertEqual("txsched export", lines[0]["format"])
        self.assertEqual("job", lines[1]["job"]["id"])
        self.assertEqual("missed", lines[2]["run"]["disposition"])
        self.assertEqual((1, 1), (lines[3]["end"]["jobs"], lines[3]["end"]["runs"]))

    def test_results_of_any_kind(self) -> None:
        """
        Of a result that is no plain data there is the text.
        """
        for result in (object(), "caf\udce9"):
            (found,) = read(written([], [RUN._replace(result=result)]))
            assert isinstance(found, Run)
            self.assertIn(repr(result)[:10], found.result["repr"])

    def test_what_cannot_be_written(self) -> None:
        """
        A job that cannot be written is named.
        """
        for changes, place in (
            ({"call": Call("a:b", (object(),))}, "job 'job': args[0]"),
            ({"call": Call("a:b", (ShownValue("x"),))}, "job 'job': args[0]"),
            ({"trigger": ShownTrigger("mine")}, "job 'job': trigger"),
        ):
            writer = RecordWriter(BytesIO(), NOW)
            with self.assertRaises(BadValue) as caught:
                writer.job(evolve(JOB, **changes))
            self.assertEqual(place, caught.exception.field)


class BadFileTests(SynchronousTestCase):
    """
    What is wrong is found, with its line and its field.
    """

    def refused(self, data: bytes) -> str:
        """
        Give what is said of a file.
        """
        with self.assertRaises(BadFile) as caught:
            read(data)
        return str(caught.exception)

    def test_cut_off(self) -> None:
        """
        A file that lost any number of bytes at its end is refused.
        """
        data = written([JOB], [RUN])
        for length in range(len(data) - 1):
            self.assertIn("jobs.jsonl: ", self.refused(data[:length]))
        lines = data.splitlines(keepends=True)
        self.assertEqual(
            "jobs.jsonl: it ends after line 3: its end is missing",
            self.refused(b"".join(lines[:-1])),
        )
        self.assertEqual("jobs.jsonl: it is empty, and no export", self.refused(b""))
        self.assertIn("(it is cut off)", self.refused(data[: len(lines[0]) + 20]))

    def test_changed(self) -> None:
        """
        A line that was changed, taken out or put in is noticed at the end.
        """
        lines = written([JOB, make_job("other")], [RUN]).splitlines(keepends=True)
        for changed, reason in (
            (b"".join(lines).replace(b'"other"', b'"ohter"'), "the lines before were"),
            (b"".join([*lines[:2], *lines[3:]]), "jobs: there were 2, there are 1"),
            (b"".join([*lines[:3], *lines[4:]]), "runs: there were 1, there are 0"),
            (b"".join([*lines, lines[1]]), "line 6: there is more behind the last"),
        ):
            self.assertIn(reason, self.refused(changed))

    def test_no_export(self) -> None:
        """
        Another file is refused by its first line.
        """
        for line, reason in (
            (b"{}", "line 1: format: expected 'txsched export'"),
            (b"[]", "line 1: expected an object of JSON"),
            (b"hello", "line 1: it is not JSON"),
            (b'{"format":"txsched export","version":2}', "line 1: version: 2 is not"),
        ):
            self.assertIn(reason, self.refused(line + b"\n"))

    def test_bad_records(self) -> None:
        """
        A wrong line is named with its field.
        """
        cases: list[tuple[Any, str]] = [
            ({"jobs": {}}, "line 2: expected an object of job, run or end"),
            ({"job": {}, "run": {}}, "line 2: expected an object of job, run or end"),
            ([], "line 2: expected an object of JSON"),
            ({"job": []}, "expected the fields of a job"),
            (job_record(coalesce="no"), "line 2: coalesce: 'no': expected true or"),
            (job_record(trigger="every"), "line 2: trigger: "),
            (job_record(args=[{"$x": 1}]), "line 2: args: '$x' is not known"),
            (job_record(colour=1), "line 2: colour: is no field of a job"),
            ({"run": []}, "expected the fields of a run"),
            (run_record(colour=1), "line 2: colour: is no field of a run"),
            (run_record(id=None), "line 2: id: is missing"),
            (run_record(disposition="lost"), "line 2: disposition: 'lost'"),
            (run_record(disposition="pending"), "line 2: ended_at: does not fit"),
            (run_record(ended_at=None), "line 2: ended_at: does not fit to missed"),
            (run_record(planned_time="now"), "line 2: planned_time: 'now'"),
            (run_record(result={"$set": [[1]]}), "line 2: result: it is not data"),
            (run_record(times=1.5), "line 2: times: 1.5: expected a whole number"),
        ]
        for record, reason in cases:
            self.assertIn(reason, self.refused(with_lines(record)))

    def test_bad_end(self) -> None:
        """
        A last line that is none is refused.
        """
        header = written().splitlines(keepends=True)[0]
        self.assertIn("line 2: end: expected", self.refused(header + b'{"end":1}\n'))

    def test_fields_of_runs(self) -> None:
        """
        Fields of runs are named beside files too.
        """
        with self.assertRaises(BadBox):
            run_of_fields(5)
        with self.assertRaises(BadValue) as caught:
            run_of_fields({5: 5})
        self.assertEqual("5", caught.exception.field)
