"""Time zones as other people's calendars name or define them.

A name that everybody knows counts, whatever the calendar says of it; Windows' names are known, too. Any other zone is
what the calendar defines, if it changes at most by the year: a rule that comes round each second would cost for ever.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from icalendar import Timezone
from icalendar.timezone import tzp

LONGEST_NAME = 80
VENDOR = re.compile(r"^/.*/(?=[A-Za-z_]+/[A-Za-z_-]+$)")  # of a TZID such as /citadel.org/20210210_1/Europe/London
DEFINED = re.compile(r"^BEGIN:VTIMEZONE$", re.IGNORECASE | re.MULTILINE)
NAME = re.compile(r"^TZID(?:;[^:\n]*)?:(.{1,80})$", re.IGNORECASE | re.MULTILINE)
RULE = re.compile(r"^RRULE.*$", re.IGNORECASE | re.MULTILINE)
YEARLY = re.compile(
    r"RRULE:(?:(?:FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|BYMONTH=\d{1,2}|BYDAY=(?:[-+]?[1-5])?[A-Z]{2}"
    r"|BYMONTHDAY=[-\d,]{1,40}|UNTIL=\w{8,16}|COUNT=\d{1,4})(?:;|$))+",
    re.IGNORECASE,
)
MOST, CHANGES, DATES = 10, 12, 500  # zones of a calendar; parts of a zone, commas in its lists of days


def known_zone(name: str) -> tzinfo | None:
    """The zone that everybody knows by this name."""
    try:
        return tzp.timezone(VENDOR.sub("", name)) if 0 < len(name) <= LONGEST_NAME else None
    except (ValueError, OSError, LookupError):
        return None


def own_zones(text: str) -> dict[str, tzinfo]:
    """The zones that a calendar defines, without those that everybody knows. text: with its lines unfolded."""
    defined = (block.partition("END:VTIMEZONE")[0] for block in DEFINED.split(text)[1 : MOST + 1])
    named = {found[1].strip(): block for block in defined if (found := NAME.search(block))}
    zones = {name: _zone(block) for name, block in named.items() if known_zone(name) is None}
    return {name: zone for name, zone in zones.items() if zone is not None}


def _zone(block: str) -> tzinfo | None:
    rules = RULE.findall(block)
    if not all(YEARLY.fullmatch(rule.strip()) for rule in rules):
        return None
    if block.upper().count("BEGIN:") > CHANGES or block.count(",") > DATES:
        return None
    try:
        lines = f"BEGIN:VTIMEZONE\n{block.strip()}\nEND:VTIMEZONE\n".replace("\n", "\r\n")
        defined = Timezone.from_ical(lines.encode())
        zone: tzinfo | None = defined.to_tz(lookup_tzid=False) if isinstance(defined, Timezone) else None
        datetime(2026, 1, 1, tzinfo=zone).utcoffset()
    except Exception:  # whatever a stranger's definition makes of the libraries, its zone is unknown
        return None
    return zone
