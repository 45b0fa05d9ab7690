"""
A way to a server that breaks at a chosen moment.
"""

from __future__ import annotations

import selectors
import socket
import threading
from pathlib import Path

from sqlalchemy import make_url

__all__ = ["Cut"]


class Cut:
    """
    A UNIX socket before that of a server, for one database.

    When it is armed, and a client sends a text, the server still gets it, and does what
    it says; its answer is kept from the client, whose connection is lost instead.

    :param url: of the database.
    :param folder: where the socket is to be; short.
    """

    def __init__(self, url: str, folder: Path) -> None:
        parsed = make_url(url)
        if "unix_socket" in parsed.query:
            self._server = str(parsed.query["unix_socket"])
            mine = folder / "s"
            changed = parsed.update_query_dict({"unix_socket": str(mine)})
        else:
            self._server = f"{parsed.query['host']}/.s.PGSQL.5432"
            mine = folder / ".s.PGSQL.5432"
            changed = parsed.update_query_dict({"host": str(folder)})
        self.url = changed.render_as_string(hide_password=False)
        #: How often a connection was cut.
        self.cuts = 0
        self._text: bytes | None = None
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(mine))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, text: bytes) -> None:
        """
        Cut the first connection on which *text* is sent from now on.
        """
        self._text = text

    def close(self) -> None:
        """
        Let nobody in any more.
        """
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            selector = selectors.DefaultSelector()
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    key.data.sendall(data)
                    text = self._text
                    if key.fileobj is client and text is not None and text in data:
                        self._text = None
                        server.recv(65536)
                        self.cuts += 1
                        return
