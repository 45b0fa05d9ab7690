"""
The stores that the scenario is played on.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event

from txsched.interfaces import IJobStore
from txsched.jobstores import SQLAlchemyJobStore, store_from_url
from txsched.jobstores.sql.connecting import open_engine


def make_store(url: str, reactor: Any) -> IJobStore:
    """
    Make the store of a URL.
    """
    return store_from_url(url, reactor=reactor)


_FENCE = re.compile(r"AND term = (\?|v\d+)( AND lease_until IS NOT NULL)?")


def make_unfenced_store(url: str, reactor: Any) -> IJobStore:
    """
    Make a store that takes writes under any term, old ones too.
    """
    engine = open_engine(url, "power loss")

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def unfence(
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        many: bool,
    ) -> tuple[str, Any]:
        if " id = " in statement:
            statement = _FENCE.sub(r"AND (term = \1 OR 1 = 1)", statement)
        return statement, parameters

    return SQLAlchemyJobStore(engine=engine, reactor=reactor)
