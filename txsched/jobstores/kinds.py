"""
The kinds of store that txsched brings along, by the schemes of their URLs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from attrs import frozen
from zope.interface import implementer

from ..errors import BadValue
from ..interfaces import IJobStore, IJobStoreFactory, ILoop
from .constructing import construct, options_of, takes

__all__ = ["KINDS", "StoreKind"]


def _as_it_is(url: str) -> tuple[str, ...]:
    return (url,)


def _nothing(url: str) -> tuple[str, ...]:
    if url != "memory:":
        raise BadValue("url", f"expected memory: alone, not {url!r}")
    return ()


def _file(url: str) -> tuple[str, ...]:
    path = _after_slashes(url)
    if not path:
        raise BadValue("url", f"expected shelve:///FILE, not {url!r}")
    return (path,)


def _sqlite(url: str) -> tuple[str, ...]:
    path = _after_slashes(url)
    if not path or path.startswith((":memory:", "?")):
        raise BadValue(
            "url",
            f"expected sqlite:///FILE with the name of a file, not {url!r}"
            " (memory: keeps nothing on disk)",
        )
    return (url,)


def _after_slashes(url: str) -> str:
    rest = url.partition(":")[2]
    return rest[3:] if rest.startswith("///") else ""


def _with_driver(url: str) -> tuple[str, ...]:
    """
    Name the driver that txsched is tested with where none is named.
    """
    scheme, _, rest = url.partition(":")
    driver = {"postgresql": "+psycopg", "mysql": "+pymysql", "mariadb": "+pymysql"}
    return (f"{scheme}{driver.get(scheme, '')}:{rest}",)


@implementer(IJobStoreFactory)
@frozen
class StoreKind:
    """
    A kind of store whose module is imported when it is first used.

    :ivar name: what people call it.
    :ivar schemes: what its URLs begin with.
    :ivar reference: its class, as ``module:Class`` within :mod:`txsched.jobstores`.
    :ivar extra: what ``pip`` calls its driver: an extra of txsched; empty for none.
    :ivar arguments: turns the URL into the first arguments of the class.
    """

    name: str
    schemes: tuple[str, ...]
    reference: str
    extra: str = ""
    arguments: Callable[[str], tuple[str, ...]] = _as_it_is

    @property
    def options(self) -> Mapping[str, type]:
        """
        What can be set beside the URL, each with its type.

        :raises BadValue: for ``url``: the driver is not installed.
        """
        options = options_of(self._load())
        return {name: kind for name, kind in options.items() if name not in _PLACES}

    def takes(self, option: str) -> bool:
        """
        Say whether *option* can be set, of whatever type it is.

        :raises BadValue: for ``url``: the driver is not installed.
        """
        return option not in _PLACES and takes(self._load(), option)

    def make(self, url: str, reactor: ILoop, options: Mapping[str, Any]) -> IJobStore:
        """
        Make a store; it is not open yet.

        :raises BadValue: for ``url`` or an option.
        """
        arguments = self.arguments(url)
        try:
            return construct(self._load(), reactor, *arguments, **options)
        except ModuleNotFoundError as error:
            self._tell_driver(error)
            raise
        except ValueError as error:
            # So drivers say of a URL that its port is no number, for instance.
            raise BadValue("url", f"{url!r} cannot be used: {error}") from None
        except BadValue as error:
            if error.field in _PLACES:
                raise BadValue("url", error.reason) from None
            raise

    def _load(self) -> Callable[..., IJobStore]:
        module, _, name = self.reference.partition(":")
        try:
            found = getattr(import_module(module, __package__), name)
        except ModuleNotFoundError as error:
            self._tell_driver(error)
            raise
        return found  # type: ignore[no-any-return]

    def _tell_driver(self, error: ModuleNotFoundError) -> None:
        """
        :raises BadValue: for ``url``: what is missing is no module of ours.
        """
        if (error.name or "").startswith("txsched."):
            return
        advice = f": pip install 'txsched[{self.extra}]'" if self.extra else ""
        raise BadValue(
            "url", f"a driver for {self.name} is missing ({error}){advice}"
        ) from error


#: The parameters that are not options.
_PLACES = frozenset({"url", "path", "reactor"})
_SQL = ".sql:SQLAlchemyJobStore"

KINDS = (
    StoreKind("memory", ("memory",), ".memory:MemoryJobStore", arguments=_nothing),
    StoreKind("SQLite", ("sqlite",), _SQL, arguments=_sqlite),
    StoreKind(
        "PostgreSQL",
        ("postgresql+psycopg", "postgresql"),
        _SQL,
        "postgresql",
        _with_driver,
    ),
    StoreKind(
        "MySQL or MariaDB",
        ("mysql+pymysql", "mariadb+pymysql", "mysql", "mariadb"),
        _SQL,
        "mysql",
        _with_driver,
    ),
    StoreKind(
        "Redis", ("redis", "rediss", "redis+unix"), ".redis:RedisJobStore", "redis"
    ),
    StoreKind(
        "MongoDB", ("mongodb", "mongodb+srv"), ".mongodb:MongoDBJobStore", "mongodb"
    ),
    StoreKind("shelve", ("shelve",), ".shelve:ShelveJobStore", arguments=_file),
)
