"""POST /api/v1/inquiries with an Idempotency-Key stores an inquiry once, however often it is sent."""

import threading

import pytest

URL = "/api/v1/inquiries"
ONCE = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
SENT = {"text": "Waar blijft mijn bestelling?", "fields": {"a": "1", "b": "2"}}


def test_the_same_inquiry_again_is_the_one_that_is_stored(client, store):
    first, again = (client.post(URL, json=SENT, headers=ONCE) for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json == again.json
    assert store.inquiries.count_received() == 1
    assert [event.kind for event in store.journal(first.json["id"])] == ["received"]


def test_the_order_of_keys_does_not_make_it_another_inquiry(client):
    turned = {"fields": {"b": "2", "a": "1"}, "text": SENT["text"], "subject": "", "channel": "web"}
    first, again = (client.post(URL, json=sent, headers=ONCE) for sent in (SENT, turned))

    assert first.json == again.json


@pytest.mark.parametrize(
    "other",
    [{"text": "Waar blijft mijn geld?"}, {"subject": "4711"}, {"name": "Anna"}, {"fields": {"a": "1"}}],
    ids=["text", "subject", "name", "fields"],
)
def test_the_same_key_with_another_inquiry_is_a_422_that_names_it(client, store, problem, other):
    first = client.post(URL, json=SENT, headers=ONCE)

    assert problem(client.post(URL, json=SENT | other, headers=ONCE)) == (422, ["Idempotency-Key"])
    assert [stored.id for stored in store.inquiries.all()] == [first.json["id"]]
    assert store.inquiries.get(first.json["id"]).text == SENT["text"]


def test_two_keys_of_the_api_do_not_meet_in_it(client, store, key):
    for credential in ({}, key("submit"), key("submit")):
        assert client.post(URL, json=SENT, headers=ONCE | credential).status_code == 202

    assert store.inquiries.count_received() == 3


def test_a_visitor_at_another_address_does_not_meet_in_it(client, store):
    other = {"text": "Wo bleibt meine Bestellung?"}
    for sent, address in ((SENT, "192.0.2.1"), (other, "192.0.2.2"), (SENT, "192.0.2.1")):
        answer = client.post(URL, json=sent, headers=ONCE, environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == 202

    assert [stored.text for stored in store.inquiries.all()] == [SENT["text"], other["text"]]


def test_without_it_every_post_is_an_inquiry_of_its_own(client, store):
    first, again = (client.post(URL, json=SENT).json["id"] for _ in range(2))

    assert {stored.id for stored in store.inquiries.all()} == {first, again}


@pytest.mark.parametrize("key", ["", "k" * 256], ids=["empty", "long"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_that_cannot_be_one_is_refused(client, store, problem, key):
    answer = client.post(URL, json=SENT, headers={"Idempotency-Key": key})

    assert problem(answer) == (422, ["Idempotency-Key"])
    assert store.inquiries.count_received() == 0


@pytest.mark.parametrize("key", ["k" * 255, "schlüssel \xff", "'; DROP TABLE inquiries"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_any_other_text_is_a_key(client, key):
    header = {"Idempotency-Key": key}
    first, again = (client.post(URL, json=SENT, headers=header) for _ in range(2))

    assert (first.status_code, first.json) == (202, again.json)


def test_a_refused_inquiry_leaves_the_key_free(client):
    assert client.post(URL, json={"text": ""}, headers=ONCE).status_code == 422
    assert client.post(URL, json=SENT, headers=ONCE).status_code == 202


def test_duplicates_that_come_together_store_one(app, store):
    together, answers = threading.Barrier(8), []

    def post():
        together.wait()
        answers.append(app.test_client().post(URL, json=SENT, headers=ONCE))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [stored] = store.inquiries.all()
    assert [answer.status_code for answer in answers] == [202] * 8
    assert {answer.json["id"] for answer in answers} == {stored.id}
