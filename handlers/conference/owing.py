"""What the rules of conferences ask of somebody: each subject's own, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.case_file import CaseFile
from handlers.concerns import Concern
from handlers.conference import (
    agreeing,
    calling_off,
    coming_forward,
    convening,
    discussing,
    each_child,
    interim,
    issues,
    papers,
    plan_ends,
    quorum,
)
from handlers.duties import Owed
from handlers.partnership import Directory
from handlers.protocol import Protocol


def owed(
    file: CaseFile, concerns: list[Concern], protocol: Protocol, directory: Directory, now: datetime
) -> Iterator[Owed]:
    yield from convening.owed(file, protocol)
    yield from quorum.owed(file, protocol, directory)
    yield from plan_ends.owed(file, protocol, directory)
    yield from calling_off.owed(file, protocol, directory)
    yield from discussing.owed(file, protocol, directory, concerns)
    yield from agreeing.owed(file, protocol, directory, now)
    yield from interim.owed(file, protocol)
    yield from each_child.owed(file, protocol)
    yield from papers.owed(file, protocol, directory)
    yield from issues.owed(file, protocol)
    yield from coming_forward.owed(file, concerns, protocol)
