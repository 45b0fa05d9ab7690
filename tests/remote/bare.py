"""
A client that knows nothing of txsched: boxes of AMP, as bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cbor2
from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from txsched.core import LocalScheduler
from txsched.jobstores import MemoryJobStore
from txsched.remote.amp import AMPServerFactory
from txsched.testing.driving import advance, driven
from txsched.testing.fakes import ManualExecutor
from txsched.testing.wire import Wire


def box(fields: Mapping[str, bytes]) -> bytes:
    """
    Put fields into a box.
    """
    items = [*((key.encode(), value) for key, value in fields.items())]
    parts = [part for item in items for part in item]
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts) + b"\0\0"


class BareClient(Protocol):
    """
    Sends boxes, and keeps what comes.
    """

    def __init__(self) -> None:
        self.buffer = b""
        self.asked = 0
        self.waiting: dict[bytes, Deferred[dict[str, bytes]]] = {}
        self.questions: list[dict[str, bytes]] = []
        self.lost: Failure | None = None
        self.gone: Deferred[None] = Deferred()

    def ask(self, command: str, fields: Mapping[str, bytes]) -> Deferred[Any]:
        """
        Ask a question; fires with the box of the answer.
        """
        self.asked += 1
        label = b"%d" % self.asked
        answer: Deferred[Any] = Deferred()
        self.waiting[label] = answer
        head = {"_ask": label, "_command": command.encode()}
        self.transport.write(box(head | dict(fields)))
        return answer

    def call(self, command: str, *arguments: Any) -> Deferred[Any]:
        """
        Call a command; fires with the result, or the error, as it travels.
        """
        answer = self.ask(command, {"a": cbor2.dumps(list(arguments))})
        return answer.addCallback(lambda box: cbor2.loads(box["r"]))

    def greet(self) -> Deferred[Any]:
        """
        Begin.
        """
        return self.call("Hello", 1, 1, "bare")

    def dataReceived(self, data: bytes) -> None:
        self.buffer += data
        while True:
            parsed = self._parse()
            if parsed is None:
                return
            label = parsed.get("_answer") or parsed.get("_error")
            if label is None:
                self.questions.append(parsed)
            else:
                self.waiting.pop(label).callback(parsed)

    def _parse(self) -> dict[str, bytes] | None:
        place, parts = 0, []
        while True:
            length = int.from_bytes(self.buffer[place : place + 2], "big")
            end = place + 2 + length
            if len(self.buffer) < max(end, place + 2):
                return None
            if length == 0 and len(parts) % 2 == 0:
                self.buffer = self.buffer[end:]
                keys = (key.decode() for key in parts[::2])
                return dict(zip(keys, parts[1::2], strict=True))
            parts.append(self.buffer[place + 2 : end])
            place = end

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.lost = reason
        self.gone.callback(None)


@define(slots=False)
class Served:
    """
    A scheduler that is served in memory, on a clock that stands.
    """

    clock: Clock = field(factory=Clock)
    executor: ManualExecutor = field(factory=ManualExecutor)

    def start(self, **limits: Any) -> Served:
        """
        Begin to serve.
        """
        self.clock.advance(1_767_225_600)
        self.scheduler = LocalScheduler(
            MemoryJobStore(), {"default": self.executor}, self.clock, "served"
        )
        self.done(self.scheduler.start())
        self.factory = AMPServerFactory(self.scheduler, **limits)
        self.wire = Wire(self.factory, self.clock)
        return self

    def done(self, work: Any) -> Any:
        """
        Bring work to its end without time passing.
        """
        return driven(work, self.settle, limit=1000)

    def settle(self) -> None:
        """
        Let arrive what is on its way.
        """
        advance(self.clock, 0.0)

    def connect(self, greet: bool = True) -> BareClient:
        """
        Connect a bare client.
        """
        client: BareClient = self.done(
            self.wire.connect(Factory.forProtocol(BareClient))
        )
        if greet:
            self.done(client.greet())
        return client
