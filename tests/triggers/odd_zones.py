"""
Time zones that never were, as files that :mod:`zoneinfo` reads.
"""

from __future__ import annotations

import struct
import zoneinfo
from pathlib import Path


def tzif(changes, rule, version=b"2", narrow=()):
    """
    Give the contents of a file.

    :param changes: instants in seconds, each with the offset that begins there; that
        of the first holds before it as well.
    :param rule: what holds after the last.
    :param narrow: the changes in the part for readers of version 1.
    """

    def block(changes, letter):
        offsets = sorted({offset for _, offset in changes}) or [0]
        first = changes[0][1] if changes else 0
        offsets.remove(first)
        offsets.insert(0, first)
        counts = 0, 0, 0, len(changes), len(offsets), 4
        return b"".join(
            [
                struct.pack(">4sc15x6L", b"TZif", version, *counts),
                *(struct.pack(f">{letter}", at) for at, _ in changes),
                bytes(offsets.index(offset) for _, offset in changes),
                *(struct.pack(">lBB", offset, 0, 0) for offset in offsets),
                b"ODD\0",
            ]
        )

    if version == b"\0":
        return block(narrow, "l")
    return block(narrow, "l") + block(changes, "q") + b"\n%s\n" % rule.encode()


def install(case, zones):
    """
    Let the zones of a mapping from names to contents be found while a test runs.
    """
    folder = Path(case.mktemp())
    for name, contents in zones.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
    zoneinfo.reset_tzpath([str(folder.absolute()), *zoneinfo.TZPATH])
    case.addCleanup(zoneinfo.reset_tzpath)
