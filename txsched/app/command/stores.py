"""
The options of commands that work on stores themselves, and their stores.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from ...errors import BadValue

if TYPE_CHECKING:
    from ...interfaces import IJobStore

__all__ = ["Pickles", "conflict_option", "opened", "pickle_options"]

conflict_option = click.option(
    "--on-conflict",
    type=click.Choice(["error", "replace", "keep"]),
    default="error",
    help="What to do when another job has the id.",
)


@frozen
class Pickles:
    """
    Whether pickles of a store may be loaded, and the file of the key to check them.
    """

    allowed: bool
    key_file: str | None


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
    from ...jobstores.urls import find_factory
    from ..databases import make_private

    options: dict[str, Any] = {}
    if pickles.allowed or pickles.key_file is not None:
        options["serializer"] = choose_serializer(
            "pickle", allow_pickle=pickles.allowed, key_file=pickles.key_file
        )
    if url.startswith("memory:"):
        raise BadValue(name, "memory: is in the memory of one process alone")
    try:
        store = find_factory(url).make(url, reactor, options)
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
