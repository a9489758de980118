"""The catalogues are whole: all that pages say, in four languages, and nothing that no page says."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import service.web
from service import bounces
from service.web import catalogues, pages, refusals

WEB = Path(service.web.__file__).parent
TRANSLATIONS = catalogues.LANGUAGES[1:]


def messages():
    """All that templates and views ask a catalogue for."""
    found = {bounces.OWNED, bounces.OWNERLESS, *refusals.FIELDS, *refusals.SENTENCES, *refusals.OF_LIBRARIES}
    found |= {title for _, title, _ in pages.NAVIGATION}
    for template in (WEB / "templates").glob("*.html"):
        with template.open("rb") as file:
            found |= {message for _, _, message, _ in babel_extract(file, ["_"], [], {}) if message}
    for module in WEB.glob("*.py"):
        with module.open("rb") as file:
            found |= {message for _, message, _, _ in extract("python", file, {"translate": None}) if message}
    return found


def text_of(language):
    return (WEB / "catalogues" / f"{language}.po").read_text("utf-8")


def translated(language):
    with (WEB / "catalogues" / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language, abort_invalid=True)
    assert not found.obsolete
    return {one.id: one.string for one in found if one.id and one.string and not one.fuzzy}


def placeholders(message):
    return sorted(re.findall(r"{\w*}|%\(\w+\)s", message))


@cache
def said_by_the_program():
    """Every text in the source, with {} for what is filled in."""
    found = set()
    for path in (WEB.parent).rglob("*.py"):
        if path != Path(refusals.__file__):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found |= {_text(node)} if isinstance(node, (ast.Constant, ast.JoinedStr)) else set()
    return found


def _text(node):
    if isinstance(node, ast.Constant):
        return str(node.value).strip()
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_the_messages_are_found_at_all():
    assert {"Contact us", "Users", "Please write your question.", "Settings"} <= messages()
    assert len(messages()) > 300


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_catalogue_translates_every_message_and_no_other(language):
    found = set(translated(language))

    assert {"missing": messages() - found, "unused": found - messages()} == {"missing": set(), "unused": set()}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_fills_in_the_same_as_its_message(language):
    found = translated(language)

    assert {one for one in found if placeholders(one) != placeholders(found[one])} == set()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_message_is_translated_once(language):
    ids = re.findall(r'^msgid "(.+)"$', text_of(language), re.MULTILINE)

    assert sorted(ids) == sorted(set(ids))
    assert text_of(language).count("\nmsgid ") == len(ids)


def test_every_refusal_is_one_that_the_program_makes():
    said = said_by_the_program()

    assert [one for one in refusals.SENTENCES if re.sub(r"{\w+}", "{}", one) not in said] == []


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("the present password is wrong", "het huidige wachtwoord is onjuist"),
        ("desks: there is no desk 'a: b'", "afdelingen: er is geen afdeling 'a: b'"),
        ("there is no user '{name}\n{0}'", "er is geen gebruiker '{name}\n{0}'"),
        ("nobody has thought of this one", "nobody has thought of this one"),
        ("text: is empty", "text: is empty"),
        ("", ""),
    ],
)
def test_a_refusal_is_in_the_language_of_the_page(english, dutch):
    assert refusals.refusal(english, catalogues.catalogue("nl").gettext) == dutch
    assert refusals.refusal(english, str) == english
