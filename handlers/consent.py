"""May this family's business be shared outside child protection? With consent, or an override by a named person
(rules IG-01 to IG-03).

Child protection meetings invite under a recorded lawful basis (3.22) and do not ask here; a record's own basis
permits no invitation (3.44).
"""

from __future__ import annotations

from handlers.case_file import CaseFile

FIP = "fip"


def asked(file: CaseFile, adult: str) -> bool:
    """Somebody has decided, whichever way."""
    return f"{adult}:{FIP}" in file.sharing


def permitted(file: CaseFile, adult: str) -> bool:
    """Consent was given, or a named person overrode it; silence and refusal permit nothing."""
    sharing = file.sharing.get(f"{adult}:{FIP}")
    return sharing is not None and sharing.verdict in ("given", "overridden")
