"""Every stream's snapshot from ledger bytes alone, in a process that has seen nothing else.

`python -m tests.simulation.rebuild DATABASE` prints one JSON object: stream, snapshot.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
from sqlalchemy import select

from infra.db.engine import AsyncConnection, connect, transaction
from infra.db.folding import refold
from infra.db.tables import files
from streams.wire import stream_id

ROOT = Path(__file__).parents[2]


async def snapshots(connection: AsyncConnection) -> dict[str, str]:
    streams = [r.stream for r in await connection.execute(select(files.c.stream).order_by(files.c.stream))]
    return {s: msgspec.json.encode(await refold(connection, stream_id(s))).decode() for s in streams}


async def snapshots_of(database: Path) -> dict[str, str]:
    engine = connect(f"sqlite+aiosqlite:///{database}")
    try:
        async with transaction(engine) as connection:
            return await snapshots(connection)
    finally:
        await engine.dispose()


def in_a_fresh_process(database: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.simulation.rebuild", str(database)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout, type=dict[str, str])


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(snapshots_of(Path(sys.argv[1])))))
