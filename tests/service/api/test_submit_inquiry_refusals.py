"""POST /api/v1/inquiries refuses every bad input with problem details that name the field, and stores nothing."""

import json
from io import BytesIO

import pytest

URL = "/api/v1/inquiries"
MIB = 1_048_576

NOT_JSON = {
    "nothing": b"",
    "half": b'{"text": "Hello"',
    "words": b"Hello",
    "single quotes": b"{'text': 'Hello'}",
    "NaN": b'{"text": "Hello", "fields": {"amount": NaN}}',
    "infinity": b'{"text": "Hello", "fields": {"amount": -Infinity}}',
    "a number without end": b'{"text": "Hello", "fields": {"amount": ' + b"9" * 5_000 + b"}}",
    "not UTF-8": b'{"text": "\xff"}',
    "UTF-16": '{"text": "Hello"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "Hello"}',
    "a raw NUL": b'{"text": "a\x00b"}',
    "deep": b"[" * 100_000,
    "deep in a field": b'{"text": "Hello", "fields": {"a": ' + b'{"a":' * 100_000,
}
WITH_NAME = {
    "no text": ({}, "text"),
    "text is null": ({"text": None}, "text"),
    "text is a number": ({"text": 1}, "text"),
    "text is a list": ({"text": ["Hello"]}, "text"),
    "text is empty": ({"text": ""}, "text"),
    "text is blank": ({"text": " \t\r\n\u00a0\u3000"}, "text"),
    "text is of zero width": ({"text": "\u200b\u200c\u200d\u2060\ufeff"}, "text"),
    "text is drawn as nothing": ({"text": "\u3164\u2800\u034f\ufe0f"}, "text"),
    "text is only formatting": ({"text": "\u202e \u2066\u00ad"}, "text"),
    "text is too long": ({"text": "x" * 20_001}, "text"),
    "text with NUL": ({"text": "a\x00b"}, "text"),
    "text with a surrogate": ({"text": "a\ud800"}, "text"),
    "text with surrogates turned round": ({"text": "\ude00\ud83d"}, "text"),
    "subject of two lines": ({"subject": "Order\r\nBcc: bob@example.org"}, "subject"),
    "subject with a line separator": ({"subject": "a\u2028b"}, "subject"),
    "subject with NUL": ({"subject": "\x00"}, "subject"),
    "subject with a surrogate": ({"subject": "\udfff"}, "subject"),
    "subject is too long": ({"subject": "x" * 301}, "subject"),
    "subject is a number": ({"subject": 5}, "subject"),
    "name of two lines": ({"name": "Anna\nBob"}, "name"),
    "name with NUL": ({"name": "Anna\x00"}, "name"),
    "name with a surrogate": ({"name": "\ud800"}, "name"),
    "e-mail without a host": ({"email": "anna"}, "email"),
    "e-mail with a space": ({"email": "anna @example.org"}, "email"),
    "e-mail of two lines": ({"email": "anna@example.org\nBcc: bob@example.org"}, "email"),
    "e-mail that ends its line": ({"email": "anna@example.org\n"}, "email"),
    "e-mail with a surrogate": ({"email": "a\ud800@example.org"}, "email"),
    "e-mail is too long": ({"email": "x" * 320 + "@example.org"}, "email"),
    "unknown language": ({"language": "xx"}, "language"),
    "language in words": ({"language": "Dutch"}, "language"),
    "language with NUL": ({"language": "nl\x00"}, "language"),
    "language with a surrogate": ({"language": "\ud800"}, "language"),
    "language is too long": ({"language": "nl" + "-abcdefgh" * 4}, "language"),
    "country in words": ({"country": "Belgium"}, "country"),
    "country of digits": ({"country": "12"}, "country"),
    "country with a surrogate": ({"country": "\ud800\ud800"}, "country"),
    "channel is empty": ({"channel": ""}, "channel"),
    "channel in capitals": ({"channel": "WEB"}, "channel"),
    "channel with a surrogate": ({"channel": "w\ud800"}, "channel"),
    "channel is null": ({"channel": None}, "channel"),
    "unknown key": ({"txt": "Hello"}, "txt"),
    "unknown key that is ours inside": ({"status": "decided"}, "status"),
    "unknown key with a surrogate": ({"\ud800": "Hello"}, "body"),
    "fields is a list": ({"fields": ["a"]}, "fields"),
    "fields is null": ({"fields": None}, "fields"),
    "too many fields": ({"fields": {str(i): "x" for i in range(51)}}, "fields"),
}
IN_FIELDS = {
    "too large": ({"a": "x" * 2_001}, "fields.a"),
    "a table": ({"a": {"b": "c"}}, "fields.a"),
    "a list": ({"a": ["b"]}, "fields.a"),
    "NUL": ({"a": "\x00"}, "fields.a"),
    "a surrogate": ({"a": "\ud800"}, "fields.a"),
    "the second one": ({"a": 1, "b": []}, "fields.b"),
    "NUL in the name": ({"\x00": "a"}, "fields.\x00"),
    "a surrogate in the name": ({"\ud800": "a"}, "fields.\ufffd\ufffd\ufffd"),
    "a line break in the name": ({"a\nb": "a"}, "fields.a\nb"),
    "a name too long": ({"x" * 101: "a"}, "fields." + "x" * 101),
    "an empty name": ({"": "a"}, "fields."),
}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_a_400(client, store, problem, body):
    assert problem(client.post(URL, data=body, content_type="application/json")) == (400, [])
    assert store.inquiries.count_received() == 0


@pytest.mark.parametrize(("values", "field"), WITH_NAME.values(), ids=WITH_NAME)
def test_a_wrong_value_is_a_422_that_names_its_field(client, store, problem, values, field):
    whole = values if not values or "text" in values else {"text": "Hello"} | values
    assert problem(client.post(URL, json=whole)) == (422, [field])
    assert store.inquiries.count_received() == 0


@pytest.mark.parametrize("body", ["null", "[]", '"Hello"', "1", "true", '[{"text": "Hello"}]'])
def test_json_that_is_no_object_is_a_422_of_the_body(client, problem, body):
    assert problem(client.post(URL, data=body, content_type="application/json")) == (422, ["body"])


@pytest.mark.parametrize(("fields", "named"), IN_FIELDS.values(), ids=IN_FIELDS)
def test_a_wrong_field_of_the_form_is_a_422_that_names_it(client, store, problem, fields, named):
    assert problem(client.post(URL, json={"text": "Hello", "fields": fields})) == (422, [named])
    assert store.inquiries.count_received() == 0


def test_a_number_beyond_all_floats_is_a_422_that_names_its_field(client, problem):
    body = '{"text": "Hello", "fields": {"amount": 1e400}}'
    assert problem(client.post(URL, data=body, content_type="application/json")) == (422, ["fields.amount"])


def test_all_wrong_fields_are_named_at_once(client, problem):
    wrong = {"text": "", "subject": "a\nb", "email": "anna", "country": "XYZ"}
    assert problem(client.post(URL, json=wrong)) == (422, list(wrong))


@pytest.mark.parametrize("kind", [None, "text/plain", "application/xml", "application/jsonx", "nonsense"])
def test_another_content_type_is_a_415(client, problem, kind):
    assert problem(client.post(URL, data=b'{"text": "Hello"}', content_type=kind)) == (415, [])


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_over_one_mebibyte_is_a_413(client, problem, kind):
    assert problem(client.post(URL, data=b" " * (MIB + 1), content_type=kind)) == (413, [])


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_over_one_mebibyte_is_a_413_also_without_a_length(app, problem, kind):
    body = json.dumps({"text": "Hello"}).encode() if kind == "application/json" else b"text=Hello&x="
    assert problem(_chunked(app, body + b" " * MIB, kind)) == (413, [])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"text": "Hello"}', "application/json"),
        (b"text=Hello", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello\r\n--b--',
            "multipart/form-data; boundary=b",
        ),
    ],
    ids=["JSON", "form", "multipart"],
)
def test_a_body_without_a_length_is_read(app, store, body, kind):
    assert store.inquiries.get(_chunked(app, body, kind).json["id"]).text == "Hello"


def test_a_problem_never_repeats_what_was_sent(client):
    answer = client.post(URL, json={"text": "x" * 20_001, "email": "secret word", "subject": "secret\nword"})
    assert "secret" not in answer.get_data(as_text=True)


def _chunked(app, body, kind):
    """As gunicorn hands on a request with Transfer-Encoding: chunked."""
    chunked, ended = {"Transfer-Encoding": "chunked"}, {"wsgi.input_terminated": True}
    stream = BytesIO(body)
    return app.test_client().post(
        URL, input_stream=stream, content_type=kind, headers=chunked, environ_overrides=ended
    )
