"""
``txsched add``.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from ...errors import BadValue
from .expressions import warn, warn_of_past
from .fields import JSON_LIST, JSON_MAPPING, PAIR, SIZE
from .naming import PROGRAM
from .options import (
    as_usage_error,
    job_changes,
    job_options,
    json_option,
    trigger_from,
    trigger_options,
)
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Job, JobSpec

__all__ = ["add_command"]


class _WithProgram(click.Command):
    """
    A command whose arguments after ``--`` are a program and its arguments.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            cut = args.index("--")
            ctx.meta[PROGRAM] = args[cut + 1 :]
            args = args[:cut]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS]", "(TASK | -- PROGRAM [ARGUMENT]...)"]


@click.command("add", cls=_WithProgram)
@click.argument("task", required=False)
@trigger_options
@click.option("--id", "job_id", metavar="ID", help="Its id.  [default: a new one]")
@click.option(
    "--store", metavar="ALIAS", help="The store to keep it in.  [default: default]"
)
@job_options
@click.option("--args", type=JSON_LIST, help="Positional arguments of the task.")
@click.option("--kwargs", type=JSON_MAPPING, help="Keyword arguments of the task.")
@click.option("--env", type=PAIR, multiple=True, help="Environment of the program.")
@click.option("--cwd", help="Folder in which the program runs.")
@click.option("--input", "stdin", help="Text for the program's standard input.")
@click.option(
    "--output-limit", type=SIZE, help="How much output is kept.  [default: 64KiB]"
)
@click.option(
    "--on-conflict",
    type=click.Choice(["error", "replace", "keep"]),
    default="error",
    help="What to do when the id exists.",
)
@json_option
@pass_session
@click.pass_context
def add_command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """
    Add a job: a program, or a task of the service.

    A task is the name of a Python function, module:function, that the service allows
    in its configuration.

    Options of the job that are not given are as the configuration of the service
    says.

    \b
    Examples:
      txsched add --every 10s -- echo hello
      txsched add --at 2030-01-31T12:00 --id party -- ./launch --fireworks
      txsched add --cron "30 4 * * *" myapp.tasks:report --args '["daily"]'
    """
    written = options["cron"] or options["trigger"]
    spec = _spec(ctx.meta.get(PROGRAM), options)
    on_conflict, as_json = options["on_conflict"], options["as_json"]

    async def work(scheduler: IScheduler) -> None:
        (job,) = await scheduler.add_jobs((spec,), on_conflict)
        _tell(job, as_json)
        if written:
            warn(spec.trigger, options["zone"])
        warn_of_past(job)

    session.call(work)


def _spec(program: list[str] | None, options: dict[str, Any]) -> JobSpec:
    from ...model import COMMAND, JobSpec
    from ...model.options import MAX_ID
    from .wording import clean

    task = options.pop("task")
    zone = options["zone"]
    ways = ("every", "at", "cron", "trigger", "dialect")
    asked = {name: options.pop(name) for name in ways}
    trigger = trigger_from(**asked, zone=zone)
    if trigger is None:
        raise click.UsageError(
            "say when: one of --every, --at, --cron or --trigger is needed"
        )
    names = ("env", "cwd", "stdin", "output_limit")
    of_program = {name: options.pop(name) for name in names}
    args, kwargs = options.pop("args"), options.pop("kwargs")
    chosen = {
        name: options[name]
        for name in options
        if name not in ("zone", "on_conflict", "as_json", "job_id")
    }
    chosen["id"] = options["job_id"]
    chosen = job_changes(chosen, zone)
    if program is None:
        _refuse(of_program, "is only for programs, which come after --")
        if task is None:
            raise click.UsageError(
                "say what: a task as module:function, or -- PROGRAM [ARGUMENT]..."
            )
    else:
        _refuse({"args": args, "kwargs": kwargs}, "is only for tasks")
        if task is not None:
            raise click.UsageError(
                f"there is a task {task!r} and a program: only one can be added"
            )
        if not program:
            raise click.UsageError("there is no program after --")
        task, args, kwargs = COMMAND, program, _program_options(of_program)
        chosen.setdefault("executor", COMMAND)
        chosen.setdefault("name", clean(shlex.join(program))[:MAX_ID])
    try:
        return JobSpec(task, trigger, args or (), kwargs, **chosen)
    except BadValue as error:
        raise as_usage_error(error) from None


def _refuse(options: dict[str, Any], why: str) -> None:
    for name, value in options.items():
        if value is not None and value != ():
            option = "input" if name == "stdin" else name.replace("_", "-")
            raise click.UsageError(f"--{option} {why}")


def _program_options(options: dict[str, Any]) -> dict[str, Any]:
    chosen = {
        "env": dict(options["env"]) or None,
        "cwd": options["cwd"],
        "input": options["stdin"],
        "output_limit": options["output_limit"],
    }
    return {name: value for name, value in chosen.items() if value is not None}


def _tell(job: Job, as_json: bool) -> None:
    if as_json:
        from .shaping import job_data, json_text

        click.echo(json_text(job_data(job)))
        return
    from .wording import clean, coming_text

    click.echo(f"added {clean(job.id)}: {job.trigger}, {coming_text(job)}")
