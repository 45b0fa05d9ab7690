"""
Who makes job stores from URLs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import Attribute, Interface

from .stores import IJobStore
from .timing import ILoop

__all__ = ["IJobStoreFactory"]


class IJobStoreFactory(Interface):
    """
    Makes job stores of one kind; a plugin of Twisted may provide it.
    """

    name: str = Attribute("What people call the kind, such as ``Redis``.")

    schemes: tuple[str, ...] = Attribute(
        "What its URLs begin with, without the colon, such as ``redis``."
    )

    options: Mapping[str, type] = Attribute(
        "What can be set beside the URL: each name with its type, one of ``str``,"
        " ``int``, ``float``, ``bool`` and ``timedelta``."
    )

    def make(url: str, reactor: ILoop, options: Mapping[str, Any]) -> IJobStore:
        """
        Make a store, without opening it: nothing is connected or written yet.

        :param url: begins with one of the schemes and a colon.
        :param options: some of those above, with values of their types.
        :raises BadValue: for ``url`` or one of the options, when it cannot be used.
        """
