"""
What can keep a server from being used.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["ServerFailed", "ServerMissing", "last_lines"]

_SHOWN_LINES = 20
_SHOWN_BYTES = 16_384


class ServerMissing(Exception):
    """
    The programs of a server are not on this machine; the text says which command
    installs them.
    """


class ServerFailed(Exception):
    """
    A server did not do what it was asked for; the text ends with the last lines of its
    log.
    """


def last_lines(log: Path) -> str:
    """
    Give the end of a log, or say that there is none.
    """
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _SHOWN_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        text = ""
    lines = text.splitlines()[-_SHOWN_LINES:]
    return "\n".join(lines) or "(its log is empty)"
