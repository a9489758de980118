"""Labelled inquiries as training reads them, with every disagreement settled by one rule.

Of one request, what a person said last counts; that a ticket was closed as it lay counts only where nobody said
anything. Of one text, the surest source counts (correction, confirmation, import, closed), and of these the newest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.text import join_subject
from service.storage.records import Example, GivenLabel, Inquiry, LabelledRequest
from service.storage.store import Store

_SUREST_FIRST = ("correction", "confirmation", "import", "closed")
_BY_PERSONS = ("correction", "confirmation")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with the label that counts.

    Attributes:
        categories: The main request's first; several for a mixed inquiry.
        label: The last of the labels that count; where it came from.
        inquiry: The stored inquiry's id; None for an example.
        seconded: Whether a second person said the same.
    """

    text: str
    text_en: str | None
    language: str | None
    categories: tuple[str, ...]
    label: GivenLabel
    inquiry: str | None
    seconded: bool = False

    def row(self) -> dict[str, Any]:
        """As JSON Lines hold it; without what is not known."""
        label = {"label": self.categories[0]} if len(self.categories) == 1 else {"labels": list(self.categories)}
        given = self.label
        row = {
            "text": self.text, "text_en": self.text_en, "language": self.language, **label,
            "source": given.source, "at": given.at.isoformat(), "by": given.by, "desk": given.desk,
            "model": given.model, "number": given.number, "inquiry": self.inquiry,
            "seconded": self.seconded or None,
        }  # fmt: skip
        return {name: value for name, value in row.items() if value is not None}


def labelled_texts(store: Store, names: Mapping[str, str] | None = None) -> list[LabelledText]:
    """All that is labelled, one for each text, in the order in which the labels were given.

    Args:
        store: Where from.
        names: What categories are called now that had another name; see ``formerly`` in the settings.
    """
    found = every_labelled_text(store, names)
    return sorted(_settled(found), key=lambda one: one.label.number)


def every_labelled_text(store: Store, names: Mapping[str, str] | None = None) -> list[LabelledText]:
    """The same, with each text as often as somebody sent or imported it."""
    found = [of_inquiry(group, names) for group in store.labels.of_inquiries()]
    return found + [_of_example(*pair, names or {}) for pair in store.labels.of_examples()]


def conflicts(texts: Iterable[LabelledText]) -> Iterator[list[LabelledText]]:
    """Equal texts that have different labels, the one that counts first."""
    for same in _by_text(texts).values():
        if len({one.categories for one in same}) > 1:
            yield sorted(same, key=_counts_more)


def label_of(labels: Sequence[GivenLabel]) -> GivenLabel:
    """The one of a request's labels that counts."""
    said = [label for label in labels if label.source in _BY_PERSONS]
    return max(said or labels, key=lambda label: label.number)


def text_of(inquiry: Inquiry) -> str:
    """Subject and text, as the customer wrote them."""
    return join_subject(inquiry.subject, inquiry.text)


def translation_of(decision: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """The English text and the language of a decided inquiry, where they are known."""
    known = decision or {}
    return known.get("translation", {}).get("text"), known.get("language", {}).get("code")


def of_inquiry(group: Sequence[LabelledRequest], names: Mapping[str, str] | None = None) -> LabelledText:
    """The labels of one inquiry's requests together."""
    names = names or {}
    requests: dict[int, list[GivenLabel]] = {}
    for one in sorted(group, key=lambda one: (one.intent, one.label.number)):
        requests.setdefault(one.intent, []).append(one.label)
    settled = [label_of(labels) for labels in requests.values()]
    inquiry = group[0].inquiry
    english, language = translation_of(inquiry.decision)
    said = [label.category for label in settled] + _unsaid(inquiry.decision, requests)
    categories = tuple(dict.fromkeys(names.get(category, category) for category in said))
    newest = max(settled, key=lambda label: label.number)
    seconded = len({one.label.by for one in group if one.label.category == newest.category}) > 1
    return LabelledText(text_of(inquiry), english, language, categories, newest, inquiry.id, seconded)


def _unsaid(decision: Mapping[str, Any] | None, said: Collection[int]) -> list[str]:
    """The categories of a mixed inquiry's other requests, as decided: labelling one of them leaves it mixed."""
    intents = (decision or {}).get("intents", ())
    desks = {intents[number]["desk"] for number in said if number < len(intents)}
    return [
        one["category"] for number, one in enumerate(intents) if number not in said and one["desk"] not in desks
    ]


def _of_example(example: Example, labels: Sequence[GivenLabel], names: Mapping[str, str]) -> LabelledText:
    label = label_of(labels)
    category = names.get(label.category, label.category)
    seconded = len({one.by for one in labels if one.category == label.category}) > 1
    return LabelledText(example.text, example.text_en, example.language, (category,), label, None, seconded)


def _settled(texts: Iterable[LabelledText]) -> list[LabelledText]:
    return [_seconded(min(same, key=_counts_more), same) for same in _by_text(texts).values()]


def _seconded(text: LabelledText, same: Sequence[LabelledText]) -> LabelledText:
    """The label of equal texts that counts, and whether somebody else gave another of them the same."""
    others = {one.label.by for one in same if one.categories == text.categories} - {text.label.by}
    return replace(text, seconded=text.seconded or bool(others))


def _by_text(texts: Iterable[LabelledText]) -> dict[str, list[LabelledText]]:
    same: dict[str, list[LabelledText]] = {}
    for one in texts:
        same.setdefault(" ".join(one.text.split()).casefold(), []).append(one)
    return same


def _counts_more(text: LabelledText) -> tuple[int, int]:
    return _SUREST_FIRST.index(text.label.source), -text.label.number
