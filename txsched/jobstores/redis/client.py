"""
The protocols of the driver.

It imports the reactor, so that this is to be imported when one is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure
from txredisapi import (
    BaseRedisProtocol,
    RedisError,
    ResponseError,
    SubscriberProtocol,
)

__all__ = ["Listener", "RedisError", "ResponseError", "Speaker", "factory_of"]


class Speaker(BaseRedisProtocol):  # type: ignore[misc]
    """
    Gives commands, and knows why its connection was lost where that says more than
    that it was: TLS says so.
    """

    trouble = ""

    def connectionLost(self, why: Failure) -> None:
        if why.check(ConnectionDone, ConnectionLost) is None:
            self.trouble = why.getErrorMessage()
        super().connectionLost(why)


class Listener(SubscriberProtocol):  # type: ignore[misc]
    """
    Tells of messages.
    """

    heard: Callable[[bytes], None]
    trouble = ""

    def messageReceived(self, pattern: None, channel: bytes, message: bytes) -> None:  # noqa: N802
        """
        Hand on what was said.
        """
        self.heard(message)


def factory_of(kind: type[Speaker] | type[Listener]) -> Any:
    """
    Make a factory of one kind of protocol, that gives all values as bytes.
    """
    factory = Factory.forProtocol(lambda: kind(charset=None, convertNumbers=False))
    factory.noisy = False
    return factory
