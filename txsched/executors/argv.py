"""
What a command may look like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import BadValue
from ..model import COMMAND, Call

__all__ = ["OUTPUT_LIMIT", "check_command"]

#: How many bytes of output are kept where nobody said.
OUTPUT_LIMIT = 64 * 1024
_MOST_OUTPUT = 16 * 1024 * 1024


def check_command(call: Call) -> None:
    """
    Refuse what cannot be started as a program.

    :raises BadValue: for ``task``, ``args``, or the option at fault, as
        ``kwargs.cwd``.
    """
    if call.task != COMMAND:
        raise BadValue(
            "task",
            f"{call.task_name} is a Python task: this executor starts programs, its"
            f" task is {COMMAND!r} with the program and its arguments as args",
        )
    if not call.args:
        raise BadValue("args", "expected a program and its arguments, got nothing")
    for number, arg in enumerate(call.args):
        if not _is_text(arg):
            raise BadValue(
                f"args[{number}]", f"expected text without NUL characters, not {arg!r}"
            )
    if not call.args[0]:
        raise BadValue("args[0]", "the name of the program is empty")
    for key, value in call.kwargs.items():
        check = _OPTIONS.get(key)
        if check is None:
            known = ", ".join(_OPTIONS)
            raise BadValue(
                f"kwargs.{key}", f"there is no such option of a command, only {known}"
            )
        fault = check(value)
        if fault is not None:
            raise BadValue(f"kwargs.{key}", fault)


def _is_text(value: Any) -> bool:
    """
    Say whether the system can take *value* as a text.
    """
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _env_fault(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return f"expected a mapping of names to text, not {value!r}"
    for name, text in value.items():
        if not _is_text(name) or not name or "=" in name:
            return f"{name!r} cannot be the name of a variable"
        if not _is_text(text):
            return f"{name} must be text without NUL characters, not {text!r}"
    return None


def _cwd_fault(value: Any) -> str | None:
    if _is_text(value) and value:
        return None
    return f"expected the path of a folder, not {value!r}"


def _input_fault(value: Any) -> str | None:
    if isinstance(value, bytes):
        return None
    if not isinstance(value, str):
        return f"expected text or bytes, not {type(value).__name__}"
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return f"cannot be written as UTF-8: {error.reason}"
    return None


def _output_limit_fault(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"expected a number of bytes, not {value!r}"
    if not 0 <= value <= _MOST_OUTPUT:
        return f"{value} is not within 0 to {_MOST_OUTPUT}"
    return None


_OPTIONS: Mapping[str, Callable[[Any], str | None]] = {
    "env": _env_fault,
    "cwd": _cwd_fault,
    "input": _input_fault,
    "output_limit": _output_limit_fault,
}
