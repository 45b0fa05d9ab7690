"""
Many calls of ``add_job`` in one commit.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from twisted.internet.defer import Deferred

from ...errors import SchedulerError
from ...interfaces import IScheduler
from ...model import Job, JobSpec

__all__ = ["Adder"]

Added = Callable[[Job | Exception], None]


@define(eq=False)
class Adder:
    """
    Gathers the jobs that come with one read of a connection, and adds them together.

    Those before a call of another kind, for another store or with another choice for
    conflicts, are added before it.  When adding them together fails they are added one
    by one, so that each gets its own answer.
    """

    _scheduler: IScheduler
    _waiting: dict[tuple[str, str | None], list[tuple[JobSpec, Added]]] = field(
        factory=dict, init=False
    )

    def add(self, spec: JobSpec, on_conflict: str, added: Added) -> None:
        """
        Add one job, at the next :meth:`flush`.

        :param added: told of the job, or of the error.
        """
        kind = (on_conflict, spec.options.get("store"))
        if kind not in self._waiting:
            self.flush()
        self._waiting.setdefault(kind, []).append((spec, added))

    def flush(self) -> None:
        """
        Add what was gathered.
        """
        waiting, self._waiting = self._waiting, {}
        for (on_conflict, _), group in waiting.items():
            Deferred.fromCoroutine(self._add_group(on_conflict, group))

    async def _add_group(
        self, on_conflict: str, group: list[tuple[JobSpec, Added]]
    ) -> None:
        try:
            jobs = await self._scheduler.add_jobs(
                [spec for spec, _ in group], on_conflict
            )
        except Exception as error:
            if len(group) == 1 or not isinstance(error, SchedulerError):
                for _, added in group:
                    added(error)
            else:
                for one in group:
                    await self._add_group(on_conflict, [one])
            return
        for (_, added), job in zip(group, jobs, strict=True):
            added(job)
