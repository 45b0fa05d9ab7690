"""
Threads that share one queue.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from txsched.executors import TaskRegistry
from txsched.executors.completions import Completions
from txsched.executors.crew import Crew, Item
from txsched.model import Call
from txsched.testing.contracts.executor import Gathering

from . import tasks
from .harness import make_context


class Announcements(list[Any]):
    """
    The list of idle workers, where a call arrives in the most awkward moments.

    :ivar before: called before a worker has announced itself.
    :ivar after: called when it has, and before it looks at the queue once more.
    """

    before: Any = None
    after: Any = None

    def append(self, lock: Any) -> None:
        """As any list."""
        if self.before is not None:
            self.before.pop()()
            self.before = None
        super().append(lock)
        if self.after is not None:
            self.after.pop()()
            self.after = None


class CrewTests(TestCase):
    """
    Workers that go to sleep while work arrives.
    """

    timeout = 15

    async def start(self) -> None:
        """
        Have one worker that has done a call and sleeps.
        """
        self.crew = Crew(reactor, 1, TaskRegistry(), Completions(reactor))
        self.idle = self.crew._idle = Announcements()
        self.addCleanup(lambda: self.crew.stop("over"))
        self.gathering = Gathering(3)
        self.crew.add([self.item(1)])
        while not self.idle:
            await deferLater(reactor, 0)

    def item(self, number: int) -> Item:
        """
        Make a call.
        """
        context = make_context(number)
        return (Call(tasks.nothing), context, self.gathering.done, 0.0)

    async def test_call_before_the_announcement(self) -> None:
        """
        A call that arrives when a worker has seen an empty queue is still taken.
        """
        await self.start()
        self.idle.before = [lambda: self.crew.add([self.item(3)])]
        self.crew.add([self.item(2)])
        await self.gathering.complete

    async def test_call_after_the_announcement(self) -> None:
        """
        A worker that is woken before it sleeps does not sleep, nor announce itself
        twice.
        """
        await self.start()
        self.idle.after = [lambda: self.crew.add([self.item(3)])]
        self.crew.add([self.item(2)])
        await self.gathering.complete
        self.gathering = Gathering(1)
        self.crew.add([self.item(4)])
        await self.gathering.complete
        while not self.idle:
            await deferLater(reactor, 0)
        self.assertEqual(len(self.idle), 1)
