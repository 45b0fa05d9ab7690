"""
The scenario: three nodes on one store, many jobs, and what goes wrong.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet import reactor
from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import deferLater

from txsched.jobstores import store_from_url
from txsched.model import JobSpec, OnCrash, Run, RunQuery, from_micros, to_micros
from txsched.testing.servers import Server
from txsched.triggers import CronTrigger, IntervalTrigger

from .checker import Planned, Seen, Trouble
from .nodes import Node, now
from .recording import STOP
from .records import Records
from .seeing import lost_writes, see
from .stores import install_plugin
from .tasks import LONG_SECONDS

#: How long jobs fire; ``TXSCHED_CRASH_SECONDS=60`` is the whole proof.
SECONDS = float(os.environ.get("TXSCHED_CRASH_SECONDS", "20"))
FIRES_PER_SECOND = 300
#: Each of the jobs fires so often: 2,000 of them 300 times a second.
INTERVAL_SECONDS = 20 / 3
LEASE_SECONDS = 3
_KILL_EVERY_SECONDS = 5.0
_STOP_EVERY_SECONDS = 20.0
_PATIENCE_SECONDS = 240.0
_INFINITE = float("inf")


async def until(condition: Callable[[], Any], what: str) -> None:
    """
    Wait until *condition* holds.
    """
    deadline = reactor.seconds() + _PATIENCE_SECONDS
    while not condition():
        if reactor.seconds() > deadline:
            raise AssertionError(f"{what}: waited for {_PATIENCE_SECONDS:g} s")
        await deferLater(reactor, 0.05)


def make_jobs(begin: datetime, seconds: float) -> list[JobSpec]:
    """
    Make jobs which fire from *begin* on, for so long and so often in sum.

    Nine of ten have an interval, the others an expression.  One in forty has a task
    that is long enough to be in the middle of its work when something happens.
    """
    end = begin + timedelta(seconds=seconds)
    each = INTERVAL_SECONDS
    count = round(FIRES_PER_SECOND * each)
    jobs = []
    for n in range(count):
        if n % 10:
            trigger: Any = IntervalTrigger(
                seconds=each,
                start_date=begin + timedelta(seconds=n * each / count),
                end_date=end,
            )
        else:
            of_minute = sorted((n // 10 + round(k * each)) % 60 for k in range(9))
            trigger = CronTrigger(
                second=",".join(map(str, of_minute)),
                start_date=begin,
                end_date=end,
                timezone="UTC",
            )
        jobs.append(
            JobSpec(
                "tests.crash.tasks:work",
                trigger,
                args=(0.005 if n % 40 else LONG_SECONDS,),
                id=f"job {n}",
                on_crash=OnCrash.ABANDON if n // 40 % 2 else OnCrash.RERUN,
                misfire_grace_time=None,
                coalesce=n % 3 == 0,
                max_instances=1 + n % 2,
            )
        )
    return jobs


def planned_of(jobs: list[JobSpec]) -> dict[str, Planned]:
    """
    Ask the triggers of *jobs* for all their planned times.
    """
    planned = {}
    for job in jobs:
        times: list[int] = []
        following = job.trigger.get_next_fire_time(None, from_micros(0))
        while following is not None:
            times.append(to_micros(following))
            following = job.trigger.get_next_fire_time(following, following)
        rerun = job.options["on_crash"] is OnCrash.RERUN
        planned[job.options["id"]] = Planned(times, rerun)
    return planned


@define(eq=False)
class Scenario:
    """
    Plays it once, in *folder*.

    :ivar fenced: whether the store refuses what comes under an old term.
    :ivar server: of the store, to be killed in the middle; a file has none.
    :ivar zombies: processes that were stopped for longer than their leases.
    :ivar refused: how many writes were refused to each of these, as it says itself.
    """

    folder: Path
    url: str
    server: Server | None = None
    fenced: bool = True
    seconds: float = SECONDS
    nodes: list[Node] = field(init=False)
    zombies: list[int] = field(factory=list, init=False)
    refused: list[int] = field(factory=list, init=False)
    killed: int = field(default=0, init=False)
    _planned: dict[str, Planned] = field(factory=dict, init=False)
    _troubles: list[Trouble] = field(factory=list, init=False)
    _spared: Node | None = field(default=None, init=False)
    _begin: float = field(default=0.0, init=False)
    _records: Records = field(init=False)
    _trouble: DeferredLock = field(factory=DeferredLock, init=False)

    def __attrs_post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        folder = self.folder.resolve()
        self._records = Records(folder)
        url = f"{'recorded' if self.fenced else 'unfenced'}:{self.url}"
        path = install_plugin(folder)
        self.nodes = [
            Node(folder / f"node{n}", url, path, LEASE_SECONDS) for n in range(3)
        ]

    async def play(self) -> Seen:
        """
        Play it, and give what was seen.
        """
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            await until(node.is_listening, f"{node.name} does not listen")
        await self._add_jobs()
        stopping = Deferred.fromCoroutine(self._stop_now_and_then())
        breaking = Deferred.fromCoroutine(self._break_the_store())
        await self._kill_now_and_then()
        await stopping
        await breaking
        await self._settle()
        ledger = await self._read_ledger()
        return see(
            self._planned, ledger, self.lines(), self._troubles, float(LEASE_SECONDS)
        )

    def lines(self) -> list[dict[str, Any]]:
        """
        Give all that the processes wrote down.
        """
        return self._records.lines()

    def lost(self, pid: int) -> Counter[str]:
        """
        Count the writes of a process that came back as lost.
        """
        return lost_writes(self.lines(), pid)

    def log(self) -> str:
        """
        Give all that the nodes said.
        """
        return "".join(node.log() for node in self.nodes)

    def close(self) -> None:
        """
        Leave no process behind.
        """
        for node in self.nodes:
            node.kill()

    async def _at(self, seconds: float) -> None:
        """
        Wait until so many seconds after the first planned time.
        """
        await deferLater(reactor, max(0.0, self._begin + seconds - now()))

    async def _add_jobs(self) -> None:
        """
        Add the jobs through one node; the others learn of them from the store.
        """
        client = self.nodes[0].client()
        client.startService()
        try:
            begin = datetime.now(timezone.utc) + timedelta(seconds=4)
            jobs = make_jobs(begin, self.seconds)
            await client.add_jobs(jobs)
        finally:
            await client.stopService()
        self._begin = begin.timestamp()
        self._planned = planned_of(jobs)

    async def _kill_now_and_then(self) -> None:
        """
        Kill one node after the other in the middle of its work, and start it again.
        """
        count = int(self.seconds / _KILL_EVERY_SECONDS)
        for n in range(1, count + 1):
            await self._at(n * _KILL_EVERY_SECONDS)
            await until(self._all_work, "a node does not start again")
            node = self.nodes[n % 3]
            await self._until_it_works(node.pid)
            if node is self._spared:
                node = self.nodes[(n + 1) % 3]
            before = now()
            node.kill()
            self._troubles.append(Trouble(node.pid, before, _INFINITE, "killed"))
            self.killed += 1
            node.start()

    def _all_work(self) -> bool:
        """
        Whether each process has opened its store.
        """
        opened = {line["pid"] for line in self.lines() if line["what"] == "open"}
        return all(node.pid in opened for node in self.nodes)

    async def _until_it_works(self, pid: int) -> None:
        """
        Wait for a task that has begun; but not for ever, as work is where it is.
        """
        deadline = now() + LEASE_SECONDS
        while now() < deadline:
            mine = [line for line in self.lines() if line["pid"] == pid]
            ended = {line["run"] for line in mine if line["what"] == "end"}
            if any(
                line["what"] == "begin" and line["run"] not in ended for line in mine
            ):
                return
            await deferLater(reactor, 0.02)

    async def _stop_now_and_then(self) -> None:
        """
        Let a node stop itself for longer than its leases last, and go on.
        """
        for n in range(max(1, int(self.seconds / _STOP_EVERY_SECONDS))):
            await self._at(n * _STOP_EVERY_SECONDS + 6)
            await self._trouble.run(
                lambda n=n: Deferred.fromCoroutine(self._stop_for_a_while(n))
            )

    async def _stop_for_a_while(self, n: int) -> None:
        node = self._spared = self.nodes[n % 3]
        flag = self.folder / STOP
        flag.write_text(f"{node.pid}")
        await until(
            lambda: node.is_stopped() or self._is_over(n), f"{node.name} does not stop"
        )
        if not node.is_stopped():
            flag.unlink()
            self._spared = None
            return
        begin = now()
        await deferLater(reactor, LEASE_SECONDS + 1.5)
        await until(
            lambda: self._is_replaced(node.pid), f"nobody takes over from {node.name}"
        )
        self.zombies.append(node.pid)
        self._troubles.append(Trouble(node.pid, begin, now(), "stopped"))
        node.go_on()
        await self._until_it_wrote(node.pid, now())
        self.refused.append(await self._refused_to(node))
        self._spared = None

    def _is_over(self, n: int) -> bool:
        """
        Whether there is no more work in whose middle a node could be stopped once more.
        """
        return n > 0 and now() > self._begin + self.seconds

    def _is_replaced(self, pid: int) -> bool:
        """
        Whether others have planned a job and claimed a run that a stopped process had.
        """
        mine = [line for line in self.lines() if line["pid"] == pid]
        (stop,) = [line for line in mine if line["what"] == "stopping"]
        ended = {line["run"] for line in mine if line["what"] == "end"}
        runs = {
            line["run"]
            for line in mine
            if line["what"] == "begin" and line["run"] not in ended
        }
        since = [
            line
            for line in self.lines()
            if line["at"] > stop["at"] and line["pid"] != pid
        ]
        return any(
            line["what"] == "planned" and set(stop["jobs"]) & set(line["jobs"])
            for line in since
        ) and any(
            line["what"] == "held" and runs & {run for run, _ in line["leases"]}
            for line in since
        )

    async def _refused_to(self, node: Node) -> int:
        """
        Ask a node how many of its writes were refused.
        """
        client = node.client()
        client.startService()
        try:
            return (await client.status()).refused
        finally:
            await client.stopService()

    async def _until_it_wrote(self, pid: int, since: float) -> None:
        """
        Wait until a process has tried to write how its runs ended.
        """
        while not any(
            line["pid"] == pid
            and line["at"] > since
            and (line["what"] == "finished" or line.get("by") == "finish")
            for line in self.lines()
        ):
            if now() > since + _PATIENCE_SECONDS:
                raise AssertionError(f"process {pid} does nothing any more")
            await deferLater(reactor, 0.25)
        await deferLater(reactor, 0.25)

    async def _break_the_store(self) -> None:
        """
        Kill the server of the store in the middle, and start it again.
        """
        if self.server is not None:
            await self._at(self.seconds / 2 + 2.5)
            # Nobody could take anything over from a node that is stopped meanwhile.
            await self._trouble.run(self._restart, self.server)

    def _restart(self, server: Server) -> None:
        begin = now()
        server.kill()
        server.start()
        self._troubles.append(Trouble(None, begin, now(), "store"))

    async def _settle(self) -> None:
        """
        Wait until all jobs are finished and gone, and let the nodes leave.
        """
        await self._at(self.seconds)
        client = self.nodes[0].client()
        client.startService()
        try:
            deadline = reactor.seconds() + _PATIENCE_SECONDS
            while True:
                store = (await client.status()).store
                if store is not None and not store.jobs and not store.active_runs:
                    break
                if reactor.seconds() > deadline:
                    raise AssertionError(f"there is still something to do: {store}")
                await deferLater(reactor, 0.2)
        finally:
            await client.stopService()
        for node in self.nodes:
            if node.has_left() is not None:
                raise AssertionError(f"{node.name} ended by itself")
            node.terminate()
        for node in self.nodes:
            await until(
                lambda node=node: node.has_left() is not None, f"{node.name} stays"
            )

    async def _read_ledger(self) -> list[Run]:
        store = store_from_url(self.url, reactor=reactor)
        await store.open()
        try:
            runs: list[Run] = []
            cursor = None
            while True:
                query = RunQuery(limit=1000, descending=False, cursor=cursor)
                page = await store.find_runs(query)
                runs += page.items
                cursor = page.next_cursor
                if cursor is None:
                    return runs
        finally:
            await store.close()
