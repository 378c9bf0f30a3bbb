"""The metrics, each with its words. Labels hold codes of ours, never an id or a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily

from infra.pulse import Pulse
from infra.watch.look import Look

SETTLE_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


def of_process(pulse: Pulse) -> CollectorRegistry:
    """What one worker or relay says of itself."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    settled = Histogram(
        "quorate_settle_seconds",
        "From taking a batch of records to its commit, by kind of stream.",
        ["kind"],
        buckets=SETTLE_SECONDS,
        registry=registry,
    )
    mails = Counter(
        "quorate_mails", "Mails handed to the mail server, by what became of them.", ["outcome"], registry=registry
    )
    pulse.on_settled = lambda kind, seconds: settled.labels(kind).observe(seconds)
    pulse.on_mail = lambda outcome: mails.labels(outcome).inc()
    return registry


class OfDatabase:
    """What the newest look found: a collector of Prometheus's. What could not be looked at is left out."""

    def __init__(self) -> None:
        self.look = Look()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        look, night = self.look, self.look.night
        yield _gauge(
            "quorate_database_up", "1 if the database answers and its tables are of this release.", look.database
        )
        yield _gauge("quorate_broker_up", "1 if a broker answers.", look.broker)
        yield _gauge("quorate_consumer_lag_records", "Records that wait for a worker.", look.lag, "topic")
        yield _gauge("quorate_open_duty_oldest_seconds", "Since the oldest open duty was opened.", night.oldest_duty)
        yield _gauge("quorate_late_duties", "Open duties past the hour at which they were due.", night.late, "kind")
        yield _gauge("quorate_held_records", "Records on the held shelf.", night.held, "reason")
        yield _gauge("quorate_parked_events", "Events that wait for a name to become known.", night.parked)
        yield _gauge(
            "quorate_outbox_due", "What should have left the outbox, or be settled, by now.", night.due, "kind"
        )
        yield _gauge(
            "quorate_outbox_oldest_seconds", "How long the oldest of it has been due.", night.oldest_due, "kind"
        )
        yield _gauge("quorate_ledger_intact", "1 while every chain looked at is as it was written.", look.intact)
        yield _gauge(
            "quorate_ledger_verified_timestamp_seconds", "When all chains had last been found whole.", look.verified_at
        )


def _gauge(name: str, words: str, value: float | Mapping[str, float] | None, label: str = "") -> GaugeMetricFamily:
    """A mapping has a value for each label; for None there is none."""
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    if isinstance(value, Mapping):
        for code, number in value.items():
            family.add_metric([code], number)
    elif value is not None:
        family.add_metric([], value)
    return family
