"""Whether the service is alive, whether it can do its work, and what it has done."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field

from service.access import Actor
from service.api.operation import ANYBODY, loket, operation
from service.assembly import Loket
from service.errors import StorageUnavailable
from service.storage.migrate import is_current

blueprint = Blueprint("health", __name__)
_WORKER_GONE_AFTER = timedelta(seconds=30)


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Readiness(BaseModel):
    """What the service needs to do its work: ``ok``, or what is wrong."""

    ready: bool
    database: str
    worker: str
    model: str = Field(description="the version that serves")
    degraded: list[str] = Field([], description="what serves less well than it should")


@blueprint.get("/healthz")
@operation("Alive", scope=ANYBODY, answers={200: Alive})
def alive() -> Alive:
    """The process answers; asks nothing else."""
    return Alive()


@blueprint.get("/readyz")
@operation("Ready", scope=ANYBODY, answers={200: Readiness, 503: Readiness})
def ready() -> tuple[Readiness, int]:
    """Database, model and worker. Inquiries are accepted as long as the database is there."""
    found = _readiness(loket())
    return found, 200 if found.ready else 503


@blueprint.get("/metrics")
@operation("Metrics", scope="admin", answers={200: None}, problems=(401, 403, 503))
def metrics(actor: Actor) -> Response:
    """In the exposition format of Prometheus; the same whichever process is asked."""
    registry = CollectorRegistry()
    registry.register(_StoredFigures(loket()))
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _readiness(parts: Loket) -> Readiness:
    database, worker = _database(parts)
    loaded = parts.pipeline.champion.current()
    model = loaded.version if loaded else "none can be loaded"
    return Readiness(
        ready=database == worker == "ok" and loaded is not None,
        database=database,
        worker=worker,
        model=model,
        degraded=list(loaded.degraded) if loaded else [],
    )


def _database(parts: Loket) -> tuple[str, str]:
    try:
        parts.store.ping()
        if not is_current(parts.store.engine):
            return "needs loket db upgrade", "unknown"
        seen = parts.store.heartbeats.last_seen()
    except StorageUnavailable:
        return "unavailable", "unknown"
    gone = seen is None or seen < datetime.now(UTC) - _WORKER_GONE_AFTER
    return "ok", "none alive" if gone else "ok"


class _StoredFigures(Collector):
    """Figures read from the database, so that every process tells the same."""

    def __init__(self, parts: Loket) -> None:
        self._store = parts.store

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        waiting, oldest = self._store.inquiries.waiting()
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        received = self._store.inquiries.count_received()
        yield CounterMetricFamily("loket_inquiries_received", "Inquiries ever stored", received)
        yield GaugeMetricFamily("loket_inquiries_waiting", "Inquiries not decided yet", waiting)
        yield GaugeMetricFamily("loket_oldest_waiting_seconds", "Age of the oldest of them", age)
        tickets = GaugeMetricFamily("loket_tickets", "Tickets", labels=["desk", "automatic", "status"])
        for desk, automatic, status, count in self._store.tickets.counts():
            tickets.add_metric([desk, str(automatic).lower(), status], count)
        yield tickets
