"""A link in a message corrects its ticket with one press; forged, late or repeated it does nothing and says so."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from service import desk_work
from service.access import Actor
from service.assembly import assemble
from service.delivery.email.links import VALID_FOR, CorrectionLink, Signer
from service.delivery.targets import make_signer
from service.submission import Correction

MAILBOX = "orders@example.com"
TARGET = {
    "kind": "email", "name": "orders_mail", "desk": ["orders", "care"], "to": MAILBOX,
    "sender": "loket@example.com", "host": "mail.example.com",
}  # fmt: skip
SENTENCES = {
    "en": "The ticket has changed since the message was sent. Nothing was changed now.",
    "nl": "Het ticket is veranderd sinds het bericht is verstuurd. Er is nu niets veranderd.",
    "de": "Das Ticket wurde geändert, seit die Nachricht verschickt wurde. Jetzt wurde nichts geändert.",
    "fr": "Le ticket a changé depuis l'envoi du message. Rien n'a été modifié maintenant.",
    "es": "El ticket ha cambiado desde que se envió el mensaje. Ahora no se ha cambiado nada.",
}


@pytest.fixture
def data_dir(tmp_path):
    """Without a model: nothing is classified here."""
    return tmp_path / "data"


@pytest.fixture
def loket(configure, store):
    parts = assemble(configure(LOKET_DELIVERIES=json.dumps([TARGET])))
    yield parts
    parts.store.close()


@pytest.fixture
def ticket(lay):
    return lay()


@pytest.fixture
def token(loket, ticket):
    """Make the token of a link; by default one that works."""

    def make(signer=None, **changed):
        facts = {
            "ticket_id": ticket.id, "category": "complaint", "version": ticket.version, "address": MAILBOX,
            "expires_at": datetime.now(UTC) + VALID_FOR,
        }  # fmt: skip
        return (signer or make_signer(loket.settings)).token(CorrectionLink(**facts | changed))

    return make


def sentence(tree, answer):
    return tree(answer).main.find("p", class_="lead").text


def test_one_press_corrects(client, store, ticket, token, tree):
    path = f"/mail/{token()}"
    page = tree(client.get(path))
    answer = client.post(page.find("form")["action"])

    now = store.tickets.get(ticket.id)
    assert (answer.status_code, now.category, now.desk, now.review) == (200, "complaint", "care", "corrected")
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.actor) == ("corrected", f"mail:{MAILBOX}")
    assert tree(answer).find(attrs={"role": "status"}) is not None


def test_a_scanner_that_follows_the_link_changes_nothing(client, store, ticket, token, as_laid):
    before = as_laid(ticket)
    for _ in range(3):
        assert client.get(f"/mail/{token()}").status_code == 200
        assert client.head(f"/mail/{token()}").status_code == 200

    assert as_laid(ticket) == before


def test_the_page_tells_nothing_of_the_customer(client, token):
    page = client.get(f"/mail/{token()}")

    assert "bestelling" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_replayed_link_does_nothing(client, store, ticket, token, tree):
    path = f"/mail/{token()}"
    client.post(path)
    after = store.tickets.get(ticket.id)

    again = client.post(path)

    assert (again.status_code, sentence(tree, again)) == (409, SENTENCES["en"])
    assert store.tickets.get(ticket.id) == after
    assert len([one for one in store.journal(ticket.inquiry_id) if one.kind == "corrected"]) == 1


def test_a_link_to_a_ticket_that_somebody_changed_since_does_nothing(client, loket, store, ticket, token, tree):
    path = f"/mail/{token()}"
    anna = Actor("user:anna", frozenset({"desk"}), None)
    desk_work.correct(store, loket.settings, datetime.now(UTC), anna, ticket.id, Correction(desk="finance"))
    before = store.tickets.get(ticket.id)

    for ask in (client.get, client.post):
        answer = ask(path)
        assert (answer.status_code, sentence(tree, answer)) == (409, SENTENCES["en"])
    assert store.tickets.get(ticket.id) == before


def test_an_expired_link_does_nothing(client, store, ticket, token, tree):
    answer = client.post(f"/mail/{token(expires_at=datetime.now(UTC) - timedelta(seconds=1))}")

    assert (answer.status_code, sentence(tree, answer)) == (410, "This link has expired. Nothing was changed.")
    assert store.tickets.get(ticket.id) == ticket


@pytest.mark.parametrize(
    "kind", ["another key", "cut off", "one letter", "no signature", "nonsense", "not ascii", "long"]
)
def test_a_forged_link_does_nothing(client, store, ticket, token, tree, kind):
    good = token()
    payload, _, signature = good.partition(".")
    other = "B" if payload[40] == "A" else "A"
    forged = {
        "another key": token(Signer(bytes(32))),
        "cut off": good[:-3],
        "one letter": f"{payload[:40]}{other}{payload[41:]}.{signature}",
        "no signature": f"{payload}.",
        "nonsense": "nonsense",
        "not ascii": "é.é",
        "long": "a" * 5_000,
    }[kind]

    for ask in (client.get, client.post):
        answer = ask(f"/mail/{forged}")
        assert (answer.status_code, sentence(tree, answer)) == (
            404, "This link is incomplete or not one of ours. Nothing was changed.",
        )  # fmt: skip
    assert store.tickets.get(ticket.id) == ticket


def test_a_mailbox_that_gets_no_tickets_any_more_corrects_none(client, store, ticket, token):
    assert client.post(f"/mail/{token(address='former@example.com')}").status_code == 409
    assert store.tickets.get(ticket.id) == ticket


def test_another_sites_page_cannot_press_the_button(client, store, ticket, token):
    answer = client.post(f"/mail/{token()}", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert store.tickets.get(ticket.id) == ticket


@pytest.mark.parametrize("language", SENTENCES)
def test_it_speaks_the_readers_language(client, store, token, tree, language):
    path = f"/mail/{token()}"
    client.post(path)

    answer = client.get(path, headers={"Accept-Language": language})

    assert (tree(answer).html["lang"], sentence(tree, answer)) == (language, SENTENCES[language])


def test_the_key_is_made_once_and_read_by_its_owner_only(loket):
    signer = make_signer(loket.settings)
    path = loket.settings.data_dir / "keys" / "links.key"

    token = signer.token(CorrectionLink("t", "c", 1, MAILBOX, datetime(2026, 3, 2, tzinfo=UTC)))

    assert path.stat().st_mode & 0o777 == 0o600
    assert make_signer(loket.settings).read(token).address == MAILBOX
