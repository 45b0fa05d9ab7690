"""
Command lines that cannot be carried out.
"""

from __future__ import annotations

from .rows import Row

__all__ = ["COMMANDS", "SERVICES"]

_ADD = ("add", "--every", "1h")

#: Given to ``txsched``, beside a service that has the job ``old``.
COMMANDS = {
    "unknown command": Row(("ad",), "'ad'", "did you mean 'add'?", 2),
    "unknown option": Row(("list", "--nonsense"), "--nonsense", "No such option", 2),
    "missing job": Row(("show",), "JOB", "Missing argument", 2),
    "job too many": Row(("show", "old", "b"), "(b)", "unexpected extra argument", 2),
    "no connection": Row(
        ("--server", "./ghost.sock", "list"),
        "./ghost.sock",
        "not connected to the scheduler",
        3,
        process=True,
    ),
    "no endpoint": Row(
        ("--server", "nonsense:1", "list"),
        "--server",
        "'nonsense:1' is no client endpoint",
        2,
    ),
    "timeout": Row(
        ("--timeout", "0", "list"), "--timeout", "0.0 is not in the range x>0", 2
    ),
    "no trigger": Row(("add", "--", "true"), "--every", "say when: one of", 2),
    "two triggers": Row(
        (*_ADD, "--at", "now", "--", "true"), "--at", "exclude each other", 2
    ),
    "nothing to do": Row(_ADD, "PROGRAM", "say what: a task as module:function", 2),
    "no program": Row((*_ADD, "--"), "program", "there is no program after --", 2),
    "task and program": Row(
        (*_ADD, "a:b", "--", "ls"), "'a:b'", "only one can be added", 2
    ),
    "task without a function": Row(
        (*_ADD, "os.system"), "TASK", "expected module:function, not 'os.system'", 2
    ),
    "task that is not allowed": Row(
        (*_ADD, "os:system"), "'os:system'", "not allowed", 1, process=True
    ),
    "task that cannot be found": Row(
        (*_ADD, "operator:nothing"),
        "TASK",
        "module 'operator' has no attribute 'nothing'",
        1,
    ),
    "executor": Row(
        (*_ADD, "--executor", "moon", "--", "true"),
        "--executor",
        "there is no 'moon'; there are command, default, reactor",
        1,
    ),
    "id that exists": Row(
        (*_ADD, "--id", "old", "--", "true"),
        "'old'",
        "exists already (replace or keep it with --on-conflict)",
        1,
        process=True,
    ),
    "time": Row(
        ("add", "--at", "then", "--", "true"),
        "--at",
        "expected a time such as 2030-01-31T12:00",
        2,
    ),
    "zone": Row(
        ("add", "--cron", "0 9 * * *", "--timezone", "Mars", "--", "true"),
        "--timezone",
        "there is no time zone 'Mars'",
        2,
    ),
    "arguments that are no JSON": Row(
        (*_ADD, "operator:add", "--args", "[1"), "--args", "expected JSON such as", 2
    ),
    "arguments that are no list": Row(
        (*_ADD, "operator:add", "--args", "{}"), "--args", "expected JSON such as", 2
    ),
    "environment": Row(
        (*_ADD, "--env", "A", "--", "true"),
        "--env",
        "expected NAME=VALUE, not 'A'",
        2,
    ),
    "output limit": Row(
        (*_ADD, "--output-limit", "1x", "--", "true"),
        "--output-limit",
        "expected a size such as 64KiB",
        2,
    ),
    "max instances": Row(
        ("modify", "old", "--max-instances", "0"),
        "--max-instances",
        "0 is not in the range",
        2,
    ),
    "max instances beyond all bounds": Row(
        ("modify", "old", "--max-instances", "10000000"),
        "--max-instances",
        "10000000 is not within 1 to 1000000",
        1,
    ),
    "misfire grace time": Row(
        (*_ADD, "--misfire-grace-time", "0s", "--", "true"),
        "--misfire-grace-time",
        "is not more than 0",
        2,
    ),
    "no change": Row(("modify", "old"), "change", "say what to change", 2),
    "stale revision": Row(
        ("modify", "old", "--revision", "9", "--max-runs", "3"),
        "'old'",
        "is at revision 1, not at 9",
        1,
    ),
    "nothing ahead": Row(
        ("reschedule", "old", "--trigger", "every 1s until 2020-01-01"),
        "--trigger",
        "has no planned time ahead",
        1,
    ),
    "no such job": Row(("show", "ghost"), "'ghost'", "there is no job with", 1),
    "no such job to remove": Row(
        ("remove", "ghost"), "'ghost'", "there is no job with", 1, process=True
    ),
    "no such run": Row(("cancel", "ghost"), "'ghost'", "there is no run with", 1),
    "nobody to pause": Row(("pause",), "--all", "name jobs, or say", 2),
    "jobs and all to pause": Row(
        ("pause", "old", "--all"), "--all", "name jobs, or say", 2
    ),
    "note that is too long": Row(
        ("pause", "old", "--note", "x" * 1001), "note", "has 1001 characters", 1
    ),
    "order": Row(("list", "--order", "colour"), "--order", "'colour' is not one of", 2),
    "limit": Row(("runs", "-n", "0"), "-n", "0 is not in the range", 2),
    "cursor": Row(
        ("list", "--cursor", "x"), "--cursor", "'x' is not from a page of this order", 1
    ),
    "disposition": Row(
        ("runs", "-d", "good"), "--disposition", "'good' is not one of", 2
    ),
    "length of a forecast": Row(
        ("forecast", "--within", "x"), "--within", "expected a number at column 1", 2
    ),
    "shell": Row(("completion", "tcsh"), "bash", "'tcsh' is not one of", 2),
}

#: Given to ``twistd scheduler``, in the folder of a service that runs.
SERVICES = {
    "unknown option of the service": Row(
        ("--nonsense",), "--nonsense", "not recognized", 1
    ),
    "option without a value": Row(("--config",), "--config", "requires argument", 1),
    "flag with a value": Row(
        ("--check=yes",), "--check", "must not have an argument", 1
    ),
    "argument": Row(
        ("--check", "service.ini"), "'service.ini'", "unexpected argument", 1
    ),
    "database without a name": Row(
        ("--check", "--database", "sqlite:///"),
        "--database",
        "with the name of a file",
        1,
    ),
    "name of a node": Row(
        ("--check", "--node", "one two"), "--node", "without blanks, not 'one two'", 1
    ),
    "port without consent": Row(
        ("--listen", "tcp:8787"),
        "--listen",
        "'tcp:8787' can be reached by others and has no login",
        1,
        process=True,
    ),
    "listener of no kind": Row(
        ("--check", "--listen", "insecure x"),
        "--listen",
        "'x' is no server endpoint",
        1,
    ),
    "path that is too long": Row(
        ("--check", "--listen", f"unix:{'x' * 200}"),
        "--listen",
        "has 200 bytes, the system allows 107",
        1,
    ),
    "socket that is served": Row(
        ("--database", "memory:"),
        "txsched.sock",
        "another process serves it",
        1,
        process=True,
    ),
}
