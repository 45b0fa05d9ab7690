"""
What ``twistd scheduler`` runs.
"""

from __future__ import annotations

from twisted.application.service import IService
from twisted.logger import Logger

from .collecting import relax_collector
from .leaving import Leaving
from .options import SchedulerOptions
from .service import SchedulerService

__all__ = ["Options", "makeService"]

Options = SchedulerOptions

_log = Logger()


def makeService(options: SchedulerOptions) -> IService:
    """
    Make the service that the command line and the configuration file ask for.
    """
    from twisted.internet import reactor

    service = SchedulerService(reactor, options.config, paused=bool(options["paused"]))
    service.setName("txsched")  # type: ignore[no-untyped-call]

    def give_up() -> None:
        _log.warn("a second signal: running work is cut off")
        service.kill()

    leaving = Leaving(reactor, give_up)
    leaving.prepare()
    service.when_started().addCallbacks(
        lambda _: relax_collector(), lambda failure: leaving.fail()
    )
    return service
