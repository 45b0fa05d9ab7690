"""
What clients may do: a view of any ``IScheduler``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, execute
from twisted.python.components import proxyForInterface

from ..errors import NotAllowed, StaleRevision
from ..interfaces import IScheduler
from ..model import COMMAND, Call, ITrigger, Job, JobSpec, OnConflict, enum_members

__all__ = ["AccessPolicy", "RestrictedScheduler"]


@frozen
class AccessPolicy:
    """
    Which tasks a client may schedule.

    :ivar tasks: patterns of ``module:function`` names, in which ``*`` stands for
        anything; ``("*",)`` allows all of them, nothing allows none.
    :ivar commands: whether it may have programs started.
    """

    tasks: tuple[str, ...] = ()
    commands: bool = False

    def check_arguments(self, *arguments: Any) -> None:
        """
        Refuse arguments with a member of an enumeration whose class is not allowed: its
        module is imported when the task is called.

        :raises NotAllowed: naming the class, and what would allow it.
        """
        for member in enum_members(arguments):
            self._check_name(member.enum, "enumeration")

    def check(self, task: str | Callable[..., Any]) -> None:
        """
        Refuse a task that is not allowed.

        :raises NotAllowed: naming the task and what would allow it.
        """
        if task == COMMAND:
            if not self.commands:
                raise NotAllowed(
                    "programs may not be started through this connection; the setting"
                    " commands in [tasks] of the service decides"
                )
            return
        self._check_name(Call(task).task_name, "task")

    def _check_name(self, name: str, kind: str) -> None:
        if not any(fnmatchcase(name, pattern) for pattern in self.tasks):
            raise NotAllowed(
                f"the {kind} {name!r} is not among those that clients may schedule;"
                " the setting allow in [tasks] of the service names them"
            )


class RestrictedScheduler(proxyForInterface(IScheduler)):  # type: ignore[misc]
    """
    A scheduler whose clients may schedule allowed tasks only.

    All else goes through to the scheduler behind it.

    :param original: any ``IScheduler``.
    :param policy: what is allowed.
    """

    def __init__(self, original: IScheduler, policy: AccessPolicy) -> None:
        super().__init__(original)
        self._policy = policy

    def add_job(
        self,
        task: str | Callable[..., Any],
        trigger: ITrigger,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        on_conflict: OnConflict | str = OnConflict.ERROR,
        **options: Any,
    ) -> Deferred[Job]:
        """
        See :meth:`~txsched.interfaces.IScheduler.add_job`.

        :raises NotAllowed: the task may not be scheduled.
        """
        return self._checked(
            ((task, args, kwargs),),
            lambda: self.original.add_job(
                task, trigger, args, kwargs, on_conflict, **options
            ),
        )

    def add_jobs(
        self, specs: Sequence[JobSpec], on_conflict: OnConflict | str = OnConflict.ERROR
    ) -> Deferred[list[Job]]:
        """
        See :meth:`~txsched.interfaces.IScheduler.add_jobs`.

        :raises NotAllowed: one of the tasks may not be scheduled.
        """
        return self._checked(
            [(spec.task, spec.args, spec.kwargs) for spec in specs],
            lambda: self.original.add_jobs(specs, on_conflict),
        )

    def modify_job(
        self,
        job_id: str,
        revision: int | None = None,
        store: str | None = None,
        **changes: Any,
    ) -> Deferred[Job]:
        """
        See :meth:`~txsched.interfaces.IScheduler.modify_job`.

        The arguments of a task that is not allowed may not be changed either.

        :raises NotAllowed: the task may not be scheduled.
        """

        async def modify() -> Job:
            if changes.keys().isdisjoint(("task", "args", "kwargs")):
                return await self._modify(job_id, revision, store, changes)
            while True:
                job = await self.original.get_job(job_id, store)
                self._policy.check(job.call.task)
                self._policy.check(changes.get("task", job.call.task))
                self._policy.check_arguments(changes.get("args"), changes.get("kwargs"))
                # What was checked must be what is changed.
                checked = job.revision if revision is None else revision
                try:
                    return await self._modify(job_id, checked, job.store, changes)
                except StaleRevision:
                    if revision is not None:
                        raise

        return Deferred.fromCoroutine(modify())

    async def _modify(
        self,
        job_id: str,
        revision: int | None,
        store: str | None,
        changes: Mapping[str, Any],
    ) -> Job:
        job: Job = await self.original.modify_job(job_id, revision, store, **changes)
        return job

    def repair_job(
        self, job_id: str, spec: JobSpec, store: str | None = None
    ) -> Deferred[Job]:
        """
        See :meth:`~txsched.interfaces.IScheduler.repair_job`.

        :raises NotAllowed: the task may not be scheduled.
        """
        return self._checked(
            ((spec.task, spec.args, spec.kwargs),),
            lambda: self.original.repair_job(job_id, spec, store),
        )

    def _checked(
        self, calls: Sequence[tuple[Any, ...]], then: Callable[[], Deferred[Any]]
    ) -> Deferred[Any]:
        def check() -> None:
            for task in {task for task, *_ in calls}:
                self._policy.check(task)
            for _, *arguments in calls:
                self._policy.check_arguments(*arguments)

        return execute(check).addCallback(lambda _: then())
