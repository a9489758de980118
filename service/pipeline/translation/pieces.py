"""Long texts for providers with a limit: cut at paragraphs, sentences, words; joined as they were."""

import re
import sys
from collections.abc import Callable, Iterator
from urllib.parse import quote

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_BLANKS = re.compile(r"\s+")


def by_line(text: str, max_encoded_bytes: int, max_chars: int = sys.maxsize) -> Iterator[tuple[bool, str]]:
    """The text in pieces within a limit of percent-encoded length and one of characters.

    Yields:
        Whether to translate it, and the piece; the pieces joined are the text. Line breaks are pieces
        of their own, since Google's page drops them.
    """

    def fits(piece: str) -> bool:
        return len(piece) <= max_chars and len(quote(piece, safe="")) <= max_encoded_bytes

    for line in re.split(r"(\n+)", text):
        if line.strip():
            yield from ((bool(piece.strip()), piece) for piece in _fitting(line, fits))
        elif line:
            yield False, line


def translate_pieces(
    text: str, max_encoded_bytes: int, translate: Callable[[str], str], max_chars: int = sys.maxsize
) -> str:
    """Translate piece by piece, keeping line breaks and the blanks between pieces."""
    return "".join(
        _keeping_blanks(piece, translate) if wanted else piece
        for wanted, piece in by_line(text, max_encoded_bytes, max_chars)
    )


def _keeping_blanks(piece: str, translate: Callable[[str], str]) -> str:
    core = piece.strip()
    start = piece.index(core)
    return piece[:start] + translate(core) + piece[start + len(core) :]


def _fitting(line: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(line):
        yield line
        return
    pending = ""
    for part in _parts(line, fits):
        if pending and not fits(pending + part):
            yield pending
            pending = ""
        pending += part
    yield pending


def _parts(line: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Sentences; words of a sentence that is too long; letters of a word that is too long."""
    for sentence in _keep(_SENTENCE_END, line):
        if fits(sentence):
            yield sentence
            continue
        for word in _keep(_BLANKS, sentence):
            yield from [word] if fits(word) else list(word)


def _keep(separator: re.Pattern[str], text: str) -> Iterator[str]:
    """Split after each separator, which stays with the part before it."""
    start = 0
    for found in separator.finditer(text):
        if found.end() > start:
            yield text[start : found.end()]
            start = found.end()
    if start < len(text):
        yield text[start:]
