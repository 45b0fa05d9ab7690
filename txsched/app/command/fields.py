"""
The kinds of values that the command line takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

import click
from click.shell_completion import CompletionItem

__all__ = [
    "DIALECT",
    "DURATION",
    "INSTANT",
    "JSON_LIST",
    "JSON_MAPPING",
    "NONE",
    "PAIR",
    "SIZE",
    "ZONE",
    "OrNone",
    "aware",
    "given",
]


#: A distance from now: ``+10m``, ``-10m`` or ``10m ago``.
_RELATIVE = re.compile(r"([+-])(.*)|(.*\S)\s+ago", re.DOTALL)


class _NoneType:
    """
    What ``none`` on the command line becomes; ``None`` is an option not given.
    """

    def __repr__(self) -> str:
        return "none"


NONE = _NoneType()


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """
    Keep the options that were given, with ``None`` for those that said none.
    """
    return {
        name: None if value is NONE else value
        for name, value in options.items()
        if value is not None and value != ()
    }


class _Kind(click.ParamType):  # type: ignore[type-arg]
    """
    A kind of value that a function reads, which raises ``ValueError``.
    """

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Name(_Kind):
    """
    A kind of value that has a name, which a shell can complete.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[str], Any],
        known: Callable[[], Iterable[str]],
    ) -> None:
        super().__init__(name, read)
        self._known = known

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        begin = incomplete.lower()
        names = sorted(name for name in self._known() if name.lower().startswith(begin))
        return [CompletionItem(name) for name in names]


class OrNone(click.ParamType):  # type: ignore[type-arg]
    """
    Another kind of value, or the word ``none``.
    """

    def __init__(self, kind: click.ParamType) -> None:  # type: ignore[type-arg]
        self.name = f"{kind.name}|none"
        self._kind = kind

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if isinstance(value, str) and value.lower() == "none":
            return NONE
        return self._kind.convert(value, param, ctx)


def _duration(text: str) -> timedelta:
    from ..reading import read_duration

    return read_duration(text)


def _size(text: str) -> int:
    from ..reading import read_size

    return read_size(text)


def _instant(text: str) -> datetime:
    if text == "now":
        return datetime.now().astimezone()
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        sign, ahead, ago = relative.groups()
        distance = _duration(ago if ahead is None else ahead)
        return datetime.now().astimezone() + (distance if sign == "+" else -distance)
    try:
        return datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(
            "expected a time such as 2030-01-31T12:00, 2030-01-31T12:00+01:00,"
            f" +10m, -10m, 10m ago or now, not {text!r}"
        ) from None


def aware(instant: datetime, zone: tzinfo | None = None) -> datetime:
    """
    Take an instant that was given without an offset as one of *zone*, or of here.
    """
    if instant.tzinfo is not None:
        return instant
    return instant.replace(tzinfo=zone) if zone is not None else instant.astimezone()


def _json(kind: type, example: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = json.loads(text)
        except ValueError as error:
            raise ValueError(f"expected JSON such as {example}: {error}") from None
        if not isinstance(value, kind):
            raise ValueError(f"expected JSON such as {example}, not {text}")
        return value

    return read


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError(f"expected NAME=VALUE, not {text!r}")
    return name, value


def _dialects() -> Iterable[str]:
    from ...triggers.cron import DIALECTS

    return DIALECTS


def _dialect(text: str) -> str:
    name = text.lower()
    if name not in _dialects():
        raise ValueError(f"{text!r} is not one of {', '.join(_dialects())}")
    return name


def _zones() -> Iterable[str]:
    from zoneinfo import available_timezones

    return available_timezones()


def _zone(text: str) -> Any:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {text!r}, expected a name such as Europe/Berlin"
        ) from None


DIALECT = _Name("name", _dialect, _dialects)
DURATION = _Kind("duration", _duration)
INSTANT = _Kind("time", _instant)
JSON_LIST = _Kind("json", _json(list, "'[1, \"two\"]'"))
JSON_MAPPING = _Kind("json", _json(dict, "'{\"key\": 1}'"))
PAIR = _Kind("name=value", _pair)
SIZE = _Kind("size", _size)
ZONE = _Name("zone", _zone, _zones)
