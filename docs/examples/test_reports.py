"""
Testing your own jobs with a clock that you move:
``python -m twisted.trial test_reports``.
"""

from datetime import datetime, timezone

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from txsched import JobSpec, RunQuery
from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import MemoryJobStore
from txsched.testing.driving import advance
from txsched.triggers import parse_trigger

HOUR = 3600
sent = []


def send_report(day):
    sent.append(day)


#: What the application adds to its scheduler.
WEEKDAYS = JobSpec(
    send_report,
    parse_trigger("crontab 30 8 * * mon-fri Europe/Berlin"),
    ["today"],
    id="report",
)


class ReportTests(SynchronousTestCase):
    def setUp(self):
        sent.clear()
        self.clock = Clock()
        friday = datetime(2026, 3, 27, tzinfo=timezone.utc)
        self.clock.advance(friday.timestamp())
        executors = {"default": ReactorExecutor()}
        self.scheduler = LocalScheduler(MemoryJobStore(), executors, self.clock)
        self.successResultOf(self.scheduler.start())

    def test_a_week_with_the_change_to_summer_time(self):
        """
        Five reports in a week, at half past eight by the clock on the wall.
        """
        self.successResultOf(self.scheduler.add_jobs([WEEKDAYS]))
        advance(self.clock, 7 * 24 * HOUR)
        page = self.successResultOf(self.scheduler.get_runs(RunQuery(descending=False)))
        times = [f"{run.planned_time:%d. %H:%M}" for run in page.items]
        self.assertEqual(
            ["27. 07:30", "30. 06:30", "31. 06:30", "01. 06:30", "02. 06:30"], times
        )
        self.assertEqual(5 * ["today"], sent)
