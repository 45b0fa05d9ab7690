"""
Searching backwards, which counting relies on.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import Fold, Gap
from txsched.triggers.cron import crontab
from txsched.triggers.cron.search import Schedule

from .oracle import instant


def schedule(text, zone):
    """
    Make a schedule of five fields.
    """
    return Schedule(crontab.parse(text), zone, Gap.NEXT, Fold.FIRST)


class LastBeforeTests(SynchronousTestCase):
    """
    The last one earlier than an instant.
    """

    def test_undoes_next_after(self):
        """
        From the time that follows one goes back to the one before.
        """
        for zone in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"):
            for text in (
                "30 2 * * *",
                "*/20 * * * *",
                "0 */3 1,15 * *",
                "15 1,2 * * 0",
                "0 0 29 2 *",
                "59 23 31 dec *",
            ):
                times = schedule(text, zone)
                for start in (instant(2011, 12, 27), instant(2026, 3, 27)):
                    before = times.next_after(start)
                    for _ in range(120):
                        after = times.next_after(before)
                        if after is None:
                            break
                        self.assertEqual(times.last_before(after), before)
                        middle = before + (after - before) / 2
                        self.assertEqual(times.last_before(middle), before)
                        before = after

    def test_second_of_a_fold(self):
        """
        A time that comes once in a fold is found from within and after the fold.
        """
        once = schedule("30 2 25 10 *", "Europe/Berlin")
        time = instant(2026, 10, 25, 0, 30)
        for later in (timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)):
            self.assertEqual(once.last_before(time + later), time)
        twice = schedule("*/30 2 25 10 *", "Europe/Berlin")
        self.assertEqual(twice.last_before(instant(2026, 10, 25, 1, 1)).minute, 0)
        self.assertEqual(
            twice.last_before(instant(2026, 10, 25, 1)), instant(2026, 10, 25, 0, 30)
        )

    def test_ends(self):
        """
        There is none before 1970, and none at all of what never comes.
        """
        for zone in ("UTC", "Europe/Berlin", "America/New_York"):
            daily = schedule("0 12 * * *", zone)
            first = daily.next_after(instant(1960, 1, 1))
            self.assertEqual(first.year, 1970)
            self.assertIsNone(daily.last_before(first))
            self.assertIsNone(daily.last_before(instant(1950, 1, 1)))
            last = daily.last_before(instant(9000, 1, 1))
            self.assertEqual((last.year, last.month, last.day), (2199, 12, 31))
            self.assertIsNone(
                schedule("0 0 30 2 *", zone).last_before(instant(2026, 1, 1))
            )
