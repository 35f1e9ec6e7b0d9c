"""What Prometheus is told: counts and times, never who or what."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

updates = Counter("ashar_updates_total", "Updates of Telegram.", ["result"], registry=registry)
"""Result: handled, repeated, failed (the database was out of reach)."""
handling_seconds = Histogram(
    "ashar_handling_seconds",
    "From the arrival of an update to its commit.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)
incidents = Counter("ashar_incidents_total", "Bugs that met a person.", registry=registry)
sends = Counter("ashar_sends_total", "Calls from the outbox.", ["result"], registry=registry)
"""Result: sent, uncertain (the answer was lost; it is sent again), later, refused, unreachable."""
outbox_depth = Gauge(
    "ashar_outbox_depth", "Letters that wait to be sent.", ["lane"], registry=registry
)
outbox_age_seconds = Gauge(
    "ashar_outbox_age_seconds", "How long the oldest letter has waited.", registry=registry
)
