"""
``txsched completion``.
"""

from __future__ import annotations

import click

__all__ = ["completion_command"]


@click.command("completion", short_help="Print a script for the completion of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """
    Print a script that makes a shell complete txsched's commands and options.

    \b
    bash: eval "$(txsched completion bash)"       in ~/.bashrc
    zsh:  eval "$(txsched completion zsh)"        in ~/.zshrc
    fish: txsched completion fish > ~/.config/fish/completions/txsched.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    group = ctx.find_root().command
    click.echo(kind(group, {}, "txsched", "_TXSCHED_COMPLETE").source())
