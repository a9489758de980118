"""Answered inquiries that are like another, so that an agent sees how it was answered before."""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.access import Actor
from service.pipeline.decision import Decision
from service.storage.history import Answered
from service.storage.records import Inquiry, Ticket
from service.storage.store import Store

_CANDIDATES = 200  # of the category; to compare these takes milliseconds
_CHARS = 600  # of each text: an inquiry says what it is about in its first lines
_LEAST = 0.12  # cosine of the words; chosen by hand, not measured
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class SimilarAnswered:
    """An answered inquiry, and how similar its words are, from 0 to 1."""

    answered: Answered
    similarity: float


def answered_like(
    store: Store, actor: Actor, desks: Collection[str], ticket: Ticket, inquiry: Inquiry,
    decision: Decision | None, limit: int = 3,
) -> list[SimilarAnswered]:  # fmt: skip
    """The closed tickets whose inquiries are most like this one, the most similar first.

    No search over everything that was ever answered: candidates are the newest 200 closed tickets of the same
    category, and the inquiries by which the decision was made, which the semantic view found. They are compared
    by the words that they share, rare words counting more, in English where there is English. So the same
    question in quite other words is found only if the decision was made by it.

    Args:
        store: With the tickets.
        actor: What they may not see is not found.
        desks: All that there are.
        ticket: The one to answer.
        inquiry: Its inquiry.
        decision: Of that inquiry.
        limit: How many at most.
    """
    visible = [desk for desk in desks if actor.sees(desk)]
    cited = {one.inquiry for one in decision.similar if one.inquiry} if decision else set()
    cited |= {decision.remembered.inquiry} if decision and decision.remembered else set()
    found = store.history.answered(visible, ticket.category, cited, _CANDIDATES, _CHARS)
    others = {one.inquiry_id: one for one in found if one.inquiry_id != inquiry.id}
    ranked = _ranked(_words(_english_of(inquiry, decision)), list(others.values()))
    return [one for one in ranked if one.similarity >= _LEAST or one.answered.inquiry_id in cited][:limit]


def _ranked(asked: Counter[str], found: Sequence[Answered]) -> list[SimilarAnswered]:
    words = [_words(one.english or one.text) for one in found]
    spread = Counter(word for each in (asked, *words) for word in each)
    rarity = {word: math.log(1 + (len(words) + 1) / n) for word, n in spread.items()}
    length = _length(asked, rarity)
    likeness = [_shared(asked, each, rarity) / (length * _length(each, rarity) or 1.0) for each in words]
    ranked = [SimilarAnswered(one, value) for one, value in zip(found, likeness, strict=True)]
    return sorted(ranked, key=lambda one: -one.similarity)


def _shared(one: Counter[str], other: Counter[str], rarity: dict[str, float]) -> float:
    return sum(one[word] * other[word] * rarity[word] ** 2 for word in one.keys() & other.keys())


def _length(words: Counter[str], rarity: dict[str, float]) -> float:
    return math.sqrt(sum([(n * rarity[word]) ** 2 for word, n in words.items()]))


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _english_of(inquiry: Inquiry, decision: Decision | None) -> str:
    return ((decision and decision.translation.text) or inquiry.text)[:_CHARS]
