"""How translation is doing: each provider's answers, speed and pauses, as all processes together have seen them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.pipeline.translation.translator import REMEMBERED, TRANSLATED
from service.storage.provider_figures import Cell, Count
from service.storage.store import Store


@dataclass(frozen=True)
class ProviderStatus:
    """One provider.

    Args:
        name: As in the settings.
        configured: Whether it is asked at present.
        outcomes: How often it answered what: ``translated``, ``remembered``, or why not.
        median_seconds: Upper bound of the bucket in which the median translation lies; None without any.
        p95_seconds: The same of the 95th percentile.
        paused_processes: How many processes leave it alone at present.
        paused_until: And until when at the longest.
    """

    name: str
    configured: bool
    outcomes: dict[str, int]
    median_seconds: float | None
    p95_seconds: float | None
    paused_processes: int
    paused_until: datetime | None

    @property
    def asked(self) -> int:
        """Texts that it was to translate, without those that were remembered."""
        return sum(self.outcomes.values()) - self.outcomes.get(REMEMBERED, 0)

    @property
    def translated_share(self) -> float | None:
        """Of those asked."""
        return self.outcomes.get(TRANSLATED, 0) / self.asked if self.asked else None

    @property
    def remembered_share(self) -> float | None:
        """Of all texts that it translated once: how many needed not be sent again."""
        remembered = self.outcomes.get(REMEMBERED, 0)
        total = remembered + self.outcomes.get(TRANSLATED, 0)
        return remembered / total if total else None


def provider_statuses(
    store: Store, configured: tuple[str, ...], at: datetime, calls: Mapping[Cell, Count] | None = None
) -> list[ProviderStatus]:
    """The configured providers in their order, then others that were asked before.

    Args:
        store: Where all processes count.
        configured: Their names.
        at: Now.
        calls: What was counted, where it has been read already.
    """
    calls = store.provider_figures.calls() if calls is None else calls
    paused = store.provider_figures.paused(at)
    names = dict.fromkeys([*configured, *sorted({cell.provider for cell in calls})])
    return [_status(name, name in configured, calls, paused.get(name, (0, None))) for name in names]


def _status(
    name: str, configured: bool, calls: Mapping[Cell, Count], paused: tuple[int, datetime | None]
) -> ProviderStatus:
    own = {cell: count.count for cell, count in calls.items() if cell.provider == name}
    outcomes: Counter[str] = Counter()
    for cell, count in own.items():
        outcomes[cell.outcome] += count
    buckets = sorted((cell.within_seconds, count) for cell, count in own.items() if cell.outcome == TRANSLATED)
    return ProviderStatus(
        name, configured, dict(outcomes), _quantile(buckets, 0.5), _quantile(buckets, 0.95), *paused
    )


def _quantile(buckets: list[tuple[float, int]], share: float) -> float | None:
    needed, seen = share * sum(count for _, count in buckets), 0
    for bound, count in buckets:
        seen += count
        if seen >= needed:
            return bound
    return None
