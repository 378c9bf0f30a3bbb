"""The ledger tells on whoever changes it; files are what their ledger makes them; the erased stay erased."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from handlers import events as e
from infra.db import chain
from tests.infra.commands import BY, FAMILY, MEETING, Home, first_evening, home, in_april, referral, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "in_april", "referred"]
STREAM = "riverside/family/F-1"


def test_a_ledger_as_it_was_written_verifies(referred: Home) -> None:
    assert referred.says("ledger", "verify").endswith(": OK.")
    assert referred.one("ledger", "verify")["ok"] is True


@pytest.mark.parametrize("column", ["body", "because", "recorded", "link", "source"])
def test_a_tampered_row_is_found(referred: Home, column: str) -> None:
    [(was,)] = referred.sql(f"SELECT {column} FROM ledger WHERE stream = ? AND seq = 6", STREAM)
    new = {"body": was.replace("p-", "q-").replace("SD-1", "SD-2"), "recorded": was.replace("2025", "2024")}
    referred.tamper(f"UPDATE ledger SET {column} = ? WHERE stream = ? AND seq = 6", new.get(column, was + "0"), STREAM)
    assert f"{STREAM}: row 6" in referred.fails("ledger", "verify", code=1)
    assert not referred.one("ledger", "verify", code=1)["ok"]
    assert any(not r["ok"] and r["check"] == "ledger" for r in referred.rows("doctor", code=1))


def test_a_missing_row_is_found(referred: Home) -> None:
    referred.tamper("DELETE FROM ledger WHERE stream = ? AND seq = 3", STREAM)
    assert "row 3 is missing" in referred.fails("ledger", "verify", code=1)


def test_a_cut_tail_is_found(referred: Home) -> None:
    referred.tamper("DELETE FROM ledger WHERE stream = ? AND seq > 5", STREAM)
    assert "its tail is cut" in referred.fails("ledger", "verify", code=1)


def test_a_cleanly_cut_tail_is_found_against_heads_kept_elsewhere(referred: Home, tmp_path: Path) -> None:
    heads = str(tmp_path / "heads.json")
    assert "signed into" in referred.says("ledger", "heads", "--out", heads)
    referred.says("answer", FAMILY, MEETING, "w-health", "accepted", *BY)
    assert "every head" in referred.says("ledger", "verify", "--against", heads)
    [(link,)] = referred.sql("SELECT link FROM ledger WHERE stream = ? AND seq = 5", STREAM)
    referred.tamper("DELETE FROM ledger WHERE stream = ? AND seq > 5", STREAM)
    referred.sql("UPDATE files SET seq = 5, link = ? WHERE stream = ?", link, STREAM)
    assert "OK" in referred.says("ledger", "verify")
    assert "its tail is cut" in referred.fails("ledger", "verify", "--against", heads, code=1)
    for table in ("ledger", "files"):
        referred.tamper(f"DELETE FROM {table} WHERE stream = ?", STREAM)
    assert STREAM in referred.fails("ledger", "verify", "--against", heads, code=1)


def test_a_chain_written_anew_is_found_against_heads_kept_elsewhere(referred: Home, tmp_path: Path) -> None:
    heads = str(tmp_path / "heads.json")
    referred.says("ledger", "heads", "--out", heads)
    rows = referred.sql(f"SELECT {', '.join(chain.COVERED)}, body FROM ledger WHERE stream = ? ORDER BY seq", STREAM)
    link = chain.START
    for values in rows:
        row = dict(zip((*chain.COVERED, "body"), values, strict=True))
        row["because"] += "!"
        link = chain.link(link, row)
        change = "UPDATE ledger SET because = ?, link = ? WHERE stream = ? AND seq = ?"
        referred.tamper(change, row["because"], link, STREAM, row["seq"])
    referred.sql("UPDATE files SET link = ? WHERE stream = ?", link, STREAM)
    assert "OK" in referred.says("ledger", "verify")
    assert "written anew" in referred.fails("ledger", "verify", "--against", heads, code=1)


def test_heads_that_were_changed_or_are_another_houses_are_refused(referred: Home, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    printed = json.loads(referred.says("ledger", "heads"))
    assert printed.keys() == {"signed_at", "heads", "algorithm", "public_key", "signature"}
    printed["heads"][0]["seq"] -= 1
    heads.write_text(json.dumps(printed))
    assert "changed since" in referred.fails("ledger", "verify", "--against", str(heads), code=1)
    heads.write_text("[]")
    assert "quorate ledger heads" in referred.fails("ledger", "verify", "--against", str(heads))


def test_files_are_what_their_ledger_makes_them(home: Home, in_april: Home) -> None:
    shutil.copytree(in_april.folder, home.folder)
    assert "each is as it is kept" in home.says("replay")
    assert home.one("replay", "--family", FAMILY)["streams"] == 1
    home.sql("UPDATE files SET snapshot = replace(snapshot, 'neglect', 'sexual') WHERE stream = ?", STREAM)
    assert STREAM in home.fails("replay", code=1)


def test_a_family_is_shown_as_it_was_known_then(in_april: Home) -> None:
    home = in_april
    months = [home.one("replay", "--as-of", day, "--family", FAMILY) for day in ("2025-01-07", "2025-03-31")]
    assert [len(m["plans"]) for m in months] == [0, 1]
    assert [m["meetings"][0]["state"] for m in months] == ["booked", "held"]
    assert not home.one("replay", "--as-of", "2025-01-06T10:30", "--family", FAMILY)["meetings"]
    assert "as known on Tue 7 January 2025 23:59" in home.says("replay", "--as-of", "2025-01-07", "--family", FAMILY)
    assert "--family" in home.fails("replay", "--as-of", "2025-01-07")


def test_a_family_is_shown_as_it_was_by_what_is_known_now(referred: Home) -> None:
    late = told(
        at("2025-01-06", "11:00"), "family/F-1", e.ProfessionalInvolved("w-fip", "fip_worker", at("2025-01-06").date())
    )
    left = told(at("2025-01-08", "09:00"), "family/F-1", e.ProfessionalLeft("w-health", at("2025-01-08").date()))
    referred.publish([replace(late, recorded=at("2025-01-07", "12:00")), left])
    referred.says("run", "--until", "2025-01-08")

    def working(*when: str) -> set[str]:
        return {p["worker"] for p in referred.one("show", FAMILY, *when)["professionals"]}

    assert "w-fip" in working("--on", "2025-01-06") and "w-fip" not in working("--as-of", "2025-01-06")
    assert "w-health" in working("--on", "2025-01-07") and "w-health" not in working()
    assert "w-fip" not in working("--on", "2025-01-06", "--as-of", "2025-01-07T11:00")
    said = referred.says("show", FAMILY, "--on", "2025-01-06")
    assert "as it was on Mon 6 January 2025 23:59, as known on" in said
    assert referred.says("replay", "--family", FAMILY, "--on", "2025-01-06") == said
    assert "--family" in referred.fails("replay", "--on", "2025-01-06")


def test_what_was_recorded_in_error_was_never_so_on_any_day_but_was_known_then(referred: Home) -> None:
    wrong = told(
        at("2025-01-07", "09:00"), "family/F-1", e.StrategyDiscussionHeld("SD-1", at("2025-01-03").date(), True)
    )
    error = told(at("2025-01-08", "08:00"), "family/F-1", e.RecordedInError(wrong.id, "w-social"))
    referred.publish([wrong, error])
    referred.says("run", "--until", "2025-01-08T08:30")

    def due(*when: str) -> str:
        return str(referred.one("show", FAMILY, *when)["meetings"][0]["due_on"])

    assert due("--as-of", "2025-01-07") == "2025-01-24" != due("--on", "2025-01-07") == "2025-01-27" == due()


def test_a_record_said_to_be_in_error_is_named_and_what_is_owed_then_is_said(referred: Home) -> None:
    [record] = [r for r in referred.rows("records", FAMILY) if r["type"] == "StrategyDiscussionHeld"]
    assert record["what"] == "a strategy discussion was held"
    why = ("--reason", "it was another family", "--by", "w-coordinator")
    rehearsed = referred.says("in-error", FAMILY, record["record"], *why, "--dry-run")
    assert "is called off;" in rehearsed and rehearsed.endswith("Nothing was done.")
    assert [m["state"] for m in referred.rows("meetings")] == ["booked"]
    said = referred.says("in-error", FAMILY, record["record"], *why)
    assert {*said.splitlines()} < {*rehearsed.splitlines()}, "its mails, too, are still owed there"
    assert (
        said.startswith("Recorded in error: a strategy discussion was held.")
        and "ended (lapse: the file): Hold the" in said
    )
    assert [m["state"] for m in referred.rows("meetings")] == ["no longer due"]
    assert record["record"] not in referred.says("records", FAMILY)
    assert "quorate" not in referred.fails("in-error", FAMILY, "nothing", *why)
    assert "OK" in referred.says("ledger", "verify") and "each is as it is kept" in referred.says("replay")


def test_what_waited_for_a_name_is_not_known_before_the_name_was(home: Home) -> None:
    early = told(at("2025-01-06", "10:15"), "family/F-1", e.AnswerGiven(MEETING, "w-health", "accepted", "w-social"))
    home.publish([*referral(), early])
    home.says("run", "--until", "2025-01-06")
    assert not home.one("replay", "--as-of", "2025-01-06T10:30", "--family", FAMILY)["meetings"]
    [meeting] = home.one("replay", "--as-of", "2025-01-06T12:00", "--family", FAMILY)["meetings"]
    assert [p["answer"] for p in meeting["invited"] if p["person"] == "w-health"] == ["accepted"]


def test_who_is_erased_shows_as_erased_and_the_chain_still_verifies(referred: Home) -> None:
    assert "Mary Quillfeather" in referred.says("show", FAMILY)
    referred.sql("DELETE FROM keys WHERE name = 'riverside/person/p-mother'")
    assert "[erased] (p-mother)" in referred.says("show", FAMILY)
    assert "Tom Quillfeather" in referred.says("show", FAMILY)
    referred.says("ledger", "verify")
    referred.says("replay")
    # Recorded anew she has a new key: what was erased stays so, and nothing breaks.
    referred.publish(
        [told(at("2025-01-07"), "family/F-1", e.ConsentOverridden("p-mother", "fip", "lawful_basis", "w-fip"))]
    )
    person = e.Member(person="p-mother", name="Mary Quillfeather", relation="parent", cares=True)
    referred.publish([told(at("2025-01-07", "10:00"), "family/F-2", e.MemberJoined(person, at("2025-01-07").date()))])
    referred.says("run", "--until", "2025-01-07")
    assert "[erased] (p-mother)" in referred.says("show", FAMILY)
    assert "Mary Quillfeather" in referred.says("show", "F-2")


def test_another_master_key_opens_nothing(referred: Home) -> None:
    (referred.folder / "master.key").write_text("0123456789abcdef" * 4)
    assert "QUORATE_MASTER_KEY" in referred.fails("show", FAMILY)
