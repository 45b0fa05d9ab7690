"""
The dialects of expressions, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from ...errors import BadTrigger
from . import celery, crontab, own, quartz, seconds, systemd
from .walls import Fields

__all__ = ["DIALECTS", "Dialect", "find_dialect"]


def _no_zone(text: str) -> tuple[str, str | None]:
    return text, None


def _not_written(texts: Mapping[str, str]) -> str | None:
    return None


@frozen
class Dialect:
    """
    How one kind of expression is read.

    :ivar word: with which word the text of a trigger of this dialect begins.
    :ivar normalize: gives the one way to write an expression, or raises
        :class:`~txsched.errors.BadTrigger`.
    :ivar parse: reads an expression that ``normalize`` gave, or raises
        :class:`~txsched.errors.BadTrigger`.
    :ivar length: how many of the words of a text are the expression, where the name
        of a zone may follow.
    :ivar columns: gives the text of each field of an expression that ``normalize``
        gave, by name, also of those that are only implied.
    :ivar write: makes an expression of the texts of fields, by the names of the
        scheduler's own dialect; ``None`` where this one has no place for them.
    :ivar split_zone: takes off the zone that an expression may name itself.
    :ivar resolve: puts numbers in place of ``H``, given a seed; ``None`` where there is
        no ``H``.
    """

    word: str
    normalize: Callable[[str], str]
    parse: Callable[[str], Fields]
    length: Callable[[Sequence[str]], int]
    columns: Callable[[str], Mapping[str, str]]
    write: Callable[[Mapping[str, str]], str | None]
    split_zone: Callable[[str], tuple[str, str | None]] = _no_zone
    resolve: Callable[[str, str], str] | None = None


#: The dialects, by the names that :meth:`.CronTrigger.parse` takes.
DIALECTS: Mapping[str, Dialect] = {
    "own": Dialect(
        "cron", own.normalize, own.parse, own.length, own.columns, own.write
    ),
    "crontab": Dialect(
        "crontab",
        crontab.normalize,
        crontab.parse,
        crontab.length,
        crontab.columns,
        crontab.write,
        crontab.split_zone,
        crontab.resolve,
    ),
    "seconds": Dialect(
        "seconds",
        seconds.normalize,
        seconds.parse,
        seconds.length,
        seconds.columns,
        seconds.write,
        crontab.split_zone,
        seconds.resolve,
    ),
    "quartz": Dialect(
        "quartz",
        quartz.normalize,
        quartz.parse,
        quartz.length,
        quartz.columns,
        quartz.write,
    ),
    "systemd": Dialect(
        "systemd",
        systemd.normalize,
        systemd.parse,
        systemd.length,
        systemd.columns,
        _not_written,
        systemd.split_zone,
    ),
    "celery": Dialect(
        "celery",
        celery.normalize,
        celery.parse,
        celery.length,
        celery.columns,
        celery.write,
    ),
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
