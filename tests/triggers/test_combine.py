"""
Combinations of triggers.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from txsched.interfaces import ICountingTrigger, ITimetable
from txsched.triggers import (
    AndNotTrigger,
    AndTrigger,
    CronTrigger,
    DateTrigger,
    IntervalTrigger,
    OrTrigger,
    parse_trigger,
)

from .effort import bounded_work
from .oracle import instant

laws = settings(max_examples=150, deadline=None, derandomize=True, database=None)
SECOND = timedelta(seconds=1)
NOW = instant(2026, 1, 1)


def walk(trigger, number, now=NOW):
    """
    Give the first times from *now* on.
    """
    return list(islice(trigger.between(now, instant(2190, 1, 1)), number))


def of(text):
    """
    Read a trigger whose zone is UTC.
    """
    return parse_trigger(text, "UTC")


class FaultsOfOthersTests(SynchronousTestCase):
    """
    What APScheduler 3 gets wrong.
    """

    def test_and_of_intervals(self):
        """
        Two intervals meet where both have a time, or soon are known never to.
        """
        both = AndTrigger([IntervalTrigger(hours=4), IntervalTrigger(hours=6)])
        self.assertEqual(
            walk(both, 3),
            [instant(2026, 1, 1, hour) for hour in (0, 12)] + [instant(2026, 1, 2)],
        )
        never = of("(every 2h from 2026-01-01) and (every 2h from 2026-01-01T01:00)")
        self.assertIsNone(never.next_after(NOW))
        self.assertIsNone(never.previous_before(NOW))

    def test_or_keeps_the_phase(self):
        """
        An interval keeps its phase, whatever the times of the others.
        """
        trigger = OrTrigger(
            [IntervalTrigger(hours=1), CronTrigger(minute=50, timezone="UTC")]
        )
        times = walk(trigger, 4)
        self.assertEqual(
            [f"{one:%H:%M}" for one in times], ["00:00", "00:50", "01:00", "01:50"]
        )

    def test_or_with_a_date(self):
        """
        A date comes once, at its time, and nothing comes again because of it.
        """
        trigger = OrTrigger(
            [DateTrigger(instant(2026, 1, 1, 0, 30)), IntervalTrigger(hours=1)]
        )
        self.assertEqual(
            [f"{one:%H:%M}" for one in walk(trigger, 3)], ["00:00", "00:30", "01:00"]
        )
        late = trigger.get_next_fire_time(None, instant(2027, 1, 1))
        self.assertEqual(late, instant(2027, 1, 1))


class MeetingTests(SynchronousTestCase):
    """
    By arithmetic, by leaps and by masks.
    """

    @laws
    @given(
        st.lists(
            st.tuples(st.integers(1, 40), st.integers(0, 100)), min_size=2, max_size=3
        )
    )
    def test_intervals(self, parts):
        """
        Intervals meet at each instant that all have, and nowhere else.
        """
        trigger = AndTrigger(
            [
                IntervalTrigger(seconds=step, start_date=NOW + first * SECOND)
                for step, first in parts
            ]
        )
        expected = [
            NOW + at * SECOND
            for at in range(2000)
            if all(at >= first and (at - first) % step == 0 for step, first in parts)
        ]
        self.assertEqual(list(trigger.between(NOW, NOW + 2000 * SECOND)), expected)
        back = []
        at = NOW + 2000 * SECOND
        while (at := trigger.previous_before(at)) is not None:
            back.append(at)
        self.assertEqual(back[::-1], expected)

    def test_parts_of_a_second(self):
        """
        Intervals of parts of a second meet too, and full seconds not what has none.
        """
        both = of("(every 700ms) and (every 300ms)")
        self.assertEqual(walk(both, 2), [NOW, NOW + timedelta(seconds=2.1)])
        never = of("(every 1ms from 2026-01-01T00:00:00.0005Z) and (@daily)")
        self.assertIsNone(never.next_after(NOW))

    def test_ends(self):
        """
        What ends first ends the meeting.
        """
        trigger = of("(every 1h until 2026-01-01T05:00) and (every 2h)")
        self.assertEqual(len(walk(trigger, 9)), 3)
        self.assertEqual(
            trigger.previous_before(instant(2030, 1, 1)), instant(2026, 1, 1, 4)
        )

    def test_members_of_all_kinds(self):
        """
        Each case has the times that its members say.
        """
        cases = {
            "(crontab 0 9 * * *) and (crontab * * * * mon)": "05 09:00 12 09:00",
            "(crontab 0 9 * * *) and not (crontab * * * * mon-thu)": (
                "02 09:00 03 09:00"
            ),
            "(calendar every 1 day at 09:00) and"
            " (rrule FREQ=WEEKLY from 2026-01-05T09:00)": "05 09:00 12 09:00",
            "(every 2d) and ((crontab 0 0 * * *) or (every 1h))": "01 00:00 03 00:00",
            "((every 1h) and (every 2h)) and (every 3h)": "01 00:00 01 06:00",
            "(at 2026-01-09T00:00Z) and (every 1d)": "09 00:00",
            "(at 2026-01-09T00:00:00.5Z) or (at 2026-01-08T00:00Z)": (
                "08 00:00 09 00:00"
            ),
            "(at 2026-01-09T00:00:00.5Z) and not (every 1s)": "09 00:00",
        }
        for text, expected in cases.items():
            words = expected.split()
            times = walk(of(text), len(words) // 2 + (len(words) < 4))
            self.assertEqual(" ".join(f"{one:%d %H:%M}" for one in times), expected)
            later = instant(2026, 1, 31)
            self.assertEqual(
                [of(text).previous_before(times[0] + SECOND)], times[:1], text
            )
            self.assertLess(of(text).previous_before(later), later)

    def test_excluded_for_long(self):
        """
        Months in which each second is excluded are passed over, both ways.
        """
        trigger = of(
            "(every 10s) and not (cron month=1-6 day=* hour=* minute=* second=*)"
        )
        first, last = instant(2026, 7, 1), instant(2025, 12, 31, 23, 59, 50)
        self.assertEqual(trigger.next_after(last), first)
        self.assertEqual(trigger.previous_before(first), last)

    def test_excluded_but_some(self):
        """
        Days in which nearly each second is excluded are compared at once.
        """
        trigger = of(
            "(every 1s) and not"
            " ((cron minute=* second=1-59) or (cron hour=* minute=1-59 second=0))"
        )
        self.assertEqual(walk(trigger, 2), [NOW, instant(2026, 1, 1, 1)])
        self.assertEqual(trigger.previous_before(NOW), instant(2025, 12, 31, 23))

    def test_never(self):
        """
        That nothing is left is known after bounded work.
        """
        for text in (
            "(every 1m) and not (crontab * * * * *)",
            "(every 1h) and not (every 30m)",
            "(every 100ms) and not (every 50ms)",
            "(cron second=1-59/2) and (cron second=*/2)",
            "(every 2s from 2026-01-01T00:00:01) and (cron second=*/2)",
            "(crontab 0 0 30 2 *) and (every 1s)",
            "(at 2020-01-01) and not (every 7s)",
            "(every 1s) and not (cron second=*)",
            "((cron second=0) or (every 2m)) and (cron second=1)",
        ):
            trigger = of(text)
            for ask in (trigger.next_after, trigger.previous_before):
                with bounded_work(text):
                    answer = ask(instant(2026, 1, 1, 1))
                if "2020" not in text:
                    self.assertIsNone(answer, text)


class ValueTests(SynchronousTestCase):
    """
    What is combined, and how it is written.
    """

    def test_phase(self):
        """
        What has no start counts from 1970 on, and is written so.
        """
        trigger = of("(every 1h) or (calendar every 2 days) or (@daily) jitter 5s")
        self.assertEqual(
            str(trigger),
            "(every 1h from 1970-01-01T00:00:00+00:00)"
            " or (calendar every 2 days at 00:00 UTC from 1970-01-01)"
            " or (crontab 0 0 * * * UTC) jitter 5s",
        )
        self.assertEqual(trigger.jitter, timedelta(seconds=5))
        self.assertEqual(parse_trigger(str(trigger)), trigger)

    def test_nested(self):
        """
        Parentheses of members stay, needless ones go.
        """
        text = (
            "((at 2026-01-01T00:00:00+00:00) or (crontab 0 0 * * * UTC)) and not"
            " ((crontab 0 0 1 * * UTC) and (crontab 0 0 * 1 * UTC))"
        )
        self.assertEqual(str(of(text)), text)
        self.assertEqual(of("((@daily))"), of("@daily"))
        self.assertEqual(
            of("(@daily)AND  NOT(@hourly)"),
            AndNotTrigger(of("@daily"), of("@hourly")),
        )
        self.assertEqual(repr(of(text)), f"<AndNotTrigger {text}>")

    def test_does_not_count(self):
        """
        A combination can be searched, but not counted.
        """
        trigger = of("(@daily) or (@hourly)")
        verifyObject(ITimetable, trigger)
        self.assertFalse(ICountingTrigger.providedBy(trigger))
        self.assertFalse(hasattr(trigger, "count_until"))

    def test_describe(self):
        """
        In English.
        """
        cases = {
            "(@daily) or (@hourly)": "every day at 00:00 (UTC), or every hour (UTC)",
            "(@daily) and (at 2026-01-01Z) jitter 5s": (
                "every day at 00:00 (UTC), and at the same time once at 2026-01-01"
                " 00:00:00 UTC, up to 5s later"
            ),
            "((@daily) or (@hourly)) and not (@daily)": (
                "(every day at 00:00 (UTC), or every hour (UTC)), but not every day at"
                " 00:00 (UTC)"
            ),
        }
        for text, english in cases.items():
            self.assertEqual(of(text).describe(), english)
