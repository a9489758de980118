"""POST /api/v1/classify: the decision that an inquiry would get, and nothing stored."""

import json

import pytest

URL = "/api/v1/classify"
ORDER = "Where is my order? It should have been delivered on Monday, the tracking has not moved."
DUTCH = "Waar blijft mijn bestelling? Het pakket had maandag bezorgd moeten worden."

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ask(client, key):
    header = key("classify")
    return lambda **question: client.post(URL, json=question, headers=header)


def test_it_works(ask, store, trained_registry):
    answer = ask(text=ORDER)

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = ("category", "desk", "automatic", "reason", "model")
    assert tuple(answer.json[name] for name in told) == (
        "order_status", "orders", True, "category order_status", trained_registry.champion(),
    )  # fmt: skip
    assert store.inquiries.count_received() == 0


def test_it_is_the_decision_that_a_stored_inquiry_gets(ask, client, store, decide_all):
    question = {"text": DUTCH, "subject": "Bestelling 4711", "language": "nl"}
    stored = client.post("/api/v1/inquiries", json=question).json["id"]
    decide_all()

    assert ask(**question).json == store.inquiries.get(stored).decision


def test_what_nobody_could_translate_is_left_to_triage(ask):
    decision = ask(text=DUTCH).json

    assert decision["language"]["code"] == "nl"
    assert decision["translation"] == {"status": "unavailable", "cached": False, "reason": "no_provider"}
    assert (decision["desk"], decision["automatic"]) == ("triage", False)


def test_probabilities_are_ordered_and_never_more_than_one_together(ask):
    decision = ask(text=ORDER).json

    scored = [decision["confidence"], *(other["confidence"] for other in decision["alternatives"])]
    assert scored == sorted(scored, reverse=True)
    assert len(scored) == 5
    assert 0.6 <= scored[0] <= sum(scored) <= 1.001


def test_the_subject_counts(ask):
    about_jobs = ask(text="Please see the above.", subject="Application for the vacancy of lighting engineer").json

    assert about_jobs["category"] == "careers"
    assert about_jobs["intents"][0]["text"].startswith("Application for the vacancy")


def test_a_declared_language_decides_what_the_text_leaves_open(ask):
    assert ask(text="4711 ok", language="pt-BR").json["language"]["code"] == "pt"


@pytest.mark.parametrize(
    "text",
    ["&nbsp;", "\x1b[31m", "> only a quotation", "😀", ".", "a" * 1_000, "http://example.org"],
    ids=["entity", "escape", "quotation", "emoji", "dot", "one word", "address"],
)
def test_what_says_nothing_still_gets_a_decision(ask, text):
    answer = ask(text=text)

    assert answer.status_code == 200
    assert answer.json["category"]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "text"),
        ({"text": " "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "a\ud800"}, "text"),
        ({"text": "a\x00"}, "text"),
        ({"text": "Hello", "subject": "a\nb"}, "subject"),
        ({"text": "Hello", "language": "xx"}, "language"),
        ({"text": "Hello", "name": "Anna"}, "name"),
        ({"text": "Hello", "fields": {}}, "fields"),
    ],
    ids=["none", "blank", "long", "surrogate", "NUL", "lines", "language", "name", "fields"],
)
def test_a_wrong_value_is_a_422_that_names_its_field(ask, problem, question, field):
    assert problem(ask(**question)) == (422, [field])


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b"text=Hello", "application/x-www-form-urlencoded", 415),
        (b'{"text": "Hello"}', None, 415),
        (json.dumps({"text": "x" * 1_048_576}).encode(), "application/json", 413),
    ],
    ids=["JSON", "UTF-8", "form", "none", "large"],
)
def test_a_wrong_body_is_refused(client, key, problem, body, kind, status):
    answer = client.post(URL, data=body, content_type=kind, headers=key("classify"))
    assert problem(answer) == (status, [])
