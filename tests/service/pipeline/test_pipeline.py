"""One inquiry from text to decision: each state of the translation, no model, many at once."""

import threading

import pytest

from model.reading import Reading
from service.pipeline.classification import Champion
from service.pipeline.decision import Intent, Language, Translation, Untranslated
from service.pipeline.detection.detector import Hints
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.pipeline import InquiryText, Pipeline
from service.pipeline.routing import CategoryRoute, Router
from service.pipeline.translation.provider import Limits, ProviderFailed

DUTCH = "Waar blijft mijn bestelling? Ik wacht al twee weken."
GERMAN = "Ich habe mein Passwort vergessen und komme nicht in mein Konto."
ENGLISH = "Where is my order? The tracking page shows nothing."
IN_ENGLISH = {
    DUTCH: "Where is my order? I have been waiting for two weeks.",
    GERMAN: "I forgot my password and cannot log in.",
}
ROUTES = {
    "order_status": CategoryRoute("orders", 0.0),
    "return_refund": CategoryRoute("returns", 0.0),
    "account_access": CategoryRoute("support", 0.0),
}


class Phrasebook:
    """Translates the texts it knows; when a number of askers is given, only when all of them ask at once."""

    name, local, limits = "phrasebook", False, Limits()

    def __init__(self, askers=1):
        self.together = threading.Barrier(askers)

    def translate(self, text, source):
        self.together.wait(timeout=30)
        if text not in IN_ENGLISH:
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
        return IN_ENGLISH[text]


@pytest.fixture
def make_pipeline(detector, translator_of, registry):
    def make(*providers, routes=ROUTES, boilerplate=()):
        translator, router = translator_of(*providers), Router(routes, {})
        return Pipeline(detector, translator, Champion(registry), router, boilerplate)

    return make


@pytest.fixture
def version(registry, add_version, now):
    """The version that serves."""
    version = add_version(now)
    registry.promote(version, set(ROUTES))
    return version


def test_a_translated_inquiry_is_classified_by_its_english_text(make_pipeline, version):
    decision = make_pipeline(Phrasebook()).decide(InquiryText(DUTCH))

    assert decision.model_dump(exclude={"confidence", "alternatives", "intents", "explanation"}) == {
        "language": {"code": "nl", "confidence": 1.0, "source": "detector"},
        "translation": {
            "status": "translated",
            "text": IN_ENGLISH[DUTCH],
            "provider": "phrasebook",
            "cached": False,
        },
        "category": "order_status",
        "desk": "orders",
        "automatic": True,
        "reason": "category order_status",
        "rule": None,
        "priority": "normal",
        "due_at": None,
        "similar": (),
        "model": version,
        "remembered": None,
        "suggestion": None,
    }


def test_the_confidences_are_those_of_the_model(make_pipeline, version, classifier):
    prediction = classifier.classify([Reading(DUTCH, IN_ENGLISH[DUTCH])])[0]

    decision = make_pipeline(Phrasebook()).decide(InquiryText(DUTCH))

    confidence = round(prediction.confidence, 4)
    assert decision.confidence == confidence
    assert decision.intents == (
        Intent(category="order_status", confidence=confidence, text=DUTCH, desk="orders", automatic=True),
    )
    assert [(other.category, other.confidence) for other in decision.alternatives] == [
        (other.category, round(other.confidence, 4)) for other in prediction.alternatives
    ]
    assert [(spoke.term, spoke.weight) for spoke in decision.explanation] == [
        (term.term, term.weight) for term in prediction.explanation
    ]


def test_an_english_inquiry_needs_no_translation(make_pipeline, version):
    decision = make_pipeline(Phrasebook()).decide(InquiryText(ENGLISH))

    assert decision.translation == Translation(status="not_needed")
    assert (decision.language.code, decision.category, decision.desk) == ("en", "order_status", "orders")


def test_what_could_not_be_translated_and_was_never_met_so_goes_to_triage(make_pipeline, version):
    decision = make_pipeline().decide(InquiryText("Mein Passwort für den Login ist falsch."))

    assert decision.translation == Translation(status="unavailable", reason=Untranslated.NO_PROVIDER)
    assert (decision.category, decision.desk, decision.automatic) == ("account_access", "triage", False)
    assert decision.reason.startswith("the model was not tried on such texts; account_access at 0.")


@pytest.mark.parametrize("providers", [(), (Phrasebook(),)], ids=["no provider", "a provider"])
def test_without_a_model_it_goes_to_triage_with_what_is_known(make_pipeline, providers):
    decision = make_pipeline(*providers).decide(InquiryText(DUTCH))

    translation = (
        Translation(status="translated", text=IN_ENGLISH[DUTCH], provider="phrasebook")
        if providers
        else Translation(status="unavailable", reason=Untranslated.NO_PROVIDER)
    )
    assert decision.language == Language(code="nl", confidence=1.0, source="detector")
    assert decision.translation == translation
    assert (decision.category, decision.confidence, decision.model) == (None, 0.0, None)
    assert (decision.desk, decision.automatic, decision.reason) == ("triage", False, "no model can be loaded")


def test_the_subject_is_read_before_the_text(make_pipeline, version):
    decision = make_pipeline().decide(InquiryText("Please help me quickly.", subject="I forgot my password"))

    assert decision.intents[0].text == "I forgot my password\n\nPlease help me quickly."
    assert decision.category == "account_access"


def test_the_declared_language_counts(make_pipeline, version):
    declared = InquiryText("Retour", hints=Hints(declared=LanguageCode("nl")))

    assert make_pipeline().decide(declared).language == Language(code="nl", confidence=0.7, source="declared")


def test_the_country_decides_how_phone_numbers_are_masked(make_pipeline, version):
    asked = []

    class Listener(Phrasebook):
        def translate(self, text, source):
            asked.append(text)
            return IN_ENGLISH[DUTCH]

    make_pipeline(Listener()).decide(InquiryText(f"{DUTCH} Bel 0171 1234567", hints=Hints(country="DE")))

    assert asked == [f"{DUTCH} Bel [[1]]"]


def test_what_the_form_and_the_mail_program_add_is_not_read(make_pipeline, version):
    text = f"Contact form\n{ENGLISH}\n\nOn Monday, 2 March 2026, bob wrote:\n> I forgot my password"

    decision = make_pipeline(boilerplate=("contact form",)).decide(InquiryText(text))

    assert decision.intents[0].text == ENGLISH


def test_many_are_decided_as_each_by_itself(make_pipeline, version):
    pipeline = make_pipeline(Phrasebook())
    texts = [DUTCH, GERMAN, ENGLISH, "12345", "Meine Lampe ist defekt", "订单", "!!!"] * 4
    inquiries = [InquiryText(text, subject="Hallo" if text == DUTCH else None) for text in texts]

    assert pipeline.decide_all(inquiries) == [pipeline.decide(inquiry) for inquiry in inquiries]


def test_none_are_decided_as_none(make_pipeline, version):
    assert make_pipeline().decide_all([]) == []


def test_many_are_translated_at_once(make_pipeline, version):
    decisions = make_pipeline(Phrasebook(askers=16)).decide_all([InquiryText(DUTCH)] * 32)

    assert {decision.translation.text for decision in decisions} == {IN_ENGLISH[DUTCH]}


@pytest.mark.parametrize("subject", [None, "Question"])
def test_a_text_of_which_cleaning_leaves_nothing_is_read_whole(make_pipeline, version, subject):
    text = "--\nWhere is my order? It should have been delivered on Monday."

    decision = make_pipeline().decide(InquiryText(text, subject))

    assert "Where is my order?" in decision.intents[0].text
