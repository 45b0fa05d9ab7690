"""
The places that the engines of several stores share.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.core.room import Room


class RoomTests(SynchronousTestCase):
    """
    Counting, keeping and waiting.
    """

    def setUp(self):
        self.room = Room(10)
        self.flights = [0, 0]
        self.counts = [lambda: self.flights[0], lambda: self.flights[1]]
        for count in self.counts:
            self.room.count(count)
        self.woken = []

    def waits(self, name):
        """
        Let somebody wait.
        """

        def wake():
            self.woken.append(name)

        self.room.wait(wake)
        return wake

    def test_free(self):
        """
        What is in flight anywhere, and what is held, is taken; it is never less than
        nothing that is free.
        """
        self.assertEqual(self.room.free, 10)
        self.flights[:] = 3, 4
        self.assertEqual(self.room.free, 3)
        with self.room.hold(2):
            self.assertEqual(self.room.free, 1)
            with self.room.hold(2):
                self.assertEqual(self.room.free, 0)
        self.assertEqual(self.room.free, 3)
        self.flights[:] = 30, 4
        self.assertEqual(self.room.free, 0)

    def test_turns(self):
        """
        Those who wait are told once, in the order in which they came.
        """
        self.waits("a")
        again = self.waits("b")
        self.room.wait(again)
        self.room.freed()
        self.room.freed()
        self.assertEqual(self.woken, ["a", "b"])

    def test_who_waits_again_comes_last(self):
        """
        Who finds nothing left waits behind those who were there.
        """

        def greedy():
            self.woken.append("greedy")
            self.room.wait(greedy)

        self.room.wait(greedy)
        self.waits("b")
        self.room.freed()
        self.waits("c")
        self.room.freed()
        self.assertEqual(self.woken, ["greedy", "b", "greedy", "c"])

    def test_what_was_held_in_vain(self):
        """
        Places that were held and not needed are told of, unless there are none.
        """
        with self.room.hold(10):
            self.waits("a")
            self.assertEqual(self.woken, [])
        self.assertEqual(self.woken, ["a"])
        self.waits("b")
        with self.room.hold(10):
            self.flights[0] = 10
        self.assertEqual(self.woken, ["a"])

    def test_who_leaves(self):
        """
        What is no longer counted leaves its places to others.
        """
        self.flights[:] = 10, 0
        self.waits("a")
        self.room.forget(self.counts[0])
        self.assertEqual((self.room.free, self.woken), (10, ["a"]))
