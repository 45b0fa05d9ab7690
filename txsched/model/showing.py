"""
Values as they are quoted in errors.
"""

from __future__ import annotations

from typing import Any

__all__ = ["shown"]

_LONGEST = 100


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
