"""Finds the products and services of the catalogue that an inquiry is about.

By words, in any script: whole words, with modest inflection, so that "Aurora lamp" is found in "mijn Aurora-lampen"
and in "die Auroralampe", and "аврора" in "авроры". The longest name wins at each place.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# In these scripts words stand without blanks between them: each sign is a word of its own.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao; Burmese; Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana; Han
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_VOWELS = frozenset("aeiouyаеиоуыэюяёіїαεηιουω")
# Letters, chosen by hand: "lampen" for "lamp", "Auroranak" for "Aurora", but nothing longer for a shorter stem.
_STEM_MIN, _LONG_STEM, _ENDING_MAX = 4, 5, 3
_JOINED_MIN = 6


@dataclass(frozen=True, slots=True)
class Product:
    """What the company sells or does.

    Attributes:
        name: As events say it.
        kind: ``product`` or ``service``.
        also: Other names, such as article numbers.
        fields: Form fields in which it is named.
    """

    name: str
    kind: str
    also: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    product: Product

    def fits(self, words: Sequence[str], place: int) -> bool:
        there = words[place : place + len(self.words)]
        return len(there) == len(self.words) and all(map(_is_form_of, there, self.words))

    def rank(self, words: Sequence[str], place: int) -> tuple[int, bool, int]:
        """More words go first, then the words as they are written, then more letters."""
        is_exact = tuple(words[place : place + len(self.words)]) == self.words
        return len(self.words), is_exact, sum(map(len, self.words))


class Catalogue:
    """The products, found in texts and form fields."""

    def __init__(self, products: Sequence[Product] = ()) -> None:
        self._products = tuple(products)
        self._names: dict[str, list[_Name]] = {}
        for product in products:
            for words in _spellings(product):
                self._names.setdefault(_beginning(words[0]), []).append(_Name(words, product))

    def find(self, texts: Sequence[str | None], fields: Mapping[str, Any]) -> tuple[Product, ...]:
        """What an inquiry is about: what its form says first, then in the order in which it is mentioned.

        Args:
            texts: The original, then its translation.
            fields: Of the form.
        """
        if not self._products:
            return ()
        found = dict.fromkeys(self._of_fields(fields))
        for text in texts:
            found |= dict.fromkeys(self._mentioned(words_of(text or "")))
        return tuple(found)

    def _of_fields(self, fields: Mapping[str, Any]) -> Iterator[Product]:
        for product in self._products:
            values = [fields[name] for name in product.fields if fields.get(name)]
            if any(product in self._mentioned(words_of(str(value))) for value in values):
                yield product

    def _mentioned(self, words: Sequence[str]) -> Iterator[Product]:
        place = 0
        while place < len(words):
            candidates = [name for name in self._beginning_at(words[place]) if name.fits(words, place)]
            best = max(candidates, key=lambda name: name.rank(words, place), default=None)
            if best:
                yield best.product
            place += len(best.words) if best else 1

    def _beginning_at(self, word: str) -> Iterator[_Name]:
        for length in {min(len(word), size) for size in range(1, _STEM_MIN + 1)}:
            yield from self._names.get(word[:length], ())


def words_of(text: str) -> list[str]:
    """The words of a text, without case and accents; what is wide or a ligature is plain."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return _WORD.findall(unicodedata.normalize("NFC", plain))


def _spellings(product: Product) -> list[tuple[str, ...]]:
    """Each name as its words, and written as one: "Auroralamp", "AU100"."""
    found: dict[tuple[str, ...], None] = {}
    for name in (product.name, *product.also):
        words = tuple(words_of(name))
        joined = "".join(words)
        found[words] = None
        if len(words) > 1 and (len(joined) >= _JOINED_MIN or _has_digit(joined)):
            found[(joined,)] = None
    return list(found)


def _is_form_of(there: str, word: str) -> bool:
    """Whether a word is another, perhaps inflected: with more letters, or others in place of its last vowel."""
    if there == word:
        return True
    if _has_digit(there + word):
        return False
    stem = word[:-1] if word[-1] in _VOWELS else word
    return _continues(there, word) or _continues(there, stem)


def _continues(there: str, stem: str) -> bool:
    """Whether a word is a stem and a short ending."""
    longest = _ENDING_MAX - (len(stem) < _LONG_STEM)
    return len(stem) >= _STEM_MIN and there.startswith(stem) and len(there) - len(stem) <= longest


def _beginning(word: str) -> str:
    return word[:_STEM_MIN]


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
