"""The judge: looks at what came in, what was kept and what was delivered, and says what must never be.

It imports nothing of handlers, streams or infra. One judge reads one run, each row and each mail once; after each
instant it checks the streams that were touched, and at a day's end everything that time alone can make wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation import (
    befallen_checks,
    books_checks,
    duty_checks,
    evidence_checks,
    family_joining,
    ladder_checks,
    leak_checks,
    paper_checks,
)
from tests.simulation.calendar_sums import parsed
from tests.simulation.desk import Desk
from tests.simulation.evidence import Delivered, Evidence, Row, Violation
from tests.simulation.family_reading import Family
from tests.simulation.reading import Area, Fact, as_fact

LEVEL = (
    *(duty_checks.evidence, duty_checks.must_be_told, duty_checks.wrong_callers, duty_checks.mails_without_basis),
    *(evidence_checks.sent, evidence_checks.named_apart, evidence_checks.recorded),
    *(paper_checks.after_meetings, paper_checks.changes, paper_checks.referrals),
    *(ladder_checks.climbed, ladder_checks.standing_orders),
    *befallen_checks.CHECKS,
)
CLOCK = (
    *(duty_checks.by_the_clock, paper_checks.papers_by_the_clock, ladder_checks.by_the_clock),
    befallen_checks.corrected,
)


@dataclass
class Judge:
    """Everything read so far."""

    areas: dict[str, Area] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    chains: books_checks.Chains = field(default_factory=books_checks.Chains)
    arrivals: books_checks.Arrivals = field(default_factory=books_checks.Arrivals)
    diary: books_checks.Diary = field(default_factory=books_checks.Diary)
    posted: dict[str, list[Delivered]] = field(default_factory=dict)
    said: set[Violation] = field(default_factory=set)
    _instants: dict[str, datetime] = field(default_factory=dict)
    _parcels: dict[tuple[str, str], Family] = field(default_factory=dict)
    _read_so_far: int = 0
    _rows: int = 0
    _mails: int = 0
    _papers: dict[str, str] = field(default_factory=dict)
    _readers: leak_checks.Readers | None = None
    _shelved: set[str] = field(default_factory=set)
    _compared: dict[str, int] = field(default_factory=dict)
    _levelled: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self, evidence: Evidence) -> list[Violation]:
        """What is wrong now and was not said before."""
        for area in self.areas.values():
            area.before = area.directory
        for family in self.families.values():
            family.fresh = []
        found = self._read(self._fresh(evidence.ledger))
        found += self.arrivals.look(evidence, self.chains)
        found += books_checks.shelf(evidence, self._shelved)
        found += self._mailed(evidence)
        found += self._streams(evidence)
        found += books_checks.mending(evidence, self.areas, self.families)
        found += books_checks.snapshots(evidence)
        found += books_checks.standing(evidence, self.areas)
        if evidence.touched is None or any("/diary/" in stream for stream in evidence.touched):
            found += self.diary.look(evidence)
        fresh = [v for v in dict.fromkeys(found) if v not in self.said]
        self.said |= set(fresh)
        return fresh

    def _fresh(self, ledger: Sequence[Row]) -> list[Row]:
        """The rows not read before: mostly the last ones; else whichever continue their streams."""
        tail = ledger[self._rows :]
        ends = self.chains.ends
        first: dict[str, int] = {}
        for row in tail:
            first.setdefault(row["stream"], row["seq"])
        grown = all(seq == ends.get(stream, (0, ""))[0] + 1 for stream, seq in first.items())
        self._rows = len(ledger)
        if grown:
            return list(tail)
        fresh = [row for row in ledger if row["seq"] > ends.get(row["stream"], (0, ""))[0]]
        return sorted(fresh, key=lambda row: (row["stream"], row["seq"]))

    def _read(self, rows: list[Row]) -> list[Violation]:
        found: list[Violation] = []
        for row in rows:
            fresh, broken = self.chains.take(row)
            found += broken
            stream = row["stream"]
            at = max(parsed(row["recorded"]), self._instants.get(stream, parsed(row["recorded"])))
            self._instants[stream] = at
            found += self._file(stream, row, at, fresh)
        return found

    def _file(self, stream: str, row: Row, at: datetime, fresh: bool) -> list[Violation]:
        area_name, kind, id_ = stream.split("/", 2)
        area = self.areas.setdefault(area_name, Area())
        if kind == "diary":
            return self.diary.take(row) if row["type"] in ("SeatsKept", "SeatsGivenBack") else []
        self._read_so_far += 1
        fact = as_fact(row, at, fresh, self._read_so_far)
        if kind == "partnership":
            area.learn(fact)
        elif kind == "person":
            area.take(id_, fact)
        else:
            self._join(stream, fact)
            self.families[stream].take(fact)
            if fact.type == "PaperIssued":
                self._papers[row["body"]["message"]] = row["body"]["paper"]
        return []

    def _join(self, stream: str, fact: Fact) -> None:
        """One family goes on as another, or a part of it does: the other has it when it was told of it."""
        family = self.families.setdefault(stream, Family(stream))
        if fact.type == "FamiliesMerged" and not family.merged_into:
            self._parcels[family.id, fact.body["into"]] = family
            self.families[stream] = family_joining.merged(family, fact.body["into"])
        elif fact.type == "FamilySplit" and not family.merged_into:
            self._parcels[family.id, fact.body["into"]] = family_joining.parted(family, fact.body)
            family.parted |= dict.fromkeys(fact.body["members"], fact.at)
        elif fact.type == "FamilyBrought":
            parcel = self._parcels.pop((fact.body["from_family"], family.id), None)
            if parcel:
                family_joining.brought(family, parcel, fact)

    def _mailed(self, evidence: Evidence) -> list[Violation]:
        fresh = evidence.mails[self._mails :]
        self._mails = len(evidence.mails)
        if self._readers is None:
            self._readers = leak_checks.Readers(evidence.canaries)
        if not fresh:
            return []
        self._readers.learn(list(evidence.history))
        directories = [d for area in self.areas.values() for d in area.directories()]
        found: list[Violation] = []
        for mail in fresh:
            self.posted.setdefault(leak_checks.message_id(mail.raw), []).append(mail)
            found += leak_checks.look(mail, self._readers, self._papers, directories)
        return found + self._advice(fresh)

    def _advice(self, mails: Sequence[Delivered]) -> list[Violation]:
        """A letter that asks for advice says nothing of which family it is (Joint Guidance T10)."""
        found = []
        for family in self.families.values():
            own = set(family.by_kind.get("ask_for_advice", ()))
            if not own:
                continue
            letters = {m.id for m in family.mails.values() if m.duty in own and m.kind == "letter"}
            for mail in mails:
                if leak_checks.message_id(mail.raw) in letters and family.id in leak_checks.texts(mail.raw):
                    found.append(Violation("leak", f"a letter that asks for advice names the family {family.id}"))
        return found

    def _streams(self, evidence: Evidence) -> list[Violation]:
        touched = evidence.touched
        standing = [(s, f) for s, f in self.families.items() if not f.merged_into]
        wanted = [f for s, f in standing if touched is None or s in touched]
        by_stream: dict[str, list[Row]] = {family.stream: [] for family in wanted}
        for row in evidence.duties:
            if row["stream"] in by_stream:
                by_stream[row["stream"]].append(row)
        found: list[Violation] = []
        for family in wanted:
            area = self.areas[family.area]
            desk = Desk(area, family, evidence.now, touched is not None, self.posted)
            seen = (family.rows, area.changes)
            for check in CLOCK if self._levelled.get(family.stream) == seen else (*LEVEL, *CLOCK):
                check(desk)
            self._levelled[family.stream] = (0, 0) if desk.pending or area.before is not area.directory else seen
            found += desk.found
            changed = None if touched is None else {duty_of(fact) for fact in family.fresh}
            if changed is None and self._compared.get(family.stream) == family.rows:
                continue
            if changed is None:
                self._compared[family.stream] = family.rows
            found += books_checks.table_against_facts(family, by_stream[family.stream], changed)
        return found


def duty_of(fact: Fact) -> str:
    """The duty that this fact is about; empty if about none."""
    opened = fact.body.get("duty", "")
    return str(opened["id"] if isinstance(opened, Mapping) else opened)


_present: list[tuple[Sequence[Row], Judge]] = []


def look(evidence: Evidence) -> list[Violation]:
    """What is wrong now. One run hands in one ledger, that grows; another ledger is another run, with a fresh judge."""
    if not _present or _present[0][0] is not evidence.ledger:
        _present[:] = [(evidence.ledger, Judge())]
    return _present[0][1].look(evidence)
