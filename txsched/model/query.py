"""
Questions to a store, and the pages of their answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import field, fields_dict, frozen

from ..errors import BadValue
from .run import Disposition
from .showing import shown

__all__ = [
    "MAX_DEFINITION",
    "MAX_PAGE",
    "Forecast",
    "JobQuery",
    "Page",
    "Quarantined",
    "RunQuery",
    "SchedulerStatus",
    "StoreHealth",
    "StoreStatus",
]

T = TypeVar("T")

#: The most items that one page may have.
MAX_PAGE = 1000
#: The most bytes of a stored definition that is shown of a job in quarantine.
MAX_DEFINITION = 16384
_JOB_ORDERS = ("id", "name", "next_run_time")


def _one_of(*choices: str) -> Callable[[Any, Any, Any], None]:
    def check(instance: Any, attribute: Any, value: Any) -> None:
        if value not in choices:
            raise BadValue(
                attribute.name, f"expected {', '.join(choices)}, not {shown(value)}"
            )

    return check


def _flag(instance: Any, attribute: Any, value: Any) -> None:
    if not isinstance(value, bool):
        raise BadValue(attribute.name, f"expected true or false, not {shown(value)}")


def _page_size(instance: Any, attribute: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue("limit", f"expected a whole number, not {shown(value)}")
    if not 1 <= value <= MAX_PAGE:
        raise BadValue("limit", f"{shown(value)} is not within 1 to {MAX_PAGE}")


def _optional(*kinds: type) -> Callable[[Any, Any, Any], None]:
    names = " or ".join(kind.__name__ for kind in kinds)

    def check(instance: Any, attribute: Any, value: Any) -> None:
        if value is not None and not isinstance(value, kinds):
            raise BadValue(attribute.name, f"expected {names}, not {shown(value)}")

    return check


def _optional_instant(instance: Any, attribute: Any, value: Any) -> None:
    _optional(datetime)(instance, attribute, value)
    if value is not None and value.tzinfo is None:
        raise BadValue(attribute.name, f"{value} has no time zone")


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(one, str) for one in value
    ):
        return tuple(value)
    raise BadValue(name, f"expected a list of text, not {shown(value)}")


def _tags(value: Any) -> tuple[str, ...]:
    return _texts("tags", value)


def _dispositions(value: Any) -> tuple[Disposition, ...]:
    try:
        return tuple(Disposition(one) for one in _texts("dispositions", value))
    except ValueError as error:
        known = ", ".join(Disposition)
        raise BadValue("dispositions", f"{error}; there are {known}") from None


@frozen(kw_only=True)
class JobQuery:
    """
    Which jobs, in which order, and how many of them.

    :ivar text: only jobs whose id or name contains this, without regard to case.
    :ivar tags: only jobs that have all of these tags.
    :ivar executor: only jobs of this executor.
    :ivar paused: only paused jobs, or only jobs that are not.
    :ivar order_by: ``id``, ``name`` or ``next_run_time`` (jobs without one come
        last); ties are ordered by id.
    :ivar descending: turn the order round.
    :ivar limit: the size of a page, 1 to :data:`MAX_PAGE`.
    :ivar cursor: where to go on: the ``next_cursor`` of the page before.
    :ivar store: only jobs of the store with this alias; ``None`` for all stores of the
        scheduler, in one order.  A store itself does not look at it.
    """

    text: str | None = field(default=None, validator=_optional(str))
    tags: tuple[str, ...] = field(default=(), converter=_tags)
    executor: str | None = field(default=None, validator=_optional(str))
    paused: bool | None = field(default=None, validator=_optional(bool))
    order_by: str = field(default="id", validator=_one_of(*_JOB_ORDERS))
    descending: bool = field(default=False, validator=_flag)
    limit: int = field(default=100, validator=_page_size)
    cursor: str | None = field(default=None, validator=_optional(str))
    store: str | None = field(default=None, validator=_optional(str))


@frozen(kw_only=True)
class RunQuery:
    """
    Which rows of the ledger; ordered by planned time, then by id.

    :ivar job_id: only runs of this job.
    :ivar dispositions: only runs that stand in one of these; empty means any.
    :ivar after: only runs planned at this instant or later.
    :ivar before: only runs planned earlier than this.
    :ivar descending: newest first, which is the default.
    :ivar limit: the size of a page, 1 to :data:`MAX_PAGE`.
    :ivar cursor: where to go on: the ``next_cursor`` of the page before.
    :ivar store: only runs in the store with this alias; ``None`` for all stores of the
        scheduler, in one order.  A store itself does not look at it.
    """

    job_id: str | None = field(default=None, validator=_optional(str))
    dispositions: tuple[Disposition, ...] = field(default=(), converter=_dispositions)
    after: datetime | None = field(default=None, validator=_optional_instant)
    before: datetime | None = field(default=None, validator=_optional_instant)
    descending: bool = field(default=True, validator=_flag)
    limit: int = field(default=100, validator=_page_size)
    cursor: str | None = field(default=None, validator=_optional(str))
    store: str | None = field(default=None, validator=_optional(str))


@frozen
class Page(Generic[T]):
    """
    A part of a long answer.

    :ivar items: in the order asked for.
    :ivar next_cursor: hand it to the same query for the next page; ``None`` at
        the end.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None


@frozen
class Forecast:
    """
    One planned time that lies ahead, if nothing changes until then.

    :ivar job_id: the job.
    :ivar planned_time: as its trigger says.
    :ivar due: the same with jitter.
    """

    job_id: str
    planned_time: datetime
    due: datetime


@frozen
class Quarantined:
    """
    A stored job that could not be loaded; it does not run and is not lost.

    :ivar job_id: its id.
    :ivar error: why it could not be loaded.
    :ivar since: when that was first seen.
    :ivar definition: the fields of its stored definition, as JSON, as far as they can
        be read; ``None`` when they cannot, or take more than
        :data:`MAX_DEFINITION` bytes.
    :ivar store: the alias of the store that has it, as in
        :attr:`Job.store <txsched.model.Job.store>`.
    """

    job_id: str
    error: str
    since: datetime
    definition: Mapping[str, Any] | None = None
    store: str = "default"


@frozen
class StoreStatus:
    """
    Counts of a store.

    :ivar jobs: all that can be loaded, with the paused ones.
    :ivar paused: of these, the paused ones.
    :ivar quarantined: jobs that cannot be loaded.
    :ivar active_runs: runs pending, running or retrying.
    :ivar runs: rows of the ledger, active ones included.
    """

    jobs: int
    paused: int
    quarantined: int
    active_runs: int
    runs: int


@frozen
class StoreHealth:
    """
    How one store of a scheduler is, and the work on its jobs.

    :ivar alias: its name in the scheduler.
    :ivar counts: what it has; ``None`` while it does not answer.
    :ivar running: runs of its jobs that this node carries out now.
    :ivar next_wakeup: when the node will look again, ``None`` when it is stopped.
    :ivar lag: by how many seconds its oldest due job is late; ``None`` while it does
        not answer.
    :ivar error: why it cannot be used at the moment.
    :ivar lost_at: since when it cannot be used; ``None`` when it can.
    :ivar refused: how many plans and ends of runs it has refused to this node since
        that was started: their jobs were changed meanwhile, or other nodes had taken
        over what its leases no longer held.
    """

    alias: str
    counts: StoreStatus | None
    running: int
    next_wakeup: datetime | None
    lag: float | None
    error: str | None
    lost_at: datetime | None = None
    refused: int = 0


@frozen
class SchedulerStatus:
    """
    How a scheduler is.

    :ivar node: its name.
    :ivar version: of txsched.
    :ivar state: ``running``, ``paused``, ``stopping`` or ``stopped``.
    :ivar note: why it is paused.
    :ivar started_at: when it was started.
    :ivar now: its clock.
    :ivar stores: how each of its stores is, ``default`` first.
    """

    node: str
    version: str
    state: str
    note: str
    started_at: datetime | None
    now: datetime
    stores: tuple[StoreHealth, ...]

    @property
    def store(self) -> StoreStatus | None:
        """
        The counts of all stores that answer, together; ``None`` when none does.
        """
        known = [one.counts for one in self.stores if one.counts is not None]
        if not known:
            return None
        return StoreStatus(
            **{
                name: sum(getattr(counts, name) for counts in known)
                for name in fields_dict(StoreStatus)
            }
        )

    @property
    def running(self) -> int:
        """
        How many runs this node carries out now.
        """
        return sum(one.running for one in self.stores)

    @property
    def next_wakeup(self) -> datetime | None:
        """
        When it will look again, ``None`` when stopped.
        """
        wakeups = (one.next_wakeup for one in self.stores)
        return min((one for one in wakeups if one is not None), default=None)

    @property
    def lag(self) -> float:
        """
        By how many seconds the oldest due job is late, as far as that is known.
        """
        return max((one.lag or 0.0 for one in self.stores), default=0.0)

    @property
    def store_error(self) -> str | None:
        """
        Why a store cannot be used at the moment: the first one that cannot.
        """
        return next((one.error for one in self.stores if one.error is not None), None)

    @property
    def store_lost_at(self) -> datetime | None:
        """
        Since when a store cannot be used; ``None`` when all can.
        """
        lost = (one.lost_at for one in self.stores)
        return min((one for one in lost if one is not None), default=None)

    @property
    def refused(self) -> int:
        """
        How many writes its stores have refused to this node, all together.
        """
        return sum(one.refused for one in self.stores)
