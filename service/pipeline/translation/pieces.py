"""Long texts for providers with a limit: cut at paragraphs, sentences, words; joined as they were."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from service.pipeline.decision import Untranslated
from service.pipeline.translation.provider import Limits, ProviderFailed

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_BLANKS = re.compile(r"\s+")
_LETTERS = re.compile(r"\[\[\d+\]\]|.", re.DOTALL)  # a placeholder is one
_CALLS_MAX = 100  # for one text; a visitor must not keep a provider busy with lines of one letter


@dataclass(frozen=True, slots=True)
class _Size:
    """How long a piece is, percent-encoded and as it is written."""

    encoded_bytes: int
    chars: int

    @classmethod
    def of(cls, text: str) -> "_Size":
        return cls(len(quote(text, safe="")), len(text))

    def __add__(self, other: "_Size") -> "_Size":
        return _Size(self.encoded_bytes + other.encoded_bytes, self.chars + other.chars)

    def within(self, limits: Limits) -> bool:
        return self.encoded_bytes <= limits.encoded_bytes and self.chars <= limits.chars


def pieces(text: str, limits: Limits) -> Iterator[tuple[bool, str]]:
    """The text in pieces that a provider can take.

    Yields:
        Whether to translate it, and the piece; the pieces joined are the text. Line breaks are pieces
        of their own where the provider would drop them, or where the whole is too long for it.
    """
    if limits.keeps_lines and _Size.of(text).within(limits):
        yield bool(text.strip()), text
        return
    for line in re.split(r"(\n+)", text):
        if line.strip():
            yield from ((bool(piece.strip()), piece) for piece in _fitting(line, limits))
        elif line:
            yield False, line


def translate_pieces(text: str, limits: Limits, translate: Callable[[str], str]) -> str:
    """Translate piece by piece, keeping line breaks and the blanks between pieces.

    Raises:
        ProviderFailed: TOO_LONG when it would take too many calls; nothing was sent.
    """
    cut = list(pieces(text, limits))
    if sum(wanted for wanted, _ in cut) > _CALLS_MAX:
        raise ProviderFailed(Untranslated.TOO_LONG, sent=False)
    return "".join(_keeping_blanks(piece, translate) if wanted else piece for wanted, piece in cut)


def _keeping_blanks(piece: str, translate: Callable[[str], str]) -> str:
    core = piece.strip()
    start = piece.index(core)
    return piece[:start] + translate(core) + piece[start + len(core) :]


def _fitting(line: str, limits: Limits) -> Iterator[str]:
    """As many parts at a time as fit; sizes are added up, so that no letter is measured twice."""
    pending: list[str] = []
    size = _Size(0, 0)
    for part in _parts(line, limits):
        with_part = size + _Size.of(part)
        if pending and not with_part.within(limits):
            yield "".join(pending)
            pending, with_part = [], _Size.of(part)
        pending.append(part)
        size = with_part
    yield "".join(pending)


def _parts(line: str, limits: Limits) -> Iterator[str]:
    """Sentences; words of a sentence that is too long; letters of a word that is too long."""
    for sentence in _keep(_SENTENCE_END, line):
        if _Size.of(sentence).within(limits):
            yield sentence
            continue
        for word in _keep(_BLANKS, sentence):
            yield from [word] if _Size.of(word).within(limits) else _LETTERS.findall(word)


def _keep(separator: re.Pattern[str], text: str) -> Iterator[str]:
    """Split after each separator, which stays with the part before it."""
    start = 0
    for found in separator.finditer(text):
        if found.end() > start:
            yield text[start : found.end()]
            start = found.end()
    if start < len(text):
        yield text[start:]
