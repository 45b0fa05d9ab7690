"""
``H`` in crontab and seconds: times that differ from job to job.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.interfaces import ISeededTrigger
from txsched.triggers import CronTrigger, Fold, Gap

from .oracle import instant

JOBS = [f"job-{number}" for number in range(600)]


def fields_for(text, job_id, dialect="crontab"):
    """
    Give the fields that a job gets.
    """
    trigger = CronTrigger.parse(text, dialect, "UTC").for_job(job_id)
    return trigger.expression.split(" ")


class HashTests(SynchronousTestCase):
    """
    Triggers for jobs.
    """

    def test_interface(self):
        """
        A cron trigger provides the interface, with and without ``H``.
        """
        for text in ("H * * * *", "0 * * * *"):
            verifyObject(ISeededTrigger, CronTrigger.from_crontab(text, "UTC"))

    def test_known_numbers(self):
        """
        The numbers depend on the id of the job and the field alone, so that every node
        and every version agrees.
        """
        cases = {
            "H H * * *": "21 4 * * *",
            "H H H * *": "21 4 16 * *",
            "H H * * H": "21 4 * * 2",
            "H H H H *": "21 4 16 9 *",
            "H/15 * * * *": "6/15 * * * *",
            "H(0-29)/10 H(9-16) * * mon-fri": "1-29/10 13 * * mon-fri",
            "0,H * L * *": "0,21 * L * *",
        }
        for text, expected in cases.items():
            trigger = CronTrigger.from_crontab(text, "UTC")
            self.assertEqual(trigger.for_job("abc").expression, expected, text)
        self.assertEqual(
            " ".join(fields_for("H H * * * *", "abc", "seconds")), "55 21 * * * *"
        )

    def test_without_hash(self):
        """
        A trigger without ``H`` is that of each job.
        """
        for trigger in (
            CronTrigger.from_crontab("0 0 * mar thu", "UTC"),
            CronTrigger.parse("0 0 0 ? * THU", "quartz", "UTC"),
            CronTrigger.parse("Thu 09:00", "systemd", "UTC"),
            CronTrigger.parse("day_of_week=thursday", "celery", "UTC"),
            CronTrigger(hour=9, day="4th thu", timezone="UTC"),
        ):
            self.assertIs(trigger.for_job("abc"), trigger)

    def test_once_and_for_all(self):
        """
        What a job got has no ``H`` any more, and is the same for another job.
        """
        trigger = CronTrigger.from_crontab("H H(1-5) H * *", "UTC").for_job("abc")
        self.assertNotIn("H", trigger.expression)
        self.assertIs(trigger.for_job("other"), trigger)

    def test_as_long_as_nobody_asked(self):
        """
        Without a job the times are those for the id "".
        """
        now = instant(2026, 1, 1)
        for text in ("H H * * *", "H/7 * * * *", "H H(9-16)/2 H * *", "H 0 * * H"):
            trigger = CronTrigger.from_crontab(text, "UTC")
            resolved = trigger.for_job("")
            self.assertNotEqual(trigger, resolved)
            self.assertEqual(trigger.next_after(now), resolved.next_after(now), text)
            self.assertEqual(
                trigger.describe(), f"{resolved.describe()}, different for each job"
            )

    def test_all_else_stays(self):
        """
        Zone, bounds, jitter and choices are those of the trigger.
        """
        trigger = CronTrigger.parse(
            "H H * * *",
            "crontab",
            "Europe/Berlin",
            start_date="2026-01-01",
            end_date="2027-01-01",
            jitter=30,
            gap="skip",
            fold="both",
        ).for_job("abc")
        self.assertEqual(trigger.timezone, "Europe/Berlin")
        self.assertEqual(trigger.start_date, instant(2025, 12, 31, 23))
        self.assertEqual(trigger.end_date, instant(2026, 12, 31, 23))
        self.assertEqual(trigger.jitter, timedelta(seconds=30))
        self.assertEqual((trigger.gap, trigger.fold), (Gap.SKIP, Fold.BOTH))

    def test_spread(self):
        """
        Many jobs get each value of a field, about as often: 1 to 28 of days.
        """
        minutes, hours, days, months, weekdays = zip(
            *(fields_for("H H H H H", job) for job in JOBS), strict=True
        )
        cases = [
            (minutes, 0, 59),
            (hours, 0, 23),
            (days, 1, 28),
            (months, 1, 12),
            (weekdays, 0, 6),
        ]
        for found, low, high in cases:
            values = range(low, high + 1)
            self.assertEqual({int(one) for one in found}, set(values))
            most = max(found.count(str(value)) for value in values)
            self.assertLess(most, 3 * len(JOBS) / len(values))

    def test_ranges(self):
        """
        A value lies within its range; a step begins within the first step and goes to
        the end.
        """
        within = {int(fields_for("H(10-19) * * * *", job)[0]) for job in JOBS}
        self.assertEqual(within, set(range(10, 20)))
        begins = {fields_for("H/15 * * * *", job)[0] for job in JOBS}
        self.assertEqual(begins, {f"{begin}/15" for begin in range(15)})
        begins = {fields_for("H(0-29)/10 * * * *", job)[0] for job in JOBS}
        self.assertEqual(begins, {f"{begin}-29/10" for begin in range(10)})
        begins = {fields_for("0 0 H/14 * *", job)[2] for job in JOBS}
        self.assertEqual(begins, {f"{begin}-28/14" for begin in range(1, 15)})

    def test_fields_differ(self):
        """
        The number of one field says nothing of that of another.
        """
        pairs = {tuple(fields_for("H(0-5) H(0-5) * * *", job)[:2]) for job in JOBS}
        self.assertEqual(len(pairs), 36)
