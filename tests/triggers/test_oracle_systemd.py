"""
Agreement with ``systemd-analyze calendar`` about forms and times of calendar events.

Where we do not agree: systemd takes a comma at the end of the days of the week,
fractions of a second, and an instant as ``@1700000000``.  It refuses a range of seconds
from one to the same, and with each further item of a list after ``~`` days nearer to
the end of the month, so that neither is drawn; and in a zone it gives up to look for
times that come seldom.  This is as systemd 252 has it.  What it
does when the clock is changed is in the explanation of daylight saving; here zones are
asked about the hours of the day.
"""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timezone
from random import Random
from shutil import which

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.triggers import CronTrigger
from txsched.triggers.cron.systemd import WORDS

from .test_oracles import ours

UTC = timezone.utc
PROGRAM = which("systemd-analyze")
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
BASE = datetime(2026, 3, 5, 10, 20, 30, tzinfo=UTC)
_ORIGINAL = re.compile(r"Original form: (.*)")
_GIVEN_UP = re.compile(r"Failed to determine next elapse for '(.*)':")
_NORMAL = re.compile(r"Normalized form: (.*)")
_TIME = re.compile(r"(?:Next elapse|Iter\. #\d+): \w{3} (\S+ \S+) UTC")


def analyze(events, number):
    """
    Give what systemd says of events.

    :returns: the normal form and the next times of each that it takes; and those whose
        times it gave up to look for.
    """
    if PROGRAM is None:
        raise SkipTest("systemd-analyze is not installed")
    done = subprocess.run(
        [
            PROGRAM,
            "calendar",
            f"--iterations={number}",
            f"--base-time={BASE:%Y-%m-%d %H:%M:%S} UTC",
            *events,
        ],
        capture_output=True,
        check=False,
        env={"TZ": "UTC", "LC_ALL": "C"},
        text=True,
    )
    found = {}
    for block in re.split(r"\n\s*\n", done.stdout):
        normal = _NORMAL.search(block)
        if normal is not None:
            original = _ORIGINAL.search(block) or normal
            times = [
                datetime.strptime(time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
                for time in _TIME.findall(block)
            ]
            found[original[1].strip()] = (normal[1].strip(), times)
    return found, set(_GIVEN_UP.findall(done.stderr))


class EventDrawing:
    """
    Random calendar events, of which some are wrong.
    """

    def __init__(self, seed):
        self.draw = Random(seed)

    def item(self, low, high):
        """
        Give a value, a range or a repetition, which may lead too far.
        """
        first, last = sorted(
            (self.draw.randint(low, high), self.draw.randint(low, high))
        )
        step = self.draw.randint(1, high)
        shapes = [f"{first}", f"{first}/{step}"]
        if last > first:
            shapes += [f"{first}..{last}", f"{first}..{last}/{step}"]
        return self.draw.choice(shapes)

    def component(self, low, high, star=0.3, most=3):
        """
        Give a component of a date or a time.
        """
        if self.draw.random() < star:
            return "*"
        count = self.draw.randint(1, most)
        return ",".join(self.item(low, high) for _ in range(count))

    def weekdays(self):
        """
        Give days of the week.
        """
        items = []
        for _ in range(self.draw.choice([1, 1, 2])):
            first, last = sorted((self.draw.randrange(7), self.draw.randrange(7)))
            dots = self.draw.choice(["..", "-"])
            items.append(
                self.draw.choice([DAYS[first], f"{DAYS[first]}{dots}{DAYS[last]}"])
            )
        return ",".join(items)

    def date(self):
        """
        Give a date, with or without a year, by the begin or the end of the month.
        """
        month = self.component(1, 12)
        if self.draw.random() < 0.25:
            text = f"{month}~{self.component(1, 28, most=1)}"
        else:
            text = f"{month}-{self.component(1, 31)}"
        if self.draw.random() < 0.5:
            text = f"{self.component(2000, 2060, star=0.6)}-{text}"
        return text

    def event(self):
        """
        Give an event with some of its parts.
        """
        parts = []
        if self.draw.random() < 0.4:
            parts.append(self.weekdays())
        if self.draw.random() < 0.7:
            parts.append(self.date())
        if self.draw.random() < 0.8 or not parts:
            time = f"{self.component(0, 23)}:{self.component(0, 59)}"
            if self.draw.random() < 0.3:
                time += f":{self.component(0, 59)}"
            parts.append(time)
        return " ".join(parts)

    def daytime(self):
        """
        Give an event that lies in the hours of the day.
        """
        parts = [self.weekdays()] if self.draw.random() < 0.5 else []
        hours = self.draw.choice(["9", "8..17", "5,12", "6..20/5"])
        return " ".join([*parts, self.date(), f"{hours}:{self.component(0, 59)}"])


class SystemdTests(SynchronousTestCase):
    """
    What systemd itself says.
    """

    def compare(self, events, zone="UTC"):
        """
        Make sure that we take what systemd takes, write it so and have its times.

        :returns: how many it took, and how many it refused.
        """
        named = {
            event: event if zone == "UTC" else f"{event} {zone}" for event in events
        }
        theirs, given_up = analyze(named.values(), 4)
        taken = 0
        for event, text in named.items():
            if text in given_up:
                continue
            if text not in theirs:
                self.assertRaises(BadTrigger, CronTrigger.parse, event, "systemd", zone)
                continue
            taken += 1
            form, times = theirs[text]
            trigger = CronTrigger.parse(text, "systemd", zone)
            self.assertEqual(trigger.expression, form.removesuffix(f" {zone}"), text)
            self.assertEqual(ours(trigger, BASE, 4), times, text)
        return taken, len(named) - len(given_up) - taken

    def test_random_events(self):
        """
        Random events: the same are taken, with the same form and the same times.
        """
        drawing = EventDrawing(21)
        all_taken = all_refused = 0
        for _ in range(6):
            taken, refused = self.compare({drawing.event() for _ in range(500)})
            all_taken += taken
            all_refused += refused
        self.assertGreater(all_taken, 1500)
        self.assertGreater(all_refused, 500)

    def test_words(self):
        """
        Each word stands for the same event.
        """
        taken, refused = self.compare(set(WORDS))
        self.assertEqual((taken, refused), (len(WORDS), 0))

    def test_zones(self):
        """
        In the hours of the day zones have the same times.
        """
        drawing = EventDrawing(22)
        for zone in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu"):
            taken, _ = self.compare({drawing.daytime() for _ in range(150)}, zone)
            self.assertGreater(taken, 50)
