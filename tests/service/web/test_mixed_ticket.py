"""The pages of a mixed inquiry: each ticket shows both requests, and leads to the other where that may be seen."""

import pytest

from service import intake
from service.pipeline.decision import Decision, Intent, Language, SimilarInquiry, Translation
from service.submission import Submission
from service.worker import tickets_of

ORDER, LOGIN = "Where is my <b>parcel</b>?", "I also cannot log in."
SIMILAR = SimilarInquiry(text="Where does my <i>lamp</i> stay?", category="order_status", weight=0.4)


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what a page shows does not depend on it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def lay_both(store, now):
    """Lay an inquiry with two requests on two desks as a worker does; answers both tickets."""

    def make(second_desk="support"):
        intents = (
            Intent(category="order_status", confidence=0.9, text=ORDER, desk="orders", automatic=True),
            Intent(category="account_access", confidence=0.8, text=LOGIN, desk=second_desk, automatic=True),
        )
        decision = Decision(
            language=Language(code="en", confidence=0.99, source="detector"),
            translation=Translation(status="not_needed"),
            category="order_status", confidence=0.9, intents=intents, desk="orders", automatic=True,
            reason="2 requests: category order_status; category account_access",
            similar=(SIMILAR,), model="20260302-093000-4f2a91",
        )  # fmt: skip
        submission = Submission(text=f"{ORDER} {LOGIN}")
        inquiry = intake.submit(store, now, submission, intake.Sender(None, "127.0.0.1"))
        (claimed,) = store.inquiries.claim(now, 1, 60)
        assert store.inquiries.decide(now, claimed, decision.model_dump(mode="json"), tickets_of(decision))
        return store.tickets.of_inquiry(inquiry.id)

    return make


def requests(page):
    return [
        (one.find(class_="chip").text, one.find(dir="auto").text, one.get("aria-current"))
        for one in page.select(".requests li")
    ]


@pytest.mark.parametrize(("place", "marks"), [(0, ("true", None)), (1, (None, "true"))], ids=["main", "other"])
def test_each_ticket_shows_both_requests_and_which_is_its_own(person, lay_both, tree, place, marks):
    ticket = lay_both()[place]

    page = tree(person("anna", "orders", "support").get(f"/tickets/{ticket.id}"))

    assert requests(page) == [("order_status", ORDER, marks[0]), ("account_access", LOGIN, marks[1])]


def test_a_ticket_leads_to_the_other_one(person, lay_both, tree):
    main, other = lay_both()

    page = tree(person("anna", "orders", "support").get(f"/tickets/{main.id}"))

    assert [link["href"] for link in page.select(".requests a")] == [f"/tickets/{other.id}"]


def test_it_does_not_lead_to_a_desk_that_the_agent_does_not_see(person, lay_both, tree):
    main, _ = lay_both()

    page = tree(person("anna", "orders").get(f"/tickets/{main.id}"))

    assert (len(requests(page)), page.select(".requests a")) == (2, [])


def test_two_requests_of_one_desk_are_one_ticket_that_shows_both(person, lay_both, tree):
    [ticket] = lay_both(second_desk="orders")

    page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

    assert [mark for _, _, mark in requests(page)] == ["true", "true"]


def test_the_similar_inquiries_are_shown_as_text(person, lay_both, tree):
    page = tree(person("anna", "orders").get(f"/tickets/{lay_both()[0].id}"))

    assert [one.find(dir="auto").text for one in page.select(".similar li")] == [SIMILAR.text]


def test_both_desks_lists_have_their_own_ticket(person, lay_both, tree):
    tickets, client = lay_both(), person("anna", "orders", "support")

    listed = [tree(client.get(f"/desks/{desk}")).find_all(attrs={"data-id": t.id}) for desk, t in zip(
        ("orders", "support"), tickets, strict=True)]  # fmt: skip

    assert [len(found) for found in listed] == [1, 1]


def test_a_corrected_ticket_says_what_itself_was_before(person, lay_both, press, tree):
    _, other = lay_both()
    client = person("anna", "orders", "support", "returns")
    press(client, other, "correct", category="return_refund")

    page = tree(client.get(f"/tickets/{other.id}"))

    assert "was account_access, 80 %" in page.text
