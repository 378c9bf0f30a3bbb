"""Attendance by agency: who was told in time is counted, who was not stands beside, and is never absent."""

from typing import Any

from handlers import events as e
from infra.cli.attending import figures
from tests.handlers.hearing import AREA, CONFERENCE, Hearing, a_conference, day, there


def rows(h: Hearing, *between: str) -> dict[str, dict[str, Any]]:
    first, last = map(day, between) if between else (None, None)
    return {r["agency"]: r for r in figures([h.file], h.directory, None, first, last)}


def posted(h: Hearing) -> Hearing:
    h.post = "accepted"
    return h


def asked() -> Hearing:
    """Everybody's invitation was taken by the relay, Clearway's worker included."""
    h = posted(a_conference())
    return h.episode().family(e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025")))


def test_an_agency_counts_once_by_the_best_of_its_people() -> None:
    h = asked().sits(there("w-social", "apologies"), there("w-chair-1"))
    assert (
        rows(h)["council"] | {"involved": 1, "told": 1, "attended": 1, "apologies": 0, "rate": 100}
        == rows(h)["council"]
    )


def test_who_was_told_and_did_not_come_is_absent_and_who_was_not_told_is_not() -> None:
    told, untold = asked(), a_conference().episode()
    for h, how in ((told, "absent"), (untold, "not_told")):
        row = rows(h.sits(there("w-social"), there("w-key", "absent")))["clearway"]
        assert row[how] == row["involved"] == 1 and row["told"] == (how == "absent")
    assert rows(untold)["clearway"]["rate"] is None


def test_a_service_of_which_nobody_could_be_asked_was_not_told() -> None:
    h = posted(Hearing().unreachable("w-key", "w-key-2", "w-spoc", "w-deputy").household().worked_with())
    h.conference().episode().sits(there("w-social"))
    assert rows(h)["clearway"]["not_told"] == 1


def test_an_answer_or_a_call_before_it_began_is_knowing_without_a_receipt() -> None:
    h = a_conference().episode().answers("w-key").sits(there("w-key", "absent"))
    assert rows(h)["clearway"]["absent"] == 1


def test_a_receipt_that_came_after_it_began_is_too_late() -> None:
    h = a_conference().episode().sits(there("w-social"), there("w-key", "absent"))
    assert rows(h.relayed("w-key"))["clearway"]["not_told"] == 1


def test_whoever_took_part_or_sent_word_knew() -> None:
    h = a_conference().episode().sits(there("w-key", "report_only"), there("w-health", "apologies"))
    assert rows(h)["clearway"]["report_only"] == rows(h)["health"]["apologies"] == 1


def test_a_deputy_counts_for_the_agency_and_told_people_of_whom_nothing_is_recorded_do_too() -> None:
    h = asked().sits(there("w-key-2", "deputy", "w-key"), there("w-social"))
    assert rows(h)["clearway"]["deputy"] == 1 and rows(h)["fip"]["not_recorded"] == 1


def test_an_agency_that_was_kept_out_is_not_counted() -> None:
    assert "fip" not in rows(asked().sits(there("w-fip", "excluded")))


def test_a_meeting_counts_in_the_days_in_which_it_sat() -> None:
    h = asked().sits(there("w-key"))
    assert rows(h, "Wed 5 March 2025", "Wed 5 March 2025") and not rows(h, "Thu 6 March 2025", "Fri 7 March 2025")
    assert not rows(h, "Mon 3 March 2025", "Tue 4 March 2025")


def test_what_was_recorded_in_error_is_not_counted() -> None:
    h = asked().sits(there("w-key"))
    assert h.meeting(CONFERENCE).held and not rows(h.in_error(e.MeetingHeld))


def test_a_meeting_that_a_family_and_those_who_split_off_both_have_counts_once() -> None:
    plan = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
    h = asked().sits(there("w-social"), plan=plan)
    h.family(e.FamilySplit("F-2", ("child",), "w-coordinator", ("P-1",)))
    files: list[Any] = [h.file, h.files[AREA.sibling("family", "F-2")]]
    assert all(CONFERENCE in file.meetings for file in files)
    [row] = figures(files, h.directory, "council", None, None)
    assert row["involved"] == 1
