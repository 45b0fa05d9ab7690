"""
Tests for the traps of triggers.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.testing.strategies import instants, triggers, waiting_triggers
from txsched.triggers import CronTrigger, parse_trigger, traps
from txsched.triggers.traps import Trap, find_traps

from .test_laws import fewer

UTC = timezone.utc
NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
BERLIN = "Europe/Berlin"

#: An expression, read in Berlin, and the codes of its traps.
TRAPS = [
    ("crontab 0 9 * * mon", ""),
    ("crontab */15 * * * *", ""),
    ("crontab */5 9-17 * * mon-fri", ""),
    ("@monthly", ""),
    ("every 90m", ""),
    ("manual", ""),
    ("delay 10m", ""),
    ("at 2030-01-01", ""),
    # Both fields of days.
    ("crontab 0 9 13 * fri", "day-or-weekday"),
    ("crontab 0 9 31 * fri", "day-or-weekday"),
    ("seconds 0 0 9 L * fri", "day-or-weekday"),
    ("crontab 0 9 13 * *", ""),
    ("crontab 0 9 * * fri#3", ""),
    ("crontab 0 9 */2 * mon", "uneven-step day-and-weekday"),
    ("crontab 0 9 13 * */2", "day-and-weekday"),
    ("cron day=13 day_of_week=fri hour=9", "day-and-weekday"),
    ("celery minute=0 hour=9 day_of_month=13 day_of_week=fri", "day-and-weekday"),
    ("systemd Fri *-*-13 09:00", "day-and-weekday"),
    ("quartz 0 0 9 13 * ?", ""),
    # Numbers of weekdays.
    ("crontab 0 9 * * 1-5", "weekday-number"),
    ("crontab 0 9 * * 5L", "weekday-number"),
    ("crontab 0 9 * * 0,7", ""),
    ("crontab 0 9 * * 0-6", ""),
    ("quartz 0 0 9 ? * 2-6", "weekday-number"),
    ("quartz 0 0 9 ? * 6#3", "weekday-number"),
    ("quartz 0 0 9 ? * fri#3", ""),
    ("cron day_of_week=0 hour=9", "weekday-number"),
    ("cron day_of_week=mon hour=9", ""),
    ("celery minute=0 hour=9 day_of_week=1", "weekday-number"),
    # Days that not every month has.
    ("crontab 0 9 31 * *", "rare-day"),
    ("crontab 0 9 30 * *", "rare-day"),
    ("crontab 0 9 29 2 *", "rare-day"),
    ("crontab 0 9 28-31 * *", ""),
    ("crontab 0 9 31 1,3 *", ""),
    ("crontab 0 9 L * *", ""),
    ("crontab 0 9 * * fri#5", "rare-day"),
    ("crontab 0 9 * * fri#4", ""),
    ("cron day=5th fri hour=9", "rare-day"),
    ("cron month=2 day=5th fri hour=9", "rare-day"),
    ("crontab 0 9 31,L * *", ""),
    ("celery minute=0 hour=9 day_of_month=31", "rare-day"),
    ("calendar every 1 month at 09:00 from 2026-01-31", "rare-day"),
    ("calendar every 1 year at 09:00 from 2028-02-29", "rare-day"),
    ("calendar every 1 year at 09:00 from 2028-03-31", ""),
    ("calendar every 1 month at 09:00 from 2026-01-28", ""),
    ("calendar every 30 days at 09:00 from 2026-01-31", ""),
    ("calendar every 1 month at 09:00", ""),
    # Steps.
    ("crontab */7 * * * *", "uneven-step"),
    ("crontab 0 */5 * * *", "uneven-step"),
    ("crontab 0 9 */2 * *", "uneven-step"),
    ("crontab 0 9 1 */5 *", "uneven-step"),
    ("crontab H/7 * * * *", "uneven-step"),
    ("crontab 9-17/3 * * * *", ""),
    ("quartz 0 5/7 * * * ?", "uneven-step"),
    ("quartz 0 30/7 * * * ?", ""),
    ("systemd *:0/7", "uneven-step"),
    ("cron minute=*/7", "uneven-step"),
    ("crontab */1 * * * *", ""),
    ("crontab */90 * * * *", "wide-step"),
    ("crontab 0 */24 * * *", "wide-step"),
    ("crontab H H/24 * * *", "wide-step"),
    # A star where a 0 was meant.
    ("crontab * 9 * * *", "every-minute"),
    ("crontab * 9-17 * * *", ""),
    ("celery hour=9", "every-minute"),
    ("seconds * 0 9 * * *", "every-second"),
    ("seconds * * * * * *", ""),
    # Changes of the clocks.
    ("crontab 30 2 * * *", "gap fold"),
    ("crontab 30 2 * * * gap skip fold both", "gap fold"),
    ("crontab 30 2 * * * UTC", ""),
    ("crontab 30 2 * * mon", ""),
    ("crontab 30 2 * 1-3 *", "gap"),
    ("crontab */5 2 * * *", "gap fold"),
    ("crontab 0 */2 * * *", "gap fold"),
    ("crontab 30 * * * *", ""),
    ("crontab 30 2 * * * until 2027-01-01", ""),
    ("crontab 30 2 * * * until 2027-06-01", "gap"),
    ("crontab 0 9 * * * until 2026-11-28T09:00", ""),
    ("crontab 30 2 * * * from 2027-06-01 until 2028-01-01", "fold"),
    ("calendar every 1 day at 02:30", "gap fold"),
    ("calendar every 2 days at 02:30", ""),
    ("calendar every 1 week at 02:30 from 2026-11-29", "gap fold"),
    ("calendar every 1 week at 02:30 from 2026-11-28", ""),
    ("rrule FREQ=DAILY from 2026-11-01T02:30", "gap fold"),
    ("rrule FREQ=DAILY from 2026-11-01T02:30 until 2027-06-01", "gap"),
    ("rrule FREQ=DAILY from 2026-11-01T09:30", ""),
    ("every 1 day", "drift"),
    ("every 2 weeks from 2026-01-01T09:00", "drift"),
    ("every 25h", ""),
    ("every 1 day until 2027-01-01", ""),
    # No time ahead.
    ("crontab 0 0 30 2 *", "never"),
    ("cron year=2000 hour=9", "past"),
    ("crontab 0 9 * * mon until 2020-01-01", "past"),
    ("crontab 0 9 * * mon from 2027-01-01 until 2027-01-02", "never"),
    ("crontab 30 2 13 * fri until 2020-01-01", "past"),
    ("at 2020-01-01", "past"),
    ("every 1h until 2020-01-01", "past"),
    ("every 1 day until 2020-01-01", "past"),
    ("calendar every 1 day until 2020-01-01", "past"),
    ("every 1 day from 2020-01-01 until 2020-03-01", "past"),
    ("delay 10m until 2020-01-01", "past"),
    ("rrule FREQ=DAILY;COUNT=3 from 2020-01-01T02:30", "past"),
    # Combinations, and the traps of their members.
    (
        "(every 2h from 2026-01-01T00:00) and (every 2h from 2026-01-01T01:00)",
        "never",
    ),
    ("(crontab 0 9 * * *) and not (crontab 0 * * * *)", "never"),
    ("(crontab 0 9 * * *) and not (crontab 0 9 * * mon)", ""),
    ("(every 1 day) or (crontab */7 * * * *)", "drift uneven-step"),
    ("((crontab 0 9 31 * *) or (at 2020-01-01)) or (every 1h)", "rare-day past"),
]

#: An expression, and words of one of its traps.
WORDS = [
    (
        "crontab 0 9 13 * fri",
        (
            "day 13 or Friday: 63 times in a year from now;"
            " in own and celery both have to match: once"
        ),
    ),
    (
        "crontab 0 9 */2 * mon",
        "since day */2 begins with a star; otherwise either would do: 212 times",
    ),
    (
        "cron day=1-7 day_of_week=mon hour=9",
        "12 times in a year from now; in crontab and seconds either would do:",
    ),
    (
        "crontab 0 9 * * 1",
        "1 is Monday here, but Tuesday in own and Sunday in quartz",
    ),
    (
        "quartz 0 0 9 ? * 6L",
        (
            "6L is the last Friday of the month here, but the last Saturday of the"
            " month in crontab and seconds"
        ),
    ),
    ("crontab 0 9 * * 0", "0 is Sunday here, but Monday in own;"),
    ("crontab 0 9 31 * *", "June, September and November have no day 31; L is the"),
    ("cron day=30 hour=9", "February has no day 30; day=last is the last one"),
    ("systemd *-*-31 09:00", "*-*~01 is the last one"),
    ("crontab 0 9 * * fri#5", "most months have no 5th Friday"),
    ("crontab 0 9 29 2 *", "in leap years only: next in 2028"),
    ("crontab */7 * * * *", "after minute 56 comes minute 0, 4 later; 'every 7m'"),
    ("crontab 0 */5 * * *", "after hour 20 comes hour 0, 4 later; 'every 5h'"),
    ("crontab 0 9 */2 * *", "after day 31 comes day 1; 'calendar every 2 days at"),
    ("crontab H/7 * * * *", "minute H/7 begins anew with each hour; 'every 7m' is"),
    ("crontab */90 * * * *", "is minute 0 of each hour alone; 'every 90m' is an"),
    ("crontab H H/24 * * *", "hour H/24 is one value of each day alone; 'every 24h'"),
    ("crontab * 9 * * *", "each minute of hour 9: 60 times each; minute 0 is once"),
    (
        "crontab 30 2 * * *",
        (
            "the clocks of Europe/Berlin skip 02:30 on 2027-03-28, 2028-03-26 and"
            " 2029-03-25: runs at 03:00 (gap next)"
        ),
    ),
    ("crontab 30 2 * * * gap skip", "nothing runs then (gap skip)"),
    ("crontab 30 2 * * * gap shift", "runs at 03:30 (gap shift)"),
    ("crontab 15,45 2 * * *", "skip 02:15 and 02:45 on 2027-03-28"),
    ("crontab 15,45 2 * * *", "runs once, at 03:00 (gap next)"),
    ("crontab 15,45 2 * * * gap shift", "runs from 03:15 on (gap shift)"),
    ("crontab 0,10,20,30 2 * * *", "skip 02:00, 02:10, 02:20 ... on 2027-03-28"),
    ("crontab */5 2 * * *", "nothing runs then, as what has a wildcard follows"),
    (
        "crontab 30 2 * * *",
        (
            "show 02:30 on 2027-10-31, 2028-10-29 and 2029-10-28 twice: runs the first"
            " time (fold first)"
        ),
    ),
    ("crontab 30 2 * * * fold second", "runs the second time (fold second)"),
    ("crontab 30 2 * * * fold both", "runs both times (fold both)"),
    ("crontab */5 2 * * *", "runs both times, as what has a wildcard follows"),
    ("cron hour=2 minute=30 second=15", "skip 02:30:15 on"),
    (
        "every 1 day",
        (
            "every 1 day is every 24 hours: from 2027-03-28 on the clocks of"
            " Europe/Berlin show another time of day; 'calendar every 1 day at 09:00'"
            " keeps to theirs"
        ),
    ),
    ("crontab 0 0 30 2 *", "never fires: no year has such a day"),
    (
        "crontab 0 9 * * mon until 2020-01-01",
        "the last one was 2019-12-30 08:00:00 UTC",
    ),
    ("(every 1 day) or (every 1h)", "(every 1d from 1970-01-01T00:00:00+00:00): every"),
]


class TrapTests(SynchronousTestCase):
    """
    Tests for :func:`find_traps`.
    """

    def found(self, text: str) -> list[Trap]:
        return find_traps(parse_trigger(text, BERLIN), NOW, BERLIN)

    def test_codes(self) -> None:
        """
        Each expression has the traps that it is known for, and no other.
        """
        for text, codes in TRAPS:
            found = [trap.code for trap in self.found(text)]
            self.assertEqual(sorted(codes.split()), sorted(found), text)

    def test_every_code_is_shown(self) -> None:
        """
        The table has an example for each code that is documented.
        """
        text = traps.__doc__ or ""
        codes = {line.split("``")[1] for line in text.splitlines() if line[:2] == "``"}
        self.assertEqual(codes, {code for _, row in TRAPS for code in row.split()})

    def test_words(self) -> None:
        """
        The sentences name what happens, when, and what to write instead.
        """
        for text, words in WORDS:
            said = " | ".join(trap.text for trap in self.found(text))
            self.assertIn(words, said)

    def test_what_is_said_of_a_change_is_what_happens(self) -> None:
        """
        In spring and autumn there are the times that the traps tell of, no more.
        """
        spring, autumn = (
            datetime(2027, 3, 28, tzinfo=UTC),
            datetime(2027, 10, 31, tzinfo=UTC),
        )
        for text, walls in [
            ("crontab 30 2 * * *", ["01:00", "00:30"]),
            ("crontab 30 2 * * * gap skip fold both", ["00:30", "01:30"]),
            ("crontab 30 2 * * * gap shift fold second", ["01:30", "01:30"]),
            ("crontab 15,45 2 * * * gap shift", ["01:15", "01:45", "00:15", "00:45"]),
            ("crontab */30 2 * * *", ["00:00", "00:30", "01:00", "01:30"]),
        ]:
            trigger = parse_trigger(text, BERLIN)
            times = [
                f"{time:%H:%M}"
                for day in (spring, autumn)
                for time in trigger.between(day, day + timedelta(hours=12))
            ]
            self.assertEqual(walls, times, text)

    def test_no_change_is_no_drift(self) -> None:
        """
        A day is a day in a zone whose clocks never change.
        """
        trigger = parse_trigger("every 1 day")
        self.assertEqual([], find_traps(trigger, NOW))
        self.assertEqual([], find_traps(trigger, NOW, "Asia/Tokyo"))

    def test_a_stranger_has_no_traps(self) -> None:
        """
        Of a trigger that is not one of ours nothing is said.
        """

        class Stranger:
            def get_next_fire_time(self, previous: object, now: object) -> None:
                return None

        self.assertEqual([], find_traps(Stranger(), NOW))

    def test_questions_that_are_none(self) -> None:
        """
        A naive instant and an unknown zone are refused.
        """
        trigger = parse_trigger("every 1 day")
        self.assertRaises(BadTrigger, find_traps, trigger, NOW.replace(tzinfo=None))
        self.assertRaises(BadTrigger, find_traps, trigger, NOW, "Mars/Olympus")

    @fewer
    @given(triggers() | waiting_triggers(), instants())
    def test_every_trigger_can_be_asked(self, trigger, now) -> None:
        """
        The traps of any trigger are found, the same each time, each in one line.
        """
        found = find_traps(trigger, now, BERLIN)
        self.assertEqual(found, find_traps(trigger, now, BERLIN))
        for trap in found:
            self.assertTrue(trap.text.isprintable(), trap)

    def test_elapsed_rules_of_every_hour_go_on(self) -> None:
        """
        A rule of all hours has no trap in a zone whose clocks change by half an hour.
        """
        trigger = CronTrigger.parse("15 * * * *", "crontab", "Australia/Lord_Howe")
        self.assertEqual([], find_traps(trigger, NOW))
