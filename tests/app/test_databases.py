"""
The stores of a service, from its configuration.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from attrs import evolve
from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.assemble import assemble_stores
from txsched.app.config import Config, ServiceSection
from txsched.app.configfile import parse_config
from txsched.app.databases import StoreChoice
from txsched.errors import BadConfiguration
from txsched.jobstores import MemoryJobStore, SQLAlchemyJobStore

from .keeping import Keeping


def parsed(text: str) -> Config:
    config, faults = parse_config(text, "a.ini")
    assert not faults, faults
    return config


class StoresTests(SynchronousTestCase):
    """
    Which stores are made of a configuration.
    """

    def test_default_alone(self) -> None:
        """
        Without more being said there is one store, the database.
        """
        (made,) = assemble_stores(Config(), reactor).items()
        self.assertEqual("default", made[0])
        self.assertIsInstance(made[1], SQLAlchemyJobStore)

    def test_several(self) -> None:
        """
        Each has its URL and its options, those of all stores where they have them.
        """
        config = parsed(
            "[stores]\narchive = sqlite:///archive.db\nscratch = memory:\n"
            "[service]\ndatabase = sqlite:///jobs.db\ndurability = crash\n"
            "[store archive]\nprefix = old_\ndurability = power loss\n"
            "result_limit = 1KiB\n"
            "[store default]\nprefix = new_\n"
        )
        stores = config.all_stores()
        self.assertEqual(["default", "archive", "scratch"], list(stores))
        self.assertEqual(
            StoreChoice(url="sqlite:///jobs.db", options={"prefix": "new_"}),
            stores["default"],
        )
        self.assertEqual(
            {"prefix": "old_", "durability": "power loss", "result_limit": 1024},
            stores["archive"].options,
        )
        made = assemble_stores(config, reactor)
        self.assertEqual(
            [SQLAlchemyJobStore, SQLAlchemyJobStore, MemoryJobStore],
            [type(one) for one in made.values()],
        )

    def test_class(self) -> None:
        """
        A class is named with its arguments, each of its kind; it gets the reactor.
        """
        for alias in ("own", "default"):
            config = parsed(
                f"[store {alias}]\nclass = tests.app.keeping:Keeping\nname = shelf\n"
                "size = 7\nslow = yes\nratio = 2.5\nwait = 1m30s\n"
            )
            store: Any = assemble_stores(config, reactor)[alias]
            self.assertIsInstance(store, Keeping)
            self.assertEqual(
                ("shelf", reactor, 7, True, 2.5, timedelta(seconds=90)), store.told
            )
            self.assertEqual("tests.app.keeping:Keeping", str(config.stores[alias]))

    def test_faults(self) -> None:
        """
        What a store refuses is told with the section and key that it comes from.
        """
        own = "[store own]\nclass = tests.app.keeping:"
        for text, section, key, words in (
            (
                "[store default]\ndurability = no",
                "store default",
                "durability",
                "crash",
            ),
            ("[store default]\nprefix = 1-", "store default", "prefix", "cannot begin"),
            (
                "[stores]\na = sqlite:///a\n[store a]\nprefix = 1-",
                "store a",
                "prefix",
                "cannot begin",
            ),
            (f"{own}Keeping\nname = a\nsize = 101", "store own", "size", "too large"),
            (f"{own}Keeping", "store own", "class", "missing 1 required positional"),
            (f"{own}Nothing", "store own", "class", "Nothing makes no job store"),
        ):
            with self.assertRaises(BadConfiguration) as caught:
                assemble_stores(parsed(text), reactor)
            error = caught.exception
            self.assertEqual((section, key), (error.section, error.key), text)
            self.assertIn(words, error.reason)

    def test_faults_of_all_stores(self) -> None:
        """
        What is said for all stores is told from where it is said.
        """
        config = Config(service=ServiceSection(database="postgresql://h:x/d"))
        with self.assertRaises(BadConfiguration) as caught:
            assemble_stores(config, reactor)
        self.assertEqual("service", caught.exception.section)
        self.assertEqual("database", caught.exception.key)
        config = evolve(Config(), stores={"a": StoreChoice(url="mysql://h:x/d")})
        with self.assertRaises(BadConfiguration) as caught:
            assemble_stores(config, reactor)
        self.assertEqual(
            ("stores", "a"), (caught.exception.section, caught.exception.key)
        )

    def test_serializer(self) -> None:
        """
        What writes the jobs of a store is chosen for each; pickle has to be allowed.
        """
        path = os.path.abspath(self.mktemp())
        with open(path, "w", encoding="utf-8") as file:
            file.write("a key of 16 bytes or more")
        text = f"[store default]\nserializer = pickle\nkey_file = {path}\n"
        for words in ("", "[service]\nallow_pickle = no\n"):
            with self.assertRaises(BadConfiguration) as caught:
                assemble_stores(parsed(text + words), reactor)
            error = caught.exception
            self.assertEqual(
                ("store default", "serializer"), (error.section, error.key)
            )
            self.assertIn("pickle is not allowed here", error.reason)
        allowed = parsed(text + "[service]\nallow_pickle = yes\n")
        self.assertEqual("pickle", allowed.stores["default"].serializer)
        assemble_stores(allowed, reactor)
        assemble_stores(parsed("[store default]\nserializer = json"), reactor)
        for text, key in (
            ("serializer = xml", "serializer"),
            ("key_file = none", "key_file"),
        ):
            with self.assertRaises(BadConfiguration) as caught:
                assemble_stores(parsed(f"[store default]\n{text}"), reactor)
            self.assertEqual(key, caught.exception.key)
        own = "[store a]\nclass = txsched.jobstores:SQLAlchemyJobStore\n"
        own += "url = sqlite:///a.db\nserializer = json"
        self.assertEqual(2, len(assemble_stores(parsed(own), reactor)))

    def test_passwords(self) -> None:
        """
        Neither the text nor the representation of a store has its password.
        """
        choice = StoreChoice(url="redis://ann:secret@host/0")
        self.assertEqual("redis://ann:***@host/0", str(choice))
        self.assertNotIn("secret", repr(choice))
