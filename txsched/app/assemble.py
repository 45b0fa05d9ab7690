"""
The only place that chooses classes and joins them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import LocalScheduler, Settings
from ..errors import BadConfiguration, BadValue
from ..executors import (
    CommandExecutor,
    ReactorExecutor,
    TaskRegistry,
    ThreadPoolExecutor,
)
from ..interfaces import IExecutor, IJobStore, IScheduler
from ..remote.amp import AccessPolicy, AMPServerFactory
from .config import Config
from .databases import DEFAULT
from .executing import ExecutorChoice
from .listening import Listener
from .storing import OF_STORE, STORES

__all__ = [
    "assemble_executors",
    "assemble_factory",
    "assemble_scheduler",
    "assemble_stores",
]


def assemble_executors(config: Config, reactor: Any) -> Mapping[str, IExecutor]:
    """
    Make the executors of a node, by alias.
    """
    tasks = TaskRegistry()
    return {
        alias: _executor(choice, reactor, tasks)
        for alias, choice in config.executors.items()
    }


def _executor(choice: ExecutorChoice, reactor: Any, tasks: TaskRegistry) -> IExecutor:
    if choice.workers is None:
        return ReactorExecutor(tasks)
    if choice.kind == "command":
        return CommandExecutor(reactor, programs=choice.workers)
    return ThreadPoolExecutor(reactor, workers=choice.workers, tasks=tasks)


def assemble_stores(config: Config, reactor: Any) -> Mapping[str, IJobStore]:
    """
    Make the stores, by alias; none is open yet.

    :raises BadConfiguration: naming the key of a store that cannot be.
    """
    defaults = {
        "durability": config.service.durability,
        "result_limit": config.limits.result_size,
    }
    places = {
        "durability": ("service", "durability"),
        "result_limit": ("limits", "result_size"),
    }
    stores = {}
    for alias, choice in config.all_stores().items():
        try:
            stores[alias] = choice.make(reactor, defaults, config.service.allow_pickle)
        except BadValue as error:
            place = (f"{OF_STORE}{alias}", error.field)
            if error.field == "url" and choice.url:
                place = (STORES, alias)
                if alias == DEFAULT:
                    place = ("service", "database")
            elif error.field not in choice.options:
                place = places.get(error.field, place)
            raise BadConfiguration("", *place, error.reason) from None
    return stores


def assemble_scheduler(
    config: Config, reactor: Any, executors: Mapping[str, IExecutor]
) -> LocalScheduler:
    """
    Make the scheduler over its stores; it is not started yet.

    :raises BadConfiguration: naming the key of a store that cannot be.
    """
    return LocalScheduler(
        assemble_stores(config, reactor),
        executors,
        reactor,
        config.service.node_name,
        defaults=config.jobs.defaults(),
        settings=Settings(
            lease_duration=config.service.lease_duration,
            clock_skew_limit=config.service.clock_skew_limit,
            max_in_flight=config.limits.runs,
            retention_age=config.retention.age,
            retention_count=config.retention.count,
        ),
        calendars=config.calendars,
    )


def assemble_factory(
    config: Config, listener: Listener, scheduler: IScheduler
) -> AMPServerFactory:
    """
    Make what serves the clients of one listener, with what they may do there.
    """
    commands = config.tasks.commands
    policy = AccessPolicy(
        tasks=config.tasks.allow,
        commands=commands == "all" or (commands == "private" and listener.private),
    )
    return AMPServerFactory(
        scheduler,
        policy,
        connections=config.limits.connections,
        message_size=config.limits.message_size,
    )
