"""
How far a command is, shown on a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["progress"]


@contextmanager
def progress(totals: Mapping[str, int]) -> Iterator[Callable[[str, int], object]]:
    """
    Show bars for the things that *totals* counts, where standard error is a terminal.

    What it does not count is shown without an end.

    :returns: what is to be told which things are done, and how many more.
    """
    if not sys.stderr.isatty():
        yield lambda name, count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def done(name: str, count: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=totals.get(name))
            bars.advance(tasks[name], count)

        yield done
