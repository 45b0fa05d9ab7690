"""
Laws that hold for every trigger that can be drawn.
"""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta, timezone
from itertools import islice, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, loads
from txsched.interfaces import ICountingTrigger
from txsched.testing.strategies import (
    cron_triggers,
    durations,
    instants,
    interval_triggers,
    rrule_triggers,
    triggers,
)
from txsched.triggers import (
    AndNotTrigger,
    AndTrigger,
    CalendarIntervalTrigger,
    DateTrigger,
    IntervalTrigger,
    OrTrigger,
    format_duration,
    parse_duration,
    parse_instant,
    parse_trigger,
)

from .effort import bounded_work

UTC = timezone.utc
TICK = timedelta(microseconds=1)
laws = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
fewer = settings(laws, max_examples=100)


def walk(trigger, now, steps):
    """
    Give up to *steps* times of *trigger*.
    """
    times = []
    planned = trigger.get_next_fire_time(None, now)
    while planned is not None and len(times) < steps:
        times.append(planned)
        planned = trigger.get_next_fire_time(planned, now)
    return times


def has_phase(trigger):
    """
    Whether a trigger has times of its own, whatever its time before was.
    """
    kinds = (IntervalTrigger, CalendarIntervalTrigger)
    return not isinstance(trigger, kinds) or trigger.start_date is not None


class LawTests(SynchronousTestCase):
    """
    All kinds of triggers.
    """

    @laws
    @given(triggers(), instants())
    def test_increasing_in_utc(self, trigger, now):
        """
        Times increase strictly, begin at the moment of asking and are in UTC.
        """
        times = walk(trigger, now, 20)
        for before, after in pairwise(times):
            self.assertLess(before, after)
        for time in times:
            self.assertTrue(time >= now or isinstance(trigger, DateTrigger))
            self.assertIs(time.tzinfo, UTC)

    @laws
    @given(triggers(), instants())
    def test_next_after_is_the_question(self, trigger, now):
        """
        The time that follows another is the first one later than it.
        """
        for before, after in pairwise(walk(trigger, now, 10)):
            self.assertEqual(trigger.next_after(before), after)
            if has_phase(trigger):
                self.assertEqual(trigger.next_after(after - TICK), after)

    @fewer
    @given(triggers(), instants(), st.integers(0, 10))
    def test_other_zone_same_answer(self, trigger, now, hours):
        """
        The zone in which an instant is given changes nothing.
        """
        elsewhere = now.astimezone(timezone(timedelta(hours=hours)))
        answer = trigger.next_after(elsewhere)
        self.assertEqual(answer, trigger.next_after(now))
        self.assertIs(getattr(answer, "tzinfo", UTC), UTC)

    @laws
    @given(triggers())
    def test_text_round_trip(self, trigger):
        """
        The text of a trigger makes an equal trigger with the same text.
        """
        again = parse_trigger(str(trigger), "Asia/Tokyo")
        self.assertEqual(again, trigger)
        self.assertEqual(hash(again), hash(trigger))
        self.assertEqual(str(again), str(trigger))
        self.assertTrue(trigger.describe())

    @fewer
    @given(triggers(), instants())
    def test_pickle_and_copy(self, trigger, now):
        """
        A pickled or copied trigger is equal and gives the same answers.
        """
        for again in (pickle.loads(pickle.dumps(trigger)), copy.deepcopy(trigger)):
            self.assertEqual(again, trigger)
            self.assertEqual(again.next_after(now), trigger.next_after(now))

    @laws
    @given(triggers(), instants(), st.integers(1, 40), st.booleans())
    def test_count_is_the_walk(self, trigger, now, steps, beyond):
        """
        Counting gives what walking meets.
        """
        times = walk(trigger, now, steps)
        if times and ICountingTrigger.providedBy(trigger):
            end = times[-1] + TICK
            following = trigger.next_after(times[-1])
            if beyond and following is not None:
                end = following
            counted = trigger.count_until(times[0], end)
            self.assertEqual(counted, (len(times), times[-1]))

    @fewer
    @given(triggers(), instants())
    def test_previous_is_the_way_back(self, trigger, now):
        """
        The last time before another one is the one that it follows.
        """
        for before, after in pairwise(walk(trigger, now, 10)):
            self.assertEqual(trigger.previous_before(after), before)
            if has_phase(trigger):
                self.assertEqual(trigger.previous_before(before + TICK), before)

    @fewer
    @given(triggers(), instants(), st.integers(0, 10))
    def test_between_is_the_walk(self, trigger, now, steps):
        """
        What lies between two instants is what walking meets.
        """
        times = walk(trigger, now, steps + 1)
        if times:
            expected = [time for time in times[:-1] if time >= now]
            self.assertEqual(list(trigger.between(now, times[-1])), expected)

    @laws
    @given(triggers(), instants(), st.booleans())
    def test_soon(self, trigger, now, back):
        """
        No answer takes unbounded work, neither ahead nor back.
        """
        ask = trigger.previous_before if back else trigger.next_after
        with bounded_work(str(trigger)):
            ask(now)

    @fewer
    @given(triggers(), instants())
    def test_codec_round_trip(self, trigger, now):
        """
        A trigger that was stored or sent is equal, and gives the same answers.
        """
        again = loads(dumps(trigger))
        self.assertEqual(again, trigger)
        self.assertEqual(again.next_after(now), trigger.next_after(now))

    @fewer
    @given(triggers(), instants(), st.sampled_from([3600, 86_400]))
    def test_masks_are_the_walk(self, trigger, now, length):
        """
        The mask of an hour or a day has those times that are met there.
        """
        if isinstance(trigger, (OrTrigger, AndTrigger, AndNotTrigger)):
            return
        first = trigger.next_after(now)
        first = (first or now).replace(microsecond=0)
        mask = trigger.mask(first, length)
        if mask is not None:
            end = first + timedelta(seconds=length)
            times = islice(trigger.between(first, end), 200)
            places = [(time - first) // timedelta(seconds=1) for time in times]
            met = [place for place, bit in enumerate(f"{mask:b}"[::-1]) if bit == "1"]
            self.assertEqual(places, met[:200])

    @laws
    @given(cron_triggers() | rrule_triggers(), instants(), durations())
    def test_counts_add_up(self, trigger, now, length):
        """
        Counting a stretch in two parts gives the same as counting it at once.
        """
        first = trigger.next_after(now)
        if first is None:
            return
        end = min(first + length, datetime(2190, 1, 1, tzinfo=UTC))
        middle = trigger.next_after(first + (end - first) // 2)
        if middle is None or middle >= end:
            return
        number, last = trigger.count_until(first, end)
        before, _ = trigger.count_until(first, middle)
        after, last_after = trigger.count_until(middle, end)
        self.assertEqual((number, last), (before + after, last_after))

    @laws
    @given(interval_triggers(), instants(), durations())
    def test_interval_count_by_arithmetic(self, trigger, now, length):
        """
        The last counted time is earlier than the end, the next one is not.
        """
        first = trigger.get_next_fire_time(None, now)
        if first is None:
            return
        end = first + length
        number, last = trigger.count_until(first, end)
        self.assertEqual(last, first + (number - 1) * trigger.interval)
        self.assertLess(last, end)
        following = trigger.next_after(last)
        self.assertTrue(following is None or following >= end)

    @laws
    @given(interval_triggers(), instants())
    def test_interval_phase(self, trigger, now):
        """
        With a start every time is a whole number of intervals after it.
        """
        if trigger.start_date is not None:
            answer = trigger.next_after(now)
            if answer is not None:
                past = (answer - trigger.start_date) % trigger.interval
                self.assertEqual(past, timedelta())


class WritingTests(SynchronousTestCase):
    """
    Durations and instants as text.
    """

    @laws
    @given(durations())
    def test_duration_round_trip(self, duration):
        """
        A written duration is read as the same.
        """
        self.assertEqual(parse_duration(format_duration(duration)), duration)
        trigger = IntervalTrigger.of(duration)
        self.assertEqual(parse_trigger(str(trigger)), trigger)

    @laws
    @given(instants())
    def test_instant_round_trip(self, instant):
        """
        A written instant is read as the same, in ISO 8601 and as Python prints it.
        """
        self.assertEqual(parse_instant(instant.isoformat()), instant)
        self.assertEqual(parse_instant(str(instant)), instant)
        self.assertEqual(parse_instant(str(instant)[:-6], "UTC"), instant)
