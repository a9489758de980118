"""The cheap view is asked first, and the encoder only where words alone are not sure."""

from dataclasses import replace

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from model.reading import Reading, Situation
from model.taxonomy import Category
from model.views import NEVER_SURE, texts_of

PARCELS = ["where is my parcel", "my parcel is late", "the parcel is lost", "track the parcel", "parcel not here"]
PASSWORDS = ["forgot my password", "password reset", "cannot log in", "login locked", "new password please"]
SURE, UNSURE = "where is my parcel", "hm"


@pytest.fixture(scope="module")
def classifier(encoder):
    labels = ["order"] * 50 + ["account"] * 50
    taxonomy = [Category("order", "parcels"), Category("account", "passwords")]
    return InquiryClassifier(encoder, taxonomy).fit([*PARCELS * 10, *PASSWORDS * 10], labels)


@pytest.fixture
def views(classifier, counting):
    """Sure of English from a probability between those of the two texts on."""
    sure, unsure = classifier.views_.ask(readings(SURE, UNSURE), None).probabilities.max(axis=1)
    return replace(classifier.views_, sure={Situation.ENGLISH: float(sure + unsure) / 2})


def readings(*texts):
    return [Reading.in_english(text) for text in texts]


def test_only_what_words_are_not_sure_of_is_encoded(views, counting):
    answer = views.ask(readings(SURE, UNSURE, SURE), counting)

    assert answer.encoded.tolist() == [False, True, False]
    assert counting.asked == [UNSURE]


def test_what_is_not_encoded_is_answered_by_words_and_the_rest_by_both(views, counting):
    answer = views.ask(readings(SURE, UNSURE), counting)

    words, both = views.ask(readings(SURE), None), views.ask(readings(UNSURE), counting, cheap_first=False)
    assert answer.probabilities[0] == pytest.approx(words.probabilities[0])
    assert answer.probabilities[1] == pytest.approx(both.probabilities[0], abs=1e-6)


def test_on_request_everything_is_encoded(views, counting):
    assert views.ask(readings(SURE, UNSURE), counting, cheap_first=False).encoded.all()
    assert counting.asked == [SURE, UNSURE]


@pytest.mark.parametrize(
    "reading", [Reading(SURE, None), Reading("wo ist es", SURE)], ids=["untranslated", "other"]
)
def test_in_a_situation_of_which_nothing_is_known_words_are_never_sure(views, counting, reading):
    assert views.ask([reading], counting).encoded.tolist() == [True]
    assert counting.asked == texts_of(reading)


def test_without_an_encoder_words_answer_alone(views):
    answer = views.ask([Reading("wo ist es", None), *readings(SURE, UNSURE)], None)

    assert not answer.encoded.any()
    assert answer.probabilities.sum(axis=1) == pytest.approx(np.ones(3))


def test_nothing_asked_is_nothing_answered(views, counting):
    answer = views.ask([], counting)

    assert (answer.probabilities.shape, counting.asked) == ((0, 2), [])


def test_how_sure_words_must_be_is_learned_per_situation(classifier):
    sure = classifier.views_.sure

    assert sure[Situation.ENGLISH] <= 1
    assert sure[Situation.TRANSLATED] == NEVER_SURE
    assert Situation.UNTRANSLATED not in sure


def test_words_that_are_sure_were_held_out_as_right_as_both_views(classifier):
    held = classifier.held_out_[Situation.ENGLISH]
    alone = ~held.encoded

    wrong = held.probabilities[alone].argmax(axis=1) != classifier.held_out_truth_[held.rows][alone]
    assert alone.any()
    assert wrong.sum() <= 0.002 * len(held.rows)


@pytest.mark.parametrize(
    ("reading", "texts"),
    [
        (Reading.in_english("where"), ["where"]),
        (Reading("wo", "where"), ["where", "wo"]),
        (Reading("wo", None), ["wo"]),
        (Reading("wo", ""), ["", "wo"]),
    ],
    ids=["english", "translated", "untranslated", "translated_to_nothing"],
)
def test_the_semantic_view_reads_each_text_once_english_first(reading, texts):
    assert texts_of(reading) == texts
