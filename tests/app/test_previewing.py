"""
Tests for the commands that look at expressions: ``txsched next`` and ``explain``.
"""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.group import cli
from txsched.app.command.pointing import pointed
from txsched.triggers import zones
from txsched.triggers.cron import DIALECTS

from .driving import Unreachable, invoke_alone


class ExpressionTestCase(SynchronousTestCase):
    """
    Runs commands that need no service.
    """

    def lines(self, *arguments: str, code: int = 0) -> list[str]:
        """
        Give the lines of output, with single blanks.
        """
        result = invoke_alone(*arguments)
        self.assertEqual((code, ""), (result.exit_code, result.stderr), result.output)
        return [" ".join(line.split()) for line in result.stdout.splitlines()]

    def json(self, *arguments: str) -> Any:
        result = invoke_alone(*arguments, "--json")
        self.assertEqual((0, ""), (result.exit_code, result.stderr), result.output)
        return json.loads(result.stdout)


class NextTests(ExpressionTestCase):
    """
    Tests for ``txsched next``.
    """

    def test_times_for_people(self) -> None:
        """
        Below the description and the text form each time is a line, in the zone that
        was asked for.
        """
        self.assertEqual(
            [
                "on Monday to Friday at 09:30 (Asia/Tokyo)",
                "crontab 30 9 * * mon-fri Asia/Tokyo",
                "",
                "TIME UTC WAIT",
                "Fri 2030-01-04 09:30:00 +09:00 2030-01-04 00:30:00 in 12 h 30 min",
                "Mon 2030-01-07 09:30:00 +09:00 2030-01-07 00:30:00 3 d later",
                "Tue 2030-01-08 09:30:00 +09:00 2030-01-08 00:30:00 1 d later",
            ],
            self.lines(
                *("next", "crontab", "30", "9", "*", "*", "mon-fri", "-n", "3"),
                *("--timezone", "Asia/Tokyo", "--after", "2030-01-03T12:00Z"),
            ),
        )

    def test_times_for_programs(self) -> None:
        """
        With ``--json`` they are in UTC and as wall times, with what is said of them.
        """
        data = self.json(
            *("next", "30 2 * * *", "--dialect", "crontab", "-n", "2"),
            *("--timezone", "Europe/Berlin", "--after", "2027-03-27T02:30"),
        )
        self.assertEqual(
            {
                "trigger": "crontab 30 2 * * * Europe/Berlin",
                "description": "every day at 02:30 (Europe/Berlin)",
                "timezone": "Europe/Berlin",
                "times": [
                    {
                        "time": "2027-03-27T01:30:00+00:00",
                        "wall": "2027-03-27T02:30:00+01:00",
                        "wait": 0.0,
                        "marks": [],
                    },
                    {
                        "time": "2027-03-28T01:00:00+00:00",
                        "wall": "2027-03-28T03:00:00+02:00",
                        "wait": 84600.0,
                        "marks": [
                            {
                                "code": "gap",
                                "text": "the clocks skip 02:30: runs at 03:00",
                            },
                            {
                                "code": "offset",
                                "text": "the clocks went from +01:00 to +02:00",
                            },
                        ],
                    },
                ],
            },
            data,
        )

    def test_changes_of_the_clocks_are_noted(self) -> None:
        """
        A row in a fold says which of the two times it is.
        """
        lines = self.lines(
            *("next", "crontab 30 2 * * * Europe/Berlin fold both", "-n", "2"),
            *("--after", "2027-10-31T00:00Z"),
        )
        self.assertEqual("TIME UTC WAIT NOTE", lines[3])
        self.assertTrue(lines[4].endswith("in 30 min the first of two 02:30"))
        self.assertTrue(
            lines[5].endswith(
                "1 h later the second of two 02:30; the clocks went from +02:00 to"
                " +01:00"
            )
        )

    def test_every_dialect(self) -> None:
        """
        ``--dialect`` takes each name that the library has, and clauses may follow.
        """
        expressions = {
            "own": "hour=9",
            "crontab": "0 9 * * *",
            "seconds": "0 0 9 * * *",
            "quartz": "0 0 9 * * ?",
            "systemd": "09:00",
            "celery": "minute=0 hour=9",
        }
        self.assertEqual(set(DIALECTS), set(expressions))
        for dialect, expression in expressions.items():
            lines = self.lines(
                *("next", f"{expression} until 2030-01-02", "--dialect", dialect),
                *("--timezone", "UTC", "--after", "2030-01-01"),
            )
            self.assertEqual(
                ["TIME WAIT", "Tue 2030-01-01 09:00:00 +00:00 in 9 h"], lines[3:]
            )

    def test_times_that_have_passed(self) -> None:
        """
        ``--before`` gives the last ones, the latest first.
        """
        self.assertEqual(
            [
                "TIME WAIT",
                "Wed 2030-01-02 00:00:00 +00:00 12 h ago",
                "Tue 2030-01-01 00:00:00 +00:00 1 d before",
            ],
            self.lines(
                *("next", "@daily UTC", "--before", "2030-01-02T12:00Z", "-n", "2")
            )[3:],
        )

    def test_previous_is_before_now(self) -> None:
        """
        ``--previous`` looks back from where the clock is.
        """
        for row in self.json("next", "every 1s from 2020-01-01Z", "--previous")[
            "times"
        ]:
            self.assertLess(row["wait"], 0)

    def test_all_times_between_two(self) -> None:
        """
        ``--between`` gives all, without the end; ``-n`` bounds them.
        """
        between = ("--between", "2030-01-01", "2030-01-08", "--timezone", "UTC")
        self.assertEqual(7, len(self.json("next", "@daily", *between)["times"]))
        self.assertEqual(3, len(self.json("next", "@daily", "-n3", *between)["times"]))
        times = self.json("next", "@daily", *between)["times"]
        self.assertEqual([0.0, 86400.0], [row["wait"] for row in times[:2]])

    def test_no_times_are_explained(self) -> None:
        """
        What has no time ahead or behind is answered in words, at once.
        """
        for arguments, words in [
            (("0 0 30 2 *", "--dialect", "crontab"), "never fires: no year has such a"),
            (
                ("every 1s until 2020-01-01Z",),
                "no time lies ahead: every 1s until 2020",
            ),
            (("manual",), "no times are known beforehand"),
            (("@daily from 2100-01-01", "--previous"), "no time lies before"),
            (
                ("@daily", "--between", "2030-01-01T01:00", "2030-01-01T02:00"),
                "no time lies between them",
            ),
        ]:
            lines = self.lines("next", *arguments, "--timezone", "UTC")
            self.assertTrue(lines[3].startswith(words), lines)

    def test_what_waits(self) -> None:
        """
        Of a delay the first time is known.
        """
        lines = self.lines("next", "delay 10m", "--after", "2030-01-01T00:00Z")
        self.assertEqual("10 minutes after the end of each run", lines[0])
        self.assertEqual(1, len(lines[4:]))
        self.assertIn("in 10 min", lines[4])

    def test_a_job_has_its_own_numbers(self) -> None:
        """
        ``--job-id`` puts numbers in place of H, others for another job.
        """
        texts = {
            self.json("next", "@daily" if job is None else "H 3 * * *", *extra)[
                "trigger"
            ]
            for job, extra in [
                ("a", ("--dialect", "crontab", "--job-id", "a", "--timezone", "UTC")),
                ("b", ("--dialect", "crontab", "--job-id", "b", "--timezone", "UTC")),
            ]
        }
        self.assertEqual(2, len(texts))
        for text in texts:
            self.assertRegex(text, r"^crontab \d+ 3 \* \* \* UTC$")
        data = self.json("next", "every 1h", "--job-id", "a")
        self.assertEqual("every 1h", data["trigger"])

    def test_fractions_and_ends_of_time(self) -> None:
        """
        Times between full seconds are shown whole; what goes on for ever is cut.
        """
        lines = self.lines(
            "next", "every 1.5s from 2030-01-01Z", "--after", "2030-01-01T00:00Z"
        )
        self.assertTrue(lines[4].endswith("now"), lines[4])
        self.assertIn(" 00:00:01.5 ", lines[5])
        self.assertTrue(lines[5].endswith("1.5 s later"), lines[5])
        times = self.json("next", "every 36525 days", "-n", "10000")["times"]
        self.assertLess(len(times), 100)

    def test_a_passed_date_is_one_for_a_late_job(self) -> None:
        """
        The one time of a date is shown, and how long it has passed.
        """
        lines = self.lines("next", "at 2030-01-01Z", "--after", "2030-01-03T00:00:05Z")
        self.assertTrue(lines[4].endswith("2 d 5 s ago"), lines[4])

    def test_errors_show_their_place(self) -> None:
        """
        Below the sentence stands what was typed, with a caret under the column.
        """
        result = invoke_alone("next", "5,61 * * * *", "--dialect", "crontab")
        self.assertEqual(2, result.exit_code)
        self.assertTrue(
            result.stderr.endswith(
                "Error: minute: 61 is not within 0-59 (at column 3 of '5,61 * * * *')\n"
                "\n  5,61 * * * *\n    ^\n"
            ),
            result.stderr,
        )

    def test_what_cannot_be_shown_is_not(self) -> None:
        """
        A sentence without a place, and one that could steer a terminal, stay alone.
        """
        for words in ("is not usable", "bad (at column 1 of '\\x1b[0m')"):
            self.assertEqual(words, pointed(words))
        self.assertEqual(
            """no (at column 2 of "it's")\n\n  it's\n   ^""",
            pointed("""no (at column 2 of "it's")"""),
        )


class ExplainTests(ExpressionTestCase):
    """
    Tests for ``txsched explain``.
    """

    def test_all_for_people(self) -> None:
        """
        Meaning, fields, times, traps and other readings stand below each other.
        """
        self.assertEqual(
            [
                "on day 13 of the month or on Friday at 09:00 (UTC)",
                "crontab 0 9 13 * 5 UTC",
                "",
                "FIELD TEXT MEANING",
                "minute 0 minute 0",
                "hour 9 hour 9",
                "day 13 day 13",
                "month * every month",
                "day_of_week 5 Friday",
                "",
                "TIME WAIT",
                "Fri 2030-01-04 09:00:00 +00:00 in 3 d 9 h",
                "",
                "Beware:",
                (
                    "- day_of_week 5 is Friday here, but Saturday in own and Thursday"
                    " in quartz; names such as mon are the same everywhere"
                    " [weekday-number]"
                ),
                (
                    "- a day matches when it is day 13 or Friday: 62 times in a year"
                    " from now; in own and celery both have to match: 2 times"
                    " [day-or-weekday]"
                ),
                "",
                "Other dialects read this otherwise:",
                (
                    "- own 'day=13 day_of_week=5 hour=9 minute=0': on day 13 of the"
                    " month if it is Saturday at 09:00 (UTC)"
                ),
                (
                    "- celery 'minute=0 hour=9 day_of_week=5 day_of_month=13': on day"
                    " 13 of the month if it is Friday at 09:00 (UTC)"
                ),
            ],
            self.lines(
                *("explain", "0 9 13 * 5", "--dialect", "crontab", "-n", "1"),
                *("--timezone", "UTC", "--after", "2030-01-01"),
            ),
        )

    def test_what_has_no_fields(self) -> None:
        """
        Any trigger is explained; where there is nothing to say nothing is said.
        """
        self.assertEqual(
            [
                "every 1 hour 30 minutes",
                "every 1h30m",
                "",
                "TIME WAIT",
                "Tue 2030-01-01 01:30:00 +00:00 in 1 h 30 min",
            ],
            self.lines(
                *("explain", "every", "90m", "-n", "1", "--timezone", "UTC"),
                *("--after", "2030-01-01"),
            ),
        )
        self.assertEqual(
            ["when it is asked for", "manual", "", "no times are known beforehand"],
            self.lines("explain", "manual"),
        )

    def test_all_for_programs(self) -> None:
        """
        With ``--json`` traps have their codes, and readings their dialects.
        """
        data = self.json(
            "explain", "hour=2", "--dialect", "celery", "--timezone", "UTC"
        )
        self.assertEqual("celery hour=2 UTC", data["trigger"])
        self.assertEqual("UTC", data["timezone"])
        self.assertEqual(
            {"name": "hour", "text": "2", "meaning": "hour 2"}, data["fields"][1]
        )
        self.assertEqual(3, len(data["times"]))
        self.assertEqual(["every-minute"], [one["code"] for one in data["warnings"]])
        self.assertEqual(
            [
                {
                    "dialect": "own",
                    "expression": "hour=2",
                    "description": "every day at 02:00 (UTC)",
                }
            ],
            data["readings"],
        )

    def test_the_zone_of_this_machine_is_a_trap(self) -> None:
        """
        It is told of an expression that names no zone, and of no other.
        """
        for arguments, told in [
            (("0 9 * * *", "--dialect", "crontab"), True),
            (("0 9 * * * UTC", "--dialect", "crontab"), False),
            (("@daily", "--timezone", "UTC"), False),
            (("every 1h",), False),
            (("every 1h from 2030-01-01",), True),
            (("at 2040-01-01T12:00Z",), False),
        ]:
            codes = [
                one["code"] for one in self.json("explain", *arguments)["warnings"]
            ]
            self.assertEqual(told, "local-zone" in codes, arguments)

    def test_what_never_fires(self) -> None:
        """
        It is told once; the exit code is 1, also for programs.
        """
        arguments = ("explain", "crontab 0 0 30 2 * UTC")
        lines = self.lines(*arguments, code=1)
        self.assertEqual("never fires: no year has such a day", lines[-1])
        result = invoke_alone(*arguments, "--json")
        self.assertEqual(1, result.exit_code)
        codes = [one["code"] for one in json.loads(result.stdout)["warnings"]]
        self.assertEqual(["never"], codes)

    def test_a_passed_date(self) -> None:
        """
        It is told, but a job with it would still run: the exit code is 0.
        """
        lines = self.lines("explain", "at 2020-01-01Z", code=0)
        self.assertEqual("- 2020-01-01 00:00:00 UTC has passed [past]", lines[-1])

    def test_a_job(self) -> None:
        """
        ``--job-id`` explains the trigger that the job would get.
        """
        text = ("explain", "H 3 * * *", "--dialect", "crontab", "--timezone", "UTC")
        self.assertIn(
            "another one for each job", self.json(*text)["fields"][0]["meaning"]
        )
        minute = self.json(*text, "--job-id", "a")["fields"][0]
        self.assertEqual(f"minute {minute['text']}", minute["meaning"])


class ZoneTests(ExpressionTestCase):
    """
    Tests for machines whose zone has no name.
    """

    def test_times_are_shown_in_utc(self) -> None:
        """
        What needs no zone can be looked at there.
        """
        self.patch(zones, "get_localzone", lambda: None)
        data = self.json("next", "every 1h")
        self.assertEqual("UTC", data["timezone"])
        result = invoke_alone("next", "@daily")
        self.assertEqual(2, result.exit_code)
        self.assertIn("the time zone of this machine has no name", result.stderr)

    def test_the_first_day_that_is_known(self) -> None:
        """
        It lies before that day in other zones, and so depends on the zone.
        """
        self.patch(zones, "get_localzone", lambda: ZoneInfo("America/New_York"))
        data = self.json("explain", "at 1970-01-01 00:30")
        self.assertEqual(
            ["past", "local-zone"], [one["code"] for one in data["warnings"]]
        )


class CompletionTests(SynchronousTestCase):
    """
    Tests for what a shell completes.
    """

    def completed(self, *words: str) -> list[str]:
        variables = {
            "_TXSCHED_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(("txsched", *words)),
            "COMP_CWORD": str(len(words)),
        }
        result = CliRunner().invoke(
            cli, [], env=variables, prog_name="txsched", obj=Unreachable()
        )
        return [line.partition(",")[2] for line in result.stdout.splitlines()]

    def test_names(self) -> None:
        """
        Dialects and zones are completed, however they begin.
        """
        self.assertEqual(sorted(DIALECTS), self.completed("next", "--dialect", ""))
        self.assertEqual(["quartz"], self.completed("add", "--dialect", "Q"))
        self.assertEqual(
            ["Europe/Berlin"], self.completed("explain", "--timezone", "europe/berl")
        )

    def test_the_help_names_every_dialect(self) -> None:
        """
        The one sentence on ``--dialect`` is complete.
        """
        text = invoke_alone("next", "--help").stdout
        for name in DIALECTS:
            self.assertIn(name, text)
