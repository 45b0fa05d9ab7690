"""
Several stores in one scheduler: their life, their engines, and an outage of one.
"""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import (
    BadValue,
    JobExists,
    NoSuchJob,
    NoSuchStore,
    NotRunning,
    StoreExists,
    StoreUnavailable,
)
from txsched.jobstores import MemoryJobStore
from txsched.model import JobQuery, RunEnded, StoreFound, StoreLost
from txsched.testing.driving import driven
from txsched.triggers import DateTrigger

from .doubles import AwayStore
from .scenes import BEGIN, Scene, at, every


class LivingStore(MemoryJobStore):
    """
    A store that counts how often it is open, and opens and closes when told.
    """

    def __init__(self):
        super().__init__()
        self.events = []
        self.opening = succeed(None)
        self.closing = succeed(None)

    def open(self):
        """
        Note it.
        """
        self.events.append("open")
        return self.opening

    def close(self):
        """
        Note it.
        """
        self.events.append("close")
        return self.closing


class LifeTests(SynchronousTestCase):
    """
    Opened together, closed together, added and removed.
    """

    def setUp(self):
        self.first, self.second = LivingStore(), LivingStore()

    def scene(self, start=True, **more):
        """
        Make a scheduler over both.
        """
        stores = {"archive": self.second, "default": self.first}
        return Scene(stores, start=start, **more)

    def aliases(self, scene):
        """
        Give the stores that a scheduler has.
        """
        return [one.alias for one in scene.status().stores]

    def test_together(self):
        """
        All are opened at the start and closed at the end, ``default`` first.
        """
        scene = self.scene()
        self.assertEqual(self.aliases(scene), ["default", "archive"])
        scene.stop()
        for one in (self.first, self.second):
            self.assertEqual(one.events, ["open", "close"])
        driven(scene.scheduler.start())
        scene.add(store="archive")
        scene.advance(1)
        self.assertEqual(len(scene.executor.begun), 1)

    def test_all_or_none(self):
        """
        When one cannot be opened those that were are closed again, also when that
        fails; the error says which one it was.
        """
        self.second.opening = fail(StoreUnavailable("no disk"))
        self.first.closing = fail(ValueError("stuck"))
        scene = self.scene(start=False)
        failure = self.failureResultOf(scene.scheduler.start(), StoreUnavailable)
        self.assertEqual(failure.value.reason, "archive: no disk")
        self.assertEqual(self.first.events, ["open", "close"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.first.closing = self.second.opening = succeed(None)
        driven(scene.scheduler.start())

    def test_one_that_cannot_be_closed(self):
        """
        The others are closed all the same; who stops is told of the first, the log of
        all others.
        """
        scene = self.scene()
        self.first.closing = fail(ValueError("first"))
        self.second.closing = fail(ValueError("second"))
        failure = self.failureResultOf(scene.scheduler.stop(), ValueError)
        self.assertEqual(str(failure.value), "first")
        self.assertEqual(self.second.events, ["open", "close"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_what_is_refused(self):
        """
        A scheduler needs a default store, and each store once, under a usable alias.
        """
        for stores, words in (
            ({"archive": self.first}, "has to be called 'default'"),
            ({}, "has to be called 'default'"),
            ({"default": self.first, "": self.second}, "must not be empty"),
            ({"default": self.first, "a": self.first}, "there already, as 'default'"),
            ({"default": "sqlite:///a"}, "expected a job store, not 'sqlite:///a'"),
            ("memory:", "expected a job store, not 'memory:'"),
        ):
            with self.assertRaises(BadValue) as caught:
                Scene(stores, start=False)
            self.assertEqual(caught.exception.field, "store")
            self.assertIn(words, caught.exception.reason)

    def test_add(self):
        """
        A store that is added is opened, its jobs are fired and it is closed at the end.
        """
        scene = Scene(self.first)
        scene.add(every(10))
        before = Scene(self.second)
        before.add(every(10), id="there")
        before.stop(0.0)
        self.second.events.clear()
        driven(scene.scheduler.add_store("archive", self.second))
        self.assertEqual(self.aliases(scene), ["default", "archive"])
        self.assertEqual(scene.job("there").store, "archive")
        scene.advance(25)
        self.assertEqual({one.job_id for one in scene.executor.begun}, {"job", "there"})
        for _ in range(len(scene.executor.running)):
            scene.executor.end()
        scene.stop()
        self.assertEqual(self.second.events, ["open", "close"])

    def test_add_to_a_paused_scheduler(self):
        """
        The pause of the whole holds for a store that is added.
        """
        scene = Scene(self.first)
        driven(scene.scheduler.pause())
        driven(scene.scheduler.add_store("archive", self.second))
        scene.add(every(10), store="archive")
        scene.advance(1)
        self.assertEqual(scene.executor.begun, [])
        driven(scene.scheduler.resume())
        self.assertEqual(len(scene.executor.begun), 1)

    def test_add_what_is_there(self):
        """
        Neither an alias nor a store is added twice, not even while it is being opened.
        """
        scene = self.scene()
        add = scene.scheduler.add_store
        third = LivingStore()
        third.opening = Deferred()
        self.failureResultOf(add("archive", third), StoreExists)
        self.failureResultOf(add("third", self.second), BadValue)
        adding = add("third", third)
        self.failureResultOf(add("third", LivingStore()), StoreExists)
        self.assertNoResult(adding)
        self.assertEqual(len(self.aliases(scene)), 2)
        third.opening.callback(None)
        self.successResultOf(adding)
        self.assertEqual(len(self.aliases(scene)), 3)

    def test_add_what_cannot_be(self):
        """
        A store that cannot be opened is not there; nothing else is touched.
        """
        scene = self.scene()
        third = LivingStore()
        third.opening = fail(StoreUnavailable("no disk"))
        adding = scene.scheduler.add_store("third", third)
        self.failureResultOf(adding, StoreUnavailable)
        self.assertEqual(len(self.aliases(scene)), 2)
        third.opening = succeed(None)
        driven(scene.scheduler.add_store("third", third))
        for alias, store in ((5, LivingStore()), ("x", None)):
            self.failureResultOf(scene.scheduler.add_store(alias, store), BadValue)

    def test_not_running(self):
        """
        Stores are added and removed while the scheduler runs.
        """
        scene = self.scene(start=False)
        scheduler = scene.scheduler
        self.failureResultOf(scheduler.add_store("x", LivingStore()), NotRunning)
        self.failureResultOf(scheduler.remove_store("archive"), NotRunning)

    def test_stop_while_one_is_opened(self):
        """
        A stop waits for a store that is being opened, which is closed again.
        """
        scene = self.scene()
        third = LivingStore()
        third.opening = Deferred()
        third.closing = fail(ValueError("stuck"))
        adding = scene.scheduler.add_store("third", third)
        stopping = scene.scheduler.stop()
        self.assertNoResult(stopping)
        third.opening.callback(None)
        self.failureResultOf(adding, NotRunning)
        self.successResultOf(stopping)
        self.assertEqual(third.events, ["open", "close"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_remove(self):
        """
        A store that is removed is closed, and keeps its jobs; nothing of it is fired.
        """
        scene = self.scene()
        scene.add(every(10), id="there", store="archive")
        scene.advance(0)
        scene.executor.end()
        scene.add(every(10), id="here")
        driven(scene.scheduler.remove_store("archive"))
        self.assertEqual(self.second.events, ["open", "close"])
        self.assertEqual(self.aliases(scene), ["default"])
        failure = self.failureResultOf(scene.scheduler.get_job("there"), NoSuchJob)
        self.assertEqual(failure.value.job_id, "there")
        scene.advance(15)
        self.assertEqual(scene.executor.begun[-1].job_id, "here")
        self.assertEqual(len(driven(self.second.find_jobs(JobQuery())).items), 1)
        self.second.events.clear()
        driven(scene.scheduler.add_store("again", self.second))
        self.assertEqual(scene.job("there").store, "again")

    def test_remove_what_cannot_be(self):
        """
        The default store stays, and one that is not there is named.
        """
        scene = self.scene()
        remove = scene.scheduler.remove_store
        failure = self.failureResultOf(remove("default"), BadValue)
        self.assertEqual(failure.value.field, "alias")
        self.failureResultOf(remove("attic"), NoSuchStore)
        self.failureResultOf(remove(None), BadValue)
        self.failureResultOf(remove("archive", "soon"), BadValue)
        self.assertEqual(len(self.aliases(scene)), 2)

    def busy(self):
        """
        Make a scheduler with a run in the archive.
        """
        scene = self.scene()
        scene.add(DateTrigger(BEGIN), id="there", store="archive", on_crash="abandon")
        scene.advance(0)
        self.assertEqual(len(scene.executor.begun), 1)
        return scene

    def test_remove_waits(self):
        """
        Its runs are waited for; meanwhile it can be asked, and takes no new jobs.
        """
        scene = self.busy()
        removing = scene.scheduler.remove_store("archive")
        self.assertNoResult(removing)
        self.assertEqual(scene.job("there").id, "there")
        add = scene.scheduler.add_job("tests:task", every(1), store="archive")
        self.failureResultOf(add, NoSuchStore)
        self.failureResultOf(scene.scheduler.remove_store("archive"), NoSuchStore)
        adding = scene.scheduler.add_store("archive", LivingStore())
        self.failureResultOf(adding, StoreExists)
        scene.executor.end()
        self.successResultOf(removing)
        self.assertEqual(self.second.events, ["open", "close"])
        self.assertEqual(self.aliases(scene), ["default"])

    def test_remove_with_a_limit(self):
        """
        After the limit its runs are cut off, those of others are not.
        """
        scene = self.busy()
        scene.add(DateTrigger(BEGIN), id="here")
        removing = scene.scheduler.remove_store("archive", 5.0)
        scene.advance(4)
        self.assertNoResult(removing)
        scene.advance(2)
        self.successResultOf(removing)
        self.assertEqual(
            [context.job_id for context, _ in scene.executor.running.values()], ["here"]
        )

    def test_stop_while_one_is_removed(self):
        """
        A stop cuts the removal short, and closes the store once.
        """
        scene = self.busy()
        self.second.closing = Deferred()
        removing = scene.scheduler.remove_store("archive")
        stopping = scene.scheduler.stop(3.0)
        scene.advance(5)
        self.assertNoResult(stopping)
        self.assertEqual(self.second.events, ["open", "close"])
        self.second.closing.callback(None)
        self.successResultOf(removing)
        self.successResultOf(stopping)
        self.assertEqual(self.first.events, ["open", "close"])
        self.assertEqual(self.second.events, ["open", "close"])


class RoomTests(SynchronousTestCase):
    """
    The places for runs are those of the scheduler.
    """

    def test_shared(self):
        """
        The stores share the places, and take turns when there are too few.
        """
        stores = {"default": MemoryJobStore(), "archive": MemoryJobStore()}
        scene = Scene(stores, max_in_flight=2)
        for number in range(6):
            for alias in stores:
                trigger = DateTrigger(at(1))
                name = f"{alias}-{number}"
                options = {"misfire_grace_time": None, "id": name, "store": alias}
                driven(scene.scheduler.add_job("tests:task", trigger, **options))
        scene.advance(1)
        begun = scene.executor.begun
        most = 0
        while scene.executor.running:
            most = max(most, len(scene.executor.running))
            scene.executor.end()
            scene.advance(0.1)
        self.assertEqual((len(begun), most), (12, 2))
        # Neither waits until the other one is through.
        first = {context.job_id.partition("-")[0] for context in begun[:6]}
        self.assertEqual(first, set(stores))
        self.assertEqual(len(scene.seen.of(RunEnded)), 12)


class OutageTests(SynchronousTestCase):
    """
    One store goes away; the other one goes on.
    """

    def setUp(self):
        self.store = AwayStore(MemoryJobStore())
        self.other = MemoryJobStore()
        stores = {"default": self.store, "archive": self.other}
        self.scene = Scene(stores, max_in_flight=4)
        self.scene.add(every(10), id="here", misfire_grace_time=None)
        self.scene.add(every(10), id="there", store="archive")
        self.scene.advance(0)
        self.scene.executor.end()
        self.scene.executor.end()
        self.store.away = AwayStore.ALL

    def test_the_other_goes_on(self):
        """
        The jobs of the other store are fired; those of the one that is away are
        caught up.
        """
        scene = self.scene
        scene.advance(25)
        begun = [one.job_id for one in scene.executor.begun]
        self.assertEqual(begun[2:], ["there"])
        self.store.away = frozenset()
        scene.executor.end()
        scene.advance(20)
        self.assertIn("here", [one.job_id for one in scene.executor.begun[3:]])

    def test_status(self):
        """
        The status says which one is away; the events name it.
        """
        scene = self.scene
        scene.advance(11)
        here, there = scene.status().stores
        self.assertEqual((here.alias, here.counts, here.lag), ("default", None, None))
        self.assertIsNotNone(here.lost_at)
        self.assertEqual((there.counts.jobs, there.error), (1, None))
        self.assertEqual(scene.status().store.jobs, 1)
        (lost,) = scene.seen.of(StoreLost)
        self.assertEqual(lost.store, "default")
        self.store.away = frozenset()
        scene.advance(30)
        self.assertEqual([one.store for one in scene.seen.of(StoreFound)], ["default"])

    def test_lookups(self):
        """
        What the other store has is found; of what it has not nobody can say whether it
        is there.
        """
        scene = self.scene
        self.assertEqual(scene.job("there").store, "archive")
        scene.advance(11)
        self.assertEqual(scene.job("there").store, "archive")
        driven(scene.scheduler.pause_job("there"))
        for answer in (
            scene.scheduler.get_job("ghost"),
            scene.scheduler.get_jobs(),
            scene.scheduler.get_runs(),
            scene.scheduler.get_quarantined(),
            scene.scheduler.get_nodes(),
        ):
            failure = self.failureResultOf(answer, StoreUnavailable)
            self.assertTrue(failure.value.reason.startswith("default: "))
        found = driven(scene.scheduler.get_jobs(JobQuery(store="archive")))
        self.assertEqual([job.id for job in found.items], ["there"])
        ghost = scene.scheduler.get_job("ghost", store="archive")
        self.failureResultOf(ghost, NoSuchJob)

    def test_adding(self):
        """
        Jobs are added to the store that is there, under ids that are not known to be
        taken.
        """
        scene = self.scene
        job = scene.add(every(10), id="new", store="archive")
        self.assertEqual(job.store, "archive")
        add = scene.scheduler.add_job("tests:task", every(1), id="there")
        failure = self.failureResultOf(add, JobExists)
        self.assertEqual(failure.value.store, "archive")
        add = scene.scheduler.add_job("tests:task", every(1))
        self.failureResultOf(add, StoreUnavailable)

    def test_runs_that_cannot_be_recorded(self):
        """
        Runs that have ended take no place from the other store, although their ends
        cannot be recorded.
        """
        self.store.away = frozenset()
        scene = self.scene
        for number in range(4):
            scene.add(DateTrigger(at(5)), id=f"here-{number}")
        scene.advance(5)
        self.assertEqual(len(scene.executor.running), 4)
        scene.add(
            DateTrigger(at(6)), id="soon", store="archive", misfire_grace_time=None
        )
        self.store.away = AwayStore.ALL
        scene.advance(2)
        self.assertEqual(len(scene.executor.running), 4)
        while scene.executor.running:
            scene.executor.end()
        scene.advance(1)
        self.assertEqual(scene.executor.begun[-1].job_id, "soon")
