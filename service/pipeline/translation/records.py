"""What translation keeps: a memory so that a repeat never leaves the house, a ledger of what did, and figures."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.pipeline.detection.languages import LanguageCode
from service.pipeline.privacy import Policy

_TARGET = "en"
_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One text that one provider was sent.

    Args:
        inquiry: Its id; None where nothing of the inquiry is stored, and then the text is not kept either.
        provider: Who got it.
        local: Whether the provider is inside the house.
        country: The visitor's, where known.
        source: The language, ``und`` where the provider was to find out.
        policy: By which the text was prepared.
        kinds: How often each kind of personal data was masked.
        text: What was sent.
    """

    inquiry: str | None
    provider: str
    local: bool
    country: str | None
    source: str
    policy: Policy
    kinds: dict[str, int]
    text: str


class Records(Protocol):
    """Kept by whoever stores; what cannot be kept must not stop a translation, but for the ledger."""

    def recall(self, keys: Sequence[str]) -> dict[str, str]:
        """The translations known under these keys."""
        ...

    def remember(self, key: str, provider: str, text_en: str) -> None:
        """Keep a translation."""
        ...

    def sending(self, disclosure: Disclosure) -> str:
        """Write down what is about to be sent; whatever this raises, it is not sent.

        Returns:
            An id for `ended`.
        """
        ...

    def ended(self, disclosure_id: str, outcome: str) -> None:
        """Add what came of it: ``translated``, or why not."""
        ...

    def withdrawn(self, disclosure_id: str) -> None:
        """It was not sent after all."""
        ...

    def called(self, provider: str, outcome: str, seconds: float) -> None:
        """Count an answer: ``translated``, ``remembered``, or why there was none."""
        ...

    def paused(self, provider: str, seconds: float) -> None:
        """A provider is left alone for so long from now; 0 when it no longer is."""
        ...


class NothingKept:
    """For measurements and tests of single parts."""

    def recall(self, keys: Sequence[str]) -> dict[str, str]:
        """Nothing is known."""
        return {}

    def remember(self, key: str, provider: str, text_en: str) -> None:
        """Nothing is kept."""

    def sending(self, disclosure: Disclosure) -> str:
        """Nothing is written down."""
        return ""

    def ended(self, disclosure_id: str, outcome: str) -> None:
        """Nothing is written down."""

    def withdrawn(self, disclosure_id: str) -> None:
        """Nothing was written down."""

    def called(self, provider: str, outcome: str, seconds: float) -> None:
        """Nothing is counted."""

    def paused(self, provider: str, seconds: float) -> None:
        """Nothing is told."""


def memory_key(provider: str, source: LanguageCode | None, masked: str) -> str:
    """Under which a translation is known; the same for texts that differ in blanks or in Unicode's form only."""
    language = f"{source.code}-{source.script or ''}" if source else "auto"
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", masked)).strip()
    return hashlib.sha256("\0".join([provider, language, _TARGET, text]).encode("utf-8", "replace")).hexdigest()
