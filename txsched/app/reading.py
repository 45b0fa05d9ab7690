"""
Text of a configuration to typed values.

Each reader takes text and raises ``ValueError`` with a sentence that says what was
found and what was expected.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from ..errors import BadValue
from ..triggers import parse_duration

__all__ = [
    "optional",
    "read_amount",
    "read_duration",
    "read_flag",
    "read_lines",
    "read_number",
    "read_size",
    "read_text",
    "read_whole",
    "suggestion",
]

T = TypeVar("T")

_FLAGS = {
    "yes": True,
    "true": True,
    "on": True,
    "no": False,
    "false": False,
    "off": False,
}
_SIZES = {"": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_SIZE = re.compile(r"([0-9]+)\s*([A-Za-z]*)")


def suggestion(word: str, known: Iterable[str]) -> str:
    """
    Say which of *known* may have been meant by *word*, else list all of them.
    """
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are {', '.join(known)}"


def read_text(text: str) -> str:
    """
    Take any text of one line.
    """
    if "\n" in text:
        raise ValueError(f"expected one line, not {text!r}")
    return text


def read_flag(text: str) -> bool:
    """
    Take ``yes`` or ``no``, and the usual other words for them.
    """
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise ValueError(f"expected yes or no, not {text!r}") from None


def read_whole(text: str) -> int:
    """
    Take a whole number, in which ``_`` may part the thousands.
    """
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"expected a whole number, not {text!r}") from None


def read_number(text: str) -> float:
    """
    Take a number such as ``2.5``.
    """
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a number, not {text!r}") from None


def read_amount(text: str) -> int:
    """
    Take a whole number such as ``100``, or a size such as ``64KiB``.
    """
    try:
        return read_size(text)
    except ValueError:
        raise ValueError(
            f"expected a whole number, or a size such as 64KiB, not {text!r}"
        ) from None


def read_duration(text: str) -> timedelta:
    """
    Take a duration such as ``15s``, ``5m`` or ``1h30m``.
    """
    try:
        return parse_duration(text)
    except BadValue as error:
        raise ValueError(error.reason) from None


def read_size(text: str) -> int:
    """
    Take a number of bytes such as ``65536``, ``64KiB`` or ``16MiB``.
    """
    match = _SIZE.fullmatch(text)
    unit = _SIZES.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(f"expected a size such as 64KiB or 16MiB, not {text!r}")
    return int(match[1]) * unit


def read_lines(text: str) -> tuple[str, ...]:
    """
    Take one item from each line that is not empty.
    """
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def optional(read: Callable[[str], T]) -> Callable[[str], T | None]:
    """
    Make a reader that also takes ``none``, for without limit.
    """

    def read_or_none(text: str) -> T | None:
        if text.lower() == "none":
            return None
        try:
            return read(text)
        except ValueError as error:
            raise ValueError(f"{error} (none is for without limit)") from None

    return read_or_none
