"""
Tests for what ``--help`` says.
"""

from __future__ import annotations

from collections.abc import Iterator

import click
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.group import cli
from txsched.app.reading import read_size
from txsched.executors.argv import OUTPUT_LIMIT


def options() -> Iterator[tuple[click.Context, click.Option]]:
    """
    Give each option of each command.
    """
    root = click.Context(cli, info_name="txsched", **cli.context_settings)
    commands = [cli.get_command(root, name) for name in cli.list_commands(root)]
    for command in (cli, *commands):
        assert command is not None
        context = click.Context(command, parent=root)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield context, parameter


class HelpTests(SynchronousTestCase):
    """
    Tests for the help of options.
    """

    def test_every_default_is_shown(self) -> None:
        """
        An option that has a default says it.
        """
        shown = set()
        for context, option in options():
            default = option.get_default(context)
            if default in (None, "", ()) or isinstance(default, bool):
                continue
            if option.is_flag or type(default).__name__ == "Sentinel":
                continue
            record = option.get_help_record(context)
            assert record is not None
            place = f"{context.command.name} {record[0]}"
            self.assertIn(f"default: {default}", record[1], place)
            shown.add((context.command.name, option.name))
        self.assertLessEqual(
            {
                ("next", "count"),
                ("forecast", "limit"),
                ("forecast", "within"),
                ("list", "order_by"),
                ("list", "limit"),
                ("runs", "limit"),
                ("add", "on_conflict"),
                ("cli", "server"),
                ("cli", "timeout"),
            },
            shown,
        )

    def test_every_option_is_explained(self) -> None:
        """
        There is a sentence for each of them.
        """
        for context, option in options():
            place = f"{context.command.name} {option.name}"
            self.assertRegex(option.help or "", r"^[A-Z]", place)

    def test_the_default_for_output_is_the_one_of_programs(self) -> None:
        """
        ``add --help`` says how much of a program's output is kept.
        """
        (text,) = {
            option.help for _, option in options() if option.name == "output_limit"
        }
        assert text is not None
        size = text.partition("[default: ")[2].rstrip("]")
        self.assertEqual(OUTPUT_LIMIT, read_size(size))

    def test_ways_to_say_a_time_are_explained(self) -> None:
        """
        Times that have passed are among them.
        """
        words = " ".join((cli.help or "").split())
        for example in ("now, +10m", '-10m, "10m ago"', "2030-01-31T12:00"):
            self.assertIn(example, words)
