"""
The kinds of store that others bring along, as plugins of Twisted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twisted.logger import Logger
from twisted.plugin import getCache
from twisted.python.failure import Failure
from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

import twisted.plugins

from ..interfaces import IJobStoreFactory

__all__ = ["find_plugins"]

_log = Logger()


def find_plugins() -> Iterator[IJobStoreFactory]:
    """
    Give the factories among the plugins of Twisted, those in the folders
    ``twisted/plugins`` of Python's path.

    One that cannot be loaded, or is no factory after all, is left out, and the log
    says which one and why.
    """
    for module, dropin in sorted(getCache(twisted.plugins).items()):
        for plugin in dropin.plugins:
            if not plugin.provided or IJobStoreFactory not in plugin.provided:
                continue
            try:
                factory = plugin.load()
                check_factory(factory)
            except Exception:
                _log.failure(
                    "the plugin {name} of {module} makes no job stores",
                    Failure(),
                    name=plugin.name,
                    module=module,
                )
            else:
                yield factory


def check_factory(factory: IJobStoreFactory) -> None:
    """
    Refuse what does not say what a factory has to say.

    :raises ValueError: saying what is missing.
    """
    try:
        verifyObject(IJobStoreFactory, factory)
    except Invalid as error:
        raise ValueError(str(error)) from None
    if not isinstance(factory.schemes, tuple) or not factory.schemes:
        raise ValueError(f"schemes: expected a tuple, not {factory.schemes!r}")
    if not isinstance(factory.options, Mapping):
        raise ValueError(f"options: expected a mapping, not {factory.options!r}")
