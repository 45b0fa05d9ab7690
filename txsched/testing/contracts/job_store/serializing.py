"""
The choice of how a store writes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from ....codec import CBORSerializer, JSONSerializer, PickleSerializer
from ....errors import NoSuchJob, NotSerializable
from ....interfaces import IJobStore, ISerializer
from ....model import Call, OnConflict
from .harness import DurableStoreHarness
from .samples import after, make_job

__all__ = ["SerializerContract"]


class Size(Enum):
    """
    An enumeration that tasks take.
    """

    SMALL = 1
    LARGE = 2


class Parcel:
    """
    An object that only pickle can write.
    """

    def __init__(self, size: Size) -> None:
        self.size = size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parcel) and other.size is self.size

    def __hash__(self) -> int:
        return hash(self.size)


COMMON = (
    datetime(2030, 1, 31, 12, tzinfo=timezone(timedelta(hours=2))),
    date(2030, 1, 31),
    timedelta(days=1, microseconds=1),
    Decimal("1.50"),
    UUID(int=5),
    {1, 2},
    frozenset((3,)),
    (4, (5,)),
    b"\x00\xff",
    Size.LARGE,
    {Size.SMALL: [None, True, 1.5, "a"]},
)
KEY = b"a key of sixteen"
ALL = (CBORSerializer(), JSONSerializer(), PickleSerializer(), PickleSerializer(KEY))


class SerializerContract(DurableStoreHarness):
    """
    A store writes as it is told to, and reads what it is allowed to.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        """
        Make an empty store with a serializer, open it, and see to it that it is closed
        in the end.
        """
        raise NotImplementedError

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        """
        Close a store, and open another one on the same data with another serializer.
        """
        raise NotImplementedError

    async def test_common_types(self) -> None:
        """
        Each serializer keeps the values that tasks take, and what they return.
        """
        for serializer in ALL:
            store = await self.make_with(serializer)
            call = Call("operator:add", COMMON, {"all": list(COMMON)})
            job = make_job(call=call)
            run, term = await self.begin(store, job)
            await store.finish([after(run, term, result=list(COMMON))])
            store = await self.reopen_with(store, serializer)
            stored = (await store.get_job("job")).call
            self.assertEqual(call, stored)
            kinds = [type(one) for one in stored.args]
            self.assertEqual([type(one) for one in COMMON], kinds)
            self.assertEqual(list(COMMON), (await store.get_run(run.id)).result)

    async def test_refused_by_name(self) -> None:
        """
        An argument that cannot be stored is refused, and no job is added.
        """
        for serializer in ALL:
            store = await self.make_with(serializer)
            bad = make_job("bad", call=Call("operator:add", (1, lambda: None)))
            with self.assertRaises(NotSerializable) as caught:
                await self.add(store, make_job("good"), bad)
            self.assertEqual("args[1]", caught.exception.field)
            self.assertEqual(0, (await store.status()).jobs)

    async def test_mixed_rows(self) -> None:
        """
        What was written as CBOR, JSON or pickle is read together where pickle is
        allowed.
        """
        store = await self.make_with(ALL[0])
        for number, serializer in enumerate(ALL[:3]):
            store = await self.reopen_with(store, serializer)
            await self.add(store, make_job(f"job {number}"))
        calls: list[Any] = [Call("operator:not_", (Parcel(Size.SMALL),))]
        await self.add(store, make_job("live", call=calls[0]))
        self.assertEqual(calls[0], (await store.get_job("live")).call)
        self.assertEqual(4, len(await self.claim(store)))
        self.assertEqual([], await store.find_quarantined())

    async def test_pickle_is_not_read_elsewhere(self) -> None:
        """
        Where pickle is not allowed, a job with one is quarantined with that reason,
        shown as far as it can be, and back at work when pickle is allowed again.
        """
        store = await self.make_with(PickleSerializer())
        call = Call("operator:not_", (Parcel(Size.LARGE),))
        await self.add(store, make_job("live", call=call), make_job("plain"))
        store = await self.reopen_with(store, CBORSerializer())
        self.assertEqual(["plain"], [one.job.id for one in await self.claim(store)])
        with self.assertRaises(NoSuchJob):
            await store.get_job("live")
        (found,) = await store.find_quarantined()
        self.assertEqual("live", found.job_id)
        self.assertIn("the serializer 'pickle' wrote it", found.error)
        assert found.definition is not None
        self.assertEqual("operator:not_", found.definition["task"])
        store = await self.reopen_with(store, PickleSerializer())
        self.assertEqual([], await store.find_quarantined())
        self.assertEqual(call, (await store.get_job("live")).call)

    async def test_signatures(self) -> None:
        """
        A pickle with a wrong signature, or none, is quarantined and not lost.
        """
        other = PickleSerializer(b"another key of some length")
        for writer, reason in (
            (other, "the signature of its pickle is wrong"),
            (PickleSerializer(), "its pickle is not signed"),
        ):
            store = await self.make_with(writer)
            call = Call("operator:not_", (Parcel(Size.LARGE),))
            await self.add(store, make_job(call=call))
            store = await self.reopen_with(store, PickleSerializer(KEY))
            self.assertEqual([], await self.claim(store))
            (found,) = await store.find_quarantined()
            self.assertIn(reason, found.error)
            store = await self.reopen_with(store, writer)
            self.assertEqual([], await store.find_quarantined())
            self.assertEqual(call, (await store.get_job("job")).call)

    async def test_replaced_in_another_form(self) -> None:
        """
        A job that is the same stays as it was written; a change writes it anew.
        """
        store = await self.make_with(CBORSerializer())
        job = make_job()
        await self.add(store, job)
        store = await self.reopen_with(store, JSONSerializer())
        (same,) = await store.add_jobs([job], OnConflict.REPLACE)
        self.assertEqual(1, same.revision)
        changed = await store.change_job(make_job(name="new"), job, [])
        self.assertEqual(2, changed.revision)
        store = await self.reopen_with(store, CBORSerializer())
        self.assertEqual("new", (await store.get_job("job")).name)
        self.assertEqual([], await self.ledger(store))
