"""A duty opens, moves, ends and opens again so that the file's duties are those owed (decisions 11 and 13)."""

from datetime import timedelta

from msgspec.structs import replace

from handlers import case_file, case_folds, duties
from handlers import events as e
from handlers import facts as f
from handlers.duties import Met, Owed
from handlers.facts import Duty, Fact
from handlers.people import StreamId
from tests.handlers.hearing import AREA, CONFERENCE, FAMILY, Hearing, instant

NOW = instant("Mon 3 March 2025 10:00")
DUE = instant("Tue 4 March 2025 17:00")
OWED = Owed(
    kind="tell_treatment",
    key=("mother", "clearway", "M-1", "1"),
    due_at=DUE,
    owner="coordinator",
    closes_on="acknowledged",
    sentence="Tell them.",
    rule="TELL-01",
    meeting="M-1",
    adult="mother",
    service="clearway",
    to="w-key",
    revision=3,
    telephone_from=instant("Mon 3 March 2025 16:00"),
)
MET = replace(OWED, met=Met("acknowledged", "accepted, recorded by w-coordinator"))


def id_in(family: StreamId, owed: Owed) -> str:
    return duties.duty_id(family, owed.kind, *owed.key)


class Book:
    """The duties of one file, settled again and again; facts are what the last settling found."""

    def __init__(self) -> None:
        self.file = case_file.CaseFile(stream=FAMILY)
        self.facts: list[e.Body] = []
        self.reasons: list[str] = []

    def settle(self, *owed: Owed, now: str = "Mon 3 March 2025 10:00", grace: str = "") -> "Book":
        spared = instant(grace) if grace else None
        found = list(duties.settle(self.file, owed, instant(now), "pack-1", {}, spared))
        return self.fold(found, now)

    def excuse(self) -> "Book":
        said = e.DutyExcused(self.duty.id, "They know each other.", "w-head")
        return self.fold(list(duties.excuse(self.file.duties, said)), "Mon 3 March 2025 11:00")

    def fold(self, found: list[f.Finding], now: str) -> "Book":
        self.facts, self.reasons = [x.body for x in found], [x.because for x in found]
        for x in found:
            self.file = case_folds.fold(self.file, Fact(x.body, x.because, instant(now), instant(now), "E-1", x.rule))
        return self

    @property
    def duty(self) -> Duty:
        (duty,) = self.file.duties.values()
        return duty

    @property
    def types(self) -> list[str]:
        return [type(x).__name__ for x in self.facts]


def test_what_is_owed_and_not_on_file_is_opened_as_it_is_owed() -> None:
    book = Book().settle(OWED)
    duty = book.duty
    assert book.types == ["DutyOpened"] and book.reasons == ["Tell them."]
    assert (duty.kind, duty.ladder, duty.due_at, duty.opened_at) == ("tell_treatment", "tell_treatment", DUE, NOW)
    assert (duty.owner, duty.closes_on, duty.sentence) == ("coordinator", "acknowledged", "Tell them.")
    assert (duty.rule, duty.pack, duty.meeting) == ("TELL-01", "pack-1", "M-1")
    assert (duty.adult, duty.service, duty.to, duty.revision) == ("mother", "clearway", "w-key", 3)
    assert (duty.by_telephone, duty.caller_asked, duty.rung, duty.ended) == (False, False, -1, None)


def test_what_nobody_can_be_sent_is_opened_as_loud_as_it_is_owed() -> None:
    book = Book().settle(replace(OWED, at_once=True))
    assert book.types == ["DutyOpened"] and book.duty.at_once


def test_settling_twice_changes_nothing() -> None:
    assert Book().settle(OWED).settle(OWED).facts == []
    assert Book().settle(MET).settle(MET).facts == []


def test_a_duty_is_named_by_its_family_kind_and_key_alone() -> None:
    assert id_in(FAMILY, OWED) == id_in(FAMILY, replace(OWED, due_at=NOW, to="other"))
    others = (replace(OWED, key=("a",)), replace(OWED, kind="send_minutes"))
    assert (
        len({id_in(FAMILY, OWED), id_in(AREA.sibling("family", "F-2"), OWED), *(id_in(FAMILY, x) for x in others)}) == 4
    )


def test_evidence_ends_it_and_says_whose() -> None:
    book = Book().settle(OWED).settle(MET, now="Mon 3 March 2025 12:00")
    assert book.facts == [f.DutyEnded(book.duty.id, "evidence", "accepted, recorded by w-coordinator", "acknowledged")]
    assert book.reasons == ["acknowledged: accepted, recorded by w-coordinator"]
    assert (book.duty.ended, book.duty.ended_at) == ("evidence", instant("Mon 3 March 2025 12:00"))


def test_what_was_met_before_it_was_owed_is_opened_and_ended_at_once() -> None:
    assert Book().settle(MET).types == ["DutyOpened", "DutyEnded"]


def test_what_is_no_longer_owed_lapses_by_name() -> None:
    book = Book().settle(OWED).settle()
    assert book.duty.ended == "lapse" and book.facts == [f.DutyEnded(book.duty.id, "lapse", "the file")]
    assert book.settle().facts == []


def test_each_kind_says_why_it_lapsed() -> None:
    def why(kind: f.DutyKind) -> str:
        return Book().settle(replace(OWED, kind=kind)).settle().reasons[0]

    assert why("hold_meeting") == why("find_a_time") == "the meeting is no longer due"
    sat = "the meeting has sat, was moved or called off, or this service is no longer to be asked"
    assert why("ask_report_treatment") == why("report_from_treatment") == sat
    gone = "the meeting was moved, called off or held, or this person is no longer to be told of it"
    assert why("send_invitation") == why("tell_treatment") == gone
    assert why("name_representative") == "a representative can be reached, or none is needed any more"
    asked = "consent or an override was recorded, or there is nothing to ask for any more"
    assert why("seek_consent") == asked
    assert why("send_minutes") == "what made it owed no longer stands"


def test_evidence_that_falls_away_opens_it_again() -> None:
    book = Book().settle(MET).settle(OWED)
    assert book.types == ["DutyReopened"] and book.duty.ended is None
    assert book.reasons == ["it is owed again: what had ended it no longer stands"]


def test_what_lapsed_is_opened_again_when_it_is_owed_again() -> None:
    assert Book().settle(OWED).settle().settle(OWED).types == ["DutyReopened"]


def test_what_lapsed_and_then_was_met_ends_with_the_evidence() -> None:
    book = Book().settle(OWED).settle().settle(MET)
    assert book.types == ["DutyEnded"] and book.duty.ended == "evidence"


def test_a_duty_moves_with_whom_it_is_owed_to_and_by_when() -> None:
    book = Book().settle(OWED).settle(replace(OWED, to="w-spoc", due_at=DUE + timedelta(days=1), sentence="Tell her."))
    assert book.types == ["DutyMoved"] and book.reasons == ["Tell her."]
    assert (book.duty.to, book.duty.due_at, book.duty.sentence) == ("w-spoc", DUE + timedelta(days=1), "Tell her.")
    assert Book().settle(OWED).settle(replace(OWED, due_at=NOW)).types == ["DutyMoved"]
    assert Book().settle(OWED).settle(replace(OWED, to=None)).types == ["DutyMoved"]


def test_what_has_ended_by_evidence_does_not_move() -> None:
    assert Book().settle(MET).settle(replace(MET, to="w-spoc")).facts == []


def test_from_its_hour_on_a_duty_is_a_telephone_call() -> None:
    assert not Book().settle(OWED, now="Mon 3 March 2025 15:59").duty.by_telephone
    late = Book().settle(OWED, now="Mon 3 March 2025 16:00")
    assert late.types == ["DutyOpened"] and late.duty.by_telephone
    book = Book().settle(OWED).settle(OWED, now="Mon 3 March 2025 16:00")
    assert book.types == ["DutyMoved"] and book.duty.by_telephone
    assert not Book().settle(replace(OWED, telephone_from=None), now="Fri 7 March 2025 10:00").duty.by_telephone


def test_the_hours_of_turning_are_those_of_what_is_unmet() -> None:
    met = replace(MET, telephone_from=DUE)
    assert list(duties.telephone_turns([OWED, met, replace(OWED, telephone_from=None)])) == [OWED.telephone_from]


def test_a_named_person_ends_a_duty_by_a_reason_and_answers_for_it() -> None:
    book = Book().settle(OWED).excuse()
    assert book.facts == [f.DutyEnded(book.duty.id, "reason", "w-head", reason="They know each other.")]
    assert "w-head" in book.reasons[0] and (book.duty.ended, book.duty.ended_by) == ("reason", "w-head")


def test_what_ended_by_a_reason_neither_opens_again_nor_moves_nor_lapses_nor_is_met() -> None:
    for owed in ((OWED,), (replace(OWED, to="w-spoc"),), (), (MET,)):
        assert Book().settle(OWED).excuse().settle(*owed).facts == []


def test_what_has_ended_is_not_excused() -> None:
    assert Book().settle(MET).excuse().facts == []


def test_a_coordinator_excuses_a_duty_of_a_family_by_its_name() -> None:
    h = Hearing().household().episode().conference()
    h.family(e.DutyExcused(h.duty("tell_treatment").id, "The worker sits next to me.", "w-unit"))
    assert h.duty("tell_treatment", meeting=CONFERENCE).ended == "reason"


def test_a_duty_says_only_what_it_is_about() -> None:
    h = Hearing().household().conference().family(e.RecordHeld("H-1", "clash"))
    held, mend = h.duty("hold_meeting"), h.duty("mend_record")
    assert (held.adult, held.service, held.to, held.revision, held.by_telephone) == (None, None, None, 0, False)
    assert (mend.meeting, mend.adult, mend.to) == (None, None, None)
    assert all(d.id.startswith("D-") and len(d.id) == 14 for d in (held, mend))


# --- a record was corrected just now: nobody is late at once who was not before

GRACE = "Wed 5 March 2025 23:59"
YESTERDAY = replace(OWED, due_at=instant("Sun 2 March 2025 17:00"))


def test_what_opens_late_by_a_correction_is_not_late_before_the_time_of_grace() -> None:
    for late in (YESTERDAY, replace(OWED, due_at=NOW)):
        book = Book().settle(late, grace=GRACE)
        assert (book.duty.due_at, book.duty.not_late_before) == (instant(GRACE), instant(GRACE))
        assert book.types == ["DutyOpened"]


def test_what_opens_in_time_by_a_correction_keeps_its_own() -> None:
    duty = Book().settle(OWED, grace=GRACE).duty
    assert (duty.due_at, duty.not_late_before) == (DUE, None)


def test_what_a_correction_brings_forward_past_now_has_the_time_of_grace() -> None:
    for late in (YESTERDAY, replace(OWED, due_at=NOW)):
        assert Book().settle(OWED).settle(late, grace=GRACE).duty.due_at == instant(GRACE)


def test_what_a_correction_leaves_in_time_is_not_put_off() -> None:
    assert Book().settle(OWED).settle(OWED, grace=GRACE).facts == []


def test_what_was_late_or_due_this_very_minute_before_a_correction_stays_so() -> None:
    for before in (YESTERDAY, replace(OWED, due_at=NOW)):
        assert Book().settle(before).settle(YESTERDAY, grace=GRACE).duty.due_at == YESTERDAY.due_at


def test_a_duty_has_the_name_of_its_family() -> None:
    file = Book().settle(OWED).file
    assert duties.duty_of(file, OWED.kind, *OWED.key) == id_in(FAMILY, OWED) == next(iter(file.duties))
