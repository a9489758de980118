"""The replay: which of the last quarter's inquiries a challenger would send elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from service.learning.replay import QUARTER, replay
from service.pipeline.classification import Serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORDER, PASSWORD, VISIT = (
    "Where is my order 48213?",
    "I forgot my password",
    "I am a journalist, may I interview you?",
)


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def loket(process):
    return process(LOKET_CLASSIFIER__ENCODER="none")


@pytest.fixture
def other(loket, lay_model):
    """A model that takes lost passwords for spam, and is otherwise the champion."""
    return lay_model(loket, {"account_access": "spam", "spam": "account_access"})


def silent(_done, _of):
    """Tell nobody."""


def test_only_what_would_go_elsewhere_is_told(loket, decide, other):
    for text in (ORDER, PASSWORD, VISIT):
        decide(loket, text, NOW)

    found = replay(loket, other, NOW, 100, silent)

    [move] = found.moves
    assert (found.read, move.text, move.language) == (3, PASSWORD, "en")
    assert (move.from_desk, move.from_category, move.to.desk, move.to.category) == (
        "support", "account_access", "junk", "spam",
    )  # fmt: skip
    assert (move.to.automatic, move.reviewed, found.wrongly) == (True, False, [])


def test_the_model_that_decided_would_move_nothing(loket, decide):
    for text in (ORDER, PASSWORD, VISIT):
        decide(loket, text, NOW)
    champion = loket.pipeline.champion.current()

    assert (replay(loket, champion, NOW, 100, silent).read, replay(loket, champion, NOW, 100, silent).moves) == (
        3,
        [],
    )


def test_where_it_lies_counts_and_not_where_it_was_laid(loket, decide, correct):
    moved = decide(loket, PASSWORD, NOW)
    correct(loket, moved, "complaint")

    [move] = replay(loket, loket.pipeline.champion.current(), NOW, 100, silent).moves

    assert (move.from_desk, move.from_category, move.to.desk, move.reviewed) == (
        "care", "complaint", "support", True,
    )  # fmt: skip


def test_what_would_leave_the_desk_a_person_chose_for_another_is_wrong(loket, decide, correct, lay_model):
    to_care, to_spam = decide(loket, ORDER, NOW), decide(loket, PASSWORD, NOW)
    correct(loket, to_care, "complaint")
    nowhere = lay_model(loket, {"order_status": "unheard_of", "account_access": "spam", "spam": "account_access"})

    found = replay(loket, nowhere, NOW, 100, silent)

    assert {move.to.desk for move in found.moves} == {"triage", "junk"}
    assert found.wrongly == []
    correct(loket, to_spam, "billing_invoice")
    assert [move.text for move in replay(loket, nowhere, NOW, 100, silent).wrongly] == [PASSWORD]


def test_personal_data_is_masked(loket, decide, other):
    text = f"{PASSWORD}. I am Joanna Kowalska, write to joanna@example.com"
    decide(loket, text, NOW, name="Joanna Kowalska", country="GB")

    [move] = replay(loket, other, NOW, 100, silent).moves

    assert move.text.startswith(PASSWORD)
    assert not [one for one in ("Joanna", "Kowalska", "joanna@example.com") if one in move.text]


def test_older_than_a_quarter_is_not_read(loket, decide, other):
    decide(loket, PASSWORD, NOW - QUARTER - timedelta(seconds=1))
    decide(loket, f"{PASSWORD} again", NOW - QUARTER)

    found = replay(loket, other, NOW, 100, silent)

    assert (found.read, [move.text for move in found.moves]) == (1, [f"{PASSWORD} again"])
    assert replay(loket, other, NOW, 100, silent, since=timedelta(days=1)).read == 0


def test_no_more_than_told_are_read_the_newest_first(loket, decide, other):
    for days in (3, 1, 2):
        decide(loket, f"{PASSWORD} {days} times", NOW - timedelta(days=days))

    found = replay(loket, other, NOW, 2, silent)

    assert (found.read, [move.text[-7:] for move in found.moves]) == (2, ["1 times", "2 times"])


def test_how_far_it_is_is_told(loket, decide, other):
    told = []
    for number in range(3):
        decide(loket, f"{ORDER} {number}", NOW)

    replay(loket, other, NOW, 100, lambda *one: told.append(one))

    assert told[-1] == (3, 3)
    assert replay(loket, Serving("x", other.classifier), NOW, 0, silent).read == 0
