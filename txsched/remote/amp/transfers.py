"""
What is longer than a box: arguments and answers in parts, of one client.
"""

from __future__ import annotations

from collections import deque

from attrs import define, field
from twisted.protocols.amp import Box

from ...errors import BadBox, TooLarge
from .commands import PART

__all__ = ["Downloads", "Uploads", "transfer_of"]


def transfer_of(box: Box) -> int:
    """
    Give the number of the transfer that a box names.

    :raises BadBox: it names none.
    """
    try:
        return int(box[b"t"])
    except (KeyError, ValueError):
        raise BadBox("t: expected a number") from None


@define(eq=False)
class Uploads:
    """
    Arguments that have come in parts, and whose command has not come.

    :param limit: the most bytes of all of them.
    """

    _limit: int
    _parts: dict[int, list[bytes]] = field(factory=dict, init=False)
    _size: int = field(default=0, init=False)
    _forgotten: deque[int] = field(factory=lambda: deque(maxlen=1000), init=False)

    def add(self, transfer: int, data: bytes) -> None:
        """
        Keep one more part of a transfer.

        :raises TooLarge: there is no room; all transfers are forgotten.
        """
        size = self._size + len(data)
        if size > self._limit or transfer in self._forgotten:
            # Further parts of them are on their way.
            self._forgotten += {transfer, *self._parts} - {*self._forgotten}
            self.clear()
            raise TooLarge("what was uploaded", size, self._limit)
        self._size = size
        self._parts.setdefault(transfer, []).append(data)

    def take(self, transfer: int) -> bytes:
        """
        Give all of a transfer, which is used up by that.

        :raises BadBox: there is no such transfer.
        """
        parts = self._parts.pop(transfer, None)
        if parts is None:
            raise BadBox("t: there is no such upload")
        data = b"".join(parts)
        self._size -= len(data)
        return data

    def clear(self) -> None:
        """
        Forget all transfers.
        """
        self._parts.clear()
        self._size = 0


@define(eq=False)
class Downloads:
    """
    Answers of which only the first part was sent, and which the client has to fetch.

    :param limit: the most bytes of all of them.
    """

    _limit: int
    _parts: dict[int, deque[bytes]] = field(factory=dict, init=False)
    _size: int = field(default=0, init=False)
    _transfers: int = field(default=0, init=False)

    def box(self, data: bytes) -> Box:
        """
        Put an answer into a box, and keep what does not fit.

        :raises TooLarge: there is no room for that.
        """
        if len(data) <= PART:
            return Box({b"r": data})
        size = self._size + len(data) - PART
        if size > self._limit:
            raise TooLarge("what this client has yet to fetch", size, self._limit)
        self._size = size
        parts = deque(data[at : at + PART] for at in range(PART, len(data), PART))
        self._transfers += 1
        self._parts[self._transfers] = parts
        more = {b"m": b"%d" % self._transfers, b"n": b"%d" % len(parts)}
        return Box({b"r": data[:PART], **more})

    def fetch(self, transfer: int) -> bytes:
        """
        Give the next part of an answer, once.

        :raises BadBox: there is none.
        """
        parts = self._parts.get(transfer)
        if parts is None:
            raise BadBox("t: there is no such download")
        part = parts.popleft()
        if not parts:
            del self._parts[transfer]
        self._size -= len(part)
        return part

    def clear(self) -> None:
        """
        Forget all answers.
        """
        self._parts.clear()
        self._size = 0
