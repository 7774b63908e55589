"""Figures about the service for Prometheus. No label ever names a person."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

REQUESTS = Counter("hadir_requests_total", "Requests answered", ["handler", "platform", "answer"])
SECONDS = Histogram(
    "hadir_request_seconds",
    "From the parsed request to the committed answer",
    ["handler"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)
DELIVERIES = Counter("hadir_deliveries_total", "Outbox rows tried", ["kind", "outcome"])
JOBS = Counter("hadir_jobs_total", "Scheduled jobs run", ["job", "outcome"])
HEARD = Counter("hadir_heard_total", "Messages to the bot that were queued", ["platform", "how"])
