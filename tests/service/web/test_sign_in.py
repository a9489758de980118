"""Signing in and out: who may in, for how long, and where they are sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest

from service import access
from service.app import create_app
from service.errors import Unauthenticated
from service.settings import check

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these
PASSWORD = "correct horse battery"
HOURS_12 = timedelta(hours=12)
ELSEWHERE = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "/\r\nSet-Cookie: a=b", "/\x00/evil.example", "/\u3000/evil.example", "evil.example", "",
]  # fmt: skip


@pytest.fixture
def anna(store, now, password_hash):
    store.people.add_user(now, "anna", password_hash, "agent", ["orders"])


def sign_in(client, password=PASSWORD, name="anna", **form):
    return client.post("/sign-in", data={"name": name, "password": password} | form)


def session_cookie(answer):
    [cookie] = SimpleCookie(answer.headers["Set-Cookie"]).values()
    return cookie


def test_the_right_password_opens_the_inbox(client, anna, tree):
    answer = sign_in(client)

    assert (answer.status_code, answer.location) == (303, "/desks")
    assert tree(client.get("/desks")).find("header").find(class_="quiet").text == "anna"


@one_database
@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "not this one"), ("anna", ""), ("bob", PASSWORD), ("", ""), ("ANNA", PASSWORD), ("anna ", PASSWORD)],
)
def test_a_wrong_name_or_password_is_told_without_saying_which(client, anna, tree, name, password):
    answer = sign_in(client, password, name)

    page = tree(answer)
    told = (page.find(attrs={"role": "alert"}).text, page.find(id="name")["value"])
    assert (answer.status_code, told) == (401, ("Name or password is wrong", name))
    assert "Set-Cookie" not in answer.headers
    assert PASSWORD not in answer.text


def test_an_impossible_name_is_a_wrong_name(client, anna):
    assert sign_in(client, name="x" * 100_000).status_code == 401
    assert sign_in(client, name=b"anna\xed\xa0\x80").status_code == 401


def test_a_name_with_a_nul_is_a_wrong_name(client, anna):
    assert sign_in(client, name="an\x00na").status_code == 401


def test_five_wrong_passwords_lock_the_right_one_out(client, anna, tree):
    wrong = [sign_in(client, "not this one").status_code for _ in range(5)]

    answer = sign_in(client)

    assert (wrong, answer.status_code) == ([401] * 5, 429)
    assert tree(answer).find(attrs={"role": "alert"}).text == "Too many failed attempts; try again later."
    assert client.get("/desks").status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(14, 429), (16, 303)])
def test_the_lock_lasts_a_quarter_of_an_hour(client, store, anna, minutes, status):
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            access.sign_in(store.people, then, "anna", "not this one", HOURS_12)

    assert sign_in(client).status_code == status


def test_signing_in_forgets_the_failures_before_it(client, anna):
    for _ in range(2):
        attempts = [sign_in(client, "not this one").status_code for _ in range(4)]
        assert (attempts, sign_in(client).status_code) == ([401] * 4, 303)


@one_database
def test_a_name_that_does_not_exist_is_answered_like_one_that_does(client, anna):
    answers = [[sign_in(client, "not this one", name).status_code for _ in range(6)] for name in ("anna", "bob")]

    assert answers[0] == answers[1]


@one_database
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client, anna, tree):
    answer = client.get("/desks/orders?status=closed")
    page = tree(client.get(answer.location))

    onward = sign_in(client, next=page.find("input", attrs={"name": "next"})["value"])

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/desks/orders?status%3Dclosed")
    assert onward.location == "/desks/orders?status=closed"


@one_database
def test_a_mistyped_password_does_not_lose_the_way_back(client, anna, tree):
    page = tree(sign_in(client, "not this one", next="/desks/orders"))

    assert page.find("input", attrs={"name": "next"})["value"] == "/desks/orders"


@one_database
def test_the_sign_in_page_offers_no_way_elsewhere(client, tree):
    pages = [tree(client.get("/sign-in", query_string={"next": elsewhere})) for elsewhere in ELSEWHERE]

    assert [page.find("input", attrs={"name": "next"}) for page in pages] == [None] * len(ELSEWHERE)


@one_database
def test_nobody_is_sent_elsewhere_after_signing_in(client, anna):
    locations = [sign_in(client, next=elsewhere).location for elsewhere in ELSEWHERE]

    assert locations == ["/desks"] * len(ELSEWHERE)


@one_database
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, anna):
    cookie = session_cookie(sign_in(client))

    flags = {name: cookie[name] for name in ("httponly", "samesite", "path", "max-age", "domain", "secure")}
    half_a_day = str(int(HOURS_12.total_seconds()))
    said = {"httponly": True, "samesite": "Lax", "path": "/", "max-age": half_a_day, "domain": "", "secure": ""}
    assert flags == said


@one_database
def test_the_cookie_is_for_https_alone_where_that_is_configured(configure, loket, anna):
    found = configure(LOKET_WEB__SECURE_COOKIES="true", LOKET_WEB__SESSION_HOURS="1")
    client = create_app(replace(loket, settings=check(found))).test_client()

    cookie = session_cookie(sign_in(client))
    assert (cookie.key, cookie["secure"], cookie["max-age"]) == ("__Host-loket_session", True, "3600")


def test_signing_out_ends_the_session_even_for_a_copied_cookie(client, anna):
    token = session_cookie(sign_in(client)).value
    answer = client.post("/sign-out")

    assert (answer.status_code, answer.location, client.get_cookie("loket_session")) == (303, "/sign-in", None)
    client.set_cookie("loket_session", token)
    assert client.get("/desks").status_code == 303


def test_signing_out_without_a_session_is_no_error(client):
    assert client.post("/sign-out").location == "/sign-in"


def test_a_session_ends_by_itself(client, store, anna):
    token = access.sign_in(store.people, datetime.now(UTC) - HOURS_12, "anna", PASSWORD, HOURS_12)

    client.set_cookie("loket_session", token)

    assert client.get("/desks").status_code == 303


@pytest.mark.parametrize(
    "cookie", ["", "made-up", "x" * 4000, "caf\u00e9"], ids=["empty", "made up", "long", "letters"]
)
def test_a_made_up_session_is_none(client, cookie):
    client.set_cookie("loket_session", cookie)

    assert client.get("/desks").status_code == 303


def test_a_disabled_user_is_out_at_once(client, store, anna, now):
    sign_in(client)
    store.people.change_user("anna", disabled_at=now)

    assert (client.get("/desks").status_code, sign_in(client).status_code) == (303, 401)
