"""Webhooks as Standard Webhooks has them, verified with that standard's own library."""

import threading
import time
from base64 import b64encode

import pytest
from standardwebhooks import WebhookVerificationError

from service.delivery.parcel import Outcome, Problem
from service.delivery.webhook.sender import signed
from service.delivery.webhook.settings import key_of
from service.storage.outbox import LAID, MOVED
from tests.service.delivery.parts import SECRET, dispatcher_of, impatient, lay, parcel_of, run, webhook

OLD_SECRET = "whsec_" + b64encode(b"an older secret of 32 bytes .....").decode()


@pytest.fixture
def store(open_store):
    return open_store("hook")


@pytest.fixture
def parcel(store, clock):
    return parcel_of(store, lay(store, clock()), clock())


def test_a_receiver_can_verify_what_it_gets(parcel, receiver):
    assert webhook(receiver.url).send(parcel) == Outcome()

    (one,) = receiver.received
    body = one.verified()
    assert (one.id, body["type"], body["timestamp"]) == (parcel.id, LAID, parcel.at.isoformat())
    assert one.headers["content-type"] == "application/json"


def test_a_changed_body_or_a_wrong_secret_is_found_out(parcel, receiver):
    webhook(receiver.url).send(parcel)
    (one,) = receiver.received

    with pytest.raises(WebhookVerificationError):
        one.verified(OLD_SECRET)
    one.body += b" "
    with pytest.raises(WebhookVerificationError):
        one.verified()


def test_both_secrets_verify_while_they_are_rotated(parcel, receiver):
    webhook(receiver.url, secret=[SECRET, OLD_SECRET]).send(parcel)

    (one,) = receiver.received
    assert one.verified(SECRET) == one.verified(OLD_SECRET)


def test_the_signature_is_that_of_the_standards_own_example():
    """https://github.com/standard-webhooks/standard-webhooks: the vector of its libraries' tests."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signature = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_body_holds_what_a_desk_needs(parcel, receiver):
    webhook(receiver.url).send(parcel)

    data = receiver.received[0].verified()["data"]
    assert data.keys() == {"ticket", "inquiry", "decision", "change"}
    assert data["inquiry"]["text"] == "Waar blijft mijn bestelling?"
    assert data["decision"]["translation"]["text"] == "Where is my order?"
    assert data["ticket"]["url"] == parcel.url
    assert (data["ticket"]["desk"], data["ticket"]["desk_name"]) == ("orders", "Orders")


def test_without_texts_nothing_that_the_customer_wrote_is_in_the_body(store, clock, receiver):
    written = {"text": "Tekst", "subject": "Onderwerp", "name": "Ann", "email": "ann@example.com"}
    ticket = lay(store, clock(), **written, fields={"order": "4711"})

    webhook(receiver.url, texts=False).send(parcel_of(store, ticket, clock()))

    body = receiver.received[0].body.decode()
    assert not [word for word in (*written.values(), "4711", "Where is") if word in body]
    assert receiver.received[0].verified()["data"]["inquiry"]["id"] == ticket.inquiry_id


def test_a_receiver_that_comes_back_after_a_ticket_moved_away_gets_no_text_of_it(store, clock, receiver):
    """What was laid while it was down lies on another desk by now: it is told so, and no more."""
    elsewhere = parcel_of(store, lay(store, clock(), desk="care", subject="Bestelling"), clock(), LAID)

    webhook(receiver.url).send(elsewhere)

    body = receiver.received[0].verified()
    assert body["data"]["ticket"]["desk"] == "care"
    assert not {"text", "subject", "name", "email", "fields"} & body["data"]["inquiry"].keys()
    assert "text" not in body["data"]["decision"]["translation"]


def test_without_texts_a_body_stays_below_the_standards_20_kb(store, clock, receiver):
    ticket = lay(store, clock(), text="€" * 20_000)

    webhook(receiver.url, texts=False).send(parcel_of(store, ticket, clock()))

    assert len(receiver.received[0].body) < 20_000


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202ereversed", "\U0001f600", '"}{'])
def test_whatever_the_customer_wrote_arrives_as_it_was_written(store, clock, receiver, text):
    webhook(receiver.url).send(parcel_of(store, lay(store, clock(), text=text), clock()))

    assert receiver.received[0].verified()["data"]["inquiry"]["text"] == text


def test_a_change_is_told(store, clock, receiver):
    details = {"from": ["a", "orders"], "to": ["b", "care"], "by": "user:anna"}

    webhook(receiver.url).send(parcel_of(store, lay(store, clock()), clock(), MOVED, details))

    body = receiver.received[0].verified()
    assert (body["type"], body["data"]["change"]) == ("ticket.moved", details)


def test_each_attempt_is_signed_anew_under_the_same_id(store, clock, receiver):
    lay(store, clock())
    receiver.answer = lambda _: (500, {}, b"")
    dispatcher = dispatcher_of(store, clock, hook=webhook(receiver.url))
    for _ in range(3):
        run(dispatcher)
        clock.forward(minutes=6)

    assert len(receiver.received) == 3
    assert len(set(receiver.ids)) == 1
    assert all(one.verified() for one in receiver.received)
    assert all(abs(int(one.headers["webhook-timestamp"]) - time.time()) < 120 for one in receiver.received)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda _: (500, {}, b""), Problem.SERVER_ERROR),
        (lambda _: (429, {"Retry-After": "60"}, b""), Problem.RATE_LIMITED),
        (lambda _: (302, {"Location": "http://127.0.0.1/"}, b""), Problem.REFUSED),
        (lambda _: (401, {}, b""), Problem.CREDENTIALS),
        (lambda _: None, Problem.UNREACHABLE),
    ],
    ids=["500", "429", "redirect", "401", "hangs up"],
)
def test_a_receiver_in_trouble_gets_it_later(store, clock, receiver, answer, problem):
    ticket = lay(store, clock())
    receiver.answer = answer
    dispatcher = dispatcher_of(store, clock, hook=webhook(receiver.url))
    run(dispatcher)
    (waiting,) = store.deliveries.of_ticket(ticket.id)

    receiver.answer = lambda _: (204, {}, b"")
    clock.forward(minutes=5)
    run(dispatcher)

    assert (waiting.status, waiting.problem) == ("waiting", problem)
    assert len(set(receiver.ids)) == 1
    assert store.deliveries.of_ticket(ticket.id)[0].status == "delivered"


def test_a_receiver_with_a_wrong_certificate_gets_nothing_until_it_has_a_right_one(
    store, clock, start_receiver, ca_file
):
    ticket = lay(store, clock())
    wrong, right = start_receiver("other.example.com"), start_receiver("127.0.0.1")

    run(dispatcher_of(store, clock, hook=webhook(wrong.url, ca_file=ca_file)))
    (waiting,) = store.deliveries.of_ticket(ticket.id)
    clock.forward(seconds=5)
    run(dispatcher_of(store, clock, hook=webhook(right.url, ca_file=ca_file)))

    assert (waiting.problem, wrong.received) == (Problem.CERTIFICATE, [])
    assert right.ids == [waiting.id]


def test_a_receiver_that_says_gone_is_asked_no_more(store, clock, receiver):
    lay(store, clock()), lay(store, clock())
    receiver.answer = lambda _: (410, {}, b"")
    dispatcher = dispatcher_of(store, clock, concurrency=1, hook=webhook(receiver.url))
    run(dispatcher)
    clock.forward(days=4)
    run(dispatcher)

    assert len(receiver.received) == 1
    assert store.deliveries.disabled()["hook"][1] == Problem.GONE
    assert store.deliveries.counts() == {("hook", "waiting"): 2}


def test_a_slow_receiver_is_not_waited_for(parcel, start_receiver):
    enough = threading.Event()
    receiver = start_receiver(answer=lambda _: enough.wait() and None)

    outcome = impatient(receiver.url).send(parcel)
    enough.set()

    assert outcome == Outcome(Problem.TIMEOUT)


def test_a_private_receiver_needs_leave(parcel, receiver):
    refused = webhook(receiver.url.replace("http:", "https:"), allow_private=False)

    assert refused.send(parcel) == Outcome(Problem.PRIVATE_ADDRESS)
    assert receiver.received == []
