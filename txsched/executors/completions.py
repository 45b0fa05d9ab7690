"""
Outcomes on their way back: gathered in any thread, told in the reactor's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from attrs import define, field
from twisted.logger import Logger

from ..context import RunContext
from ..interfaces import ILoop
from ..model import Outcome

__all__ = ["Completions", "Done"]

Done = Callable[[Sequence[tuple[RunContext, Outcome]]], None]

#: How many outcomes are told before the reactor may do something else.
_AT_ONCE = 1000


@define(eq=False)
class Completions:
    """
    Wakes the reactor once for many outcomes.

    :param loop: whose thread tells them.
    """

    _loop: ILoop
    _waiting: deque[tuple[Done, RunContext, Outcome]] = field(factory=deque, init=False)
    _told: bool = field(default=False, init=False)
    _log = Logger()

    def add(self, done: Done, context: RunContext, outcome: Outcome) -> None:
        """
        Have *done* called soon; may be used in any thread.
        """
        self._waiting.append((done, context, outcome))
        if not self._told:
            self._told = True
            self._loop.callFromThread(self._tell)

    def _tell(self) -> None:
        # Cleared before the deque is read: what is added from here on is either
        # read below, or finds the flag cleared and wakes the loop again.
        self._told = False
        waiting = self._waiting
        batches: dict[Done, list[tuple[RunContext, Outcome]]] = {}
        for _ in range(min(len(waiting), _AT_ONCE)):
            done, context, outcome = waiting.popleft()
            batch = batches.get(done)
            if batch is None:
                batches[done] = [(context, outcome)]
            else:
                batch.append((context, outcome))
        if waiting:
            self._told = True
            self._loop.callFromThread(self._tell)
        for done, batch in batches.items():
            try:
                done(batch)
            except Exception:
                self._log.failure(
                    "{count} outcomes could not be handed over", count=len(batch)
                )
