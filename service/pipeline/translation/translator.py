"""English for every inquiry that can have it: mask, remember or ask the providers in order, put back."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import UNDETERMINED, LanguageCode, regions
from service.pipeline.masking.masker import Masked, Masker
from service.pipeline.privacy import Policy
from service.pipeline.translation.answers import checked
from service.pipeline.translation.line import Line
from service.pipeline.translation.provider import ProviderFailed
from service.pipeline.translation.records import Disclosure, NothingKept, Records, memory_key

_log = logging.getLogger(__name__)
ENGLISH = "en"
TRANSLATED, REMEMBERED = "translated", "remembered"


@dataclass(frozen=True, slots=True)
class About:
    """Whose text it is: what masking and the ledger need to know.

    Args:
        inquiry: Its id, where it is stored.
        country: ISO 3166, in whose forms numbers are masked.
        name: As the visitor gave it.
        policy: What may leave the house.
    """

    inquiry: str | None = None
    country: str | None = None
    name: str | None = None
    policy: Policy = Policy.MASKED


@dataclass(frozen=True, slots=True)
class _Sent:
    """A text made ready for providers."""

    masked: Masked
    source: LanguageCode | None
    about: About

    @property
    def text(self) -> str:
        return self.masked.original if self.about.policy is Policy.PLAIN else self.masked.text

    @property
    def is_masked(self) -> bool:
        """Whether all that was found is hidden; then it may be kept in the memory that all inquiries share."""
        return self.text == self.masked.text

    def key(self, provider: str) -> str:
        return memory_key(provider, self.source, self.masked.text)


class Translator:
    """Asks providers in order until one answers; each may take its share of what is left of the deadline.

    Args:
        lines: To the providers, in order.
        deadline_seconds: For all of them together.
        masker: Finds personal data.
        records: Memory, ledger and figures.
        detect: Tells an answer's language.
        home: Countries of most visitors, for a language that is not known.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        *,
        deadline_seconds: float,
        detect: Callable[[str], Language],
        masker: Masker | None = None,
        records: Records | None = None,
        home: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lines = lines
        self._deadline_seconds = deadline_seconds
        self._detect = detect
        self._masker = masker or Masker()
        self._records: Records = records or NothingKept()
        self._home = home
        self._clock = clock

    def translate(self, text: str, language: Language, about: About | None = None) -> Translation:
        """The translation, or why there is none; never raises for what a provider does.

        Args:
            text: Cleaned, as the customer wrote it.
            language: Decides whether a translation is needed.
            about: Whose it is.

        Raises:
            StorageUnavailable: The ledger cannot be written, so nothing may be sent.
        """
        if language.code == ENGLISH:
            return Translation(status="not_needed")
        about = about or About()
        sent = self._made_ready(text, language, about)
        if not sent.masked.has_words:
            return _unavailable(Untranslated.NOTHING_TO_TRANSLATE)
        lines = [line for line in self._lines if line.provider.local or about.policy is not Policy.NEVER]
        if not lines:
            return _unavailable(Untranslated.KEPT_INSIDE if self._lines else Untranslated.NO_PROVIDER)
        return self._remembered(sent, lines) or self._first_answer(sent, lines)

    def _made_ready(self, text: str, language: Language, about: About) -> _Sent:
        source = None if language.code == UNDETERMINED else LanguageCode(language.code, language.script)
        return _Sent(self._masker.mask(text, self._regions(language, about.country), about.name), source, about)

    def _regions(self, language: Language, country: str | None) -> list[str]:
        """Countries in whose forms numbers may stand; one that the visitor names comes on top."""
        likely = regions(language.code) or self._home
        return list(dict.fromkeys([*([country] if country else []), *likely]))

    def _remembered(self, sent: _Sent, lines: Sequence[Line]) -> Translation | None:
        keys = {sent.key(line.provider.name): line.provider.name for line in lines}
        known = self._records.recall(list(keys))
        found = next((key for key in keys if key in known), None)
        if found is None:
            return None
        self._records.called(keys[found], REMEMBERED, 0.0)
        text = sent.masked.restore(known[found])
        return Translation(status="translated", text=text, provider=keys[found], cached=True)

    def _first_answer(self, sent: _Sent, lines: Sequence[Line]) -> Translation:
        ends_at = self._clock() + self._deadline_seconds
        reasons: list[Untranslated] = []
        for asked, line in enumerate(lines):
            share = (ends_at - self._clock()) / (len(lines) - asked)
            try:
                answer = self._ask(line, sent, share)
                text = sent.masked.restore(answer)
                return Translation(status="translated", text=text, provider=line.provider.name)
            except ProviderFailed as failure:
                reasons.append(failure.reason)
        return _unavailable(_telling(reasons))

    def _ask(self, line: Line, sent: _Sent, seconds: float) -> str:
        """One provider's answer, written down and counted whatever it is."""
        name, began = line.provider.name, self._clock()
        if seconds <= 0 or line.breaker.paused_seconds():
            raise self._counted(name, Untranslated.TIMEOUT if seconds <= 0 else Untranslated.PAUSED, 0.0)
        disclosure = self._records.sending(_disclosure(line, sent))
        try:
            answer = line.translate(
                sent.text, sent.source, seconds, lambda answer: checked(sent.text, answer, self._detect)
            )
        except ProviderFailed as failure:
            if failure.sent:
                self._records.ended(disclosure, failure.reason)
            else:
                self._records.withdrawn(disclosure)
            self._records.paused(name, line.breaker.paused_seconds())
            raise self._counted(name, failure.reason, self._clock() - began) from failure
        self._records.ended(disclosure, TRANSLATED)
        self._records.called(name, TRANSLATED, self._clock() - began)
        if sent.is_masked:
            self._records.remember(sent.key(name), name, answer)
        return answer

    def _counted(self, provider: str, reason: Untranslated, seconds: float) -> ProviderFailed:
        self._records.called(provider, reason, seconds)
        _log.warning("no translation", extra={"provider": provider, "reason": reason.value})
        return ProviderFailed(reason)


def _telling(reasons: Sequence[Untranslated]) -> Untranslated:
    """Of several reasons the last that may pass, so that the inquiry is tried again; else the last."""
    return next((reason for reason in reversed(reasons) if reason.may_pass), reasons[-1])


def _disclosure(line: Line, sent: _Sent) -> Disclosure:
    plain = sent.about.policy is Policy.PLAIN
    return Disclosure(
        inquiry=sent.about.inquiry,
        provider=line.provider.name,
        local=line.provider.local,
        country=sent.about.country,
        source=sent.source.code if sent.source else UNDETERMINED,
        policy=sent.about.policy,
        kinds={} if plain else sent.masked.kinds,
        text=sent.text,
    )


def _unavailable(reason: Untranslated) -> Translation:
    return Translation(status="unavailable", reason=reason)
