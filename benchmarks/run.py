"""
Run the benchmarks and print ratios: ``python benchmarks/run.py [--quick] [NAME ...]``.

Every measurement is a fresh process.  The sides take turns, so that both meet the
same machine; of several rounds the median counts.  Needs txsched with its ``bench``
extra, which brings APScheduler, cronsim and croniter.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
Figures = dict[str, float]


class Kind(NamedTuple):
    """
    A kind of store, as ``database`` in ``reporting.py`` knows it.

    :ivar jobs: how many we are measured with in a burst.
    :ivar few: how many the peer is, which takes longer.
    :ivar wanted: the ratio that is wanted there.
    """

    name: str
    jobs: int
    few: int
    wanted: int


KINDS = (
    Kind("memory", 50_000, 50_000, 2),
    Kind("sqlite", 20_000, 10_000, 4),
    Kind("postgresql", 20_000, 4_000, 6),
    Kind("mariadb", 20_000, 4_000, 6),
    Kind("redis", 20_000, 10_000, 3),
)
#: Those that live on a server which several nodes share, and are held to rates.
SERVERS = ("postgresql", "redis")


def measured(script: str, *arguments: object) -> Figures:
    """
    Run one measurement in a process of its own.
    """
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    print("  ...", script, *arguments, file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def medians(rounds: int, *sides: Callable[[], Figures]) -> list[Figures]:
    """
    Measure the *sides* in turn, and give the medians of each.
    """
    results: list[list[Figures]] = [[] for _ in sides]
    for _ in range(rounds):
        for result, side in zip(results, sides, strict=True):
            result.append(side())
    return [
        {key: statistics.median(one[key] for one in result) for key in result[0]}
        for result in results
    ]


def row(name: str, ours: str, other: str, ratio: str, wanted: str) -> None:
    """
    Print one line of the table.
    """
    print(f"{name:<52}{ours:>14}{other:>14}{ratio:>9}  {wanted}", flush=True)


def compare(name: str, key: str, ours: Figures, other: Figures, wanted: str) -> None:
    """
    Print two figures and their ratio.
    """
    a, b = ours[key], other[key]
    row(name, f"{a:,.0f}", f"{b:,.0f}", f"{a / b:.2f}", wanted)


def burst(rounds: int, scale: float) -> None:
    """
    One-shot jobs, all due.
    """
    for one in KINDS:
        jobs, few = int(one.jobs * scale), int(one.few * scale)
        ours, peer = medians(
            rounds,
            lambda one=one, jobs=jobs: measured("burst.py", "ours", one.name, jobs),
            lambda one=one, few=few: measured("burst.py", "peer", one.name, few),
        )
        name = f"one-shot jobs, all due, {one.name} (fires/s)"
        compare(name, "fires_per_second", ours, peer, f"at least {one.wanted}")
    jobs = int(20_000 * scale)
    without, kept = medians(
        rounds,
        lambda: measured("burst.py", "ours", "postgresql", jobs, "keep_runs=0"),
        lambda: measured("burst.py", "ours", "postgresql", jobs),
    )
    name = "the same, keep_runs=0; with the ledger (fires/s)"
    compare(name, "fires_per_second", without, kept, "at least 1.5")


def steady(rounds: int, scale: float) -> None:
    """
    Interval jobs of one second: the highest rate that holds, and what comes beyond.
    """
    seconds = max(4, int(10 * scale))
    held = {"ours": 0, "peer": 0}
    for rate in (5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 60_000):
        shares = {}
        for side in ("ours", "peer"):
            share = measured("steady.py", side, rate, seconds, 0)["share"]
            shares[side] = share
            if share >= 0.99:
                held[side] = rate
        row(
            f"interval jobs, {rate:,} a second (ran/s)",
            f"{rate * shares['ours']:,.0f}",
            f"{rate * shares['peer']:,.0f}",
            f"{shares['ours'] / max(shares['peer'], 1e-9):.2f}",
            "",
        )
    ratio = held["ours"] / max(held["peer"], 1)
    row(
        "highest rate with under 1 % late (fires/s)",
        f"{held['ours']:,}",
        f"{held['peer']:,}",
        f"{ratio:.2f}",
        "at least 1",
    )


def million(rounds: int, scale: float) -> None:
    """
    Five thousand a second beside a million far jobs.
    """
    far = int(1_000_000 * scale)
    (ours,) = medians(1, lambda: measured("steady.py", "ours", 5_000, 10, far))
    share = ours["share"]
    name = f"5,000 a second beside {far:,} far jobs (share)"
    row(name, f"{share:.3f}", "", "", "at least 0.99")


def lateness(rounds: int, scale: float) -> None:
    """
    Lateness at a thousand fires a second.
    """
    seconds = max(5, int(20 * scale))
    for kind, wanted in (("memory", "5"), *((kind, "50") for kind in SERVERS)):
        (ours,) = medians(
            rounds, lambda kind=kind: measured("lateness.py", kind, 1000, seconds)
        )
        for key, bound in (("p50", ""), ("p99", f"under {wanted}"), ("max", "")):
            name = f"lateness at 1,000 fires a second, {kind}, {key} (ms)"
            row(name, f"{ours[f'{key}_ms']:.2f}", "", "", bound)


def weight(rounds: int, scale: float) -> None:
    """
    Memory of a job.
    """
    (ours,) = medians(1, lambda: measured("weight.py", int(200_000 * scale)))
    row("memory of a job (bytes)", f"{ours['bytes_per_job']:,.0f}", "", "", "1,500")


def adding(rounds: int, scale: float) -> None:
    """
    Adding while running: in bulk, and by many callers one by one.
    """
    ours, peer = medians(
        rounds,
        lambda: measured("adding.py", "ours", "sqlite", int(100_000 * scale)),
        lambda: measured("adding.py", "peer", "sqlite", int(3_000 * scale)),
    )
    name = "adding to SQLite while running (jobs/s)"
    compare(name, "jobs_per_second", ours, peer, "at least 4")
    for kind in [one.name for one in KINDS if one.name != "memory"]:
        ours, peer = medians(
            rounds,
            lambda kind=kind: measured("adding.py", "crowd", kind, int(10_000 * scale)),
            lambda kind=kind: measured(
                "adding.py", "peer-crowd", kind, int(2_000 * scale)
            ),
        )
        name = f"adding by 50 callers, {kind} (jobs/s)"
        compare(name, "jobs_per_second", ours, peer, "at least 5")


def starting(rounds: int, scale: float) -> None:
    """
    First fire on a large store.
    """
    jobs = int(100_000 * scale)
    for kind in ("sqlite", *SERVERS):
        (ours,) = medians(rounds, lambda kind=kind: measured("starting.py", kind, jobs))
        name = f"first fire on {jobs:,} stored jobs, {kind} (ms)"
        row(name, f"{1000 * ours['seconds']:.1f}", "", "", "under 100")


def holding(rounds: int, scale: float) -> None:
    """
    Memory of a node, and the first page of its jobs, by how many are stored.
    """
    many, few = int(100_000 * scale), 1000
    for kind in ("sqlite", *SERVERS):
        large, small = medians(
            1,
            lambda kind=kind: measured("holding.py", kind, many),
            lambda kind=kind: measured("holding.py", kind, few),
        )
        more = large["megabytes"] - small["megabytes"]
        row(
            f"memory with {many:,}; {few:,} jobs, {kind} (MB)",
            f"{large['megabytes']:.1f}",
            f"{small['megabytes']:.1f}",
            "",
            f"under 20 more: {more:.1f}",
        )
        row(
            f"first page of {many:,}; {few:,} jobs, {kind} (ms)",
            f"{large['page_ms']:.2f}",
            f"{small['page_ms']:.2f}",
            "",
            "under 20",
        )


def sharing(rounds: int, scale: float) -> None:
    """
    Three nodes on one store, in sum, against one.
    """
    jobs = int(20_000 * scale)
    three, one = medians(
        rounds,
        lambda: measured("sharing.py", "postgresql", 3, jobs),
        lambda: measured("sharing.py", "postgresql", 1, jobs),
    )
    name = "three nodes; one, postgresql (fires/s)"
    compare(name, "fires_per_second", three, one, "at least 1")


def amp(rounds: int, scale: float) -> None:
    """
    Adding by AMP against a bare echo.
    """
    calls = int(10_000 * scale)
    ours, echo, echo6 = medians(
        rounds,
        lambda: measured("amp_add.py", "scheduler", calls),
        lambda: measured("amp_add.py", "echo", calls),
        lambda: measured("amp_add.py", "echo6", calls),
    )
    key = "calls_per_second"
    compare("AMP add_job (calls/s; echo, one field)", key, ours, echo, "at least 0.5")
    compare("AMP add_job (calls/s; echo, six fields)", key, ours, echo6, "at least 0.5")
    single, batched = ours["calls_per_second"], ours["batched_jobs_per_second"]
    row(
        "AMP add_jobs (jobs/s; add_job)",
        f"{batched:,.0f}",
        f"{single:,.0f}",
        f"{batched / single:.2f}",
        "at least 5",
    )


def against(
    rounds: int, name: str, measure: Callable[[str], Figures], wanted: str
) -> None:
    """
    Print our figure and that of the fastest other reader of cron expressions.
    """
    peers = ("cronsim", "croniter", "apscheduler")
    ours, *others = medians(
        rounds, *(lambda side=side: measure(side) for side in ("ours", *peers))
    )
    seen = {figures.get("seen") for figures in (ours, *others)}
    if len(seen) > 1:
        raise SystemExit(f"{name}: not all sides give the same times: {seen}")
    fastest = max(others, key=lambda figures: figures["per_second"])
    who = peers[others.index(fastest)]
    compare(name, "per_second", ours, fastest, f"{wanted} ({who})")


def triggers(rounds: int, scale: float) -> None:
    """
    Next times and reading of cron expressions, against the fastest of three others;
    and the longest answer.
    """
    for text, zone in (
        ("*/5 * * * *", "UTC"),
        ("0 9 * * mon-fri", "UTC"),
        ("0 0 29 2 *", "UTC"),
        ("30 2 * * *", "Europe/Berlin"),
        ("*/5 * * * *", "Europe/Berlin"),
    ):
        against(
            rounds,
            f"{text} {zone} (next times/s)",
            lambda side, text=text, zone=zone: measured(
                "triggers.py", "next", side, text, zone, scale
            ),
            "at least 2",
        )
    for kind in ("plain", "varied", "again"):
        number = int(30_000 * scale)
        against(
            rounds,
            f"expressions, {kind} (read/s)",
            lambda side, kind=kind, number=number: measured(
                "triggers.py", "read", side, kind, number
            ),
            "at least 1",
        )
    (ours,) = medians(rounds, lambda: measured("triggers.py", "longest", "ours"))
    name = "the longest answer, rare and empty rules (ms)"
    row(name, f"{1000 * ours['seconds']:.2f}", "", "", "under 10")


BENCHMARKS = {
    one.__name__: one
    for one in (
        burst,
        steady,
        million,
        lateness,
        weight,
        adding,
        starting,
        holding,
        sharing,
        amp,
        triggers,
    )
}


def main() -> None:
    """
    Choose, run, print.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="small and only once")
    parser.add_argument("--rounds", type=int, default=3, help="how often (3)")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    print(
        f"Python {platform.python_version()}, Twisted {version('twisted')},"
        f" SQLAlchemy {version('sqlalchemy')}, APScheduler {version('apscheduler')},"
        f" {os.cpu_count()} cores, {platform.machine()}"
    )
    row("", "txsched", "other", "ratio", "wanted")
    for name in options.names or BENCHMARKS:
        rounds, scale = (1, 0.1) if options.quick else (options.rounds, 1.0)
        BENCHMARKS[name](rounds, scale)


if __name__ == "__main__":
    main()
