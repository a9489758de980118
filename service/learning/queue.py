"""Where a label helps most: what the champion doubts, and what much of the rest is like.

A label settles, to the degree of their similarity, the doubts about all that waits; the next to label is the one
that settles most of what the labels before it leave. So twenty inquiries of one kind are asked about once.

Accuracy by words alone, 500 labels after 10 a category (tests/benchmarks/test_queue.py): on HWU64 0.787, at random
0.769; on BANKING77 0.815, at random 0.793.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from sklearn.preprocessing import normalize

from model.calibration import Floats
from model.classifier import InquiryClassifier
from model.text import clean
from service.learning.labelled import text_of, translation_of
from service.pipeline.routing import TRIAGE, UNLIKE_ALL
from service.settings import Settings
from service.storage.records import Inquiry, Ticket
from service.storage.store import Store

_CANDIDATES = 300  # of a length of 500 characters they are compared within a second
_CHARS = 500  # of each: a customer says early what it is about


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inquiry that nobody has labelled.

    Attributes:
        text: What the words are read of: English where there is a translation.
        doubt: Of its decision, in [0, 1].
    """

    text: str
    doubt: float


def waiting(ticket: Ticket, inquiry: Inquiry) -> Waiting:
    """A ticket as the queue sees it."""
    english, _ = translation_of(inquiry.decision)
    return Waiting(clean(english or text_of(inquiry))[:_CHARS], _doubt(ticket, inquiry.decision or {}))


def next_tickets(
    store: Store,
    classifier: InquiryClassifier | None,
    desks: Collection[str],
    count: int,
    categories: Collection[str] = (),
) -> list[str]:
    """The ids of open tickets that nobody has reviewed, the most worthwhile to label first, at most ``count``.

    So are those of a category that was split, reviewed or not: whose label it is has to be said again.

    What nobody has looked at goes first, and of this what lies on triage. Of each group the newest are compared.

    Args:
        store: Where they are.
        classifier: The champion.
        desks: On which they may lie.
        count: How many are wanted.
        categories: Those that there are, under all their names.
    """
    rows = store.tickets.unreviewed(desks, TRIAGE, _CANDIDATES, categories)
    found: list[str] = []
    for _, group in groupby(rows, key=lambda row: (row[0].opened_at is None, row[0].desk == TRIAGE)):
        alike = list(group)
        order = next_to_label([waiting(*row) for row in alike], classifier, count - len(found))
        found += [alike[i][0].id for i in order]
    return found


def suggested(
    ticket: Ticket, inquiry: Inquiry, classifier: InquiryClassifier | None, settings: Settings, count: int
) -> list[str]:
    """Present categories that a ticket may have, the likeliest first: by its decision, then by words alone."""
    decision, names = inquiry.decision or {}, settings.present_names()
    decided = [
        ticket.category,
        decision.get("category"),
        *(o["category"] for o in decision.get("alternatives", ())),
    ]
    found = [*decided, *(_by_words(waiting(ticket, inquiry).text, classifier) if classifier else ())]
    known = dict.fromkeys(names.get(name, name) for name in found if name)
    return [name for name in known if name in settings.categories][:count]


def next_to_label(candidates: Sequence[Waiting], classifier: InquiryClassifier | None, count: int) -> list[int]:
    """The places of the candidates to label next, the most worthwhile first, at most ``count``.

    Args:
        candidates: Any number n; time and memory grow with its square, 300 take 1 MB.
        classifier: Whose words tell what is alike; without one, only doubt counts.
        count: How many are wanted.
    """
    doubts = np.array([one.doubt for one in candidates], dtype=np.float64)
    if classifier is None or not candidates:
        return [int(i) for i in np.argsort(-doubts, kind="stable")[:count]]
    return _most_settling(doubts, _likeness([one.text for one in candidates], classifier), count)


def _by_words(text: str, classifier: InquiryClassifier) -> list[str]:
    scores = classifier.views_.lexical.scores([text])[0]
    return [str(classifier.classes_[i]) for i in np.argsort(-scores, kind="stable")]


def _is_unlike_anything(decision: Mapping[str, Any]) -> bool:
    return UNLIKE_ALL in str(decision.get("reason", ""))


def _doubt(ticket: Ticket, decision: Mapping[str, Any]) -> float:
    """How near the next category comes to the first; all of it where nothing like it was learned from."""
    if ticket.category is None or _is_unlike_anything(decision):
        return 1.0
    next_one = max((other["confidence"] for other in decision.get("alternatives", ())), default=0.0)
    return float(np.clip(1.0 - (ticket.confidence - next_one), 0.0, 1.0))


def _likeness(texts: Sequence[str], classifier: InquiryClassifier) -> Floats:
    """The cosine of each two texts' words and letter sequences, shape (n, n), in [0, 1]."""
    vectors = normalize(classifier.views_.lexical.vectorizer_.transform(texts))
    likeness = (vectors @ vectors.T).toarray()
    np.fill_diagonal(likeness, 1.0)  # also of a text without a known word
    return np.asarray(likeness, dtype=np.float64)


def _most_settling(doubts: Floats, likeness: Floats, count: int) -> list[int]:
    """Greedy: each takes away the doubts as far as it is like them; near the best that can be (submodular)."""
    settled = np.zeros(len(doubts))
    order: list[int] = []
    for _ in range(min(count, len(doubts))):
        gains = np.maximum(likeness - settled, 0.0) @ doubts
        gains[order] = -1.0
        best = int(gains.argmax())
        order.append(best)
        settled = np.maximum(settled, likeness[best])
    return order
