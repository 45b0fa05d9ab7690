"""
The schema, step by step: each version is the one before it and one script.
"""

from __future__ import annotations

from ...errors import SchemaTooNew
from .requests import Requests

__all__ = ["NEWEST", "migrate"]

#: The scripts that lead from each version to the next; the first from nothing.  Each
#: leaves alone what another node has brought further already.
_STEPS = ("create",)
#: The version that this txsched writes.
NEWEST = len(_STEPS)


async def migrate(requests: Requests) -> None:
    """
    Create or upgrade the schema.

    :raises SchemaTooNew: it was written by a newer txsched.
    """
    version = int(await requests.run("version"))
    while version < NEWEST:
        version = int(await requests.run(_STEPS[version]))
    if version > NEWEST:
        raise SchemaTooNew(version, NEWEST)
