"""
UNIX sockets that a process left behind, and those that one still serves.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import closing, suppress

__all__ = ["SocketTaken", "clear_stale_socket"]

_PATIENCE_SECONDS = 2.0


class SocketTaken(Exception):
    """
    A socket cannot be listened on; the text says why and what to do.
    """


def clear_stale_socket(path: str) -> bool:
    """
    Remove the socket *path* if nobody serves it any more.

    Whether somebody does is asked of the socket itself.  The lock beside it, which
    names a process, is not enough: in a container the next process often has the
    same number as the one that died.

    :returns: whether one was removed.
    :raises SocketTaken: somebody serves it, or it cannot be removed.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SocketTaken(f"cannot listen on {path}: {error.strerror}") from None
    if not stat.S_ISSOCK(mode):
        raise SocketTaken(
            f"cannot listen on {path}: there is a file of that name that is no"
            " socket; move it away or listen elsewhere"
        )
    if _is_served(path):
        raise SocketTaken(
            f"cannot listen on {path}: another process serves it; stop that one, or"
            " listen elsewhere with --listen unix:PATH"
        )
    try:
        os.remove(path)
        with suppress(FileNotFoundError):
            os.remove(f"{path}.lock")
    except OSError as error:
        raise SocketTaken(
            f"cannot remove {path}, which a dead process left: {error.strerror}"
        ) from None
    return True


def _is_served(path: str) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(_PATIENCE_SECONDS)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            # No room in its queue, or not ours to open: somebody is there.
            return True
    return True
