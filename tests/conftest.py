"""Fixtures that every room of the tests may ask for: real servers, started once."""

from tests.servers import broker, cluster, guarded, own_broker, postgres, server_folder

__all__ = ["broker", "cluster", "guarded", "own_broker", "postgres", "server_folder"]
