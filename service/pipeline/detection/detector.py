"""The language of an inquiry, from all that is known: script, words, what the form declared, the site."""

import re
from collections.abc import Sequence

from service.pipeline.decision import Language
from service.pipeline.detection.engine import Engine
from service.pipeline.detection.languages import UNDETERMINED, LanguageCode
from service.pipeline.detection.scripts import (
    is_written_in,
    iso_script,
    language_by_script,
    letters_by_script,
    written_alike,
)

# Each begins where a word does, so that a long run of letters is read once and not from each of its letters.
_NOT_LANGUAGE = re.compile(r"(?<!\S)(https?://\S+|www\.\S+|\S+@\S+)|(?<![A-Za-z])[A-Za-z]*\d[A-Za-z\d]*")
# Chosen by hand, not measured yet; "Every language" measures them on a set of short messages.
_SITE_SHARE = 0.8  # of the prior: most visitors write a language of the site
_DECLARED_ODDS = 8.0  # a form shown in a language is mostly filled in in that language
_FEW_LETTERS = 20  # below, words alone are a guess: published figures for single words are 0.23 to 0.55
_MANY_LETTERS = 200  # from here on even close languages are told apart
# Languages whose short texts engines confuse, with certainty.
_CLOSE = (
    frozenset({"nl", "af"}), frozenset({"da", "no", "sv"}), frozenset({"cs", "sk"}), frozenset({"hr", "sl"}),
    frozenset({"bg", "mk"}), frozenset({"es", "ca"}), frozenset({"hi", "mr", "ne"}),
)  # fmt: skip
_SURE = 0.6  # below, the language stays unknown
_DECLARED_ALONE = 0.7  # confidence where there is too little text to contradict the form


class Detector:
    """Combines an engine's probabilities with a prior over the site's languages and what the form declared."""

    def __init__(self, engine: Engine, site_languages: Sequence[str]) -> None:
        self._engine = engine
        self._site = [code for code in site_languages if code in engine.languages]

    def detect(self, text: str, declared: LanguageCode | None = None) -> Language:
        """The language of a cleaned text; ``und`` rather than a confident guess.

        Args:
            text: The inquiry as the customer wrote it.
            declared: The language in which the form was shown, or that the customer chose.
        """
        words = _NOT_LANGUAGE.sub(" ", text)
        scripts = letters_by_script(words)
        by_script = language_by_script(words, scripts)
        if by_script:
            return _by_script(by_script, declared, words)
        if not scripts:
            return _language(LanguageCode(UNDETERMINED), 0.0, "none")
        script = iso_script(scripts)
        if declared and not is_written_in(declared.code, script):
            declared = None
        return self._by_words(words, scripts.total(), script, declared)

    def _by_words(self, words: str, letters: int, script: str | None, declared: LanguageCode | None) -> Language:
        found = self._engine.probabilities(words, self._prior(script, declared))
        best, probability = max(found.items(), key=lambda item: item[1], default=(None, 0.0))
        best = self._of_close_ones(best, letters, declared)
        if declared and declared.code not in self._engine.languages and not self._is_of_site(best):
            return _unknown(declared)
        if letters < _FEW_LETTERS:
            return self._of_few_letters(best, probability, declared, letters)
        if best is None or probability < _SURE:
            return _unknown(declared)
        return _language(best, probability, "detector")

    def _of_few_letters(
        self, best: LanguageCode | None, probability: float, declared: LanguageCode | None, letters: int
    ) -> Language:
        """A language of the site is believed; else the form, unless clear words of another speak against it."""
        confidence = probability * min(1.0, letters / _FEW_LETTERS)
        if best and self._is_of_site(best) and confidence >= _SURE / 2:
            return _language(best, confidence, "site")
        contradicts = best != declared and confidence >= _SURE
        return _unknown(None if contradicts else declared)

    def _of_close_ones(
        self, best: LanguageCode | None, letters: int, declared: LanguageCode | None
    ) -> LanguageCode | None:
        """Of languages that share most of their words, in a short text, the one that is expected here."""
        close = next((group for group in _CLOSE if best and best.code in group), frozenset())
        if letters >= _MANY_LETTERS or best is None:
            return best
        if declared and declared.code in close:
            return declared
        if best.code in self._site:
            return best
        return next((LanguageCode(code) for code in self._site if code in close), best)

    def _is_of_site(self, language: LanguageCode | None) -> bool:
        return language is not None and language.code in self._site

    def _prior(self, script: str | None, declared: LanguageCode | None) -> dict[str, float]:
        codes = [code for code in self._engine.languages if is_written_in(code, script)]
        prior = dict.fromkeys(codes, (1.0 - _SITE_SHARE if self._site else 1.0) / len(codes))
        for code in self._site:
            if code in prior:
                prior[code] += _SITE_SHARE / len(self._site)
        if declared and declared.code in prior:
            prior[declared.code] *= _DECLARED_ODDS
        return prior


def _by_script(found: LanguageCode, declared: LanguageCode | None, text: str) -> Language:
    """The script's usual language, unless the form declared another that is written in it."""
    if declared and declared.code in written_alike(found.code, text):
        return _language(declared, _DECLARED_ALONE, "declared")
    return _language(found, 0.99, "script")


def _unknown(declared: LanguageCode | None) -> Language:
    if declared:
        return _language(declared, _DECLARED_ALONE, "declared")
    return _language(LanguageCode(UNDETERMINED), 0.0, "none")


def _language(found: LanguageCode, confidence: float, source: str) -> Language:
    return Language.model_validate(
        {"code": found.code, "script": found.script, "confidence": round(confidence, 4), "source": source}
    )
