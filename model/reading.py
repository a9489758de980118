"""What the classifier reads of an inquiry, and the situation in which it reads it."""

from dataclasses import dataclass
from enum import StrEnum


class Situation(StrEnum):
    """Which texts there are of an inquiry. Confidences are calibrated for each apart."""

    ENGLISH = "english"
    TRANSLATED = "translated"
    UNTRANSLATED = "untranslated"


@dataclass(frozen=True, slots=True)
class Reading:
    """The cleaned text as it was written, and its English text where there is one."""

    original: str
    english: str | None

    @classmethod
    def in_english(cls, text: str) -> "Reading":
        """A text that was written in English."""
        return cls(text, text)

    @property
    def situation(self) -> Situation:
        """English, translated or untranslated."""
        if self.english is None:
            return Situation.UNTRANSLATED
        return Situation.ENGLISH if self.english == self.original else Situation.TRANSLATED

    @property
    def best(self) -> str:
        """The English text, else the original."""
        return self.original if self.english is None else self.english
