"""One's account, the administrators' page and refusals speak the visitor's language, and shut nobody out."""

import pytest
from flask import Flask

from model import configuration
from service import access
from service.app import create_app
from service.assembly import Loket
from service.settings import check
from service.storage.migrate import upgrade
from service.storage.store import Store

PASSWORD = "correct horse battery"
TITLES = {
    "en": ("Settings", "Your account", "Sign in"),
    "nl": ("Instellingen", "Uw account", "Inloggen"),
    "de": ("Einstellungen", "Ihr Konto", "Anmelden"),
    "fr": ("Réglages", "Votre compte", "Se connecter"),
    "es": ("Ajustes", "Su cuenta", "Iniciar sesión"),
}
PERSON = {"Accept": "text/html"}


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what a page says does not depend on it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def store(database_url):
    opened = Store.at(database_url)
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def app(store) -> Flask:
    """Needs no model."""
    found = configuration.read({})
    return create_app(Loket(check(found), None, store, None, None, found))


@pytest.fixture
def ada(person):
    """An administrator's browser."""
    return person("ada", role="admin")


def carried(page, action):
    found = page.find("form", action=action)
    return {one["name"]: one["value"] for one in found.find_all("input", type="hidden")}


@pytest.mark.parametrize("language", TITLES)
def test_settings_account_and_sign_in_are_in_the_language_of_the_browser(app, ada, tree, language):
    speaks = {"Accept-Language": language}
    clients = {"/settings": ada, "/password": ada, "/sign-in": app.test_client()}

    pages = [tree(client.get(path, headers=speaks)) for path, client in clients.items()]

    assert tuple(page.h1.text for page in pages) == TITLES[language]
    assert {page.html["lang"] for page in pages} == {language}


def test_what_is_wrong_is_said_in_the_language_of_the_page(app, ada, tree):
    german, french = {"Accept-Language": "de"}, {"Accept-Language": "fr"}
    key = carried(tree(ada.get("/settings")), "/settings/keys") | {
        "name": "shop",
        "scopes": "desk",
        "desks": "moon",
    }
    new = {"present": PASSWORD, "new": "short", "again": "short"}
    token = {"token": key["token"]}

    answers = [
        ada.post("/settings/keys", data=key, headers=german),
        ada.post("/password", data=token | new, headers=german),
        app.test_client().post("/sign-in", data={"name": "ada", "password": "wrong"}, headers=french),
    ]

    assert [(one.status_code, tree(one).find(attrs={"role": "alert"}).text) for one in answers] == [
        (422, "Abteilungen: es gibt keine Abteilung 'moon'"),
        (422, "Ein Passwort hat mindestens 12 Zeichen"),
        (401, "Le nom ou le mot de passe est incorrect"),
    ]


def test_an_error_page_is_in_the_language_of_the_browser(app, ada, person, tree):
    spanish = PERSON | {"Accept-Language": "es"}
    anna = person("anna", "orders")

    answers = [ada.get("/nowhere", headers=spanish), anna.get("/settings", headers=spanish)]

    pages = [tree(one) for one in answers]
    assert [(page.html["lang"], page.h1.text, page.find(class_="lead").text) for page in pages] == [
        ("es", "No encontrado", "Esta página no existe. Compruebe la dirección si la ha escrito usted."),
        ("es", "Acceso denegado", "Para esto hace falta el permiso 'admin'"),
    ]


def test_what_has_no_translation_is_marked_as_english(client, tree):
    answer = client.post("/api/v1/inquiries", data={"text": " "}, headers=PERSON | {"Accept-Language": "nl"})

    said = tree(answer).find(class_="lead")
    assert (said.text, said["lang"]) == ("Text: is empty", "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_settings_and_account_shut_nobody_out(browser, site, ada, store, now, looks, violations, width, scheme):
    store.people.add_user(now, "x" * 100, "", "agent", ["orders", "hr", "returns"])
    store.people.change_user("x" * 100, disabled_at=now)
    access.create_key(store.people, now, "shop", list(access.SCOPES), ["orders"])
    looks(width, scheme)
    browser.get(f"{site}/sign-in")
    browser.add_cookie({"name": "loket_session", "value": ada.get_cookie("loket_session").value})
    found = {}
    for path in ("settings", "password", "nowhere"):
        browser.get(f"{site}/{path}")
        browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true })")
        sideways = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
        found[path] = violations(browser) + ([f"{sideways} pixels too wide"] if sideways > 0 else [])

    assert found == {"settings": [], "password": [], "nowhere": []}
    assert browser.find_element("tag name", "html").get_attribute("lang") == "nl"
