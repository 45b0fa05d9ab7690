"""
What Sphinx lacks to document txsched: zope interfaces, and the help of programs.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from attrs import fields_dict, has
from click import Command, Context
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from zope.interface import implementedBy
from zope.interface.interface import InterfaceClass, Method

from txsched.app.command.group import cli
from txsched.app.options import SchedulerOptions

INDENT = "   "


def indented(text: str | None) -> Iterator[str]:
    """
    Give the lines of a docstring, set in.
    """
    yield ""
    for line in inspect.cleandoc(text or "").splitlines():
        yield INDENT + line
    yield ""


class InterfaceDirective(SphinxDirective):
    """
    ``.. interface:: txsched.interfaces.IScheduler`` documents a zope interface.

    Zope keeps the names of parameters and not their types, so these come from the
    source.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """
        Make a class of the interface, with its methods.
        """
        module, _, name = self.arguments[0].rpartition(".")
        interface = getattr(import_module(module), name)
        source = inspect.getsource(import_module(interface.__module__))
        self.env.note_dependency(import_module(interface.__module__).__file__)
        (tree,) = (
            node
            for node in ast.parse(source).body
            if isinstance(node, ast.ClassDef) and node.name == name
        )
        methods = {
            node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)
        }
        parents = [
            f":class:`{base.__name__}`"
            for base in interface.__bases__
            if base.__module__.startswith("txsched.")
        ]
        inside = [inspect.cleandoc(interface.__doc__)]
        if parents:
            inside += ["", f"Has all that {' and '.join(parents)} have, and:"]
        for key, attribute in interface.namesAndDescriptions():
            if isinstance(attribute, Method):
                method = methods[key]
                returns = f" -> {ast.unparse(method.returns)}" if method.returns else ""
                signature = f"{key}({ast.unparse(method.args)}){returns}"
                inside += [
                    "",
                    f".. py:method:: {signature}",
                    *indented(attribute.__doc__),
                ]
        lines = [
            f".. py:currentmodule:: {module}",
            "",
            f".. py:class:: {name}",
            *indented("\n".join(inside)),
        ]
        return self.parse_text_to_nodes("\n".join(lines))


class ServiceHelpDirective(SphinxDirective):
    """
    ``.. service-help::`` shows what ``twistd scheduler --help`` prints.
    """

    def run(self) -> list[nodes.Node]:
        """
        Make a block of the text.
        """
        options = SchedulerOptions()
        options.synopsis = "Usage: twistd [options] scheduler [scheduler options]"
        text = options.getUsage(88).strip()
        return [nodes.literal_block(text, text, language="none")]


class CommandHelpDirective(SphinxDirective):
    """
    ``.. command-help::`` shows what ``txsched --help`` and its commands print.
    """

    def run(self) -> list[nodes.Node]:
        """
        Make a section for each command.
        """
        context = Context(cli, info_name="txsched", max_content_width=88)
        made: list[nodes.Node] = [self.block(cli.get_help(context))]
        for name in cli.list_commands(context):
            command = cli.get_command(context, name)
            inner = Context(
                command, context, name, terminal_width=88, max_content_width=88
            )
            section = nodes.section(ids=[f"txsched-{name}"])
            title = nodes.title("", "", nodes.literal("", f"txsched {name}"))
            section += [title, self.block(command.get_help(inner))]
            section += map(self.block, self.inner(command, inner))
            self.state.document.note_explicit_target(section)
            made.append(section)
        return made

    def inner(self, command: Command, context: Context) -> Iterator[str]:
        """
        Give the help of the commands of a group.
        """
        for name, one in getattr(command, "commands", {}).items():
            width = context.terminal_width
            yield one.get_help(
                Context(
                    one, context, name, terminal_width=width, max_content_width=width
                )
            )

    def block(self, text: str) -> nodes.literal_block:
        """
        Make a block of text as it is.
        """
        return nodes.literal_block(text, text, language="none")


def skip(
    app: Sphinx, what: str, name: str, value: Any, skipped: bool, options: Any
) -> bool | None:
    """
    Leave out interfaces, which have their own directive, and fields of named tuples,
    which their classes explain.
    """
    if isinstance(value, InterfaceClass) or type(value).__name__ == "_tuplegetter":
        return True
    return None


def name_interfaces(
    app: Sphinx,
    what: str,
    name: str,
    value: Any,
    options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """
    Write interfaces in signatures by their names, and defaults by their values.
    """

    def default(match: re.Match[str]) -> str:
        chosen = repr(fields_dict(value)[match[1]].default)
        chosen = re.sub(r"<(\w+\.\w+): [^>]*>", r"\1", chosen)
        return re.sub(r"^datetime\.", "", chosen)

    def named(text: str | None) -> str | None:
        if not text:
            return text
        text = re.sub(r"<InterfaceClass ([\w.]+)>", r"~\1", text)
        if isinstance(value, type) and has(value):
            text = re.sub(r"attr_dict\['(\w+)'\]\.default", default, text)
            text = text.replace("= NOTHING", "= ...")
        return text

    return named(signature), named(returns)


def say_what_is_provided(
    app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """
    Add the roles of a class to its explanation, where all their methods are told.
    """
    # What attrs writes of the methods that it makes.
    lines[:] = [line for line in lines if not line.startswith("Method generated by")]
    summary = inspect.cleandoc(value.__doc__ or "").partition("\n")[0]
    if what == "class" and summary in lines:
        roles = [
            f":class:`~{role.__module__.rpartition('.')[0]}.{role.__name__}`"
            for role in implementedBy(value)
            if role.__module__.startswith("txsched.")
        ]
        if roles:
            lines += ["", f"Provides {', '.join(roles)}.", ""]


def find_public(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """
    Lead what names a private module, or no module, to where the thing is documented.

    A field leads to its class, and a method that only its interface explains there.
    """
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py" or not target:
        return None
    names = target.split(".")
    if names[0] == "txsched":
        del names[0]
    elif len(names) > 2:
        return None
    objects = env.domains.python_domain.objects
    for wanted in (names[-2:], names[-1:], names[-2:-1]):
        found = [
            name
            for name, entry in objects.items()
            if name.split(".")[-len(wanted) :] == wanted
            and entry.objtype != "module"
            and not entry.aliased
        ]
        ours = [name for name in found if name.startswith("txsched.interfaces.")]
        chosen = found if len(found) == 1 else ours
        if len(chosen) == 1:
            entry = objects[chosen[0]]
            return make_refnode(
                app.builder, node["refdoc"], entry.docname, entry.node_id, content
            )
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """
    Tell Sphinx.
    """
    app.add_directive("interface", InterfaceDirective)
    app.add_directive("service-help", ServiceHelpDirective)
    app.add_directive("command-help", CommandHelpDirective)
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", name_interfaces)
    app.connect("autodoc-process-docstring", say_what_is_provided)
    app.connect("missing-reference", find_public)
    return {"parallel_read_safe": True}
