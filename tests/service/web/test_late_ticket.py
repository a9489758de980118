"""A ticket whose translation came late, and what was sent to translators, as an agent sees them."""

import pytest

from service.pipeline.decision import Suggestion, Translation
from service.pipeline.privacy import Policy
from service.pipeline.translation.records import Disclosure

HINT = {
    "translation": Translation(status="translated", text="Where is my invoice?", provider="deepl", cached=True),
    "suggestion": Suggestion(category="billing_invoice", confidence=0.91, desk="finance"),
}


@pytest.fixture
def suggested(lay):
    return lay(decision=HINT)


def notice(page):
    return page.select_one("form.notice")


def test_whoever_opened_it_first_sees_what_the_translation_would_have_decided(person, suggested, tree):
    page = tree(person("anna", "orders").get(f"/tickets/{suggested.id}"))

    told = " ".join(notice(page).text.split())
    assert "came after this ticket was opened" in told
    assert "billing_invoice (91 %) for Finance" in told
    assert "by deepl, remembered" in " ".join(page.select_one(".views").text.split())


def test_one_button_corrects_it_accordingly(person, suggested, tree, store):
    anna = person("anna", "orders", "finance")
    form = notice(tree(anna.get(f"/tickets/{suggested.id}")))
    carried = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}

    answer = anna.post(form["action"], data=carried | {"category": form.button["value"]})

    assert answer.status_code == 303
    now = store.tickets.get(suggested.id)
    assert (now.category, now.desk, now.review) == ("billing_invoice", "finance", "corrected")
    assert notice(tree(anna.get(f"/tickets/{suggested.id}"))) is None


def test_a_ticket_without_a_hint_has_no_notice(person, lay, tree):
    assert notice(tree(person("anna", "orders").get(f"/tickets/{lay().id}"))) is None


def test_opening_a_ticket_is_noted_once_and_a_list_opens_none(person, lay, store):
    ticket, anna = lay(), person("anna", "orders")
    anna.get("/desks/orders")
    assert store.tickets.get(ticket.id).opened_at is None

    for _ in range(2):
        anna.get(f"/tickets/{ticket.id}")

    assert store.tickets.get(ticket.id).opened_by == "user:anna"
    assert [event.kind for event in store.journal(ticket.inquiry_id)].count("opened") == 1


def test_what_was_sent_is_shown_as_it_was_sent(person, lay, tree, loket):
    ticket = lay(text="Ik heet <b>Anna</b>, bel 06 12345678")
    masked = "Ik heet <b>[[1]]</b>, bel [[2]]"
    kinds = {"name": 1, "phone": 1}
    disclosure = Disclosure(ticket.inquiry_id, "deepl", False, "NL", "nl", Policy.MASKED, kinds, masked)
    loket.records.ended(loket.records.sending(disclosure), "translated")

    (sent,) = tree(person("anna", "orders").get(f"/tickets/{ticket.id}")).select(".sent li")

    assert " ".join(sent.summary.text.split()).endswith("masked: 1 × name, 1 × phone · translated")
    assert sent.select_one(".text").text == masked
