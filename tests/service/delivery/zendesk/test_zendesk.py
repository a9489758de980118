"""What is Zendesk's own: idempotency keys, customers that are users, and updates that collide."""

import pytest

from service import desk_work
from service.access import Actor
from service.delivery.parcel import Problem
from tests.service.delivery.parts import dispatcher_of, lay, run
from tests.service.delivery.stand_ins.cases import ZendeskCase
from tests.service.delivery.stand_ins.server import LOST, serving
from tests.service.delivery.stand_ins.zendesk import AGENT, LOKET, Zendesk

ANNA = Actor("user:anna", frozenset({"desk"}), None)


@pytest.fixture
def case():
    with serving(Zendesk()) as stand_in:
        yield ZendeskCase(stand_in)


@pytest.fixture
def database_url(tmp_path):
    """One database will do: test_help_desks.py has both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def store(open_store):
    return open_store("help")


def creations(case):
    return [call for call in case.stand_in.calls if (call.method, call.path) == ("POST", "/api/v2/tickets.json")]


def test_the_ticket_is_asked_for_as_the_reference_says(store, clock, case):
    ticket = lay(store, clock(), email="an@example.com", name="An")
    run(dispatcher_of(store, clock, help=case.sender()))

    [call] = creations(case)
    customer = next(user for user in case.stand_in.users.values() if user["email"] == "an@example.com")
    receipt = store.inquiries.get(ticket.inquiry_id).receipt
    assert call.headers["idempotency-key"] == ticket.id
    assert call.body["ticket"] == {
        "subject": "Waar blijft mijn bestelling?",
        "external_id": ticket.id,
        "group_id": 98001,
        "requester_id": customer["id"],
        "priority": "normal",
        "tags": ["loket", "nl", "order_status"],
        "comment": {"body": "Waar blijft mijn bestelling?", "public": True, "author_id": customer["id"]},
        "custom_fields": [
            {"id": 7001, "value": "order_status"}, {"id": 7002, "value": 0.875}, {"id": 7003, "value": receipt},
        ],
    }  # fmt: skip
    assert (customer["name"], customer["skip_verify_email"]) == ("An", True)


def test_a_customer_who_is_there_is_not_renamed(store, clock, case):
    case.stand_in.users[5] = {"id": 5, "email": "an@example.com", "name": "An Peeters", "role": "end-user"}
    lay(store, clock(), email="An@Example.com", name="Somebody else")

    run(dispatcher_of(store, clock, help=case.sender()))

    assert case.stand_in.tickets[case.only()]["requester_id"] == 5
    assert case.stand_in.users[5]["name"] == "An Peeters"


def test_nobody_writes_as_an_agent_by_typing_an_agents_address(store, clock, case):
    lay(store, clock(), email="agent@example.com")

    run(dispatcher_of(store, clock, help=case.sender()))

    author = case.stand_in.comments[case.only()][0]["author_id"]
    assert author not in {AGENT, LOKET}
    assert case.stand_in.users[author]["email"] == "website@example.com"


def test_created_while_it_is_looked_for_the_key_stops_the_second(store, clock, case):
    """The first creation is slow: not listed yet when it is looked for, but its key is known."""
    ticket = lay(store, clock())
    case.stand_in.once(LOST, "POST", "tickets.json")
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    run(dispatcher)
    desk_work.confirm(store, clock(), ANNA, ticket.id)  # so that the second body is another
    hidden = case.stand_in.tickets.pop(case.only())
    clock.forward(minutes=2)

    assert [one.problem for one in run(dispatcher)] == [Problem.BAD_ANSWER]

    case.stand_in.tickets[hidden["id"]] = hidden
    clock.forward(hours=1)
    assert {one.problem for one in run(dispatcher)} == {None}
    assert case.only() == hidden["id"]


def test_when_its_keys_are_forgotten_the_external_id_finds_it(store, clock, case):
    lay(store, clock())
    case.stand_in.once(LOST, "POST", "tickets.json")
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    run(dispatcher)
    case.stand_in.forget_keys()
    clock.forward(hours=3)

    assert [one.problem for one in run(dispatcher)] == [None]
    assert case.only()


def test_two_updates_that_collide_lose_no_tag(store, clock, case):
    """An agent adds a tag between our look and our update."""
    ticket = lay(store, clock())
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    run(dispatcher)
    number = case.only()

    def agent_comes_between(call):
        if call.method == "PUT":
            case.stand_in.fault = lambda _: None
            case.stand_in.changed(number, tags=[*case.stand_in.tickets[number]["tags"], "vip"])

    case.stand_in.fault = agent_comes_between
    desk_work.confirm(store, clock(), ANNA, ticket.id)
    [outcome] = run(dispatcher)
    assert (outcome.problem, outcome.final) == (Problem.REFUSED, False)

    clock.forward(minutes=1)
    run(dispatcher)

    assert {"vip", "confirmed"} <= case.tags(number)


def test_what_zendesk_has_archived_fails_for_good(store, clock, case):
    ticket = lay(store, clock())
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    run(dispatcher)
    case.stand_in.tickets[case.only()]["status"] = "closed"

    desk_work.confirm(store, clock(), ANNA, ticket.id)

    assert [one.problem for one in run(dispatcher)] == [Problem.REFUSED]
    assert store.deliveries.of_ticket(ticket.id)[-1].status == "failed"


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"groups": {"orders": "Orders", "finance": "2"}}, "groups"), ({"email": "loket"}, "email")],
    ids=["a group's name", "no address"],
)
def test_wrong_settings_are_refused(case, changed, said):
    with pytest.raises(ValueError, match=said):
        case.settings(**changed)
