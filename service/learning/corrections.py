"""What the memory remembers: corrections of inquiries that the serving model has not learned from."""

from collections.abc import Collection, Mapping, Sequence

from model.artifact import Manifest
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
        self._kept: Manifest | None = None

    def newest(self) -> int:
        """See `service.pipeline.memory.Corrections`."""
        return self._store.labels.newest_said() if self._most else 0

    def changed(self, model: str, after: int) -> dict[str, Corrected | None]:
        """See `service.pipeline.memory.Corrections`; an inquiry with several requests is not remembered."""
        if not self._most:
            return {}
        manifest = self._manifest(model)
        unlearned = () if after else manifest.labels_held_out
        ids = self._store.labels.said_of(max(after, manifest.labels_until), unlearned, self._most)
        groups = self._store.labels.by_inquiry(ids)
        found = sorted(groups.values(), key=lambda group: group[-1].label.number)
        taken_back = dict.fromkeys(one for one in ids if one not in groups)
        return taken_back | {group[0].inquiry.id: self._corrected(group, manifest) for group in found}

    def _manifest(self, model: str) -> Manifest:
        """Kept while the model serves: it may lie far away."""
        if self._kept is None or self._kept.version != model:
            self._kept = self._registry.manifest(model)
        return self._kept

    def _corrected(self, group: Sequence[LabelledRequest], manifest: Manifest) -> Corrected | None:
        """The inquiry, if somebody corrected it to what counts of it now, confirmed since or not."""
        text = of_inquiry(group)
        corrections = {one.label.category for one in group if one.label.source == "correction"}
        if len(text.categories) != 1 or text.categories[0] not in corrections:
            return None
        inquiry = group[0].inquiry
        category = self._as_the_model_says(text.categories[0], manifest.labels)
        reading = reading_of(inquiry, self._boilerplate)
        return Corrected(Example(inquiry.id, reading, category), inquiry.receipt)

    def _as_the_model_says(self, category: str, known: Collection[str]) -> str:
        """The category under the name by which the model knows it; the pipeline gives all their present names."""
        present = self._names.get(category, category)
        others = (old for old, new in self._names.items() if new == present)
        return next((name for name in (category, present, *others) if name in known), present)
