"""Commands of the Kafka engine: its topics, the relay, a worker, and how far behind the workers are."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer
from rich.table import Table

from infra import worker as workers
from infra.cli.common import Fault, Json, aside, as_json, say, settings_of, show_table, worked
from infra.kafka import topics
from infra.settings import Settings
from infra.wiring import House, carrier
from streams.clock import live


def _on_kafka(settings: Settings) -> Settings:
    if settings.embedded:
        raise Fault("QUORATE_KAFKA names no broker: set it to host:port, or use quorate run on the embedded engine")
    return settings


def apply(
    ctx: typer.Context,
    replication: Annotated[int, typer.Option(help="Copies of each record; 3 on a cluster that must not lose any.")] = 3,
) -> None:
    """Make the topics that the broker lacks; those there stay as they are."""
    created = topics.apply(_on_kafka(settings_of(ctx, founding=True)).kafka, replication)
    say(f"Made {', '.join(created)}." if created else "Every topic is there already.")


def relay(ctx: typer.Context) -> None:
    """Bring what leaves the outbox into the topics and to the post, by the wall clock, until Ctrl-C."""
    _on_kafka(settings_of(ctx, founding=True))
    worked(ctx, _relay, founding=True, mails=True)


async def _relay(house: House) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with carrier(house, played=False) as carrying:
        aside("Relaying; Ctrl-C stops it.")
        await live(house.office, carrying, stopped.is_set)
    aside("Stopped; nothing is lost.")


def worker(ctx: typer.Context) -> None:
    """Settle what the topics bring, until SIGTERM. Start as many as you like, up to the number of partitions."""
    workers.main(_on_kafka(settings_of(ctx, founding=True)))


def lag(ctx: typer.Context, json: Json = False) -> None:
    """How far the workers are behind, topic by topic. After a worker dies, its part stands still for ten seconds."""
    behind = topics.lag(_on_kafka(settings_of(ctx, founding=True)).kafka, workers.GROUP)
    if json:
        for b in behind:
            as_json({"topic": b.topic, "partition": b.partition, "committed": b.committed, "end": b.end, "lag": b.lag})
        return
    table = Table("topic", "records", "settled", "waiting")
    for name in dict.fromkeys(b.topic for b in behind):
        own = [b for b in behind if b.topic == name]
        counts = (sum(b.end for b in own), sum(b.committed for b in own), sum(b.lag for b in own))
        table.add_row(name, *map(str, counts))
    show_table(table)
