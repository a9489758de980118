"""The inquiries that come with Loket: enough of each kind, and nothing measured on that was learned from."""

import json
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from model import configuration
from model.features import normalise
from model.taxonomy import OUT_OF_SCOPE
from model.text import clean
from training.dataset import evaluation_files, mixed_file, out_of_scope_file, read, seed_files

# Two inquiries about the same thing share a phrase; measured, unrelated ones share less.
NEAR_DUPLICATE = 0.5
ALIKE = 0.67
TRANSLATED = ("nl", "de", "fr", "es", "it", "pt", "pl", "sv", "tr", "ja", "ar")
SALES = {"sales_quote", "product_information"}
SERVICE = {
    "order_status", "order_change", "return_refund", "warranty_repair",
    "technical_support", "billing_invoice", "account_access",
}  # fmt: skip


def is_single(inquiry):
    return len(inquiry.labels) < 2 and inquiry.label != OUT_OF_SCOPE


@pytest.fixture(scope="module")
def seed():
    """All that is learned from, or that thresholds were chosen on."""
    return read([*seed_files(), mixed_file()])


@pytest.fixture(scope="module")
def evaluation():
    return read(evaluation_files())


@pytest.fixture(scope="module")
def categories():
    return set(configuration.default_company()["categories"])


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


def english(inquiry):
    return inquiry.text_en or inquiry.text


def original(inquiry):
    return inquiry.text


def alike(learned, measured):
    """For each measured text the most alike that was learned: the cosine of their character 3-5-grams."""
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(3, 5), dtype=np.float32).fit([*learned, *measured])
    cosines = (vectorizer.transform(measured) @ vectorizer.transform(learned).T).tocsr()
    nearest = np.asarray(cosines.argmax(axis=1)).ravel()
    found = zip(cosines.max(axis=1).toarray().ravel(), measured, (learned[i] for i in nearest), strict=True)
    return sorted(((float(cosine), text, other) for cosine, text, other in found), reverse=True)


def closest(pairs):
    shown = "\n\n".join(
        f"{part:.2f}  measured: {text}\n      learned:  {other}" for part, text, other in pairs[:10]
    )
    return f"the closest pairs:\n{shown}"


@pytest.mark.parametrize(("language", "least"), [("en", 150), *((language, 20) for language in TRANSLATED)])
def test_the_seed_has_enough_inquiries_of_each_category(seed, categories, language, least):
    counts = Counter(one.label for one in seed if is_single(one) and one.language == language)

    assert set(counts) == categories
    assert len(categories) == 16
    assert min(counts.values()) >= least


def test_the_seed_files_are_one_a_language_and_one_out_of_scope():
    assert [path.stem for path in seed_files()] == sorted(["en", *TRANSLATED, OUT_OF_SCOPE])
    for path in seed_files():
        inquiries = read([path])
        if path == out_of_scope_file():
            assert {one.label for one in inquiries} == {OUT_OF_SCOPE}
        else:
            assert {one.language for one in inquiries} == {path.stem}
            assert all(map(is_single, inquiries))


def test_the_seed_has_300_messages_out_of_scope_in_all_its_languages():
    counts = Counter(one.language for one in read([out_of_scope_file()]))

    assert counts.total() >= 300
    assert set(counts) == {"en", *TRANSLATED}
    assert min(counts.values()) >= 12


def test_the_seed_has_200_mixed_inquiries_of_which_half_join_a_sales_category_with_a_service_one(categories):
    mixed = read([mixed_file()])
    joined = [one for one in mixed if SALES & set(one.labels) and SERVICE & set(one.labels)]

    assert len(mixed) >= 200
    assert len(joined) * 2 >= len(mixed)
    assert {label for one in mixed for label in one.labels} == categories
    assert {one.language for one in mixed} == {"en", *TRANSLATED}


def test_every_seed_inquiry_of_another_language_has_its_english_text(seed):
    others = [one for one in seed if one.language != "en"]

    assert [one.text for one in others if not one.text_en] == []
    assert {one.language for one in others} == set(TRANSLATED)


def test_the_evaluation_has_16_languages_of_48_inquiries_with_one_category(evaluation, categories):
    counts = Counter((one.language, one.label) for one in evaluation if is_single(one))
    languages = {language for language, _ in counts}

    assert len(languages) >= 16
    assert set(counts) == {(language, label) for language in languages for label in categories}
    assert min(sum(counts[language, label] for label in categories) for language in languages) >= 48


def test_the_evaluation_has_languages_that_the_seed_has_not(seed, evaluation):
    assert len({one.language for one in evaluation} - {one.language for one in seed}) >= 4


def test_each_evaluation_file_holds_one_language_with_mixed_inquiries_and_messages_out_of_scope():
    for path in evaluation_files():
        inquiries = read([path])

        assert {one.language for one in inquiries} == {path.stem}
        assert sum(len(one.labels) > 1 for one in inquiries) >= 6
        assert sum(one.label == OUT_OF_SCOPE for one in inquiries) >= 6


def test_mixed_inquiries_have_several_different_known_categories(seed, evaluation, categories):
    mixed = [one for one in [*seed, *evaluation] if one.labels]

    assert [one.text for one in mixed if len(set(one.labels)) != len(one.labels) or len(one.labels) < 2] == []
    assert {label for one in mixed for label in one.labels} <= categories


@pytest.mark.parametrize("path", [mixed_file(), *evaluation_files()], ids=lambda path: path.stem)
def test_each_part_of_a_mixed_inquiry_stands_in_it_literally(path):
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    mixed = [row for row in rows if "labels" in row]

    assert mixed
    assert [row["text"] for row in mixed if len(row["parts"]) != len(row["labels"])] == []
    assert [part for row in mixed for part in row["parts"] if not part.strip() or part not in row["text"]] == []


def test_each_evaluation_inquiry_has_a_reference_translation(evaluation):
    assert [one.text for one in evaluation if not (one.text_en or "").strip()] == []
    copied = [one for one in evaluation if one.text == one.text_en and one.language != "en"]
    assert {one.label for one in copied} <= {"spam", OUT_OF_SCOPE}  # gibberish is the same in every language


def test_no_inquiry_is_there_twice(seed, evaluation):
    for inquiries in (seed, evaluation):
        counts = Counter(" ".join(words(one.text)) or one.text for one in inquiries)
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


def test_texts_that_are_alike_are_found():
    learned, measured = (
        ["where is my order", "the lamp flickers"],
        ["When opens the shop?", "where is my order now"],
    )

    pairs = alike(learned, measured)

    assert pairs[0][1:] == (measured[1], learned[0])
    assert pairs[0][0] > ALIKE > pairs[1][0]


def test_no_evaluation_text_shares_half_its_phrases_with_a_seed_text(seed, evaluation):
    pairs = sorted(shared_parts(both_texts(seed), both_texts(evaluation)), reverse=True)

    assert pairs[0][0] < NEAR_DUPLICATE, closest(pairs)


@pytest.mark.parametrize("text_of", [english, original])
def test_no_evaluation_text_is_spelled_much_like_a_seed_text(seed, evaluation, text_of):
    pairs = alike([text_of(one) for one in seed], [text_of(one) for one in evaluation])

    assert 0.3 < pairs[0][0] < ALIKE, closest(pairs)
