"""
Tables and panels on the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

__all__ = ["DISPOSITION_STYLES", "print_fields", "print_line", "print_table"]

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
#: to read.
_SHORT = ("PLANNED", "DISPOSITION", "TOOK")

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
    columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str
) -> None:
    """
    Print *rows* under the names of their columns.

    :param empty: what to say when there are none.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _SHORT)
    for row in rows:
        table.add_row(*map(_cell, row))
    if not table.rows:
        click.echo(empty)
        return
    console = _console()
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


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
