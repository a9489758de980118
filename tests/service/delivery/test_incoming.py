"""What people change in a help desk corrects tickets here: once, by the right ones, and never round in circles."""

import hashlib
import hmac
from base64 import b64encode
from contextlib import ExitStack
from datetime import timedelta

import pytest

from model import configuration
from service import desk_work
from service.access import Actor
from service.delivery.incoming import receive
from service.errors import InvalidInput, NotFound, Unauthenticated
from service.settings import Settings
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.storage.tickets import Change
from service.submission import Correction
from tests.service.delivery.parts import dispatcher_of, lay, run
from tests.service.delivery.stand_ins.cases import CASES
from tests.service.delivery.stand_ins.server import DOWN, serving

ANNA = Actor("user:anna", frozenset({"desk"}), None)


@pytest.fixture(params=CASES)
def case(request):
    make, of = CASES[request.param]
    with ExitStack() as opened:
        yield of(opened.enter_context(serving(make())))


@pytest.fixture
def settings(case):
    return Settings.model_validate(configuration.read({}).values | {"deliveries": [case.table()]})


@pytest.fixture
def store(database_url, settings):
    opened = Store.at(database_url, settings.outbox())
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def deliver(store, clock, case):
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    return lambda: [one.problem for one in run(dispatcher)]


@pytest.fixture
def ticket(store, clock, deliver):
    """A ticket that the help desk has too."""
    laid = lay(store, clock())
    assert deliver() == [None]
    return laid


@pytest.fixture
def tell(store, settings, clock, case, ticket):
    """Let the help desk call its webhook now, or an earlier call of it once more."""

    def call(told=None, target="help"):
        headers, body = told or case.webhook(case.only(), clock())
        small = {name.lower(): value for name, value in headers.items()}
        return receive(store, settings, clock(), target, small, body, "192.0.2.7")

    return call


def labels_of(store, ticket):
    return [(one.category, one.source, one.by) for one in store.labels.of_ticket(ticket.id)]


def now_is(store, ticket):
    found = store.tickets.get(ticket.id)
    return found.desk, found.category, found.review


def test_a_category_chosen_there_is_a_correction_and_a_label_here(store, case, tell, ticket):
    case.names_category(case.only(), "complaint")

    assert tell() is True

    assert now_is(store, ticket) == ("orders", "complaint", "corrected")
    assert labels_of(store, ticket) == [("complaint", "correction", case.actor)]


def test_moved_to_the_group_of_another_desk_it_moves_here(store, case, tell, ticket):
    case.moves(case.only(), "Customer Care")

    assert tell() is True

    assert now_is(store, ticket) == ("care", "order_status", "corrected")
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.actor) == ("corrected", case.actor)


def test_moved_to_a_desk_of_one_category_that_category_is_the_label(store, case, tell, ticket):
    case.moves(case.only(), "Finance")

    tell()

    assert now_is(store, ticket) == ("finance", "billing_invoice", "corrected")
    assert labels_of(store, ticket) == [("billing_invoice", "correction", case.actor)]


def test_they_may_change_their_minds_at_once(store, case, tell, ticket):
    case.moves(case.only(), "Finance")
    tell()
    case.names_category(case.only(), "complaint")

    assert tell() is True
    assert now_is(store, ticket) == ("finance", "complaint", "corrected")


def test_a_correction_of_theirs_is_not_sent_back_to_them(store, case, tell, ticket, deliver):
    case.moves(case.only(), "Finance")
    case.names_category(case.only(), "billing_invoice")
    tell()
    calls = len(case.stand_in.calls)

    assert deliver() == [None]

    assert len(case.stand_in.calls) == calls
    assert case.group(case.only()) == "Finance"


def test_our_own_change_comes_back_and_is_no_label(store, settings, clock, case, tell, ticket, deliver):
    desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(category="complaint"), ticket.version)
    deliver()
    before = labels_of(store, ticket)

    assert tell() is False

    assert labels_of(store, ticket) == before == [("complaint", "correction", "user:anna")]


def test_our_own_change_that_comes_back_before_its_answer_is_no_label(store, clock, case, tell, ticket):
    """The webhook of our update is quicker than what our dispatcher writes, and meanwhile a new rule went on."""
    reroute(store, clock, ticket, "care")
    dispatcher = dispatcher_of(store, clock, help=case.sender())
    [claimed] = dispatcher.claim()
    dispatcher._send(claimed.delivery)
    reroute(store, clock, ticket, "finance")

    assert tell() is False
    assert now_is(store, ticket) == ("finance", "order_status", None)


def reroute(store, clock, ticket, desk):
    """What a program does: nobody reviewed anything."""
    said = {"from": ["order_status", "orders"], "to": ["order_status", desk]}
    store.tickets.change(clock(), ticket.id, "system", lambda _: Change({"desk": desk}, "rerouted", said))


def test_the_same_webhook_twice_does_nothing_twice(store, clock, case, tell, ticket):
    case.names_category(case.only(), "complaint")
    told = case.webhook(case.only(), clock())

    assert (tell(told), tell(told)) == (True, False)
    assert len(labels_of(store, ticket)) == 1


def test_an_old_webhook_that_is_repeated_undoes_nothing(store, clock, case, tell, ticket):
    case.names_category(case.only(), "order_change")
    old = case.webhook(case.only(), clock())
    tell()
    case.names_category(case.only(), "complaint")
    tell()

    assert tell(old) is False
    assert now_is(store, ticket) == ("orders", "complaint", "corrected")
    assert len(labels_of(store, ticket)) == 2


def test_what_they_tell_while_our_change_is_on_its_way_is_no_correction(
    store, settings, clock, case, tell, ticket, deliver
):
    """They only touched it; the group that they tell is the one that Anna has left already."""
    case.stand_in.fault = lambda _: DOWN
    desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(category="complaint"), ticket.version)
    deliver()
    case.moves(case.only(), "Orders")

    assert tell() is False
    assert now_is(store, ticket) == ("care", "complaint", "corrected")


def test_two_at_once_the_second_overwrites_nothing(store, settings, clock, case, tell, ticket, deliver):
    """Anna corrected, they have not heard of it yet, and correct otherwise: hers was first, and goes to them."""
    desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(category="complaint"), ticket.version)
    case.moves(case.only(), "Finance")

    assert tell() is False
    assert now_is(store, ticket) == ("care", "complaint", "corrected")
    deliver()
    assert case.group(case.only()) == "Customer Care"


def test_who_has_seen_annas_correction_may_correct_it(store, settings, clock, case, tell, ticket, deliver):
    desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(category="complaint"), ticket.version)
    deliver()
    case.names_category(case.only(), "feedback")

    assert tell() is True
    assert now_is(store, ticket) == ("care", "feedback", "corrected")


def test_closed_there_it_is_closed_here(store, clock, case, tell, ticket):
    case.closes(case.only())
    clock.forward(hours=3)

    assert tell() is True

    found = store.tickets.get(ticket.id)
    assert (found.status, found.closed_at) == ("closed", clock())


def test_what_was_moved_away_from_them_is_not_answered_by_their_closing_it(
    store, settings, clock, case, tell, ticket, deliver
):
    """Their copy has nothing more to be done; the ticket waits on a desk that they do not have."""
    desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(desk="triage"), ticket.version)
    deliver()
    case.closes(case.only())

    assert tell() is False

    assert store.tickets.get(ticket.id).status == "open"


def test_opened_again_there_it_is_not_closed_once_more(store, settings, clock, case, tell, ticket, deliver):
    case.closes(case.only())
    tell()
    case.reopens(case.only())
    tell()
    desk_work.confirm(store, clock(), ANNA, ticket.id)

    deliver()

    assert not case.is_closed(case.only())


def test_a_group_that_no_desk_has_changes_nothing_here_and_is_left_there(
    store, settings, clock, case, tell, ticket, deliver
):
    case.moves(case.only(), "Second Level")
    assert tell() is False
    assert now_is(store, ticket) == ("orders", "order_status", None)

    desk_work.confirm(store, clock(), ANNA, ticket.id)
    deliver()

    assert case.group(case.only()) == "Second Level"


def test_a_rule_of_the_help_desk_is_no_persons_correction(store, case, tell, ticket):
    case.moves(case.only(), "Finance", by=case.rule)

    assert tell() is False
    assert labels_of(store, ticket) == []


def test_the_third_move_goes_to_the_owner_here_and_there(store, clock, case, tell, ticket, deliver):
    """What is sent to and fro stops here (bounces.py), and the help desk is told where."""
    for group in ("Customer Care", "Orders"):
        case.moves(case.only(), group)
        tell()
    case.moves(case.only(), "Finance")
    assert tell() is True
    found = store.tickets.get(ticket.id)
    assert (found.desk, found.unsettled_since) == ("triage", clock())

    deliver()

    assert "Moved in Loket to triage" in case.texts(case.only())[1][-1]


def test_what_is_forged_is_refused(store, case, clock, tell, ticket):
    case.names_category(case.only(), "complaint")
    headers, body = case.webhook(case.only(), clock())
    name = next(one for one in headers if one.endswith("Signature"))
    forged = [
        case.webhook(case.only(), clock(), secret="a guess"),
        (headers, body.replace(b"complaint", b"feedback")),
        ({key: value for key, value in headers.items() if key != name}, body),
        (headers | {name: ""}, body), (headers | {name: headers[name][:-2]}, body),
        (headers | {name: "\u00e9"}, body), ({}, b""),
    ]  # fmt: skip
    for told in forged:
        with pytest.raises(Unauthenticated):
            tell(told)
    with pytest.raises(Unauthenticated):
        tell(target="lost")

    assert labels_of(store, ticket) == []


def test_without_a_secret_nobody_is_listened_to(database_url, store, clock, case, ticket):
    deaf = Settings.model_validate(
        configuration.read({}).values | {"deliveries": [case.table(webhook_secret=None)]}
    )
    headers, body = case.webhook(case.only(), clock(), secret="")

    with pytest.raises(Unauthenticated):
        receive(store, deaf, clock(), "help", {name.lower(): value for name, value in headers.items()}, body)


def test_a_ticket_that_loket_does_not_know_is_not_found(store, clock, case, tell, ticket):
    case.stand_in.tickets[77] = case.stand_in.tickets[case.only()] | {"id": 77}
    if case.kind == "zammad":
        case.stand_in.articles[77] = []

    with pytest.raises(NotFound):
        tell(case.webhook(77, clock()))


def test_nobody_can_tell_more_than_a_signed_ticket(store, settings, clock, case, tell, ticket):
    """Signed, but nothing that Loket listens for."""
    for body in (b"{}", b"[]", b'{"ticket": 5}', b'{"detail": {"id": 1}}', b"null", b"7"):
        assert tell(signed(case, clock(), body)) is False
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(InvalidInput):
            tell(signed(case, clock(), body))


def signed(case, at, body):
    """Any body, signed as the help desk does."""
    key = case.own["webhook_secret"].encode()
    if case.kind == "zammad":
        return {"X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"}, body
    stamp = at.isoformat()
    signature = b64encode(hmac.digest(key, stamp.encode() + body, hashlib.sha256)).decode()
    return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": stamp}, body


@pytest.mark.parametrize("case", ["zendesk"], indirect=True)
@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6)], ids=["stale", "ahead"])
def test_a_signature_of_another_time_is_refused(store, clock, case, tell, ticket, away):
    case.names_category(case.only(), "complaint")

    with pytest.raises(Unauthenticated):
        tell(case.webhook(case.only(), clock() + away))
    assert labels_of(store, ticket) == []
