"""Pages in the visitor's language, from message catalogues (.po) as translators' tools write them."""

import gettext
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from werkzeug.datastructures import LanguageAccept

SOURCE = "en"
LANGUAGES = (SOURCE, "nl", "de", "fr", "es")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language; those of the source for one that has no catalogue."""
    if language == SOURCE or language not in LANGUAGES:
        return gettext.NullTranslations()
    text = files("service").joinpath("web", "catalogues", f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(asked: str | None, accepted: LanguageAccept) -> str | None:
    """The language asked for, else the browser's best; None when neither is one of the pages' own."""
    if asked in LANGUAGES:
        return str(asked)
    primary = (tag.partition("-")[0].lower() for tag in accepted.values())
    return next((language for language in primary if language in LANGUAGES), None)
