"""
The stores of a scheduler, by alias: each with an engine of its own, so that one that
is away does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import (
    BadValue,
    NoSuchJob,
    NoSuchRun,
    NoSuchStore,
    StoreExists,
    StoreUnavailable,
)
from ..interfaces import IJobStore
from ..model import Job, Page
from ..model.options import check_option
from ..model.showing import shown
from .engine import Engine

__all__ = ["DEFAULT", "AttachedStore", "Stores"]

T = TypeVar("T")

#: The alias of the store of jobs that do not say.
DEFAULT = "default"


@define(eq=False)
class AttachedStore:
    """
    A store, as a scheduler knows it.

    :ivar alias: its name there.
    :ivar store: the store itself.
    :ivar engine: fires its jobs.
    """

    alias: str
    store: IJobStore
    engine: Engine
    leaving: bool = field(default=False, init=False)
    _gone: list[Deferred[None]] | None = field(default=None, init=False)

    def claim(self, job: Job) -> Job:
        """
        Give *job* as one of this store.
        """
        return job if job.store == self.alias else evolve(job, store=self.alias)

    def claim_page(self, page: Page[Job]) -> Page[Job]:
        """
        Give a page of jobs as of this store.
        """
        return evolve(page, items=tuple(map(self.claim, page.items)))

    async def leave(self, timeout: float | None) -> None:
        """
        Claim nothing more, wait for what runs, close the store.

        Who asks while another one waits may cut it short, and waits for the same end.
        """
        first = not self.leaving
        if first:
            self.leaving = True
            self._gone = []
        try:
            await self.engine.stop(timeout)
        finally:
            if first:
                try:
                    await self.store.close()
                finally:
                    gone, self._gone = self._gone or [], None
                    for one in gone:
                        one.callback(None)
            elif self._gone is not None:
                over: Deferred[None] = Deferred()
                self._gone.append(over)
                await over


@define(eq=False)
class Stores:
    """
    Knows the stores, ``default`` first, and which of them has a job.

    :param make_engine: gives the engine for a store of an alias.
    """

    _make_engine: Callable[[str, IJobStore], Engine]
    _attached: dict[str, AttachedStore] = field(factory=dict, init=False)
    _opening: dict[str, Deferred[None]] = field(factory=dict, init=False)
    _log = Logger()

    def take(self, store: IJobStore | Mapping[str, IJobStore]) -> None:
        """
        Take what a scheduler begins with: one store, or several by alias.

        :raises BadValue: for ``store``.
        """
        given = store if isinstance(store, Mapping) else {DEFAULT: store}
        if DEFAULT not in given:
            raise BadValue("store", f"one of several has to be called {DEFAULT!r}")
        for alias in (DEFAULT, *given):
            if alias not in self._attached:
                self._check(alias, given[alias])
                self._attach(alias, given[alias])

    def _check(self, alias: str, store: IJobStore) -> None:
        check_option("store", alias)
        if not IJobStore.providedBy(store):
            raise BadValue("store", f"expected a job store, not {shown(store)}")
        for one in self:
            if one.store is store:
                raise BadValue("store", f"it is there already, as {one.alias!r}")

    def _attach(self, alias: str, store: IJobStore) -> AttachedStore:
        attached = AttachedStore(alias, store, self._make_engine(alias, store))
        self._attached[alias] = attached
        return attached

    def __iter__(self) -> Iterator[AttachedStore]:
        return iter(tuple(self._attached.values()))

    def __len__(self) -> int:
        return len(self._attached)

    def get(self, alias: str) -> AttachedStore:
        """
        :raises NoSuchStore: there is none of this alias.
        """
        try:
            return self._attached[alias]
        except KeyError:
            raise NoSuchStore(alias) from None

    def chosen(self, alias: str | None) -> Sequence[AttachedStore]:
        """
        Give the one store of this alias, or all.

        :raises NoSuchStore: there is none.
        """
        return tuple(self) if alias is None else (self.get(alias),)

    # Life

    async def open(self) -> None:
        """
        Open all of them, or none.
        """
        opened: list[AttachedStore] = []
        try:
            for one in self:
                await self.ask(one, one.store.open())
                one.leaving = False
                opened.append(one)
        except BaseException:
            for one in opened:
                await self._close(one)
            raise

    async def _close(self, one: AttachedStore) -> None:
        try:
            await one.store.close()
        except Exception:
            self._log.failure("store {alias} cannot be closed", alias=one.alias)

    async def add(
        self, alias: str, store: IJobStore, begin: Callable[[AttachedStore], None]
    ) -> None:
        """
        Open one more store.

        :param begin: called when it is open; when it raises the store is closed again.
        :raises StoreExists: there is one of this alias, or it is being opened.
        """
        check_option("store", alias)
        if alias in self._attached or alias in self._opening:
            raise StoreExists(alias)
        self._check(alias, store)
        self._opening[alias] = Deferred()
        try:
            await store.open()
            attached = self._attach(alias, store)
            try:
                begin(attached)
            except BaseException:
                del self._attached[alias]
                await self._close(attached)
                raise
        finally:
            self._opening.pop(alias).callback(None)

    async def remove(self, alias: str, timeout: float | None) -> None:
        """
        Let go of one store; its jobs stay in it.

        :raises NoSuchStore: there is none, or it is being removed.
        :raises BadValue: for ``alias``: it is the default one.
        """
        if alias == DEFAULT:
            raise BadValue("alias", f"the store {DEFAULT!r} cannot be removed")
        attached = self.get(alias)
        if attached.leaving:
            raise NoSuchStore(alias)
        try:
            await attached.leave(timeout)
        finally:
            del self._attached[alias]

    async def leave(self, timeout: float | None) -> None:
        """
        Stop all engines at once, and close all stores.
        """
        for opening in tuple(self._opening.values()):
            await opening
        leaving = [Deferred.fromCoroutine(one.leave(timeout)) for one in self]
        outcomes: Any = await DeferredList(leaving, consumeErrors=True)
        failures: list[Failure] = [one for succeeded, one in outcomes if not succeeded]
        for failure in failures[1:]:
            self._log.failure("a store cannot be closed", failure=failure)
        if failures:
            failures[0].raiseException()

    # Questions

    async def locate(
        self, alias: str | None, ask: Callable[[AttachedStore], Awaitable[T]]
    ) -> tuple[AttachedStore, T]:
        """
        Ask one store after another for what one of them has.

        Those that cannot be used at the moment are asked last.

        :param alias: the only one that is asked; ``None`` for all.
        :param ask: asks one store; raises ``NoSuchJob`` or
            ``NoSuchRun`` where the store has no such thing.
        :returns: the store that has it, and its answer.
        :raises StoreUnavailable: none has it, but one did not answer.
        """
        missing: NoSuchJob | NoSuchRun | None = None
        away: StoreUnavailable | None = None
        chosen = self.chosen(alias)
        if len(chosen) > 1:
            chosen = sorted(chosen, key=lambda one: one.engine.health.since is not None)
        for one in chosen:
            try:
                return one, await ask(one)
            except (NoSuchJob, NoSuchRun) as error:
                missing = error
            except StoreUnavailable as error:
                away = away or self._named(one, error)
        if away is not None:
            raise away
        assert missing is not None
        raise missing

    async def ask(self, one: AttachedStore, answer: Awaitable[T]) -> T:
        """
        Wait for *answer*.

        :raises StoreUnavailable: saying which store it is, where there are several.
        """
        try:
            return await answer
        except StoreUnavailable as error:
            raise self._named(one, error) from error

    def _named(self, one: AttachedStore, error: StoreUnavailable) -> StoreUnavailable:
        if len(self) == 1:
            return error
        return StoreUnavailable(f"{one.alias}: {error.reason}")
