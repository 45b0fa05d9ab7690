"""
What a client does not fetch, or does not read, is no load on the service.
"""

from __future__ import annotations

from typing import Any

import cbor2
from twisted.internet.defer import Deferred, gatherResults
from twisted.python.components import proxyForInterface
from twisted.trial.unittest import SynchronousTestCase

from txsched.interfaces import IScheduler
from txsched.remote.amp import AMPServerFactory
from txsched.triggers import IntervalTrigger

from .bare import Served
from .serving import Serving

TASK = "builtins:print"
EVERY = IntervalTrigger(hours=1)
MESSAGE_SIZE = 100_000
#: So many bytes of an answer are fetched later.
REST = 30_000
LARGE = "x" * (60_000 + REST)


class Counting(proxyForInterface(IScheduler)):  # type: ignore[misc]
    """
    A scheduler that counts what it is asked.
    """

    asked = 0

    def get_job(self, job_id: str, store: Any = None) -> Deferred[Any]:
        """
        Count, and pass on.
        """
        self.asked += 1
        answer: Deferred[Any] = self.original.get_job(job_id)
        return answer


class FetchingTests(SynchronousTestCase):
    """
    Answers whose parts are not fetched.
    """

    def setUp(self) -> None:
        self.served = Served().start(message_size=MESSAGE_SIZE)
        self.client = self.served.connect()
        scheduler = self.served.scheduler
        self.served.done(scheduler.add_job(TASK, EVERY, (LARGE,), id="a"))
        self.served.done(scheduler.add_job(TASK, EVERY, id="small"))

    def ask(self) -> dict[str, bytes]:
        """
        Ask for the large job, without fetching the rest of the answer.
        """
        answer: dict[str, bytes] = self.served.done(
            self.client.ask("GetJob", {"a": cbor2.dumps(["a"])})
        )
        return answer

    def fetch(self, answer: dict[str, bytes]) -> bytes:
        """
        Fetch the rest of an answer.
        """
        parts = [answer["r"]]
        for _ in range(int(answer["n"])):
            part = self.served.done(self.client.ask("Download", {"t": answer["m"]}))
            parts.append(part["r"])
        return b"".join(parts)

    def test_bounded(self) -> None:
        """
        One more than there is room for is refused; what is kept can be fetched, and
        makes room.
        """
        answers = []
        while "m" in (answer := self.ask()):
            answers.append(answer)
        self.assertEqual(4 * MESSAGE_SIZE // (REST + 1000), len(answers) - 1)
        failed, code, fields = cbor2.loads(answer["r"])
        self.assertEqual((1, "TOO_LARGE"), (failed, code))
        self.assertEqual("what this client has yet to fetch", fields["what"])
        self.assertEqual(4 * MESSAGE_SIZE, fields["limit"])
        self.assertGreater(fields["size"], fields["limit"])
        self.assertEqual(0, self.served.done(self.client.call("GetJob", "small"))[0])
        for answer in answers:
            self.assertEqual(0, cbor2.loads(self.fetch(answer))[0])
        again = self.ask()
        self.assertEqual(0, cbor2.loads(self.fetch(again))[0])

    def test_others(self) -> None:
        """
        Each client has room of its own.
        """
        while "m" in self.ask():
            pass
        self.client = self.served.connect()
        self.assertIn("m", self.ask())

    def test_an_error_without_room(self) -> None:
        """
        An error that does not fit says that there is no room.
        """
        while "m" in self.ask():
            pass
        name = cbor2.dumps(["y" * 99_000])
        for part in (name[:50_000], name[50_000:]):
            self.served.done(self.client.ask("Upload", {"t": b"1", "d": part}))
        answer = self.served.done(self.client.ask("GetJob", {"t": b"1"}))
        failed, code, fields = cbor2.loads(answer["r"])
        self.assertEqual((1, "TOO_LARGE"), (failed, code))
        self.assertEqual("what this client has yet to fetch", fields["what"])


class ReadingTests(SynchronousTestCase):
    """
    A client that does not read, in memory.
    """

    def test_paused(self) -> None:
        """
        It is not read from; once it reads it gets all answers, in their order.
        """
        served = Served().start()
        served.done(served.scheduler.add_job(TASK, EVERY, ("x" * 50_000,), id="a"))
        counting = Counting(served.scheduler)
        served.factory.scheduler = counting
        client, other = served.connect(), served.connect()
        client.transport.pauseProducing()
        answers = [client.call("GetJob", "a") for _ in range(300)]
        served.settle()
        self.assertLess(counting.asked, 10)
        self.assertEqual(0, served.done(other.call("GetJob", "a"))[0])
        client.transport.resumeProducing()
        found = served.done(gatherResults(answers))
        self.assertEqual(301, counting.asked)
        self.assertEqual({0}, {answer[0] for answer in found})


class SocketTests(Serving):
    """
    The same over real sockets.
    """

    async def paused(self) -> Any:
        """
        Connect a client that asks much and reads nothing, and wait until others were
        answered often.
        """
        await self.local.add_job(TASK, EVERY, ("x" * 50_000,), id="a")
        self.counting = Counting(self.local)
        await self.serve(AMPServerFactory(self.counting))
        client = await self.bare()
        await client.greet()
        client.transport.pauseProducing()
        self.answers = [client.call("GetJob", "a") for _ in range(500)]
        other = self.client()
        for _ in range(100):
            await other.status()
        self.assertLess(self.counting.asked, 100)
        return client

    async def test_paused(self) -> None:
        """
        It is not read from; once it reads it gets all answers.
        """
        client = await self.paused()
        client.transport.resumeProducing()
        found = await gatherResults(self.answers)
        self.assertEqual({0}, {answer[0] for answer in found})
        self.assertEqual(500, self.counting.asked)

    async def test_disconnected(self) -> None:
        """
        It can be cut off: what was written arrives, and then the connection ends.
        """
        client = await self.paused()
        self.served.disconnect()
        client.transport.resumeProducing()
        await client.gone
        self.assertLess(self.counting.asked, 100)


class TCPTests(SocketTests):
    """
    The same over TCP.
    """

    tcp = True
