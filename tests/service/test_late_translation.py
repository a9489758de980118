"""An inquiry that was routed untranslated is translated when a provider is back, and moved if nobody was there."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service import late_translation
from service.access import Actor
from service.assembly import assemble
from service.desk_work import confirm, correct
from service.handover import inquiry_text, tickets_of
from service.intake import Sender, submit
from service.pipeline.decision import Decision, Language, Translation, Untranslated
from service.storage.inquiries import NewTicket
from service.submission import Correction, Submission
from service.worker import Worker

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUTCH = "Waar blijft mijn pakket? Het had maandag bezorgd moeten zijn en het volgen staat stil."
ONE = "Where is my parcel? It should have been delivered on Monday and the tracking has not moved."
TWO = f"{ONE}\n\nI also cannot log in to my account, because the password reset mail never arrives."
ANNA = Actor("user:anna", frozenset({"desk"}), None)
PASSING = [
    *("timeout", "unreachable", "quota", "refused", "bad_answer", "paused", "busy", "rate_limited"),
    *("wrong_language", "incomplete"),
]


class LibreTranslate(BaseHTTPRequestHandler):
    """Answers what it is told to, by LibreTranslate's protocol."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        status, content = self.server.says
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def libretranslate():
    """A server that has no translation; `says` is what it answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), LibreTranslate)
    server.says = (503, {})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def loket(configure, store, libretranslate):
    own = {"URL": f"http://127.0.0.1:{libretranslate.server_port}", "LOCAL": "false"}
    provider = {f"LOKET_TRANSLATION__LIBRETRANSLATE__{name}": value for name, value in own.items()}
    patient = {"LOKET_TRANSLATION__ATTEMPTS": "1", "LOKET_TRANSLATION__BREAKER_FAILURES": "100"}
    never = {"LOKET_PRIVACY__COUNTRIES__DE": "never", "LOKET_PRIVACY__UNKNOWN_COUNTRY": "masked"}
    parts = assemble(configure(LOKET_TRANSLATION__PROVIDERS='["libretranslate"]', **provider, **patient, **never))
    yield parts
    parts.store.close()


@pytest.fixture
def route(loket, now):
    """Store an inquiry and decide it as a worker does; or lay it on given desks, as one that was not translated."""

    def make(*laid, at=now, **sent):
        inquiry = submit(loket.store, at, Submission(text=DUTCH, **sent), Sender(None, "192.0.2.1"))
        [claimed] = loket.store.inquiries.claim(at, 1, 60)
        decision = loket.pipeline.decide(inquiry_text(claimed.inquiry))
        later = late_translation.translate_after(decision, at, at, 72.0)
        as_json = decision.model_dump(mode="json")
        assert loket.store.inquiries.decide(at, claimed, as_json, laid or tickets_of(decision), later)
        return inquiry

    return make


@pytest.fixture
def translate(loket, libretranslate):
    """Translate what is due, by a provider that is back."""

    def run(at, english=ONE):
        libretranslate.says = (200, {"translatedText": english}) if english else (503, {})
        return [late_translation.translate(loket, at, one) for one in late_translation.claim(loket, at, 10)]

    return run


def lying(store, inquiry):
    return [(ticket.desk, ticket.status) for ticket in store.tickets.of_inquiry(inquiry.id)]


def decision_of(store, inquiry):
    return Decision.model_validate(store.inquiries.get(inquiry.id).decision)


def events(store, inquiry):
    return [event.kind for event in store.journal(inquiry.id)]


def untranslated(reason):
    return Decision(
        language=Language(code="nl", confidence=1.0, source="detector"),
        translation=Translation(status="unavailable", reason=reason),
        category=None, confidence=0.0, desk="triage", automatic=False, reason="", model="m",
    )  # fmt: skip


@pytest.mark.parametrize("reason", [None, *Untranslated])
def test_what_may_pass_is_tried_again_and_what_is_permanent_never(now, reason):
    later = late_translation.translate_after(untranslated(reason), now, now, 72.0)

    assert later == (now + MINUTE if reason in PASSING else None)


@pytest.mark.parametrize("status", ["translated", "not_needed"])
def test_what_needs_no_translation_is_never_tried_again(now, status):
    decision = untranslated(None).model_copy(update={"translation": Translation(status=status)})

    assert late_translation.translate_after(decision, now, now, 72.0) is None


@pytest.mark.parametrize(("late_hours", "age"), [(0.0, timedelta(0)), (72.0, 72 * HOUR)])
def test_what_is_too_old_is_not_tried_again(now, late_hours, age):
    late = late_translation.translate_after(untranslated(Untranslated.TIMEOUT), now - age, now, late_hours)

    assert late is None


def test_when_nobody_opened_the_ticket_it_moves(route, translate, store, now):
    inquiry = route()
    assert lying(store, inquiry) == [("triage", "open")]

    assert translate(now + MINUTE) == ["rerouted"]

    decision = decision_of(store, inquiry)
    assert (decision.translation.text, decision.desk, decision.suggestion) == (ONE, "orders", None)
    assert lying(store, inquiry) == [("orders", "open")]
    assert events(store, inquiry)[3:] == ["rerouted", "translated_late"]


def test_it_is_not_tried_before_its_time(route, translate, now):
    route()

    assert translate(now + MINUTE / 2) == []


def look(loket, ticket, at):
    loket.store.tickets.open(at, ticket.id, ANNA.name)


def say_yes(loket, ticket, at):
    confirm(loket.store, at, ANNA, ticket.id)


def put_right(loket, ticket, at):
    correct(loket.store, loket.settings, at, ANNA, ticket.id, Correction(desk="returns"))


@pytest.mark.parametrize("act", [look, say_yes, put_right])
def test_where_a_person_was_first_the_ticket_stays_and_the_page_gets_translation_and_hint(
    loket, route, translate, store, now, act
):
    inquiry = route()
    act(loket, store.tickets.of_inquiry(inquiry.id)[0], now)
    before = store.tickets.of_inquiry(inquiry.id)

    assert translate(now + MINUTE) == ["suggested"]

    decision = decision_of(store, inquiry)
    assert store.tickets.of_inquiry(inquiry.id) == before
    assert (decision.translation.text, decision.desk) == (ONE, "triage")
    assert (decision.suggestion.desk, decision.suggestion.category) == ("orders", "order_status")


def test_the_desk_that_it_lies_on_keeps_it(route, translate, store, now):
    inquiry = route(NewTicket("orders", "order_status", 0.4, automatic=False))

    assert translate(now + MINUTE) == ["unchanged"]
    assert lying(store, inquiry) == [("orders", "open")]
    assert events(store, inquiry)[3:] == ["translated_late"]


def test_of_two_requests_that_are_one_the_other_is_withdrawn(route, translate, store, now):
    first = NewTicket("triage", "feedback", 0.3, automatic=False)
    inquiry = route(first, NewTicket("support", "account_access", 0.8, automatic=True, intent=1))

    assert translate(now + MINUTE) == ["rerouted"]
    assert lying(store, inquiry) == [("orders", "open"), ("support", "closed")]
    assert events(store, inquiry)[4:] == ["rerouted", "withdrawn", "translated_late"]


def test_of_one_request_that_is_two_the_second_is_laid_on_its_desk(route, translate, store, now):
    inquiry = route()

    assert translate(now + MINUTE, TWO) == ["rerouted"]
    assert lying(store, inquiry) == [("orders", "open"), ("support", "open")]


def test_while_there_is_still_no_provider_it_comes_again_later_until_it_is_too_old(route, translate, store, now):
    inquiry = route()

    assert translate(now + HOUR, None) == ["untranslated"]
    assert translate(now + HOUR + 14 * MINUTE) == []
    assert translate(now + HOUR + 15 * MINUTE, None) == ["untranslated"]
    assert translate(now + 72 * HOUR, None) == ["untranslated"]
    assert translate(now + 1000 * HOUR) == []
    assert (lying(store, inquiry), events(store, inquiry)[3:]) == ([("triage", "open")], [])


def test_a_second_worker_cannot_do_it_twice(loket, route, translate, libretranslate, store, now):
    inquiry = route()
    [slow] = late_translation.claim(loket, now + HOUR, 10)

    assert translate(now + 2 * HOUR) == ["rerouted"]
    assert late_translation.translate(loket, now + 2 * HOUR, slow) == "lost"
    assert events(store, inquiry)[3:] == ["rerouted", "translated_late"]


def test_after_a_crash_in_the_middle_it_comes_again_only_after_its_time(loket, route, translate, now):
    route()
    late_translation.claim(loket, now + HOUR, 10)  # and its worker dies

    assert translate(now + HOUR + 14 * MINUTE) == []
    assert translate(now + HOUR + 15 * MINUTE) == ["rerouted"]


def test_what_must_stay_inside_is_not_tried_again(route, store):
    inquiry = route(country="DE")

    assert decision_of(store, inquiry).translation.reason is Untranslated.KEPT_INSIDE
    assert store.late_translations.waiting() == 0


def test_a_reason_that_is_permanent_by_now_ends_it(loket, route, libretranslate, store, now):
    route()
    libretranslate.says = (400, {"error": "nl is not supported"})
    [claimed] = late_translation.claim(loket, now + MINUTE, 10)

    late_translation.translate(loket, now + MINUTE, claimed)

    assert store.late_translations.waiting() == 0


def test_without_providers_nothing_is_claimed(configure, route, now):
    route()
    alone = assemble(configure())

    assert late_translation.claim(alone, now + HOUR, 10) == []
    alone.store.close()


def test_a_worker_notes_what_may_be_translated_later(loket, store):
    submit(store, datetime.now(UTC), Submission(text=DUTCH), Sender(None, "192.0.2.1"))
    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)

    Worker(loket).decide(claimed)

    assert store.late_translations.waiting() == 1


def test_a_worker_at_work_translates_what_is_due(route, libretranslate, store, request, wait_until):
    inquiry = route(at=datetime.now(UTC) - HOUR)
    libretranslate.says = (200, {"translatedText": ONE})

    request.getfixturevalue("working")

    wait_until(lambda: lying(store, inquiry) == [("orders", "open")])
