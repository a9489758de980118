"""The administrators' page and one's own account: rights, keys, passwords, sessions, and no secret anywhere."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from model import configuration
from service import access
from service.app import create_app
from service.assembly import Loket
from service.settings import check
from service.storage.migrate import upgrade
from service.storage.store import Store

PASSWORD = "correct horse battery"
SECRETS = {
    "LOKET_DATABASE__URL": "hunter2-database",
    "LOKET_OIDC__CLIENT_SECRET": "hunter2-client",
    "LOKET_TRANSLATION__DEEPL__API_KEY": "hunter2-deepl",
    "LOKET_TRANSLATION__LIBRETRANSLATE__API_KEY": "hunter2-libre",
    "LOKET_TRANSLATION__LIBRETRANSLATE__URL": "https://me:hunter2-url@translate.example.com/hunter2-path?key=hunter2",
}
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"hunter2 and twenty-four bytes").decode()
DELIVERIES = [
    {"kind": "webhook", "desk": "*", "url": "https://hooks.example.com/hunter2", "secret": WEBHOOK_SECRET},
    {
        "kind": "email", "desk": "orders", "to": "orders@example.com", "sender": "loket@example.com",
        "host": "mail.example.com", "user": "loket", "password": "hunter2-mail",
    },
]  # fmt: skip
OIDC = {
    "LOKET_OIDC__ISSUER": "https://id.example.com", "LOKET_OIDC__CLIENT_ID": "loket",
    "LOKET_OIDC__ROLES": '{"a": "agent"}',
}  # fmt: skip


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
def app_of(store):
    """An application of a configuration; needs no model."""

    def make(file=None, **variables):
        found = configuration.read(variables, file)
        return create_app(Loket(check(found), None, store, None, None, found))

    return make


@pytest.fixture
def app(app_of):
    return app_of()


@pytest.fixture
def ada(person):
    """An administrator's browser."""
    return person("ada", role="admin")


@pytest.fixture
def press(tree):
    """Send a form of a page as a browser would; what is given is typed, or tampered with."""

    def act(client, page, action, which=0, **typed):
        found = tree(client.get(page)).find_all("form", action=action)[which]
        carried = {one["name"]: one["value"] for one in found.find_all("input", type="hidden")}
        return client.post(action, data=carried | typed)

    return act


@pytest.fixture
def told(store):
    """What the journal says of people and keys, but for sign-ins: kind, actor, about and details."""

    def read():
        lines = store.whole_journal.last(100)
        return [(one.kind, one.actor, one.about, one.details) for one in lines if "sign" not in one.kind]

    return read


def named(tree, client, name):
    """What the page says of a user or key."""
    [item] = [one for one in tree(client.get("/settings")).find_all("li") if one.find("b") and one.b.text == name]
    return " ".join(item.find("div").text.split())


def test_an_administrator_sees_users_keys_desks_and_settings(ada, person, store, now, tree):
    person("anna", "orders")
    access.create_key(store.people, now, "shop", ["submit"], [])

    page = tree(ada.get("/settings"))

    assert [one.text for one in page.find_all("h2")] == ["Users", "API keys", "Desks", "Configuration in effect"]
    assert named(tree, ada, "anna").startswith("anna agent orders")
    assert named(tree, ada, "shop").startswith("shop submit all desks")
    assert {row.th.text.split()[-1] for row in page.find("section", {"aria-labelledby": "desks"}).tbody("tr")} >= {
        "orders", "triage",
    }  # fmt: skip


@pytest.mark.parametrize("role", ["agent", "lead", "scientist"])
def test_nobody_else_sees_any_of_it(person, role):
    client = person("anna", "orders", role=role)

    assert client.get("/settings").status_code == 403
    assert 'href="/settings"' not in client.get("/password").text


def test_another_role_and_other_desks_end_the_users_sessions(ada, person, store, press, told, tree):
    anna = person("anna", "orders")

    answer = press(ada, "/settings", "/settings/users", name="anna", role="lead", desks=["hr", "returns"])

    assert (answer.status_code, answer.location) == (303, "/settings?told=changed")
    assert anna.get("/desks").status_code == 303
    assert named(tree, ada, "anna").startswith("anna lead hr, returns")
    assert told() == [("user_changed", "user:ada", "user:anna", {"role": "lead", "desks": ["hr", "returns"]})]


def test_a_disabled_user_is_out_until_let_in_again(ada, person, press, told):
    anna = person("anna", "orders")
    form = {"name": "anna", "password": PASSWORD}

    press(ada, "/settings", "/settings/users/disable", name="anna")
    assert (anna.get("/desks").status_code, anna.post("/sign-in", data=form).status_code) == (303, 401)

    press(ada, "/settings", "/settings/users/enable", name="anna")
    assert anna.post("/sign-in", data=form).status_code == 303
    assert [kind for kind, *_ in told()] == ["user_disabled", "user_enabled"]


def test_nobody_takes_their_own_rights(ada, store, tree):
    token = tree(ada.get("/password")).find("input", {"name": "token"})["value"]
    asked = [("/settings/users", {"role": "agent"}), ("/settings/users/disable", {})]

    answers = [ada.post(path, data={"token": token, "name": "ada"} | more) for path, more in asked]

    assert [one.status_code for one in answers] == [409, 409]
    assert [(user.role, user.disabled_at) for user in store.people.users()] == [("admin", None)]


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"name": "nobody"}, 404), ({"role": "boss"}, 422), ({"desks": "nowhere"}, 422), ({"role": ""}, 422)],
)
def test_what_there_is_not_changes_nothing(ada, person, store, press, typed, status):
    person("anna", "orders")
    before = store.people.users()

    answer = press(ada, "/settings", "/settings/users", **({"name": "anna", "role": "agent"} | typed))

    assert (answer.status_code, store.people.users()) == (status, before)


def test_a_key_is_shown_once_and_works(app, ada, store, press, told, tree):
    answer = press(ada, "/settings", "/settings/keys", name="shop", scopes=["desk"], desks=["orders"])

    key = tree(answer).find("code", class_="secret").text
    asked = app.test_client().get("/api/v1/desks", headers={"Authorization": f"Bearer {key}"})
    assert [one["desk"] for one in asked.json["desks"]] == ["orders"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert key not in ada.get("/settings").text
    assert told() == [("key_created", "user:ada", "key:shop", {"scopes": ["desk"], "desks": ["orders"]})]


def test_a_revoked_key_opens_nothing(app, ada, press, told, tree):
    key = tree(press(ada, "/settings", "/settings/keys", name="shop", scopes="desk")).find("code", class_="secret")

    press(ada, "/settings", "/settings/keys/revoke", name="shop")

    asked = app.test_client().get("/api/v1/desks", headers={"Authorization": f"Bearer {key.text}"})
    assert asked.status_code == 401
    assert told()[-1][:3] == ("key_revoked", "user:ada", "key:shop")
    token = tree(ada.get("/password")).find("input", {"name": "token"})["value"]
    assert ada.post("/settings/keys/revoke", data={"token": token, "name": "shop"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"name": ""}, 422), ({"name": " shop"}, 422), ({"name": "sh\x00op"}, 422), ({"name": "x" * 101}, 422),
        ({"scopes": []}, 422), ({"scopes": ["everything"]}, 422), ({"desks": ["nowhere"]}, 422),
        ({"name": "taken"}, 409),
    ],
)  # fmt: skip
def test_a_key_that_is_not_fit_is_not_made(ada, store, now, press, typed, status):
    access.create_key(store.people, now, "taken", ["submit"], [])

    answer = press(ada, "/settings", "/settings/keys", **({"name": "shop", "scopes": ["desk"]} | typed))

    [kept] = store.people.keys()
    assert (answer.status_code, kept.name) == (status, "taken")


@pytest.mark.parametrize("path", ["users", "users/disable", "users/enable", "keys", "keys/revoke"])
def test_a_form_of_another_session_changes_nothing(ada, person, store, tree, path):
    person("anna", "orders")
    other = person("eve", role="admin")
    token = tree(other.get("/password")).find("input", {"name": "token"})["value"]
    before = (store.people.users(), store.people.keys())
    form = {"name": "anna", "role": "admin", "scopes": "admin"}

    statuses = [ada.post(f"/settings/{path}", data=form | more).status_code for more in ({}, {"token": token})]
    assert statuses == [403, 403]
    assert (store.people.users(), store.people.keys()) == before


def test_what_was_typed_as_a_name_is_shown_as_text(ada, store, now, tree):
    evil = "<script>alert(1)</script>"
    store.people.add_user(now, evil, "", "agent", [])

    assert evil not in ada.get("/settings").text
    assert named(tree, ada, evil)


def test_no_secret_is_on_the_page_only_that_it_is_set(app_of, store, now, password_hash):
    """A Loket that is configured with secrets of all kinds, whose database is then another."""
    known = SECRETS | {
        "LOKET_DATABASE__URL": f"postgresql://me:{SECRETS['LOKET_DATABASE__URL']}@db.example.com/loket"
    }
    client = app_of(**known, **OIDC, LOKET_DELIVERIES=json.dumps(DELIVERIES)).test_client()
    store.people.add_user(now, "ada", password_hash, "admin", [])
    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    page = client.get("/settings").text

    assert "hunter2" not in page
    assert WEBHOOK_SECRET[6:] not in page
    assert "https://hooks.example.com/…" in page
    assert "https://translate.example.com/…" in page
    assert "postgresql://db.example.com" in page


def test_each_setting_says_where_it_comes_from(app_of, store, now, password_hash, tmp_path, tree):
    file = tmp_path / "loket.toml"
    file.write_text('[web]\nsession_hours = 3\n[translation.deepl]\napi_key = "hunter2"\n')
    client = app_of(str(file), LOKET_WEB__IDLE_MINUTES="45").test_client()
    store.people.add_user(now, "ada", password_hash, "admin", [])
    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    rows = [[cell.text for cell in row(["th", "td"])] for row in tree(client.get("/settings"))("tr")]

    wanted = {"web.session_hours", "web.idle_minutes", "web.secure_cookies", "desks.triage.name"}
    assert {name: rest for name, *rest in rows if name in wanted} == {
        "web.session_hours": ["3.0", str(file)],
        "web.idle_minutes": ["45.0", "LOKET_WEB__IDLE_MINUTES"],
        "web.secure_cookies": ["False", "default"],
        "desks.triage.name": ["Triage", "packaged company"],
    }
    assert ["translation.deepl.api_key", "set", str(file)] in rows


def test_ones_own_password_is_changed_and_other_sessions_end(app, person, press, tree):
    here, there = person("anna", "orders"), app.test_client()
    there.post("/sign-in", data={"name": "anna", "password": PASSWORD})

    answer = press(
        here, "/password", "/password", present=PASSWORD, new="another long one", again="another long one"
    )

    assert (answer.status_code, answer.location) == (303, "/password?told=changed")
    assert [one.get("/desks").status_code for one in (here, there)] == [200, 303]
    assert there.post("/sign-in", data={"name": "anna", "password": "another long one"}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"present": "wrong"}, 401, "The present password is wrong"),
        ({"again": "not the same one"}, 422, "The new password is not the same twice"),
        ({"new": "short", "again": "short"}, 422, "A password has at least 12 characters"),
    ],
)
def test_a_password_that_is_not_changed_says_why(person, press, tree, typed, status, said):
    client = person("anna", "orders")
    right = {"present": PASSWORD, "new": "another long one", "again": "another long one"}

    answer = press(client, "/password", "/password", **(right | typed))

    assert (answer.status_code, tree(answer).find(attrs={"role": "alert"}).text) == (status, said)
    assert client.get("/desks").status_code == 200
    assert "another long one" not in answer.text


def test_signing_out_everywhere_ends_the_other_session_too(app, person, press):
    here, there = person("anna", "orders"), app.test_client()
    there.post("/sign-in", data={"name": "anna", "password": PASSWORD})

    assert press(here, "/password", "/sign-out-everywhere").location == "/sign-in"
    assert [one.get("/desks").status_code for one in (here, there)] == [303, 303]


def test_signing_in_again_ends_the_session_that_the_browser_had(app, person):
    client = person("anna", "orders")
    before = client.get_cookie("loket_session").value
    client.post("/sign-in", data={"name": "anna", "password": PASSWORD})

    thief = app.test_client()
    thief.set_cookie("loket_session", before)
    assert (client.get("/desks").status_code, thief.get("/desks").status_code) == (200, 303)


@pytest.fixture
def returning(app, store, now, password_hash):
    """A browser whose session was opened so many minutes ago."""
    store.people.add_user(now, "anna", password_hash, "agent", ["orders"])

    def make(minutes):
        client, then = app.test_client(), datetime.now(UTC) - timedelta(minutes=minutes)
        token = access.sign_in(store.people, then, "anna", PASSWORD, timedelta(hours=12))
        client.set_cookie("loket_session", token)
        return client, token

    return make


def test_a_browser_is_given_another_token_after_a_quarter_of_an_hour(app, returning):
    client, token = returning(16)

    assert client.get("/desks").status_code == 200
    new = client.get_cookie("loket_session")
    assert new.value != token
    assert new.http_only
    assert client.get("/desks").status_code == 200


def test_a_list_that_asks_by_itself_keeps_nobody_signed_in(returning, store):
    client, token = returning(16)

    assert client.get("/desks", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
    assert client.get_cookie("loket_session").value == token


@pytest.mark.parametrize(("minutes", "status"), [(119, 200), (121, 303)])
def test_a_session_that_was_not_used_for_two_hours_is_over(returning, minutes, status):
    assert returning(minutes)[0].get("/desks").status_code == status


def test_behind_https_the_cookie_is_bound_to_the_host(app_of, store, now, password_hash):
    client = app_of(LOKET_WEB__SECURE_COOKIES="true").test_client()
    store.people.add_user(now, "anna", password_hash, "agent", ["orders"])

    answer = client.post("/sign-in", data={"name": "anna", "password": PASSWORD}, base_url="https://localhost")

    said = answer.headers["Set-Cookie"]
    assert said.startswith("__Host-loket_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in said.split(";")}
    assert "Domain" not in said
    assert client.get("/desks", base_url="https://localhost").status_code == 200
    left = client.post("/sign-out", base_url="https://localhost").headers["Set-Cookie"]
    assert left.startswith("__Host-loket_session=;")
    assert "Secure" in left
