"""
An independent, slow and simple meaning of wall-clock rules, moment by moment.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
#: Longer than the widest gap and the widest fold.
FAR = timedelta(hours=26)


class Window:
    """
    What the clock on the wall shows from *start* to *end*, each *step* seconds.

    The step divides all offsets, all changes and all times of the rules; *around* is
    longer than the widest gap or fold.
    """

    def __init__(self, zone_name, start, end, step=60, around=FAR):
        self.zone = ZoneInfo(zone_name)
        self.start, self.end, self.step = start, end, step
        self.first, self.last = (round(one.timestamp()) for one in (start, end))
        #: From each wall time, in seconds, the instants at which it is shown.
        self.shown = defaultdict(list)
        #: From each wall time that is jumped over, the end of the gap and its width.
        self.jumped = {}
        before = None
        far = round(around.total_seconds())
        for at in range(self.first - far, self.last + far, step):
            wall = at + self.offset(at)
            self.shown[wall].append(at)
            if before is not None:
                for missing in range(before + step, wall, step):
                    self.jumped.setdefault(missing, (at, wall - before - step))
            before = wall

    def offset(self, at):
        """
        Give wall time minus UTC at an instant, in seconds.
        """
        # What the clock shows is asked, not utcoffset(): that begins from the wall
        # time, and is lost where changes are near each other.
        wall = datetime.fromtimestamp(at, self.zone).replace(tzinfo=None)
        return round((wall - EPOCH).total_seconds()) - at

    def matching(self, matches):
        """
        Give all the wall times of the window for which *matches* is true.
        """
        return [
            wall
            for wall in {*self.shown, *self.jumped}
            if matches(EPOCH + timedelta(seconds=wall))
        ]

    def elapsed(self, walls):
        """
        Give the instants at which the clock shows one of *walls*.
        """
        return self.within(at for wall in walls for at in self.shown.get(wall, ()))

    def named(self, walls, gap, fold):
        """
        Give the instants at which *walls* happen when they are named.
        """
        return self.within(
            at for wall in walls for at in self.happens(wall, str(gap), str(fold))
        )

    def happens(self, wall, gap, fold):
        """
        Give the instants of one wall time.
        """
        if wall in self.shown:
            times = self.shown[wall]
            return {"first": times[:1], "second": times[-1:], "both": times}[fold]
        end, width = self.jumped[wall]
        # The clock shows then what was missed and the width of the gap.
        shifted = wall + width - self.offset(end)
        return {"next": [end], "skip": [], "shift": [shifted]}[gap]

    def within(self, times):
        """
        Give those of the window, once each and in order, as datetimes.
        """
        return [
            datetime.fromtimestamp(at, UTC)
            for at in sorted(set(times))
            if self.first <= at < self.last
        ]


def changes(zone_name, start, end):
    """
    Give the instants between two at which the offset of a zone changes.
    """
    zone = ZoneInfo(zone_name)
    found = []
    step = timedelta(hours=1)
    while start < end:
        if (
            start.astimezone(zone).utcoffset()
            != (start + step).astimezone(zone).utcoffset()
        ):
            instant = start
            before = start.astimezone(zone).utcoffset()
            while instant.astimezone(zone).utcoffset() == before:
                instant += MINUTE
            found.append(instant)
        start += step
    return found


def instant(*parts):
    """
    Give a datetime in UTC.
    """
    return datetime(*parts, tzinfo=UTC)
