"""
Packages of Debian, unpacked into a folder: nothing is installed, and no root needed.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .failures import ServerFailed, ServerMissing
from .folders import kept_folder
from .kind import Programs
from .processes import perform

__all__ = ["fetched", "release_name", "unpack"]

_FETCH_SECONDS = 300.0
_LIBRARIES = ("lib/*-linux-gnu*", "usr/lib/*-linux-gnu*")


def fetched(name: str, packages: Sequence[str]) -> Programs:
    """
    Give the programs of packages that are fetched once, and kept in the cache.

    :raises ServerMissing: see :func:`unpack`.
    """
    root = kept_folder(
        f"{name}-{release_name()}", lambda folder: unpack(packages, folder)
    )
    libraries = (path for it in _LIBRARIES for path in sorted(root.glob(it)))
    return Programs(root / "usr", tuple(libraries))


def release_name() -> str:
    """
    Name the release of the system and the machine, for which packages are built.
    """
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    words = (release.get("ID"), release.get("VERSION_ID"), platform.machine())
    return "-".join(filter(None, words))


def unpack(packages: Sequence[str], folder: Path) -> None:
    """
    Fetch packages with all that they need and the machine lacks, and unpack them.

    APT reads the machine's sources and its list of installed packages, and has
    everything that it writes in a temporary folder.

    :raises ServerMissing: there is no APT, or it could not fetch them.
    """
    wanted = " ".join(packages)
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise ServerMissing(f"{wanted} cannot be fetched: there is no apt-get here")
    with tempfile.TemporaryDirectory(prefix="txs") as name:
        apt = Path(name)
        for part in ("state/lists/partial", "cache/archives/partial"):
            (apt / part).mkdir(parents=True)
        try:
            _apt(apt, "update")
            # They are downloaded also when they are installed in part.
            _apt(apt, "--download-only", "--reinstall", "install", *packages)
            for package in sorted((apt / "cache/archives").glob("*.deb")):
                _perform(apt, ["dpkg-deb", "-x", str(package), str(folder)])
        except ServerFailed as error:
            raise ServerMissing(f"{wanted} cannot be fetched: {error}") from None


def _apt(apt: Path, *arguments: str) -> None:
    options = {
        "Dir::State": apt / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": apt / "cache",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        # The locks that it would take are those of the machine, which it leaves alone.
        "Debug::NoLocking": "true",
    }
    flags = [word for name, it in options.items() for word in ("-o", f"{name}={it}")]
    _perform(apt, ["apt-get", "-q", "-y", *flags, *arguments])


def _perform(apt: Path, command: Sequence[str]) -> None:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    perform(command, apt, environment, apt / "log", _FETCH_SECONDS)
