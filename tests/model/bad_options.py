"""
Options that are refused, each with what is said about it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from txsched.model import UTC
from txsched.model.options import MAX_ID

from ..strange import Unshowable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
LONG = "x" * (MAX_ID + 1)
EAST = timezone(timedelta(hours=1))
WEST = timezone(-timedelta(hours=1))


#: An option, a value that it does not take, and what the reason says.
BAD: list[tuple[str, Any, str]] = [
    ("id", "", "must not be empty"),
    ("id", None, "expected text, not None"),
    ("id", 5, "expected text, not 5"),
    ("id", b"a", "expected text, not b'a'"),
    ("id", ["a"], "expected text, not ['a']"),
    ("id", LONG, "has 256 characters, at most 255 are allowed"),
    ("id", "a\nb", "'a\\nb' has characters that cannot be printed"),
    ("id", "a\0", "cannot be printed"),
    ("id", "\x7f", "cannot be printed"),
    ("id", "a\u2028b", "cannot be printed"),
    ("id", "a\u202eb", "cannot be printed"),
    ("id", "caf\udce9", "cannot be printed"),
    ("id", " a", "' a' begins or ends with a blank"),
    ("id", "a ", "begins or ends with a blank"),
    ("id", " ", "begins or ends with a blank"),
    ("id", Unshowable(), "expected text, not <Unshowable, whose repr failed"),
    ("name", None, "expected text, not None"),
    ("name", 5.0, "expected text, not 5.0"),
    ("name", LONG, "has 256 characters"),
    ("name", "two\tparts", "cannot be printed"),
    ("store", "", "must not be empty"),
    ("store", 5, "expected text, not 5"),
    ("executor", "", "must not be empty"),
    ("executor", None, "expected text"),
    ("executor", True, "expected text, not True"),
    ("executor", "a\r", "cannot be printed"),
    ("executor", LONG, "has 256 characters"),
    ("misfire_grace_time", 0, "0:00:00 is not more than 0 and up to 36525 days"),
    ("misfire_grace_time", -1, "is not more than 0"),
    ("misfire_grace_time", 1e-7, "0:00:00 is not more than 0"),
    ("misfire_grace_time", True, "expected seconds or a timedelta, not True"),
    ("misfire_grace_time", False, "expected seconds or a timedelta, not False"),
    ("misfire_grace_time", "5", "expected seconds or a timedelta, not '5'"),
    ("misfire_grace_time", Decimal(5), "expected seconds or a timedelta"),
    ("misfire_grace_time", math.nan, "nan is not a usable number of seconds"),
    ("misfire_grace_time", math.inf, "inf is not a usable number of seconds"),
    ("misfire_grace_time", -math.inf, "-inf is not a usable number"),
    ("misfire_grace_time", 10**30, "is not a usable number of seconds"),
    ("misfire_grace_time", 10**5000, "<int, whose repr failed: ValueError>"),
    ("misfire_grace_time", timedelta(days=36525, microseconds=1), "up to 36525 days"),
    ("misfire_grace_time", timedelta(microseconds=-1), "is not more than 0"),
    ("misfire_grace_time", timedelta.max, "up to 36525 days"),
    ("jitter", 0, "is not more than 0"),
    ("jitter", timedelta(), "is not more than 0"),
    ("jitter", -0.5, "is not more than 0"),
    ("jitter", "1s", "expected seconds or a timedelta"),
    ("jitter", True, "expected seconds or a timedelta, not True"),
    ("jitter", math.nan, "nan is not a usable number of seconds"),
    ("jitter", [1], "expected seconds or a timedelta, not [1]"),
    ("coalesce", None, "expected true or false, not None"),
    ("coalesce", 1, "expected true or false, not 1"),
    ("coalesce", 0, "expected true or false, not 0"),
    ("coalesce", "yes", "expected true or false, not 'yes'"),
    ("max_instances", None, "expected a whole number, not None"),
    ("max_instances", 0, "0 is not within 1 to 1000000"),
    ("max_instances", -1, "-1 is not within 1"),
    ("max_instances", 1_000_001, "1000001 is not within 1 to 1000000"),
    ("max_instances", True, "expected a whole number, not True"),
    ("max_instances", 1.0, "expected a whole number, not 1.0"),
    ("max_instances", "3", "expected a whole number, not '3'"),
    ("max_instances", 10**5000, "<int, whose repr failed: ValueError> is not within"),
    ("max_runs", 0, "0 is not within 1"),
    ("max_runs", False, "expected a whole number, not False"),
    ("max_runs", 2.5, "expected a whole number, not 2.5"),
    ("max_runs", math.inf, "expected a whole number, not inf"),
    ("keep_runs", -1, "-1 is not within 0 to 1000000"),
    ("keep_runs", 1_000_001, "is not within 0 to 1000000"),
    ("keep_runs", True, "expected a whole number, not True"),
    ("start_time", 0, "expected a datetime, not 0"),
    ("start_time", "2026-01-01", "expected a datetime, not '2026-01-01'"),
    ("start_time", NOW.date(), "expected a datetime, not datetime.date(2026, 1, 1)"),
    ("start_time", NAIVE, "2026-01-01 00:00:00 has no time zone"),
    (
        "start_time",
        datetime.min.replace(tzinfo=EAST),
        "0001-01-01 00:00:00+01:00 is not within the years 1 to 9999 of UTC",
    ),
    ("end_time", NAIVE, "has no time zone"),
    ("end_time", timedelta(1), "expected a datetime"),
    (
        "end_time",
        datetime.max.replace(tzinfo=WEST),
        "is not within the years 1 to 9999",
    ),
    ("tags", None, "expected a list of tags, not None"),
    ("tags", "a", "expected a list of tags, not 'a'"),
    ("tags", b"a", "expected a list of tags, not b'a'"),
    ("tags", {"a": 1}, "expected a list of tags, not {'a': 1}"),
    ("tags", 5, "expected a list of tags, not 5"),
    ("tags", ["a", 5], "expected text, not 5"),
    ("tags", [None], "expected text, not None"),
    ("tags", [["a"]], "expected text, not ['a']"),
    ("tags", [""], "must not be empty"),
    ("tags", ["a", " b"], "' b' begins or ends with a blank"),
    ("tags", ["a\n"], "cannot be printed"),
    ("tags", [LONG], "has 256 characters"),
    ("tags", [f"tag-{number}" for number in range(65)], "has 65 tags, at most 64"),
    ("tags", (1, "a"), "expected text, not 1"),
    ("on_crash", None, "expected rerun or abandon, not None"),
    ("on_crash", "RERUN", "expected rerun or abandon, not 'RERUN'"),
    ("on_crash", True, "expected rerun or abandon, not True"),
    ("on_crash", [], "expected rerun or abandon, not []"),
    ("calendars", "a", "expected a list of names of calendars, not 'a'"),
    ("calendars", 5, "expected a list of names of calendars, not 5"),
    ("calendars", None, "expected a list of names of calendars, not None"),
    ("calendars", [""], "must not be empty"),
    ("calendars", [1], "expected text, not 1"),
    ("calendars", [f"c{number}" for number in range(17)], "has 17 calendars, at most"),
    ("on_excluded", None, "expected skip, next or previous, not None"),
    ("on_excluded", "NEXT", "expected skip, next or previous, not 'NEXT'"),
    ("retries", 3, "there is no such option; there are id, name, store"),
    ("paused", True, "there is no such option"),
    ("generation", "a", "there is no such option"),
    ("next_run_time", NOW, "there is no such option"),
    ("", 1, "there is no such option"),
]
