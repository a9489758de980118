"""Who may open which page and press which button: every address against every role, by the answers themselves.

The table is whole: an address without a row fails the first test. Addresses of the API have theirs in
tests/service/test_access.py.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from model import configuration
from service import access
from service.app import create_app
from service.assembly import Loket, make_pipeline
from service.pipeline.translation.records import NothingKept
from service.settings import check
from service.storage.desk_tables import deliveries
from service.storage.engine import writing
from service.storage.migrate import upgrade
from service.storage.outbox import LAID, Outbox
from service.storage.store import Store
from service.translation_records import TranslationRecords

# "in" is the way to the sign-in page. The ticket lies on orders; agent and lead are of orders, other is an agent of
# hr. A 404 is what somebody gets who may know of no such ticket, version or delivery.
ROLES = ("nobody", "agent", "other", "lead", "scientist", "admin")
PAGES = """
GET  /                                                  200  200  200  200  200  200
GET  /form                                              200  200  200  200  200  200
POST /form                                              303  303  303  303  303  303
GET  /form/received/<receipt>                           200  200  200  200  200  200
GET  /docs                                              200  200  200  200  200  200
GET  /static/<path:filename>                            200  200  200  200  200  200
GET  /mail/<token>                                      404  404  404  404  404  404
POST /mail/<token>                                      404  404  404  404  404  404

GET  /sign-in                                           200  200  200  200  200  200
POST /sign-in                                           401  401  401  401  401  401
GET  /sign-in/oidc                                      404  404  404  404  404  404
GET  /sign-in/oidc/back                                 404  404  404  404  404  404
POST /sign-out                                          in   in   in   in   in   in
POST /sign-out-everywhere                               in   in   in   in   in   in
GET  /password                                          in   200  200  200  200  200
POST /password                                          in   401  401  401  401  401

GET  /desks                                             in   200  200  200  403  200
GET  /desks/<desk>                                      in   200  404  200  403  200
POST /desks/<desk>                                      in   200  404  200  403  200
GET  /tickets                                           in   200  200  200  403  200
POST /tickets                                           in   200  200  200  403  200
GET  /tickets/<ticket_id>                               in   200  404  200  403  200
GET  /tickets/<ticket_id>/now                           in   200  404  200  403  200
POST /tickets/<ticket_id>/confirm                       in   303  404  303  403  303
POST /tickets/<ticket_id>/correct                       in   303  404  303  403  303
POST /tickets/<ticket_id>/close                         in   303  404  303  403  303
POST /tickets/<ticket_id>/assign                        in   303  404  303  403  303
POST /tickets/<ticket_id>/undo                          in   409  404  409  403  409
POST /tickets/<ticket_id>/golden                        in   303  404  303  404  303
POST /tickets/<ticket_id>/deliveries/<delivery_id>/again in  303  404  303  403  303

GET  /label                                             in   303  200  303  403  303
GET  /label/<ticket_id>                                 in   200  303  200  403  200
POST /label/<ticket_id>                                 in   303  303  303  403  303
GET  /suspects                                          in   200  200  200  403  200
POST /suspects/<ticket_id>/confirm                      in   303  404  303  403  303
POST /suspects/<ticket_id>/correct                      in   303  404  303  403  303
GET  /golden                                            in   200  200  200  200  200
POST /golden/<golden_id>/remove                         in   303  404  303  404  303

GET  /clock                                             in   403  403  200  403  200
GET  /watch                                             in   200  200  200  200  200
GET  /models                                            in   403  403  403  200  200
GET  /models/<version>/comparison                       in   403  403  403  404  404
POST /models/<version>/promote                          in   403  403  403  404  404
POST /models/<version>/score                            in   403  403  403  404  404
POST /models/rollback                                   in   403  403  403  409  409
POST /models/stop                                       in   403  403  403  303  303

GET  /settings                                          in   403  403  403  403  200
POST /settings/users                                    in   403  403  403  403  303
POST /settings/users/disable                            in   403  403  403  403  303
POST /settings/users/enable                             in   403  403  403  403  303
POST /settings/keys                                     in   403  403  403  403  200
POST /settings/keys/revoke                              in   403  403  403  403  303
"""
OF_PROGRAMS = {"/openapi.json", "/healthz", "/readyz", "/metrics"}
FORMS = {
    "POST /form": {"text": "Where is my order?", "once": "x"},
    "POST /sign-in": {"name": "mallory", "password": "not this one"},
    "POST /password": {"present": "not this one", "new": "another long one", "again": "another long one"},
    "POST /tickets/<ticket_id>/correct": {"category": "order_change"},
    "POST /tickets/<ticket_id>/assign": {"to": "me"},
    "POST /label/<ticket_id>": {"category": "order_change"},
    "POST /suspects/<ticket_id>/correct": {"category": "order_change"},
    "POST /models/rollback": {"champion": "another"},
    "POST /settings/users": {"name": "zoe", "role": "admin"},
    "POST /settings/users/disable": {"name": "zoe"},
    "POST /settings/users/enable": {"name": "zoe"},
    "POST /settings/keys": {"name": "new", "scopes": "admin"},
    "POST /settings/keys/revoke": {"name": "shop"},
}
WRITTEN = "Hier spreekt Els Peeters, waar blijft mijn bestelling?"
ROWS = [line.split() for line in PAGES.splitlines() if line]
TABLE = {f"{method} {path}": dict(zip(ROLES, row, strict=True)) for method, path, *row in ROWS}
NEEDS_SESSION = [name for name, row in TABLE.items() if row["nobody"] == "in" and name != "POST /sign-out"]
VERSION = "20260302-093000-4f2a91"
HOUR = timedelta(hours=1)
PASSWORD = "correct horse battery"


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


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """Without a model: nobody's right depends on one."""
    found = _configuration(tmp_path_factory.mktemp("pipeline"))
    return make_pipeline(check(found), found.registry(), NothingKept())


def _configuration(folder):
    variables = {"LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}
    return configuration.read({"LOKET_DATA_DIR": str(folder)} | variables)


@pytest.fixture
def loket(store, pipeline, tmp_path):
    found = _configuration(tmp_path)
    return Loket(check(found), found.registry(), store, TranslationRecords(store, 90.0), pipeline, found)


@pytest.fixture
def users(store, now, password_hash):
    """One of each role, by role, and two whom administrators change."""
    access.create_key(store.people, now, "shop", ["submit"], [])
    store.people.add_user(now, "zoe", password_hash, "agent", [])
    rights = {"agent": ["orders"], "other": ["hr"], "lead": ["orders"], "scientist": [], "admin": []}
    for name, desks in rights.items():
        store.people.add_user(now, name, password_hash, "agent" if name == "other" else name, desks)
    return {name: store.people.user(name) for name in rights}


@pytest.fixture
def scene(store, lay, now):
    """A new ticket of orders, with all that belongs to it: what addresses are made of."""
    made = []

    def make():
        made.append(1)
        ticket = lay("orders", after_seconds=len(made), text=f"{WRITTEN} {len(made)}")
        golden = store.golden_inquiries.add(now, "orders", f"{WRITTEN} {len(made)} golden", "user:ada")
        with writing(store.engine) as connection:
            Outbox({"orders": ("shop",)}).post(connection, now, (ticket.id, ticket.inquiry_id), LAID, {"orders"})
            connection.execute(update(deliveries).values(status="failed"))
        [delivery] = store.deliveries.of_ticket(ticket.id)
        return {
            "ticket_id": ticket.id, "golden_id": golden.id, "delivery_id": delivery.id, "desk": "orders",
            "version": VERSION, "receipt": "LK-7Q4M-9XKD", "token": "nothing", "path:filename": "loket.css",
        }  # fmt: skip

    return make


@pytest.fixture
def signed_in(store):
    """A new session of a user; answers its token."""
    return lambda user: access.open_session(store.people, datetime.now(UTC), user, HOUR, None, how="test")


@pytest.fixture
def ask(app):
    """Send a request of the table; answers the answer."""

    def send(name, scene, session=None, token=None, **headers):
        client = app.test_client()
        if session:
            client.set_cookie("loket_session", session)
        method, path = name.split()
        for part, value in scene.items():
            path = path.replace(f"<{part}>", value)
        form = FORMS.get(name, {}) | ({"token": token} if token else {})
        if name in {"POST /tickets", "POST /desks/<desk>"}:
            form |= {"do": "close", "ticket": f"{scene['ticket_id']}:1"}
        return client.open(
            path, method=method, data=form if method == "POST" else None, headers=headers, buffered=True
        )

    return send


def said(answer):
    """As the table has it."""
    to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
    return "in" if to_sign_in else str(answer.status_code)


def test_every_address_has_a_row(app):
    served = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/api/") and rule.rule not in OF_PROGRAMS
    }
    assert set(TABLE) == served


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, users, scene, ask, signed_in):
    found = {}
    for name in TABLE:
        session = signed_in(users[role]) if role in users else None
        found[name] = said(ask(name, scene(), session, session and access.form_token(session)))

    assert found == {name: row[role] for name, row in TABLE.items()}


@pytest.mark.parametrize("role", ["nobody", "other", "scientist"])
def test_who_sees_no_ticket_of_the_desk_reads_nothing_of_it_and_changes_nothing(
    role, users, scene, ask, signed_in, store
):
    told, changed, reads = [], [], []
    for name in TABLE:
        session, place = signed_in(users[role]) if role in users else None, scene()
        before = store.tickets.get(place["ticket_id"])
        answer = ask(name, place, session, session and access.form_token(session))
        told += [name] if WRITTEN in answer.text else []
        changed += [name] if store.tickets.get(place["ticket_id"]) != before else []
    reads = [line for line in store.whole_journal.last(1_000) if line.kind == "read"]

    assert (told, changed, reads) == ([], [], [])


def test_whoever_may_read_is_in_the_journal_for_each_text(users, scene, ask, signed_in, store):
    place = scene()
    inquiry = store.tickets.get(place["ticket_id"]).inquiry_id
    for name in ("GET /desks/<desk>", "GET /tickets", "GET /tickets/<ticket_id>", "GET /label/<ticket_id>"):
        answer = ask(name, place, signed_in(users["agent"]))
        assert WRITTEN in answer.text, name

    reads = [line for line in store.whole_journal.last(100) if line.kind == "read" and line.inquiry == inquiry]
    assert {(line.actor, line.origin, line.details["how"]) for line in reads} == {
        ("user:agent", "127.0.0.1", how) for how in ("list", "ticket", "label")
    }


def test_what_cannot_be_written_in_the_journal_is_not_shown(users, scene, ask, signed_in, loket, database_url):
    """The table of reads is gone: a database that cannot keep the journal."""
    place, session = scene(), signed_in(users["admin"])
    with writing(loket.store.engine) as connection:
        connection.exec_driver_sql("DROP TABLE reads")

    for name in (
        "GET /desks/<desk>", "GET /tickets", "GET /tickets/<ticket_id>", "GET /label/<ticket_id>", "GET /golden",
    ):  # fmt: skip
        answer = ask(name, place, session)
        assert (answer.status_code, WRITTEN in answer.text) == (503, False), name


@pytest.fixture
def worthless(store, users, now, signed_in):
    """Tokens of an administrator's sessions that are over, by how they ended."""
    people, admin, current = store.people, users["admin"], datetime.now(UTC)
    minute = timedelta(minutes=1)

    def opened(ago, lasts=12 * HOUR):
        return access.open_session(people, current - ago, admin, lasts, None, how="test")

    found = {
        "made up": "x" * 43,
        "expired": opened(2 * HOUR, lasts=HOUR),
        "idle": opened(3 * HOUR),
        "copied": opened(HOUR),
        "signed out": signed_in(admin),
    }
    used = people.sessions.find(current, access._digest(found["copied"]))
    assert access.keep(people, current - minute, found["copied"], used)
    access.sign_out(people, current, found["signed out"])
    people.add_user(now, "gone", "", "admin", [])
    found["disabled"] = signed_in(people.user("gone"))
    people.change_user("gone", disabled_at=now)
    return found


@pytest.mark.parametrize("which", ["made up", "expired", "idle", "copied", "signed out", "disabled"])
def test_a_session_that_is_over_opens_nothing(which, worthless, scene, ask):
    place, token = scene(), worthless[which]

    found = {name: said(ask(name, place, token, access.form_token(token))) for name in NEEDS_SESSION}
    assert found == dict.fromkeys(NEEDS_SESSION, "in")


def test_a_form_needs_the_token_of_its_own_session(users, scene, ask, signed_in, store):
    place, posts = scene(), [name for name in NEEDS_SESSION if name.startswith("POST")]
    session, others = signed_in(users["admin"]), access.form_token(signed_in(users["lead"]))
    before = (store.tickets.get(place["ticket_id"]), store.people.users(), store.people.keys())

    found = {
        (name, token): ask(name, place, session, token).status_code for name in posts for token in (None, others)
    }

    assert set(found.values()) == {403}
    assert (store.tickets.get(place["ticket_id"]), store.people.users(), store.people.keys()) == before


def test_a_form_on_another_site_does_nothing(users, scene, ask, signed_in, store):
    place, posts = scene(), [name for name in TABLE if name.startswith("POST") and name != "POST /form"]
    session = signed_in(users["admin"])
    before = (store.tickets.get(place["ticket_id"]), store.people.users(), store.people.keys())

    found = {
        name: ask(name, place, session, access.form_token(session), **{"Sec-Fetch-Site": "cross-site"}).status_code
        for name in posts
    }

    assert found == dict.fromkeys(posts, 403)
    assert (store.tickets.get(place["ticket_id"]), store.people.users(), store.people.keys()) == before


def test_a_lead_sees_the_figures_of_their_own_desks_alone(users, ask, signed_in, scene, app):
    client = app.test_client()
    client.set_cookie("loket_session", signed_in(users["lead"]))

    assert [client.get(f"/clock?desk={desk}").status_code for desk in ("orders", "hr")] == [200, 404]


def test_secure_sessions_are_not_taken_from_a_cookie_of_another_name(loket, users, signed_in):
    """Another host of the same domain can set loket_session here, and cannot set __Host-loket_session."""
    web = loket.settings.web.model_copy(update={"secure_cookies": True})
    client = create_app(replace(loket, settings=loket.settings.model_copy(update={"web": web}))).test_client()
    client.set_cookie("loket_session", signed_in(users["admin"]))

    assert client.get("/settings").status_code == 303
