"""
The heartbeat: that nodes live, whose clock is wrong, and who is forgotten.
"""

from __future__ import annotations

import os
import platform
from datetime import timedelta

from attrs import evolve
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from txsched.jobstores import MemoryJobStore
from txsched.model import from_seconds
from txsched.testing.contracts.job_store.samples import make_node
from txsched.testing.driving import driven
from txsched.testing.fakes import FailingStore

from .doubles import NodeClock, WatchedStore, busy_scene
from .scenes import BEGIN, SECOND, Scene, a_clock, at, every


class ClockedStore(MemoryJobStore):
    """
    A store with a clock of its own, which is off by so many seconds.
    """

    def __init__(self, clock, ahead=0.0):
        super().__init__()
        self.clock = clock
        self.ahead = ahead

    def beat(self, node):
        """
        Stamp it with the time of this clock.
        """
        seen = from_seconds(self.clock.seconds() + self.ahead)
        return super().beat(evolve(node, seen_at=seen)).addCallback(lambda _: seen)


class HeartTestCase(SynchronousTestCase):
    """
    Looks into the store, and listens to the log.
    """

    def setUp(self):
        self.logged = []
        globalLogPublisher.addObserver(self.logged.append)
        self.addCleanup(globalLogPublisher.removeObserver, self.logged.append)

    def warnings(self, text):
        """
        Give what was warned of.
        """
        return [
            one["log_format"].format(**one)
            for one in self.logged
            if one["log_level"] is LogLevel.warn and text in one["log_format"]
        ]

    def told(self, text):
        """
        Say whether something was logged.
        """
        return any(text in (one["log_format"] or "") for one in self.logged)

    def nodes(self, store):
        """
        Give the nodes that the store knows.
        """
        return driven(store.find_nodes())


class BeatTests(HeartTestCase):
    """
    A node tells that it lives, and how it is.
    """

    def beats(self, store):
        """
        Give in which seconds a beat was written.
        """
        begin = BEGIN.timestamp()
        return [round(time - begin) for name, time in store.times if name == "beat"]

    def test_itself(self):
        """
        What a node says of itself.
        """
        scene = Scene(node="name")
        (node,) = self.nodes(scene.store)
        self.assertEqual(node.id, scene.scheduler.node)
        self.assertEqual((node.name, node.host), ("name", platform.node()))
        self.assertEqual((node.pid, node.state), (os.getpid(), "running"))
        self.assertEqual((node.started_at, node.seen_at), (BEGIN, BEGIN))
        self.assertEqual(driven(scene.scheduler.get_nodes()), [node])

    def test_how_often(self):
        """
        It beats three times within a lease, also while the store is slow.
        """
        for slow in (0.0, 2.0):
            clock = a_clock()
            store = WatchedStore(MemoryJobStore(), clock, slow, {"beat"})
            scene = Scene(store, clock=clock, lease_duration=30 * SECOND)
            scene.advance(45)
            self.assertEqual(self.beats(store), [0, 10, 20, 30, 40])

    def test_slower_than_a_beat(self):
        """
        A store that takes longer than the time between beats gets one at a time.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 7, {"beat"})
        scene = Scene(store, clock=clock, lease_duration=15 * SECOND)
        scene.advance(22)
        self.assertEqual(self.beats(store), [0, 7, 14, 21])

    def test_states(self):
        """
        A pause and a stop are told at once.
        """
        scene = Scene()
        scene.add()
        driven(scene.scheduler.pause())
        self.assertEqual(self.nodes(scene.store)[0].state, "paused")
        driven(scene.scheduler.resume())
        (node,) = self.nodes(scene.store)
        self.assertEqual((node.state, node.active_runs), ("running", 1))
        stopping = scene.scheduler.stop()
        self.assertEqual(self.nodes(scene.store)[0].state, "stopping")
        scene.advance(8)
        (node,) = self.nodes(scene.store)
        self.assertGreaterEqual(node.seen_at, at(5))
        scene.executor.end()
        self.successResultOf(stopping)
        self.assertEqual(self.nodes(scene.store), [])

    def test_change_during_a_beat(self):
        """
        What changes while a beat is under way is told after it.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 1, {"beat"}, early=True)
        scene = Scene(store, clock=clock)
        driven(scene.scheduler.pause())
        self.assertEqual(self.nodes(store)[0].state, "running")
        scene.advance(1.1)
        self.assertEqual(self.nodes(store)[0].state, "paused")

    def test_started_again(self):
        """
        A scheduler that is started again beats again.
        """
        scene = Scene()
        scene.stop()
        scene.advance(60)
        self.assertEqual(self.nodes(scene.store), [])
        driven(scene.scheduler.start())
        (node,) = self.nodes(scene.store)
        self.assertEqual(node.started_at, at(60))
        scene.stop()
        self.assertEqual(scene.clock.getDelayedCalls(), [])

    def test_store_away(self):
        """
        A beat that cannot be written is warned of, and the next one comes all the same.
        """
        scene = Scene(FailingStore(MemoryJobStore(), "beat", 1, 2))
        scene.advance(12)
        self.assertEqual(len(self.warnings("cannot tell that this node lives")), 2)
        self.assertEqual(self.nodes(scene.store)[0].seen_at, BEGIN)
        scene.advance(5)
        self.assertEqual(self.nodes(scene.store)[0].seen_at, at(15))

    def test_store_broken(self):
        """
        So does one that fails in any other way, which is logged as a failure.
        """

        class Broken(MemoryJobStore):
            def beat(self, node):
                raise ArithmeticError("a mistake")

        scene = Scene(Broken())
        scene.advance(6)
        scene.stop()
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 3)


class SkewTests(HeartTestCase):
    """
    The clock of a node against that of its store.
    """

    def scene(self, ahead, slow=0.0, **settings):
        """
        Make a scheduler whose store's clock is ahead of its own.
        """
        clock = a_clock()
        self.store = ClockedStore(clock, ahead)
        store = WatchedStore(self.store, clock, slow, {"beat"})
        return Scene(store, clock=clock, **settings)

    def skew(self):
        """
        Give the skew that the store knows of.
        """
        (node,) = self.nodes(self.store)
        return node.skew

    def test_unknown(self):
        """
        Where the store has no clock, or has not been asked before, it is not known.
        """
        self.scene(-5)
        self.assertIsNone(self.skew())
        scene = Scene()
        scene.advance(20)
        self.assertIsNone(self.nodes(scene.store)[0].skew)

    def test_measured(self):
        """
        It is told with the next beat; a clock ahead of the store's is positive.
        """
        for ahead in (-5, 0, 7):
            scene = self.scene(ahead)
            scene.advance(6)
            self.assertEqual(self.skew(), -ahead * SECOND)
            self.assertEqual(self.nodes(self.store)[0].seen_at, at(5 + ahead))

    def test_round_trip(self):
        """
        The store is taken to have answered in the middle of the round trip.
        """
        scene = self.scene(0, slow=0.5)
        scene.advance(12)
        self.assertEqual(self.skew(), -0.25 * SECOND)

    def test_warned_of(self):
        """
        Beyond the limit there is one warning; and word when it is over.
        """
        scene = self.scene(3)
        scene.advance(20)
        (text,) = self.warnings("clock of this node")
        self.assertIn("3.000 s behind that of the store, more than 2 s", text)
        self.store.ahead = 0
        scene.advance(6)
        self.assertTrue(self.told("agrees with"))
        self.store.ahead = -3
        scene.advance(20)
        self.assertIn("3.000 s ahead of", self.warnings("clock of this node")[1])

    def test_within_the_limit(self):
        """
        Up to the limit there is none; nor when a slow answer leaves it open.
        """
        for ahead, slow in ((2, 0), (1.9, 4.0), (-3, 4.0)):
            scene = self.scene(ahead, slow)
            scene.advance(20)
            self.assertEqual(self.warnings("clock of this node"), [], ahead)

    def test_another_limit(self):
        """
        The limit is a setting.
        """
        self.scene(-0.5, clock_skew_limit=timedelta(seconds=0.4))
        self.assertEqual(len(self.warnings("clock of this node")), 1)


class LeavingTests(HeartTestCase):
    """
    How nodes go away.
    """

    def test_leases_are_handed_back(self):
        """
        What a node still holds after a clean stop is taken over at once.
        """
        clock = a_clock()
        store = MemoryJobStore()
        one = busy_scene(store=store, clock=NodeClock(clock), node="one")
        two = busy_scene(store=store, clock=clock, node="two")
        one.add(id="x")
        leases = driven(store.claim_jobs(one.scheduler.node, at(0), at(15), 10))
        self.assertEqual(len(leases), 1)
        one.stop()
        self.assertEqual([node.name for node in self.nodes(store)], ["two"])
        two.advance(1)
        self.assertEqual([one[:2] for one in two.began()], [("x", 0.0)])

    def test_killed(self):
        """
        A node that was killed is seen until it has been silent for ten leases, and is
        forgotten then, with a word in the log.
        """
        clock = a_clock()
        store = MemoryJobStore()
        one = busy_scene(store=store, clock=NodeClock(clock), node="one")
        two = busy_scene(store=store, clock=clock, node="two")
        two.advance(3)
        one.clock.die()
        two.advance(146)
        self.assertEqual({node.name for node in self.nodes(store)}, {"one", "two"})
        two.advance(12)
        self.assertEqual([node.name for node in self.nodes(store)], ["two"])
        self.assertTrue(self.told("long silent"))

    def test_silent_with_leases(self):
        """
        One that still holds leases is not forgotten: its own may be longer.
        """
        store = MemoryJobStore()
        scene = Scene(store)
        scene.add(every(1000), id="x")
        driven(store.beat(make_node("long", seen_at=BEGIN)))
        driven(store.claim_jobs("long", at(1000), at(1700), 10))
        driven(store.claim_runs("long", at(0), at(0), 10, ("default",)))
        driven(scene.scheduler.pause())
        scene.advance(1650)
        self.assertIn("long", {node.id for node in self.nodes(store)})
        scene.advance(100)
        self.assertNotIn("long", {node.id for node in self.nodes(store)})

    def test_not_all_at_once(self):
        """
        Many nodes are forgotten little by little, and the store is looked through only
        once in a lease.
        """
        store = WatchedStore(MemoryJobStore())
        for number in range(25):
            driven(store.beat(make_node(f"dead {number:02}", seen_at=BEGIN)))
        scene = Scene(store)
        scene.advance(154)
        self.assertEqual(len(self.nodes(store)), 26)
        counts = []
        for _ in range(4):
            scene.advance(15)
            counts.append(len(self.nodes(store)))
        self.assertEqual(counts, [16, 6, 1, 1])
        self.assertEqual(len(store.asked("examine")), 3)

    def test_store_away(self):
        """
        A store that is away does not keep a node from stopping.
        """
        scene = Scene(FailingStore(MemoryJobStore(), "leave"))
        scene.stop()
        self.assertEqual(len(self.warnings("told that this node leaves")), 1)

    def test_store_broken(self):
        """
        Nor does a store that fails in another way.
        """

        class Broken(MemoryJobStore):
            def leave(self, node_id, now):
                raise ArithmeticError("a mistake")

        Scene(Broken()).stop()
        self.assertEqual(len(self.flushLoggedErrors(ArithmeticError)), 1)

    def test_no_answer(self):
        """
        One that does not answer is waited for as long as a lease lasts.
        """

        class Silent(MemoryJobStore):
            def leave(self, node_id, now):
                return Deferred()

        scene = Scene(Silent())
        stopping = scene.scheduler.stop()
        scene.advance(14)
        self.assertNoResult(stopping)
        scene.advance(2)
        self.successResultOf(stopping)
        self.assertEqual(len(self.warnings("told that this node leaves")), 1)

    def test_after_a_beat(self):
        """
        A beat that is under way ends before the node leaves, or it would be back.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock, 3, {"beat"})
        scene = Scene(store, clock=clock)
        stopping = scene.scheduler.stop()
        scene.advance(2)
        self.assertNoResult(stopping)
        scene.advance(9)
        self.successResultOf(stopping)
        self.assertEqual(self.nodes(store), [])
