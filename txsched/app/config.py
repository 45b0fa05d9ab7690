"""
The configuration of the service: typed, frozen, checked once.

Each section is a class, each key a field of it; :mod:`txsched.app.configfile` fills
them from an INI file, a program that embeds the service fills them itself.  A value
that cannot be used is answered with a :class:`~txsched.errors.BadConfiguration`
that names its section and key.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from attrs import Factory, evolve, field, frozen

from ..errors import BadConfiguration
from ..model import ICalendar, JobDefaults, OnCrash
from .checking import is_a, job_option, one_of, or_none, valid, within
from .databases import DEFAULT, DURABILITIES, StoreChoice, check_database
from .executing import ExecutorChoice
from .listening import Listener
from .reading import (
    optional,
    read_duration,
    read_flag,
    read_lines,
    read_size,
    read_text,
    read_whole,
)

__all__ = [
    "READ",
    "Config",
    "JobSection",
    "LimitsSection",
    "RetentionSection",
    "ServiceSection",
    "TasksSection",
]

#: The key in a field's metadata under which the reader of its text is.
READ = "read"

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_CENTURY = 36525 * _DAY
_PATTERN = re.compile(r"[\w.*]+:[\w.*]+")


def _read_on_crash(text: str) -> OnCrash:
    job_option("on_crash")(text)
    return OnCrash(text)


def _node(value: Any) -> None:
    is_a(str)(value)
    if len(value) > 100 or not value.isprintable() or " " in value:
        raise ValueError(
            f"expected up to 100 printable characters without blanks, not {value!r}"
        )


def _listeners(value: Any) -> None:
    for one in value:
        is_a(Listener)(one)
        one.check()


def _read_listeners(text: str) -> tuple[Listener, ...]:
    return tuple(Listener.parse(line) for line in read_lines(text))


def _patterns(value: Any) -> None:
    for pattern in value:
        is_a(str)(pattern)
        if not _PATTERN.fullmatch(pattern):
            raise ValueError(
                "expected module:function, in which * stands for anything,"
                f" not {pattern!r}"
            )


@frozen(kw_only=True)
class ServiceSection:
    """
    The service itself.

    :ivar node: the name of this node in the ledger; empty for the host's name.
    :ivar database: where jobs and the ledger are kept: the URL of the store
        ``default``, as :func:`~txsched.jobstores.store_from_url` takes it.  A relative
        path starts in the current folder.
    :ivar database_wait: for how long a start waits for a database on a server that
        cannot be reached; ``None`` is for ever.
    :ivar durability: what committed work survives, in stores that can choose: ``power
        loss``, or only a ``crash`` of the service, which saves a wait for the disk at
        each commit.
    :ivar allow_pickle: whether the serializer of a store may be ``pickle``: whoever can
        write to such a store can run anything in the service.
    :ivar listen: where clients are served; empty for nowhere.
    :ivar lease_duration: for how long a claim holds without renewal: so long after a
        crash cut-off work is taken up again.
    :ivar clock_skew_limit: by how much the clock of this node and that of the
        database may differ before that is warned of.
    :ivar shutdown_limit: how long running work is waited for when the service
        stops; ``None`` is without limit.
    """

    SECTION: ClassVar[str] = "service"

    node: str = field(default="", validator=valid(_node), metadata={READ: read_text})
    database: str = field(
        default="sqlite:///txsched.db",
        validator=valid(is_a(str), check_database),
        metadata={READ: read_text},
    )
    database_wait: timedelta | None = field(
        default=timedelta(minutes=1),
        validator=valid(or_none(is_a(timedelta), within(timedelta(), _DAY))),
        metadata={READ: optional(read_duration)},
    )
    durability: str = field(
        default=DURABILITIES[0],
        validator=valid(one_of(*DURABILITIES)),
        metadata={READ: read_text},
    )
    allow_pickle: bool = field(
        default=False, validator=valid(is_a(bool)), metadata={READ: read_flag}
    )
    listen: tuple[Listener, ...] = field(
        default=(Listener("unix:txsched.sock"),),
        validator=valid(is_a(tuple), _listeners),
        metadata={READ: _read_listeners},
    )
    lease_duration: timedelta = field(
        default=timedelta(seconds=15),
        validator=valid(is_a(timedelta), within(_SECOND, _DAY)),
        metadata={READ: read_duration},
    )
    clock_skew_limit: timedelta = field(
        default=timedelta(seconds=2),
        validator=valid(is_a(timedelta), within(timedelta(milliseconds=1), _DAY)),
        metadata={READ: read_duration},
    )
    shutdown_limit: timedelta | None = field(
        default=timedelta(seconds=30),
        validator=valid(or_none(is_a(timedelta), within(timedelta(), _DAY))),
        metadata={READ: optional(read_duration)},
    )

    @property
    def node_name(self) -> str:
        """
        The node's name, filled in where none was given.
        """
        return self.node or platform.node() or "localhost"


@frozen(kw_only=True)
class JobSection:
    """
    The options of a job where its adder did not say; see :class:`~txsched.model.Job`.
    """

    SECTION: ClassVar[str] = "jobs"

    executor: str = field(
        default="default",
        validator=valid(job_option("executor")),
        metadata={READ: read_text},
    )
    misfire_grace_time: timedelta | None = field(
        default=timedelta(minutes=5),
        validator=valid(job_option("misfire_grace_time")),
        metadata={READ: optional(read_duration)},
    )
    coalesce: bool = field(
        default=True,
        validator=valid(job_option("coalesce")),
        metadata={READ: read_flag},
    )
    max_instances: int = field(
        default=1,
        validator=valid(job_option("max_instances")),
        metadata={READ: read_whole},
    )
    on_crash: OnCrash = field(
        default=OnCrash.RERUN,
        validator=valid(job_option("on_crash")),
        metadata={READ: _read_on_crash},
    )
    keep_runs: int | None = field(
        default=None,
        validator=valid(job_option("keep_runs")),
        metadata={READ: optional(read_whole)},
    )

    def defaults(self) -> JobDefaults:
        """
        Give the same to the scheduler.
        """
        return JobDefaults(
            executor=self.executor,
            misfire_grace_time=self.misfire_grace_time,
            coalesce=self.coalesce,
            max_instances=self.max_instances,
            on_crash=OnCrash(self.on_crash),
            keep_runs=self.keep_runs,
        )


@frozen(kw_only=True)
class TasksSection:
    """
    What clients may have carried out.

    :ivar allow: patterns of task names, ``module:function``, in which ``*`` stands
        for anything; no other Python function may be named by a client.
    :ivar path: folders in which modules of tasks are looked for, beside Python's.
    :ivar commands: who may have programs started: ``private`` for clients at a UNIX
        socket that only the user of the service can open, ``all``, or ``none``.
    """

    SECTION: ClassVar[str] = "tasks"

    allow: tuple[str, ...] = field(
        default=(), validator=valid(is_a(tuple), _patterns), metadata={READ: read_lines}
    )
    path: tuple[str, ...] = field(
        default=(), validator=valid(is_a(tuple)), metadata={READ: read_lines}
    )
    commands: str = field(
        default="private",
        validator=valid(one_of("private", "all", "none")),
        metadata={READ: read_text},
    )


@frozen(kw_only=True)
class RetentionSection:
    """
    How much of the ledger is kept.

    :ivar age: for how long ended runs stay; ``None`` is for ever.
    :ivar count: how many ended runs stay; ``None`` is without limit.
    """

    SECTION: ClassVar[str] = "retention"

    age: timedelta | None = field(
        default=timedelta(days=30),
        validator=valid(or_none(is_a(timedelta), within(_SECOND, _CENTURY))),
        metadata={READ: optional(read_duration)},
    )
    count: int | None = field(
        default=100_000,
        validator=valid(or_none(is_a(int), within(0, 10**12))),
        metadata={READ: optional(read_whole)},
    )


@frozen(kw_only=True)
class LimitsSection:
    """
    What keeps the service alive when it is asked too much.

    :ivar runs: the most runs that are carried out or queued in executors at once.
    :ivar connections: the most clients of one listener at once.
    :ivar message_size: the most bytes of one request or answer.
    :ivar result_size: the most bytes of a task's result that the ledger keeps.
    """

    SECTION: ClassVar[str] = "limits"

    runs: int = field(
        default=10_000,
        validator=valid(is_a(int), within(1, 10**6)),
        metadata={READ: read_whole},
    )
    connections: int = field(
        default=100,
        validator=valid(is_a(int), within(1, 10**5)),
        metadata={READ: read_whole},
    )
    message_size: int = field(
        default=16 << 20,
        validator=valid(is_a(int), within(1 << 16, 1 << 30)),
        metadata={READ: read_size},
    )
    result_size: int = field(
        default=64 << 10,
        validator=valid(is_a(int), within(0, 1 << 24)),
        metadata={READ: read_size},
    )


def _default_executors() -> Mapping[str, ExecutorChoice]:
    return {
        "default": ExecutorChoice("threads", 10),
        "reactor": ExecutorChoice("reactor"),
        "command": ExecutorChoice("command", 50),
    }


@frozen(kw_only=True)
class Config:
    """
    The whole configuration.

    :ivar executors: by alias, who carries out runs; a file adds to the default ones.
    :ivar calendars: by name, the times that jobs can be kept from.
    :ivar stores: by alias, the stores beside ``default``; under that alias, what is to
        be said of it beside its URL, or its class.
    """

    service: ServiceSection = Factory(ServiceSection)
    jobs: JobSection = Factory(JobSection)
    executors: Mapping[str, ExecutorChoice] = Factory(_default_executors)
    calendars: Mapping[str, ICalendar] = Factory(dict)
    stores: Mapping[str, StoreChoice] = Factory(dict)
    tasks: TasksSection = Factory(TasksSection)
    retention: RetentionSection = Factory(RetentionSection)
    limits: LimitsSection = Factory(LimitsSection)

    def __attrs_post_init__(self) -> None:
        if self.jobs.executor not in self.executors:
            raise BadConfiguration(
                "",
                JobSection.SECTION,
                "executor",
                f"there is no executor {self.jobs.executor!r}, expected one of"
                f" {', '.join(self.executors)}",
            )

    def all_stores(self) -> dict[str, StoreChoice]:
        """
        Give all stores of the service by alias, ``default`` first.
        """
        default = self.stores.get(DEFAULT, StoreChoice())
        if not default.reference:
            default = evolve(default, url=self.service.database)
        others = {name: one for name, one in self.stores.items() if name != DEFAULT}
        return {DEFAULT: default, **others}
