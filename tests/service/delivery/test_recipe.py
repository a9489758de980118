"""The recipe of docs/deliveries.md, followed for a help desk that nobody has: five questions and two answers."""

import hashlib
import hmac
import json
from typing import Literal

import pytest

from model import configuration
from service.delivery.hearing import Heard, json_of, same
from service.delivery.help_desk import HelpDeskSender, Remote, checked
from service.delivery.help_desk_settings import HelpDeskSettings, Secret
from service.delivery.help_desk_text import note, original, tag, tags, title
from service.delivery.incoming import Ear, receive
from service.settings import Settings
from service.storage.migrate import upgrade
from service.storage.store import Store
from tests.service.delivery.parts import dispatcher_of, lay, run
from tests.service.delivery.stand_ins.server import LOST, StandIn, serving


class CardsSettings(HelpDeskSettings):
    """Step 1: settings.py."""

    kind: Literal["cards"]
    token: Secret


class CardsSender(HelpDeskSender[CardsSettings]):
    """Step 2: sender.py."""

    kind = "cards"

    def find(self, parcel):
        found = self._call("GET", f"cards?ours={parcel.ticket.id}")
        return self._remote(found[0]) if found else None

    def create(self, parcel, group):
        texts = {"title": title(parcel), "texts": [original(parcel)]}
        card = {"ours": parcel.ticket.id, "group": group, "tags": sorted(tags(parcel)), **texts}
        return self._remote(self._call("POST", "cards", card))

    def annotate(self, parcel, remote):
        if remote.articles < 2:
            self._call("POST", f"cards/{remote.id}/texts", {"text": note(parcel)})
        return remote

    def update(self, parcel, remote_id, changes):
        values = {"add": sorted(changes.add), "remove": sorted(changes.remove), "group": changes.group}
        return self._remote(self._call("PUT", f"cards/{remote_id}", values))

    def fields(self, parcel):
        return {}

    def _call(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self._settings.token.get_secret_value()}"}
        return checked(self.request(method, f"{self._settings.url}/{path}", headers, body)).json()

    def _remote(self, card):
        return Remote(str(card["id"]), card["group"], articles=len(card["texts"]), at=card["at"], by="loket")


def is_genuine(settings, headers, body, at):
    """Step 3: incoming.py."""
    key = settings.webhook_secret.get_secret_value().encode()
    return same(headers.get("x-signature", ""), hmac.new(key, body, hashlib.sha256).hexdigest())


def hear(settings, body):
    card = json_of(body)
    named, by = frozenset(map(tag, card["tags"])), card["by"]
    return Heard(str(card["id"]), card["at"], by, card["group"], named, named, closed=False)


class Cards(StandIn):
    """A help desk in a few lines."""

    def __init__(self):
        super().__init__()
        self.cards = []

    def answer(self, call):
        assert call.headers["authorization"] == "Bearer secret"
        place = call.path.strip("/").split("/")
        if call.method == "GET":
            return 200, [card for card in self.cards if card["ours"] == call.query["ours"]]
        if place == ["cards"]:
            self.cards.append(call.body | {"id": len(self.cards)})
        card = self.cards[int(place[1]) if len(place) > 1 else -1]
        card["texts"] += [call.body["text"]] if "text" in call.body else []
        card["group"] = call.body.get("group") or card["group"]
        card["tags"] = sorted({*card["tags"], *call.body.get("add", [])} - {*call.body.get("remove", [])})
        self.ticks += 1
        card["at"] = f"2026-03-02T09:00:{self.ticks:02}Z"
        return 200, card

    def webhook(self, card):
        body = json.dumps(card).encode()
        return {"x-signature": hmac.new(b"signs", body, hashlib.sha256).hexdigest()}, body


class WithCards(Settings):
    """Step 4 for the settings: the union of delivery_settings.py."""

    deliveries: tuple[CardsSettings, ...]


@pytest.fixture
def cards():
    with serving(Cards()) as stand_in:
        yield stand_in


@pytest.fixture
def settings(cards):
    own = {
        "kind": "cards", "name": "help", "desk": "*", "url": cards.url, "allow_private": True, "token": "secret",
        "webhook_secret": "signs", "customer": "website@example.com",
    }  # fmt: skip
    values = configuration.read({}).values
    return WithCards.model_validate(
        values | {"deliveries": [own | {"groups": dict.fromkeys(values["desks"], "all")}]}
    )


@pytest.fixture
def store(tmp_path, settings):
    opened = Store.at(f"sqlite:///{tmp_path / 'loket.sqlite3'}", settings.outbox())
    upgrade(opened.engine)
    yield opened
    opened.close()


def test_a_new_kind_delivers_once_and_hears_corrections(store, clock, cards, settings):
    ticket = lay(store, clock())
    cards.once(LOST, "POST", "cards")
    dispatcher = dispatcher_of(store, clock, help=CardsSender(settings.deliveries[0]))
    run(dispatcher)
    clock.forward(hours=1)
    run(dispatcher)
    [card] = cards.cards

    told = card | {"tags": ["complaint"], "by": "agent", "at": "2026-03-02T09:30:00Z"}
    headers, body = cards.webhook(told)
    ears = {CardsSettings: Ear("cards", is_genuine, hear)}

    assert len(card["texts"]) == 2
    assert [receive(store, settings, clock(), "help", headers, body, ears=ears) for _ in range(2)] == [True, False]
    assert (found := store.tickets.get(ticket.id)).category == "complaint"
    assert found.reviewed_by == "cards:help"
