"""
Plan a job through a weekend and a holiday, on a clock that is moved by hand.
"""

from datetime import datetime, timedelta, timezone

from twisted.internet.task import Clock

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import MemoryJobStore
from txsched.triggers import parse_trigger
from txsched.triggers.calendars import parse_calendar

WORKDAYS = """
weekdays sat sun UTC
yearly 12-25 12-26 UTC
"""


async def main(clock: Clock) -> list[str]:
    scheduler = LocalScheduler(
        MemoryJobStore(),
        {"default": ReactorExecutor()},
        clock,
        calendars={"workdays": parse_calendar(WORKDAYS)},
    )
    await scheduler.start()
    mornings = parse_trigger("crontab 0 9 * * * UTC")
    await scheduler.add_job("builtins:print", mornings, calendars=["workdays"])
    begin = datetime.fromtimestamp(clock.seconds(), timezone.utc)
    ahead = await scheduler.forecast(begin, begin + timedelta(days=7))
    await scheduler.stop()
    return [f"{one.planned_time:%a %d}" for one in ahead]
