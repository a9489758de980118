"""The inquiries that come with Loket: enough of each category, and nothing measured on that was learned from."""

import re
from collections import Counter, defaultdict

import pytest

from model import configuration
from model.features import normalise
from model.text import clean
from training.dataset import evaluation_files, read, seed_files
from training.evaluate import evaluate

# Two inquiries about the same thing share a phrase; measured, unrelated ones share at most a third.
NEAR_DUPLICATE = 0.5


@pytest.fixture(scope="module")
def seed():
    return read(seed_files())


@pytest.fixture(scope="module")
def evaluation():
    return read(evaluation_files())


@pytest.fixture(scope="module")
def categories():
    return set(configuration.read({}).values["categories"])


def words(text):
    """As the classifier reads them: without case, all digits alike."""
    return re.findall(r"[^\W_]+", normalise(clean(text)))


def sequences(text):
    """The sequences of five words; a shorter text is one sequence."""
    found = words(text)
    return {tuple(found[i : i + 5]) for i in range(max(1, len(found) - 4))}


def shared_parts(learned, measured):
    """For each pair that shares five words in a row, the part of the measured text that was learned."""
    holders = defaultdict(set)
    for text in learned:
        for sequence in sequences(text):
            holders[sequence].add(text)
    for text in measured:
        own = sequences(text)
        for other, count in Counter(holder for one in own for holder in holders.get(one, ())).items():
            yield count / len(own), text, other


def both_texts(inquiries):
    return {text for inquiry in inquiries for text in (inquiry.text, inquiry.text_en) if text}


def test_the_seed_has_at_least_60_inquiries_of_each_category(seed, categories):
    counts = Counter(inquiry.label for inquiry in seed)

    assert set(counts) == categories
    assert len(categories) == 16
    assert min(counts.values()) >= 60


def test_the_evaluation_has_at_least_8_languages_of_32_inquiries(evaluation, categories):
    counts = Counter(inquiry.language for inquiry in evaluation)

    assert len(counts) >= 8
    assert min(counts.values()) >= 32
    assert {inquiry.label for inquiry in evaluation} == categories


def test_each_evaluation_file_holds_one_language_and_all_categories(categories):
    for path in evaluation_files():
        inquiries = read([path])

        assert {inquiry.language for inquiry in inquiries} == {path.stem}
        assert {inquiry.label for inquiry in inquiries} == categories


def test_each_evaluation_inquiry_has_a_reference_translation(evaluation):
    assert [one.text for one in evaluation if not (one.text_en or "").strip()] == []
    copied = [one for one in evaluation if one.text == one.text_en and one.language != "en"]
    assert [one.text for one in copied if one.label != "spam"] == []  # gibberish is the same in every language


def test_no_inquiry_is_there_twice(seed, evaluation):
    for inquiries in (seed, evaluation):
        counts = Counter(" ".join(words(inquiry.text)) or inquiry.text for inquiry in inquiries)
        assert [text for text, count in counts.items() if count > 1] == []


def test_no_evaluation_text_is_in_the_seed(seed, evaluation):
    learned = {" ".join(words(text)) for text in both_texts(seed)}

    assert [text for text in both_texts(evaluation) if " ".join(words(text)) in learned] == []


def test_near_duplicates_are_found():
    learned = ["My lamp broke after two days and nobody answers", "where is my order"]
    measured = [
        "my LAMP broke after two days, nobody answers",
        "Where is my order?",
        "the lamp came, thank you all",
    ]

    assert sorted(shared_parts(learned, measured)) == [
        (0.5, measured[0], learned[0]),
        (1.0, measured[1], learned[1]),
    ]


def test_no_evaluation_text_is_nearly_in_the_seed(seed, evaluation):
    pairs = sorted(shared_parts(both_texts(seed), both_texts(evaluation)), reverse=True)[:10]
    closest = "\n\n".join(f"{part:.2f}  measured: {text}\n      learned:  {other}" for part, text, other in pairs)

    assert pairs[0][0] < NEAR_DUPLICATE, f"the closest pairs:\n{closest}"


def test_the_default_model_keeps_its_accuracy_on_the_evaluation(trained_registry, evaluation):
    result = evaluate(trained_registry.load_champion().classifier, evaluation)

    assert result["n"] == len(evaluation)
    assert result["accuracy"] >= 0.93  # measured: 0.948
