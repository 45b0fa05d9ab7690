"""
Strategies that draw plain data: what tasks take and give.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from enum import Enum
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...model import Disposition, OnConflict, OnCrash

__all__ = ["Season", "plain_data", "scalars", "texts"]

_FEW = 4


class Season(Enum):
    """
    An enumeration as somebody else may have one.
    """

    SPRING = 1
    SUMMER = "warm"
    AUTUMN = None


def texts() -> SearchStrategy[str]:
    """
    Draw texts of any characters that UTF-8 has.
    """
    return st.text(max_size=40)


def scalars() -> SearchStrategy[Any]:
    """
    Draw what has no parts: numbers of any size, texts, bytes, times, members of enums.

    No value is NaN, so that what was drawn equals itself.
    """
    offsets = st.integers(-1439, 1439).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    )
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False),
        texts(),
        st.binary(max_size=40),
        st.datetimes(timezones=offsets | st.just(timezone.utc)),
        st.dates(),
        st.timedeltas(),
        st.decimals(allow_nan=False),
        st.uuids(),
        st.sampled_from([*Disposition, *OnCrash, *OnConflict, *Season]),
    )


def _hashable() -> SearchStrategy[Any]:
    return st.recursive(
        scalars(),
        lambda inner: (
            st.lists(inner, max_size=_FEW).map(tuple)
            | st.frozensets(inner, max_size=_FEW)
        ),
        max_leaves=5,
    )


def plain_data() -> SearchStrategy[Any]:
    """
    Draw data that stores keep and that travels: scalars in lists, tuples, sets, maps.
    """
    return st.recursive(
        scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=_FEW),
            st.lists(inner, max_size=_FEW).map(tuple),
            st.dictionaries(texts(), inner, max_size=_FEW),
            st.dictionaries(_hashable(), inner, max_size=_FEW),
            st.sets(_hashable(), max_size=_FEW),
            st.frozensets(_hashable(), max_size=_FEW),
        ),
        max_leaves=12,
    )
