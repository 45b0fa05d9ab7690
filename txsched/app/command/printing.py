"""
Tables and panels on the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from .wording import clean

__all__ = [
    "DISPOSITION_STYLES",
    "print_fields",
    "print_line",
    "print_table",
    "print_whole",
]

#: How a disposition looks on a terminal with colours.
DISPOSITION_STYLES = {
    "succeeded": "green",
    "failed": "bold red",
    "timed_out": "red",
    "abandoned": "red",
    "cancelled": "yellow",
    "missed": "yellow",
    "skipped": "yellow",
    "coalesced": "dim",
    "excluded": "dim",
    "pending": "cyan",
    "running": "bold cyan",
    "retrying": "cyan",
}

#: Columns that stay in one line where a terminal is narrow: broken instants are hard
#: to read, and broken ids hard to copy.
_WHOLE = ("ID", "JOB", "RUN", "PLANNED", "DISPOSITION", "TOOK")
_GAP = 3
#: Narrower than this a column that can be folded is hard to read ...
_FOLDED = 8
#: ... and better below where it has a place there.
_BESIDE = 24

#: What is not a terminal gets lines as long as they are.
_ENDLESS = 100_000


def _console() -> Any:
    from rich.console import Console

    width = None if sys.stdout.isatty() else _ENDLESS
    return Console(
        file=sys.stdout, width=width, markup=False, highlight=False, emoji=False
    )


def _cell(value: Any) -> Any:
    from rich.text import Text

    text = str(value)
    return Text(text, style=DISPOSITION_STYLES.get(text, ""))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    empty: str,
    below: Sequence[str] = (),
) -> None:
    """
    Print *rows* under the names of their columns.

    :param empty: what to say when there are none.
    :param below: the columns that stand in a second line of each row where a
        terminal is too narrow for all of them.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        click.echo(empty)
        return
    console = _console()
    widths = [
        max(len(name), *(row[number].cell_len for row in cells))
        for number, name in enumerate(columns)
    ]
    least = sum(
        width if name in _WHOLE else min(width, _BESIDE if name in below else _FOLDED)
        for name, width in zip(columns, widths, strict=True)
    )
    fits = least + _GAP * (len(columns) - 1) <= console.width
    if below and not fits:
        _print_in_two_lines(console, columns, cells, widths, below)
        return
    table = _table(columns, cells, whole=fits)
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _table(columns: Sequence[str], cells: Iterable[Sequence[Any]], whole: bool) -> Any:
    """
    Make a table whose cells are folded, but for those that stay whole.

    :param whole: whether there is room for that; what is whole and too long would be
        cut off.
    """
    from rich.table import Table

    padding = (0, _GAP, 0, 0)
    table = Table(box=None, pad_edge=False, padding=padding, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=whole and name in _WHOLE)
    for row in cells:
        table.add_row(*row)
    return table


def _print_in_two_lines(
    console: Any,
    columns: Sequence[str],
    cells: Iterable[Sequence[Any]],
    widths: Sequence[int],
    below: Sequence[str],
) -> None:
    """
    Print some cells of each row indented, below the others.

    Lines may be longer than the terminal: it breaks them, and what is copied from it
    is whole.
    """
    from rich.text import Text

    gap = " " * _GAP
    above = [name for name in columns if name not in below]

    def print_one(row: Sequence[Any], indent: str) -> None:
        said = dict(zip(columns, row, strict=True))
        upper = [said[name].copy() for name in above]
        for text, name in zip(upper[:-1], above[:-1], strict=True):
            text.pad_right(widths[columns.index(name)] - text.cell_len)
        lower = [said[name] for name in below if said[name].plain]
        for line in (Text(gap).join(upper), Text(indent) + Text(gap).join(lower)):
            console.print(line, soft_wrap=True)

    print_one([Text(name, style="bold") for name in columns], gap)
    for row in cells:
        print_one(row, gap)


def print_fields(pairs: Iterable[tuple[str, Any]]) -> None:
    """
    Print names and their values, one pair in each line.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, _cell(value))
    console = _console()
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def print_whole(text: str) -> None:
    """
    Print what somebody else has written: as it is, but for what could steer a terminal
    where it goes to one.
    """
    if sys.stdout.isatty():
        text = clean(text, but="\n\t")
    # Otherwise what is no terminal would get it without its colours.
    click.echo(text, nl=not text.endswith("\n"), color=True)


def print_line(*parts: tuple[str, str]) -> None:
    """
    Print one line at once, of texts that each have a style.
    """
    click.echo(" ".join(_styled(text, style) for text, style in parts if text))


def _styled(text: str, style: str) -> str:
    words = style.split()
    colours = [word for word in words if word not in ("bold", "dim")]
    return click.style(
        text,
        fg=colours[0] if colours else None,
        bold=True if "bold" in words else None,
        dim=True if "dim" in words else None,
    )
