"""
What errors speak of, in the words of the command line.

An error names the field, argument or option as the library calls it.  Whoever typed a
command knows it by another name: ``--misfire-grace-time``, ``--start``, ``JOB``.
"""

from __future__ import annotations

import re

import click

from ...errors import BadValue, JobExists, SchedulerError

__all__ = ["PROGRAM", "field_name", "sentence"]

#: Under this key the context of a command has the program that stands behind ``--``.
PROGRAM = "txsched.program"

#: The options of which each says when a job is due.
_TRIGGERS = ("every", "at", "cron", "trigger")

_FIELD = re.compile(r"(?P<name>\w+)(?P<place>\W.*)?", re.DOTALL)
#: Something quoted, which is somebody's own; or a name that no English word is.
_WORDS = re.compile(
    r"""'[^']*'|"[^"]*"|(?<![\w.:-])(?P<name>[a-z]+(?:_[a-z]+)+)(?![\w:(-]|\.\w)"""
)


def sentence(error: SchedulerError) -> str:
    """
    Say what was wrong, naming the options of the command that is carried out.
    """
    if isinstance(error, BadValue):
        reason = _WORDS.sub(_renamed, error.reason)
        return f"{field_name(error.field)}: {reason}"
    if isinstance(error, JobExists) and error.store is None:
        # The id is anybody's: no word of it may be taken for an option.
        words = f"a job with the id {error.job_id!r} exists already"
        return f"{words} (replace or keep it with {field_name('on_conflict')})"
    return str(error)


def field_name(field: str) -> str:
    """
    Say how the command that is carried out calls *field*, if it knows it.

    :param field: as errors name it, such as ``start_time``, ``args[0]`` or
        ``kwargs.cwd``.
    """
    context = click.get_current_context(silent=True)
    match = _FIELD.fullmatch(field)
    if context is None or match is None:
        return field
    name, place = match["name"], match["place"] or ""
    if name == "args" and PROGRAM in context.meta:
        return "PROGRAM" if place in ("", "[0]") else f"ARGUMENT{place}"
    if name == "kwargs" and PROGRAM in context.meta:
        return _known(context, place[1:]) or field
    if name == "trigger":
        given = (one for one in _TRIGGERS if context.params.get(one) is not None)
        name = next(given, name)
    known = _known(context, name)
    return field if known is None else f"{known}{place}"


def _known(context: click.Context, name: str) -> str | None:
    """
    Find the option, or the argument that was given, that is meant by *name*.
    """
    option = f"--{name.replace('_', '-')}"
    for one in context.command.params:
        if isinstance(one, click.Option):
            if one.name == name or option in one.opts:
                return option if option in one.opts else max(one.opts, key=len)
        elif one.name == name and context.params.get(name):
            return one.make_metavar(context).strip("[].")
    return None


def _renamed(match: re.Match[str]) -> str:
    return match[0] if match["name"] is None else field_name(match["name"])
