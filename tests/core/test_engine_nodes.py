"""
Several nodes on one store: who carries out what.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from twisted.trial.unittest import SynchronousTestCase

from txsched.jobstores import MemoryJobStore
from txsched.model import Disposition
from txsched.testing.driving import driven
from txsched.testing.fakes import ManualExecutor
from txsched.triggers import DateTrigger

from .doubles import LastingExecutor, NodeClock, WatchedStore, busy_scene
from .scenes import Scene, a_clock, at, every


class ExecutorTests(SynchronousTestCase):
    """
    Not every node has every executor.
    """

    def setUp(self):
        self.clock = a_clock()
        self.store = MemoryJobStore()
        self.gpu = ManualExecutor()
        self.plain = Scene(self.store, clock=self.clock, node="plain")
        self.able = Scene(
            self.store,
            clock=self.clock,
            node="able",
            executors={"default": ManualExecutor(), "gpu": self.gpu},
        )

    def test_it_waits_for_a_node(self):
        """
        A run of an executor that the planning node has not is left pending, and begun
        by the node that has it, as its first attempt.
        """
        driven(self.able.scheduler.pause())
        self.able.add(executor="gpu")
        self.plain.scheduler.wake()
        (run,) = self.plain.runs()
        self.assertEqual(run.disposition, Disposition.PENDING)
        self.assertEqual(run.reason, "waits for a node with the executor 'gpu'")
        self.assertEqual(self.plain.executor.begun, [])
        self.plain.advance(5)
        self.assertEqual(self.plain.dispositions(), ["pending"])
        driven(self.able.scheduler.resume())
        (context,) = self.gpu.begun
        self.assertEqual((context.run_id, context.attempt), (run.id, 1))
        self.gpu.end(result="done")
        (run,) = self.plain.runs()
        self.assertEqual((run.disposition.value, run.result), ("succeeded", "done"))
        self.assertEqual(run.node, self.able.scheduler.node)
        self.assertIsNone(run.reason)

    def test_it_does_not_keep_others_awake(self):
        """
        A pending run that a node cannot begin does not make it ask again and again.
        """
        driven(self.able.scheduler.pause())
        self.able.add(DateTrigger(at(0)), executor="gpu")
        self.plain.scheduler.wake()
        self.assertEqual(self.plain.dispositions(), ["pending"])
        self.assertIsNone(self.plain.status().next_wakeup)

    def test_its_places_are_taken(self):
        """
        A run that waits for its node counts as active: the next times are skipped.
        """
        driven(self.able.scheduler.pause())
        self.able.add(executor="gpu")
        self.plain.scheduler.wake()
        self.plain.advance(25)
        self.assertEqual(
            self.plain.told(),
            [("pending", 0.0, 1), ("skipped", 10.0, 1), ("skipped", 20.0, 1)],
        )


class TwoNodesTests(SynchronousTestCase):
    """
    Two nodes that both plan and carry out.
    """

    def both(self, one, two):
        """
        Give two nodes on one store, whose answers come so many seconds late.
        """
        clock = a_clock()
        store = MemoryJobStore()
        return [
            busy_scene(
                store=WatchedStore(store, clock, seconds, WatchedStore.TURNS),
                clock=clock,
                node=name,
                batch_size=3,
            )
            for name, seconds in (("one", one), ("two", two))
        ]

    def assert_each_once(self, nodes, jobs, seconds):
        """
        Assert that each planned time was begun once and succeeded once.
        """
        begun = Counter(
            (context.job_id, context.planned_time)
            for node in nodes
            for context in node.executor.begun
        )
        self.assertEqual(
            begun,
            Counter(
                (f"job {number}", at(planned))
                for number in range(jobs)
                for planned in range(0, seconds, number + 1)
            ),
        )
        told = [
            one
            for number in range(jobs)
            for one in nodes[0].told(job_id=f"job {number}")
        ]
        self.assertEqual(Counter(one[0] for one in told), {"succeeded": len(begun)})

    def test_each_planned_time_once(self):
        """
        However their turns interleave, each planned time is carried out by one of them.
        """
        shares = []
        for one, two in ((0.0, 0.0), (0.01, 0.01), (0.01, 0.017), (0.05, 0.003)):
            nodes = self.both(one, two)
            for number in range(10):
                nodes[number % 2].add(
                    every(number + 1, at(59)),
                    id=f"job {number}",
                    misfire_grace_time=None,
                    max_instances=9,
                )
            nodes[1].scheduler.wake()
            nodes[0].advance(70)
            self.assert_each_once(nodes, 10, 60)
            shares.append(min(len(node.executor.begun) for node in nodes))
        self.assertGreater(sum(shares), 20, shares)

    def test_places_are_counted_together(self):
        """
        ``max_instances`` holds for the job, whichever node carries out its runs.
        """
        nodes = self.both(0.0, 0.0)
        nodes[0].add(every(1), args=(2.5,))
        for _ in range(300):
            nodes[0].advance(0.1)
            nodes[1].scheduler.wake()
            self.assertLessEqual(sum(node.executor.running for node in nodes), 1)
        self.assertIn(("skipped", 1.0, 1), nodes[0].told())
        self.assertIn(("succeeded", 3.0, 1), nodes[0].told())


class LeaseTests(SynchronousTestCase):
    """
    Leases on runs are kept as long as their node lives.
    """

    def test_a_long_run(self):
        """
        A run that lasts many leases is renewed in time, and nobody takes it over.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        one = busy_scene(store=store, clock=NodeClock(clock), node="one")
        two = busy_scene(store=store.original, clock=clock, node="two")
        one.add(DateTrigger(at(0)), args=(100,))
        for _ in range(1100):
            one.clock.advance(0.1)
            two.scheduler.wake()
        (run,) = one.runs()
        self.assertEqual((run.disposition.value, run.attempt), ("succeeded", 1))
        self.assertGreaterEqual(run.ended_at, at(100))
        self.assertEqual(two.executor.begun, [])
        times = [time for name, time in store.times if name == "renew"]
        self.assertGreater(len(times), 15)
        gaps = [later - time for time, later in pairwise(times)]
        self.assertLessEqual(max(gaps), 5.2)

    def test_as_long_as_is_said(self):
        """
        The duration of leases says how often they are renewed.
        """
        clock = a_clock()
        store = WatchedStore(MemoryJobStore(), clock)
        scene = busy_scene(
            store=store, clock=clock, lease_duration=timedelta(seconds=60)
        )
        scene.add(DateTrigger(at(0)), args=(100,))
        scene.advance(101)
        self.assertEqual(
            [until for _, until in store.asked("renew")],
            [at(20 * number + 60) for number in range(1, 5)],
        )


class ExecutorsOfScenesTests(SynchronousTestCase):
    """
    What these tests rely on.
    """

    def test_lasting(self):
        """
        A task lasts as long as it was told to.
        """
        scene = busy_scene()
        self.assertIsInstance(scene.executor, LastingExecutor)
        scene.add(DateTrigger(at(1)), args=(3,))
        scene.advance(3.9)
        self.assertEqual(scene.dispositions(), ["running"])
        scene.advance(0.2)
        (run,) = scene.runs()
        self.assertEqual((run.started_at, run.ended_at), (at(1), at(4)))
