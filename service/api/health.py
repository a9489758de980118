"""Whether the service is alive, whether it can do its work, and what it has done."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from flask import Blueprint, Response, current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field

from service.access import Actor
from service.api.operation import ANYBODY, loket, operation
from service.assembly import Loket
from service.errors import StorageUnavailable
from service.learning.alarms import KINDS
from service.learning.watch import Watcher
from service.pipeline.translation.translator import TRANSLATED
from service.storage.migrate import is_current
from service.storage.provider_figures import Cell, Count
from service.translation_records import BUCKETS
from service.translation_status import provider_statuses

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
    loket().records.flush()
    registry = CollectorRegistry()
    registry.register(_StoredFigures(loket()))
    registry.register(_Alarms(current_app.extensions["watcher"]))
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
        self._providers = parts.settings.translation.providers

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
        overdue = GaugeMetricFamily("loket_tickets_overdue", "Open tickets after their due time", labels=["desk"])
        for desk, count in sorted(self._store.clock.overdue(datetime.now(UTC)).items()):
            overdue.add_metric([desk], count)
        yield overdue
        yield from self._deliveries()
        yield from self._translation()

    def _deliveries(self) -> Iterator[Metric]:
        counts = GaugeMetricFamily("loket_deliveries", "Deliveries", labels=["target", "status"])
        for (target, status), count in sorted(self._store.deliveries.counts().items()):
            counts.add_metric([target, status], count)
        ages = GaugeMetricFamily(
            "loket_oldest_delivery_waiting_seconds", "Age of the oldest that waits", labels=["target"]
        )
        for target, written_at in sorted(self._store.deliveries.oldest_waiting().items()):
            ages.add_metric([target], (datetime.now(UTC) - written_at).total_seconds())
        disabled = GaugeMetricFamily(
            "loket_target_disabled", "Targets that said that they are gone", labels=["target"]
        )
        for target in sorted(self._store.deliveries.disabled()):
            disabled.add_metric([target], 1)
        yield from (counts, ages, disabled)

    def _translation(self) -> Iterator[Metric]:
        late = self._store.late_translations.waiting()
        yield GaugeMetricFamily("loket_translation_waiting", "Inquiries that may still be translated", late)
        known = self._store.translations.count()
        yield GaugeMetricFamily("loket_translation_memory_entries", "Translations that are remembered", known)
        paused = GaugeMetricFamily(
            "loket_translation_breaker_open", "Processes that leave a provider alone", labels=["provider"]
        )
        requests = CounterMetricFamily(
            "loket_translation_requests", "What providers answered", labels=["provider", "outcome"]
        )
        calls = self._store.provider_figures.calls()
        for one in provider_statuses(self._store, self._providers, datetime.now(UTC), calls):
            paused.add_metric([one.name], one.paused_processes)
            for outcome, count in one.outcomes.items():
                requests.add_metric([one.name, outcome], count)
        yield paused
        yield requests
        yield _seconds(calls)


class _Alarms(Collector):
    """What drifted in the last finished week, as it was found at most ten minutes ago."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        raised = [alarm.kind for alarm in self._watcher.look(datetime.now(UTC)).alarms]
        alarms = GaugeMetricFamily("loket_alarms", "Drifts of the last finished week", labels=["kind"])
        for kind in KINDS:
            alarms.add_metric([kind], raised.count(kind))
        yield alarms


def _seconds(calls: dict[Cell, Count]) -> Metric:
    """How long translations took; of what failed, the counter above tells."""
    metric = HistogramMetricFamily("loket_translation_seconds", "Time of a translation", labels=["provider"])
    done = {cell: count for cell, count in calls.items() if cell.outcome == TRANSLATED}
    for provider in sorted({cell.provider for cell in done}):
        counts = [done.get(Cell(provider, TRANSLATED, bound), Count(0, 0.0)) for bound in BUCKETS]
        within = list(accumulate(count.count for count in counts))
        buckets = [(str(bound), n) for bound, n in zip(BUCKETS, within, strict=True)]
        metric.add_metric([provider], [*buckets, ("+Inf", within[-1])], sum(count.seconds for count in counts))
    return metric
