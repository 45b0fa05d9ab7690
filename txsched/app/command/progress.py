"""
How far a command is, shown on a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

__all__ = ["progress"]


@contextmanager
def progress(totals: Mapping[str, int]) -> Iterator[Callable[[str, int], object]]:
    """
    Show bars for the things that *totals* counts, where standard error is a terminal.

    :returns: what is to be told which things are done, and how many more.
    """
    if not sys.stderr.isatty():
        yield lambda name, count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {name: bars.add_task(name, total=n) for name, n in totals.items()}
        yield lambda name, count: bars.advance(tasks[name], count)
