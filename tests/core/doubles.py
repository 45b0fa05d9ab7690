"""
Stand-ins that misbehave as the tests of the engine need it.
"""

from __future__ import annotations

from collections import Counter

from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import implementer, providedBy

from txsched.errors import StoreUnavailable
from txsched.interfaces import IExecutor
from txsched.jobstores import MemoryJobStore

from .scenes import SECOND, Scene, a_clock


@implementer(IExecutor)
class LastingExecutor:
    """
    Its tasks last as many seconds as their first argument says, or no time at all.
    """

    def __init__(self, clock):
        self.clock = clock
        self.begun = []
        self.ended = []
        self.running = 0
        self.most = 0

    def check(self, call):
        """
        Takes everything.
        """

    def execute(self, call, context):
        """
        Begin a call.
        """
        self.begun.append(context)
        if not call.args:
            self.ended.append(context)
            return succeed(None)
        self.running += 1
        self.most = max(self.most, self.running)
        deferred = Deferred()
        self.clock.callLater(call.args[0], self.end, context, deferred)
        return deferred

    def end(self, context, deferred):
        """
        End a call, unless it was cancelled.
        """
        self.running -= 1
        if not deferred.called:
            self.ended.append(context)
            deferred.callback(None)


class NodeClock:
    """
    The part that one node has in a clock: it ends with the node.
    """

    def __init__(self, clock):
        self.clock = clock
        self.getDelayedCalls = clock.getDelayedCalls
        self.calls = []
        self.dead = False

    def seconds(self):
        """
        Give the time.
        """
        return self.clock.seconds()

    def callLater(self, delay, callable, *args, **kwargs):
        """
        Call as long as the node lives.
        """
        call = self.clock.callLater(delay, self.call, callable, *args, **kwargs)
        self.calls.append(call)
        return call

    def call(self, callable, *args, **kwargs):
        """
        Call unless the node is dead.
        """
        if not self.dead:
            callable(*args, **kwargs)

    def advance(self, seconds):
        """
        Let time pass for all nodes.
        """
        self.clock.advance(seconds)

    def die(self):
        """
        Do nothing more, as a process that was killed.
        """
        self.dead = True
        for call in self.calls:
            if call.active():
                call.cancel()


class WatchedStore:
    """
    Notes what its store is asked, and may take its time to answer.

    :param seconds: how late an answer comes.
    :param slow: the methods whose answers come late; all of them without it.
    :param early: whether the work is done when it is asked for, and not when the
        answer comes.
    :ivar calls: what was asked, in order: method, arguments.
    :ivar answers: what was answered, in order: method, answer.
    :ivar most: how many questions of the engine's turns were open at once.
    """

    TURNS = ("claim_jobs", "commit", "claim_runs", "next_due", "change_job")

    def __init__(self, original, clock=None, seconds=0.0, slow=None, early=False):
        self.original = original
        self.clock = clock
        self.seconds = seconds
        self.slow = slow
        self.early = early
        self.calls = []
        self.times = []
        self.answers = []
        self.under_way = Counter()
        self.most = 0
        self.__provides__ = providedBy(original)

    def __getattr__(self, name):
        method = getattr(self.original, name)
        if name == "watch":
            return method

        def ask(*args):
            self.calls.append((name, args))
            if self.clock is not None:
                self.times.append((name, self.clock.seconds()))
            if name in self.TURNS:
                self.under_way[name] += 1
                self.most = max(self.most, self.under_way.total())
            wait = succeed(None)
            if self.seconds and (self.slow is None or name in self.slow):
                wait = Deferred()
                self.clock.callLater(self.seconds, wait.callback, None)
            if self.early:
                done = method(*args)
                return wait.addCallback(lambda _: done).addBoth(self.note, name)
            return wait.addCallback(lambda _: method(*args)).addBoth(self.note, name)

        return ask

    def note(self, answer, name):
        """
        Note an answer.
        """
        if name in self.TURNS:
            self.under_way[name] -= 1
        self.answers.append((name, answer))
        return answer

    def answered(self, name):
        """
        Give the answers of one method.
        """
        return [answer for method, answer in self.answers if method == name]

    def asked(self, name):
        """
        Give the arguments of the calls of one method.
        """
        return [args for method, args in self.calls if method == name]


class AwayStore:
    """
    A store that goes away for a while, with all that it is asked or a part of that.

    :ivar away: the methods that fail, or ``ALL``.
    :ivar silent: whether they are not answered instead, until :meth:`answer`.
    """

    ALL = None

    def __init__(self, original):
        self.original = original
        self.away = frozenset()
        self.silent = False
        self.unanswered = []
        self.__provides__ = providedBy(original)

    def __getattr__(self, name):
        method = getattr(self.original, name)
        if name in ("watch", "open", "close"):
            return method

        def ask(*args):
            if self.away is not self.ALL and name not in self.away:
                return method(*args)
            if not self.silent:
                return fail(StoreUnavailable("it is away"))
            answer = Deferred()
            self.unanswered.append(answer)
            return answer

        return ask

    def answer(self):
        """
        Fail what was not answered, as when a connection is found to be dead.
        """
        unanswered, self.unanswered = self.unanswered, []
        for one in unanswered:
            one.errback(StoreUnavailable("the connection was lost"))


class Turning:
    """
    A trigger that answers well for a while: each 10 s, then as it is told to.
    """

    def __init__(self, answer, good=2):
        self.answer = answer
        self.good = good

    def get_next_fire_time(self, previous, now):
        """
        Give the next planned time.
        """
        if previous is None:
            return now
        if self.good > 0:
            self.good -= 1
            return previous + 10 * SECOND
        return self.answer(previous)


class UnfencedStore(MemoryJobStore):
    """
    A store that takes every write, whoever holds the lease by now.
    """

    def commit(self, plans, owner, until):
        """
        Write plans under whatever term there is.
        """
        rows = self._rows
        plans = [
            one._replace(term=rows[one.job_id].term) if one.job_id in rows else one
            for one in plans
        ]
        return super().commit(plans, owner, until)

    def finish(self, aftermaths):
        """
        Write the ends of runs under whatever term there is.
        """
        ledger = self._ledger
        for one in aftermaths:
            held = ledger._held.get(one.run.id)
            if held is None:
                ledger._runs[one.run.id] = one.run
            else:
                super().finish([one._replace(term=held[0])])
        return succeed([])


def busy_scene(**options):
    """
    Make a scene whose tasks end by themselves.
    """
    clock = options.pop("clock", None) or a_clock()
    return Scene(clock=clock, executor=LastingExecutor(clock), **options)
