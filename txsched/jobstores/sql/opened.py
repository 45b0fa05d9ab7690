"""
The file below a store: whether its name still leads to what was opened.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from attrs import define, field

from ...errors import StoreUnavailable

__all__ = ["OpenedFile"]


@define(eq=False)
class OpenedFile:
    """
    A file of SQLite that is open.

    SQLite itself goes on with a file that was removed or replaced, as if nothing were
    the matter; what is written to it is gone with the last connection.

    :param tell: told once, in a thread of the store's, what has become of the file.
    """

    _tell: Callable[[str], object]
    _path: str = field(default="", init=False)
    _identity: tuple[int, int] | None = field(default=None, init=False)
    _trouble: str | None = field(default=None, init=False)

    def remember(self, connection: Any) -> None:
        """
        Remember which file a connection has, unless that is known.
        """
        if self._identity is None:
            rows = connection.exec_driver_sql("PRAGMA database_list").fetchall()
            self._path = next(row[2] for row in rows if row[1] == "main")
            self._identity = self._found()

    def check(self) -> None:
        """
        See to it that the file is still there.

        :raises StoreUnavailable: it is not, or was not at some time: then nobody knows
            what has become of it meanwhile.
        """
        if self._trouble is None and self._identity is not None:
            found = self._found()
            if found != self._identity:
                what = "removed" if found is None else "replaced by another"
                self._trouble = (
                    f"its file {self._path} was {what} while it was in use; put the"
                    " right one there and start again"
                )
                self._tell(self._trouble)
        if self._trouble is not None:
            raise StoreUnavailable(self._trouble)

    def _found(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
