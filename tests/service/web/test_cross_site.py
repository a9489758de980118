"""A form that another site's page sends is refused, whatever it carries."""

import pytest

FOREIGN = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a sister site": {"Sec-Fetch-Site": "same-site"},
    "a word that no browser says": {"Sec-Fetch-Site": "anything"},
    "another origin": {"Origin": "https://evil.example"},
    "our name within another": {"Origin": "http://localhost.evil.example"},
    "our name as a user": {"Origin": "http://localhost@evil.example"},
    "another port": {"Origin": "http://localhost:8080"},
    "no origin to tell": {"Origin": "null"},
    "both": {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
}
BROKEN = {"Origin": "http://[half an address"}
OWN = {
    "our page": {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
    "no page": {"Sec-Fetch-Site": "none"},
    "our origin": {"Origin": "http://localhost"},
    "a program": {},
}


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what is refused never reaches it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_an_inquiry_from_another_sites_page_is_refused(client, store, headers):
    answer = client.post("/form", data={"text": "Hello?"}, headers=headers)

    assert (answer.status_code, list(store.inquiries.all())) == (403, [])


def test_an_origin_that_is_no_address_is_refused(client):
    assert client.post("/form", data={"text": "Hello?"}, headers=BROKEN).status_code == 403


@pytest.mark.parametrize("headers", OWN.values(), ids=OWN)
def test_an_inquiry_from_our_page_or_a_program_is_stored(client, store, headers):
    answer = client.post("/form", data={"text": "Hello?"}, headers=headers)

    assert (answer.status_code, store.inquiries.count_received()) == (303, 1)


def test_a_link_from_another_site_opens_the_form(client):
    assert client.get("/form", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_nobody_is_signed_in_or_out_by_another_sites_page(person):
    client = person("anna", "orders")

    for headers in FOREIGN.values():
        signed_in = client.post("/sign-in", data={"name": "anna", "password": "wrong"}, headers=headers)
        signed_out = client.post("/sign-out", headers=headers)
        assert (signed_in.status_code, signed_out.status_code) == (403, 403), headers
    assert client.get("/desks").status_code == 200


@pytest.mark.parametrize("button", ["confirm", "correct", "close"])
def test_a_ticket_is_not_changed_by_another_sites_page(person, lay, as_laid, press, button):
    client, ticket = person("anna", "orders"), lay("orders")
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    answer = press(client, ticket, button, category="order_change")

    assert (answer.status_code, as_laid(ticket)) == (403, ticket)
