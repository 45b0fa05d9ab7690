"""
Options that no job can have, as they travel.
"""

from __future__ import annotations

from typing import Any

from cbor2 import CBORTag

from .rows import Row

__all__ = ["OPTIONS"]

_DATETIME = 64_003
_EARLY = CBORTag(_DATETIME, "2030-01-01T00:00:00+00:00")
_LATE = CBORTag(_DATETIME, "2030-02-01T00:00:00+00:00")


def _option(name: str, value: Any, reason: str) -> Row:
    return Row({name: value}, name, reason, "BAD_VALUE")


#: For a job that is added, and all but ``id`` for a change of the job ``old``.
OPTIONS = {
    "empty id": _option("id", "", "must not be empty"),
    "id too long": _option("id", "x" * 256, "has 256 characters, at most 255"),
    "id with a line break": _option("id", "a\nb", "that cannot be printed"),
    "id is a number": _option("id", 5, "expected text, not 5"),
    "name is a list": _option("name", ["a"], "expected text, not ['a']"),
    "name too long": _option("name", "x" * 256, "has 256 characters"),
    "executor that there is not": _option(
        "executor", "moon", "there is no 'moon'; there are command, default, reactor"
    ),
    "executor is nothing": _option("executor", None, "expected text, not None"),
    "grace time is text": _option(
        "misfire_grace_time", "5m", "expected seconds or a timedelta, not '5m'"
    ),
    "grace time of zero": _option("misfire_grace_time", 0, "is not more than 0"),
    "grace time that is no number": _option(
        "misfire_grace_time", float("nan"), "nan is not a usable number of seconds"
    ),
    "coalesce is a number": _option("coalesce", 1, "expected true or false, not 1"),
    "coalesce is text": _option("coalesce", "yes", "expected true or false, not 'yes'"),
    "no instances": _option("max_instances", 0, "0 is not within 1 to 1000000"),
    "instances without limit": _option(
        "max_instances", None, "expected a whole number, not None"
    ),
    "one and a half instances": _option(
        "max_instances", 1.5, "expected a whole number, not 1.5"
    ),
    "runs below zero": _option("max_runs", -1, "-1 is not within 1 to 1000000"),
    "runs are a flag": _option("max_runs", True, "expected a whole number, not True"),
    "start is text": _option(
        "start_time", "2030-01-01", "expected a datetime, not '2030-01-01'"
    ),
    "end is a number": _option("end_time", 5, "expected a datetime, not 5"),
    "end before the start": Row(
        {"start_time": _LATE, "end_time": _EARLY},
        "end_time",
        "is before start_time",
        "BAD_VALUE",
    ),
    "start without a zone": Row(
        {"start_time": CBORTag(_DATETIME, "2030-01-01T00:00:00")},
        "2030-01-01T00:00:00",
        "has no time zone",
        "BAD_BOX",
    ),
    "jitter too long": _option("jitter", 1e12, "is not more than 0 and up to 36525"),
    "jitter below zero": _option("jitter", -1, "is not more than 0"),
    "tags are text": _option("tags", "abc", "expected a list of tags, not 'abc'"),
    "empty tag": _option("tags", [""], "must not be empty"),
    "tag is a number": _option("tags", [1], "expected text, not 1"),
    "too many tags": _option(
        "tags", [str(number) for number in range(65)], "has 65 tags, at most 64"
    ),
    "after a crash": _option(
        "on_crash", "panic", "expected rerun or abandon, not 'panic'"
    ),
    "kept runs below zero": _option("keep_runs", -1, "-1 is not within 0 to 1000000"),
    "kept runs are text": _option(
        "keep_runs", "all", "expected a whole number, not 'all'"
    ),
}
