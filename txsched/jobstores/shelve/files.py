"""
The files of a shelf, and how they survive a crash.

For the path ``jobs`` there are ``jobs.N...``, a file or two of ``dbm`` with
everything as it was at some moment, and ``jobs.N.journal`` with what was changed since.
A change is appended to the journal, in one piece with a checksum, and on the disk
before anybody is told.  When the journal has grown, everything is written to
``jobs.N+1...``;
an empty journal of that number appears when that is done, and says that it is.  So
whatever dies when: the journal with the highest number and its beginning are whole.
"""

from __future__ import annotations

import dbm
import os
import re
import struct
import zlib
from collections.abc import Iterable
from contextlib import closing, suppress
from glob import escape, glob
from typing import Any

from ...codec import dumps, loads
from ...errors import SchedulerError, SchemaTooNew, StoreUnavailable
from .locking import lock

__all__ = ["VERSION", "Shelf"]

#: Of what is written; a newer one is refused.
VERSION = 1
Change = tuple[bytes, bytes | None]

_MAGIC = b"txsched shelf %d\n"
_HEADER = re.compile(rb"txsched shelf (\d+)\n")
_FRAME = struct.Struct("<II")
#: A journal that is longer than this, and than what it is the end of, is written anew.
_JOURNAL_BYTES = 4 * 2**20


class Shelf:
    """
    Blocks; to be used in one thread.

    :ivar records: all that is kept, by key.
    :ivar kind: the module that keeps it, as ``dbm.gnu``.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock: int | None = None
        self._journal: int | None = None
        self._number = 0
        self._appended = 0
        self._size = 0
        self.records: dict[bytes, bytes] = {}
        self.kind = ""

    def open(self) -> None:
        """
        Lock the shelf, and read it; to be called again after a failure.

        :raises StoreUnavailable: another process uses it, or it cannot be read.
        :raises SchemaTooNew: a newer txsched has written it.
        """
        try:
            if self._lock is None:
                self._lock = lock(f"{self._path}.lock")
            self._read()
            if not self._number or self._appended:
                self._write_anew()
        except SchedulerError:
            self.release()
            raise
        except (OSError, *dbm.error) as error:
            self.release()
            raise StoreUnavailable(f"{self._path}: {error}") from error

    def append(self, changes: Iterable[Change]) -> None:
        """
        Write changes, all or none; they are on the disk afterwards.

        :param changes: keys, and what to keep under them; ``None`` for nothing.
        :raises StoreUnavailable: they could not be written, or what was before them;
            the shelf has to be opened again.
        """
        if self._journal is None:
            raise StoreUnavailable(f"{self._path}: what came before was not written")
        entry = [[key, value] for key, value in changes]
        data = dumps(entry)
        frame = _FRAME.pack(len(data), zlib.crc32(data)) + data
        try:
            _write(self._journal, frame)
            os.fdatasync(self._journal)
        except OSError as error:
            self._leave_journal()
            raise StoreUnavailable(f"{self._path}: {error}") from error
        self._apply(entry)
        self._appended += len(frame)
        if self._appended > max(_JOURNAL_BYTES, self._size):
            # Not for the caller to know of: what it has asked for is done.
            with suppress(OSError, *dbm.error):
                self._write_anew()

    def close(self) -> None:
        """
        Leave the shelf in order.
        """
        if self._journal is not None and self._appended:
            with suppress(OSError, *dbm.error):
                self._write_anew()
        self.release()

    def release(self) -> None:
        """
        Let go of the files as they are.
        """
        self._leave_journal()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _leave_journal(self) -> None:
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None

    def _apply(self, entry: Iterable[Iterable[Any]]) -> None:
        for key, value in entry:
            if value is None:
                self.records.pop(key, None)
            else:
                self.records[key] = value

    def _base(self, number: int) -> str:
        return f"{self._path}.{number}"

    def _read(self) -> None:
        self._leave_journal()
        self._number = max(self._numbers(), default=0)
        self._appended = self._size = 0
        self.records.clear()
        if not self._number:
            return
        base = self._base(self._number)
        self._journal = os.open(f"{base}.journal", os.O_RDWR | os.O_APPEND)
        with open(f"{base}.journal", "rb") as journal:
            content = journal.read()
        header = _HEADER.match(content)
        if header is None:
            raise StoreUnavailable(f"{base}.journal is not a journal of txsched")
        if int(header[1]) > VERSION:
            raise SchemaTooNew(int(header[1]), VERSION)
        with closing(dbm.open(base, "r")) as shelf:
            for key in shelf.keys():  # noqa: SIM118
                assert isinstance(key, bytes)
                self.records[key] = shelf[key]
        self.kind = str(dbm.whichdb(base))
        self._size = sum(map(len, self.records.values()))
        end = self._replay(content, header.end())
        if end < len(content):
            # It was cut off in the middle of a write that nobody was told of.
            os.truncate(self._journal, end)

    def _replay(self, content: bytes, start: int) -> int:
        """
        Apply what a journal has, and say where it ends.
        """
        while start + _FRAME.size <= len(content):
            length, checksum = _FRAME.unpack_from(content, start)
            end = start + _FRAME.size + length
            data = content[start + _FRAME.size : end]
            if len(data) < length or zlib.crc32(data) != checksum:
                break
            self._apply(loads(data))
            self._appended += end - start
            start = end
        return start

    def _numbers(self) -> list[int]:
        """
        Name the states of the shelf that are whole.
        """
        found = (
            re.search(r"\.(\d+)\.journal$", name)
            for name in glob(f"{escape(self._path)}.*.journal")
        )
        return [int(one[1]) for one in found if one is not None]

    def _write_anew(self) -> None:
        """
        Write everything, and begin an empty journal.
        """
        number = self._number + 1
        base = self._base(number)
        self._remove(number)
        with closing(dbm.open(base, "n", 0o600)) as shelf:
            for key, value in self.records.items():
                shelf[key] = value
        for name in glob(f"{escape(base)}*"):
            _sync(name)
        self.kind = str(dbm.whichdb(base))
        journal = os.open(
            f"{base}.new", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600
        )
        try:
            _write(journal, _MAGIC % VERSION)
            os.fsync(journal)
            os.rename(f"{base}.new", f"{base}.journal")
        except OSError:
            os.close(journal)
            raise
        self._leave_journal()
        old, self._number, self._journal = self._number, number, journal
        self._appended, self._size = 0, sum(map(len, self.records.values()))
        _sync(os.path.dirname(os.path.abspath(self._path)))
        self._remove(old)

    def _remove(self, number: int) -> None:
        """
        Remove the files of one state, its journal first.
        """
        base = self._base(number)
        names = [f"{base}.journal", base, *glob(f"{escape(base)}.*")]
        for name in names:
            with suppress(FileNotFoundError):
                os.remove(name)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync(name: str) -> None:
    descriptor = os.open(name, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
