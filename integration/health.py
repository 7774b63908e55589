"""What the service says about itself: /healthz, /readyz, /metrics. None of it names a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import structlog
from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from integration import __version__, outages, outbox_care
from integration.core import Hadir
from integration.hearing import hearing

log = structlog.get_logger()

PATIENCE_SECONDS = 2.0
_Found = TypeVar("_Found")


def blueprint(hadir: Hadir) -> Blueprint:
    routes = Blueprint("health", __name__)
    checks = _Checks(hadir)
    routes.add_url_rule("/healthz", "healthz", lambda: {"alive": True, "version": __version__})
    routes.add_url_rule("/readyz", "readyz", checks.ready)
    routes.add_url_rule("/metrics", "metrics", _Metrics(checks).page)
    return routes


class _Checks:
    """Questions to the database that are given up after two seconds; a hung database holds two threads, not more."""

    def __init__(self, hadir: Hadir) -> None:
        self.hadir = hadir
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="health")

    def within_patience(self, question: Callable[[], _Found]) -> _Found:
        """The answer; raises TimeoutError or what the question raises."""
        future = self._threads.submit(question)
        try:
            return future.result(timeout=PATIENCE_SECONDS)
        finally:
            future.cancel()

    def ready(self) -> ResponseReturnValue:
        checks = {"database": "ok", "migrations": "not checked"}
        try:
            present = self.within_patience(self._revision)
            checks["migrations"] = "ok" if present == self._wanted() else "not at head: run `hadir db upgrade`"
        except TimeoutError:
            checks["database"] = f"no answer within {PATIENCE_SECONDS:g} seconds"
        except Exception as error:
            log.warning("not_ready", error=type(error).__name__)
            checks["database"] = f"cannot be used ({type(error).__name__})"
        ready = all(state == "ok" for state in checks.values())
        return jsonify(ready=ready, checks=checks), 200 if ready else 503

    def _revision(self) -> str:
        from integration import schema

        return schema.present(self.hadir.database)

    def _wanted(self) -> str:
        from integration import schema

        return schema.wanted()

    def state(self) -> tuple[outbox_care.Backlog, datetime | None, list[hearing.State]]:
        """What waits in the outbox, the latest sign of life of a web process, and who listens to what people type."""
        now = self.hadir.clock()
        with self.hadir.database.read() as db:
            return outbox_care.backlog(db, now), outages.last_beat(db, now), hearing.states(db)


class _Metrics(Collector):
    """Counters of all processes of this machine, and the state of the outbox read at the scrape."""

    def __init__(self, checks: _Checks) -> None:
        self._checks = checks
        self._own = CollectorRegistry()
        self._own.register(self)

    def page(self) -> Response:
        return Response(generate_latest(_counters()) + generate_latest(self._own), content_type=CONTENT_TYPE_LATEST)

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            backlog, beat, listeners = self._checks.within_patience(self._checks.state)
        except Exception:
            yield GaugeMetricFamily("hadir_database_up", "Whether the database answers", 0)
            return
        now = self._checks.hadir.clock()
        oldest = (now - backlog.oldest).total_seconds() if backlog.oldest else 0.0
        yield GaugeMetricFamily("hadir_database_up", "Whether the database answers", 1)
        yield GaugeMetricFamily("hadir_outbox_waiting", "Outbox rows that wait", backlog.waiting)
        yield GaugeMetricFamily("hadir_outbox_dead", "Dead letters", backlog.dead)
        yield GaugeMetricFamily(
            "hadir_outbox_oldest_seconds", "Age of the oldest row that should be delivered", max(oldest, 0.0)
        )
        if beat is not None:
            age = max((now - beat).total_seconds(), 0.0)
            yield GaugeMetricFamily("hadir_heartbeat_seconds", "Since the last beat of a web process", age)
        heard = GaugeMetricFamily("hadir_listening_seconds", "Since somebody listened to the messages", labels=["platform"])
        for listener in listeners:
            if listener.seen_at is not None:
                heard.add_metric([listener.platform], max((now - listener.seen_at).total_seconds(), 0.0))
        yield heard


def _counters() -> CollectorRegistry:
    """One process counts in memory, several in files that they share (`processes.share_metrics`)."""
    if values.ValueClass is values.MutexValue:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library left it untyped
    return shared
