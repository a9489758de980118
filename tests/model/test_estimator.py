"""The classifier is a scikit-learn estimator: whatever scikit-learn does to estimators, it does to this one."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags

from model.classifier import InquiryClassifier
from model.reading import Reading

WORDS = {
    "account": ["password", "login", "locked", "username"],
    "billing": ["invoice", "charged", "receipt", "tax"],
    "order": ["parcel", "delivered", "track", "courier"],
}
PHRASES = ["my {} please", "a question about the {}", "the {} is wrong", "where can I find {}", "{} does not work"]
TEXTS = [phrase.format(word) for words in WORDS.values() for word in words for phrase in PHRASES]
LABELS = [label for label, words in WORDS.items() for _ in words for _ in PHRASES]

# Those of scikit-learn's own checks that do not feed a table of numbers.
CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_mixin_order",
]


@pytest.mark.parametrize("check", CHECKS)
def test_it_passes_scikit_learns_own_check(check):
    getattr(estimator_checks, check)("InquiryClassifier", InquiryClassifier())


def test_it_says_that_it_takes_texts():
    tags = get_tags(InquiryClassifier())

    assert (tags.estimator_type, tags.input_tags.string, tags.input_tags.two_d_array) == ("classifier", True, False)


def test_what_can_be_searched_reaches_the_views(encoder):
    classifier = InquiryClassifier(encoder, regularisation=0.5, width=2.0, ridge=0.3).fit(TEXTS, LABELS)

    assert classifier.views_.lexical.svm_.C == 0.5
    assert (classifier.views_.semantic.width, classifier.views_.semantic.ridge) == (2.0, 0.3)


@pytest.mark.parametrize("params", [{"regularisation": 0.01}, {"width": 4.0}, {"ridge": 10.0}], ids=str)
def test_each_changes_what_is_said(encoder, params):
    usual, other = (clone(InquiryClassifier(encoder)).set_params(**one).fit(TEXTS, LABELS) for one in ({}, params))

    assert not np.allclose(usual.predict_proba(["the key"]), other.predict_proba(["the key"]))


def test_fitting_leaves_the_parameters_and_sets_what_ends_in_an_underscore():
    classifier = InquiryClassifier(regularisation=3.0)
    before = classifier.get_params()

    fitted = classifier.fit(TEXTS, LABELS)

    assert fitted is classifier
    assert fitted.get_params() == before
    assert not [name for name in vars(clone(fitted)) if name.endswith("_")]


@pytest.mark.parametrize("kind", [list, tuple, np.array], ids=["list", "tuple", "array"])
def test_texts_come_in_a_list_a_tuple_or_an_array(kind):
    classifier = InquiryClassifier().fit(kind(TEXTS), kind(LABELS))

    assert classifier.score(kind(TEXTS), kind(LABELS)) == 1.0


def test_readings_are_cross_validated_as_texts_are():
    readings = [Reading.in_english(text) for text in TEXTS]

    scores = [cross_val_score(InquiryClassifier(), given, LABELS, cv=3) for given in (TEXTS, readings)]

    assert scores[0].tolist() == scores[1].tolist()
    assert min(scores[0]) > 0.4  # of three categories, by words that were never met


def test_the_score_counts_what_it_is_told_to_count():
    classifier = InquiryClassifier().fit(TEXTS, LABELS)
    wrong = ["order", *LABELS[1:]]

    assert classifier.score(TEXTS, wrong) == pytest.approx(1 - 1 / len(TEXTS))
    assert classifier.score(TEXTS, wrong, sample_weight=[0, *[1] * (len(TEXTS) - 1)]) == 1.0


def test_weights_are_split_with_the_inquiries():
    scores = cross_val_score(InquiryClassifier(), TEXTS, LABELS, cv=3, params={"weights": np.ones(len(TEXTS))})

    assert scores.tolist() == cross_val_score(InquiryClassifier(), TEXTS, LABELS, cv=3).tolist()


def test_a_grid_search_takes_the_parameter_that_is_right_more_often():
    found = GridSearchCV(InquiryClassifier(), {"regularisation": [1e-6, 1.0]}, cv=3, scoring="neg_log_loss")

    found.fit(TEXTS, LABELS)

    assert found.best_params_ == {"regularisation": 1.0}
    assert found.predict(["my password"]).tolist() == ["account"]


def test_it_is_the_last_step_of_a_pipeline():
    steps = make_pipeline(FunctionTransformer(lambda texts: [text.lower() for text in texts]), InquiryClassifier())

    steps.set_params(inquiryclassifier__folds=3).fit([text.upper() for text in TEXTS], LABELS)

    assert isinstance(steps, Pipeline)
    assert steps.predict(["MY PASSWORD"]).tolist() == ["account"]
    assert steps.predict_proba(["MY PASSWORD"]).shape == (1, 3)
    assert steps.classes_.tolist() == sorted(WORDS)


class Length:
    """An encoder that any process can have."""

    identity = "length 1"

    def encode(self, texts):
        rows = np.array([[1.0, len(text)] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_sent_to_another_process_unfitted_it_keeps_its_encoder_and_fitted_it_leaves_it_behind():
    classifier = InquiryClassifier(Length())

    assert pickle.loads(pickle.dumps(classifier)).encoder.identity == "length 1"  # noqa: S301 our own bytes
    assert pickle.loads(pickle.dumps(classifier.fit(TEXTS, LABELS))).encoder is None  # noqa: S301 our own bytes
