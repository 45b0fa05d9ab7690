"""
Every error that a caller of txsched may meet, in one tree.

Each class has a stable ``code``, unique in the tree and never reused, so that
a remote client raises the same class as a local call does, and ``str()`` of an
error is a sentence for a person that names what was wrong and why.

Three families: what *you* asked for cannot be (:class:`NoSuchJob`,
:class:`BadValue`, ...), *we* cannot do it now (:class:`StoreUnavailable`, ...)
and the *link* to a remote scheduler failed (:class:`NotConnected`, ...).  A task
that fails is not an error of the scheduler: it is a disposition in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import asdict, define

__all__ = [
    "AlreadyRunning",
    "BadBox",
    "BadConfiguration",
    "BadFile",
    "BadTrigger",
    "BadValue",
    "JobExists",
    "LeaseLost",
    "NoSuchJob",
    "NoSuchRun",
    "NoSuchStore",
    "NotAllowed",
    "NotConnected",
    "NotRunning",
    "NotSerializable",
    "ProtocolMismatch",
    "SchedulerError",
    "SchemaTooNew",
    "StaleRevision",
    "StoreExists",
    "StoreUnavailable",
    "TaskFailed",
    "TimedOut",
    "TooLarge",
    "UnexpectedError",
    "error_from_wire",
    "error_to_wire",
]


@define(slots=False)
class SchedulerError(Exception):
    """The root of the tree; only its children are raised."""

    code: ClassVar[str] = "SCHEDULER_ERROR"


@define(slots=False)
class NoSuchJob(SchedulerError):
    """No job has this id."""

    code = "NO_SUCH_JOB"
    job_id: str

    def __str__(self) -> str:
        return f"there is no job with the id {self.job_id!r}"


@define(slots=False)
class NoSuchRun(SchedulerError):
    """No run in the ledger has this id."""

    code = "NO_SUCH_RUN"
    run_id: str

    def __str__(self) -> str:
        return f"there is no run with the id {self.run_id!r}"


@define(slots=False)
class NoSuchStore(SchedulerError):
    """The scheduler has no store under this alias."""

    code = "NO_SUCH_STORE"
    alias: str

    def __str__(self) -> str:
        return f"there is no store with the alias {self.alias!r}"


@define(slots=False)
class StoreExists(SchedulerError):
    """The scheduler has a store under this alias already."""

    code = "STORE_EXISTS"
    alias: str

    def __str__(self) -> str:
        return f"a store with the alias {self.alias!r} exists already"


@define(slots=False)
class JobExists(SchedulerError):
    """
    A job with this id is there already.

    :ivar store: the alias of another store of the scheduler that has it; ``None``
        where it is the store that was asked for, and the caller chose ``error``.
    """

    code = "JOB_EXISTS"
    job_id: str
    store: str | None = None

    def __str__(self) -> str:
        if self.store is not None:
            return (
                f"a job with the id {self.job_id!r} exists already in another store,"
                f" {self.store!r}"
            )
        return (
            f"a job with the id {self.job_id!r} exists already"
            " (replace or keep it with on_conflict)"
        )


@define(slots=False)
class StaleRevision(SchedulerError):
    """The job was changed by somebody else since it was read."""

    code = "STALE_REVISION"
    job_id: str
    expected: int
    found: int

    def __str__(self) -> str:
        return (
            f"job {self.job_id!r} is at revision {self.found}, not at"
            f" {self.expected}: read it again and repeat the change"
        )


@define(slots=False)
class BadValue(SchedulerError):
    """
    A value that cannot be taken.

    :ivar field: the name of the option, argument or key, as the caller knows it.
    :ivar reason: why it was refused and what was expected.
    """

    code = "BAD_VALUE"
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


@define(slots=False)
class BadTrigger(BadValue):
    """A trigger or expression that cannot be taken; *field* names its part."""

    code = "BAD_TRIGGER"


@define(slots=False)
class NotSerializable(BadValue):
    """A value that cannot be stored or sent as plain data."""

    code = "NOT_SERIALIZABLE"


@define(slots=False)
class BadConfiguration(SchedulerError):
    """
    A configuration that cannot be used.

    :ivar source: the file, or ``command line``.
    :ivar section: the section of the file; empty where there is none.
    :ivar key: the key; empty when the whole section is meant.
    :ivar reason: what was found and what was expected.
    """

    code = "BAD_CONFIGURATION"
    source: str
    section: str
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"[{self.section}] {self.key}".strip() if self.section else self.key
        return ": ".join(part for part in (self.source, place, self.reason) if part)


@define(slots=False)
class BadFile(SchedulerError):
    """
    A file of jobs that cannot be used.

    :ivar source: its name.
    :ivar line: the number of the line, from 1; 0 for the whole file.
    :ivar field: the field of the job or run; empty when the whole line is meant.
    :ivar reason: what was found and what was expected.
    """

    code = "BAD_FILE"
    source: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else ""
        parts = (self.source, place, self.field, self.reason)
        return ": ".join(part for part in parts if part)


@define(slots=False)
class NotRunning(SchedulerError):
    """The scheduler is not started, or is stopping."""

    code = "NOT_RUNNING"

    def __str__(self) -> str:
        return "the scheduler is not running"


@define(slots=False)
class AlreadyRunning(SchedulerError):
    """The scheduler is started already."""

    code = "ALREADY_RUNNING"

    def __str__(self) -> str:
        return "the scheduler is running already"


@define(slots=False)
class StoreUnavailable(SchedulerError):
    """The job store could not be reached or refused to work; try again later."""

    code = "STORE_UNAVAILABLE"
    reason: str

    def __str__(self) -> str:
        return f"the job store is unavailable: {self.reason}"


@define(slots=False)
class SchemaTooNew(SchedulerError):
    """The store was written by a newer txsched."""

    code = "SCHEMA_TOO_NEW"
    found: int
    known: int

    def __str__(self) -> str:
        return (
            f"the store has schema version {self.found}, this txsched knows"
            f" versions up to {self.known}: use the newer txsched"
        )


@define(slots=False)
class LeaseLost(SchedulerError):
    """Another node holds the lease by now; nothing was written."""

    code = "LEASE_LOST"
    run_id: str

    def __str__(self) -> str:
        return f"the lease on run {self.run_id!r} was lost to another node"


@define(slots=False)
class NotConnected(SchedulerError):
    """There is no connection to the remote scheduler."""

    code = "NOT_CONNECTED"
    reason: str

    def __str__(self) -> str:
        return f"not connected to the scheduler: {self.reason}"


@define(slots=False)
class NotAllowed(SchedulerError):
    """This client may not do that."""

    code = "NOT_ALLOWED"
    reason: str

    def __str__(self) -> str:
        return f"not allowed: {self.reason}"


@define(slots=False)
class TimedOut(SchedulerError):
    """The remote scheduler did not answer in time; the outcome is unknown."""

    code = "TIMED_OUT"
    seconds: float

    def __str__(self) -> str:
        return (
            f"the scheduler did not answer within {self.seconds:g} s; it may have done"
            " what was asked all the same"
        )


@define(slots=False)
class ProtocolMismatch(SchedulerError):
    """Client and server do not share a protocol version."""

    code = "PROTOCOL_MISMATCH"
    reason: str

    def __str__(self) -> str:
        return f"the protocol versions do not match: {self.reason}"


@define(slots=False)
class TooLarge(SchedulerError):
    """A message, page or argument is over a limit."""

    code = "TOO_LARGE"
    what: str
    size: int
    limit: int

    def __str__(self) -> str:
        return f"{self.what} has {self.size} bytes, the limit is {self.limit}"


@define(slots=False)
class BadBox(SchedulerError):
    """A message on the wire that cannot be understood."""

    code = "BAD_BOX"
    reason: str

    def __str__(self) -> str:
        return f"the message cannot be understood: {self.reason}"


@define(slots=False)
class UnexpectedError(SchedulerError):
    """A fault of the remote scheduler itself; its log has the details."""

    code = "UNEXPECTED"
    reason: str

    def __str__(self) -> str:
        return f"the scheduler met an unexpected error: {self.reason}"


@define(slots=False)
class TaskFailed(SchedulerError):
    """
    Raised by an executor or a task to fail a run and still hand over a result.

    :ivar reason: becomes the error of the run.
    :ivar result: plain data; becomes the result of the run.
    """

    code = "TASK_FAILED"
    reason: str
    result: Any = None

    def __str__(self) -> str:
        return str(self.reason)


def _tree(root: type[SchedulerError]) -> dict[str, type[SchedulerError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


#: How much is quoted of an error that is not understood, in characters.
_QUOTED = 1000

_BY_CODE: Mapping[str, type[SchedulerError]] = _tree(SchedulerError)


def error_to_wire(error: SchedulerError) -> tuple[str, dict[str, Any]]:
    """
    Give the code of *error* and its fields as plain data.
    """
    return error.code, asdict(error)


def error_from_wire(code: Any, fields: Any) -> SchedulerError:
    """
    Rebuild an error from what :func:`error_to_wire` gave.

    :param code: the code; anything may have come.
    :param fields: the fields; anything may have come.
    :returns: an :class:`UnexpectedError` naming the code where this version
        does not know it or its fields.
    """
    try:
        error = _BY_CODE[code](**fields)
        str(error)  # as its fields may be of any kind
    except Exception:
        return UnexpectedError(_quoted(code, fields))
    return error


def _quoted(*parts: Any) -> str:
    try:
        return " ".join(map(str, parts))[:_QUOTED]
    except ValueError:
        return "it cannot be shown"  # whole numbers of thousands of digits
