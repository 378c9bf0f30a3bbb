"""The command line: every command on one page, each with an example; what they do stands beside, by subject."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli import (
    acting,
    adopting,
    agreeing,
    answering,
    arranging,
    befalling,
    correcting,
    database,
    engine,
    enquiring,
    health,
    importing,
    ledger,
    linking,
    owing,
    planning,
    presiding,
    protocol,
    publishing,
    raising,
    reading,
    recording,
    returning,
    running,
    sending,
    shelf,
    showing,
    standing,
    supporting,
    watching,
    webhooks,
)
from infra.cli.common import Commands, Door

__all__ = ["app"]

app = typer.Typer(
    name="quorate",
    cls=Commands,
    help="Coordinates multi-agency meetings about children and families.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
held = typer.Typer(help="What could not be decided as it stands: list, mend, release.", invoke_without_command=True)
topics = typer.Typer(help="The broker's topics, as code.", no_args_is_help=True)
imports = typer.Typer(
    help="Files of other systems: the children in need census, and tables of the directory. What cannot be used is"
    " listed with its mend; --dry-run says what would be done. Each command's --help names its columns.",
    epilog="Example: quorate import workers workers.csv --area harrow-vale --dry-run",
    no_args_is_help=True,
)
replies = typer.Typer(help="What comes back by mail: read it in, and act on what waits.", invoke_without_command=True)
databases = typer.Typer(
    help="The database's own rights.", epilog="Example: quorate database roles --show", no_args_is_help=True
)
hooks = typer.Typer(
    help="Other systems that hear of meetings and late duties by webhook.",
    epilog="Example: quorate webhooks list",
    no_args_is_help=True,
)
answers = typer.Typer(
    help="The links by which people answer.",
    epilog="Example: quorate links revoke F-1 initial-conference:SD-1 w-health --by w-coordinator",
    no_args_is_help=True,
)
chains = typer.Typer(help="The ledger's chains: verify them, sign their heads.", no_args_is_help=True)

rules = typer.Typer(help="The local protocol: check packs, read, compare and count them.", no_args_is_help=True)


@app.callback()
def door(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="The folder of an embedded database, default ./.quorate.", envvar="QUORATE_HOME"),
    ] = None,
) -> None:
    ctx.obj = Door(home)


def _add(to: typer.Typer, command: Callable[..., Any], name: str, example: str) -> None:
    to.command(name, epilog=f"Example: quorate {example}")(command)


_add(app, showing.demo, "demo", "demo --engine local")
_add(app, publishing.publish, "publish", "publish events.jsonl")
_add(app, running.run, "run", "run --until 2025-02-10")
_add(app, acting.propose, "propose", "propose F-1 initial-conference:SD-1 --by w-coordinator")
_add(app, acting.book, "book", "book F-1 initial-conference:SD-1 --at 2025-01-14T10:00 --by w-coordinator")
_add(
    app,
    acting.move,
    "move",
    "move F-1 initial-conference:SD-1 --to 2025-01-15T10:00 --reason 'the chair is ill' --by w-coordinator",
)
_add(
    app,
    acting.cancel,
    "cancel",
    "cancel F-1 initial-conference:SD-1 --reason 'the family moved' --by w-coordinator",
)
_add(app, acting.answer, "answer", "answer F-1 initial-conference:SD-1 w-health accepted --by w-coordinator")
_add(app, acting.resend, "resend", "resend F-1 initial-conference:SD-1 w-health --by w-coordinator")
_add(app, acting.call, "call", "call F-1 initial-conference:SD-1 w-clearway-key --outcome spoke --by w-coordinator")
_add(app, acting.close, "close", "close D-1a2b3c4d5e6f --reason 'told in person' --by w-unit-manager")
MEETING_OF = "F-1 initial-conference:SD-1"
_add(
    app,
    answering.deputy,
    "deputy",
    f"deputy {MEETING_OF} w-health --named 'Rhian Pugh' --address rhian@health.example --by w-coordinator",
)
_add(app, answering.agree, "agree-deputy", f"agree-deputy {MEETING_OF} w-health --by w-coordinator")
_add(
    app,
    answering.refuse,
    "refuse-deputy",
    f"refuse-deputy {MEETING_OF} w-health --reason 'nobody knows them' --by w-coordinator",
)
_add(
    app,
    answering.other_time,
    "other-time",
    f"other-time {MEETING_OF} w-health --at 2025-01-15T14:00 --by w-coordinator",
)
_add(
    app,
    answering.decline_time,
    "decline-time",
    f"decline-time {MEETING_OF} w-health --reason 'the parents cannot' --by w-coordinator",
)
_add(app, answering.promise, "promise", f"promise {MEETING_OF} w-health --on 2025-01-13 --by w-coordinator")
_add(app, answering.told_needs, "needs", "needs F-1 p-mother --need interpreter=pl --need creche --by w-social")
_add(
    app,
    answering.arrange,
    "arrange",
    f"arrange {MEETING_OF} p-mother --need interpreter --provider language-line --by w-coordinator",
)
_add(app, answering.feedback, "feedback", f"feedback {MEETING_OF} p-mother --words 'I was heard' --by w-coordinator")
_add(app, recording.consent, "consent", "consent F-1 p-mother given --purpose fip --by w-fip")
_add(
    app,
    recording.override,
    "override",
    "override F-1 p-mother --purpose fip --ground life_at_risk --by w-unit-manager",
)
_add(app, recording.acknowledge, "acknowledge", "acknowledge D-1a2b3c4d5e6f w-clearway-key --by w-coordinator")
_add(
    app,
    recording.adjourn,
    "adjourn",
    "adjourn F-1 initial-conference:SD-1 --reason 'the chair was taken ill' --by w-coordinator",
)
_add(app, recording.report, "report", "report F-1 initial-conference:SD-1 w-clearway-key --by w-coordinator")
_add(
    app,
    recording.decisions,
    "decisions",
    "decisions F-1 initial-conference:SD-1 --decision 'a plan is made' --by w-coordinator",
)
_add(
    app,
    enquiring.interim_plan,
    "interim-plan",
    "interim-plan F-1 SD-1 --role 'w-social=visits each day' --on 2025-01-07 --by w-social",
)
_add(
    app,
    agreeing.decided,
    "decided",
    "decided F-1 review-conference:PLAN-1:1 plan_goes_on --child p-tom --child p-ann --by w-chair-1",
)
_add(
    app,
    agreeing.agree,
    "agree",
    "agree F-1 initial-conference:SD-1 late_conference --as chair --reason 'no interpreter' --by w-chair-1",
)
_add(app, recording.change, "change", "change F-1 child_returned_home --on 2025-01-14 --by w-social")
_add(app, recording.refer, "refer", "refer F-1 REF-1 verbal --by w-health")
_add(app, recording.confirm_referral, "confirm-referral", "confirm-referral F-1 REF-1 --by w-health")
_add(
    app,
    recording.ask_meeting,
    "ask-meeting",
    "ask-meeting F-1 joint_care_plan_review JR-1 --due 2025-03-14 --adult p-mother --by w-coordinator",
)
_add(app, befalling.birth, "birth", "birth F-1 p-unborn --on 2025-02-09 --named 'Rowan Lark' --by w-social")
_add(app, befalling.death, "death", "death F-1 p-father --on 2025-02-09 --by w-social")
_add(
    app,
    befalling.moved,
    "moved",
    "moved F-1 p-mother --address mary@new.example --on 2025-02-09 --by w-social",
)
_add(app, befalling.moved_out, "moved-out", "moved-out F-1 MV-1 --to Northmoor --on 2025-02-09 --by w-social")
_add(app, befalling.area_told, "area-told", "area-told F-1 MV-1 --on 2025-02-10 --by w-coordinator")
_add(app, befalling.taken_over, "taken-over", "taken-over F-1 MV-1 --on 2025-02-28 --by w-coordinator")
_add(app, befalling.merge, "merge", "merge F-1 --into F-2 --by w-coordinator")
_add(app, raising.pack, "pack", "pack F-1 TR-1 --paper plan --paper chronology --on 2025-02-09 --by w-coordinator")
_add(app, raising.read_out, "read-out", "read-out F-1 initial-conference:SD-1 w-police --by w-chair-1")
_add(app, raising.raised, "raise", "raise F-1 IS-1 complaint initial-conference:SD-1 p-mother --by w-coordinator")
_add(
    app,
    raising.answered,
    "answer-issue",
    "answer-issue F-1 IS-1 not_upheld --reason 'she was heard' --by w-unit-manager",
)
_add(app, recording.hours, "hours", "hours F-1 --suit Tuesday=09:30-12:00 --suit Thursday=09:30-15:00 --by w-social")
_add(app, befalling.split, "split", "split F-1 --into F-3 --member p-father --member p-tom --by w-coordinator")
_add(
    app,
    planning.forward,
    "forward",
    "forward F-1 review-conference:PLAN-1:1 --due 2025-02-28 --reason 'a new section 47' --by w-chair-1",
)
_add(app, planning.chair, "chair", "chair F-1 core-group:PLAN-1:2 w-unit-manager --by w-social")
_add(app, planning.category, "category", "category F-1 PLAN-1 neglect --on 2025-02-09 --by w-chair-1")
_add(
    app,
    planning.core_group,
    "core-group",
    "core-group F-1 PLAN-1 --member w-social --member w-health --on 2025-02-09 --by w-chair-1",
)
_add(app, planning.looked_after, "looked-after", "looked-after F-1 PL-1 p-tom --on 2025-02-09 --by w-social")
_add(
    app,
    planning.looked_after_ended,
    "looked-after-ended",
    "looked-after-ended F-1 PL-1 --home --on 2025-03-09 --by w-social",
)
_add(
    app,
    enquiring.outcome,
    "outcome",
    "outcome F-1 SD-1 not_substantiated --no-conference --on 2025-01-20 --by w-unit-manager",
)
_add(app, enquiring.dispute, "dispute", "dispute F-1 SD-1 DP-1 --reason 'the aunt drinks too' --by w-health")
_add(app, enquiring.settle, "settle", "settle F-1 DP-1 --conference --reason 'we met' --by w-head")
_add(
    app,
    arranging.agenda,
    "agenda",
    "agenda F-1 initial-conference:SD-1 --part 'family:0-30:what the family thinks' --part 'plan:30-120:the plan'"
    " --by w-coordinator",
)
_add(
    app,
    arranging.parts,
    "parts",
    "parts F-1 initial-conference:SD-1 w-health --part plan --by w-coordinator",
)
_add(
    app,
    arranging.objection,
    "objection",
    "objection F-1 initial-conference:SD-1 p-mother OBJ-1 --against clearway --discussion 'not before the school'"
    " --agreed part --part plan --by w-social",
)
_add(
    app,
    arranging.exclude,
    "exclude",
    "exclude F-1 initial-conference:SD-1 p-father EX-1 family_conflict --evidence 'he was arrested' --by w-health",
)
_add(
    app,
    arranging.exclusion_decided,
    "exclusion-decided",
    "exclusion-decided F-1 EX-1 part --part family --reason 'he is heard before she comes' --by w-chair-1",
)
_add(
    app,
    arranging.apart,
    "apart",
    "apart F-1 AP-1 p-mother p-father --reason 'an order of the court' --by w-social",
)
_add(
    app,
    supporting.supporter,
    "supporter",
    "supporter F-1 initial-conference:SD-1 p-mother SUP-1 friend --named 'Jo Reed' --by w-social",
)
_add(
    app,
    supporting.advocate,
    "advocate",
    "advocate F-1 initial-conference:SD-1 p-tom wanted --by w-coordinator",
)
_add(
    app,
    supporting.participation,
    "participation",
    "participation F-1 review-conference:PLAN-1:1 p-tom PN1 --by w-coordinator",
)
_add(
    app,
    presiding.waive_quorum,
    "waive-quorum",
    "waive-quorum F-1 initial-conference:SD-1 --ground delay_detrimental --reason 'the school was ill' --by w-chair-1",
)
_add(app, presiding.agree_off, "agree-off", "agree-off F-1 initial-conference:SD-1 --by w-service-manager")
_add(
    app,
    presiding.considered,
    "considered",
    "considered F-1 SD-1 --not-involved --reason 'she left treatment a year ago' --by w-social",
)
_add(app, presiding.induced_illness, "induced-illness", "induced-illness F-1 --stands --child p-tom --by w-social")
_add(app, presiding.end_plan, "end-plan", "end-plan F-1 PLAN-1 --on 2025-06-10 --by w-chair-1")
_add(app, correcting.kept, "records", "records F-1")
_add(
    app,
    correcting.in_error,
    "in-error",
    "in-error F-1 4c4e8a84589d --reason 'it was another family' --by w-coordinator",
)
_add(app, showing.summarise, "summary", "summary")
_add(app, reading.show, "show", "show F-1 --on 2025-01-10")
_add(app, sending.sent, "sent", "sent F-1 --person w-clearway-key")
_add(app, owing.duties, "duties", "duties --late --kind tell_treatment")
_add(app, reading.meetings, "meetings", "meetings --from 2025-01-06 --to 2025-01-31 --state booked")
_add(app, reading.attendance, "attendance", "attendance --agency clearway --from 2025-01-06 --to 2025-03-31")
_add(app, standing.standing, "standing", "standing --json")
_add(app, shelf.parked, "parked", "parked")
_add(app, ledger.replay, "replay", "replay --as-of 2025-01-10 --family F-1")
_add(app, engine.relay, "relay", "relay")
_add(app, engine.worker, "worker", "worker")
_add(app, engine.lag, "lag", "lag --json")
_add(app, watching.watch, "watch", "watch --port 9108")
_add(topics, engine.apply, "apply", "topics apply")
_add(app, health.doctor, "doctor", "doctor")
held.callback(epilog="Example: quorate held --json")(shelf.held)
_add(held, shelf.held_show, "show", "held show H-1a2b3c4d5e6f")
_add(held, shelf.held_mend, "mend", "held mend H-1a2b3c4d5e6f mended.json")
_add(held, shelf.held_release, "release", "held release H-1a2b3c4d5e6f --by w-coordinator")
replies.callback(epilog="Example: quorate replies --all")(returning.parked)
_add(replies, returning.read, "read", "replies read mails/ --json")
_add(replies, returning.show, "show", "replies show P-1a2b3c4d5e6f")
_add(replies, returning.take, "take", "replies take P-1a2b3c4d5e6f accepted --by w-coordinator")
_add(replies, returning.aside, "aside", "replies aside P-1a2b3c4d5e6f --reason 'rang, all is well' --by w-coordinator")
_add(replies, returning.listen, "listen", "replies listen --port 2525")
_add(replies, returning.poll, "poll", "replies poll --json")
_add(app, linking.serve, "serve", "serve --port 8080")
_add(answers, linking.revoke, "revoke", "links revoke F-1 initial-conference:SD-1 w-health --by w-coordinator")
_add(imports, importing.census, "census", "import census cin-2025.xml --area harrow-vale --dry-run")
_add(imports, importing.area, "area", "import area area.csv --area harrow-vale")
_add(imports, importing.agencies, "agencies", "import agencies agencies.csv --area harrow-vale")
_add(imports, importing.workers, "workers", "import workers workers.csv --area harrow-vale")
_add(imports, importing.chairs, "chairs", "import chairs chairs.csv --area harrow-vale")
_add(imports, importing.posts, "posts", "import posts posts.csv --area harrow-vale")
_add(imports, importing.rooms, "rooms", "import rooms rooms.csv --area harrow-vale")
_add(imports, importing.leave, "leave", "import leave leave.csv --area harrow-vale --dry-run")
_add(chains, ledger.verify, "verify", "ledger verify --against heads.json")
_add(chains, ledger.heads, "heads", "ledger heads --out heads.json")
_add(databases, database.roles, "roles", "database roles --show")
_add(rules, protocol.check, "check", "protocol check my-area.toml")
_add(rules, protocol.show, "show", "protocol show --on 2026-09-01 --area my-area")
_add(rules, adopting.diff, "diff", "protocol diff my-area.toml my-area-next.toml")
_add(rules, protocol.covered, "coverage", "protocol coverage --json")
_add(hooks, webhooks.add, "add", "webhooks add board --url https://board.example/quorate --by w-coordinator")
_add(hooks, webhooks.list_, "list", "webhooks list")
_add(hooks, webhooks.test, "test", "webhooks test board")
_add(hooks, webhooks.remove, "remove", "webhooks remove board --by w-coordinator")
_add(hooks, webhooks.failed, "failed", "webhooks failed --json")
app.add_typer(held, name="held")
app.add_typer(replies, name="replies")
app.add_typer(answers, name="links")
app.add_typer(hooks, name="webhooks")
app.add_typer(rules, name="protocol")
app.add_typer(imports, name="import")
app.add_typer(topics, name="topics")
app.add_typer(chains, name="ledger")
app.add_typer(databases, name="database")
