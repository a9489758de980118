"""A LibreTranslate server of one's own, by its JSON API: the text goes in the body, never in an address."""

from typing import Any

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, failure_of
from service.pipeline.translation.provider import ProviderFailed

_CODES = {"no": "nb", "nn": "nb"}
_REFUSALS = {
    "not supported": Untranslated.UNSUPPORTED_LANGUAGE,
    "not available as a target": Untranslated.UNSUPPORTED_LANGUAGE,
    "exceeds text limit": Untranslated.TOO_LONG,
}
_CHINESE = {"Hans": "zh", "Hant": "zt"}


class LibreTranslateProvider:
    """Posts to ``/translate`` of a server."""

    name = "libretranslate"

    def __init__(self, url: str, api_key: str | None, concurrency: int) -> None:
        self._address = url.rstrip("/") + "/translate"
        self._api_key = api_key
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        body = {"q": text, "source": _code(source), "target": "en", "format": "text"}
        if self._api_key:
            body["api_key"] = self._api_key
        response = self._http.post(self._address, json=body)
        answer = _json(response)
        if reason := _refusal(response.status_code, answer) or failure_of(response.status_code):
            raise ProviderFailed(reason)
        return _translated(answer)


def _code(source: LanguageCode | None) -> str:
    if source is None:
        return "auto"
    return _CHINESE.get(source.script or "", _CODES.get(source.code, source.code))


def _json(response: Any) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(status: int, answer: dict[str, Any]) -> Untranslated | None:
    """What a 400 says of this text or language, which is no fault of the server's."""
    said = str(answer.get("error", "")) if status == 400 else ""
    return next((reason for words, reason in _REFUSALS.items() if words in said), None)


def _translated(answer: dict[str, Any]) -> str:
    text = answer.get("translatedText")
    if not isinstance(text, str) or not text.strip():
        raise ProviderFailed(Untranslated.BAD_ANSWER)
    return text
