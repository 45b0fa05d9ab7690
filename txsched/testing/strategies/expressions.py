"""
Strategies that draw expressions of cron, in each of the dialects.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = [
    "celery_fields",
    "crontabs",
    "own_fields",
    "quartz_expressions",
    "seconds_expressions",
    "systemd_expressions",
]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _field(
    low: int,
    high: int,
    names: Sequence[str] = (),
    wraps: bool = True,
    wide: bool = False,
) -> SearchStrategy[str]:
    values = st.integers(low, high).map(str)
    if names:
        values |= st.sampled_from(names)
    size = high - low + 1
    steps = st.integers(1, size + (5 if wide else 0))
    pairs = st.tuples(st.integers(low, high), st.integers(low, high))
    if not wraps:
        pairs = pairs.map(lambda pair: (min(pair), max(pair)))

    def stepped(pair: tuple[int, int], step: int) -> str:
        first, last = pair
        length = (last - first) % size + 1
        text = f"{first}-{last}"
        return text if step == 1 else f"{text}/{step if wide else min(step, length)}"

    item = st.one_of(
        values,
        st.just("*"),
        steps.map(lambda step: f"*/{step}"),
        st.builds(stepped, pairs, st.just(1) | steps),
    )
    return st.one_of(
        st.just("*"), item, st.lists(item, min_size=1, max_size=3).map(",".join)
    )


def crontabs() -> SearchStrategy[str]:
    """
    Draw expressions of five fields as in crontab(5).
    """
    return st.tuples(
        _field(0, 59, wide=True),
        _field(0, 23, wide=True),
        _field(1, 31, wide=True),
        _field(1, 12, _MONTHS, wide=True),
        _field(0, 6, _DAYS, wide=True) | st.sampled_from(["7", "5-7", "fri-1"]),
    ).map(" ".join)


def own_fields() -> SearchStrategy[dict[str, str]]:
    """
    Draw arguments for the fields of :class:`~txsched.triggers.CronTrigger`.
    """
    counted = st.builds(
        lambda nth, day: f"{nth} {day}",
        st.sampled_from(["1st", "2nd", "3rd", "4th", "5th", "last"]),
        st.sampled_from(_DAYS),
    )
    fields = {
        "year": _field(2000, 2050, wraps=False),
        "month": _field(1, 12, _MONTHS),
        "day": _field(1, 31) | counted | st.just("last"),
        "week": _field(1, 53),
        "day_of_week": _field(0, 6, _DAYS),
        "hour": _field(0, 23),
        "minute": _field(0, 59),
        "second": _field(0, 59),
    }
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


def seconds_expressions() -> SearchStrategy[str]:
    """
    Draw expressions of six or seven fields, with ``L``, ``W``, ``#`` and ``H``.
    """
    hashed = st.sampled_from(["H", "H/15", "H(3-20)", "H(3-20)/5"])
    weekdays = _counted_weekdays([*_DAYS, *map(str, range(8))])
    return _columns(
        _field(0, 59, wide=True) | hashed,
        _field(0, 59, wide=True) | hashed | _open_steps(0, 59),
        _field(0, 23, wide=True) | hashed | _open_steps(0, 23),
        _field(1, 31, wide=True) | _special_days() | st.just("H"),
        _field(1, 12, _MONTHS, wide=True),
        _field(0, 6, _DAYS, wide=True) | weekdays | st.just("H"),
    )


def quartz_expressions() -> SearchStrategy[str]:
    """
    Draw expressions of Quartz, of six or seven fields.
    """
    weekdays = _counted_weekdays([day.upper() for day in _DAYS] + list("1234567"))
    days = st.one_of(
        st.tuples(_field(1, 31) | _special_days() | _open_steps(1, 31), st.just("?")),
        st.tuples(st.just("?"), _field(1, 7, _DAYS) | weekdays | st.just("L")),
    )
    return days.flatmap(
        lambda pair: _columns(
            _field(0, 59) | _open_steps(0, 59),
            _field(0, 59) | _open_steps(0, 59),
            _field(0, 23) | _open_steps(0, 23),
            st.just(pair[0]),
            _field(1, 12, _MONTHS) | _open_steps(1, 12),
            st.just(pair[1]),
        )
    )


def _columns(*fields: SearchStrategy[str]) -> SearchStrategy[str]:
    """
    Draw fields that stand one beside the other, and often no year behind them.
    """
    six = st.tuples(*fields).map(" ".join)
    years = _field(2000, 2050, wraps=False, wide=False)
    return six | st.tuples(six, years).map(" ".join)


def _open_steps(low: int, high: int) -> SearchStrategy[str]:
    return st.builds(
        lambda first, step: f"{first}/{step}",
        st.integers(low, high),
        st.integers(1, high - low + 1),
    )


def _special_days() -> SearchStrategy[str]:
    items = st.one_of(
        st.sampled_from(["L", "LW", "L-3", "L-30", "L-2W"]),
        st.integers(1, 31).map(lambda day: f"{day}W"),
        st.integers(1, 31).map(str),
    )
    return st.lists(items, min_size=1, max_size=3).map(",".join)


def _counted_weekdays(days: Sequence[str]) -> SearchStrategy[str]:
    items = st.builds(
        lambda day, which: f"{day}{which}",
        st.sampled_from(days),
        st.sampled_from(["", "L", "#1", "#2", "#3", "#4", "#5"]),
    )
    return st.lists(items, min_size=1, max_size=3).map(",".join)


def systemd_expressions() -> SearchStrategy[str]:
    """
    Draw calendar events of systemd, complete ones and parts, without a zone.
    """
    day = st.integers(0, 6)
    weekdays = st.builds(
        lambda first, last, dots: (
            _DAYS[first] + (f"{dots}{_DAYS[last]}" if last > first else "")
        ),
        day,
        day,
        st.sampled_from(["..", "-"]),
    )
    dates = st.one_of(
        st.tuples(_component(1, 12), _component(1, 31)).map("-".join),
        st.tuples(_component(1, 12), _from_end()).map("~".join),
        st.tuples(_component(2000, 2050), _component(1, 12), _component(1, 31)).map(
            "-".join
        ),
    )
    hours, sixties = _component(0, 23), _component(0, 59)
    times = st.tuples(hours, sixties) | st.tuples(hours, sixties, sixties)
    part = st.one_of(
        st.tuples(weekdays),
        st.tuples(dates),
        st.tuples(dates, times.map(":".join)),
        st.tuples(weekdays, times.map(":".join)),
        st.tuples(weekdays, dates, times.map(":".join)),
    ).map(" ".join)
    words = ["minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]
    return part | st.sampled_from(words)


def _component(low: int, high: int) -> SearchStrategy[str]:
    """
    Draw a component of a date or a time of systemd.
    """

    def item(pair: tuple[int, int], step: int, shape: str) -> str:
        first, last = min(pair), max(pair)
        if shape == "/" and first < high:
            return f"{first}/{1 + step % (high - first)}"
        return str(first) if shape in ("", "/") else f"{first}..{last}{shape[2:]}"

    pairs = st.tuples(st.integers(low, high), st.integers(low, high))
    shapes = st.sampled_from(["", "/", "..", "../2", "../7"])
    items = st.builds(item, pairs, st.integers(0, 60), shapes)
    return st.just("*") | st.lists(items, min_size=1, max_size=3).map(",".join)


def _from_end() -> SearchStrategy[str]:
    return st.integers(1, 28).map(str) | st.sampled_from(
        ["07/1", "28/7", "1..7", "2..9/3", "1,3", "*"]
    )


def celery_fields() -> SearchStrategy[str]:
    """
    Draw the named fields of Celery's ``crontab`` as text; not all are given.
    """
    fields = {
        "minute": _field(0, 59, wide=True),
        "hour": _field(0, 23, wide=True),
        "day_of_week": _field(0, 6, (*_DAYS, "monday", "thursday"), wide=True),
        "day_of_month": _field(1, 31, wide=True),
        "month_of_year": _field(1, 12, _MONTHS, wide=True),
    }
    return st.fixed_dictionaries({}, optional=fields).map(
        lambda given: " ".join(f"{name}={value}" for name, value in given.items())
    )
