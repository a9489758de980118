"""A classifier is measured as it serves: single, mixed and out-of-scope inquiries with figures of their own."""

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from model.errors import TrainingDataInvalid
from model.reading import Reading
from model.taxonomy import Category
from training.dataset import LabelledInquiry
from training.evaluate import evaluate, figures, held_out_figures

ORDER = [f"where is my parcel, order number {n} {word}" for n in range(10) for word in ("today", "please", "late")]
ACCOUNT = [f"i forgot my password {n} {word}" for n in range(10) for word in ("again", "help", "login")]
OUTSIDE = [f"who won the football match {n} {word}" for n in range(8) for word in ("yesterday", "tell", "me")]
DUTCH = [
    LabelledInquiry("waar blijft het", "order", "nl", "where is my parcel"),
    LabelledInquiry("wachtwoord kwijt", "account", "nl", "i forgot my password"),
]
MIXED = LabelledInquiry(
    "Where is my parcel, order number 5 please?\nI forgot my password 3 login", "order", "en", None,
    ("order", "account"),
)  # fmt: skip
STRANGE = LabelledInquiry("who won the football match yesterday", "out_of_scope", "en")


@pytest.fixture(scope="module")
def classifier():
    texts = [*ORDER, *ACCOUNT, *OUTSIDE]
    labels = ["order"] * len(ORDER) + ["account"] * len(ACCOUNT) + ["out_of_scope"] * len(OUTSIDE)
    return InquiryClassifier().fit(texts, labels)


def test_the_figures_are_those_of_the_classifiers_answers(classifier):
    result = evaluate(classifier, DUTCH)

    probabilities = classifier.predict_proba([Reading(one.text, one.text_en) for one in DUTCH])
    assert result == figures(probabilities, classifier.classes_, ["order", "account"], ["nl", "nl"]) | {
        "encoded": 0.0
    }
    assert result["accuracy"] == 1.0


def test_untranslated_only_the_original_is_read(classifier):
    result = evaluate(classifier, DUTCH, untranslated=True)

    probabilities = classifier.predict_proba([Reading(one.text, None) for one in DUTCH])
    assert result == figures(probabilities, classifier.classes_, ["order", "account"], ["nl", "nl"]) | {
        "encoded": 0.0
    }
    assert result["accuracy"] < 1.0


def test_mixed_inquiries_and_those_out_of_scope_do_not_count_among_the_single_ones(classifier):
    result = evaluate(classifier, [*DUTCH, MIXED, STRANGE])

    assert (result["n"], result["mixed"]["n"], result["out_of_scope"]["n"]) == (2, 1, 1)
    assert set(result["per_category"]) == {"order", "account"}
    assert {name: result[name] for name in evaluate(classifier, DUTCH)} == evaluate(classifier, DUTCH)


def test_without_mixed_inquiries_or_messages_out_of_scope_there_are_no_figures_of_them(classifier):
    assert not {"mixed", "out_of_scope"} & evaluate(classifier, DUTCH).keys()


def test_mixed_inquiries_are_counted_by_the_categories_found(classifier):
    result = evaluate(classifier, [*DUTCH, MIXED])["mixed"]

    (prediction,) = classifier.classify([MIXED.text])
    found = {part.category for part in prediction.parts}
    assert found == {"order", "account"}
    assert result == {"n": 1, "f1": 1.0, "all_found": 1.0, "single_cut": 0.0}


def test_a_mixed_inquiry_of_which_one_request_is_found_counts_half(classifier):
    only_one = LabelledInquiry("where is my parcel", "order", "en", None, ("order", "account"))

    assert evaluate(classifier, [*DUTCH, only_one])["mixed"] == {
        "n": 1, "f1": pytest.approx(2 / 3), "all_found": 0.0, "single_cut": 0.0,
    }  # fmt: skip


def test_messages_out_of_scope_are_counted_by_what_is_found_and_what_is_lost(classifier):
    result = evaluate(classifier, [*DUTCH, STRANGE])["out_of_scope"]

    answer = classifier.answer([STRANGE.text, *(Reading(one.text, one.text_en) for one in DUTCH)])
    assert answer.scope[0] < answer.scope[1:].min()
    assert result["auroc"] == 1.0
    assert result["found"] == float(not answer.within_scope[0])
    assert result["inquiries_lost"] == float(np.mean(~answer.within_scope[1:]))


@pytest.mark.parametrize(
    "inquiries", [[], [MIXED], [STRANGE], [MIXED, STRANGE]], ids=["none", "mixed", "out", "both"]
)
def test_without_an_inquiry_of_one_category_there_is_nothing_to_measure(classifier, inquiries):
    with pytest.raises(TrainingDataInvalid, match="no inquiry with one category"):
        evaluate(classifier, inquiries)


def test_the_held_out_figures_leave_out_what_is_out_of_scope(classifier):
    n = len(ORDER) + len(ACCOUNT)

    result = held_out_figures(classifier, ["en"] * (n + len(OUTSIDE)))

    assert (result["n"], set(result["per_situation"])) == (n, {"english"})
    assert set(result["per_category"]) == {"order", "account"}
    assert result["per_situation"]["english"]["accuracy"] == result["accuracy"]


def test_the_held_out_figures_at_the_top_are_of_the_texts_as_they_are_met():
    readings = [*ORDER, *ACCOUNT, *(Reading(f"{one.text} {n}", one.text_en) for n in range(3) for one in DUTCH)]
    labels = ["order"] * len(ORDER) + ["account"] * len(ACCOUNT) + ["order", "account"] * 3
    classifier = InquiryClassifier().fit(readings, labels)

    result = held_out_figures(classifier, ["en"] * (len(ORDER) + len(ACCOUNT)) + ["nl"] * 6)

    situations = {name: row["n"] for name, row in result["per_situation"].items()}
    assert situations == {"english": len(ORDER) + len(ACCOUNT), "translated": 6, "untranslated": 6}
    assert {name: row["n"] for name, row in result["per_language"].items()} == {
        "en": len(ORDER) + len(ACCOUNT), "nl": 6,
    }  # fmt: skip


def test_a_classifier_that_learned_from_descriptions_alone_has_no_held_out_figures():
    classifier = InquiryClassifier(taxonomy=[_category("order"), _category("account")]).fit([], [])

    assert held_out_figures(classifier, []) == {"n": 0}


def _category(name):
    return Category(name, f"questions about the {name}")
