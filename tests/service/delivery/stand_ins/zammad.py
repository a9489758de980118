"""A Zammad as its documentation and its controllers describe it: what it demands, and what it answers.

Sources: Zammad System Documentation, pages API / Introduction, Tickets, Articles, Tags; Zammad Admin
Documentation, page Webhook Payload; tickets_controller, creates_ticket_articles and handles_errors of its source.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta

from tests.service.delivery.stand_ins.server import Failure, StandIn

TOKEN, SECRET = "zammad-token", "zammad-webhook-secret"
LOKET, AGENT, SYSTEM = 3, 7, 1  # users
GROUPS = {"Orders": 1, "Customer Care": 2, "Second Level": 3, "Finance": 4}
STATES = {"new": 1, "open": 2, "pending reminder": 3, "closed": 4}
PRIORITIES = {"1 low": 1, "2 normal": 2, "3 high": 3}
TYPES = {"note": 10, "web": 11, "email": 1, "phone": 5}
SENDERS = {"Agent": 1, "Customer": 2, "System": 3}
ATTRIBUTES = {"loket_category", "loket_confidence", "loket_receipt"}  # that its administrator added
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _refused(message):
    return Failure(422, {"error": message, "error_human": message})


def _reference(table, name, value):
    if not isinstance(value, str) or value not in table:
        raise _refused(f"No lookup value found for '{name}': {json.dumps(value)}")
    return table[value]


class Zammad(StandIn):
    root = "/api/v1"

    def __init__(self):
        super().__init__()
        self.tickets, self.articles, self.tags, self.users = {}, {}, {}, {"website@example.com": 20}
        self.known_tags, self.indexed, self.lags = [], set(), False

    def answer(self, call):
        if call.headers.get("authorization") != f"Token token={TOKEN}":
            raise Failure(401, {"error": "Invalid BasicAuth credentials"})
        if call.body is not None and call.headers.get("content-type") != "application/json":
            raise _refused("not JSON")
        path = call.path.removeprefix(f"{self.root}/")
        for method, pattern, does in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == call.method:
                return does(call, *found.groups())
        raise Failure(404, {"error": "No route matches"})

    def _routes(self):
        return [
            ("GET", "tag_search", self._tag_search), ("GET", "tickets/search", self._search),
            ("GET", "tags", self._list_tags), ("POST", "tags/add", self._add_tag),
            ("DELETE", "tags/remove", self._remove_tag), ("POST", "tickets", self._create),
            ("PUT", r"tickets/(\d+)", self._update), ("POST", "ticket_articles", self._add_article),
        ]  # fmt: skip

    def _tag_search(self, call):
        term = call.query["term"].strip().lower()
        found = [name for name in sorted(self.known_tags) if term in name.lower()][:10]
        return 200, [{"id": self.known_tags.index(name) + 1, "value": name} for name in found]

    def _search(self, call):
        """The search index knows a ticket only after a while."""
        if not self.lags:
            self.reindex()
        words = set(re.findall(r"\w+", call.query["query"].lower()))
        found = [number for number in sorted(self.indexed, reverse=True) if words <= self._words(number)]
        assert call.query["expand"] == "true"
        return 200, [self._expanded(number) for number in found[: int(call.query["limit"])]]

    def _words(self, number):
        whole = " ".join([self.tickets[number]["title"], *self.tags[number]])
        return set(re.findall(r"\w+", whole.lower()))

    def reindex(self):
        self.indexed = set(self.tickets)

    def _list_tags(self, call):
        assert call.query["object"] == "Ticket"
        return 200, {"tags": sorted(self.tags[self._number(call.query["o_id"])])}

    def _add_tag(self, call):
        self._tag(self._about(call), call.body["item"])
        return 201, True

    def _remove_tag(self, call):
        self.tags[self._about(call)].discard(call.body["item"])
        return 201, True

    def _about(self, call):
        if call.body.get("object") != "Ticket" or not isinstance(call.body.get("item"), str):
            raise _refused("object and item are needed")
        return self._number(call.body["o_id"])

    def _tag(self, number, name):
        assert re.fullmatch("[^,]+", name)
        self.tags[number].add(name)
        if name not in self.known_tags:
            self.known_tags.append(name)

    def _number(self, said):
        if int(said) not in self.tickets:
            raise Failure(404, {"error": f"Couldn't find Ticket with 'id'={said}"})
        return int(said)

    def _create(self, call):
        """All of it or nothing: it is one transaction."""
        said = dict(call.body)
        if not isinstance(said.get("title"), str) or not said["title"].strip():
            raise _refused("Missing required value for field 'title'!")
        values = self._values(said)
        if "group_id" not in values:
            raise _refused("Missing required value for field 'group_id'!")
        customer = self._customer(said.get("customer_id"))
        article = self._article(said["article"]) if "article" in said else None
        number = len(self.tickets) + 1
        self.tickets[number] = {
            "id": number, "number": str(22000 + number), "title": said["title"], "customer_id": customer,
            "state_id": 1, "priority_id": 2, "created_by_id": LOKET, "close_at": None, **values,
        }  # fmt: skip
        self.tags[number], self.articles[number] = set(), []
        for name in filter(None, said.get("tags", "").split(",")):
            self._tag(number, name)
        if article:
            self.articles[number].append(article)
        self._touch(number, LOKET)
        return 201, self._expanded(number)

    def _customer(self, said):
        if not isinstance(said, str) or not said.startswith("guess:"):
            raise _refused("Missing required value for field 'customer_id'!")
        email = said.removeprefix("guess:").lower()
        if not re.fullmatch(r"[a-z0-9.+_-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", email):
            raise Failure(422, {"error": f"Invalid email '{email}' of customer"})
        return self.users.setdefault(email, 100 + len(self.users))

    def _values(self, said):
        """What of a ticket is known here; anything else is dropped without a word."""
        values = {name: said[name] for name in ATTRIBUTES & said.keys()}
        for name, table in (("group", GROUPS), ("state", STATES), ("priority", PRIORITIES)):
            if name in said:
                values[f"{name}_id"] = _reference(table, name, said[name])
        return values

    def _article(self, said):
        if not said.get("body"):
            raise _refused('Need at least article: { body: "some text" }')
        assert isinstance(said["internal"], bool)
        assert said["content_type"] in {"text/plain", "text/html"}
        _reference(TYPES, "type", said["type"])
        _reference(SENDERS, "sender", said["sender"])
        return dict(said)

    def _update(self, call, number):
        number = self._number(number)
        self.tickets[number] |= self._values(call.body)
        if call.body.get("article"):
            self.articles[number].append(self._article(call.body["article"]))
        self._touch(number, LOKET)
        return 200, self._expanded(number)

    def _add_article(self, call):
        if not isinstance(call.body.get("ticket_id"), int):
            raise _refused("Need at least ticket_id")
        number = self._number(call.body["ticket_id"])
        self.articles[number].append(self._article(call.body))
        self._touch(number, LOKET)
        return 201, {"id": 500 + len(self.articles[number]), "ticket_id": number} | call.body

    def _touch(self, number, by):
        self.ticks += 1
        moment = START + timedelta(milliseconds=self.ticks)
        at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.tickets[number] |= {"updated_at": at, "updated_by_id": by}

    def _expanded(self, number):
        ticket = self.tickets[number]
        names = {
            name: next(known for known, key in table.items() if key == ticket[f"{name}_id"])
            for name, table in (("group", GROUPS), ("state", STATES), ("priority", PRIORITIES))
        }
        return ticket | names | {"article_count": len(self.articles[number])}

    def changed(self, number, by=AGENT, **values):
        """Somebody there changes a ticket: ``group``, ``state`` or an attribute."""
        self.tickets[number] |= self._values(values)
        self._touch(number, by)

    def webhook(self, number, secret=SECRET):
        """The webhook of a trigger on every change: headers and body, the ticket as it is now."""
        expanded = self._expanded(number)
        group = {"id": expanded["group_id"], "name": expanded["group"], "active": True}
        by = {"id": expanded["updated_by_id"], "login": "somebody"}
        payload = {"ticket": expanded | {"group": group, "updated_by": by}, "article": {"body": "<b>hello</b>"}}
        body = json.dumps(payload).encode()
        signature = f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"
        headers = {"X-Hub-Signature": signature, "X-Zammad-Delivery": "6a1", "X-Zammad-Trigger": "Loket"}
        return headers | {
            "User-Agent": "Zammad User Agent",
            "Content-Type": "application/json; charset=utf-8",
        }, body
