"""
Jobs and runs as others may see them.

A memory store keeps live objects, and text that UTF-8 does not have, as the name of a
file may be.  What of them cannot travel is shown by its text, and is no error.
"""

from __future__ import annotations

from typing import Any

import cbor2
from attrs import evolve
from cbor2 import CBORTag

from ..errors import BadBox, NotSerializable
from ..model import Call, Job, Run, ShownTrigger, ShownValue
from ..model.showing import shown
from .plain import DECODERS, ENCODERS, FIRST_TAG, SCALARS, to_plain
from .tasks import task_name
from .wire import dumps

__all__ = ["encodable", "plain_or_text", "presentable", "presentable_run"]

_SHOWN_VALUE = FIRST_TAG + 11
_SHOWN_TRIGGER = FIRST_TAG + 19
_LONGEST = 1000
_ENCODABLE = SCALARS - {str}


def presentable(job: Job) -> Job:
    """
    Give *job* so that it can be shown elsewhere.

    Of its task, its arguments and its trigger each that cannot travel becomes text.
    """
    call = job.call
    try:
        task = task_name(call.task)
    except NotSerializable:
        task = call.task_name
    args = tuple(_argument(value) for value in call.args)
    kwargs = {_shown(key): _argument(value) for key, value in call.kwargs.items()}
    trigger = job.trigger
    if not _travels(trigger):
        trigger = ShownTrigger(_text(trigger))
    return evolve(job, call=Call(task, args, kwargs), trigger=trigger)


def presentable_run(run: Run) -> Run:
    """
    Give *run* so that it can be shown elsewhere: its result may be a live object too.
    """
    return run._replace(result=_shown(run.result))


def encodable(value: Any, place: str, depth: int = 0) -> Any:
    """
    Bring *value* into a shape that CBOR can take, and be sure that it can.

    :raises NotSerializable: naming the place within it, and why.
    :raises UnicodeEncodeError: it has text that UTF-8 does not have.
    """
    plain = to_plain(value, place, depth)
    if type(plain) not in _ENCODABLE:
        cbor2.dumps(plain)
    return plain


def plain_or_text(value: Any, place: str, depth: int) -> Any:
    """
    Bring *value* into a shape that CBOR can take: as its text, if it has no other.
    """
    try:
        return encodable(value, place, depth)
    except (NotSerializable, UnicodeEncodeError, RecursionError):
        return _text(value)


def _travels(value: Any) -> bool:
    try:
        dumps(value)
    except NotSerializable:
        return False
    return True


def _argument(value: Any) -> Any:
    return value if _travels(value) else ShownValue(_text(value))


def _shown(value: Any) -> Any:
    return value if _travels(value) else _text(value)


def _text(value: Any) -> str:
    return shown(value, _LONGEST).encode("utf-8", "replace").decode("utf-8")


def _encode_trigger(trigger: ShownTrigger, place: str, depth: int) -> CBORTag:
    return CBORTag(_SHOWN_TRIGGER, trigger.text)


def _decode_trigger(content: Any, immutable: bool) -> ShownTrigger:
    if not isinstance(content, str):
        raise BadBox(f"expected the text of a trigger, not {shown(content)}")
    return ShownTrigger(content)


def _encode_value(value: ShownValue, place: str, depth: int) -> CBORTag:
    return CBORTag(_SHOWN_VALUE, str(value))


def _decode_value(content: Any, immutable: bool) -> ShownValue:
    if not isinstance(content, str):
        raise BadBox(f"expected the text of an argument, not {shown(content)}")
    return ShownValue(content)


ENCODERS[ShownValue] = _encode_value
DECODERS[_SHOWN_VALUE] = _decode_value
ENCODERS[ShownTrigger] = _encode_trigger
DECODERS[_SHOWN_TRIGGER] = _decode_trigger
