"""Real answers of every operation, good and bad, are what /openapi.json describes."""

import json
import re

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

TEXT = {"text": "Where is my order? It should have been delivered on Monday."}


class ConformingClient(FlaskClient):
    """Holds every answer of a described operation against the description, and says what did not conform."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.seen, self.wrong = set(), []
        self.api = json.loads(super().open("/openapi.json").get_data())

    def open(self, path, **named):
        answer = super().open(path, **named)
        template, described = self._operation(path, named["method"].lower())
        told = f"{named['method']} {template} {answer.status_code}"
        self.seen.add((named["method"], template))
        content = described["responses"].get(str(answer.status_code), {}).get("content", {})
        if answer.mimetype not in content:
            self.wrong.append(f"{told}: {answer.mimetype} is not described")
        elif answer.mimetype != "text/plain":
            self.wrong += [f"{told}: {error}" for error in self._errors(content[answer.mimetype]["schema"], answer)]
        return answer

    def _operation(self, path, method):
        for template, methods in self.api["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path.partition("?")[0]) and method in methods:
                return template, methods[method]
        raise AssertionError(f"{method} {path} is not described")

    def _errors(self, schema, answer):
        whole = _closed({**schema, "components": self.api["components"]})
        return [error.message for error in Draft202012Validator(whole).iter_errors(answer.json)]


def _closed(schema):
    """The same schema, by which an object has no other fields than those described."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


@pytest.fixture
def client(app):
    """A client that looks at every answer."""
    app.test_client_class = ConformingClient
    return app.test_client()


@pytest.fixture
def laid(lay):
    return {status: lay().id for status in ("confirm", "correct", "close")}


def test_every_operation_answers_as_described(client, key, laid, working, wait_until, trained_registry):
    admin, waiting = key("admin"), {"Prefer": "wait=10"}
    post = lambda path, body=None, **headers: client.post(path, json=body, headers=admin | headers)  # noqa: E731
    inquiry_id = post("/api/v1/inquiries", TEXT, **waiting).json["id"]
    client.post("/api/v1/inquiries", json=TEXT, headers=waiting)
    client.post("/api/v1/inquiries", json=TEXT)
    client.get(f"/api/v1/inquiries/{inquiry_id}", headers=admin)
    post("/api/v1/classify", TEXT | {"language": "zh-TW"})
    post("/api/v1/classify/batch", {"inquiries": [TEXT, {"text": "Waar blijft mijn bestelling?"}]})
    client.get("/api/v1/desks", headers=admin)
    client.get("/api/v1/desks/orders/tickets?status=open", headers=admin)
    golden_id = post("/api/v1/desks/orders/golden", TEXT | {"language": "en"}).json["id"]
    client.get("/api/v1/desks/orders/golden", headers=admin)
    client.delete(f"/api/v1/desks/orders/golden/{golden_id}", headers=admin)
    for what, ticket_id in laid.items():
        post(f"/api/v1/tickets/{ticket_id}/{what}", {"category": "complaint"})
    post(f"/api/v1/tickets/{laid['correct']}/undo")
    post(f"/api/v1/tickets/{laid['correct']}/assign", {"to": None})
    client.post("/api/v1/incoming/lost", json={})
    client.get("/api/v1/events?limit=5", headers=admin)
    client.get("/api/v1/clock", headers=admin)
    client.get("/api/v1/models", headers=admin)
    post(f"/api/v1/models/{trained_registry.champion()}/promote")
    post(f"/api/v1/models/{trained_registry.champion()}/promote-despite-gate")
    post("/api/v1/models/rollback")  # a 409: there is none before it
    for path in ("/healthz", "/metrics"):
        client.get(path, headers=admin)
    wait_until(lambda: client.get("/readyz").status_code == 200)

    described = {(method.upper(), path) for path, methods in client.api["paths"].items() for method in methods}
    assert client.wrong == []
    assert client.seen == described


def test_every_refusal_is_as_described(client, key, laid):
    desk, other, none = key("desk"), key("desk", desks=["hr"]), key("submit")
    correct = f"/api/v1/tickets/{laid['correct']}/correct"
    for headers in ({}, none, {"Authorization": "Bearer lost"}):
        client.get("/api/v1/desks", headers=headers)
        client.get("/api/v1/desks/orders/tickets", headers=headers)
        client.get("/api/v1/desks/orders/golden", headers=headers)
        client.post("/api/v1/desks/orders/golden", json=TEXT, headers=headers)
        client.delete("/api/v1/desks/orders/golden/1", headers=headers)
        client.get("/api/v1/inquiries/1", headers=headers)
        client.get("/api/v1/models", headers=headers)
        client.get("/api/v1/events", headers=headers)
        client.get("/metrics", headers=headers)
        client.post("/api/v1/models/1/promote", headers=headers)
        client.post("/api/v1/classify", json=TEXT, headers=headers)
        client.post("/api/v1/classify/batch", json={"inquiries": [TEXT]}, headers=headers)
        for what, ticket_id in laid.items():
            client.post(f"/api/v1/tickets/{ticket_id}/{what}", json={"desk": "hr"}, headers=headers)
        client.get("/api/v1/clock", headers=headers)
    for what, ticket_id in [*laid.items(), ("undo", laid["close"]), ("assign", laid["close"])]:
        client.post(f"/api/v1/tickets/{ticket_id}/{what}", json={"desk": "hr"}, headers=other)
    for body in ({}, {"text": ""}, {"text": "Hello", "fields": {"a": []}}, [], TEXT | {"x": 1}):
        client.post("/api/v1/inquiries", json=body)
        client.post("/api/v1/classify", json=body, headers=key("classify"))
    for body, kind in ((b"{", "application/json"), (b"{}", "text/plain"), (b" " * 1_048_577, "application/json")):
        client.post("/api/v1/inquiries", data=body, content_type=kind)
        client.post(correct, data=body, content_type=kind, headers=desk)
    client.post(correct, json={"category": "complaint"}, headers=desk)
    client.post(correct, json={"category": "feedback"}, headers=desk)
    client.post(correct, json={}, headers=desk)
    client.post(correct.replace("/correct", "/confirm"), headers=desk | {"If-Match": "1"})
    client.get("/api/v1/desks/lost/tickets", headers=desk)
    client.get("/api/v1/desks/lost/golden", headers=desk)
    client.delete("/api/v1/desks/orders/golden/1", headers=desk)
    client.get("/api/v1/desks/orders/tickets?status=lost", headers=desk)
    client.post(correct.replace("/correct", "/undo"), headers=key("desk", name="bob"))
    client.post(correct.replace("/correct", "/assign"), json={"to": "user:lost"}, headers=desk)
    client.get("/api/v1/clock?since=lost", headers=key("figures"))
    client.get("/api/v1/clock?desk=lost", headers=key("figures"))
    client.get("/api/v1/events?after=lost", headers=key("events"))
    client.post("/api/v1/models/lost/promote", headers=key("models"))
    client.get("/readyz")

    assert client.wrong == []
