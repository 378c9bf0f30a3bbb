"""A family's view on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rich.text import Text

from handlers.working_days import in_words
from infra.cli.family import View
from infra.cli.paper import console
from infra.papers.words import one_line


def show(view: View) -> None:
    """Print it."""
    out = console()
    for line in _lines(view):
        out.print(line)


def _lines(view: View) -> Iterator[Text]:
    then = f"as it was on {_at(view['on'])}, " if view["on"] else ""
    yield Text(f"Family {view['family']} ({view['area']}), {then}as known on {_at(view['as_of'])}", style="bold")
    if view["held_events"]:
        n, ids = len(view["held_events"]), ", ".join(view["held_events"])
        yield Text(f"Decided without {n} held event{'' if n == 1 else 's'}: {ids} (quorate held)", style="bold red")
    if view["brought_from"]:
        yield Text(f"Goes on with what was {' and '.join(view['brought_from'])}")
    yield from _section("Members", map(_member, view["members"]))
    yield from _section("Died", (f"{x['name']} ({x['person']}), on {_on(x['on'])}" for x in view["died"]))
    yield from _section("Professionals", map(_professional, view["professionals"]))
    yield from _section("Strategy discussions", map(_discussion, view["discussions"]))
    yield from _section("Meetings", (line for m in view["meetings"] for line in _meeting(m)))
    yield from _section("Treatment services", map(_treatment, view["treatment"]))
    yield from _section("Plans and projects", [*map(_plan, view["plans"]), *map(_fip, view["fips"])])
    yield from _section("Duties open", (_duty(d) for d in view["duties"] if not d["ended"]))
    yield from _section("Duties ended", (_duty(d) for d in view["duties"] if d["ended"]))


def _section(heading: str, lines: Any) -> Iterator[Text]:
    found = list(lines)
    if found:
        yield Text(f"\n{heading}", style="bold")
        yield from (Text("  " + " " * (len(x) - len(x.lstrip())) + one_line(x)) for x in found)


def _at(text: str | None) -> str:
    return in_words(datetime.fromisoformat(text)) if text else ""


def _on(text: str | None) -> str:
    return in_words(date.fromisoformat(text)) if text else ""


def _member(m: View) -> str:
    born = f", born {_on(m['born'])}" if m["born"] else ""
    return f"{m['name']} ({m['person']}): {m['relation']}{', has care of a child' if m['cares'] else ''}{born}"


def _professional(p: View) -> str:
    agency = f", {p['agency']}" if p["agency"] else ""
    return f"{p['name']} ({p['worker']}): {p['role'].replace('_', ' ')}{agency}, since {_on(p['since'])}"


def _discussion(d: View) -> str:
    lacks = f"without {' and '.join(d['missing'])}" if d["missing"] else "police, health and social care took part"
    return f"{d['discussion']}, {_on(d['held_on'])}: {lacks if d['known'] else 'who took part is not on record'}"


def _meeting(m: View) -> Iterator[str]:
    yield f"{m['title']} ({m['meeting']}): {m['state']}; due by {_on(m['due_on'])}"
    yield f"  why then: {m['working']}"
    if m["starts_at"]:
        place = f", {m['place']}" if m["place"] else ""
        chair = f", chair {m['chair_name']}" if m["chair_name"] else ""
        missing = f"; not free then: {', '.join(m['missing'])}" if m["missing"] else ""
        yield f"  when: {_at(m['starts_at'])} to {_at(m['ends_at'])[-5:]}{place}{chair}{missing}"
    if m["quorum"]:
        yield f"  quorum: {m['quorum']}"
    if m["nothing_fits"]:
        yield f"  nothing fits: {'; '.join(m['nothing_fits'])}"
    yield from (f"  {line}" for line in m["arranged"])
    for p in m["invited"]:
        yield f"  - {_invited(p)}"
    if m["minutes_recorded_at"]:
        yield f"  minutes recorded {_at(m['minutes_recorded_at'])}"


def _invited(p: View) -> str:
    parts = [f"invitation {p['invitation']}" if p["invitation"] != "never invited" else "never invited"]
    if p["own_times"]:
        parts.append(f"for {p['own_times']}")
    if p["answer"]:
        before = "to an earlier time, " if p["answer_is_to_an_earlier_time"] else ""
        parts.append(f"{p['answer']} ({before}recorded by {p['answer_by']})")
    if p["attendance"]:
        deputy = f" for {p['deputy_for']}" if p["deputy_for"] else ""
        parts.append(f"attendance: {p['attendance'].replace('_', ' ')}{deputy}")
    parts += _wishes(p)
    if p["report_received_at"]:
        parts.append(f"report received {_at(p['report_received_at'])}")
    if p["decisions"]:
        parts.append(f"decisions {p['decisions']}")
    if p["minutes"]:
        parts.append(f"minutes {p['minutes']}")
    return f"{p['name']} ({p['person']}): {'; '.join(parts)}"


def _wishes(p: View) -> Iterator[str]:
    if p["sends_deputy"]:
        yield f"sends {p['sends_deputy']} ({p['deputy_verdict']})"
    if p["proposes"]:
        yield f"proposes {_at(p['proposes'])}"
    if p["report_promised_on"]:
        yield f"promises a report by {_on(p['report_promised_on'])}"
    if p["needs"]:
        yield f"needs {', '.join(p['needs'])}"
    yield from (f"said afterwards: “{words}”" for words in p["feedback"])


def _treatment(t: View) -> str:
    if t["told"]:
        return f"{t['what']}: done {_at(t['told_at'])}, {t['evidence']} ({t['duty']})"
    if t["ended"]:
        return f"{t['what']}: ended by {t['ended']}, {t['evidence']} ({t['duty']})"
    how = "; by telephone now" if t["by_telephone"] else ""
    return f"{t['what']}: NOT YET, due {_at(t['due_at'])}{how} ({t['duty']})"


def _plan(p: View) -> str:
    end = f", ended {_on(p['ended_on'])}" if p["ended_on"] else ""
    before = f", reviewed before us {', '.join(map(_on, p['reviews_before']))}" if p["reviews_before"] else ""
    category = p["category"] or "category not known"
    return f"Child protection plan {p['plan']} ({category}), made {_on(p['made_on'])}{before}{end}"


def _fip(f: View) -> str:
    end = f", ended {_on(f['ended_on'])}" if f["ended_on"] else ""
    return f"Family Intervention Project {f['fip']} with {f['worker']}, since {_on(f['started_on'])}{end}"


def _duty(d: View) -> str:
    late = f", late by {d['late']}" if d["late"] else ""
    rung = f", put before {d['rung_role']}" if d["rung_role"] else ""
    if d["ended"]:
        return f"{d['duty']} {d['what']}: {d['ended']} ({d['ended_by']}) {_at(d['ended_at'])}{late}"
    return f"{d['duty']} {d['what']}: {d['owner']}, due {_at(d['due_at'])}{late}{rung}"
