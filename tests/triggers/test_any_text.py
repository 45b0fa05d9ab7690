"""
Whatever text is given as an expression is read, or refused as a bad trigger.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.testing.strategies import (
    celery_fields,
    crontabs,
    quartz_expressions,
    seconds_expressions,
    systemd_expressions,
)
from txsched.triggers import CronTrigger, parse_trigger
from txsched.triggers.cron import DIALECTS

from .test_laws import laws

PIECES = st.sampled_from(
    [
        *"0123456789*,-/~.:?#()=@+LWH \t\n\u0663\u00b2\u017f\u0130",
        *("mon", "FRI", "jan", "60", "00", "2030", "..", " * ", " 0 ", "daily"),
        *("minute=", "hour=", "day=", "last ", "3rd ", "UTC"),
        *("TZ=", "CRON_TZ=Europe/Berlin "),
    ]
)
RIGHT = st.one_of(
    crontabs(),
    seconds_expressions(),
    quartz_expressions(),
    systemd_expressions(),
    celery_fields(),
)


@st.composite
def spoiled(draw):
    """
    Draw a right expression into which something was put, or from which it was taken.
    """
    text = draw(RIGHT)
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    return text[:start] + draw(PIECES | st.just("")) + text[min(end, start + 2) :]


class AnyTextTests(SynchronousTestCase):
    """
    No text breaks a dialect.
    """

    @laws
    @given(
        st.lists(PIECES, max_size=24).map("".join) | spoiled() | st.text(max_size=20)
    )
    @example("")
    @example(" ")
    @example("\u0130" * 5)
    def test_read_or_refused(self, text):
        """
        What is read has one way of writing, which is read as the same.
        """
        for name, dialect in DIALECTS.items():
            try:
                trigger = CronTrigger.parse(text, name)
            except BadTrigger as error:
                self.assertTrue(error.field)
                self.assertTrue(error.reason)
                continue
            again = CronTrigger.parse(trigger.expression, name, trigger.timezone)
            self.assertEqual(again, trigger)
            self.assertEqual(str(parse_trigger(str(trigger))), str(trigger))
            self.assertTrue(trigger.describe())
            self.assertTrue(str(trigger).startswith(f"{dialect.word} "))

    @laws
    @given(st.sampled_from([one.word for one in DIALECTS.values()]), spoiled())
    def test_texts(self, word, text):
        """
        The same with the word of a dialect before it.
        """
        try:
            trigger = parse_trigger(f"{word} {text}", "UTC")
        except BadTrigger as error:
            self.assertTrue(error.field)
        else:
            self.assertEqual(parse_trigger(str(trigger)), trigger)
