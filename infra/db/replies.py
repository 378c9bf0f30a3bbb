"""What comes back by mail, as rows: which invitation a token or a name is of, and the shelf of what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.effects import Message, SendInvitation
from handlers.people import Sealed
from infra.db.sealing import REPLIES, Keyring, insert_if_absent, put_in_place
from infra.db.tables import aliases, invitations, outbox, replies

Row = Any


def answerable(name: str, token: str, stream: str, meeting: str, person: str) -> dict[str, str]:
    """An invitation of this name that may be answered; where it goes out anew its latest stream counts."""
    return {"name": name, "token": token, "stream": stream, "meeting": meeting, "person": person}


async def expect(connection: AsyncConnection, rows: Sequence[dict[str, str]]) -> None:
    """These go out, and may be answered."""
    await connection.execute(put_in_place(connection, invitations), rows)


async def expected(connection: AsyncConnection, names: Iterable[str], tokens: Iterable[str]) -> Sequence[Row]:
    """The invitations of these names or tokens."""
    wanted = or_(invitations.c.name.in_(list(names)), invitations.c.token.in_(list(tokens)))
    return (await connection.execute(select(invitations).where(wanted))).all()


async def invitations_of(connection: AsyncConnection, stream: str, meeting: str, person: str) -> Sequence[str]:
    """The names under which this person was mailed an invitation to this meeting."""
    theirs = (invitations.c.stream == stream, invitations.c.meeting == meeting, invitations.c.person == person)
    return (await connection.execute(select(invitations.c.name).where(*theirs))).scalars().all()


async def mailed(connection: AsyncConnection, names: Iterable[str]) -> list[tuple[str, Message]]:
    """Our mails by their Message-IDs, each with its stream."""
    named = (outbox.c.kind == "message", outbox.c.name.in_(list(names)))
    found = await connection.execute(select(outbox.c.stream, outbox.c.letter).where(*named).order_by(outbox.c.name))
    return [(r.stream, msgspec.json.decode(r.letter, type=Message)) for r in found]


async def invited(connection: AsyncConnection, stream: str, meeting: str, person: str) -> list[SendInvitation]:
    """Every invitation to this meeting that went to this person, in the order of their SEQUENCE."""
    ours = (outbox.c.kind == "message", outbox.c.stream == stream)
    found = await connection.execute(select(outbox.c.letter).where(*ours))
    messages = [msgspec.json.decode(r.letter, type=Message) for r in found]
    those = [m for m in messages if isinstance(m, SendInvitation) and (m.meeting, m.to.person) == (meeting, person)]
    return sorted(those, key=lambda m: (m.sequence, m.stamped_at))


async def aliases_of(connection: AsyncConnection, area: str, person: str, keyring: Keyring) -> list[str]:
    """The other addresses from which this person answers."""
    query = select(aliases.c.box).where(aliases.c.area == area, aliases.c.person == person)
    return [opened(box, keyring) for box in (await connection.execute(query)).scalars()]


async def remember(
    connection: AsyncConnection, area: str, person: str, address: str, by: str, keyring: Keyring
) -> None:
    """This person answers from that address, too."""
    row = {"area": area, "person": person, "box": sealed(address, keyring), "by": by}
    await connection.execute(insert_if_absent(connection, aliases), row)


async def lay_down(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """Whether this mail came for the first time."""
    fresh = insert_if_absent(connection, replies).returning(replies.c.id)
    return (await connection.execute(fresh, row)).first() is not None


async def one(connection: AsyncConnection, id_: str) -> Row | None:
    return (await connection.execute(select(replies).where(replies.c.id == id_))).first()


async def all_(connection: AsyncConnection, states: Iterable[str]) -> Sequence[Row]:
    """What lies in these states, oldest first."""
    query = select(replies).where(replies.c.state.in_(list(states))).order_by(replies.c.at, replies.c.id)
    return (await connection.execute(query)).all()


async def taken_of(connection: AsyncConnection, invitation: str) -> Sequence[Row]:
    """The answers to this invitation that were taken before, the latest last."""
    query = select(replies).where(
        replies.c.invitation == invitation, replies.c.state == "taken", replies.c.by.is_(None)
    )
    return (await connection.execute(query.order_by(replies.c.at))).all()


async def delivery_of(connection: AsyncConnection, stream: str) -> Sequence[Row]:
    """What mail servers said became of this stream's mails and is in no ledger, oldest first."""
    about = (replies.c.stream == stream, replies.c.message.is_not(None), replies.c.state == "done")
    query = select(replies.c.message, replies.c.sentence, replies.c.at).where(*about)
    return (await connection.execute(query.order_by(replies.c.at))).all()


async def count(connection: AsyncConnection) -> int:
    """How many mails came back: the place of the next, where time stands still."""
    return (await connection.execute(select(func.count()).select_from(replies))).scalar_one()


async def close(connection: AsyncConnection, id_: str, state: str, by: str, remark: str | None = None) -> None:
    """A person is done with what was parked."""
    await connection.execute(update(replies).where(replies.c.id == id_).values(state=state, by=by, remark=remark))


def sealed(text: str, keyring: Keyring) -> str:
    """Words, or a mail as latin-1, as a row keeps them; the key of the replies must have been loaded."""
    return msgspec.json.encode(keyring.close_up(text, REPLIES)).decode()


def opened(box: str, keyring: Keyring) -> str:
    return keyring.open_up(msgspec.json.decode(box, type=Sealed))
