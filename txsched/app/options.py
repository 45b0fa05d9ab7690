"""
The options of ``twistd scheduler``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from attrs import evolve
from twisted.python.usage import CompleteFiles, Completions, Options, UsageError

from .._version import __version__
from ..errors import BadConfiguration
from .assemble import assemble_stores
from .config import Config
from .configfile import load_config, read_sample
from .databases import DEFAULT, check_folder
from .listening import Listener
from .storing import STORES

__all__ = ["SchedulerOptions"]

_COMMAND_LINE = "command line"


_DESCRIPTION = """\
Runs the txsched scheduler service: it keeps jobs in a database, carries them out
when their time comes, records what became of every planned time, and is controlled
by the "txsched" command or any other client.

Without options it keeps its jobs in the SQLite file txsched.db and listens on the
UNIX socket txsched.sock, which only you can open; both are in the current folder.
To run it in the foreground, with its log on the terminal:

    twistd --nodaemon scheduler

To configure more, or to serve other machines, begin with a sample file that has
every key, its default and its meaning; options go before what the file says:

    twistd scheduler --sample-config > txsched.ini
    twistd scheduler --config txsched.ini --check
    twistd --nodaemon scheduler --config txsched.ini

An endpoint that others can reach has no login yet, and needs a word of consent:

    twistd --nodaemon scheduler --listen "insecure tcp:8787:interface=127.0.0.1"

A signal (SIGTERM, SIGINT) lets running work end, up to the configured limit; a
second one does not wait.
"""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


class SchedulerOptions(Options):
    """
    What ``twistd scheduler`` takes; :attr:`config` is the checked outcome.
    """

    synopsis = "[scheduler options]"
    #: Empty, because Twisted would make one paragraph of it; see :meth:`getUsage`.
    longdesc = ""

    optFlags = [  # noqa: N815
        [
            "check",
            None,
            "Check the configuration, print OK or what is wrong, and exit.",
        ],
        ["paused", None, "Start paused: fire nothing until 'txsched resume --all'."],
        ["sample-config", None, "Print a configuration file to start from, and exit."],
    ]
    optParameters = [  # noqa: N815
        ["config", "c", None, "The configuration file, in INI format."],
        [
            "database",
            "b",
            None,
            "Where jobs are kept, a URL [default: sqlite:///txsched.db]",
        ],
        ["node", None, None, "The name of this node [default: the host's name]"],
    ]
    compData = Completions(optActions={"config": CompleteFiles("*.ini")})  # noqa: N815

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self["listen"] = []
        self.config = Config()

    def opt_listen(self, endpoint: str) -> None:
        """
        Serve clients here; may be repeated. [default: unix:txsched.sock]
        """
        self["listen"].append(endpoint)

    opt_l = opt_listen

    def opt_version(self) -> NoReturn:
        """
        Print the version of txsched, and exit.
        """
        _say(f"txsched {__version__}")
        sys.exit(0)

    def getUsage(self, width: int | None = None) -> str:  # noqa: N802
        """
        Explain the service below its options.
        """
        return f"{super().getUsage(width)}\n{_DESCRIPTION}"

    def parseOptions(  # noqa: N802
        self, options: Sequence[str] | None = None
    ) -> None:
        """
        Take the command line; complain about what is no option, and exit with 1.

        Some versions of Twisted would print all the help, and exit with 0.
        """
        try:
            super().parseOptions(options)  # type: ignore[no-untyped-call]
        except UsageError as error:
            advice = "'twistd scheduler --help' has the options"
            sys.stderr.write(f"{_COMMAND_LINE}: {error} ({advice})\n")
            sys.exit(1)

    def postOptions(self) -> None:  # noqa: N802
        """
        Check everything; complain on standard error and exit with 1 if need be.
        """
        if self["sample-config"]:
            _say(read_sample().rstrip())
            sys.exit(0)
        faults: list[BadConfiguration] = []
        config = Config()
        if self["config"] is not None:
            config, faults = load_config(self["config"])
        config = self._overridden(config, faults)
        if not faults:
            faults += self._unusable(config)
        if self["check"] and not faults:
            faults += self._missing(config)
        for fault in faults:
            sys.stderr.write(f"{fault}\n")
        if faults:
            sys.exit(1)
        if self["check"]:
            _say(f"OK: {self['config'] or 'the configuration'} can be used")
            sys.exit(0)
        self.config = config

    def _missing(self, config: Config) -> Iterator[BadConfiguration]:
        """
        Find out what is not there that the service would need.
        """
        for alias, choice in config.all_stores().items():
            try:
                check_folder(choice.url)
            except ValueError as error:
                place = ("service", "database") if alias == DEFAULT else (STORES, alias)
                yield self._placed(*place, str(error))

    def _unusable(self, config: Config) -> Iterator[BadConfiguration]:
        """
        Find out what cannot be made of it, on this machine.
        """
        from twisted.internet import reactor

        try:
            assemble_stores(config, reactor)
        except BadConfiguration as error:
            yield self._placed(error.section, error.key, error.reason)

    def _placed(self, section: str, key: str, reason: str) -> BadConfiguration:
        if (section, key) == ("service", "database") and self["database"] is not None:
            return BadConfiguration(_COMMAND_LINE, "", "--database", reason)
        return BadConfiguration(self["config"] or _COMMAND_LINE, section, key, reason)

    def _overridden(self, config: Config, faults: list[BadConfiguration]) -> Config:
        service = config.service
        given: dict[str, Any] = {
            name: self[name] for name in ("database", "node") if self[name] is not None
        }
        if self["listen"]:
            given["listen"] = self["listen"]
        for name, value in given.items():
            try:
                if name == "listen":
                    value = tuple(Listener.parse(text) for text in value)
                service = evolve(service, **{name: value})
            except ValueError as error:
                reason = str(error)
            except BadConfiguration as error:
                reason = error.reason
            else:
                continue
            faults.append(BadConfiguration(_COMMAND_LINE, "", f"--{name}", reason))
        stores = config.stores
        if self["database"] is not None:
            # What the file says of another database is not meant for this one.
            stores = {name: one for name, one in stores.items() if name != DEFAULT}
        return evolve(config, service=service, stores=stores)

    def parseArgs(self, *arguments: str) -> None:  # noqa: N802
        """
        Take no further arguments.
        """
        if arguments:
            raise UsageError(f"unexpected argument {arguments[0]!r}: only options")
