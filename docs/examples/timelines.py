"""
What planning makes of late jobs: the timelines of the explanation, computed.

Planning is a pure function, so that nothing has to run for this.
"""

from datetime import datetime, timedelta, timezone

from txsched.core import plan
from txsched.core.aftermath import taken_over
from txsched.core.modifying import resumed
from txsched.model import (
    Call,
    Disposition,
    Job,
    JobLease,
    OnCrash,
    Pause,
    Run,
    RunLease,
)
from txsched.triggers import IntervalTrigger

NINE = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


def at(minutes=0, seconds=0):
    return NINE + timedelta(minutes=minutes, seconds=seconds)


def make_job(every=MINUTE, **options):
    """A job that was to run at nine o'clock first."""
    trigger = IntervalTrigger.of(every, NINE)
    options = {"misfire_grace_time": timedelta(minutes=5), **options}
    return Job(
        "job",
        Call("tasks:work"),
        trigger,
        "job",
        generation="g",
        next_run_time=NINE,
        **options,
    )


def say(title, job, now, active=()):
    """Plan a job at one instant, and print what becomes of its planned times."""
    lease = JobLease(job, tuple(active), 1, job.next_run_time, job.run_count)
    decided = plan(lease, now, "node", {"default"})
    print(f"{title}, planned at {now:%H:%M:%S}")
    show(decided.runs)
    following = decided.next_run_time
    print(f"    next: {following:%Y-%m-%d %H:%M:%S}" if following else "    finished")


def show(runs):
    for run in sorted(runs, key=lambda run: run.planned_time):
        times = f"{run.planned_time:%m-%d %H:%M:%S}"
        if run.times > 1:
            times += f" to {run.last_planned_time:%m-%d %H:%M:%S}, {run.times:,} times"
        by = " (by the run of " + by_time(run.by) + ")" if run.by else ""
        print(f"    {run.disposition:<10} {times}{by}")


def by_time(run_id):
    micros = int(run_id.partition("-")[0], 16)
    instant = datetime.fromtimestamp(micros / 1e6, timezone.utc)
    return f"{instant:%H:%M:%S}"


def started(minutes, node="node"):
    run = Run("g", "job", at(minutes), Disposition.RUNNING)
    identity = f"{int(run.planned_time.timestamp() * 1e6):014x}-g"
    return run._replace(id=identity, node=node, started_at=at(minutes))


def main():
    say("on time", make_job(), at())
    short = timedelta(seconds=30)
    say("a grace of 30 s", make_job(misfire_grace_time=short), at(1, 10))
    say("coalesced", make_job(coalesce=True), at(4, 20))
    say("one at a time", make_job(), at(4, 20))
    say("three at a time", make_job(max_instances=3), at(4, 20))
    say("the last one still runs", make_job(), at(0, 5), [started(-1)])
    say("very late", make_job(coalesce=True), at(12, 30))
    say("twice in all", make_job(max_runs=2, max_instances=9), at(4, 20))
    second = timedelta(seconds=1)
    month = NINE + timedelta(days=30)
    say("a month of seconds", make_job(second, coalesce=True), month)

    paused = make_job(paused=Pause(at(0, 30), "disk full"))
    print("resumed at 09:04:20")
    job, runs = resumed(paused, False, at(4, 20))
    show(runs)
    print(f"    next: {job.next_run_time:%Y-%m-%d %H:%M:%S}")
    print("resumed at 09:04:20 with catch_up")
    job, runs = resumed(paused, True, at(4, 20))
    print(f"    next: {job.next_run_time:%Y-%m-%d %H:%M:%S}, late by the rules above")

    for choice in OnCrash:
        print(f"a node died, on_crash={choice.value}")
        lease = RunLease(started(0, "dead"), make_job(on_crash=choice), 2)
        end = taken_over(lease, at(0, 15))
        print("    run again" if end is None else f"    {end.run.reason}")
        show([end.run] if end else [])


if __name__ == "__main__":
    main()
