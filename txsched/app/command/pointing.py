"""
The place that an error speaks of, shown below what was typed.
"""

from __future__ import annotations

import ast
import re

__all__ = ["pointed"]

#: Where the errors of expressions say that they saw what was wrong.
_PLACE = re.compile(r"""at column (\d+) of ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


def pointed(words: str) -> str:
    """
    Add to a sentence that names a column what it speaks of, with a caret below.
    """
    match = _PLACE.search(words)
    if match is None:
        return words
    text = ast.literal_eval(match[2])
    if not text.isprintable():
        return words
    return f"{words}\n\n  {text}\n  {' ' * (int(match[1]) - 1)}^"
