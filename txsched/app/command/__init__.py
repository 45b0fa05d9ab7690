"""
The ``txsched`` command: adds, shows and controls the jobs of a running service.

Exit codes: 0 for success, 1 when the scheduler refused, 2 for a wrong command line,
3 when there is no connection to a scheduler, 130 after an interrupt.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """
    Run the command with the arguments of this process, and exit.
    """
    from .group import cli

    cli(prog_name="txsched")
