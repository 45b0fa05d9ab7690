"""
Where a server is, and how it is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from attrs import field, frozen
from twisted.internet.endpoints import (
    HostnameEndpoint,
    UNIXClientEndpoint,
    wrapClientTLS,
)
from twisted.internet.interfaces import IStreamClientEndpoint

from ...errors import BadValue

__all__ = ["Address", "address_of"]

_SCHEMES = ("redis", "rediss", "redis+unix", "unix")
_PORT = 6379


@frozen
class Address:
    """
    What a URL says.

    :ivar text: as it may be shown, without the password.
    :ivar host: empty for a socket in the file system.
    :ivar path: of the socket.
    :ivar database: its number.
    :ivar user: the ACL user; empty for the server's default one.
    :ivar options: of TLS; ``None`` without it.
    """

    text: str
    host: str
    port: int
    path: str
    database: int
    user: str
    password: str = field(repr=False)
    options: Any = None

    def endpoint(self, reactor: Any) -> IStreamClientEndpoint:
        """
        Give what connects to the server.
        """
        if self.path:
            return UNIXClientEndpoint(reactor, self.path)
        endpoint = HostnameEndpoint(reactor, self.host.encode("idna"), self.port)
        if self.options is None:
            return endpoint
        return wrapClientTLS(self.options, endpoint)


def address_of(
    url: str,
    tls_ca: str | None = None,
    tls_certificate: str | None = None,
    tls_key: str | None = None,
) -> Address:
    """
    Read a URL.

    :param tls_ca: a file with the certificates of those that are trusted.
    :param tls_certificate: a file with the certificate that is shown to the server.
    :param tls_key: a file with its key, where that is another one.
    :raises BadValue: for ``url`` or an option of TLS.
    """
    if not isinstance(url, str):
        raise BadValue("url", f"expected text, not {url!r}")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError as error:
        raise BadValue("url", f"it cannot be used: {error}") from None
    if parts.scheme not in _SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise BadValue("url", f"expected {known}, not {parts.scheme!r}")
    local = parts.scheme in ("redis+unix", "unix")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and not password:
        raise BadValue("url", f"the user {user!r} has no password")
    place = unquote(parts.path) if local else ""
    database = _database(parts, local)
    host = parts.hostname or ("" if local else "localhost")
    if local and (not place or host):
        raise BadValue("url", f"expected {parts.scheme}:///SOCKET, an absolute path")
    options = _tls(parts.scheme, host, tls_ca, tls_certificate, tls_key)
    where = place if local else f"{f'[{host}]' if ':' in host else host}:{port}"
    at = f"{user}@" if user else ""
    text = f"{parts.scheme}://{at}{where}{'?db=' if local else '/'}{database}"
    return Address(text, host, port, place, database, user, password, options)


def _database(parts: SplitResult, local: bool) -> int:
    query = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(query.keys() - {"db"})
    if unknown:
        raise BadValue("url", f"{unknown[0]!r} is not known in it; there is db")
    named = query.get("db", [""])[-1]
    if not local:
        named = named or parts.path.strip("/")
    if not named:
        return 0
    if not (named.isascii() and named.isdigit()):
        raise BadValue("url", f"the database {named!r} is not a number")
    return int(named)


def _tls(
    scheme: str,
    host: str,
    ca: str | None,
    certificate: str | None,
    key: str | None,
) -> Any:
    if scheme != "rediss":
        given = {"tls_ca": ca, "tls_certificate": certificate, "tls_key": key}
        for name, value in given.items():
            if value is not None:
                raise BadValue(name, "it is for a URL that begins with rediss://")
        return None
    if key is not None and certificate is None:
        raise BadValue("tls_key", "there is no tls_certificate that it belongs to")
    try:
        from twisted.internet.ssl import (
            Certificate,
            PrivateCertificate,
            optionsForClientTLS,
            trustRootFromCertificates,
        )
    except ImportError as error:
        raise BadValue(
            "url", f"TLS is not installed ({error}): pip install 'txsched[tls]'"
        ) from None
    trusted = shown = None
    if ca is not None:
        blocks = _read("tls_ca", ca, lambda data: list(_certificates(data)))
        trusted = _made(
            "tls_ca",
            ca,
            lambda: trustRootFromCertificates(
                [Certificate.loadPEM(block) for block in blocks]
            ),
        )
    if certificate is not None:
        pem = _read("tls_certificate", certificate, bytes)
        if key is not None:
            pem += b"\n" + _read("tls_key", key, bytes)
        shown = _made(
            "tls_certificate", certificate, lambda: PrivateCertificate.loadPEM(pem)
        )
    return optionsForClientTLS(host, trustRoot=trusted, clientCertificate=shown)


_END = b"-----END CERTIFICATE-----"


def _certificates(data: bytes) -> list[bytes]:
    blocks = [block + _END for block in data.split(_END)[:-1]]
    if not blocks:
        raise ValueError("there is no certificate in it")
    return blocks


def _read(name: str, path: str, parse: Callable[[bytes], Any]) -> Any:
    try:
        with open(path, "rb") as file:
            return parse(file.read())
    except (OSError, ValueError) as error:
        raise BadValue(name, f"{path!r} cannot be used: {error}") from None


def _made(name: str, path: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except Exception as error:  # of whatever kind the library of TLS has
        raise BadValue(name, f"{path!r} cannot be used: {error!r}") from None
