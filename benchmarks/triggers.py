"""
Cron expressions: next times a second, and expressions read a second.

Next times are asked for in walks of forty from a hundred starts, spread over ten
years, so that every side answers the same questions and none leaves the years that it
knows.  What each side makes of an expression is made before the clock is started.

Reading is measured with expressions that are all different, as each side remembers
some of what it read; ours pays for that too.  ``plain`` ones have numbers and stars
only, ``varied`` ones lists, ranges, steps and names as well.  ``again`` is the case
that our memory helps: one expression, read over and over.

The longest answer is looked for among questions that have to look far: rules that
hardly ever or never match, asked for the first time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from reporting import tell

STEPS = 40
STARTS = 100
CHUNK = 1000
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")

Walk = Iterator[datetime]


def ours(text: str, zone: str, starts: list[datetime]) -> Iterator[Walk]:
    """
    Walk with txsched.
    """
    from txsched.triggers import CronTrigger

    def walk(now: datetime | None) -> Walk:
        while (now := next_after(now)) is not None:
            yield now

    next_after = CronTrigger.parse(text, timezone=zone).next_after
    return map(walk, starts)


def cronsim(text: str, zone: str, starts: list[datetime]) -> Iterator[Walk]:
    """
    Walk with cronsim.
    """
    from cronsim import CronSim

    local = ZoneInfo(zone)
    return (CronSim(text, start.astimezone(local)) for start in starts)


def croniter(text: str, zone: str, starts: list[datetime]) -> Iterator[Walk]:
    """
    Walk with croniter.
    """
    from croniter import croniter

    local = ZoneInfo(zone)
    return (
        croniter(text, start.astimezone(local), ret_type=datetime) for start in starts
    )


def apscheduler(text: str, zone: str, starts: list[datetime]) -> Iterator[Walk]:
    """
    Walk with APScheduler.
    """
    from apscheduler.triggers.cron import CronTrigger

    trigger = CronTrigger.from_crontab(text, ZoneInfo(zone))

    def walk(now: datetime) -> Walk:
        while True:
            now = trigger.get_next_fire_time(now, now)
            yield now

    local = ZoneInfo(zone)
    return (walk(start.astimezone(local)) for start in starts)


WALKS = {one.__name__: one for one in (ours, cronsim, croniter, apscheduler)}


def walking(side: str, text: str, zone: str, seconds: float) -> dict[str, float]:
    """
    Measure next times.
    """
    starts = [START + number * timedelta(days=37) for number in range(STARTS)]
    number, took, first = 0, 0.0, None
    while took < seconds:
        for walk in WALKS[side](text, zone, starts):
            begin = time.perf_counter()
            times = list(islice(walk, STEPS))
            took += time.perf_counter() - begin
            number += len(times)
            if first is None:
                first = times[-1].timestamp()
            if took >= seconds:
                break
    return {"per_second": number / took, "seen": first or 0.0}


def reader(side: str) -> Callable[[str], Any]:
    """
    Give what reads one expression.
    """
    if side == "ours":
        from txsched.triggers import CronTrigger

        return lambda text: CronTrigger.parse(text, timezone="UTC")
    if side == "cronsim":
        from cronsim import CronSim

        return lambda text: CronSim(text, START)
    if side == "croniter":
        from croniter import croniter

        return lambda text: croniter(text, START)
    from apscheduler.triggers.cron import CronTrigger

    return lambda text: CronTrigger.from_crontab(text, timezone.utc)


def plain(draw: Random, low: int, high: int) -> str:
    """
    Draw a field of one number or a star.
    """
    return "*" if draw.random() < 0.2 else str(draw.randint(low, high))


def varied(draw: Random, low: int, high: int) -> str:
    """
    Draw a field of any form.
    """
    form = draw.choice(("star", "number", "number", "step", "range", "part", "list"))
    first, last = sorted(draw.sample(range(low, high + 1), 2))
    return {
        "star": "*",
        "number": str(first),
        "step": f"*/{draw.randint(2, 6)}",
        "range": f"{first}-{last}",
        "part": f"{first}-{last}/{draw.randint(1, last - first)}",
        "list": f"{first},{last}",
    }[form]


def expressions(field: Callable[[Random, int, int], str], number: int) -> list[str]:
    """
    Draw so many different expressions.
    """
    draw, found = Random(20261128), {}
    while len(found) < number:
        fields = [field(draw, *ends) for ends in ((0, 59), (0, 23), (1, 28), (1, 12))]
        weekday = draw.choice(("*", "*", "mon-fri", *DAYS))
        found[" ".join([*fields, weekday])] = None
    return list(found)


def reading(side: str, kind: str, number: int) -> dict[str, float]:
    """
    Measure reading.
    """
    if kind == "again":
        texts = ["*/5 9-17 * * mon-fri"] * number
    else:
        texts = expressions({"plain": plain, "varied": varied}[kind], number)
    read = reader(side)
    read("1 2 3 4 5")
    rates = []
    for first in range(0, number, CHUNK):
        some = texts[first : first + CHUNK]
        begin = time.perf_counter()
        for text in some:
            read(text)
        rates.append(len(some) / (time.perf_counter() - begin))
    return {"per_second": median(rates)}


#: Rules that hardly ever match, or never.
FAR = (
    "crontab 0 0 30 2 *",
    "cron month=2 day=29 day_of_week=mon week=9",
    "cron year=2199 month=12 day=last hour=23",
    "cron month=3 day=last sun hour=2 minute=30 gap skip",
    "cron week=53 month=6",
    "rrule FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3 from 1990-01-01",
    "rrule FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU from 1990-01-01",
    "rrule FREQ=MINUTELY;INTERVAL=1439;BYMONTH=2;BYMONTHDAY=29 from 1990-01-01",
    "(every 1h) and not (every 30m)",
    "(crontab 0 0 30 2 *) and (every 1s)",
)
#: Where each is asked: another zone is another question, for which nothing was kept.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Africa/Casablanca",
    "Antarctica/Troll",
)


def longest() -> dict[str, float]:
    """
    Measure the longest of the answers to far questions; of each the best of five zones.
    """
    from txsched.triggers import parse_trigger

    most = 0.0
    for text in FAR:
        best = 1.0
        for zone in ZONES:
            trigger = parse_trigger(text, zone)
            begin = time.perf_counter()
            trigger.next_after(START)
            best = min(best, time.perf_counter() - begin)
        most = max(most, best)
    return {"seconds": most}


if __name__ == "__main__":
    what, side, *rest = sys.argv[1:]
    if what == "longest":
        tell(longest())
    elif what == "next":
        tell(walking(side, rest[0], rest[1], float(rest[2])))
    else:
        tell(reading(side, rest[0], int(rest[1])))
