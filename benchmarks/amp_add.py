"""
Adding jobs by AMP from another process: calls, and jobs, a second.

``echo`` is a bare AMP command that answers what it got: what the protocol itself costs
here.  It has the one field that a call of the scheduler's protocol has, with as many
bytes; ``echo6`` has the six that a job would have in a protocol that uses AMP's own
types.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

from reporting import tell, temporary
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import clientFromString, connectProtocol
from twisted.internet.protocol import Factory
from twisted.protocols import amp

#: How many calls are on their way at once.
WINDOW = 100

#: How many jobs are added at once, and how many such calls are on their way.
BATCH = 1000
BATCHES = 8


class Echo(amp.Command):
    """
    The fields of a call of the scheduler's protocol.
    """

    arguments = [(b"arguments", amp.String())]
    response = [(b"result", amp.String())]


class EchoJob(amp.Command):
    """
    A job as six fields.
    """

    arguments = [
        (b"id", amp.Unicode()),
        (b"task", amp.Unicode()),
        (b"trigger", amp.Unicode()),
        (b"args", amp.String()),
        (b"kwargs", amp.String()),
        (b"misfire_grace_time", amp.Integer()),
    ]
    response = arguments


class EchoServer(amp.AMP):
    """
    Answers what it got.
    """

    @EchoJob.responder
    def echo_job(self, **fields: object) -> dict[str, object]:
        return fields

    @Echo.responder
    def echo(self, arguments: bytes) -> dict[str, bytes]:
        return {"result": arguments}


def serve(kind: str, path: str) -> None:
    """
    Serve ``echo`` or ``scheduler`` on the UNIX socket *path*; tell when ready.
    """
    from twisted.internet.endpoints import serverFromString

    from txsched.app.collecting import relax_collector

    async def listen() -> None:
        if kind.startswith("echo"):
            factory = Factory.forProtocol(EchoServer)
        else:
            from ours import make_scheduler, make_store

            from txsched.remote.amp import AMPServerFactory

            scheduler = make_scheduler(make_store("memory"))
            await scheduler.start()
            factory = AMPServerFactory(scheduler)
        await serverFromString(reactor, f"unix:{path}").listen(factory)
        relax_collector()  # as the service does
        print("ready", flush=True)

    def failed(failure: object) -> None:
        print(failure, flush=True)
        reactor.stop()

    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(listen()).addErrback(failed))
    reactor.run()


async def pipelined(call: object, calls: int) -> float:
    """
    Make *calls* calls, :data:`WINDOW` at once; give how many came back a second.
    """
    numbers = iter(range(calls))

    async def lane() -> None:
        for n in numbers:
            await call(n)

    begin = time.perf_counter()
    await gatherResults([Deferred.fromCoroutine(lane()) for _ in range(WINDOW)])
    return calls / (time.perf_counter() - begin)


async def echo(path: str, calls: int) -> dict[str, float]:
    """
    Measure the bare protocol, with the bytes that adding a job takes.
    """
    from txsched.codec import dumps

    endpoint = clientFromString(reactor, f"unix:{path}")
    protocol = await connectProtocol(endpoint, amp.AMP())
    trigger = str(_trigger())
    job = {"task": "work:tick", "trigger": trigger, "options": {"id": "job 12345"}}
    payload = dumps([[job], "error"])

    rate = await pipelined(
        lambda n: protocol.callRemote(Echo, arguments=payload), calls
    )
    return {"calls_per_second": rate}


async def echo6(path: str, calls: int) -> dict[str, float]:
    """
    Measure the bare protocol with the fields of a job.
    """
    endpoint = clientFromString(reactor, f"unix:{path}")
    protocol = await connectProtocol(endpoint, amp.AMP())
    fields = {
        "task": "work:tick",
        "trigger": str(_trigger()),
        "args": b"[]",
        "kwargs": b"{}",
        "misfire_grace_time": 1,
    }
    rate = await pipelined(
        lambda n: protocol.callRemote(EchoJob, id=f"job {n}", **fields), calls
    )
    return {"calls_per_second": rate}


def _trigger() -> object:
    from txsched.triggers import IntervalTrigger

    distant = datetime.now(timezone.utc) + timedelta(days=1)
    return IntervalTrigger(hours=1, start_date=distant)


async def scheduler(path: str, calls: int) -> dict[str, float]:
    """
    Measure ``add_job`` one by one, and ``add_jobs`` in batches of a thousand.
    """
    from txsched import JobSpec
    from txsched.remote.amp import AMPScheduler

    client = AMPScheduler(reactor, clientFromString(reactor, f"unix:{path}"))
    client.startService()
    trigger = _trigger()
    await client.status()
    single = await pipelined(
        lambda n: client.add_job("work:tick", trigger, id=f"job {n}"), calls
    )
    firsts = iter(range(0, 10 * calls, BATCH))

    async def lane() -> None:
        for first in firsts:
            await client.add_jobs(
                [
                    JobSpec("work:tick", trigger, id=f"batched {first + n}")
                    for n in range(BATCH)
                ]
            )

    begin = time.perf_counter()
    await gatherResults([Deferred.fromCoroutine(lane()) for _ in range(BATCHES)])
    batched = 10 * calls / (time.perf_counter() - begin)
    await client.stopService()
    return {"calls_per_second": single, "batched_jobs_per_second": batched}


def client(kind: str, calls: int) -> None:
    """
    Start the server in a process of its own and measure from this one.
    """
    from ours import measure

    with temporary() as path:
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", kind, path],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            if line.strip() != "ready":
                raise SystemExit(line + server.stdout.read())
            side = {"echo": echo, "echo6": echo6, "scheduler": scheduler}[kind]
            tell(measure(lambda: side(path, calls)))
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    else:
        client(sys.argv[1], int(sys.argv[2]))
