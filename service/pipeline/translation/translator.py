"""English for every inquiry that can have it: mask, ask the providers in order, put back."""

import logging
import time
from collections.abc import Callable, Sequence

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import UNDETERMINED, LanguageCode, regions
from service.pipeline.masking import mask
from service.pipeline.translation.breaker import Breaker
from service.pipeline.translation.deadline import Deadline
from service.pipeline.translation.provider import Provider, ProviderFailed

_log = logging.getLogger(__name__)
ENGLISH = "en"


class Translator:
    """Asks providers in order until one answers; each may take its share of what is left of the deadline."""

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        deadline_seconds: float,
        concurrency: int,
        breaker_failures: int,
        breaker_pause_seconds: float,
        home: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._providers = [
            (provider, Breaker(breaker_failures, breaker_pause_seconds, clock), Deadline(concurrency))
            for provider in providers
        ]
        self._deadline_seconds = deadline_seconds
        self._home = home  # countries of most visitors, for a language that is not known
        self._clock = clock

    def translate(self, text: str, language: Language, country: str | None = None) -> Translation:
        """The translation, or why there is none; never raises for what a provider does.

        Args:
            text: Cleaned, as the customer wrote it.
            language: Decides whether a translation is needed.
            country: ISO 3166, in whose form phone numbers are masked.
        """
        if language.code == ENGLISH:
            return Translation(status="not_needed")
        if not any(letter.isalpha() for letter in text):
            return _unavailable(Untranslated.NOTHING_TO_TRANSLATE)
        masked = mask(text, self._regions(language, country))
        source = None if language.code == UNDETERMINED else LanguageCode(language.code, language.script)
        return self._first_answer(masked.text, source, masked.restore)

    def _regions(self, language: Language, country: str | None) -> list[str]:
        """Countries in whose forms phone numbers may stand; one that the visitor names comes on top."""
        likely = regions(language.code) or self._home
        return list(dict.fromkeys([*([country] if country else []), *likely]))

    def _first_answer(self, text: str, source: LanguageCode | None, restore: Callable[[str], str]) -> Translation:
        ends_at = self._clock() + self._deadline_seconds
        reason = Untranslated.NO_PROVIDER
        for asked, (provider, breaker, deadline) in enumerate(self._providers):
            share = (ends_at - self._clock()) / (len(self._providers) - asked)
            try:
                translated = self._ask(provider, breaker, deadline, text, source, share)
                return Translation(status="translated", text=restore(translated), provider=provider.name)
            except ProviderFailed as failure:
                reason = failure.reason
                _log.warning("no translation", extra={"provider": provider.name, "reason": reason.value})
        return _unavailable(reason)

    def _ask(
        self,
        provider: Provider,
        breaker: Breaker,
        deadline: Deadline,
        text: str,
        source: LanguageCode | None,
        seconds: float,
    ) -> str:
        if seconds <= 0:
            raise ProviderFailed(Untranslated.TIMEOUT)
        if not breaker.allows():
            raise ProviderFailed(Untranslated.PAUSED)
        try:
            answer = deadline.run(lambda: provider.translate(text, source), seconds)
        except ProviderFailed as failure:
            if failure.is_providers_fault:
                breaker.failed()
            raise
        breaker.succeeded()
        return answer.encode("utf-8", "replace").decode().replace("\0", "")  # what every store can hold


def _unavailable(reason: Untranslated) -> Translation:
    return Translation(status="unavailable", reason=reason)
