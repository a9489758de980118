"""POST /api/v1/inquiries as an HTML form: from a website's own form, by a browser or by a program."""

from io import BytesIO

import pytest

URL = "/api/v1/inquiries"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KINDS = ["application/x-www-form-urlencoded", "multipart/form-data"]
SENT = {
    "text": "Où est ma commande ?",
    "subject": "Commande 4711",
    "name": "",
    "email": "anna@example.org",
    "language": "fr",
    "country": "FR",
    "channel": "shop",
    "order_number": "4711",
    "newsletter": "on",
}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_stored_with_inputs_that_we_do_not_know_as_fields(client, store, kind):
    answer = client.post(URL, data=SENT, content_type=kind)

    assert (answer.status_code, answer.json.keys()) == (202, {"id", "status", "receipt"})
    stored = store.inquiries.get(answer.json["id"])
    found = {name: getattr(stored, name) for name in ("text", "subject", "name", "email", "country", "channel")}
    assert found == {name: SENT[name] or None for name in found}
    assert stored.declared_language == "fr"
    assert stored.fields == {"order_number": "4711", "newsletter": "on"}


def test_a_form_and_json_that_say_the_same_are_the_same_inquiry(client):
    header = {"Idempotency-Key": "once"}
    as_form = client.post(URL, data={"text": "Hello", "order": "1"}, headers=header)
    as_json = client.post(URL, json={"text": "Hello", "fields": {"order": "1"}}, headers=header)

    assert as_form.json == as_json.json


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_is_sent_to_the_receipt(client, store, kind):
    answer = client.post(URL, data=SENT, content_type=kind, headers=BROWSER)

    [stored] = store.inquiries.all()
    assert answer.status_code == 303
    assert answer.location == f"/form/received/{stored.receipt}?lang=fr"
    assert stored.receipt in client.get(answer.location).get_data(as_text=True)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/json, text/html;q=0.9"])
def test_a_program_gets_json(client, accept):
    headers = {"Accept": accept} if accept else {}
    assert client.post(URL, data=SENT, headers=headers).content_type == "application/json"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "Hello", "subject": "a\nb"}, "subject"),
        ({"text": "Hello", "email": "anna"}, "email"),
        ({"text": "Hello", "language": "xx"}, "language"),
        ({"text": "Hello"} | {f"input{i}": "x" for i in range(51)}, "fields"),
        ({}, "text"),
    ],
    ids=["blank", "long", "NUL", "lines", "e-mail", "language", "many", "nothing"],
)
def test_a_wrong_input_is_named(client, store, problem, kind, wrong, field):
    assert problem(client.post(URL, data=wrong, content_type=kind)) == (422, [field])
    assert store.inquiries.count_received() == 0


def test_a_browser_gets_what_is_wrong_as_a_page(client):
    answer = client.post(URL, data={"text": "Hello", "email": "<b>"}, headers=BROWSER)

    assert (answer.status_code, answer.content_type) == (422, "text/html; charset=utf-8")
    assert "Email: is not an e-mail address" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"--b\r\n\r\n", b'--b\r\nContent-Disposition: form-data; name="text"']
)
def test_a_broken_multipart_body_is_refused(client, problem, body):
    status, _ = problem(client.post(URL, data=body, content_type="multipart/form-data; boundary=b"))
    assert status in {400, 422}


def test_more_parts_than_a_form_can_have_are_a_413(client, problem):
    many = {f"input{i}": "x" for i in range(2_000)} | {"text": "Hello"}
    assert problem(client.post(URL, data=many, content_type="multipart/form-data")) == (413, [])


def test_bytes_that_are_not_utf8_stay_as_they_were_encoded(client, store):
    answer = client.post(URL, data=b"text=caf%E9&subject=%FF", content_type=KINDS[0])

    stored = store.inquiries.get(answer.json["id"])
    assert (stored.text, stored.subject) == ("caf%E9", "%FF")


def test_an_attachment_does_not_keep_the_inquiry_out(client, store):
    attached = {"text": "Hello", "photo": (BytesIO(b"\x89PNG"), "lamp.png")}
    answer = client.post(URL, data=attached, content_type=KINDS[1])

    assert store.inquiries.get(answer.json["id"]).text == "Hello"


def test_all_ticked_boxes_of_one_name_are_kept(client, store):
    answer = client.post(URL, data="text=Hello&topic=lamps&topic=bulbs", content_type=KINDS[0])

    assert store.inquiries.get(answer.json["id"]).fields == {"topic": "lamps, bulbs"}


def test_an_input_that_is_called_fields_is_kept(client, store):
    answer = client.post(URL, data={"text": "Hello", "fields": "wheat"})

    assert store.inquiries.get(answer.json["id"]).fields == {"fields": "wheat"}
