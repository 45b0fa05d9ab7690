"""
Values to bytes and back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import cbor2
from cbor2 import CBORTag

from ..errors import BadBox, NotSerializable, SchedulerError
from .plain import DECODERS, MAX_DEPTH, to_plain
from .readable import json_loads, json_value
from .texts import not_text

__all__ = ["decode_result", "dumps", "encode_result", "loads", "loads_tags"]

Decoders = Mapping[int, Callable[[Any, bool], Any]]

_REPR_LENGTH = 1000

# The library does not tell whether all of the data was read.  So it reads a pair: the
# data, and what nobody can have put there.
_PAIR = b"\x82"
_END = os.urandom(8)
_END_ITEM = b"\x48" + _END
#: What is wrong may quote the data, of which there may be much.
_REASON_LENGTH = 200


def dumps(value: Any, place: str = "value") -> bytes:
    """
    Turn plain data, or any value of the model, into CBOR.

    :param place: what the value is called in an error.
    :raises NotSerializable: naming the place and the reason.
    """
    try:
        return cbor2.dumps(to_plain(value, place))
    except UnicodeEncodeError as error:
        raise not_text(error, value, place) from None
    except RecursionError:
        # Through values of the model, which begin to count anew.
        raise NotSerializable(place, "contains itself, or is nested too deep") from None


def loads(data: bytes, decoders: Decoders = DECODERS) -> Any:
    """
    Turn what :func:`dumps` gave back into values.

    :param decoders: what reads the tags.
    :raises BadBox: the data is broken or has what nobody of ours writes.
    :raises BadValue: it asks for a value that cannot be, such as a job whose
        options cannot be taken.
    """
    try:
        value, end = _decode(_PAIR + data + _END_ITEM, decoders)
    except Exception:
        end = None
    if end == _END:
        return value
    try:
        _decode(data, decoders)
    except Exception as error:
        ours = _find_ours(error)
        if ours is not None:
            raise ours from None
        raise BadBox(f"it is not data of ours: {_first_cause(error)}") from None
    # The beginning of a pickle, for instance, is a complete value.
    raise BadBox("it is not data of ours: there is more after its end")


def loads_tags(data: bytes) -> Any:
    """
    Turn data into what CBOR has of its own, and leave all tags as they are.

    :raises Exception: of any kind; the data is broken.
    """
    return cbor2.loads(
        data,
        tag_hook=lambda tag, immutable: tag,
        semantic_decoders={},
        max_depth=4 * MAX_DEPTH + 1,
        allow_indefinite=False,
    )


def _decode(data: bytes, decoders: Decoders) -> Any:
    return cbor2.loads(
        data,
        tag_hook=_refuse_unknown,
        semantic_decoders=decoders,
        max_depth=4 * MAX_DEPTH + 1,
        allow_indefinite=False,
        strict_hashable_types=True,
    )


def _refuse_unknown(tag: CBORTag, immutable: bool) -> NoReturn:
    raise BadBox(f"the tag {tag.tag} is not known")


def _refuse_standard(content: Any, immutable: bool) -> NoReturn:
    raise BadBox("it has a standard tag of CBOR, which nobody of ours writes")


#: The standard tags that the library would read by itself, without those of integers
#: of more than 64 bits.
_STANDARD_TAGS = (
    *(0, 1, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100),
    *(256, 258, 260, 261, 1004, 43000, 55799),
)
DECODERS.update(dict.fromkeys(_STANDARD_TAGS, _refuse_standard))


def _find_ours(error: BaseException | None) -> SchedulerError | None:
    """
    Find the error of ours that the CBOR library may have wrapped.
    """
    while error is not None:
        if isinstance(error, SchedulerError):
            return error
        error = error.__cause__
    return None


def _first_cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"[:_REASON_LENGTH]


def encode_result(
    value: Any, limit: int, dump: Callable[[Any, str], bytes] = dumps
) -> bytes:
    """
    Turn the result of a task into bytes, whatever it is.

    What cannot be encoded, or takes more than *limit* bytes, becomes a mapping whose
    ``repr`` has the beginning of its text form: at most 1000 characters, and
    at most *limit* bytes.

    :param dump: what writes a value.
    """
    try:
        data = dump(value, "result")
    except Exception:
        data = b""  # as a time zone of somebody's own raises whatever it likes
    if data and len(data) <= limit:
        return data
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}, whose repr failed: {type(error).__name__}>"
    short = text[:_REPR_LENGTH].encode("utf-8", "replace")[: max(limit, 0)]
    return dump({"repr": short.decode("utf-8", "ignore")}, "result")


def decode_result(data: bytes) -> Any:
    """
    Turn what the ``encode_result`` of any serializer gave back into plain data.

    :raises BadBox: the data is broken.
    """
    if data[:1] != b"{":
        return loads(data)
    fields = json_loads(data)
    if list(fields) != ["result"]:
        raise BadBox("it is no result of ours")
    return json_value(fields["result"])
