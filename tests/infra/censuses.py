"""Censuses of invented children, in the layout of DfE's specification: as small or as large as is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>201</LEA>\
<SoftwareCode>Local Authority</SoftwareCode><SerialNo>001</SerialNo><DateTime>{year}-05-23T11:14:05</DateTime>\
</Source></Header><Children>"""
TAIL = "</Children></Message>"
# As the layouts name it: Gender until the census of 2024, Sex from that of 2025 on.
SEX = {2024: "<GenderCurrent>2</GenderCurrent>", 2025: "<Sex>F</Sex>", 2026: "<Sex>F</Sex>"}
# New in 2026, and nothing that is read here.
PRE_PROCEEDINGS = """<PreProceedingsandFGDM><PPStartDate>2025-09-09</PPStartDate>\
<FGDMMeetingOffer>1</FGDMMeetingOffer></PreProceedingsandFGDM>"""


def some(**elements: str | None) -> str:
    """These elements, each with its text; None leaves one out."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text is not None)


def an_assessment(authorised: str | None = "2024-06-30", *codes: str, begun: str | None = "2024-06-02") -> str:
    found = "".join(some(AssessmentFactors=code) for code in codes)
    days = some(AssessmentActualStartDate=begun, AssessmentAuthorisationDate=authorised)
    return f"<Assessments>{days}<FactorsIdentifiedAtAssessment>{found}</FactorsIdentifiedAtAssessment></Assessments>"


def an_enquiry(
    begun: str | None = "2024-06-03",
    sat: str | None = "2024-06-20",
    target: str | None = "2024-06-24",
    not_required: str | None = "false",
) -> str:
    named = some(S47ActualStartDate=begun, InitialCPCtarget=target, DateOfInitialCPC=sat, ICPCnotRequired=not_required)
    return f"<Section47>{named}</Section47>"


def a_plan(
    made: str | None = "2024-06-20",
    *reviews: str,
    ended: str | None = None,
    first: str | None = "NEG",
    latest: str | None = "NEG",
) -> str:
    held = "".join(some(CPPreviewDate=on) for on in reviews)
    named = some(
        CPPstartDate=made,
        CPPendDate=ended,
        InitialCategoryOfAbuse=first,
        LatestCategoryOfAbuse=latest,
        NumberOfPreviousCPP="0",
    )
    return f"<ChildProtectionPlans>{named}<Reviews>{held}</Reviews></ChildProtectionPlans>"


def details(*parts: str, referred: str | None = "2024-06-01", closed: str | None = None) -> str:
    named = some(CINreferralDate=referred, ReferralSource="1A", PrimaryNeedCode="N1", CINclosureDate=closed)
    return f"<CINdetails>{named}{''.join(parts)}<ReferralNFA>false</ReferralNFA></CINdetails>"


def a_child(
    name: str | None = "30117",
    *groups: str,
    born: str | None = "2015-03-27",
    expected: str | None = None,
    died: str | None = None,
    year: int = 2025,
) -> str:
    ids = some(LAchildID=name, UPN="A123456789123", PersonBirthDate=born, ExpectedPersonBirthDate=expected)
    identifiers = f"<ChildIdentifiers>{ids}{some(PersonDeathDate=died)}{SEX[year]}</ChildIdentifiers>"
    characteristics = "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
    return f"<Child>{identifiers}{characteristics}{''.join(groups)}</Child>"


def element(child: str) -> Element:
    return fromstring(child)


def a_census(*children: str, year: int = 2025) -> bytes:
    return "".join((HEAD.format(year=year), *children, TAIL)).encode()


def many(bytes_: int) -> Iterator[str]:
    """Children until the file is about as large; every third with an enquiry, a plan and factors."""
    written, n = 0, 0
    while written < bytes_:
        whole = (
            an_assessment("2024-06-30", "1B", "3A"),
            an_enquiry(),
            a_plan("2024-06-20", "2024-09-12", "2025-03-06"),
        )
        child = a_child(f"{n:07}", details(*(whole if n % 3 == 0 else (an_assessment("2024-06-30", "21"),))))
        written, n = written + len(child), n + 1
        yield child


def write(path: Path, children: Iterable[str], year: int = 2025) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD.format(year=year))
        file.writelines(children)
        file.write(TAIL)
    return path
