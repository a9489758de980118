"""What every page carries, and how failures look: a page for people, problem details for programs."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest

from service.app import create_app
from service.storage.engine import make_engine, writing
from service.storage.store import Store

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PROGRAM = {"Accept": "application/json"}
FAILURES = {
    "no such page": ("GET", "/nowhere", b"", HTTPStatus.NOT_FOUND),
    "no such file": ("GET", "/static/nothing.css", b"", HTTPStatus.NOT_FOUND),
    "another method": ("DELETE", "/form", b"", HTTPStatus.METHOD_NOT_ALLOWED),
    "too large an inquiry": ("POST", "/form", b"text=" + b"x" * 1_048_576, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    "too large a name": ("POST", "/sign-in", b"name=" + b"x" * 1_048_576, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
}
FORM = "application/x-www-form-urlencoded"
KNOWN = {
    "desk": "orders",
    "receipt": "LK-7Q4M-9XKD",
    "filename": "loket.css",
    "version": "20260302-093000-4f2a91",
} | {"token": "nothing"}


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: no failure of these is the database's."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.mark.parametrize(("method", "path", "body", "status"), FAILURES.values(), ids=FAILURES)
def test_a_person_gets_a_page(client, tree, method, path, body, status):
    answer = client.open(path, method=method, data=body, content_type=FORM, headers=PERSON)

    page = tree(answer)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        status,
        "text/html",
        "no-store",
    )
    assert (page.h1.text, page.find("main").a["href"]) == (status.phrase, "/")
    assert len(page.find(class_="lead").text) > 10


@pytest.mark.parametrize(("method", "path", "body", "status"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("headers", [PROGRAM, {"Accept": "*/*"}, {}], ids=["JSON", "anything", "nothing said"])
def test_a_program_gets_problem_details(client, method, path, body, status, headers):
    answer = client.open(path, method=method, data=body, content_type=FORM, headers=headers)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (answer.json["status"], answer.json["type"]) == (status, "about:blank")


def test_the_api_answers_problem_details_even_in_a_browser(client):
    answer = client.get("/api/v1/nowhere", headers=PERSON)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_form_posted_to_the_api_by_a_browser_gets_a_page(client, tree):
    answer = client.post("/api/v1/inquiries", data={"text": " "}, headers=PERSON)

    assert (answer.status_code, tree(answer).find(class_="lead").text) == (422, "Text: is empty")


def test_a_wrong_method_is_told_which_are_right(client):
    answer = client.delete("/form", headers=PERSON)

    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_an_address_is_not_repeated_as_markup(client, tree):
    page = tree(client.get("/<script>alert(1)</script>?<script>", headers=PERSON))

    assert page.find("script") is None


def test_a_locked_database_is_a_page_that_says_when_to_try_again(loket, person, database_url):
    person("anna", "orders")
    impatient = Store(make_engine(database_url, busy_seconds=0.01))
    client = create_app(replace(loket, store=impatient)).test_client()

    with writing(loket.store.engine):
        answer = client.post("/sign-in", data={"name": "anna", "password": "wrong"}, headers=PERSON)

    assert (answer.status_code, answer.mimetype, int(answer.headers["Retry-After"]) > 0) == (503, "text/html", True)
    impatient.close()


def test_every_page_keeps_foreign_scripts_and_frames_and_other_sites_out(app, person, lay):
    ticket = lay("orders")
    client = person("anna", "orders")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    for path in _addresses(app, ticket):
        for headers in (PERSON, PROGRAM):
            answer = client.get(path, headers=headers, buffered=True)
            policy = dict(
                part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
            )
            assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", path
            assert policy["form-action"] == policy["script-src"] == "'self'", path
            assert {name: answer.headers[name] for name in wanted} == wanted, path


def _addresses(app, ticket):
    """Every address that can be opened, so that a new page is looked at too."""
    known = KNOWN | {"ticket_id": ticket.id, "inquiry_id": ticket.inquiry_id}
    addresses = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    found = [addresses.build(rule.endpoint, {name: known[name] for name in rule.arguments}) for rule in rules]
    assert {"/", "/form", "/desks", f"/tickets/{ticket.id}", "/docs", "/sign-in"} <= set(found)
    return [*found, "/nowhere"]


def test_every_page_is_free_of_inline_script_and_inline_style(app, person, lay, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    for path in _addresses(app, ticket):
        page = tree(client.get(path, headers=PERSON, buffered=True))
        scripts = [one for one in page("script") if one.text or not one["src"].startswith("/static/")]
        own = scripts, page("style"), page(style=True)
        handlers = [name for one in page.find_all(True) for name in one.attrs if name.startswith("on")]
        assert (own, handlers) == (([], [], []), []), path


@pytest.mark.parametrize("path", ["/desks", "/desks/orders", "/tickets/{}", "/desks/finance", "/tickets/nothing"])
def test_pages_with_personal_data_are_kept_by_no_cache(person, lay, path):
    client, ticket = person("anna", "orders"), lay("orders")

    assert client.get(path.format(ticket.id), headers=PERSON).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("button", ["confirm", "correct", "close"])
def test_what_a_ticket_answers_is_kept_by_no_cache(person, lay, press, button):
    answer = press(person("anna", "orders"), lay("orders"), button)

    assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_is_kept_by_no_cache(client):
    answers = [client.get("/form"), client.post("/form", data={"text": "", "name": "Anna"})]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store", "no-store"]


def test_a_problem_holds_nothing_of_what_was_typed(client):
    answer = client.post("/sign-in", data={"name": "anna", "password": "secret" * 200_000}, headers=PROGRAM)

    assert "secret" not in json.dumps(answer.json)
