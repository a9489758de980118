"""Where people disagree, one rule says which label counts."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest

from service.learning.labelled import conflicts, every_labelled_text, label_of, labelled_texts
from service.storage.inquiries import NewTicket
from service.storage.records import GivenLabel
from service.storage.tickets import Change
from service.submission import Submission
from training.dataset import Source, read_file

DECISION = {
    "category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m1",
    "language": {"code": "nl"}, "translation": {"text": "Where is it?"},
}  # fmt: skip


@pytest.fixture
def lay(store, now):
    """Lay an inquiry with so many requests on desks; answers its tickets."""
    laid = []

    def make(text, requests=1, subject=None):
        at = now + timedelta(minutes=len(laid))
        submission = Submission(text=text, subject=subject)
        inquiry = store.inquiries.add(at, submission.values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        desks = ["orders", "support", "care"][:requests]
        tickets = [NewTicket(desk, "order_status", 0.9, True, place) for place, desk in enumerate(desks)]
        intents = [{"category": "order_status", "desk": desk} for desk in desks]
        assert store.inquiries.decide(at, claimed, DECISION | {"intents": intents}, tickets)
        laid.append(inquiry.id)
        return store.tickets.of_inquiry(inquiry.id)

    return make


@pytest.fixture
def say(store, now):
    """Give a ticket labels, each as in ``complaint by correction``."""

    def act(ticket, *said):
        for one in said:
            change = Change({}, "corrected", {}, tuple(one.split(" by ")))
            store.tickets.change(now, ticket.id, "user:anna", lambda _, change=change: change)

    return act


@pytest.fixture
def bring(store, now):
    """Import a labelled text."""

    def act(text, category):
        row = {"text": text, "text_en": None, "language": "en", "category": category, "at": now, "by": "user:ben"}
        store.labels.add_examples(now, [row])

    return act


def categories(store, names=None):
    return [one.categories for one in labelled_texts(store, names)]


def given(number, source, now):
    return GivenLabel(number, f"c{number}", source, now, "user:anna", None, None, None)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (["complaint by correction", "feedback by correction"], "feedback"),
        (["complaint by correction", "order_status by confirmation"], "order_status"),
        (["order_status by confirmation", "complaint by correction"], "complaint"),
        (["complaint by correction", "order_status by closed"], "complaint"),
        (["order_status by closed", "order_status by confirmation", "feedback by closed"], "order_status"),
        (["order_status by closed"], "order_status"),
    ],
)
def test_of_one_request_the_last_word_of_a_person_counts_and_closed_only_alone(store, lay, say, said, counts):
    [ticket] = lay("Where is it?")
    say(ticket, *said)

    assert categories(store) == [(counts,)]


@pytest.mark.parametrize("sources", [["closed", "import"], ["import", "closed"]])
def test_where_no_person_said_anything_the_newest_counts(now, sources):
    assert label_of([given(n, source, now) for n, source in enumerate(sources, 1)]).number == 2


def test_the_order_in_which_labels_are_read_does_not_matter(now):
    labels = [given(3, "closed", now), given(2, "confirmation", now), given(1, "correction", now)]

    assert label_of(labels).number == label_of(labels[::-1]).number == 2


SUREST_FIRST = ["correction", "confirmation", "import", "closed"]


@pytest.mark.parametrize("newer_first", [True, False])
@pytest.mark.parametrize(("surer", "weaker"), list(pairwise(SUREST_FIRST)))
def test_of_one_text_the_surest_source_counts_whichever_is_newer(
    store, lay, say, bring, surer, weaker, newer_first
):
    for source in (surer, weaker) if newer_first else (weaker, surer):
        category = "complaint" if source == surer else "feedback"
        if source == "import":
            bring("Where is it?", category)
        else:
            say(lay("Where is it?")[0], f"{category} by {source}")

    assert categories(store) == [("complaint",)]


@pytest.mark.parametrize("source", ["correction", "confirmation", "closed"])
def test_of_equally_sure_ones_the_newest_counts(store, lay, say, source):
    for category in ("complaint", "feedback", "order_change"):
        say(lay("Where is it?")[0], f"{category} by {source}")

    assert categories(store) == [("order_change",)]


def test_the_newest_label_counts_and_not_the_newest_inquiry(store, lay, say):
    [first], [second] = lay("Where is it?"), lay("Where is it?")
    say(second, "feedback by correction")
    say(first, "complaint by correction")

    assert categories(store) == [("complaint",)]


def test_blanks_and_capitals_make_no_other_text(store, lay, say):
    say(lay("Where is it?")[0], "complaint by confirmation")
    say(lay("where  is\nIT?")[0], "feedback by correction")

    assert categories(store) == [("feedback",)]


def test_other_texts_are_no_conflict_and_come_as_their_labels_were_given(store, lay, say, bring):
    [first], [second] = lay("one"), lay("two")
    say(second, "feedback by correction")
    bring("three", "complaint")
    say(first, "order_change by confirmation")

    assert [one.text for one in labelled_texts(store)] == ["two", "three", "one"]


def test_the_last_label_of_an_example_counts(store, bring):
    bring("three", "complaint")
    bring("three", "feedback")

    assert categories(store) == [("feedback",)]


def test_a_mixed_inquiry_has_the_categories_of_its_requests_the_main_one_first(store, lay, say):
    main, second = lay("Where is it, and my password?", requests=2)
    say(second, "account_access by correction")
    say(main, "complaint by correction", "order_status by confirmation")

    [one] = labelled_texts(store)

    assert one.categories == ("order_status", "account_access")
    assert one.row()["labels"] == ["order_status", "account_access"]
    assert "label" not in one.row()


def test_the_source_of_a_mixed_inquiry_is_that_of_its_newest_label(store, lay, say):
    main, second = lay("Where is it, and my password?", requests=2)
    say(main, "order_status by correction")
    say(second, "account_access by confirmation")

    [one] = labelled_texts(store)
    assert (one.label.source, one.label.number) == ("confirmation", store.labels.newest())


def test_two_requests_of_one_category_are_one(store, lay, say):
    main, second = lay("Where is it, and where is that?", requests=2)
    say(main, "order_status by confirmation")
    say(second, "order_status by confirmation")

    assert categories(store) == [("order_status",)]


def test_a_mixed_inquiry_of_which_one_request_is_labelled_is_not_taken_for_an_unmixed_one(store, lay, say):
    _, second = lay("Where is it, and my password?", requests=2)
    say(second, "account_access by correction")

    assert categories(store) != [("account_access",)]


def test_former_names_are_told_as_present_ones(store, lay, say, bring):
    say(lay("one")[0], "complaint by correction")
    bring("two", "complaint")
    bring("three", "feedback")

    assert categories(store, {"complaint": "trouble"}) == [("trouble",), ("trouble",), ("feedback",)]


def test_requests_of_categories_that_are_one_now_are_one(store, lay, say):
    main, second = lay("It broke, and you are slow", requests=2)
    say(main, "complaint by correction")
    say(second, "feedback by correction")

    assert categories(store, {"complaint": "opinion", "feedback": "opinion"}) == [("opinion",)]


def test_a_conflict_is_told_with_the_label_that_counts_first(store, lay, say, bring):
    say(lay("Where is it?")[0], "complaint by closed")
    bring("where is it?", "feedback")
    say(lay("Where is it?")[0], "order_status by confirmation")
    bring("another text", "complaint")

    [found] = conflicts(every_labelled_text(store))

    assert [one.label.source for one in found] == ["confirmation", "import", "closed"]
    assert found[0].categories == labelled_texts(store)[0].categories == ("order_status",)


def test_what_was_renamed_is_no_conflict(store, bring):
    bring("Where is it?", "complaint")
    bring("where is it?", "trouble")

    assert list(conflicts(every_labelled_text(store, {"complaint": "trouble"}))) == []
    assert len(list(conflicts(every_labelled_text(store)))) == 1


def test_its_row_is_read_as_it_was_given(store, lay, say, tmp_path):
    [ticket] = lay("Waar blijft het?", subject="Pakket")
    say(ticket, "complaint by correction")
    file = tmp_path / "labels.jsonl"

    file.write_text("".join(json.dumps(one.row()) + "\n" for one in labelled_texts(store)), "utf-8")

    [read] = read_file(file).inquiries
    [label] = store.labels.of_ticket(ticket.id)
    assert "Pakket" in read.text
    assert (read.label, read.language, read.text_en) == ("complaint", "nl", "Where is it?")
    assert (read.given.source, read.given.at, read.given.by) == (Source.CORRECTION, label.at, "user:anna")
    assert (read.given.desk, read.given.model) == ("orders", "m1")
    assert (read.given.number, read.given.inquiry) == (label.number, ticket.inquiry_id)


def test_a_row_leaves_out_what_is_not_known(store, bring):
    bring("two", "complaint")

    [one] = labelled_texts(store)

    assert set(one.row()) == {"text", "language", "label", "source", "at", "by", "number"}
