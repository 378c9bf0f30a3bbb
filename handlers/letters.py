"""Letters that duties ask for, by level: whoever is owed one and has not been sent it is sent it, and sent it again
once an address is known, or a better one than that which failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from handlers import facts as f
from handlers.case_file import CaseFile, letter_key
from handlers.duties import Letter, Met, Owed
from handlers.effects import SendLetter
from handlers.facts import Finding
from handlers.meeting_file import Invitation, Receipt, Sent
from handlers.partnership import Directory
from handlers.people import Recipient, derived


def send(file: CaseFile, owed: Iterable[Owed], directory: Directory, now: datetime) -> Iterator[Finding | SendLetter]:
    """Each letter that is owed, to its reader, once."""
    for thing in owed:
        duty = thing.id_of(file)
        if thing.letter is None or thing.met is not None or thing.to is None or duty not in file.duties:
            continue
        to = recipient(file, thing.to, directory)
        sent = file.letters.get(letter_key(duty, thing.to))
        if file.duties[duty].ended is None and (sent is None or must_repeat(file, sent, to, directory)):
            yield from _issue(file, thing.letter, duty, thing.to, to, directory, now)


def _issue(
    file: CaseFile,
    letter: Letter,
    duty: str,
    person: str,
    to: Recipient | None,
    directory: Directory,
    now: datetime,
) -> Iterator[Finding | SendLetter]:
    message = derived("letter", str(file.stream), duty, person, now.isoformat())
    reader = to if to and to.address is not None else None
    because = f"the duty {duty} asks for it"
    yield Finding(f.LetterIssued(duty, person, message, reader is not None), because)
    if reader:
        yield SendLetter(
            message=message,
            to=reader,
            occasion=letter.occasion,
            duty=duty,
            team=directory.team,
            telephone=directory.telephone,
            stamped_at=now,
            because=because,
            meeting=letter.meeting,
            family=letter.family,
            what=letter.what,
            starts_at=letter.starts_at,
            due_at=letter.due_at,
            client_reference=letter.client_reference,
        )


def recipient(file: CaseFile, person: str, directory: Directory) -> Recipient | None:
    """Where papers go for a worker of the directory, a member of the family or a deputy; None for somebody unknown."""
    member, living = file.known(person), file.members.get(person)
    address = living.address if living else None  # nobody writes to the dead
    ours = Recipient(person, member.name, address) if member else None
    return directory.recipient(person) or ours or file.deputies.get(person)


def receipt_of(file: CaseFile, sent: Sent | Invitation | None) -> Receipt | None:
    """What became of a letter."""
    return file.receipts.get(sent.message) if sent else None


def went(file: CaseFile, duty: str, person: str) -> Met | None:
    """Evidence that the relay took the letter of this duty to this person."""
    return _taken(file, file.letters.get(letter_key(duty, person)))


def went_to_anybody(file: CaseFile, duty: str) -> Met | None:
    """Evidence that the relay took the letter of this duty, whoever it went to."""
    own = (sent for key, sent in file.letters.items() if key.startswith(letter_key(duty, "")))
    return next(filter(None, (_taken(file, sent) for sent in own)), None)


def _taken(file: CaseFile, sent: Sent | None) -> Met | None:
    receipt = receipt_of(file, sent)
    return Met("accepted", "the mail relay") if receipt and receipt.grade == "accepted" else None


def came_to_nothing(file: CaseFile, duty: str, person: str) -> bool:
    """Whether the letter of this duty was refused, came back, or had no address to go to."""
    sent = file.letters.get(letter_key(duty, person))
    receipt = receipt_of(file, sent)
    return sent is not None and (not sent.mailed or (receipt is not None and receipt.failed))


def must_repeat(
    file: CaseFile, sent: Sent | Invitation, to: Recipient | None, directory: Directory, receipt: Receipt | None = None
) -> bool:
    """Whether what went nowhere can go now: an address is known at last, or was recorded since the last one failed."""
    if to is None or to.address is None:
        return False
    fate = receipt or receipt_of(file, sent)
    moved = file.life.address_of(to.person)
    renewed_at = moved.recorded if moved else directory.recorded_at.get(to.person)
    return not sent.mailed or bool(fate and fate.failed and renewed_at and renewed_at > fate.at)
