"""
Triggers: numbers where they are nothing else, their text form otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cbor2 import CBORTag

from ..errors import BadBox
from ..model import ITrigger, from_micros, to_micros
from ..model.showing import shown
from ..triggers import (
    AndNotTrigger,
    AndTrigger,
    CalendarIntervalTrigger,
    CronTrigger,
    DateTrigger,
    DelayTrigger,
    IntervalTrigger,
    ManualTrigger,
    OrTrigger,
    RRuleTrigger,
    parse_trigger,
)
from .plain import DECODERS, ENCODERS, FIRST_TAG

__all__ = ["TRIGGER_TAGS"]

_DATE, _INTERVAL, _TEXT = range(FIRST_TAG + 16, FIRST_TAG + 19)

_MICROSECOND = IntervalTrigger(microseconds=1).interval


def _encode_date(trigger: DateTrigger, place: str, depth: int) -> CBORTag:
    return CBORTag(_DATE, to_micros(trigger.run_date))


def _encode_interval(trigger: IntervalTrigger, place: str, depth: int) -> CBORTag:
    start, end, jitter = trigger.start_date, trigger.end_date, trigger.jitter
    content = [
        trigger.interval // _MICROSECOND,
        None if start is None else to_micros(start),
        None if end is None else to_micros(end),
    ]
    if jitter is not None:
        content.append(jitter // _MICROSECOND)
    return CBORTag(_INTERVAL, content)


def _encode_text(trigger: ITrigger, place: str, depth: int) -> CBORTag:
    return CBORTag(_TEXT, str(trigger))


# Equal triggers become one object: most jobs share theirs with others.


@lru_cache(maxsize=4096)
def _date(micros: int) -> DateTrigger:
    return DateTrigger(from_micros(micros))


@lru_cache(maxsize=4096)
def _interval(
    length: int, start: int | None, end: int | None, jitter: int | None = None
) -> IntervalTrigger:
    return IntervalTrigger.of(
        _MICROSECOND * length,
        None if start is None else from_micros(start),
        None if end is None else from_micros(end),
        None if jitter is None else _MICROSECOND * jitter,
    )


@lru_cache(maxsize=4096)
def _text(text: str) -> Any:
    return parse_trigger(text)


def _whole(content: Any) -> int:
    if type(content) is not int:
        raise BadBox(f"expected a whole number, not {shown(content)}")
    return content


def _decode_interval(content: Any, immutable: bool) -> IntervalTrigger:
    length, start, end, *jitter = content
    return _interval(
        _whole(length),
        None if start is None else _whole(start),
        None if end is None else _whole(end),
        *map(_whole, jitter),
    )


def _decode_text(content: Any, immutable: bool) -> Any:
    if not isinstance(content, str):
        raise BadBox(f"expected the text of a trigger, not {shown(content)}")
    return _text(content)


#: The kinds that are kept as text.
_WRITTEN = (
    CronTrigger,
    CalendarIntervalTrigger,
    RRuleTrigger,
    OrTrigger,
    AndTrigger,
    AndNotTrigger,
    DelayTrigger,
    ManualTrigger,
)

ENCODERS.update(
    {
        DateTrigger: _encode_date,
        IntervalTrigger: _encode_interval,
        **dict.fromkeys(_WRITTEN, _encode_text),
    }
)

#: The tags of triggers that have a text form, and who reads them.
TRIGGER_TAGS: Mapping[int, Callable[[Any, bool], Any]] = {
    _DATE: lambda content, immutable: _date(_whole(content)),
    _INTERVAL: _decode_interval,
    _TEXT: _decode_text,
}
DECODERS.update(TRIGGER_TAGS)
