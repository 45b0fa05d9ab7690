"""
Packed texts: fields, each with its length before it, as the scripts read them.

The client parses replies of many parts slowly, so that each request and each answer is
one text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from datetime import datetime

from ...model import from_micros, to_micros

__all__ = [
    "count",
    "encode",
    "instant",
    "instant_from",
    "micros_from",
    "pack",
    "unpack",
]

_SIZE = struct.Struct(">I")
#: What is added to the microseconds since 1970, so that no instant is negative.
_BIAS = 10**17


def pack(fields: Iterable[bytes]) -> bytes:
    """
    Put fields into one text.
    """
    size = _SIZE.pack
    parts: list[bytes] = []
    for field in fields:
        parts.append(size(len(field)))
        parts.append(field)
    return b"".join(parts)


def unpack(data: bytes) -> Iterator[bytes]:
    """
    Give the fields of a text, one after the other.
    """
    size = _SIZE.unpack_from
    at, end = 0, len(data)
    while at < end:
        start = at + 4
        at = start + size(data, at)[0]
        yield data[start:at]


def encode(text: str) -> bytes:
    """
    Give the bytes of a text, whatever is in it.
    """
    return text.encode("utf-8", "surrogatepass")


def count(number: int) -> bytes:
    """
    Give a number as a field.
    """
    return b"%d" % number


def instant(value: datetime | None) -> bytes:
    """
    Give an instant as 18 digits, whose order is that of time; none is empty.
    """
    return b"" if value is None else b"%018d" % (to_micros(value) + _BIAS)


def micros_from(field: bytes) -> int | None:
    """
    Give the microseconds of an instant that may be missing.
    """
    return int(field) - _BIAS if field else None


def instant_from(field: bytes) -> datetime | None:
    """
    Give an instant that may be missing.
    """
    return from_micros(int(field) - _BIAS) if field else None
