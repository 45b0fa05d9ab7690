"""
An INI file to a :class:`~txsched.app.config.Config`; each error names its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from configparser import (
    ConfigParser,
    DuplicateOptionError,
    DuplicateSectionError,
    MissingSectionHeaderError,
    ParsingError,
)
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, fields, fields_dict

from ..errors import BadConfiguration, BadTrigger, BadValue
from ..model import ICalendar
from ..model.options import check_option
from ..triggers.calendars import parse_calendar
from .config import READ, Config
from .databases import DEFAULT, StoreChoice
from .executing import ExecutorChoice
from .reading import suggestion
from .storing import OF_STORE, STORES, read_options, read_url

__all__ = ["load_config", "parse_config", "read_sample"]

_EXECUTORS = "executors"
_CALENDARS = "calendars"


def read_sample() -> str:
    """
    Give the sample file: every key with its default and what it means.
    """
    return files(__package__).joinpath("sample.ini").read_text(encoding="utf-8")


def load_config(path: str) -> tuple[Config, list[BadConfiguration]]:
    """
    Read the file *path*; see :func:`parse_config`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        return Config(), [BadConfiguration(path, "", "", reason)]
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text: {error.reason} at byte {error.start}"
        return Config(), [BadConfiguration(path, "", "", reason)]
    return parse_config(text, path)


def parse_config(text: str, source: str) -> tuple[Config, list[BadConfiguration]]:
    """
    Take the text of an INI file.

    :param source: the name of the file, for the errors.
    :returns: the configuration and everything that is wrong with it; where
        anything is wrong the configuration is not to be used.
    """
    reading = _Reading(source)
    return reading.config(text), reading.faults


@define
class _Reading:
    """
    One pass over one file, which gathers what is wrong.
    """

    source: str
    faults: list[BadConfiguration] = field(factory=list)

    def _fault(self, section: str, key: str, reason: str) -> None:
        self.faults.append(BadConfiguration(self.source, section, key, reason))

    def config(self, text: str) -> Config:
        parts: dict[str, Any] = {}
        urls: Mapping[str, str] = {}
        of_stores: dict[str, Mapping[str, str]] = {}
        for name, values in self._sections(text):
            if name == _EXECUTORS:
                parts[name] = self._executors(values)
            elif name == _CALENDARS:
                parts[name] = self._calendars(values)
            elif name == STORES:
                urls = self._urls(values)
            elif name.startswith(OF_STORE):
                of_stores[name.removeprefix(OF_STORE)] = values
            elif name in fields_dict(Config):
                parts[name] = self._section(name, values)
            else:
                known = (one.name for one in fields(Config))
                self._fault(
                    name, "", f"there is no such section; {suggestion(name, known)}"
                )
        try:
            config = Config(**parts)
            return evolve(config, stores=self._stores(config, urls, of_stores))
        except BadConfiguration as error:
            self._fault(error.section, error.key, error.reason)
            return Config()

    def _sections(self, text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        parser = ConfigParser(
            interpolation=None,
            delimiters=("=",),
            comment_prefixes=("#", ";"),
            default_section="",
        )
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        try:
            parser.read_string(text)
        except DuplicateSectionError as error:
            self._fault(error.section, "", f"is there twice, see line {error.lineno}")
        except DuplicateOptionError as error:
            reason = f"is there twice, see line {error.lineno}"
            self._fault(error.section, error.option, reason)
        except MissingSectionHeaderError as error:
            reason = f"line {error.lineno}: expected a [section] before {error.line!r}"
            self._fault("", "", reason)
        except ParsingError as error:
            for number, line in error.errors:
                reason = f"line {number}: expected key = value, not {line}"
                self._fault("", "", reason)
        else:
            for name in parser.sections():
                yield name, parser[name]

    def _section(self, name: str, values: Mapping[str, str]) -> Any:
        section = getattr(Config(), name)
        known = fields_dict(type(section))
        for key, text in values.items():
            if key not in known:
                self._fault(
                    name, key, f"there is no such key; {suggestion(key, known)}"
                )
                continue
            try:
                section = evolve(section, **{key: known[key].metadata[READ](text)})
            except ValueError as error:
                self._fault(name, key, str(error))
            except BadConfiguration as error:
                self._fault(name, key, error.reason)
        return section

    def _executors(self, values: Mapping[str, str]) -> Mapping[str, ExecutorChoice]:
        executors = dict(Config().executors)
        for alias, text in values.items():
            try:
                check_option("executor", alias)
                executors[alias] = ExecutorChoice.parse(text)
            except BadValue as error:
                self._fault(_EXECUTORS, alias, error.reason)
            except ValueError as error:
                self._fault(_EXECUTORS, alias, str(error))
        return executors

    def _calendars(self, values: Mapping[str, str]) -> Mapping[str, ICalendar]:
        calendars = {}
        for name, text in values.items():
            if name.lower() == "none":
                reason = "is no name for a calendar: --calendar none means without any"
                self._fault(_CALENDARS, name, reason)
                continue
            try:
                check_option("calendars", [name])
                calendars[name] = parse_calendar(text)
            except BadTrigger as error:
                self._fault(_CALENDARS, name, str(error))
            except BadValue as error:
                self._fault(_CALENDARS, name, error.reason)
        return calendars

    def _urls(self, values: Mapping[str, str]) -> Mapping[str, str]:
        urls = {}
        for alias, text in values.items():
            try:
                urls[alias] = read_url(alias, text)
            except ValueError as error:
                self._fault(STORES, alias, str(error))
        return urls

    def _stores(
        self,
        config: Config,
        urls: Mapping[str, str],
        of_stores: Mapping[str, Mapping[str, str]],
    ) -> Mapping[str, StoreChoice]:
        stores = {alias: StoreChoice(url=url) for alias, url in urls.items()}
        for alias, values in of_stores.items():
            url = config.service.database if alias == DEFAULT else urls.get(alias, "")
            choice, faults = read_options(alias, url, values)
            for key, reason in faults:
                self._fault(OF_STORE + alias, key, reason)
            stores[alias] = choice
        return stores
