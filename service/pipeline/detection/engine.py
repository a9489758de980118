"""What knows languages by their words, and several such as one."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from service.pipeline.detection.languages import UnknownLanguage, normalise


class Engine(Protocol):
    """Tells how probable each of several languages is; safe in threads, the same for the same text."""

    languages: frozenset[str]
    # How far its logarithms of probabilities can be believed, and below which probability they say nothing.
    weight: float
    floor: float

    def probabilities(self, text: str, among: Collection[str]) -> dict[str, float]:
        """How probable each language would be if all were equally usual.

        Args:
            text: Words, without addresses and numbers.
            among: ISO 639-1 codes; an engine may leave others out, or not.

        Returns:
            By code; empty when the text has nothing to go by.
        """
        ...


def log_likelihoods(engines: Sequence[Engine], text: str, among: Collection[str]) -> dict[str, float]:
    """What the words say of each language: the engines' weighted logarithms, added up (a logarithmic opinion pool,
    Genest and Zidek 1986); empty when no engine has anything to say."""
    said = [(engine, found) for engine in engines if (found := engine.probabilities(text, among))]
    if not said:
        return {}
    return {code: sum(_logarithm(engine, found, code) for engine, found in said) for code in among}


def by_code(found: Mapping[str, float]) -> dict[str, float]:
    """Add up an engine's own labels under their ISO 639-1 codes; what has none is left out."""
    sums: dict[str, float] = {}
    for label, probability in found.items():
        if (code := code_of(label)) is not None:
            sums[code] = sums.get(code, 0.0) + probability
    return sums


def code_of(label: str) -> str | None:
    """The ISO 639-1 code of an engine's label, if it has one."""
    try:
        return normalise(label).code
    except UnknownLanguage:
        return None


def readable(text: str) -> str:
    """What engines can take: whole letters, and lower case for capitals, which they would take for English."""
    text = text.encode("utf-8", "replace").decode()
    shouted = sum(letter.isupper() for letter in text) > sum(letter.islower() for letter in text)
    return text.lower() if shouted else text


def _logarithm(engine: Engine, found: Mapping[str, float], code: str) -> float:
    """Of a language that the engine was never taught it says nothing: neither for nor much against."""
    unknown = 1.0 / len(engine.languages) if code not in engine.languages else 0.0
    return engine.weight * math.log(found.get(code, unknown) + engine.floor)
