"""DeepL by its JSON API. deep-translator's way puts the text and the key in an address, so it is not used."""

import re

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.http import BoundedSession, json_of, raise_for, text_at
from service.pipeline.translation.provider import Limits, ProviderFailed

_PAID, _FREE = "https://api.deepl.com", "https://api-free.deepl.com"
_FREE_KEY_ENDING = ":fx"  # as DeepL's documentation says
_QUOTA_EXCEEDED = 456  # DeepL's own status
_CODES = {"no": "NB"}
_NO_LANGUAGE = re.compile("source_lang|language pair", re.IGNORECASE)


class DeeplProvider:
    """Posts to ``/v2/translate``."""

    name = "deepl"
    local = False
    limits = Limits(chars=10_000)  # a request may have 128 KiB, in which a character takes up to twelve bytes

    def __init__(self, api_key: str, concurrency: int, url: str | None = None) -> None:
        self._address = (url or (_FREE if api_key.endswith(_FREE_KEY_ENDING) else _PAID)).rstrip("/")
        self._headers = {"Authorization": f"DeepL-Auth-Key {api_key}"}
        self._http = BoundedSession(concurrency)

    def translate(self, text: str, source: LanguageCode | None) -> str:
        """See `Provider.translate`."""
        body: dict[str, object] = {"text": [text], "target_lang": "EN-US", "preserve_formatting": True}
        if source:
            body["source_lang"] = _CODES.get(source.code, source.code.upper())
        response = self._http.post(f"{self._address}/v2/translate", json=body, headers=self._headers)
        answer = json_of(response)
        if response.status_code == _QUOTA_EXCEEDED:
            raise ProviderFailed(Untranslated.QUOTA)
        if response.status_code == 400 and _NO_LANGUAGE.search(str(answer)):
            raise ProviderFailed(Untranslated.UNSUPPORTED_LANGUAGE)
        raise_for(response)
        return text_at(answer, "translations", 0, "text")
