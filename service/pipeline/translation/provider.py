"""What a translation provider is, and how it may fail."""

from typing import Protocol

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode


class ProviderFailed(Exception):
    """A provider gave no usable translation; carries a code, never the text of the inquiry."""

    def __init__(self, reason: Untranslated) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def is_providers_fault(self) -> bool:
        """Whether the next inquiry would probably fail as well."""
        return self.reason not in {
            Untranslated.UNSUPPORTED_LANGUAGE,
            Untranslated.TOO_LONG,
            Untranslated.BUSY,
        }


class Provider(Protocol):
    """Translates one text into English; safe to call from many threads at once."""

    name: str

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """The English text.

        Args:
            text: Masked, at most 20,000 characters.
            source: None leaves it to the provider to find out.

        Raises:
            ProviderFailed: With the reason.
        """
        ...
