"""
What expressions of all dialects mean, in English.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger

DESCRIBED = {
    "crontab": {
        "0 0 L * *": "on the last day of the month at 00:00",
        "0 0 L-3 * *": "on the 4th last day of the month at 00:00",
        "0 0 LW * *": "on the last weekday of the month at 00:00",
        "0 0 15W * *": "on the weekday nearest to day 15 of the month at 00:00",
        "0 0 1W,L * *": (
            "on the weekday nearest to day 1 and the last day of the month at 00:00"
        ),
        "0 0 L,1,15 * *": "on days 1 and 15 and the last day of the month at 00:00",
        "0 0 L-3W * *": (
            "on the weekday nearest to the 4th last day of the month at 00:00"
        ),
        "0 0 * * friL": "on the last Friday of the month at 00:00",
        "0 0 * * 5#3": "on the 3rd Friday of the month at 00:00",
        "0 0 * * fri#1,fri#3": (
            "on the 1st Friday and the 3rd Friday of the month at 00:00"
        ),
        "0 0 * * mon,friL": "on Monday and the last Friday of the month at 00:00",
        "0 0 13 * fri#2": (
            "on day 13 of the month or on the 2nd Friday of the month at 00:00"
        ),
        "0 0 L * 1": "on the last day of the month or on Monday at 00:00",
        "0 0 */2 * friL": (
            "on days 1, 3, 5 and so on up to 31 of the month if it is the last Friday"
            " of the month at 00:00"
        ),
        "5/20 * * * *": "every hour at minutes 5, 25 and 45",
        "0 9/3 * * *": "every day at 09:00, 12:00, 15:00, 18:00 and 21:00",
        "@weekly": "on Sunday at 00:00",
        "@yearly": "on day 1 of the month in January at 00:00",
        "0 22-2 * * *": "every day at 00:00, 01:00, 02:00, 22:00 and 23:00",
        "0 0 1 */3 *": (
            "on day 1 of the month in January, April, July and October at 00:00"
        ),
    },
    "seconds": {
        "* * * * * *": "every second",
        "*/10 * * * * *": "every 10 seconds",
        "0 */5 * * * *": "every 5 minutes",
        "30 0 9 * * mon-fri": "on Monday to Friday at 09:00:30",
        "5/20 * * * * *": "at seconds 5, 25 and 45 of every minute",
        "15 30 * * * *": "at second 15 of minute 30 of every hour",
        "*/30 * 9-17 * * *": "every 30 seconds from 09:00 to 17:59",
        "0 0 0 1 1 * 2030": "on day 1 of the month in January in 2030 at 00:00",
        "0 0 9 * * * 2030-2032": "every day in 2030 to 2032 at 09:00",
        "0 0 0 L * * 2030,2032": (
            "on the last day of the month in 2030 and 2032 at 00:00"
        ),
        "0 0 0 LW 12 *": "on the last weekday of the month in December at 00:00",
        "0 0 12 * * sun#1": "on the 1st Sunday of the month at 12:00",
    },
    "quartz": {
        "0 0 12 * * ?": "every day at 12:00",
        "0 15 10 ? * MON-FRI": "on Monday to Friday at 10:15",
        "0 0/5 14,18 * * ?": "every 5 minutes of hours 14 and 18",
        "0 * 14 * * ?": "every minute from 14:00 to 14:59",
        "0 10,44 14 ? 3 WED": "on Wednesday in March at 14:10 and 14:44",
        "0 15 10 L-2 * ?": "on the 3rd last day of the month at 10:15",
        "0 15 10 ? * 6L 2027-2029": (
            "on the last Friday of the month in 2027 to 2029 at 10:15"
        ),
        "0 15 10 ? * 6#3": "on the 3rd Friday of the month at 10:15",
        "0 0 12 1/5 * ?": ("on days 1, 6, 11 and so on up to 31 of the month at 12:00"),
        "0 0 0 ? * L": "on Saturday at 00:00",
        "0 0 0 ? * 1": "on Sunday at 00:00",
        "0 0 0 15W * ?": "on the weekday nearest to day 15 of the month at 00:00",
        "0 11 11 11 11 ?": "on day 11 of the month in November at 11:11",
        "0 0 6 ? NOV-FEB SAT,SUN": (
            "on Saturday and Sunday in January, February, November and December"
            " at 06:00"
        ),
    },
    "systemd": {
        "minutely": "every minute",
        "hourly": "every hour",
        "daily": "every day at 00:00",
        "weekly": "on Monday at 00:00",
        "quarterly": (
            "on day 1 of the month in January, April, July and October at 00:00"
        ),
        "semiannually": "on day 1 of the month in January and July at 00:00",
        "Mon..Fri 9:00": "on Monday to Friday at 09:00",
        "Mon *-*-1..7 10:00": ("on days 1 to 7 of the month if it is Monday at 10:00"),
        "*-02~03": "on the 3rd last day of the month in February at 00:00",
        "*~1": "on the last day of the month at 00:00",
        "*~1..3": "on the last 3 days of the month at 00:00",
        "*~2,4": "on the 2nd last day and 4th last day of the month at 00:00",
        "Mon *-05~07/1": (
            "on the last 7 days of the month if it is Monday in May at 00:00"
        ),
        "*:0/15": "every 15 minutes",
        "Sat,Sun *:*:0/30": "every 30 seconds on Saturday and Sunday",
        "2030-12-24 18:00": "on day 24 of the month in December in 2030 at 18:00",
        "2026/2-1-1": (
            "on day 1 of the month in January in 2026, 2028, 2030 and so on up to 2198"
            " at 00:00"
        ),
    },
    "celery": {
        "": "every minute",
        "minute=0 hour=*/3": "every 3 hours",
        "minute=*/15 hour=9-17 day_of_week=mon-fri": (
            "every 15 minutes from 09:00 to 17:59 on Monday to Friday"
        ),
        "minute=0 hour=9 day_of_month=1-7 day_of_week=monday": (
            "on days 1 to 7 of the month if it is Monday at 09:00"
        ),
        "minute=0 hour=0 day_of_month=1 month_of_year=*/6": (
            "on day 1 of the month in January and July at 00:00"
        ),
    },
    "own": {
        "minute=5/15": "every hour at minutes 5, 20, 35 and 50",
        "hour=9/6": "every day at 09:00, 15:00 and 21:00",
        "day=last fri,15": "on day 15 and the last Friday of the month at 00:00",
        "second=0/20": "every 20 seconds",
        "week=1/2 day_of_week=mon": (
            "on Monday in ISO weeks 1, 3, 5 and so on up to 53 at 00:00"
        ),
    },
}


class DescribedTests(SynchronousTestCase):
    """
    A table of expressions and what is said of them.
    """

    def test_meaning(self):
        """
        Each expression reads well.
        """
        for dialect, cases in DESCRIBED.items():
            for text, expected in cases.items():
                trigger = CronTrigger.parse(text, dialect, "UTC")
                self.assertEqual(trigger.describe(), f"{expected} (UTC)", text)

    def test_enough(self):
        """
        The table holds over sixty expressions.
        """
        self.assertGreater(sum(map(len, DESCRIBED.values())), 60)
