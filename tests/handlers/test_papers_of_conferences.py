"""The pack of a family that moved in, probation's written information, the police's report (TRF-03, ATT-04, REP-03)."""

from typing import get_args

from handlers import events as e
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, a_worker, day, there

ON = day("Mon 3 March 2025")
TRANSFER = "transfer-in-conference:TR-1"
ALL: tuple[e.PackPaper, ...] = get_args(e.PackPaper)


def moved_in(temporary: bool = False) -> Hearing:
    told = e.TransferNotified("TR-1", "Northmoor", notified_on=ON, temporary=temporary)
    return Hearing().household().worked_with().family(told)


def sent(*papers: e.PackPaper) -> e.TransferPapersReceived:
    return e.TransferPapersReceived("TR-1", papers, ON, "w-coordinator")


def test_every_paper_of_the_pack_is_chased_before_the_conference_of_a_family_that_moved_in() -> None:
    h = moved_in().books("Wed 19 March 2025 10:00", TRANSFER)
    duty = h.duty("transfer_papers")
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Fri 14 March 2025 23:59")
    assert "Get from Northmoor" in duty.sentence and "special needs and chronology" in duty.sentence


def test_nothing_is_late_on_the_day_on_which_it_came_to_be_asked() -> None:
    assert in_words(moved_in().duty("transfer_papers").due_at) == "Tue 4 March 2025 23:59"


def test_part_of_the_pack_ends_nothing_and_all_of_it_ends_the_duty() -> None:
    h = moved_in().family(sent("plan", "chronology"))
    assert h.open("transfer_papers")
    assert h.family(sent(*ALL[2:], "reason_for_moving")).duty("transfer_papers").ended_by == "w-coordinator"
    assert h.in_error(e.TransferPapersReceived).open("transfer_papers")


def test_a_stay_that_is_not_to_last_asks_for_no_papers_and_a_conference_that_sat_for_none_any_more() -> None:
    assert not moved_in(temporary=True).duties("transfer_papers")
    assert moved_in().sits(meeting=TRANSFER).duty("transfer_papers").ended == "lapse"


def test_papers_of_a_transfer_that_is_not_known_yet_wait_for_it() -> None:
    h = Hearing().household().family(sent(*ALL))
    assert [p[1] for p in h.parked] == ["transfer:TR-1"]
    assert h.family(e.TransferNotified("TR-1", "Northmoor", notified_on=ON)).duty("transfer_papers").ended


# --- probation


def with_probation() -> Hearing:
    h = a_conference().books("Wed 19 March 2025 10:00")
    h.told("partnership", a_worker("w-probation", "council"))
    return h.family(e.ProfessionalInvolved("w-probation", "probation_officer", ON))


def test_probation_is_written_to_for_written_information_and_then_owes_it() -> None:
    h = with_probation()
    assert in_words(h.duty("ask_report").due_at) == "Tue 4 March 2025 23:59" and not h.duties("report_asked_for")
    (letter,) = [x for x in h.messages if getattr(x, "occasion", "") == "report_asked"]
    assert letter.to.person == "w-probation"
    h.posted("accepted", letter.message, "w-probation", "letter", CONFERENCE)
    assert h.duty("ask_report").ended == "evidence"
    assert in_words(h.duty("report_asked_for").due_at) == "Fri 14 March 2025 23:59"
    h.family(e.ReportReceived(CONFERENCE, "w-probation", "w-coordinator"))
    assert h.duty("report_asked_for").ended_by == "the report of w-probation"


def test_nobody_else_on_record_is_asked_so_and_no_core_group_asks() -> None:
    assert not a_conference().duties("ask_report")
    h = with_probation().sits(plan=e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",)))
    assert {d.meeting for d in h.duties("ask_report")} == {CONFERENCE, "review-conference:PLAN-1:1"}
    assert h.duty("ask_report", meeting=CONFERENCE).ended == "lapse"


# --- the police


def with_police() -> Hearing:
    h = a_conference().told("partnership", e.AgencyRecorded("police", "Police", "police"))
    h.told("partnership", a_worker("w-police", "police"), a_worker("w-police-2", "police"))
    return h.family(e.ReportReceived(CONFERENCE, "w-police", "w-coordinator"))


def test_the_report_of_police_who_did_not_come_is_read_out_and_the_chair_says_so() -> None:
    h = with_police().sits(there("w-social"), there("w-police", "apologies"))
    duty = h.duty("read_out_report")
    assert duty.owner == "chair" and duty.sentence.startswith("Record that the report of w-police was read out")
    h.family(e.ReportReadOut(CONFERENCE, "w-police", "w-chair-1"))
    assert h.duty("read_out_report").ended_by == "w-chair-1"


def test_where_police_came_or_sent_nothing_nothing_is_read_out() -> None:
    assert not with_police().sits(there("w-police-2", "deputy", "w-police")).duties("read_out_report")
    assert not with_police().in_error(e.ReportReceived).sits(there("w-social")).duties("read_out_report")
