"""
Values to what CBOR has of its own, and tags for what it has not.

Every value that is not plain travels as a CBOR tag from a private range, so that
nothing depends on how a library reads the standard ones; anything else in the data
is refused.  Decoding only ever builds values of the classes named here: it imports
nothing, and calls nothing that the data names.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from cbor2 import CBORTag

from ..errors import BadBox, NotSerializable
from ..model.showing import shown

__all__ = ["DECODERS", "ENCODERS", "MAX_DEPTH", "to_plain"]

#: How deep values may be nested.
MAX_DEPTH = 64

#: The first tag of ours; the range from here on is free for anybody's use.
FIRST_TAG = 64_000

TUPLE, SET, FROZENSET, DATETIME, DATE, TIMEDELTA, DECIMAL, UUID, PAIRS, ENUM = range(
    FIRST_TAG, FIRST_TAG + 10
)

#: The tag of a pickle; only a store that allows pickle has a decoder for it.
PICKLED = FIRST_TAG + 10

SCALARS = frozenset((type(None), bool, int, float, str, bytes))

#: What Python hashes with a secret, so that nobody can choose keys of equal hash; only
#: these are keys of a map of CBOR.
_KEYS = frozenset((str, bytes))

#: How many members of equal hash a set or a mapping may have.
_MAX_COLLISIONS = 64

Encoder = Callable[[Any, str, int], CBORTag]

#: What turns a value of another class into a tag: given the value, the place where
#: it stands, and how deep that is.  That of ``Enum`` serves all enumerations that have
#: none of their own.
ENCODERS: dict[type, Encoder] = {}

#: What turns the content of a tag back into a value: given the content, and whether
#: that is within something that must be hashable.  It raises whatever it likes.
DECODERS: dict[int, Callable[[Any, bool], Any]] = {}


def to_plain(value: Any, place: str, depth: int = 0) -> Any:
    """
    Bring *value* into a shape that CBOR can take.

    :param place: what the value is called in an error: ``args[1]``, for instance.
    :raises NotSerializable: naming the place within it, and why.
    """
    kind = type(value)
    if kind in SCALARS:
        return value
    if depth > MAX_DEPTH:
        raise NotSerializable(place, f"is nested more than {MAX_DEPTH} deep")
    if kind is list:
        return [
            one
            if type(one) in SCALARS
            else to_plain(one, f"{place}[{number}]", depth + 1)
            for number, one in enumerate(value)
        ]
    if kind is dict:
        if all(type(key) in _KEYS for key in value):
            return {
                key: one
                if type(one) in SCALARS
                else to_plain(one, f"{place}[{shown(key)}]", depth + 1)
                for key, one in value.items()
            }
        return CBORTag(PAIRS, _pairs(value, place, depth + 3))
    encoder = ENCODERS.get(kind)
    if encoder is None and issubclass(kind, Enum):
        encoder = ENCODERS[Enum]
    if encoder is None:
        raise NotSerializable(
            place,
            f"a {kind.__module__}.{kind.__qualname__} cannot be stored or sent;"
            " use plain data",
        )
    return encoder(value, place, depth)


def _pairs(value: dict[Any, Any], place: str, depth: int) -> list[CBORTag]:
    pairs = []
    for key, one in value.items():
        inner = f"{place}[{shown(key)}]"
        pair = [to_plain(key, inner, depth), to_plain(one, inner, depth)]
        pairs.append(CBORTag(TUPLE, pair))
    return pairs


def _sequence(tag: int) -> Encoder:
    def encode(value: Any, place: str, depth: int) -> CBORTag:
        return CBORTag(tag, to_plain(list(value), place, depth))

    return encode


def _encode_datetime(value: datetime, place: str, depth: int) -> CBORTag:
    if value.utcoffset() is None:
        raise NotSerializable(place, f"{value} has no time zone")
    return CBORTag(DATETIME, value.isoformat())


def _encode_timedelta(value: timedelta, place: str, depth: int) -> CBORTag:
    return CBORTag(TIMEDELTA, [value.days, value.seconds, value.microseconds])


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise BadBox(f"expected text, not {shown(content)}")
    return content


def _list(content: Any) -> Any:
    if not isinstance(content, (list, tuple)):  # a tuple where it is to be hashable
        raise BadBox(f"expected a list, not {type(content).__name__}")
    return content


def _hashed(members: Iterable[Any]) -> None:
    """
    Refuse members that were chosen so that putting them together would take for ever.
    """
    hashes = [hash(one) for one in members]
    if len(hashes) - len(set(hashes)) > _MAX_COLLISIONS:
        raise BadBox("too many members of a set or keys of a mapping have one hash")


def _decode_set(content: Any, immutable: bool) -> set[Any]:
    _hashed(_list(content))
    return set(content)


def _decode_frozenset(content: Any, immutable: bool) -> frozenset[Any]:
    _hashed(_list(content))
    return frozenset(content)


def _decode_pairs(content: Any, immutable: bool) -> dict[Any, Any]:
    pairs = _list(content)
    _hashed(key for key, value in pairs)
    return dict(pairs)


def _decode_datetime(content: Any, immutable: bool) -> datetime:
    value = datetime.fromisoformat(_text(content))
    if value.tzinfo is None:
        raise BadBox(f"the datetime {content} has no time zone")
    return value


def _decode_timedelta(content: Any, immutable: bool) -> timedelta:
    days, seconds, micros = _list(content)
    return timedelta(days, seconds, micros)


def _decode_decimal(content: Any, immutable: bool) -> Decimal:
    try:
        return Decimal(_text(content))
    except InvalidOperation:
        raise BadBox(f"{shown(content)} is not a decimal number") from None


def _decode_uuid(content: Any, immutable: bool) -> uuid.UUID:
    if not isinstance(content, bytes) or len(content) != 16:
        raise BadBox(f"expected 16 bytes, not {shown(content)}")
    return uuid.UUID(bytes=content)


ENCODERS.update(
    {
        tuple: _sequence(TUPLE),
        set: _sequence(SET),
        frozenset: _sequence(FROZENSET),
        datetime: _encode_datetime,
        date: lambda value, place, depth: CBORTag(DATE, value.isoformat()),
        timedelta: _encode_timedelta,
        Decimal: lambda value, place, depth: CBORTag(DECIMAL, str(value)),
        uuid.UUID: lambda value, place, depth: CBORTag(UUID, value.bytes),
    }
)

DECODERS.update(
    {
        TUPLE: lambda content, immutable: tuple(_list(content)),
        SET: _decode_set,
        FROZENSET: _decode_frozenset,
        DATETIME: _decode_datetime,
        DATE: lambda content, immutable: date.fromisoformat(_text(content)),
        TIMEDELTA: _decode_timedelta,
        DECIMAL: _decode_decimal,
        PAIRS: _decode_pairs,
        UUID: _decode_uuid,
    }
)
