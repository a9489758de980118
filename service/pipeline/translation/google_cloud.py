"""Google Cloud Translation, Basic edition, by its official REST API (v2)."""

import re
from typing import Any

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import Limits, ProviderFailed

_ADDRESS = "https://translation.googleapis.com"
_CHINESE = {"Hans": "zh-CN", "Hant": "zh-TW"}
_NO_LANGUAGE = re.compile(r"\bsource\b|language pair", re.IGNORECASE)
_QUOTAS = {"dailyLimitExceeded", "userRateLimitExceeded", "rateLimitExceeded", "RATE_LIMIT_EXCEEDED"}


class GoogleCloudProvider:
    """Posts to ``/language/translate/v2``; the key goes in a header, so that no address holds it."""

    name = "google_cloud"
    local = False
    limits = Limits(chars=5_000)  # what the documentation recommends; 30,000 are refused

    def __init__(self, api_key: str, concurrency: int, url: str | None = None) -> None:
        self._address = (url or _ADDRESS).rstrip("/") + "/language/translate/v2"
        self._headers = {"X-Goog-Api-Key": api_key}
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        body = {"q": text, "target": "en", "format": "text"} | ({"source": _code(source)} if source else {})
        response = self._http.post(self._address, json=body, headers=self._headers)
        answer = json_of(response)
        if response.status_code == 403 and _QUOTAS.intersection(_reasons(answer)):
            raise ProviderFailed(Untranslated.QUOTA)
        if response.status_code == 400 and _NO_LANGUAGE.search(str(answer)):
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
        raise_for(response)
        return text_at(answer, "data", "translations", 0, "translatedText")


def _code(source: LanguageCode) -> str:
    return _CHINESE.get(source.script or "", source.code)


def _reasons(answer: Any) -> set[str]:
    try:
        return {str(one["reason"]) for one in answer["error"]["errors"]}
    except (KeyError, TypeError):
        return set()
