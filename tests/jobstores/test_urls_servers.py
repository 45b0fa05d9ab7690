"""
Stores on real servers, by URL: each alone, and one that dies beside one that lives.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import store_from_url
from txsched.model import Call, Job, JobQuery, OnConflict, RunQuery
from txsched.testing.servers import (
    MariaDB,
    MongoDB,
    PostgreSQL,
    Server,
    Valkey,
    shared_server,
)
from txsched.triggers import IntervalTrigger

_PATIENCE_SECONDS = 60.0
JOB = Job("a", Call("operator:add", (1, 2)), IntervalTrigger(hours=1), "a")

#: Each kind of server, and what its URLs may begin with.
KINDS = [
    (PostgreSQL(), ("postgresql+psycopg:", "postgresql:")),
    (MariaDB(), ("mysql+pymysql:", "mariadb+pymysql:", "mysql:", "mariadb:")),
    (Valkey(), ("redis+unix:",)),
    (MongoDB(), ("mongodb:",)),
]


class KindTests(TestCase):
    """
    What URLs of servers lead to.
    """

    timeout = 120

    async def test_each(self) -> None:
        """
        Each way to write the URL leads to a store that keeps jobs there.
        """
        for kind, beginnings in KINDS:
            url = shared_server(kind).create_database().url
            rest = url.partition(":")[2]
            expected: list[str] = []
            for number, beginning in enumerate(beginnings):
                store = store_from_url(beginning + rest, reactor=reactor)
                await store.open()
                try:
                    name = f"job-{number}"
                    job = Job(name, JOB.call, JOB.trigger, "a", generation=name)
                    await store.add_jobs([job], OnConflict.ERROR)
                    expected.append(name)
                    page = await store.find_jobs(JobQuery())
                    self.assertEqual(expected, [one.id for one in page.items])
                finally:
                    await store.close()


class OutageTests(TestCase):
    """
    A server dies under one of two stores.
    """

    timeout = 240

    async def until(self, seen: Any) -> None:
        """
        Wait for something.
        """
        deadline = reactor.seconds() + _PATIENCE_SECONDS
        while not await seen():
            self.assertLess(reactor.seconds(), deadline)
            await deferLater(reactor, 0.05)

    async def test_the_other_store_goes_on(self) -> None:
        """
        While the server is dead the jobs of the other store are fired; afterwards
        those of its own are caught up.
        """
        server = Server(PostgreSQL())
        server.start()
        self.addCleanup(server.close)
        url = server.create_database().url
        scheduler = LocalScheduler(
            {
                "default": store_from_url(
                    f"sqlite:///{self.mktemp()}", reactor=reactor
                ),
                "archive": store_from_url(url, reactor=reactor),
            },
            {"default": ReactorExecutor()},
            reactor,
        )
        await scheduler.start()
        self.addCleanup(lambda: scheduler.stop(5.0))
        every = IntervalTrigger(seconds=0.2)
        for name, store in (("here", "default"), ("there", "archive")):
            await scheduler.add_job(
                "operator:add",
                every,
                (1, 2),
                id=name,
                store=store,
                misfire_grace_time=None,
                coalesce=True,
            )

        async def counts(store: str) -> Counter[str]:
            page = await scheduler.get_runs(RunQuery(store=store, limit=1000))
            return Counter(run.job_id for run in page.items)

        async def both() -> bool:
            return bool((await counts("default")) and (await counts("archive")))

        async def lost() -> bool:
            _, archive = (await scheduler.status()).stores
            return archive.lost_at is not None

        await self.until(both)
        server.kill()
        await self.until(lost)
        before = (await counts("default"))["here"]

        async def five_more() -> bool:
            return (await counts("default"))["here"] >= before + 5

        await self.until(five_more)
        self.assertTrue(await lost())
        self.assertEqual("default", (await scheduler.get_job("here")).store)
        server.start()

        async def found() -> bool:
            return not await lost()

        await self.until(found)
        caught_up = (await counts("archive"))["there"]

        async def more() -> bool:
            return (await counts("archive"))["there"] > caught_up

        await self.until(more)
