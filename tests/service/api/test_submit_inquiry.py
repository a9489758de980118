"""POST /api/v1/inquiries: stored before it is answered, whole, and by whoever may."""

import re

import pytest

SENT = {
    "text": "Waar blijft mijn bestelling?\nنص عربي 👩‍👩‍👧 ﬁ é e\u0301",
    "subject": "Bestelling 4711",
    "name": "Anna",
    "email": "anna@example.org",
    "language": "nl-BE",
    "country": "be",
    "channel": "kiosk",
    "fields": {"order": "4711", "amount": 2, "price": 9.5, "gift": True, "coupon": None},
}


def test_it_works(client, store):
    answer = client.post("/api/v1/inquiries", json={"text": "Waar blijft mijn bestelling?"})

    assert (answer.status_code, answer.content_type) == (202, "application/json")
    assert answer.json.keys() == {"id", "status", "receipt"}
    assert answer.json["status"] == "received"
    stored = store.inquiries.get(answer.json["id"])
    assert (stored.text, stored.receipt) == ("Waar blijft mijn bestelling?", answer.json["receipt"])


def test_everything_sent_is_stored_as_sent(client, store):
    stored = store.inquiries.get(client.post("/api/v1/inquiries", json=SENT).json["id"])

    found = {name: getattr(stored, name) for name in SENT if name != "language"}
    assert found | {"language": stored.declared_language} == SENT | {"country": "BE"}


def test_what_was_left_empty_is_absent(client, store):
    empty = dict.fromkeys(("subject", "name", "email", "language", "country"), "")
    answer = client.post("/api/v1/inquiries", json={"text": "Hello"} | empty)

    stored = store.inquiries.get(answer.json["id"])
    found = (stored.subject, stored.name, stored.email, stored.declared_language, stored.country)
    assert found == (None, None, None, None, None)
    assert (stored.channel, stored.fields) == ("web", {})


@pytest.mark.parametrize("character", ["a", "é", "漢", "😀"])
def test_exactly_20000_characters_are_accepted_whatever_their_bytes(client, store, character):
    answer = client.post("/api/v1/inquiries", json={"text": character * 20_000})

    assert store.inquiries.get(answer.json["id"]).text == character * 20_000


def test_a_line_break_is_one_character_as_browsers_count_it(client, store):
    answer = client.post("/api/v1/inquiries", json={"text": "x\r\n" * 10_000})

    assert store.inquiries.get(answer.json["id"]).text == "x\n" * 10_000


@pytest.mark.parametrize(
    "most",
    [
        {"subject": "x" * 300, "name": "x" * 300, "email": "x" * 316 + "@b.c", "channel": "c" * 64},
        {"fields": {f"{i:0100}": "x" * 2_000 for i in range(50)}},
        {"language": "zh-Hant-TW"},
    ],
    ids=["lines", "fields", "language"],
)
def test_the_longest_of_everything_is_accepted(client, most):
    assert client.post("/api/v1/inquiries", json={"text": "Hello"} | most).status_code == 202


@pytest.mark.parametrize(
    "body", [b'{"text": "Hello"}', b' \n{"text":\t"Hello"}\r\n', rb'{"\u0074ext": "\u0048ello"}']
)
def test_every_way_of_writing_json_is_read(client, store, body):
    answer = client.post("/api/v1/inquiries", data=body, content_type="application/json; charset=utf-8")

    assert store.inquiries.get(answer.json["id"]).text == "Hello"


def test_a_receipt_has_no_letter_to_misread_and_is_each_inquirys_own(client):
    receipts = {client.post("/api/v1/inquiries", json={"text": "Hello"}).json["receipt"] for _ in range(20)}

    assert len(receipts) == 20
    assert all(re.fullmatch(r"LK(-[2-9A-HJKMNP-Z]{4}){2}", receipt) for receipt in receipts)


def test_it_is_stored_under_the_name_of_its_sender(client, store, key):
    anonymous = client.post("/api/v1/inquiries", json=SENT).json["id"]
    with_key = client.post("/api/v1/inquiries", json=SENT, headers=key("submit", name="shop")).json["id"]

    found = [
        (event.kind, event.actor, event.details) for event in store.journal(anonymous) + store.journal(with_key)
    ]
    assert found == [("received", "visitor", {"channel": "kiosk"}), ("received", "key:shop", {"channel": "kiosk"})]


@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("desk", "classify", "models"), 403)])
def test_a_key_without_the_right_stores_nothing(client, store, key, problem, scopes, status):
    header = key(*scopes) if scopes else {"Authorization": "Bearer loket_never_made"}

    assert problem(client.post("/api/v1/inquiries", json=SENT, headers=header)) == (status, [])
    assert store.inquiries.count_received() == 0
