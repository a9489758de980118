"""What stands around a ticket: who answers it until when, the customer, answered inquiries, deliveries."""

from datetime import UTC, datetime, timedelta

import pytest

from service.assembly import Loket
from service.pipeline.decision import Spoke, Translation
from service.settings import check
from service.storage.desk_tables import deliveries
from service.storage.engine import writing
from service.storage.outbox import Outbox
from service.storage.store import Store
from service.storage.tables import tickets
from service.translation_records import TranslationRecords

HOSTILE = "</p><script>alert(1)</script>\"'>{{ 7 * 7 }}"
TURNED = "invoice\u202efdp.exe\u2066"


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what a page shows does not depend on it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def show(person, tree):
    """The page of a ticket as an agent of these desks sees it."""
    return lambda ticket, *desks, **asked: tree(
        person("anna", *(desks or ("orders",))).get(f"/tickets/{ticket.id}", query_string=asked)
    )


@pytest.fixture
def change(store):
    """Make a ticket be what only routing makes it."""

    def act(ticket, **values):
        with writing(store.engine) as connection:
            connection.execute(tickets.update().where(tickets.c.id == ticket.id).values(values))

    return act


def words(element):
    return " ".join(element.get_text(" ").split())


def test_the_words_that_spoke_are_marked_where_they_stand_in_both_texts(lay, show):
    spoken = {
        "translation": Translation(status="translated", text="Where is my ORDER?", provider="deepl"),
        "explanation": (Spoke(term="bestelling", weight=1.0), Spoke(term="order", weight=0.5)),
    }

    page = show(lay("orders", text="Waar blijft mijn Bestélling?", decision=spoken))

    assert [[mark.text for mark in text("mark")] for text in page.select(".text")] == [["Bestélling"], ["ORDER"]]
    assert [text.text for text in page.select(".text")] == ["Waar blijft mijn Bestélling?", "Where is my ORDER?"]


def test_each_likely_category_has_a_key_and_says_where_it_leads(lay, show):
    buttons = show(lay("orders")).select("button[data-key]")

    keys = {button["data-key"]: words(button) for button in buttons}
    assert keys == {
        "c": "Confirm c", "e": "Close e", "a": "Take it a", "1": "1 billing_invoice 10 % · Finance",
    }  # fmt: skip
    assert all(button["aria-keyshortcuts"] == button["data-key"] for button in buttons)


def test_on_triage_the_category_itself_is_the_first_correction(lay, show):
    page = show(lay("triage"), "triage")

    assert [one["value"] for one in page.select(".choose button")] == ["order_status", "billing_invoice"]


def test_an_agent_takes_a_ticket_gives_it_away_and_releases_it(person, lay, press, store, tree):
    anna, ticket = person("anna", "orders"), lay("orders")
    person("bob", "orders")
    person("carol", "care")

    assert press(anna, ticket, "assign", to="me").location == f"/tickets/{ticket.id}?done=assigned"
    page = tree(anna.get(f"/tickets/{ticket.id}?done=assigned"))
    assert page.find(role="status").text == "The ticket is assigned."
    assert [one["value"] for one in page.select("select[name=to] option")] == ["user:bob"]
    press(anna, ticket, "assign", to="user:bob")
    assert store.tickets.get(ticket.id).assigned_to == "user:bob"
    press(anna, ticket, "assign", to="")
    assert store.tickets.get(ticket.id).assigned_to is None


def test_who_does_not_see_the_desk_is_given_nothing(person, lay, press, store, tree):
    anna, ticket = person("anna", "orders"), lay("orders")
    person("carol", "care")

    answer = press(anna, ticket, "assign", to="user:carol")

    assert (answer.status_code, store.tickets.get(ticket.id).assigned_to) == (422, None)
    assert "Nobody of that name" in tree(answer).find(role="alert").text


@pytest.mark.parametrize(
    ("due", "told"),
    [(timedelta(hours=-2, minutes=-5), "overdue for 2 hours"), (timedelta(hours=3, minutes=5), "due in 3 hours")],
)
def test_until_when_it_is_to_be_answered_is_said_in_words(lay, show, change, due, told):
    ticket = lay("orders")
    change(ticket, due_at=datetime.now(UTC) + due, priority="urgent")

    facts = words(show(ticket).find(class_="facts-line"))

    assert told in facts
    assert "urgent" in facts


def test_what_is_answered_is_not_overdue(lay, show, change, now):
    ticket = lay("orders")
    change(ticket, due_at=now, status="closed")

    assert "overdue" not in show(ticket).find(class_="facts-line").text


def test_who_sent_it_from_where_by_what(lay, show):
    ticket = lay("orders", name="Bob", email="bob@example.org", country="be", channel="shop")

    assert words(show(ticket).find(class_="known")) == "From Bob bob@example.org Country Belgium Channel shop"


def test_the_customers_other_inquiries_are_there_to_open_and_of_other_desks_only_counted(lay, show, store):
    other = lay("orders", email="Bob@example.org", text="My first question")
    hidden = lay("finance", email="bob@example.org", text="A secret", after_seconds=1)

    page = show(lay("orders", email="BOB@EXAMPLE.ORG", after_seconds=2))

    earlier = page.find(class_="earlier")
    assert [link["href"] for link in earlier("a")] == [f"/tickets/{other.id}"]
    assert "On other desks: 1" in words(earlier)
    assert "My first question" not in page.text
    assert hidden.id not in str(page)
    assert store.inquiries.get(hidden.inquiry_id).receipt not in page.text


def test_a_similar_answered_inquiry_is_there_to_read(person, lay, press, tree):
    client = person("anna", "orders")
    before = lay("orders", text="Waar blijft mijn bestelling van maandag?")
    press(client, before, "close")

    page = tree(client.get(f"/tickets/{lay('orders', after_seconds=1).id}"))

    (found,) = page.select(".answered li")
    assert (found.a["href"], found.p.text) == (f"/tickets/{before.id}", "Waar blijft mijn bestelling van maandag?")


def test_text_that_turns_its_line_round_is_straightened_where_there_is_one_line(lay, show):
    ticket = lay(
        "orders", subject=TURNED, name=TURNED, text=TURNED, fields={TURNED: TURNED}, email="a\u202eb@example.org"
    )

    page = show(ticket)

    assert [one.text for one in page.select("h1, .known bdi, .facts bdi")] == [
        "invoicefdp.exe", "invoicefdp.exe", "ab@example.org", "invoicefdp.exe", "invoicefdp.exe",
    ]  # fmt: skip
    assert page.find(class_="text").text == TURNED
    assert page.find(class_="text")["dir"] == "auto"


def test_what_others_sent_is_text_wherever_it_is_quoted(person, lay, press, tree):
    client = person("anna", "orders")
    before = lay("orders", text=f"Waar blijft mijn bestelling? {HOSTILE}", email="bob@example.org")
    press(client, before, "close")

    page = tree(client.get(f"/tickets/{lay('orders', after_seconds=1, email='bob@example.org').id}"))

    assert [one.get("src") for one in page("script")] == ["/static/ticket.js"]
    assert HOSTILE in page.select_one(".answered li p").text


class TestDelivered:
    """With a desk whose tickets are pushed."""

    @pytest.fixture
    def store(self, store):
        return Store(store.engine, Outbox({"orders": ("orders-shop",)}))

    @pytest.fixture
    def loket(self, configure, store, pipeline):
        found = configure()
        return Loket(check(found), found.registry(), store, TranslationRecords(store, 90.0), pipeline)

    @pytest.fixture
    def fail(self, store):
        def act(ticket):
            with writing(store.engine) as connection:
                values = {"status": "failed", "attempts": 10, "problem": "timeout"}
                connection.execute(deliveries.update().values(values))

        return act

    def test_the_deliveries_are_told_with_what_went_wrong(self, lay, show, fail):
        ticket = lay("orders")
        fail(ticket)

        assert words(show(ticket).select_one(".deliveries li")) == (
            "orders-shop laid failed attempts: 10 · timeout Send again"
        )

    def test_one_that_failed_is_sent_again(self, person, lay, store, tree, fail):
        client, ticket = person("anna", "orders"), lay("orders")
        fail(ticket)
        form = tree(client.get(f"/tickets/{ticket.id}")).select_one(".deliveries form")

        answer = client.post(form["action"], data={one["name"]: one["value"] for one in form("input")})

        (sent,) = store.deliveries.of_ticket(ticket.id)
        assert (answer.status_code, sent.status, sent.attempts) == (303, "waiting", 0)

    def test_a_delivery_of_another_ticket_is_not_sent_by_this_one(self, person, lay, store, form, fail):
        client, ticket, other = person("anna", "orders"), lay("orders"), lay("orders", after_seconds=1)
        fail(other)
        (delivery,) = store.deliveries.of_ticket(other.id)
        token = form(client, ticket, "close")["data"]["token"]

        path = f"/tickets/{ticket.id}/deliveries/{delivery.id}/again"
        assert client.post(path, data={"token": token}).status_code == 404
        assert store.deliveries.of_ticket(other.id)[0].status == "failed"


@pytest.mark.parametrize("language", ["nl", "de", "fr", "es"])
def test_the_page_is_in_the_agents_language(person, lay, tree, language):
    client, ticket = person("anna", "orders"), lay("orders")
    client.get(f"/tickets/{ticket.id}?lang=en")

    page = tree(client.get(f"/tickets/{ticket.id}?lang={language}"))

    confirm = {"nl": "Bevestigen c", "de": "Bestätigen c", "fr": "Confirmer c", "es": "Confirmar c"}
    dutch = {"nl": "Nederlands", "de": "Niederländisch", "fr": "néerlandais", "es": "neerlandés"}
    english = {"nl": "Engels", "de": "Englisch", "fr": "anglais", "es": "inglés"}
    assert (page.html["lang"], page.find("button", class_="main").text) == (language, confirm[language])
    assert [one.text for one in page.select(".views h2")] == [dutch[language], english[language]]
