"""
What cannot be taken for a time, by tables.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger

from .effort import bounded_work


class Refusing(SynchronousTestCase):
    """
    Knows how a refusal has to look.
    """

    def refuse(self, field, reason, call, *args, **kwargs):
        """
        Make sure that a call is refused for its field and reason, after bounded work.
        """
        try:
            with bounded_work(args, kwargs):
                made = call(*args, **kwargs)
        except BadTrigger as error:
            self.assertEqual(error.field, field, (args, kwargs))
            self.assertIn(reason, error.reason, (args, kwargs))
            self.assertIn(field, str(error))
            if "(at column" in error.reason:
                self.assertIn(f"{field}: ", str(error))
        else:
            self.fail(f"{args} {kwargs} made {made}")

    def refuse_all(self, cases, call, *arguments):
        """
        Make sure that each text of a table is refused for its field and reason.
        """
        for text, field, reason in cases:
            self.refuse(field, reason, call, text, *arguments)
