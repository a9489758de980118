"""What retrainings lay beside versions for people: labels that look wrong, and advice on categories.

Reports are not signed: one that is damaged is taken for missing.
"""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, RootModel, ValidationError

from model.registry import Registry

SUSPECTS, ADVICE, COMPARISON = "suspects.json", "advice.json", "comparison.json"
_Share = Annotated[float, Field(ge=0.0, le=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SuspectedLabel(_Part):
    """A label that looks wrong.

    Attributes:
        number: Of the label in the store; None for what was written for training.
        inquiry: The stored inquiry's id; None for an example.
        given: The category that somebody gave.
        proposed: The one that a model would say.
        quality: The probability of the given one, in [0, 1]; the lowest look most wrong.
    """

    number: int | None = None
    inquiry: str | None = None
    given: str
    proposed: str
    quality: _Share


class Suspects(RootModel[tuple[SuspectedLabel, ...]]):
    """All of one training."""


class Proposal(_Part):
    """Inquiries on triage that are alike; their texts are masked.

    Attributes:
        texts: A few of them.
        terms: Words that are in these more often than in the others.
        size: How many they are.
        nearest: The category that is most like them.
        similarity: How like, at most 1; above about 0.8 they rather are that category's.
    """

    texts: tuple[str, ...]
    terms: tuple[str, ...]
    size: int
    nearest: str | None = None
    similarity: FiniteFloat


class Overlap(_Part):
    """Two categories that are taken for each other; the texts are masked.

    Attributes:
        a: The one.
        b: The other.
        confused: The share of their inquiries that were taken for the other.
        n: Their inquiries.
        texts: A few that were confused.
    """

    a: str
    b: str
    confused: _Share
    n: int
    texts: tuple[str, ...]


class Advice(_Part):
    """What the categories lack."""

    proposals: tuple[Proposal, ...] = ()
    overlaps: tuple[Overlap, ...] = ()


class _Learned(_Part):
    labels: int


class _Comparison(_Part):
    learned: _Learned


_Report = TypeVar("_Report", bound=BaseModel)


def newest(registry: Registry, name: str, kind: type[_Report]) -> tuple[str, _Report] | None:
    """A report of the newest version that has one to be read, with that version; None where none has.

    Raises:
        ModelError: The registry cannot be read.
    """
    for manifest in registry.versions():
        found = _read(registry, manifest.version, name, kind)
        if found is not None:
            return manifest.version, found
    return None


def labels_learned(registry: Registry, version: str) -> int | None:
    """From how many labels of desks and imports a version learned; None where nothing says so."""
    found = _read(registry, version, COMPARISON, _Comparison)
    return found.learned.labels if found else None


def _read(registry: Registry, version: str, name: str, kind: type[_Report]) -> _Report | None:
    content = registry.report(version, name)
    try:
        return None if content is None else kind.model_validate_json(content)
    except ValidationError:
        return None
