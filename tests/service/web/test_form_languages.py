"""The contact form speaks five languages, each whole."""

import pytest

from service.web.catalogues import LANGUAGES

TITLES = {"en": "Contact us", "nl": "Neem contact op", "de": "Kontakt", "fr": "Nous écrire", "es": "Contacto"}


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what a page says does not depend on it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_in_the_language_asked_for(client, tree, language):
    page = tree(client.get(f"/form?lang={language}", headers={"Accept-Language": "en"}))

    assert (page.html["lang"], page.h1.text) == (language, TITLES[language])
    assert page.find("nav").find(attrs={"aria-current": "true"})["lang"] == language
    assert page.find("form")["action"] == f"/form?lang={language}"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("nl-BE, nl;q=0.9, en;q=0.8", "nl"), ("ja, de;q=0.7, en;q=0.3", "de"), ("fr", "fr"), ("es-419", "es"),
     ("ja", "en"), ("", "en"), ("*", "en"), (";;q=,", "en")],
)  # fmt: skip
def test_the_form_is_in_the_browsers_language(client, tree, accepted, language):
    assert tree(client.get("/form", headers={"Accept-Language": accepted})).h1.text == TITLES[language]


def test_a_dialect_counts_as_its_language(client, tree):
    assert tree(client.get("/form", headers={"Accept-Language": "de-AT, en;q=0.5"})).h1.text == TITLES["de"]


def test_a_language_that_is_not_spoken_leaves_the_choice_to_the_browser(client, tree):
    assert tree(client.get("/form?lang=ja", headers={"Accept-Language": "fr"})).h1.text == TITLES["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_is_in_the_language_of_the_form_and_leads_to_the_others(client, tree, language):
    answer = client.post(f"/form?lang={language}", data={"text": "Hallo?", "once": "a"})

    page = tree(client.get(answer.location, headers={"Accept-Language": "en"}))
    path = answer.location.partition("?")[0]
    assert page.html["lang"] == language
    assert [link["href"] for link in page.find("nav").find_all("a")] == [f"{path}?lang={one}" for one in LANGUAGES]
