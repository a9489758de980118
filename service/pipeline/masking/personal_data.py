"""Personal data that shows by its form: e-mail addresses, accounts, cards, telephones, a company's own numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

from service.pipeline.masking.find import Find

# Begins where a word does, so that a long run of letters is read once and not from each of its letters.
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = re.compile(
    r"(?<![\d./-])(?:[0-3]?\d([./-])[01]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d)(?![\d/-])"
)
_NO_NUMBER = re.compile(r"\d{21,}")  # longer than any telephone number of the world, with its prefix
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}\b")
_CARD = re.compile(
    r"(?<![\w-])(?:\d{4}[ .-]?){3}\d{2,4}(?:[ .-]?\d{3})?(?![\w-])|(?<![\w-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?!\w)"
)
_CARD_START = re.compile(r"4|5[0-8]|2[2-7]|3[4678]|30[0-5]|6")


def emails(text: str) -> Iterator[Find]:
    """E-mail addresses."""
    return (Find(*found.span(), "email") for found in _EMAIL.finditer(text))


def ibans(text: str) -> Iterator[Find]:
    """Bank accounts with right check digits."""
    start = 0
    while found := _IBAN.search(text, start):
        valid = _valid_iban(found)
        yield from [valid] if valid else []
        start = valid.stop if valid else found.start() + 1


def cards(text: str) -> Iterator[Find]:
    """Payment cards: of a known range, with a right check digit."""
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _CARD_START.match(digits) and luhn.is_valid(digits):
            yield Find(*found.span(), "card")


def phones(text: str, regions: Sequence[str]) -> Iterator[Find]:
    """Telephone numbers that a country's numbering plan allows."""
    dialled = _NO_NUMBER.sub(lambda found: "x" * len(found[0]), text)
    dialled = _DATE.sub(lambda found: "x" * len(found[0]), dialled)
    for region in regions or (None,):
        for phone in PhoneNumberMatcher(dialled, region, leniency=Leniency.VALID):
            yield Find(phone.start, phone.end, "phone")


def configured(text: str, patterns: Mapping[str, re.Pattern[str]]) -> Iterator[Find]:
    """What the company's own patterns find: order and customer numbers."""
    for kind, pattern in patterns.items():
        yield from (Find(*found.span(), kind) for found in pattern.finditer(text) if found[0])


def _valid_iban(found: re.Match[str]) -> Find | None:
    """The longest beginning with right check digits: the pattern may run on into the next word."""
    text = found.string
    for stop in range(found.end(), found.start() + 14, -1):
        number = text[found.start() : stop].replace(".", "")
        if text[stop - 1].isalnum() and iban.is_valid(number, check_country=False):
            return Find(found.start(), stop, "iban")
    return None
