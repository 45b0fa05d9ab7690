"""
The dialects of expressions, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...errors import BadTrigger
from . import crontab, own
from .walls import Fields

__all__ = ["DIALECTS", "Dialect", "find_dialect"]


class Dialect(NamedTuple):
    """
    How one kind of expression is read.

    :ivar word: with which word the text of a trigger of this dialect begins.
    :ivar normalize: gives the one way to write an expression, or raises
        :class:`~txsched.errors.BadTrigger`.
    :ivar parse: reads an expression that ``normalize`` gave, or raises
        :class:`~txsched.errors.BadTrigger`.
    :ivar length: how many of the words of a text are the expression, where the name
        of a zone may follow.
    """

    word: str
    normalize: Callable[[str], str]
    parse: Callable[[str], Fields]
    length: Callable[[Sequence[str]], int]


#: The dialects, by the names that :meth:`.CronTrigger.parse` takes.
DIALECTS: Mapping[str, Dialect] = {
    "own": Dialect("cron", own.normalize, own.parse, own.length),
    "crontab": Dialect("crontab", crontab.normalize, crontab.parse, crontab.length),
}


def find_dialect(name: str) -> Dialect:
    """
    Give the dialect of a name.

    :raises BadTrigger: for ``dialect``: there is none.
    """
    dialect = DIALECTS.get(name) if isinstance(name, str) else None
    if dialect is None:
        raise BadTrigger("dialect", f"{name!r} is not one of {', '.join(DIALECTS)}")
    return dialect
