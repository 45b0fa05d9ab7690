"""
Strategies that draw instants, durations and triggers.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...interfaces import ITimetable
from ...triggers import (
    AndNotTrigger,
    AndTrigger,
    CalendarIntervalTrigger,
    CronTrigger,
    DateTrigger,
    DelayTrigger,
    Fold,
    Gap,
    IntervalTrigger,
    ManualTrigger,
    OrTrigger,
    RRuleTrigger,
)
from .expressions import (
    celery_fields,
    crontabs,
    own_fields,
    quartz_expressions,
    seconds_expressions,
    systemd_expressions,
)

__all__ = [
    "ZONES",
    "calendar_interval_triggers",
    "combined_triggers",
    "cron_triggers",
    "crontab_triggers",
    "date_triggers",
    "delay_triggers",
    "durations",
    "instants",
    "interval_triggers",
    "manual_triggers",
    "recurrence_rules",
    "rrule_triggers",
    "triggers",
    "waiting_triggers",
    "zones",
]

#: Zones of all kinds: without changes, with usual and unusual ones.
ZONES = (
    "UTC",
    "+05:30",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Pacific/Apia",
    "Pacific/Chatham",
)


def zones() -> SearchStrategy[str]:
    """
    Draw names of time zones.
    """
    return st.sampled_from(ZONES)


def instants(
    first: datetime = datetime(1990, 1, 1),  # noqa: DTZ001
    last: datetime = datetime(2060, 1, 1),  # noqa: DTZ001
) -> SearchStrategy[datetime]:
    """
    Draw aware datetimes in UTC.

    :param first: the earliest, without a zone.
    :param last: the latest, without a zone.
    """
    return st.datetimes(first, last, timezones=st.just(timezone.utc))


def durations() -> SearchStrategy[timedelta]:
    """
    Draw lengths of time from a microsecond to a hundred years, mostly round ones.
    """
    hundred_years = timedelta(days=36525)
    return st.one_of(
        st.sampled_from([1, 10, 60, 90, 300, 3600, 5400, 86_400, 604_800]).map(
            lambda seconds: timedelta(seconds=seconds)
        ),
        st.timedeltas(timedelta(microseconds=1), hundred_years),
    )


def date_triggers() -> SearchStrategy[DateTrigger]:
    """
    Draw triggers that fire once.
    """
    return instants().map(DateTrigger)


def interval_triggers() -> SearchStrategy[IntervalTrigger]:
    """
    Draw interval triggers with and without a start and an end.
    """
    start = st.none() | instants()
    return st.builds(
        lambda interval, start, lasts: IntervalTrigger.of(
            interval, start, start + lasts if start and lasts else None
        ),
        durations(),
        start,
        st.none() | st.timedeltas(timedelta(), timedelta(days=10_000)),
    )


def delay_triggers() -> SearchStrategy[DelayTrigger]:
    """
    Draw delay triggers with and without a start and an end.
    """
    return st.builds(
        lambda one: DelayTrigger.of(one.interval, one.start_date, one.end_date),
        interval_triggers(),
    )


def manual_triggers() -> SearchStrategy[ManualTrigger]:
    """
    Draw the trigger that never fires by itself.
    """
    return st.just(ManualTrigger())


def waiting_triggers() -> SearchStrategy[DelayTrigger | ManualTrigger]:
    """
    Draw triggers whose times depend on what becomes of the job.
    """
    return delay_triggers() | manual_triggers()


def crontab_triggers() -> SearchStrategy[CronTrigger]:
    """
    Draw cron triggers of the crontab dialect in all zones.
    """
    return st.builds(CronTrigger.from_crontab, crontabs(), zones())


def cron_triggers() -> SearchStrategy[CronTrigger]:
    """
    Draw cron triggers of all dialects in all zones.
    """
    own = st.builds(
        lambda fields, zone, start: CronTrigger(
            **fields, timezone=zone, start_date=start
        ),
        own_fields(),
        zones(),
        st.none() | instants(),
    )
    others = [
        st.builds(
            CronTrigger.parse,
            expressions,
            st.just(dialect),
            zones(),
            gap=st.sampled_from(Gap),
            fold=st.sampled_from(Fold),
        )
        for dialect, expressions in {
            "seconds": seconds_expressions(),
            "quartz": quartz_expressions(),
            "systemd": systemd_expressions(),
            "celery": celery_fields(),
        }.items()
    ]
    return st.one_of(crontab_triggers(), own, *others)


def calendar_interval_triggers() -> SearchStrategy[CalendarIntervalTrigger]:
    """
    Draw calendar intervals with and without a start and an end, in all zones.
    """
    sizes = {"years": 4, "months": 30, "weeks": 5, "days": 60}
    dates = st.dates(date(1990, 1, 1), date(2060, 1, 1))
    return st.builds(
        lambda parts, at, start, lasts, **others: CalendarIntervalTrigger(
            **parts,
            hour=at.hour,
            minute=at.minute,
            second=at.second,
            start_date=start,
            end_date=start + lasts if start and lasts else None,
            **others,
        ),
        st.fixed_dictionaries(
            {},
            optional={name: st.integers(1, most) for name, most in sizes.items()},
        ).filter(bool),
        # Clocks are changed at night.
        st.times() | st.integers(0, 359).map(lambda at: time(at // 60, at % 60)),
        st.none() | dates,
        st.none() | st.timedeltas(timedelta(), timedelta(days=10_000)),
        timezone=zones(),
        gap=st.sampled_from(Gap),
        fold=st.sampled_from(Fold),
    )


def _numbers(low: int, high: int, signed: bool = False) -> SearchStrategy[str]:
    numbers = st.integers(low, high)
    if signed:
        numbers |= st.integers(-high, -low)
    return st.lists(numbers, min_size=1, max_size=4).map(
        lambda values: ",".join(map(str, values))
    )


def recurrence_rules() -> SearchStrategy[str]:
    """
    Draw recurrence rules as RFC 5545 allows them.
    """
    return st.sampled_from(
        ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
    ).flatmap(_rules_of)


def _rules_of(freq: str) -> SearchStrategy[str]:
    days = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
    if freq in ("YEARLY", "MONTHLY"):
        days |= st.builds(
            lambda nth, day: f"{nth}{day}", st.sampled_from([1, 2, 4, 5, -1, -2]), days
        )
    parts = {
        "BYMONTH": _numbers(1, 12),
        "BYDAY": st.lists(days, min_size=1, max_size=3).map(",".join),
        "BYHOUR": _numbers(0, 23),
        "BYMINUTE": _numbers(0, 59),
        "BYSECOND": _numbers(0, 59),
    }
    if freq != "WEEKLY":
        parts["BYMONTHDAY"] = _numbers(1, 31, True)
    if freq in ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY"):
        parts["BYYEARDAY"] = _numbers(1, 366, True)
    others = {
        "INTERVAL": (st.integers(1, 30) | st.integers(1, 200_000)).map(str),
        "WKST": st.sampled_from(["MO", "WE", "SU"]),
        "COUNT": st.integers(1, 500).map(str),
    }
    positions = st.none() | _numbers(1, 3, True)
    return st.builds(
        lambda by, position, more: ";".join(
            f"{name}={value}"
            for name, value in {
                "FREQ": freq,
                **more,
                **by,
                **({"BYSETPOS": position} if by and position else {}),
            }.items()
        ),
        st.fixed_dictionaries({}, optional=parts),
        positions,
        st.fixed_dictionaries({}, optional=others),
    )


def rrule_triggers() -> SearchStrategy[RRuleTrigger]:
    """
    Draw triggers by a recurrence rule in all zones.
    """
    starts = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1))  # noqa: DTZ001
    return st.builds(
        RRuleTrigger,
        recurrence_rules(),
        starts.map(lambda start: start.replace(microsecond=0)),
        timezone=zones(),
        end_date=st.none() | instants(datetime(2050, 1, 1)),  # noqa: DTZ001
        gap=st.sampled_from(Gap),
        fold=st.sampled_from(Fold),
    )


def combined_triggers() -> SearchStrategy[OrTrigger | AndTrigger | AndNotTrigger]:
    """
    Draw combinations of triggers of all kinds, nested ones too.
    """
    simple: SearchStrategy[ITimetable] = st.one_of(
        date_triggers(),
        interval_triggers(),
        # Those that often meet others.
        st.integers(1, 12).map(lambda hours: IntervalTrigger(hours=hours)),
        cron_triggers(),
        calendar_interval_triggers(),
        rrule_triggers(),
    )
    once = _combine(simple)
    return once | _combine(simple | once)


def _combine(
    members: SearchStrategy[ITimetable],
) -> SearchStrategy[OrTrigger | AndTrigger | AndNotTrigger]:
    several = st.lists(members, min_size=2, max_size=3)
    return st.one_of(
        st.builds(OrTrigger, several),
        st.builds(AndTrigger, several),
        st.builds(AndNotTrigger, members, members),
    )


def triggers() -> SearchStrategy[ITimetable]:
    """
    Draw triggers of every kind whose times lie fast.
    """
    return st.one_of(
        date_triggers(),
        interval_triggers(),
        cron_triggers(),
        calendar_interval_triggers(),
        rrule_triggers(),
        combined_triggers(),
    )
