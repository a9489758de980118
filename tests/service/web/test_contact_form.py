"""The contact form: what is sent is stored once, and what was typed is never lost."""

from dataclasses import replace

import pytest

from service.app import create_app
from service.storage.engine import make_engine, writing
from service.storage.store import Store
from service.submission import TEXT_MAX_CHARS

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these
TYPED = {
    "text": "Waar blijft mijn <b>lamp</b>?",
    "subject": "Lamp & kap",
    "name": "Anna",
    "email": "anna@example.org",
}


def values(page):
    typed = {
        one["name"]: one.get("value", "") for one in page.find("form").find_all("input", type=["text", "email"])
    }
    return typed | {"text": page.find("textarea").text.strip()}


def texts(store):
    return [inquiry.text for inquiry in store.inquiries.all()]


@pytest.fixture
def locked_client(loket, database_url):
    """A client of an application whose database another process is writing to, and which does not wait long."""
    impatient = Store(make_engine(database_url, busy_seconds=0.01))
    with writing(loket.store.engine):
        yield create_app(replace(loket, store=impatient)).test_client()
    impatient.close()


def test_an_inquiry_is_stored_and_the_receipt_shown(client, store, tree):
    answer = client.post("/form?lang=nl", data=TYPED | {"once": "a"})

    (stored,) = store.inquiries.all()
    assert (answer.status_code, answer.location) == (303, f"/form/received/{stored.receipt}?lang=nl")
    said = (stored.text, stored.subject, stored.name, stored.email, stored.declared_language, stored.channel)
    assert said == (*TYPED.values(), "nl", "web")
    assert tree(client.get(answer.location)).find(class_="receipt").text == stored.receipt


def test_only_the_question_is_needed(client, store):
    client.post("/form", data={"text": "Hallo?", "subject": "", "name": "", "email": "", "once": "a"})

    (stored,) = store.inquiries.all()
    assert (stored.text, stored.subject, stored.name, stored.email) == ("Hallo?", None, None, None)


@one_database
def test_a_visitor_needs_no_account_and_no_key_to_see_the_form(client, tree):
    page = tree(client.get("/form"))

    assert values(page) == dict.fromkeys(TYPED, "")
    assert len(page.find("input", attrs={"name": "once"})["value"]) > 20


@one_database
def test_a_receipt_that_cannot_be_one_is_not_repeated_on_the_page(client, tree):
    assert tree(client.get("/form/received/call-0900-123")).find(class_="receipt") is None


WRONG = {
    "no question": ("text", " \n", "Please write your question."),
    "too long a question": ("text", "x" * (TEXT_MAX_CHARS + 1), "This is too long."),
    "too long a subject": ("subject", "x" * 301, "This is too long."),
    "two lines of subject": ("subject", "one\u2028two", "Please write this on one line."),
    "two lines of name": ("name", "Anna\u2029Bob", "Please write this on one line."),
    "no e-mail address": ("email", "anna at example", "Please check your e-mail address."),
}


@one_database
@pytest.mark.parametrize(("field", "wrong", "problem"), WRONG.values(), ids=WRONG)
def test_wrong_input_comes_back_with_the_problem_beside_its_field(client, store, tree, field, wrong, problem):
    typed = TYPED | {field: wrong}

    answer = client.post("/form", data=typed | {"once": "a"})

    page = tree(answer)
    invalid = page.find(attrs={"aria-invalid": "true"})
    assert (answer.status_code, values(page)) == (422, typed | {"text": typed["text"].strip()})
    assert (invalid["name"], page.find(id=invalid["aria-describedby"]).text) == (field, problem)
    assert texts(store) == []


@one_database
def test_all_problems_are_told_at_once_in_the_visitors_language(client, tree):
    page = tree(client.post("/form?lang=de", data={"text": "", "email": "anna"}))

    told = [problem.text for problem in page.find_all(class_="problem")]
    assert told == ["Bitte schreiben Sie Ihre Frage.", "Bitte prüfen Sie Ihre E-Mail-Adresse."]


def test_a_corrected_form_is_accepted(client, store, tree):
    refused = tree(client.post("/form", data={"text": "", "name": "Anna", "once": "a"}))
    once = refused.find("input", attrs={"name": "once"})["value"]

    answer = client.post("/form", data=values(refused) | {"text": "Hello?", "once": once})

    assert (answer.status_code, texts(store)) == (303, ["Hello?"])


def test_a_text_as_long_as_the_page_allows_is_accepted_with_its_line_breaks(client, store):
    answer = client.post("/form", data={"text": "hello\r\n" * (TEXT_MAX_CHARS // 6), "once": "a"})

    assert (answer.status_code, len(texts(store))) == (303, 1)


def test_a_double_click_stores_one_inquiry_and_shows_one_receipt(client, store):
    once = TYPED | {"once": "a"}

    first, second = client.post("/form", data=once), client.post("/form", data=once)

    assert (second.status_code, second.location) == (303, first.location)
    assert len(texts(store)) == 1


def test_a_form_sent_again_with_another_text_is_asked_about_and_then_stored(client, store, tree):
    client.post("/form", data={"text": "First", "once": "a"})
    again = client.post("/form", data={"text": "Second", "once": "a"})

    page = tree(again)
    assert (again.status_code, values(page)["text"], texts(store)) == (422, "Second", ["First"])
    once = page.find("input", attrs={"name": "once"})["value"]
    assert client.post("/form", data={"text": "Second", "once": once}).status_code == 303
    assert texts(store) == ["First", "Second"]


@one_database
def test_a_locked_database_gives_back_what_was_typed(locked_client, tree):
    answer = locked_client.post("/form", data=TYPED | {"once": "a"})

    page = tree(answer)
    assert (answer.status_code, values(page)) == (503, TYPED)
    told = page.find(attrs={"role": "alert"}).text
    assert told == "It could not be stored. Please send it again in a moment."


@one_database
def test_a_locked_database_says_when_to_try_again(locked_client):
    assert int(locked_client.post("/form", data=TYPED).headers["Retry-After"]) > 0
