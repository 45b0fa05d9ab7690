"""
Cron through the changes of zones: the choices there are, and what others get wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import (
    CronTrigger,
    DateTrigger,
    Fold,
    Gap,
    IntervalTrigger,
    parse_instant,
    parse_trigger,
)
from txsched.triggers.daylight import instants_of

from .oracle import instant


class TrapTests(SynchronousTestCase):
    """
    What other schedulers are known to get wrong.
    """

    def times(self, trigger, start, number):
        """
        Walk from *start*.
        """
        found = [trigger.get_next_fire_time(None, start)]
        while len(found) < number:
            found.append(trigger.get_next_fire_time(found[-1], start))
        return found

    def test_midnight_after_spring(self):
        """
        A job at midnight comes on every day after the change in spring.
        """
        daily = CronTrigger(hour=0, timezone="Europe/Berlin")
        self.assertEqual(
            self.times(daily, instant(2026, 3, 28, 12), 4),
            [
                instant(2026, 3, 28, 23),
                instant(2026, 3, 29, 22),
                instant(2026, 3, 30, 22),
                instant(2026, 3, 31, 22),
            ],
        )

    def test_midnight_that_does_not_exist(self):
        """
        Where the clocks jump at midnight a job at midnight comes at 01:00.
        """
        daily = CronTrigger.from_crontab("@daily", "America/Sao_Paulo")
        self.assertEqual(
            self.times(daily, instant(2018, 11, 3, 12), 2),
            [instant(2018, 11, 4, 3), instant(2018, 11, 5, 2)],
        )

    def test_gap_once(self):
        """
        Several times inside one gap are one time, the first moment after it.
        """
        trigger = CronTrigger(hour=2, minute="0,15,30,45", timezone="Europe/Berlin")
        self.assertEqual(
            self.times(trigger, instant(2026, 3, 29), 2),
            [instant(2026, 3, 29, 1), instant(2026, 3, 30, 0)],
        )

    def test_gap_and_its_end(self):
        """
        A time in the gap and one at its end are the same instant, counted once.
        """
        trigger = CronTrigger(hour="2,3", timezone="Europe/Berlin")
        self.assertEqual(
            trigger.count_until(instant(2026, 3, 29, 1), instant(2026, 3, 29, 4)),
            (1, instant(2026, 3, 29, 1)),
        )
        self.assertEqual(
            trigger.next_after(instant(2026, 3, 29, 1)), instant(2026, 3, 30, 0)
        )

    def test_fold_once(self):
        """
        A named time in the fold comes once, at its first occurrence.
        """
        trigger = CronTrigger(hour=2, minute=30, timezone="Europe/Berlin")
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24, 12), 2),
            [instant(2026, 10, 25, 0, 30), instant(2026, 10, 26, 1, 30)],
        )
        self.assertEqual(
            trigger.next_after(instant(2026, 10, 25, 1, 10)),
            instant(2026, 10, 26, 1, 30),
        )

    def test_bounds_backwards(self):
        """
        Going back, too, there is nothing outside the bounds of a trigger.
        """
        daily = CronTrigger.parse(
            "0 9 * * *", timezone="UTC", start_date="2026-05-01", end_date="2026-05-03"
        )
        self.assertEqual(
            daily.previous_before(instant(2030, 1, 1)), instant(2026, 5, 2, 9)
        )
        self.assertEqual(
            daily.previous_before(instant(2026, 5, 2, 9)), instant(2026, 5, 1, 9)
        )
        self.assertIsNone(daily.previous_before(instant(2026, 5, 1, 9)))

    def test_wall_time_of_an_unknown_year(self):
        """
        A wall time outside the known years never happens.
        """
        for year in (1969, 2200):
            wall = datetime(year, 6, 1)  # noqa: DTZ001
            found = instants_of(wall, "Europe/Berlin", Gap.NEXT, Fold.FIRST)
            self.assertEqual(found, ())

    def test_fraction_of_a_second(self):
        """
        A fraction of a second stays with a wall time, but for one that waits for the
        end of a gap.
        """
        spring = datetime(2026, 3, 29, 2, 30, 0, 5)  # noqa: DTZ001
        autumn = datetime(2026, 10, 25, 2, 30, 0, 5)  # noqa: DTZ001
        cases = [
            (spring, Gap.NEXT, [instant(2026, 3, 29, 1)]),
            (spring, Gap.SHIFT, [instant(2026, 3, 29, 1, 30, 0, 5)]),
            (spring, Gap.SKIP, []),
            (
                autumn,
                Gap.NEXT,
                [
                    instant(2026, 10, 25, 0, 30, 0, 5),
                    instant(2026, 10, 25, 1, 30, 0, 5),
                ],
            ),
        ]
        for wall, gap, expected in cases:
            found = instants_of(wall, "Europe/Berlin", gap, Fold.BOTH)
            self.assertEqual(list(found), expected)

    def test_choices(self):
        """
        Each choice for a gap and a fold, at 02:30 in Berlin and with times beside it.
        """
        spring, autumn = instant(2026, 3, 29), instant(2026, 10, 25)
        hours = [timedelta(minutes=minutes) for minutes in (0, 30, 60, 90, 120, 150)]
        cases = [
            ("30 2 * * *", "gap next", spring, [2]),
            ("30 2 * * *", "gap skip", spring, []),
            ("30 2 * * *", "gap shift", spring, [3]),
            ("0,30 2,3 * * *", "gap next", spring, [2, 3]),
            ("0,30 2,3 * * *", "gap skip", spring, [2, 3]),
            ("0,30 2,3 * * *", "gap shift", spring, [2, 3]),
            ("30 2 * * *", "fold first", autumn, [1]),
            ("30 2 * * *", "fold second", autumn, [3]),
            ("30 2 * * *", "fold both", autumn, [1, 3]),
            ("0,30 2,3 * * *", "fold first", autumn, [0, 1, 4, 5]),
            ("0,30 2,3 * * *", "fold second", autumn, [2, 3, 4, 5]),
            ("*/30 * * * *", "gap skip", spring, [0, 1, 2, 3, 4, 5]),
            ("*/30 * * * *", "fold second", autumn, [0, 1, 2, 3, 4, 5]),
            ("0,30 * * * *", "fold first", autumn, [0, 1, 2, 3, 4, 5]),
        ]
        for text, choice, start, expected in cases:
            trigger = parse_trigger(f"crontab {text} Europe/Berlin {choice}")
            times = trigger.between(start, start + timedelta(hours=3))
            wanted = [start + hours[place] for place in expected]
            self.assertEqual(list(times), wanted, (text, choice))

    def test_hourly_after_the_changes(self):
        """
        An hourly job keeps its hour through both changes, and every day after them.
        """
        for text in ("0 * * * *", "0 0-23 * * *"):
            trigger = CronTrigger.from_crontab(text, "America/New_York")
            times = self.times(trigger, instant(2026, 3, 8), 24 * 10)
            steps = {after - before for before, after in pairwise(times)}
            self.assertEqual(steps, {timedelta(hours=1)})

    def test_steps_follow_elapsed_time(self):
        """
        A rule of every ten minutes goes on through the fold without a pause.
        """
        trigger = CronTrigger.from_crontab("*/10 * * * *", "Europe/Berlin")
        times = self.times(trigger, instant(2026, 10, 25), 24)
        steps = {after - before for before, after in pairwise(times)}
        self.assertEqual(steps, {timedelta(minutes=10)})

    def test_interval_is_elapsed_time(self):
        """
        An interval of a day is 24 hours, also over a change of the clocks.
        """
        trigger = IntervalTrigger(
            days=1, start_date="2026-10-24 09:00", timezone="Europe/Berlin"
        )
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24), 3),
            [
                instant(2026, 10, 24, 7),
                instant(2026, 10, 25, 7),
                instant(2026, 10, 26, 7),
            ],
        )

    def test_lost_day(self):
        """
        On the day that Samoa left out, all its times come at the next midnight.
        """
        trigger = CronTrigger(hour="9,12", timezone="Pacific/Apia")
        self.assertEqual(
            self.times(trigger, instant(2011, 12, 29, 12), 5),
            [
                instant(2011, 12, 29, 19),
                instant(2011, 12, 29, 22),
                instant(2011, 12, 30, 10),
                instant(2011, 12, 30, 19),
                instant(2011, 12, 30, 22),
            ],
        )

    def test_month_of_seconds(self):
        """
        A month of a one-second rule is counted exactly, with the hour that is lost.
        """
        trigger = CronTrigger(second="*", timezone="Europe/Berlin")
        first = parse_instant("2026-03-01", "Europe/Berlin")
        end = parse_instant("2026-04-01", "Europe/Berlin")
        number, last = trigger.count_until(first, end)
        self.assertEqual(number, (31 * 24 - 1) * 3600)
        self.assertEqual(last, end - timedelta(seconds=1))
        named = CronTrigger(hour="0-23", minute="0-59", timezone="Europe/Berlin")
        number, _ = named.count_until(first, end)
        self.assertEqual(number, (31 * 24 - 1) * 60)

    def test_far_answer_in_a_zone(self):
        """
        The next 29 February is found over years of changes, also over 2100.
        """
        trigger = CronTrigger.from_crontab("0 0 29 2 *", "Europe/Berlin")
        self.assertEqual(
            trigger.next_after(instant(2096, 3, 1)), instant(2104, 2, 28, 23)
        )
        number, last = trigger.count_until(
            instant(2096, 2, 28, 23), instant(2104, 2, 28, 23)
        )
        self.assertEqual((number, last), (1, instant(2096, 2, 28, 23)))

    def test_last_year(self):
        """
        Nothing comes after the last year that is known, in any zone.
        """
        for zone in ("UTC", "Europe/Berlin", "Pacific/Apia", "America/New_York"):
            trigger = CronTrigger(month=12, day=31, hour=23, minute=59, timezone=zone)
            wall = datetime(2199, 12, 31, 23, 59)  # noqa: DTZ001
            last = DateTrigger(wall.replace(year=2198), zone).run_date
            final = trigger.next_after(last)
            self.assertEqual(final - last, timedelta(days=365))
            self.assertIsNone(trigger.next_after(final))
            self.assertIsNone(trigger.next_after(instant(2500, 1, 1)))
            self.assertEqual(trigger.count_until(last, instant(9000, 1, 1)), (2, final))

    def test_before_the_first_year(self):
        """
        Asked long before 1970, the answer is the first time of 1970.
        """
        trigger = CronTrigger(hour=0, timezone="America/New_York")
        self.assertEqual(trigger.next_after(instant(3, 1, 1)), instant(1970, 1, 1, 5))

    def test_end_of_a_fold_without_a_later_time(self):
        """
        A rule of one year still has its second times in that year's last fold.
        """
        trigger = CronTrigger(
            year=2026, month=10, day=25, hour=2, minute="*/30", timezone="Europe/Berlin"
        )
        self.assertEqual(
            self.times(trigger, instant(2026, 10, 24), 5),
            [
                instant(2026, 10, 25, 0),
                instant(2026, 10, 25, 0, 30),
                instant(2026, 10, 25, 1),
                instant(2026, 10, 25, 1, 30),
                None,
            ],
        )

    def test_offset_with_seconds(self):
        """
        A zone that was 44 minutes and 30 seconds behind, until it changed, is met.
        """
        trigger = CronTrigger(hour="*", timezone="Africa/Monrovia")
        self.assertEqual(
            self.times(trigger, instant(1972, 1, 6, 23), 3),
            [
                instant(1972, 1, 6, 23, 44, 30),
                instant(1972, 1, 7, 1),
                instant(1972, 1, 7, 2),
            ],
        )

    def test_naive_dates(self):
        """
        A naive date in a gap is the first moment after it, in a fold the first.
        """
        cases = [
            ("2026-03-29 02:30", "Europe/Berlin", instant(2026, 3, 29, 1)),
            ("2026-10-25 02:30", "Europe/Berlin", instant(2026, 10, 25, 0, 30)),
            ("2011-12-30 12:00", "Pacific/Apia", instant(2011, 12, 30, 10)),
            ("2026-07-01 00:00", "America/New_York", instant(2026, 7, 1, 4)),
            ("2199-12-31 23:30", "UTC", instant(2199, 12, 31, 23, 30)),
        ]
        for text, zone, expected in cases:
            self.assertEqual(parse_instant(text, zone), expected)
