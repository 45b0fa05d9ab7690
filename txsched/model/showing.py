"""
Values as they are quoted in errors and reasons.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

__all__ = ["shown", "shown_duration"]

_LONGEST = 100
_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


def shown(value: Any, longest: int = _LONGEST) -> str:
    """
    Give the text form of *value*, whatever it is, in at most *longest* characters.
    """
    try:
        text = repr(value)
    except Exception as error:
        # As that of a whole number of more than 4300 digits does.
        return f"<{type(value).__name__}, whose repr failed: {type(error).__name__}>"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def shown_duration(duration: timedelta) -> str:
    """
    Write a length of time, at least 0, as ``2d3h``, ``1m30s`` or ``1.5s``: to the
    millisecond below a minute, else to the second.
    """
    seconds = duration.total_seconds()
    if round(seconds, 3) < 60:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
    rest, text = round(seconds), ""
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return f"{text}{rest}s" if rest else text
