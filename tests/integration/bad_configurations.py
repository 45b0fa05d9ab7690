"""
Configurations that cannot be used: the text of a file, or its bytes.
"""

from __future__ import annotations

from .rows import Row

__all__ = ["CONFIGURATIONS"]

#: Given to ``twistd scheduler --check --config``.
CONFIGURATIONS = {
    "unknown section": Row(
        "[servce]\n",
        "[servce]",
        "there is no such section; did you mean 'service'?",
        process=True,
    ),
    "unknown key": Row("[service]\nnod = a\n", "[service] nod", "there is no such key"),
    "section twice": Row(
        "[jobs]\n[service]\n[jobs]\n", "[jobs]", "is there twice, see line 3"
    ),
    "key twice": Row(
        "[service]\nnode = a\nnode = b\n",
        "[service] node",
        "is there twice, see line 3",
    ),
    "no section": Row("node = a\n", "line 1", "expected a [section] before"),
    "no value": Row("[service]\nnode\n", "line 2", "expected key = value"),
    "no text": Row(b"[service]\nnode = \xff\n", "a.ini", "is not UTF-8 text"),
    "no file": Row(None, "a.ini", "cannot be read: No such file or directory"),
    "node with blanks": Row(
        "[service]\nnode = one two\n", "[service] node", "without blanks"
    ),
    "database of no kind": Row(
        "[service]\ndatabase = jobs.db\n",
        "[service] database",
        "expected the URL of a job store, which begins with memory:, sqlite:",
    ),
    "durability": Row(
        "[service]\ndurability = eternal\n",
        "[service] durability",
        "expected power loss or crash, not 'eternal'",
    ),
    "duration without a number": Row(
        "[service]\nlease_duration = soon\n",
        "[service] lease_duration",
        "expected a number at column 1 of 'soon'",
    ),
    "duration of an unknown unit": Row(
        "[service]\nlease_duration = 5x\n",
        "[service] lease_duration",
        "there is no unit 'x'",
    ),
    "duration out of range": Row(
        "[service]\nshutdown_limit = 2d\n",
        "[service] shutdown_limit",
        "is not within 0s to 1d",
    ),
    "endpoint of no kind": Row(
        "[service]\nlisten = insecure nonsense:1\n",
        "[service] listen",
        "'nonsense:1' is no server endpoint",
    ),
    "endpoint without a path": Row(
        "[service]\nlisten = unix:\n", "[service] listen", "the path is missing"
    ),
    "open port without consent": Row(
        "[service]\nlisten = tcp:8787\n",
        "[service] listen",
        "can be reached by others and has no login",
    ),
    "consent for a socket": Row(
        "[service]\nlisten = insecure unix:a.sock\n",
        "[service] listen",
        "'insecure' has no meaning here",
    ),
    "flag": Row(
        "[jobs]\ncoalesce = maybe\n",
        "[jobs] coalesce",
        "expected yes or no, not 'maybe'",
    ),
    "number": Row(
        "[jobs]\nmax_instances = two\n",
        "[jobs] max_instances",
        "expected a whole number, not 'two'",
    ),
    "number out of range": Row(
        "[jobs]\nkeep_runs = -1\n", "[jobs] keep_runs", "-1 is not within 0 to"
    ),
    "choice": Row(
        "[jobs]\non_crash = panic\n",
        "[jobs] on_crash",
        "expected rerun or abandon, not 'panic'",
    ),
    "unknown executor": Row(
        "[jobs]\nexecutor = slow\n",
        "[jobs] executor",
        "there is no executor 'slow', expected one of default",
    ),
    "executor of no kind": Row(
        "[executors]\nslow = thread 2\n",
        "[executors] slow",
        "did you mean 'threads'?",
    ),
    "executor without workers": Row(
        "[executors]\nslow = threads 0\n",
        "[executors] slow",
        "0 workers are not within 1 to 1000",
    ),
    "pattern of tasks": Row(
        "[tasks]\nallow = os.system\n",
        "[tasks] allow",
        "expected module:function",
    ),
    "who may start programs": Row(
        "[tasks]\ncommands = yes\n",
        "[tasks] commands",
        "expected private or all or none, not 'yes'",
    ),
    "retention": Row(
        "[retention]\ncount = many\n",
        "[retention] count",
        "expected a whole number, not 'many' (none is for without limit)",
    ),
    "size": Row(
        "[limits]\nmessage_size = 16MB\n",
        "[limits] message_size",
        "expected a size such as 64KiB or 16MiB, not '16MB'",
    ),
}
