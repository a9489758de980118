"""Whether what a provider answered is a translation of what it was asked."""

import re
from collections.abc import Callable

from service.pipeline.decision import Language, Untranslated
from service.pipeline.detection.languages import UNDETERMINED
from service.pipeline.detection.scripts import letters_by_script
from service.pipeline.translation.provider import ProviderFailed

_CHINESE_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LETTERS_PER_CHARACTER = (
    2.5  # of English for one of Chinese or Japanese; measured on the seed: 2.4 to 4.0 and 1.6 to 2.6
)
# Of the length that is to be expected. Of 3,800 reference translations of the seed the shortest had 0.62.
_SHORTEST = 0.6
_MEASURED = frozenset({"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "CJK", "HIRAGANA", "KATAKANA"})
_SHORT_CHARS = 40  # below, lengths say little
_LONG_LETTERS = 30  # from here on the language of an answer can be told
_SURE = 0.9


def checked(text: str, answer: str, detect: Callable[[str], Language]) -> str:
    """The answer, if it is one.

    Args:
        text: What was asked.
        answer: What came back.
        detect: Tells the language of a text.

    Raises:
        ProviderFailed: BAD_ANSWER when it is empty, INCOMPLETE when much is missing, WRONG_LANGUAGE when it is
            surely not English.
    """
    if not any(letter.isalpha() for letter in answer):
        raise ProviderFailed(Untranslated.BAD_ANSWER)
    if len(text) >= _SHORT_CHARS and _is_measured(text) and len(answer) < _SHORTEST * _expected_chars(text):
        raise ProviderFailed(Untranslated.INCOMPLETE)
    if sum(letter.isalpha() for letter in answer) >= _LONG_LETTERS and _is_foreign(detect(answer)):
        raise ProviderFailed(Untranslated.WRONG_LANGUAGE)
    return answer


def _is_measured(text: str) -> bool:
    """Whether lengths of translations from this script are known."""
    scripts = letters_by_script(text).most_common(1)
    return bool(scripts) and scripts[0][0] in _MEASURED


def _expected_chars(text: str) -> float:
    return len(text) + (_LETTERS_PER_CHARACTER - 1.0) * len(_CHINESE_OR_KANA.findall(text))


def _is_foreign(language: Language) -> bool:
    return language.code not in {"en", UNDETERMINED} and language.confidence >= _SURE
