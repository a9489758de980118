"""langdetect, with its known faults cured: seeded, loaded once, never throwing, safe in threads."""

from collections.abc import Mapping
from typing import Protocol

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

from service.pipeline.detection.languages import LanguageCode, normalise


class Engine(Protocol):
    """What knows languages by their words."""

    languages: frozenset[str]

    def probabilities(self, text: str, prior: Mapping[str, float]) -> dict[LanguageCode, float]:
        """How probable each language is, most of 1 in all; empty when the text has nothing to go by."""
        ...


class LangdetectEngine:
    """langdetect 1.0.9 on profiles of its own.

    The package's module-level factory loads on first use without a lock, and threads that come first
    together get errors or wrong answers; a factory made here once has no such moment. Its sampling is
    seeded, so that the same text always has the same language.
    """

    def __init__(self, seed: int = 0) -> None:
        self._factory = DetectorFactory()
        self._factory.load_profile(PROFILES_DIRECTORY)
        self._factory.seed = seed
        self._names: dict[str, LanguageCode] = {name: normalise(name) for name in self._factory.langlist}
        self.languages = frozenset(language.code for language in self._names.values())

    def probabilities(self, text: str, prior: Mapping[str, float]) -> dict[LanguageCode, float]:
        """Ask langdetect, starting from a prior over ISO 639-1 codes."""
        detector = self._factory.create()
        detector.set_prior_map({name: prior.get(language.code, 0.0) for name, language in self._names.items()})
        detector.append(_readable(text))
        try:
            return {self._names[found.lang]: float(found.prob) for found in detector.get_probabilities()}
        except LangDetectException:
            return {}


def _readable(text: str) -> str:
    """Lower case where most is in capitals, whose words langdetect skips."""
    shouted = sum(letter.isupper() for letter in text) > sum(letter.islower() for letter in text)
    return text.lower() if shouted else text
