"""Signing in at an identity provider: one on loopback, with real keys and real tokens, right and wrong ones."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from model import configuration
from model.errors import ConfigurationInvalid
from service.app import create_app
from service.assembly import Loket
from service.settings import check
from service.storage.migrate import upgrade
from service.storage.store import Store

CLIENT, SECRET = "loket", "a secret of the client"
BACK = "http://localhost/sign-in/oidc/back"


class _Provider:
    """What OpenID Connect asks of a provider, and what a test may make it do wrong."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "first"}, private=True)
        self.published, self.claims, self.header, self.codes, self.sign_with = [self.key], {}, {}, {}, self.key
        self.issuer, self.hangs_up = "", False

    def discovery(self):
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
        }  # fmt: skip

    def jwks(self):
        return KeySet(self.published).as_dict(private=False)

    def authorize(self, asked):
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert (asked["client_id"], asked["redirect_uri"], asked["scope"]) == (CLIENT, BACK, "openid profile email")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, posted, authorization):
        asked = self.codes.pop(posted["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(posted["code_verifier"].encode()).digest()).rstrip(b"=")
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if asked is None or asked["code_challenge"] != proof.decode() or client != f"{CLIENT}:{SECRET}":
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "4711", "nonce": nonce, "iat": now, "exp": now + 300,
            "preferred_username": "anna", "roles": ["loket-agents"], "teams": ["bestellungen", "anything"],
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.sign_with.kid} | self.header
        if header["alg"] == "none":
            parts = (json.dumps(header), json.dumps(claims))
            return ".".join(
                [*(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts), ""]
            )
        return jwt.encode(header, claims, self.sign_with, algorithms=[header["alg"]])


@pytest.fixture(scope="module")
def serving():
    """The provider's server."""
    provider = _Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self._answer(302, {}, provider.authorize(asked))
            elif parts.path == "/.well-known/openid-configuration":
                self._answer(200, provider.discovery())
            else:
                self._answer(200, provider.jwks())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            posted = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(posted, self.headers.get("Authorization", "")))

        def _answer(self, status, facts, location=None):
            body = json.dumps(facts).encode()
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body) + 100 * provider.hangs_up))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def provider(serving):
    """The provider, which does everything right until a test says otherwise."""
    issuer = serving.issuer
    serving.claims, serving.header, serving.codes = {}, {}, {}
    serving.published, serving.sign_with = [serving.key], serving.key
    yield serving
    serving.issuer = issuer


@pytest.fixture
def database_url(tmp_path):
    """One database will do: what is asked of it is tested elsewhere."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def store(database_url):
    opened = Store.at(database_url)
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def variables(provider, database_url):
    """The environment that configures the provider."""
    named = {
        "ISSUER": provider.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "NAME": "Example & Co",
        "ROLES": '{"loket-admins": "admin", "loket-leads": "lead", "loket-agents": "agent"}',
        "DESKS_CLAIM": "teams", "DESKS": '{"bestellungen": "orders", "zurueck": "returns"}',
    }  # fmt: skip
    return {f"LOKET_OIDC__{name}": value for name, value in named.items()} | {"LOKET_DATABASE__URL": database_url}


@pytest.fixture
def browser_of(variables, store):
    """A browser at a Loket that is configured so; needs no model."""

    def make(**more):
        settings = check(configuration.read(variables | more))
        return create_app(Loket(settings, None, store, None, None)).test_client()

    return make


@pytest.fixture
def browser(browser_of):
    return browser_of()


def go(browser, onward=None):
    """To the provider and back as a browser goes; answers the address that it would call to come back."""
    answer = browser.get("/sign-in/oidc", query_string={"next": onward} if onward else None)
    assert answer.status_code == 303, answer.text
    there = requests.get(answer.location, allow_redirects=False, timeout=10)
    assert there.status_code == 302
    return there.headers["Location"]


def come_back(browser, address):
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser, onward=None):
    return come_back(browser, go(browser, onward))


def problem(answer, tree):
    return answer.status_code, tree(answer).find(attrs={"role": "alert"}).text


def test_whoever_the_provider_knows_comes_in_with_role_and_desks(browser, provider, store, tree):
    answer = sign_in(browser, "/desks/orders")

    assert (answer.status_code, answer.location) == (303, "/desks/orders")
    [user] = store.people.users()
    assert (user.name, user.role, user.desks, user.subject) == ("anna", "agent", ("orders",), "4711")
    assert (user.issuer, user.password_hash) == (provider.issuer, "")
    assert browser.get("/desks").status_code == 200
    assert [line.kind for line in store.whole_journal.last(5)][:2] == ["user_created", "signed_in"]


def test_the_sign_in_page_has_a_button_for_it(browser, tree):
    page = tree(browser.get("/sign-in?next=/desks/orders"))

    link = page.find("a", class_="button")
    assert (link.text, link["href"]) == ("Sign in with Example & Co", "/sign-in/oidc?next=/desks/orders")


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"aud": "another"}, {}),
        ({"aud": ["loket", "another"]}, {}),
        ({"azp": "another"}, {}),
        ({"aud": None}, {}),
        ({"iss": "https://id.example.com"}, {}),
        ({"exp": int(time.time()) - 3600}, {}),
        ({"exp": None}, {}),
        ({"iat": int(time.time()) + 3600}, {}),
        ({"sub": ""}, {}),
        ({"sub": None}, {}),
        ({}, {"alg": "none"}),
    ],
    ids=lambda given: "-".join(given) or "as it was",
)
def test_an_id_token_that_is_not_ours_opens_nothing(browser, provider, store, tree, claims, header):
    provider.claims, provider.header = claims, header

    assert problem(sign_in(browser), tree) == (403, "Your organisation did not let you in.")
    assert (store.people.users(), browser.get("/desks").status_code) == ([], 303)
    assert [line.kind for line in store.whole_journal.last(5)] == ["oidc_refused"]


def test_a_token_signed_by_anothers_key_opens_nothing(browser, provider, tree):
    provider.sign_with = RSAKey.generate_key(2048, {"kid": "first"}, private=True)
    assert sign_in(browser).status_code == 403

    provider.sign_with = RSAKey.generate_key(2048, {"kid": "unheard of"}, private=True)
    assert sign_in(browser).status_code == 403


def test_a_token_signed_with_the_clients_secret_opens_nothing(browser, provider):
    """HS256 is what whoever knows the client's secret, or takes a public key for one, could sign with."""
    provider.sign_with = OctKey.import_key(SECRET.ljust(32), {"kid": "first"})
    provider.header = {"alg": "HS256"}

    assert sign_in(browser).status_code == 403


def test_a_key_that_the_provider_has_had_for_a_minute_is_fetched(browser, provider):
    assert sign_in(browser).status_code == 303
    provider.sign_with = RSAKey.generate_key(2048, {"kid": "second"}, private=True)
    provider.published = [provider.key, provider.sign_with]

    assert sign_in(browser).status_code == 303


def test_a_state_comes_back_once(browser, store, tree):
    address = go(browser)
    begun = browser.get_cookie("loket_oidc").value
    assert come_back(browser, address).status_code == 303
    browser.post("/sign-out")

    browser.set_cookie("loket_oidc", begun)
    assert problem(come_back(browser, address), tree) == (403, "This sign-in is over; begin again")
    assert browser.get("/desks").status_code == 303


def test_a_state_comes_back_in_the_browser_that_began(browser, browser_of, tree):
    """Else somebody could be signed in as somebody else by a link."""
    address, other = go(browser), browser_of()
    assert come_back(other, address).status_code == 403

    go(other)
    assert problem(come_back(other, address), tree) == (403, "This sign-in was not begun here; begin again")


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?state=&code=1", "?error=access_denied", "?state=%FF%00&code=x"]
)
def test_coming_back_with_nothing_opens_nothing(browser, query):
    go(browser)
    assert browser.get(f"/sign-in/oidc/back{query}").status_code == 403


def test_a_made_up_code_opens_nothing(browser, provider):
    address = go(browser)
    assert come_back(browser, address.replace("code-0", "code-9")).status_code == 403


def test_without_a_role_nobody_comes_in(browser, provider, store, tree):
    provider.claims = {"roles": ["cleaners"]}

    told = "Your organisation gives you no role here; ask an administrator"
    assert problem(sign_in(browser), tree) == (403, told)
    assert store.people.users() == []


def test_who_loses_the_role_is_out_at_the_next_sign_in_and_so_are_their_sessions(browser, browser_of, provider):
    sign_in(browser)
    provider.claims = {"roles": None}
    elsewhere = browser_of()

    assert sign_in(elsewhere).status_code == 403
    assert browser.get("/desks").status_code == 303


def test_role_and_desks_follow_the_provider_at_each_sign_in(browser, provider, store):
    sign_in(browser)
    provider.claims = {"roles": ["loket-leads", "loket-agents"], "teams": "zurueck", "preferred_username": "anne"}
    sign_in(browser)

    [user] = store.people.users()
    assert (user.name, user.role, user.desks) == ("anna", "lead", ("returns",))
    changed = [line for line in store.whole_journal.last(10) if line.kind == "user_changed"]
    assert [(one.about, one.details) for one in changed] == [("user:anna", {"role": "lead", "desks": ["returns"]})]


def test_a_role_may_stand_deeper_in_the_claims(browser_of, provider, store):
    provider.claims = {"realm_access": {"roles": ["loket-admins"]}, "roles": None}

    assert sign_in(browser_of(LOKET_OIDC__ROLES_CLAIM="realm_access.roles")).status_code == 303
    assert [user.role for user in store.people.users()] == ["admin"]


def test_nobody_becomes_a_local_user_by_having_their_name(browser, store, now, password_hash):
    store.people.add_user(now, "anna", password_hash, "admin", [])
    sign_in(browser)

    names = {user.name: user.role for user in store.people.users()}
    assert len(names) == 2
    assert names["anna"] == "admin"
    assert browser.get("/settings").status_code == 403


def test_who_was_disabled_here_stays_out(browser, store, now, tree):
    sign_in(browser)
    store.people.change_user("anna", disabled_at=now)

    assert problem(sign_in(browser), tree) == (403, "An administrator disabled you here")


def test_with_only_the_provider_passwords_are_for_administrators(browser_of, store, now, password_hash):
    browser = browser_of(LOKET_OIDC__ONLY="true")
    for name, role in (("ada", "admin"), ("bob", "agent")):
        store.people.add_user(now, name, password_hash, role, [])

    def enter(name):
        return browser.post("/sign-in", data={"name": name, "password": "correct horse battery"}).status_code

    assert [enter("bob"), enter("ada")] == [401, 303]


def test_a_provider_that_does_not_answer_is_told_on_the_sign_in_page(browser_of, provider, tree):
    answer = browser_of(LOKET_OIDC__ISSUER="http://127.0.0.1:9").get("/sign-in/oidc")

    assert problem(answer, tree)[0] == 503
    assert tree(answer).find("input", id="password")


def test_a_provider_that_hangs_up_in_the_middle_is_told_on_the_sign_in_page(browser, provider, tree, monkeypatch):
    monkeypatch.setattr(provider, "hangs_up", True)

    status, told = problem(browser.get("/sign-in/oidc"), tree)

    assert (status, told[:18]) == (503, "Your organisation'")


def test_a_provider_that_says_it_is_another_is_not_believed(browser, provider):
    provider.issuer = provider.issuer.replace("127.0.0.1", "localhost")
    assert browser.get("/sign-in/oidc").status_code == 503


def test_without_a_provider_there_is_no_way_to_one(store, database_url, tree):
    settings = check(configuration.read({"LOKET_DATABASE__URL": database_url}))
    client = create_app(Loket(settings, None, store, None, None)).test_client()

    assert [client.get(path).status_code for path in ("/sign-in/oidc", "/sign-in/oidc/back")] == [404, 404]
    assert tree(client.get("/sign-in")).find("a", class_="button") is None


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ISSUER", "http://id.example.com", "oidc.issuer: is an https address"),
        ("ROLES", '{"a": "boss"}', "oidc.roles.a: "),
        ("ROLES", "{}", "oidc.roles: "),
        ("DESKS", '{"a": "nowhere"}', "there is no desk 'nowhere'"),
        ("CLIENT_SECRET", "", "oidc.client_secret: "),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(variables, variable, value, said):
    with pytest.raises(ConfigurationInvalid, match=said) as refused:
        check(configuration.read(variables | {f"LOKET_OIDC__{variable}": value}))

    assert SECRET not in str(refused.value)
