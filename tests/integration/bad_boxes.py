"""
Boxes of AMP that cannot be answered as they are.
"""

from __future__ import annotations

import pickle
from typing import Any

from cbor2 import CBORTag

from tests.remote.bare import box

from .rows import Row

__all__ = ["BOXES", "GARBAGE", "add_job"]

_TEXT, _SPEC, _JOB_QUERY, _RUN_QUERY = 64_018, 64_033, 64_037, 64_038
_AWARE = CBORTag(64_003, "2030-01-01T00:00:00+00:00")


def _spec(task: Any, options: Any = None, trigger: str = "every 1h") -> Any:
    fields = [1, task, CBORTag(_TEXT, trigger), [1, 2], None, options or {}]
    return CBORTag(_SPEC, fields)


def add_job(options: Any = None, trigger: str = "every 1h") -> list[Any]:
    """
    Give the arguments of ``AddJob`` for a job that only these can spoil.
    """
    return [_spec("operator:add", options, trigger), "error"]


def _call(
    command: str, arguments: Any, field: str, reason: str, code: str = "BAD_VALUE"
) -> Row:
    return Row((command, arguments), field, reason, code)


#: A command with the list of its arguments, or with the fields of its box.
BOXES = {
    "unknown command": _call("Explode", [], "Explode", "Unhandled", "UNHANDLED"),
    "no arguments": _call("GetJob", {}, "a", "neither the field a nor t", "BAD_BOX"),
    "broken CBOR": _call("GetJob", {"a": b"\x81\xff"}, "data", "not data", "BAD_BOX"),
    "pickle": _call(
        "Resume", {"a": pickle.dumps([])}, "data", "more after its end", "BAD_BOX"
    ),
    "a length of 2**60": _call(
        "GetJob", {"a": b"\x9b\x10" + b"\0" * 7}, "data", "not data of ours", "BAD_BOX"
    ),
    "junk behind": _call(
        "RemoveJob", {"a": b"\x81\x63old\0"}, "end", "there is more after", "BAD_BOX"
    ),
    "no such upload": _call(
        "GetJob", {"t": b"77"}, "t", "there is no such upload", "BAD_BOX"
    ),
    "upload of nothing": _call("Upload", {"t": b"1"}, "d", "has no field", "BAD_BOX"),
    "no such download": _call(
        "Download", {"t": b"5"}, "t", "there is no such download", "BAD_BOX"
    ),
    "arguments by name": _call(
        "RemoveJob", {"job_id": b"old"}, "a", "neither the field a nor t", "BAD_BOX"
    ),
    "too few arguments": _call(
        "PauseJob", ["old"], "job_id, note", "pause_job takes a list", "BAD_BOX"
    ),
    "too many arguments": _call(
        "Resume", [1], "resume", "takes a list of nothing", "BAD_BOX"
    ),
    "unknown tag": _call(
        "GetJob", [CBORTag(64_999, 1)], "64999", "the tag 64999 is not known", "BAD_BOX"
    ),
    "standard tag": _call(
        "GetJob", [CBORTag(0, "2030-01-01T00:00:00Z")], "tag", "standard", "BAD_BOX"
    ),
    "id is a number": _call("RemoveJob", [5], "job_id", "expected text, not 5"),
    "note is a list": _call("PauseJob", ["old", []], "note", "expected text"),
    "note of all is a number": _call("Pause", [1], "note", "expected text, not 1"),
    "catch_up is text": _call(
        "ResumeJob", ["rests", "yes"], "catch_up", "expected true or false, not 'yes'"
    ),
    "force is a number": _call("RunJob", ["old", 1], "force", "expected true or false"),
    "reason is nothing": _call(
        "CancelRun", ["ghost", None], "reason", "expected text, not None"
    ),
    "revision is text": _call(
        "ModifyJob", ["old", "1", {}], "revision", "expected a whole number or nothing"
    ),
    "changes are a list": _call(
        "ModifyJob", ["old", None, [1]], "changes", "expected a mapping, not [1]"
    ),
    "change of the id": _call(
        "ModifyJob", ["old", None, {"id": "new"}], "id", "cannot be changed"
    ),
    "change of what there is not": _call(
        "ModifyJob", ["old", None, {"colour": 1}], "colour", "cannot be changed"
    ),
    "no trigger": _call(
        "RescheduleJob",
        ["old", None, None],
        "trigger",
        "None is not a trigger",
        "BAD_TRIGGER",
    ),
    "spec is a map": _call(
        "AddJob", [{"task": "a:b"}, "error"], "spec", "expected JobSpec"
    ),
    "one of the specs": _call(
        "AddJobs",
        [[_spec("operator:add", {"id": "new"}), 7], "error"],
        "specs[1]",
        "expected JobSpec, not 7",
    ),
    "one of the jobs": _call(
        "AddJobs",
        [
            [
                _spec("operator:add", {"id": "new"}),
                _spec("operator:add", {"executor": "moon"}),
            ],
            "error",
        ],
        "executor",
        "there is no 'moon'",
    ),
    "choice": _call(
        "AddJob",
        [*add_job()[:1], "perhaps"],
        "on_conflict",
        "expected error, replace or keep, not 'perhaps'",
    ),
    "lambda": _call(
        "AddJob",
        [_spec("operator:<lambda>"), "error"],
        "task",
        "expected module:function, not 'operator:<lambda>'",
    ),
    "task that is not allowed": _call(
        "AddJob", [_spec("os:system"), "error"], "os:system", "", "NOT_ALLOWED"
    ),
    "unknown option": _call(
        "AddJob", add_job({"retries": 3}), "retries", "there is no such option"
    ),
    "options are a list": _call(
        "AddJob", add_job([1]), "options", "expected a mapping"
    ),
    "order": _call(
        "GetJobs",
        [CBORTag(_JOB_QUERY, [1, None, [], None, None, "colour", False, 10, None])],
        "order_by",
        "expected id, name, next_run_time, not 'colour'",
    ),
    "disposition": _call(
        "GetRuns",
        [CBORTag(_RUN_QUERY, [1, None, ["lucky"]])],
        "dispositions",
        "'lucky' is not a valid Disposition",
    ),
    "limit of a forecast": _call(
        "Forecast",
        [_AWARE, _AWARE, None, 10**9],
        "limit",
        "1000000000 is not within 1 to 100000",
    ),
    "no such job": _call("RemoveJob", ["ghost"], "ghost", "", "NO_SUCH_JOB"),
    "no such run": _call("CancelRun", ["ghost", ""], "ghost", "", "NO_SUCH_RUN"),
    "greeting of another version": _call(
        "Hello", [7, 9, "future"], "future", "speaks 7 to 9", "PROTOCOL_MISMATCH"
    ),
    "subscription of text": _call(
        "Subscribe", "all", "epoch and last", "Subscribe takes a list", "BAD_BOX"
    ),
}

#: What is no box: who sends it is cut off.
GARBAGE = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "key that is too long": b"\xff" * 1000,
    "empty box": b"\0\0" * 10,
    "neither question nor answer": box({"a": b"\x80"}),
    "answer to nothing": box({"_answer": b"never asked"}),
    "question without a command": box({"_ask": b"1"}),
}
