"""
Whose clock judges leases.
"""

from __future__ import annotations

from attrs import define

__all__ = ["StoreClock"]


@define(eq=False)
class StoreClock:
    """
    The clock of the server beside that of the caller, whose instants the calls bring.

    :ivar followed: whether the server's clock counts; else it is the caller's.
    :ivar ahead: by how many microseconds the server's is ahead; it is measured with
        each claim, and too large by what the claim had to wait.
    """

    followed: bool
    ahead: int = 0

    def measure(self, there: int | None, now: int) -> None:
        """
        Compare the clocks.

        :param there: what the server's says.
        :param now: what the caller's says.
        """
        if self.followed and there is not None:
            self.ahead = there - now

    def judge(self, now: int) -> int | None:
        """
        Give the parameter that says by which clock leases are ended: ``None`` for that
        of the server.
        """
        return None if self.followed else now

    def to_store(self, micros: int) -> int:
        """
        Turn an instant of the caller's clock into one of the store's.
        """
        return micros + self.ahead

    def from_store(self, micros: int) -> int:
        """
        Turn an instant of the store's clock into one of the caller's.
        """
        return micros - self.ahead
