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


@pytest.mark.parametrize(
    ("outcome", "sent"),
    [
        (None, True),  # the worker died on the way: it may have been sent
        ("translated", True),
        ("timeout", True),
        ("bad_answer", True),
        ("quota", True),
        ("busy", False),
        ("rate_limited", False),
        ("paused", False),
    ],
)
def test_what_was_not_sent_after_all_does_not_count(store, inquiry, now, outcome, sent):
    entry_id = store.disclosures.add(now, a_disclosure(inquiry_id=inquiry.id))
    if outcome:
        store.disclosures.ended(entry_id, outcome)

    assert len(store.disclosures.of_inquiry(inquiry.id)) == len(store.disclosures.between(None, None)) == int(sent)


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
