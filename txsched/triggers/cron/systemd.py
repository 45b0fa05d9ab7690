"""
The dialect of systemd: calendar events, as a timer has them after ``OnCalendar=``.

``Mon..Fri 2026-*-1,15 09:00/10:00``: days of the week, a date and a time, each of
which may be left out; all must match.  ``~`` in place of the last ``-`` counts days
from the end of the month.  A word such as ``daily`` stands for a whole event.  The
name of a zone may follow.  Seconds are whole ones.  A minute or hour that is ``*`` or
has ``a/b`` makes the rule follow elapsed time; ``a..b/c`` does not.

After systemd.time(7), of systemd 252.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ...errors import BadTrigger
from ..zones import FIRST_YEAR, LAST_YEAR
from .days import ALL_WEEKDAYS, DayRule, DaysFromEnd, DaysOfMonth
from .syntax import WEEKDAYS, Place, check_length, hint_at_dialect
from .walls import Fields

__all__ = ["WORDS", "columns", "length", "normalize", "parse", "split_zone"]

#: Words that stand for events.
WORDS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    **dict.fromkeys(
        ("semiannually", "semi-annually", "biannually", "bi-annually"),
        "*-01,07-01 00:00:00",
    ),
    **dict.fromkeys(("yearly", "annually", "anually"), "*-01-01 00:00:00"),
}
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {**WEEKDAYS, **{name: number for number, name in enumerate(_LONG)}}
_NAMES = [name.capitalize() for name in WEEKDAYS]
_WORD = re.compile(r"\S+")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_ITEM = re.compile(r"([^./]*)(?:(\.\.)([^/]*))?(?:(/)(.*))?")
_WEEKDAY_RANGE = re.compile(r"(.*?)(\.\.|-)(.*)")
_ZERO_FRACTION = re.compile(r"(\d+)\.0+(?!\d)")


class _Part(NamedTuple):
    """
    One component of a date or a time.
    """

    name: str
    low: int
    high: int
    digits: int = 2


_YEAR = _Part("year", FIRST_YEAR, LAST_YEAR, 4)
_MONTH = _Part("month", 1, 12)
_DAY = _Part("day", 1, 31)
#: Counted from the end of the month; what not every month has is refused.
_FROM_END = _Part("day", 1, 28)
_HOUR = _Part("hour", 0, 23)
_MINUTE = _Part("minute", 0, 59)
_SECOND = _Part("second", 0, 59)
_CENTURY = 100
_FIRST_OF_LAST_CENTURY = 70


class _Item(NamedTuple):
    """
    One item of a component: a value, a range, or a repetition.

    :ivar last: ``None`` for one value, or a repetition up to the end.
    :ivar step: 0 for one value, or a range of all.
    """

    first: int
    last: int | None
    step: int

    @classmethod
    def of(cls, first: int, last: int | None, step: int) -> _Item:
        """
        Make the one item of those that mean the same.
        """
        if last is not None:
            last -= (last - first) % (step or 1)
            if last == first:
                return cls(first, None, 0)
            step = 0 if step == 1 else step
        return cls(first, last, step)

    def write(self, digits: int) -> str:
        text = f"{self.first:0{digits}}"
        if self.last is not None:
            text += f"..{self.last:0{digits}}"
        return f"{text}/{self.step}" if self.step else text

    def values(self, high: int) -> range:
        last = self.last
        if last is None:
            last = high if self.step else self.first
        return range(self.first, last + 1, self.step or 1)

    def values_from_end(self) -> range:
        """
        Give numbers of days, counted from the end; a repetition goes towards it.
        """
        if self.last is None:
            return range(
                self.first, 0 if self.step else self.first - 1, -self.step or -1
            )
        return range(self.last, self.first - 1, -self.step or -1)


_Items = Sequence[_Item] | None
#: What systemd writes as ``*``, of seconds alone.
_EACH_SECOND = _Item(0, None, 1)


class _Event(NamedTuple):
    """
    An event, taken apart; ``None`` stands for any value.
    """

    weekdays: int
    year: _Items
    month: _Items
    day: _Items
    from_end: bool
    hour: _Items
    minute: _Items
    second: _Items


def split_zone(text: str) -> tuple[str, str | None]:
    """
    Take the name of a zone off the end.

    :returns: the event, and the name of the zone, if any.
    """
    *before, last = text.rsplit(None, 1) or [""]
    body = "".join(before)
    head = last.lower()
    if not body or not (_OFFSET.fullmatch(last) or last[0].isalpha()):
        return text, None
    if head in WORDS or _starts_with_day(head):
        return text, None
    return body, "UTC" if head == "utc" else last


def _starts_with_day(word: str) -> bool:
    return re.split(r"\.\.|[-,]", word)[0] in _DAYS


def length(words: Sequence[str]) -> int:
    """
    Say how many words are the event: those before the name of a zone.
    """
    if len(words) > 1 and split_zone(" ".join(words))[1] is not None:
        return len(words) - 1
    return len(words)


def normalize(text: str) -> str:
    """
    Give the one way to write an event, which is that of systemd: complete, numbers
    with all their digits.

    :raises BadTrigger: naming the part and the place.
    """
    lower = check_length("expression", text).strip()
    event = _read(WORDS[lower].lower() if lower in WORDS else lower)
    days = "" if event.weekdays == ALL_WEEKDAYS else f"{_write_days(event.weekdays)} "
    date = f"{_write(event.year, _YEAR)}-{_write(event.month, _MONTH)}"
    day = ("~" if event.from_end else "-") + _write(event.day, _DAY)
    time = f"{_write(event.hour, _HOUR)}:{_write(event.minute, _MINUTE)}"
    return f"{days}{date}{day} {time}:{_write(event.second, _SECOND)}"


def _write(items: _Items, part: _Part) -> str:
    if items is None:
        return "*"
    return ",".join(item.write(part.digits) for item in items)


def _write_days(mask: int) -> str:
    words: list[str] = []
    day = 0
    while day < len(_NAMES):
        end = day
        while mask >> end & 1:
            end += 1
        if end - day > 2:
            words.append(f"{_NAMES[day]}..{_NAMES[end - 1]}")
        else:
            words += _NAMES[day:end]
        day = end + 1
    return ",".join(words)


def columns(expression: str) -> dict[str, str]:
    """
    Give the text of each part of an event that :func:`normalize` gave.
    """
    *days, date, time = expression.split()
    year, month, day = re.split(r"-|(?=~)", date)
    hour, minute, second = time.split(":")
    return {
        "day_of_week": days[0] if days else "*",
        "year": year,
        "month": month,
        "day": day,
        "hour": hour,
        "minute": minute,
        "second": second,
    }


def parse(expression: str) -> Fields:
    """
    Read an event that :func:`normalize` gave.
    """
    event = _read(expression.lower())
    if event.from_end and event.day is not None:
        mask = 0
        for item in event.day:
            for number in item.values_from_end():
                mask |= 1 << number
        days: DaysFromEnd | DaysOfMonth = DaysFromEnd(mask)
    else:
        days = DaysOfMonth(_mask(event.day, _DAY))
    return Fields(
        DayRule(
            (days,),
            event.weekdays,
            months=_mask(event.month, _MONTH),
            years=_mask(event.year, _YEAR) >> FIRST_YEAR,
        ),
        _mask(event.hour, _HOUR),
        _mask(event.minute, _MINUTE),
        _mask(event.second, _SECOND),
        _steady(event.hour) or _steady(event.minute),
    )


def _steady(items: _Items) -> bool:
    return items is None or any(item.step and item.last is None for item in items)


def _mask(items: _Items, part: _Part) -> int:
    if items is None:
        return (2 << part.high) - (1 << part.low)
    mask = 0
    for item in items:
        for value in item.values(part.high):
            mask |= 1 << value
    return mask


def _read(text: str) -> _Event:
    """
    Take an event apart.

    :param text: in lower case.
    """
    words = list(_WORD.finditer(text))
    weekdays, date, time = ALL_WEEKDAYS, None, None
    if words and words[0][0][0].isalpha():
        weekdays = _read_weekdays(words[0][0], text)
        del words[0]
    if words and ":" not in words[0][0]:
        date = words.pop(0)
    if words:
        time = words.pop(0)
    if words or not text or text[0] == "@":
        raise _misread(text)
    year, month, day, from_end = _read_date(date, text)
    return _Event(weekdays, year, month, day, from_end, *_read_time(time, text))


def _misread(text: str) -> BadTrigger:
    return BadTrigger(
        "expression",
        f"{text!r} is not a calendar event such as 'Mon..Fri *-*-* 09:00:00', or one of"
        f" {', '.join(WORDS)}{'' if ':' in text else hint_at_dialect(text)}",
    )


def _read_weekdays(word: str, text: str) -> int:
    place = Place("day_of_week", text)
    mask, at = 0, 0
    for item in word.split(","):
        match = _WEEKDAY_RANGE.fullmatch(item)
        if match is None:
            mask |= 1 << _weekday(item, at, place, text)
        else:
            first = _weekday(match[1], at, place, text)
            last = _weekday(match[3], at + match.start(3), place, text)
            if last < first:
                raise place.error(f"the range {item} runs backwards", at)
            mask |= (2 << last) - (1 << first)
        at += len(item) + 1
    return mask


def _weekday(name: str, at: int, place: Place, text: str) -> int:
    if name not in _DAYS:
        if at == 0 and name[:3] not in WEEKDAYS:
            raise _misread(text)
        raise place.error(f"{name!r} is not one of Mon, Tue, ..., Sun", at)
    return _DAYS[name]


def _read_date(
    word: re.Match[str] | None, text: str
) -> tuple[_Items, _Items, _Items, bool]:
    if word is None:
        return None, None, None, False
    date, from_end = word[0], "~" in word[0]
    if date.count("~") > 1 or "-" in date.partition("~")[2]:
        raise Place("day", text, word.start()).error(
            "~ stands in place of the last -", date.index("~")
        )
    parts = re.split("[-~]", date)
    if not 2 <= len(parts) <= 3:
        raise Place("expression", text, word.start()).error(
            f"{date!r} is not a date such as 2026-01-31 or *-*-1"
        )
    columns = _located(parts, word.start())
    year: _Items = None
    if len(parts) == 3:
        year = _component(_YEAR, *columns.pop(0), text)
    month = _component(_MONTH, *columns[0], text)
    day = _component(_FROM_END if from_end else _DAY, *columns[1], text)
    return year, month, day, from_end and day is not None


def _read_time(word: re.Match[str] | None, text: str) -> tuple[_Items, _Items, _Items]:
    midnight = (_Item(0, None, 0),)
    if word is None:
        return midnight, midnight, midnight
    parts = word[0].split(":")
    if not 2 <= len(parts) <= 3:
        raise Place("expression", text, word.start()).error(
            f"{word[0]!r} is not a time such as 09:00 or *:0/15:00"
        )
    columns = _located(parts, word.start())
    hour = _component(_HOUR, *columns[0], text)
    minute = _component(_MINUTE, *columns[1], text)
    second: _Items = midnight
    if len(parts) == 3:
        at, seconds = columns[2]
        second = _component(_SECOND, at, _ZERO_FRACTION.sub(r"\1", seconds), text)
        if second is not None and _EACH_SECOND in second:
            second = None
    return hour, minute, second


def _located(parts: Sequence[str], start: int) -> list[tuple[int, str]]:
    located = []
    for part in parts:
        located.append((start, part))
        start += len(part) + 1
    return located


def _component(part: _Part, start: int, text: str, whole: str) -> _Items:
    if text == "*":
        return None
    place = Place(part.name, whole, start)
    items, at = [], 0
    for item in text.split(","):
        items.append(_item(part, item, at, place))
        at += len(item) + 1
    return sorted(set(items), key=lambda one: (one.first, one.last or 0, one.step))


def _item(part: _Part, item: str, at: int, place: Place) -> _Item:
    match = _ITEM.fullmatch(item)
    if match is None:
        if "." in item and part is _SECOND:
            raise place.error(f"{item!r} has a fraction; only whole seconds", at)
        raise place.error(f"{item!r} is not a value, a range or a repetition", at)
    first_text, dots, last_text, slash, step_text = match.groups()
    if first_text == "*":
        hint = f": write {part.low}/{step_text}" if slash else ""
        raise place.error(f"* stands for all values and must stand alone{hint}", at)
    first = _number(part, first_text, at, place)
    last = None
    if dots:
        last = _number(part, last_text, at + match.start(3), place)
        if last < first:
            raise place.error(f"the range {item} runs backwards", at)
    step = 0
    if slash:
        if not (step_text.isascii() and step_text.isdecimal()) or not int(
            step_text[:9]
        ):
            raise place.error(
                f"the repetition {step_text!r} is not a whole number from 1 on",
                at + match.start(5),
            )
        step = int(step_text[:9])
        room, bound = part.high - first, part.high
        if part is _FROM_END:
            room, bound = first - part.low, part.low
        if last is None and step > room:
            raise place.error(
                f"the repetition {step} leads from {first} beyond {bound}",
                at + match.start(5),
            )
    return _Item.of(first, last, step)


def _number(part: _Part, text: str, at: int, place: Place) -> int:
    if not text:
        raise place.error("a value is missing", at)
    allowed = f"{part.low}-{part.high}"
    if not (text.isascii() and text.isdecimal()):
        hint = ": a range is written with .." if "-" in text else ""
        hint = ": a blank separates date and time" if "t" in text else hint
        raise place.error(f"{text!r} is not within {allowed}{hint}", at)
    value = int(text[:9])
    if part is _YEAR and value < _CENTURY:
        value += 2000 if value < _FIRST_OF_LAST_CENTURY else 1900
    if not part.low <= value <= part.high:
        raise place.error(f"{value} is not within {allowed}", at)
    return value
