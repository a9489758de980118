"""MyMemory through deep-translator. Its address there is plain http, so it is asked only where that is accepted.

Cured as for Google: timeouts and a user agent, one instance per call, its own forms of language codes, and
its limit of 500 characters. Its quota errors come as a text with status 200.
"""

from functools import cache

import deep_translator.mymemory
from deep_translator import MyMemoryTranslator
from deep_translator.constants import MY_MEMORY_LANGUAGES_TO_CODES
from deep_translator.exceptions import BaseError, RequestError, TooManyRequests

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode, UnknownLanguage, normalise, regions
from service.pipeline.translation.http import BoundedSession
from service.pipeline.translation.provider import Limits, ProviderFailed

# How MyMemory's errors begin, which come as if they were translations.
_ERRORS = {
    "MYMEMORY WARNING": Untranslated.QUOTA,
    "QUERY LENGTH LIMIT": Untranslated.TOO_LONG,
}
_NO_LANGUAGE = "IS AN INVALID SOURCE LANGUAGE"
# Of several tags of a language's own country, the one that is meant; and those whose script is the unusual one.
_CHOSEN = {
    "no": "nb-NO",
    "sr": "sr-Cyrl-RS",
    "sr-Latn": "sr-Latn-RS",
    "bs": "bs-BA",
    "zh-Hant": "zh-TW",
    "zh-Hans": "zh-CN",
}


class MyMemoryProvider:
    """Asks mymemory.translated.net."""

    name = "mymemory"
    local = False
    limits = Limits(chars=499, keeps_lines=False)

    def __init__(self, concurrency: int, email: str | None = None) -> None:
        deep_translator.mymemory.requests = BoundedSession(concurrency, raises=True)
        self._email = email  # of the operator: raises the daily quota

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        if source is None or source.code not in _codes():
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE, sent=False)
        code = _codes().get(f"{source.code}-{source.script}", _codes()[source.code])
        try:
            answer = MyMemoryTranslator(source=code, target="en-GB", email=self._email).translate(text)
        except TooManyRequests as error:
            raise ProviderFailed(Untranslated.QUOTA) from error
        except RequestError as error:
            raise ProviderFailed(Untranslated.REFUSED) from error
        except (BaseError, AttributeError, StopIteration, ValueError, KeyError, TypeError) as error:
            raise ProviderFailed(Untranslated.BAD_ANSWER) from error
        return _translation(answer, text)


def _translation(answer: object, text: str) -> str:
    if not isinstance(answer, str | None):
        raise ProviderFailed(Untranslated.BAD_ANSWER)
    said = (answer or "").upper()
    if _NO_LANGUAGE in said:
        raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
    if reason := next((_ERRORS[words] for words in _ERRORS if said.startswith(words)), None):
        raise ProviderFailed(reason)
    return answer or text


@cache
def _codes() -> dict[str, str]:
    """MyMemory's form of each language, ``nl-NL``; of several, the one of the language's own country."""
    found: dict[str, str] = {}
    for tag in MY_MEMORY_LANGUAGES_TO_CODES.values():
        try:
            language = normalise(tag)
        except UnknownLanguage:
            continue
        is_home = tag.rpartition("-")[2] in regions(language.code)[:1]
        found[language.code] = tag if is_home else found.get(language.code, tag)
    return found | _CHOSEN
