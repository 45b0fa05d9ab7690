"""
AMP boxes, written at once.

What Twisted writes a box with sorts its fields and looks at each of them; of a call
that costs as much as all the rest of its way to the transport.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from attrs import frozen

__all__ = ["WrittenBox", "written"]

_pack = Struct("!H").pack


@frozen
class WrittenBox:
    """
    A box as it is sent, for ``IBoxSender.sendBox``.
    """

    data: bytes

    def serialize(self) -> bytes:
        """
        Called by Twisted: give what is sent.
        """
        return self.data


def written(fields: Mapping[bytes, bytes]) -> WrittenBox:
    """
    Write a box: each key and each value after its length in two bytes, then a key of
    no length, as https://amp-protocol.net/ has it.

    :param fields: keys of 1 to 255 bytes, values of at most 65,535.
    """
    parts: list[bytes] = []
    for key, value in fields.items():
        parts += _pack(len(key)), key, _pack(len(value)), value
    parts.append(b"\0\0")
    return WrittenBox(b"".join(parts))
