"""
The command group, whose commands are imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from ..._version import __version__
from .session import DEFAULT_SERVER, Session

__all__ = ["cli"]

#: Each command, and the module beside this one that has it.
_COMMANDS: Mapping[str, str] = {
    "add": "adding",
    "cancel": "controlling",
    "completion": "completing",
    "doctor": "doctoring",
    "explain": "explaining",
    "export": "exporting",
    "forecast": "forecasting",
    "import": "importing",
    "list": "listing",
    "migrate": "migrating",
    "modify": "changing",
    "next": "previewing",
    "nodes": "sharing",
    "pause": "controlling",
    "quarantine": "quarantining",
    "remove": "controlling",
    "reschedule": "changing",
    "resume": "controlling",
    "run": "running",
    "runs": "ledger",
    "show": "listing",
    "status": "listing",
    "watch": "watching",
}


class _LazyGroup(click.Group):
    """
    Imports the module of a command only when that command is needed.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(
            import_module(f".{module}", __package__), f"{cmd_name}_command"
        )
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from ..reading import suggestion

            raise click.UsageError(
                f"there is no command {args[0]!r}; {suggestion(args[0], _COMMANDS)}",
                ctx,
            ) from error


@click.group(
    cls=_LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 88,
        "show_default": True,
    },
)
@click.option(
    "--server",
    envvar="TXSCHED_SERVER",
    default=DEFAULT_SERVER,
    show_envvar=True,
    metavar="ENDPOINT",
    help="The service: a client endpoint of Twisted, or the path of its socket.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)
@click.version_option(__version__, message="txsched %(version)s")
@click.pass_context
def cli(ctx: click.Context, server: str, timeout: float) -> None:
    """
    Add, show and control the jobs of a txsched service.

    The service is started with "twistd --nodaemon scheduler"; in the same folder this
    command finds it by itself.

    \b
    Examples:
      txsched add --every 10s -- echo hello
      txsched add --cron "30 4 * * mon-fri" --id report myapp.tasks:report
      txsched explain "0 9 1 * mon" --dialect crontab
      txsched list
      txsched watch

    \b
    A DURATION is 90s, 1h30m or 2 days.  A TIME is 2030-01-31T12:00, the same with
    an offset or Z, now, +10m, or what has passed: -10m, "10m ago".

    \b
    Exit codes: 0 success, 1 refused by the scheduler, 2 wrong command line,
    3 no connection to a scheduler, 130 interrupted.
    """
    if ctx.obj is None:
        ctx.obj = Session(server, timeout)
