"""What a bad model or rule sent is taken back as long as nobody has opened it."""

from collections import Counter
from datetime import timedelta

import pytest

from service import desk_work, intake, recall
from service.access import Actor
from service.assembly import Loket
from service.errors import InvalidInput, ModelUnavailable
from service.intake import Sender
from service.pipeline.decision import Decision, Intent, Language, Translation
from service.storage.inquiries import NewTicket
from service.storage.outbox import Outbox
from service.storage.recall import Sent
from service.storage.store import Store
from service.submission import Submission

BAD, GOOD = "20260302-000000-bad000", "20260302-010000-900d00"
HOUR = timedelta(hours=1)


class Models:
    """A champion that says the same of every inquiry."""

    version = GOOD

    def current(self):
        return self if self.version else None


class Pipeline:
    """Decides anew what the test says, and notes what it was told of before."""

    def __init__(self):
        self.champion, self.asked, self.answer = Models(), [], {}
        self.before_writing = lambda: None

    def decide_again(self, inquiries):
        self.asked += inquiries
        self.before_writing()
        return [a_decision(GOOD, **({"desk": "care", "category": "complaint"} | self.answer)) for _ in inquiries]


def a_decision(model=BAD, **values):
    given = {"desk": "orders", "category": "order_status", "automatic": True, "confidence": 0.9} | values
    return Decision(
        language=Language(code="nl", confidence=0.99, source="detector"),
        translation=Translation(status="translated", text="Where is my order?", provider="google"),
        reason=f"category {given['category']}", model=model, **given,
    )  # fmt: skip


@pytest.fixture
def posting(store):
    """The store as a process has it that delivers."""
    desks = {"orders": ("orders_hook",), "care": ("care_hook",), "triage": ("triage_hook",)}
    return Store(store.engine, Outbox(desks))


@pytest.fixture
def pipeline():
    return Pipeline()


@pytest.fixture
def loket(posting, pipeline):
    return Loket(None, None, posting, None, pipeline)


@pytest.fixture
def lay(store, now):
    """Lay an inquiry as a model decided it; answers its main ticket."""

    def make(model=BAD, at=now, tickets=(), rule=None, **decided):
        decision = a_decision(model, **decided)
        inquiry = intake.submit(store, at, Submission(text="Waar blijft het?"), Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(at, 1, 60)
        laid = tickets or [NewTicket(decision.desk, decision.category, decision.confidence, True, rule=rule)]
        assert store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), laid)
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


@pytest.fixture
def run(loket, now):
    """Recall, an hour later."""

    def act(model=BAD, *, since=now, rule=None, **how):
        sent = Sent(since, model, rule, elsewhere_than=how.get("to"))
        return recall.recall(loket, now + HOUR, "loket", sent, lambda *_: None, **how)

    return act


def lies(store, ticket):
    return store.tickets.get(ticket.id).desk


def events(store, ticket, kind="recalled"):
    return [(event.at, event.details) for event in store.journal(ticket.inquiry_id) if event.kind == kind]


def posted(store):
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT target, event FROM deliveries ORDER BY target").all()
    return [tuple(row) for row in rows]


def test_it_is_decided_anew_and_moved_and_both_help_desks_hear_of_it(store, lay, run, pipeline, now):
    ticket = lay()

    found = run()

    moved = store.tickets.get(ticket.id)
    assert (moved.desk, moved.category, moved.status, moved.version) == ("care", "complaint", "open", 2)
    assert moved.changed_at == now + HOUR
    assert (found.moves, found.moved, found.left) == (Counter({("orders", "care"): 1}), 1, 0)
    said = {"from": ["order_status", "orders"], "to": ["complaint", "care"], "model": BAD}
    assert events(store, ticket) == [(now + HOUR, said)]
    assert posted(store) == [("care_hook", "ticket.moved"), ("orders_hook", "ticket.moved")]
    assert store.inquiries.get(ticket.inquiry_id).decision["model"] == GOOD


def test_the_translation_that_was_made_is_read_again(lay, run, pipeline):
    ticket = lay()
    run()

    [(text, before)] = pipeline.asked
    assert (text.id, before.translation.text, before.language.code) == (
        ticket.inquiry_id,
        "Where is my order?",
        "nl",
    )


def test_run_again_it_finds_nothing_to_do(store, lay, run):
    ticket = lay()
    run()
    before = store.tickets.get(ticket.id), store.inquiries.get(ticket.inquiry_id)

    assert run().inquiries == 0
    assert (store.tickets.get(ticket.id), store.inquiries.get(ticket.inquiry_id)) == before


def test_only_what_that_model_sent_since_then_is_recalled(store, lay, run, now):
    of_another, earlier = lay("20260101-000000-other0"), lay(at=now - HOUR)
    meant = lay()

    assert run().moved == 1
    assert [lies(store, one) for one in (of_another, earlier, meant)] == ["orders", "orders", "care"]


def test_a_rules_tickets_are_recalled_alone_or_of_one_model(store, lay, run):
    ruled, plain, other = lay(rule="night"), lay(), lay("20260101-000000-other0", rule="night")

    run(rule="night")
    assert [lies(store, one) for one in (ruled, plain, other)] == ["care", "orders", "orders"]
    assert events(store, ruled)[0][1]["rule"] == "night"
    run(None, rule="night")
    assert [lies(store, one) for one in (plain, other)] == ["orders", "care"]


@pytest.mark.parametrize("done", ["open_ticket", "confirm", "close", "assign"])
def test_what_somebody_has_been_at_stays(store, lay, run, now, done):
    ticket, anna = lay(), Actor("user:anna", frozenset({"desk"}), None)
    act = {
        "open_ticket": lambda: desk_work.open_ticket(store, now, anna, ticket),
        "confirm": lambda: desk_work.confirm(store, now, anna, ticket.id),
        "close": lambda: desk_work.close(store, now, anna, ticket.id),
        "assign": lambda: desk_work.assign(store, now, anna, ticket.id, anna.name),
    }
    act[done]()

    assert (run().moved, run(to="triage").moved) == (0, 0)
    assert lies(store, ticket) == "orders"


@pytest.mark.parametrize("to", [None, "triage"])
def test_what_is_opened_while_it_is_decided_anew_stays(store, lay, run, pipeline, loket, now, to):
    ticket, anna = lay(), Actor("user:anna", frozenset({"desk"}), None)
    pipeline.before_writing = lambda: desk_work.open_ticket(store, now, anna, ticket)
    if to:
        found = loket.store.recalls.find(Sent(now, BAD), "", 10)
        pipeline.before_writing()
        assert loket.store.recalls.send(now, Sent(now, BAD), found[0], to, "loket") is None
    else:
        assert (run().left, run().inquiries) == (1, 0)

    assert lies(store, ticket) == "orders"
    assert events(store, ticket) == []


def test_what_is_translated_late_while_it_is_decided_anew_is_left_to_that(store, lay, run, pipeline, now):
    ticket = lay()
    store.engine.dispose()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE inquiries SET translate_after = received_at")

    def translate():
        [claimed] = store.late_translations.claim(now + HOUR, 1, 60, 72)
        as_json = a_decision(desk="finance", category="billing_invoice").model_dump(mode="json")
        laid = [NewTicket("finance", "billing_invoice", 0.9, True)]
        store.late_translations.decide(now + HOUR, claimed, as_json, laid)
        pipeline.before_writing = lambda: None

    pipeline.before_writing = translate
    assert run().left == 1
    assert lies(store, ticket) == "finance"


def test_to_triage_it_is_laid_there_without_being_decided(store, lay, run, pipeline):
    ticket = lay()

    found = run(to="triage")

    assert found.moves == Counter({("orders", "triage"): 1})
    moved = store.tickets.get(ticket.id)
    assert (moved.desk, moved.category, moved.automatic) == ("triage", "order_status", False)
    assert events(store, ticket)[0][1]["to"] == ["order_status", "triage"]
    assert posted(store) == [("orders_hook", "ticket.moved"), ("triage_hook", "ticket.moved")]
    assert pipeline.asked == []
    assert run(to="triage").inquiries == 0


@pytest.mark.parametrize("to", [None, "triage"])
def test_a_dry_run_says_the_same_and_changes_nothing(store, lay, run, to):
    ticket = lay()
    before = store.tickets.get(ticket.id), store.inquiries.get(ticket.inquiry_id)

    dry = run(to=to, dry_run=True)

    assert (store.tickets.get(ticket.id), store.inquiries.get(ticket.inquiry_id)) == before
    assert (events(store, ticket), posted(store)) == ([], [])
    assert dry == run(to=to)


def test_what_the_champion_would_send_there_too_stays_with_its_new_decision(store, lay, run, pipeline):
    ticket = lay()
    pipeline.answer = {"desk": "orders", "category": "order_change"}

    found = run()

    assert (found.moved, found.unchanged) == (0, 1)
    assert store.tickets.get(ticket.id).category == "order_change"
    assert store.inquiries.get(ticket.inquiry_id).decision["model"] == GOOD


def test_of_a_mixed_inquiry_all_is_laid_anew_and_what_is_not_needed_is_answered_by_nobody(
    store, lay, run, pipeline
):
    intents = tuple(
        Intent(category=category, confidence=0.9, text="Waar?", desk=desk)
        for category, desk in (("order_status", "orders"), ("billing_invoice", "finance"))
    )
    laid = [NewTicket("orders", "order_status", 0.9, True), NewTicket("finance", "billing_invoice", 0.9, True, 1)]
    main = lay(tickets=laid, intents=intents)

    found = run()

    assert found.moves == Counter({("orders", "care"): 1, ("finance", None): 1})
    one, other = store.tickets.of_inquiry(main.inquiry_id)
    assert [(t.desk, t.status, t.closed_at) for t in (one, other)] == [
        ("care", "open", None), ("finance", "closed", None)
    ]  # fmt: skip
    assert events(store, main, "withdrawn")[0][1] == {"desk": "finance", "model": BAD}

    pipeline.champion.version = "20260302-020000-better"
    pipeline.answer = {"desk": "care", "category": "complaint", "intents": tuple(
        Intent(category="complaint", confidence=0.9, text="Waar?", desk=desk) for desk in ("care", "sales", "hr")
    )}  # fmt: skip
    assert run(GOOD, rule=None, since=main.created_at, to=None).moves == Counter(
        {(None, "sales"): 1, (None, "hr"): 1}
    )


def test_more_than_a_batch_is_recalled(store, lay, run):
    tickets = [lay() for _ in range(70)]

    assert run().moved == 70
    assert {lies(store, one) for one in tickets} == {"care"}


def test_a_champion_that_would_say_the_same_is_refused(lay, run, pipeline):
    lay(GOOD)
    pipeline.champion.version = BAD

    with pytest.raises(InvalidInput, match="is the champion"):
        run()
    assert run(to="triage").inquiries == 0
    with pytest.raises(InvalidInput, match="name a model"):
        run(None)
    pipeline.champion.version = None
    with pytest.raises(ModelUnavailable):
        run()


def test_what_a_person_did_before_the_recall_can_not_be_undone_on_the_new_desk(store, loket, lay, now):
    ticket, anna = lay(), Actor("user:anna", frozenset({"desk"}), None)
    desk_work.assign(store, now, anna, ticket.id, anna.name)
    desk_work.assign(store, now, anna, ticket.id, None)

    recall.recall(loket, now, "command", Sent(now - HOUR, model=BAD), lambda *_: None)

    moved = store.tickets.get(ticket.id)
    assert (moved.desk, desk_work.can_undo(moved, anna, now)) == ("care", False)
