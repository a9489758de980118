"""How much a label counts in training: by how it came about, and by its age."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model.errors import ConfigurationInvalid
from training.dataset import Given, Source

_DAY_SECONDS = 86_400.0
# A ticket closed as it lay may have been answered by the wrong desk all the same; chosen by hand.
_DEFAULT: Mapping[str, float] = {
    Source.CORRECTION: 1.0,
    Source.CONFIRMATION: 1.0,
    Source.IMPORT: 1.0,
    Source.CLOSED: 0.5,
}


@dataclass(frozen=True)
class Weighting:
    """The weight of a label is that of its source, halved with each half-life, but never below the floor's share.

    Attributes:
        sources: By source; what was written for training counts 1.
        half_life_days: None for labels that do not age.
        floor: The share of its source's weight that an old label keeps.
    """

    sources: Mapping[str, float] = field(default_factory=lambda: dict(_DEFAULT))
    half_life_days: float | None = 365.0
    floor: float = 0.25

    @classmethod
    def of_configuration(cls, values: Mapping[str, Any]) -> "Weighting":
        """From the table ``[learning]``.

        Raises:
            ConfigurationInvalid: A weight or the half-life is no number.
        """
        try:
            table = dict(values.get("learning") or {})
            sources = {**_DEFAULT, **(table.get("weights") or {})}
            days = float(table.get("half_life_days", 365.0))
            return cls({str(name): float(weight) for name, weight in sources.items()}, days or None)
        except (ValueError, TypeError) as error:
            raise ConfigurationInvalid(f"learning: weights and half_life_days are numbers: {error}") from error

    def weight(self, given: Given | None, at: datetime) -> float:
        """The weight of one label at a moment, above 0."""
        if given is None:
            return 1.0
        weight = self.sources[given.source]
        if self.half_life_days is None:
            return weight
        days = max(0.0, (at - given.at).total_seconds() / _DAY_SECONDS)
        return weight * float(max(self.floor, 0.5 ** (days / self.half_life_days)))
