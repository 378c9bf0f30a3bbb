"""Small lives written by hand, for testing the judge: steps of a ledger that can be left out, altered or added to.

A step is one row to be. `assembled` chains them with the library's canonical JSON, makes the history, the table of
duties and a mail for each message, and `found` plays them before a judge, instant by instant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import rfc8785

from tests.simulation.books_checks import COVERED
from tests.simulation.evidence import Delivered, Evidence
from tests.simulation.family_reading import Family
from tests.simulation.judge import Judge
from tests.simulation.reading import as_fact

FAMILY, MUM, DAD = "vale/family/F-1", "vale/person/p-mum", "vale/person/p-dad"
PARTNERSHIP, DIARY = "vale/partnership/vale", "vale/diary/vale"
ADDRESSES = {
    w: f"{w}@mail.example" for w in ("w-co", "w-cum", "w-hos", "w-board", "w-key", "w-spoc", "w-sm", "w-other")
}
CANARIES = {"p-kid": ["Zquabruk", "Vrexadazh"], **{w: [f"{w[2:]}jholifyng"] for w in ADDRESSES}}


def at(text: str) -> datetime:
    """`14 10:00` is that day of January 2025, in UTC, which is London's time then."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2025-01-{int(day):02}T{clock}:00+00:00")


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


UNTIL = at("20 12:00")


@dataclass(frozen=True)
class Step:
    """One row. told: an event from outside, in the history too; else a fact decided from the event before it."""

    name: str
    at: datetime
    type: str
    body: dict[str, Any]
    stream: str = FAMILY
    told: bool = False
    house: bool = False
    happened: datetime | None = None


@dataclass
class Story:
    steps: list[Step] = field(default_factory=list)
    until: datetime = UNTIL
    mails: list[Delivered] = field(default_factory=list)
    unposted: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    spoil: Callable[[dict[str, Any]], None] = lambda shown: None

    def told(self, name: str, when: str, type_: str, stream: str = FAMILY, /, **body: Any) -> Story:
        """`happened`, where it is not when it was recorded, stands among the fields."""
        moment = at(body.pop("happened")) if "happened" in body else None
        self.steps.append(Step(name, at(when), type_, body, stream, told=True, happened=moment))
        return self

    def heard(self, name: str, when: str, type_: str, /, **body: Any) -> Story:
        """An event of the house's own: a receipt, what a person stream tells."""
        self.steps.append(Step(name, at(when), type_, body, house=True))
        return self

    def fact(self, name: str, when: str, type_: str, stream: str = FAMILY, /, **body: Any) -> Story:
        self.steps.append(Step(name, at(when), type_, body, stream))
        return self

    def duty(self, name: str, when: str, kind: str, due: str, **more: Any) -> Story:
        """`due` is an instant, or the number of a day, which means its end."""
        due_at = at(due) if ":" in due else at(f"{due} 23:59") + timedelta(seconds=59)
        key = more.pop("key", (more.get("adult"), more.get("service"), more.get("meeting")))
        id_ = "D-" + hashlib.sha256("\x1f".join(("duty", FAMILY, kind, *key)).encode()).hexdigest()[:12]
        body: dict[str, Any] = {
            "id": id_,
            "kind": kind,
            "due_at": stamp(due_at),
            "opened_at": stamp(at(when)),
            "owner": "coordinator",
        }
        body |= {
            "sentence": kind,
            "rule": "",
            "ladder": kind,
            "meeting": None,
            "adult": None,
            "service": None,
            "to": None,
        }
        return self.fact(name, when, "DutyOpened", duty=body | {"by_telephone": False} | more)

    def id(self, name: str) -> str:
        return str(next(s for s in self.steps if s.name == name).body["duty"]["id"])

    def end(self, name: str, when: str, duty: str, how: str = "evidence", by: str = "somebody") -> Story:
        return self.fact(name, when, "DutyEnded", duty=self.id(duty), how=how, by=by, grade=None, reason=None)

    def without(self, *names: str) -> Story:
        self.steps = [s for s in self.steps if s.name not in names]
        return self

    def altered(self, name: str, **changes: Any) -> Story:
        """The step with these fields of its body (or of its duty) changed."""
        self.steps = [_altered(s, changes) if s.name == name else s for s in self.steps]
        return self


def _altered(step: Step, changes: dict[str, Any]) -> Step:
    if "duty" in step.body and isinstance(step.body["duty"], dict):
        return replace(step, body={"duty": step.body["duty"] | changes})
    return replace(step, body=step.body | changes)


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def rows(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The ledger, chained."""
    made: list[dict[str, Any]] = []
    ends: dict[str, tuple[int, str]] = {}
    cause: dict[str, tuple[str, str]] = {}
    for n, step in enumerate(steps):
        if step.told or step.house or step.stream not in cause:
            cause[step.stream] = (f"e-{n}", "sim" if step.told else "quorate")
        event, source = cause[step.stream]
        seq, link = ends.get(step.stream, (0, "0" * 64))
        row: dict[str, Any] = {
            "stream": step.stream,
            "seq": seq + 1,
            "event": event,
            "source": source,
            "type": step.type,
            "body": step.body,
            "because": f"told by {source}" if step.told or step.house else "so it is",
            "rule": "",
            "pack": "p",
            "happened": stamp(step.happened or step.at),
            "recorded": stamp(step.at),
        }
        row["link"] = hashlib.sha256(link.encode() + rfc8785.dumps({k: row[k] for k in (*COVERED, "body")})).hexdigest()
        ends[step.stream] = (seq + 1, row["link"])
        made.append(row)
    return made


def history(ledger: list[dict[str, Any]], steps: list[Step]) -> list[dict[str, Any]]:
    return [
        {
            "id": row["event"],
            "source": row["source"],
            "type": f"uk.quorate.{_kebab(step.type)}.v1",
            "subject": step.stream,
            "time": row["happened"],
            "recordedtime": row["recorded"],
            "data": step.body,
        }
        for row, step in zip(ledger, steps, strict=True)
        if step.told
    ]


def mail(to: str, message: str, text: str = "Please come to a meeting.") -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = "desk@quorate.example", to, "A meeting"
    written["Message-ID"] = f"<{message}@quorate.example>"
    written.set_content(text)
    return written


def table(ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    family = Family(FAMILY)
    for row in ledger:
        if row["stream"] == FAMILY:
            family.take(as_fact(row, datetime.fromisoformat(row["recorded"]), False))
    return [
        {
            k: d.now.get(k)
            for k in ("id", "kind", "meeting", "adult", "service", "to", "owner", "sentence", "rule", "due_at")
        }
        | {"stream": FAMILY, "rung": max(d.rungs), "by_telephone": d.now.get("by_telephone", False)}
        | {"ended": d.ended.body["how"] if d.ended else None, "ended_by": d.ended.body["by"] if d.ended else ""}
        | {"ended_at": stamp(d.ended.at) if d.ended else None}
        for d in family.duties.values()
    ]


def found(story: Story) -> dict[str, str]:
    """What the judge finds in this life, by name: played instant by instant, with a look at all each midnight."""
    steps = sorted(story.steps, key=lambda s: s.at)
    shown: dict[str, Any] = {"ledger": rows(steps)}
    shown |= {"history": history(shown["ledger"], steps), "mails": [*_mails(story, steps), *story.mails]}
    shown |= {"held": [], "parked": [], "seats": [], "rebuilt": None, "files": [], "table": table}
    story.spoil(shown)
    judge = Judge()
    said: dict[str, str] = {}
    instants = sorted({s.at for s in steps})
    nights = [at("1 00:00") + timedelta(days=n, minutes=-1) for n in range(1, 31)]
    for now in sorted({*instants, *(n for n in nights if n < story.until), story.until}):
        evidence = _evidence(shown, now, frozenset(s.stream for s in steps if s.at == now) or None)
        said |= {v.name: v.sentence for v in judge.look(evidence)}
    return said


def _mails(story: Story, steps: list[Step]) -> list[Delivered]:
    issued = [(s.at, s.body) for s in steps if s.body.get("message") and "paper" not in s.body]
    issued += [(s.at, s.body) for s in steps if s.type == "PaperIssued"]
    return [
        Delivered(
            when,
            ADDRESSES[body["person"]],
            mail(ADDRESSES[body["person"]], body["message"], story.words.get(body["message"], "Hello.")).as_bytes(),
            "accepted",
        )
        for when, body in issued
        if body["message"] not in story.unposted
    ]


def _evidence(shown: dict[str, Any], now: datetime, touched: frozenset[str] | None) -> Evidence:
    so_far = [r for r in shown["ledger"] if r["recorded"] <= stamp(now)]
    return Evidence(
        now=now,
        history=[e for e in shown["history"] if e["recordedtime"] <= stamp(now)],
        ledger=so_far,
        files=shown["files"],
        duties=shown["table"](so_far),
        meetings=[],
        seats=shown["seats"] if now >= at("6 09:00") else [],
        held=[row for row in shown["held"] if row.get("at", "") <= stamp(now)],
        parked=shown["parked"],
        mails=[m for m in shown["mails"] if m.at <= now],
        canaries=CANARIES,
        touched=touched,
        rebuilt=shown["rebuilt"],
    )
