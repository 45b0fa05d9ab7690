"""
Job stores by their URLs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from ..errors import BadValue
from ..interfaces import IJobStore, IJobStoreFactory, ILoop
from .kinds import KINDS, StoreKind
from .plugins import find_plugins

__all__ = ["check_url", "find_factory", "hide_password", "store_from_url"]

_PASSWORD = re.compile(r"^([^:/]*://[^:/@]*:).*@")
_SECRET = re.compile(r"(?i)([?&][^=&]*pass[^=&]*=)[^&]*")


def hide_password(url: str) -> str:
    """
    Give *url* as it may be shown: with stars for a password.
    """
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1***@", url))


def find_factory(url: str) -> IJobStoreFactory:
    """
    Find who makes the store that *url* names, ourselves before plugins.

    :raises BadValue: for ``url``: nobody does.
    """
    scheme, colon, _ = url.partition(":")
    known: list[str] = []
    for factory in chain(KINDS, find_plugins()):
        if colon and scheme in factory.schemes:
            return factory
        known += factory.schemes
    raise BadValue(
        "url",
        "expected the URL of a job store, which begins with"
        f" {', '.join(f'{one}:' for one in known)}; not {hide_password(url)!r}",
    )


def check_url(url: str) -> None:
    """
    Refuse a URL that names no store, without looking for its driver.

    :raises BadValue: for ``url``.
    """
    factory = find_factory(url)
    if isinstance(factory, StoreKind):
        factory.arguments(url)


def store_from_url(url: str, *, reactor: ILoop, **options: Any) -> IJobStore:
    """
    Make the store that *url* names; it is not open yet, and nothing is connected.

    :param url: ``memory:``, ``sqlite:///FILE``, ``shelve:///FILE``,
        ``postgresql://…``, ``mysql://…``, ``mariadb://…``, ``redis://…``,
        ``rediss://…``, ``redis+unix://…``, ``mongodb://…``, ``mongodb+srv://…``, or
        one of a plugin that provides :class:`~txsched.interfaces.IJobStoreFactory`.
        A fourth slash begins an absolute path.
    :param reactor: the reactor, or another loop.
    :param options: what the class of the store takes besides.
    :raises BadValue: for ``url`` or an option, without the password: nobody knows
        such a URL, a driver is missing, or the option is not known or has a value
        that cannot be used.
    """
    if not isinstance(url, str):
        raise BadValue("url", f"expected text, not {url!r}")
    factory = find_factory(url)
    _check_options(factory, options)
    try:
        return factory.make(url, reactor, options)
    except BadValue as error:
        reason = error.reason.replace(url, hide_password(url))
        raise BadValue(error.field, reason) from None


def _check_options(factory: IJobStoreFactory, options: Mapping[str, Any]) -> None:
    known = factory.options
    for name, value in options.items():
        kind = known.get(name)
        if kind is None and isinstance(factory, StoreKind) and factory.takes(name):
            continue
        if kind is None:
            raise BadValue(
                name,
                f"{factory.name} has no such option; it has"
                f" {', '.join(sorted(known)) or 'none'}",
            )
        kinds = (int, float) if kind is float else (kind,)
        if value is not None and type(value) not in kinds:
            raise BadValue(name, f"expected {kind.__name__}, not {value!r}")
