"""The privacy ledger as it is stored and read."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.errors import StorageUnavailable
from service.storage.disclosures import Entry
from service.submission import Submission

SECOND = timedelta(seconds=1)


def a_disclosure(**others):
    return {
        "inquiry_id": None, "provider": "deepl", "local": False, "country": "NL", "source": "nl",
        "policy": "masked", "kinds": {"email": 1}, "chars": 14, "text": "Waar is [[1]]?",
    } | others  # fmt: skip


@pytest.fixture
def inquiry(store, now):
    return store.inquiries.add(now, Submission(text="Waar is anna@example.nl?").values() | {"submitted_by": None})


def test_it_keeps_what_was_sent_to_whom_and_how_it_was_masked(store, inquiry, now):
    entry_id = store.disclosures.add(now, a_disclosure(inquiry_id=inquiry.id))

    assert store.disclosures.of_inquiry(inquiry.id) == [
        Entry(
            id=entry_id, at=now, inquiry_id=inquiry.id, provider="deepl", local=False, country="NL", source="nl",
            policy="masked", kinds={"email": 1}, chars=14, text="Waar is [[1]]?", outcome=None,
        )
    ]  # fmt: skip


def test_what_came_of_it_is_added(store, inquiry, now):
    first = store.disclosures.add(now, a_disclosure(inquiry_id=inquiry.id))
    second = store.disclosures.add(now + SECOND, a_disclosure(inquiry_id=inquiry.id, provider="google"))

    store.disclosures.ended(first, "timeout")
    store.disclosures.ended(second, "translated")

    told = [(entry.provider, entry.outcome) for entry in store.disclosures.of_inquiry(inquiry.id)]
    assert told == [("deepl", "timeout"), ("google", "translated")]


@pytest.mark.parametrize("outcome", [None, "translated", "timeout", "rate_limited"])
def test_what_may_have_been_sent_counts_whatever_came_of_it(store, inquiry, now, outcome):
    entry_id = store.disclosures.add(now, a_disclosure(inquiry_id=inquiry.id))
    if outcome:  # else the worker died on the way
        store.disclosures.ended(entry_id, outcome)

    assert len(store.disclosures.of_inquiry(inquiry.id)) == len(store.disclosures.between(None, None)) == 1


def test_what_was_not_sent_after_all_is_taken_back(store, inquiry, now):
    store.disclosures.withdraw(store.disclosures.add(now, a_disclosure(inquiry_id=inquiry.id)))

    assert store.disclosures.of_inquiry(inquiry.id) == store.disclosures.between(None, None) == []


def test_texts_are_let_go_after_their_time_and_that_they_were_sent_stays(store, inquiry, now):
    for second in range(2):
        store.disclosures.add(now + second * SECOND, a_disclosure(inquiry_id=inquiry.id))

    assert store.disclosures.forget_texts(now + SECOND) == 1
    assert [entry.text is None for entry in store.disclosures.of_inquiry(inquiry.id)] == [True, False]
    assert store.disclosures.forget_texts(now + SECOND) == 0


def test_a_time_is_told_without_texts_from_its_beginning_to_before_its_end(store, inquiry, now):
    for second in range(4):
        store.disclosures.add(now + second * SECOND, a_disclosure(inquiry_id=inquiry.id, chars=second))

    found = store.disclosures.between(now + SECOND, now + 3 * SECOND)

    assert [(entry.chars, entry.text) for entry in found] == [(1, None), (2, None)]
    assert [entry.chars for entry in store.disclosures.between(now + SECOND, None)] == [1, 2, 3]
    assert [entry.chars for entry in store.disclosures.between(None, now + SECOND)] == [0]


def test_what_cannot_be_written_says_so(store, now):
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE disclosures"))

    with pytest.raises(StorageUnavailable):
        store.disclosures.add(now, a_disclosure())
