"""
The text of a combination: members in parentheses, and words between them.
"""

from __future__ import annotations

import re

from ...errors import BadTrigger
from .members import MAX_DEPTH, MAX_LENGTH

__all__ = ["split_members"]

#: So many parentheses may be open at once: those of combinations, and a few within.
_DEEPEST = MAX_DEPTH + 4
_WORD = re.compile(r"\s*(or|and\s+not|and)\s*(?=\()", re.IGNORECASE)
_REST = re.compile(r"\s*(\sjitter\s.*)?", re.IGNORECASE | re.DOTALL)


def split_members(text: str) -> tuple[list[str], list[str], str]:
    """
    Take a combination apart.

    :param text: begins with a parenthesis.
    :returns: what is in the outer parentheses, the words between them, and the clauses
        that follow.
    :raises BadTrigger: for ``trigger``, with the place.
    """
    if len(text) > MAX_LENGTH:
        raise BadTrigger(
            "trigger", f"has {len(text)} characters, at most {MAX_LENGTH} are allowed"
        )
    members: list[str] = []
    words: list[str] = []
    at = 0
    while True:
        end = _closing(text, at)
        members.append(text[at + 1 : end].strip())
        match = _WORD.match(text, end + 1)
        if match is None:
            break
        words.append(" ".join(match[1].lower().split()))
        at = match.end()
    if _REST.fullmatch(text, end + 1) is None:
        raise BadTrigger(
            "trigger",
            "expected or, and, and not, each before a parenthesis, or jitter"
            f" (at column {end + 2} of {text!r})",
        )
    return members, words, text[end + 1 :]


def _closing(text: str, at: int) -> int:
    """
    Give the place of the parenthesis that closes the one at *at*.
    """
    depth = 0
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth > _DEEPEST:
            raise BadTrigger("trigger", f"has more than {_DEEPEST} open parentheses")
        if not depth:
            return place
    raise BadTrigger(
        "trigger", f"a parenthesis is not closed (at column {at + 1} of {text!r})"
    )
