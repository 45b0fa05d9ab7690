"""
Jobs out of what people ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from attrs import evolve, field, frozen

from ..errors import BadTrigger, BadValue
from ..interfaces import IExecutor
from ..model import (
    Call,
    Job,
    JobDefaults,
    JobSpec,
    OnExcluded,
    new_generation,
    new_generations,
)
from .adopting import check_jitter, jitter_of, runs_by_hand, seeded
from .exclusion import Exclusion
from .planning import first_planned_time

__all__ = ["JobBuilder"]


@frozen
class JobBuilder:
    """
    Makes jobs, with what is filled in where nobody said.

    :ivar executors: who can carry them out, by alias.
    :ivar defaults: the options that hold where nobody said.
    :ivar exclusion: the calendars that jobs may name.
    """

    executors: Mapping[str, IExecutor]
    defaults: JobDefaults
    exclusion: Exclusion = field(factory=Exclusion)

    def build(self, specs: Sequence[JobSpec], now: datetime) -> list[Job]:
        """
        Make the jobs that *specs* ask for.

        A job takes over what its trigger brings along: its ``jitter``, where the
        options do not say, and of a trigger with ``for_job`` what that gives for the
        id of the job.

        :raises BadValue: it names an executor that is not there, or a call that the
            executor cannot carry out; or jitter, with a trigger that waits.
        :raises BadTrigger: it has no planned time from *now* on.
        """
        return [
            self._build(spec, spec.options.get("id") or uuid4().hex, now, generation)
            for spec, generation in zip(specs, new_generations(len(specs)), strict=True)
        ]

    def rebuild(self, job_id: str, spec: JobSpec, now: datetime) -> Job:
        """
        Make the job that *spec* asks for, under the id that it has already.

        :raises BadValue: as :meth:`build` does.
        :raises BadTrigger: as :meth:`build` does.
        """
        return self._build(spec, job_id, now, new_generation())

    def _build(self, spec: JobSpec, job_id: str, now: datetime, generation: str) -> Job:
        options = spec.options
        get = options.get
        defaults = self.defaults
        alias = get("executor", defaults.executor)
        call = Call(spec.task, spec.args, spec.kwargs)
        self.check(alias, call)
        start, end = get("start_time"), get("end_time")
        trigger = seeded(spec.trigger, job_id)
        jitter = options["jitter"] if "jitter" in options else jitter_of(trigger)
        check_jitter(trigger, jitter)
        calendars = get("calendars", ())
        first = None
        if not calendars:
            first = first_planned_time(trigger, now, start, end)
            if first is None and not runs_by_hand(trigger):
                raise BadTrigger("trigger", f"{trigger} has no planned time ahead")
        job = Job(
            job_id,
            call,
            trigger,
            get("name") or call.task_name,
            alias,
            get("misfire_grace_time", defaults.misfire_grace_time),
            get("coalesce", defaults.coalesce),
            get("max_instances", defaults.max_instances),
            get("max_runs"),
            start,
            end,
            jitter,
            get("tags", ()),
            get("on_crash", defaults.on_crash),
            get("keep_runs", defaults.keep_runs),
            calendars,
            get("on_excluded", OnExcluded.SKIP),
            None,
            generation,
            1,
            first,
            0,
            get("store") or "default",
        )
        return self._within_calendars(job, now) if calendars else job

    def _within_calendars(self, job: Job, now: datetime) -> Job:
        """
        Give a job its first planned time that its calendars allow.
        """
        guarded = self.exclusion.guarded(job)
        first = first_planned_time(guarded.trigger, now, job.start_time, job.end_time)
        if first is None and not runs_by_hand(job.trigger):
            raise BadTrigger(
                "trigger",
                f"{job.trigger} has no planned time ahead that"
                f" {', '.join(job.calendars)} would allow",
            )
        return evolve(job, next_run_time=first)

    def check(self, alias: str, call: Call) -> None:
        """
        Refuse a call that nobody here could carry out.

        :raises BadValue: for ``executor``, or what the executor says of the call.
        """
        executor = self.executors.get(alias)
        if executor is None:
            known = ", ".join(sorted(self.executors))
            raise BadValue("executor", f"there is no {alias!r}; there are {known}")
        executor.check(call)
