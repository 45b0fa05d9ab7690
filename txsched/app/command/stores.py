"""
The options of commands that work on stores themselves, and their stores.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict, frozen

from ...errors import BadValue

if TYPE_CHECKING:
    from ...interfaces import IJobStore

__all__ = [
    "Pickles",
    "conflict_option",
    "is_url",
    "opened",
    "pickle_options",
    "place_option",
]

#: A store of the service, or one by itself.
place_option = click.option(
    "--store",
    "place",
    metavar="ALIAS|URL",
    help="A store of the service; or by its URL, any store itself.",
)

conflict_option = click.option(
    "--on-conflict",
    type=click.Choice(["error", "replace", "keep"]),
    default="error",
    help="What to do when another job has the id.",
)


def is_url(place: str | None) -> bool:
    """
    Tell the URL of a store from an alias, or from none.
    """
    return place is not None and ":" in place


@frozen
class Pickles:
    """
    Whether pickles of a store may be loaded, and the file of the key to check them.
    """

    allow_pickle: bool
    key_file: str | None

    def refuse(self) -> None:
        """
        Refuse them where no store is named by its URL.

        :raises click.UsageError: one of them was given.
        """
        if self != Pickles(False, None):
            raise click.UsageError(
                "--allow-pickle and --key-file are for a --store that is a URL"
            )


def pickle_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """
    Give a command the options of :class:`Pickles`.
    """
    allowed = click.option(
        "--allow-pickle",
        "allow_pickle",
        is_flag=True,
        help="Load pickled arguments, which may run anything: only from stores that"
        " nobody else can write to.",
    )
    key_file = click.option(
        "--key-file",
        metavar="FILE",
        help="The key that pickled arguments are signed with.",
    )
    return allowed(key_file(command))


@asynccontextmanager
async def opened(
    name: str, url: str, reactor: Any, pickles: Pickles, new: bool = False
) -> AsyncIterator[IJobStore]:
    """
    Open the store that *url* names, and close it in the end.

    :param name: what an error calls the URL.
    :param new: whether a file that is not there is made, for its owner alone.
    :raises BadValue: for *name*: it is no URL of a store that others can use too, or
        its file is not there.
    """
    from ...codec import choose_serializer
    from ...jobstores import store_from_url
    from ..databases import make_private

    options: dict[str, Any] = {}
    if pickles.allow_pickle or pickles.key_file is not None:
        options["serializer"] = choose_serializer("pickle", **asdict(pickles))
    if url.startswith("memory:"):
        raise BadValue(name, "memory: is in the memory of one process alone")
    try:
        store = store_from_url(url, reactor=reactor, **options)
    except BadValue as error:
        place = name if error.field == "url" else error.field
        raise BadValue(place, error.reason) from None
    if new:
        make_private(url)
    else:
        _check_there(name, url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def _check_there(name: str, url: str) -> None:
    """
    Refuse a file that would only be made by opening it.
    """
    scheme, _, rest = url.partition(":///")
    path = rest.partition("?")[0]
    if scheme in ("sqlite", "shelve") and not path.startswith("file:"):
        folder = os.path.dirname(path) or "."
        names = os.listdir(folder) if os.path.isdir(folder) else ()
        # Some kinds of shelf add an ending to the name of their file.
        if not any(one.startswith(os.path.basename(path)) for one in names):
            raise BadValue(name, f"there is no file {path}")
