"""
Warnings of what may not be as it was meant, and marks of changes of the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.fakes import EveryTrigger
from txsched.triggers import daylight_mark, find_traps, parse_trigger

UTC = timezone.utc
NOW = datetime(2026, 11, 28, tzinfo=UTC)

#: A code; a trigger that has the trap, a part of the warning; one that has it not.
TRAPS = [
    ("never", "crontab 0 0 30 2 * UTC", "it never fires", "crontab 0 0 29 2 * UTC"),
    ("never", "(@daily UTC) and (every 1d from 2026-01-01T01:00Z)", "never", "@daily"),
    ("past", "at 2020-01-01T00:00Z", "the last time was 2020-01-01", "at 2030-01-01"),
    ("past", "every 1h from 2019-01-01 until 2020-01-01", "any more", "every 1h"),
    (
        "days",
        "crontab 0 0 13 * fri UTC",
        (
            "one of them is enough: 64 days in 2027; where both have to match, as in"
            " quartz and systemd, it would be 1"
        ),
        "crontab 0 0 13 * * UTC",
    ),
    (
        "days",
        "cron day=13 day_of_week=fri UTC",
        "both have to match: 1 days in 2027",
        "cron day_of_week=fri UTC",
    ),
    (
        "weekday",
        "crontab 0 0 * * 1 UTC",
        (
            "0 and 7 are Sunday and 1 is Monday here; in cron 0 is Monday and 6 Sunday,"
            " in quartz 1 is Sunday and 2 Monday"
        ),
        "crontab 0 0 * * mon#1 UTC",
    ),
    (
        "weekday",
        "celery day_of_week=1 UTC",
        "0 is Sunday",
        "celery day_of_week=mon UTC",
    ),
    (
        "short-months",
        "crontab 0 0 31 * * UTC",
        "months without a day 31 are left out",
        "crontab 0 0 28,31 * * UTC",
    ),
    (
        "short-months",
        "calendar every 1 month at 09:00 UTC from 2026-01-30",
        "without a day 30",
        "calendar every 1 week at 09:00 UTC from 2026-01-30",
    ),
    (
        "step",
        "crontab */7 * * * * UTC",
        "7 does not divide 60",
        "crontab */5 * * * * UTC",
    ),
    ("step", "quartz 0 0 0/5 * * ? UTC", "5 does not divide 24", "@hourly"),
    (
        "step",
        "crontab 0 0 */2 * * UTC",
        "begins anew on the first of each month",
        "crontab 0 0 * * * UTC",
    ),
    (
        "every-minute",
        "crontab * 9 * * * UTC",
        "60 times a day",
        "crontab 0 9 * * * UTC",
    ),
    ("drift", "every 2d", "calendar every 2 days at", "every 36h"),
    (
        "gap",
        "crontab 30 2 * * * Europe/Berlin",
        (
            "does not exist where the clock is changed, next on 2027-03-28; it has 'gap"
            " next'"
        ),
        "crontab 30 2 * * * UTC",
    ),
    (
        "fold",
        "calendar every 1 day at 02:30 Europe/Berlin from 2026-01-01 fold both",
        (
            "exists twice where the clock is changed, next on 2027-10-31; it has 'fold"
            " both'"
        ),
        "crontab */30 2 * * * Europe/Berlin",
    ),
    (
        "dialect",
        "crontab 0 9 * * 1 UTC",
        None,
        "crontab 0 9 * * 1 UTC",
    ),
]


class TrapTests(SynchronousTestCase):
    """
    Each trap.
    """

    def test_each(self):
        """
        What has the trap is warned of by its code, and what has it not is not.
        """
        for code, text, words, other in TRAPS:
            found = dict(find_traps(parse_trigger(text, "UTC"), NOW))
            if words is not None:
                self.assertIn(words, found.get(code, ""), text)
            self.assertNotIn(code, dict(find_traps(parse_trigger(other, "UTC"), NOW)))

    def test_dialects(self):
        """
        The same text in another dialect, where it can be read and means another time.
        """
        trigger = parse_trigger("seconds 0 0 9 15 * 1", "UTC")
        self.assertNotIn("dialect", dict(find_traps(trigger, NOW)))
        trigger = parse_trigger("quartz 0 0 9 ? * 2 UTC")
        self.assertNotIn("dialect", dict(find_traps(trigger, NOW)))
        trigger = parse_trigger("celery hour=9 UTC")
        found = dict(find_traps(trigger, NOW))
        self.assertEqual(
            found["dialect"], "as cron it would be: every day at 09:00 (UTC)"
        )

    def test_of_strangers_nothing_is_known(self):
        """
        A stranger's trigger, and one that waits, have no traps.
        """
        stranger = EveryTrigger(NOW, timedelta(hours=1), None)
        self.assertEqual(find_traps(stranger, NOW), [])
        self.assertEqual(find_traps(parse_trigger("delay 5m"), NOW), [])


class MarkTests(SynchronousTestCase):
    """
    Instants on the clock.
    """

    def test_marks(self):
        """
        The first moment after a gap, the two of a fold, and nothing else.
        """
        for parts, expected in (
            ((2026, 3, 29, 0, 59), None),
            ((2026, 3, 29, 1), "first moment after the gap from 02:00 to 03:00"),
            ((2026, 3, 29, 1, 1), None),
            ((2026, 10, 24, 23, 59), None),
            ((2026, 10, 25, 0, 30), "first of two 02:30"),
            ((2026, 10, 25, 1, 30, 5), "second of two 02:30:05"),
            ((2026, 10, 25, 2), None),
        ):
            instant = datetime(*parts, tzinfo=UTC)
            self.assertEqual(daylight_mark(instant, "Europe/Berlin"), expected, parts)
            self.assertIsNone(daylight_mark(instant, "UTC"))
