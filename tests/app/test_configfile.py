"""
Tests for the configuration and its file.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from txsched.app.config import (
    Config,
    JobSection,
    LimitsSection,
    RetentionSection,
    ServiceSection,
    TasksSection,
)
from txsched.app.configfile import load_config, parse_config, read_sample
from txsched.app.executing import ExecutorChoice
from txsched.app.listening import Listener
from txsched.errors import BadConfiguration
from txsched.model import JobDefaults, OnCrash

#: What is written, and the section, key and words of the answer.
WRONG = [
    ("[servce]", "servce", "", "did you mean 'service'?"),
    ("[xyz]", "xyz", "", "there are service, jobs, executors, calendars, stores"),
    ("[Service]", "Service", "", "did you mean 'service'?"),
    ("[service]\nnod = a", "service", "nod", "did you mean 'node'?"),
    ("[service]\nNode = a", "service", "Node", "did you mean 'node'?"),
    ("[service]\nq = a", "service", "q", "there are node, database, database_wait"),
    ("[service]\nnode = a b", "service", "node", "without blanks, not 'a b'"),
    ("[service]\nnode = " + 101 * "a", "service", "node", "up to 100 printable"),
    (
        "[service]\ndatabase = nosql://ann:secret@x",
        "service",
        "database",
        "redis+unix:, mongodb:, mongodb+srv:, shelve:; not 'nosql://ann:***@x'",
    ),
    (
        "[service]\ndatabase = sqlite:///a\n  listen = unix:a",
        "service",
        "database",
        "expected one line, not",
    ),
    ("[service]\ndatabase =", "service", "database", "expected the URL of a job store"),
    ("[service]\ndatabase = sqlite:///", "service", "database", "name of a file"),
    (
        "[service]\ndatabase = sqlite:///:memory:",
        "service",
        "database",
        "expected sqlite:///FILE with the name of a file",
    ),
    ("[service]\ndatabase = memory:x", "service", "database", "memory: alone"),
    ("[service]\ndurability = no", "service", "durability", "power loss or crash"),
    ("[stores]\n" + 256 * "a" + " = memory:", "stores", 256 * "a", "has 256 char"),
    ("[stores]\ndefault = memory:", "stores", "default", "is database in [service]"),
    ("[stores]\na = jobs.db", "stores", "a", "expected the URL of a job store"),
    ("[stores]\na = shelve:///", "stores", "a", "expected shelve:///FILE"),
    ("[stores]\na = memory:\n  b", "stores", "a", "expected one line, not"),
    ("[store ]\nprefix = a", "store ", "", "must not be empty"),
    ("[store a]\nprefix = a", "store a", "", "there is no 'a' in [stores], and no key"),
    (
        "[stores]\na = memory:\n[store a]\nclass = shop:Store",
        "store a",
        "class",
        "is there beside a URL in [stores]",
    ),
    ("[store a]\nclass = Store", "store a", "class", "expected module:Class"),
    (
        "[store a]\nclass = no_such_module:Store",
        "store a",
        "class",
        "cannot be loaded: No module named 'no_such_module'",
    ),
    (
        "[store a]\nclass = txsched.jobstores:Store",
        "store a",
        "class",
        "cannot be loaded: module 'txsched.jobstores' has no attribute 'Store'",
    ),
    (
        "[store a]\nclass = txsched.app.databases:DEFAULT",
        "store a",
        "class",
        "is no class",
    ),
    (
        "[stores]\na = memory:\n[store a]\nserializer = json",
        "store a",
        "serializer",
        "there is no such key; there are class",
    ),
    ("[store default]\nprefx = a", "store default", "prefx", "did you mean 'prefix'?"),
    (
        "[store default]\nresult_limit = much",
        "store default",
        "result_limit",
        "expected a whole number, or a size such as 64KiB, not 'much'",
    ),
    (
        "[store a]\nclass = tests.app.keeping:Keeping\nslow = maybe",
        "store a",
        "slow",
        "expected yes or no",
    ),
    (
        "[store a]\nclass = tests.app.keeping:Keeping\nratio = half",
        "store a",
        "ratio",
        "expected a number, not 'half'",
    ),
    ("[service]\nlisten = unix", "service", "listen", "the path is missing"),
    ("[service]\nlisten = unix:", "service", "listen", "the path is missing"),
    (
        "[service]\nlisten = unix:a:mode=9",
        "service",
        "listen",
        "'unix:a:mode=9' is no server endpoint",
    ),
    (
        "[service]\nlisten = unix:a:colour=red",
        "service",
        "listen",
        "is no server endpoint",
    ),
    (
        "[service]\nlisten = unix:" + 108 * "a",
        "service",
        "listen",
        "has 108 bytes, the system allows 107",
    ),
    ("[service]\nlisten = 8787", "service", "listen", "say 'insecure' before it"),
    ("[service]\nlisten = tcp:8787", "service", "listen", "has no login"),
    ("[service]\nlisten = tcp6:8787", "service", "listen", "has no login"),
    ("[service]\nlisten = ssl:8787", "service", "listen", "has no login"),
    (
        "[service]\nlisten = systemd:domain=INET:index=0",
        "service",
        "listen",
        "has no login",
    ),
    (
        "[service]\nlisten = unix:a\n  haproxy:tcp:8787",
        "service",
        "listen",
        "'haproxy:tcp:8787' can be reached by others",
    ),
    ("[service]\nlisten = insecure", "service", "listen", "expected an endpoint"),
    ("[service]\nlisten = insecure x", "service", "listen", "is no server endpoint"),
    (
        "[service]\nlisten = insecure unix:a",
        "service",
        "listen",
        "'insecure' has no meaning here",
    ),
    (
        "[service]\nlease_duration = soon",
        "service",
        "lease_duration",
        "as in 10s or 1h30m",
    ),
    (
        "[service]\nlease_duration = 0s",
        "service",
        "lease_duration",
        "0s is not within 1s to 1d",
    ),
    ("[service]\nlease_duration = none", "service", "lease_duration", "a number"),
    (
        "[service]\nlease_duration = 5x",
        "service",
        "lease_duration",
        "there is no unit 'x'",
    ),
    ("[service]\nshutdown_limit = 2d", "service", "shutdown_limit", "within 0s to 1d"),
    ("[service]\nshutdown_limit = -1", "service", "shutdown_limit", "none is for"),
    ("[jobs]\ncoalesce = maybe", "jobs", "coalesce", "expected yes or no, not 'maybe'"),
    ("[jobs]\nmax_instances = 0", "jobs", "max_instances", "0 is not within 1 to"),
    (
        "[jobs]\nmax_instances = two",
        "jobs",
        "max_instances",
        "expected a whole number, not 'two'",
    ),
    (
        "[jobs]\nmisfire_grace_time = 0s",
        "jobs",
        "misfire_grace_time",
        "is not more than 0",
    ),
    ("[jobs]\non_crash = panic", "jobs", "on_crash", "rerun or abandon, not 'panic'"),
    ("[jobs]\nkeep_runs = -1", "jobs", "keep_runs", "-1 is not within 0 to"),
    ("[jobs]\nkeep_runs = 1.5", "jobs", "keep_runs", "whole number, not '1.5'"),
    (
        "[jobs]\nexecutor = slow",
        "jobs",
        "executor",
        "there is no executor 'slow', expected one of default, reactor, command",
    ),
    ("[jobs]\nexecutor =", "jobs", "executor", "must not be empty"),
    ("[calendars]\na = noon", "calendars", "a", "'noon' is no kind of calendar"),
    ("[calendars]\na =", "calendars", "a", "is empty"),
    ("[calendars]\na = hours 9 UTC", "calendars", "a", "ranges: '9' is not a range"),
    ("[calendars]\nnone = hours 9:00-10:00", "calendars", "none", "no name for a"),
    ("[calendars]\nNone = hours 9:00-10:00", "calendars", "None", "no name for a"),
    ("[executors]\nslow = thread 2", "executors", "slow", "did you mean 'threads'?"),
    ("[executors]\nslow =", "executors", "slow", "there are threads, reactor, command"),
    ("[executors]\nslow = threads 0", "executors", "slow", "not within 1 to 1000"),
    ("[executors]\nslow = threads x", "executors", "slow", "whole number, not 'x'"),
    ("[executors]\nslow = reactor 2", "executors", "slow", "no number of workers"),
    (
        "[tasks]\nallow = os.system",
        "tasks",
        "allow",
        "expected module:function, in which * stands for anything, not 'os.system'",
    ),
    ("[tasks]\nallow =\n  a:b\n  *", "tasks", "allow", "not '*'"),
    (
        "[tasks]\ncommands = yes",
        "tasks",
        "commands",
        "expected private or all or none, not 'yes'",
    ),
    ("[retention]\nage = 0s", "retention", "age", "0s is not within 1s"),
    ("[retention]\ncount = many", "retention", "count", "(none is for without limit)"),
    ("[limits]\nruns = 0", "limits", "runs", "0 is not within 1 to 1000000"),
    ("[limits]\nconnections = 0", "limits", "connections", "0 is not within 1"),
    (
        "[limits]\nmessage_size = 16MB",
        "limits",
        "message_size",
        "expected a size such as 64KiB or 16MiB, not '16MB'",
    ),
    ("[limits]\nmessage_size = 1", "limits", "message_size", "1 is not within 65536"),
    ("node = a", "", "", "line 1: expected a [section] before 'node = a"),
    ("[service]\nnode", "", "", "line 2: expected key = value"),
    ("[service]\nnode = a\nnode = b", "service", "node", "is there twice, see line 3"),
    ("[service]\n[service]", "service", "", "is there twice, see line 2"),
]


class WrongFileTests(SynchronousTestCase):
    """
    Tests for files that cannot be used.
    """

    def test_every_error_names_its_place_and_what_was_expected(self) -> None:
        """
        Each wrong file has one error, with the file, section, key and reason.
        """
        for text, section, key, words in WRONG:
            _, faults = parse_config(text, "site.ini")
            found = [(one.source, one.section, one.key) for one in faults]
            self.assertEqual([("site.ini", section, key)], found, text)
            self.assertIn(words, faults[0].reason, text)
            place = f"[{section}] {key}".strip() if section else ""
            self.assertTrue(
                str(faults[0]).startswith(f"site.ini: {place}"), str(faults[0])
            )

    def test_all_errors_of_a_file_are_found_at_once(self) -> None:
        """
        One pass over a file gives every error in it, in its order.
        """
        text = "[service]\nnod = 1\nlease_duration = x\n[jbs]\n[limits]\nruns = 0"
        _, faults = parse_config(text, "site.ini")
        self.assertEqual(
            ["nod", "lease_duration", "", "runs"], [one.key for one in faults]
        )

    def test_a_file_that_cannot_be_read_is_named(self) -> None:
        """
        The error about a missing file has its name and the reason of the system.
        """
        _, faults = load_config("/nowhere/site.ini")
        self.assertEqual(
            "/nowhere/site.ini: cannot be read: No such file or directory",
            str(faults[0]),
        )

    def test_a_file_that_is_no_text_is_refused(self) -> None:
        """
        Bytes that are no UTF-8 are an error that says where they are.
        """
        path = self.mktemp()
        with open(path, "wb") as file:
            file.write(b"[service]\nnode = \xff")
        _, faults = load_config(path)
        self.assertIn("is not UTF-8 text", faults[0].reason)
        self.assertIn("at byte 17", faults[0].reason)


class RightFileTests(SynchronousTestCase):
    """
    Tests for files that can be used.
    """

    def config(self, text: str) -> Config:
        config, faults = parse_config(text, "site.ini")
        self.assertEqual([], faults)
        return config

    def test_the_sample_has_every_key_with_its_default(self) -> None:
        """
        The sample gives the defaults, with its keys as remarks and without.
        """
        sample = read_sample()
        self.assertEqual(Config(), self.config(sample))
        live = re.sub(r"(?m)^#(?=\w+ =)", "", sample)
        self.assertEqual(Config(), self.config(live))
        said = set(re.findall(r"(?m)^(\w+) =", live))
        known = {
            name
            for kind in (
                ServiceSection,
                JobSection,
                TasksSection,
                RetentionSection,
                LimitsSection,
            )
            for name in kind.__annotations__
            if name != "SECTION"
        }
        self.assertEqual(known | set(Config().executors), said)

    def test_every_kind_of_value_is_taken(self) -> None:
        """
        Names, lists, durations, sizes, flags, numbers and none become typed values.
        """
        config = self.config(
            """
            [service]
            node = one
            database = sqlite:////var/lib/jobs.db
            listen = unix:/run/jobs.sock:mode=660
                # for the machines next door
                insecure tcp:8787:interface=127.0.0.1
            lease_duration = 1m30s
            shutdown_limit = none
            [jobs]
            executor = slow
            misfire_grace_time = none
            coalesce = no
            max_instances = 3
            on_crash = abandon
            keep_runs = 10
            [executors]
            slow = threads 2
            [tasks]
            allow = shop.tasks:*
                mail:send
            path = tasks
            commands = none
            [retention]
            age = 2 days
            count = none
            [limits]
            runs = 10_000
            message_size = 1MiB
            """.replace("            ", "")
        )
        self.assertEqual(
            Config(
                service=ServiceSection(
                    node="one",
                    database="sqlite:////var/lib/jobs.db",
                    listen=(
                        Listener("unix:/run/jobs.sock:mode=660"),
                        Listener("tcp:8787:interface=127.0.0.1", insecure=True),
                    ),
                    lease_duration=timedelta(seconds=90),
                    shutdown_limit=None,
                ),
                jobs=JobSection(
                    executor="slow",
                    misfire_grace_time=None,
                    coalesce=False,
                    max_instances=3,
                    on_crash=OnCrash.ABANDON,
                    keep_runs=10,
                ),
                executors={
                    "default": ExecutorChoice("threads", 10),
                    "reactor": ExecutorChoice("reactor"),
                    "command": ExecutorChoice("command", 50),
                    "slow": ExecutorChoice("threads", 2),
                },
                tasks=TasksSection(
                    allow=("shop.tasks:*", "mail:send"),
                    path=("tasks",),
                    commands="none",
                ),
                retention=RetentionSection(age=timedelta(days=2), count=None),
                limits=LimitsSection(runs=10_000, message_size=1 << 20),
            ),
            config,
        )

    def test_the_service_is_more_forgiving_than_the_library(self) -> None:
        """
        Its defaults for jobs are five minutes of grace, and coalescing.
        """
        self.assertEqual(
            JobDefaults(misfire_grace_time=timedelta(minutes=5), coalesce=True),
            Config().jobs.defaults(),
        )

    def test_an_empty_list_of_listeners_is_nowhere(self) -> None:
        """
        ``listen`` without a value means that nobody is served.
        """
        self.assertEqual((), self.config("[service]\nlisten =").service.listen)

    def test_the_node_has_the_name_of_the_host_unless_it_has_its_own(self) -> None:
        """
        An empty ``node`` is filled in with the host's name.
        """
        self.assertEqual(os.uname().nodename, Config().service.node_name)
        self.assertEqual("n1", ServiceSection(node="n1").node_name)


class TypedTests(SynchronousTestCase):
    """
    Tests for sections that a program fills itself.
    """

    def test_wrong_values_name_their_section_and_key(self) -> None:
        """
        A section made in Python is checked as one from a file is.
        """
        wrong: list[tuple[Any, str, Any, str]] = [
            (ServiceSection, "lease_duration", 15, "expected timedelta, not 15"),
            (ServiceSection, "node", None, "expected str, not None"),
            (ServiceSection, "listen", ("unix:a",), "expected Listener, not 'unix:a'"),
            (ServiceSection, "listen", (Listener("tcp:1"),), "has no login"),
            (JobSection, "coalesce", 1, "expected true or false, not 1"),
            (TasksSection, "allow", ("a",), "expected module:function"),
            (TasksSection, "allow", (1,), "expected str, not 1"),
            (TasksSection, "commands", "some", "expected private or all or none"),
            (RetentionSection, "age", 5, "expected timedelta, not 5"),
            (LimitsSection, "runs", True, "expected int, not True"),
            (LimitsSection, "runs", "5", "expected int, not '5'"),
        ]
        for section, key, value, words in wrong:
            with self.assertRaises(BadConfiguration) as caught:
                section(**{key: value})
            error = caught.exception
            self.assertEqual((section.SECTION, key), (error.section, error.key))
            self.assertIn(words, error.reason)
