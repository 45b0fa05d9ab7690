"""
When triggers fire where the clocks change: computed for the explanation.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from txsched.triggers import parse_instant, parse_trigger

BERLIN, SAMOA = "Europe/Berlin", "Pacific/Apia"
SPRING = ("2026-03-29 01:00", BERLIN, 3)
AUTUMN = ("2026-10-25 01:00", BERLIN, 4)
LOST_DAY = ("2011-12-29 01:00", SAMOA, 47)


def show(title, window, *texts):
    """Print when triggers fire in a window of some hours: in UTC, and by the clock."""
    begin, zone, hours = window
    start = parse_instant(begin, zone)
    print(title)
    for text in texts:
        print(f"    {text}")
        found = False
        for time in parse_trigger(text).between(start, start + timedelta(hours=hours)):
            found = True
            wall = time.astimezone(ZoneInfo(zone))
            print(f"        {time:%H:%M} UTC, the clock shows {wall:%a %H:%M}")
        if not found:
            print("        not at all")


def main():
    named = f"crontab 30 2 * * * {BERLIN}"
    several = f"crontab 10,50 2,3 * * * {BERLIN}"
    gaps, folds = (" gap skip", " gap shift"), (" fold second", " fold both")
    show("a gap", SPRING, named, *(named + gap for gap in gaps))
    show("several in a gap", SPRING, several, *(several + gap for gap in gaps))
    show(
        "a lost day",
        LOST_DAY,
        *(f"crontab 0 9 * * * {SAMOA}{gap}" for gap in ("", *gaps)),
    )
    show("a fold", AUTUMN, named, *(named + fold for fold in folds))
    half_hours = (f"crontab */30 * * * * {BERLIN}", f"crontab 0,30 0-23 * * * {BERLIN}")
    show("a wildcard in a gap", SPRING, *half_hours)
    show("a wildcard in a fold", AUTUMN, *half_hours)
    show("an interval", AUTUMN, "every 1h from 2026-10-01T00:30:00Z")


if __name__ == "__main__":
    main()
