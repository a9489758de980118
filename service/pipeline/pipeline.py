"""The way of one inquiry from text to decision. Every stage may fail; the decision says so and names a desk."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from model.prediction import Part, Prediction
from model.reading import Reading
from model.text import clean, join_subject
from service.pipeline.classification import Champion, Serving
from service.pipeline.decision import (
    Alternative,
    Decision,
    Intent,
    Language,
    RememberedInquiry,
    SimilarInquiry,
    Spoke,
    Translation,
)
from service.pipeline.detection.detector import NO_HINTS, Detector, Hints
from service.pipeline.detection.languages import UNDETERMINED
from service.pipeline.memory import Memories, Recollection
from service.pipeline.privacy import Policy, PrivacyRules
from service.pipeline.routing import TRIAGE, Route, Router
from service.pipeline.rules import NOTHING_KNOWN, Facts
from service.pipeline.translation.translator import About, Translator

_AT_ONCE = 16  # translations of one batch under way together


@dataclass(frozen=True, slots=True)
class InquiryText:
    """What the pipeline reads of an inquiry.

    Args:
        text: As the customer wrote it.
        subject: The same.
        hints: Of the language; the country among them decides what may leave the house.
        name: As given in the form, so that it can be masked.
        id: Of the stored inquiry, for the privacy ledger.
        desks: On which it lies already, whose privacy it has.
        facts: What routing rules read besides; language and country are those of the detector and the hints.
    """

    text: str
    subject: str | None = None
    hints: Hints = NO_HINTS
    name: str | None = None
    id: str | None = None
    desks: frozenset[str] = frozenset()
    facts: Facts = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class _Understood:
    """What is known of an inquiry before it is classified."""

    original: str
    language: Language
    translation: Translation
    facts: Facts

    @property
    def reading(self) -> Reading:
        if self.translation.status == "not_needed":
            return Reading.in_english(self.original)
        return Reading(self.original, self.translation.text or None)


class Pipeline:
    """Cleans, detects, translates, classifies and routes."""

    def __init__(
        self,
        detector: Detector,
        translator: Translator,
        champion: Champion,
        router: Router,
        boilerplate: Sequence[str] = (),
        privacy: PrivacyRules | None = None,
        memories: Memories | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._detector = detector
        self._translator = translator
        self.router = router
        self._boilerplate = boilerplate
        self._privacy = privacy or PrivacyRules()
        self._names = names
        self.champion = champion
        self.memories = memories

    def watch(self) -> None:
        """Keep champion and memory up to date in threads of their own, until `stop`; called after the fork."""
        self.champion.watch()
        if self.memories:
            self.memories.watch(self.champion.current)

    def stop(self) -> None:
        """End those threads."""
        if self.memories:
            self.memories.stop()
        self.champion.stop()

    def decide(self, inquiry: InquiryText) -> Decision:
        """The decision of one inquiry."""
        return self._classified([self._understood(inquiry)])[0]

    def decide_if_translated(self, inquiry: InquiryText) -> Decision | Translation:
        """The decision, if there is a translation by now; else, without classifying it, why there is none."""
        understood = self._understood(inquiry)
        translation = understood.translation
        return self._classified([understood])[0] if translation.status == "translated" else translation

    def decide_all(self, inquiries: Sequence[InquiryText]) -> list[Decision]:
        """The decisions of many, in order: translated several at once, classified together."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return self._classified(list(pool.map(self._understood, inquiries)))

    def decide_again(self, inquiries: Sequence[tuple[InquiryText, Decision]]) -> list[Decision]:
        """What would be decided now, with language and translation as decided before: nobody outside is asked."""
        return self._classified([self._as_understood(inquiry, before) for inquiry, before in inquiries])

    def _as_understood(self, inquiry: InquiryText, before: Decision) -> _Understood:
        facts = replace(inquiry.facts, language=before.language.code, country=inquiry.hints.country)
        return _Understood(self._original(inquiry), before.language, before.translation, facts)

    def _original(self, inquiry: InquiryText) -> str:
        # Cleaned apart: a text of which nothing would be left is kept whole, whatever its subject says.
        subject = clean(inquiry.subject) if inquiry.subject else None
        return join_subject(subject, clean(inquiry.text, self._boilerplate))

    def _understood(self, inquiry: InquiryText) -> _Understood:
        original = self._original(inquiry)
        language = self._detector.detect(original, inquiry.hints)
        country = inquiry.hints.country
        facts = replace(inquiry.facts, language=language.code, country=country)
        about = About(inquiry.id, country, inquiry.name, self._policy(original, facts, inquiry.desks))
        return _Understood(original, language, self._translator.translate(original, language, about), facts)

    def _policy(self, original: str, facts: Facts, desks: frozenset[str]) -> Policy:
        """What may leave the house; where desks have a say, by those that the untranslated text may be for."""
        serving = self.champion.current() if self._privacy.desks else None
        if serving is None:
            return self._privacy.policy(facts.country, self._privacy.desks)
        possible = self.router.possible_desks(Reading(original, None), serving, facts)
        return self._privacy.policy(facts.country, possible | desks)

    def _classified(self, inquiries: Sequence[_Understood]) -> list[Decision]:
        serving = self.champion.current()
        if serving is None:
            return [self._unread("no model can be loaded", one) for one in inquiries]
        remembered = self.memories.beside(serving) if self.memories else Recollection(serving.version, -1)
        predictions = serving.classifier.classify([one.reading for one in inquiries], remembered.memory)
        receipts = remembered.receipts
        return [
            self._decision(one, prediction.renamed(self._names), serving, receipts)
            for one, prediction in zip(inquiries, predictions, strict=True)
        ]

    def _unread(self, reason: str, inquiry: _Understood) -> Decision:
        route = self.router.route_unread(reason, inquiry.facts)
        return in_triage(reason, inquiry.language, inquiry.translation).model_copy(update=_said_by(route))

    def _decision(
        self, inquiry: _Understood, prediction: Prediction, serving: Serving, receipts: Mapping[str, str]
    ) -> Decision:
        followed = _remembered(prediction, receipts)
        parts = prediction.parts or (Part(prediction.category, prediction.confidence, inquiry.original),)
        routes = [
            self.router.route(prediction, part.category, part.confidence, serving, inquiry.facts) for part in parts
        ]
        return Decision(
            language=inquiry.language,
            translation=inquiry.translation,
            category=parts[0].category,
            confidence=round(parts[0].confidence, 4),
            alternatives=_alternatives(prediction),
            intents=tuple(_intent(part, route) for part, route in zip(parts, routes, strict=True)),
            **_said_by(routes[0]) | {"reason": _reason(parts, routes, followed)},
            explanation=tuple(Spoke(term=term.term, weight=term.weight) for term in prediction.explanation),
            similar=tuple(
                SimilarInquiry(text=one.text, category=one.category, weight=one.weight, inquiry=one.origin)
                for one in prediction.similar
            ),
            model=serving.version,
            remembered=followed,
        )


def in_triage(reason: str, language: Language | None = None, translation: Translation | None = None) -> Decision:
    """A decision for an inquiry that no model understood."""
    return Decision(
        language=language or Language(code=UNDETERMINED, confidence=0.0, source="none"),
        translation=translation or Translation(status="unavailable"),
        category=None,
        confidence=0.0,
        desk=TRIAGE,
        automatic=False,
        reason=reason,
        model=None,
    )


def _alternatives(prediction: Prediction) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(category=other.category, confidence=round(other.confidence, 4))
        for other in prediction.alternatives
    )


def _intent(part: Part, route: Route) -> Intent:
    return Intent(
        category=part.category,
        confidence=round(part.confidence, 4),
        text=part.text,
        desk=route.desk,
        automatic=route.automatic,
        rule=route.rule,
        priority=route.priority,
        due_at=route.due_at,
    )


def _said_by(route: Route) -> dict[str, Any]:
    """What a route says of the whole decision."""
    return {part.name: getattr(route, part.name) for part in fields(route)}


def _remembered(prediction: Prediction, receipts: Mapping[str, str]) -> RememberedInquiry | None:
    """The corrected inquiry that this one follows; one that only made it less sure is not followed."""
    recalled = prediction.recalled
    if recalled is None or not recalled.follows:
        return None
    return RememberedInquiry(
        inquiry=recalled.key, receipt=receipts[recalled.key],
        similarity=recalled.similarity, instead_of=recalled.instead_of,
    )  # fmt: skip


def _reason(parts: Sequence[Part], routes: Sequence[Route], followed: RememberedInquiry | None) -> str:
    said = f"{len(parts)} requests: " if len(parts) > 1 else ""
    said += "; ".join(route.reason for route in routes)
    return f"as corrected in {followed.receipt}: {said}" if followed else said
