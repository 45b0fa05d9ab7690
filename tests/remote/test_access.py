"""
What clients may do, and what they are told when they may not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import Interface
from zope.interface.verify import verifyObject

from txsched.core import LocalScheduler
from txsched.errors import BadValue, NoSuchJob, NotAllowed, StaleRevision
from txsched.interfaces import IScheduler
from txsched.jobstores import MemoryJobStore
from txsched.model import (
    COMMAND,
    UTC,
    Call,
    Disposition,
    EnumMember,
    ITrigger,
    Job,
    JobQuery,
    JobSpec,
    OnConflict,
    Run,
    RunQuery,
    from_seconds,
)
from txsched.remote.access import AccessPolicy, RestrictedScheduler
from txsched.testing.driving import advance
from txsched.testing.fakes import RecordingObserver
from txsched.triggers import IntervalTrigger

from .bare import Served

EVERY: ITrigger = IntervalTrigger(seconds=10, start_date=from_seconds(0))
ALLOWED, REFUSED = "operator:add", "os:system"
NO_TASK = (
    "the task 'os:system' is not among those that clients may schedule; the setting"
    " allow in [tasks] of the service names them"
)
NO_ENUM = (
    "the enumeration 'shop:Size' is not among those that clients may schedule; the"
    " setting allow in [tasks] of the service names them"
)
NO_COMMAND = (
    "programs may not be started through this connection; the setting commands in"
    " [tasks] of the service decides"
)


class AccessPolicyTests(SynchronousTestCase):
    """
    :class:`AccessPolicy` allows tasks by their names.
    """

    def allows(self, pattern: str, task: str | Callable[..., Any]) -> bool:
        """
        Say whether one pattern allows a task.
        """
        try:
            AccessPolicy((pattern,)).check(task)
        except NotAllowed:
            return False
        return True

    def test_patterns(self) -> None:
        """
        ``*`` stands for anything; all else is meant as it is, with its case.
        """
        for pattern, task, allowed in (
            ("*", "any.module:function", True),
            ("*:*", "any.module:function", True),
            ("mine:*", "mine:f", True),
            ("mine:*", "mine:Class.f", True),
            ("mine:*", "mine.inner:f", False),
            ("mine:*", "notmine:f", False),
            ("mine.*:*", "mine.inner:f", True),
            ("mine.*:*", "mine.inner.deep:f", True),
            ("mine.*:*", "mine:f", False),
            ("mine:f", "mine:f", True),
            ("mine:f", "mine:ff", False),
            ("mine:f", "MINE:f", False),
            ("mine:f*", "mine:from_afar", True),
            ("mine:f", "mine:f.g", False),
            ("mine.f", "mine:f", False),
            ("", "mine:f", False),
        ):
            self.assertEqual(allowed, self.allows(pattern, task), (pattern, task))

    def test_one_of_several(self) -> None:
        """
        One pattern that allows is enough.
        """
        policy = AccessPolicy(("a:*", "b:f"))
        for task in ("a:x", "b:f"):
            self.assertIsNone(policy.check(task))
        self.assertRaises(NotAllowed, policy.check, "b:g")

    def test_nothing(self) -> None:
        """
        Without patterns nothing is allowed, and the error says which setting decides.
        """
        error = self.assertRaises(NotAllowed, AccessPolicy().check, REFUSED)
        self.assertEqual(NO_TASK, error.reason)
        self.assertEqual(f"not allowed: {NO_TASK}", str(error))

    def test_callables(self) -> None:
        """
        A function is known by its name.
        """
        self.assertTrue(self.allows("txsched.model.instant:*", from_seconds))
        self.assertFalse(self.allows("mine:*", from_seconds))

    def test_commands(self) -> None:
        """
        Programs are allowed by their own word, and by no pattern.
        """
        for policy in (AccessPolicy(), AccessPolicy(("*", "command", "*:*"))):
            error = self.assertRaises(NotAllowed, policy.check, COMMAND)
            self.assertEqual(NO_COMMAND, error.reason)
        self.assertIsNone(AccessPolicy(commands=True).check(COMMAND))
        self.assertRaises(NotAllowed, AccessPolicy(commands=True).check, ALLOWED)


#: What refuses a task that is not allowed: name, and the call.
CHECKED: dict[str, Callable[[IScheduler, str], Any]] = {
    "add_job": lambda to, task: to.add_job(task, EVERY),
    "add_job with replace": lambda to, task: to.add_job(
        task, EVERY, on_conflict="replace", id="good"
    ),
    "add_jobs": lambda to, task: to.add_jobs(
        [JobSpec(ALLOWED, EVERY), JobSpec(task, EVERY)], "keep"
    ),
    "modify_job": lambda to, task: to.modify_job("good", task=task),
    "repair_job": lambda to, task: to.repair_job("broken", JobSpec(task, EVERY)),
}

#: What asks for no task, and goes through: the call, and what is to come.
OPEN: dict[str, tuple[Callable[[IScheduler], Any], Callable[[Any], bool]]] = {
    "get_job": (lambda to: to.get_job("bad"), lambda job: job.id == "bad"),
    "get_jobs": (
        lambda to: to.get_jobs(JobQuery(limit=1)),
        lambda page: len(page.items) == 1 and page.next_cursor is not None,
    ),
    "modify_job": (
        lambda to: to.modify_job("bad", name="new"),
        lambda job: (job.name, job.call.task) == ("new", REFUSED),
    ),
    "reschedule_job": (
        lambda to: to.reschedule_job("bad", IntervalTrigger(seconds=7), 1),
        lambda job: job.revision == 2,
    ),
    "pause_job": (
        lambda to: to.pause_job("bad", "why"),
        lambda job: job.paused.note == "why",
    ),
    "resume_job": (
        lambda to: to.resume_job("bad", True),
        lambda job: job.paused is None,
    ),
    "remove_job": (lambda to: to.remove_job("bad"), lambda answer: answer is None),
    "run_job": (
        lambda to: to.run_job("bad", force=True),
        lambda run: (run.job_id, run.manual) == ("bad", True),
    ),
    "get_runs": (
        lambda to: to.get_runs(RunQuery(job_id="bad")),
        lambda page: page.items == (),
    ),
    "forecast": (
        lambda to: to.forecast(
            from_seconds(1_767_225_600), from_seconds(1_767_225_630), ["bad"], 2
        ),
        lambda found: [one.job_id for one in found] == ["bad", "bad"],
    ),
    "pause": (lambda to: to.pause("why"), lambda answer: answer is None),
    "resume": (lambda to: to.resume(), lambda answer: answer is None),
    "status": (lambda to: to.status(), lambda status: status.store.jobs == 2),
    "get_nodes": (
        lambda to: to.get_nodes(),
        lambda nodes: [node.state for node in nodes] == ["running"],
    ),
    "examine": (
        lambda to: to.examine(),
        lambda found: [one.store for one in found] == ["default"],
    ),
    "get_quarantined": (lambda to: to.get_quarantined(), lambda found: found == []),
}


class RestrictedSchedulerTests(SynchronousTestCase):
    """
    :class:`RestrictedScheduler` refuses tasks, and lets all else through.
    """

    def setUp(self) -> None:
        self.served = Served().start()
        self.done = self.served.done
        self.local = self.served.scheduler
        self.done(self.local.add_job(ALLOWED, EVERY, (1, 2), id="good"))
        self.done(self.local.add_job(REFUSED, EVERY, ("ls",), id="bad"))

    def restricted(self, *tasks: str, commands: bool = False) -> RestrictedScheduler:
        """
        Look at the scheduler through a policy.
        """
        return RestrictedScheduler(self.local, AccessPolicy(tasks, commands))

    def jobs(self) -> tuple[Job, ...]:
        """
        Give all jobs.
        """
        page = self.done(self.local.get_jobs())
        found: tuple[Job, ...] = page.items
        return found

    def test_interface(self) -> None:
        """
        The view is a scheduler.
        """
        verifyObject(IScheduler, self.restricted())

    def test_every_method_is_looked_at(self) -> None:
        """
        No method of the interface is left out of these tests.
        """
        tested = {name.partition(" ")[0] for name in (*CHECKED, *OPEN)}
        tested |= {"cancel_run", "get_run", "hand_back", "subscribe"}
        self.assertEqual(set(_names(IScheduler)), tested)

    def test_refused(self) -> None:
        """
        A task that is not allowed is refused by name, and nothing is changed.
        """
        before = self.jobs()
        for name, call in CHECKED.items():
            for task, reason in ((REFUSED, NO_TASK), (COMMAND, NO_COMMAND)):
                failure = self.failureResultOf(
                    call(self.restricted("operator:*"), task), NotAllowed
                )
                self.assertEqual(reason, failure.value.reason, name)
        self.assertEqual(before, self.jobs())

    def test_allowed(self) -> None:
        """
        A task that is allowed gets to the scheduler behind.
        """
        for name, call in CHECKED.items():
            answer = call(self.restricted("operator:*"), "operator:mul")
            if name == "repair_job":
                self.failureResultOf(answer, NoSuchJob)
            else:
                self.assertIsNotNone(self.successResultOf(answer), name)
        tasks = sorted(job.call.task_name for job in self.jobs())
        self.assertEqual(
            [ALLOWED, "operator:mul", "operator:mul", "operator:mul", REFUSED], tasks
        )

    def test_enumerations(self) -> None:
        """
        A member of an enumeration in arguments is taken where its class is allowed.
        """
        size = EnumMember("shop:Size", "LARGE")
        args, kwargs = [[size]], {"k": {size}}
        spec = JobSpec(ALLOWED, EVERY, args, kwargs)
        calls: list[Callable[[IScheduler], Any]] = [
            lambda to: to.add_job(ALLOWED, EVERY, args),
            lambda to: to.add_job(ALLOWED, EVERY, (), kwargs),
            lambda to: to.add_jobs([spec]),
            lambda to: to.modify_job("good", args=args),
            lambda to: to.modify_job("good", kwargs=kwargs),
            lambda to: to.repair_job("good", spec),
        ]
        for call in calls:
            failure = self.failureResultOf(call(self.restricted("operator:*")))
            failure.trap(NotAllowed)
            self.assertEqual(NO_ENUM, failure.value.reason)
        self.assertEqual(2, len(self.jobs()))
        *others, repair = calls
        view = self.restricted("operator:*", "shop:*")
        for call in others:
            self.successResultOf(call(view))
        self.failureResultOf(repair(view), NoSuchJob)

    def test_commands_allowed(self) -> None:
        """
        Where commands are allowed a program may be named, and functions may not.
        """
        view = self.restricted(commands=True)
        job = self.successResultOf(view.add_job(COMMAND, EVERY, ("ls",)))
        self.assertEqual((COMMAND, ("ls",)), (job.call.task, job.call.args))
        self.failureResultOf(view.add_job(ALLOWED, EVERY), NotAllowed)

    def test_what_asks_for_no_task(self) -> None:
        """
        All else goes through, with all arguments, whatever the job's task is.
        """
        for name, (call, right) in OPEN.items():
            self.setUp()
            answer = self.successResultOf(call(self.restricted()))
            self.assertTrue(right(answer), (name, answer))

    def test_runs_go_through(self) -> None:
        """
        Runs may be looked at and cancelled.
        """
        view = self.restricted()
        run: Run = self.successResultOf(view.run_job("bad"))
        self.assertEqual(run.id, self.successResultOf(view.get_run(run.id)).id)
        self.successResultOf(view.cancel_run(run.id, "enough"))
        ended = self.successResultOf(view.get_run(run.id))
        self.assertEqual(Disposition.CANCELLED, ended.disposition)

    def test_subscriptions_go_through(self) -> None:
        """
        Events may be watched.
        """
        observer = RecordingObserver()
        subscription = self.successResultOf(self.restricted().subscribe(observer))
        self.done(self.local.pause_job("bad"))
        subscription.cancel()
        self.done(self.local.resume_job("bad"))
        self.assertEqual(["bad"], [event.job_id for event in observer.events])

    def test_bad_values_go_through(self) -> None:
        """
        What an allowed task is asked for badly is refused by the scheduler.
        """
        view = self.restricted("operator:*")
        answer = view.add_job(ALLOWED, EVERY, max_instances=0)
        self.failureResultOf(answer, BadValue)
        self.failureResultOf(view.modify_job("good", colour=1), BadValue)

    def test_one_refused_of_many(self) -> None:
        """
        One task that is not allowed keeps all of a call out.
        """
        specs = [JobSpec(ALLOWED, EVERY, id=f"n{n}") for n in range(5)]
        specs.append(JobSpec(REFUSED, EVERY, id="x"))
        answer = self.restricted("operator:*").add_jobs(specs)
        self.failureResultOf(answer, NotAllowed)
        self.assertEqual(["bad", "good"], [job.id for job in self.jobs()])

    def test_arguments_of_a_refused_task(self) -> None:
        """
        The arguments of a task that is not allowed may not be changed either, nor may
        the task be made one that is.
        """
        view = self.restricted("operator:*")
        for changes in (
            {"args": ("rm",)},
            {"kwargs": {"a": 1}},
            {"task": ALLOWED},
            {"name": "x", "args": ()},
        ):
            failure = self.failureResultOf(
                view.modify_job("bad", **changes), NotAllowed
            )
            self.assertEqual(NO_TASK, failure.value.reason)

    def test_arguments_of_nobody(self) -> None:
        """
        A job that is not there is told as everywhere.
        """
        answer = self.restricted("*").modify_job("ghost", args=())
        self.failureResultOf(answer, NoSuchJob)

    def test_arguments_at_a_revision(self) -> None:
        """
        The revision that the caller names holds.
        """
        view = self.restricted("operator:*")
        answer = view.modify_job("good", 1, args=(3, 4))
        self.assertEqual(2, self.successResultOf(answer).revision)
        failure = self.failureResultOf(
            view.modify_job("good", 1, args=(5, 6)), StaleRevision
        )
        self.assertEqual((1, 2), (failure.value.expected, failure.value.found))

    def change_between(self, task: str) -> Any:
        """
        Let somebody else change the job between the look at it and the change.
        """
        local = self.local

        class Between(LocalScheduler):
            def get_job(self, job_id: str, store: Any = None) -> Any:
                def change(job: Job) -> Any:
                    if job.revision > 1:
                        return job
                    changing = local.modify_job(job_id, task=task)
                    return changing.addCallback(lambda _: job)

                return local.get_job(job_id).addCallback(change)

            def modify_job(self, *args: Any, **changes: Any) -> Any:
                return local.modify_job(*args, **changes)

        behind = Between(MemoryJobStore(), {}, self.served.clock)
        view = RestrictedScheduler(behind, AccessPolicy(("operator:*",)))
        return view.modify_job("good", args=("rm",))

    def test_a_change_in_between(self) -> None:
        """
        A job that becomes one of another task meanwhile is looked at again.
        """
        self.failureResultOf(self.change_between(REFUSED), NotAllowed)
        job = self.done(self.local.get_job("good"))
        self.assertEqual((REFUSED, (1, 2)), (job.call.task, job.call.args))

    def test_an_allowed_change_in_between(self) -> None:
        """
        One that may be changed all the same is.
        """
        job = self.successResultOf(self.change_between("operator:mul"))
        self.assertEqual(("operator:mul", ("rm",)), (job.call.task, job.call.args))

    def test_the_store_that_is_meant(self) -> None:
        """
        What is looked at is what is changed, also where another store has a job of the
        same id.
        """
        archive = MemoryJobStore()
        self.done(self.local.add_store("archive", archive))
        self.done(self.local.add_job(REFUSED, EVERY, id="twice", store="archive"))
        (job,) = self.done(archive.find_jobs(JobQuery())).items
        allowed = evolve(job, call=Call("operator:add", (1, 2)))
        # Behind the back of the scheduler, which would not have it.
        also = MemoryJobStore()
        self.done(also.add_jobs((allowed,), OnConflict.ERROR))
        self.done(self.local.remove_store("archive"))
        self.done(self.local.add_store("also", also))
        self.done(self.local.add_store("archive", archive))
        view = self.restricted("operator:*")
        self.assertEqual("also", self.done(view.modify_job("twice", args=(3, 4))).store)
        answer = view.modify_job("twice", store="archive", args=("rm",))
        self.failureResultOf(answer, NotAllowed)
        self.done(view.modify_job("twice", store="archive", name="new"))
        kept = self.done(self.local.get_job("twice", "archive"))
        self.assertEqual(("new", job.call), (kept.name, kept.call))

    def test_what_is_allowed_runs(self) -> None:
        """
        What was added through the view runs as all else.
        """
        view = self.restricted("operator:*")
        self.successResultOf(view.add_job("operator:mul", EVERY, id="mul"))
        advance(self.served.clock, 10.0)
        self.assertIn("mul", [one.job_id for one in self.served.executor.begun])
        self.assertEqual(UTC, self.served.executor.begun[0].planned_time.tzinfo)


def _names(interface: type[Interface]) -> list[str]:
    return list(interface.names(all=True))
