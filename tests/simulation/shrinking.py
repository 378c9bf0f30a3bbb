"""From a failing case to a short one: families go, then what was done, then faults, as long as it fails the same way.

Delta debugging (Zeller): ever smaller shares are taken out, and what still fails is kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from tests.simulation.cases import Case, Op

T = TypeVar("T")
Fails = Callable[[Case], bool]


def shrunk(case: Case, fails: Fails, seconds: float = 120.0, suspect: str = "") -> Case:
    """The shortest case found in that time that still fails; the case itself if it does not fail when replayed.

    suspect: a text that may name the family, which is then tried alone first.
    """
    until = time.monotonic() + seconds

    def still(tried: Case) -> bool:
        return time.monotonic() < until and fails(tried)

    named = [f for f in case.families if re.search(rf"\b{f.rpartition('/')[2]}\b", suspect)]
    alone = _only(case, named)
    if named and still(alone):
        case = alone
    elif fails(case):
        case = _only(case, fewer(case.families, lambda stay: still(_only(case, stay))))
    case = replace(case, faults=fewer(case.faults, lambda faults: still(replace(case, faults=list(faults)))))
    case = replace(case, ops=fewer(case.ops, lambda ops: still(replace(case, ops=list(ops)))))
    return replace(case, faults=fewer(case.faults, lambda faults: still(replace(case, faults=list(faults)))))


def _only(case: Case, families: Sequence[str]) -> Case:
    """The case without what was told of the other families and their people."""
    gone = [family.rpartition("F-")[2] for family in case.families if family not in families]

    def of_others(op: Op) -> bool:
        return any(f"/family/F-{n}\n" in f"{op.stream}\n" or f"/person/p-{n}-" in op.stream for n in gone)

    return replace(case, families=list(families), ops=[op for op in case.ops if not of_others(op)])


def fewer(things: Sequence[T], still: Callable[[Sequence[T]], bool]) -> list[T]:
    """As few of these as will do, in their order."""
    kept = list(things)
    if kept and still([]):
        return []
    share = max(1, len(kept) // 2)
    while kept:
        taken = False
        first = 0
        while first < len(kept):
            tried = kept[:first] + kept[first + share :]
            if tried and still(tried):
                kept, taken = tried, True
            else:
                first += share
        if share == 1 and not taken:
            break
        share = max(1, share // 2) if not taken else min(share, max(1, len(kept) // 2))
    return kept
