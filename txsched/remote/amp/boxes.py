"""
AMP boxes, written at once.

What Twisted writes a box with sorts its fields and looks at each of them; of a call
that costs as much as all the rest of its way to the transport.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

__all__ = ["WrittenBox"]

_pack = Struct("!H").pack


class WrittenBox:
    """
    A box as it is sent, for ``IBoxSender.sendBox``.

    :param fields: keys of 1 to 255 bytes, values of at most 65,535: each after its
        length in two bytes, as https://amp-protocol.net/ has it.
    """

    __slots__ = ("data",)

    def __init__(self, fields: Mapping[bytes, bytes]) -> None:
        data = b""
        for key, value in fields.items():
            data += b"\0%c%b%b%b" % (len(key), key, _pack(len(value)), value)
        self.data = data + b"\0\0"

    def serialize(self) -> bytes:
        """
        Called by Twisted: give what is sent.
        """
        return self.data
