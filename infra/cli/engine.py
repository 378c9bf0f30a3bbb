"""Commands of the Kafka engine: its topics, the relay, a worker, and how far behind the workers are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from infra import worker as workers
from infra.cli.common import Fault, Json, counted, first_few, say, settings_of, worked
from infra.cli.paper import listed
from infra.cli.running import by_the_wall
from infra.kafka import rights, topics
from infra.settings import Settings
from infra.watch.beside import beside
from infra.watch.questions import of_relay
from infra.wiring import House


def _on_kafka(settings: Settings) -> Settings:
    if settings.embedded:
        raise Fault("QUORATE_KAFKA names no broker: set it to host:port, or use quorate run on the embedded engine")
    return settings


def apply(
    ctx: typer.Context,
    replication: Annotated[
        int | None, typer.Option(help="Copies of each record; if not given, one on each broker, up to 3.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")] = False,
    acls: Annotated[bool, typer.Option("--acls", help="Also grant each process of ours what it needs.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="With --acls: take away what is not listed.")] = False,
) -> None:
    """Show what the broker's topics lack, then make or set it. A number of partitions is never changed."""
    if remove and not acls:
        raise Fault("--remove takes rights away, not topics: say --acls --remove")
    settings = _on_kafka(settings_of(ctx, founding=True))
    kafka, login = settings.kafka, settings.kafka_login
    looks = topics.looks(kafka, replication, login)
    for look in looks:
        say(f"{look.state}: {look.sentence}")
    if any(look.state == "refused" for look in looks):
        raise Fault("nothing was changed: mend what is refused first")
    lacking, too_many = _rights(settings, remove) if acls else ([], [])
    to_do = [look for look in looks if look.state != "keep"]
    if dry_run or not (to_do or lacking or too_many):
        return
    if not yes:
        typer.confirm("Do this?", abort=True)
    if to_do:
        say(f"Done: {first_few(topics.apply(kafka, replication, login))}.")
    if lacking or too_many:
        rights.change(kafka, login, lacking, too_many)
        say(f"Granted {counted(len(lacking), 'right')}, took away {len(too_many)}.")


def _rights(settings: Settings, remove: bool) -> tuple[Sequence[rights.Right], Sequence[rights.Right]]:
    """Those to be granted and those to be taken away, once shown."""
    found = rights.differ(settings.kafka, settings.kafka_login, workers.GROUP)
    for right in found.lacking:
        say(f"grant: {right}")
    for right in found.unlisted:
        say(f"take away: {right}" if remove else f"not listed: {right}; --remove takes it away")
    for right in found.wider:
        say(f"keep: {right}, which is more than ours")
    return found.lacking, found.unlisted if remove else []


def relay(ctx: typer.Context) -> None:
    """Bring what leaves the outbox into the topics and to the post, by the wall clock, until Ctrl-C."""
    _on_kafka(settings_of(ctx, founding=True))

    async def act(house: House) -> None:
        with beside(house.settings, house.pulse, of_relay(house.settings, house.pulse)):
            await by_the_wall(house, leave_played=False)

    worked(ctx, act, founding=True, mails=True)


def worker(ctx: typer.Context) -> None:
    """Settle what the topics bring, until SIGTERM. Start as many as you like, up to the number of partitions."""
    workers.main(_on_kafka(settings_of(ctx, founding=True)))


def lag(ctx: typer.Context, json: Json = False) -> None:
    """How far the workers are behind, topic by topic. A dead worker's part stands still for six to eight seconds."""
    settings = _on_kafka(settings_of(ctx, founding=True))
    behind = topics.lag(settings.kafka, workers.GROUP, settings.kafka_login)
    rows = [
        {"topic": b.topic, "partition": b.partition, "end": b.end, "committed": b.committed, "lag": b.lag}
        for b in behind
    ]
    columns = {"topic": "topic", "partition": "partition", "end": "records", "committed": "settled", "lag": "waiting"}
    told = rows if json else [r for r in rows if r["end"]]
    listed(told, columns, json, "No topic holds a record yet.", f"{sum(b.lag for b in behind)} records wait.")
