"""Numbers that states give to persons and companies, told by their check digits and by the words before them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import islice

from service.pipeline.masking.find import Find

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_JOINED = re.compile(r"[ .\-/\u00a0]{1,2}")
_TOKENS_MAX, _NUMBER_MIN, _NUMBER_MAX, _DIGITS_MIN = 7, 8, 18, 7
_BEFORE_CHARS = 40  # how far back the word that names a number is looked for
_NAMES_VAT = re.compile(
    r"\b(vat|btw|ust|umsatzsteuer|mwst|tva|iva|nif|cif|nip|vies|moms|cvr|se-nr|dič|dic|ičo|ico|p\.?\s?iva|partita|tax|"
    r"alv|áfa|adószám|contribuinte|contribuyente|fiscal|da[nň]\w*|ddv|pdv|mva|kdv|ond\w*nummer|kvk|steuer\w*)(?![a-z])",
    re.IGNORECASE,
)
# Numbers of persons whose check is weak or none, and which are taken for one only where they are named.
_NAMES_PERSON = re.compile(
    r"\b(bsn|burgerservice\w*|sofi\w*|nhs|ssn|social security|national insurance|ni number|cpr\w*|"
    r"person\w*n\w*mm?er\w*|rodn\w+|r\.?\s?č|pesel|dni|nie|nif|n[úu]m\w*|sécu\w*|codice|steuer\w*|"
    r"rijksregister\w*|registre|id|tax|utr|sin|amka|αμκα|rut|teudat|zehut|ת\.?ז)(?![a-z])",
    re.IGNORECASE,
)
_DATE_AND_NUMBER = re.compile(r"\d{6}[-/]\d{3,4}")  # as Danes, Czechs and Slovaks write theirs: as clear as a word
# Each number is tried against the checks of several countries: a text of nothing but numbers would take seconds.
# Where there are more than this, which take 0.3 s, whatever may be numbers is masked unchecked.
_TRIES_MAX = 2_000
_ANY_WORD = r"(?:[A-Za-z]*\d[A-Za-z0-9]*|[A-Za-z](?![A-Za-z]))"
_ANY_NUMBERS = re.compile(rf"(?<![A-Za-z0-9]){_ANY_WORD}(?:[\s./-]{{1,2}}{_ANY_WORD})*")
_PERSONS: Mapping[str, tuple[str, ...]] = {
    "AT": ("at.vnr",), "BE": ("be.nn", "be.bis"), "BG": ("bg.egn",), "BR": ("br.cpf",), "CA": ("ca.sin",),
    "CH": ("ch.ssn",), "CL": ("cl.rut",), "CN": ("cn.ric",), "CZ": ("cz.rc",), "DE": ("de.idnr",),
    "DK": ("dk.cpr",), "EE": ("ee.ik",), "ES": ("es.dni", "es.nie"), "FI": ("fi.hetu",), "FR": ("fr.nir",),
    "GB": ("gb.nhs", "gb.utr"), "GR": ("gr.amka",), "HR": ("hr.oib",), "IE": ("ie.pps",),
    "IL": ("il.idnr",), "IN": ("in_.aadhaar", "in_.pan"), "IT": ("it.codicefiscale",), "KR": ("kr.rrn",),
    "LT": ("lt.asmens",), "LV": ("lv.pk",), "MX": ("mx.curp", "mx.rfc"), "NL": ("nl.bsn",),
    "NO": ("no.fodselsnummer",), "PL": ("pl.pesel",), "PT": ("pt.cc", "pt.nif"), "RO": ("ro.cnp",),
    "SE": ("se.personnummer",), "SI": ("si.emso",), "SK": ("sk.rc",), "TH": ("th.pin",),
    "TR": ("tr.tckimlik",), "UA": ("ua.rntrc",), "US": ("us.ssn", "us.itin"), "ZA": ("za.idnr",),
}  # fmt: skip
_EVERYWHERE = ("it.codicefiscale", "es.dni", "es.nie", "fi.hetu")  # told by their letters, wherever they come from
_WEAK = frozenset({
    "nl.bsn", "gb.nhs", "gb.utr", "pt.nif", "us.ssn", "dk.cpr", "il.idnr", "ca.sin", "gr.amka", "cz.rc",
    "sk.rc", "cl.rut",
})  # fmt: skip
_VATS: Mapping[str, str] = {
    "AT": "at.uid", "BE": "be.vat", "BG": "bg.vat", "CH": "ch.vat", "CY": "cy.vat", "CZ": "cz.dic", "DE": "de.vat",
    "DK": "dk.cvr", "EE": "ee.kmkr", "EL": "gr.vat", "ES": "es.nif", "FI": "fi.alv", "FR": "fr.tva", "GB": "gb.vat",
    "GR": "gr.vat", "HR": "hr.oib", "HU": "hu.anum", "IE": "ie.vat", "IT": "it.iva", "LT": "lt.pvm", "LU": "lu.tva",
    "LV": "lv.pvn", "MT": "mt.vat", "NL": "nl.btw", "NO": "no.mva", "PL": "pl.nip", "PT": "pt.nif", "RO": "ro.cf",
    "SE": "se.vat", "SI": "si.ddv", "SK": "sk.dph",
}  # fmt: skip


def official_numbers(text: str, regions: Sequence[str]) -> Iterator[Find]:
    """Numbers that a state gives to persons and companies, by the checks of python-stdnum."""
    spans = list(islice(_numbers(text), _TRIES_MAX + 1))
    if len(spans) > _TRIES_MAX:
        yield from (Find(*found.span(), "number") for found in _ANY_NUMBERS.finditer(text) if _has_digits(found[0]))
        return
    for start, stop in spans:
        number, before = text[start:stop], text[max(0, start - _BEFORE_CHARS) : start]
        if _is_of_person(number, before, regions):
            yield Find(start, stop, "national_id")
        elif _is_vat(number, before, regions):
            yield Find(start, stop, "vat")


def _has_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= _DIGITS_MIN


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Runs of words and digits that may be one number, the longest from each place first."""
    tokens = list(_TOKEN.finditer(text))
    for first, token in enumerate(tokens):
        last = first
        while last + 1 < min(len(tokens), first + _TOKENS_MAX) and _JOINED.fullmatch(
            text[tokens[last].end() : tokens[last + 1].start()]
        ):
            last += 1
        for end in range(last, first - 1, -1):
            span = (token.start(), tokens[end].end())
            if _may_be_number(text[slice(*span)]):
                yield span


def _may_be_number(text: str) -> bool:
    compact = [character for character in text if character.isalnum()]
    digits = sum(character.isdigit() for character in compact)
    return _NUMBER_MIN <= len(compact) <= _NUMBER_MAX and digits >= _DIGITS_MIN and text[-1] not in " .-/"


def _is_of_person(number: str, before: str, regions: Iterable[str]) -> bool:
    named = _NAMES_PERSON.search(before) is not None or _DATE_AND_NUMBER.fullmatch(number) is not None
    anywhere = _EVERYWHERE if any(sign.isalpha() for sign in number) else ()
    modules = dict.fromkeys([*anywhere, *(name for region in regions for name in _PERSONS.get(region, ()))])
    return any(_is_valid(name, number) for name in modules if named or name not in _WEAK)


def _is_vat(number: str, before: str, regions: Iterable[str]) -> bool:
    prefix = number[:2].upper()
    if prefix in _VATS and _is_valid(_VATS[prefix], number):
        return True
    named = _NAMES_VAT.search(before) is not None
    return named and any(_is_valid(_VATS[region], number) for region in regions if region in _VATS)


def _is_valid(module: str, number: str) -> bool:
    try:
        return bool(_validator(module)(number.upper().replace(".", "")))
    except Exception:  # noqa: BLE001 - some of the many modules choke on what is far from their numbers
        return False


@cache
def _validator(module: str) -> Callable[[str], bool]:
    validator: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return validator
