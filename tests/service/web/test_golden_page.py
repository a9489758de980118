"""Golden inquiries on the pages: a button on the ticket, a list with a button to remove each."""

import pytest

from model.classifier import InquiryClassifier
from model.registry import Registry
from service import desk_work
from service.access import Actor
from service.learning.receipt import Receipts
from service.pipeline.decision import SimilarInquiry
from service.submission import Correction


@pytest.fixture
def keep(press):
    """Press the ticket's button."""
    return lambda client, ticket: press(client, ticket, "golden")


@pytest.fixture
def learned(app, store, loket, tmp_path, now):
    """Promote a model that looked at labels up to a number, in an own registry; answers its version."""
    registry = Registry(tmp_path / "registry", b"k" * 32)
    app.extensions["receipts"] = Receipts(store, registry)

    def make(until):
        texts = ["where is my parcel", "the parcel is lost", "a bad service", "never again"]
        classifier = InquiryClassifier().fit(texts, ["order_status"] * 2 + ["complaint"] * 2)
        version = registry.add(
            classifier, name="m", data=[], metrics={}, card=lambda manifest: "", at=now, labels_until=until
        )
        registry.promote(version, loket.settings.categories)
        return version

    return make


def told(page):
    return page.find(attrs={"role": ["status", "alert"]}).text


def test_a_tickets_button_keeps_its_inquiry_for_the_desk(person, lay, keep, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = keep(client, ticket)

    page = tree(client.get(answer.location))
    [kept] = store.golden_inquiries.all()
    assert (kept.desk, kept.text, kept.language, kept.by) == (
        "orders", "Waar blijft mijn bestelling?", "nl", "user:anna",
    )  # fmt: skip
    assert (answer.status_code, told(page)) == (303, "The golden inquiry is added.")
    assert (page.find("h2").text, page.find(class_="text").text) == ("Orders", "Waar blijft mijn bestelling?")
    again = tree(client.get(f"/tickets/{ticket.id}"))
    assert "it must always come here" in again.find(class_="golden").text
    assert again.find(class_="golden").find("button") is None
    assert "anna said that it must always come to Orders" in again.find(class_="journal").text


def test_what_is_removed_is_gone(person, lay, keep, store, tree):
    client = person("anna", "orders")
    page = tree(client.get(keep(client, lay("orders")).location))
    form = page.select_one(".kept form")
    carried = {one["name"]: one["value"] for one in form("input")}

    answer = client.post(form["action"], data=carried)

    assert store.golden_inquiries.all() == []
    assert told(tree(client.get(answer.location))) == "The golden inquiry is removed."


def test_another_desk_sees_and_removes_none(person, lay, keep, store, tree):
    anna, bob = person("anna", "orders"), person("bob", "hr")
    keep(anna, lay("orders"))
    [kept] = store.golden_inquiries.all()
    token = tree(anna.get("/golden")).find("input", attrs={"name": "token"})["value"]

    page = tree(bob.get("/golden"))

    assert page.find(class_="empty").text == "There are none yet."
    assert bob.post(f"/golden/{kept.id}/remove", data={"token": token}).status_code == 403
    own = tree(bob.get(f"/tickets/{lay('hr', after_seconds=1).id}")).find("input", attrs={"name": "token"})["value"]
    assert bob.post(f"/golden/{kept.id}/remove", data={"token": own}).status_code == 404
    assert store.golden_inquiries.all() == [kept]


def test_a_scientist_sees_which_desks_have_some_and_no_text(person, lay, keep, store, tree):
    keep(person("anna", "orders"), lay("orders"))
    [kept] = store.golden_inquiries.all()

    answer = person("dora", role="scientist").get("/golden")

    assert [cell.text for cell in tree(answer)("td")] == ["Orders", kept.id]
    assert (kept.text in answer.text, tree(answer).select_one(".kept")) == (False, None)


def test_a_ticket_that_was_changed_meanwhile_is_not_kept_for_the_wrong_desk(person, lay, form, store, press):
    client, ticket = person("anna", "orders", "finance"), lay("orders")
    opened = form(client, ticket, "golden")
    press(client, ticket, "correct", category="billing_invoice")

    assert client.post(**opened).status_code == 409
    assert store.golden_inquiries.all() == []


def corrected(store, loket, ticket, at):
    anna = Actor("user:anna", frozenset({"desk"}), None)
    desk_work.correct(store, loket.settings, at, anna, ticket.id, Correction(category="complaint"))


def test_a_corrected_ticket_says_what_became_of_the_correction(person, lay, store, loket, now, tree):
    ticket = lay("orders")
    client = person("anna", "orders", "care")
    assert tree(client.get(f"/tickets/{ticket.id}")).find(class_="learned") is None

    corrected(store, loket, ticket, now)

    # Without an encoder nothing is remembered at once.
    text = tree(client.get(f"/tickets/{ticket.id}")).find(class_="learned").text
    assert text == "Kept for the next model since 2026-03-02 09:30 UTC."


def test_a_corrected_ticket_says_which_model_learned_it_and_what_that_helped(
    person, lay, learned, store, loket, now, tree
):
    ticket = lay("orders")
    client = person("anna", "orders", "care")
    corrected(store, loket, ticket, now)
    version = learned(until=1)
    by_its_help = {"similar": (SimilarInquiry(text="", category="x", weight=1.0, inquiry=ticket.inquiry_id),)}
    _, wrong = (lay("orders", after_seconds=n, decision=by_its_help) for n in (1, 2))

    def receipt():
        found = tree(client.get(f"/tickets/{ticket.id}")).find(class_="learned")
        return found.find("strong")["title"], found.text

    assert receipt() == (version, "Learned in model 1; 2 similar inquiries since went right.")
    corrected(store, loket, wrong, now)
    assert receipt() == (version, "Learned in model 1; of 2 similar inquiries since, 1 stood.")
