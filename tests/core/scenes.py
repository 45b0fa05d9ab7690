"""
What the tests of the core are set in.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

from twisted.internet.task import Clock

from txsched.core import LocalScheduler, Settings
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    Call,
    Disposition,
    Job,
    JobDefaults,
    JobLease,
    Run,
    RunQuery,
    RunStarted,
)
from txsched.testing.driving import advance, driven
from txsched.testing.fakes import EveryTrigger, ManualExecutor, RecordingObserver

UTC = timezone.utc
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(seconds):
    """
    Give the instant so many seconds after the beginning.
    """
    return BEGIN + timedelta(seconds=seconds)


def every(seconds, end=None):
    """
    Make a trigger that fires from the beginning on; it cannot count.
    """
    return EveryTrigger(BEGIN, timedelta(seconds=seconds), end)


def fitting(times, pauses):
    """
    Give *pauses*, in seconds, if those between *times* are of these lengths, each
    shorter by up to a quarter; else how long they were.
    """
    found = [later - time for time, later in pairwise(times)]
    fits = len(found) == len(pauses) and all(
        0.75 * pause - 1e-3 <= one <= pause + 1e-3
        for one, pause in zip(found, pauses, strict=True)
    )
    return pauses if fits else found


def a_job(trigger=None, **options):
    """
    Make a job that is planned at the beginning.
    """
    values = {
        "id": "job",
        "call": Call("tests:task"),
        "trigger": every(1) if trigger is None else trigger,
        "name": "a job",
        "generation": "G",
        "next_run_time": BEGIN,
    }
    return Job(**(values | options))


def a_lease(job, *runs, run_count=0):
    """
    Make a lease on a due job.
    """
    return JobLease(job, runs, 7, job.next_run_time, run_count)


def an_active_run(number=0, **fields):
    """
    Make a run that is under way.
    """
    values = {
        "id": f"active {number}",
        "job_id": "job",
        "planned_time": at(-10 + number),
        "disposition": Disposition.RUNNING,
        "node": "node",
        "started_at": at(-10 + number),
    }
    return Run(**(values | fields))


def a_clock():
    """
    Make a clock that stands at the beginning.
    """
    clock = Clock()
    clock.advance(BEGIN.timestamp())
    return clock


class Scene:
    """
    A scheduler on a clock that the test moves, with an executor that it ends by hand.
    """

    def __init__(
        self,
        store=None,
        start=True,
        clock=None,
        executors=None,
        executor=None,
        node="node",
        calendars=None,
        **settings,
    ):
        self.store = MemoryJobStore() if store is None else store
        if clock is None:
            clock = a_clock()
        self.clock = clock
        self.executor = ManualExecutor() if executor is None else executor
        self.seen = RecordingObserver()
        self.scheduler = LocalScheduler(
            self.store,
            {"default": self.executor} if executors is None else executors,
            self.clock,
            node,
            defaults=JobDefaults(),
            settings=Settings(**settings),
            calendars={} if calendars is None else calendars,
        )
        driven(self.scheduler.subscribe(self.seen))
        if start:
            driven(self.scheduler.start())

    @property
    def now(self):
        """
        The time of the clock.
        """
        return datetime.fromtimestamp(self.clock.seconds(), UTC)

    def add(self, trigger=None, **options):
        """
        Add a job.
        """
        trigger = every(10) if trigger is None else trigger
        options.setdefault("id", "job")
        return driven(self.scheduler.add_job("tests:task", trigger, **options))

    def advance(self, seconds):
        """
        Let time pass.
        """
        advance(self.clock, seconds)

    def leap(self, seconds):
        """
        Set the clock forward or back, and let the scheduler know as a service does.
        """
        self.clock.rightNow += seconds
        self.scheduler.wake()
        self.clock.advance(0)

    def wakes(self):
        """
        Give for when the alarm of the engine is set on the clock.
        """
        return [
            at(call.getTime() - BEGIN.timestamp())
            for call in self.clock.getDelayedCalls()
            if getattr(call.func, "__qualname__", "") == "Alarm._wake"
        ]

    def began(self):
        """
        Give when runs were begun: job, planned second and second, in order.
        """
        return [
            (
                event.run.job_id,
                (event.run.planned_time - BEGIN).total_seconds(),
                (event.at - BEGIN).total_seconds(),
            )
            for event in self.seen.of(RunStarted)
        ]

    def told(self, **query):
        """
        Give the ledger, oldest first: disposition, planned second, how many times.
        """
        return [
            (
                run.disposition.value,
                (run.planned_time - BEGIN).total_seconds(),
                run.times,
            )
            for run in self.runs(**query)
        ]

    def job(self, job_id="job"):
        """
        Give a job as it is now.
        """
        return driven(self.scheduler.get_job(job_id))

    def status(self):
        """
        Give the status of the scheduler.
        """
        return driven(self.scheduler.status())

    def runs(self, **query):
        """
        Give the ledger, oldest first.
        """
        query = RunQuery(**({"descending": False, "limit": 1000} | query))
        return driven(self.scheduler.get_runs(query)).items

    def dispositions(self):
        """
        Give the dispositions of the ledger, oldest first.
        """
        return [run.disposition.value for run in self.runs()]

    def stop(self, timeout=None):
        """
        Stop the scheduler.
        """
        driven(self.scheduler.stop(timeout))
