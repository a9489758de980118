"""What both help desks' deliveries promise: once, in order, as text, and never lost."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
import trustme

from model import configuration
from service import desk_work
from service.access import Actor
from service.delivery.dispatcher import LEASE
from service.delivery.http import Client
from service.delivery.incoming import receive
from service.delivery.parcel import Problem
from service.settings import check
from service.submission import Correction
from tests.service.delivery.parts import DECISION, dispatcher_of, lay, parcel_of, run
from tests.service.delivery.stand_ins.cases import CASES
from tests.service.delivery.stand_ins.server import DOWN, LOST, SILENT, serving

ANNA = Actor("user:anna", frozenset({"desk"}), None)
UNTRANSLATED = DECISION.model_copy(
    update={"translation": DECISION.translation.model_copy(update={"status": "unavailable", "text": None})}
)


@pytest.fixture(params=CASES)
def stack(request):
    with ExitStack() as opened:
        opened.kind = request.param
        yield opened


@pytest.fixture
def case(stack):
    """A help desk that works."""
    make, of = CASES[stack.kind]
    return of(stack.enter_context(serving(make())))


@pytest.fixture
def store(open_store):
    return open_store("help")


@pytest.fixture
def settings():
    return check(configuration.read({}))


@pytest.fixture
def deliver(store, clock, case):
    """Let hours pass and deliver at each; the dispatcher stays the same, as its breaker does."""
    made = {}

    def go(hours=0, sender=None, **changed):
        dispatcher = made.setdefault("one", dispatcher_of(store, clock, help=sender or case.sender(**changed)))
        outcomes = run(dispatcher)
        for _ in range(hours * 12):
            clock.forward(minutes=5)
            outcomes += run(dispatcher)
        return [one.problem for one in outcomes]

    return go


@pytest.fixture
def correct(store, settings, clock):
    """A person puts a ticket right in Loket."""

    def make(ticket, **said):
        clock.forward(seconds=1)
        seen = store.tickets.get(ticket.id).version
        return desk_work.correct(store, settings, clock(), ANNA, ticket.id, Correction(**said), seen)

    return make


def statuses(store, ticket):
    return [one.status for one in store.deliveries.of_ticket(ticket.id)]


def test_a_ticket_is_created_in_the_desks_group_with_the_original_first_and_a_note(store, clock, case, deliver):
    ticket = lay(store, clock(), subject="Bestelling 4711", name="An", fields={"order": "4711"})

    assert deliver() == [None]

    number = case.only()
    shown, internal = case.texts(number)
    assert (case.title(number), case.group(number)) == ("Bestelling 4711", "Orders")
    assert shown == ["Waar blijft mijn bestelling?\n\norder: 4711"]
    assert "Where is my order?" in internal[0]
    assert "order_status (88%)" in internal[0]
    assert f"https://desk.example.com/tickets/{ticket.id}" in internal[0]
    assert {"loket", "order_status", "nl"} <= case.tags(number)
    assert case.category_field(number) == "order_status"
    assert store.deliveries.remote("help", ticket.id).id == str(number)


def test_what_is_not_certain_is_tagged_triage_until_somebody_looked(store, clock, case, deliver, correct):
    unsure = DECISION.model_copy(update={"automatic": False})
    ticket = lay(store, clock(), decision=unsure)
    deliver()
    assert "triage" in case.tags(case.only())

    desk_work.confirm(store, clock(), ANNA, ticket.id)
    deliver()

    assert "confirmed" in case.tags(case.only())
    assert "triage" not in case.tags(case.only())


def test_without_an_english_text_the_note_says_so(store, clock, case, deliver):
    lay(store, clock(), decision=UNTRANSLATED)
    deliver()

    assert "There is no English text" in case.texts(case.only())[1][0]


@pytest.mark.parametrize("email", [None, "ann@exämple.com"], ids=["none", "not one to the help desk"])
def test_who_has_no_address_is_filed_under_the_configured_customer(store, clock, case, deliver, email):
    lay(store, clock(), email=email)

    assert deliver() == [None]
    assert case.group(case.only()) == "Orders"


def test_a_correction_moves_it_with_its_tags_and_fields(store, clock, case, deliver, correct):
    ticket = lay(store, clock())
    deliver()

    correct(ticket, category="complaint")
    assert deliver() == [None]

    number = case.only()
    assert case.group(number) == "Customer Care"
    assert {"complaint", "corrected", "loket", "nl"} <= case.tags(number)
    assert "order_status" not in case.tags(number)
    assert case.category_field(number) == "complaint"


def test_a_corrected_category_of_the_same_desk_changes_tags_and_leaves_the_group(
    store, clock, case, deliver, correct
):
    ticket = lay(store, clock())
    deliver()
    case.moves(case.only(), "Second Level")

    correct(ticket, category="order_change")
    deliver()

    assert case.group(case.only()) == "Second Level"
    assert "order_change" in case.tags(case.only())


def test_a_tag_of_the_help_desks_own_is_left_alone(store, clock, case, deliver, correct):
    ticket = lay(store, clock())
    deliver()
    if case.kind == "zammad":
        case.stand_in.tags[case.only()].add("vip")
    else:
        case.stand_in.changed(case.only(), tags=[*sorted(case.tags(case.only())), "vip"])

    correct(ticket, category="complaint")
    deliver()

    assert "vip" in case.tags(case.only())


@pytest.mark.parametrize("closes", [True, False])
def test_closing_closes_it_there_if_that_is_configured(store, clock, case, deliver, closes):
    ticket = lay(store, clock())
    deliver(close=closes)
    desk_work.close(store, clock(), ANNA, ticket.id)

    assert deliver() == [None]
    assert case.is_closed(case.only()) is closes


@pytest.mark.parametrize("closes", [True, False])
def test_what_was_closed_there_and_is_sent_to_another_of_its_groups_waits_there_for_an_answer(
    store, settings, clock, case, deliver, correct, closes
):
    ticket = lay(store, clock())
    deliver(close=closes)
    close_there(store, settings, clock, case)

    correct(ticket, category="billing_invoice")
    deliver()

    assert (store.tickets.get(ticket.id).status, case.group(case.only())) == ("open", "Finance")
    assert not case.is_closed(case.only())


@pytest.mark.parametrize("closes", [True, False])
def test_what_was_closed_there_and_is_sent_away_stays_closed_there(
    store, settings, clock, case, deliver, correct, closes
):
    ticket = lay(store, clock())
    deliver(close=closes)
    close_there(store, settings, clock, case)

    correct(ticket, category="careers")
    deliver()

    assert store.tickets.get(ticket.id).status == "open"
    assert case.is_closed(case.only())


def close_there(store, settings, clock, case):
    """An agent of the help desk closes the ticket, and Loket hears of it."""
    case.closes(case.only())
    listening = settings.model_copy(update={"deliveries": (case.settings(),)})
    headers, body = case.webhook(case.only(), clock())
    receive(store, listening, clock(), "help", {name.lower(): value for name, value in headers.items()}, body)


def test_a_desk_without_a_group_there_is_told_in_a_note(store, clock, case, deliver, correct):
    ticket = lay(store, clock())
    deliver()

    correct(ticket, category="careers")
    deliver()

    assert case.group(case.only()) == "Orders"
    assert "Moved in Loket to hr, which does not answer here." in case.texts(case.only())[1][-1]


def test_a_delivery_that_changes_nothing_there_asks_nothing(store, clock, case, deliver):
    ticket = lay(store, clock())
    deliver()
    calls = len(case.stand_in.calls)

    desk_work.assign(store, clock(), ANNA, ticket.id, "user:anna")
    store.deliveries.replay(clock(), [store.deliveries.of_ticket(ticket.id)[0].id])

    assert deliver() == [None, None]
    assert len(case.stand_in.calls) == calls


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (DOWN, Problem.UNREACHABLE), ((500, {"error": "x"}, {}), Problem.SERVER_ERROR),
        ((401, {"error": "x"}, {}), Problem.CREDENTIALS), ((403, {"error": "x"}, {}), Problem.CREDENTIALS),
        ((429, {"error": "x"}, {"Retry-After": "600"}), Problem.RATE_LIMITED),
        ((200, b"<html>We are being updated</html>", {}), Problem.BAD_ANSWER),
        ((302, b"", {"Location": "https://elsewhere.example.com"}), Problem.REFUSED),
    ],
    ids=["down", "500", "401", "403", "429", "a page", "redirected"],
)  # fmt: skip
def test_hours_of_trouble_lose_nothing_and_keep_the_order(store, clock, case, deliver, correct, fault, problem):
    ticket = lay(store, clock())
    case.stand_in.fault = lambda _: fault
    assert deliver()[0] == problem
    correct(ticket, category="complaint")
    deliver(hours=5)
    assert not case.stand_in.tickets
    assert statuses(store, ticket) == ["waiting", "waiting"]

    case.stand_in.fault = lambda _: None
    assert deliver(hours=12)[-2:] == [None, None]

    assert case.create_calls() >= 1
    assert case.group(case.only()) == "Customer Care"
    assert statuses(store, ticket) == ["delivered", "delivered"]


def test_a_slow_help_desk_is_given_up_and_asked_again(store, clock, case, deliver):
    lay(store, clock())
    case.stand_in.once(SILENT, *case.create)

    assert deliver(hours=1, seconds=0.3) == [Problem.TIMEOUT, None]
    assert case.only()


def test_what_takes_long_ends_before_another_may_send_it_too(store, clock, case):
    """Each call may take 15 s: together they end while the delivery is still held."""
    ticket, seconds = lay(store, clock()), [0.0]

    class Slow(Client):
        def request(self, *said, **more):
            seconds[0] += 15
            return super().request(*said, **more)

    def one_call_too_many(call):
        return (422, {"error": "x"}, {}) if call.method == "POST" else None

    case.stand_in.fault = one_call_too_many
    sender = case.sender_type(case.settings(), Slow(allow_private=True), lambda: seconds[0])
    for _ in range(3):
        sender.send(parcel_of(store, ticket, clock()))
        assert timedelta(seconds=seconds[0]) < LEASE
        seconds[0] = 0.0


@pytest.mark.parametrize("step", ["create", "note"])
def test_an_answer_that_is_lost_makes_nothing_twice(store, clock, case, deliver, step):
    lay(store, clock())
    case.stand_in.once(LOST, *getattr(case, step))

    assert deliver(hours=1) == [Problem.UNREACHABLE, None]

    shown, internal = case.texts(case.only())
    assert (len(shown), len(internal)) == (1, 1)


def test_killed_between_create_and_answer_it_is_found_again(store, clock, case):
    """The dispatcher that created it never wrote so; another one takes over when the lease is over."""
    ticket = lay(store, clock())
    first = dispatcher_of(store, clock, help=case.sender())
    [claimed] = first.claim()
    first._send(claimed.delivery)
    assert store.deliveries.remote("help", ticket.id) is None

    clock.forward(minutes=2)
    [outcome] = run(dispatcher_of(store, clock, help=case.sender()))

    assert outcome.problem is None
    assert len(case.texts(case.only())[1]) == 1
    assert store.deliveries.remote("help", ticket.id).id == str(case.only())


def test_corrected_after_a_lost_answer_it_is_brought_to_what_it_is_now(store, clock, case, deliver, correct):
    ticket = lay(store, clock())
    case.stand_in.once(LOST, *case.create)
    deliver()
    correct(ticket, category="complaint")

    deliver(hours=1)

    assert case.group(case.only()) == "Customer Care"
    assert {"complaint", "corrected"} <= case.tags(case.only())


def test_gone_disables_the_target_and_nothing_is_lost(store, clock, case, deliver):
    ticket = lay(store, clock())
    case.stand_in.fault = lambda _: (410, {"error": "Gone"}, {})
    deliver(hours=5)
    assert set(store.deliveries.disabled()) == {"help"}
    assert statuses(store, ticket) == ["waiting"]

    case.stand_in.fault = lambda _: None
    store.deliveries.enable(clock(), "help")

    assert deliver() == [None]
    assert case.only()


def test_an_unknown_group_fails_for_good_and_says_so(store, clock, case, deliver, caplog):
    ticket = lay(store, clock())
    groups = {"orders": "Oders", "finance": "Finance"} if case.kind == "zammad" else {"orders": "1", "finance": "2"}

    with caplog.at_level("ERROR"):
        assert deliver(groups=groups) == [Problem.NO_SUCH_GROUP]

    assert statuses(store, ticket) == ["failed"]
    assert "the help desk has no such group" in caplog.text
    assert not case.stand_in.tickets


def test_a_ticket_that_was_deleted_there_fails_for_good(store, clock, case, deliver, correct):
    ticket = lay(store, clock())
    deliver()
    case.stand_in.tickets.clear()
    for left in ("tags", "articles"):
        getattr(case.stand_in, left, {}).clear() if case.kind == "zammad" else None

    correct(ticket, category="complaint")

    assert deliver() == [Problem.REFUSED]
    assert statuses(store, ticket) == ["delivered", "failed"]


@pytest.mark.parametrize("authority_of", ["ours", "another's", "another name"])
def test_only_a_right_certificate_is_spoken_to(store, clock, stack, authority, ca_file, authority_of):
    make, of = CASES[stack.kind]
    signs = trustme.CA() if authority_of == "another's" else authority
    name = "help.example.com" if authority_of == "another name" else "127.0.0.1"
    case = of(stack.enter_context(serving(make(), signs, name)))
    lay(store, clock())

    [outcome] = run(dispatcher_of(store, clock, help=case.sender(ca_file=ca_file)))

    assert outcome.problem == (None if authority_of == "ours" else Problem.CERTIFICATE)
    assert len(case.stand_in.tickets) == (1 if authority_of == "ours" else 0)


def test_markup_and_right_to_left_tricks_arrive_as_text(store, clock, case, deliver):
    tricks = "<script>alert(1)</script> & <b>bold</b>\nexe.\u202egpj.invoice \u2066hidden\u2069 مرحبا\u200f"
    lay(store, clock(), text=tricks, subject="<img src=x> \u202egpj.exe")
    deliver()

    shown, internal = case.texts(case.only())
    assert shown == ["<script>alert(1)</script> & <b>bold</b>\nexe.gpj.invoice hidden مرحبا\u200f"]
    assert case.title(case.only()) == "<img src=x> gpj.exe"
    assert not any(mark in text for text in [*shown, *internal] for mark in "\u202e\u2066\u2069")
