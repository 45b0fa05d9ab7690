"""
Jobs and runs of a store that keeps live objects, as others see them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cbor2
from attrs import evolve
from cbor2 import CBORTag
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, encode_definition, loads
from txsched.codec.presenting import presentable, presentable_run
from txsched.errors import BadBox, BadValue, NotSerializable
from txsched.model import (
    UTC,
    Call,
    Disposition,
    Job,
    JobSpec,
    Page,
    Run,
    ShownTrigger,
    ShownValue,
)
from txsched.triggers import IntervalTrigger

from ..strange import Unshowable
from . import named
from .test_refusals import SURROGATE, ForeignTrigger, cyclic, cyclic_call

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = IntervalTrigger(seconds=10)
JOB = Job("a", Call("shop:open"), EVERY, "open")
RUN = Run("r", "j", NOW, Disposition.FAILED)


class ShownTests(SynchronousTestCase):
    """
    Tests for jobs and runs of a memory store, which may hold live objects.
    """

    def setUp(self) -> None:
        call = Call(named.Shop().method, (1, object()), {"a": [1], "b": lambda: None})
        self.job = Job("a", call, EVERY, "a", tags=("x",))

    def check_job(self, job: Job) -> None:
        self.assertEqual("tests.codec.named:Shop.method", job.call.task)
        self.assertEqual(1, job.call.args[0])
        self.assertIn("<object object at", job.call.args[1])
        self.assertEqual([1], job.call.kwargs["a"])
        self.assertIn("<lambda>", job.call.kwargs["b"])
        self.assertTrue(self.job.same_state(job))
        self.assertEqual(("x",), job.tags)

    def test_a_live_job_is_shown_by_its_text(self) -> None:
        """
        What cannot travel becomes its text form, alone and on a page.
        """
        self.check_job(loads(dumps(self.job)))
        for job in loads(dumps(Page((self.job, self.job)))).items:
            self.check_job(job)

    def test_a_live_result_is_shown_by_its_text(self) -> None:
        """
        A run whose result cannot travel has its text form.
        """
        run = Run("r", "j", NOW, Disposition.SUCCEEDED, result=object())
        plain = run._replace(result={"a": [1]})
        self.assertIn("<object object at", loads(dumps(run)).result)
        shown, same = loads(dumps(Page((run, plain)))).items
        self.assertIn("<object object at", shown.result)
        self.assertEqual(plain, same)
        self.assertEqual(run._replace(result=None), shown._replace(result=None))

    def test_a_spec_is_not_shown_but_refused(self) -> None:
        """
        What somebody asks for is never changed on the way.
        """
        spec = JobSpec("a:b", EVERY, (object(),))
        for value in (spec, Page((spec,)), Page((JobSpec("a:b", EVERY), spec))):
            self.assertRaises(NotSerializable, dumps, value)

    def test_text_that_cannot_be_encoded_is_shown(self) -> None:
        """
        Names of files and the like are shown, and hide nothing else on the page.
        """
        job = Job("a", Call("a:b", (SURROGATE, 1), {SURROGATE: [SURROGATE]}), EVERY, "")
        run = Run("r", "j", NOW, Disposition.SUCCEEDED, result=SURROGATE)
        shown = Job("a", Call("a:b", ("'caf\\udce9'", 1), {}), EVERY, "")
        shown = evolve(
            shown, call=evolve(shown.call, kwargs={"'caf\\udce9'": "['caf\\udce9']"})
        )
        self.assertEqual(shown, loads(dumps(job)))
        plain = Job("b", Call("a:b"), EVERY, "b")
        self.assertEqual((shown, plain), loads(dumps(Page((job, plain)))).items)
        for found in (loads(dumps(run)), *loads(dumps(Page((run,)))).items):
            self.assertEqual(run._replace(result="'caf\\udce9'"), found)

    def test_what_contains_itself_is_shown(self) -> None:
        """
        Arguments and results that go round in a circle are shown by their text.
        """
        for value, text in ((cyclic(), "[[...]]"), (cyclic_call().args[0], "[Call(")):
            job = Job("a", Call("a:b", (value,)), EVERY, "a")
            run = Run("r", "j", NOW, Disposition.SUCCEEDED, result=value)
            for found in (loads(dumps(job)), loads(dumps(Page((job,)))).items[0]):
                self.assertEqual(text, found.call.args[0][: len(text)])
            for back in (loads(dumps(run)), loads(dumps(Page((run,)))).items[0]):
                self.assertEqual(text, back.result[: len(text)])
            with self.assertRaises(NotSerializable):
                encode_definition(job)

    def test_runs_within_runs(self) -> None:
        """
        A task may return runs that hold runs, however deep, and even itself.
        """
        run = RUN
        for _ in range(30):
            run = RUN._replace(result=[run])
        self.assertEqual(run, loads(dumps(run)))
        inner: list[Any] = []
        run = RUN._replace(result=inner)
        inner.append(run)
        found = loads(dumps(run))
        for _ in range(10):
            self.assertEqual(RUN, found._replace(result=None))
            (found,) = found.result

    def test_long_texts_are_cut(self) -> None:
        """
        At most a thousand characters are shown of what cannot travel.
        """
        value = [object] * 1000
        run = Run("r", "j", NOW, Disposition.SUCCEEDED, result=value)
        self.assertEqual(f"{repr(value)[:997]}...", loads(dumps(run)).result)

    def test_a_trigger_that_is_not_known_is_shown(self) -> None:
        """
        A job whose trigger cannot travel is read with the text of its trigger.
        """
        trigger: Any = ForeignTrigger()
        job = Job("a", Call("a:b"), trigger, "a")
        for found in (loads(dumps(job)), *loads(dumps(Page((job,)))).items):
            self.assertEqual(ShownTrigger(repr(trigger)), found.trigger)
            self.assertEqual(job, evolve(found, trigger=trigger))
        with self.assertRaises(NotSerializable) as caught:
            dumps(JobSpec("a:b", trigger))
        self.assertEqual("trigger", caught.exception.field)

    def test_a_shown_trigger_is_text(self) -> None:
        """
        Anything but text in its place is refused.
        """
        self.assertEqual(ShownTrigger("x"), loads(dumps(ShownTrigger("x"))))
        with self.assertRaises(BadBox) as caught:
            loads(cbor2.dumps(CBORTag(64_019, 5)))
        self.assertIn("expected the text of a trigger, not 5", str(caught.exception))

    def test_a_shown_argument(self) -> None:
        """
        Nobody takes the text of an argument for the argument.
        """
        job = presentable(self.job)
        for one in (job, loads(dumps(job)), loads(dumps(Page((self.job,)))).items[0]):
            shown = [one.call.args[1], one.call.kwargs["b"]]
            self.assertEqual([ShownValue] * 2, [type(value) for value in shown])
            self.assertEqual(str(shown[0]), repr(shown[0]))
            for args, kwargs, place in (
                (one.call.args, {}, "args[1]"),
                ((), one.call.kwargs, "kwargs['b']"),
            ):
                with self.assertRaises(BadValue) as caught:
                    JobSpec("a:b", EVERY, args, kwargs)
                self.assertEqual(place, caught.exception.field)
        with self.assertRaises(BadBox) as refused:
            loads(cbor2.dumps(CBORTag(64_011, 5)))
        self.assertIn("expected the text of an argument, not 5", str(refused.exception))


class PresentingTests(SynchronousTestCase):
    """
    Tests for jobs and runs as others may see them.
    """

    def test_what_can_travel_stays(self) -> None:
        """
        A job or a run that can be sent is given as it is.
        """
        job = evolve(JOB, call=Call("a:b", ([1], {2}), {"k": (3,)}))
        self.assertEqual(job, presentable(job))
        for result in (None, 5, "a", [1, {2: 3}], RUN):
            run = RUN._replace(result=result)
            self.assertEqual(run, presentable_run(run))

    def test_each_part_is_shown_by_itself(self) -> None:
        """
        Only the parts that cannot be sent become text.
        """
        trigger: Any = object()
        call = Call("a:b", ([1], [object]), {"k": (3,), "o": object})
        job = presentable(evolve(JOB, call=call, trigger=trigger))
        self.assertEqual(([1], "[<class 'object'>]"), job.call.args)
        self.assertEqual({"k": (3,), "o": "<class 'object'>"}, job.call.kwargs)
        self.assertEqual(ShownTrigger(repr(trigger)), job.trigger)
        self.assertTrue(job.same_state(JOB))
        run = presentable_run(RUN._replace(result={"a": object}))
        self.assertEqual(RUN._replace(result="{'a': <class 'object'>}"), run)

    def test_what_is_shown_can_be_sent(self) -> None:
        """
        A job that was made presentable can be stored and sent.
        """
        trigger: Any = object()
        call = Call(lambda: None, (object(),), {"\udce9": object()})
        job = presentable(evolve(JOB, call=call, trigger=trigger))
        self.assertEqual(job, loads(dumps(job)))
        self.assertTrue(encode_definition(job))
        self.assertIn("<lambda>", job.call.task_name)

    def test_what_fails_to_show_itself(self) -> None:
        """
        An object whose text form fails is shown by its class.
        """
        text = "<Unshowable, whose repr failed: RuntimeError>"
        shy: Any = Unshowable()
        job = presentable(evolve(JOB, call=Call("a:b", (shy,)), trigger=shy))
        self.assertEqual((text,), job.call.args)
        self.assertEqual(ShownTrigger(text), job.trigger)
        self.assertEqual(text, presentable_run(RUN._replace(result=shy)).result)
