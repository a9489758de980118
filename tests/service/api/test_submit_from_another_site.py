"""POST /api/v1/inquiries from a page of another website: only of the sites that are allowed (CORS)."""

from dataclasses import replace

import pytest

from service.app import create_app
from service.settings import check

URL = "/api/v1/inquiries"
SHOP = "https://www.example.org"
CORS = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "Vary")
ALLOWED = (SHOP, "Content-Type, Idempotency-Key, Prefer", "Origin")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(loket, configure):
    """Of a process that lets the shop's pages post."""
    settings = check(configure(LOKET_WEB__ALLOWED_ORIGINS=f'["{SHOP}"]'))
    return create_app(replace(loket, settings=settings)).test_client()


def told(answer):
    return tuple(answer.headers.get(name) for name in CORS)


def test_an_allowed_page_may_ask_and_post(client):
    asked = client.options(URL, headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"})
    posted = client.post(URL, json={"text": "Hello"}, headers={"Origin": SHOP})

    assert (asked.status_code, told(asked)) == (200, ALLOWED)
    assert (posted.status_code, told(posted)) == (202, ALLOWED)


def test_an_allowed_page_may_read_what_is_wrong(client):
    assert told(client.post(URL, json={"text": ""}, headers={"Origin": SHOP})) == ALLOWED


@pytest.mark.parametrize(
    "origin", ["https://www.example.com", "http://www.example.org", "null", SHOP + ".evil", None]
)
def test_another_page_may_not(client, origin):
    headers = {"Origin": origin} if origin else {}
    assert told(client.options(URL, headers=headers)) == (None, None, "Origin")


def test_by_default_no_page_may(app):
    assert told(app.test_client().options(URL, headers={"Origin": SHOP})) == (None, None, "Origin")


def test_everything_else_of_the_api_is_for_programs(client, key):
    answer = client.get("/api/v1/desks", headers=key("desk") | {"Origin": SHOP})
    assert told(answer)[0] is None
