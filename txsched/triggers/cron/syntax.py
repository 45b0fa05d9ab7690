"""
What the dialects of cron have in common: a field is a list of values, ranges, steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attrs import field, frozen

from ...errors import BadTrigger

__all__ = [
    "FOREIGN",
    "MONTHS",
    "SUNDAY_FIRST",
    "WEEKDAYS",
    "FieldSyntax",
    "Place",
    "check_length",
    "count_of",
    "hint_at_dialect",
    "is_steady",
    "parse_field",
    "parse_fields",
    "parse_value",
    "split_items",
]

#: The longest expression, in characters.
MAX_LENGTH = 1000

MONTHS = {
    name: number
    for number, name in enumerate(
        [
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
        ],
        1,
    )
}
#: Monday is 0.
WEEKDAYS = {
    name: number
    for number, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
}

#: Sunday is 0.
SUNDAY_FIRST = {"sun": 0} | {
    name: number + 1 for name, number in WEEKDAYS.items() if name != "sun"
}
_NUMBERS = {str(number): number for number in range(60)}
#: For each step a mask that begins with bit 0.
_EVERY = (
    0,
    *(sum(1 << place for place in range(0, 60, step)) for step in range(1, 61)),
)
#: What belongs to another dialect, and what is said when it stands in a field.
FOREIGN = {
    "?": "? belongs to quartz, write *",
    "~": "a value for each job is written H, in crontab and seconds",
    "..": "a range is written with -, .. belongs to systemd",
    "h": "H belongs to crontab and seconds",
}
_BY_COUNT = {
    5: "; write five fields as crontab",
    6: "; write six fields, the seconds first, as seconds or quartz",
    7: "; write seven fields, seconds first and year last, as seconds or quartz",
}
_OPEN_STEP = re.compile(r"\d+/")
_ITEM = re.compile(r"([^-/]*)(?:(-)([^-/]*))?(?:(/)([^/]*))?")


@frozen
class FieldSyntax:
    """
    What may stand in a field of a dialect.

    :ivar name: as errors name it.
    :ivar low: the least number.
    :ivar high: the greatest number.
    :ivar names: words that stand for numbers.
    :ivar wraps: whether a range may run over the end, as in ``22-2``.
    :ivar same: a number that means the same as *low*: 7 where it is Sunday.
    :ivar wide_steps: whether a step may be larger than the range that it cuts.
    :ivar open_steps: whether ``5/15`` stands for 5 and each 15th value after it.
    :ivar hints: what to say of a text that people bring along from elsewhere.
    :ivar words: the masks of ``*`` and of all single values, which most fields are.
    """

    name: str
    low: int
    high: int
    names: Mapping[str, int] = {}
    wraps: bool = True
    same: int | None = None
    wide_steps: bool = False
    open_steps: bool = False
    hints: Mapping[str, str] = FOREIGN
    words: Mapping[str, int] = field(init=False, eq=False, repr=False)

    @words.default
    def _known(self) -> Mapping[str, int]:
        numbers = {str(value): 1 << value for value in range(self.low, self.high + 1)}
        words = {name: 1 << value for name, value in self.names.items()}
        return {"*": (2 << self.high) - (1 << self.low), **numbers, **words}


class Place(NamedTuple):
    """
    Where in an expression something stands, to be named in an error.

    :ivar field: the name of the field.
    :ivar text: the whole expression.
    :ivar start: where the field begins in it, from 0.
    """

    field: str
    text: str
    start: int = 0

    def error(self, reason: str, at: int = 0) -> BadTrigger:
        """
        Make the error for a thing *at* characters into the field.
        """
        column = self.start + at + 1
        return BadTrigger(self.field, f"{reason} (at column {column} of {self.text!r})")


def check_length(field: str, text: str) -> str:
    """
    Refuse an expression that no person wrote.

    :returns: *text* in lower case.
    :raises BadTrigger: for *field*.
    """
    if not isinstance(text, str):
        raise BadTrigger(field, f"expected text, not {text!r}")
    if len(text) > MAX_LENGTH:
        raise BadTrigger(
            field, f"has {len(text)} characters, at most {MAX_LENGTH} are allowed"
        )
    return text.lower()


def count_of(number: int, noun: str) -> str:
    """
    Say how many there are: ``1 field``, ``2 fields``.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def hint_at_dialect(text: str) -> str:
    """
    Say as which dialect an expression may have been meant, at the end of an error.

    :returns: nothing where its form does not tell.
    """
    if text.lstrip().startswith("@"):
        return "; nicknames such as @daily belong to crontab and seconds"
    if "=" in text:
        return "; named fields belong to own and celery"
    if ":" in text:
        return "; a calendar event belongs to systemd"
    return _BY_COUNT.get(len(text.split()), "")


def is_steady(text: str) -> bool:
    """
    Say whether a field is a wildcard or a step, and so follows elapsed time: it begins
    with ``*`` or with ``a/b``.
    """
    return text.startswith("*") or _OPEN_STEP.match(text) is not None


def split_items(text: str) -> list[tuple[int, str]]:
    """
    Give the parts of a list, each with where it begins.
    """
    items, start = [], 0
    for item in text.split(","):
        items.append((start, item))
        start += len(item) + 1
    return items


def parse_fields(syntaxes: Sequence[FieldSyntax], text: str) -> list[int]:
    """
    Read an expression of so many fields with one blank between them, each to a mask.

    :param text: in lower case.
    :raises BadTrigger: pointing at what cannot be read.
    """
    masks, start = [], 0
    for syntax, word in zip(syntaxes, text.split(" "), strict=True):
        masks.append(
            syntax.words.get(word)
            or _usual(syntax, word)
            or parse_field(syntax, word, Place(syntax.name, text, start))
        )
        start += len(word) + 1
    return masks


def parse_field(syntax: FieldSyntax, text: str, place: Place) -> int:
    """
    Read a field into a mask with one bit for each value.

    :param text: in lower case.
    :raises BadTrigger: pointing at what cannot be read.
    """
    mask = _usual(syntax, text)
    if mask:
        return mask
    for at, item in split_items(text):
        for value in _values(syntax, item, at, place):
            mask |= 1 << value
    if syntax.same is not None and mask >> syntax.same & 1:
        mask = mask & ~(1 << syntax.same) | 1 << syntax.low
    return mask


def _usual(syntax: FieldSyntax, text: str) -> int:
    """
    Read a field of the usual form without delay; 0 for one that needs a closer look.
    """
    single = syntax.words.get(text)
    if single is not None:
        return single
    lowest, highest = syntax.low, syntax.high
    if highest >= len(_EVERY):
        return 0
    mask, names = 0, syntax.names
    for item in text.split(","):
        body, slash, step = item.partition("/")
        if body == "*":
            low, high = lowest, highest
        else:
            first, dash, last = body.partition("-")
            low = high = _NUMBERS.get(first, -1)
            if low < 0:
                low = high = names.get(first, -1)
            if dash:
                high = _NUMBERS.get(last, -1)
                if high < 0:
                    high = names.get(last, -1)
            elif slash:
                return 0
            if not lowest <= low <= high <= highest:
                return 0
        values = (2 << high) - (1 << low)
        if slash:
            number = _NUMBERS.get(step, 0)
            if not 0 < number <= high - low + 1:
                return 0
            values &= _EVERY[number] << low
        mask |= values
    return mask


def _values(syntax: FieldSyntax, item: str, at: int, place: Place) -> list[int]:
    if item.isdecimal() or item in syntax.names:
        return [parse_value(syntax, item, at, place)]
    match = _ITEM.fullmatch(item)
    if match is None:
        raise place.error(f"{item!r} is not a value, a range or a step", at)
    first, dash, last, slash, step = match.groups()
    if first == "*":
        if dash:
            raise place.error("* stands for all values and cannot begin a range", at)
        low, high = syntax.low, syntax.high
    else:
        low = high = parse_value(syntax, first, at, place)
        if dash:
            high = parse_value(syntax, last, at + match.start(3), place)
        elif syntax.open_steps:
            high = syntax.high
        else:
            raise place.error(
                f"a step needs * or a range: write {first}-{syntax.high}/{step}",
                at + match.start(4),
            )
    values = _range(syntax, low, high, item, at, place)
    if slash:
        # Without a range the step is large only if it is so for the whole field.
        size = len(values) if dash else syntax.high - syntax.low + 1
        return values[:: _step(syntax, step, size, at + match.start(5), place)]
    return values


def parse_value(syntax: FieldSyntax, text: str, at: int, place: Place) -> int:
    """
    Read one value, a number or a name.

    :param at: where it stands in its field, for the error.
    :raises BadTrigger: it is not one that the field can have.
    """
    if text in syntax.names:
        return syntax.names[text]
    allowed = f"{syntax.low}-{syntax.high}"
    if not text:
        raise place.error("a value is missing", at)
    if not (text.isascii() and text.isdecimal()):
        if syntax.names:
            names = list(syntax.names)
            allowed += f" or {names[0]}-{names[-1]}"
        reason = f"{text!r} is not within {allowed}{_hint(syntax, text)}"
        raise place.error(reason, at)
    value = int(text[:20])
    high = syntax.high if syntax.same is None else syntax.same
    if not syntax.low <= value <= high:
        reason = f"{value} is not within {syntax.low}-{high}{_hint(syntax, text)}"
        raise place.error(reason, at)
    return value


def _hint(syntax: FieldSyntax, text: str) -> str:
    for mark, hint in syntax.hints.items():
        if text == mark or (mark in text and not mark.isalnum()):
            return f": {hint}"
    return ""


def _range(
    syntax: FieldSyntax, low: int, high: int, item: str, at: int, place: Place
) -> list[int]:
    if low > high and low == syntax.same:
        low = syntax.low
    if low <= high:
        return list(range(low, high + 1))
    if not syntax.wraps:
        raise place.error(f"the range {item} runs backwards", at)
    return [*range(low, syntax.high + 1), *range(syntax.low, high + 1)]


def _step(syntax: FieldSyntax, text: str, size: int, at: int, place: Place) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise place.error(f"the step {text!r} is not a whole number", at)
    step = int(text[:20])
    if not step:
        raise place.error("a step must be at least 1", at)
    if step > size and not syntax.wide_steps:
        raise place.error(
            f"the step {step} is larger than the {size} values it cuts", at
        )
    return step
