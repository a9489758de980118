"""Some hundred random requests, always the same ones, to every URL there is: nothing is a 500."""

import json
import random
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from service import access

SEED, REQUESTS = 20260302, 400
TEXTS = [
    "", " ", "Waar blijft mijn bestelling?", "\u200b", "\ud800", "a\x00b", "a\r\nb", "é" * 300, "👩‍👧",
    "sl-rozaj-biske", "orders", "complaint", "'; DROP TABLE inquiries --", "{{7*7}}", "%s%n", "../../etc",
    "x" * 20_001, "&nbsp;", "\x1b[31m", "\u202e",
]  # fmt: skip
OTHERS = [0, -1, 1.5, 2**63, -(10**400), 1e308, float("nan"), True, None, [], {}, [[]], {"a": {"b": []}}, ["text"]]
BODIES = {
    "inquiries": {"text": "Where is my order?", "subject": "4711", "name": "Anna", "email": "anna@example.org",
                  "language": "en-GB", "country": "GB", "channel": "web", "fields": {"order": "4711"}},
    "classify": {"text": "Where is my order?", "subject": "4711", "language": "nl"},
    "batch": {"inquiries": [{"text": "Where is my order?"}, {"text": "Hallo", "language": "nl"}]},
    "correct": {"category": "complaint", "desk": "care", "comment": "Anna called.", "version": "1"},
    "form": {"text": "Where is my order?", "once": "once", "email": "anna@example.org"},
    "sign-in": {"name": "anna", "password": "wrong", "next": "/desks"},
}  # fmt: skip
HEADERS = {
    "Idempotency-Key": ["", "a", "\xff", "x" * 300, "once"],
    "Prefer": ["wait=0", "wait=x", "wait=", "wait=-5", "=;,"],
    "If-Match": ["*", '"1"', "1", '"2"', "\xb2", "9" * 40],
    "Accept": ["text/html", "*/*", "application/json", ";;q=x", "\xff"],
    "Accept-Language": ["nl", "x-klingon", "*;q=2", "\xff", "zh-Hant-TW,en;q=0.x"],
    "Origin": ["null", "http://[", "https://example.org", "http://localhost"],
    "Sec-Fetch-Site": ["same-origin", "cross-site", "x"],
    "If-None-Match": ["*", '"x', "W/"],
    "If-Modified-Since": ["yesterday", "Mon, 02 Mar 2026 09:30:00 GMT"],
    "Range": ["bytes=0-", "bytes=x", "lines=1-2"],
    "X-Forwarded-For": ["x", "192.0.2.1, 192.0.2.2"],
}
KINDS = [
    "application/json", "application/json", "application/json", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=b", "text/plain", "\xff", "",
]  # fmt: skip
KEYS = ["Bearer", "Bearer x", "Basic eDp5", "Bearer \xff", "", "x" * 5_000]
PARTS = [
    "1", "orders", "orders", "closed", "ü", "%FF", "..", "%2e%2e", "'", "LK-7Q4M-9XKD", "loket.css", "%E2%80%AE",
    "%00", "orders%00", "x" * 300, "x" * 3_000,
]  # fmt: skip
BROKEN = [
    b"", b"\xff\xfe", b"{", b"[" * 3_000, b'{"text":' * 3_000, b"NaN", b"--b\r\n", b"text=%ZZ&=&&text", b"\x00",
    b" " * 1_048_577,
]  # fmt: skip


class Fuzz:
    """Random requests of one seed: right ones with something wrong in them, so that they get far."""

    def __init__(self, rules, parts, credentials, token):
        self._random = random.Random(SEED)
        self._rules, self._parts, self._credentials, self._token = rules, parts, credentials, token

    def request(self):
        """What a client's open() takes."""
        pick, rule = self._random.choice, self._random.choice(self._rules)
        pieces = [pick(self._parts) if "<" in part else part for part in rule.rule.split("/")]
        query = "&".join(
            f"{name}={pick(self._parts)}" for name in ("status", "cursor", "lang", "next") if self._now(4)
        )
        method = pick(["GET", "POST", "PUT", "HEAD"]) if self._now(8) else pick(sorted(rule.methods - {"OPTIONS"}))
        headers = {name: pick(values) for name, values in HEADERS.items() if self._now(5)}
        headers |= {"Authorization": pick(KEYS)} if self._now(8) else pick(self._credentials)
        path, kind = f"{'/'.join(pieces)}?{query}", pick(KINDS)
        body = self._body(BODIES.get(pieces[-1], {}), kind)
        return {"path": path, "method": method, "content_type": kind, "headers": headers, "data": body}

    def _now(self, one_of):
        return self._random.randrange(one_of) == 0

    def _body(self, right, kind):
        if self._now(6):
            return self._random.choice([*BROKEN, self._random.randbytes(100)])
        body = right if self._now(3) else self._spoilt(right)
        if kind.startswith(("application/json", "text")):
            return json.dumps(body).encode()
        pairs = {name: str(value) for name, value in body.items()} | {"token": self._token}
        return "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in pairs.items()).encode()

    def _spoilt(self, right):
        """A copy with one value or name, at any depth, replaced."""
        value = self._random.choice(OTHERS if self._now(3) else TEXTS)
        if not isinstance(right, dict) or not right:
            return value if not isinstance(right, dict) else {"text": value}
        name = self._random.choice(sorted(right))
        if self._now(6):
            return right | {self._random.choice(TEXTS): value}
        inner = right[name]
        return right | {name: self._spoilt(inner) if isinstance(inner, dict) and self._now(2) else value}


def _quoted(text):
    return quote(text.encode("utf-8", "surrogatepass"))


@pytest.fixture
def answers(app, key, store, now, lay):
    """Send the requests, most with a key that may all and signed in, some with less."""
    access.create_user(store.people, now, "anna", "correct horse battery", "admin", [])
    token = access.sign_in(store.people, datetime.now(UTC), "anna", "correct horse battery", timedelta(days=9_999))
    admin, session = key("admin"), {"Cookie": f"loket_session={token}"}
    served = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    stays = [rule for rule in served if "/sign-out" not in rule.rule]
    rules = [rule for rule in stays for _ in range(3 if "POST" in rule.methods else 1)]

    known = [lay().id, lay().id, lay().inquiry_id]
    fuzz = Fuzz(rules, [*PARTS, *known], [admin | session] * 3 + [admin, session, {}], access.form_token(token))
    found = []
    for request in (fuzz.request() for _ in range(REQUESTS)):
        answer = app.test_client().open(**request)
        found.append((answer.status_code, f"{request['method']} {request['path'][:100]}"))
        answer.close()
    return found


def test_no_random_request_is_a_500(answers):
    assert [answer for answer in answers if answer[0] == 500] == []
    assert {200, 202, 303, 400, 401, 403, 404, 405, 415, 422} <= {status for status, _ in answers}
