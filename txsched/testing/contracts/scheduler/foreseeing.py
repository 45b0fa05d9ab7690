"""
What lies ahead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ....errors import BadValue, NoSuchJob
from ....model import Forecast, jitter_offset
from .harness import SchedulerHarness
from .samples import START, at, every, specs

__all__ = ["ForeseeingContract"]


class ForeseeingContract(SchedulerHarness):
    """
    What is told of planned times to come.
    """

    async def test_forecast(self) -> None:
        """
        The planned times of all jobs are merged by time, then by id; the end is out.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "b", every(10, 10))
        await self.add(scheduler, "a", every(20, 20))
        self.assertEqual(
            [
                Forecast("b", at(10), at(10)),
                Forecast("a", at(20), at(20)),
                Forecast("b", at(20), at(20)),
                Forecast("b", at(30), at(30)),
            ],
            await scheduler.forecast(at(10), at(40)),
        )

    async def test_forecast_of_some(self) -> None:
        """
        It can be asked for some jobs only.
        """
        scheduler = await self.make_scheduler()
        await scheduler.add_jobs(specs(5))
        found = await scheduler.forecast(START, at(11), ["job-0003", "job-0001"])
        self.assertEqual(["job-0001", "job-0003"], [one.job_id for one in found])
        self.assertEqual([], await scheduler.forecast(START, at(11), []))

    async def test_forecast_of_nobody(self) -> None:
        """
        A job that is not there is named.
        """
        scheduler = await self.make_scheduler()
        answer = scheduler.forecast(START, at(1), ["ghost"])
        await self.refused(answer, NoSuchJob("ghost"))

    async def test_forecast_up_to_a_limit(self) -> None:
        """
        There are at most as many as asked for: the first ones.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        found = await scheduler.forecast(START, at(1e6), limit=3)
        self.assertEqual([at(10), at(20), at(30)], [one.planned_time for one in found])
        self.assertEqual(1000, len(await scheduler.forecast(START, at(1e6))))

    async def test_forecast_of_the_past(self) -> None:
        """
        The past is not told: an earlier start is taken as now.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler)
        await self.advance(25)
        found = await scheduler.forecast(START, at(45))
        self.assertEqual([at(30), at(40)], [one.planned_time for one in found])
        self.assertEqual([], await scheduler.forecast(START, at(20)))

    async def test_forecast_by_the_options(self) -> None:
        """
        ``max_runs``, ``end_time``, ``jitter`` and pauses are taken into account.
        """
        scheduler = await self.make_scheduler()
        await self.add(scheduler, "runs", max_runs=2)
        await self.add(scheduler, "ends", every(7, 7), end_time=at(14))
        await self.add(scheduler, "rests")
        await scheduler.pause_job("rests")
        jitter = timedelta(seconds=5)
        await self.add(scheduler, "jitters", every(50, 50), jitter=jitter)
        found = await scheduler.forecast(START, at(60))
        self.assertEqual(
            [("ends", 7), ("runs", 10), ("ends", 14), ("runs", 20), ("jitters", 50)],
            [(one.job_id, (one.planned_time - START).seconds) for one in found],
        )
        offset = jitter_offset("jitters", at(50), jitter)
        self.assertEqual(at(50) + offset, found[-1].due)

    async def test_bad_forecasts(self) -> None:
        """
        A question that cannot be answered names its field.
        """
        scheduler = await self.make_scheduler()
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        zone = f"expected a datetime with a time zone, not {naive!r}"
        cases: list[tuple[tuple[Any, ...], BadValue]] = [
            ((naive, at(1)), BadValue("start", zone)),
            ((START, naive), BadValue("end", zone)),
            (
                (START, at(1), None, 0),
                BadValue("limit", "0 is not within 1 to 100000"),
            ),
            (
                (START, at(1), None, 100_001),
                BadValue("limit", "100001 is not within 1 to 100000"),
            ),
            (
                (START, at(1), None, True),
                BadValue("limit", "expected a whole number, not True"),
            ),
        ]
        for arguments, expected in cases:
            await self.refused(scheduler.forecast(*arguments), expected)
