"""
The stores that a service keeps its jobs in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

from attrs import field, frozen

from ..codec import choose_serializer
from ..errors import BadValue
from ..interfaces import IJobStore
from ..jobstores.constructing import construct, options_of, takes
from ..jobstores.kinds import StoreKind
from ..jobstores.urls import check_url, find_factory, hide_password, store_from_url

__all__ = [
    "DEFAULT",
    "DURABILITIES",
    "SERIALIZER",
    "StoreChoice",
    "check_database",
    "check_folder",
    "make_private",
]

#: The alias of the store of jobs that do not say.
DEFAULT = "default"

#: What committed work may survive: a power cut, or the end of the process alone.
DURABILITIES = ("power loss", "crash")

#: The parameter of stores that takes a serializer.
SERIALIZER = "serializer"

_SQLITE = "sqlite:///"


@frozen(kw_only=True)
class StoreChoice:
    """
    A store of the service, as its configuration says it.

    :ivar url: its URL; empty where there is a *reference*.
    :ivar reference: its class, as ``module:Class``.
    :ivar options: what its class takes besides.
    :ivar serializer: what writes its jobs: ``cbor``, ``json`` or ``pickle``; empty for
        what the class takes by itself.
    :ivar key_file: the file with the key that pickles are signed with; empty for none.
    """

    url: str = field(default="", repr=hide_password)
    reference: str = ""
    options: Mapping[str, Any] = field(factory=dict)
    serializer: str = ""
    key_file: str = ""

    def known(self) -> Mapping[str, type]:
        """
        Give the options that there are, each with the type of its values.

        :raises BadValue: for ``url`` or ``class``: there is no such kind of store, or
            its driver is missing.
        """
        if self.reference:
            return options_of(self._load())
        return find_factory(self.url).options

    def takes_serializer(self) -> bool:
        """
        Say whether its class can be given a serializer.

        :raises BadValue: as :meth:`known` does.
        """
        if self.reference:
            return takes(self._load(), SERIALIZER)
        factory = find_factory(self.url)
        return isinstance(factory, StoreKind) and factory.takes(SERIALIZER)

    def make(
        self, reactor: Any, defaults: Mapping[str, Any], allow_pickle: bool = False
    ) -> IJobStore:
        """
        Make the store; it is not open yet.

        :param defaults: options that hold where the store has them and nobody said.
        :param allow_pickle: whether its serializer may be ``pickle``.
        :raises BadValue: for ``url``, ``class`` or an option.
        """
        known = self.known()
        options = {name: one for name, one in defaults.items() if name in known}
        options |= self.options
        if self.serializer or self.key_file:
            options[SERIALIZER] = choose_serializer(
                self.serializer or "cbor",
                allow_pickle=allow_pickle,
                key_file=self.key_file or None,
            )
        if not self.reference:
            return store_from_url(self.url, reactor=reactor, **options)
        try:
            store = construct(self._load(), reactor, **options)
        except TypeError as error:
            raise BadValue("class", f"{self.reference}: {error}") from None
        if not IJobStore.providedBy(store):
            raise BadValue("class", f"{self.reference} makes no job store")
        return store

    def _load(self) -> Callable[..., Any]:
        module, colon, name = self.reference.partition(":")
        if not colon:
            raise BadValue("class", f"expected module:Class, not {self.reference!r}")
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            reason = f"{self.reference!r} cannot be loaded: {error}"
            raise BadValue("class", reason) from None
        if not callable(found):
            raise BadValue("class", f"{self.reference!r} is no class")
        return found  # type: ignore[no-any-return]

    @property
    def of_server(self) -> bool:
        """
        Whether it is on a server, which may be started after this service.
        """
        return self.url.partition(":")[0] not in ("", "memory", "shelve", "sqlite")

    def __str__(self) -> str:
        return self.reference or hide_password(self.url)


def check_database(url: str) -> None:
    """
    Refuse what names no database.

    :raises ValueError: saying what was expected.
    """
    try:
        check_url(url)
    except BadValue as error:
        raise ValueError(error.reason) from None


def make_private(url: str) -> None:
    """
    Let the file of a database that is not there yet be the user's of the service alone.

    Arguments of jobs and the output of programs are nobody else's business.  SQLite
    gives the files beside it, such as its log, the same mode.  A file that is there
    stays as it is; one that cannot be made is left to the store to complain about.
    """
    path = _path(url)
    if path is not None:
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def check_folder(url: str) -> None:
    """
    Refuse a database whose file cannot be made, as its folder is not there.

    :raises ValueError: naming the folder.
    """
    path = _path(url)
    if path is not None and not os.path.isdir(folder := os.path.dirname(path) or "."):
        raise ValueError(f"the folder {folder!r} of {url!r} is not there")


def _path(url: str) -> str | None:
    """
    Give the file of a database in one, unless SQLite is to find it by a URI.
    """
    if not url.startswith(_SQLITE):
        return None
    path = url[len(_SQLITE) :].partition("?")[0]
    return None if path.startswith("file:") else path
