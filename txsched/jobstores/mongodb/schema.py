"""
The schema, step by step: each version is the one before it and one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from ...errors import SchemaTooNew
from .documents import Document

__all__ = ["STEPS", "migrate", "version_of"]

Step = Callable[[Database[Document], str], None]

_VERSION = "schema"
#: The code of the error that a collection is there already.
_THERE = 48


def _first(database: Database[Document], prefix: str) -> None:
    jobs, runs = database[f"{prefix}jobs"], database[f"{prefix}runs"]
    for name in ("definitions", "nodes"):
        _create(database, f"{prefix}{name}")
    jobs.create_index([("lease", 1), ("due", 1), ("_id", 1)], name="lease")
    jobs.create_index([("name", 1), ("_id", 1)], name="name")
    jobs.create_index("marks", sparse=True, name="marks")
    runs.create_index([("planned", 1), ("_id", 1)], name="planned")
    runs.create_index([("job", 1), ("planned", 1), ("_id", 1)], name="job")
    runs.create_index("active", sparse=True, name="active")


def _create(database: Database[Document], name: str) -> None:
    try:
        database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _THERE:
            raise


#: What leads from each version to the next; the first from nothing.  Several nodes may
#: do a step at the same time, and one may die in it: so each can be done again, and
#: leaves what is done as it is.  One that is released is never changed: what follows is
#: another step.
STEPS: Sequence[Step] = (_first,)


def version_of(notes: Any) -> int:
    """
    Give the version of what is stored; 0 for nothing.

    :param notes: the collection.
    """
    found = notes.find_one({"_id": _VERSION})
    return 0 if found is None else int(found["version"])


def migrate(
    database: Database[Document], prefix: str, steps: Sequence[Step] = STEPS
) -> None:
    """
    Bring the schema to the newest version.

    :raises SchemaTooNew: a newer txsched has been here; nothing is changed.
    """
    notes = database[f"{prefix}notes"]
    version = version_of(notes)
    if version > len(steps):
        raise SchemaTooNew(version, len(steps))
    for number, step in enumerate(steps[version:], version + 1):
        step(database, prefix)
        notes.update_one({"_id": _VERSION}, {"$max": {"version": number}}, upsert=True)
