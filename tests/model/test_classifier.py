"""The classifier keeps scikit-learn's conventions, and gives every category an honest probability."""

import random

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from model.classifier import InquiryClassifier
from model.errors import TrainingDataInvalid
from model.reading import Situation

EXAMPLES = {
    "account": ["I forgot my password", "cannot log in", "my login is locked", "reset the password please"],
    "billing": ["the invoice is wrong", "send me the invoice", "charged twice on my card", "VAT on the invoice"],
    "careers": ["is there a vacancy", "I apply for the internship", "vacancy in the warehouse", "my application"],
    "order": ["where is my parcel", "my parcel has not arrived", "track my parcel", "when is it delivered"],
    "press": ["I am a journalist", "press images please", "journalist asks an interview", "interview for press"],
    "return": ["I want to return it", "return the kettle", "how do I send it back", "exchange or return this"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [label for label, texts in EXAMPLES.items() for _ in texts]
UNSEEN = [
    "password does not work",
    "invoice please",
    "where does the parcel stay",
    "",
    "ランプ",
    "a vacancy\nat a desk",
]


def in_english(classifier):
    return classifier.held_out_[Situation.ENGLISH].probabilities


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, LABELS)


def test_a_clone_has_the_parameters_and_nothing_learned(classifier):
    copy = clone(InquiryClassifier(taxonomy=(), folds=3, seed=7).fit(TEXTS, LABELS))

    assert copy.get_params() == InquiryClassifier(taxonomy=(), folds=3, seed=7).get_params()
    assert (copy.folds, copy.seed) == (3, 7)
    assert not [name for name in vars(copy) if name.endswith("_")]


def test_parameters_can_be_set_and_fitting_leaves_them(classifier):
    changed = clone(classifier).set_params(folds=2)

    assert changed.fit(TEXTS, LABELS) is changed
    assert changed.get_params() == InquiryClassifier(folds=2).get_params()


def test_it_can_be_cross_validated(classifier):
    accuracies = cross_val_score(clone(classifier), TEXTS * 2, LABELS * 2, cv=2)

    assert len(accuracies) == 2
    assert min(accuracies) > 0.8


@pytest.mark.parametrize(
    "method",
    [
        "predict",
        "predict_proba",
        "classify",
    ],
)
def test_asked_before_it_learned_it_says_so(method):
    with pytest.raises(NotFittedError):
        getattr(InquiryClassifier(), method)(["where is it"])


def test_each_text_has_one_probability_per_category_and_they_sum_to_one(classifier):
    rows = classifier.predict_proba(UNSEEN)

    assert list(classifier.classes_) == sorted(EXAMPLES)
    assert rows.shape == (len(UNSEEN), len(EXAMPLES))
    assert rows.sum(axis=1) == pytest.approx(np.ones(len(UNSEEN)))
    assert rows.min() > 0


def test_predict_names_what_each_text_asks(classifier):
    assert classifier.predict(UNSEEN[:3]).tolist() == ["account", "billing", "order"]
    assert classifier.score(TEXTS, LABELS) == 1.0


def test_classify_says_what_predict_proba_says(classifier):
    rows, predictions = classifier.predict_proba(UNSEEN), classifier.classify(UNSEEN)

    assert [one.category for one in predictions] == classifier.predict(UNSEEN).tolist()
    assert [one.confidence for one in predictions] == pytest.approx(rows.max(axis=1))


def test_alternatives_are_the_four_next_best_in_order(classifier):
    row = dict(zip(classifier.classes_, classifier.predict_proba(UNSEEN[:1])[0], strict=True))
    ranked = sorted(row, key=row.get, reverse=True)

    prediction = classifier.classify(UNSEEN[:1])[0]

    assert [one.category for one in prediction.alternatives] == ranked[1:5]
    assert [one.confidence for one in prediction.alternatives] == pytest.approx([row[name] for name in ranked[1:5]])


def test_many_texts_are_classified_as_each_alone(classifier):
    assert classifier.classify(UNSEEN) == [classifier.classify([text])[0] for text in UNSEEN]
    assert classifier.classify([]) == []


def test_two_categories_are_enough():
    two = InquiryClassifier().fit(TEXTS[:8], LABELS[:8])

    predictions = two.classify(["forgot password", "invoice wrong"])

    assert [one.category for one in predictions] == ["account", "billing"]
    assert [one.explanation[0].term for one in predictions] == ["password", "invoice"]
    assert two.predict_proba(["forgot password"]).sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("texts", "labels", "error", "message"),
    [
        pytest.param(["a b", "b c"], ["x", "x"], TrainingDataInvalid, "at least two categories, found 1", id="one"),
        pytest.param([], [], TrainingDataInvalid, "at least two categories, found 0", id="none"),
        pytest.param(["a b", "b c"], ["x"], ValueError, "2 inquiries but 1 labels", id="lengths"),
        pytest.param(["?", "!", "-", "."], ["x", "x", "y", "y"], TrainingDataInvalid, "word", id="no_words"),
    ],
)
def test_it_refuses_what_it_cannot_learn_from(texts, labels, error, message):
    with pytest.raises(error, match=message):
        InquiryClassifier().fit(texts, labels)


@pytest.mark.parametrize(
    "texts", [["a", "b", "c", "d"], ["lamp", "?", "!", "-"]], ids=["words_of_one_letter", "words_in_one_inquiry"]
)
def test_it_refuses_what_holds_too_few_words(texts):
    with pytest.raises(TrainingDataInvalid):
        InquiryClassifier().fit(texts, [*"xxyy"])


def test_one_inquiry_of_a_category_is_enough():
    classifier = InquiryClassifier().fit([*TEXTS, "unsubscribe me now"], [*LABELS, "privacy"])

    assert classifier.predict(["please unsubscribe"]).tolist() == ["privacy"]


def test_progress_never_goes_back_and_ends_with_all_done():
    told = []
    InquiryClassifier(folds=3).fit(TEXTS, LABELS, progress=lambda done, of: told.append(done / of))

    assert len(told) >= 4
    assert told[0] == 0
    assert told == sorted(told)
    assert [share for share in told if share >= 1] == told[-1:]


def test_the_same_seed_learns_the_same(classifier):
    again = InquiryClassifier().fit(TEXTS, LABELS)

    assert np.array_equal(again.predict_proba(UNSEEN), classifier.predict_proba(UNSEEN))
    assert np.array_equal(in_english(again), in_english(classifier))


def test_held_out_probabilities_come_from_models_that_did_not_see_the_text():
    draw = random.Random(3)
    noise = ["".join(draw.choices("abcdefghij", k=8)) for _ in range(60)]

    nothing_to_learn = InquiryClassifier().fit(noise, ["x", "y"] * 30)

    assert in_english(nothing_to_learn).max(axis=1).mean() < 0.7
    assert nothing_to_learn.predict_proba(noise).max(axis=1).mean() < 0.7


def test_held_out_probabilities_follow_the_order_of_the_texts():
    texts, labels = TEXTS * 2, LABELS * 2
    held_out = InquiryClassifier(folds=2).fit(texts, labels)

    named = held_out.classes_[in_english(held_out).argmax(axis=1)]

    assert (named == np.asarray(labels)).mean() > 0.8
