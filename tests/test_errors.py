"""
Errors: their codes, what they say, and how they travel.
"""

from __future__ import annotations

import copy
import pickle
from typing import Any

from attrs import asdict, fields
from twisted.trial.unittest import SynchronousTestCase

from txsched import errors
from txsched.codec import dumps, loads
from txsched.errors import (
    BadValue,
    SchedulerError,
    TaskFailed,
    UnexpectedError,
    error_from_wire,
    error_to_wire,
)

#: One of each class, its code, and what it says.
EXAMPLES: list[tuple[SchedulerError, str, str]] = [
    (
        errors.NoSuchJob("a"),
        "NO_SUCH_JOB",
        "there is no job with the id 'a'",
    ),
    (
        errors.NoSuchRun("r"),
        "NO_SUCH_RUN",
        "there is no run with the id 'r'",
    ),
    (
        errors.JobExists("a"),
        "JOB_EXISTS",
        "a job with the id 'a' exists already (replace or keep it with on_conflict)",
    ),
    (
        errors.JobExists("a", "archive"),
        "JOB_EXISTS",
        "a job with the id 'a' exists already in another store, 'archive'",
    ),
    (
        errors.NoSuchStore("a"),
        "NO_SUCH_STORE",
        "there is no store with the alias 'a'",
    ),
    (
        errors.StoreExists("a"),
        "STORE_EXISTS",
        "a store with the alias 'a' exists already",
    ),
    (
        errors.StaleRevision("a", 2, 3),
        "STALE_REVISION",
        "job 'a' is at revision 3, not at 2: read it again and repeat the change",
    ),
    (errors.BadValue("jitter", "is odd"), "BAD_VALUE", "jitter: is odd"),
    (errors.BadTrigger("minute", "is odd"), "BAD_TRIGGER", "minute: is odd"),
    (
        errors.NotSerializable("args[0]", "is odd"),
        "NOT_SERIALIZABLE",
        "args[0]: is odd",
    ),
    (
        errors.BadConfiguration("a.ini", "store", "url", "is odd"),
        "BAD_CONFIGURATION",
        "a.ini: [store] url: is odd",
    ),
    (
        errors.BadFile("jobs.jsonl", 3, "jitter", "is odd"),
        "BAD_FILE",
        "jobs.jsonl: line 3: jitter: is odd",
    ),
    (errors.NotRunning(), "NOT_RUNNING", "the scheduler is not running"),
    (errors.AlreadyRunning(), "ALREADY_RUNNING", "the scheduler is running already"),
    (
        errors.StoreUnavailable("disk full"),
        "STORE_UNAVAILABLE",
        "the job store is unavailable: disk full",
    ),
    (
        errors.SchemaTooNew(3, 2),
        "SCHEMA_TOO_NEW",
        (
            "the store has schema version 3, this txsched knows versions up to 2: use"
            " the newer txsched"
        ),
    ),
    (
        errors.LeaseLost("r"),
        "LEASE_LOST",
        "the lease on run 'r' was lost to another node",
    ),
    (
        errors.NotConnected("refused"),
        "NOT_CONNECTED",
        "not connected to the scheduler: refused",
    ),
    (errors.NotAllowed("no tasks"), "NOT_ALLOWED", "not allowed: no tasks"),
    (
        errors.TimedOut(2.5),
        "TIMED_OUT",
        (
            "the scheduler did not answer within 2.5 s; it may have done what was asked"
            " all the same"
        ),
    ),
    (
        errors.ProtocolMismatch("1 or 2"),
        "PROTOCOL_MISMATCH",
        "the protocol versions do not match: 1 or 2",
    ),
    (
        errors.TooLarge("the answer", 20, 10),
        "TOO_LARGE",
        "the answer has 20 bytes, the limit is 10",
    ),
    (
        errors.BadBox("empty"),
        "BAD_BOX",
        "the message cannot be understood: empty",
    ),
    (
        errors.UnexpectedError("KeyError"),
        "UNEXPECTED",
        "the scheduler met an unexpected error: KeyError",
    ),
    (errors.TaskFailed("no paper", {"left": 0}), "TASK_FAILED", "no paper"),
]

#: A configuration that cannot be used: source, section, key, reason; what is said.
CONFIGURATIONS = [
    (("a.ini", "store", "url", "is odd"), "a.ini: [store] url: is odd"),
    (("a.ini", "store", "", "is odd"), "a.ini: [store]: is odd"),
    (("a.ini", "", "", "is odd"), "a.ini: is odd"),
    (("command line", "", "--pool", "is odd"), "command line: --pool: is odd"),
    (("", "", "", "is odd"), "is odd"),
]


def tree(root: type[SchedulerError]) -> list[type[SchedulerError]]:
    """
    Give *root* and all that is derived from it.
    """
    return [root, *(one for child in root.__subclasses__() for one in tree(child))]


class ErrorTests(SynchronousTestCase):
    """
    Tests for all classes of errors.
    """

    def test_all_are_here(self) -> None:
        """
        Each class of the tree is public and has an example.
        """
        classes = {
            kind for kind in tree(SchedulerError) if kind.__module__ == errors.__name__
        }
        found = {type(example) for example, _, _ in EXAMPLES}
        self.assertEqual(classes, {SchedulerError, *found})
        names = {kind.__name__ for kind in classes}
        self.assertEqual(
            {*names, "error_from_wire", "error_to_wire"}, set(errors.__all__)
        )

    def test_codes(self) -> None:
        """
        Each class has the code that it always had, and none has that of another one.
        """
        for error, code, _ in EXAMPLES:
            self.assertEqual(code, error.code)
        codes = [kind.code for kind in tree(SchedulerError)]
        self.assertEqual(len(codes), len(set(codes)))

    def test_what_they_say(self) -> None:
        """
        An error says in a sentence what was wrong, with all that it knows.
        """
        for error, _, text in EXAMPLES:
            self.assertEqual(text, str(error))
            self.assertIsInstance(error, SchedulerError)

    def test_bad_values(self) -> None:
        """
        Whoever catches bad values gets bad triggers and what cannot be sent as well.
        """
        kinds = {type(error) for error, _, _ in EXAMPLES if isinstance(error, BadValue)}
        self.assertEqual({BadValue, errors.BadTrigger, errors.NotSerializable}, kinds)

    def test_configurations(self) -> None:
        """
        A bad configuration names as much of its place as there is.
        """
        for arguments, text in CONFIGURATIONS:
            self.assertEqual(text, str(errors.BadConfiguration(*arguments)))

    def test_copies(self) -> None:
        """
        Errors survive the ways between processes and threads of one machine.
        """
        for error, _, text in EXAMPLES:
            for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
                self.assertIs(type(error), type(twin))
                self.assertEqual((asdict(error), text), (asdict(twin), str(twin)))

    def test_they_can_be_raised_again(self) -> None:
        """
        An error is raised and carries its cause and its traceback like any other.
        """
        for error, _, _ in EXAMPLES:
            with self.assertRaises(type(error)) as caught:
                try:
                    raise KeyError("cause")
                except KeyError as cause:
                    raise error from cause
            self.assertIs(error, caught.exception)
            self.assertIsInstance(error.__cause__, KeyError)
            self.assertIsNotNone(error.__traceback__)

    def test_a_failed_task_needs_no_result(self) -> None:
        """
        A task that fails may hand over a result and need not.
        """
        self.assertIsNone(TaskFailed("no").result)


class WireTests(SynchronousTestCase):
    """
    Tests for errors that travel.
    """

    def test_round_trip(self) -> None:
        """
        Every error comes back of the same class, with all its fields, from bytes.
        """
        for error, code, text in EXAMPLES:
            sent = loads(dumps(list(error_to_wire(error))))
            self.assertEqual([code, asdict(error)], sent)
            back = error_from_wire(*sent)
            self.assertIs(type(error), type(back))
            self.assertEqual((asdict(error), text), (asdict(back), str(back)))

    def test_every_field_travels(self) -> None:
        """
        The wire form has exactly the fields of the class.
        """
        for error, _, _ in EXAMPLES:
            names = {one.name for one in fields(type(error))}
            self.assertEqual(names, set(error_to_wire(error)[1]))

    def test_what_is_not_known(self) -> None:
        """
        A code or a field of another version makes an error that names them.
        """
        for code, sent in (
            ("NO_SUCH_PLANET", {"planet": "Vulcan"}),
            ("NO_SUCH_JOB", {"job_id": "a", "planet": "Vulcan"}),
            ("NO_SUCH_JOB", {}),
            ("NO_SUCH_JOB", {"id": "a"}),
            ("", {}),
        ):
            error = error_from_wire(code, sent)
            self.assertIsInstance(error, UnexpectedError)
            self.assertIn(f"{code} {sent}", str(error))

    def test_what_is_no_error_at_all(self) -> None:
        """
        Whatever has come instead of an error makes one.
        """
        strange: list[tuple[Any, Any]] = [
            *((None, {}), (5, {}), ([], {}), ({}, {}), (b"NO_SUCH_JOB", {})),
            *(("NO_SUCH_JOB", None), ("NO_SUCH_JOB", 5), ("NO_SUCH_JOB", ["a"])),
            *(("NO_SUCH_JOB", "a"), ("NO_SUCH_JOB", {1: 2})),
        ]
        for code, sent in strange:
            error = error_from_wire(code, sent)
            self.assertIsInstance(error, UnexpectedError, (code, sent))
            self.assertIn(f"{code} {sent}", str(error))

    def test_the_root(self) -> None:
        """
        The code of the root makes the root.
        """
        self.assertIs(SchedulerError, type(error_from_wire("SCHEDULER_ERROR", {})))
        self.assertEqual(("SCHEDULER_ERROR", {}), error_to_wire(SchedulerError()))

    def test_fields_of_other_kinds(self) -> None:
        """
        Whatever the fields are, the error says something.
        """
        for error, code, _ in EXAMPLES:
            for value in (5, "a", [1], {"b": 2}, b"c", 10**5000):
                sent = dict.fromkeys(error_to_wire(error)[1], value)
                back = error_from_wire(code, sent)
                self.assertIn(type(back), (type(error), UnexpectedError))
                self.assertNotEqual("", str(back))

    def test_what_cannot_be_shown(self) -> None:
        """
        An error whose text cannot be made, or is long, is still an error.
        """
        for code, sent, text in (
            ("TIMED_OUT", {"seconds": "a"}, "TIMED_OUT {'seconds': 'a'}"),
            ("NO_SUCH_JOB", {"job_id": 10**5000}, "it cannot be shown"),
            ("a" * 2000, {}, "a" * 1000),
        ):
            error = error_from_wire(code, sent)
            assert isinstance(error, UnexpectedError)
            self.assertEqual(text, error.reason)
        self.assertEqual("5", str(error_from_wire("TASK_FAILED", {"reason": 5})))
