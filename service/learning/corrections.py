"""What the memory remembers: corrections of inquiries that the serving model has not learned from."""

from collections.abc import Collection, Mapping, Sequence

from model.memory import Example
from model.registry import Registry
from service.handover import reading_of
from service.learning.labelled import of_inquiry
from service.pipeline.memory import Corrected
from service.storage.records import LabelledRequest
from service.storage.store import Store


class StoredCorrections:
    """Corrections of the store.

    Args:
        store: Where the labels are.
        registry: Knows what a model has learned from.
        most: How many are remembered; the newest stay.
        names: What categories are called now that had another name.
        boilerplate: See `service.handover.reading_of`.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        most: int,
        names: Mapping[str, str],
        boilerplate: Collection[str] = (),
    ) -> None:
        self._store, self._registry = store, registry
        self._most, self._names, self._boilerplate = most, names, boilerplate

    def newest(self) -> int:
        """See `service.pipeline.memory.Corrections`."""
        return self._store.labels.newest_correction() if self._most else 0

    def since(self, model: str) -> list[Corrected]:
        """See `service.pipeline.memory.Corrections`; an inquiry with several requests is not remembered."""
        if not self._most:
            return []
        manifest = self._registry.manifest(model)
        found = self._store.labels.corrections(manifest.labels_until, manifest.labels_held_out, self._most)
        ids = list(dict.fromkeys(one.inquiry.id for one in found))
        groups = self._store.labels.by_inquiry(ids)
        settled = (self._corrected(groups[one]) for one in ids)
        return [one for one in settled if one]

    def _corrected(self, group: Sequence[LabelledRequest]) -> Corrected | None:
        text = of_inquiry(group, self._names)
        inquiry = group[0].inquiry
        if len(text.categories) != 1 or text.label.source != "correction":
            return None
        reading = reading_of(inquiry, self._boilerplate)
        return Corrected(Example(inquiry.id, reading, text.categories[0]), inquiry.receipt)
