"""POST /api/v1/inquiries with Prefer: wait answers the decision when it comes in time."""

import threading

import pytest

from service.app import create_app

URL = "/api/v1/inquiries"
ASKED = {"text": "Where is my order? It should have been delivered on Monday, the tracking has not moved."}


def test_a_key_gets_the_decision(client, store, key, working):
    header = key("submit") | {"Prefer": "wait=10"}
    answer = client.post(URL, json=ASKED, headers=header)

    stored = store.inquiries.get(answer.json["id"])
    assert answer.status_code == 201
    assert answer.json == {
        "id": stored.id,
        "status": "decided",
        "receipt": stored.receipt,
        "decision": stored.decision,
    }
    assert (stored.decision["category"], stored.decision["desk"]) == ("order_status", "orders")


def test_a_visitor_gets_only_the_public_name_of_the_desk(client, store, working):
    answer = client.post(URL, json=ASKED, headers={"Prefer": "wait=10"})

    stored = store.inquiries.get(answer.json["id"])
    assert answer.status_code == 201
    assert answer.json == {"id": stored.id, "status": "decided", "receipt": stored.receipt, "desk": "Orders"}


@pytest.mark.parametrize("prefer", ["respond-async, wait=10", 'wait="10"', "wait = 10; x=y", "wait=999999"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_way_of_writing_the_preference_is_understood(client, working, prefer):
    assert client.post(URL, json=ASKED, headers={"Prefer": prefer}).status_code == 201


@pytest.mark.parametrize(
    "prefer", ["", "wait", "wait=", "wait=soon", "wait=-1", "wait=0", "await=10", "return=minimal"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_preference_to_wait_is_not_waited_for(client, prefer):
    answer = client.post(URL, json=ASKED, headers={"Prefer": prefer})

    assert (answer.status_code, answer.json["status"]) == (202, "received")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_decided_in_time_is_received(client, store):
    answer = client.post(URL, json=ASKED, headers={"Prefer": "wait=1"})

    stored = store.inquiries.get(answer.json["id"])
    assert answer.status_code == 202
    assert answer.json == {"id": stored.id, "status": "received", "receipt": stored.receipt}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_decided_before_is_answered_when_it_is_sent_again(client, decide_all):
    header = {"Idempotency-Key": "once", "Prefer": "wait=0"}
    first = client.post(URL, json=ASKED, headers=header).json
    decide_all()

    again = client.post(URL, json=ASKED, headers=header | {"Prefer": "wait=5"})
    assert (again.status_code, again.json) == (201, first | {"status": "decided", "desk": "Orders"})


def test_those_who_wait_take_at_most_half_of_the_threads(loket, decide_all, wait_until):
    app, answers = create_app(loket, threads=4), []

    def post():
        answers.append(app.test_client().post(URL, json=ASKED, headers={"Prefer": "wait=10"}).status_code)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) >= 2, 8)  # before those who wait are answered
    assert answers == [202, 202]

    decide_all()
    for thread in threads:
        thread.join()
    assert answers == [202, 202, 201, 201]
