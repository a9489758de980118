"""A LibreTranslate server of one's own, by its JSON API: the text goes in the body, never in an address."""

from typing import Any

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import Limits, ProviderFailed

_CODES = {"no": "nb"}
_REFUSALS = {
    "not supported": Untranslated.UNSUPPORTED_LANGUAGE,
    "not available as a target": Untranslated.UNSUPPORTED_LANGUAGE,
    "exceeds text limit": Untranslated.TOO_LONG,
}
_CHINESE = {"Hans": "zh", "Hant": "zt"}


class LibreTranslateProvider:
    """Posts to ``/translate`` of a server."""

    name = "libretranslate"
    limits = Limits()

    def __init__(self, url: str, api_key: str | None, concurrency: int, *, local: bool = False) -> None:
        self.local = local
        self._address = url.rstrip("/") + "/translate"
        self._api_key = api_key
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        body = {"q": text, "source": _code(source), "target": "en", "format": "text"}
        if self._api_key:
            body["api_key"] = self._api_key
        response = self._http.post(self._address, json=body)
        answer = json_of(response)
        if response.status_code == 400:
            raise ProviderFailed(_refusal(answer))
        raise_for(response)
        return text_at(answer, "translatedText")


def _code(source: LanguageCode | None) -> str:
    if source is None:
        return "auto"
    return _CHINESE.get(source.script or "", _CODES.get(source.code, source.code))


def _refusal(answer: Any) -> Untranslated:
    """What a 400 says of this text or language, which is no fault of the server's."""
    said = str(answer.get("error", "")) if isinstance(answer, dict) else ""
    return next((reason for words, reason in _REFUSALS.items() if words in said), Untranslated.REFUSED)
