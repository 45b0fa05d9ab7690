"""
The stores that the scenario is played on, as a plugin of the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen
from sqlalchemy import event
from twisted.plugin import IPlugin
from zope.interface import implementer

from txsched.interfaces import IJobStore, IJobStoreFactory
from txsched.jobstores import SQLAlchemyJobStore, store_from_url
from txsched.jobstores.sql.connecting import open_engine

from .recording import RecordedStore

__all__ = ["RecordedStores", "install_plugin", "make_unfenced_store"]

_FENCE = re.compile(r"AND term = (\?|%s)( AND lease_until IS NOT NULL)?")

_PLUGIN = """\
from tests.crash.stores import RecordedStores, make_unfenced_store

recorded = RecordedStores("recorded")
unfenced = RecordedStores("unfenced", make_unfenced_store)
"""


def make_unfenced_store(url: str, reactor: Any) -> IJobStore:
    """
    Make a store that takes writes under any term, old ones too.
    """
    engine = open_engine(url)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def unfence(
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        many: bool,
    ) -> tuple[str, Any]:
        if " WHERE id = " in statement:
            statement = _FENCE.sub(r"AND (term = \1 OR 1 = 1)", statement)
        return statement, parameters

    return SQLAlchemyJobStore(engine=engine, reactor=reactor)


@implementer(IPlugin, IJobStoreFactory)
@frozen
class RecordedStores:
    """
    Makes stores that write down what they grant, for URLs as ``recorded:sqlite:///x``.

    :ivar name: what their URLs begin with.
    :ivar make_inner: makes the store of the rest of a URL.
    """

    name: str
    make_inner: Callable[[str, Any], IJobStore] = store_from_url

    options: Mapping[str, type] = {}

    @property
    def schemes(self) -> tuple[str, ...]:
        """
        What their URLs begin with.
        """
        return (self.name,)

    def make(self, url: str, reactor: Any, options: Mapping[str, Any]) -> IJobStore:
        """
        Make the store behind it, and the one that writes down what that says.
        """
        _, _, inner = url.partition(":")
        store: IJobStore = RecordedStore(self.make_inner(inner, reactor=reactor))
        return store


def install_plugin(folder: Path) -> Path:
    """
    Make a folder for Python's path in which the service finds these stores.
    """
    path = folder / "path"
    plugins = path / "twisted" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "txsched_recorded.py").write_text(_PLUGIN)
    return path
