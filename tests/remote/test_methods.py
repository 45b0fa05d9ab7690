"""
The arguments of methods as they come from afar.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.interface import Method

from txsched.errors import BadBox, BadValue
from txsched.interfaces import IScheduler
from txsched.remote.methods import METHODS, check_arguments


class ArgumentTests(SynchronousTestCase):
    """
    :func:`check_arguments`.
    """

    def test_what_may_be_left_out(self) -> None:
        """
        The store, which comes last, may be left out, for nothing.
        """
        self.assertEqual(["a", None], check_arguments("get_job", ["a"]))
        self.assertEqual(["a", "b"], check_arguments("get_job", ["a", "b"]))
        self.assertEqual([None], check_arguments("get_quarantined", []))

    def test_what_may_not(self) -> None:
        """
        Neither anything else, nor more than there is.
        """
        for method, arguments in (
            ("get_job", []),
            ("get_job", ["a", None, None]),
            ("pause_job", ["a"]),
            ("get_job", "a"),
            ("get_jobs", []),
        ):
            with self.assertRaises(BadBox) as caught:
                check_arguments(method, arguments)
            self.assertIn(f"{method} takes a list of", caught.exception.reason)

    def test_another_type(self) -> None:
        """
        An alias is text, or nothing.
        """
        with self.assertRaises(BadValue) as caught:
            check_arguments("remove_job", ["a", 5])
        self.assertEqual(
            ("store", "expected text or nothing, not 5"),
            (caught.exception.field, caught.exception.reason),
        )

    def test_each_has_the_store_that_the_interface_has(self) -> None:
        """
        Wherever the interface has a store it travels, and it comes last.
        """
        for name, parameters in METHODS.items():
            method = IScheduler[name]
            assert isinstance(method, Method)
            there = "store" in method.getSignatureInfo()["positional"]
            names = [one.name for one in parameters]
            self.assertEqual(there, "store" in names, name)
            self.assertNotIn("store", names[:-1])
