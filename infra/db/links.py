"""Links in invitations, as rows: only how often each was revoked, since a link is made from the server's key."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.db.sealing import put_in_place
from infra.db.tables import links


async def generation(connection: AsyncConnection, invitation: str) -> int:
    """Of which generation the link is that opens now."""
    found = await connection.execute(select(links.c.generation).where(links.c.invitation == invitation))
    return found.scalar() or 0


async def revoke(connection: AsyncConnection, invitation: str) -> int:
    """No link that was sent so far opens anything any more; the generation of the next."""
    following = await generation(connection, invitation) + 1
    row = {"invitation": invitation, "generation": following}
    await connection.execute(put_in_place(connection, links), [row])
    return following
