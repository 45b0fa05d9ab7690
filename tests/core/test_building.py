"""
Jobs out of what people ask for.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.core.building import JobBuilder
from txsched.errors import BadTrigger, BadValue
from txsched.model import Call, JobDefaults, JobSpec, OnCrash
from txsched.testing.driving import driven
from txsched.testing.fakes import ManualExecutor
from txsched.triggers import DateTrigger

from .scenes import BEGIN, SECOND, Scene, at, every


class Choosy(ManualExecutor):
    """
    An executor that takes calls without arguments only.
    """

    def __init__(self):
        super().__init__()
        self.checked = []

    def check(self, call):
        """
        Refuse arguments.
        """
        self.checked.append(call)
        if call.args:
            raise BadValue("args", "none are taken here")


class BuildingTests(SynchronousTestCase):
    """
    One job, or many.
    """

    def setUp(self):
        self.choosy = Choosy()
        self.executors = {"default": ManualExecutor(), "choosy": self.choosy}

    def build(self, spec, now=BEGIN, **defaults):
        """
        Build one job.
        """
        builder = JobBuilder(self.executors, JobDefaults(**defaults))
        (job,) = builder.build([spec], now)
        return job

    def test_what_is_filled_in(self):
        """
        Where nobody said anything the job has what APScheduler 3 has.
        """
        job = self.build(JobSpec("tests:task", every(10), [1], {"b": 2}))
        self.assertEqual(job.call, Call("tests:task", (1,), {"b": 2}))
        self.assertEqual((job.trigger, job.name), (every(10), "tests:task"))
        self.assertEqual((job.executor, job.max_instances), ("default", 1))
        self.assertEqual((job.misfire_grace_time, job.coalesce), (SECOND, False))
        self.assertEqual((job.max_runs, job.start_time, job.end_time), (None,) * 3)
        self.assertEqual((job.jitter, job.tags, job.keep_runs), (None, (), None))
        self.assertEqual((job.on_crash, job.paused), (OnCrash.RERUN, None))
        self.assertEqual((job.revision, job.run_count), (1, 0))
        self.assertEqual((job.next_run_time, job.due), (BEGIN, BEGIN))

    def test_defaults(self):
        """
        The defaults of a scheduler count where nobody said, and only there.
        """
        defaults = {
            "executor": "choosy",
            "misfire_grace_time": 9 * SECOND,
            "coalesce": True,
            "max_instances": 4,
            "on_crash": OnCrash.ABANDON,
            "keep_runs": 7,
        }
        own = {
            "executor": "default",
            "misfire_grace_time": None,
            "coalesce": False,
            "max_instances": 2,
            "on_crash": OnCrash.RERUN,
            "keep_runs": None,
        }
        for options, expected in (({}, defaults), (own, own)):
            job = self.build(JobSpec("tests:task", every(10), **options), **defaults)
            for name, value in expected.items():
                self.assertEqual(getattr(job, name), value, name)

    def test_all_that_is_said(self):
        """
        What was asked for is in the job.
        """
        options = {
            "id": "mine",
            "name": "My job",
            "max_runs": 3,
            "start_time": at(20),
            "end_time": at(90),
            "jitter": timedelta(seconds=2),
            "tags": ("a", "b"),
        }
        job = self.build(JobSpec("tests:task", every(10), **options))
        for name, value in options.items():
            self.assertEqual(getattr(job, name), value, name)
        self.assertEqual(job.next_run_time, at(20))

    def test_ids(self):
        """
        Without an id each job gets one, and in any case a generation of its own.
        """
        builder = JobBuilder(self.executors, JobDefaults())
        spec = JobSpec("tests:task", every(10))
        jobs = builder.build([spec] * 50, BEGIN)
        self.assertEqual(len({job.id for job in jobs}), 50)
        self.assertEqual({len(job.id) for job in jobs}, {32})
        self.assertEqual(len({job.generation for job in jobs}), 50)
        named = JobSpec("tests:task", every(10), id="mine")
        first, second = self.build(named), self.build(named)
        self.assertEqual((first.id, second.id), ("mine", "mine"))
        self.assertNotEqual(first.generation, second.generation)
        self.assertEqual(builder.build([], BEGIN), [])

    def test_names(self):
        """
        A job without a name has that of its task, be it text or a function.
        """
        for task, name, expected in (
            ("tests:task", None, "tests:task"),
            ("tests:task", "", "tests:task"),
            (every, None, "tests.core.scenes:every"),
            (every, "mine", "mine"),
        ):
            options = {} if name is None else {"name": name}
            job = self.build(JobSpec(task, every(10), **options))
            self.assertEqual(job.name, expected)

    def test_the_first_time(self):
        """
        It is planned from now on, or from its start on.
        """
        for start, expected in ((None, 30), (at(5), 30), (at(30), 30), (at(31), 40)):
            options = {} if start is None else {"start_time": start}
            job = self.build(JobSpec("tests:task", every(10), **options), at(25))
            self.assertEqual(job.next_run_time, at(expected))

    def test_nothing_ahead(self):
        """
        A trigger with nothing ahead is refused.
        """
        for trigger, options in (
            (every(10, at(20)), {}),
            (every(10), {"end_time": at(29)}),
            (every(10, at(60)), {"start_time": at(61)}),
        ):
            spec = JobSpec("tests:task", trigger, **options)
            error = self.assertRaises(BadTrigger, self.build, spec, at(25))
            reason = f"{trigger} has no planned time ahead"
            self.assertEqual((error.field, error.reason), ("trigger", reason))

    def test_a_single_time_that_has_passed(self):
        """
        A single time that has passed is late, and not refused.
        """
        job = self.build(JobSpec("tests:task", DateTrigger(at(3))), at(25))
        self.assertEqual(job.next_run_time, at(3))

    def test_executors(self):
        """
        An executor that is not there is named, with those that are.
        """
        spec = JobSpec("tests:task", every(10), executor="nobody")
        error = self.assertRaises(BadValue, self.build, spec)
        self.assertEqual(error.field, "executor")
        self.assertEqual(
            error.reason, "there is no 'nobody'; there are choosy, default"
        )

    def test_calls(self):
        """
        The executor of the job is asked, and no other, what it takes.
        """
        spec = JobSpec("tests:task", every(10), [1], executor="choosy")
        error = self.assertRaises(BadValue, self.build, spec)
        self.assertEqual((error.field, error.reason), ("args", "none are taken here"))
        self.assertEqual(self.choosy.checked, [Call("tests:task", (1,), {})])
        self.build(JobSpec("tests:task", every(10), executor="choosy"))
        self.build(JobSpec("tests:task", every(10), [1]))
        self.assertEqual(len(self.choosy.checked), 2)


class CheckTests(SynchronousTestCase):
    """
    When an executor is asked about a change.
    """

    def test_only_what_is_different(self):
        """
        A change that touches neither executor nor call is made though the executor
        would refuse them by now, or is not there.
        """

        class Changeable(ManualExecutor):
            refuses = False

            def check(self, call):
                if self.refuses:
                    raise BadValue("task", "no longer there")

        executor = Changeable()
        scene = Scene(executor=executor)
        scene.add(every(10), tags=["a"])
        executor.refuses = True
        modify = scene.scheduler.modify_job
        self.assertEqual(driven(modify("job", tags=["b"])).tags, ("b",))
        self.assertEqual(driven(modify("job", task="tests:task")).revision, 2)
        for changes in ({"task": "tests:other"}, {"args": [1]}, {"kwargs": {"a": 1}}):
            failure = self.failureResultOf(modify("job", **changes), BadValue)
            self.assertEqual(str(failure.value), "task: no longer there")
        elsewhere = Scene(
            scene.store, executors={"other": ManualExecutor()}, clock=scene.clock
        )
        modify = elsewhere.scheduler.modify_job
        self.assertEqual(driven(modify("job", name="new")).name, "new")
        failure = self.failureResultOf(modify("job", args=[1]), BadValue)
        reason = "executor: there is no 'default'; there are other"
        self.assertEqual(str(failure.value), reason)
