"""
Checks on the typed values of a configuration.

Each check takes a value and raises ``ValueError`` with a sentence that says what was
found and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import Attribute

from ..errors import BadConfiguration, BadValue
from ..model.options import check_option
from ..triggers import format_duration

__all__ = ["Check", "is_a", "job_option", "one_of", "or_none", "valid", "within"]

Check = Callable[[Any], None]


def valid(*checks: Check) -> Callable[[Any, Any, Any], None]:
    """
    Make the validator of a key.

    :param checks: look at its value; raise ``ValueError``.
    """

    def validate(instance: Any, attribute: Attribute[Any], value: Any) -> None:
        try:
            for check in checks:
                check(value)
        except ValueError as error:
            raise BadConfiguration(
                "", instance.SECTION, attribute.name, str(error)
            ) from None

    return validate


def is_a(*kinds: type) -> Check:
    """
    Make a check for values of some kinds; a flag is no number.
    """
    names = " or ".join(kind.__name__ for kind in kinds)

    def check(value: Any) -> None:
        if not isinstance(value, kinds) or (
            isinstance(value, bool) and bool not in kinds
        ):
            raise ValueError(f"expected {names}, not {value!r}")

    return check


def within(low: Any, high: Any) -> Check:
    """
    Make a check for values from *low* to *high*.
    """

    def check(value: Any) -> None:
        if not low <= value <= high:
            raise ValueError(
                f"{_said(value)} is not within {_said(low)} to {_said(high)}"
            )

    return check


def or_none(*checks: Check) -> Check:
    """
    Make a check that lets ``None`` pass beside what *checks* let pass.
    """

    def check(value: Any) -> None:
        if value is not None:
            for one in checks:
                one(value)

    return check


def job_option(name: str) -> Check:
    """
    Make the check that an option of a job has anyway.
    """

    def check(value: Any) -> None:
        try:
            check_option(name, value)
        except BadValue as error:
            raise ValueError(error.reason) from None

    return check


def one_of(*choices: str) -> Check:
    """
    Make a check for one of some words.
    """

    def check(value: Any) -> None:
        if value not in choices:
            raise ValueError(f"expected {' or '.join(choices)}, not {value!r}")

    return check


def _said(value: Any) -> str:
    return format_duration(value) if isinstance(value, timedelta) else str(value)
