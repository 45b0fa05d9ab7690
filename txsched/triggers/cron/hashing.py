"""
``H`` in a field: a value that differs from job to job, and stays the same for each.

Many jobs at ``H * * * *`` are spread over the hour, where ``0 * * * *`` would start all
of them at once.  After Jenkins, https://www.jenkins.io/doc/book/pipeline/syntax/:

==============  ================================================================
``H``           one value; a day of the month is within 1-28
``H/15``        each 15th value, from one of the first 15 on
``H(0-29)``     one value of these
``H(0-29)/10``  each 10th of these, from one of the first 10 on
==============  ================================================================
"""

from __future__ import annotations

import re
from hashlib import blake2b

from .syntax import FieldSyntax, Place, parse_value, split_items

__all__ = ["has_hash", "resolve_hash"]

_HASH = re.compile(r"h(?:\(([^()]*)\))?(?:(/)(.*))?")
_HASH_ANYWHERE = re.compile(r"(?<![^\s,])H(?![^\s,(/])")
_SHORTEST_MONTH = 28


def has_hash(expression: str) -> bool:
    """
    Say whether a normal expression has an ``H``.
    """
    return _HASH_ANYWHERE.search(expression) is not None


def resolve_hash(syntax: FieldSyntax, text: str, place: Place, seed: str) -> str:
    """
    Put numbers in place of each ``H`` of a field.

    :param text: in lower case.
    :param seed: the id of the job.
    :returns: the field without ``H``, which means the same for this job.
    :raises BadTrigger: pointing at what cannot be read.
    """
    if "h" not in text:
        return text
    items = []
    for at, item in split_items(text):
        match = _HASH.fullmatch(item)
        items.append(
            item if match is None else _resolve(syntax, match, at, place, seed)
        )
    return ",".join(items)


def _resolve(
    syntax: FieldSyntax, match: re.Match[str], at: int, place: Place, seed: str
) -> str:
    if syntax.name == "year":
        raise place.error("H cannot spread jobs over years", at)
    bounds, slash, step_text = match.groups()
    low, high = syntax.low, syntax.high
    if syntax.name == "day":
        high = _SHORTEST_MONTH
    if bounds is not None:
        first, dash, last = bounds.partition("-")
        start = at + match.start(1)
        low = parse_value(syntax, first, start, place)
        if not dash:
            raise place.error("expected a range, as in H(0-29)", start)
        high = parse_value(syntax, last, start + len(first) + 1, place)
        if high < low:
            raise place.error(f"the range {bounds} runs backwards", start)
    number = _number(seed, syntax.name)
    size = high - low + 1
    if not slash:
        return str(low + number % size)
    if not (step_text.isascii() and step_text.isdecimal() and int(step_text[:9])):
        raise place.error(
            f"the step {step_text!r} is not a whole number from 1 on",
            at + match.start(3),
        )
    step = int(step_text[:9])
    if step > size:
        raise place.error(
            f"the step {step} is larger than the {size} values it cuts",
            at + match.start(3),
        )
    begin = low + number % step
    # Up to the end it follows elapsed time, as a step of * does; a range does not.
    if bounds is None and high == syntax.high:
        return f"{begin}/{step}"
    return f"{begin}-{high}/{step}"


def _number(seed: str, field: str) -> int:
    digest = blake2b(f"{seed}\0{field}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
