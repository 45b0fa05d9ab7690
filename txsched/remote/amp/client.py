"""
AMP to ``IScheduler``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define
from twisted.application.internet import ClientService
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, fail, succeed
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from ...codec import dumps, loads, table, task_name
from ...errors import (
    BadValue,
    NotConnected,
    NotRunning,
    NotSerializable,
    SchedulerError,
    TimedOut,
)
from ...interfaces import IScheduler, ISubscription
from ...model import (
    Event,
    EventsLost,
    Examination,
    Forecast,
    ITrigger,
    Job,
    JobQuery,
    JobSpec,
    Node,
    OnConflict,
    Page,
    Quarantined,
    Run,
    RunQuery,
    SchedulerStatus,
    from_seconds,
)
from ..methods import check_before_sending, name_argument
from .commands import COMMANDS, SUBSCRIBE, UNSUBSCRIBE
from .connection import Connection, ConnectionFactory, HandleFactory, PreparingEndpoint
from .deadlines import Deadlines

__all__ = ["AMPScheduler"]

_NOTHING = dumps([])


@implementer(ISubscription)
@define(eq=False)
class _Subscription:
    _scheduler: AMPScheduler
    observer: Callable[[Event], object]

    def cancel(self) -> None:
        """
        No more events.
        """
        self._scheduler.drop(self)


@implementer(IScheduler)
class AMPScheduler(Service):
    """
    A scheduler that is elsewhere, reached by AMP.

    Start it as a service; it connects, and connects again whenever the connection is
    lost.  A call waits for the connection, and for its answer, for *timeout* seconds
    together, then fails with :class:`~txsched.errors.NotConnected` or
    :class:`~txsched.errors.TimedOut`.  A call that is under way when the connection is
    lost fails with ``NotConnected``: nobody knows whether it was carried out.

    Subscriptions go on over lost connections, as long as the server remembers what
    has happened in between; otherwise there is an
    :class:`~txsched.model.EventsLost` among the events.

    :param reactor: the reactor.
    :param endpoint: where the server is.
    :param timeout: how many seconds a call may take.
    :param message_size: the most bytes of one request.
    :param attempts: after so many failed attempts to connect in a row a call fails at
        once, and does not wait; ``None`` waits for as long as *timeout* lets it.
    """

    name: str | None = "txsched client"
    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        endpoint: IStreamClientEndpoint,
        timeout: float = 30.0,
        message_size: int = 16 * 1024 * 1024,
        attempts: int | None = None,
    ) -> None:
        self._reactor = reactor
        self._timeout = timeout
        self._message_size = message_size
        self._attempts = attempts
        self._subscriptions: tuple[_Subscription, ...] = ()
        self._feed: tuple[str | None, int | None] = (None, None)
        self._connection: Connection | None = None
        self._connection_error = ""
        self._deadlines = Deadlines(reactor, timeout)
        self._connections = ClientService(
            PreparingEndpoint(
                endpoint,
                ConnectionFactory(self._happened),
                self._prepare,
                self._not_connected,
            ),
            HandleFactory(),
            retryPolicy=lambda attempt: min(0.05 * 2 ** min(attempt, 10), 10.0),
            clock=reactor,
        )

    # Twisted's side

    def startService(self) -> None:
        """
        Begin to connect.
        """
        Service.startService(self)
        self._connections.startService()

    def stopService(self) -> Deferred[None]:
        """
        Disconnect.

        :returns: fires when the connection is closed.
        """
        if not self.running:
            return succeed(None)
        Service.stopService(self)
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        await self._connections.stopService()
        self._deadlines.stop()

    async def _prepare(self, connection: Connection) -> None:
        """
        Greet the server, and go on with the subscription, on a new connection.
        """
        await connection.greet()
        if self._subscriptions:
            await self._subscribe(connection)
        self._connection_error = ""
        self._connection = connection

    def _not_connected(self, error: BaseException) -> None:
        self._connection_error = str(error)
        if isinstance(error, SchedulerError):
            self._log.warn("{error}", error=error)

    # Calls

    def _call(self, method: str, arguments: Callable[[], list[Any]]) -> Deferred[Any]:
        connection = self._connection
        if connection is None or connection.closed or not self.running:
            return Deferred.fromCoroutine(self._call_later(method, arguments))
        try:
            data = _encode(method, arguments)
        except Exception:
            return fail()
        answer = connection.send(COMMANDS[method], data, self._message_size)
        self._deadlines.watch(answer)
        return answer

    async def _call_later(self, method: str, arguments: Callable[[], list[Any]]) -> Any:
        data = _encode(method, arguments)
        return await self._ask(
            lambda connection: connection.send(
                COMMANDS[method], data, self._message_size
            )
        )

    async def _ask(self, question: Callable[[Connection], Any]) -> Any:
        """
        Wait for the connection and then for the answer.
        """
        if not self.running:
            raise NotRunning()
        begin = self._reactor.seconds()
        connecting = self._connections.whenConnected(self._attempts)
        connecting.addTimeout(self._timeout, self._reactor)
        try:
            handle: Any = await connecting
        except (CancelledError, DeferredTimeoutError):
            raise NotConnected(
                f"no connection within {self._timeout:g} s{self._why()}"
            ) from None
        except SchedulerError:
            raise
        except Exception as error:
            # The service that tells it cannot be stopped before it has done so.
            await deferLater(self._reactor, 0.0)
            raise NotConnected(str(error)) from None
        left = max(0.001, self._timeout - (self._reactor.seconds() - begin))
        answer: Deferred[Any] = question(handle.connection)
        answer.addTimeout(left, self._reactor, self._timed_out)
        return await answer

    def _why(self) -> str:
        return f": {self._connection_error}" if self._connection_error else ""

    def _timed_out(self, result: Any, timeout: float) -> Any:
        if isinstance(result, Failure) and result.check(CancelledError):
            raise TimedOut(self._timeout)
        return result

    def add_job(
        self,
        task: str | Callable[..., Any],
        trigger: ITrigger,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        on_conflict: OnConflict | str = OnConflict.ERROR,
        **options: Any,
    ) -> Deferred[Job]:
        return self._call(
            "add_job",
            lambda: [
                JobSpec(task, trigger, args, kwargs, **options),
                _choice(on_conflict),
            ],
        )

    def add_jobs(
        self,
        specs: Sequence[JobSpec],
        on_conflict: OnConflict | str = OnConflict.ERROR,
    ) -> Deferred[list[Job]]:
        return self._call("add_jobs", lambda: [table(specs), _choice(on_conflict)])

    def get_job(self, job_id: str, store: str | None = None) -> Deferred[Job]:
        return self._call("get_job", lambda: [job_id, store])

    def get_jobs(self, query: JobQuery = JobQuery()) -> Deferred[Page[Job]]:
        return self._call("get_jobs", lambda: [query])

    def modify_job(
        self,
        job_id: str,
        revision: int | None = None,
        store: str | None = None,
        **changes: Any,
    ) -> Deferred[Job]:
        def arguments() -> list[Any]:
            if "task" in changes:
                changes["task"] = task_name(changes["task"])
            return [job_id, revision, changes, store]

        return self._call("modify_job", arguments)

    def reschedule_job(
        self,
        job_id: str,
        trigger: ITrigger,
        revision: int | None = None,
        store: str | None = None,
    ) -> Deferred[Job]:
        return self._call("reschedule_job", lambda: [job_id, trigger, revision, store])

    def pause_job(
        self, job_id: str, note: str = "", store: str | None = None
    ) -> Deferred[Job]:
        return self._call("pause_job", lambda: [job_id, note, store])

    def resume_job(
        self, job_id: str, catch_up: bool = False, store: str | None = None
    ) -> Deferred[Job]:
        return self._call("resume_job", lambda: [job_id, catch_up, store])

    def remove_job(self, job_id: str, store: str | None = None) -> Deferred[None]:
        return self._call("remove_job", lambda: [job_id, store])

    def run_job(
        self, job_id: str, force: bool = False, store: str | None = None
    ) -> Deferred[Run]:
        return self._call("run_job", lambda: [job_id, force, store])

    def cancel_run(
        self, run_id: str, reason: str = "", store: str | None = None
    ) -> Deferred[Run]:
        return self._call("cancel_run", lambda: [run_id, reason, store])

    def get_run(self, run_id: str, store: str | None = None) -> Deferred[Run]:
        return self._call("get_run", lambda: [run_id, store])

    def get_runs(self, query: RunQuery = RunQuery()) -> Deferred[Page[Run]]:
        return self._call("get_runs", lambda: [query])

    def forecast(
        self,
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None = None,
        limit: int = 1000,
        store: str | None = None,
    ) -> Deferred[list[Forecast]]:
        ids = None if job_ids is None else list(job_ids)
        return self._call("forecast", lambda: [start, end, ids, limit, store])

    def pause(self, note: str = "") -> Deferred[None]:
        return self._call("pause", lambda: [note])

    def resume(self) -> Deferred[None]:
        return self._call("resume", list)

    def status(self) -> Deferred[SchedulerStatus]:
        return self._call("status", list)

    def get_nodes(self, store: str | None = None) -> Deferred[list[Node]]:
        return self._call("get_nodes", lambda: [store])

    def examine(self, store: str | None = None) -> Deferred[list[Examination]]:
        return self._call("examine", lambda: [store])

    def hand_back(self, node_id: str, store: str | None = None) -> Deferred[int]:
        return self._call("hand_back", lambda: [node_id, store])

    def get_quarantined(self, store: str | None = None) -> Deferred[list[Quarantined]]:
        return self._call("get_quarantined", lambda: [store])

    def repair_job(
        self, job_id: str, spec: JobSpec, store: str | None = None
    ) -> Deferred[Job]:
        return self._call("repair_job", lambda: [job_id, spec, store])

    # Events

    def subscribe(self, observer: Callable[[Event], object]) -> Deferred[ISubscription]:
        async def subscribe() -> ISubscription:
            if not callable(observer):
                raise BadValue("observer", f"{observer!r} cannot be called")
            subscription = _Subscription(self, observer)
            first = not self._subscriptions
            self._subscriptions = (*self._subscriptions, subscription)
            try:
                if first:
                    await self._ask(self._subscribe)
            except BaseException:
                self.drop(subscription)
                raise
            return subscription

        return Deferred.fromCoroutine(subscribe())

    def _subscribe(self, connection: Connection) -> Deferred[None]:
        return Deferred.fromCoroutine(self._subscribed(connection))

    async def _subscribed(self, connection: Connection) -> None:
        before = self._feed[0]
        epoch, last = await connection.ask(SUBSCRIBE, list(self._feed))
        if before is None:
            # Events may have come before the answer.
            self._feed = (epoch, max(last, self._feed[1] or 0))
        elif before != epoch:
            self._feed = (epoch, last)
            self._tell(EventsLost(from_seconds(self._reactor.seconds()), None))

    def drop(self, subscription: _Subscription) -> None:
        """
        End a subscription; harmless when it has ended.
        """
        before = self._subscriptions
        self._subscriptions = tuple(one for one in before if one is not subscription)
        if before and not self._subscriptions:
            self._feed = (None, None)
            if self.running:
                ending = Deferred.fromCoroutine(
                    self._ask(
                        lambda connection: connection.send(UNSUBSCRIBE, _NOTHING, 0)
                    )
                )
                ending.addErrback(lambda failure: failure.trap(SchedulerError) and None)

    def _happened(self, number: int, events: list[bytes]) -> None:
        self._feed = (self._feed[0], number)
        for data in events:
            self._tell(loads(data))

    def _tell(self, event: Event) -> None:
        for subscription in self._subscriptions:
            try:
                subscription.observer(event)
            except Exception:
                self._log.failure(
                    "an observer of events failed: {observer}",
                    observer=subscription.observer,
                )


def _encode(method: str, arguments: Callable[[], list[Any]]) -> bytes:
    values = arguments()
    try:
        if method in ("forecast", "modify_job"):
            check_before_sending(method, values)
        return dumps(values, "arguments")
    except NotSerializable as error:
        raise name_argument(method, error) from None


def _choice(on_conflict: Any) -> str:
    try:
        return OnConflict(on_conflict).value
    except ValueError:
        raise BadValue(
            "on_conflict", f"expected error, replace or keep, not {on_conflict!r}"
        ) from None
