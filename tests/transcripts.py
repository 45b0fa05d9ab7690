"""
Transcripts of terminals: commands with their output, as the documentation shows them.

A line ``# [name]`` begins a section; with the word ``foreground`` behind it, its
command stays in the foreground of a terminal of its own.  Lines that begin with
``$`` are commands, those after them their output, of which ``...`` leaves out a part.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from attrs import frozen

from .integration.living import Living, LivingTestCase, environment

# Not resolved: where the installed package is tested these are links.
DOCS = Path(__file__).parent.parent / "docs"
EXAMPLES = DOCS / "examples"
#: The README lies beside the tests themselves, where no link leads.
PROJECT = Path(__file__).resolve().parent.parent

_PATIENCE_SECONDS = 60.0

_PROGRAMS = {
    "python": "",
    "python3": "",
    "trial": "-m twisted.trial",
    "twistd": "-c 'from twisted.scripts.twistd import run; run()'",
    "txsched": "-m txsched.app.command",
}

#: What is another one each time: what it is called in a comparison, and how it looks.
_CHANGING = (
    ("WHEN", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d{4}|[+-]\d\d:\d\d)?"),
    ("AGO", r"\((now|in \d+\w|\d+\w ago)\)"),
    ("AGO", r"\b(now|\d+\w ago)\b"),
    ("HOST", r"\b[\w.-]+ \(\d+\)|(?<= on )[\w.-]+(?= is silent)"),
    ("CURSOR", r"--cursor \S+"),
    ("RUN", r"\b[0-9a-f]{14}-[\w-]{12}(-[0-9a-f]{8})?"),
    ("NODE", r"\b[\w.-]+-[0-9a-f]{8}\b"),
    ("DAY", r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"),
    ("ZONE", r"\b(UTC|[A-Z]{3,4}|[A-Z][a-z]+/[A-Z][a-z]+)$"),
    ("N", r"\d+(\.\d+)?"),
    (" ", r"\s+"),
)

#: Commands that only look: they can be asked again until they show what is awaited.
_LOOKS = re.compile(r"^txsched (list|show|runs|status|forecast|watch|nodes|doctor)\b")


@frozen
class Step:
    """
    One command, and the lines that it prints.
    """

    command: str
    output: tuple[str, ...]
    foreground: bool = False


def read_transcript(text: str) -> list[Step]:
    """
    Take a transcript apart.
    """
    steps: list[Step] = []
    foreground = False
    for line in text.splitlines():
        if line.startswith("# ["):
            foreground = "foreground" in line
        elif line.startswith("$ "):
            steps.append(Step(line[2:], (), foreground))
        elif line.startswith("> "):
            last = steps.pop()
            command = f"{last.command}\n{line[2:]}"
            steps.append(Step(command, (), foreground))
        elif line.strip() and steps:
            last = steps.pop()
            steps.append(Step(last.command, (*last.output, line), last.foreground))
    return steps


def alike(line: str) -> str:
    """
    Give a line of output without what is another one each time.
    """
    for name, pattern in _CHANGING:
        line = re.sub(pattern, name, line)
    return line.strip()


def missing(step: Step, text: str) -> list[str]:
    """
    Give the lines of a step's output that do not come, in this order, in *text*.
    """
    there = iter([alike(line) for line in text.splitlines()])
    return [
        line
        for line in step.output
        if line.strip() != "..." and alike(line) not in there
    ]


def readme_commands(text: str) -> tuple[str, list[str]]:
    """
    Give the command that starts the service, and those for the second terminal.
    """
    start = re.findall(r"^ +(python3 -m venv .*scheduler)$", text, re.MULTILINE)
    commands = re.findall(r"^ +(\.venv/bin/txsched .*)$", text, re.MULTILINE)
    return start[0], commands


class TranscriptTestCase(LivingTestCase):
    """
    Runs commands as somebody types them, in a folder of their own.
    """

    def setUp(self) -> None:
        super().setUp()
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name, arguments in _PROGRAMS.items():
            path = programs / name
            script = f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n'
            path.write_text(script, encoding="utf-8")
            path.chmod(0o755)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self.variables = {**environment(), "PATH": path, "TZ": "UTC", "COLUMNS": "200"}

    def shell(self, command: str) -> Living:
        """
        Start a command of a shell.
        """
        living = Living(
            subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )
        self.addCleanup(living.close)
        return living

    def follow(self, transcript: Path) -> None:
        """
        Run the commands of a transcript, and find what it shows in their output.
        """
        at_front: Living | None = None
        for step in read_transcript(transcript.read_text(encoding="utf-8")):
            if step.foreground:
                at_front = self.shell(f"exec {step.command}")
                self._await(at_front, step)
                continue
            self.perform(step)
            if step.command.startswith("kill ") and at_front is not None:
                at_front.end()

    def perform(self, step: Step) -> None:
        """
        Run one command; repeat one that only looks until it shows what is awaited.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            living = self.shell(step.command)
            living.end()
            lacking = missing(step, living.text)
            if not lacking:
                return
            if not _LOOKS.match(step.command) or time.monotonic() > deadline:
                self.fail(f"$ {step.command}\n{living.text}\nlacks {lacking}")

    def _await(self, living: Living, step: Step) -> None:
        """
        Read until all lines of a step have come.
        """
        while missing(step, living.text):
            living.wait_for("\n", living.text.count("\n") + 1)
