"""What became of an agent's correction: remembered at once, learned by a model, and how often it helped since."""

from dataclasses import dataclass

from model.artifact import Manifest
from model.errors import ArtifactInvalid, ModelError, VersionNotFound
from model.registry import Registry
from service.learning.labelled import label_of
from service.storage.records import GivenLabel
from service.storage.store import Store


@dataclass(frozen=True, slots=True)
class AgentsReceipt:
    """What an agent is told of a correction.

    Attributes:
        label: The correction.
        model: The number of the first champion that learned it, by order of promotion from 1; None as yet.
        version: That champion.
        similar: How many inquiries were since decided with its help.
        stood: How many of these decisions nobody corrected.
    """

    label: GivenLabel
    model: int | None
    version: str | None
    similar: int
    stood: int


class Receipts:
    """Tells agents what became of their corrections; keeps manifests, which never change.

    Args:
        store: With labels and citations.
        registry: With the champions.
    """

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry
        self._manifests: dict[str, Manifest] = {}

    def of_ticket(self, ticket_id: str, inquiry_id: str) -> AgentsReceipt | None:
        """The receipt of a corrected ticket; None where nothing is to tell."""
        label = _standing_correction(self._store.labels.of_ticket(ticket_id))
        if label is None:
            return None
        reached = [(n, one) for n, one in self._champions() if label.number <= one.labels_until]
        learned = next((pair for pair in reached if label.number not in _unlearned(pair[1])), None)
        if reached and learned is None:
            return None  # models are only measured by it, so far
        similar, stood = self._store.citations.helped(inquiry_id, label.at)
        number, version = (learned[0], learned[1].version) if learned else (None, None)
        return AgentsReceipt(label, number, version, similar, stood)

    def _champions(self) -> list[tuple[int, Manifest]]:
        """Each with its number, the first promoted first; without those that cannot be read."""
        try:
            champions = self._registry.champions()
        except ModelError:  # the ticket matters more than its receipt
            return []
        found = ((number, self._manifest(version)) for number, (version, _) in enumerate(champions, 1))
        return [(number, manifest) for number, manifest in found if manifest]

    def _manifest(self, version: str) -> Manifest | None:
        if version not in self._manifests:
            try:
                self._manifests[version] = self._registry.manifest(version)
            except (ArtifactInvalid, VersionNotFound):
                return None
        return self._manifests[version]


def _standing_correction(labels: list[GivenLabel]) -> GivenLabel | None:
    """The last correction, unless somebody said otherwise after it."""
    if not labels:
        return None
    category = label_of(labels).category
    corrections = [one for one in labels if one.source == "correction"]
    return corrections[-1] if corrections and corrections[-1].category == category else None


def _unlearned(manifest: Manifest) -> set[int]:
    """Labels that a model was measured by, or that were left out of its training."""
    return {*manifest.labels_held_out, *manifest.labels_left_out}
