"""Google through deep-translator: no key needed, no promise given. A scraped page, so best effort only.

deep-translator 1.11.4 has faults that are cured here: it sets no timeout and no user agent (its module's
``requests`` is replaced), keeps the text on the instance (one instance per call), drops line breaks and
fails on long texts (limits), answers None for what it leaves as it is, and knows other language codes.
"""

import deep_translator.google
from deep_translator import GoogleTranslator
from deep_translator.exceptions import BaseError, RequestError, TooManyRequests

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession
from service.pipeline.translation.provider import Limits, ProviderFailed

_CODES = {"he": "iw", "jv": "jw"}
_CHINESE = {"Hans": "zh-CN", "Hant": "zh-TW"}


class GoogleProvider:
    """Translates through the mobile page of Google Translate."""

    name = "google"
    local = False
    # deep-translator refuses 5,000 characters. Measured: 16,200 percent-encoded bytes pass, 17,100 are refused.
    limits = Limits(chars=4_999, encoded_bytes=12_000, keeps_lines=False)

    def __init__(self, concurrency: int) -> None:
        deep_translator.google.requests = BoundedSession(concurrency, raises=True)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        try:
            translated = GoogleTranslator(source=_code(source), target="en").translate(text)
        except TooManyRequests as error:
            raise ProviderFailed(Untranslated.QUOTA) from error
        except RequestError as error:
            raise ProviderFailed(Untranslated.REFUSED) from error
        except BaseError as error:
            raise ProviderFailed(Untranslated.BAD_ANSWER) from error
        return translated or text


def _code(source: LanguageCode | None) -> str:
    if source is None:
        return "auto"
    code = _CHINESE.get(source.script or "", _CODES.get(source.code, source.code))
    if code not in GoogleTranslator().get_supported_languages(as_dict=True).values():
        raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE, sent=False)
    return code
