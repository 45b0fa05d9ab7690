"""
A lock that one process can hold, and that goes with it.
"""

from __future__ import annotations

import fcntl
import os

from ...errors import StoreUnavailable

__all__ = ["lock"]


def lock(path: str) -> int:
    """
    Lock a file, and write the number of this process into it.

    The kernel ends the lock with the process, however that ends.

    :returns: the descriptor; the lock ends when it is closed.
    :raises StoreUnavailable: another one holds it; names its process.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise StoreUnavailable(
            f"process {holder or 'unknown'} uses it, and only one can ({path})"
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, b"%d\n" % os.getpid())
    return descriptor
