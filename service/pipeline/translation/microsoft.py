"""Microsoft Translator by its JSON API, version 3. deep-translator's way fetches the list of languages before each
text and answers errors by a log line and None, so it is not used.
"""

from typing import Any

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import Limits, ProviderFailed

_ADDRESS = "https://api.cognitive.microsofttranslator.com"
_CODES = {
    "no": "nb", "tl": "fil", "sr": "sr-Cyrl", "mn": "mn-Cyrl", "lg": "lug", "ny": "nya", "rn": "run",
}  # fmt: skip
_SCRIPTED = {"zh": {"Hans": "zh-Hans", "Hant": "zh-Hant"}, "sr": {"Latn": "sr-Latn", "Cyrl": "sr-Cyrl"}}
# The service's own numbers of errors, from its reference.
_ERRORS = {
    400019: Untranslated.UNSUPPORTED_LANGUAGE,
    400023: Untranslated.UNSUPPORTED_LANGUAGE,
    400035: Untranslated.UNSUPPORTED_LANGUAGE,
    400050: Untranslated.TOO_LONG,
    400077: Untranslated.TOO_LONG,
    403001: Untranslated.QUOTA,
}


class MicrosoftProvider:
    """Posts to ``/translate``."""

    name = "microsoft"
    local = False
    limits = Limits(chars=50_000)

    def __init__(self, api_key: str, concurrency: int, region: str | None = None, url: str | None = None) -> None:
        self._address = (url or _ADDRESS).rstrip("/") + "/translate"
        self._headers = {"Ocp-Apim-Subscription-Key": api_key}
        if region:
            self._headers["Ocp-Apim-Subscription-Region"] = region
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        asked = {"api-version": "3.0", "to": "en", "textType": "plain"} | (
            {"from": _code(source)} if source else {}
        )
        response = self._http.post(self._address, params=asked, json=[{"Text": text}], headers=self._headers)
        answer = json_of(response)
        if response.status_code in {400, 403} and (reason := _ERRORS.get(_error_number(answer))):
            raise ProviderFailed(reason)
        raise_for(response)
        return text_at(answer, 0, "translations", 0, "text")


def _code(source: LanguageCode) -> str:
    known = _SCRIPTED.get(source.code, {})
    return known.get(source.script or "", _CODES.get(source.code, source.code))


def _error_number(answer: Any) -> int:
    error = answer.get("error") if isinstance(answer, dict) else None
    number = error.get("code") if isinstance(error, dict) else None
    return number if isinstance(number, int) else 0
