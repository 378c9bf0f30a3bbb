"""How fast the rules decide, with no database and no clock anywhere near."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import msgspec

from handlers.decide import Decision, decide
from handlers.desk import File
from handlers.events import Event
from handlers.partnership import Directory
from handlers.people import StreamId
from infra.db.folding import KINDS
from streams.office import Settlement
from streams.wire import Letter, read
from tests.benchmarks.river import START, River
from tests.benchmarks.table import Line, Watch, interleaved, ratio
from tests.simulation.houses import rules

Case = tuple[Event, File, Directory, Any]


def cases(letters: Sequence[Letter], files: dict[StreamId, File]) -> list[tuple[Case, Settlement]]:
    """What lay before the judge at each of these records, and what was decided; files ends as it then stands."""
    found: list[tuple[Case, Settlement]] = []
    decided_at: dict[StreamId, Any] = {}
    for letter in letters:
        event = read(letter, START)
        stream = event.stream
        file = files.get(stream) or KINDS[stream.kind](stream=stream)
        directory = files.get(stream.sibling("partnership"), Directory(stream=stream.sibling("partnership")))
        assert isinstance(directory, Directory)
        now = max(event.recorded, decided_at.get(stream, event.recorded))
        decision = decide(event, file, rules(), directory, now)
        if not decision.awaits:
            files[stream], decided_at[stream] = decision.file, now
            found.append(((event, file, directory, now), Settlement(event, decision, now)))
    return found


def decided(of: Sequence[Case]) -> list[Decision]:
    return [decide(event, file, rules(), directory, now) for event, file, directory, now in of]


def measure(river: River, files: dict[StreamId, File], rounds: int) -> list[Line]:
    """Beside it, reading and writing each file as JSON once."""
    known = [case for case, _ in cases(river.letters, dict(files))]

    def deciding(watch: Watch) -> None:
        with watch.running():
            decided(known)

    def copying(watch: Watch) -> None:
        with watch.running():
            for _, file, _, _ in known:
                msgspec.json.decode(msgspec.json.encode(file), type=type(file))

    seconds = interleaved(rounds, {"decide": deciding, "copy": copying})
    each = median(seconds["decide"]) / len(known)
    of = "time of decide / of reading and writing the file as JSON"
    numbers = f"{1 / each:.0f} events/s decided, {1e3 * each:.2f} ms each"
    return [Line("decide, pure", ratio(seconds["decide"], seconds["copy"]), of, numbers)]
