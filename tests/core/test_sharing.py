"""
Several nodes on one store: each gets its part of the work, and they do not throng.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import timedelta

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from txsched.interfaces import IBoundedExecutor
from txsched.jobstores import MemoryJobStore
from txsched.model import JobSpec
from txsched.testing.contracts.job_store.samples import make_node
from txsched.testing.driving import advance, driven
from txsched.triggers import DateTrigger

from .doubles import LastingExecutor, NodeClock, WatchedStore
from .scenes import Scene, a_clock, at, every

NODES = ("one", "two", "three")
SLOW = {*WatchedStore.TURNS, "add_jobs", "beat", "finish", "renew"}


@implementer(IBoundedExecutor)
class BoundedExecutor:
    """
    Its tasks last as long as their argument says, and only so many at once.
    """

    def __init__(self, clock, places):
        self.clock = clock
        self.places = places
        self.begun = []
        self.running = 0
        self.queue = deque()

    def check(self, call):
        """
        Takes everything.
        """

    def execute(self, call, context):
        """
        Begin a call once there is room.
        """
        deferred = Deferred()
        self.queue.append((call.args[0], context, deferred))
        self.fill()
        return deferred

    def fill(self):
        """
        Begin what there is room for.
        """
        while self.queue and self.running < self.places:
            seconds, context, deferred = self.queue.popleft()
            self.running += 1
            self.begun.append((self.clock.seconds(), context))
            self.clock.callLater(seconds, self.end, deferred)

    def end(self, deferred):
        """
        End a call.
        """
        self.running -= 1
        deferred.callback(None)
        self.fill()


class TellingStore(MemoryJobStore):
    """
    A store that tells its watchers when jobs were added, as real ones do.
    """

    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        self.watchers = []

    def watch(self, callback):
        """
        Remember whom to tell.
        """
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def add_jobs(self, jobs, on_conflict):
        """
        Add, and tell.
        """
        for callback in self.watchers:
            self.clock.callLater(0.001, callback)
        return super().add_jobs(jobs, on_conflict)


class NodesTestCase(SynchronousTestCase):
    """
    Three nodes whose store takes 5 ms for each answer.
    """

    def nodes(self, telling=True, make_executor=LastingExecutor, **settings):
        """
        Start them; each knows of the others.
        """
        self.clock = a_clock()
        store = TellingStore(self.clock) if telling else MemoryJobStore()
        nodes = []
        for name in NODES:
            clock = NodeClock(self.clock)
            watched = WatchedStore(store, clock, 0.005, SLOW)
            executor = make_executor(clock)
            nodes.append(
                Scene(
                    watched,
                    clock=clock,
                    executor=executor,
                    node=name,
                    **settings,
                )
            )
        self.turn(6)
        for node in nodes:
            node.store.answers.clear()
        return nodes

    def turn(self, seconds):
        """
        Let time pass.
        """
        advance(self.clock, seconds)

    def add(self, node, count, trigger, **options):
        """
        Add many jobs through one node, all at once.
        """
        specs = [
            JobSpec(
                "tests:task",
                trigger,
                id=f"job {number}",
                misfire_grace_time=None,
                **options,
            )
            for number in range(count)
        ]
        return node.scheduler.add_jobs(specs)

    def fruitless(self, node):
        """
        Count the claims of jobs that gave nothing.
        """
        return sum(not answer for answer in node.store.answered("claim_jobs"))

    def now(self):
        """
        Give the time since the beginning.
        """
        return self.clock.seconds() - at(0).timestamp()


class BurstTests(NodesTestCase):
    """
    Much is due at once.
    """

    def test_long_tasks(self):
        """
        Tasks that keep all places busy are spread: no node takes most of them, and all
        is done in far less time than one node or two would need.
        """
        for telling in (True, False):
            nodes = self.nodes(telling, lambda clock: BoundedExecutor(clock, 5))
            self.add(nodes[0], 300, DateTrigger(at(0)), args=(1,))
            self.turn(36)
            begun = [len(node.executor.begun) for node in nodes]
            self.assertEqual(sum(begun), 300, begun)
            self.assertGreater(min(begun), 45, begun)
            for node in nodes:
                self.assertLess(self.fruitless(node), 36 * 3)
            runs = {one.run_id for node in nodes for _, one in node.executor.begun}
            self.assertEqual(len(runs), 300)

    def test_others_are_not_held_up(self):
        """
        A queue in one executor slows claims down, and does not stop them.
        """
        nodes = self.nodes(True, lambda clock: BoundedExecutor(clock, 1))
        self.add(nodes[0], 100, DateTrigger(at(0)), args=(1000,))
        self.turn(10)
        held = [self.running(node) for node in nodes]
        self.assertEqual(sum(held), 100, held)
        self.assertGreater(min(held), 20, held)

    def running(self, node):
        """
        Count the runs that a node holds.
        """
        asked = node.scheduler.status()
        self.turn(0.05)
        return self.successResultOf(asked).running

    def test_short_tasks(self):
        """
        Batches of tasks that take no time grow until they are whole ones.
        """
        nodes = self.nodes()
        self.add(nodes[0], 6000, DateTrigger(at(0)))
        self.turn(2)
        begun = [len(node.executor.begun) for node in nodes]
        self.assertEqual(sum(begun), 6000, begun)
        self.assertGreater(min(begun), 400, begun)
        sizes = [
            len(one) for node in nodes for one in node.store.answered("claim_jobs")
        ]
        self.assertGreater(max(sizes), 250)
        self.assertLess(len(sizes), 150)


class SteadyTests(NodesTestCase):
    """
    Some is due each second.
    """

    def test_each_has_its_part(self):
        """
        Jobs that are repeated are carried out by all nodes in turn, each planned time
        once and in time, with few claims that give nothing.
        """
        nodes = self.nodes(telling=False)
        self.add(nodes[0], 90, every(1), start_time=at(7))
        self.turn(21)
        begun = [len(node.executor.begun) for node in nodes]
        self.assertGreater(min(begun), 0.06 * sum(begun), begun)
        counts = Counter(
            (context.job_id, context.planned_time)
            for node in nodes
            for context in node.executor.begun
        )
        self.assertEqual(set(counts.values()), {1})
        self.assertEqual(len(counts), 90 * 20)
        late = [start - planned for node in nodes for _, planned, start in node.began()]
        self.assertLess(max(late), 0.2)
        for node in nodes:
            self.assertLess(self.fruitless(node), 21 * 3)

    def test_nothing_to_do(self):
        """
        Nodes without work look once a second.
        """
        nodes = self.nodes()
        self.turn(20)
        for node in nodes:
            self.assertTrue(18 <= self.fruitless(node) <= 28, self.fruitless(node))

    def test_paused(self):
        """
        A paused one does not look.
        """
        nodes = self.nodes()
        for node in nodes:
            pausing = node.scheduler.pause()
            self.turn(0.1)
            self.successResultOf(pausing)
            node.store.answers.clear()
        self.turn(10)
        self.assertEqual([self.fruitless(node) for node in nodes], [0, 0, 0])


class AloneTests(SynchronousTestCase):
    """
    A node that shares with nobody.
    """

    def test_whole_batches(self):
        """
        It claims whole batches, and sleeps until something is due.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        scene = Scene(store, clock=clock)
        scene.advance(11)
        self.assertEqual(len(store.asked("claim_jobs")), 1)
        for number in range(700):
            scene.add(DateTrigger(at(20)), id=f"job {number}")
        scene.advance(10)
        sizes = [len(answer) for answer in store.answered("claim_jobs") if answer]
        self.assertEqual(sizes, [500, 200])

    def test_alone_again(self):
        """
        A node whose neighbour was killed is alone two leases later.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        driven(store.original.beat(evolve(make_node("gone"), seen_at=at(0))))
        scene = Scene(store, clock=clock, lease_duration=timedelta(seconds=3))
        scene.advance(8)
        looked = len(store.asked("claim_jobs"))
        self.assertGreater(looked, 4)
        scene.advance(20)
        self.assertLessEqual(len(store.asked("claim_jobs")), looked + 2)


class NoticeTests(SynchronousTestCase):
    """
    Another node's word.
    """

    def test_alone(self):
        """
        A node that knows of no other looks at once.
        """
        clock = a_clock()
        store = TellingStore(clock)
        watched = WatchedStore(store, clock)
        Scene(watched, clock=clock)
        before = len(watched.asked("claim_jobs"))
        store.watchers[0]()
        self.assertEqual(len(watched.asked("claim_jobs")), before + 1)

    def test_several(self):
        """
        Several look one after the other, within 20 ms, and once for many words.
        """
        clock = a_clock()
        store = TellingStore(clock)
        driven(store.beat(make_node("other", seen_at=at(0))))
        watched = [WatchedStore(store, clock) for _ in range(8)]
        scenes = [
            Scene(one, clock=clock, node=f"n{number}")
            for number, one in enumerate(watched)
        ]
        for one in watched:
            one.times.clear()
        for callback in 5 * store.watchers:
            callback()
        for _ in range(22):
            clock.advance(0.001)
        times = [
            [time for name, time in one.times if name == "claim_jobs"]
            for one in watched
        ]
        self.assertEqual({len(one) for one in times}, {1})
        self.assertGreater(len({one[0] for one in times}), 3)
        for callback in store.watchers:
            callback()
        for scene in scenes:
            scene.stop()
        self.assertEqual(clock.getDelayedCalls(), [])
