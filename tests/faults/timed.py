"""A worker with another session time-out (SESSION, seconds), or with a name of its own in the group (INSTANCE)."""

from __future__ import annotations

import os

import faust
from faust.types.auth import CredentialsT

from infra import worker
from infra.settings import read
from streams.agents import app


def timed(name: str, broker: str, folder: str, credentials: CredentialsT | None = None) -> faust.App:
    made = app(name, broker, folder, credentials)
    made.conf.broker_session_timeout = float(os.environ["SESSION"])
    made.conf.broker_heartbeat_interval = float(os.environ["SESSION"]) / 5
    if instance := os.environ.get("INSTANCE"):
        made.conf.consumer_group_instance_id = instance
    return made


if __name__ == "__main__":
    worker.app = timed  # type: ignore[attr-defined]  # its door's app
    worker.main(read())
