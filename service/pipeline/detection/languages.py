"""One normal form of language codes: BCP 47 in, ISO 639-1 and where needed a script inside."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from operator import itemgetter

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

UNDETERMINED = "und"
_TAG = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*\Z")
_WEIGHED = re.compile(r"([A-Za-z0-9_-]+)\s*(?:;\s*[qQ]=([01]?(?:\.\d{1,3})?)\s*)?")
_SAME = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "nb": "no", "nn": "no", "fil": "tl", "mo": "ro", "sh": "sr",
    "arz": "ar", "ary": "ar", "yue": "zh", "srl": "sr",
}  # fmt: skip
_CHINESE = {
    "tw": "Hant",
    "hk": "Hant",
    "mo": "Hant",
    "hant": "Hant",
    "hans": "Hans",
}  # all other regions write simplified
_COUNTRIES = {
    "ar": ("EG", "SA", "AE", "MA"), "de": ("DE", "AT", "CH"), "en": ("US", "GB", "IE", "AU", "IN", "CA"),
    "es": ("ES", "MX", "AR", "CO", "CL"), "fr": ("FR", "BE", "CH", "CA"), "it": ("IT", "CH"),
    "nl": ("NL", "BE"), "pt": ("PT", "BR"), "sv": ("SE", "FI"), "zh": ("CN", "TW", "HK"),
}  # fmt: skip
_SCRIPTED = {"sr": {"latn": "Latn", "cyrl": "Cyrl"}}


class UnknownLanguage(ValueError):
    """A code names no language of ISO 639-1."""


@dataclass(frozen=True, slots=True)
class LanguageCode:
    """An ISO 639-1 code, with an ISO 15924 script where the code alone does not say it."""

    code: str
    script: str | None = None


def normalise(tag: str) -> LanguageCode:
    """Read a BCP 47 tag as browsers, forms and libraries write it: ``nl-BE``, ``zh_TW``, ``iw``.

    Raises:
        UnknownLanguage: It names no language of ISO 639-1.
    """
    if not _TAG.match(tag):
        raise UnknownLanguage(f"{tag!r} is not a language tag")
    first, *others = takewhile(_is_no_extension, re.split("[-_]", tag.lower()))
    code = _SAME.get(first, first)
    if code not in _two_letter_codes():
        raise UnknownLanguage(f"{tag!r} is not a language of ISO 639-1")
    return LanguageCode(code, _script(code, others))


def accepted(header: str) -> tuple[LanguageCode, ...]:
    """The languages of an ``Accept-Language`` header, the preferred first; what cannot be read is left out."""
    weighed = []
    for part in header.split(","):
        if (found := _WEIGHED.fullmatch(part.strip())) and (weight := float(found[2] or 1.0)) > 0.0:
            with suppress(UnknownLanguage):
                weighed.append((-weight, normalise(found[1])))
    return tuple(dict.fromkeys(language for _, language in sorted(weighed, key=itemgetter(0))))


def english_name(code: str) -> str:
    """What a person calls the language: ``Dutch``."""
    return str(Locale("en").languages.get(code, "unknown")) if code != UNDETERMINED else "unknown language"


def regions(code: str) -> tuple[str, ...]:
    """Countries where many customers write a language: ``nl`` -> ``NL``, ``BE``."""
    if code == UNDETERMINED:
        return ()
    region = str(get_global("likely_subtags").get(code, "")).rpartition("_")[2]
    return _COUNTRIES.get(code, (region,) if len(region) == 2 and region.isupper() else ())


def languages_of(country: str | None) -> tuple[str, ...]:
    """The official languages of a country, by Unicode's supplemental data: ``BE`` -> ``nl``, ``fr``, ``de``."""
    if not country:
        return ()
    names = [name.partition("_")[0] for name in get_official_languages(country, de_facto=True)]
    return tuple(dict.fromkeys(code for name in names if (code := _SAME.get(name, name)) in _two_letter_codes()))


def likely_script(code: str) -> str | None:
    """The script that Unicode's likely subtags give a language: ``ru`` -> ``Cyrl``."""
    parts = str(get_global("likely_subtags").get(code, "")).split("_")
    return parts[1] if len(parts) == 3 else None


def _script(code: str, subtags: list[str]) -> str | None:
    if code == "zh":
        return next((_CHINESE[tag] for tag in subtags if tag in _CHINESE), "Hans")
    known = _SCRIPTED.get(code, {})
    return next((known[tag] for tag in subtags if tag in known), None)


def _is_no_extension(subtag: str) -> bool:
    """BCP 47: a single letter begins extensions and private use, which name no language."""
    return len(subtag) > 1


@cache
def _two_letter_codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").languages) if len(code) == 2)
