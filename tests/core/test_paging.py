"""
Pages of several stores as one: laws that hold for whatever is in them.
"""

from __future__ import annotations

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import fail
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.paging import Source, merged_page
from txsched.errors import StoreUnavailable
from txsched.jobstores import MemoryJobStore
from txsched.model import JobQuery, OnConflict, RunQuery
from txsched.testing.driving import driven

from .doubles import WatchedStore
from .scenes import BEGIN, a_job, an_active_run, at

often = settings(max_examples=60, deadline=None, database=None)

#: For each job: its store, its id, its name and its next time.
_jobs = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 12).map("{:02}".format),
        st.sampled_from(["x", "y", ""]),
        st.none() | st.integers(0, 4),
    ),
    max_size=25,
    unique_by=lambda one: one[:2],
)
_orders = st.sampled_from(["id", "name", "next_run_time"])

KEYS = {
    "id": lambda job: (job.id,),
    "name": lambda job: (job.name, job.id),
    "next_run_time": lambda job: (
        job.next_run_time is None,
        job.next_run_time or BEGIN,
        job.id,
    ),
}


def kept(jobs):
    """
    Make three stores that have these jobs.
    """
    stores = {alias: MemoryJobStore() for alias in "abc"}
    for alias, job_id, name, second in jobs:
        keep(stores, alias, job_id, name, second)
    return stores


def keep(stores, alias, job_id, name, second):
    """
    Add one job, that of another store if there is one.
    """
    time = None if second is None else at(second)
    job = a_job(id=job_id, name=name, next_run_time=time)
    driven(stores[alias].add_jobs((job,), OnConflict.KEEP))


def page_of(stores, query, find="find_jobs"):
    """
    Give one page of all stores, each item with its store.
    """

    def finder(alias):
        def ask(asked):
            found = getattr(stores[alias], find)(asked)
            return found.addCallback(
                lambda page: evolve(
                    page, items=tuple(_Owned(one, alias) for one in page.items)
                )
            )

        return ask

    sources = [Source(alias, finder(alias)) for alias in stores]
    return driven(merged_page(sources, query))


class _Owned:
    """
    An item that knows where it comes from.
    """

    def __init__(self, item, alias):
        self.item = item
        self.alias = alias

    def __getattr__(self, name):
        return getattr(self.item, name)


class PagingTests(SynchronousTestCase):
    """
    :func:`merged_page` on memory stores.
    """

    @often
    @given(_jobs, _orders, st.booleans(), st.integers(1, 9))
    def test_order(self, jobs, order_by, descending, limit):
        """
        All pages together are all jobs in one order, each once; each page but the last
        is full, and the last one is not empty unless there is nothing.
        """
        stores = kept(jobs)
        query = JobQuery(order_by=order_by, descending=descending, limit=limit)
        found, sizes = [], []
        while True:
            page = page_of(stores, query)
            found += [(KEYS[order_by](one), one.alias) for one in page.items]
            sizes.append(len(page.items))
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
        self.assertEqual(found, sorted(found, reverse=descending))
        self.assertEqual(len(found), len(jobs))
        self.assertTrue(all(size == limit for size in sizes[:-1]))
        self.assertTrue(sizes[-1] or not jobs)

    @often
    @given(_jobs, _jobs, _orders, st.booleans(), st.integers(1, 5), st.data())
    def test_changes_in_between(self, jobs, more, order_by, descending, limit, data):
        """
        What is there from the first page to the last is told once, whatever is added
        and removed in between.
        """
        stores = kept(jobs)
        query = JobQuery(order_by=order_by, descending=descending, limit=limit)
        removed, found = set(), []
        while True:
            page = page_of(stores, query)
            found += [(one.alias, one.id) for one in page.items]
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
            for alias, job_id, *_ in data.draw(
                st.lists(st.sampled_from(jobs), max_size=3)
            ):
                driven(stores[alias].remove_jobs((job_id,), BEGIN))
                removed.add((alias, job_id))
            if more:
                keep(stores, *more.pop())
        steady = {(alias, job_id) for alias, job_id, *_ in jobs} - removed
        self.assertLessEqual(steady, set(found))
        again = [one for one in found if one not in removed]
        self.assertEqual(len(again), len(set(again)))

    def test_bounded(self):
        """
        However much there is, a page asks each store for a few pages of its size.
        """
        stores = {
            alias: WatchedStore(MemoryJobStore()) for alias in ("default", "archive")
        }
        for number in range(1000):
            alias = "default" if number < 900 else "archive"
            job = a_job(id=f"{number:04}")
            driven(stores[alias].add_jobs((job,), OnConflict.ERROR))
        query = JobQuery(limit=10)
        count = 0
        while True:
            for store in stores.values():
                store.calls.clear()
            page = page_of(stores, query)
            count += len(page.items)
            asked = [
                query for one in stores.values() for (query,) in one.asked("find_jobs")
            ]
            self.assertLessEqual(len(asked), 4)
            self.assertEqual({one.limit for one in asked}, {10})
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
        self.assertEqual(count, 1000)

    def test_runs(self):
        """
        Runs are in the order of their planned times, newest first.
        """
        stores = {alias: MemoryJobStore() for alias in "ab"}
        for alias, start in (("a", 0), ("b", 1)):
            job = a_job(id=alias)
            driven(stores[alias].add_jobs((job,), OnConflict.ERROR))
            runs = [
                an_active_run(number, id=f"{alias}{number}", job_id=alias)._replace(
                    planned_time=at(start + 2 * number)
                )
                for number in range(4)
            ]
            driven(stores[alias].add_runs(runs))
        page = page_of(stores, RunQuery(limit=5), "find_runs")
        self.assertEqual([one.id for one in page.items], ["b3", "a3", "b2", "a2", "b1"])
        page = page_of(stores, RunQuery(cursor=page.next_cursor), "find_runs")
        self.assertEqual([one.id for one in page.items], ["a1", "b0", "a0"])

    def test_a_store_comes_and_goes(self):
        """
        A store that is added or removed between two pages does not disturb the others.
        """
        stores = kept([("a", f"{n:02}", "", 0) for n in range(0, 10, 2)])
        first = page_of({"a": stores["a"], "b": stores["b"]}, JobQuery(limit=2))
        for number in range(1, 10, 2):
            keep(stores, "c", f"{number:02}", "", 0)
        rest = page_of(stores, JobQuery(cursor=first.next_cursor))
        self.assertEqual(
            [one.id for one in rest.items],
            ["03", "04", "05", "06", "07", "08", "09"],
        )
        only = {"a": stores["a"]}
        rest = page_of(only, JobQuery(cursor=first.next_cursor))
        self.assertEqual([one.id for one in rest.items], ["04", "06", "08"])

    def test_one_that_fails(self):
        """
        When one store fails the page does; no answer of the others is lost in the log.
        """
        sources = [
            Source("a", lambda query: fail(StoreUnavailable("a"))),
            Source("b", lambda query: fail(StoreUnavailable("b"))),
        ]
        with self.assertRaises(StoreUnavailable) as caught:
            driven(merged_page(sources, JobQuery()))
        self.assertEqual(caught.exception.reason, "a")
