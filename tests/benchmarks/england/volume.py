"""How much happens in a year, and how it is cut into areas.

The Department for Education's statistics "Children in need" (explore-education-statistics.service.gov.uk, table C4,
England) say 225,400 section 47 enquiries and 74,380 initial conferences for the year to March 2023, 230,590 and 72,100
for that to March 2025; there are 153 local authorities. They count each child, here each is a family's: our year is
the heavier one. No return counts review conferences: 140,000 is what the project asks for, and what comes of 75,000
initial ones if 66,000 make a plan and a plan is reviewed twice or so. What nobody counts (treatment, projects,
answers, changes in a family) is a design default, and stands in `households.py`, `courses.py` and `sittings.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

AREAS = 150
CONFERENCES, REVIEWS, ENQUIRIES = 75_000, 140_000, 240_000
STANDING = (
    48_500  # plans made before the year began; about as many children were on one in March 2024, by the same source
)
WEEKS = 52
FIRST_ON = date(2025, 1, 6)  # a Monday
LAST_ON = FIRST_ON + timedelta(weeks=WEEKS, days=-1)


@dataclass(frozen=True)
class Area:
    """How many families of each kind an area has: with an initial conference this year, with a plan that stands from
    before, and with an enquiry that ends without a conference."""

    name: str
    conferences: int
    standing: int
    enquiries: int


def areas(share: Fraction) -> Iterator[Area]:
    """The areas of so much of England. A share takes fewer areas, each as large as ever; the smallest takes one, which
    is then smaller."""
    count = max(1, round(AREAS * share))
    of = [round(n * share) for n in (CONFERENCES, STANDING, ENQUIRIES - CONFERENCES)]
    for n in range(count):
        yield Area(f"area-{n + 1:03}", *(x * (n + 1) // count - x * n // count for x in of))
