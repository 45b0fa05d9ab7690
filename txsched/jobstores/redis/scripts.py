"""
The scripts, as texts and by the hashes under which a server knows them.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha1
from importlib.resources import files

from attrs import frozen

__all__ = ["Script", "script"]

#: What stands before each script.
_SHARED = ("library", "runs", "jobs")


@frozen
class Script:
    """
    A script that runs on the server, alone from its first to its last command.

    :ivar name: that of its file.
    :ivar text: the whole of it, with what is shared by all.
    :ivar hash: under which the server knows it.
    """

    name: str
    text: bytes
    hash: bytes


@cache
def script(name: str) -> Script:
    """
    Give the script of a name.
    """
    folder = files(__package__).joinpath("lua")
    parts = (*_SHARED, name)
    texts = [folder.joinpath(f"{part}.lua").read_bytes() for part in parts]
    text = b"\n".join(texts)
    return Script(name, text, sha1(text, usedforsecurity=False).hexdigest().encode())
