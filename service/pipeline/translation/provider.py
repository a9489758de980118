"""What a translation provider is, what it can take, and how it may fail."""

import sys
from dataclasses import dataclass
from typing import Protocol

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode

_OF_THE_TEXT = frozenset(
    {
        Untranslated.UNSUPPORTED_LANGUAGE,
        Untranslated.TOO_LONG,
        Untranslated.WRONG_LANGUAGE,
        Untranslated.INCOMPLETE,
    }
)
_OF_OUR_OWN = frozenset({Untranslated.BUSY, Untranslated.RATE_LIMITED, Untranslated.PAUSED})
_PASSING = frozenset({Untranslated.UNREACHABLE, Untranslated.BAD_ANSWER, Untranslated.INCOMPLETE})


class ProviderFailed(Exception):
    """A provider gave no usable translation; carries a code, never the text of the inquiry.

    Args:
        reason: One of the fixed list.
        retry_after: Seconds that the provider asked to be left alone, where it said so.
        sent: Whether it got any of the text; what is not known counts as sent.
    """

    def __init__(self, reason: Untranslated, retry_after: float | None = None, *, sent: bool | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after = retry_after
        self.sent = reason not in _OF_OUR_OWN if sent is None else sent

    @property
    def is_providers_fault(self) -> bool:
        """Whether the next inquiry would probably fail as well."""
        return self.reason not in _OF_THE_TEXT | _OF_OUR_OWN

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return self.reason in _PASSING

    @property
    def is_quota(self) -> bool:
        """Whether the provider refuses everything for a while."""
        return self.reason is Untranslated.QUOTA


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call of a provider can take.

    Args:
        chars: Characters.
        encoded_bytes: Length percent-encoded, where the text goes in an address.
        keeps_lines: Whether line breaks come back; else each line is a call of its own.
    """

    chars: int = sys.maxsize
    encoded_bytes: int = sys.maxsize
    keeps_lines: bool = True


class Provider(Protocol):
    """Translates one text into English; safe to call from many threads at once."""

    name: str
    limits: Limits

    @property
    def local(self) -> bool:
        """Whether the text stays inside the house."""
        ...

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """The English text.

        Args:
            text: Masked, within the limits.
            source: None leaves it to the provider to find out.

        Raises:
            ProviderFailed: With the reason.
        """
        ...
