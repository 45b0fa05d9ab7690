"""
The shape of the code, held: who imports whom, who may ask a clock, how long a file is.

Every import counts, also one within a function; only what a type checker alone sees
does not, where the two parts may know each other anyway.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from attrs import frozen
from click import Command
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementedBy
from zope.interface.interface import InterfaceClass, Method

import txsched

ROOT = Path(txsched.__file__).parent
LONGEST_FILE = 450

#: Each part, and those below it that it may know.  Arrows point down only.
MAY_KNOW: Mapping[str, frozenset[str]] = {
    part: frozenset(others.split())
    for part, others in {
        "_version": "",
        "errors": "",
        "model": "errors",
        "context": "errors",
        "interfaces": "errors model context",
        "triggers": "errors model interfaces",
        "codec": "errors model interfaces triggers",
        "core": "_version errors model context interfaces",
        "jobstores": "errors model interfaces codec",
        "moving": "_version errors model interfaces triggers codec",
        "executors": "errors model context interfaces",
        "remote": "_version errors model interfaces codec",
        "app": "_version errors model context interfaces triggers codec core jobstores"
        " moving executors remote",
        "testing": "_version errors model context interfaces triggers codec core"
        " jobstores executors remote",
        "__init__": "_version errors model context",
    }.items()
}

#: Each part, and what it may use beside Python's own library.
MAY_USE: Mapping[str, frozenset[str]] = {
    part: frozenset(others.split())
    for part, others in {
        "_version": "",
        "errors": "attrs",
        "model": "attrs zope",
        "context": "attrs zope twisted",
        "interfaces": "attrs zope twisted",
        "triggers": "attrs zope tzlocal icalendar recurring_ical_events",
        "codec": "attrs zope cbor2",
        "core": "attrs zope twisted",
        "jobstores": "attrs zope twisted sqlalchemy txredisapi pymongo",
        "moving": "attrs",
        "executors": "attrs zope twisted",
        "remote": "attrs zope twisted",
        "app": "attrs zope twisted click rich tzlocal",
        "testing": "attrs zope twisted hypothesis",
        "__init__": "",
    }.items()
}

#: Within these parts no folder may know another one, but for those that build on one.
SIBLINGS = ("jobstores", "remote")
BUILT_ON: Mapping[str, str] = {"shelve": "memory"}

#: The modules of Twisted that a part may use, where that is not any.
TWISTED: Mapping[str, frozenset[str]] = {
    "context": frozenset({"twisted.logger"}),
    "interfaces": frozenset({"twisted.internet.defer", "twisted.internet.interfaces"}),
    "core": frozenset(
        {
            "twisted.internet.defer",
            "twisted.internet.interfaces",
            "twisted.logger",
            "twisted.python.failure",
        }
    ),
}

#: Decides, and nothing else: these modules of the core do not even know Deferreds.
PURE = frozenset(
    {
        "adopting",
        "aftermath",
        "diagnosing",
        "exclusion",
        "forecast",
        "modifying",
        "planning",
        "settings",
    }
)

#: Who may name the reactor, within a function, and why.
REACTOR: Mapping[str, str] = {
    "app/options.py": "of twistd as well: it is made known to stores that are tried",
    "app/tap.py": "the plugin of twistd: the reactor is installed by then",
    "app/command/session.py": "the command is a process of its own",
}

#: Who may ask the clock on the wall, and why.
CLOCK: Mapping[str, str] = {
    "app/": "the edge, where the real world begins",
    "executors/": "started and ended, stamped in threads that have no reactor",
}
WALL_CLOCKS = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "time": ("time", "time_ns", "localtime", "gmtime"),
        "datetime": ("now", "utcnow", "today"),
        "date": ("today",),
    }.items()
    for name in names
)
FORBIDDEN_NAMES = frozenset({"base", "common", "helpers", "manager", "utils"})


@frozen
class Import:
    """
    One import: where it stands, what it names, and whether it is executed.

    :ivar name: the module, and the name that is taken from it if any.
    :ivar inner: whether it stands within a function.
    :ivar typing: whether only a type checker sees it.
    """

    module: Module
    line: int
    name: str
    inner: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.name}"


@frozen
class Module:
    """
    A file of the package.
    """

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def part(self) -> str:
        return self.path.relative_to(ROOT).parts[0].removesuffix(".py")

    @property
    def dotted(self) -> str:
        names = ("txsched", *self.path.relative_to(ROOT).with_suffix("").parts)
        return ".".join(names).removesuffix(".__init__")

    @property
    def package(self) -> str:
        return ".".join(
            ("txsched", *self.path.relative_to(ROOT).with_suffix("").parts[:-1])
        )

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    def imports(self) -> Iterator[Import]:
        """
        Every import, with the names of our own modules made absolute.
        """
        yield from self._imports(self.tree.body, inner=False, typing=False)

    def _imports(
        self, body: list[ast.stmt], inner: bool, typing: bool
    ) -> Iterator[Import]:
        for statement in body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    yield Import(self, statement.lineno, alias.name, inner, typing)
            elif isinstance(statement, ast.ImportFrom):
                where = self._absolute(statement)
                for alias in statement.names:
                    name = f"{where}.{alias.name}"
                    yield Import(self, statement.lineno, name, inner, typing)
            within = inner or isinstance(
                statement, (ast.FunctionDef, ast.AsyncFunctionDef)
            )
            guarded = typing or (
                isinstance(statement, ast.If)
                and ast.unparse(statement.test) == "TYPE_CHECKING"
            )
            for name in ("body", "handlers", "cases", "orelse", "finalbody"):
                inside = _flat(getattr(statement, name, []))
                seen = guarded if name == "body" else typing
                yield from self._imports(inside, within, seen)

    def _absolute(self, statement: ast.ImportFrom) -> str:
        if not statement.level:
            return statement.module or ""
        names = self.package.split(".")
        names = names[: len(names) - statement.level + 1]
        return ".".join((*names, *filter(None, [statement.module])))


def _flat(body: list[Any]) -> list[ast.stmt]:
    """
    Put the bodies of ``except`` and ``case`` in their place.
    """
    flat: list[ast.stmt] = []
    for one in body:
        if isinstance(one, (ast.ExceptHandler, ast.match_case)):
            flat += one.body
        else:
            flat.append(one)
    return flat


def part_of(name: str) -> str:
    """
    Say to which of our parts an absolute name belongs.
    """
    names = name.split(".")
    known = len(names) > 1 and (ROOT / names[1]).with_suffix(".py").exists()
    known = known or (len(names) > 1 and (ROOT / names[1]).is_dir())
    return names[1] if known else "__init__"


MODULES = [Module(path) for path in sorted(ROOT.rglob("*.py"))]
IMPORTS = [one for module in MODULES for one in module.imports()]
OURS = [one for one in IMPORTS if one.name.split(".")[0] == "txsched"]
OTHERS = [
    one
    for one in IMPORTS
    if one.name.split(".")[0] not in ("txsched", "__future__")
    and one.name.split(".")[0] not in sys.stdlib_module_names
]


class ArrowTests(SynchronousTestCase):
    """
    Who may import whom.
    """

    def test_there_is_something_to_look_at(self) -> None:
        """
        The modules and their imports are found, those within functions too.
        """
        self.assertGreater(len(MODULES), 100)
        self.assertTrue(any(one.inner for one in OURS))
        self.assertTrue(any(one.typing for one in IMPORTS))
        self.assertTrue({part_of(one.name) for one in OURS} > {"model", "core"})

    def test_every_part_has_its_rules(self) -> None:
        """
        The tables name each part of the package, and no other.
        """
        parts = {module.part for module in MODULES}
        self.assertEqual(parts, set(MAY_KNOW))
        self.assertEqual(parts, set(MAY_USE))

    def test_the_rules_have_no_circle(self) -> None:
        """
        What a part may know may not know it.
        """
        for part, others in MAY_KNOW.items():
            for other in others:
                self.assertNotIn(part, MAY_KNOW[other])

    def test_parts_know_only_what_lies_below(self) -> None:
        """
        No import, wherever it stands, goes up or across.
        """
        wrong = [
            str(one)
            for one in OURS
            if part_of(one.name) != one.module.part
            and part_of(one.name) not in MAY_KNOW[one.module.part]
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_parts_use_only_their_libraries(self) -> None:
        """
        The model knows no Twisted, the core no database, and so on.
        """
        wrong = [
            str(one)
            for one in OTHERS
            if one.name.split(".")[0] not in MAY_USE[one.module.part]
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_only_some_of_twisted(self) -> None:
        """
        The lower parts know Deferreds and the logger, and nothing that does I/O.
        """
        wrong = [
            str(one)
            for one in OTHERS
            if one.name.split(".")[0] == "twisted"
            and one.module.part in TWISTED
            and one.name.rpartition(".")[0] not in TWISTED[one.module.part]
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_siblings_do_not_know_each_other(self) -> None:
        """
        One kind of store, or of protocol, does without the others.
        """
        wrong = []
        for one in OURS:
            here = one.module.path.relative_to(ROOT).parts
            there = one.name.split(".")[1:]
            if (
                one.module.part in SIBLINGS
                and there[0] == one.module.part
                and len(here) > 2
                and len(there) > 1
                and there[1] not in (here[1], BUILT_ON.get(here[1]))
                and (ROOT / there[0] / there[1]).is_dir()
            ):
                wrong.append(str(one))
        self.assertEqual("", "\n".join(wrong))

    def test_decisions_are_pure(self) -> None:
        """
        The modules of the core that decide know neither Twisted nor who waits.
        """
        pure = [
            module
            for module in MODULES
            if module.part == "core" and module.path.stem in PURE
        ]
        self.assertEqual(PURE, {module.path.stem for module in pure})
        allowed = {f"txsched.core.{name}" for name in PURE}
        wrong = [
            str(one)
            for module in pure
            for one in module.imports()
            if one.name.startswith("twisted")
            or part_of(one.name) == "interfaces"
            or one.name.split(".")[0] in ("random", "threading", "asyncio", "time")
            or (
                one.name.startswith("txsched.core.")
                and one.name.rpartition(".")[0] not in allowed
            )
        ]
        self.assertEqual("", "\n".join(wrong))


class EdgeTests(SynchronousTestCase):
    """
    What only the edge may do.
    """

    def test_nobody_imports_the_reactor_as_a_module_loads(self) -> None:
        """
        Importing any of our modules installs no reactor.
        """
        wrong = [
            str(one)
            for one in IMPORTS
            if one.name == "twisted.internet.reactor" and not one.inner
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_the_reactor_is_an_argument(self) -> None:
        """
        Only the edges name the reactor, and all that may do so do.
        """
        found = {
            str(one.module) for one in IMPORTS if one.name == "twisted.internet.reactor"
        }
        self.assertEqual(set(), found - set(REACTOR))

    def test_the_clock_is_an_argument(self) -> None:
        """
        Nobody asks the clock on the wall but those who are allowed to.
        """
        wrong = []
        for module in MODULES:
            if str(module).startswith(tuple(CLOCK)):
                continue
            for node in ast.walk(module.tree):
                if not isinstance(node, ast.Attribute):
                    continue
                name = ast.unparse(node)
                if {name, name.removeprefix("datetime.")} & WALL_CLOCKS:
                    wrong.append(f"{module}:{node.lineno} {name}")
        wrong += [
            str(one)
            for one in IMPORTS
            if one.name in ("time.time", "time.time_ns")
            and not str(one.module).startswith(tuple(CLOCK))
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_nobody_draws_lots(self) -> None:
        """
        Jitter comes from a hash, so that all nodes and reruns agree.
        """
        wrong = [str(one) for one in IMPORTS if one.name.split(".")[0] == "random"]
        self.assertEqual("", "\n".join(wrong))


class ShapeTests(SynchronousTestCase):
    """
    Files, names and docstrings.
    """

    def test_files_are_short(self) -> None:
        """
        No file has more lines than can be kept in mind.
        """
        lengths = {
            str(module): len(module.path.read_text(encoding="utf-8").splitlines())
            for module in MODULES
        }
        wrong = {name: n for name, n in lengths.items() if n > LONGEST_FILE}
        self.assertEqual({}, wrong)

    def test_no_test_of_a_contract_hides_another(self) -> None:
        """
        A contract is put together of classes, so each name of a test is there once.
        """
        for kind in ("job_store", "scheduler"):
            seen: dict[str, str] = {}
            for path in sorted((ROOT / "testing" / "contracts" / kind).glob("*.py")):
                for name in re.findall(r"def (test_\w+)", path.read_text("utf-8")):
                    self.assertNotIn(name, seen, f"{path.name} and {seen.get(name)}")
                    seen[name] = path.name
            self.assertGreater(len(seen), 100)

    def test_modules_say_what_they_are(self) -> None:
        """
        No module has a name under which anything could be put.
        """
        wrong = [
            str(module)
            for module in MODULES
            if FORBIDDEN_NAMES & set(module.dotted.split("."))
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_modules_have_docstrings(self) -> None:
        """
        Each module says what it is for.
        """
        wrong = [
            str(module)
            for module in MODULES
            if not ast.get_docstring(module.tree) and module.path.name != "_version.py"
        ]
        self.assertEqual("", "\n".join(wrong))

    def test_everything_public_has_a_docstring(self) -> None:
        """
        Classes, functions and methods say what they promise, or an interface or a
        parent does that says the same of all its kind.
        """
        names = [
            module.dotted
            for module in MODULES
            if module.path.name != "__main__.py"  # importing it runs the command
        ]
        wrong = [
            f"{module}.{path}"
            for module in names
            for name, value in vars(import_module(module)).items()
            if not name.startswith("_")
            for path in _undocumented(name, value, module)
        ]
        self.assertEqual("", "\n".join(wrong))


def _undocumented(name: str, value: Any, module: str) -> Iterator[str]:
    """
    Name what has no docstring, of a value that *module* may only have imported.
    """
    if getattr(value, "__module__", None) != module:
        return
    if isinstance(value, InterfaceClass):
        if not value.__doc__:
            yield name
        for key, attribute in value.namesAndDescriptions():
            if isinstance(attribute, Method) and not attribute.__doc__:
                yield f"{name}.{key}"
    elif isinstance(value, Command):
        if not value.help:
            yield name
    elif inspect.isclass(value):
        if not value.__doc__:
            yield name
        for key, attribute in list(vars(value).items()):
            if not key.startswith("_") and not _explained(value, key, attribute):
                yield f"{name}.{key}"
    elif inspect.isfunction(value) and not value.__doc__:
        yield name


def _explained(owner: type, name: str, attribute: Any) -> bool:
    if isinstance(attribute, property):
        return bool(attribute.__doc__)
    if isinstance(attribute, (classmethod, staticmethod)):
        attribute = attribute.__func__
    if not inspect.isfunction(attribute) or attribute.__name__ != name:
        return True
    if inspect.getdoc(getattr(owner, name)):
        return True
    return any(
        name in interface and interface[name].__doc__
        for interface in implementedBy(owner)
    )
