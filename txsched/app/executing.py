"""
Which executors a node has, as its configuration says it.
"""

from __future__ import annotations

from attrs import frozen

from .reading import read_whole, suggestion

__all__ = ["ExecutorChoice"]

#: Each kind, and how many workers it has where nobody said; ``None``: it has none.
_KINDS = {"threads": 10, "reactor": None, "command": 50}
_MOST_WORKERS = 1000


@frozen
class ExecutorChoice:
    """
    A kind of executor and its size.

    :ivar kind: ``threads``, ``reactor`` or ``command``.
    :ivar workers: how many threads or programs at once; ``None`` for the reactor,
        where that means nothing.
    """

    kind: str
    workers: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(
                f"there is no kind of executor {self.kind!r}:"
                f" {suggestion(self.kind, _KINDS)}"
            )
        if _KINDS[self.kind] is None:
            if self.workers is not None:
                raise ValueError(f"{self.kind} takes no number of workers")
        elif self.workers is None or not 1 <= self.workers <= _MOST_WORKERS:
            raise ValueError(
                f"{self.workers} workers are not within 1 to {_MOST_WORKERS}"
            )

    @classmethod
    def parse(cls, text: str) -> ExecutorChoice:
        """
        Take ``threads [WORKERS]``, ``command [WORKERS]`` or ``reactor``.

        :raises ValueError: saying what was expected.
        """
        kind, _, number = text.partition(" ")
        return cls(kind, read_whole(number.strip()) if number else _KINDS.get(kind))

    def __str__(self) -> str:
        return self.kind if self.workers is None else f"{self.kind} {self.workers}"
