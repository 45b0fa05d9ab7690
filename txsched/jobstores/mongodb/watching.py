"""
Hearing of what other nodes changed.

What people do replaces one document; who watches waits for its change in a change
stream, or reads it each second where the server has none, or does not allow it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from attrs import define, field
from pymongo.errors import OperationFailure, PyMongoError

from .connection import Connection
from .documents import Document

__all__ = ["Watch", "announce"]

_SIGNAL = "signal"
_WAIT_SECONDS = 1.0
_PIPELINE = [{"$match": {"documentKey._id": _SIGNAL}}]


def announce(connection: Connection, by: str) -> None:
    """
    Tell all who watch that something may be due earlier than they know.

    :param by: who tells; it is not told itself.
    """
    notes = connection.database[f"{connection.prefix}notes"]
    with connection.limited():
        signal = {"_id": _SIGNAL, "by": by, "at": time.monotonic_ns()}
        notes.replace_one({"_id": _SIGNAL}, signal, upsert=True)


@define(eq=False)
class Watch:
    """
    A thread that waits.

    :param me: whose own announcements are left out.
    :param notice: called in the thread.
    """

    connection: Connection
    me: str
    notice: Callable[[], None]
    _over: Event = field(factory=Event, init=False)

    def start(self) -> None:
        """
        Begin to watch.
        """
        Thread(target=self._watch, name="txsched watch", daemon=True).start()

    def stop(self) -> None:
        """
        Notice nothing more; the thread ends within a second or so.
        """
        self._over.set()

    @property
    def _notes(self) -> Any:
        return self.connection.database[f"{self.connection.prefix}notes"]

    def _watch(self) -> None:
        follow = self._stream
        while not self._over.is_set():
            try:
                follow()
            except PyMongoError as error:
                # Whoever works with the store meets an outage too, and tells of it.
                if isinstance(error, OperationFailure):
                    follow = self._poll
                self._over.wait(_WAIT_SECONDS)
            self._tell({})

    def _tell(self, signal: Document) -> None:
        if signal.get("by") != self.me and not self._over.is_set():
            self.notice()

    def _stream(self) -> None:
        milliseconds = int(_WAIT_SECONDS * 1000)
        with self._notes.watch(_PIPELINE, max_await_time_ms=milliseconds) as stream:
            while not self._over.is_set():
                change = stream.try_next()
                if change is not None:
                    self._tell(change.get("fullDocument") or {})

    def _poll(self) -> None:
        seen = self._notes.find_one({"_id": _SIGNAL})
        while not self._over.wait(_WAIT_SECONDS):
            signal = self._notes.find_one({"_id": _SIGNAL})
            if signal != seen:
                self._tell(signal or {})
            seen = signal
