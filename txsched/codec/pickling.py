"""
Pickle, for stores that only trusted programs can write to.

Reading a pickle runs what it says.  Whoever can write to a store without a key that is
checked here runs code in every process that reads it.
"""

from __future__ import annotations

import hmac
import pickle
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import cbor2
from attrs import field, frozen
from cbor2 import CBORTag
from zope.interface import implementer

from ..errors import BadBox, BadValue, NotSerializable
from ..interfaces import ISerializer
from ..model import Job, Pause
from ..model.showing import shown
from .definition import decode_job, definition_items, encode_definition
from .plain import DECODERS, PICKLED
from .presenting import encodable
from .serializers import marked, unmarked
from .tasks import task_name
from .wire import encode_result

__all__ = ["PickleSerializer"]

_PROTOCOL = 5
_SHORTEST_KEY = 16
_SIGNED, _UNSIGNED = b"\x01", b"\x00"
_SIGNATURE = sha256().digest_size


def _key(key: bytes | str | None) -> bytes | None:
    if key is None:
        return None
    if isinstance(key, str):
        key = key.encode("utf-8")
    if not isinstance(key, bytes):
        raise BadValue("key", f"expected bytes or text, not {type(key).__name__}")
    if len(key) < _SHORTEST_KEY:
        raise BadValue(
            "key", f"has {len(key)} bytes, at least {_SHORTEST_KEY} are needed"
        )
    return key


@implementer(ISerializer)
@frozen
class PickleSerializer:
    """
    Writes CBOR, and what that has not as pickles within it.

    So it takes any object that can be pickled, as argument, as trigger, and as task
    (a method of an object); a job that needs no pickle is stored as the
    :class:`CBORSerializer` does.  It is for stores that only trusted programs can
    write to: reading a pickle may run anything.  Results are never pickled.

    :param key: at least 16 bytes: each definition with a pickle is signed with it
        (HMAC-SHA256), and one whose signature is missing or wrong is not unpickled.
        Without a key, one that is signed is not read either.
    :raises BadValue: for ``key``.
    """

    name = "pickle"

    key: bytes | None = field(default=None, converter=_key, repr=False)

    def encode_definition(self, job: Job) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_definition`.
        """
        try:
            return encode_definition(job)
        except NotSerializable:
            pass
        call = job.call
        try:
            task: Any = task_name(call.task)
        except NotSerializable:
            task = _pickled(call.task, "task")
        items = definition_items(
            job,
            task,
            _plain_or_pickled(list(call.args), "args", enumerate),
            _plain_or_pickled(dict(call.kwargs), "kwargs", dict.items),
            _plain_or_pickled(job.trigger, "trigger"),
        )
        try:
            data = cbor2.dumps(items)
        except UnicodeEncodeError:
            encode_definition(job)  # names the text, which is in no argument
            raise
        return marked(self.name, self._sign(data))

    def _sign(self, data: bytes) -> bytes:
        if self.key is None:
            return _UNSIGNED + data
        return _SIGNED + hmac.digest(self.key, data, "sha256") + data

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

        :raises BadBox: also when its signature is missing or wrong.
        """
        return decode_job(
            self._checked(unmarked(data)),
            paused,
            generation,
            revision,
            next_run_time,
            run_count,
            decoders=_DECODERS,
        )

    def _checked(self, data: bytes) -> bytes:
        """
        Give what was signed, when the signature is right.
        """
        signed, key = data[:1] == _SIGNED, self.key
        if not signed:
            if key is not None:
                raise BadBox("its pickle is not signed, and a key is set")
            return data[1:]
        if key is None:
            raise BadBox("its pickle is signed, and no key is set to check it")
        signature, content = data[1 : 1 + _SIGNATURE], data[1 + _SIGNATURE :]
        if not hmac.compare_digest(signature, hmac.digest(key, content, "sha256")):
            raise BadBox("the signature of its pickle is wrong")
        return content

    def encode_result(self, value: Any, limit: int) -> bytes:
        """
        See :meth:`~txsched.interfaces.ISerializer.encode_result`.
        """
        return encode_result(value, limit)


def pickled_content(data: bytes) -> bytes:
    """
    Give the CBOR of what was written here, whether its signature is right or not.
    """
    skip = 1 + (_SIGNATURE if data[:1] == _SIGNED else 0)
    return data[skip:]


def _plain_or_pickled(
    value: Any,
    place: str,
    parts: Callable[[Any], Iterable[tuple[Any, Any]]] | None = None,
) -> Any:
    try:
        return encodable(value, place)
    except (NotSerializable, UnicodeEncodeError, RecursionError):
        pass
    if parts is not None:
        for name, one in parts(value):
            _pickled(one, f"{place}[{shown(name)}]")
    return _pickled(value, place)


def _pickled(value: Any, place: str) -> CBORTag:
    """
    Pickle *value*, and be sure that it can be had back.
    """
    try:
        data = pickle.dumps(value, _PROTOCOL)
        pickle.loads(data)
    except Exception as error:
        raise NotSerializable(
            place, f"{shown(value)} cannot be pickled: {type(error).__name__}: {error}"
        ) from None
    return CBORTag(PICKLED, data)


def _unpickle(content: Any, immutable: bool) -> Any:
    if not isinstance(content, bytes):
        raise BadBox(f"expected a pickle, not {shown(content)}")
    try:
        return pickle.loads(content)
    except (Exception, SystemExit) as error:  # an import runs whatever is there
        why = f"{type(error).__name__}: {error}"
        raise BadBox(f"its pickle cannot be loaded: {why}") from None


_DECODERS = {**DECODERS, PICKLED: _unpickle}
