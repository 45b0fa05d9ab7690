"""
``IScheduler`` to AMP.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols.amp import BinaryBoxProtocol, Box, BoxDispatcher, NoEmptyBoxes
from twisted.python.failure import Failure

from ..._version import __version__
from ...codec import dumps, loads, table
from ...errors import (
    BadBox,
    BadValue,
    NotAllowed,
    NotSerializable,
    ProtocolMismatch,
    SchedulerError,
    TooLarge,
    UnexpectedError,
    error_to_wire,
)
from ...interfaces import IScheduler
from ...model import Job
from ..access import AccessPolicy, RestrictedScheduler
from ..feed import Feed
from ..methods import METHODS, check_arguments
from .adding import Adder
from .boxes import WrittenBox
from .commands import PART, PROTOCOL, Events, command_name
from .transfers import Downloads, Uploads, transfer_of

__all__ = ["AMPServer", "AMPServerFactory"]

#: How many times the size of a message may wait for one client to fetch it.
_UNFETCHED = 4
_METHODS = {command_name(name).encode("ascii"): name for name in METHODS}


class AMPServer(BinaryBoxProtocol, BoxDispatcher):
    """
    One connection of a client.

    While the client does not read what was written to it, nothing is read from it:
    Twisted pauses this protocol, as the producer of what is written, and that pauses
    the transport.
    """

    transport: Any
    _log = Logger()

    def __init__(self, factory: AMPServerFactory) -> None:
        BinaryBoxProtocol.__init__(self, self)
        BoxDispatcher.__init__(self, self)
        self._server = factory
        self._greeted = False
        self._cut_off = False
        self._pending = 0
        self._uploads = Uploads(factory.message_size)
        self._downloads = Downloads(_UNFETCHED * factory.message_size)
        self._position: int | None = None
        self._sending = False

    def connectionMade(self) -> None:
        """
        Called by Twisted: refuse one connection too many.
        """
        super().connectionMade()
        self.transport.registerProducer(self, True)
        if not self._server.enter(self):
            self.cut_off()

    def cut_off(self) -> None:
        """
        Close the connection; what still comes on it is not looked at.
        """
        self._cut_off = True
        if self.transport is not None:
            # Otherwise it would wait for this producer to end.
            self.transport.unregisterProducer()
            self.transport.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        """
        Called by Twisted: answer what came, jobs that are added together at once.
        """
        if not self._cut_off:
            super().dataReceived(data)
            self._server.adder.flush()

    def connectionLost(self, reason: Failure = Failure(CONNECTION_DONE)) -> None:
        """
        Called by Twisted: forget what belongs to the connection.
        """
        super().connectionLost(reason)
        self.transport = None
        self._server.leave(self)
        self._position = None
        self._uploads.clear()
        self._downloads.clear()

    def ampBoxReceived(self, box: Box) -> None:
        """
        Called by Twisted: answer a call, or take the answer to one.

        The call of which most come at once does without the Deferreds of the others.
        """
        if self._cut_off:
            return
        if box.get(b"_command") == b"AddJob" and b"_ask" in box:
            self._add_job(box)
            return
        try:
            super().ampBoxReceived(box)
        except (NoEmptyBoxes, KeyError):
            self._log.warn("a client sent what is neither a call nor an answer to one")
            self.cut_off()

    def locateResponder(self, name: bytes) -> Callable[[Box], Any] | None:
        """
        Called by Twisted: find what answers a command.
        """
        method = _METHODS.get(name)
        if method is not None:
            return lambda box: self._respond(box, method)
        if name == b"Download":
            return self._download
        other = _OTHERS.get(name)
        if other is not None:
            return lambda box: self._answer(box, lambda: other(self, box))
        return None

    # Answers

    def _respond(self, box: Box, method: str) -> Deferred[Box]:
        # This call comes after those that wait there.
        self._server.adder.flush()

        async def call() -> Any:
            arguments = check_arguments(method, self._arguments(box))
            if method == "modify_job":
                job_id, revision, changes, store = arguments
                for name in ("self", "job_id", "revision", "store"):
                    if name in changes:
                        raise BadValue(name, "cannot be changed")
                return await self._server.scheduler.modify_job(
                    job_id, revision, store, **changes
                )
            return await getattr(self._server.scheduler, method)(*arguments)

        return self._answer(box, call)

    def _add_job(self, box: Box) -> None:
        def respond(answer: Box) -> None:
            if self.transport is not None:
                self.sendBox(WrittenBox({b"_answer": box[b"_ask"], **answer}))

        if self._pending >= self._server.pending:
            respond(self._refusal())
            return
        try:
            spec, on_conflict = check_arguments("add_job", self._arguments(box))
        except Exception as error:
            respond(self._failed(error, box))
            return
        self._pending += 1

        def added(job: Job | Exception) -> None:
            self._pending -= 1
            try:
                if isinstance(job, Exception):
                    raise job
                answer = self._succeeded(job)
            except Exception as error:
                answer = self._failed(error, box)
            respond(answer)

        self._server.adder.add(spec, on_conflict, added)

    def _refusal(self) -> Box:
        limit = self._server.pending
        refusal = NotAllowed(f"more than {limit} calls at once on one connection")
        return self._error_box(refusal)

    def _answer(self, box: Box, work: Callable[[], Awaitable[Any]]) -> Deferred[Box]:
        return Deferred.fromCoroutine(self._worked(box, work))

    async def _worked(self, box: Box, work: Callable[[], Awaitable[Any]]) -> Box:
        if self._pending >= self._server.pending:
            return self._refusal()
        self._pending += 1
        try:
            return self._succeeded(await work())
        except Exception as error:
            return self._failed(error, box)
        finally:
            self._pending -= 1

    def _succeeded(self, result: Any) -> Box:
        value = table(result) if type(result) is list else result
        data = dumps([0, value], "result")
        if len(data) > self._server.message_size:
            raise TooLarge("the answer", len(data), self._server.message_size)
        return self._downloads.box(data)

    def _failed(self, error: Exception, box: Box) -> Box:
        if not isinstance(error, SchedulerError):
            self._log.failure(
                "the call {command!r} failed",
                Failure(error),
                command=box.get(b"_command"),
            )
            error = UnexpectedError(type(error).__name__)
        return self._error_box(error)

    def _error_box(self, error: SchedulerError) -> Box:
        try:
            return self._downloads.box(_error_data(error))
        except TooLarge as too_large:
            return Box({b"r": _error_data(too_large)})

    def _arguments(self, box: Box) -> Any:
        if not self._greeted:
            raise BadBox("the first command must be Hello")
        if b"t" in box:
            data = self._uploads.take(transfer_of(box))
        elif b"a" in box:
            data = box[b"a"]
        else:
            raise BadBox("it has neither the field a nor t")
        return loads(data)

    # Beside the methods

    async def _hello(self, box: Box) -> Any:
        if b"a" not in box:
            raise BadBox("it has no field a")
        greeting = loads(box[b"a"])
        if not (
            isinstance(greeting, list)
            and len(greeting) == 3
            and all(type(one) is int for one in greeting[:2])
        ):
            raise BadBox("Hello takes a list of oldest, newest and software")
        oldest, newest, software = greeting
        version = min(newest, PROTOCOL[1])
        if version < max(oldest, PROTOCOL[0]):
            raise ProtocolMismatch(
                f"the client ({software}) speaks {oldest} to {newest}, the server"
                f" (txsched {__version__}) {PROTOCOL[0]} to {PROTOCOL[1]}"
            )
        self._greeted = True
        return [version, f"txsched {__version__}"]

    async def _upload(self, box: Box) -> None:
        if not self._greeted:
            raise BadBox("the first command must be Hello")
        transfer = transfer_of(box)
        if b"d" not in box:
            raise BadBox("it has no field d")
        self._uploads.add(transfer, box[b"d"])

    def _download(self, box: Box) -> Box:
        try:
            return Box({b"r": self._downloads.fetch(transfer_of(box))})
        except BadBox as error:
            return self._error_box(error)

    async def _subscribe(self, box: Box) -> Any:
        arguments = self._arguments(box)
        if not isinstance(arguments, list) or len(arguments) != 2:
            raise BadBox("Subscribe takes a list of epoch and last")
        epoch, last = arguments
        feed = self._server.feed
        await feed.listen(self, self._push)
        if epoch == feed.epoch and type(last) is int and 0 <= last <= feed.last:
            self._position = last
        else:
            self._position = feed.last
        answer = [feed.epoch, self._position]
        self._push()
        return answer

    async def _unsubscribe(self, box: Box) -> None:
        self._server.feed.leave(self)
        self._position = None

    def _push(self) -> None:
        """
        Send the next events, unless the client has yet to answer the last ones.
        """
        if self._sending or self._position is None:
            return
        feed = self._server.feed
        if self._position >= feed.last:
            return
        number, events = feed.after(self._position, PART - 1000)
        self._sending = True
        sent = self.callRemote(Events, n=number, e=dumps(events))
        self._position = number
        sent.addCallbacks(self._pushed, self._not_pushed)

    def _pushed(self, _: Any) -> None:
        self._sending = False
        self._push()

    def _not_pushed(self, failure: Any) -> None:
        """
        The connection is gone, or the client is none: it asks again when it is back.
        """
        self._sending = False
        self._position = None
        self._server.feed.leave(self)


_OTHERS: dict[bytes, Callable[[AMPServer, Box], Any]] = {
    b"Hello": AMPServer._hello,
    b"Upload": AMPServer._upload,
    b"Subscribe": AMPServer._subscribe,
    b"Unsubscribe": AMPServer._unsubscribe,
}


def _error_data(error: SchedulerError) -> bytes:
    code, fields = error_to_wire(error)
    try:
        return dumps([1, code, fields])
    except NotSerializable:
        return dumps([1, code, {name: repr(one) for name, one in fields.items()}])


class AMPServerFactory(Factory):
    """
    Serves a scheduler by AMP.

    :param scheduler: any ``IScheduler``.
    :param policy: which tasks its clients may schedule; ``None`` allows all.
    :param connections: the most clients at once; one more is cut off.
    :param message_size: the most bytes of one request or answer; at most four times
        as many wait for one client to fetch the rest of its answers.
    :param pending: the most calls at once on one connection.
    """

    noisy = False

    def __init__(
        self,
        scheduler: IScheduler,
        policy: AccessPolicy | None = None,
        *,
        connections: int = 100,
        message_size: int = 16 * 1024 * 1024,
        pending: int = 1000,
    ) -> None:
        if policy is not None:
            scheduler = RestrictedScheduler(scheduler, policy)
        self.scheduler = scheduler
        self.message_size = message_size
        self.pending = pending
        self.feed = Feed(scheduler)
        self.adder = Adder(scheduler)
        self._connections = connections
        self._clients: set[AMPServer] = set()

    def buildProtocol(self, addr: IAddress | None) -> AMPServer:
        """
        Called by Twisted: make what serves one client.
        """
        return AMPServer(self)

    def enter(self, client: AMPServer) -> bool:
        """
        :returns: whether there is room for one more client.
        """
        if len(self._clients) >= self._connections:
            return False
        self._clients.add(client)
        return True

    def leave(self, client: AMPServer) -> None:
        """
        A client is gone.
        """
        self._clients.discard(client)
        self.feed.leave(client)

    def disconnect(self) -> None:
        """
        Cut off all clients.
        """
        for client in tuple(self._clients):
            client.cut_off()
