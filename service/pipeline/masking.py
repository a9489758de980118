"""Personal data never leaves unmasked: placeholders for the call to a translator, put back after it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban

# Begins where a word does, so that a long run of letters is read once and not from each of its letters.
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_NO_NUMBER = re.compile(r"\d{21,}")  # longer than any telephone number of the world, with its prefix
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}\b")
# Double brackets with a number came back unchanged from Apertium, where words like XQ1 were inflected or
# marked as unknown; translators that write full-width brackets or add blanks are read as well.
_PLACEHOLDER = re.compile(r"[\[［【]\s*[\[［【]\s*(\d{1,6})\s*[\]］】]\s*[\]］】]")

_HIGH = 100_000  # from here on a number in brackets is the customer's and no placeholder's


@dataclass(frozen=True)
class Masked:
    """A text in which placeholders stand for personal data, and what they stand for."""

    text: str
    originals: dict[int, str]

    def restore(self, translated: str) -> str:
        """Put the personal data back where the translator left its placeholders."""
        return _PLACEHOLDER.sub(lambda found: self.originals.get(int(found[1]), found[0]), translated)


def mask(text: str, regions: Sequence[str] = ()) -> Masked:
    """Mask e-mail addresses, IBANs and phone numbers.

    Args:
        text: What is about to leave the house.
        regions: ISO 3166 countries in whose forms phone numbers without country code are read.
    """
    taken = (int(found[1]) for found in _PLACEHOLDER.finditer(text))
    free = 1 + max((number for number in taken if number < _HIGH), default=0)
    pieces, originals, end = [], {}, 0
    for number, (start, stop) in enumerate(_spans(text, regions), free):
        originals[number] = text[start:stop]
        pieces += [text[end:start], f"[[{number}]]"]
        end = stop
    return Masked("".join([*pieces, text[end:]]), originals)


def _spans(text: str, regions: Sequence[str]) -> list[tuple[int, int]]:
    """Where personal data stands, in order; finds that overlap are one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(_finds(text, regions)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _finds(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    for found in _EMAIL.finditer(text):
        yield found.span()
    for found in _IBAN.finditer(text):
        yield from _valid_iban(found)
    dialled = _NO_NUMBER.sub(lambda found: "x" * len(found[0]), text)
    for region in regions or (None,):
        for phone in PhoneNumberMatcher(dialled, region, leniency=Leniency.VALID):
            yield phone.start, phone.end


def _valid_iban(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The longest beginning with right check digits: the pattern may run on into the next word."""
    text = found.string
    for stop in range(found.end(), found.start() + 14, -1):
        if text[stop - 1].isalnum() and iban.is_valid(text[found.start() : stop], check_country=False):
            yield found.start(), stop
            return
