"""
Stores by URL: who makes them, with which options, and what is refused.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

import twisted.plugins
from txsched.codec import JSONSerializer
from txsched.errors import BadValue
from txsched.interfaces import IJobStore, IJobStoreFactory
from txsched.jobstores import (
    MemoryJobStore,
    ShelveJobStore,
    SQLAlchemyJobStore,
    store_from_url,
)
from txsched.jobstores.constructing import options_of
from txsched.jobstores.kinds import KINDS, StoreKind
from txsched.jobstores.urls import find_factory, hide_password

_PLUGIN = """
    from zope.interface import implementer
    from twisted.plugin import IPlugin
    from txsched.interfaces import IJobStoreFactory
    from txsched.jobstores import MemoryJobStore

    @implementer(IPlugin, IJobStoreFactory)
    class Factory:
        name = "a stranger"
        schemes = {schemes}
        options = {{"depth": int}}

        def make(self, url, reactor, options):
            self.made = (url, options)
            return MemoryJobStore()

    {name} = Factory()
"""


def make(url: Any, **options: Any) -> IJobStore:
    return store_from_url(url, reactor=reactor, **options)


class UrlTests(SynchronousTestCase):
    """
    :func:`store_from_url` on the kinds that txsched brings along.
    """

    def refused(self, field: str, url: Any, **options: Any) -> str:
        with self.assertRaises(BadValue) as caught:
            make(url, **options)
        self.assertEqual(field, caught.exception.field)
        return caught.exception.reason

    def test_memory(self) -> None:
        """
        ``memory:`` is a new store each time, and has no options.
        """
        self.assertIsInstance(make("memory:"), MemoryJobStore)
        self.assertIsNot(make("memory:"), make("memory:"))
        self.assertIn("memory: alone", self.refused("url", "memory:x"))
        self.assertIn("it has none", self.refused("depth", "memory:", depth=1))

    def test_sqlite(self) -> None:
        """
        ``sqlite:///FILE`` takes the options of its class, and names no file yet.
        """
        path = Path(self.mktemp()).absolute()
        store = make(f"sqlite:///{path}", durability="crash", result_limit=10)
        self.assertIsInstance(store, SQLAlchemyJobStore)
        self.assertFalse(path.exists())
        for url in ("sqlite:", "sqlite://", "sqlite:///", "sqlite:///:memory:"):
            self.assertIn("the name of a file", self.refused("url", url))

    def test_shelve(self) -> None:
        """
        ``shelve:///FILE`` is a shelf, which is not there before it is opened.
        """
        path = Path(self.mktemp()).absolute()
        self.assertIsInstance(make(f"shelve:///{path}"), ShelveJobStore)
        self.assertEqual([], list(path.parent.glob(f"{path.name}*")))
        self.assertIn("expected shelve:///FILE", self.refused("url", "shelve:///"))
        self.assertIn("the path of a file", self.refused("url", "shelve:///a/"))

    def test_bad_options(self) -> None:
        """
        An option that is unknown, or of another type, or cannot be, is named.
        """
        url = "sqlite:///jobs.db"
        self.assertIn("'crash'", self.refused("durability", url, durability="x"))
        self.assertIn(
            "expected int", self.refused("result_limit", url, result_limit="")
        )
        self.assertIn("not True", self.refused("result_limit", url, result_limit=True))
        reason = self.refused("depth", url, depth=1)
        self.assertEqual(
            "SQLite has no such option; it has clock, durability, prefix, result_limit,"
            " timeout",
            reason,
        )

    def test_serializer(self) -> None:
        """
        In code an option may be of any type that its class takes.
        """
        store = make("sqlite:///jobs.db", serializer=JSONSerializer())
        self.assertIsInstance(store, SQLAlchemyJobStore)
        self.assertIn("no such", self.refused("reactors", "sqlite:///a", reactors=1))

    def test_nobody_knows_it(self) -> None:
        """
        What begins with no known scheme is refused with all of them.
        """
        for url in ("jobs.db", "", "nosql://x", "/var/lib/jobs.db", "SQLITE:///x"):
            reason = self.refused("url", url)
            self.assertIn("memory:, sqlite:, postgresql+psycopg:", reason)
            self.assertIn(repr(url), reason)
        self.assertIn("expected text", self.refused("url", None))

    def test_passwords_are_not_told(self) -> None:
        """
        No error shows the password of a URL.
        """
        for url in (
            "nosql://ann:secret@host/x",
            "nosql://:secret@host",
            "nosql://ann:a/secret@b@host/x",
            "nosql://host/x?user=ann&Password=secret&more=1",
            "postgresql://ann:secret@host:port/x",
            "memory://ann:secret@host",
        ):
            reason = self.refused("url", url)
            self.assertNotIn("secret", reason)

    def test_hidden(self) -> None:
        """
        What is no secret is shown.
        """
        for shown, url in (
            ("redis://ann:***@host:6379/0", "redis://ann:secret@host:6379/0"),
            ("redis://host:6379/0", "redis://host:6379/0"),
            ("mongodb://a:1,b:2/x?tls=1", "mongodb://a:1,b:2/x?tls=1"),
            ("x://h/?password=***&b=1", "x://h/?password=secret&b=1"),
            ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
            ("memory:", "memory:"),
        ):
            self.assertEqual(shown, hide_password(url))

    def test_driver_is_named(self) -> None:
        """
        Where a driver is missing the error says what to install.
        """
        kind = StoreKind("Such", ("such",), "no_such_driver:Store", "such")
        for use in (
            lambda: kind.options,
            lambda: kind.make("such://x", reactor, {}),
        ):
            with self.assertRaises(BadValue) as caught:
                use()
            self.assertEqual(
                "url: a driver for Such is missing (No module named 'no_such_driver'):"
                " pip install 'txsched[such]'",
                str(caught.exception),
            )

    def test_driver_is_missed_late(self) -> None:
        """
        So it does where only the constructor needs the driver.
        """
        kind = StoreKind("Such", ("such",), f"{__name__}:without_driver", "such")
        with self.assertRaises(BadValue) as caught:
            kind.make("such://x", reactor, {})
        self.assertIn("pip install 'txsched[such]'", str(caught.exception))

    def test_what_is_no_driver(self) -> None:
        """
        A module of our own that is missing is no missing driver.
        """
        kind = StoreKind("Such", ("such",), f"{__name__}:without_ourselves", "such")
        with self.assertRaises(ModuleNotFoundError):
            kind.make("such://x", reactor, {})

    def test_kinds_are_factories(self) -> None:
        """
        All kinds are made by the interface that strangers provide, and no two of
        them have a scheme in common.
        """
        for kind in KINDS[:2]:
            verifyObject(IJobStoreFactory, kind)
        schemes = [scheme for kind in KINDS for scheme in kind.schemes]
        self.assertEqual(len(schemes), len(set(schemes)))


def without_driver(url: str) -> IJobStore:
    raise ModuleNotFoundError("no driver", name="driver")


def without_ourselves(url: str) -> IJobStore:
    raise ModuleNotFoundError("a mistake", name="txsched.nothing")


class OptionTests(SynchronousTestCase):
    """
    What a constructor can be told.
    """

    def test_kinds(self) -> None:
        """
        Parameters for plain values count, whatever else they may take.
        """

        def constructor(
            reactor: Any,
            path: str,
            size: int | None,
            ratio: float = 1.0,
            safe: bool = True,
            pause: timedelta | None = None,
            other: object = None,
            unsaid=None,
        ) -> None:
            pass

        expected = {
            "path": str,
            "size": int,
            "ratio": float,
            "safe": bool,
            "pause": timedelta,
        }
        self.assertEqual(expected, options_of(constructor))

    def test_annotations_that_are_types(self) -> None:
        """
        Annotations need not be text.
        """

        def constructor(path, size, other):
            pass

        constructor.__annotations__ = {"path": str, "size": int | None, "other": list}
        self.assertEqual({"path": str, "size": int}, options_of(constructor))


class PluginTests(SynchronousTestCase):
    """
    Kinds that others bring along.
    """

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        path = [*twisted.plugins.__path__, str(self.folder)]
        self.patch(twisted.plugins, "__path__", path)
        self.before = set(sys.modules)

    def tearDown(self) -> None:
        for name in set(sys.modules) - self.before:
            if name.startswith("twisted.plugins."):
                del sys.modules[name]

    def plugin(self, name: str, text: str) -> None:
        (self.folder / f"{name}.py").write_text(dedent(text))

    def test_found(self) -> None:
        """
        A factory among the plugins is asked for its schemes.
        """
        self.plugin("abc_one", _PLUGIN.format(name="one", schemes=("one", "two")))
        self.assertIsInstance(make("two://x", depth=3), MemoryJobStore)
        factory: Any = find_factory("one:")
        self.assertEqual(("two://x", {"depth": 3}), factory.made)
        with self.assertRaises(BadValue) as caught:
            make("three://x")
        self.assertIn("shelve:, one:, two:;", str(caught.exception))

    def test_ours_come_first(self) -> None:
        """
        No plugin takes the place of a kind that txsched brings along.
        """
        self.plugin("abc_two", _PLUGIN.format(name="two", schemes=("sqlite",)))
        self.assertIsInstance(make("sqlite:///x"), SQLAlchemyJobStore)

    def broken(self, name: str) -> str:
        with self.assertRaises(BadValue):
            make("broken://x")
        errors = self.flushLoggedErrors()
        self.assertEqual(1, len(errors))
        return str(errors[0].value)

    def test_no_schemes(self) -> None:
        """
        A plugin that has no schemes is told of, and does no harm to others.
        """
        self.plugin("abc_three", _PLUGIN.format(name="three", schemes="'broken'"))
        self.plugin("abd_four", _PLUGIN.format(name="four", schemes=("four",)))
        self.assertIn("schemes: expected a tuple", self.broken("three"))
        self.assertIsInstance(make("four:"), MemoryJobStore)
        self.assertEqual(1, len(self.flushLoggedErrors()))

    def test_no_options(self) -> None:
        """
        So is one whose options are none.
        """
        text = _PLUGIN.format(name="five", schemes=("broken",))
        self.plugin("abc_five", text.replace('{"depth": int}', "()"))
        self.assertIn("options: expected a mapping", self.broken("five"))

    def test_not_whole(self) -> None:
        """
        So is one that is no factory after all.
        """
        text = _PLUGIN.format(name="six", schemes=("broken",))
        self.plugin("abc_six", text.replace("def make", "def build"))
        self.assertIn("make", self.broken("six"))

    def test_cannot_be_imported(self) -> None:
        """
        So is a module that cannot be imported.
        """
        self.plugin("abc_seven", "import no_such_module_at_all")
        self.assertIn("no_such_module_at_all", self.broken("seven"))

    def test_other_plugins(self) -> None:
        """
        Plugins for something else are not even imported.
        """
        self.plugin(
            "abc_eight",
            """
            from twisted.application.service import ServiceMaker
            eight = ServiceMaker("eight", "no_such_module", "Eight.", "eight")
            """,
        )
        with self.assertRaises(BadValue):
            make("eight://x")
