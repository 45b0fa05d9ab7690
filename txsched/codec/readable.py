"""
Plain values as JSON, and back.

What JSON has not is an object with one key that begins with a dollar:
``{"$tuple": [1, 2]}``, ``{"$date": "2030-01-31"}``.  The classes are those that CBOR
takes here, and they are read by the same decoders.
"""

from __future__ import annotations

import base64
import json
import math
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from cbor2 import CBORTag

from ..errors import BadBox, SchedulerError
from ..model.showing import shown
from . import plain
from .plain import DECODERS, FIRST_TAG, PAIRS, UUID, to_plain

__all__ = ["json_bytes", "json_loads", "json_tree", "json_value", "to_json"]

_MARK = "$"
#: Longer numbers are written to the base of 16: Python refuses to read them as decimal.
_MAX_BITS = 4096

_TAG_NAMES = {
    plain.TUPLE: "tuple",
    plain.SET: "set",
    plain.FROZENSET: "frozenset",
    plain.DATETIME: "datetime",
    plain.DATE: "date",
    plain.TIMEDELTA: "timedelta",
    plain.DECIMAL: "decimal",
    plain.UUID: "uuid",
    plain.PAIRS: "pairs",
    plain.ENUM: "enum",
    plain.PICKLED: "pickle",
}
_TAGS = {name: tag for tag, name in _TAG_NAMES.items()}


def json_tree(tree: Any) -> Any:
    """
    Give what :func:`~.plain.to_plain` gave in a shape that JSON can take.

    Tags that have no name here keep their number.
    """
    kind = type(tree)
    if kind is CBORTag:
        name = _TAG_NAMES.get(tree.tag, f"{tree.tag}")
        return {_MARK + name: _json_content(tree.tag, tree.value)}
    if kind is bytes:
        return {"$bytes": base64.b64encode(tree).decode("ascii")}
    if kind is float and not math.isfinite(tree):
        return {"$float": repr(tree)}
    if kind is int and tree.bit_length() > _MAX_BITS:
        return {"$int": hex(tree)}
    if isinstance(tree, (list, tuple)):
        return [json_tree(one) for one in tree]
    if isinstance(tree, dict):
        if all(type(key) is str and key[:1] != _MARK for key in tree):
            return {key: json_tree(one) for key, one in tree.items()}
        return {"$pairs": [[json_tree(key), json_tree(tree[key])] for key in tree]}
    return tree


def _json_content(tag: int, content: Any) -> Any:
    if tag == UUID and isinstance(content, bytes) and len(content) == 16:
        return str(uuid.UUID(bytes=content))
    if tag == PAIRS and isinstance(content, list):
        return [json_tree(getattr(pair, "value", pair)) for pair in content]
    return json_tree(content)


def json_bytes(tree: Any) -> bytes:
    """
    Turn what :func:`json_tree` gave into one line of text in UTF-8.

    :raises UnicodeEncodeError: with the text in it that UTF-8 does not have.
    """
    text = json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        for one in _texts(tree):
            one.encode("utf-8")
        raise


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        for one in tree:
            yield from _texts(one)
        if isinstance(tree, dict):
            yield from _texts(list(tree.values()))


def json_loads(data: bytes) -> Any:
    """
    Read one value of JSON; what begins with a dollar stays as it is.

    :raises BadBox: it is none, or has one name twice in an object.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise BadBox(f"it is not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has {shown(twice)} twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def json_value(data: Any) -> Any:
    """
    Turn what :func:`json_tree` gave, and JSON kept, into the value that it stands for.

    :raises BadBox: it has what nobody of ours writes.
    :raises BadValue: it asks for a value that cannot be.
    """
    try:
        return _value(data)
    except SchedulerError:
        raise
    except Exception as error:
        raise BadBox(
            f"it is not data of ours: {type(error).__name__}: {error}"
        ) from None


def _value(data: Any) -> Any:
    if isinstance(data, list):
        return [_value(one) for one in data]
    if not isinstance(data, dict):
        return data
    if not any(key[:1] == _MARK for key in data):
        return {key: _value(one) for key, one in data.items()}
    if len(data) > 1:
        raise BadBox(f"expected one name that begins with $, not {shown(list(data))}")
    ((name, content),) = data.items()
    return _read(name, content)


def _read(name: str, content: Any) -> Any:
    reader = _READERS.get(name)
    if reader is not None:
        return reader(content)
    tag = _TAGS.get(name[1:])
    if tag is None and name[1:].isdecimal() and len(name) < 10:
        tag = int(name[1:])
    decoder = None if tag is None or tag < FIRST_TAG else DECODERS.get(tag)
    if decoder is None:
        raise BadBox(f"{shown(name)} is not known")
    return decoder(_value(content), False)


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise BadBox(f"expected text, not {shown(content)}")
    return content


def _read_float(content: Any) -> float:
    if content not in ("nan", "inf", "-inf"):
        raise BadBox(f"expected nan, inf or -inf, not {shown(content)}")
    return float(content)


def _refuse_pickle(content: Any) -> Any:
    raise BadBox("a pickle is only read in a store that allows pickle")


_READERS: dict[str, Callable[[Any], Any]] = {
    "$bytes": lambda content: base64.b64decode(_text(content), validate=True),
    "$float": _read_float,
    "$int": lambda content: int(_text(content), 16),
    "$pickle": _refuse_pickle,
    "$uuid": lambda content: uuid.UUID(_text(content)),
}


def to_json(value: Any, place: str) -> Any:
    """
    Bring *value* into a shape that JSON can take.

    :raises NotSerializable: naming the place within it, and why.
    """
    return json_tree(to_plain(value, place))
