"""
Boxes that are wrong: each answered by what is wrong, and nothing changed.
"""

from __future__ import annotations

import pickle
from typing import Any

import cbor2
from cbor2 import CBORTag
from twisted.trial.unittest import SynchronousTestCase

from txsched.remote.access import AccessPolicy
from txsched.triggers import IntervalTrigger

from ..strange import nested
from .bare import BareClient, Served, box

TASK = "operator:add"
FIRST = 64_000
DATETIME, DECIMAL, UUID, PAIRS = FIRST + 3, FIRST + 6, FIRST + 7, FIRST + 8
DATE_TRIGGER, INTERVAL, TEXT = FIRST + 16, FIRST + 17, FIRST + 18
SPEC, JOB_QUERY, RUN_QUERY, SPECS = FIRST + 33, FIRST + 37, FIRST + 38, FIRST + 96
EVERY = CBORTag(TEXT, "every 10s")
MESSAGE_SIZE = 200_000

#: What was unpickled.
unpickled: list[str] = []


def spring(word: str) -> None:
    """
    Note that something was unpickled.
    """
    unpickled.append(word)


class Trap:
    """
    Tells when it is unpickled.
    """

    def __reduce__(self) -> Any:
        return spring, ("sprung",)


def spec(
    task: Any = TASK,
    trigger: Any = EVERY,
    args: Any = (),
    kwargs: Any = None,
    options: Any = None,
) -> CBORTag:
    """
    Make what is asked for, as it travels.
    """
    args = list(args) if args == () else args
    return CBORTag(SPEC, [1, task, trigger, args, kwargs, options or {}])


def query(tag: int, *fields: Any) -> CBORTag:
    """
    Make a query.
    """
    return CBORTag(tag, [1, *fields])


def pairs(mapping: dict[Any, Any]) -> CBORTag:
    """
    Make a mapping of any keys.
    """
    return CBORTag(PAIRS, [list(pair) for pair in mapping.items()])


def jobs(order_by: Any = "id", limit: Any = 10, cursor: Any = None) -> CBORTag:
    """
    Make a query for jobs.
    """
    return query(JOB_QUERY, None, [], None, None, order_by, False, limit, cursor)


NAIVE = CBORTag(DATETIME, "2026-01-01T00:00:00")
AWARE = CBORTag(DATETIME, "2026-01-01T00:00:00+00:00")

#: What is called, with which arguments, the code of the error, and what it says: the
#: field and a part of the reason, or a part of the reason alone.
CALLS: dict[str, tuple[str, Any, str, tuple[str, ...]]] = {
    "no list": ("GetJob", {"job_id": "a"}, "BAD_BOX", ("get_job takes", "job_id")),
    "too few": ("PauseJob", ["old"], "BAD_BOX", ("pause_job takes", "job_id, note")),
    "too many": ("Status", [1], "BAD_BOX", ("status takes", "nothing")),
    "unknown tag": (
        "GetJob",
        [CBORTag(FIRST + 999, 1)],
        "BAD_BOX",
        ("the tag 64999 is not known",),
    ),
    "standard tag": (
        "GetJob",
        [CBORTag(0, "2026-01-01T00:00:00Z")],
        "BAD_BOX",
        ("standard tag",),
    ),
    "shared value": ("GetJob", [CBORTag(28, [])], "BAD_BOX", ("standard tag",)),
    "too deep": ("AddJob", [spec(args=nested(400)), "error"], "BAD_BOX", ("depth",)),
    "job id is a number": (
        "GetJob",
        [5],
        "BAD_VALUE",
        ("job_id", "expected text, not 5"),
    ),
    "job id is nothing": (
        "RemoveJob",
        [None],
        "BAD_VALUE",
        ("job_id", "expected text, not None"),
    ),
    "revision is text": (
        "ModifyJob",
        ["old", "1", {}],
        "BAD_VALUE",
        ("revision", "expected a whole number or nothing, not '1'"),
    ),
    "force is a number": (
        "RunJob",
        ["old", 1],
        "BAD_VALUE",
        ("force", "expected true or false, not 1"),
    ),
    "catch_up is text": (
        "ResumeJob",
        ["old", "yes"],
        "BAD_VALUE",
        ("catch_up", "expected true or false"),
    ),
    "note is a number": ("Pause", [1], "BAD_VALUE", ("note", "expected text, not 1")),
    "note is too long": (
        "PauseJob",
        ["old", "x" * 1001],
        "BAD_VALUE",
        ("note", "has 1001 characters"),
    ),
    "reason is a list": (
        "CancelRun",
        ["run", []],
        "BAD_VALUE",
        ("reason", "expected text"),
    ),
    "spec is a map": (
        "AddJob",
        [{"task": TASK}, "error"],
        "BAD_VALUE",
        ("spec", "expected JobSpec"),
    ),
    "specs is one spec": (
        "AddJobs",
        [spec(), "error"],
        "BAD_VALUE",
        ("specs", "expected a list"),
    ),
    "specs with a number": (
        "AddJobs",
        [[spec(), 7], "error"],
        "BAD_VALUE",
        ("specs[1]", "expected JobSpec, not 7"),
    ),
    "ids twice": (
        "AddJobs",
        [[spec(options={"id": "x"}), spec(options={"id": "x"})], "error"],
        "BAD_VALUE",
        ("id", "'x' is there twice in one call"),
    ),
    "choice": (
        "AddJob",
        [spec(), "perhaps"],
        "BAD_VALUE",
        ("on_conflict", "expected error, replace or keep, not 'perhaps'"),
    ),
    "choice is a number": (
        "AddJob",
        [spec(), 1],
        "BAD_VALUE",
        ("on_conflict", "expected text"),
    ),
    "exists": (
        "AddJob",
        [spec(options={"id": "old"}), "error"],
        "JOB_EXISTS",
        ("old",),
    ),
    "trigger text": (
        "AddJob",
        [spec(trigger=CBORTag(TEXT, "every now and then")), "error"],
        "BAD_TRIGGER",
        ("interval", "now and then"),
    ),
    "trigger of no kind": (
        "AddJob",
        [spec(trigger=CBORTag(TEXT, "sometimes")), "error"],
        "BAD_TRIGGER",
        ("trigger", "sometimes"),
    ),
    "crontab field": (
        "AddJob",
        [spec(trigger=CBORTag(TEXT, "crontab 61 * * * *")), "error"],
        "BAD_TRIGGER",
        ("minute", "61"),
    ),
    "zone": (
        "AddJob",
        [spec(trigger=CBORTag(TEXT, "crontab 1 * * * * Mars/Base")), "error"],
        "BAD_TRIGGER",
        ("timezone", "Mars/Base"),
    ),
    "trigger is plain text": (
        "AddJob",
        [spec(trigger="every 10s"), "error"],
        "BAD_TRIGGER",
        ("trigger", "'every 10s' is not a trigger"),
    ),
    "trigger of a number": (
        "AddJob",
        [spec(trigger=CBORTag(TEXT, 5)), "error"],
        "BAD_BOX",
        ("expected the text of a trigger, not 5",),
    ),
    "interval of nothing": (
        "AddJob",
        [spec(trigger=CBORTag(INTERVAL, [0, None, None])), "error"],
        "BAD_TRIGGER",
        ("interval", "0"),
    ),
    "interval beyond all bounds": (
        "AddJob",
        [spec(trigger=CBORTag(INTERVAL, [10**40, None, None])), "error"],
        "BAD_BOX",
        ("OverflowError",),
    ),
    "date beyond all bounds": (
        "RescheduleJob",
        ["old", CBORTag(DATE_TRIGGER, 10**30), None],
        "BAD_BOX",
        ("OverflowError",),
    ),
    "nothing ahead": (
        "RescheduleJob",
        ["old", CBORTag(INTERVAL, [10, None, 0]), None],
        "BAD_TRIGGER",
        ("trigger", "has no planned time ahead"),
    ),
    "no trigger": (
        "RescheduleJob",
        ["old", None, None],
        "BAD_TRIGGER",
        ("trigger", "None is not a trigger"),
    ),
    "lambda": (
        "AddJob",
        [spec("operator:<lambda>"), "error"],
        "BAD_VALUE",
        ("task", "expected module:function, not 'operator:<lambda>'"),
    ),
    "local function": (
        "AddJob",
        [spec("operator:f.<locals>.g"), "error"],
        "BAD_VALUE",
        ("task", "expected module:function"),
    ),
    "task without a function": (
        "AddJob",
        [spec("os.system"), "error"],
        "BAD_VALUE",
        ("task", "not 'os.system'"),
    ),
    "task is a number": (
        "AddJob",
        [spec(42), "error"],
        "BAD_VALUE",
        ("task", "expected module:function text, not 42"),
    ),
    "task that is not allowed": (
        "AddJob",
        [spec("os:system"), "error"],
        "NOT_ALLOWED",
        ("the task 'os:system' is not among those",),
    ),
    "command that is not allowed": (
        "AddJob",
        [spec("command", args=["ls"]), "error"],
        "NOT_ALLOWED",
        ("programs may not be started",),
    ),
    "args is text": (
        "AddJob",
        [spec(args="12"), "error"],
        "BAD_VALUE",
        ("args", "expected a list of arguments, not '12'"),
    ),
    "kwargs is a list": (
        "AddJob",
        [spec(kwargs=[1]), "error"],
        "BAD_VALUE",
        ("kwargs", "expected a mapping of arguments, not [1]"),
    ),
    "kwargs with a number": (
        "AddJob",
        [spec(kwargs=pairs({1: 2})), "error"],
        "BAD_VALUE",
        ("kwargs", "the key 1 is not text"),
    ),
    "options is a list": (
        "AddJob",
        [spec(options=[1]), "error"],
        "BAD_VALUE",
        ("options", "expected a mapping"),
    ),
    "option is a number": (
        "AddJob",
        [spec(options=pairs({1: 2})), "error"],
        "BAD_VALUE",
        ("options", "the name 1 is not text"),
    ),
    "option that is a parameter": (
        "AddJob",
        [spec(options={"trigger": 2}), "error"],
        "BAD_VALUE",
        ("trigger", "is not an option"),
    ),
    "unknown option": (
        "AddJob",
        [spec(options={"retries": 3}), "error"],
        "BAD_VALUE",
        ("retries", "there is no such option; there are id, name"),
    ),
    "job id empty": (
        "AddJob",
        [spec(options={"id": ""}), "error"],
        "BAD_VALUE",
        ("id", "must not be empty"),
    ),
    "job id too long": (
        "AddJob",
        [spec(options={"id": "x" * 256}), "error"],
        "BAD_VALUE",
        ("id", "has 256 characters, at most 255"),
    ),
    "job id with a line break": (
        "AddJob",
        [spec(options={"id": "a\nb"}), "error"],
        "BAD_VALUE",
        ("id", "characters that cannot be printed"),
    ),
    "max_instances too small": (
        "AddJob",
        [spec(options={"max_instances": 0}), "error"],
        "BAD_VALUE",
        ("max_instances", "0 is not within 1 to"),
    ),
    "jitter too long": (
        "AddJob",
        [spec(options={"jitter": 1e12}), "error"],
        "BAD_VALUE",
        ("jitter", "up to 36525 days"),
    ),
    "grace that is no number": (
        "AddJob",
        [spec(options={"misfire_grace_time": float("nan")}), "error"],
        "BAD_VALUE",
        ("misfire_grace_time", "nan is not a usable number"),
    ),
    "start without a zone": (
        "AddJob",
        [spec(options={"start_time": NAIVE}), "error"],
        "BAD_BOX",
        ("has no time zone",),
    ),
    "no such executor": (
        "AddJob",
        [spec(options={"executor": "moon"}), "error"],
        "BAD_VALUE",
        ("executor", "there is no 'moon'; there are default"),
    ),
    "spec of another version": (
        "AddJob",
        [CBORTag(SPEC, [9, TASK, EVERY, [], None, {}]), "error"],
        "BAD_BOX",
        ("JobSpec: version 9 is not known",),
    ),
    "spec of text": (
        "AddJob",
        [CBORTag(SPEC, "spec"), "error"],
        "BAD_BOX",
        ("JobSpec: expected a list, not 'spec'",),
    ),
    "spec with a field too many": (
        "AddJob",
        [CBORTag(SPEC, [1, TASK, EVERY, [], None, {}, 1]), "error"],
        "BAD_BOX",
        ("TypeError",),
    ),
    "query with a field too many": (
        "GetJobs",
        [query(JOB_QUERY, *[None] * 20)],
        "BAD_BOX",
        ("JobQuery: has 20 fields",),
    ),
    "table of another version": (
        "AddJobs",
        [CBORTag(SPECS, [2, []]), "error"],
        "BAD_BOX",
        ("version 2 of a table is not known",),
    ),
    "table with a column too few": (
        "AddJobs",
        [CBORTag(SPECS, [1, [[{}], [TASK]]]), "error"],
        "BAD_BOX",
        ("a table has 2 columns",),
    ),
    "table with a short column": (
        "AddJobs",
        [CBORTag(SPECS, [1, [[{}] * 3, [TASK] * 2, [EVERY], [[]], [None]]]), "error"],
        "BAD_BOX",
        ("task: expected a column of 3 or one",),
    ),
    "table with a wrong option": (
        "AddJobs",
        [
            CBORTag(
                SPECS,
                [1, [[{}, {"max_runs": 0}], [TASK], [EVERY], [[]], [None]]],
            ),
            "error",
        ],
        "BAD_VALUE",
        ("max_runs", "0 is not within 1 to"),
    ),
    "query is text": ("GetJobs", ["all"], "BAD_VALUE", ("query", "expected JobQuery")),
    "query of runs for jobs": (
        "GetJobs",
        [query(RUN_QUERY)],
        "BAD_VALUE",
        ("query", "expected JobQuery"),
    ),
    "order": (
        "GetJobs",
        [jobs(order_by="colour")],
        "BAD_VALUE",
        ("order_by", "expected id, name, next_run_time, not 'colour'"),
    ),
    "order is a list": ("GetJobs", [jobs(order_by=[])], "BAD_VALUE", ("order_by", "")),
    "limit too small": (
        "GetJobs",
        [jobs(limit=0)],
        "BAD_VALUE",
        ("limit", "0 is not within 1 to 1000"),
    ),
    "limit too large": (
        "GetJobs",
        [jobs(limit=5000)],
        "BAD_VALUE",
        ("limit", "5000 is not within"),
    ),
    "limit is text": (
        "GetJobs",
        [jobs(limit="10")],
        "BAD_VALUE",
        ("limit", "expected a whole number, not '10'"),
    ),
    "cursor": (
        "GetJobs",
        [jobs(cursor="x")],
        "BAD_VALUE",
        ("cursor", "'x' is not from a page of this order"),
    ),
    "cursor that is not ASCII": (
        "GetJobs",
        [jobs(cursor="ü")],
        "BAD_VALUE",
        ("cursor", "is not from a page of this order"),
    ),
    "cursor is a number": (
        "GetJobs",
        [jobs(cursor=5)],
        "BAD_VALUE",
        ("cursor", "expected str, not 5"),
    ),
    "disposition": (
        "GetRuns",
        [query(RUN_QUERY, None, ["lucky"])],
        "BAD_VALUE",
        ("dispositions", "'lucky' is not a valid Disposition"),
    ),
    "instant without a zone": (
        "GetRuns",
        [query(RUN_QUERY, None, [], NAIVE)],
        "BAD_BOX",
        ("2026-01-01T00:00:00 has no time zone",),
    ),
    "instant that is none": (
        "GetRuns",
        [query(RUN_QUERY, None, [], CBORTag(DATETIME, "yesterday"))],
        "BAD_BOX",
        ("yesterday",),
    ),
    "start of a forecast": (
        "Forecast",
        ["now", AWARE, None, 10],
        "BAD_VALUE",
        ("start", "expected a datetime, not 'now'"),
    ),
    "limit of a forecast": (
        "Forecast",
        [AWARE, AWARE, None, 10**9],
        "BAD_VALUE",
        ("limit", "1000000000 is not within 1 to 100000"),
    ),
    "jobs of a forecast": (
        "Forecast",
        [AWARE, AWARE, ["old", 5], 10],
        "BAD_VALUE",
        ("job_ids[1]", "expected text, not 5"),
    ),
    "change of the id": (
        "ModifyJob",
        ["old", None, {"id": "new"}],
        "BAD_VALUE",
        ("id", "cannot be changed"),
    ),
    "change of a parameter": (
        "ModifyJob",
        ["old", None, {"job_id": "new"}],
        "BAD_VALUE",
        ("job_id", "cannot be changed"),
    ),
    "change of self": (
        "ModifyJob",
        ["old", None, {"self": 1}],
        "BAD_VALUE",
        ("self", "cannot be changed"),
    ),
    "change of what there is not": (
        "ModifyJob",
        ["old", None, {"colour": 1}],
        "BAD_VALUE",
        ("colour", "cannot be changed; there are task"),
    ),
    "change under a number": (
        "ModifyJob",
        ["old", None, pairs({5: 1})],
        "BAD_VALUE",
        ("changes[0]", "expected text, not 5"),
    ),
    "a key that is a number": (
        "ModifyJob",
        ["old", None, {5: 1}],
        "BAD_BOX",
        ("map key must be a text string or byte string, not int",),
    ),
    "changes is a list": (
        "ModifyJob",
        ["old", None, [1]],
        "BAD_VALUE",
        ("changes", "expected a mapping, not [1]"),
    ),
    "decimal": (
        "AddJob",
        [spec(args=[CBORTag(DECIMAL, "ten")]), "error"],
        "BAD_BOX",
        ("'ten' is not a decimal number",),
    ),
    "uuid": (
        "AddJob",
        [spec(args=[CBORTag(UUID, b"short")]), "error"],
        "BAD_BOX",
        ("expected 16 bytes",),
    ),
    "pairs": (
        "AddJob",
        [spec(args=[CBORTag(PAIRS, [[1, 2, 3]])]), "error"],
        "BAD_BOX",
        ("ValueError",),
    ),
    "no such job": ("RemoveJob", ["ghost"], "NO_SUCH_JOB", ("ghost",)),
    "no such run": ("GetRun", ["ghost"], "NO_SUCH_RUN", ("ghost",)),
    "repair of nothing": ("RepairJob", ["old", spec()], "NO_SUCH_JOB", ("old",)),
    "repair by a map": (
        "RepairJob",
        ["old", {}],
        "BAD_VALUE",
        ("spec", "expected JobSpec"),
    ),
    "greeting": ("Hello", ["1", 1, "x"], "BAD_BOX", ("Hello takes a list",)),
    "greeting of another version": (
        "Hello",
        [7, 9, "future"],
        "PROTOCOL_MISMATCH",
        ("(future) speaks 7 to 9",),
    ),
    "subscription of three": ("Subscribe", [1, 2, 3], "BAD_BOX", ("Subscribe takes",)),
    "subscription of text": ("Subscribe", "all", "BAD_BOX", ("Subscribe takes",)),
}

#: What is asked, with which fields, and a part of the reason.
BOXES: dict[str, tuple[str, dict[str, bytes], str]] = {
    "no arguments": ("GetJob", {}, "it has neither the field a nor t"),
    "empty arguments": ("GetJob", {"a": b""}, "it is not data of ours"),
    "broken CBOR": ("GetJob", {"a": b"\x81\xff"}, "it is not data of ours"),
    "cut CBOR": ("GetJob", {"a": b"\x81\x63ab"}, "it is not data of ours"),
    "endless CBOR": ("GetJob", {"a": b"\x9fa\xff"}, "it is not data of ours"),
    "text that is not UTF-8": ("GetJob", {"a": b"\x81\x61\xff"}, "not data of ours"),
    "a length of 2**60": (
        "GetJob",
        {"a": b"\x9b\x10\0\0\0\0\0\0\0"},
        "it is not data of ours",
    ),
    "pickle": (
        "Resume",
        {"a": pickle.dumps([Trap()])},
        "it is not data of ours: there is more after its end",
    ),
    "pickle of old": (
        "GetJob",
        {"a": pickle.dumps([Trap()], 0)},
        "it is not data of ours",
    ),
    "junk behind": ("GetJob", {"a": b"\x81\x63old\0"}, "there is more after its end"),
    "no such upload": ("GetJob", {"t": b"77"}, "t: there is no such upload"),
    "upload that is no number": ("GetJob", {"t": b"x"}, "t: expected a number"),
    "part without a transfer": ("Upload", {"d": b"x"}, "t: expected a number"),
    "part without data": ("Upload", {"t": b"1"}, "it has no field d"),
    "no such download": ("Download", {"t": b"5"}, "t: there is no such download"),
    "download without a transfer": ("Download", {}, "t: expected a number"),
    "greeting without a field": ("Hello", {}, "it has no field a"),
}


class BadBoxTests(SynchronousTestCase):
    """
    A connection on which wrong boxes come.
    """

    def setUp(self) -> None:
        self.served = Served().start(
            policy=AccessPolicy(("operator:*",)), message_size=MESSAGE_SIZE
        )
        self.done = self.served.done
        scheduler = self.served.scheduler
        trigger = IntervalTrigger(seconds=1000)
        self.done(scheduler.add_job(TASK, trigger, (1, 2), id="old"))
        self.client = self.served.connect()
        self.before = self.state()

    def state(self) -> Any:
        """
        Give all that wrong boxes must not change.
        """
        scheduler = self.served.scheduler
        status = self.done(scheduler.status())
        return (
            self.done(scheduler.get_jobs()),
            self.done(scheduler.get_runs()),
            (status.state, status.note, status.store),
        )

    def check_unharmed(self, client: BareClient, row: str) -> None:
        """
        The connection works, and nothing was changed.
        """
        self.assertIsNone(client.lost, row)
        answer = self.done(client.call("GetJob", "old"))
        self.assertEqual(0, answer[0], row)
        self.assertEqual(self.before, self.state(), row)

    def check_error(self, answer: Any, code: str, said: tuple[str, ...]) -> None:
        """
        The error has this code, and says so.
        """
        self.assertEqual([1, code], answer[:2])
        fields = answer[2]
        if code in ("BAD_VALUE", "BAD_TRIGGER"):
            field, reason = said
            self.assertEqual(field, fields["field"])
            self.assertIn(reason, fields["reason"])
            self.assertNotEqual("", fields["reason"])
        else:
            words = " ".join(str(value) for value in fields.values())
            for part in said:
                self.assertIn(part, words)

    def test_there_are_many(self) -> None:
        """
        Both tables together have more than a hundred rows.
        """
        self.assertGreater(len(CALLS) + len(BOXES), 100)

    def test_all_at_once(self) -> None:
        """
        All wrong boxes at once are each answered.
        """
        asked = [
            (row, self.client.ask(command, fields))
            for row, (command, fields, _) in BOXES.items()
        ]
        for row, answer in asked:
            (_, code, _) = cbor2.loads(self.done(answer)["r"])
            self.assertEqual("BAD_BOX", code, row)
        self.check_unharmed(self.client, "all")

    def test_pickle_is_not_loaded(self) -> None:
        """
        What is pickled stays so.
        """
        data = pickle.dumps([Trap()])
        pickle.loads(data)
        self.assertEqual(["sprung"], unpickled)
        unpickled.clear()
        for command in ("GetJob", "AddJob", "Hello", "Subscribe"):
            self.done(self.client.ask(command, {"a": data}))
        self.assertEqual([], unpickled)

    def test_unknown_command(self) -> None:
        """
        A command that there is not is told so, in the words of AMP.
        """
        for command in ("Explode", "add_job", "", "stop", "__init__"):
            answer = self.done(self.client.ask(command, {"a": b"\x80"}))
            self.assertEqual(b"UNHANDLED", answer["_error_code"])
            self.check_unharmed(self.client, command)

    def test_before_the_greeting(self) -> None:
        """
        Who does not greet gets nothing else, and may greet then.
        """
        client = self.served.connect(greet=False)
        for command in ("GetJob", "AddJob", "Subscribe", "Upload", "Status"):
            fields = {"a": b"\x80", "t": b"1", "d": b"x"}
            answer = self.done(client.ask(command, fields))
            (failed, code, words) = cbor2.loads(answer["r"])
            self.assertEqual((1, "BAD_BOX"), (failed, code))
            self.assertEqual("the first command must be Hello", words["reason"])
        self.assertEqual([0, [1]], [*self.done(client.greet())[:1], [1]])
        self.check_unharmed(client, "greeted")

    def test_too_large(self) -> None:
        """
        What is larger than a message may be is refused, part by part, and forgotten.
        """
        part = b"x" * 60_000
        answers = [
            cbor2.loads(
                self.done(self.client.ask("Upload", {"t": b"1", "d": part}))["r"]
            )
            for _ in range(4)
        ]
        self.assertEqual([0, 0, 0, 1], [answer[0] for answer in answers])
        self.check_error(answers[3], "TOO_LARGE", ("240000", f"{MESSAGE_SIZE}"))
        answer = self.done(self.client.ask("GetJob", {"t": b"1"}))
        expected = ("t: there is no such upload",)
        self.check_error(cbor2.loads(answer["r"]), "BAD_BOX", expected)
        self.check_unharmed(self.client, "too large")

    def test_too_large_an_answer(self) -> None:
        """
        An answer that is larger than a message may be is refused.
        """
        args = ("x" * 150_000,)
        trigger = IntervalTrigger(seconds=1000)
        for name in "ab":
            self.done(self.served.scheduler.add_job(TASK, trigger, args, id=name))
        self.before = self.state()
        answer = self.done(self.client.call("GetJobs", jobs()))
        self.check_error(answer, "TOO_LARGE", ("the answer", f"{MESSAGE_SIZE}"))
        self.check_unharmed(self.client, "too large an answer")

    def test_garbage(self) -> None:
        """
        Who sends what is no AMP is cut off, and others go on.
        """
        other = self.served.connect()
        for garbage in (
            b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
            b"\xff" * 100_000,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"\0\0" * 10,
            box({"a": b"neither question nor answer"}),
            box({"_answer": b"never asked"}),
            box({"_ask": b"1"}),
        ):
            client = self.served.connect()
            client.transport.write(garbage)
            self.served.settle()
            self.assertIsNotNone(client.lost, garbage[:40])
            self.check_unharmed(other, "beside garbage")
        self.check_unharmed(self.client, "after garbage")

    def test_half_a_box(self) -> None:
        """
        A box that never ends harms nobody.
        """
        client = self.served.connect()
        client.transport.write(b"\0\x04_ask\0\x01")
        self.served.settle()
        self.check_unharmed(self.client, "half a box")
        client.transport.loseConnection()
        self.served.settle()
        self.check_unharmed(self.client, "half a box, and gone")


def _add_rows() -> None:
    def of_call(row: str) -> Any:
        def test(self: BadBoxTests) -> None:
            command, arguments, code, said = CALLS[row]
            fields = {"a": cbor2.dumps(arguments)}
            answer = self.done(self.client.ask(command, fields))
            self.check_error(cbor2.loads(answer["r"]), code, said)
            self.check_unharmed(self.client, row)

        return test

    def of_box(row: str) -> Any:
        def test(self: BadBoxTests) -> None:
            command, fields, reason = BOXES[row]
            answer = self.done(self.client.ask(command, fields))
            self.check_error(cbor2.loads(answer["r"]), "BAD_BOX", (reason,))
            self.check_unharmed(self.client, row)

        return test

    for rows, make in ((CALLS, of_call), (BOXES, of_box)):
        for row in rows:
            test = make(row)
            test.__name__ = "test_row_" + row.replace(" ", "_").replace("*", "x")
            test.__doc__ = f"Answered by what is wrong: {row}."
            setattr(BadBoxTests, test.__name__, test)


_add_rows()
