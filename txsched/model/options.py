"""
The options that a person may set on a job: each checked in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ..errors import BadValue
from .call import COMMAND, NO_KWARGS, ShownValue
from .instant import from_micros, to_micros
from .policy import OnCrash, OnExcluded
from .showing import shown

__all__ = [
    "MAX_ID",
    "NO_OPTIONS",
    "OPTIONS",
    "check_arguments",
    "check_option",
    "check_options",
    "check_task",
]

#: The longest id, name, tag or executor alias, in characters.
MAX_ID = 255
_MAX_TAGS = 64
_MAX_CALENDARS = 16
_MAX_INSTANCES = 1_000_000
_MAX_DURATION = timedelta(days=36525)

_NO_LIST = "expected a list of arguments, not {}"

NO_OPTIONS: Mapping[str, Any] = {}


def check_task(task: Any) -> None:
    """
    Refuse what cannot name a task.

    :raises BadValue: for *task*.
    """
    if callable(task):
        return
    if not isinstance(task, str):
        raise BadValue("task", f"expected module:function text, not {shown(task)}")
    if not _is_task_name(task):
        raise BadValue("task", f"expected module:function, not {shown(task)}")


@lru_cache(maxsize=1024)
def _is_task_name(text: str) -> bool:
    module, colon, name = text.partition(":")
    parts = [*module.split("."), *name.split(".")]
    return text == COMMAND or (
        bool(colon) and all(part.isidentifier() for part in parts)
    )


def check_arguments(
    args: Any, kwargs: Any
) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """
    Bring the arguments of a task into their stored shape.

    :raises BadValue: for ``args`` or ``kwargs``.
    """
    if type(args) is not tuple:
        if isinstance(args, (str, bytes, Mapping)):
            raise BadValue("args", _NO_LIST.format(shown(args)))
        try:
            args = tuple(args)
        except TypeError:
            raise BadValue("args", _NO_LIST.format(shown(args))) from None
    for number, one in enumerate(args):
        if type(one) is ShownValue:
            raise _only_shown(f"args[{number}]", one)
    if kwargs is None or kwargs == {}:
        return args, NO_KWARGS
    if not isinstance(kwargs, Mapping):
        raise BadValue(
            "kwargs", f"expected a mapping of arguments, not {shown(kwargs)}"
        )
    for key in kwargs:
        if not isinstance(key, str):
            raise BadValue("kwargs", f"the key {shown(key)} is not text")
        if type(kwargs[key]) is ShownValue:
            raise _only_shown(f"kwargs[{shown(key)}]", kwargs[key])
    return args, dict(kwargs)


def _only_shown(place: str, value: ShownValue) -> BadValue:
    return BadValue(place, f"{shown(value)} is known to the program that made it only")


# Values of derived classes, as members of an enumeration of texts or the instants of
# other libraries, become what they are derived from: stores and clients take no others.


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, not {shown(value)}")
    if len(value) > MAX_ID:
        raise ValueError(f"has {len(value)} characters, at most {MAX_ID} are allowed")
    if not value.isprintable():
        raise ValueError(f"{shown(value)} has characters that cannot be printed")
    return str.__str__(value)


def _name(value: Any) -> str:
    if value == "":
        raise ValueError("must not be empty")
    text = _text(value)
    if text[0] == " " or text[-1] == " ":  # of all blanks this alone is printable
        raise ValueError(f"{shown(value)} begins or ends with a blank")
    return text


def _whole(low: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"expected a whole number, not {shown(value)}")
        if not low <= value <= _MAX_INSTANCES:
            raise ValueError(f"{shown(value)} is not within {low} to {_MAX_INSTANCES}")
        return int(value)

    return check


def _optional(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, not {shown(value)}")
    return value


def _duration(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, (int, float, timedelta)):
        raise ValueError(f"expected seconds or a timedelta, not {shown(value)}")
    if isinstance(value, timedelta):
        duration = timedelta(value.days, value.seconds, value.microseconds)
    else:
        try:
            duration = timedelta(seconds=value)
        except (OverflowError, ValueError):
            raise ValueError(
                f"{shown(value)} is not a usable number of seconds"
            ) from None
    if not timedelta() < duration <= _MAX_DURATION:
        raise ValueError(
            f"{duration} is not more than 0 and up to {_MAX_DURATION.days} days"
        )
    return duration


def _instant(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise ValueError(f"expected a datetime, not {shown(value)}")
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    try:
        return from_micros(to_micros(value))
    except OverflowError:
        raise ValueError(f"{value} is not within the years 1 to 9999 of UTC") from None


def _tags(value: Any) -> tuple[str, ...]:
    if isinstance(value, (str, bytes, Mapping)):
        raise ValueError(f"expected a list of tags, not {shown(value)}")
    try:
        tags = tuple(sorted({_name(tag) for tag in value}))
    except TypeError:
        raise ValueError(f"expected a list of tags, not {shown(value)}") from None
    if len(tags) > _MAX_TAGS:
        raise ValueError(f"has {len(tags)} tags, at most {_MAX_TAGS} are allowed")
    return tags


def _on_crash(value: Any) -> OnCrash:
    try:
        return OnCrash(value)
    except ValueError:
        raise ValueError(f"expected rerun or abandon, not {shown(value)}") from None


def _calendars(value: Any) -> tuple[str, ...]:
    if isinstance(value, (str, bytes, Mapping)):
        raise ValueError(f"expected a list of names of calendars, not {shown(value)}")
    try:
        names = tuple(dict.fromkeys(_name(one) for one in value))
    except TypeError:
        raise ValueError(
            f"expected a list of names of calendars, not {shown(value)}"
        ) from None
    if len(names) > _MAX_CALENDARS:
        raise ValueError(
            f"has {len(names)} calendars, at most {_MAX_CALENDARS} are allowed"
        )
    return names


def _on_excluded(value: Any) -> OnExcluded:
    try:
        return OnExcluded(value)
    except ValueError:
        raise ValueError(
            f"expected skip, next or previous, not {shown(value)}"
        ) from None


#: Each option of a job that a person may set, and what checks it.
OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "id": _name,
    "name": _text,
    "store": _optional(_name),
    "executor": _name,
    "misfire_grace_time": _optional(_duration),
    "coalesce": _flag,
    "max_instances": _whole(1),
    "max_runs": _optional(_whole(1)),
    "start_time": _optional(_instant),
    "end_time": _optional(_instant),
    "jitter": _optional(_duration),
    "tags": _tags,
    "on_crash": _on_crash,
    "keep_runs": _optional(_whole(0)),
    "calendars": _calendars,
    "on_excluded": _on_excluded,
}


def check_option(name: str, value: Any) -> Any:
    """
    Bring the value of one option into its stored shape.

    :raises BadValue: naming the option and what was expected.
    """
    check = OPTIONS.get(name)
    if check is None:
        raise BadValue(name, f"there is no such option; there are {', '.join(OPTIONS)}")
    try:
        return check(value)
    except ValueError as error:
        raise BadValue(name, str(error)) from None


def check_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """
    Check several options, and that they fit together.

    :raises BadValue: naming the first option that cannot be taken.
    """
    checked = {name: check_option(name, value) for name, value in options.items()}
    if "end_time" in checked:
        start, end = checked.get("start_time"), checked["end_time"]
        if start is not None and end is not None and end < start:
            raise BadValue("end_time", f"{end} is before start_time, {start}")
    return checked
