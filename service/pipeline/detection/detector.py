"""The language of an inquiry, from all that is known: script, words, the form, the browser, the country, the site.

Bayes' rule: what the words say of each language, times how probable it was before they were read. Each hint is
taken for right as often as it was measured or reckoned to be, so that a few words leave the decision to the hints
and clear words overrule them.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.pipeline.decision import Language
from service.pipeline.detection.engine import Engine, log_likelihoods
from service.pipeline.detection.languages import UNDETERMINED, LanguageCode, languages_of
from service.pipeline.detection.romanised import is_romanised
from service.pipeline.detection.scripts import (
    is_known,
    is_written_in,
    iso_script,
    language_by_script,
    letters_by_script,
    other_script,
    written_alike,
)

# Each begins where a word does, so that a long run of letters is read once and not from each of its letters.
_ADDRESS = re.compile(r"(?<!\S)(https?://\S+|www\.\S+|\S+@\S+)")
_NOT_LANGUAGE = re.compile(rf"{_ADDRESS.pattern}|(?<![A-Za-z])[A-Za-z]*\d[A-Za-z\d]*")
# How often each hint is right. Of the form's language "one in five is wrong" is what the goal is measured with.
_DECLARED_IS_RIGHT = 0.8
_BROWSER_IS_RIGHT = 0.5  # beside the form's language, which often follows from it
_COUNTRY_IS_RIGHT = 0.5
# The languages that most of the web is written in (W3Techs counts them); any other is ten times less usual.
_USUAL = frozenset({
    "ar", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr",
    "uk", "vi", "zh",
})  # fmt: skip
_RARE = 0.1
_SITE_SHARE = 0.5  # of the inquiries, in the languages of the site together
_SURE = 0.7  # below, the language stays unknown
_BY_SCRIPT = 0.99
_DECLARED_ALONE = 0.7  # confidence where there is too little text to contradict the form
_FEWEST_WORDS = 2  # one alone is a guess: engines are right in 0.23 to 0.55 of single words, by published figures
_RARE_LETTERS = 50  # that a language which is rare and which no hint names must show


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a visitor besides the text.

    Args:
        declared: The language in which the form was shown, or that the customer chose.
        browser: The languages of the browser's ``Accept-Language``, the preferred first.
        country: ISO 3166.
    """

    declared: LanguageCode | None = None
    browser: tuple[LanguageCode, ...] = ()
    country: str | None = None


NO_HINTS = Hints()


class Detector:
    """Combines engines with hints and with a prior over the site's languages."""

    def __init__(self, engines: Sequence[Engine], site_languages: Sequence[str]) -> None:
        self._engines = engines
        self._known = frozenset().union(*(engine.languages for engine in engines))
        self._site = tuple(site_languages)

    def detect(self, text: str, hints: Hints = NO_HINTS) -> Language:
        """The language of a cleaned text; ``und`` rather than a confident guess.

        Args:
            text: The inquiry as the customer wrote it.
            hints: What else is known.
        """
        words = " ".join(_NOT_LANGUAGE.sub(" ", text).split())
        scripts = letters_by_script(words)
        by_script = language_by_script(words, scripts)
        if by_script:
            return _by_script(by_script, hints.declared, words)
        if not scripts or not is_known(scripts):
            return _unknown()
        script = iso_script(scripts)
        if script == "Latn" and is_romanised(_ADDRESS.sub(" ", text)):
            return _unknown()
        return self._by_words(words, script, hints)

    def _by_words(self, words: str, script: str | None, hints: Hints) -> Language:
        prior = self._prior(script, hints)
        said = log_likelihoods(self._engines, words, prior) if _says_something(words) else {}
        if not said:
            return _of_hints_alone(prior, hints.declared, script)
        posterior = _normalised({code: math.log(prior[code]) + said[code] for code in prior})
        best = max(posterior, key=posterior.__getitem__)
        if posterior[best] < _SURE or self._is_far_fetched(best, words, script, hints):
            return _unknown()
        by_words_alone = max(said, key=said.__getitem__) == best
        source = "detector" if by_words_alone else "declared" if _is(hints.declared, best) else "site"
        return _language(LanguageCode(best, other_script(best, script)), posterior[best], source)

    def _is_far_fetched(self, code: str, words: str, script: str | None, hints: Hints) -> bool:
        """A rare language that only a few words speak for: in Latin letters, engines find one in anything."""
        if script != "Latn" or code in _USUAL:
            return False
        named = {
            *self._site,
            *languages_of(hints.country),
            *(one.code for one in (hints.declared, *hints.browser) if one),
        }
        return code not in named and _letters(words) < _RARE_LETTERS

    def _prior(self, script: str | None, hints: Hints) -> dict[str, float]:
        """How probable each language of the script is before the words are read; none is impossible."""
        told = {hints.declared.code} if hints.declared else set()
        codes = sorted(code for code in self._known | told if is_written_in(code, script))
        prior = _spread(codes, self._site, _SITE_SHARE)
        for hinted, is_right in (
            (languages_of(hints.country), _COUNTRY_IS_RIGHT),
            ([one.code for one in hints.browser[:1]], _BROWSER_IS_RIGHT),
            (list(told), _DECLARED_IS_RIGHT),
        ):
            prior = _told_of(prior, hinted, is_right)
        return prior


def _spread(codes: Sequence[str], favoured: Sequence[str], share: float) -> dict[str, float]:
    """Usual ones alike and rare ones less, but for a share that belongs to the favoured ones."""
    among = [code for code in favoured if code in codes]
    weights = {code: 1.0 if code in _USUAL else _RARE for code in codes}
    rest = (1.0 - share if among else 1.0) / sum(weights.values())
    return {code: rest * weights[code] + (share / len(among) if code in among else 0.0) for code in codes}


def _told_of(prior: Mapping[str, float], hinted: Sequence[str], is_right: float) -> dict[str, float]:
    """The prior after a hint that is right so often; one that fits no language in question tells nothing."""
    among = [code for code in hinted if code in prior]
    if not among:
        return dict(prior)
    return {
        code: (1.0 - is_right) * p + (is_right / len(among) if code in among else 0.0) for code, p in prior.items()
    }


def _normalised(logarithms: Mapping[str, float]) -> dict[str, float]:
    highest = max(logarithms.values())
    powers = {code: math.exp(one - highest) for code, one in logarithms.items()}
    total = sum(powers.values())
    return {code: power / total for code, power in powers.items()}


def _of_hints_alone(prior: Mapping[str, float], declared: LanguageCode | None, script: str | None) -> Language:
    if declared and declared.code in prior and is_written_in(declared.code, script):
        written = LanguageCode(declared.code, other_script(declared.code, script))
        return _language(written, _DECLARED_ALONE, "declared")
    return _unknown()


def _by_script(found: LanguageCode, declared: LanguageCode | None, text: str) -> Language:
    """The script's usual language, unless the form declared another that is written in it."""
    if declared and declared.code in written_alike(found.code, text):
        return _language(declared, _DECLARED_ALONE, "declared")
    return _language(found, _BY_SCRIPT, "script")


def _says_something(words: str) -> bool:
    """Whether there are words enough; signs are none."""
    return sum(any(sign.isalpha() for sign in word) for word in words.split()) >= _FEWEST_WORDS


def _letters(text: str) -> int:
    return sum(letter.isalpha() for letter in text)


def _is(language: LanguageCode | None, code: str) -> bool:
    return language is not None and language.code == code


def _unknown() -> Language:
    return _language(LanguageCode(UNDETERMINED), 0.0, "none")


def _language(found: LanguageCode, confidence: float, source: str) -> Language:
    return Language.model_validate(
        {"code": found.code, "script": found.script, "confidence": round(confidence, 4), "source": source}
    )
