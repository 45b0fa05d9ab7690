"""
The sections of a configuration file that are about stores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from ..errors import BadValue
from ..model.options import check_option
from .databases import DEFAULT, SERIALIZER, StoreChoice, check_database
from .reading import (
    read_amount,
    read_duration,
    read_flag,
    read_number,
    read_text,
    suggestion,
)

__all__ = ["OF_STORE", "STORES", "read_options", "read_url"]

#: The section with the URLs of stores, by alias.
STORES = "stores"
#: What the section of one store begins with, before its alias.
OF_STORE = "store "

_CLASS = "class"
_KEY_FILE = "key_file"
_READERS: Mapping[type, Callable[[str], Any]] = {
    str: read_text,
    int: read_amount,
    float: read_number,
    bool: read_flag,
    timedelta: read_duration,
}


def read_url(alias: str, text: str) -> str:
    """
    Take the URL of the store *alias*.

    :raises ValueError: saying what was expected.
    """
    _check_alias(alias)
    if alias == DEFAULT:
        raise ValueError("is database in [service]")
    url = read_text(text)
    check_database(url)
    return url


def _check_alias(alias: str) -> None:
    try:
        check_option("store", alias)
    except BadValue as error:
        raise ValueError(error.reason) from None


def read_options(
    alias: str, url: str, values: Mapping[str, str]
) -> tuple[StoreChoice, list[tuple[str, str]]]:
    """
    Take what is said of the store *alias* beside its URL.

    :param url: its URL; empty when there is none.
    :returns: the store, and what is wrong: keys with reasons.
    """
    values = dict(values)
    reference = values.pop(_CLASS, "")
    choice = StoreChoice(url="" if reference or alias == DEFAULT else url)
    try:
        _check_alias(alias)
        if reference and url and alias != DEFAULT:
            raise BadValue(_CLASS, f"is there beside a URL in [{STORES}]")
        if not reference and not url:
            raise BadValue(
                "", f"there is no {alias!r} in [{STORES}], and no key {_CLASS} here"
            )
        named = StoreChoice(url="" if reference else url, reference=reference)
        known = dict(named.known())
        ours = [SERIALIZER, _KEY_FILE] if named.takes_serializer() else []
    except ValueError as error:
        return choice, [("", str(error))]
    except BadValue as error:
        return choice, [(_CLASS if error.field == _CLASS else "", error.reason)]
    options: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for key, text in values.items():
        kind = str if key in ours else known.get(key)
        if kind is None:
            names = [*known, *ours, _CLASS]
            reason = f"there is no such key; {suggestion(key, names)}"
            faults.append((key, reason))
            continue
        try:
            options[key] = _READERS[kind](text)
        except ValueError as error:
            faults.append((key, str(error)))
    for_serializer = {key: options.pop(key) for key in ours if key in options}
    choice = StoreChoice(
        url=choice.url, reference=reference, options=options, **for_serializer
    )
    return choice, faults
