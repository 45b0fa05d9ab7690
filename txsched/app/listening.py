"""
Where the service listens, and what may be done there.
"""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen
from twisted.internet.endpoints import serverFromString

__all__ = ["Listener"]

#: The word without which nothing but a UNIX socket is served.
_INSECURE = "insecure"
#: ``sockaddr_un.sun_path`` has room for so many bytes.
_LONGEST_PATH = 107
_LAST_PORT = 65535
_PRIVATE_MODE = 0o600


def _split(endpoint: str) -> list[str]:
    """
    Split an endpoint string at its colons, but not at escaped ones.
    """
    parts = [""]
    for token in re.findall(r"\\.|.", endpoint, re.DOTALL):
        if token == ":":
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


@frozen
class Listener:
    """
    One endpoint of the service.

    :ivar endpoint: a server endpoint string of Twisted.
    :ivar insecure: whether it was said that everybody who can reach it may use it.
    """

    endpoint: str
    insecure: bool = False

    @classmethod
    def parse(cls, text: str) -> Listener:
        """
        Take ``[insecure] ENDPOINT``.

        :raises ValueError: saying what was expected.
        """
        word, _, rest = text.strip().partition(" ")
        insecure = word == _INSECURE
        endpoint = rest.strip() if insecure else text.strip()
        listener = cls(endpoint, insecure)
        listener.check()
        return listener

    def check(self) -> None:
        """
        Refuse what cannot be listened on, or is open without having said so.

        :raises ValueError: saying what was expected.
        """
        if not self.endpoint:
            raise ValueError("expected an endpoint such as unix:txsched.sock")
        if not self._local and not self.insecure:
            raise ValueError(
                f"{self.endpoint!r} can be reached by others and has no login: use a"
                f" unix: endpoint, or say {_INSECURE!r} before it to serve everybody"
                " who can reach it"
            )
        if self._local and self.insecure:
            raise ValueError(
                f"{self.endpoint!r} is a UNIX socket: the mode of its file says who"
                f" may use it, so {_INSECURE!r} has no meaning here"
            )
        if self.path is not None:
            self._check_path(self.path)
        if self._kind != "systemd":
            self._check_endpoint()
        if self._kind in ("tcp", "ssl"):
            self._check_port()

    def _check_path(self, path: str) -> None:
        if not path or "\0" in path:
            raise ValueError("expected unix:PATH, the path is missing")
        size = len(path.encode())
        if size > _LONGEST_PATH:
            raise ValueError(
                f"the path of the socket has {size} bytes, the system allows"
                f" {_LONGEST_PATH}: use a shorter or a relative one"
            )

    def _check_endpoint(self) -> None:
        unused: Any = None
        try:
            serverFromString(unused, self.description)
        except Exception as error:
            why = str(error) or type(error).__name__
            raise ValueError(
                f"{self.endpoint!r} is no server endpoint: {why}"
            ) from None

    def _check_port(self) -> None:
        port = int(self._options.get("port") or _split(self.endpoint)[1])
        if not 0 <= port <= _LAST_PORT:
            raise ValueError(
                f"port {port} of {self.endpoint!r} is not within 0 to {_LAST_PORT}"
            )

    @property
    def _kind(self) -> str:
        return _split(self.endpoint)[0]

    @property
    def _options(self) -> dict[str, str]:
        pairs = (part.partition("=") for part in _split(self.endpoint)[1:])
        return {key: value for key, equals, value in pairs if equals}

    @property
    def _local(self) -> bool:
        if self._kind == "systemd":
            return self._options.get("domain") == "UNIX"
        return self._kind == "unix"

    @property
    def path(self) -> str | None:
        """
        The path of a ``unix:`` endpoint.
        """
        if self._kind != "unix":
            return None
        parts = _split(self.endpoint)
        given = parts[1] if len(parts) > 1 and "=" not in parts[1] else ""
        return _unescaped(given or self._options.get("address", ""))

    @property
    def mode(self) -> int | None:
        """
        The mode of the socket's file; ``None`` where there is none of ours.
        """
        if self.path is None:
            return None
        try:
            return int(self._options["mode"], 8)
        except (KeyError, ValueError):
            return _PRIVATE_MODE

    @property
    def private(self) -> bool:
        """
        Whether only the user of the service can reach it.
        """
        return self.mode is not None and not self.mode & 0o077

    @property
    def description(self) -> str:
        """
        The endpoint string to give to Twisted, private unless it says otherwise.
        """
        if self.path is None or "mode" in self._options:
            return self.endpoint
        return f"{self.endpoint}:mode={_PRIVATE_MODE:o}"

    def __str__(self) -> str:
        return self.description
