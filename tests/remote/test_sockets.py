"""
The scheduler by AMP on real sockets.
"""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.defer import gatherResults

from txsched.errors import (
    NotAllowed,
    NotConnected,
    NotRunning,
    ProtocolMismatch,
    TimedOut,
    TooLarge,
)
from txsched.model import EventsLost, JobQuery, JobSpec
from txsched.remote.amp import AMPScheduler, connection
from txsched.remote.feed import Feed
from txsched.testing.fakes import RecordingObserver
from txsched.triggers import IntervalTrigger

from .serving import LONG, Serving, Stuck

TASK = "operator:add"
EVERY = IntervalTrigger(seconds=1000)
MIB = 1024 * 1024


def names(observer: RecordingObserver) -> list[str]:
    """
    Give the jobs of events, in their order.
    """
    return [getattr(event, "job_id", "LOST") for event in observer.events]


class _SocketTests(Serving):
    """
    What holds for sockets of both kinds.
    """

    async def add(self, *names: str) -> None:
        """
        Add jobs without a connection.
        """
        for name in names:
            await self.local.add_job(TASK, EVERY, id=name)

    async def test_calls(self) -> None:
        """
        A call is carried out at the other end.
        """
        await self.serve(self.factory())
        job = await self.client().add_job(TASK, EVERY, (1, 2), id="far")
        self.assertEqual(job, await self.local.get_job("far"))

    async def test_a_server_that_comes_later(self) -> None:
        """
        A call waits for the connection.
        """
        await self.serve(self.factory())
        await self.leave()
        client = self.client()
        adding = client.add_job(TASK, EVERY, id="patient")
        self.assertNoResult(adding)
        await self.serve(self.factory())
        job = await self.past(adding)
        self.assertEqual("patient", job.id)

    async def test_reconnect(self) -> None:
        """
        After the server went away and came back the same client goes on.
        """
        await self.serve(self.factory())
        client = self.client()
        await client.add_job(TASK, EVERY, id="before")
        for number in range(3):
            await self.leave()
            await self.until(lambda: client._connection.closed)
            await self.serve(self.factory())
            job = await self.past(client.add_job(TASK, EVERY, id=f"after {number}"))
            self.assertEqual(f"after {number}", job.id)

    async def test_lost_during_a_call(self) -> None:
        """
        A call that is under way when the connection is lost fails at once, and is not
        repeated; the next one waits for the new connection.
        """
        stuck = Stuck(self.local)
        factory = self.factory()
        factory.scheduler = stuck
        await self.serve(factory)
        client = self.client()
        asking = client.get_job("a")
        await self.until(lambda: stuck.asked)
        await self.leave()
        error = await self.assertFailure(asking, NotConnected)
        self.assertIn("the connection was lost during the call", error.reason)
        await self.serve(factory)
        await self.past(client.status())
        self.assertEqual(1, len(stuck.asked))

    async def test_no_server(self) -> None:
        """
        Without a server a call fails when its time is over, and says why there is none.
        """
        await self.serve(self.factory())
        await self.leave()
        client = self.client(timeout=5.0)
        asking = client.status()
        await self.until(lambda: client._connection_error)
        self.assertNoResult(asking)
        self.clock.advance(5.0)
        error = await self.assertFailure(asking, NotConnected)
        self.assertIn("no connection within 5 s: ", error.reason)
        self.assertTrue(error.reason.endswith("."), error.reason)

    async def test_no_server_and_no_patience(self) -> None:
        """
        With one attempt a call fails as soon as that has.
        """
        await self.serve(self.factory())
        await self.leave()
        client = self.client(attempts=1)
        error = await self.assertFailure(self.past(client.status()), NotConnected)
        self.assertIn("onnect", error.reason)

    async def test_time_out(self) -> None:
        """
        A call that takes too long fails; the connection stays, and an answer that comes
        after all disturbs nobody.
        """
        stuck = Stuck(self.local)
        factory = self.factory()
        factory.scheduler = stuck
        await self.serve(factory)
        client = self.client(timeout=2.5)
        await client.status()
        before = client._connection
        asking = client.get_job("a")
        await self.until(lambda: stuck.asked)
        self.clock.advance(2.4)
        self.assertNoResult(asking)
        self.clock.advance(0.2)
        error = await self.assertFailure(asking, TimedOut)
        self.assertEqual(2.5, error.seconds)
        self.assertIn("did not answer within 2.5 s; it may have done", str(error))
        await self.add("a")
        (_, answer) = stuck.asked.pop()
        answer.callback(await self.local.get_job("a"))
        self.assertEqual(1, len((await client.get_jobs()).items))
        self.assertIs(before, client._connection)

    async def test_time_out_of_the_first_call(self) -> None:
        """
        The time for connecting and that for the answer are one.
        """
        stuck = Stuck(self.local)
        factory = self.factory()
        factory.scheduler = stuck
        await self.serve(factory)
        client = self.client(timeout=2.5)
        asking = client.get_job("a")
        self.clock.advance(1.0)
        await self.until(lambda: stuck.asked)
        self.clock.advance(1.6)
        await self.assertFailure(asking, TimedOut)

    async def test_stopped(self) -> None:
        """
        A client that is stopped asks nobody; one that was not started neither.
        """
        await self.serve(self.factory())
        client = self.client()
        await client.status()
        await client.stopService()
        await self.assertFailure(client.status(), NotRunning)
        idle = AMPScheduler(self.clock, self.endpoint())
        await self.assertFailure(idle.status(), NotRunning)

    async def test_stopped_while_waiting(self) -> None:
        """
        A call that waits for a connection fails when the client is stopped.
        """
        await self.serve(self.factory())
        await self.leave()
        client = self.client()
        asking = client.status()
        await self.until(lambda: client._connection_error)
        stopping = client.stopService()
        await self.assertFailure(asking, NotConnected)
        await stopping

    # Events

    async def test_subscription_resumes(self) -> None:
        """
        Events of the time without a connection come afterwards: each once, in order.
        """
        factory = await self.serve(self.factory())
        client = self.client()
        observer = RecordingObserver()
        await client.subscribe(observer)
        await self.add("a", "b")
        await self.until(lambda: len(observer.events) == 2)
        for round in range(3):
            await self.leave()
            await self.until(lambda: client._connection.closed)
            await self.add(f"c{round}", f"d{round}")
            await self.serve(factory)
            await self.past(client.status())
            await self.add(f"e{round}")
            expected = 2 + 3 * (round + 1)
            await self.until(lambda expected=expected: len(observer.events) >= expected)
        rest = [f"{one}{round}" for round in range(3) for one in "cde"]
        self.assertEqual(["a", "b", *rest], names(observer))

    async def test_subscription_resumes_in_the_middle(self) -> None:
        """
        A connection that is lost while many events are on their way costs none.
        """
        factory = await self.serve(self.factory())
        client = self.client()
        observer = RecordingObserver()
        await client.subscribe(observer)
        specs = [JobSpec(TASK, EVERY, id=f"{n:05}") for n in range(5000)]
        await self.local.add_jobs(specs)
        await self.until(lambda: observer.events)
        for _ in range(4):
            factory.disconnect()
            await self.until(lambda: client._connection.closed)
            await self.past(client.status())
        await self.until(lambda: len(observer.events) >= 5000)
        self.assertEqual([f"{n:05}" for n in range(5000)], names(observer))

    async def test_subscription_after_too_long(self) -> None:
        """
        What the server does not remember any more is counted.
        """
        factory = self.factory()
        factory.feed = Feed(self.local, kept=10)
        await self.serve(factory)
        client = self.client()
        observer = RecordingObserver()
        await client.subscribe(observer)
        await self.add("seen")
        await self.until(lambda: observer.events)
        await self.leave()
        await self.until(lambda: client._connection.closed)
        await self.add(*(f"n{n:02}" for n in range(25)))
        await self.serve(factory)
        await self.past(client.status())
        await self.until(lambda: len(observer.events) >= 12)
        (lost,) = observer.of(EventsLost)
        self.assertEqual(15, lost.count)
        rest = [f"n{n:02}" for n in range(15, 25)]
        self.assertEqual(["seen", "LOST", *rest], names(observer))

    async def test_subscription_to_another_server(self) -> None:
        """
        A server that was started anew remembers nothing: an unknown number is lost.
        """
        await self.serve(self.factory())
        client = self.client()
        observer = RecordingObserver()
        await client.subscribe(observer)
        await self.add("a")
        await self.until(lambda: observer.events)
        await self.leave()
        await self.until(lambda: client._connection.closed)
        await self.add("nobody knows")
        await self.serve(self.factory())
        await self.past(client.status())
        await self.add("b")
        await self.until(lambda: len(observer.events) >= 3)
        self.assertEqual(["a", "LOST", "b"], names(observer))
        self.assertEqual([None], [lost.count for lost in observer.of(EventsLost)])

    async def test_no_subscription_is_resumed(self) -> None:
        """
        Who has left is told nothing over the new connection.
        """
        factory = await self.serve(self.factory())
        client = self.client()
        observer = RecordingObserver()
        (await client.subscribe(observer)).cancel()
        await self.leave()
        await self.until(lambda: client._connection.closed)
        await self.serve(factory)
        await self.past(client.status())
        await self.add("a")
        await client.status()
        self.assertEqual([], observer.events)

    # Sizes

    async def test_large_both_ways(self) -> None:
        """
        A mebibyte goes there and comes back as it was.
        """
        await self.serve(self.factory())
        client = self.client()
        data, text = os.urandom(MIB), "ü" * (MIB // 2)
        job = await client.add_job(TASK, EVERY, (data, text), id="large")
        self.assertEqual((data, text), job.call.args)
        self.assertEqual((data, text), (await client.get_job("large")).call.args)
        changed = await client.modify_job("large", args=(text, data))
        self.assertEqual((text, data), changed.call.args)

    async def test_large_at_once(self) -> None:
        """
        Parts of several large calls do not get mixed up.
        """
        await self.serve(self.factory())
        client = self.client()
        parts = [bytes([n]) * (200_000 + n) for n in range(10)]
        jobs = await gatherResults(
            [client.add_job(TASK, EVERY, (part,), id=str(part[0])) for part in parts]
        )
        self.assertEqual([(part,) for part in parts], [job.call.args for job in jobs])

    async def test_just_around_a_box(self) -> None:
        """
        Arguments of all lengths around that of a part go through.
        """
        await self.serve(self.factory())
        client = self.client()
        for size in (*range(59_800, 60_010, 7), 65_535, 65_536, 119_950, 120_001):
            data = b"x" * size
            job = await client.add_job(
                TASK, EVERY, (data,), id="one", on_conflict="replace"
            )
            self.assertEqual((data,), job.call.args, size)

    async def test_many_jobs(self) -> None:
        """
        Lists go there and back that no box holds.
        """
        await self.serve(self.factory())
        client = self.client()
        specs = [
            JobSpec(TASK, EVERY, (n,), id=f"{n:05}", name="x" * 200)
            for n in range(3000)
        ]
        jobs = await client.add_jobs(specs)
        self.assertEqual([f"{n:05}" for n in range(3000)], [job.id for job in jobs])
        found: list[Any] = []
        cursor = None
        while True:
            page = await client.get_jobs(JobQuery(limit=1000, cursor=cursor))
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        self.assertEqual(jobs, found)

    async def test_message_size_of_the_client(self) -> None:
        """
        A request that is too large is not sent.
        """
        await self.serve(self.factory())
        client = self.client(message_size=100_000)
        error = await self.assertFailure(
            client.add_job(TASK, EVERY, ("x" * 100_000,)), TooLarge
        )
        self.assertEqual(("the request", 100_000), (error.what, error.limit))
        self.assertEqual(0, (await client.status()).store.jobs)

    async def test_message_size_of_the_server(self) -> None:
        """
        A request that is too large for the server is refused, and the connection stays.
        """
        await self.serve(self.factory(message_size=100_000))
        client = self.client()
        await client.status()
        before = client._connection
        for _ in range(3):
            error = await self.assertFailure(
                client.add_job(TASK, EVERY, ("x" * 150_000,)), TooLarge
            )
            self.assertEqual(("what was uploaded", 100_000), (error.what, error.limit))
        await client.add_job(TASK, EVERY, ("x" * 90_000,), id="fits")
        self.assertIs(before, client._connection)

    async def test_message_size_of_answers(self) -> None:
        """
        An answer that is too large is an error, not a lost connection.
        """
        await self.serve(self.factory(message_size=100_000))
        client = self.client()
        for name in "ab":
            await client.add_job(TASK, EVERY, ("x" * 60_000,), id=name)
        error = await self.assertFailure(client.get_jobs(), TooLarge)
        self.assertEqual("the answer", error.what)
        page = await client.get_jobs(JobQuery(limit=1))
        self.assertEqual(1, len(page.items))

    # Limits

    async def test_pending(self) -> None:
        """
        One call more than are allowed at once is refused, and those under way go on.
        """
        stuck = Stuck(self.local)
        factory = self.factory(pending=5)
        factory.scheduler = stuck
        await self.serve(factory)
        client = self.client()
        await client.status()
        calls = [client.get_job(str(n)) for n in range(8)]
        for late in calls[5:]:
            error = await self.assertFailure(late, NotAllowed)
            self.assertEqual(
                "more than 5 calls at once on one connection", error.reason
            )
        refused = client.add_job(TASK, EVERY)
        await self.assertFailure(refused, NotAllowed)
        for name, answer in stuck.asked:
            answer.callback(name)
        self.assertEqual(list("01234"), await gatherResults(calls[:5]))
        self.assertEqual(0, (await client.status()).store.jobs)

    async def test_connections(self) -> None:
        """
        A client too many is cut off, and gets in when another one leaves.
        """
        await self.serve(self.factory(connections=2))
        first, second = self.client(), self.client()
        await first.status()
        await second.status()
        third = self.client()
        asking = third.status()
        await self.until(lambda: third._connection_error)
        self.assertNoResult(asking)
        self.assertEqual("running", (await first.status()).state)
        await second.stopService()
        self.assertEqual("running", (await self.past(asking)).state)

    # Versions and garbage

    async def test_another_version(self) -> None:
        """
        A client of another version is told which versions there are.
        """
        await self.serve(self.factory())
        self.patch(connection, "PROTOCOL", (7, 9))
        client = self.client(attempts=1)
        error = await self.assertFailure(self.past(client.status()), ProtocolMismatch)
        self.assertIn("speaks 7 to 9, the server (txsched ", error.reason)
        self.assertTrue(error.reason.endswith(") 1 to 1"), error.reason)

    async def test_another_version_with_patience(self) -> None:
        """
        A client that goes on trying says so when the time of a call is over.
        """
        await self.serve(self.factory())
        self.patch(connection, "PROTOCOL", (7, 9))
        client = self.client(timeout=5.0)
        asking = client.status()
        await self.until(lambda: client._connection_error)
        self.clock.advance(5.0)
        error = await self.assertFailure(asking, NotConnected)
        self.assertIn("no connection within 5 s: the protocol versions", error.reason)

    async def test_a_range_of_versions(self) -> None:
        """
        The newest version that both know is agreed on.
        """
        await self.serve(self.factory())
        bare = await self.bare()
        (failed, (version, software)) = await bare.call("Hello", 0, 5, "both")
        self.assertEqual((0, 1), (failed, version))
        self.assertTrue(software.startswith("txsched "))
        bare.transport.loseConnection()
        await bare.gone

    async def test_garbage(self) -> None:
        """
        Who sends garbage is cut off, and others go on.
        """
        await self.serve(self.factory())
        client = self.client()
        await client.status()
        before = client._connection
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 200_000, b"\0\0\0\0"):
            bare = await self.bare()
            bare.transport.write(garbage)
            await bare.gone
            self.assertEqual("running", (await client.status()).state)
        self.assertIs(before, client._connection)

    async def test_clients_see_each_other(self) -> None:
        """
        What one client does is told to all that subscribed.
        """
        await self.serve(self.factory())
        observers = [RecordingObserver() for _ in range(5)]
        clients = [self.client() for _ in observers]
        for client, observer in zip(clients, observers, strict=True):
            await client.subscribe(observer)
        for number, client in enumerate(clients):
            await client.add_job(TASK, EVERY, id=str(number))
        await self.until(lambda: all(len(one.events) >= 5 for one in observers))
        self.assertEqual([list("01234")] * 5, [names(one) for one in observers])


class UNIXSocketTests(_SocketTests):
    """
    A socket in the file system.
    """

    async def test_no_socket_file(self) -> None:
        """
        A socket that is not there is told with its reason.
        """
        client = self.client(timeout=5.0)
        asking = client.status()
        await self.until(lambda: client._connection_error)
        self.clock.advance(LONG)
        error = await self.assertFailure(asking, NotConnected)
        self.assertIn("No such file", error.reason)


class TCPSocketTests(_SocketTests):
    """
    A port of this machine.
    """

    tcp = True


del _SocketTests
