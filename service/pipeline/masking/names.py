"""The name that the visitor gave in the form: each part of it, in any case, inflected, with or without accents."""

import re
import unicodedata
from collections.abc import Iterator

from service.pipeline.masking.find import Find

_PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "el",
    "al", "bin", "ibn", "ben", "van't", "und", "y", "i",
})  # fmt: skip
_NAME_MIN_CHARS = 3  # of a part worth hiding; a shorter one is also a word of many languages
_ENDING_MAX_CHARS = 4
_BEFORE_CHARS = 24  # how far back small words and initials are looked for
_WORD = re.compile(r"[^\W\d_](?:[\w'-]*\w)?")
# Scripts without blanks between words, or whose particles hang on the name; there two letters are a whole name.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_INITIAL = r"[^\W\d_]\."
_MARKS = "[\u0300-\u036f]*"


def names(text: str, name: str | None) -> Iterator[Find]:
    """Where parts of the name stand, with what belongs to them: initials, small words, the English 's."""
    if not name:
        return
    folded, wanted = _folded(text), _folded(unicodedata.normalize("NFC", name))
    before = _small_words(wanted)
    for part in _parts_of(wanted):
        for start, stop in (*_forms(text, folded, part), *_declined(text, folded, part)):
            yield Find(_with_small_words(folded, start, before), stop, "name")
    for found in _whole(wanted).finditer(folded):
        yield Find(*found.span(), "name")
    for found in _short_parts(wanted, text, folded):
        yield Find(*found.span(), "name")
    for part in dict.fromkeys([*_UNSPACED.findall(wanted), *_UNSPACED.findall("".join(wanted.split()))]):
        yield from (Find(*found.span(), "name") for found in re.finditer(re.escape(part), folded))


def _folded(text: str) -> str:
    """As long as the text, letter by letter without accents, in lower case and with one apostrophe."""
    return "".join(_base(letter) for letter in text)


def _base(letter: str) -> str:
    if letter in "’ʼ`´":
        return "'"
    if "\uac00" <= letter <= "\ud7af":
        return letter
    lower = unicodedata.normalize("NFD", letter)[0].lower()
    return lower if len(lower) == 1 else letter


def _parts_of(name: str) -> list[str]:
    """The words of a name that are worth hiding, the longest first."""
    words = _WORD.findall(name)
    kept = {word for word in words if len(word) >= _NAME_MIN_CHARS and word not in _PARTICLES}
    return sorted((word for word in kept if not _UNSPACED.fullmatch(word)), key=len, reverse=True)


def _whole(name: str) -> re.Pattern[str]:
    """All its words in order, however short they are."""
    words = [_loosely(word) for word in _WORD.findall(name)]
    blanks = r"[^\S\n]+"
    return re.compile(rf"(?<!\w){blanks.join(words)}(?!\w)" if len(words) > 1 else r"(?!)")


def _short_parts(name: str, text: str, folded: str) -> Iterator[re.Match[str]]:
    """A short first or last word, where it has a capital in the middle of a sentence."""
    words = _WORD.findall(name)
    for part in {*words[:1], *words[-1:]} - {*_parts_of(name)}:
        for found in re.finditer(rf"(?<=[\w,] ){_loosely(part)}(?!\w)", folded):
            if text[found.start()].isupper():
                yield found


def _small_words(name: str) -> re.Pattern[str]:
    """What may stand before a part and goes with it: initials, and the name's own particles."""
    particles = [re.escape(word) for word in dict.fromkeys(_WORD.findall(name)) if word in _PARTICLES]
    one = "|".join([_INITIAL, *particles])
    return re.compile(rf"(?<!\w)(?:(?:{one})\s*){{1,3}}\Z")


def _with_small_words(folded: str, start: int, before: re.Pattern[str]) -> int:
    first = max(0, start - _BEFORE_CHARS)
    found = before.search(folded[first:start])
    return first + found.start() if found else start


def _forms(text: str, folded: str, part: str) -> Iterator[tuple[int, int]]:
    """The word itself, in any case; with an ending only where it is written as a name."""
    pattern = rf"(?<!\w)({_loosely(part)})(\w{{0,{_ENDING_MAX_CHARS}}})(?!\w)(?:'s\b)?"
    for found in re.finditer(pattern, folded):
        if not found[2] or (len(part) > _NAME_MIN_CHARS and text[found.start()].isupper()):
            yield found.span()


def _declined(text: str, folded: str, part: str) -> Iterator[tuple[int, int]]:
    """Slavic, Baltic and Finnic names change their end: Kowalska, Kowalskiej; Hruška, Hrušky."""
    if len(part) < _NAME_MIN_CHARS + 2:
        return
    stem = part[:-2] if len(part) > _NAME_MIN_CHARS + 2 else part[:-1]
    for found in re.finditer(rf"(?<!\w){_loosely(stem)}\w{{0,5}}(?!\w)", folded):
        if text[found.start()].isupper():
            yield found.span()


def _loosely(word: str) -> str:
    """A word whose letters may carry accents as marks of their own."""
    return "".join(re.escape(letter) + _MARKS for letter in word)
