"""
The protocols of the driver.

It imports the reactor, so that this is to be imported when one is chosen.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.protocol import Factory
from txredisapi import BaseRedisProtocol as Speaker
from txredisapi import RedisError, ResponseError, SubscriberProtocol

__all__ = ["Listener", "RedisError", "ResponseError", "Speaker", "factory_of"]


class Listener(SubscriberProtocol):  # type: ignore[misc]
    """
    Tells of messages.
    """

    heard: Callable[[bytes], None]

    def messageReceived(self, pattern: None, channel: bytes, message: bytes) -> None:  # noqa: N802
        self.heard(message)


def factory_of(kind: type[Speaker]) -> Factory:
    """
    Make a factory of one kind of protocol, that gives all values as bytes.
    """
    factory = Factory.forProtocol(lambda: kind(charset=None, convertNumbers=False))
    factory.noisy = False
    return factory
