"""
The serializer that a configuration names.
"""

from __future__ import annotations

from ..errors import BadValue
from ..interfaces import ISerializer
from ..model.showing import shown
from .pickling import PickleSerializer
from .serializers import CBORSerializer, JSONSerializer

__all__ = ["choose_serializer"]

_NAMES = ("cbor", "json", "pickle")


def choose_serializer(
    name: str = "cbor", *, allow_pickle: bool = False, key_file: str | None = None
) -> ISerializer:
    """
    Make the serializer that is called *name*.

    :param name: ``cbor``, ``json`` or ``pickle``.
    :param allow_pickle: whether ``pickle`` may be chosen.
    :param key_file: the file whose content, without white space around it, is the key
        that pickles are signed with; it is read now.
    :raises BadValue: for ``serializer`` or ``key_file``, saying what was expected.
    """
    if name not in _NAMES:
        raise BadValue("serializer", f"expected {', '.join(_NAMES)}, not {shown(name)}")
    if name != "pickle":
        if key_file is not None:
            raise BadValue("key_file", f"is for pickle, and the serializer is {name}")
        return CBORSerializer() if name == "cbor" else JSONSerializer()
    if not allow_pickle:
        raise BadValue(
            "serializer",
            "pickle is not allowed here: whoever can write to the store could run"
            " anything in this process",
        )
    if key_file is None:
        return PickleSerializer()
    try:
        with open(key_file, "rb") as file:
            key = file.read().strip()
    except OSError as error:
        raise BadValue("key_file", f"{key_file}: {error.strerror}") from None
    try:
        return PickleSerializer(key)
    except BadValue as error:
        raise BadValue("key_file", f"{key_file}: its key {error.reason}") from None
