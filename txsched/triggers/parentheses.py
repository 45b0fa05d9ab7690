"""
The members of a combination, in its text.
"""

from __future__ import annotations

import re

from ..errors import BadTrigger

__all__ = ["split_members"]

_BETWEEN = re.compile(r"\s*(or|and\s+not|and)\s*(?=\()", re.IGNORECASE)


def split_members(text: str) -> tuple[list[str], list[str], str]:
    """
    Take ``(A) or (B) jitter 30s`` apart.

    :returns: the members without their parentheses, the words between them, and what
        follows.
    :raises BadTrigger: a parenthesis is missing.
    """
    members: list[str] = []
    words: list[str] = []
    at = len(text) - len(text.lstrip())
    while True:
        end = _closing(text, at)
        members.append(text[at + 1 : end])
        match = _BETWEEN.match(text, end + 1)
        if match is None:
            return members, words, text[end + 1 :].strip()
        words.append(" ".join(match[1].lower().split()))
        at = match.end()


def _closing(text: str, at: int) -> int:
    """
    Give the place of the parenthesis that closes the one at a place.
    """
    depth = 0
    for place in range(at, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if not depth:
                return place
    raise BadTrigger(
        "trigger", f"the parenthesis at column {at + 1} of {text!r} is not closed"
    )
