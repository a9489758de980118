"""Where in a text the words stand that spoke for its category, as plain pieces that a page escapes itself."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

# Explicit embeddings, overrides and isolates (UAX 9), and the marks that are not seen: in one line they can make
# a text read as another one.
_BIDI_CONTROLS = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is one of the terms."""

    text: str
    is_term: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pieces that follow each other, and whether they are of the request that was looked for."""

    pieces: tuple[Piece, ...]
    is_request: bool


def marked(text: str, terms: Iterable[str], request: str = "") -> list[Stretch]:
    """Cut a text at its terms and at one request; joined, the pieces are the text again.

    Neither case nor diacritics nor the kind of white space tell a term from what stands in the text; a term
    is whole words. Terms that overlap become one piece.

    Args:
        text: As the customer wrote it, or its translation.
        terms: What to find, each as often as it stands there.
        request: A part of the text; its first occurrence counts.
    """
    folded = _Folded(text)
    of_terms, of_request = bytearray(len(text)), bytearray(len(text))
    for term in terms:
        for start, end in folded.places(term, whole_words=True):
            of_terms[start:end] = b"\x01" * (end - start)
    for start, end in list(folded.places(request, whole_words=False))[:1]:
        of_request[start:end] = b"\x01" * (end - start)
    return _cut(text, of_terms, of_request)


def one_line(text: object) -> str:
    """A text for a place of one line: without the controls that would turn the direction of what stands there."""
    return str(text).translate(_BIDI_CONTROLS)


def _cut(text: str, of_terms: bytearray, of_request: bytearray) -> list[Stretch]:
    stretches = []
    for is_request, places in groupby(range(len(text)), key=lambda place: bool(of_request[place])):
        runs = groupby(places, key=lambda place: bool(of_terms[place]))
        pieces = tuple(Piece("".join(text[place] for place in run), is_term) for is_term, run in runs)
        stretches.append(Stretch(pieces, is_request))
    return stretches


class _Folded:
    """A text without case, diacritics and needless white space, and from where in the text each character is."""

    def __init__(self, text: str) -> None:
        pairs = list(_folded(text))
        self._text = "".join(character for character, _ in pairs)
        self._origins = [origin for _, origin in pairs] + [len(text)]

    def places(self, wanted: str, *, whole_words: bool) -> Iterator[tuple[int, int]]:
        """From where to where it stands in the text, the first place first."""
        sought = "".join(character for character, _ in _folded(wanted)).strip()
        at = self._text.find(sought) if sought else -1
        while at >= 0:
            end = at + len(sought)
            if not whole_words or self._are_words(at, end):
                yield self._origins[at], self._origins[end]
            at = self._text.find(sought, at + 1)

    def _are_words(self, start: int, end: int) -> bool:
        return not (self._text[max(0, start - 1) : start].isalnum() or self._text[end : end + 1].isalnum())


def _folded(text: str) -> Iterator[tuple[str, int]]:
    after_blank = False
    for place, character in enumerate(text):
        if character.isspace():
            if not after_blank:
                yield " ", place
        else:
            for part in unicodedata.normalize("NFKD", character).casefold():
                if not unicodedata.combining(part):
                    yield part, place
        after_blank = character.isspace()
