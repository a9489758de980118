"""Suspected labels: shown to those whose desk it is, while the label stands, and settled by a second look."""

import json
from datetime import timedelta

import pytest

from model.classifier import InquiryClassifier
from service import desk_work
from service.access import Actor
from service.submission import Correction

ORDERS = ["where is my order", "my parcel has not come", "when does my lamp come", "order 4711 is late", "tracking"]
JUNK = ["cheap followers", "first place on every search", "you have won", "cheap loans", "money from home"]
BOB = Actor("user:bob", frozenset({"desk"}), None)
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: the labels' own tests try both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def data_dir(tmp_path):
    """An own registry: these tests lay reports into it."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def pipeline():
    """None: this page decides nothing."""


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(ORDERS + JUNK, ["order_status"] * 5 + ["spam"] * 5)


@pytest.fixture
def add(loket, classifier, now):
    """Lay a version into the registry, so many hours after another."""

    def make(hours=0):
        at = now + timedelta(hours=hours)
        return loket.registry.add(classifier, name="small", data=[], metrics={}, card=lambda manifest: "", at=at)

    return make


@pytest.fixture
def version(add):
    return add()


@pytest.fixture
def suspect(loket, version, store):
    """Report the newest labels of these tickets, each with its quality."""

    def report(*pairs, proposed="order_status"):
        rows = []
        for ticket, quality in pairs:
            label = store.labels.of_ticket(ticket.id)[-1]
            facts = {"number": label.number, "inquiry": ticket.inquiry_id, "given": label.category}
            rows.append(facts | {"proposed": proposed, "quality": quality})
        loket.registry.add_report(version, "suspects.json", json.dumps(rows).encode())

    return report


@pytest.fixture
def corrected(lay, store, loket, now):
    """A ticket that Bob gave another category of the same desk."""

    def make(category="order_change", **laid):
        ticket = lay(**laid)
        return desk_work.correct(store, loket.settings, now, BOB, ticket.id, Correction(category=category))

    return make


@pytest.fixture
def press(tree):
    """Open the page and send a form of a ticket; what is given is typed, or tampered with."""

    def read(client, ticket, what, **typed):
        found = tree(client.get("/suspects")).find("form", action=f"/suspects/{ticket.id}/{what}")
        carried = {one["name"]: one["value"] for one in found.find_all("input", type="hidden")}
        return client.post(f"/suspects/{ticket.id}/{what}", data=carried | typed)

    return read


@pytest.fixture
def shown(tree):
    """The inquiries that the page shows, by their links."""
    return lambda client, path="/suspects": [
        link["href"].removeprefix("/tickets/") for link in tree(client.get(path)).select("article h2 a")
    ]


def labels(store, ticket):
    return [(one.category, one.source, one.by) for one in store.labels.of_ticket(ticket.id)]


def told(page):
    return page.find(attrs={"role": ["status", "alert"]}).text


def test_a_suspect_is_shown_with_who_said_what_and_what_the_model_would_say(person, tree, corrected, suspect):
    ticket = corrected(text=f"Waar is hij? {EVIL}")
    suspect((ticket, 0.029))

    answer = person("anna", "orders").get("/suspects")

    article = tree(answer).article
    said = [" ".join(one.stripped_strings) for one in article.find(class_="said").find_all("li")]
    assert article.find(class_="text").text == f"Waar is hij? {EVIL}"
    assert EVIL not in answer.text
    assert said[0].startswith("bob corrected it to order_change")
    assert said[1] == "The model would say order_status and gives order_change 2 %"
    assert [one.text for one in article("button")] == ["It is right", "It is order_status"]


def test_the_worst_is_first_and_other_desks_are_not_shown(person, shown, corrected, suspect):
    doubted, worst, elsewhere = corrected(), corrected(), corrected("billing_invoice")
    suspect((doubted, 0.3), (worst, 0.1), (elsewhere, 0.01))

    assert shown(person("anna", "orders")) == [worst.id, doubted.id]
    assert shown(person("carl", "finance")) == [elsewhere.id]


def test_a_label_that_was_replaced_since_is_not_shown(person, shown, corrected, suspect, store, loket, now):
    ticket = corrected()
    suspect((ticket, 0.1))
    desk_work.correct(
        store, loket.settings, now, BOB, ticket.id, Correction(category="order_status"), seen=ticket.version
    )

    assert shown(person("anna", "orders")) == []


def test_twenty_five_are_a_page(person, tree, shown, corrected, suspect):
    tickets = [corrected() for _ in range(27)]
    suspect(*((ticket, place / 100) for place, ticket in enumerate(tickets)))
    client = person("anna", "orders")

    following = tree(client.get("/suspects")).find("a", rel="next")["href"]

    assert shown(client) == [ticket.id for ticket in tickets[:25]]
    assert shown(client, following) == [ticket.id for ticket in tickets[25:]]
    assert tree(client.get(following)).find("a", rel="next") is None


def test_what_a_second_person_finds_right_is_confirmed_and_leaves_the_list(
    person, press, tree, shown, corrected, suspect, store
):
    client, ticket = person("anna", "orders"), corrected()
    suspect((ticket, 0.1))

    answer = press(client, ticket, "confirm")

    assert (answer.status_code, told(tree(client.get(answer.location)))) == (303, "The label is confirmed.")
    assert labels(store, ticket) == [
        ("order_change", "correction", "user:bob"),
        ("order_change", "confirmation", "user:anna"),
    ]
    assert shown(client) == []


def test_a_confirmed_label_is_confirmed_by_a_second_person_too(person, press, lay, suspect, store, now):
    client, ticket = person("anna", "orders"), lay()
    desk_work.confirm(store, now, BOB, ticket.id)
    suspect((ticket, 0.1), proposed="order_change")

    press(client, ticket, "confirm")

    assert labels(store, ticket)[1:] == [("order_status", "confirmation", "user:anna")]


def test_whoever_gave_a_label_is_not_asked_whether_it_is_right(person, tree, corrected, suspect):
    suspect((corrected(), 0.1))

    article = tree(person("bob", "orders").get("/suspects")).article

    assert [one.text for one in article("button")] == ["It is order_status"]
    assert "another person can say that it is right" in article.text


def test_what_is_wrong_becomes_what_the_model_says(person, press, tree, corrected, suspect, store):
    client, ticket = person("anna", "orders"), corrected()
    suspect((ticket, 0.1))

    answer = press(client, ticket, "correct", category="order_status")

    assert (answer.status_code, told(tree(client.get(answer.location)))) == (303, "The label is corrected.")
    assert labels(store, ticket)[-1] == ("order_status", "correction", "user:anna")


@pytest.mark.parametrize(("what", "status"), [({"version": "1"}, 409), ({"category": "lost"}, 422)])
def test_what_cannot_be_done_is_told_and_changes_nothing(
    person, press, tree, corrected, suspect, store, what, status
):
    client, ticket = person("anna", "orders"), corrected()
    suspect((ticket, 0.1))

    answer = press(client, ticket, "correct", **({"category": "order_status"} | what))

    assert (answer.status_code, tree(answer).find(role="alert") is not None) == (status, True)
    assert store.tickets.get(ticket.id) == ticket


def test_a_ticket_of_another_desk_is_not_found(person, tree, corrected, suspect, store):
    ticket, other = corrected("billing_invoice"), corrected()
    suspect((other, 0.1))
    client = person("anna", "orders")
    token = tree(client.get("/suspects")).find("input", attrs={"name": "token"})["value"]

    answer = client.post(f"/suspects/{ticket.id}/confirm", data={"token": token, "version": ticket.version})

    assert (answer.status_code, store.tickets.get(ticket.id)) == (404, ticket)


def test_it_needs_the_right_to_a_desk(person, client, tree, corrected, suspect):
    suspect((corrected(), 0.1))
    olga = person("olga", role="scientist")

    assert olga.get("/suspects").status_code == 403
    assert "/suspects" not in [link["href"] for link in tree(olga.get("/golden")).select("nav a")]
    assert client.get("/suspects").location == "/sign-in?next=/suspects"


def test_the_newest_version_with_a_report_counts(person, shown, corrected, suspect, add):
    ticket = corrected()
    suspect((ticket, 0.1))
    add(1)

    assert shown(person("anna", "orders")) == [ticket.id]


DAMAGED = {
    "no JSON": b"\xff[",
    "no list": b"7",
    "no suspects": b'[{"number": "x"}]',
    "no quality": b'[{"number": 1, "inquiry": "x", "given": "a", "proposed": "b", "quality": NaN}]',
    "no inquiry": b'[{"number": 1, "inquiry": "\\u0000", "given": "a", "proposed": "b", "quality": 0}]',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_report_shows_nothing(person, tree, loket, version, corrected, content):
    corrected()
    loket.registry.add_report(version, "suspects.json", content)

    answer = person("anna", "orders").get("/suspects")
    assert (answer.status_code, tree(answer).find(class_="empty") is not None) == (200, True)


@pytest.mark.parametrize("after", ["x", "-1", "99999999999", "7"])
def test_a_page_that_is_not_there_is_empty_or_the_first(person, corrected, suspect, after):
    suspect((corrected(), 0.1))

    assert person("anna", "orders").get(f"/suspects?after={after}").status_code == 200
