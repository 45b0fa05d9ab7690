"""
Tests for the names by which the command line speaks of what was wrong.
"""

from __future__ import annotations

import click
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.group import cli
from txsched.app.command.naming import PROGRAM, field_name, sentence
from txsched.errors import BadTrigger, BadValue, JobExists, NoSuchJob

from .driving import CommandTestCase

_WORDS = "expected something else"


def context_of(name: str, *arguments: str) -> click.Context:
    """
    Give the context in which a command is carried out.
    """
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command.make_context(name, [*arguments])


class NameTests(SynchronousTestCase):
    """
    Tests for single fields.
    """

    def test_options_and_arguments(self) -> None:
        """
        Each field is called as the command that is carried out calls it.
        """
        add = ("add", "--every", "1h")
        table = [
            ((*add, "a:b"), "misfire_grace_time", "--misfire-grace-time"),
            ((*add, "a:b"), "id", "--id"),
            ((*add, "a:b"), "tags", "--tag"),
            ((*add, "a:b"), "start_time", "--start"),
            ((*add, "a:b"), "end_time", "--end"),
            ((*add, "a:b"), "coalesce", "--coalesce"),
            ((*add, "a:b"), "on_conflict", "--on-conflict"),
            ((*add, "a:b"), "task", "TASK"),
            ((*add, "a:b"), "args[1]['x']", "--args[1]['x']"),
            ((*add, "a:b"), "kwargs", "--kwargs"),
            ((*add, "a:b"), "trigger", "--every"),
            (("add", "--at", "now", "a:b"), "trigger", "--at"),
            (("modify", "x"), "task", "--task"),
            (("modify", "x"), "job_id", "JOB"),
            (("runs",), "dispositions", "--disposition"),
            (("runs",), "job_id", "job_id"),
            (("list",), "order_by", "--order"),
            (("list",), "limit", "--limit"),
        ]
        for (command, *arguments), field, name in table:
            with context_of(command, *arguments):
                self.assertEqual(name, field_name(field), (command, *arguments))

    def test_programs(self) -> None:
        """
        What a program is given has options of its own.
        """
        with context_of("add", "--every", "1h", "--", "ls", "-l") as context:
            self.assertEqual(["ls", "-l"], context.meta[PROGRAM])
            for field, name in [
                ("args", "PROGRAM"),
                ("args[0]", "PROGRAM"),
                ("args[1]", "ARGUMENT[1]"),
                ("kwargs.cwd", "--cwd"),
                ("kwargs.input", "--input"),
                ("kwargs.output_limit", "--output-limit"),
                ("kwargs.colour", "kwargs.colour"),
                ("task", "task"),
            ]:
                self.assertEqual(name, field_name(field))

    def test_what_the_command_does_not_know(self) -> None:
        """
        Other fields, and those of no command, are left as they are.
        """
        with context_of("runs"):
            for field in ("on_conflict", "minute", "--server", "", "kwargs.cwd"):
                self.assertEqual(field, field_name(field))
        self.assertEqual("on_conflict", field_name("on_conflict"))


class SentenceTests(SynchronousTestCase):
    """
    Tests for whole errors.
    """

    def test_names_in_reasons(self) -> None:
        """
        A reason speaks of options, too, but what it quotes is left as it is.
        """
        with context_of("add", "--every", "1h", "a:b"):
            for error, words in [
                (
                    BadValue("end_time", "2030 is before start_time, 2031"),
                    "--end: 2030 is before --start, 2031",
                ),
                (
                    BadTrigger("max_runs", "max_runs: 'max_runs' is no max_runs."),
                    "--max-runs: max_runs: 'max_runs' is no --max-runs.",
                ),
                (
                    BadValue("task", 'my.max_runs has no "max_runs" nor max_runs()'),
                    'TASK: my.max_runs has no "max_runs" nor max_runs()',
                ),
                (NoSuchJob("start_time"), str(NoSuchJob("start_time"))),
            ]:
                self.assertEqual(words, sentence(error))

    def test_an_id_that_exists(self) -> None:
        """
        The option that helps is named, and the id is as it was given.
        """
        with context_of("add", "--every", "1h", "a:b"):
            self.assertEqual(
                "a job with the id 'on_conflict' exists already (replace or keep it"
                " with --on-conflict)",
                sentence(JobExists("on_conflict")),
            )
        self.assertEqual(str(JobExists("a")), sentence(JobExists("a")))


class CommandTests(CommandTestCase):
    """
    Tests for what commands complain of.
    """

    def test_what_the_scheduler_refuses(self) -> None:
        """
        Its errors name the options of the command.
        """
        add = ("add", "--every", "1h")
        self.out(*add, "--id", "a", "--end", "2031-01-01T00:00Z", "a:b")
        table = [
            ((*add, "--id", "a", "a:b"), "(replace or keep it with --on-conflict)"),
            (("modify", "a", "--max-instances", "2000000"), "--max-instances: 2000000"),
            (
                ("modify", "a", "--start", "2032-01-01T00:00Z"),
                "--end: 2031-01-01 00:00:00+00:00 is before --start, 2032",
            ),
            (("pause", "a", "--note", "x" * 1001), "--note: has 1001 characters"),
            (
                ("reschedule", "a", "--at", "2032-01-01T00:00Z"),
                "--at: at 2032-01-01T00:00:00+00:00 has no planned time ahead",
            ),
        ]
        for arguments, words in table:
            self.assertIn(
                f"txsched: {words}" if words[0] == "-" else words,
                "".join(self.refused(1, *arguments)),
            )
