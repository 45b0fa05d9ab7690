"""
Tests for the options of ``twistd scheduler``.
"""

from __future__ import annotations

import io
import os
import sys
from datetime import timedelta

from attrs import evolve
from twisted.application.service import IServiceMaker
from twisted.plugin import getPlugins
from twisted.trial.unittest import SynchronousTestCase

from txsched import __version__
from txsched.app.config import Config, ServiceSection
from txsched.app.configfile import read_sample
from txsched.app.listening import Listener
from txsched.app.options import SchedulerOptions

#: A command line, and the end of the one line that answers it.
WRONG = [
    (["--database", "x"], "mongodb+srv:, shelve:; not 'x'"),
    (["--node", "a b"], "characters without blanks, not 'a b'"),
    (["--listen", "tcp:1"], "before it to serve everybody who can reach it"),
    (["--listen", "unix:a", "--listen", ""], "an endpoint such as unix:txsched.sock"),
    (["--config", "/nowhere"], "/nowhere: cannot be read: No such file or directory"),
]


class SchedulerOptionsTests(SynchronousTestCase):
    """
    Tests for :class:`SchedulerOptions`.
    """

    def setUp(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.patch(sys, "stdout", self.out)
        self.patch(sys, "stderr", self.err)

    def parsed(self, *arguments: str) -> SchedulerOptions:
        options = SchedulerOptions()
        options.parseOptions(arguments)
        return options

    def status(self, *arguments: str) -> object:
        with self.assertRaises(SystemExit) as caught:
            self.parsed(*arguments)
        return caught.exception.code

    def file(self, text: str) -> str:
        path = self.mktemp()
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_without_options_the_configuration_is_the_default(self) -> None:
        """
        No option is needed.
        """
        options = self.parsed()
        self.assertEqual(Config(), options.config)
        self.assertFalse(options["paused"])

    def test_the_command_line_goes_before_the_file(self) -> None:
        """
        What an option says replaces what the file says, and nothing else of it.
        """
        path = self.file("[service]\nnode = a\nlease_duration = 1m\nlisten = unix:a")
        options = self.parsed(
            *("--config", path, "--node", "b", "--database", "memory:", "--paused"),
            *("--listen", "unix:b", "-l", "insecure tcp:0"),
        )
        self.assertEqual(
            evolve(
                Config(),
                service=ServiceSection(
                    node="b",
                    database="memory:",
                    lease_duration=timedelta(minutes=1),
                    listen=(Listener("unix:b"), Listener("tcp:0", insecure=True)),
                ),
            ),
            options.config,
        )
        self.assertTrue(options["paused"])

    def test_check_says_ok(self) -> None:
        """
        A good configuration is answered on standard output, with the status 0.
        """
        path = self.file("[service]\nnode = a")
        self.assertEqual(0, self.status("--config", path, "--check"))
        self.assertEqual(f"OK: {path} can be used\n", self.out.getvalue())
        self.assertEqual(0, self.status("--check"))

    def test_check_looks_for_the_folder_of_the_database(self) -> None:
        """
        One that is not there is named, with the place that names it; the service
        itself would end with that.
        """
        url = "sqlite:////nowhere/at/all/jobs.db"
        words = f"the folder '/nowhere/at/all' of '{url}' is not there\n"
        path = self.file(f"[service]\ndatabase = {url}\n")
        self.assertEqual(1, self.status("--config", path, "--check"))
        self.assertEqual(1, self.status("--database", url, "--check"))
        self.assertEqual(
            f"{path}: [service] database: {words}command line: --database: {words}",
            self.err.getvalue(),
        )
        folder = os.path.dirname(os.path.abspath(path))
        for good in (f"sqlite:///{folder}/jobs.db", "sqlite:///jobs.db", "memory:"):
            self.assertEqual(0, self.status("--database", good, "--check"))
        self.assertEqual(url, self.parsed("--database", url).config.service.database)

    def test_check_looks_for_the_folders_of_all_stores(self) -> None:
        """
        The folder of a further store is named with its alias.
        """
        url = "sqlite:////nowhere/at/all/jobs.db"
        path = self.file(f"[stores]\narchive = {url}\n")
        self.assertEqual(1, self.status("--config", path, "--check"))
        self.assertEqual(
            f"{path}: [stores] archive: the folder '/nowhere/at/all' of '{url}' is not"
            " there\n",
            self.err.getvalue(),
        )

    def test_a_store_that_cannot_be_made(self) -> None:
        """
        What the class of a store refuses is told like all else that is wrong, with or
        without ``--check``.
        """
        path = self.file("[store default]\nprefix = 1-")
        for arguments in (("--check",), ()):
            self.err.truncate(self.err.seek(0))
            self.assertEqual(1, self.status("--config", path, *arguments))
            self.assertEqual(
                f"{path}: [store default] prefix: '1-' cannot begin the name of a"
                " table\n",
                self.err.getvalue(),
            )

    def test_the_command_line_replaces_the_whole_default_store(self) -> None:
        """
        What the file says of its default store is not meant for another database.
        """
        path = self.file(
            "[store default]\nprefix = old_\n[stores]\nscratch = memory:\n"
        )
        config = self.parsed("--config", path, "--database", "memory:").config
        self.assertEqual(["scratch"], list(config.stores))
        self.assertEqual(
            ["memory:", "memory:"], [str(one) for one in config.all_stores().values()]
        )

    def test_check_lists_all_that_is_wrong(self) -> None:
        """
        A wrong file is answered with one line for each error, with the status 1.
        """
        path = self.file("[service]\nnod = a\n[jobs]\ncoalesce = x")
        self.assertEqual(1, self.status("--config", path, "--check"))
        self.assertEqual("", self.out.getvalue())
        first, second = self.err.getvalue().splitlines()
        self.assertTrue(first.startswith(f"{path}: [service] nod: there"), first)
        self.assertTrue(second.startswith(f"{path}: [jobs] coalesce: exp"), second)

    def test_wrong_values_name_their_option(self) -> None:
        """
        The status is 1, and the one line on standard error names the option.
        """
        for arguments, words in WRONG:
            self.err.seek(0)
            self.err.truncate()
            self.assertEqual(1, self.status(*arguments), arguments)
            lines = self.err.getvalue().splitlines()
            self.assertEqual(1, len(lines), lines)
            self.assertTrue(lines[0].endswith(words), lines[0])
            if arguments[0] != "--config":
                place = f"command line: {arguments[0]}: "
                self.assertTrue(lines[0].startswith(place), lines[0])

    def test_there_is_nothing_beside_options(self) -> None:
        """
        An unknown option and an argument that is none are refused.
        """
        for arguments, words in (
            (("--nonsense",), "option --nonsense not recognized"),
            (("a.ini", "--check"), "unexpected argument 'a.ini': only options"),
        ):
            self.err.truncate(self.err.seek(0))
            self.assertEqual(1, self.status(*arguments))
            self.assertEqual(
                f"command line: {words} ('twistd scheduler --help' has the options)\n",
                self.err.getvalue(),
            )
            self.assertEqual("", self.out.getvalue())

    def test_the_sample_is_printed(self) -> None:
        """
        ``--sample-config`` prints the sample file, and so does no other option.
        """
        self.assertEqual(0, self.status("--sample-config"))
        self.assertEqual(read_sample(), self.out.getvalue())

    def test_the_version_is_ours(self) -> None:
        """
        ``--version`` names txsched and not Twisted.
        """
        self.assertEqual(0, self.status("--version"))
        self.assertEqual(f"txsched {__version__}\n", self.out.getvalue())

    def test_help_names_every_option(self) -> None:
        """
        ``--help`` explains the service and has all of its options.
        """
        text = str(SchedulerOptions())
        for words in (
            "twistd --nodaemon scheduler",
            "--config=",
            "--check",
            "--database=",
            "--listen=",
            "--node=",
            "--paused",
            "--sample-config",
        ):
            self.assertIn(words, text)


class PluginTests(SynchronousTestCase):
    """
    Tests for the plugin of ``twistd``.
    """

    def test_twistd_knows_the_scheduler(self) -> None:
        """
        The plugin is listed once, with the options of the service.
        """
        found = [one for one in getPlugins(IServiceMaker) if one.tapname == "scheduler"]
        self.assertEqual(1, len(found))
        self.assertIs(SchedulerOptions, found[0].options)
        self.assertIn("scheduler service", found[0].description)
