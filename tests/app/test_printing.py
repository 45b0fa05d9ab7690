"""
Tests for tables on terminals of some width.
"""

from __future__ import annotations

import io
import pty
import sys
from collections.abc import Sequence

from rich.console import Console
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command import printing
from txsched.app.command.printing import print_table, print_whole

RUN = "0660f8e9d53f12-h20MMGv_Sl8-4570e9ae"
COLUMNS = ("PLANNED", "JOB", "DISPOSITION", "TOOK", "DETAIL", "RUN")
DETAIL = "asked for; a rather long line of output that cannot stand beside all that"
ROWS = [
    ("2030-01-01 12:00:00", "report", "succeeded", "0.001s", DETAIL, RUN),
    ("2030-01-01 11:00:00", "nightly-backup", "missed", "-", "", RUN),
]


class TableTests(SynchronousTestCase):
    """
    Tests for :func:`~txsched.app.command.printing.print_table`.
    """

    def lines(
        self,
        width: int,
        columns: Sequence[str] = COLUMNS,
        rows: Sequence[Sequence[str]] = ROWS,
        below: Sequence[str] = ("RUN", "DETAIL"),
    ) -> list[str]:
        """
        Print on a terminal of this width.
        """
        file = io.StringIO()
        console = Console(
            file=file, width=width, force_terminal=True, color_system=None
        )
        self.patch(printing, "_console", lambda: console)
        self.patch(sys, "stdout", file)
        print_table(columns, rows, "there is nothing", below)
        return [line.rstrip() for line in file.getvalue().splitlines()]

    def test_a_wide_terminal(self) -> None:
        """
        Each row is a line, below the names of the columns.
        """
        header, first, second = self.lines(200)
        self.assertEqual(list(COLUMNS), header.split())
        self.assertTrue(first.endswith(f"{DETAIL}   {RUN}"), first)
        self.assertEqual(header.index("RUN"), second.index(RUN))

    def test_what_can_be_folded_is_folded_first(self) -> None:
        """
        Where the ids still have their place only the others are broken.
        """
        lines = self.lines(130)
        self.assertEqual(2, sum(line.endswith(f"   {RUN}") for line in lines))
        self.assertGreater(len(lines), 3)
        self.assertLessEqual(max(map(len, lines)), 130)

    def test_a_usual_terminal(self) -> None:
        """
        With 80 columns the id of a run and its detail are in a line of their own.
        """
        self.assertEqual(
            [
                "PLANNED               JOB              DISPOSITION   TOOK",
                "   RUN   DETAIL",
                "2030-01-01 12:00:00   report           succeeded     0.001s",
                f"   {RUN}   {DETAIL}",
                "2030-01-01 11:00:00   nightly-backup   missed        -",
                f"   {RUN}",
            ],
            self.lines(80),
        )

    def test_a_second_line_is_better_than_a_narrow_column(self) -> None:
        """
        Where a detail would have few letters in each line, it stands below.
        """
        self.assertEqual(self.lines(80), self.lines(115))

    def test_ids_of_jobs_stay_whole(self) -> None:
        """
        Beside a long expression the id is in one line, and the expression is folded.
        """
        name = "a-rather-long-name-of-a-job"
        rows = [(name, "crontab 0 9 * * mon-fri Europe/Berlin", "2030-01-01", "true")]
        columns = ("ID", "TRIGGER", "NEXT", "WHAT")
        header, first, *others = self.lines(60, columns, rows, ())
        self.assertTrue(first.startswith(f"{name}   crontab"), first)
        self.assertNotEqual([], others)
        self.assertEqual(list(columns), header.split())

    def test_nothing_is_cut_off(self) -> None:
        """
        An id that is longer than the terminal is folded, and has all its letters.
        """
        name = "x" * 100
        lines = self.lines(60, ("ID", "TRIGGER"), [(name, "every 1s")], ())
        self.assertEqual(100, sum(line.count("x") for line in lines))
        self.assertLessEqual(max(map(len, lines)), 60)

    def test_nothing(self) -> None:
        """
        That there are no rows is said in words.
        """
        self.assertEqual(["there is nothing"], self.lines(80, rows=[]))


class WholeTests(SynchronousTestCase):
    """
    Tests for :func:`~txsched.app.command.printing.print_whole`.
    """

    text = "\x1b[31mred\x1b[0m\a \u202e\tü\r\n\x9b2J\n"

    def test_no_terminal(self) -> None:
        """
        What is no terminal gets all as it is, with an end of the last line.
        """
        file = io.StringIO()
        self.patch(sys, "stdout", file)
        print_whole(self.text)
        print_whole("more")
        self.assertEqual(f"{self.text}more\n", file.getvalue())

    def test_terminal(self) -> None:
        """
        Nothing steers a terminal; lines and columns stay what they are.
        """
        ours, theirs = pty.openpty()
        with open(theirs, "w", encoding="utf-8") as file:
            self.patch(sys, "stdout", file)
            print_whole(self.text)
            print_whole("more")
            file.flush()
            with open(ours, "rb", buffering=0) as seen:
                data = seen.read(1000)
        self.assertEqual(
            "\\x1b[31mred\\x1b[0m\\x07 \\u202e\tü\\r\r\n\\x9b2J\r\nmore\r\n",
            data.decode("utf-8"),
        )
