"""
The choices of how a store writes: CBOR, or JSON that people can read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from zope.interface import implementer

from ..errors import BadBox
from ..interfaces import ISerializer
from ..model import Job, Pause
from .definition import decode_job, encode_definition, guarded
from .fields import definition_fields, job_of_fields
from .readable import json_bytes, json_loads, to_json
from .wire import encode_result

__all__ = [
    "CBORSerializer",
    "JSONSerializer",
    "StoredForms",
    "marked",
    "name_of",
    "unmarked",
]

#: No CBOR and no JSON of ours begins with the first byte.
_MARK = re.compile(rb"\xff([a-z][a-z0-9_-]{0,39}):")


def marked(name: str, data: bytes) -> bytes:
    """
    Put the mark of the serializer *name* before what it wrote.

    :param name: begins with a small letter of ASCII; up to 40 such letters, digits,
        ``-`` and ``_``.
    """
    return b"\xff%b:%b" % (name.encode("ascii"), data)


def name_of(data: bytes) -> str:
    """
    Say which serializer wrote *data*.
    """
    if data[:1] == b"{":
        return JSONSerializer.name
    mark = _MARK.match(data)
    return CBORSerializer.name if mark is None else mark[1].decode("ascii")


def unmarked(data: bytes) -> bytes:
    """
    Take off the mark, if there is one.
    """
    mark = _MARK.match(data)
    return data if mark is None else data[mark.end() :]


@implementer(ISerializer)
@frozen
class CBORSerializer:
    """
    Writes CBOR: small, fast, and nothing is imported or called when it is read.

    It takes what JSON has, bytes, tuples, sets, frozensets, mappings with any keys,
    aware datetimes, dates, timedeltas, Decimals, UUIDs and members of enumerations.
    """

    name = "cbor"

    def encode_definition(self, job: Job) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_definition`.
        """
        return encode_definition(job)

    def decode_job(
        self,
        data: bytes,
        paused: Pause | None,
        generation: str,
        revision: int,
        next_run_time: datetime | None,
        run_count: int,
    ) -> Job:
        """
        See :meth:`~txsched.interfaces.ISerializer.decode_job`.
        """
        return decode_job(data, paused, generation, revision, next_run_time, run_count)

    def encode_result(self, value: Any, limit: int) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_result`.
        """
        return encode_result(value, limit)


@implementer(ISerializer)
@frozen
class JSONSerializer:
    """
    Writes JSON, for stores whose rows people or other programs are to read.

    It takes the same values as :class:`CBORSerializer`; what JSON has not is an object
    with one name: ``{"$timedelta": [1, 0, 0]}``.
    """

    name = "json"

    def encode_definition(self, job: Job) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_definition`.
        """
        return guarded(job, lambda job: json_bytes(definition_fields(job)))

    def decode_job(
        self,
        data: bytes,
        paused: Pause | None,
        generation: str,
        revision: int,
        next_run_time: datetime | None,
        run_count: int,
    ) -> Job:
        """
        See :meth:`~txsched.interfaces.ISerializer.decode_job`.
        """
        return evolve(
            job_of_fields(json_loads(data)),
            paused=paused,
            generation=generation,
            revision=revision,
            next_run_time=next_run_time,
            run_count=run_count,
        )

    def encode_result(self, value: Any, limit: int) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_result`.
        """
        return encode_result(value, limit, _dump)


def _dump(value: Any, place: str) -> bytes:
    return json_bytes({place: to_json(value, place)})


_ALWAYS_READ: dict[str, ISerializer] = {
    one.name: one for one in (CBORSerializer(), JSONSerializer())
}


@implementer(ISerializer)
@frozen
class StoredForms:
    """
    What a store works with: writes as it was told, and reads what each row says.

    CBOR and JSON are read in every store.  What another serializer wrote is read only
    where that is the one in use.

    :param serializer: what writes.
    """

    serializer: ISerializer = CBORSerializer()

    @property
    def name(self) -> str:
        """
        The name of the serializer that writes.
        """
        return self.serializer.name

    def encode_definition(self, job: Job) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_definition`.
        """
        return self.serializer.encode_definition(job)

    def decode_job(
        self,
        data: bytes,
        paused: Pause | None,
        generation: str,
        revision: int,
        next_run_time: datetime | None,
        run_count: int,
    ) -> Job:
        """
        See :meth:`~txsched.interfaces.ISerializer.decode_job`.

        :raises BadBox: also when a serializer wrote it that is not to be used here.
        """
        name = name_of(data)
        reader = self.serializer if name == self.name else _ALWAYS_READ.get(name)
        if reader is None:
            raise BadBox(
                f"the serializer {name!r} wrote it, which this store is not allowed"
                f" to read; it is set to {self.name!r}"
            )
        return reader.decode_job(
            data, paused, generation, revision, next_run_time, run_count
        )

    def encode_result(self, value: Any, limit: int) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_result`.
        """
        return self.serializer.encode_result(value, limit)
