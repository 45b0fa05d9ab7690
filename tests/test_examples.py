"""
What the documentation shows is true: each example runs, each command is one.
"""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from urllib.request import urlopen

import click
from twisted.python.usage import UsageError
from twisted.scripts.twistd import ServerOptions
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.group import cli
from txsched.app.configfile import load_config, parse_config
from txsched.app.options import SchedulerOptions
from txsched.triggers import parse_trigger

from .transcripts import TranscriptTestCase, read_transcript

# Not resolved: where the installed package is tested these are links.
DOCS = Path(__file__).parent.parent / "docs"
EXAMPLES = DOCS / "examples"
#: The README lies beside the tests themselves, where no link leads.
PROJECT = Path(__file__).resolve().parent.parent

#: By which test each example is run.
RUN_BY = {
    "bare_client.py": "test_bare_client",
    "command.console": "test_command",
    "configure.console": "test_configure",
    "embed.py": "test_embed",
    "journal.py": "test_journal",
    "local.ini": "test_configure",
    "quickstart.py": "test_quickstart",
    "remote_client.py": "test_remote_client",
    "tasks.py": "test_embed",
    "test_journal.py": "test_journal",
    "test_reports.py": "test_reports",
    "timelines.py": "test_timelines",
    "timelines.txt": "test_timelines",
    "tutorial.console": "test_tutorial",
    "txsched.ini": "test_ini",
    "txsched.service": "test_unit_of_systemd",
    "wrong.ini": "test_configure",
}


class ExampleTests(TranscriptTestCase):
    """
    Each file of the examples is run, with real processes.
    """

    def setUp(self) -> None:
        super().setUp()
        for path in EXAMPLES.iterdir():
            if path.is_file():
                shutil.copy(path, self.folder)

    def test_all(self) -> None:
        """
        No example is left out here.
        """
        there = {path.name for path in EXAMPLES.iterdir() if path.is_file()}
        self.assertEqual(set(RUN_BY), there)
        tests = {name for kind in (ExampleTests, FileTests) for name in dir(kind)}
        self.assertLessEqual(set(RUN_BY.values()), tests)

    def test_tutorial(self) -> None:
        """
        The tutorial, command by command, with the service killed in between.
        """
        self.follow(EXAMPLES / "tutorial.console")

    def test_command(self) -> None:
        """
        The recipes for the command line.
        """
        self.follow(EXAMPLES / "command.console")

    def test_configure(self) -> None:
        """
        Checked files, and a service that uses one.
        """
        self.follow(EXAMPLES / "configure.console")

    def test_quickstart(self) -> None:
        """
        A scheduler in memory greets the world every two seconds.
        """
        living = self.shell("python quickstart.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, r"^(hello world, it is \d\d:\d\d:\d\d\n){4,5}$")

    def test_timelines(self) -> None:
        """
        The timelines in the explanation are what the planning does.
        """
        living = self.shell("python timelines.py")
        self.assertEqual(0, living.end(), living.text)
        wanted = (EXAMPLES / "timelines.txt").read_text(encoding="utf-8")
        self.assertEqual(wanted, living.text)

    def test_remote_client(self) -> None:
        """
        A job is added by AMP, its events are seen, and its result is shown.
        """
        self.service()
        living = self.shell("python remote_client.py")
        self.assertEqual(0, living.end(), living.text)
        for event in ("JobAdded(", "RunStarted(", "RunEnded("):
            self.assertIn(event, living.text)
        result = ast.literal_eval(living.text.splitlines()[-1])
        self.assertEqual("hi\n", result["output"])

    def test_bare_client(self) -> None:
        """
        A client that knows nothing but the page on the protocol is understood.
        """
        self.service()
        living = self.shell("python bare_client.py")
        self.assertEqual(0, living.end(), living.text)
        self.assertIn("speaks version 1\nbare succeeded: hi\n", living.text)

    def test_embed(self) -> None:
        """
        A web server has a scheduler inside, whose job writes what it serves.
        """
        (self.folder / "public").mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.variables["PORT"] = str(free.getsockname()[1])
        living = self.shell("exec twistd --pidfile= -noy embed.py")
        living.wait_for("wrote public/report in attempt 1")
        url = f"http://127.0.0.1:{self.variables['PORT']}/report"
        with urlopen(url, timeout=30) as answer:
            self.assertRegex(
                answer.read().decode(), r"^planned for \d\d:\d\d:\d\d, run [0-9a-f]{14}"
            )
        living.end(signal.SIGTERM)
        self.assertTrue((self.folder / "reports.db").exists())
        self.assertNotIn("Traceback", living.text)

    def test_reports(self) -> None:
        """
        The example of a test passes.
        """
        self.run_trial("test_reports")

    def test_journal(self) -> None:
        """
        The example of a job store keeps the contract.
        """
        self.assertIn("test_take_over_in_order", self.run_trial("test_journal"))

    def run_trial(self, module: str) -> str:
        living = self.shell(f"python -m twisted.trial {module}")
        self.assertEqual(0, living.end(), living.text)
        self.assertRegex(living.text, r"PASSED \(successes=\d+\)")
        return living.text

    def test_readme(self) -> None:
        """
        After the first command of the README the next ones and its example work at
        once.
        """
        text = (PROJECT / "README.rst").read_text(encoding="utf-8")
        start, commands = readme_commands(text)
        service = self.shell(f"exec {start.rpartition('&& ')[2]}")
        service.wait_for("listens on unix:txsched.sock")
        add, *others = commands
        self.assertEqual(0, self.shell(add).end())
        (example,) = re.findall(
            r"^.. code-block:: python\n\n((?: .*\n|\n)+)", text, re.MULTILINE
        )
        (self.folder / "example.py").write_text(dedent(example))
        asked = self.shell("python example.py")
        self.assertEqual(0, asked.end(), asked.text)
        self.assertRegex(asked.text, r"^the report runs next at 20\d\d-")
        self.assertEqual(
            [".venv/bin/txsched list", ".venv/bin/txsched runs"], others[:2]
        )
        self.assertIn("succeeded", self.look(others[2]))
        self.assertIn("echo hello", self.look(others[0]))
        self.assertIn("succeeded", self.look(others[1]))

    def look(self, command: str) -> str:
        """
        Give what a command shows; one that goes on is interrupted.
        """
        living = self.shell(f"exec {command}")
        if "watch" in command:
            living.wait_for("succeeded")
            living.end(signal.SIGINT)
        else:
            self.assertEqual(0, living.end(), living.text)
        return living.text


def readme_commands(text: str) -> tuple[str, list[str]]:
    """
    Give the command that starts the service, and those for the second terminal.
    """
    start = re.findall(r"^ +(python3 -m venv .*scheduler)$", text, re.MULTILINE)
    commands = re.findall(r"^ +(\.venv/bin/txsched .*)$", text, re.MULTILINE)
    return start[0], commands


class FileTests(SynchronousTestCase):
    """
    What can be told without a process.
    """

    def test_examples_are_short(self) -> None:
        """
        The client and the embedded scheduler take no more than thirty lines.
        """
        for name in ("embed.py", "remote_client.py"):
            text = (EXAMPLES / name).read_text(encoding="utf-8")
            self.assertLessEqual(len(text.splitlines()), 30, name)

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
            except (click.UsageError, UsageError) as error:
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
        pages = [DOCS / "howto" / "command.rst", DOCS / "reference" / "triggers.rst"]
        text = "".join(page.read_text(encoding="utf-8") for page in pages)
        expressions = re.findall(r"``((?:(?:every|at|cron|crontab) |@)[^`]*)``", text)
        self.assertGreater(len(expressions), 15)
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
