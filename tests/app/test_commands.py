"""
Tests for the commands that need a scheduler, on one in memory.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta

from txsched.model import COMMAND, UTC, OnCrash
from txsched.triggers import DateTrigger, IntervalTrigger

from .driving import NOW, CommandTestCase


class AddTests(CommandTestCase):
    """
    Tests for ``txsched add``.
    """

    def test_a_program_with_its_arguments(self) -> None:
        """
        What comes after ``--`` is the program, whatever its arguments look like.
        """
        out = self.out("add", "--every", "2s", "--id", "a", "--", "ls", "--all", "-n")
        self.assertIn("added a: every 2s", out)
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual(
            (COMMAND, ("ls", "--all", "-n"), {}, "command", "ls --all -n"),
            (job.call.task, job.call.args, job.call.kwargs, job.executor, job.name),
        )

    def test_options_of_a_program(self) -> None:
        """
        Environment, folder, input and limit become arguments of the command.
        """
        self.out(
            *("add", "--at", "2031-01-01T00:00Z", "--id", "a", "--env", "A=1"),
            *("--env", "B=x=y", "--cwd", "/tmp", "--input", "hi"),
            *("--output-limit", "64KiB", "--", "cat"),
        )
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual(
            {
                "env": {"A": "1", "B": "x=y"},
                "cwd": "/tmp",
                "input": "hi",
                "output_limit": 65536,
            },
            job.call.kwargs,
        )

    def test_every_option_of_a_job(self) -> None:
        """
        Each option reaches the job in its own type.
        """
        data = self.json(
            *("add", "--every", "1h30m", "--id", "a", "--name", "the job"),
            *("--misfire-grace-time", "none", "--coalesce", "--max-instances", "3"),
            *("--max-runs", "5", "--start", "2030-02-01T00:00", "--end"),
            *("2030-03-01T00:00+01:00", "--timezone", "Asia/Tokyo", "--jitter", "10s"),
            *("--tag", "b", "--tag", "a", "--on-crash", "abandon", "--keep-runs", "0"),
            *("tasks:work", "--args", '[1, "two"]', "--kwargs", '{"three": null}'),
        )
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual("tasks:work", job.call.task)
        self.assertEqual((1, "two"), job.call.args)
        self.assertEqual({"three": None}, job.call.kwargs)
        self.assertEqual("the job", job.name)
        self.assertEqual("default", job.executor)
        self.assertIsNone(job.misfire_grace_time)
        self.assertTrue(job.coalesce)
        self.assertEqual((3, 5, 0), (job.max_instances, job.max_runs, job.keep_runs))
        self.assertEqual("2030-01-31T15:00:00+00:00", job.start_time.isoformat())
        self.assertEqual("2030-02-28T23:00:00+00:00", job.end_time.isoformat())
        self.assertEqual(timedelta(seconds=10), job.jitter)
        self.assertEqual(("a", "b"), job.tags)
        self.assertIs(OnCrash.ABANDON, job.on_crash)
        self.assertEqual(
            ("a", "the job", "tasks:work", [1, "two"], {"three": None}, 10.0, None),
            (
                data["id"],
                data["name"],
                data["task"],
                data["args"],
                data["kwargs"],
                data["jitter"],
                data["misfire_grace_time"],
            ),
        )

    def test_every_way_to_say_when(self) -> None:
        """
        Each of the options for the time gives the trigger that it names.
        """
        table = [
            (("--every", "90s"), "every 1m30s"),
            (("--at", "2031-01-31T12:00Z"), "at 2031-01-31T12:00:00+00:00"),
            (
                ("--at", "2031-01-31T12:00", "--timezone", "Asia/Tokyo"),
                "at 2031-01-31T03:00:00+00:00",
            ),
            (
                ("--cron", "0 9 * * mon", "--timezone", "Asia/Tokyo"),
                "crontab 0 9 * * mon Asia/Tokyo",
            ),
            (("--trigger", "@daily UTC"), "crontab 0 0 * * * UTC"),
            (("--trigger", "every 2 hours"), "every 2h"),
        ]
        for arguments, text in table:
            data = self.json("add", *arguments, "--", "true")
            self.assertEqual(text, data["trigger"])

    def test_dialects(self) -> None:
        """
        ``--dialect`` says how ``--cron`` is meant, when adding and when rescheduling.
        """
        zone = ("--timezone", "Asia/Tokyo")
        quartz = ("--cron", "0 0 9 ? * fri", "--dialect", "quartz", *zone)
        data = self.json("add", "--id", "a", *quartz, "--", "true")
        self.assertEqual("quartz 0 0 9 ? * fri Asia/Tokyo", data["trigger"])
        celery = ("--cron", "minute=0 hour=3", "--dialect", "celery", *zone)
        data = self.json("reschedule", "a", *celery)
        self.assertEqual("celery minute=0 hour=3 Asia/Tokyo", data["trigger"])

    def test_traps_are_told(self) -> None:
        """
        Those of what was written are told on standard error, a line for each; that
        numbers of days differ only where they are not those of crontab.
        """
        add = ("add", "--id", "a", "--timezone", "Asia/Tokyo")
        for when, words in [
            (("--cron", "* 9 * * 1-5"), ["minute * is each minute of hour 9"]),
            (("--cron", "0 9 * * 1-5"), []),
            (("--trigger", "cron day_of_week=1"), ["day_of_week 1 is Tuesday here"]),
            (("--cron", "0 9 31 * *"), ["no day 31"]),
            (("--cron", "0 */5 1 * mon"), ["hour */5 begins anew", "is day 1 or Mon"]),
            (("--every", "1 day"), []),
        ]:
            again = ("--on-conflict", "replace", *when)
            for arguments in (
                (*add, *again, "--", "true"),
                (*add, *again, "--json", "--", "true"),
                ("reschedule", "a", "--timezone", "Asia/Tokyo", *when),
            ):
                result = self.invoke(*arguments)
                self.assertEqual(0, result.exit_code, result.output)
                lines = result.stderr.splitlines()
                self.assertEqual(len(words), len(lines), result.stderr)
                for line, word in zip(lines, words, strict=True):
                    self.assertTrue(line.startswith("txsched: warning: "), line)
                    self.assertIn(word, line)

    def test_the_past_is_told(self) -> None:
        """
        Who names one time that has passed is told what becomes of it.
        """
        words = "has passed, and {} is 1s: its run is missed, and the job finished"
        missed = words.format("--misfire-grace-time")
        at_once = "has passed: the job runs at once"
        past = ("--at", "2020-01-01T00:00Z")
        none = ("--misfire-grace-time", "none")
        for when, told in [
            (past, missed),
            (("--trigger", "at 2020-01-01T00:00Z"), missed),
            ((*past, *none), at_once),
            ((*past, "--jitter", "10s"), missed),
            ((*past, *none, "--jitter", "10s"), at_once),
            (("--at", "now", *none), ""),
            (("--at", "2031-01-01T00:00Z"), ""),
            (("--every", "1h"), ""),
        ]:
            result = self.invoke("add", *when, "--", "true")
            self.assertEqual(0, result.exit_code, result.output)
            if told:
                self.assertRegex(
                    result.stderr, rf"^txsched: warning: \S+ \S+ {re.escape(told)}\n$"
                )
            else:
                self.assertEqual("", result.stderr)
        self.out("add", "--every", "1h", "--id", "a", "--", "true")
        result = self.invoke("reschedule", "a", *past)
        self.assertIn(words.format("misfire_grace_time"), result.stderr)
        self.out("pause", "a")
        self.assertEqual("", self.invoke("reschedule", "a", *past).stderr)

    def test_an_id_that_exists(self) -> None:
        """
        The scheduler refuses it, unless the command says what is to be done.
        """
        self.out("add", "--every", "2s", "--id", "a", "--", "true")
        error = self.refused(1, "add", "--every", "9s", "--id", "a", "--", "true")
        self.assertIn("txsched: a job with the id 'a' exists already", error)
        again = ("add", "--every", "9s", "--id", "a", "--on-conflict")
        self.assertIn("every 2s", self.out(*again, "keep", "--", "true"))
        self.assertIn("every 9s", self.out(*again, "replace", "--", "true"))

    def test_what_the_scheduler_refuses(self) -> None:
        """
        The answer is one sentence and the exit code 1.
        """
        error = self.refused(1, "add", "--every", "2s", "unknown:task")
        self.assertEqual("txsched: TASK: there is no 'unknown:task'\n", error)
        error = self.refused(1, "add", "--every", "2s", "--executor", "x", "a:b")
        self.assertIn("--executor: there is no 'x'; there are command, default", error)


class ListTests(CommandTestCase):
    """
    Tests for ``txsched list`` and ``show``.
    """

    def setUp(self) -> None:
        super().setUp()
        for name, tag in (("a", "x"), ("b", "y"), ("c", "y")):
            self.out(
                *("add", "--every", "2s", "--id", name, "--tag", tag),
                *("--", "echo", name),
            )

    def test_a_table_for_people(self) -> None:
        """
        There is a line for each job below the names of the columns.
        """
        header, first, *_ = self.out("list").splitlines()
        self.assertEqual(["ID", "TRIGGER", "NEXT", "WHAT"], header.split())
        self.assertTrue(first.startswith("a    every 2s   2030-01-0"), first)
        self.assertTrue(first.endswith("   echo a"), first)

    def test_nothing_is_said_in_words(self) -> None:
        """
        An empty answer is a sentence, and for programs an empty list.
        """
        self.assertEqual("there are no jobs\n", self.out("list", "xyz"))
        self.assertEqual({"jobs": [], "next_cursor": None}, self.json("list", "xyz"))

    def test_filters_order_and_pages(self) -> None:
        """
        The options choose, order and cut the answer.
        """

        def ids(*arguments: str) -> list[str]:
            return [job["id"] for job in self.json("list", *arguments)["jobs"]]

        self.out("pause", "b")
        self.assertEqual(["b", "c"], ids("--tag", "y"))
        self.assertEqual(["b"], ids("--paused"))
        self.assertEqual(["a", "c"], ids("--active"))
        self.assertEqual(["a"], ids("echo a"))
        self.assertEqual(["c", "b", "a"], ids("--descending"))
        self.assertEqual([], ids("--executor", "default"))
        page = self.json("list", "-n", "2")
        self.assertEqual(["c"], ids("-n", "2", "--cursor", page["next_cursor"]))
        result = self.invoke("list", "-n", "2")
        self.assertEqual(
            f"there are more: --cursor {page['next_cursor']}\n", result.stderr
        )

    def test_a_bad_cursor(self) -> None:
        """
        A cursor that nobody gave is refused by its name.
        """
        self.assertIn("--cursor: ", self.refused(1, "list", "--cursor", "x"))

    def test_control_characters_are_shown(self) -> None:
        """
        No argument of a job can steer the terminal of whoever lists it.
        """
        self.out("add", "--every", "2s", "--id", "z", "--", "echo", "\x1b[31m[b]")
        self.assertIn(r"echo '\x1b[31m[b]'", self.out("list", "z"))

    def test_long_arguments_are_shortened(self) -> None:
        """
        The list has their beginning; what is shown of one job is whole.
        """
        long = "x" * 1000
        self.out("add", "--every", "2s", "--id", "z", "--", "echo", long)
        self.assertIn(f"   echo {long[:195]}...\n", self.out("list", "z"))
        self.assertIn(f"what                 echo {long}\n", self.out("show", "z"))

    def test_show_has_options_and_last_runs(self) -> None:
        """
        One job is shown with its options, its note and its runs.
        """
        self.out("run", "a", "--wait")
        self.out("pause", "a", "--note", "on holiday")
        out = self.out("show", "a")
        for words in (
            "what                 echo a",
            "next                 paused: on holiday",
            "misfire grace time   1s",
            "max runs             none",
            "tags                 x",
            "last runs:",
            "succeeded",
        ):
            self.assertIn(words, out)
        data = self.json("show", "a")
        self.assertEqual(["succeeded"], [run["disposition"] for run in data["runs"]])
        self.assertEqual("on holiday", data["paused"]["note"])

    def test_show_of_none(self) -> None:
        """
        An unknown id is named.
        """
        self.assertEqual(
            "txsched: there is no job with the id 'x'\n", self.refused(1, "show", "x")
        )


class WaitingTests(CommandTestCase):
    """
    Tests for jobs whose next time is not known.
    """

    def setUp(self) -> None:
        super().setUp()
        self.told = {
            name: self.out("add", "--trigger", text, "--id", name, "--", *program)
            for name, text, program in (
                ("sync", "delay 10m from 2030-01-01T12:00Z", ("echo", "wait")),
                ("by-hand", "manual", ("echo", "hi")),
            )
        }

    def test_added(self) -> None:
        """
        The answer has the first time, or says that there is none.
        """
        self.assertIn(
            "added sync: delay 10m from 2030-01-01T12:00:00+00:00, next at 2030-01-01",
            self.told["sync"],
        )
        self.assertEqual("added by-hand: manual, next by hand\n", self.told["by-hand"])
        error = self.refused(
            *(2, "add", "--trigger", "delay 1h jitter 1s", "--", "true")
        )
        self.assertIn("the end of a run, which it counts from", error)

    def test_listed_and_shown(self) -> None:
        """
        In place of the next time stands what the job waits for.
        """
        self.clock.advance(1)
        by_hand, sync = self.out("list").splitlines()[1:]
        self.assertRegex(by_hand, r"^by-hand +manual +by hand +echo hi$")
        self.assertRegex(sync, r"10m after the run +echo wait$")
        self.assertIn("next                 by hand\n", self.out("show", "by-hand"))
        out = self.out("show", "sync")
        self.assertIn("next                 10m after the run\n", out)
        self.assertIsNone(self.json("show", "by-hand")["next_run_time"])
        self.assertEqual([], self.json("show", "by-hand")["ahead"])

    def test_a_finished_job(self) -> None:
        """
        A job that only waits for the end of its last run is called finished.
        """
        self.out("modify", "sync", "--max-runs", "1")
        self.clock.advance(1)
        self.assertIn("next                 finished\n", self.out("show", "sync"))
        self.assertEqual("resumed sync, finished\n", self._resumed("sync"))

    def test_run(self) -> None:
        """
        A job without times runs when it is asked for, and is there afterwards.
        """
        for _ in range(2):
            self.assertIn("hi", self.out("run", "by-hand", "--wait"))
        self.assertIn("by hand", self.out("list", "by-hand"))

    def test_changed(self) -> None:
        """
        What is said of a change is what the job waits for from then on.
        """
        out = self.out("reschedule", "sync", "--trigger", "manual")
        self.assertEqual("changed sync (revision 2): manual, next by hand\n", out)
        self.assertEqual("resumed sync, next by hand\n", self._resumed("sync"))
        out = self.out("reschedule", "by-hand", "--trigger", "delay 1h")
        self.assertIn("(revision 2): delay 1h, next at 2030-01-01", out)
        self.clock.advance(1)

    def _resumed(self, name: str) -> str:
        self.out("pause", name)
        return self.out("resume", name)


class ChangeTests(CommandTestCase):
    """
    Tests for ``txsched modify``, ``reschedule``, ``pause``, ``resume``, ``remove``.
    """

    def setUp(self) -> None:
        super().setUp()
        for name in "ab":
            self.out("add", "--every", "2s", "--id", name, "--", "echo", name)

    def test_modify_changes_what_is_named_only(self) -> None:
        """
        ``none`` takes a limit away; what is not named stays.
        """
        before = self.successResultOf(self.scheduler.get_job("a"))
        self.out("modify", "a", "--max-runs", "3", "--tag", "x", "--args", '["ls"]')
        data = self.json("modify", "a", "--max-runs", "none")
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertEqual((None, ("x",)), (job.max_runs, job.tags))
        self.assertEqual(("ls",), job.call.args)
        self.assertEqual(before.misfire_grace_time, job.misfire_grace_time)
        self.assertEqual((job.revision, None), (data["revision"], data["max_runs"]))

    def test_calendars(self) -> None:
        """
        Those that are named take the place of the others; ``none`` leaves none.
        """
        data = self.json(
            "modify", "a", "--calendar", "nights", "--calendar", "holidays"
        )
        self.assertEqual(["nights", "holidays"], data["calendars"])
        data = self.json("modify", "a", "--calendar", "holidays")
        self.assertEqual(["holidays"], data["calendars"])
        data = self.json("modify", "a", "--max-runs", "3")
        self.assertEqual(["holidays"], data["calendars"])
        data = self.json("modify", "a", "--calendar", "none")
        self.assertEqual([], data["calendars"])
        error = self.refused(1, "modify", "a", "--calendar", "nowhere")
        self.assertIn("there is no 'nowhere'; there are holidays, nights", error)

    def test_modify_refuses_another_revision(self) -> None:
        """
        With ``--revision`` a change by somebody else is not overwritten.
        """
        error = self.refused(1, "modify", "a", "--revision", "9", "--max-runs", "3")
        self.assertIn("job 'a' is at revision 1, not at 9", error)

    def test_modify_needs_a_change(self) -> None:
        """
        Without one the command line is wrong.
        """
        self.assertIn("say what to change", self.refused(2, "modify", "a"))

    def test_reschedule(self) -> None:
        """
        The job gets the new trigger, and its next time with it.
        """
        out = self.out("reschedule", "a", "--every", "1h")
        self.assertIn("changed a (revision 2): every 1h, next at", out)
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertIsInstance(job.trigger, IntervalTrigger)
        self.json("reschedule", "a", "--at", "2040-01-01T00:00Z")
        job = self.successResultOf(self.scheduler.get_job("a"))
        self.assertIsInstance(job.trigger, DateTrigger)
        self.assertIn("say when", self.refused(2, "reschedule", "a"))

    def test_pause_and_resume(self) -> None:
        """
        Jobs are paused with a note, and go on.
        """
        self.assertEqual(
            "paused a\npaused b\n", self.out("pause", "a", "b", "--note", "why not")
        )
        job = self.successResultOf(self.scheduler.get_job("b"))
        self.assertEqual("why not", job.paused.note)
        self.assertIn("resumed a, next at", self.out("resume", "a", "--catch-up"))

    def test_pause_and_resume_of_the_whole(self) -> None:
        """
        ``--all`` is for the scheduler and not for each job.
        """
        self.out("pause", "--all", "--note", "maintenance")
        status = self.json("status")
        self.assertEqual(("paused", "maintenance"), (status["state"], status["note"]))
        self.assertIn("paused: maintenance", self.out("status"))
        self.out("resume", "--all")
        self.assertEqual("running", self.json("status")["state"])

    def test_whom_to_pause_must_be_clear(self) -> None:
        """
        Neither nobody nor both jobs and all can be paused or resumed.
        """
        for arguments in (["pause"], ["resume"], ["pause", "a", "--all"]):
            self.assertIn("name jobs, or say --all", self.refused(2, *arguments))
        error = self.refused(2, "resume", "--all", "--catch-up")
        self.assertIn("--catch-up is for single jobs", error)

    def test_one_that_is_refused_does_not_hold_up_the_others(self) -> None:
        """
        Each is done, each refusal is told, and the exit code is 1.
        """
        result = self.invoke("remove", "a", "x", "b")
        self.assertEqual(1, result.exit_code)
        self.assertEqual("removed a\nremoved b\n", result.stdout)
        self.assertEqual("txsched: there is no job with the id 'x'\n", result.stderr)


class RunTests(CommandTestCase):
    """
    Tests for ``txsched run``, ``runs`` and ``cancel``.
    """

    def setUp(self) -> None:
        super().setUp()
        add = ("add", "--every", "1h", "--id")
        self.out(*add, "good", "--", "echo", "hello")
        self.out(*add, "bad", "a:b", "--args", '["fail"]')
        self.out(*add, "slow", "a:b", "--args", '["wait"]')

    def test_run_and_wait_shows_the_output(self) -> None:
        """
        The run is shown with what the program wrote.
        """
        head, body = self.out("run", "good", "--wait").splitlines()
        self.assertIn("good succeeded", head)
        self.assertEqual("hello", body)
        self.assertEqual("succeeded", self.json("run", "good", "--wait")["disposition"])

    def test_run_and_wait_tells_failure_by_its_exit_code(self) -> None:
        """
        A run that failed is shown with its error; the exit code is 1.
        """
        result = self.invoke("run", "bad", "--wait")
        self.assertEqual(1, result.exit_code)
        self.assertIn("bad failed", result.stdout)
        self.assertIn("RuntimeError: it did not work\nat all", result.stdout)

    def test_run_without_waiting(self) -> None:
        """
        It is told that the run was asked for; a second one finds no place.
        """
        self.assertIn("of slow is pending", self.out("run", "slow"))
        result = self.invoke("run", "slow")
        self.assertEqual(1, result.exit_code)
        self.assertIn("of slow is skipped: max_instances is 1", result.stdout)
        self.assertIn("of slow is pending", self.out("run", "slow", "--force"))

    def test_the_ledger(self) -> None:
        """
        Runs are listed newest first, with why they ended as they did.
        """
        for name in ("good", "bad", "slow"):
            self.invoke("run", name)
            self.clock.advance(1)
        header, *lines = self.out("runs").splitlines()
        self.assertEqual(
            ["PLANNED", "JOB", "DISPOSITION", "TOOK", "DETAIL", "RUN"], header.split()
        )
        self.assertEqual(
            [["slow", "running"], ["bad", "failed"], ["good", "succeeded"]],
            [line.split()[2:4] for line in lines],
        )
        self.assertIn("asked for; at all", lines[1])
        self.assertIn("asked for; hello", lines[2])

    def test_filters_of_the_ledger(self) -> None:
        """
        The options choose among the runs.
        """
        for name in ("good", "bad"):
            self.invoke("run", name)
            self.clock.advance(1)

        def jobs(*arguments: str) -> list[str]:
            return [run["job_id"] for run in self.json("runs", *arguments)["runs"]]

        self.assertEqual(["bad", "good"], jobs())
        self.assertEqual(["good", "bad"], jobs("--oldest-first"))
        self.assertEqual(["good"], jobs("good"))
        self.assertEqual(["bad"], jobs("-d", "failed", "-d", "missed"))
        self.assertEqual(["bad"], jobs("--after", "2030-01-01T12:00:01Z"))
        self.assertEqual(["good"], jobs("--before", "2030-01-01T12:00:01Z"))
        self.assertEqual(["bad"], jobs("-n", "1"))

    def test_output_of_the_ledger(self) -> None:
        """
        ``--output`` shows all that a run left behind.
        """
        self.invoke("run", "good")
        self.invoke("run", "bad")
        out = self.out("runs", "--output")
        self.assertIn("\nhello\n", out)
        self.assertIn("RuntimeError: it did not work\nat all\n", out)

    def test_cancel(self) -> None:
        """
        Runs are cancelled with a reason; an unknown one is named.
        """
        self.invoke("run", "slow")
        (run,) = self.json("runs")["runs"]
        self.assertIn(run["id"], self.out("cancel", run["id"], "--reason", "enough"))
        (run,) = self.json("runs")["runs"]
        self.assertEqual(("cancelled", "enough"), (run["disposition"], run["reason"]))
        self.assertIn("no run with the id 'x'", self.refused(1, "cancel", "x"))


class WatchTests(CommandTestCase):
    """
    Tests for ``txsched watch``, ``forecast`` and ``quarantine``.
    """

    def setUp(self) -> None:
        super().setUp()
        for name in ("a", "b"):
            self.out("add", "--every", "2s", "--id", name, "--", "echo", name)

    def test_events_for_people(self) -> None:
        """
        Each event is a line that says when, what and which job.
        """
        result = self.invoke("watch", "-n", "4")
        self.assertEqual(0, result.exit_code)
        self.assertEqual("watching; Ctrl-C ends it\n", result.stderr)
        words = [line.split()[2:] for line in result.stdout.splitlines()]
        self.assertEqual(
            [
                ["started", "a"],
                ["started", "b"],
                ["succeeded", "a", "0.000s", "a"],
                ["succeeded", "b", "0.000s", "b"],
            ],
            sorted(words),
        )

    def test_events_for_programs(self) -> None:
        """
        With ``--json`` each line is an event; others' jobs are left out.
        """
        result = self.invoke("watch", "b", "-n", "2", "--json")
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(
            [("run_started", "b"), ("run_ended", "b")],
            [(event["event"], event["run"]["job_id"]) for event in events],
        )

    def test_events_of_jobs_and_of_the_whole(self) -> None:
        """
        What people do to jobs and to the scheduler is told with their notes.
        """

        def meanwhile() -> None:
            self.scheduler.pause("night")
            self.scheduler.pause_job("a", "for [once]")
            self.scheduler.remove_job("b")

        self.session.meanwhile = meanwhile
        out = self.invoke("watch", "-n", "3").stdout
        self.assertEqual(
            ["scheduler paused night", "paused    a for [once]", "removed   b"],
            [line[20:] for line in out.splitlines()],
        )

    def test_forecast(self) -> None:
        """
        What is planned is told in its order, of some jobs or of all.
        """
        after = ("--after", NOW.astimezone(UTC).isoformat(), "--within", "5s")
        data = self.json("forecast", *after)["forecast"]
        self.assertEqual(["a", "b", "a", "b"], [one["job_id"] for one in data])
        header, *lines = self.out("forecast", *after, "a").splitlines()
        self.assertEqual(["DUE", "JOB"], header.split())
        self.assertEqual(2, len(lines))
        self.assertEqual(
            "nothing is planned in that time\n",
            self.out("forecast", "--after", "2030-01-01T12:00Z", "--within", "1s"),
        )

    def test_an_empty_quarantine(self) -> None:
        """
        That no job is quarantined is said.
        """
        self.assertEqual("no job is quarantined\n", self.out("quarantine", "list"))
        self.assertEqual(
            {"quarantined": []}, json.loads(self.out("quarantine", "list", "--json"))
        )
