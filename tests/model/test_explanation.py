"""An explanation is the exact score, shared out over the words of the text."""

import pytest

from model.classifier import InquiryClassifier
from model.explanation import word_contributions

EXAMPLES = {
    "account": ["I forgot my password", "the password reset does not come", "cannot log in 4711", "login locked"],
    "billing": ["the invoice is wrong", "send me invoice 12", "charged twice", "straße missing on the invoice"],
    "order": ["where is my parcel", "my parcel has not come", "track parcel 99", "when is it delivered"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [label for label, texts in EXAMPLES.items() for _ in texts]
ASKED = {
    "plain": "I forgot my password and the invoice is wrong",
    "repeated": "password password, PASSWORD! my my my",
    "punctuated": "¿where's (my) parcel-4711?! e-mail: a.b@example.org — «invoice»",
    "lines": "where is\n\nmy\tparcel\u00a0now\u2028please",
    "digits": "invoice 123456 of 02.03.2026 is € 1.234,50 off",
    "casefold": "STRASSE Straße İstanbul ΣΊΣΥΦΟΣ parcel",
    "no_spaces": "荷物はparcelどこですか",
    "one_letter": "a I ? p",
    "unknown": "zzz qqq",
    "empty": "",
}


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, LABELS)


@pytest.fixture(scope="module")
def lexical(classifier):
    return classifier.views_.lexical


@pytest.mark.parametrize("category", [0, 1, 2], ids=list(EXAMPLES))
@pytest.mark.parametrize("text", ASKED.values(), ids=ASKED.keys())
def test_contributions_sum_to_the_score_less_its_intercept(lexical, text, category):
    vector = lexical.vectorizer_.transform([text])
    score = lexical.svm_.decision_function(vector)[0, category]

    shares = word_contributions(text, lexical.vectorizer_, vector, lexical.svm_.coef_[category])

    assert sum(shares.values()) == pytest.approx(score - lexical.svm_.intercept_[category], abs=1e-12)


def test_every_word_gets_the_share_of_its_own_features_and_half_of_each_pair(lexical):
    view, weights = lexical.vectorizer_, lexical.svm_.coef_[0]
    vector = view.transform(["my password"])
    spoken = {column: value * weights[column] for column, value in zip(vector.indices, vector.data, strict=True)}
    own = {word: sum(spoken[column] for column in view.transform([word]).indices) for word in ("my", "password")}
    half = spoken[view["words"].vocabulary_["my password"]] / 2

    shares = word_contributions("my password", view, vector, weights)

    assert half > 0
    assert shares == pytest.approx({word: share + half for word, share in own.items()})


def test_a_word_is_shown_once_without_case_and_marks(lexical):
    vector = lexical.vectorizer_.transform(["«Password», password!"])

    shares = word_contributions("«Password», password!", lexical.vectorizer_, vector, lexical.svm_.coef_[0])

    assert list(shares) == ["password"]


def test_at_most_five_words_speak_the_strongest_first(classifier):
    said = "zzz I forgot my password and my login is locked, cannot log in, reset does not come"
    weights = [term.weight for term in classifier.classify([said])[0].explanation]

    assert len(weights) == 5
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0


def test_the_telling_word_comes_first_and_words_against_are_left_out(classifier):
    prediction = classifier.classify(["the invoice for my password parcel invoice"])[0]

    assert prediction.category == "billing"
    assert prediction.explanation[0].term == "invoice"
    assert not {"password", "parcel"} & {term.term for term in prediction.explanation}


def test_a_text_of_unknown_words_has_no_explanation(classifier):
    assert classifier.classify(["ランプ"])[0].explanation == ()
