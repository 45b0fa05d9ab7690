"""
What the pages of the documentation show is true, as far as it can be told without a
process: commands, configurations, expressions and code.
"""

from __future__ import annotations

import ast
import configparser
import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
from twisted.python.usage import UsageError
from twisted.scripts.twistd import ServerOptions
from twisted.trial.unittest import SynchronousTestCase

from txsched import triggers
from txsched.app.command.group import cli
from txsched.app.configfile import load_config, parse_config
from txsched.app.options import SchedulerOptions
from txsched.triggers import parse_trigger
from txsched.triggers.cron import DIALECTS

from .transcripts import DOCS, EXAMPLES, PROJECT, read_transcript, readme_commands


class PageTests(SynchronousTestCase):
    """
    All pages, the README included.
    """

    def test_python_in_pages(self) -> None:
        """
        Each piece of code in a page is Python.
        """
        pieces = list(blocks("python"))
        self.assertGreater(len(pieces), 3)
        for page, text in pieces:
            compile(text, page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    def test_sessions_of_python(self) -> None:
        """
        What a page or module shows as typed into Python gives what it shows.
        """
        texts = {path: path.read_text(encoding="utf-8") for path in DOCS.rglob("*.rst")}
        texts[Path(triggers.__file__)] = triggers.__doc__ or ""
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
        lines: list[str] = []
        for path, text in sorted(texts.items()):
            names = dict(vars(triggers))
            session = parser.get_doctest(text, names, path.name, str(path), 0)
            runner.run(session, out=lines.append)
        self.assertEqual("", "".join(lines))
        self.assertGreater(runner.tries, 8)

    def test_ini(self) -> None:
        """
        The example of a configuration can be used, and says what the page says of it.
        """
        config, faults = load_config(str(EXAMPLES / "txsched.ini"))
        self.assertEqual([], faults)
        self.assertEqual("one", config.service.node)
        self.assertEqual(3, len(config.service.listen))
        self.assertEqual(("tasks:*", "reports.daily:send"), config.tasks.allow)

    def test_ini_in_pages(self) -> None:
        """
        Each piece of a configuration in a page can be used.
        """
        pieces = list(blocks("ini"))
        self.assertGreater(len(pieces), 3)
        for page, text in pieces:
            self.assertEqual([], parse_config(text, page)[1])

    def test_unit_of_systemd(self) -> None:
        """
        The command line of the unit is one that twistd takes.
        """
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(EXAMPLES / "txsched.service", encoding="utf-8")
        program, *arguments = shlex.split(parser["Service"]["ExecStart"])
        self.assertEqual("twistd", Path(program).name)
        options = ServerOptions()
        options.parseOptions(arguments[: arguments.index("scheduler")])
        self.assertTrue(options["nodaemon"])
        self.assertEqual(
            ["--config", "/etc/txsched.ini"],
            arguments[arguments.index("scheduler") + 1 :],
        )

    def test_commands_in_pages(self) -> None:
        """
        Each command line in a page is one that the programs take.
        """
        lines = list(command_lines())
        self.assertGreater(len(lines), 5)
        for page, line in lines:
            try:
                check_command(line)
            except (click.UsageError, UsageError, SystemExit) as error:
                self.fail(f"{page}: {line}: {error}")

    def test_all_commands_are_shown(self) -> None:
        """
        There is an example of each command of ``txsched``.
        """
        shown = [line for _, line in command_lines()]
        for path in EXAMPLES.glob("*.console"):
            shown += [step.command for step in read_transcript(path.read_text("utf-8"))]
        words = {word for line in shown for word in line.split() if "txsched" in line}
        self.assertLessEqual(set(cli.list_commands(click.Context(cli))), words)

    def test_expressions_in_pages(self) -> None:
        """
        Each expression in the pages on the command and on triggers can be read.
        """
        names = ("howto/command", "howto/triggers", "reference/triggers")
        pages = [DOCS / f"{name}.rst" for name in names]
        text = "".join(page.read_text(encoding="utf-8") for page in pages)
        words = "|".join(["every", "at", *(one.word for one in DIALECTS.values())])
        expressions = re.findall(rf"``((?:(?:{words}) |@)[^`]*)``", text)
        self.assertGreater(len(expressions), 20)
        for expression in expressions:
            parse_trigger(expression, "UTC")


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """
    Give the blocks of code in all pages that are in one language.
    """
    pattern = rf"^\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)"
    for path in sorted(DOCS.rglob("*.rst")):
        text = f"{path.read_text(encoding='utf-8')}\n"
        for match in re.finditer(pattern, text, re.MULTILINE):
            lines = [line[3:] for line in match[1].splitlines()]
            yield path.name, "\n".join(lines)


def command_lines() -> Iterator[tuple[str, str]]:
    """
    Give the command lines in pages and in the README; those of transcripts are run.
    """
    for page, text in blocks("console"):
        for step in read_transcript(text):
            yield page, step.command
    for command in readme_commands((PROJECT / "README.rst").read_text("utf-8"))[1]:
        yield "README.rst", command


def check_command(line: str) -> None:
    """
    Let a program's parser take a command line, without carrying it out.

    :raises click.UsageError: ``txsched`` does not take it.
    :raises UsageError: ``twistd`` does not take it.
    :raises SystemExit: ``twistd scheduler`` does not take it.
    """
    words = shlex.split(line)
    end = next((n for n, word in enumerate(words) if word in ("|", ">", ";")), None)
    program, *arguments = words[:end]
    name = Path(program).name
    if name == "twistd":
        words = [*arguments, "scheduler"]
        position = words.index("scheduler")
        ServerOptions().parseOptions(words[:position])
        options = SchedulerOptions()
        options.postOptions = lambda: None  # type: ignore[method-assign]
        options.parseOptions(arguments[position + 1 :])
    elif name == "txsched":
        context = cli.make_context(name, arguments)
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        found, command, rest = cli.resolve_command(context, rest)
        assert command is not None
        command.make_context(found, rest, parent=context)
