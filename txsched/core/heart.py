"""
The heartbeat: a node says that it lives, compares clocks, and sees who else does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from attrs import define, field
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import StoreUnavailable
from ..interfaces import IClock, IJobStore
from ..model import Node, from_seconds
from .health import BEATS, Health
from .settings import Settings

__all__ = ["Heart"]

#: A node that was not seen for so many durations of leases is not counted ...
SILENT_AFTER = 2
#: ... and after so many it is forgotten, unless it holds leases,
FORGOTTEN_AFTER = 10
#: at most so many with one beat.
_FORGOTTEN_AT_ONCE = 10


@define(eq=False)
class Heart:
    """
    Beats three times within the duration of a lease, as long as the node lives.

    :param describe: gives the node as it is now, told the time and the skew.
    :param met: called when a node that was alone finds that it is not.
    :ivar skew: by how much the clock of this node is ahead of the store's, as the
        last beat found it; ``None`` when the store has no clock of its own.
    :ivar alive: how many nodes use the store, with this one.
    """

    _store: IJobStore
    _clock: IClock
    _settings: Settings
    _describe: Callable[[datetime, timedelta | None], Node]
    _health: Health
    _met: Callable[[], None]
    skew: timedelta | None = field(default=None, init=False)
    alive: int = field(default=1, init=False)
    _beats: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _off: bool = field(default=False, init=False)
    _looked_at: datetime | None = field(default=None, init=False)
    _call: IDelayedCall | None = field(default=None, init=False)
    _waiting: IDelayedCall | None = field(default=None, init=False)
    _beating: Deferred[None] | None = field(default=None, init=False)
    _log = Logger()

    def start(self) -> None:
        """
        Beat now, and from now on.
        """
        self._beats = True
        self.alive = 1
        self.beat()

    def beat(self) -> None:
        """
        Beat now, or once more after the beat that is under way.
        """
        if not self._beats:
            return
        if self._beating is not None:
            self._again = True
            return
        if self._call is not None:
            self._call.cancel()
            self._call = None
        self._beating = Deferred()
        begun = self._clock.seconds()
        period = self._settings.lease_duration.total_seconds() / 3
        self._waiting = self._clock.callLater(period, self._no_answer, period)
        done = Deferred.fromCoroutine(self._beat(begun))
        done.addErrback(self._failed).addCallback(self._done, begun, period)

    def _no_answer(self, seconds: float) -> None:
        self._waiting = None
        silence = StoreUnavailable(f"it has not answered for {seconds:g} s")
        self._health.failed(BEATS, str(silence))

    def _done(self, _: None, begun: float, period: float) -> None:
        beating, self._beating = self._beating, None
        assert beating is not None
        self._wait_no_more()
        if self._beats:
            due = 0.0 if self._again else begun + period - self._clock.seconds()
            self._again = False
            self._call = self._clock.callLater(min(max(0.0, due), period), self._ring)
        beating.callback(None)

    def _ring(self) -> None:
        self._call = None
        self.beat()

    def _failed(self, failure: Failure) -> None:
        self._health.failed(BEATS, failure.getErrorMessage())
        if failure.check(StoreUnavailable):
            self._log.warn(
                "cannot tell that this node lives: {error}", error=failure.value
            )
        else:
            self._log.failure("the heartbeat failed", failure=failure)

    async def _beat(self, begun: float) -> None:
        node = self._describe(from_seconds(begun), self.skew)
        clock = await self._store.beat(node)
        ended = self._clock.seconds()
        if clock is not None:
            self._compare(clock, begun, ended)
        now = from_seconds(ended) if clock is None else clock
        nodes = await self._store.find_nodes()
        oldest = now - SILENT_AFTER * self._settings.lease_duration
        others = [one for one in nodes if one.id != node.id]
        before = self.alive
        self.alive = 1 + sum(one.seen_at > oldest for one in others)
        if before == 1 < self.alive:
            self._met()
        await self._forget(others, now)
        self._health.answered(BEATS)

    def _compare(self, clock: datetime, begun: float, ended: float) -> None:
        """
        Take the store to have looked at its clock in the middle of the round trip.
        """
        half = max(0.0, ended - begun) / 2
        self.skew = skew = from_seconds(begun + half) - clock
        limit = self._settings.clock_skew_limit
        # What the round trip leaves open is no reason to warn.
        off = abs(skew) - timedelta(seconds=half) > limit
        if off and not self._off:
            self._log.warn(
                "the clock of this node is {seconds:.3f} s {way} that of the store,"
                " more than {limit:g} s: jobs are fired at wrong times",
                seconds=abs(skew.total_seconds()),
                way="ahead of" if skew > timedelta() else "behind",
                limit=limit.total_seconds(),
            )
        elif self._off and not off:
            self._log.info("the clock of this node agrees with that of the store")
        self._off = off

    async def _forget(self, others: Sequence[Node], now: datetime) -> None:
        """
        Forget nodes that have been silent for long and hold no leases.

        Their own leases may last longer than those of this node.
        """
        lease = self._settings.lease_duration
        oldest = now - FORGOTTEN_AFTER * lease
        gone = [one.id for one in others if one.seen_at < oldest]
        looked = self._looked_at
        if not gone or (looked is not None and looked <= now < looked + lease):
            return
        self._looked_at = now
        report = await self._store.examine(now)
        holders = {one.owner for one in report.leases if one.until > now}
        for node_id in [one for one in gone if one not in holders][:_FORGOTTEN_AT_ONCE]:
            await self._store.leave(node_id, now)
            self._log.info("forgot node {node}, long silent", node=node_id)

    async def stop(self, leave: bool) -> None:
        """
        Beat no more.

        :param leave: whether to hand back leases and to be forgotten; a store that
            does not answer is waited for as long as a lease lasts.
        """
        self._beats = False
        if self._call is not None:
            self._call.cancel()
            self._call = None
        self._wait_no_more()
        if not leave:
            return
        left: Deferred[None] = Deferred()
        leaving = Deferred.fromCoroutine(self._leave())
        # What comes after the timeout has nobody left to be told.
        leaving.addBoth(lambda outcome: None if left.called else left.callback(outcome))
        limit = self._settings.lease_duration.total_seconds()
        left.addTimeout(limit, self._clock)  # type: ignore[arg-type]
        try:
            await left
        except (StoreUnavailable, TimeoutError) as error:
            self._log.warn(
                "the store could not be told that this node leaves ({error});"
                " others will notice",
                error=error,
            )
        except Exception:
            self._log.failure("leaving the store failed")

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _leave(self) -> None:
        if self._beating is not None:
            await self._beating  # or it would bring the node back
        now = from_seconds(self._clock.seconds())
        node = self._describe(now, self.skew)
        ended = await self._store.leave(node.id, now)
        if ended:
            self._log.info("handed back {count} leases", count=ended)
