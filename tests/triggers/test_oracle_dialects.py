"""
Agreement with croniter, cronsim and APScheduler about seconds, years, steps from a
value to the end, ``L``, ``W`` and ``#``, and about Quartz as far as they can say it.

Where they do not agree: cronsim counts ``a/b`` as a list at changes of the clock, and
gives six fields other rules there than five, so it is asked in UTC; it knows no
``L-3`` and no ``15W``.  croniter knows no ``L-3`` and no ``LW``, and takes ``15W``
alone only; ``30W`` is the last weekday of February to it, and nothing to us.  It joins
day fields with *and* when one has ``W`` or ``#``, so it is asked for one of the two,
and with *or* when one is ``*/2``.  It knows no dialect in which Sunday is 1, so what
is asked of it for Quartz has its numbers changed and ``*`` for ``?``.  APScheduler
refuses a step that is larger than what is left of its field.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.triggers.cron import CronTrigger as TheirTrigger
from croniter import croniter
from cronsim import CronSim
from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers import CronTrigger

from .test_oracles import MONDAY_FIRST, MONTHS, SUNDAY_FIRST, UTC, Drawing, ours


class DialectDrawing(Drawing):
    """
    Random expressions of dialects, with their letters.
    """

    def opened(self, low, high):
        """
        Give a step from a value to the end, one that leads somewhere.
        """
        first = self.draw.randint(low, high - 2)
        return f"{first}/{self.draw.randint(1, high - first - 1)}"

    def number(self, low, high, names=(), stars=True):
        """
        Give a field with all kinds of numbers.
        """
        if self.draw.random() < 0.2:
            return self.opened(low, high)
        return self.field(low, high, names, stars)

    def days(self, letters):
        """
        Give a day field that is restricted; one in two has a letter.
        """
        if self.draw.random() < 0.5:
            return self.draw.choice(letters)
        return self.number(1, 31, stars=False)

    def weekdays(self, first):
        """
        Give a weekday field that is restricted; one in two counts within the month.

        :param first: the number of Sunday.
        """
        if self.draw.random() < 0.5:
            day = self.draw.randint(first, first + 6)
            return f"{day}{self.draw.choice(['#1', '#2', '#3', '#4', '#5', 'L'])}"
        return self.field(first, first + 6, SUNDAY_FIRST, stars=False)

    def special(self, letters, both=True):
        """
        Give five fields with letters among the days.

        :param both: whether both fields of days may be restricted.
        """
        day, weekday = "*", "*"
        if self.draw.random() < 0.7:
            day = self.days(letters)
        if day == "*" or (both and self.draw.random() < 0.5):
            weekday = self.weekdays(0)
        month = "*" if self.draw.random() < 0.5 else self.number(1, 12, MONTHS)
        return f"{self.number(0, 59)} {self.number(0, 23)} {day} {month} {weekday}"

    def quartz(self, letters):
        """
        Give the same as an expression of Quartz and in croniter's way.
        """
        seconds, minutes = self.number(0, 59), self.number(0, 59)
        hours = self.number(0, 23)
        month = "*" if self.draw.random() < 0.5 else self.number(1, 12, MONTHS)
        year = self.field(2020, 2090)
        if self.draw.random() < 0.5:
            day = self.days(letters)
            rest = [(day, "?"), (day, "*")]
        else:
            weekday = self.weekdays(1)
            rest = [("?", weekday), ("*", one_less(weekday))]
        return [
            f"{seconds} {minutes} {hours} {day} {month} {weekday} {year}"
            for day, weekday in rest
        ]

    def own_steps(self):
        """
        Give named fields, each with a step from a value to the end.
        """
        fields = {
            "month": self.opened(1, 12),
            "day": self.opened(1, 31),
            "week": self.opened(1, 53),
            "day_of_week": self.opened(0, 6),
            "hour": self.opened(0, 23),
            "minute": self.opened(0, 59),
            "second": self.opened(0, 59),
        }
        names = self.draw.sample(list(fields), self.draw.randint(1, 3))
        return {name: fields[name] for name in names}


def one_less(weekday):
    """
    Write a weekday field of Quartz with Sunday as 0; last Fridays as croniter does.
    """
    if weekday.endswith("L"):
        return f"L{int(weekday[:-1]) - 1}"
    if "#" in weekday:
        day, nth = weekday.split("#")
        return f"{int(day) - 1}#{nth}"
    items = []
    for item in weekday.split(","):
        numbers, slash, step = item.partition("/")
        parts = [
            str(int(one) - 1) if one.isdigit() else one for one in numbers.split("-")
        ]
        items.append("-".join(parts) + slash + step)
    return ",".join(items)


def croniter_last(text):
    """
    Write ``5L`` as croniter does, ``L5``.
    """
    *fields, weekday = text.split()
    if weekday.endswith("L"):
        weekday = f"L{weekday[:-1]}"
    return " ".join([*fields, weekday])


class CrontabTests(SynchronousTestCase):
    """
    Five fields with letters.
    """

    def test_cronsim(self):
        """
        cronsim finds the same times.
        """
        drawing = DialectDrawing(11)
        for _ in range(2000):
            text, start = drawing.special(["L", "LW", "1,L"]), drawing.start()
            found = ours(CronTrigger.from_crontab(text, "UTC"), start, 3)
            theirs = CronSim(text, start)
            expected = [next(theirs) for _ in range(len(found))]
            self.assertEqual(found, expected, text)

    def test_croniter(self):
        """
        croniter finds the same times.
        """
        drawing = DialectDrawing(12)
        for _ in range(300):
            text = drawing.special(["L", "15W", "1W", "28W", "2W"], both=False)
            start = drawing.start()
            found = ours(CronTrigger.from_crontab(text, "UTC"), start, 3)
            theirs = croniter(croniter_last(text), start, max_years_between_matches=100)
            expected = [theirs.get_next(datetime) for _ in range(len(found))]
            self.assertEqual(found, expected, text)


class SecondsTests(SynchronousTestCase):
    """
    Six fields and seven.
    """

    def test_cronsim(self):
        """
        cronsim finds the same times.
        """
        drawing = DialectDrawing(13)
        for _ in range(1200):
            text = f"{drawing.number(0, 59)} {drawing.special(['L', 'LW'])}"
            start = drawing.start()
            found = ours(CronTrigger.parse(text, "seconds", "UTC"), start, 3)
            theirs = CronSim(text, start)
            expected = [next(theirs) for _ in range(len(found))]
            self.assertEqual(found, expected, text)

    def test_croniter_with_years(self):
        """
        croniter finds the same times of some years.
        """
        drawing = DialectDrawing(14)
        compared = 0
        for _ in range(600):
            second, year = drawing.number(0, 59), drawing.field(2020, 2090)
            rest = drawing.special(["L", "15W"], both=False)
            mine = f"{second} {rest} {year}"
            text = f"{second} {croniter_last(rest)} {year}"
            start = drawing.start()
            found = ours(CronTrigger.parse(mine, "seconds", "UTC"), start, 2)
            # croniter's years end with 2099.
            found = [time for time in found if time.year < 2099]
            theirs = croniter(
                text, start, second_at_beginning=True, max_years_between_matches=100
            )
            expected = [theirs.get_next(datetime) for _ in range(len(found))]
            self.assertEqual(found, expected, text)
            compared += len(found)
        self.assertGreater(compared, 800)


class QuartzTests(SynchronousTestCase):
    """
    Quartz, as croniter can say it.
    """

    def test_croniter(self):
        """
        croniter finds the same times.
        """
        drawing = DialectDrawing(15)
        compared = 0
        for _ in range(900):
            mine, text = drawing.quartz(["L", "1W", "15W", "28W"])
            start = drawing.start()
            found = ours(CronTrigger.parse(mine, "quartz", "UTC"), start, 2)
            found = [time for time in found if time.year < 2099]
            theirs = croniter(
                text, start, second_at_beginning=True, max_years_between_matches=100
            )
            expected = [theirs.get_next(datetime) for _ in range(len(found))]
            self.assertEqual(found, expected, mine)
            compared += len(found)
        self.assertGreater(compared, 800)


class CeleryTests(SynchronousTestCase):
    """
    Celery, whose rule of the days is that of APScheduler.
    """

    def test_apscheduler(self):
        """
        APScheduler finds the same times, given names for days of the week.
        """
        drawing = DialectDrawing(16)
        for _ in range(300):
            weekday = drawing.draw.choice(["*", *MONDAY_FIRST, "mon-fri", "sat,sun"])
            fields = {
                "minute": drawing.field(0, 59),
                "hour": drawing.field(0, 23),
                "day_of_week": weekday,
            }
            day, month = drawing.field(1, 31), drawing.field(1, 12, MONTHS)
            start = drawing.start()
            trigger = CronTrigger.from_celery(
                **fields, day_of_month=day, month_of_year=month, timezone="UTC"
            )
            theirs = TheirTrigger(**fields, day=day, month=month, timezone=UTC)
            for time in ours(trigger, start, 2):
                start = theirs.get_next_fire_time(None, start + timedelta(seconds=1))
                self.assertEqual(time, start, str(trigger))


class OwnTests(SynchronousTestCase):
    """
    Steps from a value to the end.
    """

    def test_apscheduler(self):
        """
        APScheduler finds the same times in UTC.
        """
        drawing = DialectDrawing(17)
        for _ in range(300):
            fields, start = drawing.own_steps(), drawing.start()
            trigger = CronTrigger(**fields, timezone="UTC")
            theirs = TheirTrigger(**fields, timezone=UTC)
            for time in ours(trigger, start, 2):
                start = theirs.get_next_fire_time(None, start + timedelta(seconds=1))
                self.assertEqual(time, start, fields)
