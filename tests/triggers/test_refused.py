"""
Calendar intervals, recurrence rules and combinations that cannot be taken.
"""

from __future__ import annotations

from datetime import datetime

from zope.interface import implementer

from txsched.interfaces import ITrigger
from txsched.triggers import (
    AndNotTrigger,
    AndTrigger,
    CalendarIntervalTrigger,
    DateTrigger,
    IntervalTrigger,
    OrTrigger,
    RRuleTrigger,
    parse_trigger,
)

from .refusing import Refusing

#: arguments; the field that is named; a part of the reason.
CALENDARS = [
    ({}, "interval", "give years, months, weeks or days"),
    ({"days": 0}, "interval", "give years"),
    ({"days": -1}, "days", "-1 is not within 0-84000"),
    ({"days": 84_001}, "days", "is not within"),
    ({"days": 1.5}, "days", "expected a whole number, not 1.5"),
    ({"days": "1"}, "days", "expected a whole number, not '1'"),
    ({"weeks": True}, "weeks", "expected a whole number, not True"),
    ({"weeks": 12_001}, "weeks", "is not within 0-12000"),
    ({"months": 2760}, "months", "is not within 0-2759"),
    ({"years": 230}, "years", "is not within 0-229"),
    ({"days": 1, "hour": 24}, "hour", "24 is not within 0-23"),
    ({"days": 1, "hour": "9"}, "hour", "expected a whole number"),
    ({"days": 1, "minute": 60}, "minute", "60 is not within 0-59"),
    ({"days": 1, "second": -1}, "second", "-1 is not within 0-59"),
    ({"days": 1, "start_date": 5}, "start_date", "expected a date and time"),
    ({"days": 1, "start_date": "soon"}, "start_date", "'soon' is not a date"),
    ({"days": 1, "start_date": "2026-01-01 09:00"}, "start_date", "time of day"),
    ({"days": 1, "start_date": "1969-12-31"}, "start_date", "the year 1969"),
    ({"days": 1, "end_date": datetime(2026, 1, 1, 9)}, "end_date", "time of"),  # noqa: DTZ001
    ({"days": 1, "end_date": "2200-01-01"}, "end_date", "the year 2200"),
    (
        {"days": 1, "start_date": "2026-01-02", "end_date": "2026-01-01"},
        "end_date",
        "is before start_date",
    ),
    ({"days": 1, "timezone": "Mars/Phobos"}, "timezone", "no time zone"),
    ({"days": 1, "jitter": -1}, "jitter", "is not within"),
    ({"days": 1, "gap": "jump"}, "gap", "'jump' is not one of next, skip, shift"),
    ({"days": 1, "fold": "third"}, "fold", "'third' is not one of first"),
]

#: a rule; the field that is named; a part of the reason.
RULES = [
    ("", "rule", "'' is not a part such as FREQ=DAILY"),
    (5, "rule", "expected text, not 5"),
    ("DAILY", "rule", "'DAILY' is not a part"),
    ("FREQ=DAILY;", "rule", "'' is not a part"),
    ("FREQ=DAILY;BYEASTER=1", "rule", "'BYEASTER=1' is not a part"),
    ("FREQ=DAILY;BYEASTER=1", "rule", "(at column 12 of"),
    ("FREQ=DAILY\nEXDATE:20260101T000000", "rule", "is more than one rule"),
    ("FREQ=DAILY;COUNT=2 RRULE:FREQ=DAILY", "rule", "by and not"),
    ("FREQ=DAILY;BYHOUR=" + "1," * 400 + "1", "rule", "over 800"),
    ("FREQ=DAILY;BYHOUR=" + "1," * 800 + "1", "rule", "at most 1000"),
    ("INTERVAL=2", "FREQ", "is missing"),
    ("FREQ=", "FREQ", "'' is not one of YEARLY, MONTHLY"),
    ("FREQ=FORTNIGHTLY", "FREQ", "'FORTNIGHTLY' is not one of"),
    ("FREQ=FORTNIGHTLY", "FREQ", "(at column 6 of"),
    ("RRULE:FREQ=X", "FREQ", "(at column 12 of"),
    ("FREQ=DAILY;FREQ=DAILY", "FREQ", "is given twice"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL", "'0' is not within 1-1000000000"),
    ("FREQ=DAILY;INTERVAL=1000000001", "INTERVAL", "is not within"),
    ("FREQ=DAILY;INTERVAL=x", "INTERVAL", "'X' is not within"),
    ("FREQ=DAILY;INTERVAL=", "INTERVAL", "'' is not within"),
    ("FREQ=DAILY;INTERVAL=+1", "INTERVAL", "'+1' is not within"),
    ("FREQ=DAILY;COUNT=0", "COUNT", "'0' is not within 1-10000"),
    ("FREQ=DAILY;COUNT=10001", "COUNT", "is not within"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20260101T000000Z", "COUNT", "beside UNTIL"),
    ("FREQ=DAILY;UNTIL=20260101", "UNTIL", "a date alone is not enough"),
    ("FREQ=DAILY;UNTIL=20260230T000000", "UNTIL", "there is no '20260230T000000'"),
    ("FREQ=DAILY;UNTIL=22000101T000000Z", "UNTIL", "the year 2200"),
    ("FREQ=DAILY;UNTIL=soon", "UNTIL", "'SOON' is not a date and time"),
    ("FREQ=DAILY;BYMONTH=13", "BYMONTH", "'13' is not within 1-12"),
    ("FREQ=DAILY;BYMONTH=-1", "BYMONTH", "'-1' is not within 1-12"),
    ("FREQ=DAILY;BYMONTH=1,13", "BYMONTH", "(at column 22 of"),
    ("FREQ=DAILY;BYMONTH=1,,2", "BYMONTH", "'' is not within"),
    ("FREQ=DAILY;BYMONTH=JAN", "BYMONTH", "'JAN' is not within"),
    ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO", "1-53 or -53 to -1"),
    ("FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO", "'0' is not within"),
    ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO", "not allowed with FREQ=MONTHLY"),
    ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY", "'367' is not within"),
    ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY", "not allowed with FREQ=DAILY"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY", "'32' is not within"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY", "'0' is not within"),
    ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY", "not allowed with FREQ=WEEKLY"),
    ("FREQ=WEEKLY;BYDAY=XX", "BYDAY", "'XX' is not one of MO, TU"),
    ("FREQ=WEEKLY;BYDAY=MON", "BYDAY", "'MON' is not a weekday"),
    ("FREQ=WEEKLY;BYDAY=", "BYDAY", "'' is not a weekday"),
    ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY", "numbers are not allowed with FREQ=WEEKLY"),
    ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY", "'54' is not within"),
    ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY", "'0' is not within"),
    ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY", "beside BYWEEKNO"),
    ("FREQ=DAILY;BYHOUR=24", "BYHOUR", "'24' is not within 0-23"),
    ("FREQ=DAILY;BYHOUR=-1", "BYHOUR", "'-1' is not within"),
    ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE", "'60' is not within 0-59"),
    ("FREQ=DAILY;BYSECOND=60", "BYSECOND", "'60' is not within 0-59"),
    ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS", "needs another part"),
    ("FREQ=DAILY;BYHOUR=1;BYSETPOS=0", "BYSETPOS", "'0' is not within"),
    ("FREQ=DAILY;WKST=1", "WKST", "'1' is not one of MO, TU"),
]

#: text of any trigger; the field that is named; a part of the reason.
TEXTS = [
    ("calendar", "interval", "expected every and a number"),
    ("calendar day", "interval", "(at column 1 of 'day')"),
    ("calendar every", "interval", "expected every and a number"),
    ("calendar every 5", "interval", "(at column 7 of 'every 5')"),
    ("calendar every 5 hours", "interval", "years, months, weeks or days"),
    ("calendar every 1 day 2 days", "days", "is given twice (at column 13"),
    ("calendar every 0 days", "interval", "give years"),
    ("calendar every 999999999999 days", "days", "is not within"),
    ("calendar every day at", "time", "'' is not a time of day such as 09:00"),
    ("calendar every day at noon", "time", "'noon' is not a time of day"),
    ("calendar every day at 25:00", "hour", "25 is not within"),
    ("calendar every day at 9", "time", "'9' is not a time of day"),
    ("calendar every day at 09:00 UTC UTC", "interval", "has too many words"),
    ("calendar every day Mars/Phobos", "timezone", "no time zone"),
    ("calendar every day from dawn", "start_date", "'dawn' is not a date"),
    ("calendar every day from 2026-01-01T09:00", "start_date", "a time of day"),
    ("rrule FREQ=DAILY UTC", "start_date", "is missing"),
    ("rrule FREQ=DAILY UTC from 2026-01-01T00:00:00.5", "start_date", "whole sec"),
    ("rrule FREQ=DAILY UTC from soon", "start_date", "'soon' is not a date"),
    ("rrule FREQ=DAILY UTC UTC from 2026-01-01", "timezone", "'UTC UTC'"),
    ("rrule from 2026-01-01", "rule", "is not a part"),
    ("(", "trigger", "is not closed (at column 1"),
    ("()", "trigger", "does not begin with"),
    ("(@daily", "trigger", "is not closed"),
    ("(@daily) or", "trigger", "each before a parenthesis"),
    ("(@daily) or @hourly", "trigger", "(at column 9 of"),
    ("(@daily) xor (@hourly)", "trigger", "expected or, and, and not"),
    ("(@daily) or (@hourly))", "trigger", "expected or, and"),
    ("(@daily) or not (@hourly)", "trigger", "expected or, and"),
    ("(@daily) or (@hourly) and (@daily)", "trigger", "needs more parentheses"),
    ("(@daily) and not (@daily) and not (@daily)", "trigger", "more parentheses"),
    ("(@daily) and (@daily) and not (@daily)", "trigger", "more parentheses"),
    ("(@daily) jitter 5s", "trigger", "needs more parentheses"),
    ("(@daily) or (@hourly) from 2026-01-01", "trigger", "expected or, and"),
    ("(@daily) or (@hourly) jitter 5s until 2026-01-01", "end_date", "is not for"),
    ("(@daily) or (@hourly) jitter soon", "jitter", "expected a number"),
    ("(@daily) or (@hourly jitter 5s)", "triggers", "has jitter"),
    ("((@daily) or (@hourly) jitter 5s) or (@daily)", "triggers", "has jitter"),
    ("(@daily) and not (every 5 parsecs)", "interval", "no unit 'parsecs'"),
    ("(" * 9 + "@daily" + ")" * 9, "trigger", "more than 8 open parentheses"),
    ("(" + "x" * 4000 + ")", "trigger", "at most 4000 are allowed"),
]


@implementer(ITrigger)
class Stranger:
    """
    A trigger of somebody else.
    """

    def get_next_fire_time(self, previous_fire_time, now):
        """
        Give the moment of asking.
        """
        return now

    def __str__(self):
        return "a stranger"


def nested(depth):
    """
    Nest combinations.
    """
    trigger = DateTrigger("2026-01-01", "UTC")
    for _ in range(depth):
        trigger = OrTrigger([trigger, trigger])
    return trigger


class RefusedTests(Refusing):
    """
    Tables of what is refused.
    """

    def test_calendars(self):
        """
        Arguments of a calendar interval.
        """
        for arguments, field, reason in CALENDARS:
            values = {"timezone": "UTC", **arguments}
            self.refuse(field, reason, CalendarIntervalTrigger, **values)

    def test_rules(self):
        """
        Recurrence rules.
        """
        self.refuse_all(RULES, RRuleTrigger, "2026-01-01", "UTC")

    def test_texts(self):
        """
        Text forms.
        """
        self.refuse_all(TEXTS, parse_trigger, "UTC")

    def test_combinations(self):
        """
        Members of combinations.
        """
        one, late = DateTrigger("2026-01-01", "UTC"), IntervalTrigger(days=1, jitter=1)
        cases = [
            (OrTrigger, ([],), "triggers", "0 are not within 2-16 triggers"),
            (AndTrigger, ([one],), "triggers", "1 are not within"),
            (OrTrigger, ([one] * 17,), "triggers", "17 are not within"),
            (OrTrigger, ("ab",), "triggers", "expected several triggers"),
            (AndTrigger, (one,), "triggers", "expected several triggers"),
            (OrTrigger, ([one, Stranger()],), "triggers", "times of a stranger cannot"),
            (AndTrigger, ([one, None],), "triggers", "times of None cannot"),
            (AndNotTrigger, (Stranger(), one), "trigger", "times of a stranger"),
            (AndNotTrigger, (one, Stranger()), "excluded", "times of a stranger"),
            (AndNotTrigger, (one, late), "excluded", "give it to the combination"),
            (OrTrigger, ([one, OrTrigger([one, one], 5)],), "triggers", "outer"),
            (OrTrigger, ([one, one], -1), "jitter", "is not within"),
            (OrTrigger, ([one, nested(4)],), "triggers", "more than 4 deep"),
            (OrTrigger, ([OrTrigger([one] * 16)] * 16,), "triggers", "as text"),
        ]
        for call, arguments, field, reason in cases:
            self.refuse(field, reason, call, *arguments)

    def test_start(self):
        """
        The start of a recurrence rule.
        """
        for start, reason in (
            (None, "expected a date and time"),
            ("1969-01-01", "the year 1969"),
            ("1970-01-01T00:00Z", "the year 1969"),
            (datetime(2026, 1, 1, 0, 0, 0, 5), "not in whole seconds"),  # noqa: DTZ001
        ):
            self.refuse(
                "start_date", reason, RRuleTrigger, "FREQ=DAILY", start, "-05:00"
            )
