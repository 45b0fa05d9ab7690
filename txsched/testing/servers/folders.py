"""
Folders: short ones for servers, and those that are kept between runs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .failures import ServerFailed
from .processes import Account

__all__ = ["is_open", "kept_folder", "own_folder"]

#: A path of a UNIX socket has less than 108 bytes (unix(7)); what is put below a folder
#: for temporary files takes up to 40.
_LONGEST = 60
_LOCK_SECONDS = 600.0
_SYSTEM_CACHE = Path("/var/cache")


def own_folder(account: Account | None) -> Path:
    """
    Make an empty folder that only one user and root can enter.

    It lies in the usual place for temporary files, or in ``/tmp`` where that is too
    deep for a socket, or closed to *account*.
    """
    usual = Path(tempfile.gettempdir())
    fits = len(os.fsencode(usual)) <= _LONGEST and (account is None or is_open(usual))
    folder = Path(tempfile.mkdtemp(prefix="txs", dir=usual if fits else "/tmp"))
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def is_open(path: Path) -> bool:
    """
    Whether any user may enter a folder, or run a program, by this path.
    """
    ways = (path.absolute(), path.resolve())
    return all(
        one.stat().st_mode & stat.S_IXOTH for way in ways for one in (way, *way.parents)
    )


def kept_folder(name: str, build: Callable[[Path], None]) -> Path:
    """
    Give a folder that is built once and then kept, for all users to read.

    It lies in ``txsched`` in the cache of the user (``$XDG_CACHE_HOME`` or
    ``~/.cache``), for root in ``/var/cache/txsched``, unless ``$XDG_CACHE_HOME`` names
    a folder that all can enter.  Processes that want it at the same time build it once.

    :param build: fills an empty folder.
    """
    cache = _cache()
    folder = cache / name
    if not folder.is_dir():
        with _locked(cache / f"{name}.lock"):
            if not folder.is_dir():
                _build(folder, build)
    return folder


def _cache() -> Path:
    wanted = os.environ.get("XDG_CACHE_HOME")
    if os.geteuid() != 0:
        above = Path(wanted) if wanted else Path.home() / ".cache"
    elif wanted and Path(wanted).is_dir() and is_open(Path(wanted)):
        above = Path(wanted)
    else:
        above = _SYSTEM_CACHE
    cache = above / "txsched"
    if not cache.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
    return cache


def _build(folder: Path, build: Callable[[Path], None]) -> None:
    """
    Build beside, and rename: a folder with the name is always whole.
    """
    fresh = Path(tempfile.mkdtemp(prefix=".new", dir=folder.parent))
    try:
        build(fresh)
        _open_all(fresh)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _open_all(folder: Path) -> None:
    """
    Let everybody read what we built, whatever our umask is.
    """
    for root, _, files in os.walk(folder):
        os.chmod(root, 0o755)
        for path in (Path(root, file) for file in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + _LOCK_SECONDS
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServerFailed(
                        f"another process has held {path} for {_LOCK_SECONDS:g} s"
                    ) from None
                time.sleep(0.1)
        yield
