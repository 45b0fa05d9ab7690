"""
What the serializers write, and what a store reads of it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import cbor2
from attrs import evolve
from cbor2 import CBORTag
from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.codec import (
    CBORSerializer,
    JSONSerializer,
    PickleSerializer,
    StoredForms,
    decode_result,
    definition_fields,
    describe_definition,
    job_of_fields,
    marked,
    progress_fields,
)
from txsched.errors import BadBox, BadValue, NotSerializable, SchedulerError
from txsched.interfaces import ISerializer
from txsched.model import UTC, Call, Job, Pause
from txsched.testing import strategies
from txsched.triggers import DateTrigger, IntervalTrigger

from .colours import Colour
from .test_round_trips import often, shape

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = Job(
    "report",
    Call("shop:report", (1, timedelta(1)), {"to": Colour.RED}),
    IntervalTrigger(minutes=10, start_date=NOW),
    "Report",
    generation="abc",
    next_run_time=NOW,
)
SERIALIZERS = [
    CBORSerializer(),
    JSONSerializer(),
    PickleSerializer(),
    PickleSerializer(b"k" * 16),
]


class Point:
    """
    An object that only pickle can write.
    """

    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    def __hash__(self) -> int:
        return hash(self.x)

    def move(self) -> None:
        """
        Be a task.
        """


class Every:
    """
    A trigger of somebody else.
    """

    def get_next_fire_time(self, previous: Any, now: datetime) -> datetime:
        """
        Fire at once.
        """
        return now

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Every)

    def __hash__(self) -> int:
        return 1


class Broken:
    """
    Can be pickled, and not be had back.
    """

    def __reduce__(self) -> Any:
        return Broken, (1, 2)


def back(serializer: ISerializer, job: Job, reader: ISerializer | None = None) -> Job:
    """
    Write a job, and read it.
    """
    return (reader or serializer).decode_job(
        serializer.encode_definition(job),
        job.paused,
        job.generation,
        job.revision,
        job.next_run_time,
        job.run_count,
    )


class EveryTests(SynchronousTestCase):
    """
    What holds for each of them.
    """

    def test_interface(self) -> None:
        """
        Each provides the interface; so does what a store works with.
        """
        for one in (*SERIALIZERS, StoredForms()):
            verifyObject(ISerializer, one)

    @often
    @given(strategies.jobs())
    def test_jobs(self, job: Job) -> None:
        """
        Any job comes back equal, its arguments of the same classes, its trigger with
        the same text.
        """
        for one in SERIALIZERS:
            found = back(StoredForms(one), job)
            self.assertEqual(evolve(job, store="default"), found)
            self.assertEqual(shape(job.call.args), shape(found.call.args))
            self.assertEqual(str(job.trigger), str(found.trigger))

    @often
    @given(strategies.plain_data())
    def test_results(self, result: Any) -> None:
        """
        Any result that is plain data comes back equal, whoever wrote it.
        """
        for one in SERIALIZERS:
            found = decode_result(one.encode_result(result, 10**6))
            self.assertEqual(result, found)
            self.assertEqual(shape(result), shape(found))

    def test_results_of_any_kind(self) -> None:
        """
        Of another result, or a long one, there is the beginning of its text.
        """
        for one in SERIALIZERS:
            data = one.encode_result(Point(1), 1000)
            self.assertIn("Point object", decode_result(data)["repr"])
            data = one.encode_result("x" * 1000, 100)
            self.assertTrue(decode_result(data)["repr"].startswith("'xxx"))

    def test_what_cannot_be_stored(self) -> None:
        """
        What none of them takes is refused by its place.
        """
        deep: list[Any] = []
        deep.append(deep)
        for one in SERIALIZERS:
            for call, place in (
                (Call("a:b", (1, lambda: 1)), "args[1]"),
                (Call("a:b", (), {"k": lambda: 1}), "kwargs['k']"),
                (Call(lambda: 1), "task"),
            ):
                with self.assertRaises(NotSerializable) as caught:
                    one.encode_definition(evolve(JOB, call=call))
                self.assertEqual(place, caught.exception.field)
            with self.assertRaises(NotSerializable) as caught:
                one.encode_definition(evolve(JOB, name="caf\udce9"))
            self.assertIn("caf\\udce9", caught.exception.reason)

    def test_every_store_reads_both(self) -> None:
        """
        A store reads CBOR and JSON, whatever it writes, and says which it writes.
        """
        for writer in SERIALIZERS:
            self.assertEqual(writer.name, StoredForms(writer).name)
            for reader in SERIALIZERS:
                self.assertEqual(JOB, back(writer, JOB, StoredForms(reader)))


class JSONTests(SynchronousTestCase):
    """
    Rows that people can read.
    """

    def test_readable(self) -> None:
        """
        A definition is an object whose names say what they are.
        """
        data = json.loads(JSONSerializer().encode_definition(JOB))
        self.assertEqual("shop:report", data["task"])
        self.assertEqual([1, {"$timedelta": [1, 0, 0]}], data["args"])
        self.assertEqual("every 10m from 2026-01-01T00:00:00+00:00", data["trigger"])
        self.assertEqual("1s", data["misfire_grace_time"])

    def test_numbers_and_bytes(self) -> None:
        """
        What JSON has not is written so that it comes back exactly.
        """
        for value in (10**5000, -(2**4097), float("inf"), -0.0, b"\x00\xff", {"$a": 1}):
            job = evolve(JOB, call=Call("a:b", (value,)))
            self.assertEqual(repr_of(job), repr_of(back(JSONSerializer(), job)))

    def test_no_end_of_time(self) -> None:
        """
        Durations that no text can say are kept too.
        """
        for length in (timedelta(0), timedelta(days=99999), timedelta(microseconds=-1)):
            job = evolve(JOB, misfire_grace_time=length)
            self.assertEqual(job, back(JSONSerializer(), job))

    def test_contained_in_itself(self) -> None:
        """
        A list that contains itself is refused.
        """
        for one in (CBORSerializer(), JSONSerializer()):
            loop: list[Any] = []
            loop.append(Call("a:b", (loop,)))
            with self.assertRaises(NotSerializable):
                one.encode_definition(evolve(JOB, call=Call("a:b", (loop,))))

    def test_broken(self) -> None:
        """
        What cannot be read is refused with the place and the reason.
        """
        good = JSONSerializer().encode_definition(JOB).decode()
        for old, new, reason in (
            ("{", "{{", "it is not JSON"),
            ('"name":"Report"', '"name":"R","name":"S"', "'name' twice"),
            ('"version":1', '"version":2', "version: 2 is not known"),
            ('"version":1', '"version":true', "version: True is not known"),
            ('"name":"Report"', '"name":5', "name: 5: expected text"),
            ('"name":"Report"', '"nam":"Report"', "nam: is no field"),
            ('"coalesce":false', '"coalesce":0', "coalesce: 0: expected true or false"),
            ('"max_runs":null', '"max_runs":"1"', "a whole number or null"),
            ('"max_instances":1', '"max_instances":NaN', "NaN is no number"),
            ('"misfire_grace_time":"1s"', '"misfire_grace_time":"1 x"', "no unit 'x'"),
            ('"misfire_grace_time":"1s"', '"misfire_grace_time":[]', "expected text"),
            ('"start_time":null', '"start_time":"2026-01-01"', "no time zone"),
            ('"start_time":null', '"start_time":"soon"', "start_time: 'soon'"),
            ('"trigger":"every 10m', '"trigger":"evry 10m', "trigger"),
            ('"tags":[]', '"tags":"a"', "expected a list"),
            ('"on_crash":"rerun"', '"on_crash":"x"', "on_crash: 'x'"),
            ('"args":[1', '"args":[{"$x":1}', "args: '$x' is not known"),
            ('"args":[1', '"args":[{"$258":[1]}', "args: '$258' is not known"),
            ('"args":[1', '"args":[{"$64010":"aa"}', "'$64010' is not known"),
            ('"args":[1', '"args":[{"$pickle":"aa"}', "args: a pickle is only read"),
            ('"args":[1', '"args":[{"$a":1,"b":2}', "one name that begins with $"),
            ('"args":[1', '"args":[{"$bytes":"?"}', "args: it is not data"),
            ('"args":[1', '"args":[{"$bytes":1}', "expected text"),
            ('"args":[1', '"args":[{"$float":"1"}', "nan, inf or -inf"),
            ('"args":[1', '"args":[{"$set":[[1]]}', "unhashable"),
            ('"args":[1', '"args":{"a":[1', "it is not JSON"),
            ('"kwargs":{', '"kwargs":{"a":1,"$b":2,"c":{', "it is not JSON"),
        ):
            self.assertIn(old, good)
            with self.assertRaises(SchedulerError) as caught:
                JSONSerializer().decode_job(
                    good.replace(old, new, 1).encode(), None, "", 1, None, 0
                )
            self.assertIn(reason, str(caught.exception))

    def test_what_is_no_object(self) -> None:
        """
        Other JSON, and no text at all, is refused.
        """
        for data in (b"[]", b"5", b"\xff\xfe", b"[" * 100000):
            with self.assertRaises(BadBox):
                JSONSerializer().decode_job(data, None, "", 1, None, 0)
        for data in (b'{"a":1}', b"{"):
            with self.assertRaises(BadBox):
                decode_result(data)


class FieldTests(SynchronousTestCase):
    """
    Jobs by the names of their fields.
    """

    def test_all(self) -> None:
        """
        Definition and progress make the same job again.
        """
        job = evolve(JOB, paused=Pause(NOW, "why"), run_count=3, revision=2)
        fields = {**definition_fields(job), **progress_fields(job)}
        self.assertEqual(job, job_of_fields(json.loads(json.dumps(fields))))

    def test_few(self) -> None:
        """
        What is left out is as it is without a word.
        """
        found = job_of_fields({"id": "a", "task": "m:f", "trigger": "every 1m"})
        self.assertEqual("m:f", found.name)
        self.assertEqual((), found.call.args)

    def test_wrong(self) -> None:
        """
        Missing and wrong fields are named.
        """
        few = {"id": "a", "task": "m:f", "trigger": "every 1m"}
        for fields, name in (
            ({"id": "a", "task": "m:f"}, "trigger"),
            ({**few, "trigger": 5}, "trigger"),
            ({**few, "trigger": {"$date": "2026-01-01"}}, "trigger"),
            ({**few, "paused": {"note": "x"}}, "paused"),
            ({**few, "paused": {"at": "2026-01-01T00:00Z", "x": 1}}, "paused"),
            ({**few, "paused": {"at": None}}, "paused"),
            ({**few, "next_run_time": 5}, "next_run_time"),
            ({**few, "kwargs": []}, "kwargs"),
            ({**few, 5: 5}, "5"),
        ):
            with self.assertRaises(BadValue) as caught:
                job_of_fields(fields)
            self.assertEqual(name, caught.exception.field)
        with self.assertRaises(BadBox):
            job_of_fields([])


class PickleTests(SynchronousTestCase):
    """
    What only pickle can write.
    """

    def test_live_objects(self) -> None:
        """
        Arguments, triggers and methods of objects come back.
        """
        call = Call(Point(1).move, (Point(2),), {"k": [Point(3)]})
        job = evolve(JOB, call=call, trigger=Every())
        for one in (PickleSerializer(), PickleSerializer("key" * 10)):
            found = back(StoredForms(one), job)
            task: Any = found.call.task
            self.assertEqual((Point(1), "move"), (task.__self__, task.__name__))
            self.assertEqual(
                job, evolve(found, call=evolve(found.call, task=call.task))
            )

    def test_text_that_no_other_takes(self) -> None:
        """
        An argument may have text that UTF-8 has not.
        """
        job = evolve(JOB, call=Call("a:b", ("caf\udce9",)))
        self.assertEqual(job, back(PickleSerializer(), job))

    def test_only_where_it_must(self) -> None:
        """
        A job that needs no pickle is written as CBOR.
        """
        plain = CBORSerializer().encode_definition(JOB)
        self.assertEqual(plain, PickleSerializer(b"k" * 16).encode_definition(JOB))

    def test_must_come_back(self) -> None:
        """
        What can be pickled and not be had back is refused when it is added.
        """
        with self.assertRaises(NotSerializable) as caught:
            PickleSerializer().encode_definition(
                evolve(JOB, call=Call("a:b", (1, Broken())))
            )
        self.assertEqual("args[1]", caught.exception.field)

    def test_not_where_it_is_not_allowed(self) -> None:
        """
        A store with another serializer does not load it, and says why.
        """
        job = evolve(JOB, call=Call("a:b", (Point(2),)))
        for one in (CBORSerializer(), JSONSerializer()):
            with self.assertRaises(BadBox) as caught:
                back(PickleSerializer(), job, StoredForms(one))
            self.assertEqual(
                "the serializer 'pickle' wrote it, which this store is not allowed to"
                f" read; it is set to {one.name!r}",
                caught.exception.reason,
            )

    def test_hidden_in_other_data(self) -> None:
        """
        A pickle without the mark of its serializer is not looked at.
        """
        job = evolve(JOB, call=Call("a:b", (Point(2),)))
        data = PickleSerializer().encode_definition(job)
        bare = data.partition(b":\x00")[2]
        for reader in (StoredForms(), StoredForms(PickleSerializer())):
            with self.assertRaises(BadBox) as caught:
                reader.decode_job(bare, None, "", 1, None, 0)
            self.assertIn("64010 is not known", caught.exception.reason)

    def test_signatures(self) -> None:
        """
        Without the right signature nothing is unpickled.
        """
        job = evolve(JOB, call=Call("a:b", (Point(2),)))
        unsigned = PickleSerializer()
        signed, other = PickleSerializer(b"k" * 16), PickleSerializer(b"o" * 16)
        for writer, reader, reason in (
            (unsigned, signed, "its pickle is not signed, and a key is set"),
            (signed, unsigned, "its pickle is signed, and no key is set to check it"),
            (signed, other, "the signature of its pickle is wrong"),
        ):
            with self.assertRaises(BadBox) as caught:
                back(writer, job, StoredForms(reader))
            self.assertEqual(reason, caught.exception.reason)
        self.assertEqual(job, back(signed, job, StoredForms(signed)))

    def test_every_bit_is_signed(self) -> None:
        """
        A signed definition in which anything was changed is not loaded.
        """
        job = evolve(JOB, call=Call("a:b", (Point(2),)))
        store = StoredForms(PickleSerializer(b"k" * 16))
        data = store.encode_definition(job)
        for at in range(len(data)):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            with self.assertRaises(BadBox):
                store.decode_job(changed, None, "", 1, None, 0)
        for short in range(len(data)):
            with self.assertRaises(BadBox):
                store.decode_job(data[:short], None, "", 1, None, 0)

    def test_what_cannot_be_loaded(self) -> None:
        """
        A pickle of a class that is gone is refused with the reason.
        """
        job = evolve(JOB, call=Call("a:b", (Point(2),)))
        data = PickleSerializer().encode_definition(job)
        gone = data.replace(b"test_serializers", b"test_serializerz")
        with self.assertRaises(BadBox) as caught:
            PickleSerializer().decode_job(gone, None, "", 1, None, 0)
        self.assertIn("its pickle cannot be loaded: Module", caught.exception.reason)

    def test_keys(self) -> None:
        """
        A key that is none, or short, is refused, and no key is shown.
        """
        for key in (b"", "short", 5):
            with self.assertRaises(BadValue) as caught:
                PickleSerializer(key)  # type: ignore[arg-type]
            self.assertEqual("key", caught.exception.field)
        self.assertNotIn("kkk", repr(PickleSerializer(b"k" * 16)))


class DescriptionTests(SynchronousTestCase):
    """
    What is shown of definitions that no job can be made of.
    """

    def test_each(self) -> None:
        """
        All of them are shown by the same names, and as JSON.
        """
        fields = definition_fields(JOB)
        for one in SERIALIZERS:
            found = describe_definition(one.encode_definition(JOB))
            assert found is not None
            for name in ("id", "task", "args", "kwargs", "trigger", "tags"):
                self.assertEqual(fields[name], found[name])
            json.dumps(found)

    def test_optional_fields(self) -> None:
        """
        Instants and durations are shown as texts; so are triggers of every kind.
        """
        for trigger in (DateTrigger(NOW), JOB.trigger):
            job = evolve(
                JOB,
                end_time=NOW,
                jitter=timedelta(90),
                trigger=trigger,
                calendars=("holidays",),
            )
            found = describe_definition(CBORSerializer().encode_definition(job))
            self.assertEqual(definition_fields(job), found)

    def test_pickles(self) -> None:
        """
        All around a pickle is shown, signed or not, and the pickle as bytes.
        """
        job = evolve(JOB, call=Call("shop:open", (Point(1),)))
        for one in (PickleSerializer(), PickleSerializer(b"k" * 16)):
            found = describe_definition(one.encode_definition(job))
            assert found is not None
            self.assertEqual("shop:open", found["task"])
            self.assertEqual(["$pickle"], list(found["args"]))

    def test_strange(self) -> None:
        """
        Values that are not as they should be are shown as they are.
        """
        args = [CBORTag(64_200, [1])]
        for trigger, expected in (
            (CBORTag(64_018, "x y"), "x y"),
            (CBORTag(64_017, [1]), {"$64017": [1]}),
            (CBORTag(64_200, 5), {"$64200": 5}),
            (5, 5),
        ):
            items = [1, "a", "b:c", args, None, trigger]
            found = describe_definition(cbor2.dumps(items))
            assert found is not None
            self.assertEqual({"$64200": [1]}, found["args"][0])
            self.assertEqual(expected, found["trigger"])

    def test_nothing(self) -> None:
        """
        What is no definition is not shown.
        """
        for data in (b"", b"\x00", b"{", b"[]", b"\xff\xff", marked("mine", b"abc")):
            self.assertIsNone(describe_definition(data))


def repr_of(job: Job) -> Any:
    """
    Give what tells floats and numbers apart.
    """
    (value,) = job.call.args
    return hex(value) if isinstance(value, int) else repr(value)
