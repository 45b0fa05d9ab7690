"""
One node: ``twistd scheduler`` itself, with its store recorded.

::

    python -m tests.crash.node [options of twistd] scheduler --config node.ini
"""

from __future__ import annotations

import os
from typing import Any

from twisted.python.reflect import namedAny
from twisted.scripts.twistd import run

from txsched.app import assemble, service

from .recording import RecordedStore

#: Names the function that makes the store, and its URL, to the process of a node.
MAKER, URL = "TXSCHED_CRASH_MAKER", "TXSCHED_CRASH_URL"


def make_store(*arguments: Any, **options: Any) -> RecordedStore:
    """
    Make the store that the scenario asks for, whatever the configuration says.
    """
    from twisted.internet import reactor

    store = namedAny(os.environ[MAKER])(os.environ[URL], reactor)
    return RecordedStore(store)


if __name__ == "__main__":
    assemble.make_store = make_store  # type: ignore[assignment]
    service.may_come_later = lambda url: True
    run()
