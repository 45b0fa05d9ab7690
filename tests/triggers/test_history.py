"""
What is read of the data base of time zones, held against :mod:`zoneinfo`.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from twisted.trial.unittest import SynchronousTestCase

from txsched.triggers.history import read_history
from txsched.triggers.timeline import timeline

from .odd_zones import install, tzif
from .oracle import UTC, instant

EPOCH = instant(1970, 1, 1)
HOUR = 3600
END = round(instant(2200, 1, 1).timestamp())
#: Rules as POSIX has them, and as RFC 8536 widens them.
RULES = [
    "UTC0",
    "<+0530>-5:30",
    "<-0044>0:44:30",
    "EST5EDT,M3.2.0,M11.1.0",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "IST-2IDT,M3.4.4/26,M10.5.0",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
    "IST-1GMT0,M10.5.0,M3.5.0/1",
    "AAA3BBB,J60/0:30,J300",
    "AAA3BBB,J58,J365/0",
    "AAA3BBB2:30,M12.5.0,M1.1.0",
]


class HistoryTests(SynchronousTestCase):
    """
    The offsets of a zone.
    """

    def check(self, key, probes):
        """
        Compare at some instants and on both sides of all changes.
        """
        zone = ZoneInfo(key)
        changes, offsets = read_history(key)
        self.assertEqual(len(offsets), len(changes) + 1)
        self.assertEqual(list(changes), sorted(set(changes)))
        near = [change + side for change in changes for side in (-1, 0)]
        for probe in [*probes, *near]:
            if 0 <= probe < END:
                shown = (EPOCH + timedelta(seconds=probe)).astimezone(zone)
                self.assertEqual(
                    offsets[bisect_right(changes, probe)],
                    shown.utcoffset().total_seconds(),
                    (key, shown),
                )
        for before, after in pairwise(offsets):
            self.assertNotEqual(before, after)

    def test_zones(self):
        """
        Zones have the offsets that Python gives them.
        """
        draw = Random(20261128)
        probes = [draw.randrange(END) for _ in range(100)]
        keys = sorted(zoneinfo.available_timezones())
        for key in draw.sample(keys, 60):
            self.check(key, probes)

    def test_rules(self):
        """
        Every form of rule gives what Python makes of it.
        """
        zones = {f"Odd/Rule{n}": tzif([], rule) for n, rule in enumerate(RULES)}
        install(self, zones)
        draw = Random(20261128)
        probes = [draw.randrange(END) for _ in range(1000)]
        for key in zones:
            self.check(key, probes)

    def test_days_of_the_year(self):
        """
        Day J59 is 28 February in every year, and day 59 is the day after it.
        """
        rules = {"Odd/J": "AAA3BBB,J59,J365", "Odd/N": "AAA3BBB,59,364"}
        install(self, {key: tzif([], rule) for key, rule in rules.items()})
        cases = [
            ("Odd/J", instant(2111, 2, 28, 5), instant(2112, 2, 28, 5)),
            ("Odd/N", instant(2111, 3, 1, 5), instant(2112, 2, 29, 5)),
        ]
        for key, *begins in cases:
            changes, _ = read_history(key)
            for begin in begins:
                self.assertIn(round(begin.timestamp()), changes)

    def test_summer_time_all_year(self):
        """
        A rule that begins summer time when it ends is one offset.
        """
        install(self, {"Odd/Summer": tzif([], "EST5EDT,0/0,J365/25")})
        self.assertEqual(read_history("Odd/Summer"), ((), (-4 * HOUR,)))

    def test_rule_after_a_table(self):
        """
        A rule goes on where the table ends, in winter as in summer.
        """
        rule = "AAA-2BBB,M3.5.0,M10.5.0"
        winter = [(0, HOUR), (980_000_000, 2 * HOUR)]
        summer = [(0, HOUR), (1_000_000_000, 3 * HOUR)]
        zones = {"Odd/Cold": tzif(winter, rule), "Odd/Warm": tzif(summer, rule)}
        install(self, zones)
        draw = Random(20261128)
        probes = [draw.randrange(END) for _ in range(1000)]
        for key in zones:
            self.check(key, probes)

    def test_without_a_rule(self):
        """
        Without a rule the last offset stays.
        """
        changes = [(0, HOUR), (10**9, 2 * HOUR)]
        install(self, {"Odd/Ends": tzif(changes, "")})
        self.assertEqual(read_history("Odd/Ends"), ((10**9,), (HOUR, 2 * HOUR)))

    def test_version_1(self):
        """
        A file of the first version has its narrow part only.
        """
        changes = [(0, HOUR), (10**9, 2 * HOUR)]
        install(self, {"Odd/First": tzif((), "", b"\0", changes)})
        self.assertEqual(read_history("Odd/First"), ((10**9,), (HOUR, 2 * HOUR)))

    def test_package(self):
        """
        A zone is looked for in each place, and in the end in the package tzdata.
        """
        usual = read_history("Europe/Berlin")
        install(self, {"Odd/Alone": tzif([], "<+03>-3")})
        self.assertEqual(read_history("Europe/Berlin"), usual)
        zoneinfo.reset_tzpath([])
        self.assertEqual(read_history("Europe/Berlin"), usual)

    def test_outside_the_known_years(self):
        """
        A zone has no history outside the years that triggers know.
        """
        for key in ("UTC", "Europe/Berlin"):
            times = timeline(key, None)
            self.assertIsNone(times.find(instant(1960, 1, 1)))
            self.assertIsNone(times.find(instant(2300, 1, 1)))
            for year in (1970, 2199):
                self.assertTrue(times.find(datetime(year, 6, 1, tzinfo=UTC)))
