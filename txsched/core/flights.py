"""
The runs that a node carries out, counted by who does so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from attrs import define, field

from ..context import RunContext
from ..interfaces import IBoundedExecutor, IExecutor
from ..model import Job, Run

__all__ = ["Flight", "Flights"]


class Flight(NamedTuple):
    """
    A run that this node carries out.
    """

    job: Job
    run: Run
    term: int
    context: RunContext


@define(eq=False)
class Flights:
    """
    What was started and is not recorded as ended, by run id.

    :ivar ended: how many have been taken out so far.
    """

    _executors: Mapping[str, IExecutor]
    ended: int = field(default=0, init=False)
    _by_id: dict[str, Flight] = field(factory=dict, init=False)
    _counts: Counter[str] = field(factory=Counter, init=False)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._by_id

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._by_id.values())

    def __getitem__(self, run_id: str) -> Flight:
        return self._by_id[run_id]

    def get(self, run_id: str) -> Flight | None:
        """
        Give one that is still there.
        """
        return self._by_id.get(run_id)

    def add(self, flight: Flight) -> None:
        """
        Put one in.
        """
        self._by_id[flight.run.id] = flight
        self._counts[flight.run.executor] += 1

    def hold(self, flight: Flight, term: int) -> None:
        """
        Note that one is under the lease of *term* now.
        """
        self._by_id[flight.run.id] = flight._replace(term=term)

    def remove(self, flight: Flight) -> None:
        """
        Take one out.
        """
        del self._by_id[flight.run.id]
        self._counts[flight.run.executor] -= 1
        self.ended += 1

    def clear(self) -> None:
        """
        Forget all.
        """
        self._by_id.clear()
        self._counts.clear()

    def queued(self) -> int:
        """
        Say how many wait for a place in an executor, in the one where most do.
        """
        queues = [0]
        for alias, executor in self._executors.items():
            if IBoundedExecutor.providedBy(executor):
                queues.append(self._counts[alias] - executor.places)
        return max(queues)
