"""
Tests for ``txsched quarantine``, on a scheduler in memory.
"""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from twisted.internet.defer import Deferred, succeed
from twisted.python.components import proxyForInterface
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.command.renaming import Renaming
from txsched.codec import definition_fields
from txsched.errors import NoSuchJob
from txsched.interfaces import IJobStore
from txsched.jobstores import MemoryJobStore
from txsched.model import EnumMember, Job, OnConflict, Quarantined
from txsched.testing.contracts.job_store.samples import make_job

from .driving import NOW, CommandTestCase

RED = EnumMember("shop.old:Colour", "RED")
RENAMING = Renaming((("shop.old", "shop.new"), ("tasks:work", "shop.tasks:carry")))


class BrokenStore(proxyForInterface(IJobStore)):  # type: ignore[misc]
    """
    A store in which jobs lie that cannot be loaded.
    """

    def __init__(self) -> None:
        super().__init__(MemoryJobStore())
        self.broken: dict[str, Quarantined] = {}

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        """
        Give them.
        """
        return succeed(list(self.broken.values()))

    def repair_job(self, job: Job) -> Deferred[Job]:
        """
        Bring one back to work.
        """
        if self.broken.pop(job.id, None) is None:
            raise NoSuchJob(job.id)
        added = self.original.add_jobs([job], OnConflict.ERROR)
        return added.addCallback(lambda jobs: jobs[0])  # type: ignore[no-any-return]

    def remove_jobs(self, job_ids: Any, now: Any) -> Deferred[list[str]]:
        """
        Remove broken ones too.
        """
        gone = [job_id for job_id in job_ids if self.broken.pop(job_id, None)]
        removed = self.original.remove_jobs(job_ids, now)
        return removed.addCallback(lambda ids: [*ids, *gone])  # type: ignore[no-any-return]


class QuarantineTests(CommandTestCase):
    """
    Tests for its commands.
    """

    def make_store(self) -> IJobStore:
        self.store = BrokenStore()
        return self.store

    def lay(self, job_id: str, task: str = "shop.old:report", **changes: Any) -> None:
        """
        Put a job into quarantine.
        """
        job = make_job(job_id, **changes)
        job = evolve(job, call=evolve(job.call, task=task))
        fields = definition_fields(job)
        error = "its definition cannot be read"
        self.store.broken[job_id] = Quarantined(job_id, error, NOW, fields)

    def test_list(self) -> None:
        """
        Each is listed with the error, or that there is none.
        """
        self.assertEqual("no job is quarantined\n", self.out("quarantine", "list"))
        self.lay("a")
        self.assertRegex(self.out("quarantine", "list"), r"\na    20.*cannot be read")
        (found,) = json.loads(self.out("quarantine", "list", "--json"))["quarantined"]
        self.assertEqual("shop.old:report", found["definition"]["task"])

    def test_show(self) -> None:
        """
        What can be read of its definition is shown; or that nothing can.
        """
        self.lay("a", tags=("x",))
        out = self.out("quarantine", "show", "a")
        for line in (
            r"error +its definition cannot be read",
            r"since +20",
            r"task +shop.old:report",
            r"args +\[1, 2\]",
            r"trigger +every 10s",
            r'tags +\["x"\]',
        ):
            self.assertRegex(out, rf"(?m)^{line}")
        found = json.loads(self.out("quarantine", "show", "a", "--json"))
        self.assertEqual("a", found["job_id"])
        self.store.broken["a"] = Quarantined("a", "E", NOW)
        self.assertIn("nothing of it can be read", self.out("quarantine", "show", "a"))
        self.assertIn(
            "JOB: no job with the id 'b' is in quarantine",
            self.refused(1, "quarantine", "show", "b"),
        )

    def test_repair_by_name(self) -> None:
        """
        A job that is named gets its own definition, with other names.
        """
        self.lay("a", tags=("x",), max_instances=3)
        self.lay("b")
        mapping = ("--map", "shop.old=shop.new")
        dry = self.out("quarantine", "repair", "a", *mapping, "--dry-run")
        self.assertEqual("would repair a: shop.new:report\n", dry)
        self.assertIn("a", self.store.broken)
        out = self.out("quarantine", "repair", "a", *mapping)
        self.assertRegex(out, "^repaired a: shop.new:report, next at 20")
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual(("shop.new:report", (1, 2)), (job.call.task, job.call.args))
        self.assertEqual((("x",), 3), (job.tags, job.max_instances))
        self.assertEqual(["b"], list(self.store.broken))
        out = self.out("quarantine", "repair", "b")
        self.assertRegex(out, "^repaired b: shop.old:report, next at 20")

    def test_another_trigger(self) -> None:
        """
        A job whose trigger cannot be read gets another one, and keeps the rest.
        """
        self.lay("a")
        fields = {**definition_fields(make_job("a")), "trigger": {"$64200": 5}}
        self.store.broken["a"] = Quarantined("a", "E", NOW, fields)
        complaint = self.refused(1, "quarantine", "repair", "a")
        self.assertIn("job 'a': --trigger: '$64200' is not known", complaint)
        arguments = ("quarantine", "repair", "a", "--trigger")
        complaint = self.refused(1, *arguments, "evry 1h")
        self.assertIn("job 'a': --trigger: 'evry 1h' does not begin with", complaint)
        self.out(*arguments, "every 1h")
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual(("every 1h", (1, 2)), (str(job.trigger), job.call.args))

    def test_repair_all_that_moved(self) -> None:
        """
        Without names all are repaired whose code has moved, and jobs that load too.
        """
        self.lay("a")
        self.lay("b", "other:report")
        self.store.broken["c"] = Quarantined("c", "E", NOW)
        for job_id, task in (("d", "shop.old:sum"), ("e", "shop.older:sum")):
            self.out("add", "--every", "1h", "--id", job_id, task)
        arguments = ("quarantine", "repair", "--map", "shop.old=shop.new")
        self.assertEqual(
            "would repair a: shop.new:report\nwould change d: shop.new:sum\n",
            self.out(*arguments, "--dry-run"),
        )
        out = self.out(*arguments)
        self.assertRegex(
            out, "^repaired a: shop.new:report, .*\nchanged d: shop.new:sum"
        )
        self.assertEqual(["b", "c"], list(self.store.broken))
        tasks = {
            job.id: job.call.task
            for job in self.successResultOf(self.scheduler.get_jobs()).items
        }
        self.assertEqual("shop.new:sum", tasks["d"])
        self.assertEqual("shop.older:sum", tasks["e"])
        self.assertEqual("", self.out(*arguments))

    def test_members_that_moved(self) -> None:
        """
        Classes of enumerations in arguments are renamed too.
        """
        add = self.scheduler.add_job
        job = make_job()
        self.successResultOf(add("tasks:work", job.trigger, ([RED],), id="a"))
        self.lay("b", call=evolve(job.call, task="m:f", kwargs={"k": RED}))
        self.out("quarantine", "repair", "--map", "shop.old=shop.new")
        for job_id, get in (("a", lambda job: job.call.args[0][0]), ("b", _kwarg)):
            found = get(self.successResultOf(self.scheduler.get_job(job_id)))
            self.assertEqual(EnumMember("shop.new:Colour", "RED"), found)

    def test_refused_one_by_one(self) -> None:
        """
        What is refused is told, and keeps no other from being repaired.
        """
        self.lay("a")
        self.lay("b", "shop.new:report")
        self.store.broken["c"] = Quarantined("c", "E", NOW)
        result = self.invoke(
            *("quarantine", "repair", "a", "c", "b", "--map", "shop.old=unknown")
        )
        self.assertEqual(1, result.exit_code)
        self.assertRegex(result.stdout, "^repaired b")
        self.assertIn("job 'a': task: there is no 'unknown", result.stderr)
        self.assertIn("job 'c': definition: nothing", result.stderr)
        self.out("add", "--every", "1h", "--id", "d", "shop.old:sum")
        arguments = ("quarantine", "repair", "--map", "shop.old=unknown")
        complaint = self.refused(1, *arguments)
        self.assertIn("job 'd': task: there is no", complaint)

    def test_pickles(self) -> None:
        """
        A definition with a pickle is not repaired from afar.
        """
        self.lay("a")
        fields = {**definition_fields(make_job("a")), "args": [{"$pickle": "gA=="}]}
        self.store.broken["a"] = Quarantined("a", "E", NOW, fields)
        complaint = self.refused(1, "quarantine", "repair", "a")
        self.assertIn("args: a pickle is only read in a store that", complaint)

    def test_wrong_command_lines(self) -> None:
        """
        What cannot be a renaming is refused.
        """
        for text, reason in (
            ("shop.old", "expected OLD=NEW"),
            ("=shop", "expected OLD=NEW"),
            ("shop.=a", "expected OLD=NEW"),
            ("a:b=c", "has a module on one side and a function on the other"),
        ):
            complaint = self.refused(2, "quarantine", "repair", "--map", text)
            self.assertIn(reason, complaint)
        self.assertIn(
            "name jobs, or say --map", self.refused(2, "quarantine", "repair")
        )

    def test_discard(self) -> None:
        """
        A job of the quarantine is removed when that was meant, and no other.
        """
        self.lay("a")
        self.out("add", "--every", "1h", "--id", "b", "--", "true")
        self.assertIn("--yes is needed", self.refused(2, "quarantine", "discard", "a"))
        complaint = self.refused(1, "quarantine", "discard", "--yes", "a", "b")
        self.assertIn("no job with the id 'b' is in quarantine", complaint)
        self.assertEqual(["a"], list(self.store.broken))
        out = self.out("quarantine", "discard", "--yes", "a")
        self.assertEqual("discarded a\n", out)
        self.assertEqual({}, self.store.broken)

    def test_discard_asks(self) -> None:
        """
        On a terminal it asks, and takes a no.
        """
        self.lay("a")
        self.patch(
            __import__("txsched.app.command.quarantining", fromlist=["sys"]),
            "sys",
            Terminal,
        )
        result = self.invoke("quarantine", "discard", "a")
        self.assertEqual(1, result.exit_code)
        self.assertIn("remove 'a' for ever? [y/N]", result.stderr)
        self.assertIn("a", self.store.broken)


class Terminal:
    """
    Stands in for the module ``sys`` where somebody can be asked.
    """

    class stdin:  # noqa: N801
        """
        Is a terminal.
        """

        @staticmethod
        def isatty() -> bool:
            """
            Say so.
            """
            return True


def _kwarg(job: Job) -> Any:
    return job.call.kwargs["k"]


class RenamingTests(SynchronousTestCase):
    """
    Tests for names that are others now.
    """

    def test_names(self) -> None:
        """
        Modules, what is in them, and functions are renamed; what only begins alike is
        not.
        """
        for old, new in (
            ("shop.old:report", "shop.new:report"),
            ("shop.old.deep:report", "shop.new.deep:report"),
            ("shop.older:report", "shop.older:report"),
            ("tasks:work", "shop.tasks:carry"),
            ("tasks:work.inner", "shop.tasks:carry.inner"),
            ("tasks:worker", "tasks:worker"),
            ("command", "command"),
        ):
            self.assertEqual(new, RENAMING.name(old))

    def test_values(self) -> None:
        """
        Members are renamed at any depth, and all else stays the same object.
        """
        new = EnumMember("shop.new:Colour", "RED")
        value: Any = [1, (RED, {RED: [{RED}]}), frozenset((RED,))]
        found = RENAMING.value(value)
        self.assertEqual([1, (new, {new: [{new}]}), frozenset((new,))], found)
        for same in ([1, (2, {3: [{4}]})], EnumMember("a:B", "C"), object()):
            self.assertIs(same, RENAMING.value(same))

    def test_data(self) -> None:
        """
        So are they in JSON.
        """
        data = [{"$enum": ["shop.old:Colour", "RED"]}, {"a": {"$enum": "x"}}, 5]
        self.assertEqual(
            [{"$enum": ["shop.new:Colour", "RED"]}, {"a": {"$enum": "x"}}, 5],
            RENAMING.data(data),
        )
