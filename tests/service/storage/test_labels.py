"""Labels are kept with who, when and from which model; they are read in order, by inquiry, by number."""

from datetime import timedelta

import pytest

from service.storage.inquiries import NewTicket
from service.storage.tickets import Change
from service.submission import Submission

DECISION = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m1"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on desks; answers its tickets."""
    laid = []

    def make(*desks):
        at = now + len(laid) * MINUTE
        inquiry = store.inquiries.add(at, Submission(text="Where is it?").values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        tickets = [
            NewTicket(desk, "order_status", 0.9, True, place) for place, desk in enumerate(desks or ["orders"])
        ]
        assert store.inquiries.decide(at, claimed, DECISION, tickets)
        laid.append(inquiry.id)
        return store.tickets.of_inquiry(inquiry.id)

    return make


@pytest.fixture
def say(store, now):
    """Give a ticket a label."""

    def act(ticket, category="complaint", source="correction", at=now):
        change = Change({}, "corrected", {}, (category, source))
        store.tickets.change(at, ticket.id, "user:anna", lambda _: change)

    return act


@pytest.fixture
def example(now):
    def make(text, category="complaint", **known):
        return {
            "text": text, "text_en": None, "language": None, "category": category, "at": now, "by": "user:anna",
        } | known  # fmt: skip

    return make


def categories(examples):
    return {example.text: [label.category for label in labels] for example, labels in examples}


def test_without_labels_there_is_nothing(store):
    labels = store.labels

    assert (labels.newest(), labels.newest_said(), labels.count_after(0)) == (0, 0, 0)
    assert (list(labels.of_inquiries()), list(labels.of_examples()), labels.by_inquiry([])) == ([], [], {})
    assert labels.said_of(0, [], 10) == []


def test_a_label_says_who_when_from_which_desk_and_which_model(store, lay, say, now):
    [ticket] = lay()
    say(ticket, at=now + MINUTE)

    [label] = store.labels.of_ticket(ticket.id)

    assert (label.category, label.source, label.at, label.by) == (
        "complaint", "correction", now + MINUTE, "user:anna",
    )  # fmt: skip
    assert (label.model, label.desk, label.ticket_id) == ("m1", "orders", ticket.id)


def test_labels_of_a_ticket_come_oldest_first(store, lay, say):
    [ticket], [other] = lay(), lay()
    say(ticket, "complaint")
    say(other, "feedback")
    say(ticket, "order_change", "confirmation")

    found = store.labels.of_ticket(ticket.id)

    assert [one.category for one in found] == ["complaint", "order_change"]
    assert found[0].number < found[1].number


def test_the_newest_and_how_many_came_after_a_number(store, lay, say, example, now):
    [ticket] = lay()
    say(ticket)
    correction = store.labels.newest()
    say(ticket, source="confirmation")
    confirmation = store.labels.newest()
    store.labels.add_examples(now, [example("a")])

    assert store.labels.newest() > store.labels.newest_said() == confirmation > correction
    assert [store.labels.count_after(n) for n in (0, correction, store.labels.newest())] == [3, 2, 0]


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_each_inquiry_comes_once_with_all_its_labels(store, lay, say, chunk):
    tickets = [lay("orders", "care") for _ in range(3)]
    for main, second in tickets:
        say(second, "feedback")
        say(main, "complaint")
        say(main, "order_change", "confirmation")
    lay()

    groups = list(store.labels.of_inquiries(chunk))

    assert [group[0].inquiry.id for group in groups] == [main.inquiry_id for main, _ in tickets]
    assert [[(one.intent, one.label.category) for one in group] for group in groups] == [
        [(1, "feedback"), (0, "complaint"), (0, "order_change")]
    ] * 3


def test_of_the_inquiries_asked_for_those_without_labels_are_missing(store, lay, say):
    [labelled], [other], [without] = lay(), lay(), lay()
    say(labelled)
    say(other)

    found = store.labels.by_inquiry([labelled.inquiry_id, without.inquiry_id])

    assert list(found) == [labelled.inquiry_id]
    assert found[labelled.inquiry_id][0].inquiry == store.inquiries.get(labelled.inquiry_id)


def test_more_inquiries_than_one_statement_takes_are_found(store, lay, say):
    [ticket] = lay()
    say(ticket)

    assert list(store.labels.by_inquiry([*map(str, range(900)), ticket.inquiry_id])) == [ticket.inquiry_id]


def test_what_was_said_of_after_a_number_comes_newest_first(store, lay, say):
    tickets = [lay()[0] for _ in range(4)]
    say(tickets[0])
    learned = store.labels.newest()
    say(tickets[1])
    say(tickets[2], source="confirmation")
    say(tickets[3], source="closed")
    say(tickets[1], source="confirmation")

    assert store.labels.said_of(learned, [], 10) == [tickets[1].inquiry_id, tickets[2].inquiry_id]


def test_what_was_held_out_comes_along_and_the_newest_stay(store, lay, say):
    tickets = [lay()[0] for _ in range(4)]
    for ticket in tickets:
        say(ticket)
    numbers = [store.labels.of_ticket(ticket.id)[0].number for ticket in tickets]

    along = store.labels.said_of(numbers[2], [numbers[0]], 10)
    newest = store.labels.said_of(0, numbers, 2)

    assert along == [tickets[3].inquiry_id, tickets[0].inquiry_id]
    assert newest == [tickets[3].inquiry_id, tickets[2].inquiry_id]


def test_examples_are_kept_with_their_label(store, example, now):
    told = example("Waar blijft het?", text_en="Where is it?", language="nl", at=now - MINUTE, by="import:old")

    assert store.labels.add_examples(now, [told]) == 1

    [(kept, [label])] = store.labels.of_examples()
    assert (kept.text, kept.text_en, kept.language) == ("Waar blijft het?", "Where is it?", "nl")
    assert (label.category, label.source, label.at, label.by) == ("complaint", "import", now - MINUTE, "import:old")
    assert (label.ticket_id, label.desk, label.model) == (None, None, None)


def test_imported_twice_nothing_new_is_said(store, example, now):
    rows = [example("a"), example("b"), example(" a\n")]

    assert [store.labels.add_examples(now, rows) for _ in range(2)] == [2, 0]
    assert [text.strip() for text in categories(store.labels.of_examples())] == ["a", "b"]


def test_another_category_for_the_same_text_is_a_new_label(store, example, now):
    store.labels.add_examples(now, [example("a")])

    assert store.labels.add_examples(now + MINUTE, [example("a", "feedback")]) == 1
    assert categories(store.labels.of_examples()) == {"a": ["complaint", "feedback"]}


def test_changed_back_it_is_a_new_label_again(store, example, now):
    for category in ("complaint", "feedback", "complaint"):
        assert store.labels.add_examples(now, [example("a", category)]) == 1

    assert categories(store.labels.of_examples()) == {"a": ["complaint", "feedback", "complaint"]}


def test_of_one_file_the_last_row_of_a_text_is_the_last_label(store, example, now):
    store.labels.add_examples(now, [example("a", "complaint"), example("a", "feedback")])

    assert categories(store.labels.of_examples()) == {"a": ["feedback"]}


@pytest.mark.parametrize("said", [[], ["complaint"]], ids=["unknown before", "known before"])
def test_of_one_file_that_goes_back_the_last_row_of_a_text_is_the_last_label(store, example, now, said):
    for category in said:
        store.labels.add_examples(now, [example("a", category)])

    store.labels.add_examples(now, [example("a", c) for c in ("complaint", "feedback", "complaint")])

    assert categories(store.labels.of_examples())["a"][-1] == "complaint"


def test_more_examples_than_one_statement_takes_are_kept(store, example, now):
    rows = [example(f"text {n}") for n in range(900)]

    assert [store.labels.add_examples(now, rows) for _ in range(2)] == [900, 0]


def test_a_file_with_one_row_that_cannot_be_stored_is_not_stored_at_all(store, example, now):
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.labels.add_examples(now, [example("a"), example("b", at=None)])

    assert list(store.labels.of_examples()) == []
