"""What is Zammad's own: a tag instead of an idempotency key, a search that lags, names for priorities."""

from dataclasses import replace

import pytest

from service.delivery.parcel import Problem
from service.delivery.zammad.sender import own_tag
from service.delivery.zammad.settings import ZammadSettings
from tests.service.delivery.parts import dispatcher_of, lay, parcel_of, run
from tests.service.delivery.stand_ins.cases import ZammadCase
from tests.service.delivery.stand_ins.server import LOST, serving
from tests.service.delivery.stand_ins.zammad import TOKEN, Zammad


@pytest.fixture
def case():
    with serving(Zammad()) as stand_in:
        yield ZammadCase(stand_in)


@pytest.fixture
def database_url(tmp_path):
    """One database will do: test_help_desks.py has both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def store(open_store):
    return open_store("help")


def calls_to(case, path):
    return [call for call in case.stand_in.calls if call.path == f"/api/v1/{path}"]


def test_the_ticket_is_asked_for_as_the_documentation_says(store, clock, case):
    ticket = lay(store, clock(), email="an@example.com")
    run(dispatcher_of(store, clock, help=case.sender()))

    [call] = calls_to(case, "tickets")
    assert call.headers["authorization"] == f"Token token={TOKEN}"
    assert call.body == {
        "title": "Waar blijft mijn bestelling?",
        "group": "Orders",
        "customer_id": "guess:an@example.com",
        "priority": "2 normal",
        "tags": f"{own_tag(parcel_of(store, ticket, clock()))},loket,nl,order_status",
        "article": {
            "subject": "Waar blijft mijn bestelling?", "body": "Waar blijft mijn bestelling?", "type": "web",
            "sender": "Customer", "content_type": "text/plain", "internal": False,
        },
        "loket_category": "order_status",
        "loket_confidence": 0.875,
        "loket_receipt": store.inquiries.get(ticket.inquiry_id).receipt,
    }  # fmt: skip


def test_nobody_is_acted_for_so_that_the_token_needs_no_right_over_users(store, clock, case):
    lay(store, clock())
    run(dispatcher_of(store, clock, help=case.sender()))

    assert not any("from" in call.headers or "x-on-behalf-of" in call.headers for call in case.stand_in.calls)


def test_while_the_search_lags_it_waits_and_makes_no_second_ticket(store, clock, case):
    """The list of tags is sure at once that the ticket is there; which one it is comes a while later."""
    lay(store, clock())
    case.stand_in.lags = True
    case.stand_in.once(LOST, "POST", "tickets")
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    run(dispatcher)
    clock.forward(minutes=2)
    assert [one.problem for one in run(dispatcher)] == [Problem.BAD_ANSWER]

    case.stand_in.reindex()
    clock.forward(hours=1)

    assert [one.problem for one in run(dispatcher)] == [None]
    assert case.only()


def test_after_a_lost_answer_it_waits_until_a_creation_is_surely_over(store, clock, case):
    lay(store, clock())
    case.stand_in.once(LOST, "POST", "tickets")

    [outcome] = run(dispatcher_of(store, clock, help=case.sender()))

    assert outcome.retry_after.total_seconds() == 90


def test_a_ticket_whose_tag_only_resembles_is_another(store, clock, case):
    ticket = lay(store, clock())
    tag = own_tag(parcel_of(store, ticket, clock()))
    case.stand_in.known_tags.append(f"{tag}0")

    run(dispatcher_of(store, clock, help=case.sender()))

    assert case.only()


def test_two_intents_of_one_inquiry_are_two_tickets(store, clock, case):
    """They share the receipt, not the tag."""
    first = lay(store, clock())
    parcel = parcel_of(store, first, clock())
    second = replace(parcel, ticket=replace(parcel.ticket, intent=1))

    assert [own_tag(one).rpartition("-")[2] for one in (parcel, second)] == ["1", "2"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"groups": {}}, "groups"), ({"token": ""}, "token"), ({"customer": "nobody"}, "customer"),
        ({"url": "http://help.example.com", "allow_private": False}, "https"),
        ({"fields": {"category": "Loket Category"}}, "fields.category"),
    ],
    ids=["no groups", "no token", "no customer", "not encrypted", "no attribute's name"],
)  # fmt: skip
def test_wrong_settings_are_refused(case, changed, said):
    with pytest.raises(ValueError, match=said):
        ZammadSettings.model_validate(case.table(**changed))


def test_secrets_are_not_shown(case):
    assert TOKEN not in repr(case.settings())
