"""
Where the server is, and how to work with it: checked before anything is connected.
"""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import unquote_plus

from attrs import frozen
from pymongo import MongoClient, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from ...errors import BadValue, StoreUnavailable
from ..urls import hide_password
from .connection import Connection
from .documents import Document

__all__ = ["Address"]

_SRV = "mongodb+srv://"
_DEFAULT = "txsched"
_DURABLE = {
    "power loss": WriteConcern(w="majority", j=True),
    "crash": WriteConcern(w=1, j=False),
}
_PASSWORD = re.compile(r"(?<=://)([^/?#@:]*):([^/?#]*)@")


@frozen
class Address:
    """
    A server, a database on it, and the options of a store.

    As text it is the URL without the password.
    """

    url: str
    database: str | None
    prefix: str
    durability: str
    timeout: float

    def __str__(self) -> str:
        return hide_password(self.url)

    @classmethod
    def read(
        cls,
        url: str,
        database: str | None,
        prefix: str,
        durability: str,
        timeout: float,
        clock: str,
    ) -> Address:
        """
        Check the options of a store.

        :raises BadValue: naming the one that cannot be used.
        """
        if not (prefix == "" or prefix.isidentifier()):
            raise BadValue(
                "prefix", f"{prefix!r} cannot begin the name of a collection"
            )
        if durability not in _DURABLE:
            known = " or ".join(map(repr, _DURABLE))
            raise BadValue("durability", f"expected {known}, not {durability!r}")
        if clock not in ("store", "caller"):
            raise BadValue("clock", f"expected 'store' or 'caller', not {clock!r}")
        if not (0 < timeout < math.inf):
            raise BadValue("timeout", f"expected seconds, more than 0, not {timeout!r}")
        if database is not None and not _is_name(database):
            raise BadValue("database", f"{database!r} is not the name of a database")
        return cls(_checked(url), database, prefix, durability, timeout)

    def connection(self) -> Connection:
        """
        Make a connection that is not used yet.
        """
        return Connection(
            self._client,
            self.database,
            _DEFAULT,
            self.prefix,
            _DURABLE[self.durability],
            self.timeout,
        )

    def _client(self) -> MongoClient[Document]:
        """
        Make the driver's client; for an ``srv`` address that asks the name server.
        """
        try:
            return MongoClient(
                self.url,
                appname="txsched",
                connect=False,
                socketTimeoutMS=int(self.timeout * 1000),
            )
        except (PyMongoError, ValueError) as error:
            raise StoreUnavailable(str(error)) from None


def _is_name(database: str) -> bool:
    return bool(database) and not set(database) & set('/\\. "$\0')


def _checked(url: Any) -> str:
    """
    See to it that a URL can be read; what it says of itself must not have the password.
    """
    if not isinstance(url, str):
        raise BadValue("url", f"expected text, not {type(url).__name__}")
    if url.startswith(_SRV):
        return url  # to be read the name server has to be asked
    try:
        parse_uri(url, warn=False)
    except (PyMongoError, ValueError) as error:
        raise BadValue("url", _without_password(str(error), url)) from None
    return url


def _without_password(text: str, url: str) -> str:
    found = _PASSWORD.search(url)
    for secret in (found[2], unquote_plus(found[2])) if found else ():
        if secret:
            text = text.replace(secret, "***")
    return text
