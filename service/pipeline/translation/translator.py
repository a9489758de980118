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
    """Asks providers in order until one answers or the total deadline is over."""

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
        masked = mask(text, (country,) if country else regions(language.code) or self._home)
        source = None if language.code == UNDETERMINED else LanguageCode(language.code, language.script)
        return self._first_answer(masked.text, source, masked.restore)

    def _first_answer(self, text: str, source: LanguageCode | None, restore: Callable[[str], str]) -> Translation:
        ends_at = self._clock() + self._deadline_seconds
        reason = Untranslated.NO_PROVIDER
        for provider, breaker, deadline in self._providers:
            try:
                translated = self._ask(provider, breaker, deadline, text, source, ends_at)
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
        ends_at: float,
    ) -> str:
        left = ends_at - self._clock()
        if left <= 0:
            raise ProviderFailed(Untranslated.TIMEOUT)
        if not breaker.allows():
            raise ProviderFailed(Untranslated.PAUSED)
        try:
            answer = deadline.run(lambda: provider.translate(text, source), left)
        except ProviderFailed as failure:
            if failure.is_providers_fault:
                breaker.failed()
            raise
        breaker.succeeded()
        return answer


def _unavailable(reason: Untranslated) -> Translation:
    return Translation(status="unavailable", reason=reason)
