"""
The tables of the protocol, made of the code that speaks it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Sequence
from enum import Enum

from attrs import fields
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from txsched import errors
from txsched.codec import values
from txsched.interfaces import scheduler
from txsched.model import Job, Run
from txsched.remote.amp.commands import command_name
from txsched.remote.methods import METHODS, Parameter

_WORDS = {
    type(None): "null",
    str: "text",
    int: "integer",
    bool: "boolean",
    list: "list",
    dict: "map",
}
_JOB = (
    "definition (bytes, see below)",
    *("paused", "generation", "revision", "next_run_time", "run_count"),
)


class TableDirective(SphinxDirective):
    """
    Makes a table of rows of reST.
    """

    heads: Sequence[str] = ()
    widths: Sequence[int] = ()

    def run(self) -> list[nodes.Node]:
        """
        Make the table.
        """
        widths = " ".join(map(str, self.widths))
        lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
        for row in (self.heads, *self.rows()):
            for number, cell in enumerate(row):
                lines.append(f"   {'- ' if number else '* - '}{cell}")
                if number:
                    lines[-1] = f"     - {cell}"
        return self.parse_text_to_nodes("\n".join(lines))

    def rows(self) -> Iterable[Sequence[str]]:
        """
        Give the rows below the head.
        """
        raise NotImplementedError


class MethodsDirective(TableDirective):
    """
    ``.. remote-methods::`` lists the commands, their arguments and answers.
    """

    heads = ("command", "arguments, in this order", "result")
    widths = (20, 55, 25)

    def rows(self) -> Iterable[Sequence[str]]:
        """
        Give one row for each method.
        """
        answers = _answers()
        for method, parameters in METHODS.items():
            listed = ", ".join(map(_parameter, parameters)) or "none"
            yield f"``{command_name(method)}``", listed, answers[method]


def _parameter(parameter: Parameter) -> str:
    kinds = " or ".join(_kind(kind) for kind in parameter.kinds) or "trigger"
    if parameter.of:
        kinds = kinds.replace("list", f"list of {_kind(parameter.of[0])}", 1)
    if parameter.name == "changes":
        kinds = "map of text to values"
    return f"*{parameter.name}* ({kinds})"


def _kind(kind: type) -> str:
    return _WORDS.get(kind, kind.__name__)


def _answers() -> dict[str, str]:
    """
    Give what each method of a scheduler fires with.
    """
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(scheduler))):
        if isinstance(node, ast.FunctionDef) and isinstance(
            node.returns, ast.Subscript
        ):
            text = ast.unparse(node.returns.slice)
            for old, new in (("list[", "list of "), ("Page[", "Page of "), ("]", "")):
                text = text.replace(old, new)
            found[node.name] = "null" if text == "None" else text
    return found


class ValuesDirective(TableDirective):
    """
    ``.. value-tags::`` lists the tags of the values of the model.
    """

    heads = ("tag", "value", "after the version")
    widths = (10, 25, 65)

    def rows(self) -> Iterable[Sequence[str]]:
        """
        Give one row for each class.
        """
        for kind, number in values._NUMBERS.items():
            if issubclass(kind, Enum):
                content = "one of " + ", ".join(f"``{one.value}``" for one in kind)
            else:
                content = ", ".join(_fields(kind))
            name = f":class:`~txsched.model.{kind.__name__}`"
            yield str(values._FIRST_VALUE + number), name, content


def _fields(kind: type) -> Sequence[str]:
    if kind is Job:
        return _JOB
    if kind is Run:
        return Run._fields
    return [one.name for one in fields(kind)]


class ErrorsDirective(TableDirective):
    """
    ``.. error-codes::`` lists the codes of errors.
    """

    heads = ("code", "error", "fields")
    widths = (30, 35, 35)

    def rows(self) -> Iterable[Sequence[str]]:
        """
        Give one row for each error.
        """
        for name in errors.__all__:
            kind = getattr(errors, name)
            if inspect.isclass(kind) and kind is not errors.SchedulerError:
                listed = ", ".join(one.name for one in fields(kind)) or "none"
                yield f"``{kind.code}``", f":class:`~txsched.errors.{name}`", listed


def setup(app: Sphinx) -> dict[str, bool]:
    """
    Tell Sphinx.
    """
    app.add_directive("remote-methods", MethodsDirective)
    app.add_directive("value-tags", ValuesDirective)
    app.add_directive("error-codes", ErrorsDirective)
    return {"parallel_read_safe": True}
