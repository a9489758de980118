"""Golden inquiries: what a desk says must always come to it, and who may say so."""

import json

import pytest

from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.learning import golden_inquiries
from service.learning.golden_inquiries import Golden
from service.pipeline.decision import Decision, Intent, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Submission

TEXT = "Delete all that you know of me"
ALL = Actor("command", frozenset({"admin"}), None)


def an_agent(*desks):
    return Actor("user:anna", frozenset({"desk"}), frozenset(desks))


@pytest.fixture
def settings(configure):
    return check(configure())


@pytest.fixture
def keep(store, settings, now):
    """Keep a golden inquiry."""

    def make(desk="privacy", text=TEXT, actor=ALL):
        return golden_inquiries.add(store, settings, now, actor, desk, Golden(text=text))

    return make


@pytest.fixture
def lay(store, now):
    """Lay a decided inquiry on the desk orders; answers its tickets."""

    def make(*requests, subject=None):
        decision = Decision(
            language=Language(code="nl", confidence=0.99, source="detector"),
            translation=Translation(status="translated", text="Where is it? And my invoice?", provider="google"),
            category="order_status", confidence=0.9, desk="orders", automatic=True, reason="", model=None,
            intents=tuple(Intent(category=c, confidence=0.9, text=t, desk=d) for c, t, d in requests),
        )  # fmt: skip
        sent = Submission(text="Waar blijft het? En mijn factuur?", subject=subject)
        inquiry = store.inquiries.add(now, sent.values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(now, 1, 60)
        laid = [NewTicket(d, c, 0.9, automatic=True, intent=i) for i, (c, _, d) in enumerate(requests)]
        laid = laid or [NewTicket("orders", "order_status", 0.9, automatic=True)]
        assert store.inquiries.decide(now, claimed, decision.model_dump(mode="json"), laid)
        return store.tickets.of_inquiry(inquiry.id)

    return make


def test_what_is_kept_is_seen_by_its_desk_alone(store, settings, keep, now):
    kept = keep()

    assert (kept.desk, kept.text, kept.by, kept.added_at) == ("privacy", TEXT, "command", now)
    assert store.golden_inquiries.all() == golden_inquiries.of_desks(store, an_agent("privacy")) == [kept]
    assert golden_inquiries.of_desk(store, settings, an_agent("privacy"), "privacy") == [kept]
    assert golden_inquiries.of_desks(store, an_agent("orders")) == []
    for desk in ("privacy", "lost"):
        with pytest.raises(NotFound):
            golden_inquiries.of_desk(store, settings, an_agent("orders"), desk)


def test_nobody_keeps_one_for_a_desk_that_is_not_theirs(store, keep):
    for desk in ("orders", "lost"):
        with pytest.raises(NotFound):
            keep(desk, actor=an_agent("privacy"))
    assert store.golden_inquiries.all() == []


def test_the_same_text_is_kept_once_and_goes_where_it_was_last_said(store, keep):
    first = keep("privacy")
    moved = keep("care", text=f"  {TEXT}\n", actor=an_agent("care", "privacy"))

    assert (moved.id, moved.desk) == (first.id, "care")
    assert store.golden_inquiries.all() == [moved]


def test_no_desk_takes_what_must_go_to_a_desk_of_others(store, keep):
    kept = keep("privacy")

    with pytest.raises(Conflict, match="must always go to another desk already"):
        keep("care", actor=an_agent("care"))
    assert store.golden_inquiries.all() == [kept]


def test_only_its_desk_removes_one(store, keep):
    kept = keep()

    for actor, desk in ((an_agent("orders"), None), (ALL, "orders")):
        with pytest.raises(NotFound):
            golden_inquiries.remove(store, actor, kept.id, desk)
    assert golden_inquiries.remove(store, an_agent("privacy"), kept.id) == kept
    assert store.golden_inquiries.all() == []
    with pytest.raises(NotFound):
        golden_inquiries.remove(store, an_agent("privacy"), kept.id)


def test_a_ticket_is_kept_with_its_translation_and_the_journal_tells(store, settings, now, lay):
    [ticket] = lay(subject="Lamp")
    inquiry = store.inquiries.get(ticket.inquiry_id)
    assert not golden_inquiries.is_golden(store, ticket, inquiry)

    kept = golden_inquiries.add_ticket(store, settings, now, an_agent("orders"), ticket)

    assert (kept.desk, kept.language, kept.text_en) == ("orders", "nl", "Where is it? And my invoice?")
    assert kept.text.split("\n")[0].startswith("Lamp")
    assert "Waar blijft het?" in kept.text
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.actor, event.ticket_id) == ("golden", "user:anna", ticket.id)
    assert event.details == {"desk": "orders"}
    assert store.tickets.get(ticket.id) == ticket
    assert golden_inquiries.is_golden(store, ticket, inquiry)


def test_of_several_requests_only_the_tickets_own_words_are_kept(store, settings, now, lay):
    _, ticket = lay(
        ("order_status", "Waar blijft het?", "orders"), ("billing_invoice", "En mijn factuur?", "finance")
    )

    kept = golden_inquiries.add_ticket(store, settings, now, an_agent("finance"), ticket)

    assert (kept.desk, kept.text, kept.text_en) == ("finance", "En mijn factuur?", None)


def test_a_file_of_them_is_read_with_blank_lines_left_out(settings):
    lines = [
        json.dumps({"desk": "privacy", "text": TEXT, "language": "en"}),
        "",
        '{"desk": "hr", "text": "A job?"}',
    ]

    found = golden_inquiries.read_lines(settings, "golden.jsonl", lines)

    assert [(one.desk, one.text, one.language) for one in found] == [
        ("privacy", TEXT, "en"),
        ("hr", "A job?", None),
    ]


WRONG = {
    "no JSON": ("{", "golden.jsonl:2: is not JSON"),
    "no text": ('{"desk": "hr"}', "golden.jsonl:2: text: Field required"),
    "an empty text": ('{"desk": "hr", "text": " "}', "golden.jsonl:2: text: is empty"),
    "no such desk": ('{"desk": "lost", "text": "x"}', "golden.jsonl:2: there is no desk 'lost'"),
    "a list": ("[1]", "golden.jsonl:2: Input should be a valid dictionary or instance of GoldenOfDesk"),
}


@pytest.mark.parametrize(("line", "told"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_line_is_named(settings, line, told):
    with pytest.raises(InvalidInput) as refused:
        golden_inquiries.read_lines(settings, "golden.jsonl", ['{"desk": "hr", "text": "A job?"}', line])

    assert str(refused.value) == told
