"""A Zendesk as its reference describes it: what it demands, and what it answers.

Sources: Zendesk's reference, pages Ticketing API introduction (Idempotency), Requests (formats and statuses),
Tickets, Ticket Comments, Users, Ticket events, Verifying webhooks.
"""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from tests.service.delivery.stand_ins.server import Failure, StandIn

EMAIL, TOKEN, SECRET = "loket@example.com", "zendesk-token", "zendesk-webhook-secret"
LOKET, AGENT, RULE = 900, 901, -1  # users
GROUPS = {98001: "Orders", 98002: "Customer Care", 98003: "Second Level", 98004: "Finance"}
FIELDS = {7001, 7002, 7003}
STATUSES = {"new", "open", "pending", "hold", "solved"}  # closed is set by Zendesk alone
_ALLOWED = {"group_id": GROUPS, "status": STATUSES, "priority": {"low", "normal", "high", "urgent"}}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _invalid(field, said):
    details = {field: [{"description": said, "error": "InvalidValue"}]}
    return Failure(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": details})


class Zendesk(StandIn):
    root = "/api/v2"

    def __init__(self):
        super().__init__()
        self.tickets, self.comments, self.keys = {}, {}, {}
        self.users = {
            LOKET: {"id": LOKET, "email": EMAIL, "name": "Loket", "role": "agent"},
            AGENT: {"id": AGENT, "email": "agent@example.com", "name": "An Agent", "role": "agent"},
        }

    def answer(self, call):
        expected = b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {expected}":
            raise Failure(401, {"error": "Couldn't authenticate you"})
        if call.headers.get("accept") != "application/json":
            raise Failure(406, {"error": "Accept application/json"})
        if call.body is not None and call.headers.get("content-type") != "application/json":
            raise Failure(415, {"error": "Content-Type application/json"})
        path = call.path.removeprefix(f"{self.root}/")
        for method, pattern, does in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == call.method:
                return does(call, *found.groups())
        raise Failure(404, {"error": "InvalidEndpoint", "description": "Not found"})

    def _routes(self):
        return [
            ("GET", r"tickets\.json", self._list), ("POST", r"tickets\.json", self._create),
            ("GET", r"tickets/(\d+)\.json", self._show), ("PUT", r"tickets/(\d+)\.json", self._update),
            ("GET", r"tickets/(\d+)/comments/count\.json", self._count), ("GET", r"users/me\.json", self._me),
            ("GET", r"users/search\.json", self._search), ("POST", r"users/create_or_update\.json", self._user),
        ]  # fmt: skip

    def _list(self, call):
        wanted = call.query["external_id"]
        found = [ticket for ticket in self.tickets.values() if ticket["external_id"] == wanted]
        return 200, {"tickets": found, "next_page": None, "previous_page": None, "count": len(found)}

    def _create(self, call):
        """With a key that it knows, the first answer again; with another body under it, an error."""
        key = call.headers.get("idempotency-key")
        if key in self.keys:
            body, answer = self.keys[key]
            if body != call.body:
                raise Failure(400, {"error": "IdempotentRequestError", "description": "Request parameters differ"})
            return answer
        said = call.body["ticket"]
        values = self._values(said)
        if not isinstance(said.get("comment"), dict):
            raise _invalid("comment", "Comment: cannot be blank")
        if said.get("requester_id") not in self.users:
            raise _invalid("requester", "Requester: is invalid")
        comment = self._comment(said["comment"])
        number = 35000 + len(self.tickets)
        self.tickets[number] = {
            "id": number, "url": f"{self.root}/tickets/{number}.json", "subject": said["subject"], "status": "new",
            "external_id": said.get("external_id"), "requester_id": said["requester_id"], "priority": None,
            "submitter_id": comment["author_id"], "tags": [], "custom_fields": [], "group_id": None,
            "description": comment["body"], "comment_id": number, **values,
        }  # fmt: skip
        self.comments[number] = [comment]
        self._touch(number, LOKET)
        answer = 201, {"ticket": self.tickets[number]}
        if key:
            self.keys[key] = call.body, json.loads(json.dumps(answer))
        return answer

    def forget_keys(self):
        """Two hours go by."""
        self.keys.clear()

    def _values(self, said):
        """What is set, checked."""
        values = {name: said[name] for name in _ALLOWED if name in said}
        for name, value in values.items():
            if value not in _ALLOWED[name]:
                raise _invalid(name.removesuffix("_id"), f"{name} is invalid")
        if "tags" in said:
            assert all(re.fullmatch(r"\S+", tag) for tag in said["tags"])
            values["tags"] = sorted({tag.lower() for tag in said["tags"]})
        if "custom_fields" in said:
            assert {field["id"] for field in said["custom_fields"]} <= FIELDS
            values["custom_fields"] = said["custom_fields"]
        return values

    def _comment(self, said):
        if not said.get("body"):
            raise _invalid("comment", "Comment: cannot be blank")
        assert "html_body" not in said
        return {"author_id": LOKET} | said

    def _ticket(self, number):
        if int(number) not in self.tickets:
            raise Failure(404, {"error": "RecordNotFound", "description": "Not found"})
        return self.tickets[int(number)]

    def _show(self, call, number):
        return 200, {"ticket": self._ticket(number)}

    def _update(self, call, number):
        ticket, said = self._ticket(number), call.body["ticket"]
        if said.get("safe_update") and said["updated_stamp"] != ticket["updated_at"]:
            raise Failure(409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"})
        if ticket["status"] == "closed":
            raise _invalid("status", "Status: closed prevents ticket update")
        values = self._values(said)
        if "comment" in said:
            self.comments[int(number)].append(self._comment(said["comment"]))
        ticket |= values
        self._touch(int(number), LOKET)
        return 200, {"ticket": ticket, "audit": {}}

    def _count(self, call, number):
        self._ticket(number)
        return 200, {"count": {"value": len(self.comments[int(number)]), "refreshed_at": None}}

    def _me(self, call):
        return 200, {"user": self.users[LOKET]}

    def _search(self, call):
        """Finds what resembles, as a search does."""
        email = re.search(r'email:"([^"]*)"', call.query["query"]).group(1)
        found = [user for user in self.users.values() if user["email"].startswith(email.partition("@")[0].lower())]
        return 200, {"users": found, "count": len(found)}

    def _user(self, call):
        said = call.body["user"]
        if not said.get("name") or not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", said.get("email", ""), re.ASCII):
            raise _invalid("email", "Email: is not properly formatted")
        known = next((user for user in self.users.values() if user["email"] == said["email"].lower()), None)
        if known:
            known["name"] = said["name"]
            return 200, {"user": known}
        number = 1000 + len(self.users)
        self.users[number] = {"id": number, "role": "end-user", **said, "email": said["email"].lower()}
        return 201, {"user": self.users[number]}

    def _touch(self, number, by):
        self.ticks += 1
        at = (START + timedelta(seconds=self.ticks)).isoformat().replace("+00:00", "Z")
        self.tickets[number] |= {"updated_at": at}
        self.last_by = by

    def changed(self, number, by=AGENT, **values):
        """Somebody there changes a ticket."""
        self.tickets[number] |= values
        self._touch(number, by)

    def webhook(self, number, at, secret=SECRET, kind="group_assignment_changed"):
        """A ticket event: headers and body, the ticket as it is now; numbers are texts in events."""
        ticket = self.tickets[number]
        detail = {
            "actor_id": str(self.last_by), "id": str(number), "external_id": ticket["external_id"],
            "group_id": str(ticket["group_id"]), "status": ticket["status"].upper(), "tags": ticket["tags"],
            "subject": ticket["subject"], "updated_at": ticket["updated_at"], "via": {"channel": "web"},
        }  # fmt: skip
        payload = {
            "type": f"zen:event-type:ticket.{kind}", "account_id": 12, "id": "2b24ef10-19d4-4740-93cf-8f98ec4776c0",
            "time": ticket["updated_at"], "zendesk_event_version": "2022-06-20", "subject": f"zen:ticket:{number}",
            "detail": detail, "event": {"current": "x", "previous": "y"},
        }  # fmt: skip
        body, stamp = json.dumps(payload).encode(), at.isoformat(timespec="seconds").replace("+00:00", "Z")
        signature = b64encode(hmac.digest(secret.encode(), stamp.encode() + body, hashlib.sha256)).decode()
        signed = {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": stamp}
        return signed | {"Content-Type": "application/json"}, body
