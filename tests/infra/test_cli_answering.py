"""What invitees say besides yes, no and maybe, recorded at the command line."""

from __future__ import annotations

import re

from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, referred

__all__ = ["first_evening", "home", "referred"]
STRANGER = ("--named", "Rhian Pugh", "--address", "Rhian.Pugh@health.example")


def invited(home: Home, person: str) -> dict[str, object]:
    [meeting] = [m for m in home.one("show", FAMILY)["meetings"] if m["meeting"] == MEETING]
    [found] = [p for p in meeting["invited"] if p["person"] == person]
    return dict(found)


def test_a_stranger_is_asked_once_the_coordinator_agrees_and_no_name_stands_in_clear(referred: Home) -> None:
    said = referred.says("deputy", FAMILY, MEETING, "w-health", *STRANGER, *BY)
    assert re.search(r"Rhian Pugh \(dep-\w+\) may come for W-HEALTH Surname once you agree: quorate agree-deputy", said)
    assert "opened: Say whether dep-" in said
    assert invited(referred, "w-health")["deputy_verdict"] == "to be answered"
    agreed = referred.says("agree-deputy", FAMILY, MEETING, "w-health", *BY)
    assert "Rhian Pugh comes for W-HEALTH Surname" in agreed and "ended (evidence: the deputy was approved)" in agreed
    assert "sends Rhian Pugh (approved)" in referred.says("show", FAMILY)
    rows = "".join(str(body) for (body,) in referred.sql("SELECT body FROM ledger"))
    assert "DeputyNamed" in {t for (t,) in referred.sql("SELECT type FROM ledger")}
    assert "Pugh" not in rows and "dep-" in rows and '"domain":"health.example"' in rows


def test_a_deputy_is_refused_and_the_invitee_is_written_to(referred: Home) -> None:
    referred.says("deputy", FAMILY, MEETING, "w-health", *STRANGER, *BY)
    said = referred.says("refuse-deputy", FAMILY, MEETING, "w-health", "--reason", "Nobody knows them.", *BY)
    assert "W-HEALTH Surname is told so by letter." in said
    assert any("word that a proposal is declined" in str(r) for r in referred.rows("sent", FAMILY))


def test_somebody_of_another_agency_or_nobody_at_all_is_refused_with_one_sentence(referred: Home) -> None:
    other = referred.fails("deputy", FAMILY, MEETING, "w-health", "--worker", "w-clearway-key", *BY)
    assert "w-clearway-key is of clearway: a deputy is of the invitee's agency" in other
    assert "say who comes" in referred.fails("deputy", FAMILY, MEETING, "w-health", *BY)
    nowhere = ("--named", "Rhian Pugh", "--address", "Mill Lane")
    assert "none for mail" in referred.fails("deputy", FAMILY, MEETING, "w-health", *nowhere, *BY)
    assert "was never asked" in referred.fails("deputy", FAMILY, MEETING, "w-fip", *STRANGER, *BY)
    assert "sends no deputy" in referred.fails("agree-deputy", FAMILY, MEETING, "w-health", *BY)


def test_another_time_is_proposed_and_the_command_that_moves_it_there_is_printed_and_works(referred: Home) -> None:
    said = referred.says("other-time", FAMILY, MEETING, "w-health", "--at", "2025-01-09T14:00", *BY)
    assert f"quorate move {FAMILY} {MEETING} --to 2025-01-09T14:00" in said
    assert invited(referred, "w-health")["proposes"]
    moved = referred.says("move", FAMILY, MEETING, "--to", "2025-01-09T14:00", "--reason", "asked for", *BY)
    assert "ended (evidence: the proposal was answered by another time)" in moved
    assert "is past" in referred.fails("other-time", FAMILY, MEETING, "w-health", "--at", "2025-01-02T14:00", *BY)


def test_a_proposal_is_declined(referred: Home) -> None:
    fails = referred.fails("decline-time", FAMILY, MEETING, "w-health", "--reason", "no", *BY)
    assert "w-health proposed no other time" in fails
    referred.says("other-time", FAMILY, MEETING, "w-health", "--at", "2025-01-09T14:00", *BY)
    said = referred.says("decline-time", FAMILY, MEETING, "w-health", "--reason", "The room is taken.", *BY)
    assert "ended (evidence: the proposal was declined)" in said


def test_a_report_is_promised(referred: Home) -> None:
    said = referred.says("promise", FAMILY, MEETING, "w-health", "--on", "2025-01-07", *BY)
    assert "The report of W-HEALTH Surname comes by Tue 7 January 2025." in said
    assert "promises a report by Tue 7 January 2025" in referred.says("show", FAMILY)


def test_needs_are_told_and_arranged_and_no_relative_interprets_by_id_or_by_name(referred: Home) -> None:
    said = referred.says("needs", FAMILY, "p-mother", "--need", "interpreter=pl", "--need", "creche", *BY)
    assert len(re.findall(r"Duty D-\w+ opened: Arrange", said)) == 2
    assert invited(referred, "p-mother")["needs"] == ["interpreter pl", "creche"]
    arrange = ("arrange", FAMILY, MEETING, "p-mother", "--need", "interpreter")
    for relative in ("p-mother", "mary quillfeather"):
        assert "never interpret" in referred.fails(*arrange, "--provider", relative, *BY)
    done = referred.says(*arrange, "--provider", "language-line", *BY)
    assert "ended (evidence: language-line, arranged by w-coordinator)" in done
    assert "say which language" in referred.fails("needs", FAMILY, "p-mother", "--need", "interpreter", *BY)
    assert "told of no such need" in referred.fails(*arrange[:-1], "transport", "--provider", "taxi", *BY)


def test_feedback_is_kept_once_the_meeting_has_sat(referred: Home) -> None:
    words = ("--words", "Nobody listened.", "--reply")
    assert "has not sat" in referred.fails("feedback", FAMILY, MEETING, "p-mother", *words, *BY)
