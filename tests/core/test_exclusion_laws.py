"""
What holds of excluded times whatever the trigger, the calendars and the absences.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.core.exclusion import Exclusion
from txsched.core.forecast import forecast
from txsched.model import Disposition, OnExcluded
from txsched.triggers import CronTrigger, IntervalTrigger, OrTrigger
from txsched.triggers.calendars import (
    DatesCalendar,
    HoursCalendar,
    WeekdaysCalendar,
    parse_calendar,
)

from .scenes import a_job, a_lease, every

UTC = timezone.utc
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
FRIDAY = datetime(2026, 1, 2, tzinfo=UTC)
ODD = {"odd": parse_calendar("during crontab 1-59/2 * * * * UTC")}

laws = settings(max_examples=120, deadline=None, derandomize=True, database=None)
crontabs = st.builds(
    "{} {} * * {}".format,
    st.integers(0, 59),
    st.sampled_from(["*", "*/5", "9", "9,17", "23"]),
    st.sampled_from(["*", "sat", "fri,sat", "sun,mon", "fri,sun,mon", "mon-fri"]),
).map(lambda text: CronTrigger.from_crontab(text, "Europe/Berlin"))
triggers = st.one_of(
    crontabs,
    st.lists(crontabs, min_size=2, max_size=3).map(OrTrigger),
    st.builds(
        lambda minutes: IntervalTrigger(minutes=minutes, start_date=FRIDAY),
        st.integers(40, 3000),
    ),
)
exclusions = st.lists(
    st.sampled_from(
        [
            WeekdaysCalendar(["sat", "sun"], "Europe/Berlin"),
            WeekdaysCalendar(["wed"], "UTC"),
            DatesCalendar(["2026-01-05", "2026-01-08"], "Europe/Berlin"),
            HoursCalendar(["22:00-06:00"], "Europe/Berlin"),
            HoursCalendar(["08:00-09:30", "12:00-13:00"], "UTC"),
            parse_calendar("during crontab 0-29 */2 * * * UTC"),
        ]
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(lambda found: {str(number): one for number, one in enumerate(found)})


def in_turns(job, calendars, first, instants):
    """
    Plan a job at each of some instants, until nothing is due.

    :returns: the rows, where the cursor stands, and how many plans that took.
    """
    exclusion = Exclusion(calendars)
    planned, rows, plans = first, [], 0
    for now in instants:
        while planned is not None and planned <= now:
            lease = a_lease(evolve(job, next_run_time=planned))
            decided = exclusion.plan(lease, now, "node", ("default",))
            assert decided.next_run_time is None or decided.next_run_time > planned
            rows += decided.runs
            planned = decided.next_run_time
            plans += 1
    return rows, planned, plans


class MovedLawTests(SynchronousTestCase):
    """
    Times that are put off or brought forward.
    """

    @laws
    @given(
        triggers,
        exclusions,
        st.sampled_from([OnExcluded.NEXT, OnExcluded.PREVIOUS]),
        st.lists(st.integers(1, 90), min_size=1, max_size=5),
    )
    def test_none_is_lost_and_none_is_overtaken(
        self, trigger, calendars, choice, hours
    ):
        """
        Each allowed time runs; each other one has a run between it and the place where
        it, or another one of its stretch, is moved to; and each run is one of these.
        """
        job = a_job(
            trigger,
            calendars=tuple(calendars),
            on_excluded=choice,
            misfire_grace_time=None,
            max_instances=1000,
        )
        guarded = Exclusion(calendars).guarded(job).trigger
        first = guarded.get_next_fire_time(None, FRIDAY)
        nows = [FRIDAY + sum(hours[: n + 1]) * HOUR for n in range(len(hours))]
        rows, end, _ = in_turns(job, calendars, first, nows)
        times = [row.planned_time for row in rows]
        self.assertEqual(times, sorted(set(times)))
        calendar = Exclusion(calendars)._calendar(job)
        places = self.places(trigger, calendar, choice, end or nows[-1] + 9 * DAY)
        for time in times:
            self.assertIsNone(calendar.excluded_until(time))
            self.assertIn(time, places.values())
        stretches = {}
        for time, place in places.items():
            until = calendar.excluded_until(time) or time
            stretches.setdefault(until, []).append(place)
        for time, place in places.items():
            low, high = sorted((time, place))
            if place > time:
                high = max(stretches[calendar.excluded_until(time)])
            if low >= FRIDAY and (end is None or high < end):
                self.assertTrue(any(low <= one <= high for one in times), time)

    def places(self, trigger, calendar, choice, end):
        """
        Give each time of *trigger*, one by one, and where it is to run.
        """
        forward = choice is OnExcluded.NEXT
        move = calendar.next_allowed if forward else calendar.previous_allowed
        time = trigger.get_next_fire_time(None, FRIDAY)
        places = {}
        while time is not None and time <= end + 5 * DAY:
            place = move(time)
            if place is not None:
                places[time] = place
            time = trigger.get_next_fire_time(time, time)
        return places

    def times(self, trigger, choice, count, first=FRIDAY):
        """
        Give the first planned times of a job that keeps the weekend.
        """
        weekend = {"weekend": WeekdaysCalendar(["sat", "sun"], "UTC")}
        job = a_job(trigger, calendars=("weekend",), on_excluded=OnExcluded(choice))
        guarded = Exclusion(weekend).guarded(job).trigger
        found = [guarded.get_next_fire_time(None, first)]
        while len(found) < count:
            found.append(guarded.get_next_fire_time(found[-1], first))
        return [f"{one:%a %d %H:%M}" for one in found]

    def test_an_allowed_time_before_the_place(self):
        """
        A Saturday's evening would go to Monday's: Monday morning comes before and
        stands for both.  So does a Friday's evening after a Saturday's morning.
        """
        for choice, moved, own, expected in (
            ("next", "0 23 * * sat", "0 9 * * mon", ["Mon 05 09:00", "Mon 12 09:00"]),
            (
                "previous",
                "0 9 * * sat",
                "0 15 * * fri",
                ["Fri 02 15:00", "Fri 09 15:00"],
            ),
        ):
            trigger = OrTrigger(
                [CronTrigger.from_crontab(text, "UTC") for text in (moved, own)]
            )
            self.assertEqual(self.times(trigger, choice, 2), expected)

    def test_times_that_count_from_the_one_before(self):
        """
        The moved times of an interval without a start do not crowd into a Friday, those
        of one with a start find their places there.
        """
        thursday = FRIDAY - DAY - 25 * HOUR
        self.assertEqual(
            self.times(IntervalTrigger(hours=25), "previous", 5, thursday),
            [
                "Thu 01 00:00",
                "Fri 02 01:00",
                "Mon 05 04:00",
                "Tue 06 05:00",
                "Wed 07 06:00",
            ],
        )
        self.assertEqual(
            self.times(IntervalTrigger(hours=48), "previous", 3, thursday),
            ["Thu 01 23:00", "Fri 02 23:00", "Tue 06 23:00"],
        )
        started = IntervalTrigger(hours=7, start_date=FRIDAY)
        self.assertEqual(
            self.times(started, "previous", 6),
            [
                "Fri 02 00:00",
                "Fri 02 07:00",
                "Fri 02 14:00",
                "Fri 02 21:00",
                "Fri 02 22:00",
                "Mon 05 05:00",
            ],
        )
        self.assertEqual(
            self.times(every(25 * 3600), "next", 3),
            ["Fri 02 01:00", "Mon 05 02:00", "Tue 06 03:00"],
        )

    def test_a_trigger_that_is_walked(self):
        """
        One that has too many times in a weekend to be walked is put off all the same.
        """
        late = FRIDAY + DAY - timedelta(seconds=50)
        self.assertEqual(
            self.times(every(61), "next", 3, late),
            ["Fri 02 23:59", "Mon 05 00:00", "Mon 05 00:01"],
        )

    def test_the_end(self):
        """
        Where the trigger ends in what is excluded, its last time is moved too, if it
        has a place of its own.
        """
        weekend = {"weekend": WeekdaysCalendar(["sat", "sun"], "UTC")}
        trigger = IntervalTrigger(
            hours=12, start_date=FRIDAY, end_date=FRIDAY + 2 * DAY
        )
        for choice, expected in (
            (OnExcluded.NEXT, FRIDAY + 3 * DAY),
            (OnExcluded.PREVIOUS, None),
        ):
            job = a_job(trigger, calendars=("weekend",), on_excluded=choice)
            guarded = Exclusion(weekend).guarded(job).trigger
            self.assertEqual(str(guarded), str(trigger))
            noon = FRIDAY + 12 * HOUR
            self.assertEqual(guarded.get_next_fire_time(noon, noon), expected)

    def test_all_is_excluded(self):
        """
        Where nothing is allowed there is no time, whatever is asked for.
        """
        calendars = {
            "first": WeekdaysCalendar([0, 1, 2, 3], "UTC"),
            "second": WeekdaysCalendar([4, 5, 6], "UTC"),
        }
        trigger = CronTrigger.from_crontab("0 9 * * *", "UTC")
        for choice in OnExcluded:
            job = a_job(trigger, calendars=tuple(calendars), on_excluded=choice)
            guarded = Exclusion(calendars).guarded(job).trigger
            self.assertEqual(str(guarded), str(trigger))
            self.assertIsNone(guarded.get_next_fire_time(None, FRIDAY))

    def test_the_reason(self):
        """
        A run says that it was moved only where that can be known.
        """
        monday = FRIDAY + 3 * DAY
        weekend = {"weekend": WeekdaysCalendar(["sat", "sun"], "UTC")}
        for trigger, reason in (
            (IntervalTrigger(hours=1), None),
            (IntervalTrigger(hours=1, start_date=FRIDAY), None),
            (every(3600), None),
            (
                IntervalTrigger(hours=1, start_date=FRIDAY + timedelta(minutes=1)),
                "moved, as its time is excluded by weekend",
            ),
        ):
            job = a_job(trigger, calendars=("weekend",), on_excluded=OnExcluded.NEXT)
            (row,), _, _ = in_turns(job, weekend, monday, [monday])
            self.assertEqual(row.reason, reason, trigger)


class LongAbsenceTests(SynchronousTestCase):
    """
    Very many stretches, of which a call decides some only.
    """

    def job(self, **options):
        """
        Make a job of each minute of which every second one is excluded.
        """
        trigger = CronTrigger.from_crontab("* * * * *", "UTC")
        return a_job(trigger, calendars=("odd",), next_run_time=FRIDAY, **options)

    def check(self, rows, cursor, now):
        """
        Check that each minute is in the ledger once, the odd ones as excluded.
        """
        self.assertEqual(cursor, now + 2 * timedelta(minutes=1))
        self.assertEqual(len({row.id for row in rows}), len(rows))
        minutes = (cursor - FRIDAY) // timedelta(minutes=1)
        excluded = [row for row in rows if row.disposition is Disposition.EXCLUDED]
        self.assertEqual(sum(row.times for row in rows), minutes)
        self.assertEqual(sum(row.times for row in excluded), minutes // 2)

    def test_coalescing(self):
        """
        One run is left in the end, of the last time, and all others are accounted for.
        """
        now = FRIDAY + 6 * DAY
        for grace in (None, DAY):
            job = self.job(coalesce=True, misfire_grace_time=grace)
            rows, cursor, plans = in_turns(job, ODD, FRIDAY, [now])
            self.assertTrue(2 <= plans <= 9, plans)
            self.check(rows, cursor, now)
            started = [row.planned_time for row in rows if row.ended_at is None]
            self.assertEqual(started, [now])
            (last,) = (row for row in rows if row.by is not None)
            self.assertEqual(last.last_planned_time, now - timedelta(minutes=2))

    def test_missed(self):
        """
        What is too late is missed, in as many rows as calls.
        """
        now = FRIDAY + 6 * DAY
        job = self.job(coalesce=True, misfire_grace_time=timedelta(seconds=30))
        rows, cursor, plans = in_turns(job, ODD, FRIDAY, [now])
        self.check(rows, cursor, now)
        missed = [row for row in rows if row.disposition is Disposition.MISSED]
        self.assertTrue(2 <= len(missed) <= plans)
        self.assertEqual(sum(row.times for row in missed), 6 * 720)

    def test_a_forecast_after_it(self):
        """
        What lies ahead is told, though what lies behind was not counted to its end.
        """
        job = Exclusion(ODD).guarded(self.job())
        now = FRIDAY + 6 * DAY
        ahead = forecast([job], now, now + 5 * timedelta(minutes=1), 9)
        self.assertEqual(
            [one.planned_time for one in ahead],
            [now + number * timedelta(minutes=1) for number in (0, 2, 4)],
        )

    def test_nothing_left_until_the_end(self):
        """
        Where no more is allowed up to the end of the job, that is recorded as far as
        was looked, and the job is finished.
        """
        trigger = CronTrigger.from_crontab("1-59/2 * * * *", "UTC")
        start = FRIDAY - timedelta(minutes=1)
        job = a_job(
            OrTrigger([trigger, CronTrigger.from_crontab("0 0 1 1 *", "UTC")]),
            calendars=("odd",),
            next_run_time=datetime(2026, 1, 1, tzinfo=UTC),
            end_time=start + 2 * DAY,
        )
        rows, cursor, _ = in_turns(job, ODD, job.next_run_time, [job.next_run_time])
        self.assertIsNone(cursor)
        excluded = [row for row in rows if row.disposition is Disposition.EXCLUDED]
        self.assertEqual(sum(row.times for row in excluded), 3 * 720)
