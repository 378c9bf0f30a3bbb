"""What lies before the judge: one event, one file, and what is read off the file on the way to a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from handlers import case_folds, consent, diary_file, partnership, person_file, substance_misuse
from handlers import events as e
from handlers import facts as f
from handlers.case_file import CaseFile
from handlers.diary_file import DiaryFile
from handlers.effects import Effect
from handlers.facts import Fact, Finding
from handlers.partnership import Directory
from handlers.person_file import PersonFile
from handlers.protocol import Protocol

File = CaseFile | PersonFile | DiaryFile | Directory


def fold(file: Any, fact: Fact) -> Any:
    """One more fact in whichever file it is."""
    match file:
        case CaseFile():
            return case_folds.fold(file, fact)
        case PersonFile():
            return person_file.fold(file, fact)
        case DiaryFile():
            return diary_file.fold(file, fact)
        case _:
            return partnership.fold(file, fact)


# Facts about a duty itself. No reading of the file asks how far a duty has come, only when it was last reopened.
OF_DUTIES_ALONE = (f.DutyOpened, f.DutyMoved, f.DutyEnded, f.RungClimbed, f.CallAskedFor)


class Desk:
    """What lies before the judge. Each finding is folded in at once, so that the next rule sees the file with it."""

    def __init__(self, event: e.Event, file: File, protocol: Protocol, directory: Directory, now: datetime) -> None:
        self.event, self.protocol, self.directory, self.now = event, protocol, directory, now
        self.file: Any = file  # whichever of the four; RULES and EVERY_TIME say which rule reads which
        self.before: Any = file
        self._seen: dict[str, tuple[File, Any]] = {}
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []

    @property
    def case(self) -> CaseFile:
        assert isinstance(self.file, CaseFile)
        return self.file

    def once(self, name: str, reading: Callable[[Desk], Any]) -> Any:
        """A reading of the whole file, made once for as long as the file stays the same, duties apart."""
        seen = self._seen.get(name)
        if seen is None or seen[0] is not self.file:
            seen = self._seen[name] = (self.file, reading(self))
        return seen[1]

    @property
    def gate(self) -> substance_misuse.Desk:
        gate: substance_misuse.Desk = self.once("gate", _gate)
        return gate

    def hear(self, outcomes: Iterable[Finding | Effect]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Finding):
                times = (self.event.happened, self.now)
                self.note(Fact(outcome.body, outcome.because, *times, self.event.id, outcome.rule))
            else:
                self.effects.append(outcome)

    def note(self, fact: Fact) -> None:
        self.facts.append(fact)
        before, self.file = self.file, fold(self.file, fact)
        if isinstance(fact.body, OF_DUTIES_ALONE):
            self._seen = {name: (self.file, read) for name, (of, read) in self._seen.items() if of is before}


def _gate(desk: Desk) -> substance_misuse.Desk:
    verdicts = (consent.permitted, consent.said)
    return substance_misuse.Desk(desk.case, desk.directory, desk.protocol, desk.now, *verdicts)
